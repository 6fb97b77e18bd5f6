"""Operations that compare a prediction with its target."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops
from keras.src.ops.numpy import AllClose

from tests.catalog.draws import BATCH, shapes
from tests.catalog.oracle import agrees, computes, tensor, tried

FLOAT = st.sampled_from(["float32", "float64"])
SEVERAL = st.integers(2, 5)


def pair(data: st.DataObject, smallest: int = 1) -> tuple[Any, Any]:
    """Target and prediction of one shape."""
    shape, dtype = data.draw(shapes(smallest, 3)), data.draw(FLOAT)
    return tensor(shape, dtype), tensor(shape, dtype)


def sparse(data: st.DataObject) -> Any:
    """Numbers of classes, perhaps with an axis of length 1."""
    shape = data.draw(shapes(1, 3))
    target = (*shape, 1) if data.draw(st.booleans()) else shape
    return ops.sparse_categorical_crossentropy(tensor(target, "int32"), tensor((*shape, 4), data.draw(FLOAT)))


def decoded(data: st.DataObject) -> Any:
    strategy = data.draw(st.sampled_from(["greedy", "beam_search"]))
    return ops.ctc_decode(
        tensor((3, 8, 5)), tensor((3,), "int32"), strategy=strategy, top_paths=data.draw(st.integers(1, 3))
    )


CALLS: dict[str, Callable[[st.DataObject], Any]] = {
    "BinaryCrossentropy": lambda data: ops.binary_crossentropy(*pair(data)),
    "CategoricalCrossentropy": lambda data: ops.categorical_crossentropy(
        *pair(data, 2), from_logits=True, axis=data.draw(st.sampled_from([-1, 0, 1]))
    ),
    "SparseCategoricalCrossentropy": sparse,
    "CTCLoss": lambda data: ops.ctc_loss(
        tensor((3, data.draw(SEVERAL)), "int32"), tensor((3, 8, 5)), tensor((3,), "int32"), tensor((3,), "int32")
    ),
    "CTCDecode": decoded,
    "InTopK": lambda data: ops.in_top_k(tensor((data.draw(BATCH),), "int32"), tensor((None, data.draw(SEVERAL))), 2),
    "PSNR": lambda data: ops.psnr(*pair(data), max_val=1.0),
    "AllClose": lambda data: AllClose()(*pair(data)),
}

STATED_WRONGLY = {
    "CategoricalCrossentropy": "the last axis is gone, though the classes lie along another",
    "PSNR": "float32 of other floats",
}
"""What Keras 3.15 states before it computes something else."""


@pytest.mark.parametrize("name", sorted(CALLS.keys() - STATED_WRONGLY))
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_stated(name: str, data: st.DataObject) -> None:
    agrees(tried(lambda: CALLS[name](data)))


@pytest.mark.parametrize("name", STATED_WRONGLY)
@settings(max_examples=5, deadline=None)
@given(data=st.data())
def test_computed(name: str, data: st.DataObject) -> None:
    computes(tried(lambda: CALLS[name](data)))
