"""keras.layers of Keras 2 that Keras 3 no longer has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from netviz.catalog.costs import convolution as costs
from netviz.catalog.costs import recurrent as recurrent_costs
from netviz.catalog.costs.forms import FREE
from netviz.catalog.kinds import LayerKind, OutputRule
from netviz.catalog.layers import normalization
from netviz.catalog.layers.convolution import convolution
from netviz.catalog.layers.recurrent import CELL, GATES, gate_formula, recurrent
from netviz.catalog.outputs import of_shape
from netviz.catalog.settings import axis_in
from netviz.catalog.stored import BIAS, KERNEL, variables
from netviz.model import Config, Shape


def stretching(place: int) -> OutputRule:
    """The rule of RandomHeight and RandomWidth: an axis becomes as long as chance has it."""

    def output(config: Config, shape: Shape) -> Shape:
        axis = axis_in(place, len(shape))
        return (*shape[:axis], None, *shape[axis + 1 :])

    return of_shape(output)


BATCH_NORMALIZATION = next(kind for kind in normalization.KINDS if kind.class_name == "BatchNormalization")

RETIRED: Mapping[str, LayerKind] = {
    kind.class_name: kind
    for kind in (
        LayerKind("RandomHeight", "preprocessing", stretching(-3), cost=FREE),
        LayerKind("RandomWidth", "preprocessing", stretching(-2), cost=FREE),
        replace(BATCH_NORMALIZATION, class_name="SyncBatchNormalization"),
        *(
            LayerKind(
                f"LocallyConnected{rank}D",
                "convolution",
                convolution(rank),
                variables(KERNEL, BIAS),
                cost=costs.layer(costs.convolved, rank),
            )
            for rank in (1, 2)
        ),
        *(
            LayerKind(
                f"CuDNN{name}",
                "recurrent",
                recurrent(states),
                variables(*CELL),
                formula=gate_formula(GATES[name]),
                cost=recurrent_costs.layer(name),
            )
            for name, states in (("LSTM", 2), ("GRU", 1))
        ),
    )
}
"""By class name. A kernel of its own at each place is in the shape of the stored one, not in the settings."""
