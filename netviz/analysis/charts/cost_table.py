"""What a model costs as tables, a row for each layer, and as plain data."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from netviz.analysis.cost.results import ModelCost
from netviz.analysis.subjects import walk_subjects
from netviz.analysis.summary import layers_table
from netviz.analysis.summary_cost import cost_tables, layer_document, total_document
from netviz.model import Model
from netviz.views import Sheet

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
    table = layers_table(model, list(walk_subjects(model)), columns, total=True, cost=cost)
    title = f"{model.name} ({model.root.class_name})" if model.root.class_name else model.name
    return Sheet(title, tuple(one for one in (table, *cost_tables(cost)) if one.rows))


def cost_document(cost: ModelCost, version: str) -> dict[str, Any]:
    """The costs as data: schema 1 of `netviz cost --format json`."""
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
                **layer_document(layer),
            }
            for layer in cost.layers
        ],
        "alive": [{"path": path, "bytes": held} for path, held in cost.alive],
    }
