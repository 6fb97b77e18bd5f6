"""A SavedModel folder of TensorFlow, without TensorFlow.

Such a folder holds what a model computes, and only sometimes what it is: Keras 2 adds keras_metadata.pb, from which
layers, calls and shapes come as from its other files. Else the saved objects (`objects`) or, of TensorFlow 1, the
names of the variables (`names`) tell what holds which weights. The signatures are always there.

The protocol buffers and the index of the variables are read by modules of this room (`wire`, `table`), for reasons
told there; nothing of the computation is read, let alone run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from netviz.errors import SourceError
from netviz.model import Config, Graph, Model, Note, Signature, Source, Weight
from netviz.readers.archive import CONFIG, files_in, leads_out, size_of
from netviz.readers.guards import GUARDS, Guards, ProtobufLimits, raise_to
from netviz.readers.json_text import COST_OF_A_BYTE, memory_of
from netviz.readers.parts import Architecture, Parts, training_of
from netviz.readers.recognise import SAVED_MODEL
from netviz.readers.savedmodel.bundle import INDEX, Bundle, BundleStore, read_bundle, stamps_of
from netviz.readers.savedmodel.calls import with_calls
from netviz.readers.savedmodel.graphs import SavedGraph, read_graphs
from netviz.readers.savedmodel.messages import TABLES
from netviz.readers.savedmodel.metadata import read_metadata
from netviz.readers.savedmodel.names import NameStorage
from netviz.readers.savedmodel.objects import ObjectGraph, keys_of, read_objects
from netviz.readers.savedmodel.storage import ObjectStorage
from netviz.readers.savedmodel.wire import MessageReader, Record, WireError

METADATA, VARIABLES, ASSETS = "keras_metadata.pb", "variables", "assets"
"""What lies beside saved_model.pb."""

CHECKPOINT = b"_CHECKPOINTABLE_OBJECT_GRAPH"
"""The key under which a bundle holds the objects of the checkpoint."""

SERVE, DEFAULT = "serve", "serving_default"
"""The tag of the graph, and the name of the signature, that are for use."""

OF_OTHER_FORMATS = ("weights-only", "subclassed", "class-unknown")
"""Notes on what other formats leave out: a SavedModel states class and trainability where Keras 2 wrote it."""


def read_saved_model(path: Path, limits: Guards = GUARDS) -> Parts:
    """What a SavedModel folder, or the one of a saved_model.pb, holds; raises SourceError where it cannot be read."""
    folder = path if path.is_dir() else path.parent
    if leads_out(folder, folder / SAVED_MODEL):
        raise SourceError(f"{folder / SAVED_MODEL}: a link out of the folder, which is not read")
    graphs = _graphs(folder / SAVED_MODEL, limits.protobuf)
    graph = next((one for one in graphs if SERVE in one.tags), graphs[0])
    notes: list[Note] = []
    if len(graphs) > 1:
        notes.append(_several(graphs, graph))
    notes += _leading_out(folder, limits)
    if os.path.lexists(folder / CONFIG):
        message = f"The folder holds {SAVED_MODEL}, shown here, and {CONFIG}; programs differ in which model they take."
        notes.append(Note("danger", "two-formats", "", message))
    bundle = _bundle(folder / VARIABLES, notes, limits.protobuf)
    keys, checkpoint = _keys(graph, bundle, notes, limits.protobuf)
    objects = read_objects(folder / SAVED_MODEL, graph.objects, keys, limits.protobuf)
    stated = _stated(folder / METADATA, objects, notes, limits)
    of_model = stated.get(0, {})
    version = of_model.get("keras_version")
    source = Source(
        str(path), "saved-model", version if isinstance(version, str) else None, "static", _size(folder, limits)
    )
    by_name = _by_name(objects, bundle, graph, checkpoint)
    storage = ObjectStorage(objects, stated, notes, limits.protobuf.layers) if by_name is None else NameStorage(by_name)
    architecture = None
    if of_model.get("class_name") and isinstance(storage, ObjectStorage) and objects[0].is_layer:
        described = storage.description(0)
        architecture = Architecture(
            described,
            legacy=True,
            training=training_of(of_model.get("training_config")),
            keras_version=source.keras_version,
        )
    config = of_model.get("config")
    calls_are_known = architecture is not None and isinstance(config, dict) and "layers" in config
    without_calls = () if calls_are_known else (_without_calls(of_model, graph, by_name is not None),)
    bundle = replace(bundle, folder=bundle.folder.absolute())
    no_variables = not (folder / VARIABLES).is_dir()
    name = _name_of(folder) if architecture is None else ""
    return Parts(
        source=source,
        architecture=architecture,
        storage=storage,
        serialized=[one for number, one in stated.items() if number],
        store=BundleStore(bundle, stamps_of(bundle)),
        notes=notes,
        examine=partial(_examine, (folder / SAVED_MODEL).absolute(), limits),
        finish=partial(_finished, storage, graph.signatures, without_calls, no_variables, name),
    )


def _finished(
    storage: ObjectStorage | NameStorage,
    signatures: tuple[Signature, ...],
    without_calls: tuple[Note, ...],
    no_variables: bool,
    name: str,
    model: Model,
) -> Model:
    """An assembled model with the signatures, and the notes that hold for SavedModels in the place of others.

    `without_calls` are those for a model whose calls are not known, where the ends are those of the signature for use;
    `name` is for one that states none.
    """
    root = model.root
    notes = [note for note in model.notes if note.code not in OF_OTHER_FORMATS]
    if no_variables and root.all_weights:
        message = f"The values of the weights are missing: the folder has no folder {VARIABLES}."
        notes.append(Note("warning", "weights-unreadable", "", message))
    if isinstance(storage, ObjectStorage):
        root = with_calls(root, storage.calls)
    notes += _aside(storage.aside())
    if name and root.class_name is None:
        root = replace(root, name=name)
    if not model.graph.calls:  # else a config, perhaps from elsewhere, tells of them
        notes += without_calls
    signature = _default(signatures)
    if not model.graph.inputs and signature is not None:
        graph = root.graph or Graph()
        root = replace(root, graph=replace(graph, inputs=signature.inputs, outputs=signature.outputs))
    return replace(model, root=root, signatures=signatures, notes=tuple(notes))


def _examine(path: Path, limits: Guards) -> Iterator[Note]:
    """What only a look at the computation shows; imported when asked for."""
    from netviz.readers.savedmodel.operations import examine_graphs

    return examine_graphs(path, limits.protobuf)


def _leading_out(folder: Path, limits: Guards) -> list[Note]:
    """A note for each file of the model that is a link out of its folder."""
    places = [folder / METADATA, folder / VARIABLES, folder / ASSETS]
    left_out: list[str] = []
    for inner in (VARIABLES, ASSETS):
        if (folder / inner).is_dir() and not leads_out(folder, folder / inner):
            places += (Path(entry.path) for entry in files_in(folder / inner, limits.folder, left_out))
    notes = [
        Note("danger", "member-outside", "", f"{place.relative_to(folder)} in the folder is a link out of it.")
        for place in places
        if leads_out(folder, place)
    ]
    if left_out:
        inside = Path(left_out[0]).relative_to(folder)
        message = (
            f"Not all of {inside} in the folder was looked at, so nothing is known of the rest: it cannot be listed, "
            f"or holds over {limits.folder.files:,} files."
        )
        notes.append(Note("danger", "not-examined", "", message))
    return notes


def _graphs(path: Path, limits: ProtobufLimits) -> list[SavedGraph]:
    try:
        graphs = read_graphs(path, limits)
    except WireError as error:
        raise SourceError(
            f"{path}: the file is damaged, cut off or no SavedModel: {error}",
            error.hint or "Copy or download the folder again.",
        ) from error
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror or error}", "A SavedModel is the folder with this file.") from error
    if not graphs:
        raise SourceError(f"{path}: the file holds no graph, so it is no SavedModel")
    return graphs


def _bundle(folder: Path, notes: list[Note], limits: ProtobufLimits) -> Bundle:
    """The variables of the folder; where there are none to be read a note says why."""
    if not folder.is_dir():
        return Bundle(folder)  # a model without variables has no such folder
    try:
        return read_bundle(folder, limits)
    except OSError as error:
        reason = f"{error.filename or folder}: {error.strerror or error}"
    except WireError as error:
        reason = f"{folder / INDEX}: {error}{f' ({error.hint[:-1]})' if error.hint else ''}"
    notes.append(Note("warning", "weights-unreadable", "", f"Shown without the values of weights: {reason}."))
    return Bundle(folder)


def _keys(graph: SavedGraph, bundle: Bundle, notes: list[Note], limits: ProtobufLimits) -> tuple[dict[int, str], bool]:
    """The keys of the variables' values by the numbers of the objects, and whether the bundle is one of objects."""
    if CHECKPOINT not in bundle.stored:
        return {}, False
    try:
        texts = bundle.texts(CHECKPOINT)
        checkpoint: Record = MessageReader(TABLES, limits).read("TrackableObjectGraph", b"".join(texts))
    except (OSError, WireError) as error:
        message = f"Shown without the values of weights: the objects of the checkpoint cannot be read: {error}."
        notes.append(Note("warning", "weights-unreadable", "", message))
        return {}, True
    keys = keys_of(graph.objects, checkpoint)
    return {number: key for number, key in keys.items() if key.encode() in bundle.stored}, True


def _stated(path: Path, objects: ObjectGraph, notes: list[Note], limits: Guards) -> dict[int, Config]:
    """What Keras states of the objects, by number."""
    texts = {number: saved.metadata for number, saved in enumerate(objects.objects) if saved.is_layer}
    if path.is_file():
        try:
            size = path.stat().st_size
            if leads_out(path.parent, path):
                raise WireError("it is a link out of the folder, and is not read")
            if size > limits.protobuf.message_bytes:
                raise WireError(f"{size:,} bytes are far more than a model needs ({raise_to(size)[:-1]})")
            nodes = MessageReader(TABLES, limits.protobuf).read("SavedMetadata", path.read_bytes()).get("nodes", ())
            texts.update({node.get("id", 0): node.get("metadata", "") for node in nodes})
        except (OSError, WireError) as error:
            notes.append(_not_stated(f"{path}: {error}"))
    if sum(map(len, texts.values())) * COST_OF_A_BYTE > limits.json.objects_bytes:
        needed = sum(map(memory_of, texts.values()))
        if needed > limits.json.objects_bytes:
            notes.append(_not_stated(f"it would take {needed >> 20:,} MiB of memory ({raise_to(needed)[:-1]})"))
            return {}
    read = {number: read_metadata(text) for number, text in texts.items()}
    unreadable = sum(stated is None for stated in read.values())
    if unreadable:
        notes.append(_not_stated(f"the JSON of {unreadable} of {len(read)} objects is damaged"))
    return {number: stated for number, stated in read.items() if stated}


def _not_stated(reason: str) -> Note:
    message = f"What Keras states of the layers was not looked at, so nothing is known of it: {reason}."
    return Note("danger", "not-examined", "", message)


def _by_name(objects: ObjectGraph, bundle: Bundle, graph: SavedGraph, checkpoint: bool) -> list[Weight] | None:
    """The variables where only their names place them; None where the objects that hold them do.

    Without objects that is so, and where the first only lists the variables, as what Keras 3 exports does.
    """
    if not objects:
        return [] if checkpoint else _of_collections(bundle, graph)
    listed = objects.listed(0, "variables")
    if objects[0].is_layer or not listed:
        return None
    held = [number for _, number in objects.inside(0, through_objects=True)]
    if {*held, *objects.below(*held)}.issuperset(listed):
        return None
    return [
        Weight(variable.key or f"(no values)/{number}", variable.name, variable.tensor, variable.trainable)
        for number in listed
        if (variable := objects[number].variable) is not None
    ]


def _of_collections(bundle: Bundle, graph: SavedGraph) -> list[Weight]:
    """The variables of TensorFlow 1, in the order they were made; without a list of these all count as trainable."""
    tensors = {key.decode("utf-8", "backslashreplace"): bundle.stored[key].tensor for key in bundle.whole}
    ordered = dict.fromkeys((*(name for name in graph.variables if name in tensors), *tensors))
    return [Weight(name, name, tensors[name], graph.variables.get(name, not graph.variables)) for name in ordered]


def _default(signatures: tuple[Signature, ...]) -> Signature | None:
    """The signature that is meant where none is named."""
    named = {signature.name: signature for signature in signatures}
    return named.get(DEFAULT) or (signatures[0] if len(signatures) == 1 else None)


def _without_calls(of_model: Config, graph: SavedGraph, by_name: bool) -> Note:
    """What a SavedModel leaves out that does not tell what feeds what."""
    if of_model.get("class_name"):
        message = (
            f"{of_model['class_name']} calls its layers in code: shown are the layers as TensorFlow saved them, "
            "without the calls between them, which only that code tells. Keras 3 loads no SavedModel; tf_keras does: "
            "tf_keras.models.load_model(folder)."
        )
        return Note("info", "calls-unknown", "", message)
    place = "names" if by_name else "the objects that hold them"
    message = (
        f"Saved by TensorFlow{f' {graph.tensorflow}' if graph.tensorflow else ''} without Keras's description of "
        f"the layers: shown are the variables by {place}, without classes and calls; the signatures tell what goes "
        "in and out."
    )
    if by_name:  # the names of an export are made of those of the layers
        message += (
            " A config of the Keras model shows the rest: --architecture FILE, architecture=…, with a model.to_json() "
            "file or any file of the whole model."
        )
    return Note("info", "layers-unknown", "", message)


def _aside(keys: list[str]) -> list[Note]:
    if not keys:
        return []
    message = (
        f"Saved beside the weights, and not shown: {len(keys)} variables such as the states of random generators, "
        f"first {keys[0]}."
    )
    return [Note("info", "variables-aside", "", message)]


def _several(graphs: list[SavedGraph], shown: SavedGraph) -> Note:
    tags = "; ".join(", ".join(graph.tags) or "none" for graph in graphs)
    message = f"The folder holds {len(graphs)} graphs, with the tags {tags}; shown is that of {', '.join(shown.tags)}."
    return Note("info", "several-graphs", "", message)


def _size(folder: Path, limits: Guards) -> int:
    """Bytes of the files that make up a SavedModel; what else lies in the folder is not looked at."""
    size = 0
    for name in (SAVED_MODEL, METADATA, VARIABLES, ASSETS):
        with suppress(OSError):  # it may not be read
            size += 0 if leads_out(folder, folder / name) else size_of(folder / name, limits.folder)
    return size


def _name_of(folder: Path) -> str:
    """The folder's name; that of the folder around it where it only counts versions, as for TensorFlow Serving."""
    folder = folder.absolute()
    return folder.parent.name if folder.name.isdigit() and folder.parent.name else folder.name
