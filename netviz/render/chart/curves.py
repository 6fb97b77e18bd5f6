"""Panels whose marks share axes (curves, bands, zones, rules, points, scatter, bars): the room they need, and drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from netviz.charts import Axis, Band, Bars, Curve, Panel, Point, Rule, Scatter, Zone
from netviz.render.chart import words
from netviz.render.chart.labels import (
    FURTHEST_END,
    GAP,
    LEADER,
    Label,
    LegendRow,
    Told,
    draw_above,
    draw_at_right,
    draw_legend,
    legend_rows,
    line_width,
)
from netviz.render.chart.marks import draw_mark
from netviz.render.chart.naming import name_ends, name_points, naming_of
from netviz.render.chart.place import Need, Place
from netviz.render.chart.style import Look, font, line_height
from netviz.render.chart.ticks import FURTHEST, Span, Ticks, apply, floats, span, ticks_of

TOUCHING, MARGIN = 0.01, 0.05
"""How near to an end of its axis a curve lies on it, and by what the axis is longer then; shares of its length."""
MOST_DIRECT = 12
"""Labels at the right end of curves; more are in a legend."""


@dataclass
class Axed:
    """A panel of marks that share axes, laid out.

    `direct` labels stand at the right, `ends` where their curves end before that, those of `legend` below.
    """

    panel: Panel
    look: Look
    need: Need
    x: Span
    y: Span
    x_ticks: Ticks
    y_ticks: Ticks
    direct: list[Label]
    ends: list[Label]
    legend: list[LegendRow]
    above: list[tuple[float, str]]
    quiet: bool = False

    def draw(self, place: Place, x: float, y: float) -> None:
        need = self.need
        axes = place.axes(x, y, need.width, need.height)
        self._draw_axes(axes)
        for mark in self.panel.marks:
            draw_mark(mark, axes, self.look, self.x, self.y)
        if place.straight is None:
            self._write(place, x, y)
        else:
            self._write_straight(axes)
        naming = naming_of(self.panel, (self.x, self.y), (need.width, need.height))
        if place.straight is None:
            name_ends(naming, self.ends)
        name_points(naming, self.panel)
        naming.draw(place, x, y)

    def _draw_axes(self, axes: Any) -> None:
        look = self.look
        for shown, set_scale, set_limits in (
            (self.x, axes.set_xscale, axes.set_xlim),
            (self.y, axes.set_yscale, axes.set_ylim),
        ):
            set_scale(shown.scale)
            set_limits(shown.low, shown.high)
        for side, spine in axes.spines.items():
            spine.set_visible(side in ("left", "bottom"))
            spine.set_color(look.axis)
            spine.set_linewidth(look.width(0.7))
        axes.set_axisbelow(True)
        apply(axes.xaxis, self.x_ticks, self.x)
        apply(axes.yaxis, self.y_ticks, self.y)
        for axis, shown, ticks, line in (
            (axes.xaxis, self.x, self.x_ticks, axes.axvline),
            (axes.yaxis, self.y, self.y_ticks, axes.axhline),
        ):
            if ticks.names:
                axis.grid(False)
            else:
                axis.grid(True, color=look.grid, linewidth=look.width(0.5), linestyle="-")
            counted = axis is axes.xaxis and (
                self.panel.x.counted or any(isinstance(mark, Bars) for mark in self.panel.marks)
            )
            if shown.scale != "log" and shown.within[0] < 0 < shown.within[1] and not counted:
                line(0, color=look.axis, linewidth=look.width(0.7), zorder=1.5)
        tick_style(axes, look, 2.5, upright=self.x_ticks.upright)

    def _write(self, place: Place, x: float, y: float) -> None:
        need, look, panel = self.need, self.look, self.panel
        if panel.x.title and not self.quiet:
            write_x_title(panel.x.title, place, x, y + need.height + below_ticks(self.x_ticks), need, look)
        if panel.y.title and not self.quiet:
            write_y_title(panel.y.title, place, x, y, need, look)
        if self.above:
            draw_above(self.above, place, x, y, need.width)
        draw_at_right(self.direct, place, x, y, (need.width, need.height), need.right)
        low = y + need.height + need.below - len(self.legend) * line_height("label")
        draw_legend(self.legend, place, x - need.left, low)

    def _write_straight(self, axes: Any) -> None:
        """Into the user's axes, where matplotlib places titles and legend: the room around them is not ours."""
        look = self.look
        for title, write in ((self.panel.x.title, axes.set_xlabel), (self.panel.y.title, axes.set_ylabel)):
            write("\n".join(words.axis_title(title, 4.0)[0]), fontproperties=font("regular", look.points("axis")),
                  color=look.muted, parse_math=False)  # fmt: skip
        labels = [*self.direct, *self.ends, *(label for row in self.legend for _, label, _ in row)]
        handles: list[Any] = [_handle(label, look) for label in labels]
        texts = [words.shortened(label.words, 1.8, "tick") for label in labels]
        for _, text in self.above:
            handles.append(Patch(facecolor=look.fill("muted", 0.13), edgecolor=look.axis, linewidth=look.width(0.4)))
            texts.append(words.shortened(text, 1.8, "tick"))
        if handles:
            legend = axes.legend(
                handles, texts, prop=font("regular", look.points("tick")), frameon=False, labelcolor=look.ink
            )
            for text in legend.get_texts():
                text.set_parse_math(False)


def _handle(label: Label, look: Look) -> Any:
    mark = label.mark
    if isinstance(mark, Band | Zone):
        return Patch(facecolor=look.fill(label.tint, 0.25))
    if isinstance(mark, Bars):
        face, edge, hatch = look.filling(label.tint)
        return Patch(facecolor=face, edgecolor=edge, hatch=hatch, linewidth=look.width(0.5))
    if isinstance(mark, Curve):
        color, width, style = look.color(label.tint), line_width(mark), look.dashes(mark.tint, mark.stroke)
    else:
        color, width, style = look.muted, 0.8, look.dashes("muted", mark.stroke if isinstance(mark, Rule) else "solid")
    return Line2D([], [], color=color, linewidth=look.width(width), linestyle=style)


def prepare_curves(
    panel: Panel, look: Look, width: float, height: float, *, small: bool = False, left: float = 0.0,
    right: float = 0.0, told: Told = frozenset(),
) -> Axed:  # fmt: skip
    """The panel laid out in a cell `width` inches wide with a body `height` high.

    `left` and `right` are the least margins. `told` are the labels that a legend of the whole chart has.
    """
    x_axis, y_axis = _axes(panel)
    x, y = _spans(panel, x_axis, y_axis)
    labels = [label for label in labels_of(panel, x, y) if label.look_of() not in told]
    early = [one for one in labels if one.listed and (1 - one.x) * width * 0.7 > FURTHEST_END]
    labels = [one for one in labels if one not in early]
    fitting = min(MOST_DIRECT, int(height / line_height("label")))
    direct, listed = labels, list[Label]()
    if len(labels) + len(early) > fitting or small:
        labels, early = [*labels, *early], []
        direct, listed = [one for one in labels if not one.listed], [one for one in labels if one.listed]
        direct = direct if len(direct) <= fitting else []
    margin = width * 0.36 - GAP - LEADER - 0.04
    long = [one for one in direct if one.listed and words.width(words.plain(one.words)) > margin]
    direct, listed = [one for one in direct if one not in long], [*listed, *long]
    widest = max((words.width(words.plain(label.words)) for label in direct), default=-LEADER - GAP)
    right = max(right, min(widest, margin) + GAP + LEADER + 0.04)
    y_ticks = ticks_of(y_axis, y, height, across=False, room=min(width * 0.36, 2.2))
    titled = words.title_height(panel.y.title, height) if not small else 0.0
    left = max(left, titled + y_ticks.widest() + (0.09 if y_ticks.words else 0.03))
    x_ticks = ticks_of(x_axis, x, max(width - left - right, 0.3), across=True, whole=_counts(panel))
    left, right = _overhang(x, x_ticks, width, left, right)
    above = list(_above(panel, x))
    body = max(width - left - right, 0.3)
    naming = naming_of(panel, (x, y), (body, height))
    if not name_ends(naming, early):
        early, listed = [], [*listed, *early]
    rows = legend_rows(listed, width)
    need = Need(body, height, left, right, line_height("tick") if above else 0.06, stretch=True)
    below = below_ticks(x_ticks) + (words.title_height(panel.x.title, need.across) if not small else 0.0)
    below += len(rows) * line_height("label") + (0.04 if rows else 0.0)
    return Axed(panel, look, replace(need, below=below), x, y, x_ticks, y_ticks, direct, early, rows, above, small)


def tick_style(axes: Any, look: Look, length: float, *, upright: bool = False) -> None:
    """Gives ticks and their words the one look; the words are literal."""
    axes.tick_params(
        length=look.width(length), width=look.width(0.6), color=look.axis, labelcolor=look.muted, pad=look.width(2.5)
    )
    for label in [*axes.get_xticklabels(), *axes.get_yticklabels()]:
        label.set_fontproperties(font("regular", look.points("tick")))
        label.set_parse_math(False)
    if upright:
        for label in axes.get_xticklabels():
            label.set_rotation(90)


def write_x_title(title: str, place: Place, x: float, y: float, need: Need, look: Look) -> None:
    """The title of an x axis, centred below its body, within the cell; (x, y) is its top at the left end."""
    lines, shrink = words.axis_title(title, need.across)
    for number, text in enumerate(lines):
        half = words.width(text, "axis") * shrink / 2
        centre = min(max(x + need.width / 2, x - need.left + half), x + need.width + need.right - half)
        low = y + line_height("axis") * shrink * (number + 0.5)
        place.text(centre, low, text, "axis", look.muted, across="center", shrink=shrink)


def write_y_title(title: str, place: Place, x: float, y: float, need: Need, look: Look) -> None:
    """The title of a y axis, upright at the left edge of the cell of a body with its top left at (x, y)."""
    lines, shrink = words.axis_title(title, need.height)
    for number, text in enumerate(lines):
        left = x - need.left + line_height("axis") * shrink * (number + 0.5)
        place.text(left, y + need.height / 2, text, "axis", look.muted, across="center", along="center", turn=90,
                   shrink=shrink)  # fmt: skip


def below_ticks(ticks: Ticks) -> float:
    """How much room ticks and their words take below an axis."""
    if not ticks.words:
        return 0.06
    return 0.09 + (ticks.widest() if ticks.upright else line_height("tick"))


def _counts(panel: Panel) -> bool:
    """Whether what is drawn stands at whole numbers of x only: epochs, steps, positions, units."""
    if panel.x.counted or any(isinstance(mark, Bars) for mark in panel.marks):
        return True
    xs = [floats(mark.x) for mark in panel.marks if isinstance(mark, Curve)]
    return bool(xs) and all(bool((x == np.round(x)).all()) for x in (x[np.isfinite(x)] for x in xs))


def _overhang(x: Span, ticks: Ticks, width: float, left: float, right: float) -> tuple[float, float]:
    """The margins, wide enough for tick labels that reach beyond the ends of the axis."""
    if not ticks.upright:
        body = width - left - right
        for place, text in zip(ticks.places, ticks.words, strict=True):
            at, half = float(x.forward(place)) * body, words.width(text, "tick") / 2
            left, right = max(left, half - at + 0.02), max(right, at + half - body + 0.02)
    return left, max(right, 0.05)


def _axes(panel: Panel) -> tuple[Axis, Axis]:
    """The panel's axes, where bars without other ticks have their names on them."""
    x, y = panel.x, panel.y
    for mark in panel.marks:
        if isinstance(mark, Bars):
            count = floats(mark.values).size
            ticks = tuple((float(place), name) for place, name in enumerate(mark.labels[:count])) or None
            x = Axis(x.title, "linear", x.limits or (-0.5, count - 0.5), x.ticks if x.ticks is not None else ticks)
    return x, y


def _spans(panel: Panel, x_axis: Axis, y_axis: Axis) -> tuple[Span, Span]:
    """What the two axes show; y reaches as far as the curves do within the limits of x."""
    xs: list[Any] = []
    loose = False
    for mark in panel.marks:
        if isinstance(mark, Curve | Band | Scatter):
            xs.append(mark.x)
            loose = loose or isinstance(mark, Scatter)
        elif isinstance(mark, Point):
            xs.append([mark.x])
        elif isinstance(mark, Rule) and mark.axis == "x":
            xs.append([mark.at])
    bars = any(isinstance(mark, Bars) for mark in panel.marks)
    x = span(x_axis, xs, 0.05 if loose else 0.0)
    within = x.within if x_axis.limits is not None else None
    heights = list(_heights(panel, within))
    y = span(y_axis, heights, 0.06, bars)
    return x, y if bars or y_axis.limits is None else _with_margin(y, heights)


def _with_margin(shown: Span, drawn: list[Any]) -> Span:
    """The span, a little longer at an end that curves reach and do not cross: they would lie on the axis."""
    finite = [array[np.isfinite(array)] for array in map(floats, drawn)]
    finite = [array for array in finite if array.size]
    length = shown.high - shown.low
    if shown.scale == "log" or length <= 0 or not finite:
        return shown
    least, most = min(float(array.min()) for array in finite), max(float(array.max()) for array in finite)
    below = abs(least - shown.low) < TOUCHING * length
    above = abs(most - shown.high) < TOUCHING * length
    return replace(
        shown,
        low=max(shown.low - (MARGIN * length if below else 0.0), -FURTHEST),
        high=min(shown.high + (MARGIN * length if above else 0.0), FURTHEST),
    )


def _heights(panel: Panel, within: tuple[float, float] | None) -> Iterator[Any]:
    for mark in panel.marks:
        if isinstance(mark, Curve | Band):
            x = floats(mark.x).reshape(-1)
            for values in (mark.y,) if isinstance(mark, Curve) else (mark.low, mark.high):
                y = floats(values).reshape(-1)
                size = min(x.size, y.size)
                seen = slice(size) if within is None else (x[:size] >= within[0]) & (x[:size] <= within[1])
                yield y[:size][seen]
        elif isinstance(mark, Scatter):
            yield mark.y
        elif isinstance(mark, Point):
            yield [mark.y]
        elif isinstance(mark, Rule) and mark.axis == "y":
            yield [mark.at]
        elif isinstance(mark, Bars):
            yield mark.values


def labels_of(panel: Panel, x: Span, y: Span) -> Iterator[Label]:
    """What stands at the right: labels of curves and bands where they end, of rules and zones of the y axis, and from
    the top the families whose colours bars have."""
    for mark in panel.marks:
        if isinstance(mark, Bars):
            drawn = [tint for tint, value in zip(mark.tints, floats(mark.values), strict=False) if value > 0]
            families = [tint for tint in dict.fromkeys(drawn) if isinstance(tint, str)]
            yield from (Label(family, family, 1.0, 1.0, mark) for family in families)
        if isinstance(mark, Curve | Band) and mark.label:
            along = floats(mark.x).reshape(-1)
            high = floats(mark.y) if isinstance(mark, Curve) else (floats(mark.low) + floats(mark.high)) / 2
            high = high.reshape(-1)
            size = min(along.size, high.size)
            places = x.forward(along[:size])
            good = np.isfinite(high[:size]) & np.isfinite(places) & (places >= -1e-6) & (places <= 1 + 1e-6)
            good &= (high[:size] > 0) | (y.scale != "log")
            if good.any():
                last = int(np.argmax(np.where(good, places, -1)))
                yield Label(mark.label, mark.tint, float(places[last]), float(y.forward(high[last])), mark)
        elif isinstance(mark, Rule) and mark.axis == "y" and mark.label and 0 <= float(y.forward(mark.at)) <= 1:
            yield Label(mark.label, "muted", 1.0, float(y.forward(mark.at)), mark)
        elif isinstance(mark, Zone) and mark.axis == "y" and mark.label:
            ends = np.clip(y.forward([mark.begin, mark.end]), 0, 1)
            yield Label(mark.label, "muted", 1.0, float(ends.mean()), mark)


def _above(panel: Panel, x: Span) -> Iterator[tuple[float, str]]:
    """What stands above, and where (from 0 to 1): labels of rules and zones of the x axis."""
    for mark in panel.marks:
        if isinstance(mark, Rule) and mark.axis == "x" and mark.label and 0 <= float(x.forward(mark.at)) <= 1:
            yield float(x.forward(mark.at)), mark.label
        elif isinstance(mark, Zone) and mark.axis == "x" and mark.label:
            begin, end = x.forward(np.array([mark.begin, mark.end]))
            if max(begin, 0.0) < min(end, 1.0):
                yield float(max(begin, 0.0) + min(end, 1.0)) / 2, mark.label
