"""Where the stages of a flow stand, before anything has a size: a rank along the flow, a lane across it.

The longest path is the spine, in lane 0. What runs beside it gets lanes of its own around it; a link that passes over
other stages is a skip, drawn as an arc, and arcs nest. Knows ids, blocks and links only; all styles of flows use it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal, TypeAlias

from netviz.figures import Block, Flow, Link, Stage
from netviz.render.figure.arrange_lanes import Slot, settle

Side = Literal["before", "after"]
"""Of the lanes: before those with the smallest number (above, where the flow is sideways), or after the largest."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a stage stands: `rank` along the flow, from 0; `lane` across it, 0 for the spine (halves occur)."""

    rank: int
    lane: float


@dataclass(frozen=True, slots=True)
class Way:
    """How a link runs.

    A direct one leads along its tail's lane, changes to its head's behind rank `bend`, and meets no stage. A skip
    passes over others, on the outer `side` of all lanes there, in an arc of that `level`: 1 is the innermost; arcs
    that share a part of their way differ in it, and what spans another lies further out.
    """

    link: Link
    skips: bool
    bend: int
    side: Side = "before"
    level: int = 0


@dataclass(frozen=True, slots=True)
class Frame:
    """The ranks and lanes of a block, all included; no stage of another stands in there."""

    first: int
    last: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Spots by the id of the stage, frames by that of the block, and one way per link of the flow, in its order.

    `ranks` is how many there are, `low` and `high` are the outermost lanes.
    """

    spots: Mapping[str, Spot]
    frames: Mapping[str, Frame]
    ways: tuple[Way, ...]
    ranks: int
    low: float
    high: float


def arrange(flow: Flow) -> Arrangement:
    """Where each stage stands and how each link runs; without any link, all stages stand in a row."""
    homes = dict(_homes(flow.children, ()))
    links = [link for link in flow.links if link.tail in homes and link.head in homes and link.tail != link.head]
    joins: dict[_Place, _Joins] = defaultdict(_Joins)
    for link in links:
        tail, head = homes[link.tail], homes[link.head]
        depth = next(depth for depth, (one, other) in enumerate(zip(tail, head, strict=False)) if one != other)
        joins[tail[:depth]].edges.add((tail[depth], head[depth]))
        for inner in range(depth + 1, len(tail)):
            joins[tail[:inner]].left.add(tail[inner])
        for inner in range(depth + 1, len(head)):
            joins[head[:inner]].entered.add(head[inner])
    whole = _group(flow.children, (), joins if links else None)
    spots = {id: Spot(rank, lane) for id, rank, lane in whole.spots}
    return Arrangement(spots, dict(whole.frames), _ways(links, spots), whole.length, whole.low, whole.high)


_Place: TypeAlias = tuple[int, ...]
"""Where a stage or block is nested: its number among the children of each block around it."""


@dataclass(slots=True)
class _Joins:
    """What joins the children of a place, by their numbers, and which of them links enter or leave from elsewhere."""

    edges: set[tuple[int, int]] = field(default_factory=set)
    entered: set[int] = field(default_factory=set)
    left: set[int] = field(default_factory=set)


def _homes(children: Sequence[Stage | Block], place: _Place) -> Iterator[tuple[str, _Place]]:
    for number, child in enumerate(children):
        if isinstance(child, Stage):
            yield child.id, (*place, number)
        else:
            yield from _homes(child.children, (*place, number))


@dataclass(slots=True)
class _Item:
    """A stage, or a block that has been arranged: what stands in it, relative to its first rank and its spine."""

    length: int = 1
    low: float = 0.0
    high: float = 0.0
    spots: list[tuple[str, int, float]] = field(default_factory=list)
    frames: list[tuple[str, Frame]] = field(default_factory=list)


def _group(children: Sequence[Stage | Block], place: _Place, joins: Mapping[_Place, _Joins] | None) -> _Item:
    """The children of the flow or of a block, arranged. `joins` are those of each place, None where none are known."""
    items = [
        _Item(spots=[(child.id, 0, 0.0)])
        if isinstance(child, Stage)
        else _group(child.children, (*place, number), joins)
        for number, child in enumerate(children)
    ]
    own = _Joins(set(pairwise(range(len(items))))) if joins is None else joins.get(place, _Joins())
    slots = [Slot(item.length, item.low, item.high) for item in items]
    ranks, lanes = settle(slots, sorted(own.edges), own.entered, own.left)
    group = _Item(length=0)
    for child, item, rank, lane in zip(children, items, ranks, lanes, strict=True):
        if not item.length:
            continue
        group.length = max(group.length, rank + item.length)
        group.low, group.high = min(group.low, lane + item.low), max(group.high, lane + item.high)
        group.spots += [(id, rank + inner, lane + offset) for id, inner, offset in item.spots]
        frames = [*item.frames, (child.id, Frame(0, item.length - 1, item.low, item.high))]
        group.frames += [
            (id, Frame(rank + frame.first, rank + frame.last, lane + frame.low, lane + frame.high))
            for id, frame in (frames if isinstance(child, Block) else ())
        ]
    return group


def _ways(links: Sequence[Link], spots: Mapping[str, Spot]) -> tuple[Way, ...]:
    """How the links run, given where the stages stand."""
    standing: dict[float, list[int]] = defaultdict(list)
    for spot in spots.values():
        standing[spot.lane].append(spot.rank)
    for ranks in standing.values():
        ranks.sort()
    near = {lane: [standing[other] for other in sorted(standing) if abs(other - lane) < 1] for lane in standing}
    bends = [_bend(spots[link.tail], spots[link.head], near) for link in links]
    sides: dict[Side, list[int]] = {"before": [], "after": []}
    for number, link in enumerate(links):
        if bends[number] is None:
            sides["after" if spots[link.tail].lane + spots[link.head].lane > 0 else "before"].append(number)
    arcs: dict[int, tuple[Side, int]] = {}
    for side, numbers in sides.items():
        spans = [(spots[links[number].tail].rank, spots[links[number].head].rank) for number in numbers]
        for number, level in zip(numbers, nested(spans), strict=True):
            arcs[number] = (side, level)
    ways = []
    for number, (link, bend) in enumerate(zip(links, bends, strict=True)):
        if bend is None:
            side, level = arcs[number]
            ways.append(Way(link, True, spots[link.tail].rank, side, level))
        else:
            ways.append(Way(link, False, bend))
    return tuple(ways)


def _bend(tail: Spot, head: Spot, near: Mapping[float, Sequence[Sequence[int]]]) -> int | None:
    """The rank behind which a link changes its lane without meeting a stage, None where it cannot but meet one."""
    if head.rank <= tail.rank:
        return None
    # how far the tail's lane is free ahead, and the head's lane behind it
    ahead = min(_next(ranks, tail.rank, head.rank) for ranks in near[tail.lane]) - 1
    behind = max(_last(ranks, head.rank, tail.rank) for ranks in near[head.lane])
    if tail.lane == head.lane:
        return head.rank - 1 if ahead == head.rank - 1 else None
    if behind > ahead:
        return None
    return behind if abs(tail.lane) <= abs(head.lane) else ahead


def _next(ranks: Sequence[int], after: int, end: int) -> int:
    """The first of the ranks after that one, or `end`."""
    at = bisect_right(ranks, after)
    return min(ranks[at], end) if at < len(ranks) else end


def _last(ranks: Sequence[int], before: int, end: int) -> int:
    """The last of the ranks before that one, or `end`."""
    at = bisect_left(ranks, before)
    return max(ranks[at - 1], end) if at else end


def nested(spans: Sequence[tuple[int, int]]) -> list[int]:
    """A level for each span from 1: those that share a part differ, what spans another is higher, few levels."""
    levels: list[list[tuple[int, int]]] = []  # the spans in each, apart from each other and in order
    found = [0] * len(spans)
    spans = [(min(span), max(span)) for span in spans]
    for number in sorted(range(len(spans)), key=lambda at: (spans[at][1] - spans[at][0], spans[at])):
        span = spans[number]
        lowest, free = 0, []
        for level, others in enumerate(levels):
            at = bisect_left(others, (span[0] + 1, -1))
            met = others[max(0, at - 1) :]
            shared = []
            for other in met:
                if other[0] >= span[1]:
                    break
                if other[1] > span[0]:
                    shared.append(other)
            if not shared:
                free.append(level)
            if any(span[0] <= other[0] and other[1] <= span[1] for other in shared):
                lowest = level + 1
        level = next((level for level in free if level >= lowest), len(levels))
        if level == len(levels):
            levels.append([])
        levels[level].insert(bisect_left(levels[level], span), span)
        found[number] = level + 1
    return found
