"""What a model is in a few words each: the line that a reader looks at first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netviz.model import Endpoint, Model, Shape

MOST_ENDS = 3
"""Inputs or outputs whose shapes are written out; of more it says how many."""

UNITS = ((1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "KB"))

FORMATS = {
    "keras_v3": "Keras 3 file",
    "live": "live model",
}


def build_facts(model: Model, layers: int) -> tuple[tuple[str, str], ...]:
    """What is said of the model at the top: (what, how much) each; "?" is unknown."""
    return tuple(_facts(model, layers))


def _facts(model: Model, layers: int) -> Iterator[tuple[str, str]]:
    counts = model.parameters
    least = "at least " if counts.unknown else ""
    yield "Layers", f"{layers:,}"
    yield "Parameters", f"{least}{counts.total:,}"
    yield "Trainable", f"{counts.trainable:,}"
    yield "Weights", least + size_text(counts.bytes)
    yield "Input", _ends(model.graph.inputs)
    yield "Output", _ends(model.graph.outputs)
    version = f", Keras {model.source.keras_version}" if model.source.keras_version else ""
    yield "Format", model.source.format + version


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
    return "×".join("any" if axis is None else str(axis) for axis in shape[1:]) or "a number"


def size_text(size: int) -> str:
    """A number of bytes in a binary unit with one digit: "339.3 MB"."""
    for unit, name in UNITS:
        if size >= unit:
            return f"{size / unit:,.1f} {name}"
    return f"{size} B"
