"""Grids of small pictures: kernels and feature maps, as one picture with gaps between them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.collections import LineCollection
from numpy.typing import NDArray

from netviz.charts import Panel, Tiles
from netviz.render.chart import words
from netviz.render.chart.cells import Colors, colors_of, hatched, reduced
from netviz.render.chart.place import Need, Place
from netviz.render.chart.style import Look, line_height
from netviz.render.chart.ticks import floats

MOST_TILES = 10_000
MOST_PIXELS = 6_000_000
LARGEST = 1.1
SMALLEST = 0.085


@dataclass
class Grid:
    """Tiles laid out in a cell: `pitch` is the way from one to the next, `side` their size, in inches."""

    panel: Panel
    mark: Tiles
    look: Look
    values: NDArray[np.float64]
    colors: Colors | None
    columns: int
    side: tuple[float, float]
    pitch: tuple[float, float]
    labelled: bool
    note: str
    need: Need

    def draw(self, place: Place, x: float, y: float) -> None:
        need, look = self.need, self.look
        axes = place.axes(x, y, need.width, need.height)
        axes.set_xlim(0, need.width)
        axes.set_ylim(need.height, 0)
        axes.set_axis_off()
        picture, bad = self._picture()
        count = len(self.values)
        rows = -(-count // self.columns)
        wide, high = self.columns * self.pitch[0], rows * self.pitch[1]
        if bad:
            for number in range(count):
                if not np.isfinite(self.values[number]).all():
                    left, top = self._spot(number)
                    hatched(axes, look, left, top, left + self.side[0], top + self.side[1])
        axes.imshow(picture, extent=(0, wide, high, 0), aspect="auto", interpolation="none", zorder=1)
        axes.set_xlim(0, need.width)
        axes.set_ylim(need.height, 0)
        frames = []
        for number in range(count):
            left, top = self._spot(number)
            right, low = left + self.side[0], top + self.side[1]
            frames.append([(left, top), (right, top), (right, low), (left, low), (left, top)])
        width = 0.5 if self.side[0] > 0.25 else 0.3
        axes.add_collection(
            LineCollection(frames, colors=look.tone("line"), linewidths=look.width(width), zorder=2), autolim=False
        )
        if self.labelled:
            for number, label in enumerate(self.mark.labels[:count]):
                left, top = self._spot(number)
                text = words.shortened(label, self.pitch[0] - 0.03, "tick")
                place.text(x + left + self.side[0] / 2, y + top + self.side[1] + line_height("tick") * 0.5, text, "tick",
                           look.muted, across="center")  # fmt: skip
        if self.colors is not None and self.mark.key:
            self.colors.draw(place, x + need.width, y, need.height)
        low = y + need.height
        if self.panel.x.title:
            place.text(x, low + line_height("axis") * 0.55,
                       words.shortened(self.panel.x.title, need.width + need.right, "axis"), "axis", look.muted)  # fmt: skip
            low += line_height("axis")
        if self.note:
            place.text(x, low + line_height("tick") * 0.55, words.shortened(self.note, need.width + need.right, "tick"),
                       "tick", look.muted)  # fmt: skip

    def _spot(self, number: int) -> tuple[float, float]:
        row, column = divmod(number, self.columns)
        return column * self.pitch[0], row * self.pitch[1]

    def _picture(self) -> tuple[NDArray[Any], bool]:
        """All tiles as one RGBA picture, clear between them and where there is no number; whether there is such a place."""
        count, tall, wide = self.values.shape[:3]
        rows = -(-count // self.columns)
        zoom = max(1, math.ceil(12 / max(tall, wide, 1)))
        across, down = wide * zoom, tall * zoom
        step = round(across * self.pitch[0] / self.side[0]), round(down * self.pitch[1] / self.side[1])
        picture = np.zeros((rows * step[1], self.columns * step[0], 4), np.uint8)
        bad = False
        for number in range(count):
            tile = self.values[number]
            good = np.isfinite(tile).all(axis=-1) if tile.ndim == 3 else ~np.isnan(tile)
            if self.colors is None:
                color = np.dstack([np.clip(np.nan_to_num(tile), 0, 1), good])
            else:
                color = self.colors.map(self.colors.norm(np.nan_to_num(tile, posinf=1e300, neginf=-1e300)))
                color[~good, 3] = 0
            bad = bad or not bool(good.all())
            pixels = np.round(color * 255).astype(np.uint8)
            row, column = divmod(number, self.columns)
            picture[row * step[1] : row * step[1] + down, column * step[0] : column * step[0] + across] = np.kron(
                pixels, np.ones((zoom, zoom, 1), np.uint8)
            )
        return picture, bad


def natural_width(mark: Tiles) -> float:
    """How wide the grid would be if it had a page to itself."""
    count = max(len(mark.values), 1)
    columns = _columns(mark, count)
    side = LARGEST if count <= 8 else 0.8 if count <= 32 else 0.45 if count <= 128 else 0.26
    return min(max(columns * side * 1.1 + 1.0, 3.2), 10.0)


def _columns(mark: Tiles, count: int) -> int:
    if mark.columns is not None:
        return min(max(int(mark.columns), 1), count)
    shape = np.shape(mark.values)
    aspect = shape[1] / shape[2] if len(shape) >= 3 and shape[2] and shape[1] else 1.0
    columns = max(1, round(math.sqrt(2 * count * min(max(aspect, 0.2), 5))))
    rows = -(-count // min(columns, count))
    return max(1, -(-count // rows))


def prepare_tiles(panel: Panel, mark: Tiles, look: Look, width: float, height: float | None) -> Grid:
    """The tiles in a cell `width` inches wide."""
    values = floats(mark.values)
    if values.ndim < 3 or not values.size:
        values = values.reshape(1, 1, -1) if values.size else np.full((1, 1, 1), np.nan)
    if values.ndim == 4 and values.shape[-1] != 3:
        values = values[..., 0] if values.shape[-1] else np.full((1, 1, 1), np.nan)
    while values.ndim > 4:
        values = values[..., 0]
    notes = []
    total, tall, wide = values.shape[:3]
    if total > MOST_TILES:
        values = values[:MOST_TILES]
        notes.append(f"the first {MOST_TILES:,} of {total:,}")
    count = len(values)
    most = max(int(math.sqrt(MOST_PIXELS / count)), 8)
    colored = values.ndim == 4
    colors = None if colored else colors_of(values, mark.signed, mark.limits, mark.key, look)
    if tall > most or wide > most:
        if colored:
            values = values[:, :: -(-tall // most), :: -(-wide // most)]
        else:
            values = np.stack([reduced(tile, most, most, mark.signed) for tile in values])
        notes.append(f"{tall:,} × {wide:,} in {values.shape[1]:,} × {values.shape[2]:,} pixels")
    columns = _columns(mark, count)
    rows = -(-count // columns)
    labelled = bool(mark.labels)
    right = colors.room(height or 1.5) if colors is not None and mark.key else 0.0
    pitch = min((width - right) / columns, LARGEST * 1.1 * max(1.0, min(wide / max(tall, 1), 4)))
    labelled = labelled and pitch >= 0.3
    strip = line_height("tick") + 0.03 if labelled else 0.0
    aspect = min(max(tall / max(wide, 1), 0.05), 20.0)
    if height is not None:
        pitch = min(pitch, max((height / rows - strip) / aspect, 0.02))
    gap = min(max(pitch * 0.1, 0.012), 0.08)
    side = pitch - gap, (pitch - gap) * aspect
    down = side[1] + gap + strip
    note = f"shown reduced: {', '.join(notes)}" if notes else ""
    below = (line_height("axis") if panel.x.title else 0) + (line_height("tick") if note else 0) + 0.02
    need = Need(columns * pitch, rows * down, 0.0, right, 0.04, below)
    return Grid(panel, mark, look, values, colors, columns, side, (pitch, down), labelled, note, need)
