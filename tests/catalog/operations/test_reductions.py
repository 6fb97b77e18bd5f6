"""Operations along axes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from netviz.catalog.operations import reductions
from tests.catalog.draws import DTYPE, shapes
from tests.catalog.operations.every import OPERATION_CLASSES
from tests.catalog.oracle import agrees, tensor, tried

NAMES = [
    *reductions.KEEPING, *reductions.AVERAGING, *reductions.SUMMING, *reductions.PLACES, *reductions.CUMULATING,
    "All", "Any", "Logsumexp", "Sort", "Argsort",
]  # fmt: skip
FLOAT = st.sampled_from(["float32", "float16"])
ONE_AXIS = ("Arg", "Nanarg", "Cum", "Nancum", "Sort", "Average")
NO_KEEPDIMS = ("CountNonzero", "Cum", "Nancum", "Sort", "Argsort", "Average")


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_output(name: str, data: st.DataObject) -> None:
    shape = data.draw(shapes(2, 4))
    axes = st.integers(-len(shape), len(shape) - 1)
    several = st.lists(axes, min_size=1, max_size=2, unique_by=lambda axis: axis % len(shape))
    options: dict[str, Any] = {}
    if data.draw(st.booleans()):
        options["axis"] = data.draw(axes if name.startswith(ONE_AXIS) else st.one_of(axes, several))
    if not name.startswith(NO_KEEPDIMS) and data.draw(st.booleans()):
        options["keepdims"] = True
    agrees(tried(lambda: OPERATION_CLASSES[name](**options)(tensor(shape, data.draw(DTYPE)))))


CALLS: dict[str, Callable[[st.DataObject], Any]] = {
    "Moments": lambda data: ops.moments(
        tensor((None, 5, 6), data.draw(FLOAT)), data.draw(st.sampled_from([[0], [1], [0, 2]])),
        keepdims=data.draw(st.booleans()),
    ),
    "TopK": lambda data: ops.top_k(
        tensor((*data.draw(shapes(1, 3)), 6), data.draw(DTYPE)), data.draw(st.integers(1, 6))
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_several_outputs(name: str, data: st.DataObject) -> None:
    agrees(tried(lambda: CALLS[name](data)))
