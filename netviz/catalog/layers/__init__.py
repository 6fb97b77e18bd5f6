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

SUBJECTS = (
    core, convolution, pooling, recurrent, attention, normalization, reshaping, merging, activation, regularization,
    preprocessing, wrappers, models, applications,
)  # fmt: skip

LAYERS: Mapping[str, LayerKind] = {kind.class_name: kind for subject in SUBJECTS for kind in subject.KINDS}
"""By class name, aliases such as Convolution2D included."""
