"""Where the blocks of a figure stand, and where its lines run: geometry alone, no shape and no word.

Along is the way of the flow, across is the other; `blocks_draw` turns both to x and y. Ranks, lanes and frames are
those of `arrange`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from netviz.figures import Block, Flow, Link, Stage
from netviz.render.figure.arrange import Arrangement, Side
from netviz.render.figure.blocks.bends import Bends
from netviz.render.figure.blocks.parts import (
    ENTRY,
    FORK,
    FORKED,
    PADDING,
    TIP,
    TRACK,
    Arc,
    Area,
    Placed,
    Route,
    Size,
    Spacing,
    Spot,
    around,
    common,
    slotted,
)


class Placer:
    """Places a flow that is arranged, with given sizes."""

    def __init__(self, flow: Flow, plan: Arrangement, sizes: Mapping[str, Size], spacing: Spacing) -> None:
        self.flow, self.plan, self.sizes, self.spacing = flow, plan, sizes, spacing
        self.above = dict(around(flow.children, ()))
        self.within: dict[str, float] = {}  # by block, how far frames in it begin before its first rank
        bends = Bends(plan, self.above, sizes)
        self.forks = dict(bends.forks())
        self.arcs = bends.arcs()

    def place(self) -> Placed:
        """The places, with lanes as far apart as what stands beside one another needs."""
        between = self.spacing.lanes
        for _ in range(6):
            self._across(between)
            missing = self._missing()
            if missing <= 0.01:
                break
            between += missing
        return self._along()

    def _across(self, between: float) -> None:
        """Sets what stands where across the flow, blocks from the inside out."""
        at = self._lanes(between)
        self.middle = {id: at[spot.lane] for id, spot in self.plan.spots.items()}
        self.extent: dict[str, Area] = {}
        inside: dict[str, list[Arc]] = defaultdict(list)
        for arc in self.arcs:
            inside[arc.fork or common(self.above[arc.link.tail], self.above[arc.link.head])].append(arc)
        self.edges: dict[str, dict[int, list[tuple[float, float]]]] = {}
        self._level("", self.flow.children, inside)

    def _level(self, id: str, children: Sequence[Stage | Block], inside: Mapping[str, list[Arc]]) -> None:
        """Sets the frame of a block by what is in it and the arcs between; the extents of its children by rank."""
        ranks: dict[int, list[tuple[float, float]]] = defaultdict(list)
        for child in children:
            if isinstance(child, Stage):
                half = self.sizes[child.id].across / 2
                middle = self.middle[child.id]
                ranks[self.plan.spots[child.id].rank].append((middle - half, middle + half))
            else:
                self._level(child.id, child.children, inside)
                area = self.extent[child.id]
                frame = self.plan.frames[child.id]
                for rank in range(frame.first, frame.last + 1):
                    ranks[rank].append((area.low, area.high))
        self.edges[id] = ranks
        low = min((one[0] for found in ranks.values() for one in found), default=0.0)
        high = max((one[1] for found in ranks.values() for one in found), default=0.0)
        set_arcs: list[tuple[int, int, Arc]] = []
        for arc in sorted(inside.get(id, ()), key=self._span):
            first, last = self._ranks(arc)
            sign = -1.0 if arc.side == "before" else 1.0
            edge = max(
                (sign * bound for rank in range(first, last + 1) for one in ranks.get(rank, ()) for bound in one),
                default=0.0,
            )
            near = [
                sign * other.across
                for start, end, other in set_arcs
                if other.side == arc.side and start <= last and first <= end and not _follow(arc, other)
            ]
            arc.across = sign * max([edge + TRACK, *(one + TRACK * 0.8 for one in near)])
            set_arcs.append((first, last, arc))
            low, high = min(low, arc.across), max(high, arc.across)
        extra = self.spacing.head.get(id, 0.0) if self.spacing.before else 0.0
        padding = PADDING if id else 0.0
        self.extent[id] = Area(0.0, 0.0, low - padding - extra, high + padding)

    def _lanes(self, between: float) -> Mapping[float, float]:
        """The middle of each lane across: as far apart as the widest stages of two neighbours are, and `between`."""
        widths: dict[float, float] = defaultdict(float)
        for id, spot in self.plan.spots.items():
            widths[spot.lane] = max(widths[spot.lane], self.sizes[id].across)
        if any(lane != int(lane) for lane in widths):
            widest = max(widths.values())
            return {lane: lane * (widest + between) for lane in widths}
        found = {0.0: 0.0}
        for sign in (-1, 1):
            for number in range(1, int(max([0.0, *(sign * lane for lane in widths)])) + 1):
                one, other = widths[sign * (number - 1.0)], widths[sign * float(number)]
                found[sign * float(number)] = found[sign * (number - 1.0)] + sign * ((one + other) / 2 + between)
        return found

    def _ranks(self, arc: Arc) -> tuple[int, int]:
        first = arc.start or arc.link.tail
        return self.plan.spots[first].rank, self.plan.spots[arc.link.head].rank

    def _span(self, arc: Arc) -> tuple[int, int]:
        first, last = self._ranks(arc)
        return last - first, first

    def _missing(self) -> float:
        """By how much the lanes are too close together."""
        worst = 0.0
        for ranks in self.edges.values():
            for found in ranks.values():
                ordered = sorted(found)
                for one, other in pairwise(ordered):
                    worst = max(worst, one[1] + self.spacing.lanes * 0.8 - other[0])
        return worst

    def _along(self) -> Placed:
        ranks = max(1, self.plan.ranks)
        rows = [0.0] * ranks
        for id, spot in self.plan.spots.items():
            rows[spot.rank] = max(rows[spot.rank], self.sizes[id].along)
        ends, starts = [0.0] * (ranks + 1), [0.0] * (ranks + 1)
        for nest in self._nests(self.flow.children):
            pad_ends, pad_starts = [0.0] * (ranks + 1), [0.0] * (ranks + 1)
            for id, depth_first, depth_last in nest:
                frame = self.plan.frames[id]
                pad_starts[frame.first] = max(pad_starts[frame.first], depth_first)
                pad_ends[frame.last] = max(pad_ends[frame.last], depth_last)
            ends = [max(pair) for pair in zip(ends, pad_ends, strict=True)]
            starts = [max(pair) for pair in zip(starts, pad_starts, strict=True)]
        runs = self._runs()
        slots = {rank: slotted(found) for rank, found in runs.items()}
        begin: list[float] = []
        free: list[float] = []
        at = starts[0]
        for rank in range(ranks):
            begin.append(at)
            at += rows[rank] + ends[rank]
            free.append(at)
            count = 1 + max(slots.get(rank, {}).values(), default=-1)
            at += max(self.spacing.ranks, TIP + TRACK * 0.8 * count) if rank < ranks - 1 else 0.0
            at += starts[rank + 1] if rank + 1 < ranks else 0.0
        self.begin = begin
        spots = {
            id: Spot(begin[spot.rank] + (rows[spot.rank] - self.sizes[id].along) / 2, self.middle[id], self.sizes[id])
            for id, spot in self.plan.spots.items()
        }
        gaps = [at_ - free_ for at_, free_ in zip([*begin[1:], at], free, strict=True)]
        tracks = {
            (rank, key): free[rank]
            + (gaps[rank] - (starts[rank + 1] if rank + 1 < ranks else 0.0) - TIP + 4.0)
            * (slot + 1)
            / (2 + max(found.values()))
            for rank, found in slots.items()
            for key, slot in found.items()
        }
        areas = {}
        pads = {id: (first, last) for nest in self._nests(self.flow.children) for id, first, last in nest}
        for id, frame in self.plan.frames.items():
            extent, (first, last) = self.extent[id], pads[id]
            areas[id] = Area(
                begin[frame.first] - first, begin[frame.last] + rows[frame.last] + last, extent.low, extent.high
            )
        whole = self.extent[""]
        return Placed(spots, areas, tuple(self._routes(spots, tracks)), at, whole.low, whole.high)

    def _nests(self, children: Sequence[Stage | Block]) -> Iterator[list[tuple[str, float, float]]]:
        """For each outermost block: it and those inside, with their room before the first rank and behind the last."""

        def inner(block: Block) -> list[tuple[str, float, float]]:
            found = [one for child in block.children if isinstance(child, Block) for one in inner(child)]
            frame = self.plan.frames[block.id]
            first = max((pad for id, pad, _ in found if self.plan.frames[id].first == frame.first), default=0.0)
            self.within[block.id] = first
            last = max((pad for id, _, pad in found if self.plan.frames[id].last == frame.last), default=0.0)
            head = self.spacing.head.get(block.id, 0.0) if not self.spacing.before else 0.0
            forks = block.id in self.forks.values() or any(arc.fork == block.id for arc in self.arcs)
            before = first + PADDING + (0.0 if self.spacing.tail else head) + (FORK if forks else 0.0)
            own = (
                block.id,
                before,
                (last + PADDING + (head if self.spacing.tail else 0.0)),
            )
            return [*found, own]

        for child in children:
            if isinstance(child, Block):
                yield inner(child)

    def _runs(self) -> dict[int, dict[object, tuple[float, float, int]]]:
        """By rank, the lines that run across behind it: what they belong to, and from where to where."""
        heads: dict[str, int] = defaultdict(int)
        for way in self.plan.ways:
            if not way.skips and not way.link.memory:
                heads[way.link.head] += 1
        found: dict[int, dict[object, tuple[float, float, int]]] = defaultdict(dict)

        def add(rank: int, key: object, one: float, other: float) -> None:
            low, high = min(one, other), max(one, other)
            if high - low > 0.5:
                before = found[rank].get(key, (low, high, len(found[rank])))
                found[rank][key] = (min(low, before[0]), max(high, before[1]), before[2])

        self.keys: dict[int, object] = {}
        for place, way in enumerate(self.plan.ways):
            if way.skips or place in self.forks:
                continue
            link = way.link
            joins = heads[link.head] > 1 and not link.memory
            key: object = ("head", link.head) if joins else ("tail", link.tail, link.memory)
            self.keys[place] = key
            add(way.bend, key, self._out(link), self._in(link))
        for arc in self.arcs:
            first, last = self._ranks(arc)
            if not arc.leaves and not arc.fork:
                add(first, ("tail", arc.link.tail, "arc"), self.middle[arc.link.tail], arc.across)
            if not arc.enters:
                add(last - 1, ("head", arc.link.head, "arc"), self.middle[arc.link.head], arc.across)
        return found

    def _out(self, link: Link) -> float:
        return self.middle[link.tail]

    def _in(self, link: Link) -> float:
        """Where a link enters its head across: what is no main tensor beside the middle, on its own side."""
        middle = self.middle[link.head]
        if not link.memory or abs(self.middle[link.tail] - middle) < 1.0:
            return middle
        shift = self.sizes[link.head].wide / 4
        return middle + (shift if self.middle[link.tail] > middle else -shift)

    def _fork(self, block: str) -> float:
        """Where along the flow a line that enters a block forks in it: before its first stage, or the frame of that."""
        within = self.within[block]
        return self.begin[self.plan.frames[block].first] - (within + FORK * 0.7 if within else FORKED)

    def _routes(self, spots: Mapping[str, Spot], tracks: Mapping[tuple[int, object], float]) -> Iterator[Route]:
        arcs = {arc.place: arc for arc in self.arcs}
        entries: dict[tuple[str, Side], list[Arc]] = defaultdict(list)
        for arc in self.arcs:
            if arc.enters:
                entries[arc.link.head, arc.side].append(arc)
        for found in entries.values():
            found.sort(key=lambda arc: -abs(arc.across - self.middle[arc.link.head]))
        for place, way in enumerate(self.plan.ways):
            tail, head = spots[way.link.tail], spots[way.link.head]
            end = head.along
            if not way.skips:
                start, out, into = tail.along + tail.size.along, self._out(way.link), self._in(way.link)
                if place in self.forks:
                    track = self._fork(self.forks[place])
                else:
                    track = tracks.get((way.bend, self.keys[place]), -1.0)
                if track < 0 or abs(out - into) < 0.5:
                    yield Route(way.link, ((start, into), (end, into)), False)
                else:
                    yield Route(way.link, ((start, out), (track, out), (track, into), (end, into)), False)
                continue
            arc = arcs[place]
            sign = -1.0 if arc.side == "before" else 1.0
            first, last = self._ranks(arc)
            if arc.fork:
                at = self._fork(arc.fork)
                points = [(at, self.middle[arc.start]), (at, arc.across)]
            elif arc.leaves:
                at = tail.along + tail.size.exit
                points = [(at, tail.across + sign * tail.size.across / 2), (at, arc.across)]
            else:
                at = tracks[first, ("tail", arc.link.tail, "arc")]
                points = [(tail.along + tail.size.along, tail.across), (at, tail.across), (at, arc.across)]
            if arc.enters:
                others = entries[arc.link.head, arc.side]
                shift = (others.index(arc) - (len(others) - 1) / 2) * min(
                    ENTRY, (2 * head.size.entry - 6) / max(1, len(others) - 1)
                )
                at = head.along + head.size.entry + shift
                points += [(at, arc.across), (at, head.across + sign * head.size.wide / 2)]
            else:
                at = tracks[last - 1, ("head", arc.link.head, "arc")]
                points += [(at, arc.across), (at, head.across), (end, head.across)]
            yield Route(arc.link, tuple(points), True)


def _follow(one: Arc, other: Arc) -> bool:
    """Whether one of two arcs leaves where the other arrives: behind that, so both may run at the same place across."""
    return one.link.tail == other.link.head or other.link.tail == one.link.head
