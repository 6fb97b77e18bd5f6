"""Figures of outputs against numpy in float64."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netviz.analysis import activity
from netviz.analysis.activity import EDGE, Activity, Ends

KINDS = ("float32", "float64", "float16", "int32", "uint8", "bool")


@st.composite
def batches(draw: st.DrawFn) -> list[Any]:
    """Outputs of a few batches, some units of which are dead, zero, large, far from zero, or not finite."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    inner = draw(st.lists(st.integers(1, 5), max_size=2))
    units = draw(st.integers(1, 6))
    kind = draw(st.sampled_from(KINDS))
    shift, scale = draw(st.sampled_from([(0, 1), (1000, 1), (0, 1e-3), (-5, 0)]))
    found = []
    for _ in range(draw(st.integers(1, 3))):
        values = rng.normal(shift, scale, (draw(st.integers(1, 9)), *inner, units))
        if draw(st.booleans()):
            values = np.maximum(values, 0)
        if draw(st.booleans()):
            values[..., 0] = 3
        if kind.startswith("float") and draw(st.booleans()):
            values.reshape(-1)[0] = draw(st.sampled_from([np.nan, np.inf, -np.inf]))
        with np.errstate(all="ignore"):
            found.append(values.astype(kind))
    return found


@given(batches(), st.sampled_from([8, 64, activity.PIECE]))
@settings(max_examples=200, deadline=None)
def test_figures_are_those_of_all_values(given_: list[Any], piece: int) -> None:
    usual = activity.PIECE
    found = Activity()
    try:
        activity.PIECE = piece
        for values in given_:
            found.take(values)
    finally:
        activity.PIECE = usual
    whole = np.concatenate(given_).astype("float64")
    finite = whole[np.isfinite(whole)]
    assert found.size == whole.size and found.zeros == int((whole == 0).sum())
    assert found.nan == int(np.isnan(whole).sum()) and found.infinite == int(np.isinf(whole).sum())
    if finite.size:
        assert found.minimum == finite.min() and found.maximum == finite.max()
        size = max(1e-12, float(np.abs(finite).max()))
        assert found.mean is not None and found.std is not None
        assert abs(found.mean - finite.mean()) < 1e-5 * size
        assert abs(found.std - finite.std()) < 1e-4 * max(finite.std(), 1e-3 * size)
    rows = whole.reshape(-1, whole.shape[-1])
    if len(rows) > 1:
        dead = int((rows == rows[0]).all(axis=0).sum())
        assert found.dead == (dead if finite.size else None)  # what gave no number at all is not called dead


@pytest.mark.parametrize("shape", [(3, 40, 40, 64), (2, 300_000), (70_000, 3)])
def test_large_arrays_too(shape: tuple[int, ...]) -> None:
    values = np.maximum(np.random.default_rng(0).normal(size=shape), 0).astype("float32")
    values[..., 1] = 0
    found = Activity()
    found.take(values)
    exact = values.astype("float64")
    assert found.zeros == int((exact == 0).sum())
    assert found.mean is not None and found.std is not None
    np.testing.assert_allclose([found.mean, found.std], [exact.mean(), exact.std()], rtol=1e-5)
    same = (values.reshape(-1, shape[-1]) == values.reshape(-1, shape[-1])[0]).all(axis=0)
    assert found.dead == int(same.sum())


def test_the_sample_meets_every_unit_alike() -> None:
    """Though 64 channels divide the size, quantiles are those of all of them."""
    values = np.tile(np.arange(64, dtype="float32"), (20_000, 1)).reshape(10, 2000, 64)
    found = Activity()
    found.take(values)
    quartiles = found.seen.quantiles((0.25, 0.5, 0.75))
    assert quartiles is not None
    np.testing.assert_allclose(quartiles, [15.5, 31.5, 47.5], atol=1.5)


@given(st.integers(0, 2**32))
@settings(max_examples=50, deadline=None)
def test_saturated_values_are_those_near_the_ends(seed: int) -> None:
    values = np.random.default_rng(seed).uniform(-1, 1, (5, 40)).astype("float32")
    tanh = Activity(ends=Ends(-1, 1))
    tanh.take(values)
    margin = 2 * EDGE
    assert tanh.saturated_share == ((values < -1 + margin) | (values > 1 - margin)).mean()
    largest = Activity(ends=Ends(None, 1, largest=True))
    largest.take(values)
    assert largest.saturated_share == (values.max(-1) > 1 - EDGE).mean()
    assert Activity().saturated_share is None


def test_units_are_along_the_axis_given() -> None:
    values = np.random.default_rng(0).normal(size=(4, 3, 5, 5)).astype("float32")
    values[:, 1] = 2
    first = Activity(axis=1)
    first.take(values)
    assert (first.units, first.dead) == (3, 1)
    assert Activity(axis=None).units is None


def test_what_is_no_number_is_only_counted() -> None:
    for values in (np.array(["a", "b"]), np.array([1j, 2j])):
        found = Activity()
        found.take(values)
        assert (found.size, found.mean, found.dead) == (2, None, None)


def test_memory_does_not_grow_with_batches() -> None:
    """What an accumulator holds after many batches is what it holds after few."""
    import pickle

    found = Activity()
    rng = np.random.default_rng(0)
    sizes = []
    for _ in range(12):
        found.take(rng.normal(size=(8, 100, 16)).astype("float32"))
        found.seen.compact()
        sizes.append(len(pickle.dumps(found)))
    assert sizes[-1] < 1.5 * sizes[3]
