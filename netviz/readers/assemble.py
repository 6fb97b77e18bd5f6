"""An entry, stored variables and a source put together to a `Model`, with the notes that hold for it as a whole."""

from __future__ import annotations

import re
from dataclasses import replace

from netviz.model import Model, Note, Source, WeightStore
from netviz.readers.build import LayerBuilder
from netviz.readers.join import Storage
from netviz.readers.plan import Entry

SAVES_NESTED_LISTS = (3, 15)
"""The first version of Keras that saves layers in lists of lists (its pull request 22362)."""


def assemble(entry: Entry, storage: Storage, source: Source, notes: list[Note], store: WeightStore | None) -> Model:
    """The model that `entry` describes, its variables taken from `storage`; `notes` are those made so far."""
    root = LayerBuilder(storage, notes).build(entry, "", "")
    optimizer = storage.optimizer()
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
    if not entry.plan and not entry.steps and storage.name(""):
        root = replace(root, name=storage.name(""))
    if entry.plan is None or any(note.code == "class-unknown" for note in notes):
        notes += _lost_by_keras(source.keras_version)
    unclaimed = storage.unclaimed()
    if unclaimed:
        notes.append(
            Note(
                "warning",
                "weights-unclaimed",
                "",
                f"{len(unclaimed)} stored variables belong to no layer of the config, first {unclaimed[0]}.",
            )
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
