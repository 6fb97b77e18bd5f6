"""What could not be compared, in words: unknown is no difference, but it is said."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice

from netviz.analysis.diff.layers import Passed, Told
from netviz.model import Model

NAMED = 3
"""Layers that a note names; of more it says how many."""

MOST_WARNINGS = 10
"""Of what is wrong with a source so many notes are repeated; of more it is said how many."""

BEARING = frozenset({
    "attribute-twice", "attribute-unreadable", "call-unreadable", "checksum-wrong", "config-unreadable",
    "dtype-unsupported", "external-link", "external-storage", "file-cut-off", "json-key-twice", "json-not-finite",
    "member-names-differ", "member-outside", "member-twice", "name-twice", "rule-failed", "shape-conflict",
    "shard-outside", "shard-unreadable", "size-claim", "soft-link", "stored-object-skipped", "training-unreadable",
    "two-formats", "unbuilt", "virtual-dataset", "weight-conflict", "weight-twice", "weights-missing",
    "weights-unknown", "weights-unreadable", "wrapped-too-often",
})  # fmt: skip
"""Codes of the notes of a source that bear on a comparison: what is damaged, left out, or can be read in two ways."""


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
    yield from _warnings(a, b)


def _warnings(a: Model, b: Model) -> Iterator[str]:
    """What is wrong with the sources and bears on the comparison, each with its side and layer."""
    ours, theirs = (
        [(note.path, note.message) for note in model.notes if note.severity != "info" and note.code in BEARING]
        for model in (a, b)
    )
    found = []
    for path, message in dict.fromkeys((*ours, *theirs)):
        both = (path, message) in ours and (path, message) in theirs
        side = "both" if both else "A" if (path, message) in ours else "B"
        found.append(f"In {side}{f', {path}' if path else ''}: {message}")
    yield from found[:MOST_WARNINGS]
    if len(found) > MOST_WARNINGS:
        yield f"{len(found) - MOST_WARNINGS:,} more warnings, which `netviz inspect` shows."


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
