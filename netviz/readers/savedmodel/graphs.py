"""saved_model.pb: the graphs in it, each with tags, signatures and saved objects, without the computations.

The graph of operations, which may hold constants of hundreds of MB, is skipped by its length and never read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from netviz.model import Endpoint, Signature
from netviz.readers.guards import GUARDS, ProtobufLimits, raise_to
from netviz.readers.savedmodel.messages import GRAPH_FIELDS, META_GRAPHS, TABLES, tensor_of
from netviz.readers.savedmodel.wire import MessageReader, Record, WireError

INTERNAL = "__saved_model_"
"""Begins the names of signatures that TensorFlow adds for itself."""

VARIABLES, TRAINABLE = "variables", "trainable_variables"
"""Collections of TensorFlow 1."""


@dataclass(frozen=True, slots=True)
class SavedGraph:
    """One MetaGraphDef. `objects` is the message of the saved objects, {} in a graph of TensorFlow 1.

    `variables` are the names of its variables in the order they were made, with whether each is trained; a part of
    a variable that was cut counts under the name of the whole.
    """

    tags: tuple[str, ...]
    tensorflow: str | None
    signatures: tuple[Signature, ...]
    objects: Record
    variables: dict[str, bool]


def read_graphs(path: Path, limits: ProtobufLimits = GUARDS.protobuf) -> list[SavedGraph]:
    """The graphs of a saved_model.pb; raises WireError or OSError where it cannot be read."""
    reader = MessageReader(TABLES, limits)
    graphs = []
    read = 0
    with path.open("rb") as file:
        size = path.stat().st_size
        for number, begin, end in reader.skim(file, 0, size):
            if number != META_GRAPHS:
                continue
            fields: dict[str, list[Record]] = {name: [] for name in GRAPH_FIELDS.values()}
            for field, start, stop in reader.skim(file, begin, end):
                if field in GRAPH_FIELDS:
                    read += stop - start
                    if read > limits.message_bytes:
                        message = f"{read:,} bytes are far more than the description of a model needs"
                        raise WireError(message, raise_to(size))
                    file.seek(start)
                    name = GRAPH_FIELDS[field]
                    fields[name].append(reader.read(name, file.read(stop - start)))
            graphs.append(_graph(fields, reader))
    return graphs


def _graph(fields: dict[str, list[Record]], reader: MessageReader) -> SavedGraph:
    info = fields["info"][-1] if fields["info"] else {}
    signatures = [
        signature
        for entry in sorted(fields["signature"], key=lambda entry: str(entry.get("key", "")))
        if not (signature := _signature(entry)).name.startswith(INTERNAL)
    ]
    collections = {entry.get("key"): entry.get("value", {}).get("list", {}) for entry in fields["collection"]}
    trained = set(_names(collections.get(TRAINABLE, {}), reader))
    names = dict.fromkeys((*_names(collections.get(VARIABLES, {}), reader), *trained))
    return SavedGraph(
        tags=tuple(info.get("tags", ())),
        tensorflow=info.get("tensorflow_version"),
        signatures=tuple(signatures),
        objects=fields["objects"][-1] if fields["objects"] else {},
        variables={name: name in trained for name in names},
    )


def _signature(entry: Record) -> Signature:
    """A signature with its ends in the order of their names, in which TensorFlow calls them."""
    value = entry.get("value", {})
    ends = [
        tuple(
            Endpoint(end.get("key", ""), tensor_of(end.get("value", {})), None)
            for end in sorted(value.get(side, ()), key=lambda end: str(end.get("key", "")))
        )
        for side in ("inputs", "outputs")
    ]
    return Signature(entry.get("key", ""), ends[0], ends[1], value.get("method_name") or None)


def _names(collection: Record, reader: MessageReader) -> Iterator[str]:
    """The names in a collection of variables; what is no message of one is left out."""
    for value in collection.get("values", ()):
        try:
            variable = reader.read("VariableDef", value)
        except WireError:
            continue
        name = variable.get("slice", {}).get("name") or variable.get("name", "").rpartition(":")[0]
        if name:
            yield name
