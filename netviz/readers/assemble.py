"""What a source holds, put together to a `Model`, with the notes that hold for it as a whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

from netviz.catalog.hazards import hazards
from netviz.model import Layer, Model, Note, Source
from netviz.readers.build import LayerBuilder
from netviz.readers.config import PlanReader, is_keras_1
from netviz.readers.join import GroupStorage
from netviz.readers.parts import LOADABLE, Parts
from netviz.readers.plan import Entry
from netviz.readers.quantized import quantization_notes
from netviz.readers.stored import StoredTree

WEIGHTS_ONLY = (
    "This file holds weights alone: shown are the layers that own them, without classes, shapes and calls; which "
    "weights are trainable is not stored either. A config shows the rest: --architecture FILE, architecture=…, with a "
    "model.to_json() file or any file of the whole model."
)


SAVES_NESTED_LISTS = (3, 15)
"""The first version of Keras that saves layers in lists of lists (its pull request 22362)."""


def assemble(parts: Parts) -> Model:
    """The model of what a source holds; what is missing or does not fit goes to its notes."""
    notes = parts.notes
    storage = parts.storage or GroupStorage(StoredTree())
    entry = _entry(parts)
    loadable = parts.source.format in LOADABLE
    root = LayerBuilder(storage, notes, loadable=loadable).build(entry, "", "")
    if not entry.plan and not entry.steps and storage.name(""):
        root = replace(root, name=storage.name(""))
    if parts.architecture is None:
        notes.append(Note("info", "weights-only", "", WEIGHTS_ONLY))
        root = replace(root, name=root.name or _stem(parts.source))
    elif not storage.holds_weights:
        notes += _without_weights(root)
    if parts.architecture is not None and entry.plan is None:
        notes.append(_without_layers(entry, loadable, storage.holds_weights))
    if parts.source.format == "keras-v3" and (
        entry.plan is None or any(note.code == "class-unknown" for note in notes)
    ):
        notes += _lost_by_keras(parts.source.keras_version)
    dangers = _hazards(parts)  # infos are for a check: which classes it needs, `inspect` tells in its own way
    notes[:0] = [note for note in dangers if note.severity != "info"]
    optimizer = storage.optimizer()
    notes += quantization_notes(root)
    unclaimed = storage.unclaimed()
    if unclaimed:
        joined = any(note.code == "architecture-joined" for note in notes)
        another = " Is the architecture that of another model?" if joined else ""
        notes.append(
            Note(
                "warning",
                "weights-unclaimed",
                "",
                f"{len(unclaimed)} stored variables belong to no layer of the config, first {unclaimed[0]}.{another}",
            )
        )
    model = Model(
        root=root,
        source=parts.source,
        notes=tuple(notes),
        optimizer=optimizer,
        training=parts.architecture.training if parts.architecture else None,
        store=parts.store,
        examine=partial(_examined, parts.examine, [note for note in dangers if note.severity == "info"]),
    )
    return parts.finish(model)


def _hazards(parts: Parts) -> list[Note]:
    """What loading the model would do beyond building layers, by all that the source has serialised."""
    found: list[Note] = []
    if parts.architecture is not None:
        config = parts.architecture.config
        training = None if "compile_config" in config else parts.architecture.training  # else it is in there
        found += [*hazards(config), *hazards(training, place="training_config")]
    for serialized in parts.serialized:
        name = serialized.get("name")
        for note in hazards(serialized, path=name if isinstance(name, str) else ""):
            told = (one for one in found if (one.code, one.message) == (note.code, note.message))
            if not any(one.path == note.path or one.path.endswith(f"/{note.path}") for one in told):
                found.append(note)
    return found


def _examined(examine: Callable[[], Iterable[Note]], known: list[Note]) -> list[Note]:
    """What only matters where a model is examined: what is known of it already, and what a look at every byte shows."""
    return [*known, *examine()]


def _entry(parts: Parts) -> Entry:
    """The entry for the model as its config has it, or one of an unknown class where there is no config."""
    if parts.architecture is None:
        return Entry("", None, None, {}, None)
    config, legacy = parts.architecture.config, parts.architecture.legacy
    keras_1 = legacy and is_keras_1(parts.architecture.keras_version, config)
    return PlanReader(parts.notes, legacy=legacy, keras_1=keras_1).read_entry(config)


def _stem(source: Source) -> str:
    """The name of the file without its suffixes: "m" for "runs/m.weights.h5"."""
    return Path(source.path or "").name.partition(".")[0]


def _without_weights(root: Layer) -> list[Note]:
    """What holds for the weights of a model whose file has none: of which the shapes are known."""
    derived = [(layer, weight) for layer in (root, *root.walk()) for weight in layer.weights]
    unknown = [
        layer.path or layer.name or "a layer without a name" for layer, weight in derived if weight.tensor.shape is None
    ]
    if not derived or (len(derived) == 1 and not root.layers):
        return []
    given = "The file holds no weights: shapes are those that settings and inputs of the layers ask for."
    notes = [Note("info", "weights-derived", "", given)]
    if unknown:
        what = (
            f"The shape of a weight of {unknown[0]} is"
            if len(unknown) == 1
            else f"The shapes of {len(unknown):,} weights, the first of them in {unknown[0]}, are"
        )
        message = f"{what} not known: neither the file nor the settings and inputs of the layers tell."
        notes.append(Note("warning", "weights-unknown", "", message))
    return notes


def _without_layers(entry: Entry, loadable: bool, weights: bool) -> Note:
    """What a config without layers leaves open, and how to see it."""
    if entry.kind is not None and not entry.kind.registered:
        message = f"The config of this {entry.class_name} lists no layers, which Keras always writes."
        return Note("warning", "config-unreadable", "", message)
    shown = (
        "nor are there weights, so there is nothing to show."
        if not weights
        else "shown are the stored weights by the layers that own them, without classes and calls; which weights are "
        "trainable is not stored either."
    )
    remedy = (
        "To see the layers, import the module that defines the class and let Keras load the model: "
        "netviz.inspect(path, load=True)."
        if loadable
        else "The live model tells its layers: netviz.inspect(model)."
    )
    message = f"{entry.class_name} builds its layers in code, which the file does not hold: {shown} {remedy}"
    return Note("info", "subclassed", "", message)


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
