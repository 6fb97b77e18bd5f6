"""Distributions against numpy and exact arithmetic on all values at once, however they were divided."""

from __future__ import annotations

import math
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from netviz.analysis.counting import counted, counted_wide, wide_keys
from netviz.analysis.distribution import EXACT, FAINT, Distribution

DTYPES = ["<f2", "<f4", "<f8", ">f4", ">f8", "i1", "u1", "<i4", "<i8", ">i4", "?"]
EDGES = (0.0, -0.0, 1.0, -1.0, 1e-39, -1e-45, 5e-324, 2.3e-308, 1.2e-38, 1e30, 1e300, -1.7e308, np.inf, -np.inf, np.nan)
SHARES = (0.0, 0.01, 0.25, 0.5, 0.75, 0.99, 1.0)
LEAST = 1e-320
"""Below this float64 rounds to few digits."""

CONTEXT = Context(prec=40)


@st.composite
def arrays(draw: st.DrawFn, dtypes: list[str] = DTYPES) -> Any:
    """An array of few different values, many of them at the edges of what floats hold."""
    dtype = np.dtype(draw(st.sampled_from(dtypes)))
    with np.errstate(over="ignore"):
        edges = [np.float64(value).astype(dtype) for value in EDGES] if dtype.kind == "f" else [0, 1]
    elements = st.one_of(st.sampled_from(edges), hnp.from_dtype(dtype))
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=3, max_side=6))
    return draw(hnp.arrays(dtype, shape, elements=elements))


def taken(*blocks: Any, exact: int = EXACT) -> Distribution:
    found = Distribution(exact=exact)
    for block in blocks:
        found.take(block)
    return found


def finite_of(values: Any) -> Any:
    plain = values.astype(np.float64).ravel()
    return plain[np.isfinite(plain)]


def root(value: Fraction) -> float:
    return float((CONTEXT.divide(Decimal(value.numerator), Decimal(value.denominator))).sqrt(CONTEXT))


def state(found: Distribution) -> tuple[Any, ...]:
    """All of it that does not depend on how sums are rounded."""
    counts, edges = found.histogram(7)
    return (
        (found.size, found.zeros, found.nan, found.infinite, found.minimum, found.maximum, found.quantiles(SHARES)),
        counts.tolist(),
        edges.tolist(),
    )


@given(arrays(), st.sampled_from([0, EXACT]))
def test_counts_and_extremes_are_exact(values: Any, exact: int) -> None:
    found = taken(values, exact=exact)
    plain, finite = values.astype(np.float64), finite_of(values)
    assert found.size == values.size
    assert found.nan == np.isnan(plain).sum()
    assert found.infinite == np.isinf(plain).sum()
    assert found.zeros == np.count_nonzero(values == 0)
    assert found.finite == finite.size
    assert found.minimum == (finite.min() if finite.size else None)
    assert found.maximum == (finite.max() if finite.size else None)


@given(arrays(), st.integers(1, 5))
def test_moments_are_those_of_exact_arithmetic(values: Any, parts: int) -> None:
    found = taken(*np.array_split(values.ravel(), parts))
    exact = [Fraction(float(value)) for value in finite_of(values)]
    if not exact:
        assert found.mean is found.std is found.norm is None
        return
    mean = sum(exact) / len(exact)
    assert found.mean is not None and found.std is not None and found.norm is not None
    scale = float(max(map(abs, exact)))
    assert abs(found.mean - float(mean)) <= 1e-14 * scale + LEAST
    deviation = root(Fraction(sum((value - mean) ** 2 for value in exact)) / len(exact))
    assert found.std == pytest.approx(deviation, rel=1e-9, abs=1e-12 * scale + LEAST)
    norm = root(Fraction(sum(value**2 for value in exact)))
    if norm < 0.999 * np.finfo(np.float64).max:  # beyond that it is rounded to infinity, or not
        assert found.norm == pytest.approx(norm, rel=1e-9, abs=LEAST)


def test_a_deviation_far_smaller_than_the_mean_does_not_cancel_out() -> None:
    values = (1e6 + np.random.default_rng(0).standard_normal(100_000)).astype(np.float32)
    assert taken(values).std == pytest.approx(values.astype(np.float64).std(), rel=1e-9)


@given(arrays(), st.lists(st.floats(0, 1), min_size=1, max_size=4))
def test_quantiles_of_few_values_are_exact(values: Any, shares: list[float]) -> None:
    finite = finite_of(values)
    found = taken(values).quantiles(shares)
    if not finite.size:
        assert found is None
        return
    if np.abs(finite).max() < 1e307:  # beyond, numpy's own arithmetic overflows
        assert found == tuple(np.quantile(finite, shares))
    else:
        assert found == pytest.approx(4 * np.quantile(finite / 4, shares), rel=1e-12)


def test_a_median_lies_between_two_values_as_numpy_has_it() -> None:
    values = np.random.default_rng(3).standard_normal(60)
    assert taken(values).quantiles([0.5, 0.1]) == (np.median(values), np.quantile(values, 0.1))


@pytest.mark.parametrize("exact", [0, EXACT])
@pytest.mark.parametrize("value", [0.0, 0.5, -3e5, 1e-42, 1.7e308])
def test_values_that_are_all_the_same_are_one_bin_at_that_value(value: float, exact: int) -> None:
    found = taken(np.full(20, value), exact=exact)
    for limits in (None, (value, value)):
        counts, edges = found.histogram(64, limits)
        assert counts.tolist() == [20] and edges.tolist() == [value, value]
    assert found.around((value - 1, value + 1))[1].tolist() == [value, value]


@given(arrays(), st.sampled_from([0, EXACT]), st.integers(1, 9))
def test_around_limits_no_value_is_lost_or_counted_twice(values: Any, exact: int, bins: int) -> None:
    finite = finite_of(values)
    finite = finite[np.abs(finite) < 1e300]
    found = taken(finite, exact=exact)
    if not finite.size:
        assert not found.around((-1, 1))[0].sum()
        return
    low, high = np.quantile(finite, (0.2, 0.9))
    limits = float(low) - 1e-3, float(high) + 1e-3
    counts, edges = found.around(limits, bins)
    kept = 1 if exact else 1 - FAINT  # counters that a limit divides can look as if nearly nothing were inside
    assert kept * finite.size * (1 - 1e-9) <= counts.sum() <= finite.size * (1 + 1e-9)
    assert (np.diff(edges) >= 0).all() and edges[0] <= finite.min() and edges[-1] >= finite.max()
    if exact:
        assert found.beyond(limits) == np.count_nonzero((finite < limits[0]) | (finite > limits[1]))


@pytest.mark.parametrize("far", [1e6, -1e6, 12345.678, 5e-7])
def test_what_is_far_away_is_not_lost_by_rounding(far: float) -> None:
    values = np.r_[np.random.default_rng(0).standard_normal(900) / 5, 1 + far if far > 0 else -1 + far]
    for limits in ((-0.7, 0.7), (-0.31, 0.93), (-1.0, 1.0)):
        for bins in (1, 20, 64):
            assert taken(values).around(limits, bins)[0].sum() == values.size


def test_bins_beyond_are_no_narrower_than_those_inside() -> None:
    values = np.r_[np.random.default_rng(0).uniform(-1, 1, 3000), 1.0000001, 50]
    counts, edges = taken(values).around((-2, 1), 20)
    inside = (edges[:-1] >= -2) & (edges[1:] <= 1)
    assert inside.sum() == 20 and (np.diff(edges)[~inside] >= np.diff(edges)[inside].max() * (1 - 1e-9)).all()
    assert counts[~inside].sum() == 2


@given(arrays(), st.sampled_from([1, 3000]))
def test_quantiles_of_many_values_are_right_to_one_per_cent(values: Any, times: int) -> None:
    repeated = np.tile(values.ravel(), times)
    finite = finite_of(repeated)
    found = taken(repeated, exact=0).quantiles(SHARES)
    if not finite.size:
        assert found is None
        return
    expected = np.quantile(finite, SHARES, method="inverted_cdf")
    assert (np.abs(np.array(found) - expected) <= 0.01 * np.abs(expected) + 1e-308).all()
    assert list(found or ()) == sorted(found or ())


@given(arrays(), st.integers(1, 9), st.sampled_from([0, EXACT]), st.booleans())
def test_a_histogram_is_numpy_s_to_what_lies_in_the_counters_at_its_edges(
    values: Any, bins: int, exact: int, whole: bool
) -> None:
    finite = finite_of(values)
    found = taken(values, exact=exact)
    limits = (
        None
        if whole or not finite.size
        else (float(np.quantile(finite, 0.5, method="inverted_cdf")), float(finite.max() / 2 + 1))
    )
    if limits and not limits[0] < limits[1]:
        limits = None
    counts, edges = found.histogram(bins, limits)
    constant = limits is None and not (finite.size and finite.min() < finite.max())
    assert len(counts) == (1 if constant else bins) == len(edges) - 1
    assert (counts >= 0).all() and (np.diff(edges) >= 0).all()
    if limits is None:
        assert counts.sum() == pytest.approx(finite.size, rel=1e-12)
    expected = np.histogram(finite, edges)[0]
    if exact:
        assert counts.tolist() == expected.tolist()
        return
    keys = finite.view(np.int64) >> 45  # the counters: sign, exponent and 7 bits
    shared = np.array([np.count_nonzero(keys == key) for key in edges.view(np.int64) >> 45])
    with np.errstate(over="ignore"):
        below = np.nextafter(edges, -np.inf)
    beside = np.array([np.count_nonzero(keys == key) for key in below.view(np.int64) >> 45])
    near_zero = np.where(np.abs(edges) < 1e-300, np.count_nonzero(np.abs(finite) < 1e-300), 0)
    room = np.maximum(np.maximum(shared, beside), near_zero)
    assert (np.abs(counts - expected) <= room[:-1] + room[1:] + 1e-9 * finite.size).all()


@given(arrays(), st.lists(st.integers(0, 200), max_size=4), st.permutations(range(5)), st.sampled_from([0, 20, EXACT]))
def test_what_is_merged_is_what_was_taken_at_once(values: Any, places: list[int], order: list[int], exact: int) -> None:
    flat = values.ravel()
    parts = np.split(flat, sorted(min(place, flat.size) for place in places))
    whole = taken(flat, exact=exact)
    merged = Distribution(exact=exact)
    pieces = [taken(part, exact=exact) for part in parts]
    for place in order:
        if place < len(pieces):
            merged.merge(pieces[place])
    at_once = Distribution(exact=exact)
    at_once.take_all(parts)
    assert state(merged) == state(whole) == state(at_once)
    for found in (merged, at_once):
        for name in ("mean", "std", "norm"):
            one, other = getattr(found, name), getattr(whole, name)
            if other is None:
                assert one is None
            else:
                assert one == pytest.approx(other, rel=1e-6, abs=1e-12 * max(map(abs, finite_of(flat))) + LEAST)


@given(arrays(["<f4"]))
def test_the_counters_of_float32_are_those_of_float64(values: Any) -> None:
    found = counted(values.ravel())
    finite = finite_of(values)
    keys = np.flatnonzero(found.counts)
    counts = dict(zip(wide_keys(keys).tolist(), found.counts[keys].tolist(), strict=True))
    for key, count in zip(*counted_wide(found.small), strict=True):
        counts[int(key)] = counts.get(int(key), 0) + int(count)
    expected = dict(zip(*(part.tolist() for part in counted_wide(finite[finite != 0])), strict=True))
    assert counts == expected
    assert found.zeros == np.count_nonzero(values == 0)
    assert (found.nan, found.infinite) == (np.isnan(values).sum(), np.isinf(values).sum())


def test_many_values_in_blocks_of_every_kind() -> None:
    random = np.random.default_rng(1)
    values = (random.standard_normal((1500, 2000)) * random.choice([1e-3, 1, 30], (1500, 1))).astype(np.float32)
    values[::7, ::5] = 0
    values[3, :9] = [np.nan, np.inf, -np.inf, 1e-42, -1e-42, -0.0, 300, -200, 1e-44]
    whole, blocks, doubles = Distribution(), Distribution(), Distribution()
    whole.take(values)
    blocks.take_all(np.array_split(values, 7))
    doubles.take_all(part.astype(np.float64) for part in np.array_split(values, 7))
    assert state(whole) == state(blocks) == state(doubles)
    finite = finite_of(values)
    assert whole.mean == pytest.approx(finite.mean(), rel=1e-9)
    assert whole.std == pytest.approx(finite.std(), rel=1e-9)
    assert whole.std == pytest.approx(doubles.std, rel=1e-12)
    counts, edges = whole.histogram(64, (-3, 3))
    assert np.abs(counts - np.histogram(finite, edges)[0]).max() < 0.01 * finite.size


@given(hnp.arrays(np.int8, 9000, elements=st.integers(-128, 127)))
def test_small_integers_are_told_apart_exactly(values: Any) -> None:
    found = taken(values)
    assert found.quantiles(SHARES) == tuple(np.quantile(values, SHARES, method="inverted_cdf"))
    counts, edges = found.histogram(10, (-128.5, 127.5))
    assert counts.tolist() == np.histogram(values, edges)[0].tolist()


def test_bfloat16_is_taken_as_the_numbers_that_it_is() -> None:
    ml_dtypes = pytest.importorskip("ml_dtypes")
    values = np.linspace(-3, 3, 50).astype(ml_dtypes.bfloat16)
    assert taken(values).quantiles([0.5]) == (np.median(values.astype(np.float64)),)


@pytest.mark.parametrize("values", [np.array([1j]), np.array(["a"]), np.array([None]), np.array(["2020"], "M8[Y]")])
def test_what_has_no_order_is_refused(values: Any) -> None:
    with pytest.raises(TypeError):
        taken(values)


def test_memory_does_not_grow_with_the_values() -> None:
    found = Distribution()
    found.take_all(np.random.default_rng(seed).standard_normal(100_000).astype(np.float32) for seed in range(20))
    found.compact()
    assert found._keys.nbytes + found._counts.nbytes < 200_000
    assert found._few is None and found._dense is None


def test_an_empty_distribution_has_no_figures() -> None:
    found = taken(np.empty((0, 3), np.float32))
    assert (found.mean, found.std, found.norm, found.minimum, found.quantiles([0.5])) == (None,) * 5
    counts, edges = found.histogram(3)
    assert counts.tolist() == [0] and math.isfinite(edges.sum())
