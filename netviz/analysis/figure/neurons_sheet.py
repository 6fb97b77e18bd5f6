"""A figure of neurons as a table and as data, for terminals, for programs, and for those who do not see pictures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from netviz.figures import Connections, Network, Neurons
from netviz.views import Column, Row, Sheet, Table

_COLUMNS = (
    Column("name", "Layer"),
    Column("class", "Class", "class"),
    Column("role", "Role"),
    Column("units", "Units", "count"),
    Column("activation", "Activation"),
    Column("parameters", "Parameters", "count"),
)
_VALUES = (Column("values", "Values", "items"),)

MOST_VALUES = 4
"""Values of a layer that the table shows."""


def build_network_sheet(network: Network) -> Sheet:
    """The layers of neurons row by row, with the first of their values where there are any."""
    columns = _COLUMNS + (_VALUES if network.sample else ())
    rows = tuple(Row(_cells(one, bool(network.sample)), 0, one.family) for one in network.neurons)
    about = Table("about", (Column("text", ""),), (Row((network.description,)),), heading=False)
    return Sheet(network.title, (Table("neurons", columns, rows), about))


def _cells(one: Neurons, valued: bool) -> tuple[object, ...]:
    cells = (one.name, one.class_name or "", one.role, one.units, one.activation, one.parameters)
    if not valued:
        return cells
    values = [f"{value:.4g}" for value in (one.values or ())[:MOST_VALUES]]
    return (*cells, tuple(values + ["…"] * (one.units > len(values) > 0)))


SCHEMA = 1


def network_document(network: Network, version: str) -> dict[str, Any]:
    """The network as plain data: schema 1 of `netviz figure --format json` in the style neurons.

    Numbers that are not finite are null.
    """
    return {
        "netviz": version,
        "schema": SCHEMA,
        "style": "neurons",
        "title": network.title,
        "description": network.description,
        "layers": network.layers,
        "parameters": network.parameters,
        "before": network.before,
        "sample": network.sample,
        "limit": network.limit,
        "remarks": list(network.remarks),
        "omitted": list(network.omitted),
        "neurons": [_neurons(one) for one in network.neurons],
        "connections": [_connections(one) for one in network.connections],
        "annotations": [{"text": one.text, "first": one.first, "last": one.last} for one in network.annotations],
    }


def _neurons(one: Neurons) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "class_name": one.class_name,
        "family": one.family,
        "role": one.role,
        "column": one.column,
        "units": one.units,
        "shown": list(one.shown),
        "activation": one.activation,
        "labels": None if one.labels is None else list(one.labels),
        "values": _finite(one.values),
        "sums": _finite(one.sums),
        "biases": _finite(one.biases),
        "biased": one.biased,
        "shared": one.shared,
        "parameters": one.parameters,
        "layers": list(one.layers),
    }


def _connections(one: Connections) -> dict[str, Any]:
    return {
        "tail": one.tail,
        "head": one.head,
        "weights": None if one.weights is None else [_finite(row) for row in one.weights],
        "single": one.single,
        "begin": one.begin,
        "gap": one.gap,
    }


def _finite(values: Sequence[float] | None) -> list[float | None] | None:
    """JSON has no word for what is not finite."""
    return None if values is None else [value if math.isfinite(value) else None for value in values]
