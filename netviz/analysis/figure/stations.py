"""What a figure of a flow draws, before it is folded: stations of one or more calls, and the lines between them.

A scene's calls are left out where they compute nothing to be seen, and a layer takes along the normalisation and
activation that follow it alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from netviz.analysis.diagram.scene import Node, Scene, Wire
from netviz.analysis.figure.quiet import OPERATORS, RESHAPES, is_operation, is_quiet, opens, operation, repeats_in_time
from netviz.analysis.subjects import family_of
from netviz.figures import Style
from netviz.views import Family

FOLLOWING: frozenset[Family] = frozenset({"normalisation", "activation"})
"""What goes along with the layer before it."""

LEADING: frozenset[Family] = frozenset({"convolution", "dense", "recurrent", "attention"})
"""What takes along, in figures in space, the normalisation and activation that stand alone before it."""


@dataclass(slots=True)
class Station:
    """Calls that are drawn as one: `before` and `after` are the normalisations and activations around the `main` one.

    `around` are the nested models that it stands in, the outermost first. `leaves`: its tensor leaves the model.
    """

    main: Node
    around: tuple[Node, ...]
    before: tuple[Node, ...] = ()
    after: tuple[Node, ...] = ()
    leaves: bool = False

    @property
    def id(self) -> str:
        return self.main.id

    @property
    def nodes(self) -> tuple[Node, ...]:
        """All its calls, the main one first."""
        return (self.main, *self.before, *self.after)

    @property
    def first(self) -> Node:
        return self.before[0] if self.before else self.main

    @property
    def last(self) -> Node:
        return self.after[-1] if self.after else self.main


@dataclass(frozen=True, slots=True)
class Line:
    """A tensor from one station to another: a wire without what is left out on its way."""

    tail: str
    head: str
    output: int
    argument: str
    shape: tuple[int | None, ...] | None


@dataclass(frozen=True, slots=True)
class Plan:
    """Stations in the order of computation and their lines; `omitted` are the calls that no station stands for.

    `leaf` gives for the path of any call in the scene the leaf that draws it, `station` for a leaf its station.
    """

    stations: tuple[Station, ...]
    lines: tuple[Line, ...]
    omitted: tuple[Node, ...]
    leaf: Mapping[str, str]
    station: Mapping[str, str]

    def of(self, id: str) -> str | None:
        """The station that stands for a call, None where it is left out or open."""
        return self.station.get(self.leaf.get(id, ""))


@dataclass(slots=True)
class _Leaf:
    node: Node
    around: tuple[Node, ...]
    feeds: list[Wire] = field(default_factory=list)


def build_plan(scene: Scene, style: Style, omit: Collection[str], shared: Collection[str]) -> Plan:
    """The stations of a scene, without the calls to `omit` and those that the style leaves out.

    `shared` are the paths of layers called more than once: these stand alone.
    """
    leaves, leaf = _leaves(scene)
    for wire in scene.wires:
        tail, head = leaf.get(wire.tail), leaf.get(wire.head)
        if tail is not None and head is not None and tail != head:
            leaves[head].feeds.append(Wire(tail, head, wire.output, wire.argument, wire.tensor))
    outputs = {leaf[id] for id in scene.outputs if id in leaf}
    gone = {id for id, one in leaves.items() if id in omit or _left_out(one, style)}
    if all(id in gone or leaves[id].node.layer is None for id in leaves):
        gone = {id for id in gone if id in omit}
    feeds, leaving = _joined(leaves, gone, outputs)
    stations = _stations(leaves, feeds, gone, leaving, shared)
    if style != "blocks":
        gone |= _led(stations, feeds, shared)
        feeds, leaving = _joined(leaves, gone, outputs)
    kept = {station.main.id: station for station in stations if station.main.id not in gone}
    station = {node.id: id for id, one in kept.items() for node in one.nodes}
    for one in kept.values():
        one.leaves = any(node.id in leaving for node in one.nodes)
    return Plan(
        tuple(kept.values()),
        tuple(_lines(feeds, station, leaves)),
        tuple(one.node for id, one in leaves.items() if id not in station),
        leaf,
        station,
    )


def _leaves(scene: Scene) -> tuple[dict[str, _Leaf], dict[str, str]]:
    """The calls that are not opened, in order, and by the path of each call the leaf that it is in.

    A nested model whose outputs come from nobody knows where stays closed. A model inside a wrapper stands open in the
    wrapper's place, and gives what the wrapper gives.
    """
    tails = {wire.tail for wire in scene.wires} | scene.outputs
    leaves: dict[str, _Leaf] = {}
    leaf: dict[str, str] = {}
    ends: dict[str, str] = {}
    stack: list[tuple[Node, tuple[Node, ...]]] = [(node, ()) for node in reversed(scene.nodes)]
    while stack:
        node, around = stack.pop()
        if node.children and node.layer and opens(node.layer) and node.id not in tails:
            stack.extend((child, (*around, node)) for child in reversed(node.children))
            continue
        if end := _end_of_wrapped(node):
            inner = node.children[0]
            stack.extend((child, (*around, node)) for child in reversed(inner.children))
            ends[node.id] = end
            continue
        leaves[node.id] = _Leaf(node, around)
        leaf.update((inner.id, node.id) for inner in node.walk())
    leaf.update((id, leaf[end]) for id, end in ends.items() if end in leaf)
    return leaves, leaf


def _end_of_wrapped(node: Node) -> str:
    """The call in a model that a wrapper applies to each step, that gives what the model gives; "" for others."""
    inner = node.children[0] if node.layer and repeats_in_time(node.layer) and len(node.children) == 1 else None
    if inner is None or inner.layer is None or not inner.children or not opens(inner.layer):
        return ""
    graph = inner.layer.graph
    outputs = graph.outputs if graph else ()
    source = outputs[0].source if len(outputs) == 1 else None
    if source is None or not 0 <= source.call < len(inner.children):
        return ""
    end = inner.children[source.call]
    return "" if end.children else end.id


def _left_out(one: _Leaf, style: Style) -> bool:
    layer = one.node.layer
    if layer is None:
        return False
    if is_quiet(layer, style) or (one.around and family_of(layer) == "input-output"):
        return True
    if style == "blocks" or operation(layer) not in RESHAPES or one.node.call is None:
        return False
    shape = one.node.outputs[0].shape if one.node.outputs else None
    before = next(iter(one.node.call.input_shapes), None)
    if shape is None or before is None:
        return True
    given, taken = ([axis for axis in one[1:] if axis != 1] for one in (shape, before))
    return len(given) < 2 or sorted(map(str, given)) == sorted(map(str, taken))


def _joined(
    leaves: Mapping[str, _Leaf], gone: Collection[str], outputs: Collection[str]
) -> tuple[dict[str, list[Wire]], set[str]]:
    """What feeds each leaf that is left, and which of them give what leaves the model, through all that is gone."""
    through: dict[str, list[Wire]] = {}
    feeds: dict[str, list[Wire]] = {}
    leaving: set[str] = set()
    for id, one in leaves.items():
        found: dict[tuple[str, int, str], Wire] = {}
        for wire in one.feeds:
            for source in through.get(wire.tail, ()) if wire.tail in gone else (wire,):
                found.setdefault(
                    (source.tail, source.output, wire.argument),
                    Wire(source.tail, id, source.output, wire.argument, source.tensor),
                )
        (through if id in gone else feeds)[id] = [*found.values()]
        if id in outputs:
            leaving |= {wire.tail for wire in found.values()} if id in gone else {id}
    return feeds, leaving


def _stations(
    leaves: Mapping[str, _Leaf],
    feeds: Mapping[str, list[Wire]],
    gone: Collection[str],
    leaving: Collection[str],
    shared: Collection[str],
) -> list[Station]:
    """The stations, where what follows a layer alone is in its station.

    Where a model normalises what goes on beside it as well (blocks that begin with their normalisation), what is of
    the same class goes along with no sum anywhere: the last block of all ends as the others do.
    """
    readers: dict[str, set[str]] = {}
    for head, wires in feeds.items():
        for wire in wires:
            readers.setdefault(wire.tail, set()).add(head)
    following: dict[str, str] = {}
    ahead: set[str] = set()
    for id, one in leaves.items():
        tails = {wire.tail for wire in feeds.get(id, ())}
        if id in gone or len(tails) != 1 or not _follows(one.node, len(feeds[id])):
            continue
        tail = next(iter(tails))
        if readers[tail] == {id} and tail not in leaving:
            following[id] = tail
        elif not _holds(leaves[tail].node):
            ahead.add(_class(one.node))
    stations: dict[str, Station] = {}
    by_last: dict[str, Station] = {}
    for id, one in leaves.items():
        if id in gone:
            continue
        tail = following.get(id, "")
        before = by_last.get(tail)
        if (
            before is not None
            and (_class(one.node) not in ahead or _holds(before.main))
            and before.around == one.around
            and _takes(before.main, shared)
            and (one.node.layer is None or one.node.layer.path not in shared)
        ):
            before.after = (*before.after, one.node)
            del by_last[tail]
            by_last[id] = before
        else:
            stations[id] = by_last[id] = Station(one.node, one.around)
    return [*stations.values()]


def _follows(node: Node, feeds: int) -> bool:
    """Whether a call goes along with the one before it."""
    layer = node.layer
    if layer is None or node.children or node.call is None:
        return False
    if is_operation(layer) and operation(layer) in OPERATORS:
        return feeds == 1
    return family_of(layer) in FOLLOWING and not layer.layers


def _holds(node: Node) -> bool:
    """Whether a call takes along what follows it wherever it stands: a layer with weights, what goes along itself."""
    return node.layer is not None and family_of(node.layer) in LEADING | FOLLOWING


def _class(node: Node) -> str:
    return operation(node.layer) if node.layer else ""


def _takes(node: Node, shared: Collection[str]) -> bool:
    """Whether a call may be followed in its station."""
    layer = node.layer
    return layer is not None and family_of(layer) not in ("input-output", "model") and layer.path not in shared


def _led(stations: list[Station], feeds: Mapping[str, list[Wire]], shared: Collection[str]) -> set[str]:
    """Puts a normalisation or activation that stands alone into the station that alone reads it.

    Gives the ids of those that go into none: in space they are not drawn.
    """
    owner = {node.id: station for station in stations for node in station.nodes}
    sources: dict[str, set[str]] = {}
    readers: dict[str, set[str]] = {}
    for head, wires in feeds.items():
        for wire in wires:
            tail = owner[wire.tail].id
            if tail != owner[head].id:
                sources.setdefault(owner[head].id, set()).add(tail)
                readers.setdefault(tail, set()).add(owner[head].id)
    gone: set[str] = set()
    for station in stations:
        layer = station.main.layer
        if layer is None or family_of(layer) not in FOLLOWING or layer.layers or station.main.call is None:
            continue
        heads = readers.get(station.id, set())
        reader = owner[next(iter(heads))] if len(heads) == 1 else None
        own = reader.main.layer if reader else None
        if (
            reader is not None
            and own is not None
            and family_of(own) in LEADING
            and sources[reader.id] == {station.id}
            and own.path not in shared
            and not reader.before
        ):
            reader.before = station.nodes
            gone.add(station.id)
        elif heads and sources.get(station.id):
            gone.update(node.id for node in station.nodes)
    stations[:] = [station for station in stations if station.id not in gone]
    led = {node.id for station in stations for node in station.nodes}
    return gone - led


def _lines(feeds: Mapping[str, list[Wire]], station: Mapping[str, str], leaves: Mapping[str, _Leaf]) -> Iterator[Line]:
    for head, wires in feeds.items():
        for wire in wires:
            tail, end = station.get(wire.tail), station.get(head)
            if tail is not None and end is not None and tail != end:
                outputs = leaves[wire.tail].node.outputs
                tensor = outputs[wire.output] if wire.output < len(outputs) else wire.tensor
                shape = tensor.shape[1:] if tensor.shape is not None else None
                yield Line(tail, end, wire.output, wire.argument, shape)
