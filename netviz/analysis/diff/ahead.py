"""What lies behind layers that are matched: where the next pair is looked for.

Many layers may take from one, and many may lead to it: what is known to be taken is not looked at again, and what was
found for a pair is kept while it holds.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Container, Iterator
from heapq import heapify, heappop, heappush

from netviz.analysis.diff.structure import Side

MOST_AHEAD = 64
"""Layers behind a pair among which the next pair is looked for, and all that are as near as the last of them."""

MOST_ALL_AHEAD = 256
"""So many of these at most, but for those that stand directly behind."""


class Ahead:
    """Looks behind nodes of a side for those that are not taken."""

    def __init__(self, side: Side, taken: Container[int]) -> None:
        self.side = side
        self.taken = taken
        self._behind: dict[int, list[int]] = {}

    def behind(self, at: int) -> Iterator[int]:
        """The nodes directly behind one that are not taken; those that are, are forgotten."""
        if at not in self._behind:
            self._behind[at] = list(dict.fromkeys(end for _, end in self.side.nodes[at].gives if isinstance(end, int)))
        ends = self._behind[at]
        seen = 0
        try:
            for end in ends:
                seen += 1
                if end not in self.taken:
                    yield end
        finally:
            ends[:seen] = [end for end in ends[:seen] if end not in self.taken]

    def found(self, number: int) -> dict[int, tuple[int, int]]:
        """What lies behind a node and is not taken, the nearest first: how many edges away, and behind which node."""
        found: dict[int, tuple[int, int]] = {}
        ring = [number]
        far = 0
        while ring and len(found) < MOST_AHEAD:
            far += 1
            last, ring = ring, []
            for at in last:
                for end in self.behind(at):
                    if end not in found:
                        found[end] = far, at
                        ring.append(end)
                        if far > 1 and len(found) >= MOST_ALL_AHEAD:
                            return found
        return found

    def open(self, found: dict[int, tuple[int, int]], at: int) -> bool:
        """Whether what was found is not taken, nor anything on the way to it."""
        while at in found:
            if at in self.taken:
                return False
            at = found[at][1]
        return True


def alike_ahead(a: Ahead, one: int, b: Ahead, other: int) -> Iterator[tuple[int, int]]:
    """Pairs of equal content behind a pair, the nearest first; each holds at the time that it is given."""
    ours = a.found(one)
    theirs = b.found(other) if ours else {}
    kinds: dict[int, tuple[deque[int], deque[int]]] = defaultdict(lambda: (deque(), deque()))
    for y in theirs:
        kinds[b.side.nodes[y].content][1].append(y)
    for _, x in sorted((far, x) for x, (far, _) in ours.items()):
        if (content := a.side.nodes[x].content) in kinds:
            kinds[content][0].append(x)
    sides = (a, ours), (b, theirs)

    def nearest(content: int) -> tuple[int, int, int, int] | None:
        for (side, found), waiting in zip(sides, kinds[content], strict=True):
            while waiting and not side.open(found, waiting[0]):
                waiting.popleft()
        xs, ys = kinds[content]
        return (ours[xs[0]][0] + theirs[ys[0]][0], xs[0], ys[0], content) if xs and ys else None

    heap = [entry for entry in map(nearest, kinds) if entry]
    heapify(heap)
    while heap:
        entry = heappop(heap)
        now = nearest(entry[3])
        if now == entry:
            yield entry[1], entry[2]
            now = nearest(entry[3])
        if now:
            heappush(heap, now)
