"""A report as tables and as data, for terminals and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from netviz.analysis.cost.results import ModelCost
from netviz.analysis.document import build_document
from netviz.model import Model
from netviz.pages import Activation, FindingDetails, Link, Page, WeightDetails
from netviz.views import Column, Row, Sheet, Table

SCHEMA = 1

SHOWN = ("name", "class", "output", "parameters", "formula", "macs")
"""Columns of the table of layers that a terminal has room for."""

_FINDINGS = (
    Column("severity", "Finding", "severity"),
    Column("layer", "Layer"),
    Column("message", "What"),
    Column("remedy", "What to do"),
)
_NOTES = (Column("severity", "Note", "severity"), *_FINDINGS[1:3])
_ACTIVATIONS = (
    Column("activation", "Activation"),
    Column("formula", "Formula", "formula"),
    Column("range", "Range"),
    Column("layers", "Used by", "items"),
)
_LOOKED = (Column("fact", "Fact"), Column("value", "Value"))

MOST_NAMED = 6
"""Layers that are named of those that use an activation."""


def build_page_sheet(page: Page) -> Sheet:
    """The report as tables: the layers, the model as a whole, what was found, the activations in use."""
    looked = Table("looked", _LOOKED, (Row(("Looked at", page.looked.removeprefix("Looked at: "))),), heading=False)
    found = tuple(_finding_row(one) for one in page.findings if not one.note)
    findings = Table("findings", _FINDINGS, found, title="Findings")
    told = tuple(Row(_finding_row(one).cells[:3]) for one in page.findings if one.note)
    notes = Table("notes", _NOTES, told, title="Notes: what netviz could not know")
    activations = Table("activations", _ACTIVATIONS, tuple(map(_activation_row, page.activations)), title="Activations")
    tables = (_layers_table(page), *page.summary.tables, findings, looked, notes, activations)
    title = f"{page.title} ({page.class_name})" if page.class_name else page.title
    return Sheet(title, tuple(table for table in tables if table.rows))


def _layers_table(page: Page) -> Table:
    places = [place for place, column in enumerate(page.layers.columns) if column.key in SHOWN]
    rows = (replace(row, cells=tuple(row.cells[place] for place in places)) for row in page.layers.rows)
    return replace(page.layers, columns=tuple(page.layers.columns[place] for place in places), rows=tuple(rows))


def _finding_row(one: FindingDetails) -> Row:
    return Row((one.severity, one.where.words, one.message, one.remedy))


def _activation_row(one: Activation) -> Row:
    names = tuple(link.words for link in one.layers[:MOST_NAMED])
    more = len(one.layers) - len(names)
    if more:
        names = (*names, f"and {more:,} more")
    return Row((one.title, one.formula or one.problem, one.range, names))


def page_document(page: Page, model: Model, cost: ModelCost) -> dict[str, Any]:
    """The report as data: `model` is the document of `netviz inspect` with every config and cost, all else a report
    alone has.

    `figures` are of each weight of each layer, and of those of the model itself, whose layer is ""; those of values
    that were not looked at are missing.
    """
    return {
        "netviz": page.version,
        "schema": SCHEMA,
        "model": build_document(model, version=page.version, config=True, cost=cost),
        "facts": dict(page.facts),
        "looked": page.looked,
        "findings": [
            {
                "severity": one.severity,
                "code": one.code,
                "path": _path(page, one.where),
                "message": one.message,
                "remedy": one.remedy,
                "cves": list(one.cves),
            }
            for one in page.findings
            if not one.note
        ],
        "activations": [
            {
                "title": one.title,
                "formula": one.formula,
                "range": one.range,
                "about": one.about,
                "problem": one.problem,
                "layers": [_path(page, link) for link in one.layers],
            }
            for one in page.activations
        ],
        "figures": [
            {"layer": path, "name": weight.name, "path": weight.path, **_figures(weight)}
            for path, weight in _weights(page)
            if weight.figures is not None
        ],
    }


def _path(page: Page, link: Link) -> str:
    return "" if link.layer is None else page.details[link.layer].path


def _weights(page: Page) -> Iterator[tuple[str, WeightDetails]]:
    """Every weight with the path of the layer that has it."""
    yield from (("", weight) for weight in page.weights)
    for layer in page.details:
        for weight in layer.weights:
            yield layer.path, weight


def _figures(weight: WeightDetails) -> dict[str, Any]:
    figures = weight.figures
    assert figures is not None, "asked only for weights with figures"
    return {
        "size": figures.size,
        "zeros": figures.zeros,
        "nan": figures.nan,
        "infinite": figures.infinite,
        "minimum": figures.minimum,
        "maximum": figures.maximum,
        "mean": figures.mean,
        "std": figures.std,
        "norm": figures.norm,
        "histogram": list(figures.counts),
    }
