"""A scene as blocks: what repeats stands once, each place in it with the calls of all repeats.

Joins the search for repeats (`fold`), which knows numbers only, to the calls of a model.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from netviz.analysis.diagram.fold import Feed, Item, Repeat, Vertex, fold
from netviz.analysis.diagram.labels import LEVELS, Labels
from netviz.analysis.diagram.scene import Node, Scene, Wire

USUAL_MOST = 40
"""Boxes above which repeats are folded unless told otherwise, and down to which folding gets looser step by step."""


BLOCK_LEAST = 5
"""Boxes of a block that is one where it stands alone, too: a convolution with its normalisation is none."""


LOOSE_SAVING = 3
"""Boxes that folding loosely has to spare: two convolutions in a row, of different size, are no repeat to a reader."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Which repeat of which block a call stands in: the `number`-th (from 0) of `count`."""

    block: int
    number: int
    count: int
    parallel: bool


Turns: TypeAlias = tuple[Turn, ...]
"""Of the blocks around a call, the outermost first."""


@dataclass(frozen=True, slots=True)
class Block:
    """A place of a diagram: calls that are drawn as one, alone or with places inside.

    A block that repeats has no nodes of its own but `repeats`: how many there are, once for each repeat of the block
    around it, and a `number` by which the turns of the calls inside name it. `lacking` of the repeats around have
    nothing in this place.
    """

    nodes: tuple[Node, ...]
    turns: tuple[Turns, ...]
    children: tuple[Block, ...] = ()
    repeats: tuple[int, ...] = ()
    parallel: bool = False
    lacking: int = 0
    number: int = -1

    def walk(self) -> Iterator[Block]:
        """The block and every one inside, depth first."""
        stack = [self]
        while stack:
            block = stack.pop()
            yield block
            stack.extend(reversed(block.children))


def count_boxes(blocks: Sequence[Block]) -> int:
    """How many boxes a picture of the blocks has."""
    return sum(not inner.children for block in blocks for inner in block.walk())


def _size(blocks: Sequence[Block]) -> tuple[int, int]:
    """How many boxes, and of pictures with as many how many groups: what is easier to read is smaller."""
    return count_boxes(blocks), sum(bool(inner.children) for block in blocks for inner in block.walk())


def find_blocks(scene: Scene, fold: bool | int | None, shared: Collection[str] = ()) -> tuple[Block, ...]:
    """The blocks of a scene, folded as told.

    `fold` is a level (see `labels`), False for not at all, True for the first level with no more than `USUAL_MOST`
    boxes, else the one with the fewest; None folds like True what has more than that unfolded. `shared` are
    the paths of layers that are called more than once.
    """
    if fold is not None and not isinstance(fold, bool):
        return _Folding(scene, Labels(fold, shared)).blocks()
    plain = _Folding(scene, None).blocks()
    if fold is False or (fold is None and count_boxes(plain) <= USUAL_MOST):
        return plain
    best = plain
    for level in LEVELS:
        found = _Folding(scene, Labels(level, shared)).blocks()
        if _size(found) < _size(best):
            best = found
        if count_boxes(best) <= USUAL_MOST:
            break
    return best


@dataclass(frozen=True, slots=True)
class _Level:
    """Nodes that stand side by side, in one or more repeats of what is around them."""

    nodes: tuple[Node, ...]
    items: tuple[Item | None, ...]
    turns: Turns


@dataclass(slots=True)
class _Folding:
    scene: Scene
    labels: Labels | None
    numbers: int = 0
    _entering: dict[str, list[Wire]] = field(default_factory=dict)
    _heads: dict[str, list[str]] = field(default_factory=dict)

    def blocks(self) -> tuple[Block, ...]:
        for wire in self.scene.wires:
            self._entering.setdefault(wire.head, []).append(wire)
            self._heads.setdefault(wire.tail, []).append(wire.head)
        return self._level([_Level(self.scene.nodes, self._items(self.scene.nodes), ())])

    def _items(self, nodes: tuple[Node, ...]) -> tuple[Item, ...]:
        if self.labels is None or len(nodes) < 2:
            return tuple(range(len(nodes)))
        inside = {inner.id: index for index, node in enumerate(nodes) for inner in node.walk()}
        leaving = {index for id, index in inside.items() if self._leaves(id, inside)}
        vertices = _vertices(nodes, self._entering, self.labels)
        return fold(
            vertices, outputs=sorted(leaving), alone=BLOCK_LEAST, saving=1 if self.labels.level == 1 else LOOSE_SAVING
        )

    def _leaves(self, id: str, inside: Collection[str]) -> bool:
        """Whether a call gives what leaves the model, or is read by another than those inside."""
        return id in self.scene.outputs or any(head not in inside for head in self._heads.get(id, ()))

    def _level(self, levels: Sequence[_Level]) -> tuple[Block, ...]:
        """The blocks of levels that are alike, place by place."""
        return tuple(
            self._block([replace(level, items=(item,)) for level, item in zip(levels, items, strict=True)])
            for items in zip(*(level.items for level in levels), strict=True)
        )

    def _block(self, places: Sequence[_Level]) -> Block:
        """The block of one place, of which each level has one item, or None where it lacks it."""
        given = [place for place in places if place.items[0] is not None]
        lacking = len(places) - len(given)
        if isinstance(given[0].items[0], Repeat):
            return replace(self._repeated(given), lacking=lacking)
        nodes = tuple(place.nodes[item] for place in given for item in place.items if isinstance(item, int))
        turns = tuple(place.turns for place in given)
        inside = [
            _Level(node.children, self._items(node.children), turn) for node, turn in zip(nodes, turns, strict=True)
        ]
        alike = len({len(level.items) for level in inside}) == 1
        return Block(nodes, turns, self._level(inside) if alike and nodes[0].children else (), lacking=lacking)

    def _repeated(self, places: Sequence[_Level]) -> Block:
        number = self.numbers
        self.numbers += 1
        found = [(place, item) for place in places for item in place.items if isinstance(item, Repeat)]
        levels = [
            _Level(place.nodes, body, (*place.turns, Turn(number, turn, len(item.repeats), item.parallel)))
            for place, item in found
            for turn, body in enumerate(item.repeats)
        ]
        repeats = tuple(len(item.repeats) for _, item in found)
        parallel = all(item.parallel for _, item in found)
        return Block((), (), self._level(levels), repeats, parallel, number=number)


def _vertices(nodes: tuple[Node, ...], wires: Mapping[str, list[Wire]], labels: Labels) -> list[Vertex]:
    """The nodes of one level as `fold` takes them; what enters from other levels has no source."""
    places = {inner.id: (index, place) for index, node in enumerate(nodes) for place, inner in enumerate(node.walk())}

    def feeds(index: int, node: Node) -> Iterator[Feed]:
        for place, inner in enumerate(node.walk()):
            for wire in wires.get(inner.id, ()):
                source, within = places.get(wire.tail, (None, 0))
                if source != index:
                    yield Feed(f"{place}:{wire.argument}", source, within * OUTPUTS + wire.output)

    return [
        Vertex(labels.of(node), tuple(feeds(index, node)), labels.optional(node)) for index, node in enumerate(nodes)
    ]


OUTPUTS = 1 << 20
"""More outputs than a call has: sets outputs of different calls inside a nested model apart."""
