"""The bodies of a LeNet figure, and the lines from one to the next.

All in one frame, whatever the direction: `along` the flow and `across` it, from the corner of the body at the back; the
front map stands where the flow leads to. `lenet_rows` says where a body stands, `turning` what that is on paper.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from netviz.figures import Stage, Window
from netviz.render.figure.look import Look, share
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

Box: TypeAlias = tuple[float, float, float, float]
"""The corner of a rectangle, and its size."""


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
        return max(full * share(self.look.size_scale, axis, self.size), SMALLEST_MAP)

    def bar(self, units: int | None) -> float:
        full = TALLEST * self.factor
        if units is None:
            return full * 0.5
        return max(full * share(self.look.channel_scale, units, self.units), SHORTEST)

    def sheets(self, channels: int | None) -> int:
        """How many maps are drawn of so many: each of a few, else more where there are more."""
        if channels is None:
            return 4
        if channels <= 4:
            return max(channels, 1)
        part = share(self.look.channel_scale, channels, self.channels)
        return min(max(5, round(MOST_SHEETS * part)), channels)


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

    def front(self) -> Box:
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

    def spot(self, at: Point, size: tuple[float, float]) -> Box:
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


def drawn(body: Body, turn: Callable[[float, float], Point]) -> tuple[Shape, ...]:
    """The body on paper: `turn` says where a point of it is, by its places along and across."""
    family = body.stage.family
    line = f"{family}-line"

    def area(points: Sequence[Point], fill: str) -> Path:
        path = polygon(tuple(turn(*point) for point in points), fill, line, HAIR)
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
            shapes.append(polyline((turn(*ends[0]), turn(*ends[1])), line, HAIR * 0.7))
    return tuple(shapes)


LinkKind = Literal["pyramid", "full", "arrow", "none"]


@dataclass(frozen=True, slots=True)
class Lines:
    """How one body leads to the next, in points that are each relative to their own body.

    `pairs` are the lines: where each begins at the tail and ends at the head. `window` and `target` are rectangles on
    the front maps: what one number is computed from, and that number; with `spreads`, what one number goes to, and that
    number. A window of a `single` number is that number.
    """

    kind: LinkKind
    pairs: tuple[tuple[Point, Point], ...]
    window: Box | None = None
    target: Box | None = None
    spreads: bool = False
    single: bool = False

    @property
    def boxes(self) -> tuple[Box | None, Box | None]:
        """The rectangles on the tail and on the head."""
        return (self.target, self.window) if self.spreads else (self.window, self.target)


LEAVES, COMES = (0.66, 0.62), (0.3, 0.34)
"""Where on its front map a body's window is, and where that of the body before it comes to."""
_POINT = 3.0
"""Pixels of the square that stands for one number."""
_LEAST = 2.0
"""Pixels of each number along the side of a window, where the map has less: 3×3 is larger than 2×2 on any map."""
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
            single = all(size == 1 for size in window.size)
            area = source.spot(places[0], (_POINT, _POINT) if single else whole)
            point = sink.spot(places[1], (_POINT, _POINT))
            middle = point[0] + point[2] / 2, point[1] + point[3] / 2
            corners = _corners(area) if min(area[2:]) >= _OPEN else (_corners(area)[1], _corners(area)[3])
            if single:
                corners = ((area[0] + area[2] / 2, area[1] + area[3] / 2),)
            pairs = tuple((middle, corner) if window.transposed else (corner, middle) for corner in corners)
            return Lines("pyramid", pairs, area, point, window.transposed, single)
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
    sides = body.map if sideways or len(spatial) == 1 else (body.map[1], body.map[0])
    lengths = [sides[1]] if len(spatial) == 1 else [*[0.0] * (len(spatial) - 2), sides[1], sides[0]]
    parts = [
        _side((size - 1) * dilation + 1, axis, length)
        for size, dilation, axis, length in zip(window.size, window.dilation, spatial, lengths, strict=True)
    ]
    tall, wide = (parts[-1], body.map[0]) if len(parts) == 1 else parts[-2:]
    return (wide, tall) if sideways or len(parts) == 1 else (tall, wide)


def _side(span: int, axis: int | None, length: float) -> float:
    """Pixels of a window that spans so many of the numbers along an axis of that length on paper."""
    if axis is None:
        return _UNKNOWN * length
    return min(max(share("linear", span, axis) * length, min(span, axis, 10**6) * _LEAST, _POINT), length)


def _corners(box: Box) -> tuple[Point, ...]:
    x, y, wide, tall = box
    return (x, y), (x + wide, y), (x + wide, y + tall), (x, y + tall)
