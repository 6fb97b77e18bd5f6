"""The page of histograms: how the values of a model's weights are distributed, over its depth."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from netviz.analysis.charts.sampling import LARGEST
from netviz.analysis.charts.weights import Held, Weighed
from netviz.analysis.distribution import Distribution
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

SAID = 0.01
"""From this share of values beyond the axis on it is said in words."""

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

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
    said = ["Each histogram is scaled to its own highest bin; the dot is the mean, at the right mean ± deviation."]
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
        reach = "reaches" if len(beyond) == 1 else "reach"
        said.append(f"{number(len(beyond), 'histogram')} {reach} beyond the axis (arrows): {listed(beyond)}.")
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
    low, high = float(np.clip(lows[kept], -most, most).min()), float(np.clip(highs[kept], -most, most).max())
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


def _ridge(one: Weighed, limits: tuple[float, float], bins: int, kernels: bool) -> Ridge:
    """The histogram of a weight; few values get fewer bins, by the rule of Rice University."""
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
    counts, edges = distribution.around(limits, min(bins, math.ceil(2 * math.cbrt(figures.size))))
    words += beyond_words(distribution, limits)
    if figures.zeros > MANY_ZEROS * figures.size and counts.sum() > figures.zeros:
        place = min(max(int(np.searchsorted(edges, 0, side="right")) - 1, 0), counts.size - 1)
        counts[place] = max(0.0, counts[place] - figures.zeros)
        words.append(f"{100 * figures.zeros / figures.size:.0f} % zeros, not drawn")
    point = figures.mean if limits[0] <= figures.mean <= limits[1] else None
    return Ridge(label, edges, counts, one.held.family, "   ".join(words), point)


def beyond_words(distribution: Distribution, limits: tuple[float, float]) -> list[str]:
    """How much of a distribution lies beyond an axis, as a list of no words where it is little."""
    outside = distribution.beyond(limits) / max(distribution.finite, 1)
    if outside < SAID:
        return []
    return ["all beyond" if outside == 1 else f"{math.floor(1000 * outside) / 10:g} % beyond"]


def lost_words(size: int, nan: int, infinite: int) -> str:
    """What of so many values is no finite number: "all 100 NaN", "1 NaN, 2 infinite"; "" where nothing is."""
    parts = [(nan, "NaN"), (infinite, "infinite")]
    return ", ".join(f"{'all ' if count == size else ''}{count:,} {word}" for count, word in parts if count)


def value_words(value: float, digits: int = 2) -> str:
    """A number in a few digits: 0.012, −4.6, 12,000, 3.1·10⁻⁸."""
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    if not exponent:
        return mantissa.replace("inf", "∞").replace("nan", "NaN").replace("-", "\N{MINUS SIGN}")
    power = int(exponent) if value else 0
    plain = -4 <= power < 6
    text = f"{float(f'{mantissa}e{exponent}'):,.{max(0, digits - 1 - power)}f}" if plain else mantissa
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "\N{MINUS SIGN}") + ("" if plain else f"·10{str(power).translate(SUPERSCRIPTS)}")


def shape_words(shape: tuple[int | None, ...] | None) -> str:
    """A shape as 3×3×64."""
    if shape is None:
        return "?"
    return "×".join("?" if axis is None else str(axis) for axis in shape) or "scalar"
