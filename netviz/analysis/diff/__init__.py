"""Two models held against each other: which layers are the same, what changed in them, and by how much."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from netviz.analysis.diff.configs import class_of
from netviz.analysis.diff.layers import Compared, Held, compiled_changes
from netviz.analysis.diff.matching import Matching, match_layers
from netviz.analysis.diff.notes import notes_of
from netviz.analysis.diff.order import moved_within
from netviz.analysis.diff.results import Change, Comparison, Kind, LayerDiff, ModelDiff, Pair
from netviz.analysis.diff.wiring import Wired, call_changes, end_changes, given_changes
from netviz.model import Graph, Layer, Model

if TYPE_CHECKING:
    from netviz.analysis.health import Progress


def diff_models(
    a: Model,
    b: Model,
    *,
    structure_only: bool = False,
    rtol: float = 1e-5,
    atol: float = 1e-8,
    progress: Progress | None = None,
) -> ModelDiff:
    """What differs from `a` to `b`: layers, settings, shapes, dtypes, connections, and the values of weights.

    Values are close where |a - b| <= atol + rtol·max(|a|, |b|); with `structure_only` they are left alone. `progress`
    is called with the bytes of values done and in all. `diff_models(b, a)` is the same with the sides swapped.
    """
    work = _Work(a, b)
    layers = list(work.layer_diffs())
    changes = tuple(work.model_changes())
    root_pairs = work.pairs.pop(0, [])
    weights: tuple[Comparison, ...] = ()
    if not structure_only and all(held.values for held in work.compared.held):
        weights, layers = _with_values(work, layers, root_pairs, rtol, atol, progress)
    notes = notes_of(work.compared, a, b, work.untold, work.training_note)
    return ModelDiff(a, b, tuple(layers), changes, weights, notes, structure_only)


def _with_values(
    work: _Work, layers: list[LayerDiff], root_pairs: list[Pair], rtol: float, atol: float, progress: Progress | None
) -> tuple[tuple[Comparison, ...], list[LayerDiff]]:
    """The comparisons of the model's own weights, and the layers with those of theirs."""
    from netviz.analysis.diff.values import compare_weights

    owners: list[tuple[int, Layer, Layer, list[Pair]]] = [(-1, work.a.root, work.b.root, root_pairs)]
    for place, layer in enumerate(layers):
        if layer.a is not None and layer.b is not None:
            owners.append((place, layer.a, layer.b, work.pairs_of.get(layer.b.path, [])))
    asked = [(x, y, *pair) for _, x, y, pairs in owners for pair in pairs]
    found = iter(compare_weights(asked, work.a, work.b, rtol=rtol, atol=atol, progress=progress))
    own: tuple[Comparison, ...] = ()
    for place, _, _, pairs in owners:
        values = tuple(next(found) for _ in pairs)
        if place < 0:
            own = values
        elif values:
            layer = layers[place]
            differs = any(not one.same for one in values) and "changed" not in layer.kinds
            layers[place] = replace(layer, weights=values, kinds=(*layer.kinds, "changed") if differs else layer.kinds)
    return own, layers


@dataclass(slots=False)
class _Work:
    """Two models and which layers are counterparts, while they are compared layer by layer."""

    a: Model
    b: Model
    pairs: dict[int, list[Pair]] = field(default_factory=dict)
    pairs_of: dict[str, list[Pair]] = field(default_factory=dict)
    untold: list[Layer] = field(default_factory=list)
    training_note: str = ""

    def __post_init__(self) -> None:
        self.compared = Compared((Held.by(self.a), Held.by(self.b)), _same_writer(self.a, self.b))
        self.wired: dict[int, Wired] = {}

    @cached_property
    def matching(self) -> Matching:
        return match_layers(self.a, self.b)

    @cached_property
    def to_a(self) -> dict[int, int]:
        return self.matching.to_a

    # -- layers

    def layer_diffs(self) -> Iterator[LayerDiff]:
        """Every layer of both models, depth first in the order of the second, what is gone where it stood."""
        yield from self._inside(0)

    def _inside(self, at: int) -> Iterator[LayerDiff]:
        """The layers inside a node of the second model, and those inside its counterpart that are gone."""
        stack: list[Iterator[tuple[LayerDiff, int | None]]] = [self._directly(at)]
        while stack:
            step = next(stack[-1], None)
            if step is None:
                stack.pop()
                continue
            found, inner = step
            yield found
            if inner is not None:
                stack.append(self._directly(inner))

    def _directly(self, at: int) -> Iterator[tuple[LayerDiff, int | None]]:
        """The layers directly in a node of the second model, each with the node to go into."""
        first, second = self.matching.a, self.matching.b
        origin = self.to_a.get(at)
        members = second.nodes[at].members
        gone = self._gone(origin, at) if origin is not None else {}
        moved = moved_within(first, second, self.matching.to_b, origin, at) if origin is not None else {}
        yield from ((one, None) for one in gone.get(-1, ()))
        for member in members:
            one = self.to_a.get(member)
            if one is None:
                if origin is None:  # it came with what holds it; but what moved into that has a diff of its own
                    if any(inner in self.to_a for inner in self._below(member)):
                        yield from self._directly(member)
                    continue
                told = self._told(second.nodes[member].layer, 0)
                yield LayerDiff(None, second.nodes[member].layer, ("added",) if told else ()), member
            else:
                yield self._diff(one, member, moved), member
                yield from ((removed, None) for removed in gone.get(one, ()))

    def _below(self, at: int) -> Iterator[int]:
        pending = [at]
        while pending:
            number = pending.pop()
            yield number
            pending += self.matching.b.nodes[number].members

    def _gone(self, origin: int, at: int) -> dict[int, list[LayerDiff]]:
        """What is gone of the layers directly in a node of the first model, by the one before it that stayed there."""
        first, second = self.matching.a, self.matching.b
        if not second.nodes[at].members and second.nodes[at].layer.graph is None and first.nodes[origin].members:
            self.compared.inside.append(first.nodes[origin].layer.path)
        found: dict[int, list[LayerDiff]] = {}
        before = -1
        for member in first.nodes[origin].members:
            other = self.matching.to_b.get(member)
            if other is None:
                layer = first.nodes[member].layer
                kinds: tuple[Kind, ...] = ("removed",) if self._told(layer, 1) and self._opened(second, at) else ()
                found.setdefault(before, []).append(LayerDiff(layer, None, kinds))
            elif second.nodes[other].parent == at:
                before = member
        return found

    def _opened(self, side: object, at: int) -> bool:
        return self.matching.b.nodes[at].layer.graph is not None

    def _told(self, layer: Layer, other: int) -> bool:
        """Whether the other side, by its number, would tell of such a layer: weights alone tell of no other layers."""
        if self.compared.held[other].layers or layer.all_weights:
            return True
        self.untold.append(layer)
        return False

    def _diff(self, one: int, other: int, moved: dict[int, tuple[int, int]]) -> LayerDiff:
        x, y = self.matching.a.nodes[one], self.matching.b.nodes[other]
        kinds: list[Kind] = []
        changes: list[Change] = []
        if class_of(x.layer) != class_of(y.layer) and None not in (x.known, y.known):
            kinds.append("replaced")
        if x.layer.name != y.layer.name:
            kinds.append("renamed")
            changes.append(Change("name", "", x.layer.name, y.layer.name))
        if self.matching.to_b.get(x.parent) != y.parent:
            kinds.append("moved")
            changes.append(Change("place", "", *(side.nodes[node.parent].layer.path or "" for side, node in
                                                 ((self.matching.a, x), (self.matching.b, y)))))  # fmt: skip
        elif other in moved:
            kinds.append("moved")
            before = [side.nodes[at].layer.name if at >= 0 else "" for side, at in
                      zip((self.matching.a, self.matching.b), moved[other], strict=True)]  # fmt: skip
            changes.append(Change("place", "", *before))
        own = list(self.compared.setting_changes(x.layer, y.layer))
        own += self._calls(x.parent, y.parent, x.layer, y.layer)
        own += self._ends(one, other)
        pairs = self.compared.weight_changes(x.layer, y.layer, own)
        self.pairs_of[y.layer.path] = pairs
        if any(change.aspect != "class" for change in own):
            kinds.append("changed")
        return LayerDiff(x.layer, y.layer, tuple(kinds), (*changes, *own))

    def _calls(self, first: int, second: int, x: Layer, y: Layer) -> Iterator[Change]:
        return call_changes(
            self._wired(self.matching.a.nodes[first].layer, ("a", first)),
            self._wired(self.matching.b.nodes[second].layer, ("b", second)),
            (x.name, y.name),
            self._counterpart(first, second),
        )

    def _ends(self, one: int, other: int) -> Iterator[Change]:
        x, y = self.matching.a.nodes[one].layer, self.matching.b.nodes[other].layer
        if x.graph is None or y.graph is None or not x.graph.calls or not y.graph.calls:
            return iter(())
        return given_changes(self._wired(x, ("a", one)), self._wired(y, ("b", other)), self._counterpart(one, other))

    def _wired(self, layer: Layer, key: object) -> Wired:
        if key not in self.wired:
            self.wired[key] = Wired.of(layer.graph or Graph())  # type: ignore[index]
        return self.wired[key]  # type: ignore[index]

    def _counterpart(self, first: int, second: int) -> object:
        """From names of layers in a node of the first model to those of their counterparts in the second."""
        if (first, second) not in self._names:
            a, b = self.matching.a, self.matching.b
            inside = set(b.nodes[second].members)
            self._names[first, second] = {
                a.nodes[member].layer.name: b.nodes[other].layer.name
                for member in a.nodes[first].members
                if (other := self.matching.to_b.get(member)) in inside and other is not None
            }
        return self._names[first, second].get

    @cached_property
    def _names(self) -> dict[tuple[int, int], dict[str, str]]:
        return {}

    # -- the model itself

    def model_changes(self) -> Iterator[Change]:
        """Name, class, settings, ends and what it was compiled with."""
        a, b = self.a.root, self.b.root
        told = None not in (a.class_name, b.class_name)
        if told and a.name != b.name:
            yield Change("name", "", a.name, b.name)
        yield from self.compared.setting_changes(a, b)
        if a.graph is not None and b.graph is not None and told:
            yield from end_changes(self._wired(a, ("a", 0)), self._wired(b, ("b", 0)), self._counterpart(0, 0))  # type: ignore[arg-type]
        own: list[Change] = []
        self.pairs[0] = self.compared.weight_changes(a, b, own)
        yield from own
        changes, self.training_note = compiled_changes(self.a, self.b, self.compared.one_sided)
        yield from changes


def _same_writer(a: Model, b: Model) -> bool:
    """Whether one version of Keras wrote both: then what only one side states is a difference."""
    versions = {a.source.keras_version, b.source.keras_version}
    return len(versions) == 1


__all__ = ["diff_models"]
