"""keras.layers activations: the shape stays as it is."""

from __future__ import annotations

from netviz.catalog.kinds import LayerKind
from netviz.catalog.outputs import unchanged
from netviz.catalog.stored import Variable, variables

KINDS = (
    *(
        LayerKind(name, "activation", unchanged)
        for name in ("Activation", "ReLU", "LeakyReLU", "ELU", "Softmax", "ThresholdedReLU")
    ),
    LayerKind("PReLU", "activation", unchanged, variables(Variable("alpha"))),
)
