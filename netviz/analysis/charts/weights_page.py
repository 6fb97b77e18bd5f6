"""The page of histograms: how the values of a model's weights are distributed, over its depth."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from netviz.analysis.charts.sampling import LARGEST
from netviz.analysis.charts.weights import Held, Weighed
from netviz.analysis.health.wording import number
from netviz.charts import Axis, Chart, Panel, Ridge, Ridges, Words
from netviz.model import Model

FEW = 24
"""Up to so many weights are all shown, kernels or not."""

SPAN = (0.01, 0.99)
"""The quantiles between which the values of a weight lie for which the axis has room in any case."""

NEAR = 0.25
"""The extremes are shown as well where they are no further out than this part of that span."""

FAR = 3
"""The root mean squares from zero within which nearly all values are, if the zeros among them are left out."""

BEYOND = 4
"""An axis reaches no further than so many times where half of the weights end, so that one does not flatten all."""

MANY_ZEROS = 0.2
"""From this share of zeros on they are not drawn, for all else would be flat beside them."""


def page_weights(held: Sequence[Held], limit: int | None, chosen: bool) -> tuple[Held, ...]:
    """Those of the weights that stand on the page: all where they are few, were `chosen` or are not limited, else the
    kernels; of more than `limit` some, spread evenly over the depth."""
    shown = [one for one in held if _has_numbers(one)]
    if not chosen and limit is not None and len(shown) > min(FEW, limit):
        shown = [one for one in shown if one.is_kernel] or shown
    if limit is not None and len(shown) > limit:
        places = np.linspace(0, len(shown) - 1, limit).round().astype(int) if limit > 1 else [0]
        shown = [shown[place] for place in places]
    return tuple(shown)


def _has_numbers(one: Held) -> bool:
    return one.weight.tensor.dtype != "string" and one.weight.tensor.size != 0


def build_weights_page(model: Model, weighed: Sequence[Weighed], held: Sequence[Held], bins: int = 64) -> Chart:
    """A histogram for each weight that came with its distribution, all over one axis; `held` are all that there are."""
    found = [one for one in weighed if one.distribution is not None and one.figures and one.figures.mean is not None]
    title = f"Weights of {model.name}"
    if not found:
        return Chart(title, (Panel((Words(("There are no values to draw.",)),)),))
    low, high = _limits(found)
    inside = sum(1 for one in found if one.figures and _within(one, low, high))
    kernels = all(one.held.weight.name == "kernel" for one in found)
    rows = tuple(_ridge(one, low, high, bins, kernels) for one in found)
    panel = Panel((Ridges(rows),), x=Axis("value", limits=(low, high)), wide=True)
    sizes = sum(one.figures.size for one in found if one.figures)
    noun = "kernel" if all(one.held.is_kernel for one in found) else "weight"
    shown = f"{number(len(found), noun)}, {number(sizes, 'value')}"
    said = ["Each histogram is scaled to its own highest bin; the dot is the mean, at the right mean ± deviation."]
    if len(found) < len(held):
        kernel_count = sum(one.is_kernel for one in held)
        spread = f", evenly over the depth, of {kernel_count:,} kernels" if len(found) < kernel_count else ""
        said.append(f"Shown: {number(len(found), noun)}{spread} among {number(len(held), 'weight')}.")
    if inside < len(found):
        beyond = len(found) - inside
        said.append(f"{number(beyond, 'histogram')} {'reaches' if beyond == 1 else 'reach'} beyond the axis.")
    return Chart(title, (panel,), detail=shown, caption=" ".join(said))


def _limits(found: Sequence[Weighed]) -> tuple[float, float]:
    """What the axis spans: nearly all values of every weight, but none far beyond those of most."""
    spans = [span for one in found if (span := _span(one)) is not None]
    lows, highs = (np.array(side, np.float64) for side in zip(*spans, strict=True))
    usual = float(np.median(np.maximum(np.abs(lows), np.abs(highs))))
    most = BEYOND * usual if usual > 0 else np.inf
    most = min(most, LARGEST)
    low, high = float(np.clip(lows, -most, most).min()), float(np.clip(highs, -most, most).max())
    if low == high:
        half = max(abs(low) / 2, 0.5)
        return low - half, high + half
    margin = 0.04 * (high - low)
    return low - margin, high + margin


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


def _within(one: Weighed, low: float, high: float) -> bool:
    figures = one.figures
    if figures is None or figures.minimum is None or figures.maximum is None:
        return True
    return low <= figures.minimum and figures.maximum <= high


def _ridge(one: Weighed, low: float, high: float, bins: int, kernels: bool) -> Ridge:
    """The histogram of a weight between the limits; few values get fewer bins, by the rule of Rice University."""
    figures, distribution, weight = one.figures, one.distribution, one.held.weight
    assert figures is not None and distribution is not None and figures.mean is not None and figures.std is not None
    least, greatest = max(low, figures.minimum or 0.0), min(high, figures.maximum or 0.0)
    label = one.held.place if kernels else f"{one.held.place}/{weight.name}"
    words = f"{shape_words(weight.tensor.shape)}   {figures.mean:.2g} ± {figures.std:.2g}".replace(
        "-", "\N{MINUS SIGN}"
    )
    bins = min(bins, math.ceil(2 * math.cbrt(figures.size)))
    counts, edges = np.empty(0), np.empty(0)
    if least <= greatest:
        counts, edges = distribution.histogram(bins, (least, greatest))
        if figures.zeros > MANY_ZEROS * figures.size and counts.sum() > figures.zeros:
            place = min(max(int(np.searchsorted(edges, 0, side="right")) - 1, 0), bins - 1)
            counts[place] = max(0.0, counts[place] - figures.zeros)
            words += f"   {100 * figures.zeros / figures.size:.0f} % zeros, not drawn"
    else:
        words += "   → beyond" if least > high else "   ← beyond"
    point = figures.mean if low <= figures.mean <= high else None
    return Ridge(label, edges, counts, one.held.family, words, point)


def shape_words(shape: tuple[int | None, ...] | None) -> str:
    """A shape as 3×3×64."""
    if shape is None:
        return "?"
    return "×".join("?" if axis is None else str(axis) for axis in shape) or "scalar"
