"""The user's words at volumes: a curly brace along the stages that they are about, near these, and the words beyond it.

They take part in the layout: lanes and arcs keep room for them. Above a flow that runs sideways, below where arcs end
at these stages; to the right of one that runs up or down.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from netviz.figures import Annotation
from netviz.render.figure.look import Look, lines_of, width_of
from netviz.render.figure.marks import BRACE, WORDS_LINES, WORDS_ROOM, brace
from netviz.render.figure.picture import Part, Shape, Text
from netviz.render.figure.turning import Turn
from netviz.render.figure.volumes.groups import Groups
from netviz.render.figure.volumes.items import Area

_AWAY = 4.0
"""Pixels from what the words are about to the ends of the brace."""
_BEYOND = 4.0
"""Pixels from the tip of the brace to the words."""
_LINE = 1.25
"""From one line to the next, as a multiple of the size."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Words about the stages `over`; `side` is -1 for smaller values across the flow, 1 for larger ones."""

    note: Annotation
    over: tuple[str, ...]
    side: int


@dataclass(frozen=True, slots=True)
class Braced:
    """A remark where it lies: its brace from `first` to `last` with the ends at `edge`, its lines around `middle`.

    `away` is how far it had to be moved from what it is about.
    """

    remark: Remark
    lines: tuple[str, ...]
    first: float
    last: float
    edge: float
    middle: float
    area: Area
    away: float


def remarks_of(groups: Groups, ids: Sequence[str], look: Look) -> tuple[Remark, ...]:
    """The annotations about any of the ids, those about few stages first."""
    found, here = [], set(ids)
    arcs = {end for way in groups.arrangement.ways if way.skips for end in (way.link.tail, way.link.head)}
    for note in groups.flow.annotations:
        over = tuple(id for id in _between(groups, note) if id in here)
        if over:
            below = not look.sideways or not arcs.isdisjoint(over)
            found.append(Remark(note, over, 1 if below else -1))
    return tuple(sorted(found, key=lambda remark: len(remark.over)))


def _between(groups: Groups, note: Annotation) -> list[str]:
    """The stages on the ways from the first to the last, or all whose ranks lie between where there is no way."""
    if note.first not in groups.spots or note.last not in groups.spots:
        return []
    if note.first == note.last:
        return [note.first]
    heads: dict[str, list[str]] = {}
    for way in groups.arrangement.ways:
        heads.setdefault(way.link.tail, []).append(way.link.head)
    behind, before = _reached(note.first, heads), _reached(note.last, groups.sources)
    on_way = [id for id in groups.spots if id in behind and id in before]
    if on_way:
        return on_way
    ranks = sorted((groups.spots[note.first].rank, groups.spots[note.last].rank))
    return [id for id, spot in groups.spots.items() if ranks[0] <= spot.rank <= ranks[1]]


def _reached(start: str, following: Mapping[str, Iterable[str]]) -> set[str]:
    found, open = {start}, [start]
    while open:
        for id in following.get(open.pop(), ()):
            if id not in found:
                found.add(id)
                open.append(id)
    return found


def room_for(remark: Remark, look: Look) -> float:
    """How far across the flow the remark reaches from what it is about, as a first guess."""
    lines = lines_of(remark.note.text, look.size, WORDS_ROOM, WORDS_LINES)
    return _AWAY + BRACE + _BEYOND + _deep(lines, look)


def _deep(lines: Sequence[str], look: Look) -> float:
    return len(lines) * look.size * _LINE if look.sideways else _wide(lines, look)


def _wide(lines: Sequence[str], look: Look) -> float:
    return max((width_of(line, look.size) for line in lines), default=0.0)


def braced(remark: Remark, about: Area, taken: Sequence[Area], whole: Area, look: Look) -> Braced:
    """The remark, as near to what it is about as can be without meeting what is taken; `whole` is the row."""
    most = max(min(whole.last - whole.first, max(about.last - about.first, WORDS_ROOM)), 40.0)
    lines = lines_of(remark.note.text, look.size, most if look.sideways else WORDS_ROOM, WORDS_LINES)
    reach = _wide(lines, look) if look.sideways else len(lines) * look.size * _LINE
    tall = BRACE + _BEYOND + _deep(lines, look)
    middle = (about.first + about.last) / 2
    if reach < whole.last - whole.first:
        middle = min(max(middle, whole.first + reach / 2), whole.last - reach / 2)
    left, right = min(about.first, middle - reach / 2) - 2, max(about.last, middle + reach / 2) + 2
    met = [area for area in taken if area.first < right and left < area.last]
    out = remark.side
    start = edge = (about.low if out < 0 else about.high) + out * _AWAY
    while True:
        ends = sorted((edge, edge + out * tall))
        hit = [area for area in met if area.low < ends[1] and ends[0] < area.high]
        if not hit:
            area = Area(left, ends[0] - 1, right, ends[1] + 1)
            return Braced(remark, lines, about.first, about.last, edge, middle, area, abs(edge - start))
        edge = (min(area.low for area in hit) if out < 0 else max(area.high for area in hit)) + out * _AWAY


def brace_shapes(found: Iterable[Braced], look: Look) -> Iterator[Shape]:
    """Braces and words."""
    turn = Turn(look.direction)
    for one in found:
        curly = brace(turn, one.first, one.last, one.edge, one.remark.side)
        yield Part((curly, *_words(one, turn, look)), "annotation")


def _words(one: Braced, turn: Turn, look: Look) -> Iterator[Text]:
    size, far = look.size, one.edge + one.remark.side * (BRACE + _BEYOND)
    x, y = turn(one.middle, far)
    above = turn.sideways and one.remark.side < 0
    top = y - len(one.lines) * size * _LINE * (1.0 if above else 0.0 if turn.sideways else 0.5)
    for place, line in enumerate(one.lines):
        at = top + (place + 0.8) * size * _LINE
        yield Text(x, at, line, size, "middle" if turn.sideways else "start", room=width_of(line, size))
