"""A diagram whose colours mean what its boxes cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from netviz.analysis.amounts import amount
from netviz.analysis.columns_cost import layer_of
from netviz.model import Model
from netviz.views import Box, Coloring, Diagram, Group

if TYPE_CHECKING:
    from netviz.analysis.cost.results import ModelCost


@dataclass(frozen=True, slots=True)
class _Costs:
    """What calls cost by their paths, and layers by theirs; None is unknown.

    `holders` has by the path of a layer that of the one that it is inside of, `holding` are these; `total` is what the
    model costs, None where that is not known in full.
    """

    calls: Mapping[str, int | None]
    layers: Mapping[str, int | None]
    holders: Mapping[str, str]
    holding: frozenset[str]
    total: int | None


def colored_by_cost(diagram: Diagram, model: Model, cost: ModelCost, measure: str) -> Diagram:
    """The diagram with what each box costs as its value, and its part of what the model costs; None is unknown.

    A box costs what the calls that it stands for do, in all repeats; its weights are those of its layers. `measure` is
    "macs", "flops", "activation_bytes" or "weight_bytes".
    """
    holders = {inner.path: layer.path for layer in model.root.walk() for inner in layer.layers}
    costs = _Costs(
        {path: getattr(one, measure) for path, one in cost.calls.items()} if measure != "weight_bytes" else {},
        {one.path: getattr(one, measure) for one in cost.layers},
        holders,
        frozenset(holders.values()),
        _total(cost, frozenset(holders.values()), measure),
    )
    children = tuple(_colored(item, costs) for item in diagram.children)
    return replace(diagram, children=children, coloring=cast("Coloring", measure))


def _total(cost: ModelCost, holding: frozenset[str], measure: str) -> int | None:
    """What boxes are parts of: all that outputs take does not lie in memory at once, and is a sum of its own."""
    if not cost.exact:
        return None
    if measure != "activation_bytes":
        return int(getattr(cost, measure))
    return sum(one.activation_bytes or 0 for one in cost.layers if one.path not in holding)


def _colored(item: Box | Group, costs: _Costs) -> Box | Group:
    if isinstance(item, Group):
        return replace(item, children=tuple(_colored(child, costs) for child in item.children))
    if item.kind not in ("layer", "closed"):
        return item
    found = _sum(item, costs)
    part = found / costs.total if found is not None and costs.total else None
    return replace(item, value=amount(found), part=part)


def _sum(box: Box, costs: _Costs) -> int | None:
    """What the calls of a box cost together, else its layers; what is inside of another of them is counted there."""
    calls = frozenset(box.calls)
    if calls and calls <= costs.calls.keys():
        return _added([costs.calls[path] for path in calls if not _is_within(path, calls, costs)])
    among = frozenset(box.layers)
    return _added([costs.layers.get(path) for path in among if not _is_held(path, among, costs.holders)])


def _added(values: list[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def _is_within(path: str, among: frozenset[str], costs: _Costs) -> bool:
    """Whether a call happens inside of another one: "inner#2/dense" inside of "inner#2"."""
    parts = path.split("/")
    for end in range(1, len(parts)):
        holder = "/".join(parts[:end])
        if holder in among and layer_of(holder) in costs.holding:
            return True
    return False


def _is_held(path: str, among: frozenset[str], holders: Mapping[str, str]) -> bool:
    holder = holders.get(path)
    while holder is not None and holder not in among:
        holder = holders.get(holder)
    return holder is not None
