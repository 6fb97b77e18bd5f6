"""Operations element by element: every row that is here, on every kind of tensor and with plain numbers."""

from __future__ import annotations

from typing import Any

import keras
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from netviz.catalog.operations import elementwise
from tests.catalog.draws import DTYPE, broadcastable, shapes
from tests.catalog.operations.every import OPERATION_CLASSES
from tests.catalog.oracle import agrees, question, tensor, tried

ONE = (*elementwise.KEEPING, *elementwise.ACTIVATIONS, *elementwise.FLOATING, *elementwise.TESTS)
TWO = (*elementwise.PROMOTING, *elementwise.DIVIDING, *elementwise.COMPARING, "Mod", "Fmod")
OPTIONS: dict[str, dict[str, Any]] = {"Roll": {"shift": 1}, "Threshold": {"threshold": 0.1, "default_value": 0.0}}

BITWISE = tuple(name for name in elementwise.PROMOTING if name.startswith("Bitwise") or name.endswith("Shift"))


@pytest.mark.parametrize("name", [*ONE, "Clip", "Square", "Reciprocal"])
@settings(max_examples=4, deadline=None)
@given(shape=shapes(3, 4), dtype=DTYPE)
def test_one_tensor(name: str, shape: tuple[int | None, ...], dtype: str) -> None:
    options = {"x_min": 0, "x_max": 1} if name == "Clip" else OPTIONS.get(name, {})
    agrees(tried(lambda: OPERATION_CLASSES[name](**options)(tensor(shape, dtype))))


@pytest.mark.parametrize("name", TWO)
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_two_tensors(name: str, data: st.DataObject) -> None:
    first, second = data.draw(broadcastable(2))
    if name in BITWISE:
        second = first  # Keras 3.15 does not broadcast when it states the shape of these
    one, other = tensor(first, data.draw(DTYPE)), tensor(second, data.draw(DTYPE))
    agrees(tried(lambda: OPERATION_CLASSES[name]()(one, other)), dtype=name not in BITWISE)


@pytest.mark.parametrize("number", [2, 2.5, True])
@pytest.mark.parametrize("name", ["Add", "Subtract", "Multiply", "TrueDivide", "Power", "Maximum", "Greater"])
@settings(max_examples=6, deadline=None)
@given(shape=shapes(), dtype=DTYPE, left=st.booleans())
def test_plain_numbers(name: str, number: float, shape: tuple[int | None, ...], dtype: str, left: bool) -> None:
    x = tensor(shape, dtype)
    operation = OPERATION_CLASSES[name]()
    agrees(tried(lambda: operation(number, x) if left else operation(x, number)))


@pytest.mark.parametrize("dtype", ["int32", "float16", "bool"])
def test_cast(dtype: str) -> None:
    x = tensor((None, 3))
    agrees(ops.cast(x, dtype))
    agrees(ops.zeros_like(x, dtype=dtype))
    agrees(ops.ones_like(x))
    agrees(ops.full_like(x, 2))


@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_where(data: st.DataObject) -> None:
    condition, first, second = data.draw(broadcastable(3))
    x = data.draw(st.sampled_from([0, 0.5, tensor(first, data.draw(DTYPE))]))
    y = data.draw(st.sampled_from([1, tensor(second, data.draw(DTYPE))]))
    agrees(tried(lambda: ops.where(tensor(condition, "bool"), x, y)))


def test_serialised_arrays() -> None:
    """A constant array among the arguments has a shape and dtype of its own."""
    for array in (keras.ops.ones((3, 1), "int32"), keras.ops.ones((4,), "float16")):
        agrees(tensor((None, 1, 4)) + array)
        asked = question(tensor((None, 1, 4), "int8") * array)
        assert len(asked.arguments.tensors) == 1


@pytest.mark.parametrize("name", ["Hypot", "Heaviside"])
def test_uneven(name: str) -> None:
    agrees(OPERATION_CLASSES[name]()(tensor((None, 1)), tensor((2, 3), "float16")))
