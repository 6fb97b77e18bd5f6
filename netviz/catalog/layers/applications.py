"""Layers that keras.applications defines for its own architectures."""

from __future__ import annotations

from collections.abc import Mapping

from netviz.catalog.costs.forms import FREE, each
from netviz.catalog.kinds import Arguments, Expected, LayerKind
from netviz.catalog.outputs import of_shapes, unchanged
from netviz.catalog.settings import integer
from netviz.catalog.stored import Variable, variables
from netviz.model import Config


def layer_scale_shapes(config: Config, arguments: Arguments) -> Mapping[str, Expected]:
    """A factor for each channel."""
    return {"gamma": Expected((integer(config, "projection_dim"),))}


KINDS = (
    LayerKind(
        "LayerScale", "normalisation", unchanged, variables(Variable("gamma")), shapes=layer_scale_shapes, cost=each(1)
    ),
    LayerKind("StochasticDepth", "regularisation", unchanged, cost=FREE),
    LayerKind("CustomScaleLayer", "merging", of_shapes(lambda config, shapes: shapes[0]), cost=each(2)),
)
