"""keras.layers regularisation: they act in training only, the shape stays as it is."""

from __future__ import annotations

from netviz.catalog.kinds import LayerKind
from netviz.catalog.outputs import unchanged

NAMES = (
    "Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "AlphaDropout",
    "GaussianDropout", "GaussianNoise", "ActivityRegularization",
)  # fmt: skip

KINDS = tuple(LayerKind(name, "regularisation", unchanged) for name in NAMES)
