"""What a figure is made of before it is written: a few shapes with named paints, in pixels (1/96 inch), y downwards.

Whoever draws knows no language, whoever writes knows no network. All text in it is what a reader shall see: names of a
file are put in as they are, the writers escape them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

Point: TypeAlias = tuple[float, float]

Paint: TypeAlias = str
"""The name of a colour; `paints.paint_names` lists them."""

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Move:
    """Begins a part of a path."""

    to: Point


@dataclass(frozen=True, slots=True)
class Straight:
    """A straight line from where the path is."""

    to: Point


@dataclass(frozen=True, slots=True)
class Bend:
    """A cubic Bézier curve from where the path is, with its two control points."""

    first: Point
    second: Point
    to: Point


@dataclass(frozen=True, slots=True)
class Close:
    """A straight line back to where the part of the path began."""


Step: TypeAlias = Move | Straight | Bend | Close


@dataclass(frozen=True, slots=True)
class Path:
    """A line or an area. `fill` or `stroke` may be None for none; `dash` are lengths of dashes and gaps, () for none.

    `arrow` puts a tip at its end, which lies in the last point. `opacity` is of both.
    """

    steps: tuple[Step, ...]
    fill: Paint | None = None
    stroke: Paint | None = None
    width: float = 1.0
    dash: tuple[float, ...] = ()
    arrow: bool = False
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A rectangle by its upper left corner, with round corners of `radius`."""

    x: float
    y: float
    width: float
    height: float
    radius: float = 0.0
    fill: Paint | None = None
    stroke: Paint | None = None
    line: float = 1.0
    dash: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Circle:
    """A circle around (x, y). `opacity` is of the fill and the stroke."""

    x: float
    y: float
    radius: float
    fill: Paint | None = None
    stroke: Paint | None = None
    line: float = 1.0
    dash: tuple[float, ...] = ()
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text: (x, y) is the point of the baseline that `anchor` names, `size` in pixels.

    `turned` text runs upwards. A `halo` of the paper keeps lines behind it out of its letters. `room` are the pixels
    that it may take, where what is measured is no promise (other fonts and scripts): wider text is pressed into them.
    """

    x: float
    y: float
    text: str
    size: float
    anchor: Anchor = "start"
    paint: Paint = "ink"
    bold: bool = False
    italic: bool = False
    turned: bool = False
    halo: bool = False
    room: float | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Shapes that belong together.

    `path` is that of the layer they stand for ("" for none), `title` what a pointer reads there, `kind` a word of our
    own that says what it is: "stage", "link", "legend", "neuron", "caption", ….
    """

    shapes: tuple[Shape, ...]
    kind: str = ""
    path: str = ""
    title: str = ""


Shape: TypeAlias = Path | Rectangle | Circle | Text | Part


@dataclass(frozen=True, slots=True)
class Picture:
    """Shapes from the back to the front on paper of that size."""

    width: float
    height: float
    shapes: tuple[Shape, ...]
    title: str
    description: str

    def walk(self) -> Iterator[Shape]:
        """Every shape, a part before what it holds."""
        stack = list(reversed(self.shapes))
        while stack:
            shape = stack.pop()
            yield shape
            if isinstance(shape, Part):
                stack.extend(reversed(shape.shapes))


def rounded(points: Sequence[Point], radius: float) -> tuple[Step, ...]:
    """Straight lines through the points, with corners rounded as far as there is room."""
    kept = [point for place, point in enumerate(points) if not place or _distance(point, points[place - 1]) > 0.01]
    steps: list[Step] = [Move(kept[0])]
    for before, corner, after in zip(kept, kept[1:], kept[2:], strict=False):
        reach = min(radius, _distance(before, corner) / 2, _distance(corner, after) / 2)
        steps.append(Straight(_towards(corner, before, reach)))
        first, second = _towards(corner, before, reach * 0.45), _towards(corner, after, reach * 0.45)
        steps.append(Bend(first, second, _towards(corner, after, reach)))
    return (*steps, Straight(kept[-1]))


def _distance(one: Point, other: Point) -> float:
    return math.hypot(other[0] - one[0], other[1] - one[1])


def _towards(start: Point, end: Point, by: float) -> Point:
    part = by / (_distance(start, end) or 1.0)
    return start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part


def polygon(points: tuple[Point, ...], fill: Paint | None, stroke: Paint | None = None, width: float = 1.0) -> Path:
    """The area with these corners."""
    return Path((Move(points[0]), *map(Straight, points[1:]), Close()), fill, stroke, width)


def polyline(points: tuple[Point, ...], stroke: Paint, width: float = 1.0, arrow: bool = False) -> Path:
    """Straight lines through the points."""
    return Path((Move(points[0]), *map(Straight, points[1:])), None, stroke, width, (), arrow)
