"""Two models whose layers are matched, compared layer by layer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from netviz.analysis.diff.layers import Passed, Told, compiled_changes, setting_changes, weight_changes
from netviz.analysis.diff.matching import match_layers
from netviz.analysis.diff.order import moved_within
from netviz.analysis.diff.results import Change, Kind, LayerDiff, Pair
from netviz.analysis.diff.structure import Side
from netviz.analysis.diff.wiring import Wired, call_changes, end_changes, given_changes
from netviz.model import Graph, Layer, Model


class Comparing:
    """Compares two models. `weights` has the weights that are counterparts, by the path of the layer in the second
    model; `passed` what was passed over because one side does not tell. Both are filled while layers are compared."""

    def __init__(self, a: Model, b: Model, ignore_names: bool = False) -> None:
        self.a, self.b = a, b
        self.ignore_names = ignore_names
        self.told = (Told.by(a), Told.by(b))
        self.passed = Passed(self.told, one_sided=a.source.keras_version == b.source.keras_version)
        self.weights: dict[str, list[Pair]] = {}
        matching = match_layers(a, b)
        self.first, self.second = matching.a, matching.b
        self.to_b, self.flipped = matching.to_b, matching.flipped
        self.to_a = {other: one for one, other in self.to_b.items()}
        self._wired: dict[tuple[int, int], Wired] = {}
        self._names: dict[tuple[int, int], dict[str, str]] = {}
        self._holders: tuple[Counter[str], Counter[str]] | None = None

    # -- the layers

    def layer_diffs(self) -> Iterator[LayerDiff]:
        """Every layer of both models, depth first in the order of the second, what is gone where it stood."""
        stack = [self._directly(0)]
        while stack:
            found = next(stack[-1], None)
            if found is None:
                stack.pop()
                continue
            diff, inner = found
            if diff is not None:
                yield diff
            if inner is not None:
                stack.append(self._directly(inner))

    def _directly(self, at: int) -> Iterator[tuple[LayerDiff | None, int | None]]:
        """The layers directly in a node of the second model, each with the node to go into next.

        Where that was added, what is new in it goes with it; what moved into it has a diff of its own.
        """
        origin = self.to_a.get(at)
        gone = {} if origin is None else self._gone(origin, at)
        moved = {} if origin is None else self._moved(origin, at)
        yield from ((one, None) for one in gone.get(-1, ()))
        for member in self.second.nodes[at].members:
            one = self.to_a.get(member)
            if one is not None:
                yield self._diff(one, member, moved), member
                yield from ((removed, None) for removed in gone.get(one, ()))
                continue
            layer = self.second.nodes[member].layer
            kinds: tuple[Kind, ...] = ("added",) if origin is None or self._would_tell(0, origin, at, layer) else ()
            yield None if origin is None else LayerDiff(None, layer, kinds), member

    def _moved(self, origin: int, at: int) -> dict[int, tuple[int, int]]:
        """The layers directly in a node of the second model that stand in another order there, each with those before
        it in both."""
        if not self.flipped:
            return moved_within(self.first, self.second, self.to_b, origin, at)
        found = moved_within(self.second, self.first, self.to_a, at, origin)
        return {self.to_b[one]: before[::-1] for one, before in found.items()}

    def _gone(self, origin: int, at: int) -> dict[int, list[LayerDiff]]:
        """What is gone of the layers directly in a node of the first model, by the one before it that stayed there."""
        found: dict[int, list[LayerDiff]] = {}
        before = -1
        for member in self.first.nodes[origin].members:
            other = self.to_b.get(member)
            if other is None:
                layer = self.first.nodes[member].layer
                kinds: tuple[Kind, ...] = ("removed",) if self._would_tell(1, at, origin, layer) else ()
                found.setdefault(before, []).append(LayerDiff(layer, None, kinds))
            elif self.second.nodes[other].parent == at:
                before = member
        return found

    def _would_tell(self, number: int, at: int, there: int, layer: Layer) -> bool:
        """Whether side `number` would tell of such a layer in its node `at`, if it had it; `there` is the other side's.

        Weights alone tell of no layers without them, and name variables once that layers share; a file of a class of
        the user's tells nothing of what is called inside; some tell nothing of what is inside at all.
        """
        sides = (self.first, self.second)
        graph, other = sides[number].nodes[at].layer.graph, sides[1 - number].nodes[there].layer.graph
        if graph is None:
            self.passed.inside.setdefault(sides[1 - number].nodes[there].layer.path)
            return False
        if not self.told[number].layers:
            told = self._holds_its_own(1 - number, layer)
        else:
            told = bool(layer.all_weights) or bool(graph.calls) or other is None or not other.calls
        if not told:
            self.passed.layers.append(layer.path)
        return told

    def _holds_its_own(self, number: int, layer: Layer) -> bool:
        """Whether a layer of a side has weights that no other layer there holds as well."""
        if self._holders is None:
            holders = tuple(
                Counter(weight.path for node in side.nodes for weight in node.layer.weights)
                for side in (self.first, self.second)
            )
            self._holders = (holders[0], holders[1])
        return any(self._holders[number][weight.path] == 1 for weight in layer.all_weights)

    def _diff(self, one: int, other: int, moved: dict[int, tuple[int, int]]) -> LayerDiff:
        x, y = self.first.nodes[one], self.second.nodes[other]
        kinds: list[Kind] = []
        changes: list[Change] = []
        if x.known != y.known and None not in (x.known, y.known):
            kinds.append("replaced")
        if x.layer.name != y.layer.name and not self.ignore_names:
            kinds.append("renamed")
            changes.append(Change("name", "", x.layer.name, y.layer.name))
        if self.to_b.get(x.parent) != y.parent:
            kinds.append("moved")
            holders = self.first.nodes[x.parent].layer.path, self.second.nodes[y.parent].layer.path
            changes.append(Change("place", "", *holders))
        elif other in moved:
            kinds.append("moved")
            changes.append(Change("order", "", *map(_name, (self.first, self.second), moved[other])))
        found = list(setting_changes(x.layer, y.layer, self.passed))
        names = self._counterparts(x.parent, y.parent)
        holders_wired = self._wiring(0, x.parent), self._wiring(1, y.parent)
        found += call_changes(*holders_wired, (x.layer.name, y.layer.name), names.get)
        if x.members and y.members:
            inside = self._wiring(0, one), self._wiring(1, other)
            if all(wired.graph.calls for wired in inside):
                found += given_changes(*inside, self._counterparts(one, other).get)
        self.weights[y.layer.path] = weight_changes(x.layer, y.layer, found, self.passed)
        if any(change.aspect != "class" for change in found):
            kinds.append("changed")
        return LayerDiff(x.layer, y.layer, tuple(kinds), (*changes, *found))

    def _wiring(self, side: int, at: int) -> Wired:
        """How the layers in a node are called."""
        if (side, at) not in self._wired:
            graph = (self.first, self.second)[side].nodes[at].layer.graph
            self._wired[side, at] = Wired.of(graph or Graph())
        return self._wired[side, at]

    def _counterparts(self, one: int, other: int) -> dict[str, str]:
        """From names of layers in a node of the first model to those of their counterparts in one of the second."""
        if (one, other) not in self._names:
            pairs = [(member, self.to_b.get(member, -1)) for member in self.first.nodes[one].members]
            self._names[one, other] = {
                self.first.nodes[x].layer.name: self.second.nodes[y].layer.name
                for x, y in pairs
                if y >= 0 and self.second.nodes[y].parent == other
            }
        return self._names[one, other]

    # -- the models themselves

    def model_changes(self) -> tuple[tuple[Change, ...], list[Pair]]:
        """What differs of the models themselves (name, settings, ends, what they were compiled with), and those of
        their own weights that are counterparts."""
        a, b = self.a.root, self.b.root
        found: list[Change] = []
        if a.class_name is not None and b.class_name is not None:
            if a.name != b.name and not self.ignore_names:
                found.append(Change("name", "", a.name, b.name))
            found += setting_changes(a, b, self.passed)
            found += end_changes(self._wiring(0, 0), self._wiring(1, 0), self._counterparts(0, 0).get)
        pairs = weight_changes(a, b, found, self.passed)
        found += compiled_changes(self.a, self.b, self.passed)
        return tuple(found), pairs


def _name(side: Side, at: int) -> str:
    """The name of a layer by its node; "" for none."""
    return "" if at < 0 else side.nodes[at].layer.name
