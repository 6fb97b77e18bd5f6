"""A .keras file, or the folder it was unzipped to, without Keras."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from netviz.errors import SourceError
from netviz.model import Note, Source
from netviz.readers.ambiguous import other_readings
from netviz.readers.archive import Archive, read_folder, read_zip
from netviz.readers.guards import GUARDS, Guards, Hdf5Limits
from netviz.readers.hdf5 import Hdf5Store, read_tree, stamp_of
from netviz.readers.join import GroupStorage
from netviz.readers.parts import Architecture, Parts, training_of
from netviz.readers.stored import StoredTree
from netviz.readers.window import start_of

MODEL_CONFIG = "model_config"
"""The attribute that makes a model of HDF5 data."""


def read_keras(path: Path, limits: Guards = GUARDS) -> Parts:
    """What a .keras file or folder holds; raises SourceError where it cannot be read."""
    archive = read_folder(path, limits) if path.is_dir() else read_zip(path, limits)
    notes = [*archive.notes]
    tree, start = _stored(archive, notes, limits.hdf5)
    if not path.is_dir():
        notes += other_readings(path, "zip", start, limits.zip)
    if not isinstance(archive.config.get("class_name"), str):
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
    if archive.open_weights and tree.arrays:
        file = archive.weights_file.absolute()  # the working folder may be another when a value is asked for
        store = Hdf5Store(file, stamp_of(file), archive.open_weights, limits.hdf5)
    training = training_of(archive.config.get("compile_config"))
    architecture = Architecture(archive.config, training=training, keras_version=source.keras_version)
    place = path.absolute()
    return Parts(
        source,
        architecture,
        GroupStorage(tree, source.keras_version),
        store,
        notes,
        examine=partial(_examine, place, limits),
    )


def _examine(path: Path, limits: Guards) -> Iterator[Note]:
    """What a look at every member shows; imported when asked for, as reading does without it."""
    from netviz.readers.members import examine_folder, examine_zip

    return examine_folder(path, limits) if path.is_dir() else examine_zip(path, limits)


def _stored(archive: Archive, notes: list[Note], limits: Hdf5Limits) -> tuple[StoredTree, int | None]:
    """What the weights file holds; where there is none to be read, a note says why.

    With it comes where in the zip file that is known to be weights and no model of its own; None if nothing is.
    """
    if archive.open_weights is None:
        notes.append(
            Note("warning", "weights-unreadable", "", f"The weights cannot be read: {archive.weights_problem}.")
        )
        return StoredTree(), None
    try:
        with archive.open_weights() as file:
            tree = read_tree(file, limits)
            start = start_of(file)
    except SourceError as error:
        notes.append(_unreadable(error.message))
        return StoredTree(), None
    notes += tree.notes()
    may_be_model = {"", MODEL_CONFIG}.intersection((*tree.attributes.get("", ()), *tree.unreadable))
    return tree, None if may_be_model else start


def _unreadable(reason: str) -> Note:
    return Note("warning", "weights-unreadable", "", f"The weights cannot be read: {reason}.")
