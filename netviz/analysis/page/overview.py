"""What holds for the whole model, as tables: those of a summary in words for readers, and the weights of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from netviz.analysis.cost.results import ModelCost
from netviz.analysis.page.facts import FORMATS, READ
from netviz.analysis.summary import model_tables, weights_table
from netviz.analysis.summary_cost import cost_tables
from netviz.model import Model
from netviz.pages import WeightDetails
from netviz.views import Column, Row, Sheet, Table

_FIGURES = (
    Column("minimum", "Minimum", "number"),
    Column("mean", "Mean", "number"),
    Column("maximum", "Maximum", "number"),
    Column("std", "Std", "number"),
)


def build_overview(model: Model, weights: Sequence[WeightDetails], cost: ModelCost) -> Sheet:
    """The tables about the model as a whole; `weights` are the details of its own."""
    tables = [_in_words(table) if table.name == "source" else table for table in model_tables(model)]
    tables[1:1] = cost_tables(cost) if cost.layers else ()
    if weights:
        tables.append(_own_weights(model, weights))
    return Sheet(model.name, tuple(tables))


def _in_words(source: Table) -> Table:
    """The table of the source with words in place of what `netviz inspect` calls formats and ways to read."""
    words = {"format": FORMATS, "read": READ}
    named = [words.get(column.key, {}) for column in source.columns]
    rows = [
        replace(row, cells=tuple(names.get(str(cell), cell) for names, cell in zip(named, row.cells, strict=True)))
        for row in source.rows
    ]
    return replace(source, rows=tuple(rows))


def _own_weights(model: Model, weights: Sequence[WeightDetails]) -> Table:
    """The weights that belong to no layer, with what their values are like where these were looked at."""
    table = replace(weights_table((model.root,), naming=False), title="Weights of the model itself")
    if not any(one.figures for one in weights):
        return table
    rows = []
    for row, one in zip(table.rows, weights, strict=True):
        values = [getattr(one.figures, column.key, None) for column in _FIGURES]
        rows.append(Row((*row.cells, *values)))
    return replace(table, columns=(*table.columns, *_FIGURES), rows=tuple(rows))
