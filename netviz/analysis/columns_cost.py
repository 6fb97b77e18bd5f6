"""The columns of what layers cost: for a batch and shapes of inputs, from what `netviz.analysis.cost` worked out.

Knows the results alone: a table without these columns imports nothing that computes them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from netviz.analysis.amounts import MOST_FLOAT
from netviz.errors import UsageError
from netviz.views import Column

if TYPE_CHECKING:
    from netviz.analysis.cost.results import LayerCost, ModelCost, ReceptiveField

Lengths = tuple[int | float | None, ...]


def _share(layer: LayerCost, cost: ModelCost) -> object:
    if layer.macs is None or not cost.exact:
        return None
    return layer.macs / cost.macs if layer.macs and cost.macs else ""


def _field(layer: LayerCost, of: Callable[[ReceptiveField], Lengths]) -> object:
    field = layer.receptive_field
    if field is None:
        return "" if _works(layer) else None
    return field if isinstance(field, str) else of(field)


def _beside(layer: LayerCost, of: Callable[[ReceptiveField], Lengths]) -> object:
    """As `_field`, but nothing for a layer that depends on the whole input: there it neither moves nor begins."""
    return "" if layer.receptive_field == "whole" else _field(layer, of)


def _works(layer: LayerCost) -> bool:
    """Whether all else is known of a layer, so that a field that is None means nothing there."""
    return not layer.reason


def strides_of(field: ReceptiveField) -> Lengths:
    """How far a field moves along each axis, None for what no float holds."""
    return tuple(
        int(one) if one.denominator == 1 else None if one >= MOST_FLOAT else float(one) for one in field.stride
    )


COST_COLUMNS: Mapping[str, tuple[Column, Callable[[LayerCost, ModelCost], object]]] = {
    column.key: (column, fill)
    for column, fill in (
        (Column("macs", "MACs", "count"), lambda layer, cost: layer.macs),
        (Column("macs_share", "Share of MACs", "share"), _share),
        (Column("flops", "FLOPs", "count"), lambda layer, cost: layer.flops),
        (Column("activation_bytes", "Activations", "bytes"), lambda layer, cost: layer.activation_bytes),
        (
            Column("weight_bytes", "Weights", "bytes"),
            lambda layer, cost: "" if layer.weight_bytes == 0 else layer.weight_bytes,
        ),
        (Column("receptive_field", "Receptive field", "lengths"), lambda layer, cost: _field(layer, lambda f: f.size)),
        (Column("field_stride", "Field stride", "lengths"), lambda layer, cost: _beside(layer, strides_of)),
        (Column("field_offset", "Field offset", "lengths"), lambda layer, cost: _beside(layer, lambda f: f.offset)),
    )
}
"""By the name that `--columns` takes."""

MEASURES = ("macs", "flops", "activation_bytes", "weight_bytes")
"""What graphs are coloured by, and what is told of each layer."""

EXAMPLE = "--columns name,output,macs,flops (columns= in Python)"


def asks_for_cost(names: Iterable[str] | None) -> bool:
    """Whether any of the columns needs the costs of the layers."""
    return names is not None and any(name in COST_COLUMNS for name in names)


def require_cost_asked(batch: object, input_shape: object, remedy: str) -> None:
    """Raises UsageError where a batch or shapes are given and nothing that is shown depends on them."""
    if batch != 1 or input_shape is not None:
        given = "batch" if input_shape is None else "input_shape"
        raise UsageError(f"{given} says for what inputs costs hold, and no cost is asked for", remedy)


def layer_of(call: str) -> str:
    """The path of the layer of a call: "inner#2/dense#3" is one of "inner/dense"."""
    return "/".join(_NUMBER.sub("", part) for part in call.split("/"))


_NUMBER = re.compile(r"(?<=.)#\d+'*$")
