"""Segments put together again: one below the other so that the chain runs on, in columns side by side.

All links lead from top to bottom here; other directions are turned before and after.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from netviz.render.layout.clipping import between, line
from netviz.render.layout.columns import GUTTER, Step, break_up, reach
from netviz.render.layout.dot import ENTRY, EXIT, Drawing, walk
from netviz.render.layout.geometry import Cluster, Curve, Node, Place
from netviz.render.layout.segments import Segment

Point = tuple[float, float]

_RUN = 18
"""Pixels between a column and the way from its end to the next column."""

_FAN = 24
"""Pixels in which several links that enter a column spread from where they came as one."""

_ROUND = 12
"""Radius of the bends on that way, in pixels."""

_LOOP = 12
"""Pixels that a link from a node to itself reaches out: within the margin of a frame."""

_KAPPA = 0.5523
"""Length of the handles of a cubic Bézier that is nearly a quarter of a circle of radius 1."""


@dataclass(slots=True)
class Block:
    """What is put together: places by id, curves by the number of their link, and the size of it all."""

    width: float = 0.0
    height: float = 0.0
    places: dict[str, Place] = field(default_factory=dict)
    curves: dict[int, tuple[Point, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A segment, its drawing, and where the chain enters and leaves in it."""

    segment: Segment
    drawing: Drawing
    places: dict[str, Place]
    entry: Place
    exit: Place

    @property
    def into(self) -> float:
        """How far down the entry ends: where what is new begins."""
        return self.entry.y + self.entry.height if self.segment.entry else 0.0

    @property
    def top(self) -> float:
        """How far down the first thing is that is not the entry."""
        return min(place.y for name, place in self.places.items() if name != self.segment.entry)

    @property
    def low(self) -> float:
        """How far down the last thing ends that is not the exit."""
        ends = (place.y + place.height for name, place in self.places.items() if name != self.segment.exit)
        return max(ends, default=0.0)

    @property
    def fits(self) -> tuple[bool, bool]:
        """Whether what is new lies below the entry, and above the exit; frames may reach beside them."""
        segment = self.segment
        return (
            segment.entry is None or self.top >= self.into,
            segment.exit is None or self.low <= self.exit.y,
        )


def misfits(segments: Sequence[Segment], drawings: Sequence[Drawing]) -> set[str]:
    """The first children of the segments that cannot be put below the one before: they are to be drawn with it."""
    found = set()
    for number, (segment, drawing) in enumerate(zip(segments, drawings, strict=True)):
        below, above = _piece(segment, drawing).fits
        if not below:
            found.add(segment.children[0].id)
        if not above:
            found.add(segments[number + 1].children[0].id)
    return found


def stack(segments: Sequence[Segment], drawings: Sequence[Drawing], aspect: float | None) -> Block:
    """The segments in columns of a shape near `aspect` (width through height; None: one column)."""
    pieces = [_piece(segment, drawing) for segment, drawing in zip(segments, drawings, strict=True)]
    steps = [_step(piece, pieces[number - 1] if number else None) for number, piece in enumerate(pieces)]
    block = Block()
    left, leaving = 0.0, None
    for column in break_up(steps, aspect):
        far_left, far_right = reach(steps[column.start : column.stop])
        middle = left - far_left
        leaving = _add_column(block, [pieces[number] for number in column], middle, leaving, left - GUTTER / 2)
        left += far_right - far_left + GUTTER
    return _moved_to_origin(block, left - GUTTER)


def _piece(segment: Segment, drawing: Drawing) -> _Piece:
    items = list(walk(segment.part.children))
    drawing = _with_loops(segment, drawing, [item.id for item in items if isinstance(item, Node)])
    places = dict(zip((item.id for item in items if isinstance(item, Node)), drawing.nodes, strict=True))
    places |= zip((item.id for item in items if isinstance(item, Cluster)), drawing.clusters, strict=True)
    middle = Place(drawing.width / 2, 0.0, 0.0, 0.0)
    entry = places[segment.entry] if segment.entry else middle
    exit_ = places[segment.exit] if segment.exit else middle
    return _Piece(segment, drawing, places, entry, exit_)


def _with_loops(segment: Segment, drawing: Drawing, nodes: list[str]) -> Drawing:
    """The drawing with the links that lead from a node to itself: beside it, one inside the other."""
    loops: dict[str, list[int]] = {}
    for number, link in enumerate(segment.part.links):
        if link.tail == link.head:
            loops.setdefault(link.tail, []).append(number)
    curves, width = dict(drawing.curves), drawing.width
    for node, numbers in loops.items():
        if node not in nodes:
            continue  # a cluster
        place = drawing.nodes[nodes.index(node)]
        right, middle = place.x + place.width, place.y + place.height / 2
        for order, number in enumerate(numbers, start=1):
            up, out = place.height / 4 * order / len(numbers), _LOOP * 4 / 3 * order / len(numbers)
            points = (
                (right, middle - up),
                (right + out, middle - up),
                (right + out, middle + up),
                (right, middle + up),
            )
            curves[number] = Curve(points)
        width = max(width, right + _LOOP)
    return dataclasses.replace(drawing, width=width, curves=curves) if loops else drawing


def _center(place: Place) -> float:
    return place.x + place.width / 2


def _step(piece: _Piece, before: _Piece | None) -> Step:
    middle = _center(piece.entry)
    badness = 0
    if before is not None:
        apart = isinstance(before.segment.children[-1], Cluster) or isinstance(piece.segment.children[0], Cluster)
        badness = 2 * (len(piece.segment.entering) > 1) + (not apart)
    return Step(
        piece.drawing.height - piece.into,
        -middle,
        piece.drawing.width - middle,
        _center(piece.exit) - middle,
        badness,
    )


@dataclass(frozen=True, slots=True)
class _Way:
    """The way that leads out of what is drawn so far: its points, and the lowest point of its column."""

    points: tuple[Point, ...]
    bottom: float


def _add_column(block: Block, pieces: list[_Piece], middle: float, leaving: _Way | None, gutter: float) -> _Way:
    """The way out of the column that is added. Its chain enters at `middle`; `gutter` is to the left of it."""
    first = pieces[0]
    down = -first.top if leaving else 0.0
    way: tuple[Point, ...] = ()
    bottom = 0.0
    for place_in_column, piece in enumerate(pieces):
        right = middle - _center(piece.entry)
        shared = piece.segment.entry if piece.segment.shares else None
        for name, place in piece.places.items():
            if name not in (ENTRY, EXIT, shared):
                block.places[name] = Place(place.x + right, place.y + down, place.width, place.height)
        curves = {
            number: tuple((x + right, y + down) for x, y in curve.points)
            for number, curve in piece.drawing.curves.items()
            if curve.points
        }
        came_in = {number for number, index in enumerate(piece.segment.indices) if index in piece.segment.entering}
        if leaving and piece is first:
            way = _to_next_column(
                leaving, [curves[number][0] for number in came_in if number in curves], middle, gutter
            )
        for number, index in enumerate(piece.segment.indices):
            if number in curves:
                block.curves[index] = _on(way, curves[number]) if number in came_in else curves[number]
        way = curves.get(len(piece.segment.indices), ())
        middle += _center(piece.exit) - _center(piece.entry)
        bottom = max(bottom, down + piece.drawing.height)
        exit_ = piece.exit
        leaves = (middle, down + exit_.y + exit_.height)
        if piece is not pieces[-1]:  # the entry of the next segment lies upon this exit
            down += exit_.y - pieces[place_in_column + 1].entry.y
    return _Way(way or (leaves,), bottom)


def _on(way: tuple[Point, ...], curve: tuple[Point, ...]) -> tuple[Point, ...]:
    """One curve of two, the second of which begins about where the first ends."""
    if not way:
        return curve
    if len(way) == 1 and way == curve[:1]:
        return curve
    (x, y), (_, to_y) = way[-1], curve[0]
    if to_y - y > 2 * _FAN:
        way += line(way[-1], (x, to_y - _FAN))
    return way + (() if way[-1] == curve[0] else _bend(way[-1], curve[0])) + curve[1:]


def _bend(start: Point, end: Point) -> tuple[Point, Point, Point]:
    """From `start`, where a way leads down, to `end`, where it leads down again, as the three points that follow."""
    (x, y), (to_x, to_y) = start, end
    half = min(math.hypot(to_x - x, to_y - y), _FAN) / 2
    return (x, y + half), (to_x, to_y - half), end


def _to_next_column(leaving: _Way, starts: list[Point], middle: float, gutter: float) -> tuple[Point, ...]:
    """The way from the end of a column below it, up the gutter, and over the next column to its middle."""
    x, y = leaving.points[-1]
    highest = min((start[1] for start in starts), default=0.0)
    spread = any(abs(start[0] - middle) > 1 for start in starts)
    enter = highest - (_FAN if spread else 0)
    low, high = max(leaving.bottom, y) + _RUN, enter - _ROUND
    corners = [(x, y), (x, low), (gutter, low), (gutter, high), (middle, high), (middle, enter)]
    return leaving.points + _rounded(corners)[1:]


def _rounded(corners: list[Point]) -> tuple[Point, ...]:
    """The line through the corners with round bends, as Bézier segments."""
    points: list[Point] = [corners[0]]
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        into, out = _towards(corner, before), _towards(corner, after)
        points += line(points[-1], into)
        points += (between(into, corner, _KAPPA), between(out, corner, _KAPPA), out)
    points += line(points[-1], corners[-1])
    return tuple(points)


def _towards(corner: Point, other: Point) -> Point:
    """The point where a bend at `corner` begins: on the way to `other`, no farther than its middle."""
    length = abs(other[0] - corner[0]) + abs(other[1] - corner[1])
    return between(corner, other, min(_ROUND / length, 0.5) if length else 0.0)


def _moved_to_origin(block: Block, width: float) -> Block:
    heights = [place.y for place in block.places.values()]
    heights += [y for points in block.curves.values() for _, y in points]
    top = min(heights)
    lows = [place.y + place.height for place in block.places.values()]
    lows += [y for points in block.curves.values() for _, y in points]
    return moved(Block(width, max(lows) - top, block.places, block.curves), 0.0, -top)


def moved(block: Block, right: float, down: float) -> Block:
    """The block, farther to the right and down."""
    return Block(
        block.width,
        block.height,
        {name: Place(p.x + right, p.y + down, p.width, p.height) for name, p in block.places.items()},
        {number: tuple((x + right, y + down) for x, y in points) for number, points in block.curves.items()},
    )


def pack(blocks: Sequence[Block], aspect: float, gap: float) -> Block:
    """Blocks side by side in rows, in their order, for a shape near `aspect`."""
    area = sum((block.width + gap) * (block.height + gap) for block in blocks)
    limit = max((area * aspect) ** 0.5, *(block.width for block in blocks), 0.0)
    whole = Block()
    right, down, row = 0.0, 0.0, 0.0
    for block in blocks:
        if right and right + block.width > limit:
            right, down, row = 0.0, down + row + gap, 0.0
        placed = moved(block, right, down)
        whole.places |= placed.places
        whole.curves |= placed.curves
        whole.width = max(whole.width, right + block.width)
        right += block.width + gap
        row = max(row, block.height)
        whole.height = max(whole.height, down + row)
    return whole
