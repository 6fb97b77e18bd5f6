"""Heatmaps and grids of small pictures, with their colour bars."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.colors import Normalize, to_rgb
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from netviz.charts import Axis, Heatmap, Panel, Split
from netviz.render.chart import words
from netviz.render.chart.place import Need, Place, spread
from netviz.render.chart.style import Look, font, line_height, luminance
from netviz.render.chart.ticks import Span, Ticks, apply, floats, named_ticks, number, span, ticks_of

MOST_ROWS = MOST_COLUMNS = 1_600
"""Of a heatmap as drawn: of more the value farthest from zero in each block, or their mean where none is signed."""
BAR = 0.09
BAR_GAP = 0.12


@dataclass(frozen=True)
class Colors:
    """Which colour a value has, and the bar that tells."""

    signed: bool
    low: float
    high: float
    key: str
    look: Look

    @property
    def map(self) -> Any:
        return self.look.signs if self.signed else self.look.magnitudes

    @property
    def norm(self) -> Normalize:
        return Normalize(self.low, self.high)

    def ticks(self, length: float) -> Ticks:
        axis = Axis(limits=(self.low, self.high))
        return ticks_of(axis, span(axis, []), min(length, 2.4) * 0.8, across=False)

    def room(self, length: float) -> float:
        """How wide the bar is with its words."""
        if not self.key:
            return 0.0
        return BAR_GAP + BAR + 0.07 + self.ticks(length).widest() + line_height("axis") + 0.05

    def draw(self, place: Place, x: float, y: float, length: float) -> None:
        """The bar, its top left at (x + BAR_GAP, y)."""
        look = self.look
        length, full = min(length, 2.4), length
        axes = place.axes(x + BAR_GAP, y, BAR, length)
        axes.imshow(
            np.linspace(0, 1, 256)[:, None], cmap=self.map, vmin=0, vmax=1, aspect="auto", origin="lower",
            extent=(0, 1, self.low, self.high), interpolation="none",
        )  # fmt: skip
        axes.set_xlim(0, 1)
        axes.set_ylim(self.low, self.high)
        ticks = self.ticks(length)
        axes.set_xticks([])
        axes.yaxis.tick_right()
        apply(axes.yaxis, ticks, Span(self.low, self.high))
        quiet_ticks(axes, look)
        for spine in axes.spines.values():
            spine.set_linewidth(look.width(0.4))
            spine.set_color(look.axis)
        at = x + BAR_GAP + BAR + 0.07 + ticks.widest() + line_height("axis") * 0.5 + 0.03
        key = words.shortened(self.key, max(full, length), "axis")
        place.text(at, y + max(length, words.width(key, "axis")) / 2, key, "axis", look.muted, across="center",
                   along="center", turn=90)  # fmt: skip


def quiet_ticks(axes: Any, look: Look, length: float = 2.0) -> None:
    """The one look of ticks, their words literal."""
    axes.tick_params(length=look.width(length), width=look.width(0.5), color=look.axis, labelcolor=look.muted,
                     pad=look.width(2.0))  # fmt: skip
    for label in [*axes.get_xticklabels(), *axes.get_yticklabels()]:
        label.set_fontproperties(font("regular", look.points("tick")))
        label.set_parse_math(False)


def colors_of(
    values: NDArray[np.float64], signed: bool, limits: tuple[float, float] | None, key: str, look: Look
) -> Colors:
    """The colours for these values: the limits given, or those of the finite values, the same on both sides of zero."""
    finite = values[np.isfinite(values)]
    if limits is not None and all(map(math.isfinite, limits)) and limits[0] < limits[1]:
        low, high = limits
    elif not finite.size:
        low, high = (-1.0, 1.0) if signed else (0.0, 1.0)
    else:
        low, high = float(finite.min()), float(finite.max())
        if signed:
            high = max(abs(low), abs(high))
            low = -high
    if high - low <= max(abs(low), abs(high)) * 1e-12:
        low, high = (
            (-1.0, 1.0) if signed and high == 0 else (low - (abs(low) or 1.0) * 0.5, high + (abs(high) or 1) * 0.5)
        )
    return Colors(signed, low, high, key, look)


def reduced(values: NDArray[np.float64], rows: int, columns: int, signed: bool) -> NDArray[np.float64]:
    """The values in no more than so many rows and columns: of each block the one farthest from zero, or the mean."""
    for axis, most in ((0, rows), (1, columns)):
        size = values.shape[axis]
        if size <= most:
            continue
        each = -(-size // most)
        parts = []
        for begin in range(0, size, each):
            part = values[begin : begin + each] if axis == 0 else values[:, begin : begin + each]
            good = np.isfinite(part)
            if signed:
                chosen = np.argmax(np.where(good, np.abs(part), -1.0), axis=axis, keepdims=True)
                parts.append(np.take_along_axis(part, chosen, axis).squeeze(axis))
            else:
                count = good.sum(axis=axis)
                with np.errstate(all="ignore"):
                    mean = np.where(good, part / np.maximum(np.expand_dims(count, axis), 1), 0.0).sum(axis=axis)
                parts.append(np.where(count > 0, mean, np.nan))
        values = np.stack(parts, axis=axis)
    return values


def hatched(axes: Any, look: Look, left: float, top: float, right: float, bottom: float) -> None:
    """Hatches a stretch of the axes: what shows through there is no number."""
    axes.add_patch(Rectangle((left, top), right - left, bottom - top, facecolor=look.tone("tint"), hatch="/////",
                             edgecolor=look.axis, linewidth=0, zorder=0.5))  # fmt: skip


@dataclass
class Heat:
    """A heatmap laid out in a cell."""

    panel: Panel
    mark: Heatmap
    look: Look
    values: NDArray[np.float64]
    colors: Colors
    need: Need
    x: Span
    y: Span
    x_ticks: Ticks
    y_ticks: Ticks
    reduced_to: str
    quiet: bool

    def draw(self, place: Place, x: float, y: float) -> None:
        need, look, mark = self.need, self.look, self.mark
        axes = place.axes(x, y, need.width, need.height)
        rows, columns = _extent(mark, self.values)
        shown = np.where(
            np.isfinite(self.values), self.values, np.where(self.values > 0, self.colors.high, self.colors.low)
        )
        shown = np.where(np.isnan(self.values), np.nan, shown)
        if np.isnan(shown).any():
            hatched(axes, look, 0, 0, columns, rows)
        axes.imshow(np.ma.masked_invalid(shown), cmap=self.colors.map, norm=self.colors.norm, aspect="auto",
                    extent=(0, columns, rows, 0), interpolation="none", zorder=1)  # fmt: skip
        axes.set_xlim(0, columns)
        axes.set_ylim(rows, 0)
        apply(axes.xaxis, self.x_ticks, self.x)
        apply(axes.yaxis, self.y_ticks, self.y)
        quiet_ticks(axes, look)
        if self.x_ticks.upright:
            for label in axes.get_xticklabels():
                label.set_rotation(90)
        for spine in axes.spines.values():
            spine.set_linewidth(look.width(0.5))
            spine.set_color(look.axis)
        scale = rows / max(floats_shape(mark)[0], 1), columns / max(floats_shape(mark)[1], 1)
        for split in mark.row_splits:
            if 0 < split.begin * scale[0] < rows:
                axes.axhline(split.begin * scale[0], color=look.ink, linewidth=look.width(0.8), zorder=2)
        for split in mark.column_splits:
            if 0 < split.begin * scale[1] < columns:
                axes.axvline(split.begin * scale[1], color=look.ink, linewidth=look.width(0.8), zorder=2)
        self._write(place, x, y)
        if mark.annotated:
            self._annotate(place, x, y)
        if mark.key:
            self.colors.draw(place, x + need.width, y, max(need.height, 0.5))

    def _write(self, place: Place, x: float, y: float) -> None:
        need, look, mark = self.need, self.look, self.mark
        rows, columns = floats_shape(mark)
        for at, text in _split_words(mark.column_splits, columns, need.width):
            place.text(x + at, y - line_height("tick") * 0.5, text, "tick", look.ink, across="center")
        left = x - _row_tick_room(self.y_ticks)
        at_rows = list(_rows_of(mark.row_splits, rows, need.height))
        for at, text in at_rows:
            place.text(left - 0.04, y + at, text, "tick", look.ink, across="right")
        low = y + need.height + (_column_tick_room(self.x_ticks))
        if self.panel.x.title and not self.quiet:
            title = words.shortened(self.panel.x.title, need.width + need.left + need.right, "axis")
            half = words.width(title, "axis") / 2
            centre = min(max(x + need.width / 2, x - need.left + half), x + need.width + need.right - half)
            place.text(centre, low + line_height("axis") * 0.5, title, "axis", look.muted, across="center")
            low += line_height("axis")
        if self.panel.y.title and not self.quiet:
            title = words.shortened(self.panel.y.title, need.height, "axis")
            place.text(x - need.left + line_height("axis") * 0.5, y + need.height / 2, title, "axis", look.muted,
                       across="center", along="center", turn=90)  # fmt: skip
        if self.reduced_to:
            text = words.shortened(self.reduced_to, need.width + need.left + need.right, "tick")
            place.text(x - need.left, low + line_height("tick") * 0.55, text, "tick", look.muted)

    def _annotate(self, place: Place, x: float, y: float) -> None:
        rows, columns = self.values.shape
        wide, high = self.need.width / columns, self.need.height / rows
        if rows * columns > 2_000 or high < line_height("cell"):
            return
        texts = [[number(float(value), 2 if wide < 0.5 else 3) for value in row] for row in self.values]
        if max(words.width(text, "cell") for row in texts for text in row) > wide - 0.04:
            return
        for row, line in enumerate(texts):
            for column, text in enumerate(line):
                place.text(x + (column + 0.5) * wide, y + (row + 0.5) * high, text, "cell",
                           ink_on(self.colors, float(self.values[row, column])), across="center")  # fmt: skip


def ink_on(colors: Colors, value: float) -> str:
    """Black or white, whichever can be read on the colour of the value."""
    if not math.isfinite(value):
        return colors.look.ink
    red, green, blue, _ = colors.map(colors.norm(value))
    light = luminance("#{:02x}{:02x}{:02x}".format(*(round(255 * part) for part in (red, green, blue))))
    return "#ffffff" if 1.05 / (light + 0.05) > (light + 0.05) / 0.05 else "#000000"


def floats_shape(mark: Heatmap) -> tuple[int, int]:
    shape = np.shape(mark.values)
    return (shape[0], shape[1]) if len(shape) == 2 else (1, max(int(np.prod(shape)), 1))


def _extent(mark: Heatmap, values: NDArray[np.float64]) -> tuple[int, int]:
    rows, columns = mark.extent or floats_shape(mark)
    return max(int(rows), 1), max(int(columns), 1)


def _row_tick_room(ticks: Ticks) -> float:
    return ticks.widest() + 0.08 if ticks.words else 0.03


def _column_tick_room(ticks: Ticks) -> float:
    if not ticks.words:
        return 0.04
    return 0.08 + (ticks.widest() if ticks.upright else line_height("tick"))


def _split_words(splits: tuple[Split, ...], count: int, length: float) -> list[tuple[float, str]]:
    """The names of parts and where along the length they stand, each within its part."""
    found = []
    for split in splits:
        begin, end = (min(max(place / max(count, 1), 0.0), 1.0) * length for place in (split.begin, split.end))
        text = words.shortened(split.label, end - begin - 0.03, "tick")
        if text and end > begin:
            found.append(((begin + end) / 2, text))
    return found


def _rows_of(splits: tuple[Split, ...], count: int, height: float) -> list[tuple[float, str]]:
    wanted = [(split.begin + split.end) / 2 / max(count, 1) * height for split in splits]
    high = line_height("tick")
    most = max(int(height / high), 1)
    stride = -(-len(splits) // most) if splits else 1
    kept = list(range(0, len(splits), stride))
    spots = spread([wanted[index] for index in kept], [high] * len(kept), 0, height)
    return [(spot, words.shortened(splits[index].label, 1.3, "tick")) for index, spot in zip(kept, spots, strict=True)]


def prepare_heatmap(panel: Panel, mark: Heatmap, look: Look, width: float, height: float | None, small: bool) -> Heat:
    """The heatmap in a cell `width` inches wide; its height by its rows, or the one given."""
    values = floats(mark.values)
    values = values.reshape(values.shape[0], -1) if values.ndim >= 2 else values.reshape(1, -1)
    if not values.size:
        values = np.full((1, 1), np.nan)
    colors = colors_of(values, mark.signed, mark.limits, mark.key, look)
    shown = reduced(values, MOST_ROWS, MOST_COLUMNS, mark.signed)
    rows, columns = values.shape
    real_rows, real_columns = _extent(mark, values)
    guess = height or min(max(rows * 0.16, 0.5), width)
    y, x = Span(float(real_rows), 0.0), Span(0.0, float(real_columns))
    for _ in range(2):  # the height tells the ticks, these the width, and it the height
        y_ticks = _ticks(panel.y, mark.row_labels, rows, real_rows, y, guess, False, width * 0.3)
        titled = line_height("axis") if panel.y.title and not small else 0.0
        names = max(
            (words.width(text, "tick") + 0.06 for _, text in _rows_of(mark.row_splits, rows, guess)), default=0.0
        )
        left = titled + _row_tick_room(y_ticks) + names
        right = colors.room(max(guess, 0.5)) or 0.05
        room = max(width - left - right, 0.3)
        cell = room / columns
        most = 0.62 if mark.annotated else 0.36
        body = min(room, max(columns * most, 0.35))
        cell = min(cell, most)
        least = min(rows * 0.125, 8.0) if mark.row_labels else 0.25
        tall = cell if rows * cell >= least else least / rows
        if mark.annotated:
            tall = max(min(tall, 0.32), 0.2)
        guess = height or min(max(rows * tall, min(0.22 * rows, 0.5)), max(min(body * 1.6, 9.0), least))
    x_ticks = _ticks(panel.x, mark.column_labels, columns, real_columns, x, body, True, 1.3)
    note = ""
    if shown.shape != (real_rows, real_columns):
        note = f"shown reduced: {real_rows:,} × {real_columns:,} in {shown.shape[0]:,} × {shown.shape[1]:,} cells"
    below = _column_tick_room(x_ticks) + (line_height("axis") if panel.x.title and not small else 0)
    below += line_height("tick") if note else 0
    above = line_height("tick") if mark.column_splits else 0.06
    last = words.width(x_ticks.words[-1], "tick") / 2 if x_ticks.words and not x_ticks.upright else 0.0
    need = Need(body, guess, left, max(right, last), above, below)
    return Heat(panel, mark, look, shown, colors, need, x, y, x_ticks, y_ticks, note, small)


def _ticks(
    axis: Axis, labels: tuple[str, ...], count: int, real: int, shown: Span, length: float, across: bool, room: float
) -> Ticks:
    """Names in the middle of their cells, or the numbers of rows and columns, counted from 0."""
    if axis.ticks is not None:
        return ticks_of(axis, shown, length, across=across, room=room)
    if labels:
        scale = real / max(count, 1)
        named = [((place + 0.5) * scale, name) for place, name in enumerate(labels[:count])]
        return named_ticks(named, shown, length, across=across, room=room)
    found = ticks_of(Axis(limits=(0.0, max(real - 1.0, 0.5))), Span(0.0, max(real - 1.0, 0.5)), length, across=across)
    whole = [(place + 0.5, text) for place, text in zip(found.places, found.words, strict=True) if place == int(place)]
    return Ticks(tuple(place for place, _ in whole), tuple(text for _, text in whole), names=True)


def paper_rgb(look: Look) -> tuple[float, float, float]:
    red, green, blue = to_rgb(look.paper)
    return red, green, blue
