"""What could not be compared, in words: unknown is no difference, but it is said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netviz.analysis.diff.layers import Compared
from netviz.model import Layer, Model

NAMED = 3
"""Layers that a note names; of more it says how many."""


def notes_of(compared: Compared, a: Model, b: Model, untold: Sequence[Layer], training: str) -> tuple[str, ...]:
    """The notes of a comparison, each a sentence."""
    return tuple(_notes(compared, a, b, untold, training))


def _notes(compared: Compared, a: Model, b: Model, untold: Sequence[Layer], training: str) -> Iterator[str]:
    for side, model, held in zip("AB", (a, b), compared.held, strict=True):
        if not held.values:
            yield f"{side} holds no values of weights: their values were not compared."
        if not held.layers:
            yield f"{side} tells weights and not classes, settings or connections: these were not compared."
        if model.root.graph is not None and held.layers and not model.graph.calls and model.graph.layers:
            yield f"{side} does not tell how its layers are connected: connections were not compared."
    if untold:
        names = _names([layer.path for layer in untold])
        yield f"Only one side tells of layers without weights: {names}."
    if compared.settings:
        versions = " and ".join(_version(model) for model in (a, b))
        many = f"{compared.settings:,} setting{'s' * (compared.settings != 1)}"
        yield f"{many} that only one side states were not compared: {versions} write different ones."
    if compared.weights:
        yield f"What weights there are is known on one side only: {_names(compared.weights)}."
    if compared.inside:
        yield f"What is inside is known on one side only: {_names(compared.inside)}."
    if training:
        yield training


def _version(model: Model) -> str:
    return f"Keras {model.source.keras_version}" if model.source.keras_version else "an unknown version of Keras"


def _names(paths: Sequence[str]) -> str:
    shown = ", ".join(path or "the model itself" for path in paths[:NAMED])
    return shown if len(paths) <= NAMED else f"{shown} and {len(paths) - NAMED:,} more"
