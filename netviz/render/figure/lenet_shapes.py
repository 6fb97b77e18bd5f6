"""The bodies of a LeNet figure, and the lines from one to the next.

All in one frame, whatever the direction: `along` the flow and `across` it, from the corner of the body at the back; the
front map stands where the flow leads to. `lenet_rows` says where a body stands, `Turn` what that is on paper.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from netviz.figures import Stage, Window
from netviz.render.figure.look import Look, Measure
from netviz.render.figure.picture import Path, Point, Shape, polygon, polyline

LARGEST = 112.0
"""Pixels of the longest axis of all maps."""
SMALLEST_MAP = 7.0
TALLEST, SHORTEST = 124.0, 20.0
"""Pixels of the bar with the most units, and of any."""
MOST_SHEETS = 11
STEP = 3.4
"""Pixels from one map of a stack to the next."""
STRIP = 8.0
"""Pixels across a map of a single axis."""
BAR = 7.5
SLANT = 0.3
CELLS = 16
"""A bar of no more units shows each of them."""
HAIR, THIN = 0.7, 0.55

MEASURED: Mapping[Measure, Callable[[float], float]] = {
    "linear": lambda value: value,
    "sqrt": math.sqrt,
    "log": lambda value: math.log2(1 + value),
    "equal": lambda value: 1.0,
}


@dataclass(frozen=True, slots=True)
class Scales:
    """How long things are drawn: the largest map, channels and units of the figure, and the factor for all of them."""

    look: Look
    size: int
    channels: int
    units: int
    factor: float

    def length(self, axis: int | None) -> float:
        """Pixels of a spatial axis; one of unknown length gets half of the longest."""
        full = LARGEST * self.factor
        if axis is None:
            return full * 0.5
        return max(full * self._part(self.look.size_scale, axis, self.size), SMALLEST_MAP)

    def bar(self, units: int | None) -> float:
        full = TALLEST * self.factor
        if units is None:
            return full * 0.5
        return max(full * self._part(self.look.channel_scale, units, self.units), SHORTEST)

    def sheets(self, channels: int | None) -> int:
        """How many maps are drawn of so many: each of a few, else more where there are more."""
        if channels is None:
            return 4
        if channels <= 4:
            return max(channels, 1)
        part = self._part(self.look.channel_scale, channels, self.channels)
        return min(max(5, round(MOST_SHEETS * part)), channels)

    def _part(self, measure: Measure, value: int, largest: int) -> float:
        scaled = MEASURED[measure]
        return scaled(max(value, 1)) / scaled(max(largest, 1))


def scales_of(stages: Sequence[Stage], look: Look, factor: float) -> Scales:
    """The scales that all stages of a figure share."""
    found = [stage.output for stage in stages if stage.output is not None]
    maps, vectors = [one for one in found if one.spatial], [one for one in found if not one.spatial]
    return Scales(
        look,
        max((axis for one in maps for axis in one.spatial if axis is not None), default=1),
        max((one.channels for one in maps if one.channels is not None), default=1),
        max((one.channels for one in vectors if one.channels is not None), default=1),
        factor,
    )


@dataclass(frozen=True, slots=True)
class Body:
    """What stands for a stage: `sheets` maps of the size `map`, or a bar (`sheets` is 0) of the length `map[1]`.

    `middle` is where along it its label is centred: over the upper end of a bar.
    """

    stage: Stage
    map: tuple[float, float]
    sheets: int
    step: float
    unknown: bool = False
    sideways: bool = True

    @property
    def middle(self) -> float:
        return self.along / 2 if self.sheets or not self.sideways else self.map[0] / 2

    @property
    def along(self) -> float:
        back = (self.sheets - 1) * self.step if self.sheets else SLANT * self.map[1]
        return self.map[0] + back

    @property
    def across(self) -> float:
        return self.map[1] + (self.sheets - 1) * self.step if self.sheets else self.map[1]

    def front(self) -> tuple[float, float, float, float]:
        """The map at the front: its corner and its size."""
        back = max(self.sheets - 1, 0) * self.step
        return back, back, *self.map

    def ends(self, leaving: bool) -> tuple[Point, Point]:
        """The two points that lines of a full connection leave from, or come to."""
        if not self.sheets:
            thick = self.map[0] if leaving else 0.0
            return (thick, 0.0), (thick + SLANT * self.map[1], self.map[1])
        x, y, wide, tall = self.front()
        return ((x + wide, y), (x + wide, y + tall)) if leaving else ((0.0, 0.0), (0.0, tall))

    def spot(self, at: Point, size: tuple[float, float]) -> tuple[float, float, float, float]:
        """A rectangle of that size on the front map, around the place that `at` gives in parts of it, kept within."""
        x, y, wide, tall = self.front()
        a, b = min(size[0], wide), min(size[1], tall)
        return (
            x + min(max(at[0] * wide - a / 2, 0.0), wide - a),
            y + min(max(at[1] * tall - b / 2, 0.0), tall - b),
            a,
            b,
        )


def body_of(stage: Stage, scales: Scales) -> Body:
    """The body of a stage by the shape that it gives."""
    extent, sideways = stage.output, scales.look.sideways
    step = max(STEP * scales.factor, 2.0)
    if extent is not None and not extent.spatial:
        return Body(stage, (BAR, scales.bar(extent.channels)), 0, 0.0, extent.channels is None, sideways)
    if extent is None:
        return Body(stage, (scales.length(None),) * 2, 1, step, True, sideways)
    sheets = scales.sheets(extent.channels)
    if len(extent.spatial) == 1:
        return Body(stage, (STRIP, scales.length(extent.spatial[0])), sheets, step, extent.spatial[0] is None, sideways)
    tall, wide = (scales.length(axis) for axis in extent.spatial[-2:])
    return Body(stage, (wide, tall) if sideways else (tall, wide), sheets, step, None in extent.spatial, sideways)


def drawn(body: Body, turn: Callable[[Point], Point]) -> tuple[Shape, ...]:
    """The body on paper: `turn` says where a point of it is."""
    family = body.stage.family
    line = f"{family}-line"

    def area(points: Sequence[Point], fill: str) -> Path:
        path = polygon(tuple(map(turn, points)), fill, line, HAIR)
        return Path(path.steps, fill, line, HAIR, (2.5, 1.8)) if body.unknown else path

    wide, tall = body.map
    if body.sheets:
        return tuple(
            area(
                _corners((place * body.step, place * body.step, wide, tall)),
                f"{family}-{'front' if place == body.sheets - 1 else 'tint'}",
            )
            for place in range(body.sheets)
        )
    slant = SLANT * tall
    shapes: list[Shape] = [area(((0.0, 0.0), (wide, 0.0), (wide + slant, tall), (slant, tall)), f"{family}-front")]
    extent = body.stage.output
    units = extent.channels if extent is not None else None
    if units and 1 < units <= CELLS and tall / units >= 3.5:
        for unit in range(1, units):
            part = unit / units
            ends = (slant * part, tall * part), (wide + slant * part, tall * part)
            shapes.append(polyline(tuple(map(turn, ends)), line, HAIR * 0.7))
    return tuple(shapes)


LinkKind = Literal["pyramid", "full", "arrow", "none"]


@dataclass(frozen=True, slots=True)
class Lines:
    """How one body leads to the next, in points that are each relative to their own body.

    `pairs` are the lines: where each begins at the tail and ends at the head. `window` and `target` are rectangles on
    the front maps: what one number is computed from, and that number (the other way round with `spreads`).
    """

    kind: LinkKind
    pairs: tuple[tuple[Point, Point], ...]
    window: tuple[float, float, float, float] | None = None
    target: tuple[float, float, float, float] | None = None
    spreads: bool = False


LEAVES, COMES = (0.66, 0.62), (0.3, 0.34)
"""Where on its front map a body's window is, and where that of the body before it comes to."""
_POINT = 3.0
"""Pixels of the square that stands for one number."""
_LEAST_WINDOW = 6.0
_OPEN = 9.0
"""A window of less pixels has two lines; four would run into one another."""
_UNKNOWN = 0.25


def lines_between(tail: Body, head: Body, sideways: bool) -> Lines:
    """The lines from one body to the next."""
    window = head.stage.window
    if tail.sheets and head.sheets and window is not None:
        source, sink = (head, tail) if window.transposed else (tail, head)
        whole = _window(window, source, sideways)
        if whole is not None:
            places = (COMES, LEAVES) if window.transposed else (LEAVES, COMES)
            area = source.spot(places[0], whole)
            point = sink.spot(places[1], (_POINT, _POINT))
            middle = point[0] + point[2] / 2, point[1] + point[3] / 2
            corners = _corners(area) if min(area[2:]) >= _OPEN else (_corners(area)[1], _corners(area)[3])
            pairs = tuple((middle, corner) if window.transposed else (corner, middle) for corner in corners)
            return Lines("pyramid", pairs, area, point, window.transposed)
    (a, b), (c, d) = tail.ends(True), head.ends(False)
    if not head.sheets and head.stage.family in ("dense", "pooling"):
        return Lines("full", ((a, c), (b, d)))
    # level, where the two stand beside each other; both are centred on the axis of the row
    low, high = max(a[1] - tail.across / 2, c[1] - head.across / 2), min(b[1] - tail.across / 2, d[1] - head.across / 2)
    if low > high:
        low = high = (low + high) / 2
    level = (low + high) / 2
    return Lines("arrow", ((_at(a, b, level + tail.across / 2), _at(c, d, level + head.across / 2)),))


def _at(start: Point, end: Point, across: float) -> Point:
    """The point of an edge at that place across, or its end."""
    part = min(max((across - start[1]) / (end[1] - start[1]), 0.0), 1.0)
    return start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part


def _window(window: Window, body: Body, sideways: bool) -> tuple[float, float] | None:
    """The size of a window on the front map of a body; None where their axes do not go together.

    On an axis of unknown length it takes a part of it that means nothing, as the length of the map does.
    """
    spatial = body.stage.output.spatial if body.stage.output is not None else ()
    if len(window.size) != len(spatial):
        return None
    parts = [
        _UNKNOWN if axis is None else min(((size - 1) * dilation + 1) / max(axis, 1), 1.0)
        for size, dilation, axis in zip(window.size, window.dilation, spatial, strict=True)
    ]
    tall, wide = (parts[-1], 1.0) if len(parts) == 1 else parts[-2:]
    along, across = (wide, tall) if sideways or len(parts) == 1 else (tall, wide)
    return max(along * body.map[0], _LEAST_WINDOW), max(across * body.map[1], _LEAST_WINDOW)


def _corners(box: tuple[float, float, float, float]) -> tuple[Point, Point, Point, Point]:
    x, y, wide, tall = box
    return (x, y), (x + wide, y), (x + wide, y + tall), (x, y + tall)
