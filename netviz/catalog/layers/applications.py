"""Layers that keras.applications defines for its own architectures."""

from __future__ import annotations

from netviz.catalog.kinds import LayerKind
from netviz.catalog.outputs import of_shapes, unchanged
from netviz.catalog.stored import Variable, variables

KINDS = (
    LayerKind("LayerScale", "normalisation", unchanged, variables(Variable("gamma"))),
    LayerKind("StochasticDepth", "regularisation", unchanged),
    LayerKind("CustomScaleLayer", "merging", of_shapes(lambda config, shapes: shapes[0])),
)
