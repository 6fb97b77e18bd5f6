"""Heatmaps: a cell per value, names of rows, parts of rows and columns named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from netviz.charts import Axis, Heatmap, Panel, Split
from netviz.render.chart import words
from netviz.render.chart.curves import below_ticks, tick_style, write_x_title, write_y_title
from netviz.render.chart.place import Need, Place, spread
from netviz.render.chart.shades import Shades, frame, hatched, reduced, shades_of, table
from netviz.render.chart.style import Look, line_height
from netviz.render.chart.ticks import Span, Ticks, apply, named_ticks, ticks_of

MOST_ROWS = MOST_COLUMNS = 1_500
"""Cells as drawn; of more values those are shown that `reduced` keeps."""
CELL = 0.36
"""The greatest width of a cell."""
LEAST_NAMED = 0.125
TALLEST = 9.0


@dataclass
class Heat:
    """A heatmap laid out: `values` are the cells as drawn, `shape` how many it was made of."""

    panel: Panel
    mark: Heatmap
    look: Look
    values: NDArray[np.float64]
    shape: tuple[int, int]
    shades: Shades
    need: Need
    x: Span
    y: Span
    x_ticks: Ticks
    y_ticks: Ticks
    note: list[str]
    quiet: bool

    def draw(self, place: Place, x: float, y: float) -> None:
        need, look = self.need, self.look
        axes = place.axes(x, y, need.width, need.height)
        rows, columns = self.y.low, self.x.high
        if np.isnan(self.values).any():
            hatched(axes, look, 0, 0, columns, rows)
        colors = self.shades.rgba(self.values)
        axes.imshow(colors, aspect="auto", extent=(0, columns, rows, 0), interpolation="none", zorder=1)
        axes.set_xlim(0, columns)
        axes.set_ylim(rows, 0)
        apply(axes.xaxis, self.x_ticks, self.x)
        apply(axes.yaxis, self.y_ticks, self.y)
        tick_style(axes, look, 2.0, upright=self.x_ticks.upright)
        frame(axes, look, 0.5)
        for splits, line, whole, count in (
            (self.mark.row_splits, axes.axhline, rows, self.shape[0]),
            (self.mark.column_splits, axes.axvline, columns, self.shape[1]),
        ):
            for split in splits:
                if 0 < split.begin < count:
                    line(split.begin / count * whole, color=look.ink, linewidth=look.width(0.8), zorder=2)
        self._write(place, x, y)
        if self.mark.key:
            self.shades.draw_bar(place, x + need.width, y, max(need.height, 0.5))

    def _write(self, place: Place, x: float, y: float) -> None:
        need, look = self.need, self.look
        for at, text in _along(self.mark.column_splits, self.shape[1], need.width):
            place.text(x + at, y - line_height("tick") * 0.5, text, "tick", look.ink, across="center")
        left = x - _left_of_ticks(self.y_ticks) - 0.04
        for at, text in _down(self.mark.row_splits, self.shape[0], need.height):
            place.text(left, y + at, text, "tick", look.ink, across="right")
        low = y + need.height + below_ticks(self.x_ticks)
        if self.panel.x.title and not self.quiet:
            write_x_title(self.panel.x.title, place, x, low, need, look)
            low += words.title_height(self.panel.x.title, need.across)
        if self.panel.y.title and not self.quiet:
            write_y_title(self.panel.y.title, place, x, y, need, look)
        for number, text in enumerate(self.note):
            place.text(x - need.left, low + line_height("tick") * (number + 0.55), text, "tick", look.muted)


def prepare_heatmap(panel: Panel, mark: Heatmap, look: Look, width: float, height: float | None, small: bool) -> Heat:
    """The heatmap in a cell `width` inches wide; its height by its rows, or the one given."""
    array = table(mark.values)
    values = reduced(array, MOST_ROWS, MOST_COLUMNS, mark.signed)
    rows, columns = array.shape
    shades = shades_of(values, mark.signed, mark.limits, mark.key, look)
    real = tuple(max(int(side), 1) for side in mark.extent or array.shape)
    y, x = Span(float(real[0]), 0.0), Span(0.0, float(real[1]))
    least = min(rows * LEAST_NAMED, TALLEST) if mark.row_labels else min(0.22 * rows, 0.5)
    body = width
    tall = height or min(max(rows * 0.16, 0.5), width)
    for _ in range(2):  # the height tells the ticks, these the width, and the width the height
        y_ticks = _ticks(panel.y, mark.row_labels, rows, real[0], y, tall, False, width * 0.3)
        parts = max((words.width(text, "tick") + 0.06 for _, text in _down(mark.row_splits, rows, tall)), default=0.0)
        titled = words.title_height(panel.y.title, tall) if not small else 0.0
        left = titled + _left_of_ticks(y_ticks) + parts
        right = shades.bar_room(max(tall, 0.5)) or 0.05
        room = max(width - left - right, 0.3)
        body = min(room, max(columns * CELL, 0.35))
        cell = min(body / columns, CELL)
        tall = height or max(min(rows * cell, body * 1.6, TALLEST), least)
    if not small:
        left += max(words.title_height(panel.y.title, tall) - titled, 0.0)
        body = max(min(body, width - left - right), 0.3)
    x_ticks = _ticks(panel.x, (), columns, real[1], x, body, True, 1.3)
    note: list[str] = []
    if values.shape != real:
        said = f"shown reduced: {real[0]:,} × {real[1]:,} in {values.shape[0]:,} × {values.shape[1]:,} cells"
        note = words.wrapped(said, left + body + right, "tick")
    above = line_height("tick") if mark.column_splits else 0.06
    if x_ticks.words and not x_ticks.upright:
        half = words.width(x_ticks.words[-1], "tick") / 2
        right = max(right, half - body * (1 - float(x.forward(x_ticks.places[-1]))))
    need = Need(body, tall, left, right, above)
    below = below_ticks(x_ticks) + (words.title_height(panel.x.title, need.across) if not small else 0.0)
    need = replace(need, below=below + len(note) * line_height("tick"))
    return Heat(panel, mark, look, values, (rows, columns), shades, need, x, y, x_ticks, y_ticks, note, small)


def _left_of_ticks(ticks: Ticks) -> float:
    return ticks.widest() + 0.08 if ticks.words else 0.03


def _ticks(
    axis: Axis, labels: tuple[str, ...], count: int, real: int, shown: Span, length: float, across: bool, room: float
) -> Ticks:
    """Names in the middle of their cells, or the numbers of rows and columns, counted from 0."""
    if axis.ticks is not None:
        return ticks_of(axis, shown, length, across=across, room=room)
    if labels:
        named = [((place + 0.5) * real / max(count, 1), name) for place, name in enumerate(labels[:count])]
        return named_ticks(named, shown, length, across=across, room=room)
    numbered = Span(0.0, max(real - 1.0, 0.5))
    found = ticks_of(Axis(), numbered, length, across=across, whole=True)
    return Ticks(tuple(place + 0.5 for place in found.places), found.words, names=True)


def _along(splits: tuple[Split, ...], count: int, length: float) -> Iterator[tuple[float, str]]:
    """The names of parts of the columns with the middle of each, as far as they fit into it."""
    for split in splits:
        begin, end = (min(max(place / max(count, 1), 0.0), 1.0) * length for place in (split.begin, split.end))
        text = words.shortened(split.label, end - begin - 0.03, "tick")
        if text:
            yield (begin + end) / 2, text


def _down(splits: tuple[Split, ...], count: int, height: float) -> list[tuple[float, str]]:
    """The names of parts of the rows with their places, or of every n-th, where there is no room for all."""
    high = line_height("tick")
    most = max(int(height / high), 1)
    kept = splits[:: -(-len(splits) // most)] if splits else ()
    wanted = [(split.begin + split.end) / 2 / max(count, 1) * height for split in kept]
    spots = spread(wanted, [high] * len(kept), 0, height)
    return [(spot, words.shortened(split.label, 1.3, "tick")) for spot, split in zip(spots, kept, strict=True)]
