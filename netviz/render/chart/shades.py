"""Values as colours: scales, the bar that tells them, fewer cells of many, and the hatch of what is no number."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.colors import Normalize, to_hex
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from netviz.charts import Axis
from netviz.render.chart import words
from netviz.render.chart.curves import tick_style
from netviz.render.chart.place import Place
from netviz.render.chart.style import UNKNOWN, Look, line_height
from netviz.render.chart.ticks import Span, Ticks, apply, floats, ticks_of
from netviz.render.colors import luminance

BAR = 0.09
BAR_GAP = 0.12
LONGEST_BAR = 5.0


@dataclass(frozen=True)
class Shades:
    """Which colour a value has. `key` names the values beside the bar of colours; "" draws none."""

    signed: bool
    low: float
    high: float
    key: str
    look: Look

    def rgba(self, values: Any) -> NDArray[np.float64]:
        """The colours of values, clear where they are NaN; infinite ones have the colours at the ends."""
        scale = self.look.signs if self.signed else self.look.magnitudes
        shown = np.clip(floats(values), self.low, self.high)
        return np.asarray(scale(Normalize(self.low, self.high)(np.ma.masked_invalid(shown))))

    def ink(self, value: float) -> str:
        """Black or white, whichever can be read on the colour of the value."""
        if math.isnan(value):
            return self.look.ink
        light = luminance(to_hex(self.rgba(value)[:3]))
        return "#ffffff" if 1.05 / (light + 0.05) > (light + 0.05) / 0.05 else "#000000"

    def _ticks(self, length: float) -> Ticks:
        long = min(length, LONGEST_BAR)
        shown = Span(self.low, self.high)
        found = ticks_of(Axis(limits=shown.within), shown, long * 0.8, across=False)
        at = shown.forward(found.places) * long
        if len(at) < 2 or float(np.diff(at).min()) >= line_height("tick"):
            return found
        kept = slice(None, None, len(at) - 1) if at[-1] - at[0] >= line_height("tick") else slice(-1, None)
        return Ticks(found.places[kept], found.words[kept])

    def bar_room(self, length: float) -> float:
        """How wide the bar is with its words."""
        if not self.key:
            return 0.0
        named = line_height("axis") if self._key(length) else 0.0
        return BAR_GAP + BAR + 0.07 + self._ticks(length).widest() + named + 0.05

    def _key(self, length: float) -> str:
        """What is written along the bar; a short word that is longer than the bar is left out."""
        key = words.plain(self.key)
        if length < 1.0 and words.width(key, "axis") > length:
            return ""
        return words.shortened(key, length, "axis")

    def draw_bar(self, place: Place, x: float, y: float, length: float) -> None:
        """Draws the bar `BAR_GAP` right of x, from y down."""
        look = self.look
        long = min(length, LONGEST_BAR)
        axes = place.axes(x + BAR_GAP, y, BAR, long)
        axes.imshow(
            self.rgba(np.linspace(self.low, self.high, 256)[:, None]), aspect="auto", origin="lower",
            extent=(0, 1, self.low, self.high), interpolation="none",
        )  # fmt: skip
        axes.set_xlim(0, 1)
        axes.set_ylim(self.low, self.high)
        ticks = self._ticks(length)
        axes.set_xticks([])
        axes.yaxis.tick_right()
        apply(axes.yaxis, ticks, Span(self.low, self.high))
        tick_style(axes, look, 2.0)
        frame(axes, look, 0.4)
        key = self._key(length)
        left = x + BAR_GAP + BAR + 0.07 + ticks.widest() + line_height("axis") * 0.5 + 0.03
        place.text(left, y + max(long, words.width(key, "axis")) / 2, key, "axis", look.muted, across="center",
                   along="center", turn=90)  # fmt: skip


def shades_of(
    values: NDArray[np.float64], signed: bool, limits: tuple[float, float] | None, key: str, look: Look
) -> Shades:
    """Colours for these values: between the limits given, or those of the finite values, equally far from zero."""
    finite = values[np.isfinite(values)]
    if limits is not None and all(map(math.isfinite, limits)) and limits[0] < limits[1]:
        low, high = limits
    elif not finite.size:
        low, high = 0.0, 0.0
    else:
        low, high = float(finite.min()), float(finite.max())
        if signed:
            high = max(abs(low), abs(high))
            low = -high
    if high - low <= max(abs(low), abs(high)) * 1e-12:
        room = abs(high) * 0.5 or 1.0
        low, high = low - room if signed or high else 0.0, high + room
    return Shades(signed, low, high, key, look)


def table(values: Any) -> NDArray[Any]:
    """The values in rows and columns, at least one of each; further axes are flattened into the columns."""
    array: NDArray[Any] = np.asarray(values)
    if not array.size:
        return np.full((1, 1), np.nan)
    return array.reshape(len(array), -1) if array.ndim >= 2 else array.reshape(1, -1)


def reduced(values: Any, rows: int, columns: int, signed: bool) -> NDArray[np.float64]:
    """The values in no more than so many rows and columns: of each block the one farthest from zero, or the mean."""
    array = np.asarray(values)
    if array.shape[0] > rows:
        array = np.stack([_merged(part, signed) for part in _parts(array, rows)])
    if array.shape[1] > columns:
        array = np.stack([_merged(part, signed) for part in _parts(array.T, columns)], axis=1)
    return floats(array)


def _parts(array: NDArray[Any], most: int) -> Iterator[NDArray[Any]]:
    each = -(-len(array) // most)
    for begin in range(0, len(array), each):
        yield array[begin : begin + each]


def _merged(part: NDArray[Any], signed: bool) -> NDArray[np.float64]:
    """Rows as one: without what is not finite, unless there is nothing else."""
    part = floats(part)
    good = np.isfinite(part)
    count = good.sum(axis=0)
    if signed:
        high, low = np.where(good, part, -np.inf).max(axis=0), np.where(good, part, np.inf).min(axis=0)
        merged = np.where(high >= -low, high, low)
    else:
        merged = (np.where(good, part, 0.0) / np.maximum(count, 1)).sum(axis=0)
    return np.where(count > 0, merged, np.nan)


def hatched(axes: Any, look: Look, left: float, top: float, right: float, bottom: float) -> None:
    """Hatches a stretch of the axes: what shows through there is no number."""
    axes.add_patch(Rectangle((left, top), right - left, bottom - top, facecolor=look.tone("tint"), hatch=UNKNOWN,
                             edgecolor=look.axis, linewidth=0, zorder=0.5))  # fmt: skip


def frame(axes: Any, look: Look, width: float) -> None:
    """A hairline around the axes."""
    for spine in axes.spines.values():
        spine.set_linewidth(look.width(width))
        spine.set_color(look.axis)
