"""Operations along axes."""

from __future__ import annotations

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


def test_several_outputs() -> None:
    x = tensor((None, 5, 6))
    agrees(ops.moments(x, [1], keepdims=True))
    agrees(ops.top_k(x, 2))
