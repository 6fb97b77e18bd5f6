"""What could not be compared, in words: unknown is no difference, but it is said."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice

from netviz.analysis.diff.layers import Passed, Told
from netviz.model import Model

NAMED = 3
"""Layers that a note names; of more it says how many."""


def notes_of(passed: Passed, a: Model, b: Model) -> tuple[str, ...]:
    """The notes of a comparison, each a sentence."""
    return tuple(_notes(passed, a, b))


def _notes(passed: Passed, a: Model, b: Model) -> Iterator[str]:
    sides = tuple(zip((a, b), passed.told, strict=True))
    if a.root.all_weights or b.root.all_weights:
        yield from _said([not told.values for _, told in sides], "no values of weights: they were not compared", "hold")
    alone = [not told.layers for _, told in sides]
    yield from _said(alone, "weights alone: classes, settings and connections were not compared", "hold")
    yield from _said(
        [_unwired(*side) for side in sides], "nothing of how layers are connected: that was not compared", "say"
    )
    if passed.layers:
        yield f"Only one side can tell of these layers: {_names(passed.layers)}."
    if passed.settings:
        many = f"{passed.settings:,} setting{'s' * (passed.settings != 1)}"
        versions = dict.fromkeys(map(_version, (a, b)))
        yield f"{many} that only one side states: {' and '.join(versions)} do not write the same ones."
    if passed.weights:
        yield f"Weights whose counterparts are unknown: those of {_names(passed.weights)}."
    if passed.inside:
        yield f"What is inside, which only one side tells: in {_names(passed.inside)}."
    if passed.compiled:
        yield passed.compiled


def _said(sides: list[bool], what: str, verb: str) -> Iterator[str]:
    """The sentence with the sides of which it is true, if there are any."""
    if all(sides):
        yield f"Both {verb} {what}."
    elif any(sides):
        yield f"{'A' if sides[0] else 'B'} {verb}s {what}."


def _unwired(model: Model, told: Told) -> bool:
    return told.layers and bool(model.graph.layers) and not model.graph.calls


def _version(model: Model) -> str:
    return f"Keras {model.source.keras_version}" if model.source.keras_version else "an unknown Keras"


def _names(paths: Collection[str]) -> str:
    shown = ", ".join(path or "the model itself" for path in islice(paths, NAMED))
    return shown if len(paths) <= NAMED else f"{shown} and {len(paths) - NAMED:,} more"
