"""The order in which boxes of two models may be taken together: topological, with what is alike side by side."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from netviz.analysis.diagram.order import UNKNOWN, Sources, known_sources
from netviz.analysis.diagram.places import Feed, Vertex
from netviz.views import Box, Diagram, Edge, Fate, Group

Item = Box | Group


def fate(item: Item) -> Fate:
    return item.difference.fate if item.difference else "unchanged"


def walk(item: Item) -> Iterator[Item]:
    """The item, and all inside of it, a group before what it holds."""
    stack = [item]
    while stack:
        one = stack.pop()
        yield one
        if isinstance(one, Group):
            stack.extend(reversed(one.children))


@dataclass(frozen=True)
class Family:
    """What lies in what in a diagram, and the edges of each level between what they join there."""

    whole: Diagram

    @cached_property
    def chains(self) -> Mapping[str, tuple[str, ...]]:
        """By id, the ids of the groups around it, the outermost first, and its own."""
        found: dict[str, tuple[str, ...]] = {}
        stack: list[tuple[Item, tuple[str, ...]]] = [(child, ()) for child in self.whole.children]
        while stack:
            item, around = stack.pop()
            found[item.id] = own = (*around, item.id)
            if isinstance(item, Group):
                stack.extend((child, own) for child in item.children)
        return found

    @cached_property
    def links(self) -> Mapping[str, Sequence[tuple[str, str, Edge]]]:
        """By the id of a group ("": none), which of its children feed which, with the edges that do."""
        found: dict[str, list[tuple[str, str, Edge]]] = defaultdict(list)
        for edge in self.whole.edges:
            tail, head = self.chains[edge.tail], self.chains[edge.head]
            common = sum(1 for _ in _while_equal(tail, head))
            if common < min(len(tail), len(head)):
                found[tail[common - 1] if common else ""].append((tail[common], head[common], edge))
        return found

    def ordered(self, around: str, items: Sequence[Item], color: Callable[[Item], object]) -> list[Item]:
        """The children of a group in a topological order in which those of one color that is not None stand together.

        As long as something uncolored can follow it does, then all of one color: of two colors, no order has fewer
        stretches. Where layers moved, so that there is no such order for both models, it is that of the second.
        """
        sources = self._sources(around, items)
        reading: list[list[int]] = [[] for _ in items]
        waiting = [0] * len(items)
        for place, own in enumerate(sources):
            for source in own:
                if source != UNKNOWN:
                    reading[source].append(place)
                    waiting[place] += 1
        ready: dict[object, list[int]] = defaultdict(list)
        for place, item in enumerate(items):
            if not waiting[place]:
                heapq.heappush(ready[color(item)], place)
        found: list[Item] = []
        now: object = None
        while len(found) < len(items):
            if not ready[now]:
                now = None if ready[None] else min((own[0], key) for key, own in ready.items() if own)[1]
            place = heapq.heappop(ready[now])
            found.append(items[place])
            for reader in reading[place]:
                waiting[reader] -= 1
                if not waiting[reader]:
                    heapq.heappush(ready[color(items[reader])], reader)
        return found

    def _sources(self, around: str, items: Sequence[Item]) -> Sources:
        """By the place of each of the items, those that feed it; what still would make a cycle is left out."""
        number = {item.id: place for place, item in enumerate(items)}
        links = self.links.get(around, ())
        both = _vertices(len(items), ((number[tail], number[head]) for tail, head, _ in links))
        sources = known_sources(both)
        if sum(map(len, sources)) - sum(own.count(UNKNOWN) for own in sources) == sum(len(one.feeds) for one in both):
            return sources
        # The second model's edges alone; what was removed comes behind what it stands behind.
        kept = [(number[tail], number[head]) for tail, head, edge in links if edge.fate != "removed"]
        behind = [(place - 1, place) for place, item in enumerate(items) if place and fate(item) == "removed"]
        return known_sources(_vertices(len(items), [*kept, *behind]))


def _vertices(count: int, links: Iterable[tuple[int, int]]) -> list[Vertex]:
    feeds: list[list[Feed]] = [[] for _ in range(count)]
    for tail, head in links:
        feeds[head].append(Feed("", tail))
    return [Vertex(None, tuple(own)) for own in feeds]


def _while_equal(one: Sequence[str], other: Sequence[str]) -> Iterator[str]:
    for first, second in zip(one, other, strict=False):
        if first != second:
            return
        yield first
