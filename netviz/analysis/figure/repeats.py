"""What repeats in a figure: stations folded where they are drawn equal, more loosely only where they are many.

Joins the search for repeats in `analysis/diagram/fold`, which knows numbers only, to stations.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from netviz.analysis.diagram.fold import Feed, Item, Repeat, Vertex, fold, shown
from netviz.analysis.diagram.labels import Labels
from netviz.analysis.diagram.scene import Node
from netviz.analysis.figure.nesting import Nest, nested, stations_of
from netviz.analysis.figure.stations import FOLLOWING, Line, Plan, Station
from netviz.analysis.figure.striding import Row, striding
from netviz.analysis.subjects import family_of
from netviz.figures import Style

MANY = 30
"""Stages above which repeats are folded more loosely."""

EQUAL, SAME_OUTPUTS, ANY_SHAPES = 0, 1, 2
"""How loosely repeats are folded.

EQUAL         all settings and shapes are equal
SAME_OUTPUTS  the shapes of the outputs are equal, and all settings that are no sizes; the first of the repeats may have
              other strides, where all others have none, and a shortcut may have a convolution of its own
ANY_SHAPES    the same, whatever the shapes are
"""

LABELS = (0, 1, 1)
"""By level that of the labels (`analysis/diagram/labels`); their level 0 holds all settings."""

LOOSEST: Mapping[Style, int] = {"volumes": EQUAL, "lenet": EQUAL, "blocks": SAME_OUTPUTS}
"""By style the last level that is tried unless told to fold."""

WORTH = 0.8
"""Share of the stages down to which folding whatever the shapes are has to bring them."""

IN_A_ROW = 4
"""So many equal stages in a row are drawn one by one: a reader counts them at a glance."""

SAVING = 3
"""Stages that a block has to spare, to be a block unless told to fold."""

SIDE_BY_SIDE = 3
"""As many equal branches are drawn once; fewer are drawn side by side."""

Turns: TypeAlias = tuple[tuple[int, int], ...]
"""Of the blocks around a station, the outermost first: the number of the block, and of the repeat in it (from 0)."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place of a figure: the stations of one stage, one for each repeat of the blocks around it.

    With `items` it is a block: of what repeats (`repeats` > 1), or of the nested models `nests`. `lacking` of the
    repeats around have nothing in this place.
    """

    stations: tuple[Station, ...] = ()
    turns: tuple[Turns, ...] = ()
    items: tuple[Place, ...] = ()
    repeats: int = 1
    parallel: bool = False
    nests: tuple[Node, ...] = ()
    lacking: int = 0

    def walk(self) -> Iterator[Place]:
        """The place and all in it, depth first."""
        stack = [self]
        while stack:
            place = stack.pop()
            yield place
            stack.extend(reversed(place.items))


def count_stages(places: Iterable[Place]) -> int:
    return sum(bool(inner.stations) for place in places for inner in place.walk())


def find_places(plan: Plan, style: Style, told: bool | None, shared: Collection[str]) -> tuple[Place, ...]:
    """The places of a figure, folded or not as told, None as the style has it."""
    items = nested(plan.stations, 0, style)
    plain = _Places(plan, None, shared, False).of(items)
    if told is False or (told is None and style == "lenet"):
        return plain
    best = plain
    for level in range((ANY_SHAPES if told else LOOSEST[style]) + 1):
        found = _Places(plan, level, shared, told is True).of(items)
        if count_stages(found) < count_stages(best) * (WORTH if level == ANY_SHAPES else 1):
            best = found
        if count_stages(best) <= MANY:
            break
    return best


@dataclass(frozen=True, slots=True)
class _Level:
    """What stands side by side, in one of the repeats around it."""

    items: tuple[Station | Nest, ...]
    turns: Turns


@dataclass(slots=True)
class _Places:
    """Finds places at one level of folding (None: without any); `eager` folds also what spares little."""

    plan: Plan
    level: int | None
    shared: Collection[str]
    eager: bool
    numbers: int = 0
    _entering: dict[str, list[Line]] = field(default_factory=dict)
    _leaving: dict[str, list[Line]] = field(default_factory=dict)
    _labels: Labels | None = None
    _order: dict[str, int] = field(default_factory=dict)

    def of(self, items: tuple[Station | Nest, ...]) -> tuple[Place, ...]:
        for line in self.plan.lines:
            self._entering.setdefault(line.head, []).append(line)
            self._leaving.setdefault(line.tail, []).append(line)
        self._order = {station.id: place for place, station in enumerate(self.plan.stations)}
        self._labels = None if self.level is None else Labels(LABELS[self.level], self.shared)
        return self._level([_Level(items, ())], [self._folded(items)])

    def _level(self, levels: Sequence[_Level], rows: Sequence[Sequence[Item | None]]) -> tuple[Place, ...]:
        """The places of levels that are alike, each with its row of items."""
        return tuple(self._place(levels, column) for column in zip(*rows, strict=True))

    def _place(self, levels: Sequence[_Level], column: Sequence[Item | None]) -> Place:
        lacking = sum(item is None for item in column)
        given = [(level, item) for level, item in zip(levels, column, strict=True) if item is not None]
        repeats = [(level, item) for level, item in given if isinstance(item, Repeat)]
        if repeats:
            number = self.numbers
            self.numbers += 1
            inside = [
                (replace(level, turns=(*level.turns, (number, turn))), body)
                for level, item in repeats
                for turn, body in enumerate(item.repeats)
            ]
            first = repeats[0][1]
            items = self._level([level for level, _ in inside], [body for _, body in inside])
            return Place((), (), items, len(first.repeats), first.parallel, lacking=lacking)
        found = [(level, level.items[item]) for level, item in given if isinstance(item, int)]
        nests = [(level, item) for level, item in found if isinstance(item, Nest)]
        if nests:
            inner = [_Level(item.items, level.turns) for level, item in nests]
            rows = [self._folded(item.items) for _, item in nests]
            return Place((), (), self._level(inner, rows), nests=tuple(item.node for _, item in nests), lacking=lacking)
        stations = tuple(item for _, item in found if isinstance(item, Station))
        return Place(stations, tuple(level.turns for level, _ in found), lacking=lacking)

    def _folded(self, items: tuple[Station | Nest, ...]) -> tuple[Item, ...]:
        """The items, with repeats folded, in an order in which branches stand together."""
        if len(items) < 2 or not self.plan.lines:
            return tuple(range(len(items)))
        places = {id: (index, place) for index, item in enumerate(items) for place, id in enumerate(self._given(item))}
        vertices = [self._vertex(item, index, places) for index, item in enumerate(items)]
        outputs = sorted({
            index
            for index, item in enumerate(items)
            for station in stations_of(item)
            if station.leaves or any(line.head not in places for line in self._leaving.get(station.id, ()))
        })  # fmt: skip
        found = fold(
            vertices,
            outputs=outputs,
            alone=NEVER,
            saving=NEVER if self._labels is None else 1 if self.eager else 2,
            counted=True,
        )
        return tuple(inner for item in found for inner in self._kept(item, items))

    def _given(self, item: Station | Nest) -> list[str]:
        """The stations of an item, those first that others read: these stand for its outputs, in order."""
        own = [station.id for station in stations_of(item)]
        inside = set(own)
        return sorted(own, key=lambda id: all(line.head in inside for line in self._leaving.get(id, ())))

    def _kept(self, item: Item, items: Sequence[Station | Nest]) -> Iterator[Item]:
        """The item, or what is in it where it is no block to a reader; cut where strides differ."""
        if not isinstance(item, Repeat):
            yield item
            return
        rows = [tuple(self._row(row, items)) for row in item.repeats]
        for group in striding(rows, items):
            count, size = len(group), shown([Repeat(group)])
            small = count <= IN_A_ROW if size == 1 else (count - 1) * size < SAVING
            if count < 2 or (not self.eager and (small or (item.parallel and count < SIDE_BY_SIDE))):
                for row in group:
                    yield from (place for place in row if place is not None)
            else:
                yield from _present(group, item.parallel)

    def _row(self, row: Sequence[Item | None], items: Sequence[Station | Nest]) -> Iterator[Item | None]:
        for place in row:
            if place is None:
                yield None
            else:
                yield from self._kept(place, items)

    def _vertex(self, item: Station | Nest, index: int, places: Mapping[str, tuple[int, int]]) -> Vertex:
        feeds = []
        for place, station in enumerate(stations_of(item)):
            for line in self._entering.get(station.id, ()):
                source, within = places.get(line.tail, (None, 0))
                if source != index:
                    feeds.append(Feed(f"{place}:{line.argument}", source, within * OUTPUTS + line.output))
        label = index if self._labels is None else self._label(item, self._labels)
        return Vertex(label, tuple(feeds), isinstance(item, Station) and self._optional(item))

    def _label(self, item: Station | Nest, labels: Labels) -> Hashable:
        if isinstance(item, Nest):
            own = {station.id: place for place, station in enumerate(stations_of(item))}
            wiring = tuple(
                (own[line.tail], own[id], line.argument)
                for id in own
                for line in self._entering.get(id, ())
                if line.tail in own
            )
            layer = item.node.layer
            shared = layer.path if layer and layer.path in self.shared else None
            return ("nest", shared, wiring, tuple(self._label(inner, labels) for inner in item.items))
        shapes: list[Hashable] = []
        if self.level != ANY_SHAPES:
            shapes.append(tuple(tensor.shape for tensor in item.last.outputs))
        if self.level == EQUAL:
            shapes.append(item.first.call.input_shapes if item.first.call else ())
        return (tuple(labels.of(node) for node in item.nodes), len(item.before), tuple(shapes))

    def _optional(self, station: Station) -> bool:
        """Whether a repeat may lack it: a convolution on the way around others, into a sum.

        Behind a normalisation that begins the block it may not: the others would go around that as well.
        """
        if self.level == EQUAL or station.leaves or station.main.layer is None:
            return False
        sources = {line.tail for line in self._entering.get(station.id, ())}
        heads = {line.head for line in self._leaving.get(station.id, ())}
        if family_of(station.main.layer) != "convolution" or len(sources) != 1 or len(heads) != 1:
            return False
        source, head = *sources, *heads
        before = self.plan.stations[self._order[source]].main.layer
        if before is not None and family_of(before) in FOLLOWING:
            return False
        beside = {line.head for line in self._leaving[source]}
        into = {line.tail for line in self._entering[head]}
        return len(beside) > 1 and len(into) > 1 and station.main.layer.config.get("kernel_size") in ([1, 1], (1, 1), 1)


def _present(rows: tuple[Row, ...], parallel: bool) -> Iterator[Item]:
    """The repeats as one block, without the places that none of them has."""
    places = [column for column in zip(*rows, strict=True) if any(item is not None for item in column)]
    yield Repeat(tuple(zip(*places, strict=True)), parallel)


NEVER = 1 << 40
"""More places than a block has."""

OUTPUTS = 1 << 20
"""More outputs than a call has: sets outputs of different stations inside a nested model apart."""
