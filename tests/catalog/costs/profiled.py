"""Asks the profiler of TensorFlow and the catalog the same question: what does this call compute?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from netviz.catalog.kinds import CostKind, Work
from tests.catalog.oracle import Question, question

PRODUCTS = (
    "Conv2D",
    "DepthwiseConv2dNative",
    "Conv2DBackpropInput",
    "MatMul",
    "BatchMatMul",
    "BatchMatMulV2",
    "Einsum",
)
"""Operations of which the profiler counts two for each multiply-accumulate."""

OPTIONS = tf.compat.v1.profiler.ProfileOptionBuilder.float_operation() | {"output": "none"}

Shapes = tuple[tuple[int, ...], ...]


def profiled(call: Callable[..., Any], shapes: Shapes) -> Counter[str]:
    """The floating-point operations of a call on arrays of these shapes, by the type of TensorFlow's operation."""

    def run(*arrays: Any) -> Any:
        return call(*arrays)

    unconverted = tf.autograph.experimental.do_not_convert(run)
    graph = (
        tf.function(unconverted).get_concrete_function(*(tf.TensorSpec(shape, tf.float32) for shape in shapes)).graph
    )
    counts: Counter[str] = Counter()
    left = [tf.compat.v1.profiler.profile(graph, cmd="op", options=OPTIONS)]
    while left:
        node = left.pop()
        counts[node.name] += node.float_ops
        left += node.children
    counts["Einsum"] = sum(summed(node) for node in graph.get_operations() if node.type == "Einsum")
    return counts


def summed(node: Any) -> int:
    """The operations of an Einstein sum, which the profiler leaves out, as numpy counts them."""
    arrays = [np.broadcast_to(np.float32(0), array.shape) for array in node.inputs]
    report = np.einsum_path(node.get_attr("equation").decode(), *arrays, optimize=False)[1]
    found = re.search(r"Naive FLOP count: *(\S+)", report)
    assert found
    return int(float(found[1]))


def products(counts: Counter[str]) -> int:
    """How many of the operations are those of products and convolutions."""
    return sum(counts[name] for name in PRODUCTS)


def asked_of(call: Callable[..., Any], shapes: Shapes) -> Question:
    """The call on symbolic arrays of these shapes, as a file would hold it."""
    return question(call(*(keras.Input(batch_shape=shape) for shape in shapes)))


def cost_of(asked: Question) -> CostKind:
    """The catalog's row of cost for the class that is called."""
    kind = asked.entry.kind
    assert kind is not None and kind.cost is not None
    return kind.cost


def work_of(call: Callable[..., Any], shapes: Shapes) -> Work:
    """What the catalog says of the call."""
    asked = asked_of(call, shapes)
    return cost_of(asked).work(asked.entry.config, asked.arguments, asked.expected)
