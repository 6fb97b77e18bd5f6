"""Two models as one scene: calls of both that are counterparts are one node, the others stand where they stood.

Of layers that moved the place in the second model holds, so wires of the first may lead backwards.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from netviz.analysis.diagram.scene import Node, Scene, Wire, build_scene
from netviz.analysis.diff.results import LayerDiff, ModelDiff

Key: TypeAlias = tuple[str, str, int, str]
"""What tells wires apart: tail, head, output, argument."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """A node of both models: `a` of the first, `b` of the second, either None; `diff` is that of the layer."""

    a: Node | None
    b: Node | None
    diff: LayerDiff | None


@dataclass(frozen=True, slots=True)
class Union:
    """The scene of two models; what met in each node, by its id; and the wires that only one of both has.

    Both are `connected` where both say how their layers are.
    """

    scene: Scene
    meetings: Mapping[str, Meeting]
    fates: Mapping[Key, Literal["added", "removed"]]
    connected: bool = True


def build_union(diff: ModelDiff) -> Union:
    """Both models as one scene. An added or removed layer is closed unless a layer inside of it has a counterpart."""
    first, second = build_scene(diff.a), build_scene(diff.b)
    joining = _Joining(
        {layer.a.path: layer for layer in diff.layers if layer.a},
        {layer.b.path: layer for layer in diff.layers if layer.b},
    )
    joining.match(first, second)
    nodes = joining.level(second.nodes, first.nodes)
    wires, fates = joining.wires(first.wires, second.wires)
    connected = all(model.graph.calls for model in (diff.a, diff.b))
    fates = fates if connected else {}
    outputs = {joining.ids[id] for id in second.outputs} | {joining.former[id] for id in first.outputs}
    return Union(Scene(nodes, wires, frozenset(outputs), first.cut or second.cut), joining.meetings, fates, connected)


@dataclass(slots=True)
class _Joining:
    """`of_first` and `of_second` have the diffs by the path of a layer in either model.

    `partners` has by id of a node in the first scene its counterpart in the second, `origins` the reverse. `former` and
    `ids` have by id of a node in either scene that of what stands for it.
    """

    of_first: Mapping[str, LayerDiff]
    of_second: Mapping[str, LayerDiff]
    partners: dict[str, Node] = field(default_factory=dict)
    origins: dict[str, Node] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    former: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    meetings: dict[str, Meeting] = field(default_factory=dict)

    def match(self, first: Scene, second: Scene) -> None:
        """Finds what calls are counterparts: the same one in order of two layers that are, or the same input."""
        self.taken = {node.id for node in second.walk()}
        theirs = dict(_calls(second.walk()))
        for (path, number), node in _calls(first.walk()):
            if node.layer is not None:
                diff = self.of_first.get(path)
                other = theirs.get((diff.b.path, number)) if diff and diff.b else None
            else:
                other = theirs.get((path, number))
            if other is not None and (node.layer is None) == (other.layer is None):
                self.partners[node.id] = other
                self.origins[other.id] = node

    def level(self, second: Sequence[Node], first: Sequence[Node]) -> tuple[Node, ...]:
        """The nodes of one level in the second model, each followed by what was removed behind it."""
        here = {node.id for node in second}
        removed: dict[str, list[Node]] = defaultdict(list)
        before = ""
        for node in first:
            other = self.partners.get(node.id)
            if other is None:
                removed[before].append(self._removed(node))
            elif other.id in here:
                before = other.id
        found = removed[""]
        for node in second:
            found.append(self._kept(node))
            found += removed[node.id]
        return tuple(found)

    def _kept(self, node: Node) -> Node:
        """A node of the second model with all that is inside of it in either."""
        origin = self.origins.get(node.id)
        self.meetings[node.id] = Meeting(origin, node, self._diff(node, self.of_second))
        self.ids[node.id] = node.id
        if origin is not None:
            self.former[origin.id] = node.id
            return replace(node, children=self.level(node.children, origin.children))
        if any(inner.id in self.origins for inner in node.walk()):
            return replace(node, children=self.level(node.children, ()))
        self.ids |= dict.fromkeys((inner.id for inner in node.walk()), node.id)
        return replace(node, children=())

    def _removed(self, node: Node) -> Node:
        """A node of the first model as one without anything inside, under an id that is not taken."""
        id = node.id
        while id in self.taken:
            id += "−"
        self.taken.add(id)
        self.meetings[id] = Meeting(node, None, self._diff(node, self.of_first))
        for inner in node.walk():
            if inner.id not in self.partners:
                self.former[inner.id] = id
        return replace(node, id=id, children=())

    def _diff(self, node: Node, diffs: Mapping[str, LayerDiff]) -> LayerDiff | None:
        return diffs.get(node.layer.path) if node.layer else None

    def wires(
        self, first: Iterable[Wire], second: Iterable[Wire]
    ) -> tuple[tuple[Wire, ...], Mapping[Key, Literal["added", "removed"]]]:
        """Each wire once, those of the second model first, and what became of those that only one of both has."""
        old, new = _between(first, self.former), _between(second, self.ids)
        fates: dict[Key, Literal["added", "removed"]] = {key: "added" for key in new if key not in old}
        fates |= {key: "removed" for key in old if key not in new}
        return tuple({**old, **new}.values()), fates


def _calls(nodes: Iterable[Node]) -> Iterator[tuple[tuple[str, int], Node]]:
    """Every node with its layer's path (an end: its id) and which of that layer's calls it is."""
    counts: Counter[str] = Counter()
    for node in nodes:
        path = node.layer.path if node.layer else node.id
        counts[path] += 1
        yield (path, counts[path]), node


def _between(wires: Iterable[Wire], ids: Mapping[str, str]) -> dict[Key, Wire]:
    """The wires between what stands for their ends, but those from one to itself, by what tells them apart."""
    found = {}
    for wire in wires:
        tail, head = ids[wire.tail], ids[wire.head]
        if tail != head:
            found[tail, head, wire.output, wire.argument] = replace(wire, tail=tail, head=head)
    return found
