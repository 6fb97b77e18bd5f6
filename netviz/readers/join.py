"""Which stored variables belong to which layer.

Keras stores a layer's variables under a group named after its class and a counter, not after the layer
("layers/dense_1/vars/0"). Since 3.6 the group states the layer's name as well; before, only the counter
tells. Source: keras.src.saving.saving_lib, `_save_state` and `_save_container_state`.

Keras 2.12 to 2.14 came upon the layers by another attribute first, which lists them for checkpoints.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from typing import Protocol

from netviz.catalog.kinds import Held, LayerKind
from netviz.catalog.naming import snake_case
from netviz.model import Config, Graph, Layer, Tensor, Weight
from netviz.readers.plan import below
from netviz.readers.stored import StoredTree

OPTIMIZER, METRICS = "optimizer", "metrics"
"""Groups at the top that are no part of the model: the state of training, and of Keras 2's metrics."""

LAYERS, DEPENDENCIES = "layers", "_layer_checkpoint_dependencies"
"""The attribute of a model by which Keras comes upon its layers: since 2.15, and before."""

GAPPED = ("2.11.", "2.12.", "2.13.")
"""Versions of Keras that leave gaps in the numbers of groups, see `GroupStorage.locate`."""


class Storage(Protocol):
    """The variables of one file, handed out to layers; remembers which were claimed."""

    @property
    def holds_weights(self) -> bool: ...

    def name(self, location: str) -> str:
        """The layer's own name that the file states at a location, "" where it states none."""
        ...

    def locate(self, members: Sequence[tuple[str, str]], container: str, repeated: Collection[str] = ()) -> list[str]:
        """The location of each member (class, name) of a container; the names in `repeated` are stored before."""
        ...

    def weights(self, kind: LayerKind | None, config: Config, location: str, trainable: bool) -> tuple[Weight, ...]:
        """The layer's own variables."""
        ...

    def tree(self, location: str, path: str, trainable: bool) -> tuple[Layer, ...]:
        """What is stored below a location as layers of unknown class."""
        ...

    def optimizer(self) -> tuple[Weight, ...]:
        """The optimizer's variables."""
        ...

    def unclaimed(self) -> list[str]:
        """The variables that no layer has taken."""
        ...


class GroupStorage:
    """The variables of a .keras file, which stand in groups by class and number."""

    def __init__(self, tree: StoredTree, version: str | None = None) -> None:
        """The variables in `tree`; `version` is that of the Keras that wrote them, where it is stated."""
        self._version = version
        self._arrays = tree.arrays
        self._names = tree.names
        self._claimed: set[str] = set()
        self._children: dict[str, dict[str, None]] = {}
        for path in (*tree.arrays, *tree.names):
            while path:
                parent, _, key = path.rpartition("/")
                siblings = self._children.setdefault(parent, {})
                if key in siblings:
                    break
                siblings[key] = None
                path = parent
        self._named = {
            (location.rpartition("/")[0], name): location for location, name in reversed(list(tree.names.items()))
        }

    @property
    def holds_weights(self) -> bool:
        return any(not path.startswith((f"{OPTIMIZER}/", f"{METRICS}/")) for path in self._arrays)

    def name(self, location: str) -> str:
        """The layer's own name that the file states at a location (since Keras 3.6), or ""."""
        return self._names.get(location, "")

    def locate(self, members: Sequence[tuple[str, str]], container: str, repeated: Collection[str] = ()) -> list[str]:
        """The group of each member (class, name) of a container: by the counter, checked against the stated name.

        Up to Keras 2.13 a layer with variables stood among the dependencies twice and was saved the first time only, so
        that "dense" is followed by "dense_2". Source: keras.engine.functional, `_layer_checkpoint_dependencies`. One
        that was saved before, in another model, is left out of the count from 2.14 to the end of Keras 2.
        """
        older = below(container.removesuffix(LAYERS).rstrip("/"), DEPENDENCIES)
        container = older if container not in self._children and older in self._children else container
        gaps = container == older and self._gaps
        again = 2 if gaps else 0 if container == older or (self._version or "").startswith("2.") else 1
        counts: Counter[str] = Counter()
        locations = []
        for class_name, name in members:
            group = snake_case(class_name)
            counted = below(container, f"{group}_{counts[group]}" if counts[group] else group)
            if name in repeated:
                counts[group] += again
                locations.append(below(container, f"({name})"))  # a name that no group has
                continue
            counts[group] += 2 if gaps and counted in self._children else 1
            stated = self._names.get(counted) == name
            locations.append(counted if stated else self._named.get((container, name), counted))
        return locations

    @cached_property
    def _gaps(self) -> bool:
        """Whether the numbers have gaps: by the stated version, or else where none directly follows another."""
        if self._version:
            return self._version.startswith(GAPPED)
        for container, keys in self._children.items():
            if container.rpartition("/")[2] == DEPENDENCIES:
                for key in keys:
                    name, _, number = key.rpartition("_")
                    before = f"{name}_{int(number) - 1}" if number.isdecimal() and number != "1" else name
                    if number.isdecimal() and before in keys:
                        return False
        return True

    def weights(self, kind: LayerKind | None, config: Config, location: str, trainable: bool) -> tuple[Weight, ...]:
        """The layer's own variables, named by the catalog where it knows the class, else by their place ("vars/0").

        A class the catalog does not know counts as trainable if the layer is: which variables are is not stored.
        """
        found = []
        for spec in kind.variables(config, lambda: self._held(location)) if kind else ():
            path = below(location, spec.location)
            if path not in self._arrays:  # Keras 2 has the parts of a MultiHeadAttention under private names
                path = below(location, f"_{spec.location}")
            if path in self._arrays and path not in self._claimed:
                found.append(Weight(path, spec.name, self._arrays[path], trainable and spec.trainable))
        self._claimed.update(weight.path for weight in found)
        self._claimed.update(below(location, copy) for copy in (kind.copies if kind else ()))
        rest = [path for path in self._under(below(location, "vars")) if path not in self._claimed]
        found += [Weight(path, path.removeprefix(f"{location}/"), self._arrays[path], trainable) for path in rest]
        self._claimed.update(rest)
        return tuple(found)

    def _held(self, location: str) -> Held:
        """All that is stored at a location, by its place there; without the underscore that Keras 2 put before it."""
        places = {path.removeprefix(f"{location}/"): self._arrays[path] for path in self._under(location)}
        return {**{place.removeprefix("_"): tensor for place, tensor in places.items()}, **places}

    def tree(self, location: str, path: str, trainable: bool) -> tuple[Layer, ...]:
        """The groups below a location as layers of unknown class, for what the config does not describe.

        They come in the order in which their variables were written, which for the layers of a model is that of the
        model; those without variables come last.
        Groups that only hold other groups (a list attribute) give way to what they hold, but stay in its path.
        """
        layers: list[Layer] = []
        for key in self._children.get(location, ()):
            group = below(location, key)
            if key == "vars" or group in self._arrays or (not location and key in (OPTIMIZER, METRICS)):
                continue
            if group not in self._names and f"{group}/vars" not in self._children:
                layers.extend(self.tree(group, path if key == "layers" else below(path, key), trainable))
                continue
            name = self._names.get(group, key)
            own = self.weights(None, {}, group, trainable)
            inner = self.tree(group, below(path, name), trainable)
            graph = Graph(inner) if inner else None
            layers.append(Layer(below(path, name), name, None, None, weights=own, trainable=trainable, graph=graph))
        return tuple(layers)

    def optimizer(self) -> tuple[Weight, ...]:
        """The optimizer's variables, in their stored order.

        A LossScaleOptimizer lists those of the optimizer inside it behind its own, of which it has none in Keras 2; the
        file has them a second time under that one. Source:
        keras.src.optimizers.loss_scale_optimizer.LossScaleOptimizer.variables.
        """
        paths = list(self._under(OPTIMIZER))
        self._claimed.update(paths)
        listed = list(self._under(below(OPTIMIZER, "vars")))
        inside = [path for path in paths if path not in set(listed)]
        if len(inside) <= len(listed) and self._tensors(inside) == self._tensors(listed[len(listed) - len(inside) :]):
            paths = listed
        return tuple(Weight(path, path.removeprefix(f"{OPTIMIZER}/"), self._arrays[path], False) for path in paths)

    def _tensors(self, paths: Iterable[str]) -> list[Tensor]:
        return [self._arrays[path] for path in paths]

    def unclaimed(self) -> list[str]:
        """The variables that no layer has taken."""
        return sorted(path for path in self._arrays if path not in self._claimed and not path.startswith(f"{METRICS}/"))

    def _under(self, location: str) -> Iterable[str]:
        for key in sorted(self._children.get(location, ()), key=_natural):
            path = below(location, key)
            if path in self._arrays:
                yield path
            else:
                yield from self._under(path)


def _natural(key: str) -> tuple[object, ...]:
    """Sorts "10" after "2", and "dense_10" after "dense_2"."""
    parts = re.split(r"(\d+)", key)
    return tuple(int(part) if place % 2 else part for place, part in enumerate(parts))
