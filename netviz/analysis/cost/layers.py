"""What each layer costs, the layers inside counted in, and why it is unknown where it is."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from netviz.analysis.cost.fields import Fields
from netviz.analysis.cost.results import LayerCost
from netviz.analysis.cost.work import Tally, quoted
from netviz.model import Graph, Layer

UNCALLED = "No call of it is part of the model, so it costs nothing."
NO_CALLS = (
    "Which calls the model makes is not known, only its layers: --architecture (architecture=…) adds a file with its"
    " config; --load (load=True), or the live model called once, shows them as well."
)
COUNTED = "Counted in what is around it."
UNSIZED = "The shape or the dtype of what comes out is not known."
CLOSED = "There are too many calls inside to tell what is in memory at one time, so that is at least what is told."
UNWEIGHED = "The shape or the dtype of one of its weights is not known."


def layer_costs(
    graph: Graph, tallies: Mapping[str, Tally], fields: Fields, closed: Collection[str] = ()
) -> tuple[tuple[LayerCost, ...], tuple[str, ...]]:
    """The costs of every layer, depth first, and the paths of those of which something is not known.

    `tallies` have what the calls of each layer cost without the layers inside; `closed` are the paths of those of which
    the inside was not played for what is in memory.
    """
    costs = _Costs(tallies, fields, frozenset(closed))
    costs.level(graph, None)
    found = sorted(costs.unknown)
    return tuple(cost for cost in costs.made if cost is not None), tuple(costs.paths[place] for place in found)


class _Costs:
    """Adds up layers, each after those inside; `made` has them depth first, `unknown` are places in it."""

    def __init__(self, tallies: Mapping[str, Tally], fields: Fields, closed: frozenset[str]) -> None:
        self.made: list[LayerCost | None] = []
        self.paths: list[str] = []
        self.unknown: set[int] = set()
        self._tallies = tallies
        self._fields = fields
        self._closed = closed

    def level(self, graph: Graph, around: Tally | None) -> tuple[int, int, str, bool]:
        """Adds the layers of a graph: their MACs and FLOPs, the name of one of which the FLOPs are not known, and
        whether the MACs of one are not.

        `around` is what the layer that holds them costs by itself, None for the model.
        """
        called = {call.layer for call in graph.calls}
        macs = flops = 0
        doubtful, uncounted = "", False
        for layer in graph.layers:
            tally = self._tallies.get(layer.path) or _unseen(layer, graph, called, around)
            cost = self._layer(layer, tally)
            macs += cost.macs or 0
            flops += cost.flops or 0
            if cost.flops is None and cost.reason != COUNTED:
                doubtful = doubtful or layer.name
                uncounted |= cost.macs is None
        return macs, flops, doubtful, uncounted

    def _layer(self, layer: Layer, tally: Tally) -> LayerCost:
        place = len(self.made)
        self.made.append(None)
        self.paths.append(layer.path)
        macs, flops, doubtful, uncounted = self.level(layer.graph, tally) if layer.graph else (0, 0, "", False)
        field, unclear = self._fields.of(layer.path)
        weights = [weight.nbytes for weight in layer.all_weights]
        sizes = [size for size in weights if size is not None]
        reason = "" if tally.reason == UNCALLED else tally.reason
        if doubtful and not reason:
            reason = f"It is not known what the layer {quoted(doubtful)} costs, which is inside."
        unsized = tally.unsized or bool(tally.reason and not tally.calls and tally.reason != UNCALLED)
        missing = (UNSIZED if tally.unsized else "") or (UNWEIGHED if len(sizes) < len(weights) else "")
        missing = missing or (CLOSED if layer.path in self._closed else "")
        cost = self.made[place] = LayerCost(
            path=layer.path,
            name=layer.name,
            class_name=layer.class_name,
            calls=tally.calls,
            macs=None if reason and (uncounted or tally.uncounted) else tally.macs + macs,
            flops=None if reason else tally.flops + flops,
            activation_bytes=None if unsized else tally.activation_bytes,
            weight_bytes=sum(sizes) if len(sizes) == len(weights) else None,
            receptive_field=field,
            reason=reason or missing or tally.reason or unclear,
            outputs=tuple(shape for shapes in tally.outputs for shape in shapes),
        )
        if (reason or missing) and reason != COUNTED:
            self.unknown.add(place)
        return cost


def _unseen(layer: Layer, graph: Graph, called: set[str], around: Tally | None) -> Tally:
    """The tally of a layer of which no call ran: nothing, where it is sure that there is none."""
    if around is not None and around.reason == UNCALLED:
        return Tally(reason=UNCALLED)
    if graph.calls and layer.name not in called:
        return Tally(reason=UNCALLED)
    if around is None:
        return Tally(reason=NO_CALLS, uncounted=True)
    return Tally(reason=around.reason or COUNTED, uncounted=True)
