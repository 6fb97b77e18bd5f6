"""The variables of a file in which layers and variables stand by name, handed out to layers.

That is the HDF5 format of Keras 1 and 2, which Keras 3 still writes: the group of each top-level layer has its name,
and its attribute `weight_names` the names of the variables in it: "conv1/kernel", with ":0" behind it in Keras 2.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from netviz.catalog.kinds import LayerKind, WeightSpec
from netviz.model import Config, Layer, Weight
from netviz.readers.plan import below
from netviz.readers.stored import StoredTree

_SLASH = "\x1f"
"""Stands in a location for a slash in a layer's name, which Keras 2 allowed ("conv1/bn")."""

WEIGHTS, OPTIMIZER, OWN = "model_weights", "optimizer_weights", "top_level_model_weights"
"""The groups of a whole model. A file of weights alone has the groups of the layers, and `OWN`, at its top."""


class NamedStorage:
    """The variables of an HDF5 model, handed out to layers by name; remembers which were claimed.

    A location is the path of names down to the layer: "outer/inner/dense". What stands inside a top-level layer
    is all in that layer's group, so there the names of the variables tell. `top` is the group that holds those
    of the layers, "" in a file of weights alone.
    """

    def __init__(self, tree: StoredTree, top: str = WEIGHTS) -> None:
        self._arrays = tree.arrays
        self._claimed: set[str] = set()
        self._layer_names = listed(tree.attributes.get(top, {}), "layer_names")
        names = (*self._layer_names, OWN)
        self._groups = {
            name: _weight_names(tree.attributes.get(below(top, name), {}), below(top, name)) for name in names
        }
        self._parts = {name: _by_part(listed) for name, listed in self._groups.items()}
        self._optimizer = _weight_names(tree.attributes.get(OPTIMIZER, {}), OPTIMIZER)

    @property
    def holds_weights(self) -> bool:
        return any(self._groups.values())

    def name(self, location: str) -> str:
        """What the file says a location is called: nothing, the location is made of names."""
        return ""

    def locate(self, members: Sequence[tuple[str, str]], container: str, repeated: Collection[str] = ()) -> list[str]:
        """The location of each member (class, name) of a container."""
        outer = container.removesuffix("layers").rstrip("/")
        names = [name.replace("/", _SLASH) for _, name in members]
        return [f"{outer}/{name}" if outer else name for name in names]

    def weights(self, kind: LayerKind | None, config: Config, location: str, trainable: bool) -> tuple[Weight, ...]:
        """The layer's own variables, named by the catalog where it knows the class, else as the file names them.

        A nested model (without `kind` and `config`) has none of its own here: all in its group are of layers inside.
        """
        if location and kind is None and not config:
            return ()
        if kind is not None and kind.stored is None and not kind.weights(config):
            return ()
        free = self._free(config, location)
        held = {key: self._arrays[path] for key, path in free}
        if kind is None:
            found = [Weight(path, key.rpartition("/")[2], self._arrays[path], trainable) for key, path in free]
        else:
            found = self._known(kind.variables(config, lambda: held), free, str(config.get("name")), trainable)
        self._claimed.update(weight.path for weight in found)
        if kind is not None and kind.registered:  # what it holds inside stands in the same group
            rest = self._unclaimed(free)
            found += [Weight(path, key.rpartition("/")[2], self._arrays[path], trainable) for key, path in rest]
            self._claimed.update(path for _, path in rest)
        return tuple(found)

    def _free(self, config: Config, location: str) -> list[tuple[str, str]]:
        """The variables at a location that no layer has taken: (name, path) each."""
        names = [part.replace(_SLASH, "/") for part in location.split("/")]
        group = next((name for name in names if name in self._groups), OWN)  # Keras 1: of the layer in a Sequential
        if "/" in location:  # a layer inside another: the variables whose names have its name in them
            name = str(config.get("name"))
            near = self._parts.get(group, {}).get(name.partition("/")[0], ())
            named = self._unclaimed(item for item in near if f"/{name}/" in f"/{item[0]}")
            if named:
                return named
        return self._unclaimed(self._groups.get(group, ()))

    def _unclaimed(self, listed: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        return [(name, path) for name, path in listed if path in self._arrays and path not in self._claimed]

    def _known(
        self, specs: Sequence[WeightSpec], free: list[tuple[str, str]], layer: str, trainable: bool
    ) -> list[Weight]:
        """The variables that the catalog lists for the class: by name, or else by order.

        Keras 1 put the layer's name before it: "dense_1_W".
        """
        found: list[Weight] = []
        for spec in specs:
            names = (f"/{spec.name}", f"/{spec.also or spec.name}")
            matching = [path for key, path in free if f"/{key}".endswith(names) or key == f"{layer}_{spec.also}"]
            path = next((path for path in matching if path not in {weight.path for weight in found}), None)
            if path is not None:
                found.append(Weight(path, spec.name, self._arrays[path], trainable and spec.trainable))
        if len(found) < len(specs) == len(free):
            return [
                Weight(path, spec.name, self._arrays[path], trainable and spec.trainable)
                for spec, (_, path) in zip(specs, free, strict=True)
            ]
        return found

    def tree(self, location: str, path: str, trainable: bool) -> tuple[Layer, ...]:
        """The groups as layers of unknown class, for a model whose config lists no layers.

        What a class of the user's holds inside such a model stands flat under its name.
        """
        if location:
            return ()
        return tuple(
            Layer(below(path, name), name, None, None, weights=self.weights(None, {"name": name}, name, trainable))
            for name in dict.fromkeys(self._layer_names)
        )

    def optimizer(self) -> tuple[Weight, ...]:
        """The optimizer's variables, in their stored order."""
        return tuple(
            Weight(path, key, self._arrays[path], False) for key, path in self._optimizer if path in self._arrays
        )

    def unclaimed(self) -> list[str]:
        """The variables that no layer has taken."""
        return sorted(
            path
            for path in self._arrays.keys() - self._claimed - {path for _, path in self._optimizer}
            if not path.startswith(f"{OPTIMIZER}/")
        )


def listed(stated: Mapping[str, tuple[str, ...]], name: str) -> tuple[str, ...]:
    """The texts of a list attribute; one too long for a single attribute stands in `name0`, `name1`, …."""
    texts = list(stated.get(name, ()))
    part = 0
    while f"{name}{part}" in stated:
        texts += stated[f"{name}{part}"]
        part += 1
    return tuple(texts)


def _by_part(listed: Sequence[tuple[str, str]]) -> dict[str, list[tuple[str, str]]]:
    """The variables by each part of their names: "inner/dense/kernel" under "inner" and under "dense"."""
    found: dict[str, list[tuple[str, str]]] = {}
    for item in listed:
        for part in dict.fromkeys(item[0].split("/")[:-1]):
            found.setdefault(part, []).append(item)
    return found


def _weight_names(stated: Mapping[str, tuple[str, ...]], group: str) -> tuple[tuple[str, str], ...]:
    """The variables of a group in order: (name without Keras 2's ":0", path).

    A name that begins with a slash (Keras 2.0 with Theano) is a path from the top of the file.
    """
    return tuple(
        (name.removesuffix(":0").lstrip("/"), name[1:] if name.startswith("/") else f"{group}/{name}")
        for name in listed(stated, "weight_names")
    )
