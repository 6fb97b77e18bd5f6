"""One row per class of keras.layers, for the models, and for the layers of keras.applications."""

from __future__ import annotations

from collections.abc import Mapping

from netviz.catalog.kinds import LayerKind
from netviz.catalog.layers import (
    activation,
    applications,
    attention,
    convolution,
    core,
    merging,
    models,
    normalization,
    pooling,
    preprocessing,
    recurrent,
    regularization,
    reshaping,
    wrappers,
)

MODULES = (
    core, convolution, pooling, recurrent, attention, normalization, reshaping, merging, activation, regularization,
    preprocessing, wrappers, models, applications,
)  # fmt: skip

LAYERS: Mapping[str, LayerKind] = {kind.class_name: kind for module in MODULES for kind in module.KINDS}
"""By class name, aliases such as Convolution2D included."""
