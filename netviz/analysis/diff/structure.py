"""The layers of two models as numbered nodes of graphs, in the form in which they can be matched."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise

from netviz.analysis.diff.configs import INSIDE, USERS, class_of, normal_config, written
from netviz.catalog.naming import snake_case
from netviz.model import ENTERING, Graph, Layer, Model, TensorRef

Slot = tuple[str, int, int, int]
"""By what a tensor goes from one layer to the next: the argument, the number of the call that takes it, of the call
that gives it, and of the output there."""

End = tuple[str, int]
"""Where a graph begins or ends: ("in", 0) is its first input."""

AUTOMATIC = {
    "InputLayer": ("input", "input_layer", "keras_tensor"),
    "Functional": ("functional", "model"),
    "Model": ("functional", "model"),
}
"""What Keras calls layers of a class that were given no name, where it is not the class in snake case."""


@dataclass(slots=True)
class Node:
    """A layer in its graph. `content` is a number that layers of one class and one config share, whatever they are
    called; `takes` and `gives` are its neighbours, of which ends of the graph are one kind."""

    number: int
    layer: Layer
    parent: int
    content: int = -1
    known: str | None = None
    automatic: bool = False
    members: list[int] = field(default_factory=list)
    takes: list[tuple[Slot, int | End]] = field(default_factory=list)
    gives: list[tuple[Slot, int | End]] = field(default_factory=list)


@dataclass(slots=True)
class Side:
    """All layers of one model, the model itself first, each before those it holds."""

    model: Model
    nodes: list[Node]

    def wiring(self, number: int) -> list[tuple[object, ...]]:
        """How the layers in a node are joined, with them numbered from 0."""
        members = self.nodes[number].members
        places: dict[int | End, int | End] = {member: place for place, member in enumerate(members)}
        return [
            (place, slot, places.get(source, source))
            for place, member in enumerate(members)
            for slot, source in self.nodes[member].takes
        ]


class Contents:
    """Gives a number to whatever can be compared, the same for what is equal."""

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}

    def number(self, value: Hashable) -> int:
        return self._numbers.setdefault(value, len(self._numbers))


def build_side(model: Model) -> Side:
    """The model's layers as nodes, without their contents."""
    nodes = [Node(0, model.root, -1, known=class_of(model.root))]
    pending = [0]
    while pending:
        number = pending.pop()
        graph = nodes[number].layer.graph
        if graph is None:
            continue
        by_name: dict[str, int] = {}
        for layer in graph.layers:
            known = class_of(layer)
            node = Node(len(nodes), layer, number, known=known, automatic=is_automatic(layer.name, known))
            nodes.append(node)
            by_name[layer.name] = node.number
        nodes[number].members = list(by_name.values())
        _wire(nodes, graph, by_name, nodes[number].members)
        pending += reversed(nodes[number].members)
    return Side(model, nodes)


def _wire(nodes: list[Node], graph: Graph, by_name: dict[str, int], members: list[int]) -> None:
    if not graph.calls:  # the order in which layers stand is all that is known
        for one, other in pairwise(members):
            nodes[one].gives.append((("", 1, 1, 0), other))
            nodes[other].takes.append((("", 1, 1, 0), one))
        return
    which: dict[int, tuple[int, int]] = {}
    calls: dict[str, int] = {}
    for call in graph.calls:
        calls[call.layer] = calls.get(call.layer, 0) + 1
        if call.layer in by_name:
            which[call.id] = (by_name[call.layer], calls[call.layer])
    for call in graph.calls:
        if call.id not in which:
            continue
        number, nth = which[call.id]
        for feed in call.inputs:
            source = feed.source
            if source is None:
                continue
            if source.call == ENTERING:
                nodes[number].takes.append(((feed.argument, nth, 1, source.index), ("in", source.index)))
            elif source.call in which:
                giver, given = which[source.call]
                slot = (feed.argument, nth, given, source.index)
                nodes[number].takes.append((slot, giver))
                nodes[giver].gives.append((slot, number))
    for kind, ends in (("in", graph.inputs), ("out", graph.outputs)):
        for place, end in enumerate(ends):
            _end(nodes, which, kind, place, end.source)


def _end(nodes: list[Node], which: dict[int, tuple[int, int]], kind: str, place: int, source: TensorRef | None) -> None:
    if source is not None and source.call in which:
        number, nth = which[source.call]
        slot = ("", nth, nth, source.index)
        (nodes[number].takes if kind == "in" else nodes[number].gives).append((slot, (kind, place)))


@lru_cache(maxsize=16384)
def is_automatic(name: str, class_name: str | None) -> bool:
    """Whether Keras made the name after the class: "dense_3". It counts the layers of a session, so it tells little."""
    if class_name is None:
        return False
    class_name = class_name.removeprefix(USERS)
    base = re.sub(r"_\d+$", "", name)
    base = re.sub(r"^(forward|backward)_", "", base)
    if base.startswith("tf."):  # what Keras 2 calls TensorFlow's functions
        return True
    return base in AUTOMATIC.get(class_name, ()) or base in (snake_case(class_name), class_name.lower())


def fill_contents(sides: Iterable[Side]) -> None:
    """Numbers the layers of the sides by class and config, or by the shapes of weights where classes are unknown."""
    sides = list(sides)
    untold = any(side.nodes[0].known is None for side in sides)
    contents = Contents()
    own: Callable[[Node], Hashable] = _shapes if untold else _settings
    for side in sides:
        for node in reversed(side.nodes):  # what is inside has larger numbers
            inside: tuple[object, ...] = tuple(side.nodes[member].content for member in node.members)
            if inside and not untold:
                inside += (tuple(map(repr, side.wiring(node.number))),)
            node.content = contents.number((own(node), inside))


def _settings(node: Node) -> Hashable:
    return (node.known or node.layer.name, written(normal_config(node.layer)))


def _shapes(node: Node) -> Hashable:
    shapes = tuple((weight.tensor.shape, weight.tensor.dtype) for weight in node.layer.weights)
    return shapes or node.layer.name


def digest(side: Side) -> bytes:
    """A digest of names, contents and wiring: what decides which of two models is taken first, whatever their order."""
    sums = blake2b(digest_size=16)
    for node in side.nodes:
        sums.update(
            f"{node.parent} {node.layer.name!r} {node.known} {node.takes} {node.gives}".encode(errors="replace")
        )
        inside = INSIDE if node.members else ()  # these are nodes themselves, and written there
        config = {key: value for key, value in node.layer.config.items() if key not in inside}
        sums.update(written(config).encode(errors="replace"))
        sums.update(repr([(w.name, w.tensor) for w in node.layer.weights]).encode(errors="replace"))
    return sums.digest()
