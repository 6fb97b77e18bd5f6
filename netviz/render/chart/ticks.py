"""Axes: what they span, where their ticks are and how numbers are written on them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.ticker import FixedLocator, Formatter, MaxNLocator
from numpy.typing import NDArray

from netviz.charts import Axis, Scale
from netviz.render.chart import words

FURTHEST, NEAREST = 1e300, 1e-300
"""Greater numbers are drawn here, for differences of limits must be finite; those nearer to zero are zero."""
SYMMETRIC = 0.1
"""By how much of its length an axis may be off zero and have the same ticks at both sides."""
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def power(exponent: int) -> str:
    """A power of ten, as text."""
    return "10" + str(exponent).translate(_SUPERSCRIPTS)


def number(value: float, digits: int = 3) -> str:
    """A number in a few digits: 0.0123, −4.57, 1,230, 3.1·10⁻⁸."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    mantissa, _, written = f"{value:.{digits - 1}e}".partition("e")
    exponent = int(written)
    text = f"{value:,.{max(0, digits - 1 - exponent)}f}" if -4 <= exponent < 6 else mantissa
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace("-", "−") + ("" if -4 <= exponent < 6 else f"·{power(exponent)}")


class Numbers(Formatter):
    """Writes the ticks of an axis in equally many digits."""

    def __call__(self, value: float, position: int | None = None) -> str:
        return number(float(value), 4)

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        return tick_words(values)


class Powers(Formatter):
    """Writes the ticks of a logarithmic axis."""

    def __call__(self, value: float, position: int | None = None) -> str:
        return log_word(float(value))


def tick_words(values: Sequence[float]) -> list[str]:
    """The numbers with as many decimals as tell them apart, or as powers of ten."""
    finite = [float(value) for value in values if math.isfinite(value)]
    if not finite:
        return ["" for _ in values]
    most = max(abs(value) for value in finite)
    steps = [b - a for a, b in pairwise(finite) if b > a]
    step = min(steps, default=most or 1.0)
    if most and (most >= 1e6 or most < 1e-3):
        exponent = math.floor(math.log10(most) + 1e-9)
        unit = 10.0**exponent
        decimals = _decimals(step / unit)
        return ["0" if value == 0 else f"{_fixed(value / unit, decimals)}·{power(exponent)}" for value in values]
    decimals = _decimals(step)
    return [_fixed(value, decimals) for value in values]


def _decimals(step: float) -> int:
    for decimals in range(7):
        scaled = step * 10**decimals
        if scaled > 0.999 and abs(scaled - round(scaled)) < 1e-3 * scaled:
            return decimals
    return 6


def _fixed(value: float, decimals: int) -> str:
    text = f"{value:,.{decimals}f}"
    return "0" if float(text.replace(",", "")) == 0 else text.replace("-", "−")


def log_word(value: float) -> str:
    if value == 0 or not math.isfinite(value):
        return "0"
    sign = "−" if value < 0 else ""
    exponent = math.log10(abs(value))
    if abs(exponent - round(exponent)) < 1e-6:
        whole = round(exponent)
        return sign + (f"{10.0**whole:,.{max(0, -whole)}f}" if -3 <= whole <= 4 else power(whole))
    return number(value, 2)


def floats(values: Any) -> NDArray[np.float64]:
    """The numbers as float64, between `NEAREST` and `FURTHEST` from zero; infinite ones and NaN stay."""
    array = np.asarray(values)
    if array.dtype.kind == "c":
        array = array.real
    with np.errstate(all="ignore"):
        result = array.astype(np.float64)
        if array.dtype.itemsize <= 4:  # these are never so far
            return result
        size = np.abs(result)
        far = (size > FURTHEST) & (size < np.inf)
        if far.any():
            result[far] = np.copysign(FURTHEST, result[far])
        result[size < NEAREST] = 0.0
    return result


@dataclass(frozen=True, slots=True)
class Span:
    """What an axis shows: limits, low before high unless turned, and its scale."""

    low: float
    high: float
    scale: Scale = "linear"

    def forward(self, values: Any) -> NDArray[np.float64]:
        """Values to places along the axis, from 0 to 1; what a logarithm does not have is far below."""
        with np.errstate(all="ignore"):
            low, high = (float(self._scaled(np.float64(end))) for end in (self.low, self.high))
            places = (self._scaled(floats(values)) - low) / (high - low)
        return np.asarray(np.clip(np.nan_to_num(places, nan=np.nan, posinf=10, neginf=-10), -10, 10))

    def _scaled(self, values: Any) -> Any:
        if self.scale == "log":
            return np.log10(np.where(values > 0, values, 1e-320))
        return values

    @property
    def within(self) -> tuple[float, float]:
        return min(self.low, self.high), max(self.low, self.high)


def span(axis: Axis, values: Iterable[Any], pad: float = 0.0, zero: bool = False) -> Span:
    """The span of an axis: its own limits, or those of the finite values with a pad; from zero, if it must."""
    arrays = [array[np.isfinite(array)] for array in map(floats, values)]
    scale = axis.scale
    if scale == "log":
        arrays = [array[array > 0] for array in arrays]
    arrays = [array for array in arrays if array.size]
    given = floats(axis.limits).tolist() if axis.limits is not None else [math.nan]
    if all(map(math.isfinite, given)) and abs(given[1] - given[0]) > max(map(abs, given)) * 1e-9:
        low, high = given
        if scale == "log" and min(low, high) <= 0:
            low = min((float(array.min()) for array in arrays), default=max(abs(high), 1.0) * 1e-3)
            high = max(high, low * 10)
        return Span(low, high, scale)
    if not arrays:
        return Span(0.1, 10.0, "log") if scale == "log" else Span(0.0, 1.0)
    low, high = min(float(array.min()) for array in arrays), max(float(array.max()) for array in arrays)
    if max(abs(low), abs(high)) < NEAREST * 1e9:  # differences of limits must not be zero either
        return Span(NEAREST, 10.0, "log") if scale == "log" else Span(-1.0, 1.0)
    if zero and scale != "log":
        low, high = min(low, 0.0), max(high, 0.0)
    if scale == "log":
        if high / low < 1.001:
            low, high = low / 2, high * 2
        room = (math.log10(high) - math.log10(low)) * pad
        return Span(max(low * 10**-room, NEAREST), min(high * 10**room, FURTHEST), scale)
    if high - low <= max(abs(low), abs(high)) * 1e-9 or high == low:
        room = abs(high) * 0.1 or 1.0
        return Span(max(low - room, -FURTHEST), min(high + room, FURTHEST), scale)
    room = (high - low) * pad
    low, high = (low if zero and low == 0 else low - room), (high if zero and high == 0 else high + room)
    return Span(max(low, -FURTHEST), min(high, FURTHEST), scale)


def places(shown: Span, count: int, whole: bool = False) -> list[float]:
    """At most about `count` round places for ticks; `whole`: at whole numbers, where the axis counts."""
    low, high = shown.within
    count = max(1, count)
    if shown.scale == "log":
        found = _decades(low, high, count)
        if len(found) >= 2:
            return found
    least = 1 if whole and high - low < 2 else 2
    at = _round_places(low, high, count, whole, least)
    if low < 0 < high and abs(low + high) < SYMMETRIC * (high - low):
        for more in range(count, count + 8):  # −1, 0, 1 rather than 0, 1
            tried = _round_places(low, high, more, whole, least)
            room = (high - low) * 1e-9
            even = [tick for tick in tried if any(abs(tick + other) <= room for other in tried)]
            if len(even) >= 3:
                return even
    return at


def _round_places(low: float, high: float, count: int, whole: bool, least: int) -> list[float]:
    locator = MaxNLocator(nbins=count, steps=[1, 2, 2.5, 5, 10], min_n_ticks=least, integer=whole)
    with np.errstate(all="ignore"):
        ticks = locator.tick_values(low, high)
    room = (high - low) * 1e-9
    return [float(tick) for tick in ticks if low - room <= tick <= high + room]


def _decades(low: float, high: float, count: int) -> list[float]:
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    stride = max(1, -(-(last - first + 1) // max(count, 2)))
    found = [10.0**exponent for exponent in range(first, last + 1, stride) if -320 < exponent < 308]
    if len(found) < 3 and stride == 1:
        more = [m * 10.0**e for e in range(max(first - 1, -307), min(last, 307) + 1) for m in (1, 2, 5)]
        more = [tick for tick in more if low * (1 - 1e-9) <= tick <= high * (1 + 1e-9)]
        return more if len(more) <= count + 1 or len(found) < 2 else found
    return found


@dataclass(frozen=True, slots=True)
class Ticks:
    """Places on an axis with what is written there. `names` are words of the chart, not numbers."""

    places: tuple[float, ...] = ()
    words: tuple[str, ...] = ()
    names: bool = False
    upright: bool = False

    def widest(self) -> float:
        return max((words.width(word, "tick") for word in self.words), default=0.0)


def ticks_of(axis: Axis, shown: Span, length: float, *, across: bool, room: float = 1.6, whole: bool = False) -> Ticks:
    """The ticks that fit on an axis of `length` inches; `across` where words stand side by side.

    `room` is the most that a word may take up across the axis, `whole` allows no ticks between whole numbers.
    """
    if axis.ticks is not None:
        named = [(float(place), str(word)) for place, word in axis.ticks if math.isfinite(place)]
        inside = [(place, word) for place, word in named if -1e-6 <= float(shown.forward(place)) <= 1 + 1e-6]
        return named_ticks(inside, shown, length, across=across, room=room)
    count = max(2, int(length / (0.5 if across else 0.34)))
    while True:
        at = places(shown, count, whole)
        texts = [log_word(tick) for tick in at] if shown.scale != "linear" else tick_words(at)
        if count <= 1 or not across or _apart(at, texts, shown, length):
            return Ticks(tuple(at), tuple(texts))
        count -= 1


def _apart(at: list[float], texts: list[str], shown: Span, length: float) -> bool:
    ends = sorted(zip((shown.forward(at) * length).tolist(), texts, strict=True))
    return all(
        b - a > (words.width(left, "tick") + words.width(right, "tick")) / 2 + 0.08
        for (a, left), (b, right) in pairwise(ends)
    )


def named_ticks(named: Sequence[tuple[float, str]], shown: Span, length: float, *, across: bool, room: float) -> Ticks:
    """Words at places, as many as there is room for: side by side if they fit so, else upright, else every n-th."""
    if not named:
        return Ticks()
    named = sorted(named, key=lambda item: float(shown.forward(item[0])))
    at = [place for place, _ in named]
    if across:
        texts = [words.plain(word) for _, word in named]
        if _apart(at, texts, shown, length):
            return Ticks(tuple(at), tuple(texts), names=True)
    kept = _spaced(shown.forward(at) * length, 0.13)
    texts = [words.shortened(named[index][1], room, "tick") for index in kept]
    return Ticks(tuple(at[index] for index in kept), tuple(texts), names=True, upright=across)


def _spaced(at: NDArray[np.float64], least: float) -> list[int]:
    """The indices of every n-th place, so that those kept are `least` apart."""
    if at.size < 2:
        return list(range(at.size))
    gaps = np.diff(at)
    usual = float(np.median(gaps))
    stride = 1 if usual >= least else math.ceil(least / max(usual, 1e-9))
    kept: list[int] = []
    for index in range(0, at.size, min(stride, at.size)):
        if not kept or at[index] - at[kept[-1]] >= least * 0.999:
            kept.append(index)
    return kept


def apply(axis: Any, ticks: Ticks, shown: Span) -> None:
    """Sets the ticks of a matplotlib axis; further zooming keeps numbers where they are numbers."""
    axis.set_major_locator(FixedLocator(list(ticks.places)))
    axis.set_minor_locator(FixedLocator([]))
    if ticks.names:
        axis.set_ticklabels(list(ticks.words))
    else:
        axis.set_major_formatter(Powers() if shown.scale != "linear" else Numbers())
