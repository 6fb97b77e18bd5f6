"""The page of histograms: how the values of a model's weights are distributed, over its depth."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from netviz.analysis.charts.ridges import (
    EXPLAINED,
    MANY_ZEROS,
    beyond_sentence,
    beyond_words,
    drawn_bins,
    evenly,
    with_margin,
)
from netviz.analysis.charts.sampling import LARGEST
from netviz.analysis.charts.weights import Held, Weighed
from netviz.analysis.charts.wording import lost_words, shape_words, value_words
from netviz.analysis.health.wording import listed, number
from netviz.charts import Axis, Chart, Panel, Ridge, Ridges, Words
from netviz.model import Model

FEW = 24
"""Up to so many weights are all shown, kernels or not."""

SPAN = (0.01, 0.99)
"""The quantiles between which the values of a weight lie for which the axis has room in any case."""

NEAR = 0.5
"""The extremes are shown as well where they are no further out than this part of that span."""

FAR = 3
"""The root mean squares from zero within which nearly all values are, if the zeros among them are left out."""

BEYOND = 4
"""An axis reaches no further than so many times where half of the weights end, so that one does not flatten all."""

ALIKE = 100
"""A weight more than so many times larger or smaller than the median one has no say in what the axis spans."""

TINY = 2.0**-126
"""Below this float32 has fewer digits: beside other weights it is as good as zero."""


def page_weights(held: Sequence[Held], limit: int | None, chosen: bool) -> tuple[Held, ...]:
    """Those of the weights that stand on the page: all where they are few, were `chosen` or are not limited, else the
    kernels; of more than `limit` some, spread evenly over the depth."""
    shown = [one for one in held if _has_numbers(one)]
    if not chosen and limit is not None and len(shown) > min(FEW, limit):
        shown = [one for one in shown if one.is_kernel] or shown
    return tuple(shown if limit is None else evenly(shown, limit))


def _has_numbers(one: Held) -> bool:
    return one.weight.tensor.dtype != "string" and one.weight.tensor.size != 0


def build_weights_page(model: Model, weighed: Sequence[Weighed], held: Sequence[Held], bins: int = 64) -> Chart:
    """A histogram for each weight that came with its distribution, all over one axis; `held` are all that there are.

    What has no finite values, or cannot be read, has a row with words.
    """
    found = [one for one in weighed if one.distribution is not None]
    title = f"Weights of {model.name}"
    if not found:
        return Chart(title, (Panel((Words(("There are no values to draw.",)),)),))
    limits = _limits(found)
    kernels = all(one.held.weight.name == "kernel" for one in found)
    rows = tuple(_ridge(one, limits, bins, kernels) for one in found)
    panel = Panel((Ridges(rows),), x=Axis("value", limits=limits), wide=True)
    sizes = sum(one.figures.size for one in found if one.figures)
    noun = "kernel" if all(one.held.is_kernel for one in found) else "weight"
    shown = f"{number(len(found), noun)}, {number(sizes, 'value')}"
    said = [EXPLAINED]
    if len(found) < len(held):
        kernel_count = sum(one.is_kernel for one in held)
        spread = f", evenly over the depth, of {kernel_count:,} kernels" if len(found) < kernel_count else ""
        said.append(f"Shown: {number(len(found), noun)}{spread} among {number(len(held), 'weight')}.")
    said += _remarks([(row.label, one) for row, one in zip(rows, found, strict=True)], limits)
    return Chart(title, (panel,), detail=shown, caption=" ".join(said))


def _remarks(found: Sequence[tuple[str, Weighed]], limits: tuple[float, float]) -> list[str]:
    """Sentences on which histograms do not show all: what lies beyond the axis, is NaN, infinite or not readable."""
    low, high = limits
    figures = [(label, one.figures) for label, one in found if one.figures]
    beyond = [
        label
        for label, own in figures
        if own.minimum is not None and own.maximum is not None and (own.minimum < low or own.maximum > high)
    ]
    nan = [label for label, own in figures if own.nan]
    infinite = [label for label, own in figures if own.infinite]
    unread = [label for label, one in found if one.figures is None]
    said = []
    if beyond:
        said.append(beyond_sentence(beyond))
    said += [f"NaN in {listed(nan)}."] if nan else []
    said += [f"Infinite values in {listed(infinite)}."] if infinite else []
    said += [f"Not readable: {listed(unread)}."] if unread else []
    return said


def _limits(found: Sequence[Weighed]) -> tuple[float, float]:
    """What the axis spans: nearly all values of every weight, but none far beyond those of most.

    A weight that is far larger or smaller than most has no say.
    """
    spans = [span for one in found if (span := _span(one)) is not None]
    if not spans:
        return -1.0, 1.0
    lows, highs = (np.array(side, np.float64) for side in zip(*spans, strict=True))
    sizes = np.maximum(np.abs(lows), np.abs(highs))
    told = np.sort(sizes[sizes > TINY] if (sizes > TINY).any() else sizes[sizes > 0])
    if not told.size:
        return -0.5, 0.5
    middle = told[told.size // 2]
    with np.errstate(over="ignore"):
        told = told[(told >= middle / ALIKE) & (told <= middle * ALIKE)]
        most = min(BEYOND * float(told[told.size // 2]), LARGEST)
    kept = sizes <= told[-1]
    return with_margin(float(np.clip(lows[kept], -most, most).min()), float(np.clip(highs[kept], -most, most).max()))


def _span(one: Weighed) -> tuple[float, float] | None:
    """Between what nearly all values of a weight lie; of one with many zeros the other values."""
    figures, quantiles = one.figures, one.distribution.quantiles(SPAN) if one.distribution else None
    if figures is None or figures.minimum is None or figures.maximum is None or quantiles is None:
        return None
    low, high = quantiles
    near = NEAR * (high - low)
    if MANY_ZEROS * figures.size < figures.zeros < figures.size:
        low = high = 0.0
        near = FAR * (figures.norm or 0.0) / math.sqrt(figures.size - figures.zeros)
    return max(figures.minimum, low - near), min(figures.maximum, high + near)


def _ridge(one: Weighed, limits: tuple[float, float], bins: int, kernels: bool) -> Ridge:
    """The histogram of a weight."""
    figures, distribution, weight = one.figures, one.distribution, one.held.weight
    assert distribution is not None
    label = one.held.place if kernels else f"{one.held.place}/{weight.name}"
    words = [shape_words(weight.tensor.shape)]
    empty = np.empty(0)
    if figures is None or figures.mean is None or figures.std is None:
        words.append("not readable" if figures is None else lost_words(figures.size, figures.nan, figures.infinite))
        return Ridge(label, empty, empty, one.held.family, "   ".join(words))
    words.append(f"{value_words(figures.mean)} ± {value_words(figures.std)}")
    if figures.nan or figures.infinite:
        words.append(lost_words(figures.size, figures.nan, figures.infinite))
    counts, edges, left_out = drawn_bins(distribution, limits, bins)
    words += beyond_words(distribution, limits)
    if left_out:
        words.append(f"{100 * figures.zeros / figures.size:.0f} % zeros, not drawn")
    point = figures.mean if limits[0] <= figures.mean <= limits[1] else None
    return Ridge(label, edges, counts, one.held.family, "   ".join(words), point)
