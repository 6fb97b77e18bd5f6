"""The page of histograms: how the outputs of a model's calls are distributed, over its depth."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np

from netviz.analysis.charts.outputs import Output, Outputs, dead_share, is_measured
from netviz.analysis.health.wording import listed, number
from netviz.charts import Axis, Chart, Panel, Ridge, Ridges, Words

SPAN = (0.005, 0.995)
"""The quantiles between which the values of an output are looked at, to find what the axis should span."""

BEYOND = 6
"""Outputs that reach further than so many times where half of them end do not count for the axis: they flatten all."""

MANY_ZEROS = 0.2
"""From this share of zeros on they are not drawn, for all else would be flat beside them."""

BINS = 64

EXPLAINED = "Each histogram is scaled to its own highest bin; the dot is the mean, at the right mean ± deviation."


def build_outputs_page(outputs: Outputs, samples: int, said: Sequence[str], limit: int) -> Chart:
    """A histogram for each output, all over one axis; of more than `limit` (0: all) some, evenly over the depth."""
    title = f"Outputs of {outputs.model.name}"
    every = [one for one in outputs.found.values() if one.activity.seen.minimum is not None]
    every = [one for one in every if is_measured(one.activity)] or every  # tokens and classes have no distribution
    words = _left_out(outputs, every)
    if not every:
        return Chart(title, (Panel((Words(("There are no numbers to draw.",)),)),), caption=" ".join(words))
    shown = every
    if limit and len(every) > limit:
        places = np.linspace(0, len(every) - 1, limit).round().astype(int) if limit > 1 else [0]
        shown = [every[place] for place in places]
    low, high = _limits(shown)
    rows = tuple(_ridge(one, low, high) for one in shown)
    panel = Panel((Ridges(rows),), x=Axis("value", limits=(low, high)), wide=True)
    words.insert(0, EXPLAINED)
    if len(shown) < len(every):
        words.append(f"Shown: {len(shown)} of {len(every)} outputs, evenly over the depth.")
    if any("zeros" in row.words for row in rows):
        words.append("Where zeros are counted at the right, they are not drawn.")
    beyond = sum(1 for one in shown if not _within(one, low, high))
    if beyond:
        words.append(f"{number(beyond, 'histogram')} {'reaches' if beyond == 1 else 'reach'} beyond the axis.")
    words += [f"Input: {text}." for text in said]
    detail = f"{number(len(every), 'output')}, {number(samples, 'sample')}"
    return Chart(title, (panel,), detail=detail, caption=" ".join(words))


def _left_out(outputs: Outputs, every: Sequence[Output]) -> list[str]:
    """Which outputs have no histogram, and why, as sentences."""
    drawn = {one.name for one in every}
    odd: list[str] = []
    kinds: list[str] = []
    for one in outputs.found.values():
        if one.name not in drawn:
            nothing = is_measured(one.activity) and one.activity.size > 0
            (odd if nothing else kinds).append(one.name)
    sentences = [f"Without a finite number: {listed(odd)}."] if odd else []
    return sentences + ([f"Not drawn, for they are no measurements: {listed(kinds)}."] if kinds else [])


def _limits(shown: Sequence[Output]) -> tuple[float, float]:
    """What the axis spans: nearly all values of every output, but none far beyond those of most."""
    spans = [quantiles for one in shown if (quantiles := one.activity.seen.quantiles(SPAN)) is not None]
    lows, highs = (np.array(side, np.float64) for side in zip(*spans, strict=True))
    sizes = np.maximum(np.abs(lows), np.abs(highs))
    usual = float(np.median(sizes[sizes > 0])) if (sizes > 0).any() else 0.0
    near = sizes <= BEYOND * usual if usual > 0 else np.full(sizes.shape, True)  # half of them and more
    low, high = float(lows[near].min()), float(highs[near].max())
    if low == high:
        half = max(abs(low) / 2, 0.5)
        return low - half, high + half
    margin = 0.04 * (high - low)
    return low - margin, high + margin


def _within(one: Output, low: float, high: float) -> bool:
    least, greatest = one.activity.minimum, one.activity.maximum
    return least is None or greatest is None or (low <= least and greatest <= high)


def _ridge(one: Output, low: float, high: float) -> Ridge:
    activity, seen = one.activity, one.activity.seen
    mean, std = activity.mean or 0.0, activity.std or 0.0
    least, greatest = max(low, seen.minimum or 0.0), min(high, seen.maximum or 0.0)
    words = [f"{_short(mean)} ± {_short(std)}"]
    counts, edges = np.empty(0), np.empty(0)
    if least <= greatest:
        bins = min(BINS, math.ceil(2 * math.cbrt(seen.size)))
        counts, edges = seen.histogram(bins, (least, greatest))
        if seen.zeros > MANY_ZEROS * seen.size and counts.sum() > seen.zeros:
            place = min(max(int(np.searchsorted(edges, 0, side="right")) - 1, 0), bins - 1)
            counts[place] = max(0.0, counts[place] - seen.zeros)
            words.append(f"{100 * (activity.zero_share or 0):.0f} % zeros")
    else:
        words.append("→ beyond" if least > high else "← beyond")
    dead = dead_share(one)
    if dead:
        words.append(f"{100 * dead:.0f} % dead")
    if activity.saturated_share:
        words.append(f"{100 * activity.saturated_share:.0f} % saturated")
    if activity.nan or activity.infinite:
        words.append("NaN" if activity.nan else "infinite")
    depth, label = _label(one.name)
    point = mean if activity.mean is not None and low <= mean <= high else None
    return Ridge(label, edges, counts, one.family, "   ".join(words).replace("-", "\N{MINUS SIGN}"), point, depth)


def _short(value: float) -> str:
    """Two significant digits, or all that stand before the point of a number that is not large."""
    return f"{value:.0f}" if 99.5 <= abs(value) < 1e5 else f"{value:.2g}"


def _label(name: str) -> tuple[int, str]:
    """How deep an output stands and the last part of its name, its call's number included."""
    parts = re.split(r"/", name)
    return len(parts) - 1, parts[-1]
