"""Asks Keras and the catalog the same question: what comes out of this call?

A call is made on symbolic tensors, its config and arguments go through JSON as they would in a file,
and the catalog's rules have to give Keras's own shapes and dtypes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from hypothesis import reject

from netviz.catalog import find
from netviz.catalog.kinds import Arguments, LayerKind, UncountedError
from netviz.model import Shape, Tensor
from netviz.readers.config import PlanReader
from netviz.readers.infer import Inference
from netviz.readers.plan import Entry


@dataclass(frozen=True)
class Question:
    """One call: the row for its class, what the file would hold, and what Keras says comes out."""

    entry: Entry
    arguments: Arguments
    expected: tuple[Tensor, ...]


def serialized(operation: Any) -> dict[str, Any]:
    """The operation as it stands in a file."""
    found = json.loads(json.dumps(keras.saving.serialize_keras_object(operation)))
    assert isinstance(found, dict)
    return found


def kind_of(operation: Any) -> LayerKind:
    """The catalog's row for the operation's class."""
    written = serialized(operation)
    kind = find(written["class_name"], written["module"])
    assert kind is not None, f"no row for {written['module']} {written['class_name']}"
    return kind


def as_read(value: object) -> object:
    """An argument as netviz hands it to a rule: tensors as `Tensor`, the rest as JSON."""
    if isinstance(value, keras.KerasTensor):
        return Tensor(tuple(value.shape), value.dtype)
    if isinstance(value, list | tuple):
        return [as_read(item) for item in value]
    if isinstance(value, dict):
        return {key: as_read(item) for key, item in value.items()}
    return json.loads(json.dumps(keras.saving.serialize_keras_object(value)))


def question(output: Any) -> Question:
    """The call that made a symbolic output."""
    operation, index, _ = keras.tree.flatten(output)[0]._keras_history
    node = operation._inbound_nodes[index]
    arguments = Arguments(
        tuple(as_read(value) for value in node.arguments.args),
        {name: as_read(value) for name, value in node.arguments.kwargs.items() if value is not None},
    )
    expected = tuple(Tensor(tuple(tensor.shape), tensor.dtype) for tensor in node.output_tensors)
    return Question(PlanReader([]).read_entry(serialized(operation)), arguments, expected)


def agrees(output: Any, *, dtype: bool = True) -> None:
    """The catalog's rules give what Keras says of the call; on tensors of unknown shape nothing that is not so."""
    asked = question(output)
    found = Inference([]).call(asked.entry, asked.arguments)
    assert [tensor.shape for tensor in found] == [tensor.shape for tensor in asked.expected]
    if dtype:
        assert [tensor.dtype for tensor in found] == [tensor.dtype for tensor in asked.expected]
    costs(asked)
    arguments = asked.arguments
    hidden = Arguments(tuple(map(unknown, arguments.args)), {k: unknown(v) for k, v in arguments.kwargs.items()})
    if hidden.tensors:
        guesses = Inference([]).call(asked.entry, hidden)
        assert guesses
        assert all(guess.shape in (None, true.shape) for guess, true in zip(guesses, asked.expected, strict=False))


def costs(asked: Question) -> None:
    """The rules of cost apply to a call that Keras takes: they give a count, or say why there is none."""
    kind = asked.entry.kind
    assert kind is not None and kind.cost is not None
    arguments = Arguments(
        tuple(map(settled, asked.arguments.args)), {k: settled(v) for k, v in asked.arguments.kwargs.items()}
    )
    outputs = Inference([]).call(asked.entry, arguments)
    if outputs and all(tensor.size is not None for tensor in (*arguments.tensors, *outputs)):
        with suppress(UncountedError):
            work = kind.cost.work(asked.entry.config, arguments, outputs)
            assert 0 <= 2 * work.macs <= work.flops
    if kind.cost.times is not None:
        assert kind.cost.times(asked.entry.config, arguments) >= 0


def computes(output: Any, *, dtype: bool = True) -> None:
    """The catalog's rules give what Keras computes of the call, on arrays in place of the symbolic tensors.

    For what Keras states of a call without computing it is not always so.
    """
    asked = question(output)
    operation, index, _ = keras.tree.flatten(output)[0]._keras_history
    node = operation._inbound_nodes[index].arguments
    args, kwargs = keras.tree.map_structure(filled, (node.args, node.kwargs))
    results = keras.tree.flatten(tried(lambda: operation.call(*args, **kwargs)))
    arguments = Arguments(tuple(map(settled, asked.arguments.args)), asked.arguments.kwargs)
    found = Inference([]).call(asked.entry, arguments)
    assert len(found) == len(results)
    for tensor, result in zip(found, results, strict=True):
        shape = np.shape(result)
        assert tensor.shape is not None and len(tensor.shape) == len(shape)
        assert all(axis in (None, length) for axis, length in zip(tensor.shape, shape, strict=True))
        if dtype:
            assert tensor.dtype == keras.backend.standardize_dtype(getattr(result, "dtype", "int32"))


ANY_LENGTH = 3
"""What an axis of any length is when it is computed with."""


def filled(value: Any) -> Any:
    """Numbers in place of a symbolic tensor: ones and noughts, and square matrices that have an inverse."""
    if not isinstance(value, keras.KerasTensor):
        return value
    shape = tuple(ANY_LENGTH if axis is None else axis for axis in value.shape)
    numbers = np.random.default_rng(0)
    array = numbers.normal(size=shape) if "float" in value.dtype else numbers.integers(0, 2, shape)
    if len(shape) > 1 and shape[-1] == shape[-2] and "float" in value.dtype:
        array = array @ np.swapaxes(array, -1, -2) + np.eye(shape[-1])
    return keras.ops.convert_to_tensor(array, dtype=value.dtype)


def settled(value: object) -> object:
    """The argument with axes of any length of the length that `filled` gives them."""
    if isinstance(value, Tensor) and value.shape is not None:
        return Tensor(tuple(ANY_LENGTH if axis is None else axis for axis in value.shape), value.dtype)
    return [settled(item) for item in value] if isinstance(value, list) else value


def shapes_of(asked: Question) -> tuple[Shape | None, ...]:
    """The output shapes that netviz infers for a call."""
    return tuple(tensor.shape for tensor in Inference([]).call(asked.entry, asked.arguments))


def unknown(value: object) -> object:
    """The argument with the shapes of its tensors forgotten."""
    if isinstance(value, Tensor):
        return Tensor(None, value.dtype)
    if isinstance(value, list):
        return [unknown(item) for item in value]
    if isinstance(value, dict):
        return {key: unknown(item) for key, item in value.items()}
    return value


def tried(make: Callable[[], Any]) -> Any:
    """What the call gives; a call that Keras refuses is no example."""
    try:
        return make()
    except (ValueError, TypeError, ZeroDivisionError, IndexError, NotImplementedError, tf.errors.OpError):
        reject()


def tensor(shape: tuple[int | None, ...], dtype: str = "float32") -> Any:
    """A symbolic tensor of that whole shape."""
    return keras.Input(batch_shape=shape, dtype=dtype)
