"""The user's words beside a figure of blocks: at a stage, or at a brace over several, on the side where these stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from netviz.figures import Annotation, Flow
from netviz.render.figure.blocks.parts import Area, Placed
from netviz.render.figure.frame import Bounds
from netviz.render.figure.look import Look, lines_of, width_of
from netviz.render.figure.marks import BRACE, WORDS_LINES, WORDS_ROOM, brace
from netviz.render.figure.picture import Anchor, Part, Path, Shape, Text, polyline
from netviz.render.figure.turning import Turn

GAP = 8.0
"""Pixels between a brace and what it belongs to."""
BESIDE = 4.0
"""Pixels between a brace and its words."""
AHEAD = 4.0
"""How far before a stage the line runs that leads to words beyond others."""


@dataclass(frozen=True, slots=True)
class _Note:
    """An annotation: what it belongs to, its lines, and how long and wide its words are along the flow and across."""

    area: Area
    lines: tuple[str, ...]
    long: float
    wide: float


def annotated(flow: Flow, placed: Placed, look: Look, turn: Turn, bounds: Bounds) -> tuple[list[Shape], Bounds]:
    """The annotations of the stages that are placed as shapes, and the bounds with them."""
    notes = [note for one in flow.annotations if (note := _note(flow, one, placed, look, turn))]
    taken = list(_taken(placed))
    shapes: list[Shape] = []
    for note in sorted(notes, key=lambda one: (one.area.last - one.area.first, one.area.first)):
        out = 1 if len(_beyond(placed, note.area, 1)) <= len(_beyond(placed, note.area, -1)) else -1
        middle = (note.area.first + note.area.last) / 2
        if turn.sideways and note.long < placed.length:
            middle = min(max(middle, note.long / 2), placed.length - note.long / 2)
        first, last = min(note.area.first, middle - note.long / 2), max(note.area.last, middle + note.long / 2)
        met = [one for one in taken if one.first < last + 2 and first - 2 < one.last]
        edge = max((one.high for one in met), default=0.0) if out > 0 else min((one.low for one in met), default=0.0)
        edge += out * GAP
        end = edge + out * (BRACE + BESIDE + note.wide)
        taken.append(Area(first, last, min(edge, end) - 2, max(edge, end) + 2))
        if _beyond(placed, note.area, out):
            mark = _lead(note.area, middle, edge, out, turn)
        else:
            mark = brace(turn, note.area.first + 1, note.area.last - 1, edge, out)
        words = _words(note, middle, edge + out * (BRACE + BESIDE), out, look, turn)
        shapes.append(Part((mark, *words), "annotation"))
        bounds = _around(bounds, turn(first, edge), turn(last, end))
    return shapes, bounds


def _note(flow: Flow, annotation: Annotation, placed: Placed, look: Look, turn: Turn) -> _Note | None:
    """The note at those of its stages that are placed here, None where none is; its words are where it begins."""
    order = [stage.id for stage in flow.stages]
    within = order[order.index(annotation.first) : order.index(annotation.last) + 1]
    here = [id for id in within if id in placed.spots]
    if not here:
        return None
    ends = [id for id in (annotation.first, annotation.last) if id in placed.spots]
    spots = [placed.spots[id] for id in (ends if len(ends) == 2 else here)]
    area = Area(
        min(spot.along for spot in spots),
        max(spot.along + spot.size.along for spot in spots),
        min(spot.across - spot.size.across / 2 for spot in spots),
        max(spot.across + spot.size.across / 2 for spot in spots),
    )
    room = max(WORDS_ROOM, area.last - area.first) if turn.sideways else WORDS_ROOM
    words = annotation.text if annotation.first in placed.spots else ""
    lines = lines_of(words, look.size, room, WORDS_LINES)
    wide = min(max((width_of(line, look.size) for line in lines), default=0.0), room)
    high = len(lines) * look.size * 1.25
    return _Note(area, lines, wide if turn.sideways else high, high if turn.sideways else wide)


def _taken(placed: Placed) -> Iterator[Area]:
    """The rectangles of all that is drawn: stages, frames, pieces of lines."""
    yield from placed.areas.values()
    for spot in placed.spots.values():
        half = spot.size.across / 2
        yield Area(spot.along, spot.along + spot.size.along, spot.across - half, spot.across + half)
    for route in placed.routes:
        for one, other in pairwise(route.points):
            (first, last), (low, high) = sorted((one[0], other[0])), sorted((one[1], other[1]))
            yield Area(first, last, low, high)


def _beyond(placed: Placed, area: Area, out: int) -> Sequence[str]:
    """The stages that stand between an area and the edge of the drawing on one side."""
    edge = area.high if out > 0 else area.low
    return [
        id
        for id, spot in placed.spots.items()
        if spot.along < area.last and area.first < spot.along + spot.size.along and (spot.across - edge) * out > 0
    ]


def _lead(area: Area, middle: float, edge: float, out: int, turn: Turn) -> Path:
    """A line from a stage to its words, in front of what stands between the two."""
    near = area.high if out > 0 else area.low
    start = near - out * min(6.0, (area.high - area.low) / 4)
    ahead = area.first - AHEAD
    points = ((area.first, start), (ahead, start), (ahead, edge), (middle, edge), (middle, edge + out * BRACE))
    return polyline(tuple(turn(*point) for point in points), "muted", 0.7)


def _words(note: _Note, middle: float, near: float, out: int, look: Look, turn: Turn) -> Iterator[Text]:
    high = look.size * 1.25
    x, y = turn(middle, near)
    above = 0.5 if not turn.sideways else 0.0 if out > 0 else 1.0  # how much of the words stands above the point
    top = y - above * len(note.lines) * high
    for place, line in enumerate(note.lines):
        anchor: Anchor = "middle" if turn.sideways else "start" if out > 0 else "end"
        room = note.long if turn.sideways else note.wide
        yield Text(x, top + (place + 0.8) * high, line, look.size, anchor, room=room)


def _around(bounds: Bounds, *points: tuple[float, float]) -> Bounds:
    """The bounds with some points in them."""
    return Bounds(
        min(bounds.left, *(x for x, _ in points)),
        min(bounds.top, *(y for _, y in points)),
        max(bounds.right, *(x for x, _ in points)),
        max(bounds.bottom, *(y for _, y in points)),
    )
