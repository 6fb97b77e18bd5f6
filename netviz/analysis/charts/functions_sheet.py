"""Activations as tables and as data; of a model with the layers that use them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from netviz.analysis.charts.functions_model import Missing, ModelFunctions
from netviz.analysis.charts.functions_plotted import Component, Plotted, Use, drawn_over
from netviz.catalog.functions.kinds import Interval
from netviz.views import Column, Row, Sheet, Table

SCHEMA = 1

SAMPLES = 241
"""Numbers in the data of a curve, evenly spaced, both ends included."""

NAMED = 8
"""Layers that a row names; of more it says how many. The data has all."""

SPARED = ("source", "also", "parameters", "slope", "saturates")
"""Columns that a terminal goes without, one after the other, where it is too narrow for all."""

SPARED_OF_MODEL = ("saturates", "range")
"""The same of the functions of a model."""

_COLUMNS = (
    Column("function", "Function"),
    Column("parameters", "Parameters", "items"),
    Column("formula", "Formula", "formula"),
    Column("range", "Range"),
    Column("saturates", "Saturates", "items"),
    Column("slope", "Slope at 0 (from left)", "number"),
    Column("also", "Also", "items"),
    Column("source", "Source"),
)

_USED = (
    Column("function", "Function"),
    Column("layers", "Layers", "count"),
    Column("where", "Where", "items"),
    Column("formula", "Formula", "formula"),
    Column("range", "Range"),
    Column("saturates", "Saturates", "items"),
)


def build_functions_sheet(functions: Sequence[Plotted], title: str, spared: Sequence[str] = ()) -> Sheet:
    """A row per function, without the columns that are `spared`."""
    columns = tuple(column for column in _COLUMNS if column.key not in spared)
    rows = tuple(
        Row(tuple(_cells(function)[column.key] for column in columns), family="activation") for function in functions
    )
    return Sheet(title, (Table("functions", columns, rows),))


def _cells(function: Plotted) -> dict[str, object]:
    return {
        "function": function.title
        + (f" ({function.about})" if function.about and not function.settings and not function.uses else ""),
        "parameters": function.parameters,
        "formula": function.formula.text if function.formula else "",
        "range": str(function.range) if function.range else "",
        "saturates": tuple(one.text for one in function.saturation),
        "slope": slope_at_zero(function),
        "also": function.aliases,
        "source": function.source,
        "layers": len({use.path for use in function.uses}),
        "where": _where(function.uses),
    }


def slope_at_zero(function: Plotted) -> float | str:
    """The derivative at 0 of what has one curve, "" of what has several; at a kink the one from the left."""
    if len(function.components) != 1 or function.kind == "callable":
        return ""
    return float(function.components[0].slope(np.zeros(1))[0])


def _where(uses: Sequence[Use]) -> tuple[str, ...]:
    told = [f"{use.path} ({use.setting})" if use.setting not in ("", "activation") else use.path for use in uses]
    return (*told[:NAMED], f"{len(told) - NAMED:,} more") if len(told) > NAMED else tuple(told)


def build_model_sheet(functions: ModelFunctions, title: str, spared: Sequence[str] = ()) -> Sheet:
    """A row per function that the model uses, and one per function that is not known, with the reason."""
    columns = tuple(column for column in _USED if column.key not in spared)
    rows = tuple(
        Row(tuple(_cells(function)[column.key] for column in columns), family="activation")
        for function in functions.functions
    )
    tables = [Table("functions", columns, rows)]
    if not rows:
        none = "no activation functions in this model" if not functions.missing else "none that is known"
        tables = [Table("functions", (Column("function", "Function"),), (Row((none,)),))]
    if functions.missing:
        tables.append(missing_table(functions.missing))
    return Sheet(title, tuple(tables))


def missing_table(missing: Sequence[Missing]) -> Table:
    """What is not known, with the reason."""
    columns = (
        Column("layer", "Layer"),
        Column("setting", "Setting"),
        Column("name", "Not known"),
        Column("reason", "Because"),
    )
    return Table(
        "unknown", columns, tuple(Row((one.use.path, one.use.setting, one.name, one.reason)) for one in missing)
    )


def functions_document(
    functions: Sequence[Plotted],
    limits: tuple[float, float] | None,
    version: str,
    model: ModelFunctions | None = None,
    name: str = "",
) -> dict[str, Any]:
    """The functions as plain data, sampled evenly: schema 1 of `netviz functions --format json`.

    Without limits each is sampled over what is drawn of it by itself.
    """
    document: dict[str, Any] = {"netviz": version, "schema": SCHEMA}
    if model is not None:
        document["name"] = name
    document["functions"] = [_document(function, drawn_over([function], limits)) for function in functions]
    if model is not None:
        document["unknown"] = [
            {"path": one.use.path, "setting": one.use.setting or None, "name": one.name, "reason": one.reason}
            for one in model.missing
        ]
    return document


def _document(function: Plotted, limits: tuple[float, float]) -> dict[str, Any]:
    x = np.linspace(*limits, SAMPLES)
    curves = [_sampled(component, x) for component in function.components]
    single = len(curves) == 1
    document: dict[str, Any] = {
        "name": function.name,
        "title": function.title,
        "kind": function.kind,
        "parameters": dict(function.settings),
        "formula": function.formula.text if function.formula else None,
        "tex": function.formula.tex if function.formula else None,
        "range": _interval(function.range),
        "saturation": [
            {"begin": finite(one.begin), "end": finite(one.end), "value": one.value, "exact": one.exact}
            for one in function.saturation
        ],
        "slope_at_zero": slope_at_zero(function) if slope_at_zero(function) != "" else None,
        "aliases": list(function.aliases),
        "source": function.source or None,
        "remark": function.remark or None,
        "x": numbers(x),
        "y": curves[0]["y"] if single else None,
        "derivative": curves[0]["derivative"] if single else None,
    }
    if not single:
        document["shown"] = function.shown
        document["components"] = curves
    if function.slopes is not None:
        document["slopes"] = dict(function.slopes)
    if function.uses:
        document["layers"] = [{"path": use.path, "setting": use.setting or None} for use in function.uses]
    return document


def _sampled(component: Component, x: Any) -> dict[str, Any]:
    return {
        "label": component.label or None,
        "y": numbers(component.value(x)),
        "derivative": numbers(component.slope(x)),
    }


def _interval(interval: Interval | None) -> Mapping[str, Any] | None:
    if interval is None:
        return None
    return {
        "low": finite(interval.low),
        "high": finite(interval.high),
        "low_reached": interval.low_closed,
        "high_reached": interval.high_closed,
    }


def numbers(values: Any) -> list[float | None]:
    """The numbers of an array, None for what is not finite."""
    return [finite(value) for value in np.asarray(values, dtype=float).tolist()]


def finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
