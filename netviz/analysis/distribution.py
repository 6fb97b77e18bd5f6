"""How numbers are distributed: counts, moments, quantiles and histograms in one pass, of any number of values.

An accumulator takes arrays piece by piece and can be merged with others; how the values were divided makes no
difference but for the rounding of sums. It knows nothing of weights or layers.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from netviz.analysis.counting import (
    MANTISSA,
    Counted,
    Counts,
    Floats,
    Moments,
    Values,
    counted,
    counted_wide,
    ends,
    extremes,
    interpolated,
    magnitude,
    moments,
    pieces,
    steps,
    wide_keys,
)

EXACT = 8192
"""Up to so many values are kept as they are, and all that is said of them is exact."""

FAINT = 0.005
"""Less than this share of the values is nothing to be seen in a histogram."""

AHEAD = 2
"""Pieces that may wait to be counted while others are summed."""


@dataclass(slots=True, eq=False)
class Distribution:
    """An accumulator of numbers: `take` arrays, `merge` others, then read what they show.

    `size` counts all values, of them `zeros`, `nan` and `infinite` ones. `minimum`, `maximum`, `mean`, `std` (of the
    population), `norm` (the root of the sum of squares), quantiles and histograms are those of the finite values, None
    where there is none. Its memory is bounded: 9 MB whatever it is given, and some 100 KB as values usually are,
    once it is made `compact`.
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
    _kept: int = 0
    _whole: bool = True
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
        self.take_all((values,))

    def take_all(self, blocks: Iterable[Values], told: Callable[[int], None] | None = None) -> None:
        """Adds the values of all the arrays, and tells after each of them how many it has had.

        Large ones are counted by a thread of their own while the next are read and summed; what comes out is the same.
        Raises TypeError as `take` does.
        """
        with np.errstate(all="ignore"), ThreadPoolExecutor(1) as counting:
            waiting: deque[tuple[Values, Moments, Future[Counted]]] = deque()
            for block in blocks:
                for piece in pieces(block):
                    self._whole = self._whole and np.asarray(block).dtype.kind in "iub"
                    if self._few is not None and self._kept + piece.size > self.exact:
                        self._spill()
                    if self._few is not None or piece.dtype != np.float32 or piece.size <= EXACT:
                        self._add_piece(piece)
                        continue
                    work = counting.submit(counted, piece)
                    waiting.append((piece, moments(piece), work))
                    if len(waiting) > AHEAD:
                        self._add_counted(*waiting.popleft())
                if told:
                    told(np.asarray(block).size)
            while waiting:
                self._add_counted(*waiting.popleft())

    def merge(self, other: Distribution) -> None:
        """Adds all that the other has taken, which stays as it is."""
        if other.mean is not None and other.std is not None:
            self._add_moments(Moments(other._summed, other.mean, other.std))
        if other.minimum is not None and other.maximum is not None:
            self._add_extremes(other.minimum, other.maximum)
        self.size += other.size
        self.zeros += other.zeros
        self.nan += other.nan
        self.infinite += other.infinite
        self._whole = self._whole and other._whole
        if self._few is not None and other._few is not None and self._kept + other._kept <= self.exact:
            self._few += other._few
            self._kept += other._kept
            return
        self._spill()
        if other._few is None:
            other.compact()
            self._add(other._keys, other._counts)
        for part in other._few or ():
            self._add(*counted_wide(part))

    def compact(self) -> None:
        """Lets go of the memory that is only needed while values are taken."""
        if self._dense is not None:
            dense, self._dense = self._dense, None
            keys = np.flatnonzero(dense)
            self._add(wide_keys(keys), dense[keys])

    def quantiles(self, shares: Sequence[float]) -> tuple[float, ...] | None:
        """For each share the value that so many of the finite values are not above; None where there is none.

        Of up to `EXACT` values exactly as `numpy.quantile` has it, which interpolates. Of more as
        `numpy.quantile(method="inverted_cdf")`: exactly so for shares of 0 and 1, else off by less than 1 % of the
        value (below 1e-306, by less than 1e-308).
        """
        if self.minimum is None or self.maximum is None:
            return None
        if self._few is not None:
            return interpolated(np.concatenate(self._few), shares)
        ranks = np.clip(np.ceil(np.asarray(shares, np.float64) * self.finite), 1, self.finite)
        low, high, counts = self._counters()
        sums = np.cumsum(counts)
        places = np.searchsorted(sums, ranks)
        inside = (ranks - (sums[places] - counts[places]) - 0.5) / counts[places]
        found = np.clip(low[places] + inside * (high[places] - low[places]), self.minimum, self.maximum)
        found[ranks == 1] = self.minimum
        found[ranks == self.finite] = self.maximum
        return tuple(float(value) for value in found)

    def histogram(self, bins: int = 64, limits: tuple[float, float] | None = None) -> tuple[Floats, Floats]:
        """(counts, edges) of the finite values in equal bins between the limits (None: the least and the greatest).

        As `numpy.histogram`, and counted as `counts_between` has it. Where both limits are the same value there is one
        bin, of no width.
        """
        first, last = limits or (self.minimum or 0.0, self.maximum or 0.0)
        shares = np.linspace(0, 1, bins + 1)
        edges = first * (1 - shares) + last * shares  # np.linspace would overflow where the span does
        if first == last:
            edges = np.array([first, last], np.float64)
        return self.counts_between(edges), edges

    def around(self, limits: tuple[float, float], bins: int = 64) -> tuple[Floats, Floats]:
        """(counts, edges) of all finite values for a picture that shows what lies between the limits.

        Of a distribution that mostly lies there, `bins` equal bins are inside, and others, no narrower, beyond; of any
        other the bins are equal over its whole range, so that those inside tell how little of it they are; where less
        than `FAINT` is inside, it is left out.
        """
        if self.minimum is None or self.maximum is None:
            return np.zeros(0), np.zeros(0)
        beyond = self.beyond(limits) / self.finite
        if beyond > 1 - FAINT:
            edges = np.array([min(limits[0], self.minimum), *limits, max(limits[1], self.maximum)], np.float64)
            return np.where([True, False, True], self.counts_between(edges), 0.0), edges
        if not beyond or 2 * beyond > 1:
            return self.histogram(bins)
        low, high = max(limits[0], self.minimum), min(limits[1], self.maximum)
        inside = self.histogram(bins, (low, high))[1]
        width = (high - low) / bins
        below, above = steps(low - self.minimum, width, bins), steps(self.maximum - high, width, bins)
        edges = np.concatenate((low - below[::-1], inside, high + above))
        edges[0], edges[-1] = min(edges[0], self.minimum), max(edges[-1], self.maximum)  # rounding left them short
        return self.counts_between(edges), edges

    def beyond(self, limits: tuple[float, float]) -> float:
        """How many of the finite values lie beyond the limits, as exact as a histogram."""
        if self.minimum is None or self.maximum is None or (limits[0] <= self.minimum and self.maximum <= limits[1]):
            return 0.0
        return max(self.finite - float(self.counts_between(np.array(limits, np.float64)).sum()), 0.0)

    def counts_between(self, edges: Floats) -> Floats:
        """How many of the finite values lie between each two edges, which rise; the last bin includes its upper edge.

        Values beyond them are left out. Exact for `EXACT` values at most; else a counter that an edge divides is shared
        out as if its values lay evenly, so counts may be fractions; a bin is off by no more than what lies in the two
        counters at its edges, and the sum over all values is exact.
        """
        if self.minimum is None or self.maximum is None:
            return np.zeros(edges.size - 1)
        if self._few is not None:
            return np.histogram(np.concatenate(self._few), edges)[0].astype(np.float64)
        low, high, counts = self._counters()
        low, high = np.clip(low, self.minimum, self.maximum), np.clip(high, self.minimum, self.maximum)
        # How many values lie below each edge: it rises evenly inside a counter, and at once where all are the same.
        sums = np.concatenate(([0], np.cumsum(counts))).astype(np.float64)
        limit = np.append(edges[:-1], math.nextafter(edges[-1], math.inf))
        places = np.searchsorted(low, limit, side="left") - 1
        inside = np.clip(places, 0, None)
        width = high[inside] - low[inside]
        with np.errstate(all="ignore"):
            share = np.where(width > 0, np.clip((limit - low[inside]) / width, 0, 1), 1.0)
        below = np.where(places < 0, 0.0, sums[inside] + share * counts[inside])
        if edges[-1] >= self.maximum:
            below[-1] = sums[-1]
        return np.diff(below)

    def _add_piece(self, piece: Values) -> None:
        """Adds a piece that is small or float64."""
        finite = piece[np.isfinite(piece)]
        nan = int(np.count_nonzero(np.isnan(piece)))
        self.nan += nan
        self.infinite += piece.size - finite.size - nan
        self.zeros += finite.size - int(np.count_nonzero(magnitude(finite)))
        self._add_moments(moments(piece))
        self.size += piece.size
        if finite.size:
            self._add_extremes(float(finite.min()), float(finite.max()))
            values = finite.astype(np.float64)
            if self._few is not None:
                self._few.append(values)
                self._kept += values.size
            else:
                self._add(*counted_wide(values))

    def _add_counted(self, piece: Values, found: Moments, work: Future[Counted]) -> None:
        """Adds a piece of float32 that was counted and summed."""
        result = work.result()
        self._add_moments(found)
        self.size += piece.size
        self.zeros += result.zeros
        self.nan += result.nan
        self.infinite += result.infinite
        if result.small.size:
            self._add(*counted_wide(result.small))
        self._look_for_extremes(piece, result)
        if self._dense is None:
            self._dense = result.counts
        else:
            self._dense += result.counts

    def _look_for_extremes(self, piece: Values, result: Counted) -> None:
        """Adds the least and the greatest value of a piece, if its counters allow for one beyond those known."""
        if self.minimum is not None and self.maximum is not None:
            least, greatest = extremes(result)
            if least >= self.minimum and greatest <= self.maximum:
                return
        finite = piece[np.isfinite(piece)] if result.nan or result.infinite else piece
        if finite.size:
            self._add_extremes(float(finite.min()), float(finite.max()))

    def _spill(self) -> None:
        """Counts what has been kept so far."""
        few, self._few, self._kept = self._few, None, 0
        for part in few or ():
            self._add(*counted_wide(part))

    def _add(self, keys: Counts, counts: Counts) -> None:
        if not self._keys.size:
            self._keys, self._counts = keys, counts
            return
        every, places = np.unique(np.concatenate((self._keys, keys)), return_inverse=True)
        total = np.zeros(every.size, np.int64)
        np.add.at(total, places, np.concatenate((self._counts, counts)))
        self._keys, self._counts = every, total

    def _counters(self) -> tuple[Floats, Floats, Counts]:
        """The ends of each counter that counts anything, least first, and its count; both ends are 0 for zeros.

        Of integers the ends are the first and the last one in it: the same up to 256.
        """
        self.compact()
        near, far = ends(self._keys)
        if self._whole:
            far = near + np.copysign(np.maximum(np.abs(far - near) - 1, 0), near)
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

    def _add_extremes(self, least: float, greatest: float) -> None:
        self.minimum = least if self.minimum is None else min(self.minimum, least)
        self.maximum = greatest if self.maximum is None else max(self.maximum, greatest)

    def _add_moments(self, more: Moments) -> None:
        """Adds the mean and deviation of more values, in a form that can neither overflow nor cancel out.

        Source: Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances"
        (1979), with both sides divided by the number of values.
        """
        if not more.size:
            return
        self._summed += more.size
        if self.mean is None or self.std is None:
            self.mean, self.std = more.mean, more.std
            return
        added = more.size / self._summed
        kept = 1 - added
        apart = math.sqrt(added * kept)
        self.std = math.hypot(
            math.sqrt(kept) * self.std, math.sqrt(added) * more.std, apart * more.mean - apart * self.mean
        )
        self.mean = kept * self.mean + added * more.mean
