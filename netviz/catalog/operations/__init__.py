"""One row per class of keras.ops that can stand in a Functional graph.

Their settings stand in the config ("axis", "keepdims"); what the caller passed beside the tensors, numbers
included, stands among the arguments.
"""

from __future__ import annotations

from collections.abc import Mapping

from netviz.catalog.kinds import LayerKind
from netviz.catalog.operations import (
    arranging,
    elementwise,
    images,
    linalg,
    losses,
    network,
    products,
    reductions,
    reshaping,
    signal,
    statistics,
    windows,
)

MODULES = (
    elementwise, reductions, reshaping, arranging, products, linalg, network, windows, images, signal, losses,
    statistics,
)  # fmt: skip

OPERATIONS: Mapping[str, LayerKind] = {kind.class_name: kind for module in MODULES for kind in module.KINDS}
"""By class name, which no two modules of keras.ops share."""
