"""An HDF5 file of Keras, without Keras: a whole model (.h5, .hdf5), or weights alone in either of their two forms.

A whole model has its config in an attribute. Variables stand by name where the groups list them ("conv1/kernel", with
":0" behind it in Keras 2), or by class and number as in a .keras file ("layers/conv2d/vars/0", in .weights.h5).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from netviz.errors import SourceError
from netviz.model import Config, Note, Source
from netviz.readers.ambiguous import other_readings
from netviz.readers.archive import open_file, size_of
from netviz.readers.guards import GUARDS, Guards, Hdf5Limits
from netviz.readers.hdf5 import Hdf5Store, read_tree, stamp_of
from netviz.readers.join import GroupStorage, Storage
from netviz.readers.json_text import examine_json, parse_json, parse_model
from netviz.readers.named import NamedStorage
from netviz.readers.parts import Architecture, Parts, training_of
from netviz.readers.stored import StoredTree

NUMBERED = re.compile(r"(.*/)?vars/\d+")
"""Where a variable stands in a .weights.h5 file."""

SHARD = re.compile(r"(?P<model>.+)_\d{5}\.weights\.h5")
"""What Keras calls the files over which it spreads weights."""


def read_hdf5(path: Path, limits: Guards = GUARDS) -> Parts:
    """What an HDF5 file holds; raises SourceError where it cannot be read or holds nothing of Keras."""
    tree = read_tree_of(path, limits.hdf5)
    stated = {name: texts[0] for name, texts in tree.attributes.get("", {}).items() if texts}
    version = stated.get("keras_version")
    wrote_hdf5_by_any_name = (version or "").startswith("2.")
    notes = tree.notes()
    for note in other_readings(path, "hdf5", limits=limits.zip):
        if note.code != "suffix-misleads" or not wrote_hdf5_by_any_name:
            notes.append(note)
    architecture = None
    storage: Storage
    if "model_config" in tree.unreadable:
        raise SourceError(
            f"{path}: model_config cannot be read: {tree.unreadable['model_config']}", "Save the model anew with h5py."
        )
    if "model_config" in stated:
        config = parse_model(path, "model_config", stated["model_config"], limits.json)
        architecture = Architecture(
            config, legacy=True, training=_training(path, stated, notes, limits), keras_version=version
        )
        format_, storage = "keras-h5", NamedStorage(tree)
    elif "layer_names" in stated or "layer_names0" in stated:
        format_, storage = "weights-h5", NamedStorage(tree, "")
    elif tree.names or any(map(NUMBERED.fullmatch, tree.arrays)):
        format_, storage = "weights-v3", GroupStorage(tree)
        notes += _one_shard_of_several(path)
    else:
        if tree.cut:
            raise SourceError(f"{path}: the file is cut off: {tree.cut}", "Copy or download the file again.")
        held = ", ".join(list(tree.arrays)[:3]) or "nothing"
        raise SourceError(
            f"{path}: this HDF5 file holds neither a Keras model nor weights of one",
            f"It has no attribute model_config and no groups of layers. It holds: {held}.",
        )
    source = Source(str(path), format_, version, "static", size_of(path))
    return Parts(source, architecture, storage, store_of(path, limits.hdf5), notes, examine=partial(_examine, stated))


def _training(path: Path, stated: Mapping[str, str], notes: list[Note], limits: Guards) -> Config | None:
    """What the model was compiled with; a note where that is damaged, for the layers do not depend on it."""
    try:
        return training_of(parse_json(path, "training_config", stated.get("training_config", "{}"), limits.json))
    except SourceError as error:
        notes.append(Note("warning", "training-unreadable", "", f"{error.message}."))
        return None


def _examine(stated: Mapping[str, str]) -> Iterator[Note]:
    """What is odd in the texts that the file states."""
    for name in ("model_config", "training_config"):
        if name in stated:
            yield from examine_json(name, stated[name])


def read_tree_of(path: Path, limits: Hdf5Limits = GUARDS.hdf5) -> StoredTree:
    """What an HDF5 file has stored; raises SourceError that names the file."""
    with open_file(path) as file:
        try:
            return read_tree(file, limits)
        except SourceError as error:
            raise SourceError(f"{path}: {error.message}", error.hint or "Copy or download the file again.") from error


def store_of(path: Path, limits: Hdf5Limits = GUARDS.hdf5) -> Hdf5Store:
    """The values of an HDF5 file, also when the working folder is another by then."""
    path = path.absolute()
    return Hdf5Store(path, stamp_of(path), partial(open_file, path), limits)


def _one_shard_of_several(path: Path) -> list[Note]:
    """A note where the name is that of a shard and the map of the shards lies beside it."""
    found = SHARD.fullmatch(path.name)
    whole = path.with_name(f"{found['model']}.weights.json") if found else None
    if whole is None or not whole.is_file():
        return []
    return [Note("info", "one-shard", "", f"One part of weights spread over several files: {whole} has them all.")]
