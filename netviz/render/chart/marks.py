"""The marks that share axes, drawn into matplotlib axes whose limits are set."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex
from numpy.typing import NDArray

from netviz.charts import Band, Bars, Curve, Mark, Point, Rule, Scatter, Tint, Zone
from netviz.render.chart.labels import line_width
from netviz.render.chart.style import UNKNOWN, Look
from netviz.render.chart.ticks import Span, floats

MOST_POINTS = 20_000
"""Of a curve; of more the highest and the lowest in each stretch are drawn."""
MOST_BARS = 400
"""Of more the least and the greatest of each stretch are drawn, as one shape."""


def envelope(
    x: NDArray[np.float64], y: NDArray[np.float64], most: int = MOST_POINTS
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The points, or of too many the first, lowest, highest and last of each stretch; NaN where all of it is."""
    size = min(x.size, y.size)
    x, y = x.reshape(-1)[:size], y.reshape(-1)[:size]
    if size <= most:
        return x, y
    each = -(-size // max(most // 4, 1))
    kept: list[int] = []
    for begin in range(0, size, each):
        part = y[begin : begin + each]
        good = np.flatnonzero(np.isfinite(part))
        if good.size:
            inner = {0, int(good[np.argmin(part[good])]), int(good[np.argmax(part[good])]), part.size - 1}
            kept += [begin + index for index in sorted(inner)]
        else:
            kept.append(begin)
    return x[kept], y[kept]


def _held(values: NDArray[np.float64], shown: Span) -> NDArray[np.float64]:
    """Values with infinite ones as gaps; what a logarithm does not have is a gap, too."""
    values = np.where(np.isfinite(values), values, np.nan)
    if shown.scale == "log":
        values = np.where(values > 0, values, np.nan)
    low, high = shown.within
    if shown.scale == "linear":
        far = (high - low) * 1e3
        values = np.clip(values, max(low - far, -1e305), min(high + far, 1e305))
    return values


def _curve(mark: Curve, axes: Any, look: Look, x: Span, y: Span) -> None:
    xs, ys = envelope(floats(mark.x), floats(mark.y))
    xs, ys = _held(xs, x), _held(ys, y)
    color = look.color(mark.tint)
    if mark.weak and look.theme != "print":
        color = look.fill(mark.tint, 0.55)
    axes.plot(
        xs, ys, color=color, linewidth=look.width(line_width(mark)), linestyle=look.dashes(mark.tint, mark.stroke),
        zorder=2.4 if mark.weak else 3, solid_capstyle="round", solid_joinstyle="round", label="_",
    )  # fmt: skip
    good = np.isfinite(xs) & np.isfinite(ys)
    alone = good & ~np.r_[False, good[:-1]] & ~np.r_[good[1:], False] & _inside(xs, x) & _inside(ys, y)
    if alone.any():
        axes.plot(xs[alone], ys[alone], linestyle="none", marker="o", markersize=look.width(4), color=color,
                  markeredgewidth=0, zorder=3, clip_on=False)  # fmt: skip


def _inside(values: NDArray[np.float64], shown: Span) -> NDArray[np.bool_]:
    return np.asarray((values >= shown.within[0]) & (values <= shown.within[1]))


def _band(mark: Band, axes: Any, look: Look, x: Span, y: Span) -> None:
    xs, low = envelope(floats(mark.x), floats(mark.low))
    xs_high, high = envelope(floats(mark.x), floats(mark.high))
    if xs.size != xs_high.size:
        high = np.interp(xs, xs_high, high)
    ends = y.within
    low, high = (np.where(np.isnan(side), side, np.clip(side, ends[0], ends[1])) for side in (low, high))
    axes.fill_between(
        _held(xs, x), low, high, color=look.fill(mark.tint, 0.2), alpha=0.75, linewidth=0, zorder=1.8, label="_"
    )


def _zone(mark: Zone, axes: Any, look: Look, x: Span, y: Span) -> None:
    shown = x if mark.axis == "x" else y
    low, high = shown.within
    begin, end = sorted((mark.begin, mark.end)) if not math.isnan(mark.begin + mark.end) else (math.nan, math.nan)
    begin, end = max(begin, low), min(end, high)
    if begin < end:
        draw = axes.axvspan if mark.axis == "x" else axes.axhspan
        draw(begin, end, facecolor=look.fill("muted", 0.13), edgecolor=look.axis if mark.hatched else "none",
             hatch=UNKNOWN if mark.hatched else None, linewidth=0, zorder=0.4)  # fmt: skip


def _rule(mark: Rule, axes: Any, look: Look, x: Span, y: Span) -> None:
    shown = x if mark.axis == "x" else y
    if math.isfinite(mark.at) and shown.within[0] <= mark.at <= shown.within[1]:
        draw = axes.axvline if mark.axis == "x" else axes.axhline
        draw(mark.at, color=look.muted, linewidth=look.width(0.8), linestyle=look.dashes("muted", mark.stroke),
             zorder=2.2)  # fmt: skip


def _point(mark: Point, axes: Any, look: Look, x: Span, y: Span) -> None:
    if x.within[0] <= mark.x <= x.within[1] and y.within[0] <= mark.y <= y.within[1]:
        axes.plot(
            [mark.x], [mark.y], linestyle="none", marker="o", markersize=look.width(5.5), color=look.color(mark.tint),
            markeredgecolor=look.paper, markeredgewidth=look.width(1.0), zorder=5, clip_on=False, label="_",
        )  # fmt: skip


def _scatter(mark: Scatter, axes: Any, look: Look, x: Span, y: Span) -> None:
    xs, ys = _held(floats(mark.x).reshape(-1), x), _held(floats(mark.y).reshape(-1), y)
    size = min(xs.size, ys.size)
    side = min(max(60 / math.sqrt(max(size, 1)), 1.2), 4.5)
    axes.scatter(xs[:size], ys[:size], s=look.width(side) ** 2, color=look.color(mark.tint), linewidths=0, alpha=0.85,
                 zorder=3, label="_", rasterized=size > MOST_POINTS)  # fmt: skip


def _bar_tints(mark: Bars, padded: NDArray[np.float64]) -> list[Tint]:
    """The tint of each bar that has one of its own, that of its greatest value where it stands for several."""
    if not mark.tints or len(mark.tints) != floats(mark.values).size:
        return []
    each = padded.shape[1]
    greatest = np.argmax(np.where(np.isfinite(padded), padded, -np.inf), axis=1) + np.arange(len(padded)) * each
    return [mark.tints[min(int(place), len(mark.tints) - 1)] for place in greatest]


def _bars(mark: Bars, axes: Any, look: Look, x: Span, y: Span) -> None:
    values = floats(mark.values).reshape(-1)
    base = float(np.clip(0.0 if y.scale != "log" else y.within[0], *y.within))
    each = -(-values.size // MOST_BARS)
    padded = np.concatenate([values, np.full(-values.size % each, np.nan)]).reshape(-1, each)
    good = np.isfinite(padded) & ((padded > 0) | (y.scale != "log"))
    least = np.clip(np.where(good, padded, np.inf).min(axis=1), *y.within)
    most = np.clip(np.where(good, padded, -np.inf).max(axis=1), *y.within)
    places = np.arange(len(padded)) * each + (each - 1) / 2
    half = 0.38 if values.size <= 200 else each / 2
    kept = good.any(axis=1)
    plus, minus = signed_colors(look) if mark.signed else (look.color(mark.tint),) * 2
    tints = _bar_tints(mark, padded)
    for ends, color in ((np.maximum(most, base), plus), (np.minimum(least, base), minus)):
        filled = kept & (ends != base)
        groups = {tint: filled & np.array([one == tint for one in tints]) for tint in dict.fromkeys(tints)}
        looks = [((color, "none", None), filled)] if not tints else [
            (look.filling(tint), chosen) for tint, chosen in groups.items()
        ]  # fmt: skip
        for (face, edge, hatch), chosen in looks:
            begin, end, to = (places - half)[chosen], (places + half)[chosen], ends[chosen]
            start = np.full(to.size, base)
            corners = [(begin, start), (begin, to), (end, to), (end, start)]
            shapes = np.stack([np.stack(corner, axis=-1) for corner in corners], axis=1)
            rim, width = (edge, 0.5) if edge != "none" else (face, 0.2) if each > 1 else ("none", 0)
            bars = PolyCollection(list(shapes), facecolors=face, edgecolors=rim, hatch=hatch,
                                  linewidths=look.width(width), zorder=2.5)  # fmt: skip
            axes.add_collection(bars, autolim=False)
    gaps = places[~kept]
    if gaps.size:
        axes.plot(gaps, np.full(gaps.size, base), linestyle="none", marker="x", clip_on=False, color=look.muted,
                  markersize=look.width(4.5), markeredgewidth=look.width(1.1), zorder=4)  # fmt: skip


def signed_colors(look: Look) -> tuple[str, str]:
    """The colours of positive and of negative values as marks on paper: those that they have in heatmaps."""
    if look.theme == "print":
        return "#3a3a3a", "#9a9a9a"
    return to_hex(look.signs(5 / 6)), to_hex(look.signs(1 / 6))


_DRAWERS: dict[type, Callable[..., None]] = {
    Curve: _curve, Band: _band, Zone: _zone, Rule: _rule, Point: _point, Scatter: _scatter, Bars: _bars,
}  # fmt: skip


def draw_mark(mark: Mark, axes: Any, look: Look, x: Span, y: Span) -> None:
    """Draws a mark of shared axes; its label is written by whoever knows where there is room."""
    _DRAWERS[type(mark)](mark, axes, look, x, y)
