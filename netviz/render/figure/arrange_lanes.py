"""Ranks and lanes of the items of one level of nesting: stages, or blocks that have been arranged before.

Ranks are those of the longest way there. For lanes the graph is taken apart at its cuts, items that all others stand
before or after; what lies between two cuts falls into parts that no edge joins, which are put side by side, and each is
taken apart in turn. A part without a cut has its longest path as spine, and the rest packed around that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

_DEEPEST = 60
"""Branches within branches that are taken apart; below that, items are packed one by one."""


@dataclass(frozen=True, slots=True)
class Slot:
    """What an item takes: so many ranks, and the lanes from `low` to `high` around its own spine."""

    length: int = 1
    low: float = 0.0
    high: float = 0.0


def settle(
    items: Sequence[Slot],
    edges: Sequence[tuple[int, int]],
    entered: Set[int] = frozenset(),
    left: Set[int] = frozenset(),
) -> tuple[list[int], list[float]]:
    """First rank and spine lane of each item; no two take the same rank and lane.

    `edges` join their numbers; `entered` and `left` are those that an edge from or to another level touches.
    """
    return _Level(items, edges, entered, left).settled()


class _Level:
    """The items and the edges between them, on the way to their ranks and lanes."""

    def __init__(
        self, items: Sequence[Slot], edges: Sequence[tuple[int, int]], entered: Set[int], left: Set[int]
    ) -> None:
        self.items = items
        self.entered = entered
        self.left = left
        self.order = _topological(len(items), edges)
        place = {number: at for at, number in enumerate(self.order)}
        self.after: list[list[int]] = [[] for _ in items]
        self.before: list[list[int]] = [[] for _ in items]
        for tail, head in edges:
            if place[tail] < place[head]:
                self.after[tail].append(head)
                self.before[head].append(tail)
        self.ranks = [0] * len(items)
        for number in self.order:
            ends = (self.ranks[tail] + items[tail].length for tail in self.before[number])
            self.ranks[number] = max(ends, default=0)
        self.lanes = [0.0] * len(items)
        # sets of items as the bits of a number: all that leads to an item, and all that it leads to
        self.above = [0] * len(items)
        self.below = [0] * len(items)
        for number in self.order:
            for tail in self.before[number]:
                self.above[number] |= self.above[tail] | 1 << tail
        for number in reversed(self.order):
            for head in self.after[number]:
                self.below[number] |= self.below[head] | 1 << head

    def settled(self) -> tuple[list[int], list[float]]:
        """First rank and spine lane of each item."""
        if self.items:
            self._stack(self._parts(self.order), 0)
        return self.ranks, self.lanes

    def _parts(self, numbers: Sequence[int]) -> list[list[int]]:
        """The numbers in groups that no edge joins, in order."""
        part = dict.fromkeys(numbers, -1)
        count = 0
        for number in numbers:
            if part[number] < 0:
                part[number], stack = count, [number]
                count += 1
                while stack:
                    at = stack.pop()
                    for other in (*self.after[at], *self.before[at]):
                        if other in part and part[other] < 0:
                            part[other] = part[at]
                            stack.append(other)
        parts: list[list[int]] = [[] for _ in range(count)]
        for number, at in part.items():
            parts[at].append(number)
        return parts

    def _stack(self, parts: list[list[int]], depth: int) -> tuple[float, float]:
        """The outermost lanes of parts that stand beside each other around lane 0."""
        reach = [self._part(part, depth) for part in parts]
        if len(parts) == 1:
            return reach[0]
        length = [self._end(part) - self._start(part) for part in parts]
        unequal = len(parts) == 2 and length[0] != length[1]
        if unequal and (min(length) == 1 or any(self._follows(part) for part in parts)):
            main = 0 if length[0] > length[1] else 1
            side = 1 - main
            closes = bool(self._room(parts[side])) or not self.left.isdisjoint(parts[side])
            low, high = reach[main]
            # a way around goes above, where arcs go as well; what ends there, below
            shift = low - 1 - reach[side][1] if closes else high + 1 - reach[side][0]
            self._shift(parts[side], shift)
            return min(low, reach[side][0] + shift), max(high, reach[side][1] + shift)
        total = sum(high - low + 1 for low, high in reach)
        at = -total / 2 + 0.5
        for part, (low, high) in zip(parts, reach, strict=True):
            self._shift(part, at - low)
            at += high - low + 1
        return -total / 2 + 0.5, total / 2 - 0.5

    def _part(self, numbers: list[int], depth: int) -> tuple[float, float]:
        """The outermost lanes of items that belong together, with its spine in lane 0."""
        self._slide(numbers)
        if len(numbers) == 1:
            return self.items[numbers[0]].low, self.items[numbers[0]].high
        if depth > _DEEPEST:
            return self._beside([[number] for number in numbers], [], depth)
        whole = sum(1 << number for number in numbers)
        cuts = [
            number for number in numbers if (self.above[number] | self.below[number] | 1 << number) & whole == whole
        ]
        if not cuts:
            spine = self._longest(numbers)
            on_it = set(spine)
            rest = [number for number in numbers if number not in on_it]
            return self._beside(self._parts(rest), spine, depth)
        low = min(self.items[number].low for number in cuts)
        high = max(self.items[number].high for number in cuts)
        between: dict[int, list[int]] = defaultdict(list)
        passed = {number: 1 << place for place, number in enumerate(cuts)}
        ahead = 0
        for number in numbers:  # in topological order: cuts come in theirs
            if number in passed:
                ahead += 1
            else:
                between[ahead].append(number)
        for region in between.values():
            reach = self._stack(self._parts(region), depth + 1)
            low, high = min(low, reach[0]), max(high, reach[1])
        return low, high

    def _beside(self, parts: list[list[int]], spine: list[int], depth: int) -> tuple[float, float]:
        """The outermost lanes, with the spine in lane 0 and each part in the nearest lanes that are free there."""
        taken = [
            (self.ranks[number], self._end([number]), self.items[number].low, self.items[number].high)
            for number in spine
        ]
        for part in parts:
            low, high = self._part(part, depth + 1)
            first, last = self._start(part), self._end(part)
            meets = [other for other in taken if other[0] < last and first < other[1]]
            under = max((other[3] for other in meets), default=-1.0) + 1 - low
            over = min((other[2] for other in meets), default=1.0) - 1 - high
            shift = (under if under <= -over else over) if meets else 0.0
            self._shift(part, shift)
            taken.append((first, last, low + shift, high + shift))
        return min(other[2] for other in taken), max(other[3] for other in taken)

    def _longest(self, numbers: Sequence[int]) -> list[int]:
        """The path within the numbers that holds the most stages; of equal ones that of the first stages."""
        inside = set(numbers)
        best: dict[int, tuple[int, int]] = {}
        for number in reversed(numbers):
            heads = [(best[head][0], -at, head) for at, head in enumerate(self.after[number]) if head in inside]
            length, _, follower = max(heads, default=(0, 0, -1))
            best[number] = (length + self.items[number].length, follower)
        at = max(numbers, key=lambda number: best[number][0])
        path = []
        while at >= 0:
            path.append(at)
            at = best[at][1]
        return path

    def _slide(self, numbers: Sequence[int]) -> None:
        """Moves what has room before its followers: to the middle, or, where nothing leads to it, close to them."""
        shift = min(self._room(numbers), default=0)
        if self._follows(numbers):
            shift //= 2
        for number in numbers:
            self.ranks[number] += shift

    def _room(self, numbers: Sequence[int]) -> list[int]:
        """How many ranks lie between them and each that follows elsewhere."""
        inside = set(numbers)
        return [
            self.ranks[head] - self.ranks[number] - self.items[number].length
            for number in numbers
            for head in self.after[number]
            if head not in inside
        ]

    def _follows(self, numbers: Sequence[int]) -> bool:
        """Whether an edge leads to them from elsewhere."""
        inside = set(numbers)
        return not inside.isdisjoint(self.entered) or any(
            tail not in inside for number in numbers for tail in self.before[number]
        )

    def _start(self, numbers: Iterable[int]) -> int:
        return min(self.ranks[number] for number in numbers)

    def _end(self, numbers: Iterable[int]) -> int:
        return max(self.ranks[number] + self.items[number].length for number in numbers)

    def _shift(self, numbers: Iterable[int], by: float) -> None:
        for number in numbers:
            self.lanes[number] += by


def _topological(count: int, edges: Iterable[tuple[int, int]]) -> list[int]:
    """Numbers so that edges lead forwards, smaller ones first; of a circle (in no model) the smallest comes first."""
    after: dict[int, list[int]] = defaultdict(list)
    waits = [0] * count
    for tail, head in edges:
        after[tail].append(head)
        waits[head] += 1
    ready = [number for number in range(count) if not waits[number]]
    heapify(ready)
    order: list[int] = []
    done = [False] * count
    rest = iter(range(count))
    while len(order) < count:
        number = heappop(ready) if ready else next(number for number in rest if not done[number])
        if done[number]:
            continue
        done[number] = True
        order.append(number)
        for head in after[number]:
            waits[head] -= 1
            if not waits[head]:
                heappush(ready, head)
    return order
