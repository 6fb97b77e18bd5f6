"""Operations element by element: every row that is here, on every kind of tensor and with plain numbers."""

from __future__ import annotations

from collections.abc import Callable
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

ONE = (
    *elementwise.KEEPING, *elementwise.ACTIVATIONS, *elementwise.FLOATING, *elementwise.WIDENING, *elementwise.TESTS,
    "Clip", "Square", "Reciprocal",
)  # fmt: skip
TWO = (
    *elementwise.PROMOTING, *elementwise.DIVIDING, *elementwise.COMPARING, *elementwise.MEASURING, "Mod", "Fmod",
)  # fmt: skip
OPTIONS: dict[str, dict[str, Any]] = {"Roll": {"shift": 1}, "Threshold": {"threshold": 0.1, "default_value": 0.0}}

BITWISE = tuple(name for name in elementwise.PROMOTING if name.startswith("Bitwise") or name.endswith("Shift"))


@pytest.mark.parametrize("name", ONE)
@settings(max_examples=5, deadline=None)
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


def chosen(data: st.DataObject) -> Any:
    """Elements of two tensors or numbers, by a third."""
    condition, first, second = data.draw(broadcastable(3))
    x = data.draw(st.sampled_from([0, 0.5, tensor(first, data.draw(DTYPE))]))
    y = data.draw(st.sampled_from([1, tensor(second, data.draw(DTYPE))]))
    return ops.where(tensor(condition, "bool"), x, y)


def like(call: Callable[..., Any], *args: Any) -> Callable[[st.DataObject], Any]:
    """A tensor shaped as another, of its dtype or a given one."""
    return lambda data: call(
        tensor(data.draw(shapes()), data.draw(DTYPE)), *args, dtype=data.draw(st.one_of(st.none(), DTYPE))
    )


def cast(name: str) -> Callable[[st.DataObject], Any]:
    return lambda data: OPERATION_CLASSES[name](data.draw(DTYPE))(tensor(data.draw(shapes()), data.draw(DTYPE)))


CALLS: dict[str, Callable[[st.DataObject], Any]] = {
    "Where": chosen,
    "OnesLike": like(ops.ones_like),
    "ZerosLike": like(ops.zeros_like),
    "EmptyLike": like(ops.empty_like),
    "FullLike": like(ops.full_like, 2),
    "Array": like(ops.array),
    "ConvertToTensor": like(ops.convert_to_tensor),
    "Cast": cast("Cast"),
    "SaturateCast": cast("SaturateCast"),
}


@pytest.mark.parametrize("name", CALLS)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_output(name: str, data: st.DataObject) -> None:
    agrees(tried(lambda: CALLS[name](data)))


def test_serialised_arrays() -> None:
    """A constant array among the arguments has a shape and dtype of its own."""
    for array in (keras.ops.ones((3, 1), "int32"), keras.ops.ones((4,), "float16")):
        agrees(tensor((None, 1, 4)) + array)
        asked = question(tensor((None, 1, 4), "int8") * array)
        assert len(asked.arguments.tensors) == 1
