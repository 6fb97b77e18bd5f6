"""Panels whose marks share axes (curves, bands, zones, rules, points, scatter, bars): the room they need, and drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from netviz.charts import Axis, Band, Bars, Curve, Panel, Point, Rule, Scatter, Zone
from netviz.render.chart import words
from netviz.render.chart.labels import (
    GAP,
    LEADER,
    Label,
    LegendRow,
    Naming,
    Told,
    draw_above,
    draw_at_right,
    draw_legend,
    legend_rows,
    line_width,
)
from netviz.render.chart.marks import draw_mark, envelope
from netviz.render.chart.place import Need, Place
from netviz.render.chart.style import Look, font, line_height
from netviz.render.chart.ticks import Span, Ticks, apply, floats, span, ticks_of

MOST_DIRECT = 12
"""Labels at the right end of curves; more are in a legend."""
MOST_NAMED = 800
"""Points of a scatter that are tried to be named."""


@dataclass
class Axed:
    """A panel of marks that share axes, laid out: `direct` labels stand at the right, those of `legend` below."""

    panel: Panel
    look: Look
    need: Need
    x: Span
    y: Span
    x_ticks: Ticks
    y_ticks: Ticks
    direct: list[Label]
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
        naming = Naming(place, x, y, (self.x, self.y), (need.width, need.height))
        for mark in self.panel.marks:
            if isinstance(mark, Curve):
                naming.avoid(*envelope(floats(mark.x), floats(mark.y), 4_000), joined=True)
            elif isinstance(mark, Rule) and mark.axis == "x":
                naming.avoid(np.array([mark.at] * 2), np.array(self.y.within), joined=True)
            elif isinstance(mark, Scatter) and mark.labels:
                naming.avoid(floats(mark.x).reshape(-1), floats(mark.y).reshape(-1), joined=False)
        for mark in self.panel.marks:
            if isinstance(mark, Point):
                naming.name((mark.x, mark.y), mark.label, mark.tint, must=True)
        for mark in self.panel.marks:
            if isinstance(mark, Scatter):
                spots = zip(floats(mark.x).tolist(), floats(mark.y).tolist(), strict=False)
                for spot, label in list(zip(spots, mark.labels, strict=False))[:MOST_NAMED]:
                    naming.name(spot, label, "muted", must=False)

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
            counted = axis is axes.xaxis and any(isinstance(mark, Bars) for mark in self.panel.marks)
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
            write(words.plain(title), fontproperties=font("regular", look.points("axis")), color=look.muted,
                  parse_math=False)  # fmt: skip
        labels = [*self.direct, *(label for row in self.legend for _, label, _ in row)]
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
    fitting = min(MOST_DIRECT, int(height / line_height("label")))
    direct, listed = labels, list[Label]()
    if len(labels) > fitting or small:
        direct, listed = [one for one in labels if not one.listed], [one for one in labels if one.listed]
        direct = direct if len(direct) <= fitting else []
    widest = max((words.width(words.plain(label.words)) for label in direct), default=-LEADER - GAP)
    right = max(right, min(widest + GAP + LEADER + 0.04, width * 0.36))
    y_ticks = ticks_of(y_axis, y, height, across=False, room=min(width * 0.36, 2.2))
    titled = line_height("axis") if panel.y.title and not small else 0.0
    left = max(left, titled + y_ticks.widest() + (0.09 if y_ticks.words else 0.03))
    x_ticks = ticks_of(x_axis, x, max(width - left - right, 0.3), across=True, whole=_counts(panel))
    left, right = _overhang(x, x_ticks, width, left, right)
    above = list(_above(panel, x))
    rows = legend_rows(listed, width)
    below = below_ticks(x_ticks) + (line_height("axis") if panel.x.title and not small else 0.0)
    below += len(rows) * line_height("label") + (0.04 if rows else 0.0)
    need = Need(
        max(width - left - right, 0.3), height, left, right, line_height("tick") if above else 0.06, below,
        stretch=True,
    )  # fmt: skip
    return Axed(panel, look, need, x, y, x_ticks, y_ticks, direct, rows, above, small)


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
    """The title of an x axis, centred below its body, within the cell; (x, y) is the left end of its line's top."""
    text = words.shortened(title, need.width + need.right + need.left, "axis")
    half = words.width(text, "axis") / 2
    centre = min(max(x + need.width / 2, x - need.left + half), x + need.width + need.right - half)
    place.text(centre, y + line_height("axis") * 0.5, text, "axis", look.muted, across="center")


def write_y_title(title: str, place: Place, x: float, y: float, need: Need, look: Look) -> None:
    """The title of a y axis, upright at the left edge of the cell of a body with its top left at (x, y)."""
    text = words.shortened(title, need.height, "axis")
    left = x - need.left + line_height("axis") * 0.5
    place.text(left, y + need.height / 2, text, "axis", look.muted, across="center", along="center", turn=90)


def below_ticks(ticks: Ticks) -> float:
    """How much room ticks and their words take below an axis."""
    if not ticks.words:
        return 0.06
    return 0.09 + (ticks.widest() if ticks.upright else line_height("tick"))


def _counts(panel: Panel) -> bool:
    """Whether the curves stand at whole numbers of x only: epochs, steps, positions."""
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
    return x, span(y_axis, _heights(panel, within), 0.06, bars)


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
    """What stands at the right: labels of curves and bands where they end, of rules and zones of the y axis."""
    for mark in panel.marks:
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
