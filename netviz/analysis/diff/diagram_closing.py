"""A diagram of two models made smaller: what did not change, far from all that did, is closed into boxes.

Only neighbours in a topological order are taken together, so that no cycle arises where there was none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from netviz.analysis.diff.diagram_closed import closed_box, joined
from netviz.analysis.diff.diagram_order import Family, Item, fate, walk
from netviz.analysis.diff.diagram_outline import outlined
from netviz.analysis.diff.diagram_spans import Spans
from netviz.views import Box, Diagram, Fate

MOST = 60
"""Boxes of a picture that can be read; where there are more, what was added or removed is taken together as well."""

LEAST_CLOSED = 3
"""Boxes that are worth one that stands for them."""

LEAST_CLOSED_ADDED = 5
"""The same for what was added or removed."""


def close_unchanged(diagram: Diagram, context: int) -> Diagram:
    """The diagram with what is more than `context` edges away from any change closed.

    Where more boxes are left than can be read, stretches that were added or removed are closed, too, and where that
    is not enough, all neighbours in groups of some 30 boxes.
    """
    family = Family(diagram)
    touched = _touched(diagram)
    near = _near(diagram, touched, context)
    smaller = _Closing(diagram, family, touched, near, {"unchanged": LEAST_CLOSED}).diagram()
    if len(smaller.boxes) > MOST:
        sizes: dict[Fate, int] = {"unchanged": LEAST_CLOSED, "added": LEAST_CLOSED_ADDED, "removed": LEAST_CLOSED_ADDED}
        smaller = _Closing(diagram, family, touched, near, sizes).diagram()
    return smaller if len(smaller.boxes) <= MOST else outlined(diagram, family)


def _touched(diagram: Diagram) -> frozenset[str]:
    """The ids of boxes and groups that changed, and of the ends of edges that did where neither end has."""
    touched = {item.id for item in diagram.walk() if fate(item) != "unchanged"}
    for edge in diagram.edges:
        if edge.fate != "unchanged" and edge.tail not in touched and edge.head not in touched:
            touched |= {edge.tail, edge.head}
    return frozenset(touched)


def _near(diagram: Diagram, touched: Collection[str], hops: int) -> frozenset[str]:
    """The ids of what is touched, and of what is up to so many edges away from it."""
    beside: dict[str, set[str]] = defaultdict(set)
    for edge in diagram.edges:
        beside[edge.tail].add(edge.head)
        beside[edge.head].add(edge.tail)
    reached = set(touched)
    rim = set(touched)
    for _ in range(hops):
        rim = {other for one in rim for other in beside.get(one, ())} - reached
        if not rim:
            break
        reached |= rim
    return frozenset(reached)


@dataclass(slots=True)
class _Closing:
    """Closes stretches of boxes of one fate; `sizes` has how many boxes are worth one.

    `touched` are the ids of what changed, `near` those of what is to be seen. `ids` has what stands for what is closed.
    """

    whole: Diagram
    family: Family
    touched: Collection[str]
    near: Collection[str]
    sizes: Mapping[Fate, int]
    open: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    ids: dict[str, str] = field(default_factory=dict)

    def diagram(self) -> Diagram:
        chains = self.family.chains
        self.open = {around for id in self.touched for around in chains[id][:-1]}
        self.seen = {around for id in self.near for around in chains[id]}
        children = self._level("", self.whole.children)
        return replace(self.whole, children=children, edges=joined(self.whole.edges, self.ids))

    def _level(self, around: str, items: Sequence[Item]) -> tuple[Item, ...]:
        colors = {item.id: self._color(item) for item in items}
        ordered = self.family.ordered(around, items, lambda item: colors[item.id])
        spans = Spans(ordered)
        found: list[Item] = []
        start = 0
        for stop, (item, after) in enumerate(zip_longest(ordered, ordered[1:]), 1):
            color = colors[item.id]
            if color is None or after is None or colors[after.id] != color:
                found += self._taken(ordered[start:stop], color, spans.title(start, stop))
                start = stop
        return tuple(found)

    def _color(self, item: Item) -> Fate | None:
        """The fate of what may be closed with others; None for what stands alone."""
        own = fate(item)
        if item.id in self.open or own not in self.sizes or (own == "unchanged" and item.id in self.seen):
            return None
        return own

    def _taken(self, items: Sequence[Item], color: Fate | None, title: str) -> Iterator[Item]:
        if color is not None and len(items) > 1 and sum(map(_boxes, items)) >= self.sizes[color]:
            yield self._closed(items, title)
            return
        for item in items:
            if isinstance(item, Box):
                yield item
            elif item.id in self.open:
                yield replace(item, children=self._level(item.id, item.children))
            else:
                yield self._closed((item,), "")

    def _closed(self, items: Sequence[Item], title: str) -> Box:
        box = closed_box(items, self.whole.parameters or 0, title)
        self.ids.update((inner.id, box.id) for item in items for inner in walk(item))
        return box


def _boxes(item: Item) -> int:
    return sum(isinstance(one, Box) for one in walk(item))
