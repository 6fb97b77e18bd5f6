"""Variables that only their names place: those of graphs of TensorFlow 1, and of models that were only exported.

A name is a path of scopes: "net/dense/kernel". What an export of Keras 3 calls its variables is made of the names of
its layers, so a config from elsewhere can be joined to it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from netviz.catalog.kinds import LayerKind
from netviz.model import Config, Graph, Layer, Weight
from netviz.readers.plan import below
from netviz.readers.savedmodel.distinct import Distinct

GENERATOR = "/seed_generator_state"
"""Ends the name of a random generator's state. Source: keras.src.random.seed_generator."""


class NameStorage:
    """Variables by their names, handed out to layers by these; remembers which were claimed."""

    def __init__(self, weights: Iterable[Weight]) -> None:
        distinct = Distinct()
        self._weights = {distinct(weight.name): weight for weight in weights}
        self._order = {name: place for place, name in enumerate(self._weights)}
        self._claimed: set[str] = set()
        self._places: dict[str, str] = {}
        self._scopes: dict[str, dict[str, None]] = {}
        for name in self._weights:
            path = name
            while path:
                outer = path.rpartition("/")[0]
                inside = self._scopes.setdefault(outer, {})
                if path in inside:
                    break
                inside[path] = None
                path = outer

    @property
    def holds_weights(self) -> bool:
        return bool(self._weights)

    def name(self, location: str) -> str:
        """What is said of a location: nothing, it is made of names."""
        return ""

    def locate(self, members: Sequence[tuple[str, str]], container: str, repeated: Collection[str] = ()) -> list[str]:
        """The location of each member (class, name) of a container; the name of the model may stand before it.

        Before that of a layer, too, or in its place: a model that was built before another took it in has names from
        the top on.
        """
        outer = self._scope(container.removesuffix("layers").rstrip("/"), None)
        outer = outer if outer in self._scopes else ""
        named = {name for _, name in members}
        places = (outer, *self._inside(outer))  # of two with as many members in them the first counts
        best = max(places, key=lambda place: sum(inner.rpartition("/")[2] in named for inner in self._inside(place)))
        return [
            next((place for place in (below(best, name), below(outer, name), name) if place in self._scopes), name)
            for _, name in members
        ]

    def weights(self, kind: LayerKind | None, config: Config, location: str, trainable: bool) -> tuple[Weight, ...]:
        """The layer's own variables: those right below its name, and with a known class all that are in its scope."""
        scope = self._scope(location, config.get("name"))
        if kind is not None and kind.children is None:
            names = self._below(scope)
        else:
            names = [name for name in self._scopes.get(scope, ()) if name in self._weights]
        names = [name for name in names if name not in self._claimed]
        found: dict[str, str] = {}
        for spec in kind.weights(config) if kind else ():
            match = next((name for name in names if f"/{name}".endswith(f"/{spec.name}") and name not in found), None)
            if match is not None:
                found[match] = spec.name
        for name in names:
            found.setdefault(name, name.removeprefix(f"{scope}/"))
        self._claimed |= found.keys()
        return tuple(
            replace(weight, name=own, trainable=trainable and weight.trainable)
            for name, own in found.items()
            for weight in (self._weights[name],)
        )

    def tree(self, location: str, path: str, trainable: bool) -> tuple[Layer, ...]:
        """The scopes below a location as layers of unknown class, in the order of their first variables."""
        layers = []
        for scope in self._inside(self._scope(location, None)):
            name = scope.rpartition("/")[2]
            weights = self.weights(None, {}, scope, trainable)
            inner = self.tree(scope, below(path, name), trainable)
            graph = Graph(inner) if inner else None
            layers.append(Layer(below(path, name), name, None, None, {}, weights, trainable, graph=graph))
        return tuple(layers)

    def _scope(self, location: str, name: object) -> str:
        """The scope of a location, which for a layer inside a wrapper says how the wrapper holds it.

        The names say what it is called: "bidirectional/forward_lstm", not "bidirectional/forward_layer". Where no
        name is known (that of a model in a wrapper), it is the one scope that there is.
        """
        if location in self._scopes or location in self._places:
            return self._places.get(location, location)
        outer = location
        while outer and outer not in self._scopes and outer not in self._places:
            outer = outer.rpartition("/")[0]
        if not outer:
            return location
        level = self._inside(self._places.get(outer, outer))
        if not isinstance(name, str):
            found = level if len(level) == 1 else []
        else:
            found = [scope for scope in level if scope.rpartition("/")[2] == name]
        if found:
            self._places[location] = found[0]
        return self._places.get(location, location)

    def _inside(self, scope: str) -> list[str]:
        """The scopes right inside one."""
        return [name for name in self._scopes.get(scope, ()) if name in self._scopes]

    def _below(self, scope: str) -> list[str]:
        """The variables in a scope and in those inside it, in their order."""
        found, stack = [], [scope]
        while stack:
            for name in self._scopes.get(stack.pop(), ()):
                if name in self._weights:
                    found.append(name)
                if name in self._scopes:
                    stack.append(name)
        return sorted(found, key=self._order.__getitem__)

    def optimizer(self) -> tuple[Weight, ...]:
        """None: that a variable is an optimizer's only its name could tell."""
        return ()

    def unclaimed(self) -> list[str]:
        """The variables that no layer has taken."""
        return sorted(name for name in self._left() if not name.endswith(GENERATOR))

    def aside(self) -> list[str]:
        """The states of random generators, where a config tells the layers: Keras counts these among no weights."""
        return sorted(name for name in self._left() if name.endswith(GENERATOR))

    def _left(self) -> Iterator[str]:
        return (name for name in self._weights if name not in self._claimed)
