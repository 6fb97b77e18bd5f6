"""What a model costs in total, as tables and as data: below any table of layers that shows costs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from netviz.analysis.columns_cost import MEASURES, strides_of
from netviz.views import Column, Row, Table

if TYPE_CHECKING:
    from netviz.analysis.cost.results import LayerCost, ModelCost, ReceptiveField

Json = dict[str, Any]

CONVENTION = {
    "macs": "multiply-accumulates of convolutions and matrix products, without biases",
    "flops": "two for each MAC, one for each other operation or function",
}
"""What is counted, in a line each."""

TRAINING = "all outputs, kept for the gradients"

MOST_NAMED = 6
"""Layers that are named of those whose cost is unknown for the same reason, and inputs in a title."""

_COST = (
    Column("cost", "Cost"),
    Column("count", "Count", "count"),
    Column("bytes", "Size", "bytes"),
    Column("about", "About"),
)
_UNKNOWN = (Column("layers", "Cost unknown", "items"), Column("reason", "Why"))


def cost_tables(cost: ModelCost) -> tuple[Table, ...]:
    """The totals of a model with the shapes that they hold for, and what is unknown of which layers, and why."""
    return tuple(table for table in (totals_table(cost), unknown_table(cost)) if table.rows)


def totals_table(cost: ModelCost) -> Table:
    """The totals, "at least" where something is unknown."""
    rows = (
        _total("MACs", known_total(cost, "macs"), "", CONVENTION["macs"], cost.exact),
        _total("FLOPs", known_total(cost, "flops"), "", CONVENTION["flops"], cost.exact),
        _total("Activations, peak", "", known_total(cost, "activation_bytes"), _peak(cost), cost.exact),
        _total("Activations, training", "", known_total(cost, "training_bytes"), TRAINING, cost.exact),
        _total("Weights", "", known_total(cost, "weight_bytes"), "", not _weights_unknown(cost)),
    )
    return Table("cost", _COST, rows, title=f"Cost of {cost.name} for {inputs_words(cost)}")


def _total(what: str, count: object, bytes_: object, about: str, exact: bool) -> Row:
    bound = "" if exact or None in (count, bytes_) else ", at least"
    return Row((f"{what}{bound}", count, bytes_, about))


def _peak(cost: ModelCost) -> str:
    return f"while {cost.peak_at} runs" if cost.peak_at and cost.activation_bytes else ""


def known_total(cost: ModelCost, measure: str) -> int | None:
    """A total, None where nothing is known of it: nought of a model with unknown layers says nothing."""
    total: int = getattr(cost, measure)
    return total if total or cost.exact else None


def _weights_unknown(cost: ModelCost) -> bool:
    return any(layer.weight_bytes is None for layer in cost.layers)


def inputs_words(cost: ModelCost) -> str:
    """The inputs that the costs hold for: "input_layer 1×224×224×3"; "a batch of 1" where none is known."""
    named = [f"{name} {shape_words(shape)}" for name, shape in cost.inputs]
    more = len(named) - MOST_NAMED
    if more > 0:
        named = [*named[:MOST_NAMED], f"{more:,} more"]
    return ", ".join(named) or f"a batch of {cost.batch:,}"


def shape_words(shape: tuple[int | None, ...] | None) -> str:
    """(1, None, 3) as "1×?×3"."""
    if shape is None:
        return "?"
    return "×".join("?" if axis is None else str(axis) for axis in shape) or "a number"


def unknown_table(cost: ModelCost) -> Table:
    """A row per reason, with the layers that have something unknown for it."""
    return Table("cost_unknown", _UNKNOWN, tuple(Row((layers, why)) for why, layers in _reasons(cost)))


def _reasons(cost: ModelCost) -> Iterator[tuple[str, tuple[str, ...]]]:
    paths: dict[str, dict[str, None]] = {}
    unknown = frozenset(cost.unknown)
    for layer in cost.layers:
        if layer.path in unknown:
            paths.setdefault(layer.reason, {}).setdefault(layer.path)
    for why, found in paths.items():
        names = tuple(found)
        more = len(names) - MOST_NAMED
        yield why, (*names[:MOST_NAMED], f"and {more:,} more") if more > 0 else names


def total_document(cost: ModelCost) -> Json:
    """The totals as data; where `exact` is false they are lower bounds, and `unknown` names the layers."""
    return {
        "batch": cost.batch,
        "inputs": {name: None if shape is None else list(shape) for name, shape in cost.inputs},
        **{name: getattr(cost, name) for name in MEASURES},
        "training_bytes": cost.training_bytes,
        "peak_at": cost.peak_at,
        "exact": cost.exact,
        "unknown": list(cost.unknown),
    }


def layer_document(layer: LayerCost) -> Json:
    """What a layer costs as data; `reason` says why something is unknown, null where nothing is."""
    field = layer.receptive_field
    return {
        **{name: getattr(layer, name) for name in MEASURES},
        "receptive_field": field if field is None or isinstance(field, str) else _field(field),
        "reason": layer.reason or None,
    }


def _field(field: ReceptiveField) -> Json:
    return {"size": list(field.size), "stride": list(strides_of(field)), "offset": list(field.offset)}
