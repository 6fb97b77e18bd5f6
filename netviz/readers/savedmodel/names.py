"""Variables that only their names place: those of graphs of TensorFlow 1, and of models that were only exported.

A name is a path of scopes: "net/dense/kernel". What an export of Keras 3 calls its variables is made of the names of
its layers, so a config from elsewhere can be joined to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from netviz.catalog.kinds import LayerKind
from netviz.model import Config, Graph, Layer, Weight
from netviz.readers.plan import below


class NameStorage:
    """Variables by their names, handed out to layers by these; remembers which were claimed."""

    def __init__(self, weights: Iterable[Weight]) -> None:
        self._weights: dict[str, Weight] = {}
        for weight in weights:
            name, count = weight.name, 1
            while name in self._weights:
                count += 1
                name = f"{weight.name}#{count}"
            self._weights[name] = weight
        self._claimed: set[str] = set()
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

    def locate(self, members: Sequence[tuple[str, str]], container: str) -> list[str]:
        """The location of each member (class, name) of a container; the name of the model may stand before it."""
        outer = container.removesuffix("layers").rstrip("/")
        scopes = [name for name in self._scopes.get(outer, ()) if name not in self._weights]
        own = f"{scopes[0]}/" if len(scopes) == 1 and scopes[0] not in {name for _, name in members} else ""
        prefix = own or (f"{outer}/" if outer else "")
        return [f"{prefix}{name}" for _, name in members]

    def weights(self, kind: LayerKind | None, config: Config, location: str, trainable: bool) -> tuple[Weight, ...]:
        """The layer's own variables: those right below its name, and with a known class all that are in its scope."""
        if kind is not None and kind.children is None:
            names = [name for name in self._weights if name.startswith(f"{location}/")]
        else:
            names = [name for name in self._scopes.get(location, ()) if name in self._weights]
        names = [name for name in names if name not in self._claimed]
        found: dict[str, str] = {}
        for spec in kind.weights(config) if kind else ():
            match = next((name for name in names if f"/{name}".endswith(f"/{spec.name}") and name not in found), None)
            if match is not None:
                found[match] = spec.name
        for name in names:
            found.setdefault(name, name.removeprefix(f"{location}/"))
        self._claimed |= found.keys()
        return tuple(
            replace(weight, name=own, trainable=trainable and weight.trainable)
            for name, own in found.items()
            for weight in (self._weights[name],)
        )

    def tree(self, location: str, path: str, trainable: bool) -> tuple[Layer, ...]:
        """The scopes below a location as layers of unknown class, in the order of their first variables."""
        layers = []
        for scope in self._scopes.get(location, ()):
            if scope not in self._scopes:
                continue
            name = scope.rpartition("/")[2]
            weights = self.weights(None, {}, scope, trainable)
            inner = self.tree(scope, below(path, name), trainable)
            graph = Graph(inner) if inner else None
            layers.append(Layer(below(path, name), name, None, None, {}, weights, trainable, graph=graph))
        return tuple(layers)

    def optimizer(self) -> tuple[Weight, ...]:
        """None: that a variable is an optimizer's only its name could tell."""
        return ()

    def unclaimed(self) -> list[str]:
        """The variables that no layer has taken."""
        return sorted(name for name in self._weights if name not in self._claimed)
