"""The weights that a figure of neurons shows: of long layers a few rows, read without holding the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from netviz.model import Layer, Weight, WeightStore

if TYPE_CHECKING:  # numpy takes longer to import than a small model takes to read
    import numpy as np
    from numpy.typing import NDArray

MOST_BYTES = 1 << 30
"""No larger kernel is read for its few rows: that would take seconds."""

OTHERWISE = ("kernel_scale", "lora_kernel_a")
"""Variables of dense layers whose kernel alone is not what they compute with: quantised and adapted ones."""


def weight_of(layer: Layer, role: str) -> Weight | None:
    """The variable of that name; None where there is none, or what it holds is not what the layer computes with."""
    found = {weight.role: weight for weight in layer.weights}
    return None if any(name in found for name in OTHERWISE) else found.get(role)


def read_rows(store: WeightStore | None, weight: Weight | None, rows: Sequence[int]) -> NDArray[np.float64] | None:
    """Some rows of a weight, ascending numbers of them; None where its values cannot be had.

    It is read piece by piece, up to the last row asked for. Raises NetvizError where the file is damaged.
    """
    shape = weight.tensor.shape if weight else None
    if store is None or weight is None or not shape or None in shape or (weight.nbytes or 0) > MOST_BYTES:
        return None
    if not rows or rows[-1] >= (shape[0] or 0):
        return None
    import numpy as np

    found = []
    begin = 0
    for block in store.blocks(weight):
        inside = [row - begin for row in rows if begin <= row < begin + len(block)]
        found += [np.asarray(block[row], np.float64) for row in inside]
        begin += len(block)
        if begin > rows[-1]:
            break
    return np.stack(found) if len(found) == len(rows) else None
