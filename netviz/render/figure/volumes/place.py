"""Where volumes stand: columns along the flow, lanes across it, and their notes, moved apart until nothing meets.

One `Row` is what stands side by side; a long flow is broken into several. All in lengths along and across the flow.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator
from dataclasses import replace
from itertools import accumulate, pairwise
from math import inf

from netviz.render.figure.arrange import Way
from netviz.render.figure.marks import badge_size
from netviz.render.figure.turning import Turn
from netviz.render.figure.volumes.braces import Braced, braced, remarks_of, room_for
from netviz.render.figure.volumes.groups import Groups
from netviz.render.figure.volumes.items import BACK, Area, area_of, around
from netviz.render.figure.volumes.lanes import HEADER, PAD, Lanes
from netviz.render.figure.volumes.notes import TIP, Notes, Placed
from netviz.render.figure.volumes.parting import ROUNDS, Parting, Thing
from netviz.render.figure.volumes.solids import Measures, Solid
from netviz.render.figure.volumes.words import LONG, NARROW, SHORT, words_of

TRACK = 6.0
"""From one link to the next where several change lanes side by side."""
_CLOSE, _HUG, _BARS, _APART = 3.0, 1.2, 9.0, 20.0
_FAR = 50.0
"""Pixels from the user's words to what they are about; if it is more, the other side is tried."""
_HIGH = 600.0
"""Pixels above a stage that are kept clear of notes where an arc rises from it: more than arcs are high."""


class Row:
    """The ranks from `first` to `last`, laid out.

    With `thin` notes that have no room are left out, and arrows are short; at 2 no room at all is made for notes.
    """

    def __init__(
        self, groups: Groups, measures: Measures, first: int, last: int, *, thin: int, words_upright: bool = False
    ) -> None:
        self.groups, self.measures, self.thin = groups, measures, thin
        self.words_upright = words_upright
        self.look = measures.look
        self.paper = Turn(self.look.direction)
        self.back = BACK[self.look.direction]
        self.first, self.last = first, last
        self.ids = [id for column in groups.columns[first : last + 1] for id in column]
        self.solids: dict[str, Solid] = {id: measures.solid(groups.stages[id]) for id in self.ids}
        narrow = words_upright or (thin > 0 and not self.look.sideways)
        longest = SHORT if words_upright else NARROW if narrow else LONG
        self.words = {id: words_of(groups.stages[id], self.look, narrow=narrow, longest=longest) for id in self.ids}
        inside = set(self.ids)
        self.ways = [way for way in groups.arrangement.ways if way.link.tail in inside and way.link.head in inside]
        self.entering = [
            way for way in groups.arrangement.ways if way.link.head in inside and way.link.tail not in inside
        ]
        self.frames = {
            id: frame for id, frame in groups.arrangement.frames.items() if first <= frame.first and frame.last <= last
        }
        self.held: dict[str, list[str]] = {id: [] for id in self.frames}
        for id in self.ids:
            for block in groups.around[id]:
                if block in self.held:
                    self.held[block].append(id)
        self.tracks = self._tracks()
        self.starting = Counter(frame.first for frame in self.frames.values())
        self.ending = Counter(frame.last for frame in self.frames.values())
        self.lanes = Lanes(groups, self.look, (*self.ways, *self.entering), first, last)
        self.parting = Parting(groups, self.look, self.lanes.stretches, thin)
        self.upright = self._upright()
        self.remarks = remarks_of(groups, self.ids, self.look)
        self.braced: list[Braced] = []
        self.split: set[str] = set()
        self.notes: list[Placed] = []
        self.noted: dict[str, list[Placed]] = {}
        self.gap = max(_APART * measures.along * self.look.spacing, (TIP + 4, 4.0, 2.0)[thin])
        own: dict[str, tuple[float, float]] = {}
        for turn in range(ROUNDS):
            self.along = self._columns()
            before, own = own, {id: self._own(id) for id in self.ids}
            self.across = self.lanes.across(own, self.parting.wider)
            self.notes = list(self._notes().placed())
            self.noted = self._noted()
            self.boxes = {id: self._frame(id) for id in self.frames}
            self.free = self._free()
            self._brace(turns=turn > 1)
            met = turn and self.parting.apart(self._things(), self._short(), turn)  # lanes know of notes by then
            if turn > bool(self.remarks) and not met and own == before:
                break

    # columns along the flow

    def _tracks(self) -> dict[int, list[str]]:
        """Behind which rank links change lanes, and what each of their tracks there belongs to."""
        found: dict[int, list[str]] = defaultdict(list)
        for way in (*self.ways, *self.entering):
            for rank, key in self.turns(way):
                if rank >= self.first and key not in found[rank]:
                    found[rank].append(key)
        return found

    def turns(self, way: Way) -> Iterator[tuple[int, str]]:
        """Behind which ranks a link turns, and the track that it takes there: one for all that join, or that fork."""
        tail, head = self.groups.spots[way.link.tail], self.groups.spots[way.link.head]
        if way.skips:
            if tail.rank >= self.first and self.closed_in(way.link.tail, way):
                yield tail.rank, f"out {way.link.tail}"
            if self.closed_in(way.link.head, way):
                yield head.rank - 1, f"in {way.link.head}"
        elif tail.lane != head.lane:
            yield way.bend, f"in {way.link.head}" if abs(tail.lane) > abs(head.lane) else f"out {way.link.tail}"

    def closed_in(self, id: str, way: Way) -> bool:
        """Whether an arc cannot leave a stage straight: its labels are there, or stages of other lanes."""
        if way.side == "after":
            return True
        spot = self.groups.spots[id]
        near = self.groups.columns[max(spot.rank - 1, self.first) : min(spot.rank + 1, self.last) + 1]
        return any(self.groups.spots[other].lane < spot.lane for column in near for other in column)

    def _columns(self) -> dict[str, float]:
        """The middle of each stage along the flow; those of one rank stand in one column."""
        along: dict[str, float] = {}
        before = {head: tail for tail, head in self.groups.next.items()}
        lanes: dict[float, float] = {}  # how far each is taken
        bounds = {frame.first for frame in self.frames.values()} | {frame.last + 1 for frame in self.frames.values()}
        for rank in range(self.first, self.last + 1):
            tracks = len(self.tracks.get(rank - 1, ()))
            gap = max(self.gap, TIP + 8 + TRACK * tracks) if tracks else self.gap
            starts = []
            for id in self.groups.columns[rank]:
                tail, lane = before.get(id), self.groups.spots[id].lane
                if tail in along and self.groups.joint(id) != "apart" and not tracks:
                    starts.append(along[tail] + self._step(tail, id))
                    continue
                whole = tracks or rank in bounds
                reached = [to for other, to in lanes.items() if whole or abs(other - lane) < 1]
                starts.append(max(reached) + gap + self.solids[id].reach if reached else 0.0)
            at = max(starts, default=0.0) + self.parting.extra[rank] + self._pads(rank)
            for id in self.groups.columns[rank]:
                lane = self.groups.spots[id].lane
                along[id] = at
                lanes[lane] = max(lanes.get(lane, at), at + self.solids[id].reach)
        return along

    def _step(self, tail: str, head: str) -> float:
        """From the middle of a stage to that of the next, which stands close."""
        one, other = self.solids[tail], self.solids[head]
        joint = self.groups.joint(head)
        if joint == "bars":
            return one.reach + other.reach + max(_BARS * self.measures.along, 3.0) * self.look.spacing
        if joint == "hug" and self.look.direction == "TB":  # seen from above, it would be hidden below
            return one.reach + other.reach + max(_CLOSE * self.measures.along, 1.5)
        gap = _HUG if joint == "hug" else _CLOSE * self.look.spacing
        return (one.length + other.length) / 2 + max(gap * self.measures.along, 1.0)

    def _pads(self, rank: int) -> float:
        """What frames that end before the rank, or begin with it, need."""
        starts, ends = self.starting[rank], self.ending[rank - 1]
        header = {"TB": starts, "BT": ends}.get(self.look.direction, 0) * HEADER
        return (starts + ends) * PAD + header

    # what meets

    def _own(self, id: str) -> tuple[float, float]:
        """How far a stage reaches across its lane, with its notes."""
        solid = self.solids[id]
        low, high = -solid.stretch, solid.stretch
        for placed in self.noted.get(id, ()):
            low = min(low, placed.area.low - self.across[id])
            high = max(high, placed.area.high - self.across[id])
        for remark in self.remarks:
            if id in remark.over:
                room = room_for(remark, self.look)
                low, high = (low - room, high) if remark.side < 0 else (low, high + room)
        return low, high

    def _notes(self) -> Notes:
        arcs = {end for way in self.ways if way.skips for end in (way.link.tail, way.link.head)}
        return Notes(
            self.groups,
            self.measures.look,
            self.solids,
            self.along,
            self.across,
            arcs,
            self.thin,
            self.parting.dropped,
            self.split,
            self.parting.lowered,
            self.words_upright,
            self.words,
        )

    def _noted(self) -> dict[str, list[Placed]]:
        """The notes by the stages that they belong to."""
        found: dict[str, list[Placed]] = defaultdict(list)
        for placed in self.notes:
            for id in placed.note.owners:
                found[id].append(placed)
        return found

    def notes_of(self, ids: Iterable[str], within: Container[str]) -> Iterator[Placed]:
        """The notes of the stages that belong to none but those `within`."""
        for id in ids:
            for placed in self.noted.get(id, ()):
                if placed.note.owners[0] == id and all(owner in within for owner in placed.note.owners):
                    yield placed

    def area(self, id: str) -> Area:
        """What a stage takes."""
        solid, (lead, rise) = self.solids[id], self.back
        return area_of(
            self.along[id], self.across[id], solid.length, solid.breadth, lead * solid.lean, rise * solid.rise
        )

    def _things(self) -> Iterator[Thing]:
        """All that may meet."""
        yield from (Thing(self.area(id), (id,)) for id in self.ids)
        yield from (Thing(placed.area, placed.note.owners, placed) for placed in self.notes)
        yield from (Thing(self.boxes[id], tuple(held), framed=True) for id, held in self.held.items())
        yield from (Thing(self._over(id), (id,)) for id in self.upright)

    def _short(self) -> Iterator[tuple[int, float]]:
        """The ranks behind which links turn, and what is missing there for their tracks."""
        for rank, keys in self.tracks.items():
            first, last = self.free[rank]
            yield rank, TIP + 6 + TRACK * len(keys) - (last - first)

    def _upright(self) -> dict[str, None]:
        """The stages that an arc rises from, or comes down to."""
        ends = [(end, way) for way in self.ways if way.skips for end in (way.link.tail, way.link.head)]
        return dict.fromkeys(end for end, way in ends if not self.closed_in(end, way))

    def top(self, id: str) -> tuple[float, float]:
        """The middle of the rear edge of a box that faces the arcs before the lanes."""
        solid, (lead, rise) = self.solids[id], self.back
        return self.along[id] - rise * lead * solid.lean / 2, self.across[id] - solid.stretch - 1

    def _over(self, id: str) -> Area:
        """Where arcs run that touch a stage."""
        along, across = self.top(id)
        return Area(along - 4, across - _HIGH, along + 4, across)

    def _frame(self, block: str) -> Area:
        """What the frame of a block takes, but for arcs in it."""
        held = set(self.held[block])
        inner = max(
            (len(around) - around.index(block) for around in map(self.groups.around.__getitem__, held)), default=0
        )
        areas = [self.area(id) for id in self.held[block]]
        areas += [placed.area for placed in self.notes_of(self.held[block], held)]
        area, header = self.roomy(block, around(areas, inner * PAD)), inner * HEADER
        if self.paper.sideways:
            return replace(area, low=area.low - header)
        if self.look.direction == "TB":
            return replace(area, first=area.first - header)
        return replace(area, last=area.last + header)

    def roomy(self, block: str, area: Area) -> Area:
        """The frame of a block, large enough for ×N beside a link that runs through its middle."""
        repeats = self.groups.blocks[block].repeats
        wide = badge_size(repeats, self.look)[0] + 8 if repeats > 1 else 0.0
        if self.paper.sideways:
            upright = self.upright if wide else ()
            edges = sorted([area.first, *(self.top(id)[0] for id in self.held[block] if id in upright)])
            if all(end - start < wide for start, end in pairwise([*edges, area.last])):
                return replace(area, last=edges[-1] + wide)
            return area
        middle = max(self.across[id] for id in self.held[block])
        return replace(area, high=max(area.high, middle + wide))

    def _free(self) -> dict[int, tuple[float, float]]:
        """By rank the range along the flow behind it where nothing stands."""
        spots, ends = self.groups.spots, dict[int, float]()
        starts = dict[int, float]()
        things = [(self.area(id), spots[id].rank, spots[id].rank) for id in self.ids]
        for placed in self.notes:
            ranks = [spots[id].rank for id in placed.note.owners]
            things.append((placed.area, min(ranks), max(ranks)))
        things += [(self.boxes[block], frame.first, frame.last) for block, frame in self.frames.items()]
        for area, begin, end in things:
            ends[end] = max(ends.get(end, area.last), area.last)
            starts[begin] = min(starts.get(begin, area.first), area.first)
        found: dict[int, tuple[float, float]] = {}
        ranks_ = range(self.first, self.last + 1)
        reached = list(accumulate((ends.get(rank, -inf) for rank in ranks_), max))
        ahead = list(accumulate((starts.get(rank, inf) for rank in reversed(ranks_)), min))[::-1]
        for place, rank in enumerate(ranks_):
            first = reached[place]
            found[rank] = first, ahead[place + 1] if place + 1 < len(ahead) else first + 20
        return found

    def track(self, rank: int, key: str) -> float:
        """Where a track runs behind a rank."""
        first, last = self.free[rank]
        keys = self.tracks[rank]
        return (first + last - TIP + 3) / 2 + (keys.index(key) - (len(keys) - 1) / 2) * TRACK

    # the user's words

    def _brace(self, *, turns: bool) -> None:
        """Puts the remarks near what they are about; with `turns` on the other side where that is much nearer."""
        if not self.remarks:
            return
        stages = [self.area(id) for id in self.ids]
        taken = [*stages, *(placed.area for placed in self.notes), *map(self._over, self.upright), *self._upward()]
        whole = around(stages)
        self.braced = []
        for remark in self.remarks:
            over = set(remark.over)
            areas = [self.area(id) for id in remark.over]
            first, last = min(area.first for area in areas), max(area.last for area in areas)
            areas += [placed.area for placed in self.notes_of(remark.over, over)]
            areas += [self.boxes[block] for block, held in self.held.items() if over.issuperset(held)]
            about = replace(around(areas), first=first, last=last)
            frames = [self.boxes[block] for block, held in self.held.items() if not over.issubset(held)]
            found = braced(remark, about, [*taken, *frames], whole, self.look)
            if turns and found.away > _FAR:
                other = braced(replace(remark, side=-remark.side), about, [*taken, *frames], whole, self.look)
                found = min(found, other, key=lambda one: one.away)
            self.braced.append(found)
            taken.append(found.area)
        self.remarks = tuple(one.remark for one in self.braced)

    def _upward(self) -> Iterator[Area]:
        """Where links run across the flow between two ranks."""
        for way in (*self.ways, *self.entering):
            tail, head = self.across.get(way.link.tail, 0.0), self.across[way.link.head]
            for rank, key in self.turns(way):
                if rank >= self.first:
                    at = self.track(rank, key)
                    low = min(tail, head) if not way.skips else -_HIGH if way.side == "before" else min(tail, head)
                    high = max(tail, head) if not way.skips or way.side == "before" else _HIGH
                    yield Area(at - 2, low, at + 2, high)
