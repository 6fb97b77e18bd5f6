"""How far apart the lanes of volumes are: stages in them, frames around those and links that pass by need room."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from netviz.render.figure.arrange import Way
from netviz.render.figure.look import Look
from netviz.render.figure.volumes.groups import Groups

PAD = 7.0
"""From what a frame holds to the frame."""
HEADER = 15.0
"""What the title and ×N of a frame take."""


class Lanes:
    """The lanes of the ranks from `first` to `last`; `ways` are the links that end there."""

    def __init__(self, groups: Groups, look: Look, ways: Sequence[Way], first: int, last: int) -> None:
        self.groups, self.look, self.ways = groups, look, ways
        self.first, self.last = first, last
        self.ids = [id for column in groups.columns[first : last + 1] for id in column]
        self.stretches = self._stretches()

    def across(self, own: Mapping[str, tuple[float, float]], wider: Mapping[int, float]) -> dict[str, float]:
        """The middle of each stage across the flow: lanes between two cuts are as far apart as the closest need.

        `own` is how far each stage reaches across its lane, `wider` what is added to the lanes of a stretch.
        """
        spots, gap = self.groups.spots, 8 * self.look.spacing
        pitches = dict.fromkeys(self.stretches.values(), 0.0)
        columns = self.groups.columns[self.first : self.last + 1]
        for place, column in enumerate(columns):
            near = [*column, *(columns[place + 1] if place + 1 < len(columns) else ())]
            near.sort(key=lambda id: (spots[id].lane, spots[id].rank))
            stretch = self.stretches[self.first + place]
            for at, one in enumerate(near):
                for other in near[at + 1 :]:
                    lanes = spots[other].lane - spots[one].lane
                    if lanes >= 1 or (lanes > 0 and spots[one].rank == spots[other].rank):
                        needs = own[one][1] - own[other][0] + gap + self._between(one, other)
                        pitches[stretch] = max(pitches[stretch], needs / lanes)
                        if lanes >= 1.5:
                            break
        for rank, lane in self._passing():
            for id in self.groups.columns[rank]:
                lanes = spots[id].lane - lane
                if lanes:
                    needs = gap + (own[id][1] if lanes < 0 else -own[id][0])
                    stretch = self.stretches[rank]
                    pitches[stretch] = max(pitches[stretch], needs / abs(lanes))
        pitch = {rank: pitches[stretch] + wider.get(stretch, 0.0) for rank, stretch in self.stretches.items()}
        return {id: spots[id].lane * pitch[spots[id].rank] for id in self.ids}

    def _passing(self) -> Iterator[tuple[int, float]]:
        """The ranks that direct links pass by, and in which lanes."""
        for way in self.ways:
            tail, head = self.groups.spots[way.link.tail], self.groups.spots[way.link.head]
            if not way.skips:
                for rank in range(max(tail.rank + 1, self.first), head.rank):
                    yield rank, tail.lane if rank <= way.bend else head.lane

    def _stretches(self) -> dict[int, int]:
        """How many cuts come before each rank: a stage that stands on the spine, with nothing beside it."""
        found, number = {}, 0
        passed = {rank for rank, _ in self._passing()}
        for rank in range(self.first, self.last + 1):
            column = self.groups.columns[rank]
            if len(column) == 1 and not self.groups.spots[column[0]].lane and rank not in passed:
                number += 1
            found[rank] = number
        return found

    def _between(self, one: str, other: str) -> float:
        """What the frames around one but not the other need where the two stand in different lanes."""
        ends, starts = set(self.groups.around[one]), set(self.groups.around[other])
        header = HEADER if self.look.sideways else 0.0
        return len(ends - starts) * PAD + len(starts - ends) * (PAD + header)
