"""What a model costs as tables, a row for each layer, and as plain data."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from netviz.analysis.columns_cost import layer_of
from netviz.analysis.cost.results import ModelCost
from netviz.analysis.subjects import walk_subjects
from netviz.analysis.summary import layers_table
from netviz.analysis.summary_cost import cost_tables, inputs_words, layer_document, total_document
from netviz.model import Model
from netviz.views import Sheet, Table

SCHEMA = 1

PICTURES = ("page", "macs", "share", "memory", "layers")
"""What is drawn: all, or one panel of it."""

COLUMNS = (
    "name", "class", "output", "macs", "macs_share", "flops", "activation_bytes", "weight_bytes", "receptive_field",
)  # fmt: skip

NARROWER = (("class",), ("class", "receptive_field"), ("class", "receptive_field", "output"))
"""The columns that a terminal too narrow for all of them does without, step by step."""


def build_cost_sheet(model: Model, cost: ModelCost, spared: Collection[str] = ()) -> Sheet:
    """The layers with what each costs, those inside of others counted in these too; below it the totals."""
    columns = [name for name in COLUMNS if name not in spared]
    table = _resolved(layers_table(model, list(walk_subjects(model)), columns, total=True, cost=cost), model, cost)
    title = f"{model.name} ({model.root.class_name})" if model.root.class_name else model.name
    title = f"{title} for {inputs_words(cost)}" if cost.inputs else title
    return Sheet(title, tuple(one for one in (_filled(table), *cost_tables(cost)) if one.rows))


def _resolved(table: Table, model: Model, cost: ModelCost) -> Table:
    """The table with the shapes of outputs that the costs were worked out for, where these are known."""
    place = next((place for place, column in enumerate(table.columns) if column.key == "output"), None)
    if place is None:
        return table
    outputs = {one.path: one.outputs for one in cost.layers}
    rows = []
    subjects = [subject for _, subject in walk_subjects(model)]
    for subject, row in zip(subjects, table.rows, strict=False):  # below them stand the sums
        cells = list(row.cells)
        cells[place] = outputs.get(subject.layer.path) or cells[place]
        rows.append(replace(row, cells=tuple(cells)))
    return replace(table, rows=(*rows, *table.rows[len(rows) :]))


def _filled(table: Table) -> Table:
    """The table without columns in which nothing stands."""
    kept = [
        place for place in range(len(table.columns)) if place == 0 or any(row.cells[place] != "" for row in table.rows)
    ]
    columns = tuple(table.columns[place] for place in kept)
    rows = tuple(replace(row, cells=tuple(row.cells[place] for place in kept)) for row in table.rows)
    return replace(table, columns=columns, rows=rows)


def cost_document(cost: ModelCost, version: str) -> dict[str, Any]:
    """The costs as data: schema 1 of `netviz cost --format json`.

    Layers that are called more than once have each call in `by_call`.
    """
    by_call = {path: calls for path, calls in _calls(cost).items() if len(calls) > 1}
    return {
        "netviz": version,
        "schema": SCHEMA,
        "name": cost.name,
        **total_document(cost),
        "layers": [
            {
                "path": layer.path,
                "name": layer.name,
                "class_name": layer.class_name,
                "calls": layer.calls,
                "outputs": _shapes(layer.outputs),
                **layer_document(layer),
                **({"by_call": by_call[layer.path]} if layer.path in by_call else {}),
            }
            for layer in cost.layers
        ],
        "alive": [{"path": path, "bytes": held} for path, held in cost.alive],
    }


def _calls(cost: ModelCost) -> dict[str, list[dict[str, Any]]]:
    """What each call costs, by the path of its layer."""
    found: dict[str, list[dict[str, Any]]] = {}
    known = {one.path for one in cost.layers}
    for path, call in cost.calls.items():
        data = {
            "path": path,
            "macs": call.macs,
            "flops": call.flops,
            "activation_bytes": call.activation_bytes,
            "outputs": _shapes(call.outputs),
        }
        found.setdefault(path if path in known else layer_of(path), []).append(data)
    return found


def _shapes(shapes: tuple[tuple[int | None, ...] | None, ...]) -> list[list[int | None] | None]:
    return [None if shape is None else list(shape) for shape in shapes]
