"""What pages of histograms have in common, of weights and of outputs: which stand there, their bins, their words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from netviz.analysis.distribution import Distribution
from netviz.analysis.health.wording import listed, number

T = TypeVar("T")

EXPLAINED = "Each histogram is scaled to its own highest bin; the dot is the mean, at the right mean ± deviation."

SAID = 0.01
"""From this share of values beyond the axis on it is said in words."""

MANY_ZEROS = 0.2
"""From this share of zeros on they are not drawn, for all else would be flat beside them."""


def evenly(every: Sequence[T], limit: int) -> list[T]:
    """So many of them, spread evenly; all where there are no more."""
    if len(every) <= limit:
        return list(every)
    places = np.linspace(0, len(every) - 1, limit).round().astype(int) if limit > 1 else [0]
    return [every[place] for place in places]


def drawn_bins(
    distribution: Distribution, limits: tuple[float, float], bins: int
) -> tuple[NDArray[Any], NDArray[Any], bool]:
    """The counts and edges to be drawn over an axis, and whether zeros are left out, as so many would flatten the rest.

    Few values get fewer bins, by the rule of Rice University.
    """
    size, zeros = distribution.size, distribution.zeros
    counts, edges = distribution.around(limits, min(bins, math.ceil(2 * math.cbrt(size))))
    left_out = zeros > MANY_ZEROS * size and counts.sum() > zeros
    if left_out:
        place = min(max(int(np.searchsorted(edges, 0, side="right")) - 1, 0), counts.size - 1)
        counts[place] = max(0.0, counts[place] - zeros)
    return counts, edges, bool(left_out)


def with_margin(low: float, high: float) -> tuple[float, float]:
    """What an axis spans on which these are the outermost values."""
    if low == high:
        half = max(abs(low) / 2, 0.5)
        return low - half, high + half
    margin = 0.04 * (high - low)
    return low - margin, high + margin


def beyond_sentence(labels: Sequence[str]) -> str:
    """Which histograms reach beyond the axis."""
    reach = "reaches" if len(labels) == 1 else "reach"
    return f"{number(len(labels), 'histogram')} {reach} beyond the axis (arrows): {listed(labels)}."


def beyond_words(distribution: Distribution, limits: tuple[float, float]) -> list[str]:
    """How much of a distribution lies beyond an axis, as a list of no words where it is little."""
    outside = distribution.beyond(limits) / max(distribution.finite, 1)
    if outside < SAID:
        return []
    return ["all beyond" if outside == 1 else f"{math.floor(1000 * outside) / 10:g} % beyond"]
