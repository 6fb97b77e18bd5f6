"""What values show, block by block, against numpy on the whole array."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from netviz.analysis.health.figures import scan

FLOATS = st.sampled_from(["<f2", "<f4", "<f8", ">f4", ">f8"])
OTHERS = st.sampled_from(["i1", "u1", "<i4", "<i8", ">i4", "?"])
EDGES = (0.0, -0.0, 1.0, -1.0, 1e-39, -1e-45, 5e-324, 2.3e-308, 1.2e-38, 1e30, 1e300, np.inf, -np.inf, np.nan)
SHAPES = hnp.array_shapes(min_dims=1, max_dims=4, max_side=6)


@st.composite
def arrays(draw: st.DrawFn) -> Any:
    """An array of few different values, many of them at the edges of what floats hold."""
    dtype = np.dtype(draw(st.one_of(FLOATS, OTHERS)))
    with np.errstate(over="ignore"):
        edges = [np.float64(value).astype(dtype) for value in EDGES] if dtype.kind == "f" else [0, 1]
    elements = st.one_of(st.sampled_from(edges), hnp.from_dtype(dtype))
    fill = st.sampled_from([edges[0], edges[2]] if dtype.kind == "f" else edges)
    return draw(hnp.arrays(dtype, draw(SHAPES), elements=elements, fill=fill))


def cut(values: Any, step: int) -> list[Any]:
    return [values[begin : begin + step] for begin in range(0, len(values), step)]


@given(arrays(), st.integers(1, 7))
def test_counts_are_those_of_numpy_on_the_whole_array(values: Any, step: int) -> None:
    found = scan(cut(values, step), signs=True)
    assert found.size == values.size
    assert found.negative == np.sum(values < 0)
    floats = values.dtype.kind == "f"
    assert found.nan == (np.sum(np.isnan(values)) if floats else 0)
    assert found.infinite == (np.sum(np.isinf(values)) if floats else 0)
    tiny = np.finfo(values.dtype).tiny if floats and values.dtype.itemsize > 2 else 0
    assert found.subnormal == np.sum((values != 0) & (np.abs(values.astype("f8")) < float(tiny)))
    if np.all(values == values.flat[0]):
        assert found.same == values.flat[0]
    else:
        assert found.same is None


@given(arrays(), st.integers(1, 7), st.data())
def test_dead_units_are_those_of_numpy_on_the_whole_array(values: Any, step: int, data: st.DataObject) -> None:
    axes = st.sets(st.integers(0, values.ndim - 1), min_size=1)
    units = tuple(sorted(data.draw(axes)))
    found = scan(cut(values, step), units=units)
    others = tuple(axis for axis in range(values.ndim) if axis not in units)
    dead = ~np.any(values != 0, axis=others)
    assert (found.dead, found.units) == (dead.sum(), dead.size)


@given(arrays(), st.integers(1, 7), st.integers(1, 7), st.data())
def test_a_digest_is_that_of_the_values_however_they_are_cut(
    values: Any, step: int, other_step: int, data: st.DataObject
) -> None:
    digest = scan(cut(values, step), digest=True).digest
    assert digest == scan(cut(values.copy(), other_step), digest=True).digest
    other = values.copy()
    place = data.draw(st.integers(0, values.size - 1))
    raw = other.reshape(-1).view(np.uint8)
    raw[place * values.dtype.itemsize] ^= 1
    assert digest != scan(cut(other, step), digest=True).digest


def test_texts_count_and_show_nothing() -> None:
    found = scan([np.array(["a", ""]), np.array(["b"])], units=(0,), signs=True, digest=True)
    assert (found.size, found.same, found.units, found.digest) == (3, None, 0, None)


def test_no_values_show_nothing() -> None:
    for blocks in ([], [np.zeros((0, 3), "f4")]):
        found = scan(blocks, units=(1,), digest=True)
        assert (found.size, found.same, found.dead, found.digest) == (0, None, 0, None)
