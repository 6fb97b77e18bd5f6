"""keras.layers activations: the shape stays as it is."""

from __future__ import annotations

from collections.abc import Mapping

from netviz.catalog.costs import elementwise as costs
from netviz.catalog.kinds import Arguments, Expected, LayerKind
from netviz.catalog.outputs import first_shape, unchanged
from netviz.catalog.settings import integers
from netviz.catalog.stored import Variable, variables
from netviz.model import Config


def slopes(config: Config, arguments: Arguments) -> Mapping[str, Expected]:
    """A slope for each unit, one along `shared_axes` (counted from the batch axis)."""
    shape = first_shape(arguments)
    if shape is None:
        return {}
    shared = config.get("shared_axes")
    axes = () if shared is None else integers(shared)
    return {"alpha": Expected(tuple(1 if axis in axes else size for axis, size in enumerate(shape))[1:])}


KINDS = (
    *(
        LayerKind(name, "activation", unchanged, cost=costs.layer(name))
        for name in ("Activation", "ReLU", "LeakyReLU", "ELU", "Softmax", "ThresholdedReLU")
    ),
    LayerKind("PReLU", "activation", unchanged, variables(Variable("alpha")), shapes=slopes, cost=costs.layer("PReLU")),
)
