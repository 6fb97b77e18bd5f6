"""Parts of weights, read for pictures: some rows of large ones, and never more than a picture can show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netviz.charts import Split
from netviz.model import Weight, WeightStore

Values = NDArray[np.float64]

MOST = 256
"""Rows and columns of a heatmap; of more, some are shown, at equal distances."""

BRIGHT = 0.995
"""The share of values that colours tell apart; where the largest is more than `OUTLYING` times that, it looks alike."""

OUTLYING = 2.0

LARGEST = 1e300
"""No axis and no colours reach further, so that what is computed with their length stays finite."""


def read_rows(store: WeightStore, weight: Weight, rows: NDArray[np.intp] | None = None) -> Values:
    """Some rows (along the first axis) of a weight as float64, or all; only what is wanted is held at once.

    Raises NetvizError as the store does.
    """
    return read_cut(store, weight, lambda block: block, rows)


def read_cut(
    store: WeightStore,
    weight: Weight,
    cut: Callable[[NDArray[Any]], NDArray[Any]],
    rows: NDArray[np.intp] | None = None,
) -> Values:
    """What `cut` leaves of each block, of some rows or all, one after the other, as float64."""
    parts, begin = [], 0
    for block in store.blocks(weight):
        if block.ndim == 0:
            return np.asarray(cut(block), np.float64)
        here = block
        if rows is not None:
            here = block[rows[(rows >= begin) & (rows < begin + len(block))] - begin]
        begin += len(block)
        if len(here):
            parts.append(np.array(cut(here), np.float64))
    return np.concatenate(parts) if parts else np.empty((0, *(axis or 0 for axis in (weight.tensor.shape or ())[1:])))


def spaced(count: int, parts: int = 1, most: int = MOST) -> NDArray[np.intp]:
    """The indices of at most about `most` of so many, at equal distances and alike in each of `parts` equal parts."""
    each = count // max(parts, 1)
    step = max(1, -(-each // max(1, most // max(parts, 1))))
    return np.concatenate([np.arange(part * each, (part + 1) * each, step) for part in range(max(parts, 1))])


def splits(shown: int, names: tuple[str, ...]) -> tuple[Split, ...]:
    """Equal parts of so many rows or columns, with their names."""
    each = shown // max(len(names), 1)
    return tuple(Split(place * each, (place + 1) * each, name) for place, name in enumerate(names))


def color_limits(values: Values) -> tuple[float, float] | None:
    """The limits of colours for signed values, alike on both sides of zero; None where there is nothing to colour."""
    sizes = np.abs(values[np.isfinite(values)])
    if not sizes.size or not sizes.max():
        return None
    top = float(sizes.max())
    usual = float(np.quantile(sizes, BRIGHT, method="inverted_cdf"))
    top = min(usual if 0 < usual * OUTLYING < top else top, LARGEST)
    return -top, top
