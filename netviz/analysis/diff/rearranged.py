"""Whether two weights hold the same values in another order: along axes, with the axes in another order, or anyhow.

Told by sums of hashes of the values (64 bits, exact): they are gathered in passes over both, so that the size does not
matter. Two weights that differ otherwise would have the same sums once in some 10^16 pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netviz.analysis.diff.results import Verdict

Values = NDArray[Any]
Sums = NDArray[np.uint64]
Blocks = Callable[[], Iterator[Values]]
"""Gives the values of a weight from the first one on, in whole rows along its first axis, each time it is called."""

HASHED_TOGETHER = 1 << 17
"""Values looked at together."""

MOST_AXES = 6
"""Weights of more axes are not looked at: their axes have too many orders."""


@dataclass(frozen=True, slots=True)
class Order:
    """How the values of one weight stand in the other."""

    verdict: Verdict
    detail: str


def find_order(a: Blocks, shape_a: tuple[int, ...], b: Blocks, shape_b: tuple[int, ...]) -> Order | None:
    """How the values of a, in another order, are those of b; None where they are not.

    Raises what reading raises.
    """
    if not 0 < len(shape_a) == len(shape_b) <= MOST_AXES or sorted(shape_a) != sorted(shape_b):
        return None
    slices_a, slices_b = _by_slice(a, shape_a), _by_slice(b, shape_b)
    if slices_a[0].sum() != slices_b[0].sum():
        return None
    weights = [_factors(size, axis) for axis, size in enumerate(shape_b)]
    target = None
    for order in permutations(range(len(shape_a))):
        if any(shape_a[axis] != shape_b[place] for place, axis in enumerate(order)):
            continue
        plain = order == tuple(range(len(order)))
        moved: list[int] = []
        factors = list(weights)
        for place, axis in enumerate(order):
            factors[axis] = weights[place]
            if np.array_equal(slices_a[axis], slices_b[place]):
                continue
            if not plain or not np.array_equal(np.sort(slices_a[axis]), np.sort(slices_b[place])):
                break
            moved.append(axis)
            factors[axis] = np.empty_like(weights[axis])
            ranked = np.argsort(slices_a[axis], kind="stable"), np.argsort(slices_b[axis], kind="stable")
            factors[axis][ranked[0]] = weights[axis][ranked[1]]
        else:
            target = _by_place(b, weights) if target is None else target
            if _by_place(a, factors) == target:
                return Order("permuted", _axes(moved)) if plain else Order("transposed", f"axes {order}")
    return Order("permuted", "in another order") if shape_a == shape_b else None


def _axes(axes: Sequence[int]) -> str:
    names = " and ".join(map(str, axes))
    return f"{'axis' if len(axes) == 1 else 'axes'} {names} in another order"


def _hashed(blocks: Blocks, shape: tuple[int, ...]) -> Iterator[tuple[int, Sums]]:
    """Hashes of the values in pieces along the first axis, each with the row that it begins at."""
    row = prod(shape[1:])
    step = max(1, HASHED_TOGETHER // max(row, 1))
    begin = 0
    for block in blocks():
        rows = np.asarray(block).reshape(-1, *shape[1:]) if row else np.empty((0, *shape[1:]))
        for start in range(0, rows.shape[0], step):
            piece = rows[start : start + step]
            yield begin + start, _hash(piece)
        begin += rows.shape[0]


def _hash(values: Values) -> Sums:
    """A hash of each value: 0.0 and -0.0 have the same one, and so have all NaN."""
    if values.dtype.kind == "c":
        return _hash(values.real.copy()) ^ _mixed(_hash(values.imag.copy()))
    numbers: Values = values.astype(np.int64 if values.dtype.kind in "iu" else np.float64)
    if numbers.dtype == np.float64:
        numbers += 0.0
        numbers[np.isnan(numbers)] = np.nan
    return _mixed(np.ascontiguousarray(numbers).view(np.uint64))


def _mixed(bits: Sums) -> Sums:
    """The bits mixed so that each depends on all. Source: the finalizer of SplitMix64 (Steele et al., 2014)."""
    bits = bits + np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


def _factors(size: int, axis: int) -> Sums:
    """An odd factor for each place along an axis, always the same."""
    return _mixed(np.arange(size, dtype=np.uint64) + np.uint64((axis + 1) << 40)) | np.uint64(1)


def _by_slice(blocks: Blocks, shape: tuple[int, ...]) -> list[Sums]:
    """For each axis and place along it the sum over all values there, whatever their order."""
    sums = [np.zeros(size, np.uint64) for size in shape]
    for begin, piece in _hashed(blocks, shape):
        for axis in range(len(shape)):
            others = tuple(other for other in range(len(shape)) if other != axis)
            found: Sums = np.add.reduce(piece, axis=others, dtype=np.uint64)
            if axis:
                sums[axis] += found
            else:
                sums[0][begin : begin + piece.shape[0]] += found
    return sums


def _by_place(blocks: Blocks, factors: Sequence[Sums]) -> int:
    """The sum of all values, each times the factors of the place where it stands."""
    total = 0
    for begin, piece in _hashed(blocks, tuple(one.size for one in factors)):
        for factor in reversed(factors[1:]):
            piece = np.matmul(piece, factor)
        total += int((piece * factors[0][begin : begin + piece.shape[0]]).sum(dtype=np.uint64))
    return total % (1 << 64)
