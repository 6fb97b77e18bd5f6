"""A first look at the values of a weight: streamed in blocks, so that its size does not matter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Statistics:
    """A first look: minimum, mean and maximum are those of the finite values, None where there is none.

    `zeros` is the share of all values that are zero, `nonfinite` how many are NaN or infinite, `first` the
    first values in C order.
    """

    minimum: float | None
    mean: float | None
    maximum: float | None
    zeros: float
    nonfinite: int
    first: tuple[float, ...]


def weight_statistics(blocks: Iterable[NDArray[np.generic]], first: int = 4) -> Statistics:
    """The statistics of the values in `blocks`, which are taken in order; sums are kept in float64.

    Raises TypeError for complex values, of which none is the largest.
    """
    count = finite = zeros = 0
    total = 0.0
    low, high = np.inf, -np.inf
    head: list[float] = []
    for block in blocks:
        values = np.asarray(block).ravel()
        if values.dtype.kind == "c":
            raise TypeError("complex values have no order")
        count += values.size
        zeros += values.size - int(np.count_nonzero(values))
        if len(head) < first:
            head += [float(value) for value in values[: first - len(head)]]
        good = values[np.isfinite(values)]
        if good.size:
            finite += good.size
            total += float(good.sum(dtype=np.float64))
            low, high = min(low, float(good.min())), max(high, float(good.max()))
    share = zeros / count if count else 0.0
    if not finite:
        return Statistics(None, None, None, share, count - finite, tuple(head))
    return Statistics(low, total / finite, high, share, count - finite, tuple(head))
