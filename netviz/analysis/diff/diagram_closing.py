"""A diagram of two models made smaller: what did not change, far from all that did, is closed into boxes.

Only neighbours in a topological order are taken together, so that no cycle arises where there was none.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain, zip_longest

from netviz.analysis.diagram.order import UNKNOWN, Sources, known_sources
from netviz.analysis.diagram.outline import OUTLINE_MOST, closed
from netviz.analysis.diagram.places import Feed, Vertex
from netviz.analysis.diagram.titles import common_stem
from netviz.catalog.formulas import grouped
from netviz.views import FATES, Box, Diagram, Difference, Edge, Fate, Group

MOST = 60
"""Boxes of a picture that can be read; where there are more, what was added or removed is taken together as well."""

LEAST = 3
"""Boxes that are worth one that stands for them."""

LEAST_ADDED = 5
"""The same for what was added or removed."""

Item = Box | Group


def close_unchanged(diagram: Diagram, context: int) -> Diagram:
    """The diagram with what is more than `context` edges away from any change closed.

    Where more boxes are left than can be read, stretches that were added or removed are closed, too, and where that
    is not enough, all neighbours in groups of some 30 boxes.
    """
    family = _Family(diagram)
    touched = _touched(diagram)
    near = _near(diagram, touched, context)
    smaller = _Closing(diagram, family, touched, near, {"unchanged": LEAST}).diagram()
    if len(smaller.boxes) > MOST:
        sizes: dict[Fate, int] = {"unchanged": LEAST, "added": LEAST_ADDED, "removed": LEAST_ADDED}
        smaller = _Closing(diagram, family, touched, near, sizes).diagram()
    return smaller if len(smaller.boxes) <= MOST else _outlined(diagram, family)


@dataclass(frozen=True)
class _Family:
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
    family: _Family
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
        found: list[Item] = []
        stretch: list[Item] = []
        for item, after in zip_longest(ordered, ordered[1:]):
            stretch.append(item)
            color = colors[item.id]
            if color is None or after is None or colors[after.id] != color:
                found += self._taken(stretch, color)
                stretch = []
        return tuple(found)

    def _color(self, item: Item) -> Fate | None:
        """The fate of what may be closed with others; None for what stands alone."""
        own = fate(item)
        if item.id in self.open or own not in self.sizes or (own == "unchanged" and item.id in self.seen):
            return None
        return own

    def _taken(self, items: Sequence[Item], color: Fate | None) -> Iterator[Item]:
        if color is not None and len(items) > 1 and sum(map(_boxes, items)) >= self.sizes[color]:
            yield self._closed(items)
            return
        for item in items:
            if isinstance(item, Box):
                yield item
            elif item.id in self.open:
                yield replace(item, children=self._level(item.id, item.children))
            else:
                yield self._closed((item,))

    def _closed(self, items: Sequence[Item]) -> Box:
        box = closed_box(items, self.whole.parameters or 0)
        self.ids.update((inner.id, box.id) for item in items for inner in walk(item))
        return box


def closed_box(items: Sequence[Item], total: int) -> Box:
    """The box that stands for several boxes and groups, or for one group, with what became of the layers in it."""
    box = closed(items, total)
    inner = [one for item in items for one in walk(item)]
    told = Counter[Fate]()
    for one in inner:
        held = one.layers if isinstance(one, Box) else (one.id,)
        told[fate(one)] += len(held)
    told = +told
    former = tuple(dict.fromkeys(chain.from_iterable(one.difference.former for one in inner if one.difference)))
    layers = [path for one in inner if fate(one) != "removed" for path in _own_layers(one)]
    group = items[0] if len(items) == 1 and isinstance(items[0], Group) else None
    own = fate(group) if group else "unchanged"
    changed = [one for one in FATES if told[one] and one != "unchanged"]
    words = counted_fates(told)
    became: Fate = own if own != "unchanged" else changed[0] if len(told) == 1 and changed else "unchanged"
    if changed and became == "unchanged":
        became = "changed"
    names = [name for one in inner if isinstance(one, Box) for name in one.names[:1]]
    span = f"{names[0]} … {names[-1]}" if len(names) > 1 else "".join(names)
    if group is not None:
        inside = Counter(told)
        inside[own] -= 1
        given = group.difference or Difference()
        difference = replace(
            given, fate=became, notes=(*given.notes, *filter(None, [counted_fates(+inside)])), former=former
        )
        return replace(box, details=(), inside=0, layers=tuple(dict.fromkeys(layers)), difference=difference)
    if len(told) == 1:
        box = replace(box, names=(words,), details=(), inside=0)
        notes = (span,)
    else:
        title = box.names[0] if any(map(str.isdigit, box.names[0])) else span  # "conv" would say little
        box = replace(box, names=(title,), details=(), inside=0)
        notes = (words,)
    layers = layers or list(box.layers)
    return replace(
        box, classes=(None,), family="model", layers=tuple(dict.fromkeys(layers)),
        difference=Difference(became, notes, former),
    )  # fmt: skip


def counted_fates(told: Mapping[Fate, int]) -> str:
    """ "57 layers unchanged", or "2 of 57 layers changed, 1 added"."""
    total = sum(told.values())
    layers = f"layer{'s' * (total != 1)}"
    named = [one for one in FATES if told.get(one) and (one != "unchanged" or len(told) == 1)]
    if len(told) == 1:
        return f"{grouped(total)} {layers} {named[0]}"
    return ", ".join(
        f"{grouped(told[one])} of {grouped(total)} {layers} {one}" if not place else f"{grouped(told[one])} {one}"
        for place, one in enumerate(named)
    )


def _outlined(diagram: Diagram, family: _Family) -> Diagram:
    """The diagram in some boxes, each for neighbours, which say how many of their layers changed."""
    items = family.ordered("", diagram.children, lambda item: None)
    ids: dict[str, str] = {}
    boxes: list[Box] = []
    for piece in _pieces(items):
        first = piece[0]
        box = first if len(piece) == 1 and isinstance(first, Box) else closed_box(piece, diagram.parameters or 0)
        ids.update((inner.id, box.id) for item in piece for inner in walk(item))
        boxes.append(box)
    return replace(diagram, children=tuple(boxes), edges=joined(diagram.edges, ids))


def _pieces(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """The items in some `OUTLINE_MOST` pieces of neighbours of about as many layers, cut where the names change if
    possible; what enters the model stands alone.
    """
    share = max(1.0, sum(len(item.layers) for item in items) / OUTLINE_MOST)
    piece: list[Item] = []
    size, word = 0, ""
    for item in items:
        alone = item.family == "input-output"
        own = common_stem([item.names[0] if isinstance(item, Box) else item.title]).partition("_")[0]
        full = size >= 2 * share or (4 * size >= 3 * share and own != word)
        if piece and (alone or full or piece[-1].family == "input-output"):
            yield piece
            piece, size = [], 0
        piece.append(item)
        size += len(item.layers)
        word = own
    if piece:
        yield piece


def joined(edges: Iterable[Edge], ids: Mapping[str, str]) -> tuple[Edge, ...]:
    """The edges between what `ids` gives for their ends; what joins the same two boxes, one of them closed, is one
    edge for all its tensors. What only one of the models has stays apart from what both have.
    """
    found: dict[tuple[object, ...], list[Edge]] = defaultdict(list)
    for edge in edges:
        tail, head = ids.get(edge.tail, edge.tail), ids.get(edge.head, edge.head)
        if tail != head:
            own = (tail, head, edge.fate)
            shut = edge.tail in ids or edge.head in ids
            found[own if shut else (*own, edge.output, edge.argument)].append(replace(edge, tail=tail, head=head))
    return tuple(map(_bundled, found.values()))


def _bundled(edges: Sequence[Edge]) -> Edge:
    """The edge that stands for all."""
    first = edges[0]
    if len(edges) == 1:
        return first
    shape = first.shape if len({edge.shape for edge in edges}) == 1 else None
    dtype = first.dtype if len({edge.dtype for edge in edges}) == 1 else None
    return replace(first, output=0, argument="", shape=shape, dtype=dtype, tensors=len(edges))


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


def _own_layers(item: Item) -> tuple[str, ...]:
    """The layers that a box stands for, or a group without what is inside."""
    return item.layers if isinstance(item, Box) else item.layers[:1]


def _boxes(item: Item) -> int:
    return sum(isinstance(one, Box) for one in walk(item))
