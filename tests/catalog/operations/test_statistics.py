"""Operations that count, rank and look up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops
from keras.src.ops import math

from tests.catalog.draws import BATCH, DTYPE, shapes
from tests.catalog.oracle import agrees, computes, tensor, tried

WHOLE = st.sampled_from(["int32", "int64", "uint8"])
NUMBER = st.sampled_from(["float32", "float16", "int32", "int64"])


def quantile(call: Callable[..., Any]) -> Callable[[st.DataObject], Any]:
    """One quantile, a list or a tensor of them, along some axes or all."""

    def made(data: st.DataObject) -> Any:
        shape = data.draw(shapes(2, 3))
        asked = data.draw(st.sampled_from([0.5, [0.5], [0.2, 0.5], tensor((3,)), tensor((2, 3))]))
        axis = data.draw(st.sampled_from([None, 0, -1, (0, 1)]))
        return call(tensor(shape, data.draw(NUMBER)), asked, axis=axis, keepdims=data.draw(st.booleans()))

    return made


def segments(name: str) -> Callable[[st.DataObject], Any]:
    """The rows of each segment reduced to one."""

    def made(data: st.DataObject) -> Any:
        rows = data.draw(BATCH)
        shape = (rows, *data.draw(shapes(1, 3))[1:])
        operation = getattr(math, name)(data.draw(st.sampled_from([None, 5])))
        return operation(tensor(shape, data.draw(NUMBER)), tensor((rows,), "int32"))

    return made


def distinct(data: st.DataObject) -> Any:
    more = {f"return_{name}": data.draw(st.booleans()) for name in ("index", "inverse", "counts")}
    axis = data.draw(st.sampled_from([None, 0, -1]))
    return ops.unique(
        tensor(data.draw(shapes(1, 3)), data.draw(NUMBER)),
        axis=axis,
        size=data.draw(st.sampled_from([None, 4])),
        **more,
    )


def searched(data: st.DataObject) -> Any:
    ends = data.draw(st.sampled_from([ops.array([1.0, 2.0]), tensor((4,)), tensor((None,))]))
    return ops.searchsorted(ends, tensor(data.draw(shapes())))


CALLS: dict[str, Callable[[st.DataObject], Any]] = {
    **{name.title(): quantile(getattr(ops, name)) for name in (
        "quantile", "percentile", "nanquantile", "nanpercentile",
    )},
    **{name: segments(name) for name in ("SegmentSum", "SegmentMax", "SegmentMin", "SegmentProd")},
    "Histogram": lambda data: ops.histogram(tensor((data.draw(BATCH),)), bins=data.draw(st.integers(1, 9))),
    "Bincount": lambda data: ops.bincount(
        tensor((3,), data.draw(WHOLE)), weights=data.draw(st.sampled_from([None, [1, 2, 3], [0.5, 1.0, 2.0]]))
    ),
    "Corrcoef": lambda data: ops.corrcoef(tensor((data.draw(BATCH), 5), data.draw(DTYPE))),
    "Trapezoid": lambda data: ops.trapezoid(
        tensor(data.draw(shapes(2, 3)), data.draw(DTYPE)), axis=data.draw(st.integers(-2, 1))
    ),
    "Argpartition": lambda data: ops.argpartition(
        tensor((data.draw(BATCH), 5), data.draw(NUMBER)), 2, axis=data.draw(st.sampled_from([-1, None]))
    ),
    "Digitize": lambda data: ops.digitize(tensor(data.draw(shapes())), ops.array([1.0, 2.0])),
    "SearchSorted": searched,
    "IsIn": lambda data: ops.isin(
        tensor(data.draw(shapes())), data.draw(st.sampled_from([[1.0, 2.0], tensor((2, 3))]))
    ),
    "Nonzero": lambda data: ops.nonzero(tensor(data.draw(shapes()), data.draw(DTYPE))),
    "Unique": distinct,
}  # fmt: skip

STATED_WRONGLY = {
    "Quantile": "no axis for a list of one quantile, one axis for any tensor of them",
    "Nanquantile": "no axis for a list of one quantile, one axis for any tensor of them",
    "Percentile": "one axis for any tensor of percentiles",
    "Nanpercentile": "one axis for any tensor of percentiles",
    "Corrcoef": "the shape that goes in",
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
