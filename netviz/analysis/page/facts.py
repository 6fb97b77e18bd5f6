"""What a model is in a few words each: the line that a reader looks at first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netviz.analysis.amounts import short, size
from netviz.analysis.cost.results import ModelCost
from netviz.analysis.summary import count_bounds
from netviz.analysis.summary_cost import inputs_words
from netviz.catalog.formulas import grouped, written
from netviz.model import Endpoint, Model, Shape, Source

MOST_ENDS = 3
"""Inputs or outputs whose shapes are written out; of more it says how many."""

FORMATS = {
    "keras-v3": "Keras 3 file",
    "keras-h5": "Keras file in HDF5",
    "keras-json": "config in JSON",
    "saved-model": "SavedModel of TensorFlow",
    "weights-v3": "weights of Keras 3",
    "weights-shards": "weights of Keras 3 in several files",
    "weights-h5": "weights in HDF5",
    "live": "live model",
}
"""What the formats of sources are called on a page."""

READ = {
    "static": "read from the file, nothing was run",
    "loaded": "loaded by Keras",
    "live": "from the live model",
}
"""How a model was read, in words."""


def build_facts(model: Model, layers: int, cost: ModelCost) -> tuple[tuple[str, str], ...]:
    """What is said of the model at the top: (what, how much) each; "?" is unknown."""
    return tuple(_facts(model, layers, cost))


def _facts(model: Model, layers: int, cost: ModelCost) -> Iterator[tuple[str, str]]:
    counts, bounds, source = model.parameters, count_bounds(model), model.source
    all_counted = bounds.total == ""
    yield "Layers", f"{layers:,}"
    yield "Parameters", _bounded(bounds.total, grouped(counts.total), counts.total > 0 or all_counted)
    if counts.total:
        trainable = grouped(counts.trainable)
        if bounds.trainable == "":
            trainable = {counts.total: "all", 0: "none"}.get(counts.trainable, trainable)
        yield "Trainable", _bounded(bounds.trainable, trainable, bounds.trainable is not None)
        yield "Weights", _bounded(bounds.total, size(counts.bytes), counts.bytes > 0)
    if cost.layers and (cost.macs or not cost.exact):
        batch = f" for a batch of {grouped(cost.batch)}" if cost.batch > 1 and cost.macs else ""
        if cost.macs and _given(model, cost):
            batch = f" for {inputs_words(cost)}"
        yield "MACs", _bounded("" if cost.exact else "at least", short(cost.macs) + batch, cost.macs > 0)
    for what, ends in (("Input", model.graph.inputs), ("Output", model.graph.outputs)):
        yield what if len(ends) < 2 else f"{what}s", _ends(ends)
    yield "Format", format_words(source)


def _given(model: Model, cost: ModelCost) -> bool:
    """Whether the costs hold for lengths that the model leaves open."""
    pairs = zip(model.graph.inputs, cost.inputs, strict=False)
    return any(end.shape and shape and None in end.shape[1:] and None not in shape for end, (_, shape) in pairs)


def _bounded(bound: str | None, text: str, known: bool) -> str:
    """The text with "at least" or "at most" before it; "?" where nothing is known."""
    return f"{bound} {text}".lstrip() if known else "?"


def format_words(source: Source) -> str:
    """What the source is, and the Keras that wrote it."""
    version = f", Keras {source.keras_version}" if source.keras_version else ""
    return FORMATS.get(source.format, source.format) + version


def _ends(ends: Sequence[Endpoint]) -> str:
    if not ends:
        return "?"
    if len(ends) > MOST_ENDS:
        return f"{len(ends)} tensors"
    *first, last = (
        lengths_text(end.shape) for end in ends
    )  # with "and", since two inputs of 16 are not one of (16, 16)
    return f"{', '.join(first)} and {last}" if first else last


def lengths_text(shape: Shape | None) -> str:
    """A shape without the batch axis: "224×224×3"; "a number" for one without more axes.

    In a table a shape stands as Python writes it; at the top it is for readers who do not count axes.
    """
    if shape is None:
        return "?"
    return "×".join("None" if axis is None else written(axis) for axis in shape[1:]) or "a number"
