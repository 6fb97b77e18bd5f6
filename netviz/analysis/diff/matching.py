"""Which layer of one model is which of the other.

Names that somebody gave tell most. Names that Keras made ("dense_3") shift when a layer is put in or a model is built
twice: there class, settings and neighbours decide. Matching begins at what is certain (ends of the graph, given names,
settings that are there once) and spreads from neighbour to neighbour, the surest pairs first.

What comes out does not depend on which model is the first.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush

from netviz.analysis.diff.ahead import Ahead, alike_ahead
from netviz.analysis.diff.structure import End, Node, Side, Slot, build_side, digest, fill_contents
from netviz.analysis.diff.surroundings import NEAR, stretches_of, surroundings
from netviz.model import Model

MOST_ALIKE = 24
"""Neighbours at one place that are tried against each other; a tensor may go to thousands of layers alike."""

# How sure it is that two layers are one, from their settings and from what is known of their neighbours.
SAME_NAME, SAME_CONTENT, SAME_PLACE, ONCE, SAME_CLASS_AND_NAME, BETWEEN, BESIDE = range(7)

SURE = SAME_CLASS_AND_NAME
"""From here on settings differ."""


@dataclass(slots=True)
class Matching:
    """The sides, and which node of the first is which of the second; `flipped` says that the second was taken first,
    as has to be all that chooses between equals, so that what comes out does not depend on which is the first."""

    a: Side
    b: Side
    to_b: dict[int, int] = field(default_factory=dict)
    flipped: bool = False


def match_layers(a: Model, b: Model) -> Matching:
    """The layers of two models matched; the models themselves are each other's."""
    first, second = build_side(a), build_side(b)
    matcher = _Matcher(first, second)
    if not _alike(first, second):
        fill_contents((first, second))
        if digest(second) < digest(first):
            matcher = _Matcher(second, first)
            return Matching(first, second, {b: a for a, b in matcher.matched().items()}, flipped=True)
    return Matching(first, second, matcher.matched())


def _alike(a: Side, b: Side) -> bool:
    """Whether names, classes and wiring are the same all over: then each layer is the one of its name."""
    return len(a.nodes) == len(b.nodes) and all(
        (x.layer.name, x.known, x.parent, x.takes) == (y.layer.name, y.known, y.parent, y.takes)
        for x, y in zip(a.nodes[1:], b.nodes[1:], strict=True)
    )


class _Matcher:
    """Matches the layers of two sides, graph by graph, then what is left over between graphs.

    `waiting` is how many edges of each layer of the first lead to one that is not matched; where there are none,
    `between` keeps whether a layer of the second has the same neighbours.
    """

    def __init__(self, a: Side, b: Side) -> None:
        self.a, self.b = a, b
        self.to_b: dict[int, int] = {}
        self.to_a: dict[int, int] = {}
        self.paired: list[int] = []
        self.near_a: list[list[int]] = []
        self.near_b: list[list[int]] = []
        self.heap: list[tuple[int, bool, int, int, int]] = []
        self.between: dict[tuple[int, int], bool] = {}
        self.waiting = [sum(isinstance(end, int) for _, end in (*x.takes, *x.gives)) for x in a.nodes]

    def matched(self) -> dict[int, int]:
        self.pair(0, 0)
        if _alike(self.a, self.b):
            return {number: number for number in range(len(self.a.nodes))}
        self.near_a, self.near_b = surroundings(self.a, self.b)
        self.descend(0)
        self.between_graphs()
        return self.to_b

    def descend(self, one: int) -> None:
        """Matches what is inside of a pair, however deep."""
        pending = [one]
        while pending:
            one = pending.pop()
            self.graphs(one, self.to_b[one])
            pending += [member for member in self.a.nodes[one].members if member in self.to_b]

    def pair(self, one: int, other: int) -> None:
        self.to_b[one], self.to_a[other] = other, one
        self.paired.append(one)
        node = self.a.nodes[one]
        for _, end in (*node.takes, *node.gives):
            if isinstance(end, int):
                self.waiting[end] -= 1

    def free(self, one: int, other: int) -> bool:
        return one not in self.to_b and other not in self.to_a

    def graphs(self, one: int, other: int) -> None:
        """Matches the layers directly in one node with those directly in the other."""
        first, second = (
            [side.nodes[n] for n in side.nodes[at].members] for side, at in ((self.a, one), (self.b, other))
        )
        if not first or not second:
            return
        if _names(first) == _names(second) and self.a.wiring(one) == self.b.wiring(other):
            for x, y in zip(first, second, strict=True):
                self.pair(x.number, y.number)
            return
        by_name = {node.layer.name: node for node in second}
        for x in first:
            namesake = by_name.get(x.layer.name)
            if namesake is not None and _compatible(x, namesake) and not (x.automatic and namesake.automatic):
                self.pair(x.number, namesake.number)
        for x in first:
            if x.number in self.to_b:
                self.spread(x.number)
        self.offer_ends(first, second)
        self.offer_unique(first, second)
        self.settle(SURE)
        self.bridge(first)
        self.pair_by_automatic_name(first, second)
        self.bridge(first)
        for x in first:
            if x.number in self.to_b:
                self.spread(x.number)
        self.offer_ends(first, second)
        self.settle(BESIDE + 1)
        self.by_name_alone(first, by_name)
        self.in_place(first, second)

    # -- spreading

    def spread(self, one: int) -> None:
        """Offers the neighbours of a pair to each other, those at the same place."""
        x, y = self.a.nodes[one], self.b.nodes[self.to_b[one]]
        for back, neighbours, theirs in ((True, x.takes, y.takes), (False, x.gives, y.gives)):
            places = _by_slot(theirs)
            for slot, found in _by_slot(neighbours).items():
                self.offer_all(found, places.get(slot, ()), back)

    def offer_all(self, found: Sequence[int], others: Sequence[int], back: bool) -> None:
        if len(found) > MOST_ALIKE or len(others) > MOST_ALIKE:
            others_by: dict[int, list[int]] = defaultdict(list)
            for other in others:
                others_by[self.b.nodes[other].content].append(other)
            seen: Counter[int] = Counter()
            for one in found:
                content = self.a.nodes[one].content
                for other in others_by[content][seen[content] : seen[content] + 2]:
                    self.offer(one, other, back)
                seen[content] += 1
            return
        for one in found:
            for other in others:
                self.offer(one, other, back)

    def offer(self, one: int, other: int, back: bool) -> None:
        """Puts two layers, which stand at the same place beside a pair, among the candidates."""
        if not self.free(one, other):
            return
        x, y = self.a.nodes[one], self.b.nodes[other]
        if not _compatible(x, y):
            return
        named = x.layer.name == y.layer.name
        if x.content == y.content:
            level = SAME_NAME if named else SAME_CONTENT
        elif named:
            level = SAME_CLASS_AND_NAME
        elif self.is_between(x, y):
            level = BETWEEN
        elif x.automatic or y.automatic:
            level = BESIDE
        else:
            return
        self.push(level, one, other, back)

    def push(self, level: int, one: int, other: int, back: bool = False) -> None:
        """Puts a pair among the candidates; on equal terms what lies ahead comes first, so that whole blocks are left
        over where one was put in among others like it."""
        unlike = sum(map(int.__ne__, self.near_a[one], self.near_b[other]))
        heappush(self.heap, (level, back, unlike, one, other))

    def is_between(self, x: Node, y: Node) -> bool:
        """Whether the two have the same neighbours before and behind them."""
        if self.waiting[x.number]:
            return False
        pair = x.number, y.number
        if pair not in self.between:
            self.between[pair] = all(map(self.same_neighbours, (x.takes, x.gives), (y.takes, y.gives)))
        return self.between[pair]

    def same_neighbours(self, ours: list[tuple[Slot, int | End]], theirs: list[tuple[Slot, int | End]]) -> bool:
        mapped = [self.to_b.get(end, -1) if isinstance(end, int) else end for _, end in ours]
        return bool(ours) and -1 not in mapped and sorted(map(repr, mapped)) == sorted(repr(end) for _, end in theirs)

    def settle(self, below: int) -> None:
        """Pairs the candidates that are surer than `below`, the surest first, and spreads from each."""
        while self.heap and self.heap[0][0] < below:
            _, _, _, one, other = heappop(self.heap)
            if self.free(one, other):
                self.pair(one, other)
                self.spread(one)
        if below > BESIDE:
            self.heap.clear()

    # -- where to begin

    def offer_ends(self, first: list[Node], second: list[Node]) -> None:
        theirs: dict[End, list[int]] = defaultdict(list)
        for y in second:
            for _, end in (*y.takes, *y.gives):
                if isinstance(end, tuple):
                    theirs[end].append(y.number)
        ours: dict[End, list[int]] = defaultdict(list)
        for x in first:
            for _, end in (*x.takes, *x.gives):
                if isinstance(end, tuple):
                    ours[end].append(x.number)
        for end, found in ours.items():
            self.offer_all(found, theirs.get(end, ()), back=end[0] == "out")

    def offer_unique(self, first: list[Node], second: list[Node]) -> None:
        """Offers what is there once on both sides: with its surroundings, and for its settings alone."""
        for depth in range(NEAR, -1, -1):
            ours = _unique((self.near_a[x.number][depth], x.number) for x in first)
            theirs = _unique((self.near_b[y.number][depth], y.number) for y in second)
            for key, one in ours.items():
                other = theirs.get(key)
                if other is not None and _compatible(self.a.nodes[one], self.b.nodes[other]):
                    self.push(SAME_PLACE if depth else ONCE, one, other)

    def bridge(self, first: list[Node]) -> None:
        """Goes on behind what was put in or taken out: from each pair to the nearest that are alike behind it."""
        pending = [x.number for x in reversed(first) if x.number in self.to_b]
        ours, theirs = Ahead(self.a, self.to_b), Ahead(self.b, self.to_a)
        looking: dict[int, Iterator[tuple[int, int]]] = {}
        while pending:
            one = pending.pop()
            found = next(looking[one], None) if one in looking else None
            if found is None:
                looking[one] = alike_ahead(ours, one, theirs, self.to_b[one])
                found = next(looking[one], None)
            if found is None:
                del looking[one]
                continue
            before = len(self.paired) + 1
            self.pair(*found)
            self.spread(found[0])
            self.settle(SURE)
            pending += [one, found[0], *self.paired[before:]]

    def pair_by_automatic_name(self, first: list[Node], second: list[Node]) -> None:
        """Pairs what is left of the same settings and the same automatic name."""
        theirs = {(y.layer.name, y.content): y for y in self.left(second, second_side=True)}
        for x in self.left(first):
            y = theirs.get((x.layer.name, x.content))
            if y is not None and self.free(x.number, y.number):
                self.pair(x.number, y.number)
                self.spread(x.number)
                self.settle(SURE)

    def left(self, nodes: Iterable[Node], second_side: bool = False) -> list[Node]:
        taken = self.to_a if second_side else self.to_b
        return [node for node in nodes if node.number not in taken]

    # -- what is there instead

    def by_name_alone(self, first: list[Node], by_name: dict[str, Node]) -> None:
        """Pairs what is left and has the same name; another class may have taken the place."""
        for x in self.left(first):
            y = by_name.get(x.layer.name)
            if y is not None and y.number not in self.to_a:
                self.pair(x.number, y.number)

    def in_place(self, first: list[Node], second: list[Node]) -> None:
        """Pairs what stands in the same gap: stretches of one length that are left, between the same neighbours."""
        ours = stretches_of(self.left(first), self.a, self.to_b)
        theirs = stretches_of(self.left(second, second_side=True), self.b, {y: y for y in self.to_a})
        for border, stretches in ours.items():
            others = theirs.get(border, [])
            if len(stretches) == len(others) == 1 and len(stretches[0]) == len(others[0]):
                for one, other in zip(stretches[0], others[0], strict=True):
                    inputs = [node.known == "InputLayer" for node in (self.a.nodes[one], self.b.nodes[other])]
                    if inputs[0] == inputs[1]:
                        self.pair(one, other)

    # -- between graphs

    def between_graphs(self) -> None:
        """Pairs layers that went into a model inside or came out of one: of one config, with weights or a name."""
        ours, theirs = self.left(self.a.nodes), self.left(self.b.nodes, second_side=True)
        for key in (_named_content, _weighty_content):
            groups = _grouped(theirs, key)
            for content, xs in _grouped(ours, key).items():
                ys = groups.get(content, [])
                if content is not None and len(xs) == len(ys):
                    for x, y in zip(xs, ys, strict=True):
                        if self.free(x.number, y.number):
                            self.pair(x.number, y.number)
                            self.descend(x.number)
            ours, theirs = self.left(ours), self.left(theirs, second_side=True)


def _named_content(node: Node) -> Hashable:
    worth = node.layer.all_weights or not node.automatic
    return (node.layer.name, node.content) if worth and node.known != "InputLayer" else None


def _weighty_content(node: Node) -> Hashable:
    return node.content if node.layer.all_weights else None


def _grouped(nodes: Iterable[Node], key: Callable[[Node], Hashable]) -> dict[Hashable, list[Node]]:
    groups: dict[Hashable, list[Node]] = {}
    for node in nodes:
        groups.setdefault(key(node), []).append(node)
    return groups


def _names(nodes: Iterable[Node]) -> list[tuple[str, str | None]]:
    return [(node.layer.name, node.known) for node in nodes]


def _compatible(x: Node, y: Node) -> bool:
    """Whether two layers may be one: of one class, as far as their classes are known."""
    return x.known is None or y.known is None or x.known == y.known


def _by_slot(neighbours: Iterable[tuple[Slot, int | End]]) -> dict[Slot, list[int]]:
    places: dict[Slot, list[int]] = defaultdict(list)
    for slot, number in neighbours:
        if isinstance(number, int):
            places[slot].append(number)
    return places


def _unique(keyed: Iterable[tuple[int, int]]) -> dict[int, int]:
    found: dict[int, int] = {}
    counts: Counter[int] = Counter()
    for key, number in keyed:
        found[key] = number
        counts[key] += 1
    return {key: number for key, number in found.items() if counts[key] == 1}
