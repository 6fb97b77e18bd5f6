"""The dense part of a model: its layers as groups of neurons, and which of them feed which.

    Scene --backwards from the outputs--> calls that work on vectors --forwards--> groups and joints

A call belongs to it where each number of its output is a neuron of a dense layer or goes with one: activations,
normalisations and what computes nothing join the group that they follow. Whatever else gives a vector is a source.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from netviz import catalog
from netviz.analysis.diagram.scene import MOST_CALLS, Node, Scene, Wire, build_scene
from netviz.figures import Role
from netviz.model import Model, Tensor

Work = Literal["dense", "each", "nothing", "join", "merge"]
"""What a call does to vectors: dense connections, a function of each number (or of all, that leaves their number),
nothing to be seen, joining vectors to one, merging vectors of one size number by number."""

UNCHANGING = (
    "InputLayer", "Flatten", "Reshape", "Identity", "Dropout", "AlphaDropout", "GaussianDropout", "GaussianNoise",
    "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "ActivityRegularization",
)  # fmt: skip
"""Classes that leave all numbers as they are when a model is used."""

WORKS: Mapping[str, Work] = {
    "Dense": "dense",
    "Concatenate": "join",
    **dict.fromkeys(("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"), "merge"),
    **dict.fromkeys(UNCHANGING, "nothing"),
    **dict.fromkeys(
        (
            "Activation", "ReLU", "LeakyReLU", "ELU", "Softmax", "ThresholdedReLU", "PReLU", "BatchNormalization",
            "LayerNormalization", "RMSNormalization", "UnitNormalization", "Normalization", "Rescaling",
        ),
        "each",
    ),
}  # fmt: skip
"""By class of Keras."""

MOST_COLUMNS = 40
"""More columns of neurons are no figure."""

SPARE = frozenset({"Dense", "Concatenate", "Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"})
"""Classes that take vectors alone: of more axes their numbers are no neurons in a row."""


@dataclass(slots=True)
class Group:
    """Neurons that stand together: those of a dense call (or of a source, or a merge), and the calls that go with them.

    `main` is the call that they are named after, `nodes` all calls in them, in order, `tensor` the last.
    """

    id: str
    main: Node
    role: Role
    units: int
    column: int
    nodes: list[Node]
    fixed: bool = False

    @property
    def tensor(self) -> Node:
        return self.nodes[-1]


@dataclass(frozen=True, slots=True)
class Joint:
    """The neurons of `tail` feed those of `head`: as the rows from `begin` of its kernel; with `single` one to one."""

    tail: str
    head: str
    begin: int
    single: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """The dense part: groups column by column, joints between them, all of its calls in the order of computation.

    `before` are the calls in front of it, none where all sources are inputs of the model; `cut` the sources that are
    not. `skipped` counts outputs of the model that do not belong to it, `taken` are the groups that are outputs and
    feed others, too.
    """

    scene: Scene
    groups: Mapping[str, Group]
    joints: tuple[Joint, ...]
    nodes: tuple[Node, ...]
    feeds: Mapping[str, tuple[Wire, ...]]
    before: tuple[Node, ...] = ()
    cut: tuple[Node, ...] = ()
    skipped: int = 0
    taken: tuple[str, ...] = ()
    places: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By the id of a call the groups that its output consists of."""


def find_head(model: Model) -> Head | str:
    """The dense part of a model; where there is none, the reason in words."""
    scene = build_scene(model)
    leaves = {node.id: node for node in scene.walk() if not node.children}
    feeds: dict[str, list[Wire]] = {}
    for wire in scene.wires:
        feeds.setdefault(wire.head, []).append(wire)
    ends = [node for node in leaves.values() if node.id in scene.outputs]
    if not ends:
        return "how its layers are connected is not known"
    works = {id: work_of(node, feeds.get(id, ())) for id, node in leaves.items()}
    ended = [node for node in ends if works[node.id]]
    order = _ordered(ended, works, feeds, leaves)
    spatial = _spatial(order, works, feeds, leaves)
    order = _ordered([node for node in ended if node.id not in spatial], {**works, **spatial}, feeds, leaves)
    inside = {node.id for node in order}
    sources = [wire for node in order for wire in feeds.get(node.id, ()) if wire.tail not in inside]
    if not any(works[node.id] == "dense" for node in order):
        return _without_dense(model)
    names = {end.name: place for place, end in enumerate(model.graph.inputs)}
    order.sort(key=lambda node: len(names) if feeds.get(node.id) else names.get(node.name, len(names)))
    every = {node.id: node for node in scene.walk()}  # what is not opened gives tensors, too
    return _Builder(scene, every, works, feeds).head(order, sources, ends)


def _without_dense(model: Model) -> str:
    dense = [layer for layer in model.root.walk() if layer.class_name == "Dense"]
    if not dense:
        return "it has no Dense layer"
    names = {layer.name for layer in dense}
    graphs = [model.graph, *(layer.graph for layer in model.root.walk() if layer.graph)]
    taken = [
        feed.tensor.shape for graph in graphs for call in graph.calls if call.layer in names for feed in call.inputs
    ]
    if any(shape is not None and len(shape) > 2 for shape in taken):
        return "its Dense layers work on sequences or maps, not on vectors"
    if any(shape is None or None in shape[1:] for shape in taken):
        return "how many numbers go into its Dense layers is not known"
    return "no Dense layer ends it"


def work_of(node: Node, wires: Sequence[Wire]) -> Work | None:
    """What a call does to vectors; None where that is nothing that neurons in columns show."""
    layer, call = node.layer, node.call
    if layer is None:
        return "nothing" if size_of(node.outputs) is not None else None
    kind = catalog.find(layer.class_name, layer.module)
    if call is None or kind is None or kind.registered or size_of(call.outputs) is None:
        return None
    work = WORKS.get(kind.class_name)
    if work is None or "ops" in (layer.module or "").split("."):
        from netviz.catalog.functions.configs import Unknown, layer_function  # imports numpy

        bound = layer_function(layer.class_name, layer.module, layer.config)
        work = None if isinstance(bound, Unknown) else "each"
    if work is None or len(call.outputs) != 1 or layer.graph:
        return None
    if kind.class_name == "InputLayer":  # that of a nested model is fed from outside
        return work if len(wires) <= 1 else None
    if len(call.inputs) != len(wires):
        return None
    if not wires or (len(wires) > 1 and work not in ("join", "merge")):
        return None
    ranks = {len(tensor.shape or ()) for tensor in (*call.outputs, *(wire.tensor for wire in wires))}
    if kind.class_name in SPARE and ranks != {2}:
        return None
    sizes = [size_of((wire.tensor,)) for wire in wires]
    total, out = sum(one or 0 for one in sizes), size_of(call.outputs)
    if None in sizes:
        return None
    if work == "dense":
        return work if out == layer.config.get("units", out) else None  # glu halves what comes out
    if work == "merge":
        return work if set(sizes) == {out} else None
    if work == "join" and layer.config.get("axis", -1) not in (-1, 1):
        return None
    if layer.config.get("data_format") == "channels_first" and max(ranks) > 2 and kind.family == "reshaping":
        return None  # the order of the numbers changes
    return work if total == out else None


def size_of(tensors: Sequence[Tensor]) -> int | None:
    """How many numbers a sample of the one tensor has; None where there are more tensors, or an axis is unknown."""
    shape = tensors[0].shape if len(tensors) == 1 else None
    if not shape or None in shape[1:]:
        return None
    return math.prod(axis or 0 for axis in shape[1:]) or None


def _tails(wires: Sequence[Wire]) -> Iterator[str]:
    return (wire.tail for wire in wires)


def tensor_id(wire: Wire) -> str:
    """What tells the tensor: the call that gives it, and as which output where that is not the first."""
    return wire.tail if not wire.output else f"{wire.tail}:{wire.output}"


def _ordered(
    ends: Sequence[Node],
    works: Mapping[str, Work | None],
    feeds: Mapping[str, Sequence[Wire]],
    leaves: Mapping[str, Node],
) -> list[Node]:
    """The calls with a work that the ends depend on without a gap, each after those that feed it."""
    done: dict[str, bool] = {}
    found = []
    stack = [(node.id, False) for node in reversed(ends)]
    while stack:
        id, back = stack.pop()
        if back:
            if not done[id]:
                done[id] = True
                found.append(leaves[id])
            continue
        if id in done or not works.get(id):
            continue
        done[id] = False
        stack.append((id, True))
        stack += [(tail, False) for tail in reversed(list(_tails(feeds.get(id, ())))) if tail in leaves]
    return found


def _spatial(
    order: Sequence[Node],
    works: Mapping[str, Work | None],
    feeds: Mapping[str, Sequence[Wire]],
    leaves: Mapping[str, Node],
) -> dict[str, None]:
    """The calls on tensors of more than one axis behind a source that is no input: they stand before the neurons."""
    inside = {node.id for node in order}
    found: dict[str, None] = {}
    for node in order:
        shape = node.outputs[0].shape or ()
        wires = feeds.get(node.id, ())
        if len(shape) > 2 and any(wire.tail not in inside or wire.tail in found for wire in wires):
            found[node.id] = None
    return found


@dataclass(slots=True)
class _Builder:
    scene: Scene
    every: Mapping[str, Node]
    works: Mapping[str, Work | None]
    feeds: Mapping[str, Sequence[Wire]]
    groups: dict[str, Group] = field(default_factory=dict)
    joints: list[Joint] = field(default_factory=list)
    bundles: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def head(self, order: Sequence[Node], sources: Sequence[Wire], ends: Sequence[Node]) -> Head:
        counts: dict[str, int] = {node.id: 1 for node in ends}
        for node in order:
            for wire in self.feeds.get(node.id, ()):
                counts[tensor_id(wire)] = counts.get(tensor_id(wire), 0) + 1
        cut: dict[str, Node] = {}
        for wire in sources:
            cut.setdefault(wire.tail, self.every[wire.tail])
            id, units = tensor_id(wire), size_of((wire.tensor,))
            if units and len(wire.tensor.shape or ()) == 2 and id not in self.bundles:
                self._open(id, cut[wire.tail], "hidden", units)
                self._settle(id, counts)
        for node in order:
            self._take(node)
            self._settle(node.id, counts)
        feeding = {joint.tail for joint in self.joints}
        final = {id for node in ends if node.id in self.bundles for id in self.bundles[node.id]}
        for group in self.groups.values():
            if group.role == "hidden" and group.id in final and group.id not in feeding:
                group.role = "output"
        self._columns()
        inside = {node.id for node in order}
        return Head(
            self.scene, self.groups, tuple(self.joints), tuple(order),
            {node.id: tuple(self.feeds.get(node.id, ())) for node in order},
            self._before(inside, tuple(cut)), tuple(cut.values()),
            sum(node.id not in self.bundles for node in ends),
            tuple(id for id in self.groups if id in final and id in feeding),
            self.bundles,
        )  # fmt: skip

    def _open(self, id: str, node: Node, role: Role, units: int) -> None:
        self.groups[id] = Group(id, node, role, units, 0, [node])
        self.bundles[id] = (id,)

    def _settle(self, id: str, counts: Mapping[str, int]) -> None:
        """What several take is not to be changed for one of them."""
        if counts.get(id, 0) > 1:
            for member in self.bundles[id]:
                self.groups[member].fixed = True

    def _take(self, node: Node) -> None:
        work, wires = self.works[node.id], self.feeds.get(node.id, ())
        tails = [self.bundles.get(tensor_id(wire)) for wire in wires]
        size = size_of(node.outputs) or 0
        if not wires:
            self._open(node.id, node, "input", size)
        elif None in tails:  # the tensor of a source that is no vector: this call makes it one
            self._open(node.id, node, "hidden", size)
        elif work == "join":
            self.bundles[node.id] = tuple(id for bundle in tails for id in bundle or ())
        elif work in ("dense", "merge"):
            self._open(node.id, node, "hidden", size)
            for bundle in tails:
                self._feed(bundle or (), node.id, work == "merge")
        else:
            self._follow(node, tails[0] or (), work == "each")

    def _follow(self, node: Node, bundle: tuple[str, ...], computes: bool) -> None:
        """Lets a call join the groups that it follows, or be a group where others see these without it."""
        if computes and any(self.groups[id].fixed for id in bundle):
            self._open(node.id, node, "hidden", size_of(node.outputs) or 0)
            self._feed(bundle, node.id, True)
            return
        self.bundles[node.id] = bundle
        for id in bundle:
            group = self.groups[id]
            if computes or not group.fixed:
                group.nodes.append(node)

    def _feed(self, bundle: tuple[str, ...], head: str, single: bool) -> None:
        begin = 0
        for id in bundle:
            self.joints.append(Joint(id, head, begin, single))
            begin += self.groups[id].units

    def _columns(self) -> None:
        for joint in self.joints:  # in the order of computation: what feeds stands before what it feeds
            head = self.groups[joint.head]
            head.column = max(head.column, self.groups[joint.tail].column + 1)
        first: dict[str, int] = {}
        for joint in self.joints:
            first[joint.tail] = min(first.get(joint.tail, MOST_CALLS), self.groups[joint.head].column)
        fed = {joint.head for joint in self.joints}
        for id, column in first.items():
            if id not in fed:  # what enters stands beside what it is joined with, not in front of it all
                self.groups[id].column = column - 1
        last = max(group.column for group in self.groups.values())
        for group in self.groups.values():
            if group.role == "output":
                group.column = last

    def _before(self, inside: set[str], cut: Sequence[str]) -> tuple[Node, ...]:
        """The calls in front of the groups, without those that the groups are named after and without inputs."""
        own = {group.main.id for group in self.groups.values()}
        found: dict[str, Node] = {}
        stack = list(cut)
        seen = set(stack)
        while stack:
            id = stack.pop()
            node = self.every.get(id)
            if node and node.layer and node.id not in own and node.layer.class_name != "InputLayer":
                found[id] = node
            for tail in _tails(self.feeds.get(id, ())):
                if tail not in seen and tail not in inside:
                    seen.add(tail)
                    stack.append(tail)
        return tuple(found[id] for id in self.every if id in found)
