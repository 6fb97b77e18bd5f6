"""The user's words beside a figure of blocks: at a stage, or at a brace over several."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from netviz.figures import Flow
from netviz.render.figure.blocks_parts import Placed
from netviz.render.figure.frame import Bounds
from netviz.render.figure.look import Look, lines_of, width_of
from netviz.render.figure.picture import Bend, Move, Part, Path, Point, Shape, Straight, Text

ROOM = 110.0
"""Pixels that a line of an annotation takes at most, beside the flow."""
MOST = 6
"""Lines of an annotation."""
BRACE = 6.0
"""How deep a brace is."""
GAP = 8.0
"""Pixels between the flow and a brace, and between annotations."""


@dataclass(frozen=True, slots=True)
class _Note:
    """An annotation: the piece along the flow that it belongs to, and its lines."""

    start: float
    end: float
    lines: tuple[str, ...]
    wide: float


def annotated(
    flow: Flow, placed: Placed, look: Look, point: Callable[[float, float], Point], sideways: bool, bounds: Bounds
) -> tuple[list[Shape], Bounds]:
    """The annotations as shapes, and the bounds with them: at the right of what runs down, else below."""
    notes = []
    for annotation in flow.annotations:
        first, last = placed.spots[annotation.first], placed.spots[annotation.last]
        corners = [point(first.along, 0.0), point(last.along + last.size.along, 0.0)]
        corners += [point(last.along, 0.0), point(first.along + first.size.along, 0.0)]
        places = [corner[0] if sideways else corner[1] for corner in corners]
        lines = lines_of(annotation.text, look.size, ROOM, MOST)
        wide = min(max((width_of(line, look.size) for line in lines), default=0.0), ROOM)
        notes.append(_Note(min(places), max(places), lines, wide))
    shapes: list[Shape] = []
    levels: list[list[tuple[float, float]]] = []
    reach: list[float] = []
    given: list[tuple[_Note, int, float, float]] = []
    for note in sorted(notes, key=lambda note: (note.end - note.start, note.start)):
        own = note.wide if sideways else len(note.lines) * look.size * 1.25
        middle = (note.start + note.end) / 2
        if sideways:
            middle = _inside(middle, own / 2, bounds)
        start, end = min(note.start, middle - own / 2) - 2, max(note.end, middle + own / 2) + 2
        level = next(
            (at for at, others in enumerate(levels) if all(end <= one or two <= start for one, two in others)),
            len(levels),
        )
        if level == len(levels):
            levels.append([])
            reach.append(0.0)
        levels[level].append((start, end))
        reach[level] = max(reach[level], len(note.lines) * look.size * 1.25 if sideways else note.wide)
        given.append((note, level, start, end))
    edge = bounds.bottom if sideways else bounds.right
    begins = [edge + GAP + sum(reach[:level]) + level * (BRACE + 4 + GAP) for level in range(len(levels))]
    left, right, top, bottom = bounds.left, bounds.right, bounds.top, bounds.bottom
    for note, level, start, end in given:
        shapes.append(_drawn(note, begins[level], (start + end) / 2, look, sideways, bounds))
        after = begins[level] + BRACE + 4 + reach[level]
        if sideways:
            bottom, left, right = max(bottom, after), min(left, start), max(right, end)
        else:
            right, top, bottom = max(right, after), min(top, start), max(bottom, end)
    return shapes, Bounds(left, top, right, bottom)


def _inside(middle: float, half: float, bounds: Bounds) -> float:
    """The middle of a text, moved so that it keeps within the drawing, where that is wide enough."""
    return min(max(middle, bounds.left + half), max(bounds.right - half, bounds.left + half))


def _drawn(note: _Note, at: float, center: float, look: Look, sideways: bool, bounds: Bounds) -> Part:
    middle = (note.start + note.end) / 2
    high = look.size * 1.25
    if sideways:
        x = min(
            max(middle, bounds.left + note.wide / 2), max(bounds.right - note.wide / 2, bounds.left + note.wide / 2)
        )
        texts = [
            Text(x, at + BRACE + 4 + (place + 0.8) * high, line, look.size, "middle", room=note.wide)
            for place, line in enumerate(note.lines)
        ]
    else:
        top = middle - len(note.lines) * high / 2
        texts = [
            Text(at + BRACE + 4, top + (place + 0.8) * high, line, look.size, room=note.wide)
            for place, line in enumerate(note.lines)
        ]
    return Part((_brace(note.start + 1, note.end - 1, at, sideways), *texts), "annotation")


def _brace(start: float, end: float, at: float, sideways: bool) -> Path:
    """A curly brace from `start` to `end` that points away from the flow."""

    def turn(along: float, across: float) -> Point:
        return (along, at + across) if sideways else (at + across, along)

    half, deep = BRACE / 2, BRACE
    middle = (start + end) / 2
    curl = min(half * 1.4, (end - start) / 4)
    return Path(
        (
            Move(turn(start, 0.0)),
            Bend(turn(start, half), turn(start, half), turn(start + curl, half)),
            Straight(turn(middle - curl, half)),
            Bend(turn(middle, half), turn(middle, half), turn(middle, deep)),
            Bend(turn(middle, half), turn(middle, half), turn(middle + curl, half)),
            Straight(turn(end - curl, half)),
            Bend(turn(end, half), turn(end, half), turn(end, 0.0)),
        ),
        None,
        "muted",
        0.9,
    )
