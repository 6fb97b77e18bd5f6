"""What is to be said of the numbers that flow through a call: how they are spread, and which units never change.

An `Activity` takes the outputs of batch after batch in one pass; its memory does not grow with them. It knows nothing
of layers: what is an axis of units and where values saturate it is told.

Extremes, mean, deviation, NaN and infinities are those of every value, and so are zeros, but where none is in the
sample. Quantiles and histograms are those of the sample: `SAMPLE` values of each batch at most, evenly spaced. Of a
thousand times as many they would take longer than the network.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netviz.analysis.distribution import Distribution

Array = NDArray[Any]

PIECE = 1 << 17
"""Values looked at together: they stay in the cache while several figures are made of them."""

WIDTH = 2048
"""Values side by side for which numpy uses the vector units well."""

FEW, MANY = 64, 4096
"""Rows in which units are first looked at for one that is constant, and in which the rest are."""

SAMPLE = 1 << 13
"""Values of one batch that quantiles and histograms are made of."""

SPREAD = 0.05
"""Where the squared deviation is less than this part of the mean square, it is computed anew about the mean."""

WHOLE = 1 << 15
"""Up to so many values of a batch all are taken."""

EDGE = 0.01
"""A value saturates within this part of the range from an end of it."""


@dataclass(frozen=True, slots=True)
class Ends:
    """Where the values of an activation saturate; None is an end that it never reaches or that is no fault.

    With `largest` only the largest value along the last axis counts, as of a softmax that is sure of one class.
    """

    low: float | None
    high: float | None
    largest: bool = False

    @property
    def margin(self) -> float:
        span = (self.high if self.high is not None else 0.0) - (self.low if self.low is not None else 0.0)
        return EDGE * span


@dataclass(slots=True, eq=False)
class Activity:
    """An accumulator of what one output of a call gives.

    `axis` is that of the units (channels, features), None where there are none. Shapes are those of the last array
    taken. `mean` and `std` (of the population), `minimum` and `maximum` are of the finite values.
    """

    axis: int | None = -1
    ends: Ends | None = None
    shape: tuple[int, ...] = ()
    dtype: str = ""
    samples: int = 0
    size: int = 0
    zeros: int = 0
    nan: int = 0
    infinite: int = 0
    minimum: float | None = None
    maximum: float | None = None
    saturated: int = 0
    judged: int = 0
    seen: Distribution = field(default_factory=Distribution)
    _count: int = 0
    _mean: float = 0.0
    _squares: float = 0.0
    _first: Array | None = None
    _constant: Array = field(default_factory=lambda: np.empty(0, np.intp))
    _rows: int = 0

    @property
    def mean(self) -> float | None:
        return self._mean if self._count else None

    @property
    def std(self) -> float | None:
        return math.sqrt(max(0.0, self._squares) / self._count) if self._count else None

    @property
    def zero_share(self) -> float | None:
        return self.zeros / self.size if self.size else None

    @property
    def saturated_share(self) -> float | None:
        """The share of values near an end of the activation's range; None where it has no such end."""
        return self.saturated / self.judged if self.judged and self._count else None

    @property
    def units(self) -> int | None:
        """How many units there are; None where each was seen once only, or only as NaN, which says nothing of it."""
        return None if self._first is None or self._rows < 2 or not self._count else self._first.size

    @property
    def dead(self) -> int | None:
        """Units with one and the same value in all samples and places."""
        return None if self.units is None else self._constant.size

    def take(self, values: Array) -> None:
        """Adds the outputs for one batch, batch axis first, of any dtype; of texts and complex ones the size."""
        self.shape, self.dtype = tuple(values.shape), values.dtype.name
        self.samples += values.shape[0] if values.ndim else 1
        if values.dtype.kind not in "fiub":
            self.size += values.size
            self.axis = None
            return
        if not values.size:
            return
        with np.errstate(all="ignore"):
            self._take(values)

    def _take(self, values: Array) -> None:
        held = self.axis is not None and values.ndim > 1 and -values.ndim <= self.axis < values.ndim
        units = values.shape[self.axis] if held and self.axis is not None else 0
        if units and self.axis not in (-1, values.ndim - 1):
            values = np.moveaxis(values, self.axis or 0, -1)
        flat = values.reshape(-1)
        sample = flat[:: _step(flat.size, values.shape[1:])]
        self.seen.take(sample)
        zeros = sample.size == flat.size or not sample.all()
        if units:
            self._look_for_constant(flat.reshape(-1, units))
        if self.ends:
            self._judge(values)
        for begin in range(0, flat.size, PIECE):
            self._piece(flat[begin : begin + PIECE].astype(_kind(flat), copy=False), zeros)

    def _look_for_constant(self, rows: Array) -> None:
        """Lets go of the units that do not give what they gave first. Most do not in a few rows, which cost little."""
        if self._first is None or self._first.size != rows.shape[1]:
            self._first, self._constant = rows[0].copy(), np.arange(rows.shape[1])
        self._rows += len(rows)
        self._keep_constant(rows[:: max(1, len(rows) // FEW)])
        begin, length = 0, FEW
        while begin < len(rows) and self._constant.size:
            self._keep_constant(rows[begin : begin + length])
            begin, length = begin + length, min(2 * length, MANY)

    def _keep_constant(self, rows: Array) -> None:
        assert self._first is not None
        left = self._constant
        if left.size:
            same = (rows[:, left] == self._first[left]).all(axis=0)
            self._constant = left[same]

    def _piece(self, piece: Array, zeros: bool) -> None:
        self.size += piece.size
        total, squares = _sums(piece)
        if not math.isfinite(total):  # it is not where a value is not, and hardly where all are
            good = np.isfinite(piece)
            nan = int(np.count_nonzero(np.isnan(piece)))
            self.nan += nan
            self.infinite += piece.size - int(np.count_nonzero(good)) - nan
            piece = piece[good].astype(np.float64)
            if not piece.size:
                return
            total, squares = _sums(piece)
        least, greatest = float(piece.min()), float(piece.max())
        if zeros and least <= 0 <= greatest:
            self.zeros += piece.size - int(np.count_nonzero(piece != 0))
        self._add_extremes(least, greatest)
        self._merge(piece.size, *_moments(piece, total, squares))

    def _add_extremes(self, least: float, greatest: float) -> None:
        self.minimum = least if self.minimum is None else min(self.minimum, least)
        self.maximum = greatest if self.maximum is None else max(self.maximum, greatest)

    def _merge(self, count: int, mean: float, squares: float) -> None:
        """Adds the mean and the squared deviations of more values (Chan, Golub and LeVeque, 1979)."""
        total = self._count + count
        apart = mean - self._mean
        self._squares += squares + apart * apart * self._count * count / total
        self._mean += apart * count / total
        self._count = total

    def _judge(self, values: Array) -> None:
        """Counts the values near the ends of the activation's range."""
        ends = self.ends
        assert ends is not None
        if ends.largest and values.ndim > 1:
            values = values.max(-1)
        margin = ends.margin
        self.judged += values.size
        if ends.low is not None:
            self.saturated += int(np.count_nonzero(values < ends.low + margin))
        if ends.high is not None:
            self.saturated += int(np.count_nonzero(values > ends.high - margin))


def _kind(values: Array) -> type[np.floating[Any]]:
    """What values are computed as: float32 where that holds them."""
    return np.float32 if values.dtype.name in ("float32", "float16", "bool", "int8", "uint8") else np.float64


def _step(size: int, shape: tuple[int, ...]) -> int:
    """The distance of `SAMPLE` evenly spaced values, such that they meet every unit and place alike; 1 for few."""
    step = 1 if size <= WHOLE else -(-size // SAMPLE)
    inner = math.prod(shape)
    while step > 1 and math.gcd(step, inner) > 1:
        step += 1
    return step


def _sums(piece: Array) -> tuple[float, float]:
    """The sum and the sum of squares: within rows as the values are, of all rows as float64."""
    whole = piece.size - piece.size % WIDTH
    rows = piece[:whole].reshape(-1, 1, WIDTH)
    rest = piece[whole:].astype(np.float64)
    total, squares = float(rest.sum()), float(np.dot(rest, rest))
    if whole:
        total += float(np.matmul(rows, np.ones((WIDTH, 1), piece.dtype)).sum(dtype=np.float64))
        squares += float(np.matmul(rows, rows.reshape(-1, WIDTH, 1)).sum(dtype=np.float64))
    return total, squares


def _moments(piece: Array, total: float, squares: float) -> tuple[float, float]:
    """The mean and the sum of squared deviations of finite values, whose sums are given."""
    mean = total / piece.size
    deviations = squares - total * mean
    if not math.isfinite(squares) or not deviations > SPREAD * squares:
        wide = piece.astype(np.float64)
        mean = float(wide.mean())
        wide -= mean
        deviations = float(np.dot(wide, wide))
    return mean, deviations
