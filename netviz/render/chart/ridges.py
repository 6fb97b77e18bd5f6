"""Ridge plots: a histogram per row over one axis, each named at its left, with figures at its right."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection
from numpy.typing import NDArray

from netviz.charts import Panel, Ridge, Ridges
from netviz.render.chart import words
from netviz.render.chart.curves import below_ticks, tick_style, write_x_title
from netviz.render.chart.place import Need, Place
from netviz.render.chart.style import Look, line_height
from netviz.render.chart.ticks import Span, Ticks, apply, floats, span, ticks_of

INDENT = 0.1
BASE = 0.94
"""Where a hill stands in its row."""
HEAD = 0.96
"""How high the highest bin is, in rows."""
BAR = 0.6
"""How high a bar is, in rows."""
MOST_BINS = 400


@dataclass
class Range:
    """Ridges laid out in a cell: `pitch` is the height of a row, `gutter` the room of the names."""

    panel: Panel
    mark: Ridges
    look: Look
    need: Need
    x: Span
    x_ticks: Ticks
    pitch: float
    quiet: bool

    def draw(self, place: Place, x: float, y: float) -> None:
        need, look = self.need, self.look
        axes = place.axes(x, y, need.width, need.height)
        count = max(len(self.mark.rows), 1)
        axes.set_xscale(self.x.scale)
        axes.set_xlim(self.x.low, self.x.high)
        head = need.height / self.pitch - count
        axes.set_ylim(count, -head)
        apply(axes.xaxis, self.x_ticks, self.x)
        axes.set_yticks([])
        for side, spine in axes.spines.items():
            spine.set_visible(side == "bottom")
            spine.set_color(look.axis)
            spine.set_linewidth(look.width(0.7))
        axes.grid(True, axis="x", color=look.grid, linewidth=look.width(0.5))
        axes.set_axisbelow(True)
        tick_style(axes, look, 2.5)
        if self.x.scale != "log" and self.x.within[0] < 0 < self.x.within[1]:
            axes.axvline(0, color=look.axis, linewidth=look.width(0.6), zorder=3.2, alpha=0.6)
        self._hills(axes)
        for number, row in enumerate(self.mark.rows):
            at = y + need.height - (count - number - BASE) * self.pitch - line_height("tick") * 0.3
            if self.mark.bars:
                at = y + need.height - (count - number - BASE + BAR / 2) * self.pitch
            indent = min(INDENT * max(row.level, 0), need.left * 0.4)
            name = words.shortened(row.label, need.left - indent - 0.12, "tick")
            place.text(x - need.left + indent, at, name, "tick", look.ink)
            if row.words:
                place.text(x + need.width + 0.1, at, words.items(row.words, need.right - 0.12, "tick"), "tick",
                           look.muted)  # fmt: skip
        if self.panel.x.title and not self.quiet:
            write_x_title(self.panel.x.title, place, x, y + need.height + below_ticks(self.x_ticks), need, look)

    def _hills(self, axes: Any) -> None:
        look = self.look
        shapes, fills, edges, tops, points, colors = [], [], [], [], [], []
        bases = []
        for number, row in enumerate(self.mark.rows):
            base = number + BASE
            bases.append([(self.x.low, base), (self.x.high, base)])
            outline = _outline(row, base, self.x, BAR if self.mark.bars else HEAD)
            if outline is not None:
                shapes.append(outline)
                tops.append(_top(outline, row, self.x))
                paler = look.fill(row.tint, 0.35 if look.theme != "print" else 0.3)
                face, edge, hatch = look.filling(row.tint) if self.mark.bars else (paler, look.color(row.tint), None)
                fills.append((face, hatch))
                edges.append(edge)
            if row.point is not None and math.isfinite(row.point) and self.x.within[0] <= row.point <= self.x.within[1]:
                points.append((row.point, base))
                colors.append(look.color(row.tint))
        width = look.width(0.9 if self.pitch > 0.16 else 0.6)
        bases = [] if self.mark.bars else bases
        axes.add_collection(
            LineCollection(bases, colors=look.grid, linewidths=look.width(0.5), zorder=1.2), autolim=False
        )
        for number, (shape, top) in enumerate(zip(shapes, tops, strict=True)):
            level = 2 + number / max(len(shapes), 1)  # a hill stands before those above it
            fill, hatch = fills[number]
            hill = PolyCollection([shape], facecolors=fill, edgecolors=edges[number] if hatch else "none", hatch=hatch,
                                  linewidths=0, zorder=level)  # fmt: skip
            axes.add_collection(hill, autolim=False)
            rim = np.vstack([shape, shape[:1]]) if self.mark.bars else top
            axes.add_collection(
                LineCollection([rim], colors=edges[number], linewidths=width, zorder=level), autolim=False
            )
        self._arrows(axes)
        if points:
            at = np.array(points)
            axes.scatter(at[:, 0], at[:, 1], s=look.width(3.2) ** 2, c=colors, edgecolors=look.paper,
                         linewidths=look.width(0.6), zorder=4, clip_on=False)  # fmt: skip

    def _arrows(self, axes: Any) -> None:
        """A small arrow at each end of the axis that a histogram reaches beyond."""
        look = self.look
        for number, row in enumerate(self.mark.rows):
            for end, shape, beyond in zip(self.x.within, "<>", _beyond(row, self.x), strict=True):
                if beyond:
                    axes.scatter([end], [number + BASE - 0.03], s=look.width(3.6) ** 2, marker=shape,
                                 c=[look.color(row.tint)], linewidths=0, zorder=4, clip_on=False)  # fmt: skip


def _outline(row: Ridge, base: float, shown: Span, head: float = HEAD) -> NDArray[np.float64] | None:
    """The steps of a histogram standing on `base`, from its left end to its right; None where none is to be seen.

    A bin is as high as its values are dense, the densest full height, be it beyond the axis or not; values that are all
    the same are a line.
    """
    counts, edges = _histogram(row)
    if not counts.any() or not np.isfinite(edges).all():
        return None
    seen = _seen(edges, shown)
    if np.count_nonzero(seen) > MOST_BINS:
        starts = np.arange(0, counts.size, -(-np.count_nonzero(seen) // MOST_BINS))
        counts, edges = np.add.reduceat(counts, starts), np.r_[edges[starts], edges[-1]]
        seen = _seen(edges, shown)
    used = np.flatnonzero(seen & (counts > 0))
    if not used.size:
        return None
    heights = base - _heights(counts, edges)[used[0] : used[-1] + 1] * head
    xs = np.clip(np.repeat(edges[used[0] : used[-1] + 2], 2), *shown.within)
    ys = np.r_[base, np.repeat(heights, 2), base]
    return np.stack([np.r_[xs[0], xs, xs[-1]], np.r_[base, ys, base]], axis=-1)


def _top(outline: NDArray[np.float64], row: Ridge, shown: Span) -> NDArray[np.float64]:
    """The line over a hill, without its flanks where it goes on beyond the axis."""
    low, high = shown.within
    left, right = _beyond(row, shown)
    begin = 2 if left and outline[0, 0] <= low else 1
    end = -2 if right and outline[-1, 0] >= high else -1
    return outline[begin:end]


def _histogram(row: Ridge) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Counts and edges, as many as belong together; what is no count is 0."""
    counts, edges = floats(row.counts).reshape(-1), floats(row.edges).reshape(-1)
    counts = np.where(np.isfinite(counts) & (counts > 0), counts, 0.0)[: max(edges.size - 1, 0)]
    return counts, edges[: counts.size + 1]


def _seen(edges: NDArray[np.float64], shown: Span) -> NDArray[np.bool_]:
    """Which bins lie on the axis, at least in part."""
    low, high = shown.within
    left, right = edges[:-1], edges[1:]
    return np.asarray((right > low) & (left < high) | ((left == right) & (left >= low) & (left <= high)))


def _heights(counts: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """The density of each bin as a share of the greatest; where bins have no width, these are full."""
    widths = np.diff(edges)
    narrow = (widths <= 0) & (counts > 0)
    if narrow.any():
        return np.where(narrow, 1.0, 0.0)
    with np.errstate(all="ignore"):
        dense = np.where(counts > 0, counts / counts.max() / (widths / widths.max()), 0.0)
        return np.asarray(dense / dense.max())


def _beyond(row: Ridge, shown: Span) -> tuple[bool, bool]:
    """Whether anything is counted left of the axis, and right of it."""
    counts, edges = _histogram(row)
    used = np.flatnonzero(counts)
    if not used.size or not np.isfinite(edges).all():
        return False, False
    low, high = shown.within
    room = (high - low) * 1e-9
    return bool(edges[used[0]] < low - room), bool(edges[used[-1] + 1] > high + room)


def prepare_ridges(panel: Panel, mark: Ridges, look: Look, width: float, height: float | None, small: bool) -> Range:
    """The ridges in a cell `width` inches wide; their height by their number."""
    count = max(len(mark.rows), 1)
    usual = 0.21 if mark.bars else 0.36 if count <= 8 else 0.28 if count <= 30 else 0.21 if count <= 120 else 0.155
    pitch = usual if height is None else height / (count + HEAD)
    ends = []
    for row in mark.rows:
        counts, edges = _histogram(row)
        used = np.flatnonzero(counts)
        ends += [edges[used[0] : used[-1] + 2]] if used.size else []
        ends += [np.array([row.point])] if row.point is not None else []
    x = span(panel.x, ends, 0.02)
    names = max(
        (words.width(words.plain(row.label), "tick") + INDENT * max(row.level, 0) for row in mark.rows), default=0.0
    )
    left = min(names + 0.14, width * 0.34)
    right = min(
        max((words.width(words.plain(row.words), "tick") for row in mark.rows), default=0.0) + 0.14, width * 0.34
    )
    body = max(width - left - right, 0.3)
    ticks = ticks_of(panel.x, x, body, across=True)
    need = Need(body, pitch * (count + HEAD - 0.7), left, max(right, 0.3), 0.04)
    below = below_ticks(ticks) + (words.title_height(panel.x.title, need.across) if not small else 0.0)
    need = replace(need, below=below)
    return Range(panel, mark, look, need, x, ticks, pitch, small)
