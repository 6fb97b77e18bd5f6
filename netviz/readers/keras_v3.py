"""A .keras file, or the folder it was unzipped to, as a `Model`, without Keras."""

from __future__ import annotations

from pathlib import Path

from netviz.errors import SourceError
from netviz.model import Model, Note, Source
from netviz.readers.archive import Archive, read_folder, read_zip
from netviz.readers.assemble import assemble
from netviz.readers.config import PlanReader
from netviz.readers.hdf5 import Hdf5Store, StoredTree, read_tree, stamp_of
from netviz.readers.join import GroupStorage


def read_keras(path: Path) -> Model:
    """The model in a .keras file or folder; raises SourceError where it cannot be read."""
    archive = read_folder(path) if path.is_dir() else read_zip(path)
    notes: list[Note] = []
    tree = _stored(archive, notes)
    storage = GroupStorage(tree)
    entry = PlanReader(notes).read_entry(archive.config)
    if not entry.class_name:
        raise SourceError(f"{path}: config.json states no class, so it is not the config of a Keras model")
    version = archive.metadata.get("keras_version")
    source = Source(
        path=str(path),
        format="keras-v3",
        keras_version=version if isinstance(version, str) else None,
        read="static",
        bytes=archive.bytes,
    )
    store = None
    if archive.open_weights:
        file = archive.weights_file.absolute()  # the working folder may be another when a value is asked for
        store = Hdf5Store(file, stamp_of(file), archive.open_weights)
    return assemble(entry, storage, source, notes, store)


def _stored(archive: Archive, notes: list[Note]) -> StoredTree:
    """What the weights file holds; where there is none to be read, a note says why."""
    if archive.open_weights is None:
        notes.append(Note("warning", "weights-unreadable", "", f"Shown without weights: {archive.weights_problem}."))
        return StoredTree()
    try:
        with archive.open_weights() as file:
            tree = read_tree(file)
    except SourceError as error:
        notes.append(Note("warning", "weights-unreadable", "", f"Shown without weights: {error.message}."))
        return StoredTree()
    notes += [
        Note("warning", "stored-object-skipped", "", f"{path} in the weights file {reason}.")
        for path, reason in tree.skipped
    ]
    return tree
