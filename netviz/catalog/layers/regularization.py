"""keras.layers regularisation: they act in training only, the shape stays as it is."""

from __future__ import annotations

from netviz.catalog.costs.forms import FREE
from netviz.catalog.kinds import LayerKind
from netviz.catalog.outputs import unchanged

NAMES = (
    "Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "AlphaDropout",
    "GaussianDropout", "GaussianNoise", "ActivityRegularization",
)  # fmt: skip

KINDS = tuple(LayerKind(name, "regularisation", unchanged, cost=FREE) for name in NAMES)
