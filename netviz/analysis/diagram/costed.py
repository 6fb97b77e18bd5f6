"""A diagram whose colours mean what its layers cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from netviz.analysis.columns_cost import MEASURES
from netviz.errors import UsageError
from netviz.model import Model
from netviz.views import Box, Coloring, Diagram, Group

if TYPE_CHECKING:
    from netviz.analysis.cost.results import ModelCost


def colored_by_cost(diagram: Diagram, model: Model, cost: ModelCost, measure: str) -> Diagram:
    """The diagram with what its layers cost as the value of each box: over all calls and repeats; None is unknown.

    `measure` is "macs", "flops", "activation_bytes" or "weight_bytes".
    """
    if measure not in MEASURES:
        raise UsageError(f"no cost {measure!r}", f"The choices are {', '.join(MEASURES)}.")
    values: Mapping[str, int | None] = {one.path: getattr(one, measure) for one in cost.layers}
    holders = {inner.path: layer.path for layer in model.root.walk() for inner in layer.layers}
    children = tuple(_colored(item, values, holders) for item in diagram.children)
    return replace(diagram, children=children, coloring=cast("Coloring", measure))


def _colored(item: Box | Group, values: Mapping[str, int | None], holders: Mapping[str, str]) -> Box | Group:
    if isinstance(item, Group):
        return replace(item, children=tuple(_colored(child, values, holders) for child in item.children))
    return replace(item, value=_sum(item.layers, values, holders)) if item.kind in ("layer", "closed") else item


def _sum(layers: tuple[str, ...], values: Mapping[str, int | None], holders: Mapping[str, str]) -> float | None:
    """What the layers cost together; those inside of another one of them are counted there."""
    among = frozenset(layers)
    found = [values.get(path) for path in among if not _is_held(path, among, holders)]
    known = [value for value in found if value is not None]
    if len(known) < len(found):
        return None
    total = sum(known)
    return float(total) if total < 1 << 1000 else None


def _is_held(path: str, among: frozenset[str], holders: Mapping[str, str]) -> bool:
    holder = holders.get(path)
    while holder is not None and holder not in among:
        holder = holders.get(holder)
    return holder is not None
