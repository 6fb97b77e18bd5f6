"""What weights are like as a table, a row each, and as plain data."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from netviz.analysis.charts.weights import SHARES, Figures, Weighed
from netviz.analysis.health.wording import number
from netviz.model import Model
from netviz.views import Column, Row, Sheet, Table

SCHEMA = 1

NARROWER = (
    ("norm", "dtype"),
    ("norm", "dtype", "q25", "q75"),
    ("norm", "dtype", "q25", "q75", "q01", "q99"),
    ("norm", "dtype", "q25", "q75", "q01", "q99", "median"),
    ("norm", "dtype", "q25", "q75", "q01", "q99", "median", "shape"),
)
"""The columns that a terminal too narrow for all of them does without, step by step."""

Cell = Callable[[Weighed], object]


def _of(take: Callable[[Figures], object]) -> Cell:
    """What a figure is; unknown where the values cannot be read, nothing where there is no finite one."""

    def cell(one: Weighed) -> object:
        if one.figures is None:
            return None
        value = take(one.figures)
        return "" if value is None else value

    return cell


def _quantile(place: int) -> Cell:
    return _of(lambda figures: figures.quantiles and figures.quantiles[place])


def _nonfinite(figures: Figures) -> object:
    return figures.nan + figures.infinite or ""


COLUMNS: tuple[tuple[Column, Cell], ...] = (
    (Column("layer", "Layer"), lambda one: one.held.place),
    (Column("weight", "Weight"), lambda one: one.held.weight.name),
    (Column("shape", "Shape", "shapes"), lambda one: (one.held.weight.tensor.shape,)),
    (Column("dtype", "Dtype"), lambda one: one.held.weight.tensor.dtype),
    (Column("mean", "Mean", "number"), _of(lambda figures: figures.mean)),
    (Column("std", "Std", "number"), _of(lambda figures: figures.std)),
    (Column("minimum", "Min", "number"), _of(lambda figures: figures.minimum)),
    (Column("q01", "1 %", "number"), _quantile(0)),
    (Column("q25", "25 %", "number"), _quantile(1)),
    (Column("median", "Median", "number"), _quantile(2)),
    (Column("q75", "75 %", "number"), _quantile(3)),
    (Column("q99", "99 %", "number"), _quantile(4)),
    (Column("maximum", "Max", "number"), _of(lambda figures: figures.maximum)),
    (Column("zeros", "Zeros", "share"), _of(lambda figures: figures.zeros / figures.size if figures.size else None)),
    (Column("nonfinite", "NaN/Inf", "count"), _of(_nonfinite)),
    (Column("norm", "Norm", "number"), _of(lambda figures: figures.norm)),
)

RANK: tuple[Column, Cell] = (
    Column("rank", "Eff. rank", "number"),
    lambda one: "" if one.rank is None and not one.problem else one.rank,
)


def build_weights_sheet(
    model: Model, weighed: Sequence[Weighed], *, rank: bool = False, spared: Iterable[str] = ()
) -> Sheet:
    """A row for each weight, and below it why something of one is not known; `spared` are columns to do without."""
    left_out = set(spared)
    sound = not any(one.figures.nan + one.figures.infinite for one in weighed if one.figures)
    needless = left_out | ({"nonfinite"} if sound else set()) | (set() if rank else {RANK[0].key})
    columns = [(column, cell) for column, cell in (*COLUMNS, RANK) if column.key not in needless]
    rows = tuple(Row(tuple(cell(one) for _, cell in columns), family=one.held.family) for one in weighed)
    tables = [Table("weights", tuple(column for column, _ in columns), rows)] if rows else []
    notes = [Row((f"{one.held.place}/{one.held.weight.name}", one.problem)) for one in weighed if one.problem]
    if notes:
        tables.append(Table("notes", (Column("weight", "Not known of"), Column("reason", "Because")), tuple(notes)))
    if left_out:
        names = ", ".join(column.title for column, _ in COLUMNS if column.key in left_out)
        row = Row(("No room for", f"{names}; a wider terminal shows them"))
        tables.append(Table("spared", (Column("fact", "Fact"), Column("value", "Value")), (row,), heading=False))
    values = sum(one.figures.size if one.figures else one.held.weight.tensor.size or 0 for one in weighed)
    return Sheet(f"{model.name}: {number(len(weighed), 'weight')}, {number(values, 'value')}", tuple(tables))


def weights_document(model: Model, weighed: Sequence[Weighed], version: str) -> dict[str, Any]:
    """The same as plain data, with the histograms; `version` is that of netviz. What is not finite is None."""
    return {
        "netviz": version,
        "schema": SCHEMA,
        "name": model.name,
        "source": {"path": model.source.path, "format": model.source.format},
        "weights": [_entry(one) for one in weighed],
    }


def _entry(one: Weighed) -> dict[str, Any]:
    weight, figures = one.held.weight, one.figures
    entry: dict[str, Any] = {
        "layer": one.held.layer.path,
        "class_name": one.held.layer.class_name,
        "weight": weight.name,
        "path": weight.path,
        "shape": None if weight.tensor.shape is None else list(weight.tensor.shape),
        "dtype": weight.tensor.dtype,
        "problem": one.problem or None,
    }
    for key in ("size", "zeros", "nan", "infinite", "mean", "std", "minimum", "maximum", "norm"):
        entry[key] = _plain(getattr(figures, key)) if figures else None
    quantiles = figures.quantiles if figures else None
    entry["quantiles"] = None if quantiles is None else dict(zip(map(str, SHARES), map(_plain, quantiles), strict=True))
    entry["effective_rank"] = _plain(one.rank)
    entry["histogram"] = None
    if one.edges is not None and one.counts is not None:
        entry["histogram"] = {"edges": [_plain(edge) for edge in one.edges.tolist()], "counts": one.counts.tolist()}
    return entry


def _plain(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else value
