"""A whole model in the HDF5 format (.h5, .hdf5), which Keras writes from 1.x to today, as a `Model`, without Keras.

The config stands in an attribute, the variables of each top-level layer in a group of its name, and the names of
these in the group's attribute `weight_names`: "conv1/kernel", with ":0" behind it in Keras 2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from netviz.catalog.kinds import LayerKind
from netviz.errors import SourceError
from netviz.model import Config, Layer, Model, Note, Source, Weight
from netviz.readers.archive import open_file, parse_json, size_of
from netviz.readers.assemble import assemble
from netviz.readers.config import PlanReader
from netviz.readers.hdf5 import Hdf5Store, StoredTree, read_tree, stamp_of
from netviz.readers.plan import below

_SLASH = "\x1f"
"""Stands in a location for a slash in a layer's name, which Keras 2 allowed ("conv1/bn")."""

WEIGHTS, OPTIMIZER, OWN = "model_weights", "optimizer_weights", "top_level_model_weights"


def read_hdf5(path: Path) -> Model:
    """The model in an HDF5 file; raises SourceError where it cannot be read or holds no model."""
    with open_file(path) as file:
        try:
            tree = read_tree(file)
        except SourceError as error:
            raise SourceError(f"{path}: {error.message}", "Copy or download the file again.") from error
    stated = tree.attributes.get("", {})
    if "model_config" not in stated:
        raise SourceError(
            f"{path}: this HDF5 file holds no model (no attribute model_config)",
            "A file of weights alone cannot be read yet; give the file of the whole model.",
        )
    notes = [Note("warning", "stored-object-skipped", "", f"{name} {reason}.") for name, reason in tree.skipped]
    storage = NamedStorage(tree)
    entry = PlanReader(notes, legacy=True).read_entry(parse_json(path, "model_config", stated["model_config"][0]))
    version = next(iter(stated.get("keras_version", ())), None)
    source = Source(str(path), "keras-h5", version, "static", size_of(path))
    file_path = path.absolute()
    store = Hdf5Store(file_path, stamp_of(file_path), partial(open_file, file_path))
    return assemble(entry, storage, source, notes, store)


class NamedStorage:
    """The variables of an HDF5 model, handed out to layers by name; remembers which were claimed.

    A location is the path of names down to the layer: "outer/inner/dense". What stands inside a top-level layer
    is all in that layer's group, so there the names of the variables tell.
    """

    def __init__(self, tree: StoredTree) -> None:
        self._arrays = tree.arrays
        self._claimed: set[str] = set()
        self._groups = {
            group.removeprefix(f"{WEIGHTS}/"): _weight_names(stated, group)
            for group, stated in tree.attributes.items()
            if group.startswith(f"{WEIGHTS}/") or group == OPTIMIZER
        }

    @property
    def holds_weights(self) -> bool:
        return any(self._groups.values())

    def name(self, location: str) -> str:
        """What the file says a location is called: nothing, the location is made of names."""
        return ""

    def locate(self, members: Sequence[tuple[str, str]], container: str) -> list[str]:
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
        free = [
            (name, path)
            for name, path in self._groups.get(location.partition("/")[0].replace(_SLASH, "/") or OWN, ())
            if path in self._arrays and path not in self._claimed
        ]
        name = config.get("name")
        named = [item for item in free if f"/{name}/" in f"/{item[0]}"]
        if "/" in location and named:
            free = named
        if kind is None:
            found = [Weight(path, key.rpartition("/")[2], self._arrays[path], trainable) for key, path in free]
        else:
            found = self._known(kind, config, free, trainable)
        self._claimed.update(weight.path for weight in found)
        return tuple(found)

    def _known(self, kind: LayerKind, config: Config, free: list[tuple[str, str]], trainable: bool) -> list[Weight]:
        """The variables that the catalog lists for the class: by name, or else by order."""
        specs = kind.weights(config)
        found: list[Weight] = []
        for spec in specs:
            matching = [path for key, path in free if f"/{key}".endswith(f"/{spec.name}")]
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
        groups = [group for group in self._groups if group not in (OPTIMIZER, OWN)]
        return tuple(
            Layer(below(path, group), group, None, None, weights=self.weights(None, {"name": group}, group, trainable))
            for group in groups
        )

    def optimizer(self) -> tuple[Weight, ...]:
        """The optimizer's variables, in their stored order."""
        return tuple(
            Weight(path, key, self._arrays[path], False)
            for key, path in self._groups.get(OPTIMIZER, ())
            if path in self._arrays
        )

    def unclaimed(self) -> list[str]:
        """The variables that no layer has taken."""
        return sorted(
            path for path in self._arrays if path not in self._claimed and not path.startswith(f"{OPTIMIZER}/")
        )


def _weight_names(stated: Mapping[str, tuple[str, ...]], group: str) -> tuple[tuple[str, str], ...]:
    """The variables of a group in order: (name without Keras 2's ":0", path).

    A list too long for one attribute stands in `weight_names0`, `weight_names1`, ….
    """
    names = list(stated.get("weight_names", ()))
    part = 0
    while f"weight_names{part}" in stated:
        names += stated[f"weight_names{part}"]
        part += 1
    return tuple((name.removesuffix(":0"), f"{group}/{name}") for name in names)
