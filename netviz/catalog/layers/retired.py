"""keras.layers of Keras 2 that Keras 3 no longer has."""

from __future__ import annotations

from collections.abc import Mapping

from netviz.catalog.kinds import LayerKind
from netviz.catalog.layers.convolution import convolution
from netviz.catalog.layers.recurrent import CELL, GATES, gate_formula, recurrent
from netviz.catalog.stored import BIAS, KERNEL, variables

RETIRED: Mapping[str, LayerKind] = {
    kind.class_name: kind
    for kind in (
        *(
            LayerKind(f"LocallyConnected{rank}D", "convolution", convolution(rank), variables(KERNEL, BIAS))
            for rank in (1, 2)
        ),
        *(
            LayerKind(
                f"CuDNN{name}", "recurrent", recurrent(states), variables(*CELL), formula=gate_formula(GATES[name])
            )
            for name, states in (("LSTM", 2), ("GRU", 1))
        ),
    )
}
"""By class name. A kernel of its own at each place is in the shape of the stored one, not in the settings."""
