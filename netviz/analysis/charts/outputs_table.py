"""The health of what flows through a model: a table with a row for each output, and the same as plain data."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from netviz.analysis.charts.outputs import Output, Outputs, dead_share, shape_of
from netviz.analysis.health.wording import number
from netviz.model import Note
from netviz.views import Column, Row, Sheet, Table

SCHEMA = 1

NARROWER = (("class",), ("class", "minimum", "maximum"), ("class", "minimum", "maximum", "shape"))
"""The columns that a terminal too narrow for all of them does without, step by step."""

SHARES = (0.01, 0.25, 0.5, 0.75, 0.99)
"""Of the values the shares whose quantiles are in the data."""

Cell = Callable[[Outputs, Output, int], object]


def _or_nothing(value: object) -> object:
    return "" if value is None else value


COLUMNS: tuple[tuple[Column, Cell], ...] = (
    (Column("output", "Output of"), lambda all_, one, samples: one.name),
    (Column("class", "Class", "class"), lambda all_, one, samples: one.class_name),
    (Column("shape", "Shape", "shapes"), lambda all_, one, samples: (shape_of(one.activity, samples),)),
    (Column("mean", "Mean", "number"), lambda all_, one, samples: _or_nothing(one.activity.mean)),
    (Column("std", "Std", "number"), lambda all_, one, samples: _or_nothing(one.activity.std)),
    (Column("minimum", "Min", "number"), lambda all_, one, samples: _or_nothing(one.activity.minimum)),
    (Column("maximum", "Max", "number"), lambda all_, one, samples: _or_nothing(one.activity.maximum)),
    (Column("zeros", "Zeros", "share"), lambda all_, one, samples: _or_nothing(_zeros(one))),
    (Column("dead", "Dead units", "share"), lambda all_, one, samples: _or_nothing(dead_share(one))),
    (Column("saturated", "Saturated", "share"), lambda all_, one, samples: _or_nothing(one.activity.saturated_share)),
    (Column("scale", "Scale", "number"), lambda all_, one, samples: _or_nothing(all_.drift(one))),
    (
        Column("nonfinite", "NaN/Inf", "count"),
        lambda all_, one, samples: _nonfinite(one),
    ),
)


def _nonfinite(one: Output) -> object:
    if one.activity.nan and one.activity.nan == one.activity.size:
        return "all NaN"
    return one.activity.nan + one.activity.infinite or ""


def _zeros(one: Output) -> float | None:
    return one.activity.zero_share if one.activity.minimum is not None else None


def build_outputs_sheet(
    outputs: Outputs, samples: int, said: Sequence[str], notes: Sequence[Note], spared: Iterable[str] = ()
) -> Sheet:
    """A row for each output in the order of execution; below what was done to the input, and what is to be noted."""
    found = list(outputs.found.values())
    no_room = set(spared)
    left_out = set(no_room)
    if not any(one.activity.nan or one.activity.infinite for one in found):
        left_out.add("nonfinite")
    left_out |= {key for key, empty in _EMPTY if all(empty(one) for one in found)}
    columns = [(column, cell) for column, cell in COLUMNS if column.key not in left_out]
    rows = tuple(Row(tuple(cell(outputs, one, samples) for _, cell in columns), family=one.family) for one in found)
    facts = [("Input", text) for text in said]
    reference = outputs.reference
    if reference:
        facts.append(("Scale", f"the deviation as a multiple of that of {reference[0]}, {reference[1]:.4g}"))
    if "dead" not in left_out:
        facts.append(("Dead units", "give one value for all samples and places"))
    if "saturated" not in left_out:
        facts.append(("Saturated", "within 1 % of the end of the activation's range; of softmax the largest of each"))
    if spared := [column.title for column, _ in COLUMNS if column.key in no_room]:
        facts.append(("No room for", f"{', '.join(spared)}; a wider terminal shows them"))
    facts += [(note.severity.capitalize(), note.message) for note in notes]
    tables = [Table("outputs", tuple(column for column, _ in columns), rows)]
    if facts:
        about = (Column("fact", "Fact"), Column("value", "Value"))
        tables.append(Table("notes", about, tuple(Row(fact) for fact in facts), heading=False))
    title = f"{outputs.model.name}: outputs of {number(len(found), 'call')} for {number(samples, 'sample')}"
    return Sheet(title, tuple(tables))


_EMPTY: tuple[tuple[str, Callable[[Output], bool]], ...] = (
    ("dead", lambda one: dead_share(one) is None),
    ("saturated", lambda one: one.activity.saturated_share is None),
)


def statistics(outputs: Outputs, one: Output, samples: int) -> dict[str, Any]:
    """The figures of one output as plain data; what is not finite is None.

    Quantiles and histogram are those of `sampled` values, which are all where they are few.
    """
    activity = one.activity
    quantiles = activity.seen.quantiles(SHARES)
    counts, edges = activity.seen.histogram(64)
    shape = shape_of(activity, samples)
    return {
        "class_name": one.class_name,
        "layer": one.layer.path if one.layer else None,
        "shape": list(shape),
        "dtype": activity.dtype,
        "size": activity.size,
        "mean": _plain(activity.mean),
        "std": _plain(activity.std),
        "minimum": _plain(activity.minimum),
        "maximum": _plain(activity.maximum),
        "zeros": activity.zeros,
        "nan": activity.nan,
        "infinite": activity.infinite,
        "units": activity.units,
        "dead": activity.dead,
        "saturated": _plain(activity.saturated_share),
        "scale": _plain(outputs.drift(one)),
        "sampled": activity.seen.size,
        "quantiles": None if quantiles is None else dict(zip(map(str, SHARES), map(_plain, quantiles), strict=True)),
        "histogram": None
        if quantiles is None
        else {"edges": [_plain(edge) for edge in edges.tolist()], "counts": counts.tolist()},
    }


def outputs_document(
    outputs: Outputs, samples: int, said: Sequence[str], notes: Sequence[Note], version: str
) -> dict[str, Any]:
    """The figures of all outputs as plain data: schema 1 of `netviz outputs --format json`."""
    return {
        "netviz": version,
        "schema": SCHEMA,
        "name": outputs.model.name,
        "source": {"path": outputs.model.source.path, "format": outputs.model.source.format},
        "samples": samples,
        "input": list(said),
        "outputs": {name: statistics(outputs, one, samples) for name, one in outputs.found.items()},
        "notes": [
            {"severity": note.severity, "code": note.code, "path": note.path, "message": note.message} for note in notes
        ],
    }


def _plain(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else value
