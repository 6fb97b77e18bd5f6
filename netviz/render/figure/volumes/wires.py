"""Ways of links between volumes and of arcs over them, frames around blocks, once everything has its place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from netviz.figures import Block, Link
from netviz.render.figure.arrange import Way
from netviz.render.figure.picture import Point
from netviz.render.figure.volumes.items import Area, around, span_of
from netviz.render.figure.volumes.lanes import HEADER, PAD
from netviz.render.figure.volumes.notes import TIP
from netviz.render.figure.volumes.place import Row

CLEAR = 9.0
"""From what an arc passes over to the arc."""
STEP = 8.0
"""From one arc to the next that spans it."""
_SIDE = 3.5
"""How far from each other an arc arrives at a circle and another leaves it."""


@dataclass(frozen=True, slots=True)
class Wire:
    """A link as points along and across the flow, joined by straight lines with round corners."""

    link: Link
    points: tuple[Point, ...]
    skips: bool = False


@dataclass(frozen=True, slots=True)
class Border:
    """The frame of a block; `depth` counts the frames around it."""

    block: Block
    area: Area
    depth: int


class Wires:
    """All ways and frames of a row."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.arcs = sorted((way for way in (*row.ways, *row.entering) if way.skips), key=lambda way: way.level)
        self.heights: dict[int, float] = {}
        self.areas: dict[str, Area] = {}
        self.held = {id: set(held) for id, held in row.held.items()}
        order = sorted(row.frames, key=lambda id: (row.frames[id].last - row.frames[id].first, -self._depth(id)))
        for _ in range(2 + len(order)):  # frames hold arcs, arcs pass over frames
            before = dict(self.areas), dict(self.heights)
            for id in order:
                self.areas[id] = self._frame(id)
            for number, arc in enumerate(self.arcs):
                self.heights[number] = self._height(number, arc)
            if before == (self.areas, self.heights):
                break
        self.borders = [
            Border(row.groups.blocks[id], self.areas[id], self._depth(id)) for id in sorted(order, key=self._depth)
        ]
        stages = [row.area(id) for id in row.ids] + [placed.area for placed in row.notes] + list(self.areas.values())
        self.entry = min(area.first for area in stages) - TIP, 0.0
        """Where links from the row before come in."""
        self.wires = [self._entering(way) for way in row.entering if not way.skips]
        self.wires += [self._direct(way) for way in row.ways if not way.skips and self._shows(way)]
        self.wires += [self._arc(number, arc) for number, arc in enumerate(self.arcs)]

    def crossing(self, area: Area) -> list[float]:
        """Where links run through the header of a frame, along the header."""
        sideways, found = self.row.paper.sideways, set[float]()
        header = {"TB": replace(area, last=area.first + HEADER), "BT": replace(area, first=area.last - HEADER)}.get(
            self.row.look.direction, replace(area, high=area.low + HEADER)
        )
        for wire in self.wires:
            for one, other in pairwise(wire.points):
                if (one[0] == other[0]) != sideways:
                    continue
                reach = span_of((one, other))
                along = max(reach.first, header.first) <= min(reach.last, header.last)
                if along and max(reach.low, header.low) <= min(reach.high, header.high):
                    found.add(one[0] if sideways else one[1])
        return sorted(found)

    def _depth(self, block: str) -> int:
        return min((list(self.row.groups.around[id]).index(block) for id in self.held[block]), default=0)

    def _frame(self, block: str) -> Area:
        row, held = self.row, self.held[block]
        areas = [row.area(id) for id in row.ids if id in held]
        areas += [placed.area for placed in row.notes_of(row.held[block], held)]
        areas += [one.area for one in row.braced if held.issuperset(one.remark.over)]
        areas += [area for id, area in self.areas.items() if id != block and self.held[id] < held]
        for number, arc in enumerate(self.arcs):
            if number in self.heights and arc.link.tail in held and arc.link.head in held:
                height = self.heights[number]
                middle = row.along[arc.link.tail]
                areas.append(Area(middle, height, middle, height))
        area = row.roomy(block, around(areas, PAD))
        if row.paper.sideways:
            return Area(area.first, area.low - HEADER, area.last, area.high)
        if row.look.direction == "TB":
            return Area(area.first - HEADER, area.low, area.last, area.high)
        return Area(area.first, area.low, area.last + HEADER, area.high)

    def _height(self, number: int, arc: Way) -> float:
        """How far out across the flow an arc runs: beyond all that it passes over."""
        row = self.row
        sign = -1 if arc.side == "before" else 1
        start, stop = self._span(arc)
        turned = [key.partition(" ")[0] for _, key in self.row.turns(arc)]  # where it leaves or arrives between columns
        first, last = start + turned.count("out"), stop - turned.count("in")
        passed = [id for column in row.groups.columns[first : last + 1] for id in column]
        areas = [row.area(id) for id in passed]
        ids = set(passed)
        areas += [placed.area for id in passed for placed in row.noted.get(id, ())]
        areas += [one.area for one in row.braced if one.remark.side == sign and not ids.isdisjoint(one.remark.over)]
        areas += [
            area
            for id, area in self.areas.items()
            if not self.held[id].isdisjoint(ids) and not {arc.link.tail, arc.link.head} <= self.held[id]
        ]
        edge = max(sign * (area.low if sign < 0 else area.high) for area in areas or [row.area(arc.link.head)]) + CLEAR
        for other, under in enumerate(self.arcs[:number]):
            begin, end = self._span(under)
            if under.side == arc.side and under.level < arc.level and begin < stop and start < end:
                edge = max(edge, sign * self.heights[other] + STEP)
        return sign * edge

    def _span(self, arc: Way) -> tuple[int, int]:
        ends = self.row.groups.spots[arc.link.tail].rank, self.row.groups.spots[arc.link.head].rank
        return max(min(ends), self.row.first), max(ends)

    def _shows(self, way: Way) -> bool:
        """Whether there is room for an arrow: what stands close needs none."""
        row = self.row
        tail, head = way.link.tail, way.link.head
        if row.groups.next.get(tail) == head and row.groups.joint(head) != "apart":
            return self._gap(tail, head) > 1.5 * TIP
        return bool(list(row.turns(way))) or self._gap(tail, head) > TIP

    def _gap(self, tail: str, head: str) -> float:
        row = self.row
        return row.along[head] - row.solids[head].rim - row.along[tail] - row.solids[tail].rim

    def _out(self, id: str) -> Point:
        row = self.row
        return row.along[id] + row.solids[id].rim + 1, row.across[id]

    def _in(self, id: str) -> Point:
        row, solid = self.row, self.row.solids[id]
        rim = solid.breadth / 2 if solid.form == "sign" else solid.rim
        return row.along[id] - rim - 1, row.across[id]

    def _direct(self, way: Way) -> Wire:
        start, end = self._out(way.link.tail), self._in(way.link.head)
        turns = list(self.row.turns(way))
        if not turns:
            return Wire(way.link, (start, end))
        at = self.row.track(*turns[0])
        return Wire(way.link, (start, (at, start[1]), (at, end[1]), end))

    def _entering(self, way: Way) -> Wire:
        end = self._in(way.link.head)
        if end[1] == self.entry[1]:
            return Wire(way.link, (self.entry, end))
        at = next((self.row.track(*turn) for turn in self.row.turns(way) if turn[0] >= self.row.first), self.entry[0])
        return Wire(way.link, (self.entry, (at, self.entry[1]), (at, end[1]), end))

    def _arc(self, number: int, arc: Way) -> Wire:
        height, turns = self.heights[number], dict(self.row.turns(arc))
        spots = self.row.groups.spots
        tail, head = arc.link.tail, arc.link.head
        into = self.row.top(head)
        points: list[Point] = []
        if spots[tail].rank < self.row.first:
            points += [self.entry, (self.entry[0], height)]
        elif turns.get(spots[tail].rank) == f"out {tail}":
            at = self.row.track(spots[tail].rank, f"out {tail}")
            start = self._out(tail)
            points += [start, (at, start[1]), (at, height)]
        else:
            out = self.row.top(tail)
            at = out[0] + self._aside(tail, arrives=False)
            points += [(at, out[1]), (at, height)]
        if turns.get(spots[head].rank - 1) == f"in {head}":
            at = self.row.track(spots[head].rank - 1, f"in {head}")
            end = self._in(head)
            points += [(at, height), (at, end[1]), end]
        else:
            points += [
                (into[0] + self._aside(head, arrives=True), height),
                (into[0] + self._aside(head, arrives=True), into[1]),
            ]
        return Wire(arc.link, tuple(points), True)

    def _aside(self, id: str, *, arrives: bool) -> float:
        """How far from the middle an arc touches what has arcs that arrive and others that leave."""
        arrive = any(arc.link.head == id for arc in self.arcs)
        leave = any(arc.link.tail == id for arc in self.arcs)
        return (-_SIDE if arrives else _SIDE) if arrive and leave else 0.0
