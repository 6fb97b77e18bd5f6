"""Weights that Keras has spread over several HDF5 files (`save_weights` with `max_shard_size`), without Keras.

A map, NAME.weights.json, says which files hold the variables of which group; one group may lie in several.
Only files beside the map are opened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from netviz.errors import NetvizError, SourceError
from netviz.model import Note, Source, Tensor, Weight, WeightStore
from netviz.readers.archive import HDF5_MAGIC, is_hdf5, leads_out, size_of
from netviz.readers.guards import GUARDS, Guards
from netviz.readers.join import GroupStorage
from netviz.readers.keras_h5 import read_tree_of, store_of
from netviz.readers.parts import Parts
from netviz.readers.stored import StoredTree

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class ShardStore:
    """Values of weights that lie in several files; `stores` has the store of each by the path of the weight."""

    stores: Mapping[str, WeightStore] = field(repr=False)

    def read(self, weight: Weight) -> NDArray[np.generic]:
        """The values of one weight; raises NetvizError as the store of its file does."""
        return self._store(weight).read(weight)

    def blocks(self, weight: Weight) -> Iterator[NDArray[np.generic]]:
        """The same piece by piece."""
        return self._store(weight).blocks(weight)

    def _store(self, weight: Weight) -> WeightStore:
        if weight.path not in self.stores:
            raise SourceError(f"{weight.path}: none of the mapped files holds it")
        return self.stores[weight.path]


def read_shards(path: Path, mapped: object, limits: Guards = GUARDS) -> Parts:
    """The weights in the files that the map in the file at `path` names for each group.

    What is missing or cannot be read goes to the notes.

    Raises SourceError where none of the files can be read.
    """
    if not isinstance(mapped, Mapping):
        raise SourceError(f"{path}: its weight_map is no map of files", "save_weights with max_shard_size writes one.")
    files = _files_by_group(mapped)
    named = {name for group in files.values() for name in group}
    if len(named) > limits.folder.files:
        raise SourceError(f"{path}: names {len(named):,} files, far more than Keras spreads weights over")
    notes: list[Note] = []
    arrays: dict[str, Tensor] = {}
    names: dict[str, str] = {}
    stores: dict[str, WeightStore] = {}
    size = size_of(path)
    for name in sorted(named):
        try:
            shard = _shard(path, name)
            tree = read_tree_of(shard, limits.hdf5)
        except _Outside as error:
            notes.append(Note("danger", "shard-outside", "", f"A part of the weights is not read: {error.message}."))
            continue
        except NetvizError as error:
            notes.append(
                Note("warning", "shard-unreadable", "", f"A part of the weights cannot be read: {error.message}.")
            )
            continue
        notes += tree.notes()
        store = store_of(shard, limits.hdf5)
        size += size_of(shard)
        names = {**tree.names, **names}
        for array, tensor in tree.arrays.items():
            if array in arrays:
                message = f"{array} stands in {name} and in a file before it, whose values are shown."
                notes.append(Note("warning", "weight-twice", "", message))
            else:
                arrays[array], stores[array] = tensor, store
    if not stores and mapped:
        first = f": {notes[0].message}" if notes else ""
        raise SourceError(f"{path}: none of the weights that it maps can be read{first}")
    groups = {array.rpartition("/")[0] for array in arrays}
    notes += [
        Note("warning", "weights-missing", "", f"None of the mapped files holds variables of {group}.")
        for group in files
        if group not in groups
    ]
    source = Source(str(path), "weights-shards", None, "static", size)
    tree = StoredTree(arrays, names)
    return Parts(source, None, GroupStorage(tree), ShardStore(stores), notes)


def _files_by_group(mapped: Mapping[str, object]) -> dict[str, list[str]]:
    """The names of the files for each group: "layers/dense/vars" -> ["m_00000.weights.h5"]."""
    return {
        group.strip("/"): [name for name in (value if isinstance(value, list) else [value]) if isinstance(name, str)]
        for group, value in mapped.items()
    }


class _Outside(SourceError):
    """The name of a file leads out of the folder."""


def _shard(path: Path, name: str) -> Path:
    """The file of that name beside the map; raises SourceError for a name that leads elsewhere, or to no HDF5 file."""
    if name in ("", ".", "..") or "/" in name or "\\" in name or "\0" in name or ":" in name:
        raise _Outside(f"{name!r} is no name of a file beside {path.name}, and is not opened")
    shard = path.with_name(name)
    if leads_out(path.parent, shard):
        raise _Outside(f"{shard} is a link to another folder, and is not opened")
    if not shard.exists():
        raise SourceError(f"{shard}: no such file")
    if not is_hdf5(shard):
        raise SourceError(f"{shard}: not an HDF5 file (it does not begin with {HDF5_MAGIC[1:4].decode()})")
    return shard
