"""What is to be said of the numbers that flow through a call: how they are spread, and which units never change.

An `Activity` takes the outputs of batch after batch in one pass; its memory does not grow with them. It knows nothing
of layers: what is an axis of units and where values saturate it is told.

Counts, extremes, mean and deviation are those of every value. Quantiles and histograms are of `SAMPLE` values of each
batch at most, evenly spaced: of a thousand times as many they would take longer than the network.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netviz.analysis.distribution import Distribution

Array = NDArray[Any]

PIECE = 1 << 16
"""Values looked at together: they stay in the cache while several figures are made of them."""

WIDTH = 2048
"""Values side by side for which numpy uses the vector units well."""

SAMPLE = 1 << 15
"""Values of one batch that quantiles and histograms are made of."""

SPREAD = 0.05
"""Where the squared deviation is less than this part of the mean square, it is computed anew about the mean."""

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
    _low: Array | None = None
    _high: Array | None = None
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
        return self.saturated / self.judged if self.judged else None

    @property
    def units(self) -> int | None:
        """How many units there are; None where each was seen once only, which says nothing of what it can do."""
        return None if self._low is None or self._rows < 2 else self._low.size

    @property
    def dead(self) -> int | None:
        """Units with one and the same value in all samples and places."""
        if self.units is None or self._low is None or self._high is None:
            return None
        return int(np.count_nonzero(self._low == self._high))

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
        units = values.shape[self.axis] if self.axis is not None and values.ndim > 1 else 0
        if units and self.axis not in (-1, values.ndim - 1):
            values = np.moveaxis(values, self.axis or 0, -1)
        flat = values.reshape(-1)
        self.seen.take(flat[:: _step(flat.size, values.shape[1:])])
        if self.ends:
            self._judge(values)
        fold = max(1, WIDTH // (units or 1))
        width = fold * (units or 1)
        ends = _Extremes(width, _kind(flat))
        length = max(1, PIECE // width) * width
        for begin in range(0, flat.size, length):
            self._piece(flat[begin : begin + length].astype(_kind(flat), copy=False), ends)
        self._add_extremes(*ends.finite())
        if units:
            self._rows += flat.size // units
            low, high = ends.by_unit(units)
            self._low = low if self._low is None or self._low.size != units else np.minimum(self._low, low)
            self._high = high if self._high is None or self._high.size != units else np.maximum(self._high, high)

    def _piece(self, piece: Array, ends: _Extremes) -> None:
        self.size += piece.size
        self.zeros += piece.size - int(np.count_nonzero(piece != 0))
        total, squares = _sums(piece)
        if math.isfinite(total):  # it is not where a value is not, and hardly where all are
            ends.take(piece)
            self._merge(piece.size, *_moments(piece, total, squares))
            return
        ends.take_any(piece)
        good = np.isfinite(piece)
        nan = int(np.count_nonzero(np.isnan(piece)))
        self.nan += nan
        self.infinite += piece.size - int(np.count_nonzero(good)) - nan
        finite = piece[good].astype(np.float64)
        if finite.size:
            self._add_extremes(float(finite.min()), float(finite.max()))
            self._merge(finite.size, *_moments(finite, *_sums(finite)))

    def _add_extremes(self, least: float, greatest: float) -> None:
        if least <= greatest:
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
    """The distance of `SAMPLE` evenly spaced values, such that they meet every unit and place alike."""
    step = max(1, -(-size // SAMPLE))
    inner = math.prod(shape)
    while step > 1 and math.gcd(step, inner) > 1:
        step += 1
    return step


class _Extremes:
    """The least and the greatest values at each place of rows of `width` values, which hold each unit several times.

    One long row is compared faster than many short ones. `finite` leaves out pieces in which a value is not.
    """

    def __init__(self, width: int, kind: type[np.floating[Any]]) -> None:
        self.low, self.high = np.full(width, np.inf, kind), np.full(width, -np.inf, kind)
        self.any: tuple[Array, Array] | None = None

    def take(self, piece: Array) -> None:
        width = self.low.size
        whole = piece.size - piece.size % width
        if whole:
            rows = piece[:whole].reshape(-1, width)
            np.minimum(self.low, np.minimum.reduce(rows), out=self.low)
            np.maximum(self.high, np.maximum.reduce(rows), out=self.high)
        rest = piece[whole:]
        np.minimum(self.low[: rest.size], rest, out=self.low[: rest.size])
        np.maximum(self.high[: rest.size], rest, out=self.high[: rest.size])

    def take_any(self, piece: Array) -> None:
        """Takes a piece with NaN, which stays out, and infinities, which count for units alone."""
        if self.any is None:
            self.any = np.full_like(self.low, np.inf), np.full_like(self.high, -np.inf)
        for begin in range(0, piece.size, self.low.size):
            row = piece[begin : begin + self.low.size]
            for kept, better in zip(self.any, (np.fmin, np.fmax), strict=True):
                better(kept[: row.size], row, out=kept[: row.size])

    def finite(self) -> tuple[float, float]:
        return float(self.low.min()), float(self.high.max())

    def by_unit(self, units: int) -> tuple[Array, Array]:
        low, high = self.low, self.high
        if self.any is not None:
            low, high = np.minimum(low, self.any[0]), np.maximum(high, self.any[1])
        return low.reshape(-1, units).min(axis=0), high.reshape(-1, units).max(axis=0)


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
