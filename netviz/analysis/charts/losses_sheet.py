"""Losses as tables and as data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from netviz.analysis.charts.functions_sheet import SAMPLES, SCHEMA, finite, numbers
from netviz.analysis.charts.losses_plotted import ModelLosses, PlottedLoss
from netviz.catalog.functions.kinds import Case
from netviz.views import Column, Row, Sheet, Table

SPARED = ("source", "class", "parameters", "also")
"""Columns that a terminal goes without, one after the other, where it is too narrow for all."""

_COLUMNS = (
    Column("loss", "Loss"),
    Column("class", "Class"),
    Column("parameters", "Parameters", "items"),
    Column("formula", "Formula", "formula"),
    Column("over", "Over"),
    Column("also", "Also", "items"),
    Column("source", "Source"),
)


def build_losses_sheet(losses: Sequence[PlottedLoss], title: str, spared: Sequence[str] = ()) -> Sheet:
    """A row per loss, without the columns that are `spared`; then those that cannot be drawn, with the reason."""
    columns = tuple(column for column in _COLUMNS if column.key not in spared)
    tables = [Table("losses", columns, tuple(Row(tuple(_cells(loss)[one.key] for one in columns)) for loss in losses))]
    tables += _remarks(losses)
    left = [loss for loss in losses if not loss.cases]
    if left:
        rows = tuple(Row((loss.title, loss.reason)) for loss in left)
        tables.append(Table("undrawn", (Column("loss", "Not drawn"), Column("reason", "Because")), rows))
    return Sheet(title, tuple(tables))


def _remarks(losses: Sequence[PlottedLoss]) -> list[Table]:
    """A table of what has to be known of some losses besides; none where there is nothing."""
    rows = tuple(Row((loss.title, loss.remark)) for loss in losses if loss.remark)
    return [Table("remarks", (Column("loss", "Of"), Column("remark", "Remark")), rows)] if rows else []


def _cells(loss: PlottedLoss) -> dict[str, object]:
    return {
        "loss": loss.title,
        "class": loss.class_name,
        "parameters": loss.parameters,
        "formula": loss.formula.text,
        "over": loss.over.title if loss.over else "",
        "also": loss.aliases,
        "source": loss.source,
        "outputs": loss.outputs,
    }


def build_model_losses_sheet(losses: ModelLosses, title: str) -> Sheet:
    """A row per loss that the model was compiled with, and one per loss that is not known, with the reason."""
    shown = [column for column in _COLUMNS if column.key in ("loss", "formula", "over")]
    columns = (shown[0], Column("outputs", "Outputs", "items"), *shown[1:])
    rows = tuple(Row(tuple(_cells(loss)[one.key] for one in columns)) for loss in losses.losses)
    tables = [Table("losses", columns, rows)]
    tables += _remarks(losses.losses)
    if losses.missing:
        heads = (Column("output", "Output"), Column("name", "Not known"), Column("reason", "Because"))
        told = tuple(Row((one.output, one.name, one.reason)) for one in losses.missing)
        tables.append(Table("unknown", heads, told))
    return Sheet(title, tuple(tables))


def losses_document(
    losses: Sequence[PlottedLoss], version: str, model: ModelLosses | None = None, name: str = ""
) -> dict[str, Any]:
    """The losses as plain data, sampled evenly: schema 1 of `netviz losses --format json`."""
    document: dict[str, Any] = {"netviz": version, "schema": SCHEMA}
    if model is not None:
        document["name"] = name
    document["losses"] = [_document(loss) for loss in losses]
    if model is not None:
        document["unknown"] = [{"output": one.output, "name": one.name, "reason": one.reason} for one in model.missing]
    return document


def _document(loss: PlottedLoss) -> dict[str, Any]:
    x = np.linspace(*loss.limits, SAMPLES)
    over = loss.over
    return {
        "name": loss.name,
        "title": loss.title,
        "class_name": loss.class_name,
        "parameters": dict(loss.settings),
        "formula": loss.formula.text,
        "tex": loss.formula.tex,
        "aliases": list(loss.aliases),
        "source": loss.source,
        "over": {"kind": over.kind, "title": over.title, "low": finite(over.domain[0]), "high": finite(over.domain[1])}
        if over
        else None,
        "shown": loss.shown or None,
        "remark": loss.remark or None,
        "reason": loss.reason or None,
        "x": numbers(x) if loss.cases else None,
        "curves": [_sampled(case, x) for case in loss.cases],
        **({"outputs": list(loss.outputs)} if loss.outputs else {}),
    }


def _sampled(case: Case, x: Any) -> dict[str, Any]:
    with np.errstate(all="ignore"):
        return {"label": case.label or None, "y": numbers(case.value(x)), "gradient": numbers(case.gradient(x))}
