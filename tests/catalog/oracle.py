"""Asks Keras and the catalog the same question: what comes out of this call?

A call is made on symbolic tensors, its config and arguments go through JSON as they would in a file,
and the catalog's rules have to give Keras's own shapes and dtypes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
from hypothesis import reject

from netviz.catalog import find
from netviz.catalog.kinds import Arguments, LayerKind
from netviz.model import Shape, Tensor
from netviz.readers.config import PlanReader
from netviz.readers.infer import Inference
from netviz.readers.plan import Entry

REFUSALS = (LookupError, TypeError, ValueError, ArithmeticError)
"""What a rule may raise on a call that Keras would refuse."""


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
    """The catalog's rules give what Keras says of the call; on tensors of unknown shape they give unknown ones."""
    asked = question(output)
    found = Inference([]).call(asked.entry, asked.arguments)
    assert [tensor.shape for tensor in found] == [tensor.shape for tensor in asked.expected]
    if dtype:
        assert [tensor.dtype for tensor in found] == [tensor.dtype for tensor in asked.expected]
    arguments = asked.arguments
    hidden = Arguments(tuple(map(unknown, arguments.args)), {k: unknown(v) for k, v in arguments.kwargs.items()})
    if hidden.tensors:
        assert {tensor.shape for tensor in Inference([]).call(asked.entry, hidden)} == {None}


def shapes_of(asked: Question) -> tuple[Shape | None, ...]:
    """The output shapes that netviz infers for a call."""
    return tuple(tensor.shape for tensor in Inference([]).call(asked.entry, asked.arguments))


def unknown(value: object) -> object:
    """The argument with the shapes of its tensors forgotten."""
    if isinstance(value, Tensor):
        return Tensor(None, value.dtype)
    if isinstance(value, list):
        return [unknown(item) for item in value]
    return value


def tried(make: Callable[[], Any]) -> Any:
    """What the call gives; a call that Keras refuses is no example."""
    try:
        return make()
    except (ValueError, TypeError, ZeroDivisionError, IndexError, NotImplementedError):
        reject()


def tensor(shape: tuple[int | None, ...], dtype: str = "float32") -> Any:
    """A symbolic tensor of that whole shape."""
    return keras.Input(batch_shape=shape, dtype=dtype)
