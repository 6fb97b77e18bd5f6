"""A model as a tree of calls, joined by wires that run through the borders of nested models.

Between `Model`, where each graph numbers its own calls, and a diagram, where boxes of all levels stand in one picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from netviz.model import ENTERING, Call, Feed, Graph, Layer, Model, Tensor, TensorRef

MOST_CALLS = 20_000
"""Calls that a scene opens. A model inside a model inside a model …, each called twice, has more than can be drawn."""


@dataclass(frozen=True, slots=True)
class Node:
    """One call of a layer with what is inside it; or a layer of which no call is known, then `call` is None.

    `id` is the call's path and unique in the scene. A node without a layer is an end: a tensor that enters the model.
    A `stub` stands for a call that is not part of what is shown.
    """

    id: str
    name: str
    layer: Layer | None
    call: Call | None
    outputs: tuple[Tensor, ...]
    children: tuple[Node, ...] = ()
    stub: bool = False

    def walk(self) -> Iterator[Node]:
        """The node and every node inside, depth first."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.children))

    @property
    def leaves(self) -> Iterator[Node]:
        """The nodes inside that hold no others; the node itself if it is one."""
        return (node for node in self.walk() if not node.children)


@dataclass(frozen=True, slots=True)
class Wire:
    """A tensor from the node `tail`, as its `output`-th, to the node `head`, as `argument`."""

    tail: str
    head: str
    output: int
    argument: str
    tensor: Tensor


@dataclass(frozen=True, slots=True)
class Scene:
    """The nodes at the top, the wires between nodes of any level, and the nodes whose tensors leave the model.

    `cut` tells that not every nested model is open, since there are more calls than can be drawn.
    """

    nodes: tuple[Node, ...]
    wires: tuple[Wire, ...]
    outputs: frozenset[str] = frozenset()
    cut: bool = False

    def walk(self) -> Iterator[Node]:
        """Every node, depth first."""
        for node in self.nodes:
            yield from node.walk()


def build_scene(model: Model, *, depth: int | None = None) -> Scene:
    """The calls of a model to `depth` levels (1: those of the model itself; None: all) and the wires between them."""
    builder = _Builder(depth)
    nodes = builder.level(model.graph, _Surroundings(""), 1)
    return Scene(
        (*builder.entrances.values(), *nodes), tuple(builder.wires), frozenset(builder.outputs), builder.room <= 0
    )


@dataclass(slots=True)
class _Surroundings:
    """What lies around a graph: the id of the node that holds it, and what is fed into that."""

    id: str
    feeds: tuple[Feed, ...] = ()
    sources: tuple[tuple[str, int] | None, ...] = ()


@dataclass(slots=True)
class _Builder:
    depth: int | None
    wires: list[Wire] = field(default_factory=list)
    entrances: dict[int, Node] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    room: int = MOST_CALLS
    outputs: set[str] = field(default_factory=set)
    exits: dict[tuple[str, int], tuple[str, int]] = field(default_factory=dict)
    """By node and output that of the node inside which gives it."""

    def level(self, graph: Graph, around: _Surroundings, level: int) -> tuple[Node, ...]:
        """The nodes of a graph; its wires, and those of all graphs inside, are added."""
        layers = {layer.name: layer for layer in graph.layers}
        counts: dict[str, int] = {}
        names: list[str] = []
        for call in graph.calls:
            counts[call.layer] = counts.get(call.layer, 0) + 1
            names.append(self._id(around.id, call.layer, counts[call.layer]))
        nodes = []
        entered: set[int] = set()
        for call, name in zip(graph.calls, names, strict=True):
            layer = layers[call.layer]
            sources = tuple(self._source(feed.source, names, graph, around, feed.tensor) for feed in call.inputs)
            entered.update(feed.source.index for feed in call.inputs if feed.source and feed.source.call == ENTERING)
            children = self._inside(layer, call, name, sources, level)
            if not children:
                self._join(call.inputs, sources, name)
            nodes.append(Node(name, layer.name, layer, call, call.outputs, children))
        called = counts.keys()
        for layer in graph.layers:
            if layer.name not in called:
                name = self._id(around.id, layer.name, 1)
                nodes.append(Node(name, layer.name, layer, None, (), self._inside(layer, None, name, (), level)))
        for place, (feed, source) in enumerate(zip(around.feeds, around.sources, strict=True)):
            entry = graph.inputs[place].source if place < len(graph.inputs) else None
            if entry and 0 <= entry.call < len(names):
                self._join((feed,), (source,), names[entry.call])
            elif place not in entered:
                self._join((feed,), (source,), around.id)
        for place, end in enumerate(graph.outputs):
            given = self._source(end.source, names, graph, around, end.tensor)
            if given and around.id:
                self.exits[around.id, place] = given
            elif given:
                self.outputs.add(given[0])
        return tuple(nodes)

    def _inside(
        self, layer: Layer, call: Call | None, name: str, sources: tuple[tuple[str, int] | None, ...], level: int
    ) -> tuple[Node, ...]:
        graph = layer.graph
        if graph is None or not graph.layers or (self.depth is not None and level >= self.depth) or self.room <= 0:
            return ()
        self.room -= len(graph.calls)
        return self.level(graph, _Surroundings(name, call.inputs if call else (), sources), level + 1)

    def _source(
        self, reference: TensorRef | None, names: list[str], graph: Graph, around: _Surroundings, tensor: Tensor
    ) -> tuple[str, int] | None:
        """The node that gives a tensor, inside of nested models, and as which output."""
        if reference is None:
            return None
        if reference.call == ENTERING:
            if around.id:
                return around.sources[reference.index] if reference.index < len(around.sources) else None
            return self._end(reference.index, graph, tensor), 0
        if not 0 <= reference.call < len(names):
            return None
        found = names[reference.call], reference.index
        return self.exits.get(found, found)

    def _end(self, index: int, graph: Graph, tensor: Tensor) -> str:
        """The id of the box where the model's `index`-th input enters, made where there is none yet."""
        if index not in self.entrances:
            end = graph.inputs[index] if index < len(graph.inputs) else None
            node = Node(
                self._id("", f"input:{index}", 1), end.name if end else f"input {index + 1}", None, None,
                (end.tensor if end else tensor,),
            )  # fmt: skip
            self.entrances[index] = node
        return self.entrances[index].id

    def _join(self, feeds: tuple[Feed, ...], sources: tuple[tuple[str, int] | None, ...], head: str) -> None:
        for feed, source in zip(feeds, sources, strict=True):
            if source is not None:
                self.wires.append(Wire(source[0], head, source[1], feed.argument, feed.tensor))

    def _id(self, around: str, name: str, number: int) -> str:
        """A path that no other node has: `around/name`, from the second call on with its number."""
        path = f"{around}/{name}" if around else name
        found = path if number == 1 else f"{path}#{number}"
        while found in self.ids:
            found += "'"
        self.ids.add(found)
        return found
