"""How numbers are distributed: counts, moments, quantiles and histograms in one pass, of any number of values.

An accumulator takes arrays piece by piece and can be merged with others; how the values were divided makes no
difference but for the rounding of sums. It knows nothing of weights or layers.

Values are counted by their upper bits, as the float that they are: sign, exponent and 7 bits of the mantissa. So a
counter spans less than 1/128 of its values, wherever they lie, and no range has to be known beforehand. (The same idea
as in HdrHistogram, by Gil Tene, and DDSketch, Masson, Rim and Lee 2019, without their logarithm.)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[Any]
Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

EXACT = 8192
"""Up to so many values are kept as they are, and all that is said of them is exact."""

PIECE = 1 << 18
"""Values counted together: few enough to stay in the cache, many enough to outweigh the counters."""

CHUNK = 1 << 13
"""Values summed together, as float64: they stay in the cache, and BLAS takes no threads for so few."""

MANTISSA = 7
"""Bits of the mantissa by which values are told apart: counters differ by less than 1/128, that is 0.8 %."""

NARROW = 1 << 16
"""Counters of float32: its upper 16 bits."""

WIDE = 52 - MANTISSA
"""Lower bits of a float64 that are not looked at."""

NARROW_TYPES = frozenset({"float32", "float16", "bool", "int8", "uint8", "int16", "uint16"})
"""Dtypes that float32 holds exactly; others are taken as float64."""

SAFE = (2.0**-400, 2.0**400)
"""Between these the squares of float64 values neither vanish nor overflow."""


@dataclass(slots=True, eq=False)
class Distribution:
    """An accumulator of numbers: `take` arrays, `merge` others, then read what they show.

    `size` counts all values, of them `zeros`, `nan` and `infinite` ones. `minimum`, `maximum`, `mean`, `std` (of the
    population), `norm` (the root of the sum of squares), quantiles and histograms are those of the finite values, None
    where there is none. Its memory is bounded: by 9 MB whatever it is given, and some 100 KB as values are usually.
    """

    size: int = 0
    zeros: int = 0
    nan: int = 0
    infinite: int = 0
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    std: float | None = None
    exact: int = EXACT
    _summed: int = 0
    _few: list[Floats] | None = field(default_factory=list)
    _keys: Counts = field(default_factory=lambda: np.empty(0, np.int64))
    _counts: Counts = field(default_factory=lambda: np.empty(0, np.int64))
    _dense: Counts | None = None

    @property
    def finite(self) -> int:
        """How many values are neither NaN nor infinite."""
        return self.size - self.nan - self.infinite

    @property
    def norm(self) -> float | None:
        """The Euclidean norm, infinite where it is beyond float64."""
        if self.mean is None or self.std is None:
            return None
        return math.sqrt(self.finite) * math.hypot(self.mean, self.std)

    def take(self, values: Values) -> None:
        """Adds the values of an array of any shape and any real dtype, bfloat16 and float8 included.

        Raises TypeError for complex values, of which none is the largest, and for what is no number.
        """
        given = np.asarray(values)
        if given.dtype.kind == "V" and given.dtype.names is None and given.dtype.name.startswith(("bfloat", "float")):
            given = given.astype(np.float32)  # ml_dtypes
        if given.dtype.kind not in "fiub":
            raise TypeError(f"values of dtype {given.dtype} have no order" if given.dtype.kind == "c" else "no numbers")
        narrow = given.dtype.name in NARROW_TYPES
        flat = given.reshape(-1)
        for begin in range(0, flat.size, PIECE):
            with np.errstate(all="ignore"):
                piece = np.ascontiguousarray(flat[begin : begin + PIECE], np.float32 if narrow else np.float64)
                self._take(piece)

    def merge(self, other: Distribution) -> None:
        """Adds all that the other has taken, which stays as it is."""
        if other.mean is not None and other.std is not None:
            self._add_moments(other._summed, other.mean, other.std)
        if other.minimum is not None and other.maximum is not None:
            self._add_extremes(other.minimum, other.maximum)
        self.size += other.size
        self.zeros += other.zeros
        self.nan += other.nan
        self.infinite += other.infinite
        if self._few is not None and other._few is not None and self._kept + other._kept <= self.exact:
            self._few += other._few
            return
        self._spill()
        if other._few is None:
            other.compact()
            self._add(other._keys, other._counts)
        else:
            for part in other._few:
                self._count_wide(part)

    def compact(self) -> None:
        """Lets go of the memory that is only needed while values are taken."""
        if self._dense is not None:
            dense, self._dense = self._dense, None
            keys = np.flatnonzero(dense)
            self._add(_wide_keys(keys), dense[keys])

    def quantiles(self, shares: Sequence[float]) -> tuple[float, ...] | None:
        """For each share the least value that so many of the finite values are not above; None where there is none.

        As `numpy.quantile(method="inverted_cdf")`: exactly so for `EXACT` values at most and for shares of 0 and 1,
        else off by less than 1 % of the value (below 1e-306, by less than 1e-308).
        """
        if self.minimum is None or self.maximum is None:
            return None
        ranks = np.clip(np.ceil(np.asarray(shares, np.float64) * self.finite), 1, self.finite)
        if self._few is not None:
            ordered = np.sort(np.concatenate(self._few))
            return tuple(float(value) for value in ordered[ranks.astype(np.int64) - 1])
        low, high, counts = self._buckets()
        sums = np.cumsum(counts)
        places = np.searchsorted(sums, ranks)
        inside = (ranks - (sums[places] - counts[places]) - 0.5) / counts[places]
        found = np.clip(low[places] + inside * (high[places] - low[places]), self.minimum, self.maximum)
        found[ranks == 1] = self.minimum
        found[ranks == self.finite] = self.maximum
        return tuple(float(value) for value in found)

    def histogram(self, bins: int = 64, limits: tuple[float, float] | None = None) -> tuple[Floats, Floats]:
        """(counts, edges) of the finite values in equal bins between the limits (None: the least and the greatest).

        As `numpy.histogram`: the last bin includes its upper edge, values beyond the limits are left out; of all equal
        values the limits are half a unit away. Exact for `EXACT` values at most; else a counter that an edge divides is
        shared out as if its values lay evenly, so counts may be fractions; a bin is off by no more than what lies in
        the two counters at its edges, and the sum over all values is exact.
        """
        first, last = limits or (self.minimum or 0.0, self.maximum or 0.0)
        if first == last:
            half = max(0.5, abs(first) / 1024)
            first, last = first - half, last + half
        steps = np.linspace(0, 1, bins + 1)
        edges = first * (1 - steps) + last * steps  # np.linspace would overflow where the span does
        if self.minimum is None or self.maximum is None:
            return np.zeros(bins), edges
        if self._few is not None:
            return np.histogram(np.concatenate(self._few), edges)[0].astype(np.float64), edges
        low, high, counts = self._buckets()
        low, high = np.clip(low, self.minimum, self.maximum), np.clip(high, self.minimum, self.maximum)
        # How many values lie below each edge: a cumulative count that rises evenly inside a counter, and at
        # once at a value that has one of its own.
        sums = np.concatenate(([0], np.cumsum(counts))).astype(np.float64)
        ends = np.append(edges[:-1], np.nextafter(edges[-1], np.inf))
        places = np.searchsorted(low, ends, side="left") - 1
        inside = np.clip(places, 0, None)
        width = high[inside] - low[inside]
        with np.errstate(all="ignore"):
            share = np.where(width > 0, np.clip((ends - low[inside]) / width, 0, 1), 1.0)
        below = np.where(places < 0, 0.0, sums[inside] + share * counts[inside])
        if edges[-1] >= self.maximum:
            below[-1] = sums[-1]
        return np.diff(below), edges

    @property
    def _kept(self) -> int:
        return sum(part.size for part in self._few or ())

    def _take(self, piece: Values) -> None:
        """Adds a piece of float32 or float64."""
        self.size += piece.size
        if self._few is not None and self._kept + piece.size > self.exact:
            self._spill()
        if self._few is None and piece.dtype == np.float32 and piece.size > EXACT:
            finite = self._count_narrow(piece)
        else:
            finite = self._finite(piece)
            self.zeros += finite.size - int(np.count_nonzero(_magnitude(finite)))
            if self._few is not None and finite.size:
                self._few.append(finite.astype(np.float64))
            else:
                self._count_wide(finite.astype(np.float64, copy=False))
        if finite.size:
            self._add_values(finite)

    def _finite(self, piece: Values) -> Values:
        """The finite values of a piece; the others are counted."""
        good = np.isfinite(piece)
        missing = piece.size - int(np.count_nonzero(good))
        if not missing:
            return piece
        nan = int(np.count_nonzero(np.isnan(piece)))
        self.nan += nan
        self.infinite += missing - nan
        return piece[good]

    def _count_narrow(self, piece: NDArray[np.float32]) -> NDArray[np.float32]:
        """Counts float32 values by their upper 16 bits, and gives those that are finite."""
        places = np.empty(piece.size, np.intp)
        np.right_shift(piece.view(np.uint32), 16, out=places, casting="unsafe")
        counts = np.bincount(places, minlength=NARROW)
        for sign in (0, NARROW // 2):
            if counts[sign : sign + 0x80].any():  # zeros, and subnormal values, which have fewer bits
                counts[sign : sign + 0x80] = 0
                self._count_least(piece, sign)
        finite: NDArray[np.float32] = piece
        if counts[0x7F80:0x8000].any() or counts[0xFF80:].any():
            counts[0x7F80:0x8000] = counts[0xFF80:] = 0
            finite = self._finite(piece)
        if self._dense is None:
            self._dense = counts
        else:
            self._dense += counts
        return finite

    def _count_least(self, piece: NDArray[np.float32], sign: int) -> None:
        """Counts the zeros and the subnormal values of one sign."""
        bits = piece.view(np.uint32)
        small = piece[bits >> 23 == sign >> 7]
        zeros = int(np.count_nonzero(_magnitude(small) == 0))
        self.zeros += zeros
        self._count_wide(_widened(small))

    def _count_wide(self, values: Floats) -> None:
        """Counts finite float64 values by their sign, exponent and 7 bits of the mantissa."""
        if values.size:
            self._add(*np.unique(values.view(np.int64) >> WIDE, return_counts=True))

    def _spill(self) -> None:
        """Counts what has been kept so far."""
        few, self._few = self._few, None
        for part in few or ():
            self._count_wide(part)

    def _add(self, keys: Counts, counts: Counts) -> None:
        if not self._keys.size:
            self._keys, self._counts = keys.astype(np.int64), counts.astype(np.int64)
            return
        every, places = np.unique(np.concatenate((self._keys, keys)), return_inverse=True)
        total = np.zeros(every.size, np.int64)
        np.add.at(total, places, np.concatenate((self._counts, counts)))
        self._keys, self._counts = every, total

    def _buckets(self) -> tuple[Floats, Floats, Counts]:
        """The ends of each counter that counts anything, least first, and its count; both ends are 0 for zeros."""
        self.compact()
        near = (self._keys << WIDE).view(np.float64)
        far = ((self._keys + 1) << WIDE).view(np.float64)  # of the greatest finite values infinity, and clipped
        far = np.where(np.isfinite(far), far, np.copysign(np.finfo(np.float64).max, near))
        keep = near != 0
        low, high = np.minimum(near, far)[keep], np.maximum(near, far)[keep]
        counts = self._counts[keep]
        small = int(self._counts[~keep].sum()) - self.zeros
        if small > 0:  # subnormal values of float64 that begin with zeros only
            low, high = np.append(low, 0.0), np.append(high, 2.0 ** (-1022 - MANTISSA))
            counts = np.append(counts, small)
        if self.zeros:
            low, high, counts = np.append(low, 0.0), np.append(high, 0.0), np.append(counts, self.zeros)
        order = np.lexsort((high, low))
        return low[order], high[order], counts[order]

    def _add_values(self, finite: Values) -> None:
        """Adds the extremes, mean and deviation of finite values."""
        least, greatest = float(finite.min()), float(finite.max())
        top = max(abs(least), abs(greatest))
        exponent = 0 if top == 0 or SAFE[0] < top < SAFE[1] else math.frexp(top)[1]
        for begin in range(0, finite.size, CHUNK):
            chunk = finite[begin : begin + CHUNK].astype(np.float64)
            if exponent:
                chunk = np.ldexp(chunk, -exponent)
            mean = float(chunk.mean())
            chunk -= mean
            std = math.sqrt(float(np.dot(chunk, chunk)) / chunk.size)
            self._add_moments(chunk.size, math.ldexp(mean, exponent), math.ldexp(std, exponent))
        self._add_extremes(least, greatest)

    def _add_extremes(self, least: float, greatest: float) -> None:
        self.minimum = least if self.minimum is None else min(self.minimum, least)
        self.maximum = greatest if self.maximum is None else max(self.maximum, greatest)

    def _add_moments(self, count: int, mean: float, std: float) -> None:
        """Adds the mean and deviation of so many values, in a form that can neither overflow nor cancel out.

        Source: Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances"
        (1979), with both sides divided by the number of values.
        """
        if self.mean is None or self.std is None:
            self._summed, self.mean, self.std = count, mean, std
            return
        self._summed += count
        added = count / self._summed
        kept = 1 - added
        apart = math.sqrt(added * kept)
        self.std = math.hypot(math.sqrt(kept) * self.std, math.sqrt(added) * std, apart * mean - apart * self.mean)
        self.mean = kept * self.mean + added * mean


def _wide_keys(keys: Counts) -> Counts:
    """Where values lie that float32 counts there, among the counters of float64."""
    floats = (keys.astype(np.uint32) << np.uint32(16)).view(np.float32)
    wide: Counts = floats.astype(np.float64).view(np.int64) >> WIDE
    return wide


def _widened(subnormal: NDArray[np.float32]) -> Floats:
    """Zeros and subnormal values as float64, also where the processor takes subnormals for zero."""
    bits = subnormal.view(np.uint32)
    values: Floats = (bits & np.uint32(0x7F_FFFF)).astype(np.float64) * 2.0**-149
    values[bits >> np.uint32(31) == 1] *= -1
    return values


def _magnitude(values: Values) -> Values:
    """The bits of floats without their sign: 0 for zeros only, also where the processor takes subnormals for zero."""
    bits: Values = values.view(np.uint32 if values.dtype.itemsize == 4 else np.uint64)
    shifted: Values = bits << bits.dtype.type(1)
    return shifted
