"""A .keras file, or the folder it was unzipped to, as a `Model`, without Keras."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from netviz.errors import SourceError
from netviz.model import Model, Note, Source
from netviz.readers.archive import Archive, read_folder, read_zip
from netviz.readers.build import LayerBuilder
from netviz.readers.hdf5 import Hdf5Store, StoredTree, read_tree, stamp_of
from netviz.readers.join import Storage
from netviz.readers.plan import PlanReader

SAVES_NESTED_LISTS = (3, 15)
"""The first version of Keras that saves layers in lists of lists (its pull request 22362)."""


def read_keras(path: Path) -> Model:
    """The model in a .keras file or folder; raises SourceError where it cannot be read."""
    archive = read_folder(path) if path.is_dir() else read_zip(path)
    try:
        return _model(path, archive)
    except RecursionError as error:
        raise SourceError(f"{path}: config.json is nested deeper than any model") from error


def _model(path: Path, archive: Archive) -> Model:
    notes: list[Note] = []
    tree = _stored(archive, notes)
    storage = Storage(tree)
    entry = PlanReader(notes).read_entry(archive.config)
    if not entry.class_name:
        raise SourceError(f"{path}: config.json states no class, so it is not the config of a Keras model")
    root = LayerBuilder(storage, notes).build(entry, "", "")
    optimizer = storage.optimizer()
    version = archive.metadata.get("keras_version")
    version = version if isinstance(version, str) else None
    if entry.plan is None and entry.kind is not None:
        message = f"The config of this {entry.class_name} lists no layers, which Keras always writes."
        notes.append(Note("warning", "config-unreadable", "", message))
    elif entry.plan is None:
        notes.append(
            Note(
                "info",
                "subclassed",
                "",
                f"{entry.class_name} builds its layers in code, which the file does not hold: shown are the stored "
                "weights by the layers that own them, without classes and calls; which weights are trainable is not "
                "stored either. To see these, import the module that defines the class and let Keras load the model: "
                "netviz.inspect(path, load=True).",
            )
        )
    if not entry.plan and not entry.steps and tree.names.get(""):
        root = replace(root, name=tree.names[""])
    if entry.plan is None or any(note.code == "class-unknown" for note in notes):
        notes += _lost_by_keras(version)
    unclaimed = [name for name in storage.unclaimed() if not name.startswith("metrics/")]
    if unclaimed:
        notes.append(
            Note(
                "warning",
                "weights-unclaimed",
                "",
                f"{len(unclaimed)} stored variables belong to no layer of the config, first {unclaimed[0]}.",
            )
        )
    store = None
    if archive.open_weights:
        file = archive.weights_file.absolute()  # the working folder may be another when a value is asked for
        store = Hdf5Store(file, stamp_of(file), archive.open_weights)
    source = Source(
        path=str(path),
        format="keras-v3",
        keras_version=version,
        read="static",
        bytes=archive.bytes,
    )
    return Model(root, source, tuple(notes), optimizer, store)


def _lost_by_keras(version: str | None) -> list[Note]:
    """A note where the Keras that wrote the file did not save layers in lists of lists of a custom class."""
    found = re.match(r"(\d+)\.(\d+)", version or "")
    if found is None or (int(found[1]), int(found[2])) >= SAVES_NESTED_LISTS:
        return []
    return [
        Note(
            "info",
            "nested-lists-unsaved",
            "",
            f"Keras {version} did not save layers that a class of your own keeps in lists of lists: if there were any, "
            "their weights are not in the file. Keras 3.15 saves them.",
        )
    ]


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
