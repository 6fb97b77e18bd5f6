"""A long flow of blocks broken into columns side by side, or rows below one another where it runs sideways.

It is broken only between two ranks that one link alone joins; a line leads from the foot of a column to the head of the
next. All in along and across, so that columns and rows are the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from netviz.figures import Flow
from netviz.render.figure.arrange import Arrangement
from netviz.render.figure.blocks.draw import ROUNDING, Card, bounds_of, draw
from netviz.render.figure.blocks.notes import annotated
from netviz.render.figure.blocks.parts import Placed
from netviz.render.figure.frame import Bounds
from netviz.render.figure.look import Look
from netviz.render.figure.moving import moved
from netviz.render.figure.picture import Part, Path, Shape, rounded
from netviz.render.figure.turning import Turn

BETWEEN = 30.0
"""Pixels between two columns, with the line that joins them in the middle."""
BEHIND = 4.0
"""How far behind a stage it is broken: what the line that leaves it becomes stands in the next column."""
AROUND = 12.0
"""How far beyond the foot and the head of a column that line runs."""


@dataclass(frozen=True, slots=True)
class Column:
    """A piece of the flow that stands by itself.

    `joint` is the stage whose tensor leads on to the next column, "" for none; `entry` is where that of the column
    before enters across the flow, at its begin.
    """

    placed: Placed
    joint: str = ""
    entry: float = 0.0


@dataclass(frozen=True, slots=True)
class Breaks:
    """Where a placed flow may be broken: by the rank behind which it is the stage whose tensor alone leads on.

    `first` and `last` are by rank where what stands there begins along the flow and ends, frames included.
    """

    allowed: Mapping[int, str]
    first: Sequence[float]
    last: Sequence[float]

    def cuts(self, most: float) -> list[int]:
        """The ranks behind which to break so that each column is at most so long, as far as that is possible."""
        found: list[int] = []
        begin, before = self.first[0], -1
        for rank in [*self.allowed, len(self.last) - 1]:
            if self.last[rank] - begin > most and before >= 0:
                found.append(before)
                begin = self.last[before] + BEHIND
            before = rank
        return found


def breaks(plan: Arrangement, placed: Placed) -> Breaks:
    """Where the flow may be broken: one tensor alone leads on, from the last rank ahead, and no frame is around."""
    first, last = _ends(plan, placed)
    crossing: dict[int, set[str]] = {}
    barred = {rank for frame in plan.frames.values() for rank in range(frame.first, frame.last)}
    for route in placed.routes:
        tail = plan.spots[route.link.tail].rank
        out = placed.spots[route.link.tail].across
        for rank in range(tail, plan.spots[route.link.head].rank):
            crossing.setdefault(rank, set()).add(route.link.tail)
        start = [across for along, across in route.points if along <= last[tail] + BEHIND]
        if route.link.memory or any(abs(across - out) > 0.5 for across in start):
            barred.add(tail)
    ranks = [rank for rank in range(plan.ranks - 1) if rank not in barred]
    if not placed.routes:
        return Breaks(dict.fromkeys(ranks, ""), first, last)
    alone = {rank: next(iter(crossing[rank])) for rank in ranks if len(crossing.get(rank, ())) == 1}
    return Breaks({rank: id for rank, id in alone.items() if plan.spots[id].rank == rank}, first, last)


def broken(plan: Arrangement, placed: Placed, count: int) -> list[Column] | None:
    """The flow in so many columns that are as equally long as may be, None where it cannot be broken so often."""
    if count == 1:
        return [Column(placed)]
    found = breaks(plan, placed)
    if len(found.allowed) < count - 1:
        return None
    low, high = 0.0, placed.length
    for _ in range(24):
        middle = (low + high) / 2
        low, high = (low, middle) if len(found.cuts(middle)) < count else (middle, high)
    cuts = found.cuts(high)
    return [*_columns(plan, placed, cuts, found)] if len(cuts) == count - 1 else None


def _ends(plan: Arrangement, placed: Placed) -> tuple[list[float], list[float]]:
    """By rank where what stands there begins along the flow, and where it ends, frames included."""
    first, last = [placed.length] * plan.ranks, [0.0] * plan.ranks
    for id, spot in placed.spots.items():
        rank = plan.spots[id].rank
        first[rank] = min(first[rank], spot.along)
        last[rank] = max(last[rank], spot.along + spot.size.along)
    for id, area in placed.areas.items():
        frame = plan.frames[id]
        first[frame.first] = min(first[frame.first], area.first)
        last[frame.last] = max(last[frame.last], area.last)
    return first, last


def _columns(plan: Arrangement, placed: Placed, cuts: Sequence[int], where: Breaks) -> Iterator[Column]:
    for begin, end in zip([-1, *cuts], [*cuts, plan.ranks - 1], strict=True):
        ranks = range(begin + 1, end + 1)
        spots = {id: spot for id, spot in placed.spots.items() if plan.spots[id].rank in ranks}
        areas = {id: area for id, area in placed.areas.items() if plan.frames[id].first in ranks}
        entered = where.allowed[begin] if begin >= 0 else ""
        entry = placed.spots[entered].across if entered else 0.0
        start = where.last[begin] + BEHIND if entered else min(where.first[rank] for rank in ranks)
        routes = []
        for route in placed.routes:
            if route.link.head in spots:
                rest = [point for point in route.points if point[0] > start]
                points = ((start, entry), *rest) if len(rest) < len(route.points) else route.points
                routes.append(replace(route, points=tuple((along - start, across) for along, across in points)))
        edges = [edge for area in areas.values() for edge in (area.low, area.high)]
        edges += [spot.across + half * spot.size.across for spot in spots.values() for half in (-0.5, 0.5)]
        edges += [across for route in routes for _, across in route.points]
        inside = Placed(
            {id: replace(spot, along=spot.along - start) for id, spot in spots.items()},
            {id: replace(area, first=area.first - start, last=area.last - start) for id, area in areas.items()},
            tuple(routes),
            max(where.last[rank] for rank in ranks) - start,
            min(edges),
            max(edges),
        )
        yield Column(inside, where.allowed[end] if end in cuts else "", entry)


def assembled(
    flow: Flow, columns: Sequence[Column], cards: Mapping[str, Card] | None, look: Look, turn: Turn
) -> tuple[list[Shape], Bounds]:
    """The shapes of the columns beside one another, and the rectangle that they take; without cards that alone."""
    shapes: list[Shape] = []
    gap = BETWEEN * look.spacing
    whole: _Reach | None = None
    before: tuple[Column, _Reach, float] | None = None
    for column in columns:
        if cards is None:
            _, bounds = annotated(flow, column.placed, look, turn, bounds_of(column.placed, turn))
            drawn: list[Shape] = []
        else:
            drawn, bounds = draw(flow, column.placed, cards, look, turn)
        reach = _reach(bounds, turn)
        shift = 0.0 if whole is None else whole.high + gap - reach.low
        shapes += moved(drawn, *((0.0, shift) if turn.sideways else (shift, 0.0)))
        own = _Reach(reach.first, reach.last, reach.low + shift, reach.high + shift)
        if before is not None and before[0].joint:
            tail = before[0].placed.spots[before[0].joint]
            foot, top, middle = before[1].last + AROUND - 2, own.first - AROUND, before[1].high + gap / 2
            points = (
                (tail.along + tail.size.along, tail.across + before[2]),
                *((foot, across) for across in (tail.across + before[2], middle)),
                *((top, across) for across in (middle, column.entry + shift)),
                (0.0, column.entry + shift),
            )
            steps = rounded([turn(*point) for point in points], ROUNDING)
            shapes.append(Part((Path(steps, None, "edge", 1.0),), "joint"))
            own = _Reach(min(own.first, top), max(own.last, foot), own.low, own.high)
        whole = own if whole is None else whole.with_(own)
        before = column, _Reach(reach.first, reach.last, reach.low + shift, reach.high + shift), shift
    assert whole is not None
    return shapes, whole.bounds(turn)


@dataclass(frozen=True, slots=True)
class _Reach:
    """A rectangle along and across the flow."""

    first: float
    last: float
    low: float
    high: float

    def with_(self, other: _Reach) -> _Reach:
        """The smallest one around both."""
        return _Reach(
            min(self.first, other.first),
            max(self.last, other.last),
            min(self.low, other.low),
            max(self.high, other.high),
        )

    def bounds(self, turn: Turn) -> Bounds:
        """The rectangle on paper."""
        (left, top), (right, bottom) = turn(self.first, self.low), turn(self.last, self.high)
        return Bounds(min(left, right), min(top, bottom), max(left, right), max(top, bottom))


def _reach(bounds: Bounds, turn: Turn) -> _Reach:
    """A rectangle on paper as one along and across the flow."""
    along = (bounds.left, bounds.right) if turn.sideways else (bounds.top, bounds.bottom)
    first, last = along if turn.direction in ("LR", "TB") else (-along[1], -along[0])
    low, high = (bounds.top, bounds.bottom) if turn.sideways else (bounds.left, bounds.right)
    return _Reach(first, last, low, high)
