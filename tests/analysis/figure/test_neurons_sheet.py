"""Neurons as a table and as data."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import numpy as np
import pytest

from netviz.analysis.figure.neurons import build_network
from netviz.analysis.figure.neurons_sheet import MOST_VALUES, build_network_sheet, network_document
from netviz.api.inspected import inspect
from netviz.figures import Connections, Network, Neurons
from netviz.render.text import sheet_to_text
from tests.conftest import EXAMPLES


@pytest.fixture(scope="module")
def network() -> Network:
    return build_network(inspect(EXAMPLES / "mlp.keras").model, x=[np.full((1, 8), 0.5)], annotate=[("digit", "which")])


def test_a_row_for_each_layer_of_neurons(network: Network) -> None:
    table = build_network_sheet(network).tables[0]
    assert [row.cells[0] for row in table.rows] == [one.name for one in network.neurons]
    assert all(len(row.cells) == len(table.columns) for row in table.rows)
    text = sheet_to_text(build_network_sheet(network))
    assert "hidden1" in text and "softmax" in text and "0.5" in text
    for row, one in zip(table.rows, network.neurons, strict=True):
        cell = row.cells[-1]
        assert isinstance(cell, tuple) and ("…" in cell) == (one.units > MOST_VALUES)
        assert [float(value) for value in cell if value != "…"] == pytest.approx(
            (one.values or ())[:MOST_VALUES], rel=1e-3
        )
    valueless = build_network_sheet(replace(network, sample=""))
    assert "Values" not in sheet_to_text(valueless)


def test_the_data_hold_all_of_the_view(network: Network) -> None:
    data = json.loads(json.dumps(network_document(network, "1.0"), allow_nan=False))
    assert {one.name for one in fields(Neurons)} == set(data["neurons"][0])
    assert {one.name for one in fields(Connections)} == set(data["connections"][0])
    assert {one.name for one in fields(Network)} <= set(data)
    for one, written in zip(network.neurons, data["neurons"], strict=True):
        assert written["values"] == list(one.values or ())
    weights = data["connections"][0]["weights"]
    assert weights == [list(row) for row in network.connections[0].weights or ()]


def test_what_is_not_finite_is_null(network: Network) -> None:
    first = replace(network.neurons[0], values=(float("nan"), float("inf"), 1.0))
    broken = replace(network, neurons=(first, *network.neurons[1:]))
    assert network_document(broken, "1.0")["neurons"][0]["values"] == [None, None, 1.0]
