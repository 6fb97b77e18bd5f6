"""What a model is in a few words each: the line that a reader looks at first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netviz.catalog.formulas import grouped, written
from netviz.model import Endpoint, Model, Shape

MOST_ENDS = 3
"""Inputs or outputs whose shapes are written out; of more it says how many."""

UNITS = ("B", "KB", "MB", "GB", "TB")
"""Steps of 1024, under the names that Keras prints."""

FORMATS = {
    "keras-v3": "Keras 3 file",
    "keras-h5": "Keras HDF5 file",
    "keras-json": "config in JSON",
    "saved-model": "SavedModel",
    "weights-v3": "weights of Keras 3",
    "weights-shards": "weights in shards",
    "weights-h5": "weights in HDF5",
    "live": "live model",
}
"""What the formats of sources are called at the top of a page."""


UNKNOWN = frozenset({"unbuilt"})
"""Codes of notes by which a model may have weights that are not counted."""


def build_facts(model: Model, layers: int) -> tuple[tuple[str, str], ...]:
    """What is said of the model at the top: (what, how much) each; "?" is unknown."""
    return tuple(_facts(model, layers))


def _facts(model: Model, layers: int) -> Iterator[tuple[str, str]]:
    counts, source = model.parameters, model.source
    least = "at least " if counts.unknown else ""
    known = counts.total > 0 or not (counts.unknown or any(note.code in UNKNOWN for note in model.notes))
    yield "Layers", f"{layers:,}"
    yield "Parameters", least + grouped(counts.total) if known else "?"
    if counts.total:
        yield "Trainable", {counts.total: "all", 0: "none"}.get(counts.trainable, grouped(counts.trainable))
        yield "Weights", least + size_text(counts.bytes) if counts.bytes else "?"
    yield "Input", _ends(model.graph.inputs)
    yield "Output", _ends(model.graph.outputs)
    version = f", Keras {source.keras_version}" if source.keras_version else ""
    yield "Format", FORMATS.get(source.format, source.format) + version


def _ends(ends: Sequence[Endpoint]) -> str:
    if not ends:
        return "?"
    if len(ends) > MOST_ENDS:
        return f"{len(ends)} tensors"
    return ", ".join(shape_text(end.shape) for end in ends)


def shape_text(shape: Shape | None) -> str:
    """A shape without the batch axis: "224×224×3"; "a number" for one without more axes."""
    if shape is None:
        return "?"
    return "×".join("any" if axis is None else written(axis) for axis in shape[1:]) or "a number"


def size_text(size: int) -> str:
    """A number of bytes in a binary unit: "339.3 MB", "12 B"."""
    unit = min((size.bit_length() - 1) // 10, len(UNITS) - 1) if size else 0
    whole = size >> 10 * unit
    if unit == 0 or whole >= 1 << 50:  # a file may claim more than a float holds
        return f"{grouped(whole)} {UNITS[unit]}"
    return f"{size / (1 << 10 * unit):,.1f} {UNITS[unit]}"
