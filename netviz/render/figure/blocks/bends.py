"""How the lines of a figure of blocks leave the straight way: where they fork, on which side arcs run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from netviz.figures import Link
from netviz.render.figure.arrange import Arrangement, Side
from netviz.render.figure.blocks.parts import TRACK, Arc, Size


@dataclass(frozen=True, slots=True)
class Bends:
    """The lines of an arrangement; `above` are the blocks around each stage, the outermost first."""

    plan: Arrangement
    above: Mapping[str, tuple[str, ...]]
    sizes: Mapping[str, Size]

    def forks(self) -> Iterator[tuple[int, str]]:
        """By the place of a link that changes lanes where it enters a block: that block, in which it does so.

        Only where all that leaves the same tail there enters the same block, and enters it straight ahead.
        """
        begins = {
            (id, self._lane(stage))
            for stage, above in self.above.items()
            for id in above
            if self.plan.spots[stage].rank == self.plan.frames[id].first
        }
        found: dict[object, list[tuple[int, str]]] = defaultdict(list)
        for place, way in enumerate(self.plan.ways):
            if way.skips or way.link.memory or self._lane(way.link.tail) == self._lane(way.link.head):
                continue
            entered = self._entered(way.link)
            straight = (entered, self._lane(way.link.tail)) in begins
            inside = entered if straight and self.plan.frames[entered].first == way.bend + 1 else ""
            found[way.link.tail, way.bend].append((place, inside))
        for ways in found.values():
            if ways[0][1] and len({inside for _, inside in ways}) == 1:
                yield from ways

    def _lane(self, id: str) -> float:
        return self.plan.spots[id].lane

    def _entered(self, link: Link) -> str:
        """The outermost block that a link enters, "" for none."""
        outer, own = self.above[link.tail], self.above[link.head]
        return next((id for id in own if id not in outer), "")

    def arcs(self) -> list[Arc]:
        taken: dict[int, list[float]] = defaultdict(list)
        for spot in self.plan.spots.values():
            taken[spot.rank].append(spot.lane)

        def free(id: str, side: Side) -> bool:
            spot = self.plan.spots[id]
            if side == "before":
                return not any(lane < spot.lane for lane in taken[spot.rank])
            return not any(lane > spot.lane for lane in taken[spot.rank])

        arcs = []
        for place, way in enumerate(self.plan.ways):
            if not way.skips:
                continue
            sides: tuple[Side, Side] = (way.side, "after" if way.side == "before" else "before")
            start = self._started(way.link)
            tail = start or way.link.tail
            if start and self._lane(start) != self._lane(way.link.tail):  # away from where the line comes from
                sides = ("after", "before") if self._lane(way.link.tail) < self._lane(start) else ("before", "after")
            best = max(sides, key=lambda side: (bool(start) or free(tail, side)) + free(way.link.head, side))
            leaves = bool(start) or free(tail, best)
            fork = self._entered(way.link) if start else ""
            arcs.append(Arc(place, way.link, best, leaves, free(way.link.head, best), fork, start))
        met = {(arc.link.head, arc.side) for arc in arcs if arc.enters}
        for arc in arcs:  # where one arrives, the next leaves behind the stage: no line is both
            size = self.sizes[arc.link.tail]
            apart = size.exit - size.entry > TRACK
            arc.leaves = arc.leaves and (bool(arc.start) or apart or (arc.link.tail, arc.side) not in met)
        return arcs

    def _started(self, link: Link) -> str:
        """The stage at the begin of the block that a skip enters, which its tail feeds as well; "" for none."""
        entered = self._entered(link)
        if not entered:
            return ""
        first = self.plan.frames[entered].first
        for way in self.plan.ways:
            other = way.link
            plain = other.tail == link.tail and not way.skips and not other.memory
            if plain and self._entered(other) == entered and self.plan.spots[other.head].rank == first:
                return other.head
        return ""
