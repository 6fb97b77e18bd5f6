"""The page of histograms: how the outputs of a model's calls are distributed, over its depth."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from netviz.analysis.charts.outputs import Output, Outputs, dead_share, is_measured
from netviz.analysis.charts.ridges import (
    EXPLAINED,
    beyond_sentence,
    beyond_words,
    drawn_bins,
    evenly,
    with_margin,
)
from netviz.analysis.charts.wording import lost_words, value_words
from netviz.analysis.health.wording import listed, number
from netviz.charts import Axis, Chart, Panel, Ridge, Ridges, Words

SPAN = (0.005, 0.995)
"""The quantiles between which the values of an output are looked at, to find what the axis should span."""

BEYOND = 6
"""Outputs that reach further than so many times where half of them end do not count for the axis: they flatten all."""

BINS = 64


def build_outputs_page(outputs: Outputs, samples: int, said: Sequence[str], limit: int) -> Chart:
    """A histogram for each output, all over one axis; of more than `limit` (0: all) some, evenly over the depth."""
    title = f"Outputs of {outputs.model.name}"
    every = [one for one in outputs.found.values() if one.activity.seen.minimum is not None]
    every = [one for one in every if is_measured(one.activity)] or every  # tokens and classes have no distribution
    words = _left_out(outputs, every)
    if not every:
        return Chart(title, (Panel((Words(("There are no numbers to draw.",)),)),), caption=" ".join(words))
    shown = evenly(every, limit or len(every))
    limits = _limits(shown)
    rows = tuple(_ridge(one, limits) for one in shown)
    panel = Panel((Ridges(rows),), x=Axis("value", limits=limits), wide=True)
    words.insert(0, EXPLAINED)
    if len(shown) < len(every):
        words.append(f"Shown: {len(shown)} of {len(every)} outputs, evenly over the depth.")
    if any("zeros" in row.words for row in rows):
        words.append("Where zeros are counted at the right, they are not drawn.")
    beyond = [one.name for one in shown if one.activity.seen.beyond(limits)]
    if beyond:
        words.append(beyond_sentence(beyond))
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
    return with_margin(float(lows[near].min()), float(highs[near].max()))


def _ridge(one: Output, limits: tuple[float, float]) -> Ridge:
    activity, seen = one.activity, one.activity.seen
    mean, std = activity.mean or 0.0, activity.std or 0.0
    words = [f"{value_words(mean)} ± {value_words(std)}"]
    counts, edges, left_out = drawn_bins(seen, limits, BINS)
    words += beyond_words(seen, limits)
    if left_out:
        words.append(f"{100 * (activity.zero_share or 0):.0f} % zeros")
    dead = dead_share(one)
    if dead:
        words.append(f"{100 * dead:.0f} % dead")
    if activity.saturated_share:
        words.append(f"{100 * activity.saturated_share:.0f} % saturated")
    if activity.nan or activity.infinite:
        words.append(lost_words(activity.size, activity.nan, activity.infinite))
    depth, label = _label(one.name)
    point = mean if activity.mean is not None and limits[0] <= mean <= limits[1] else None
    return Ridge(label, edges, counts, one.family, "   ".join(words), point, depth)


def _label(name: str) -> tuple[int, str]:
    """How deep an output stands and the last part of its name, its call's number included."""
    parts = re.split(r"/", name)
    return len(parts) - 1, parts[-1]
