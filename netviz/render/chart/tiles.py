"""Grids of small pictures: kernels and feature maps, drawn as one picture with gaps between them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.collections import LineCollection
from numpy.typing import NDArray

from netviz.charts import Panel, Tiles
from netviz.render.chart import words
from netviz.render.chart.place import Need, Place
from netviz.render.chart.shades import Shades, hatched, reduced, shades_of
from netviz.render.chart.style import Look, line_height
from netviz.render.chart.ticks import floats

MOST_TILES = 10_000
MOST_PIXELS = 6_000_000
"""Of all tiles together."""
LARGEST = 1.1
"""The greatest width of a tile in inches."""
LEAST_LABELLED = 0.3
FINEST = 12
"""Pixels that a side of a tile has at least, so that the gap between two can be narrower than a value."""


@dataclass
class Grid:
    """Tiles laid out: (width, height) of one and the way to the next, in inches and in pixels of the one picture."""

    panel: Panel
    mark: Tiles
    look: Look
    values: NDArray[np.float64]
    shades: Shades | None
    columns: int
    side: tuple[float, float]
    pitch: tuple[float, float]
    zoom: int
    step: tuple[int, int]
    labelled: bool
    below: list[tuple[str, str]]
    """Lines with the size of their type."""
    need: Need

    def draw(self, place: Place, x: float, y: float) -> None:
        need, look = self.need, self.look
        axes = place.axes(x, y, need.width, need.height)
        axes.set_axis_off()
        count = len(self.values)
        wide, high = self.columns * self.pitch[0], -(-count // self.columns) * self.pitch[1]
        spots = [self._spot(index) for index in range(count)]
        for index, (left, top) in enumerate(spots):
            if np.isnan(self.values[index]).any():
                hatched(axes, look, left, top, left + self.side[0], top + self.side[1])
        axes.imshow(self._picture(), extent=(0, wide, high, 0), aspect="auto", interpolation="none", zorder=1)
        axes.set_xlim(0, need.width)
        axes.set_ylim(need.height, 0)
        frames = [_rectangle(left, top, *self.side) for left, top in spots]
        width = look.width(0.5 if self.side[0] > 0.25 else 0.3)
        axes.add_collection(LineCollection(frames, colors=look.tone("line"), linewidths=width), autolim=False)
        if self.labelled:
            for (left, top), label in zip(spots, self.mark.labels, strict=False):
                text = words.shortened(label, self.pitch[0] - 0.03, "tick")
                at = x + left + self.side[0] / 2, y + top + self.side[1] + line_height("tick") * 0.5
                place.text(*at, text, "tick", look.muted, across="center")
        if self.shades is not None:
            self.shades.draw_bar(place, x + need.width, y, spots[-1][1] + self.side[1]) if self.mark.key else None
        low = y + need.height
        for text, size in self.below:
            place.text(x, low + line_height(size) * 0.55, text, size, look.muted)
            low += line_height(size)

    def _spot(self, index: int) -> tuple[float, float]:
        row, column = divmod(index, self.columns)
        return column * self.pitch[0], row * self.pitch[1]

    def _picture(self) -> NDArray[np.uint8]:
        """All tiles as one picture with red, green, blue and alpha; clear between them and where there is no number."""
        count, tall, wide = self.values.shape[:3]
        across, down = self.step
        picture = np.zeros((-(-count // self.columns) * down, self.columns * across, 4), np.uint8)
        for index, tile in enumerate(self.values):
            if self.shades is None:
                colors = np.dstack([np.clip(np.nan_to_num(tile), 0, 1), ~np.isnan(tile).any(axis=-1)])
            else:
                colors = self.shades.rgba(tile)
            pixels = np.round(colors * 255).astype(np.uint8).repeat(self.zoom, axis=0).repeat(self.zoom, axis=1)
            row, column = divmod(index, self.columns)
            top, left = row * down, column * across
            picture[top : top + tall * self.zoom, left : left + wide * self.zoom] = pixels
        return picture


def _rectangle(left: float, top: float, width: float, height: float) -> list[tuple[float, float]]:
    right, low = left + width, top + height
    return [(left, top), (right, top), (right, low), (left, low), (left, top)]


def natural_width(mark: Tiles) -> float:
    """How wide the grid is on a page of its own."""
    count = max(len(mark.values), 1)
    side = LARGEST if count <= 8 else 0.8 if count <= 32 else 0.45 if count <= 128 else 0.26
    return min(max(_columns(mark, count) * side * 1.1 + 1.0, 3.2), 10.0)


def _columns(mark: Tiles, count: int) -> int:
    """How many stand in a row: as asked for, or what makes it about twice as wide as high with few places empty."""
    if mark.columns is not None:
        return min(max(int(mark.columns), 1), count)
    shape: Any = np.shape(mark.values)
    aspect = min(max(shape[1] / shape[2], 0.1), 10.0) if len(shape) >= 3 and shape[1] and shape[2] else 1.0
    ideal = math.sqrt(2 * count * aspect)
    near = range(max(1, int(ideal * 0.6)), min(count, int(ideal * 1.7) + 1) + 1)

    def cost(columns: int) -> float:
        empty = -count % columns
        return abs(math.log(columns / ideal)) + 4 * empty / (count + empty)

    return min(near, key=cost, default=1)


def prepare_tiles(panel: Panel, mark: Tiles, look: Look, width: float, height: float | None) -> Grid:
    """The tiles in a cell `width` inches wide, no higher than `height`, if that is given."""
    values, notes = _values(mark)
    count, tall, wide = values.shape[:3]
    shades = shades_of(values, mark.signed, mark.limits, mark.key, look) if values.ndim == 3 else None
    columns = _columns(mark, count)
    rows = -(-count // columns)
    right = shades.bar_room(height or 1.5) if shades is not None else 0.0
    aspect = min(max(tall / max(wide, 1), 0.05), 20.0)
    pitch = min(max(width - right, 0.2) / columns, LARGEST * min(max(1.0, 1 / aspect), 4.0))
    strip = line_height("tick") + 0.03 if mark.labels and pitch >= LEAST_LABELLED else 0.0
    if height is not None:
        pitch = min(pitch, max((height / rows - strip) / aspect, 0.02))
        strip = strip if pitch >= LEAST_LABELLED else 0.0
    gap = min(max(pitch * 0.1, 0.012), 0.08)
    zoom = max(1, math.ceil(FINEST / max(min(tall, wide), 1))) if max(tall, wide) * FINEST < 4_000 else 1
    across = max(round(wide * zoom * pitch / (pitch - gap)), wide * zoom + 1)
    side = pitch * wide * zoom / across, pitch * wide * zoom / across * aspect
    down = max(round(tall * zoom * (side[1] + gap + strip) / side[1]), tall * zoom + 1)
    pitches = pitch, side[1] * down / (tall * zoom)
    note = f"shown reduced: {', '.join(notes)}" if notes else ""
    room = columns * pitch + right
    said = ((panel.x.title, "axis", 2), (note, "tick", 4))
    below = [(line, size) for text, size, most in said for line in words.wrapped(text, room, size, most=most)]
    high = sum(line_height(size) for _, size in below) + 0.02
    need = Need(columns * pitch, rows * pitches[1], 0.0, right, 0.04, high)
    return Grid(
        panel, mark, look, values, shades, columns, side, pitches, zoom, (across, down), strip > 0, below, need
    )  # fmt: skip


def _values(mark: Tiles) -> tuple[NDArray[np.float64], list[str]]:
    """The tiles as (n, height, width) or (n, height, width, 3), no more than can be drawn, and what was left out."""
    array: Any = np.asarray(mark.values)
    notes = []
    if array.ndim < 3:
        array = array.reshape(1, -1, array.shape[-1] if array.ndim else 1)
    while array.ndim > 4 or (array.ndim == 4 and array.shape[-1] != 3):
        array = array[..., 0]
    total, tall, wide = array.shape[:3]
    if total > MOST_TILES:
        array = array[:MOST_TILES]
        notes.append(f"the first {MOST_TILES:,} of {total:,}")
    most = max(int(math.sqrt(MOST_PIXELS / len(array))), 8)
    if tall > most or wide > most:
        if array.ndim == 4:
            array = array[:, :: -(-tall // most), :: -(-wide // most)]
        else:
            array = np.stack([reduced(tile, most, most, mark.signed) for tile in array])
        notes.append(f"{tall:,} × {wide:,} in {array.shape[1]:,} × {array.shape[2]:,} pixels")
    return floats(array), notes
