"""The user's words over volumes: a curly brace from the first to the last stage, beyond all else that is there."""

from __future__ import annotations

from collections.abc import Iterator

from netviz.render.figure.look import lines_of, width_of
from netviz.render.figure.picture import Bend, Move, Part, Path, Point, Shape, Step, Straight, Text
from netviz.render.figure.volumes_items import Area
from netviz.render.figure.volumes_place import Row
from netviz.render.figure.volumes_wires import Wires

_TALL = 7.0
"""From the ends of a brace to its tip."""
_AWAY = 5.0
_ROOM = 110.0
"""Pixels that words may take over a short brace."""


def braces(row: Row, wires: Wires) -> Iterator[tuple[Shape, Area]]:
    """The braces and words of the annotations that begin or end in the row, with what each takes."""
    taken = [row.area(id) for id in row.ids] + [placed.area for placed in row.notes]
    taken += [border.area for border in wires.borders]
    for wire in wires.wires:
        alongs, acrosses = zip(*wire.points, strict=True)
        taken.append(Area(min(alongs), min(acrosses), max(alongs), max(acrosses)))
    spots, whole = row.groups.spots, (min(area.first for area in taken), max(area.last for area in taken))
    known = [note for note in row.groups.flow.annotations if note.first in spots and note.last in spots]
    for note in sorted(
        known, key=lambda note: abs(spots[note.last].rank - spots[note.first].rank)
    ):  # short ones inside
        ends = sorted((spots[note.first].rank, spots[note.last].rank))
        over = [id for id in row.ids if ends[0] <= spots[id].rank <= ends[1]]
        if note.first == note.last:
            over = [id for id in over if id == note.first]
        if not over:
            continue
        first = min(row.area(id).first for id in over)
        last = max(row.area(id).last for id in over)
        size = row.look.size
        room = max(min(whole[1] - whole[0], max(last - first, _ROOM)), 40.0) if row.axes.sideways else _ROOM
        lines = lines_of(note.text, size, room, 4)
        wide, tall = max((width_of(line, size) for line in lines), default=0.0), len(lines) * size * 1.25
        reach, deep = (wide, tall) if row.axes.sideways else (tall, wide)
        middle = (first + last) / 2
        left, right = min(first, middle - reach / 2) - 2, max(last, middle + reach / 2) + 2
        met = [area for area in taken if area.first < right and left < area.last]
        if row.axes.sideways:
            edge = min(area.low for area in met) - _AWAY
            area = Area(left, edge - _TALL - 2 - deep, right, edge)
        else:
            edge = max(area.high for area in met) + _AWAY
            area = Area(left, edge, right, edge + _TALL + 4 + deep)
        taken.append(area)
        yield Part((_brace(row, first, last, edge), *_words(row, lines, middle, area)), "annotation"), area


def _brace(row: Row, first: float, last: float, edge: float) -> Path:
    out = -1 if row.axes.sideways else 1
    middle, half = (first + last) / 2, edge + out * _TALL / 2
    bow = min(6.0, (last - first) / 4)

    def point(along: float, across: float) -> Point:
        return row.axes.point(along, across)

    def bend(one: Point, two: Point, three: Point) -> Step:
        return Bend(point(*one), point(*two), point(*three))

    steps: list[Step] = [Move(point(first, edge)), bend((first, half), (first, half), (first + bow, half))]
    steps.append(Straight(point(middle - bow, half)))
    tip = edge + out * _TALL
    steps += [
        bend((middle, half), (middle, half), (middle, tip)),
        bend((middle, half), (middle, half), (middle + bow, half)),
    ]
    steps += [Straight(point(last - bow, half)), bend((last, half), (last, half), (last, edge))]
    return Path(tuple(steps), None, "muted", 0.9)


def _words(row: Row, lines: tuple[str, ...], middle: float, area: Area) -> Iterator[Text]:
    size = row.look.size
    if row.axes.sideways:
        x, top = row.axes.point(middle, area.low)
        for place, line in enumerate(lines):
            yield Text(x, top + (place + 0.8) * size * 1.25, line, size, "middle", room=width_of(line, size))
        return
    x, y = row.axes.point(middle, area.low + _TALL + 4)
    for place, line in enumerate(lines):
        at = y + (place - len(lines) / 2 + 0.8) * size * 1.25
        yield Text(x, at, line, size, "start", room=width_of(line, size))
