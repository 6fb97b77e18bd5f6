"""Panels whose marks share axes (curves, bands, zones, rules, points, scatter, bars): what room they need, and drawn."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from netviz.charts import Axis, Band, Bars, Curve, Panel, Point, Rule, Scatter, Tint, Zone
from netviz.render.chart import words
from netviz.render.chart.marks import draw_mark, envelope
from netviz.render.chart.place import Need, Place, spread
from netviz.render.chart.style import Look, line_height
from netviz.render.chart.ticks import Span, Ticks, apply, floats, span, ticks_of

GAP = 0.06
MOST_DIRECT = 12
MOST_LEGEND = 40
BAR_PITCH = 0.18


@dataclass(frozen=True)
class Label:
    """Words at the right end of something: where it ends (from 0 to 1 of both axes) and how it looks."""

    words: str
    x: float
    y: float
    tint: Tint
    curve: Curve | None = None
    band: bool = False


@dataclass
class Axed:
    """A panel of marks that share axes, for a cell of `width` inches."""

    panel: Panel
    look: Look
    need: Need
    x: Span
    y: Span
    x_ticks: Ticks
    y_ticks: Ticks
    labels: list[Label]
    legend: list[Label]
    above: list[tuple[float, str]]
    quiet: bool = False
    legend_rows: list[list[tuple[float, Label, str]]] = field(default_factory=list)

    def draw(self, place: Place, x: float, y: float) -> None:
        need, look = self.need, self.look
        axes = place.axes(x, y, need.width, need.height)
        _frame(axes, look, self.x, self.y)
        apply(axes.xaxis, self.x_ticks, self.x)
        apply(axes.yaxis, self.y_ticks, self.y)
        _tick_style(axes, look, self.x_ticks, self.y_ticks)
        taken: list[tuple[float, float, float, float]] = []
        curves = [self._inches(mark.x, mark.y) for mark in self.panel.marks if isinstance(mark, Curve)]
        for mark in self.panel.marks:
            draw_mark(mark, axes, look, self.x, self.y)
        self._write(place, x, y)
        for mark in self.panel.marks:
            if isinstance(mark, Point):
                self._name(place, x, y, mark.x, mark.y, mark.label, mark.tint, taken, curves, always=True)
        for mark in self.panel.marks:
            if isinstance(mark, Scatter) and mark.labels:
                spots = zip(floats(mark.x), floats(mark.y), mark.labels, strict=False)
                for one, other, label in list(spots)[:600]:
                    self._name(place, x, y, one, other, label, "muted", taken, [])

    def _inches(self, x: Any, y: Any) -> Any:
        """Points as (n, 2) inches from the body's top left."""
        xs, ys = envelope(floats(x), floats(y), 400)
        return np.stack([self.x.forward(xs) * self.need.width, (1 - self.y.forward(ys)) * self.need.height], axis=-1)

    def _write(self, place: Place, x: float, y: float) -> None:
        """The titles of the axes, the labels above and at the right, and the legend."""
        need, look, panel = self.need, self.look, self.panel
        tick_room = _below_ticks(self.x_ticks)
        if panel.x.title and not self.quiet:
            title = words.shortened(panel.x.title, need.width + need.right + need.left, "axis")
            half = words.width(title, "axis") / 2
            centre = min(max(x + need.width / 2, x - need.left + half), x + need.width + need.right - half)
            place.text(
                centre, y + need.height + tick_room + line_height("axis") * 0.5, title, "axis", look.muted,
                across="center",
            )  # fmt: skip
        if panel.y.title and not self.quiet:
            title = words.shortened(panel.y.title, need.height + need.above * 0.5, "axis")
            place.text(
                x - need.left + line_height("axis") * 0.5, y + need.height / 2, title, "axis", look.muted,
                across="center", along="center", turn=90,
            )  # fmt: skip
        if self.above:
            self._write_above(place, x, y)
        right = x + need.width + GAP
        pitch = line_height("label")
        wanted = [(1 - min(max(label.y, 0), 1)) * need.height for label in self.labels]
        spots = spread(wanted, [pitch] * len(wanted), -pitch * 0.35, need.height + pitch * 0.35)
        room = need.right - GAP - LEADER
        for label, want, spot in zip(self.labels, wanted, spots, strict=True):
            color = look.text_color(label.tint)
            begin = x + min(max(label.x, 0.0), 1.0) * need.width
            if abs(spot - want) > 0.05 or x + need.width - begin > 0.1:
                place.line([begin + 0.02, right, right + LEADER * 0.7], [y + want, y + want, y + spot],
                           look.color(label.tint), 0.5)  # fmt: skip
            place.text(right + LEADER, y + spot, words.shortened(label.words, room), "label", color)
        self._write_legend(place, x, y)

    def _write_above(self, place: Place, x: float, y: float) -> None:
        need = self.need
        room = need.width / len(self.above) - 0.08
        texts = [words.plain(text) for _, text in self.above]
        if sum(words.width(text, "tick") + 0.1 for text in texts) > need.width:
            texts = [words.shortened(text, room, "tick") if room > 0.2 else "" for text in texts]
        sizes = [words.width(text, "tick") + 0.1 for text in texts]
        spots = spread([at * need.width for at, _ in self.above], sizes, 0, need.width)
        for text, spot in zip(texts, spots, strict=True):
            if text:
                place.text(x + spot, y - line_height("tick") * 0.5, text, "tick", self.look.muted, across="center")

    def _write_legend(self, place: Place, x: float, y: float) -> None:
        look, need = self.look, self.need
        top = y + need.height + need.below - len(self.legend_rows) * line_height("label")
        for number, row in enumerate(self.legend_rows):
            at = top + (number + 0.5) * line_height("label")
            for offset, label, text in row:
                begin = x - need.left + offset
                if label.band:
                    place.box(begin, at - 0.035, SWATCH, 0.07, look.fill(label.tint, 0.3))
                elif label.curve is not None:
                    curve = label.curve
                    place.line([begin, begin + SWATCH], [at, at], look.color(curve.tint), 1.0 if curve.weak else 1.8,
                               look.dashes(curve.tint, curve.stroke))  # fmt: skip
                place.text(begin + (SWATCH + 0.06 if label.curve or label.band else 0), at, text, "label")

    def _name(
        self, place: Place, x: float, y: float, px: Any, py: Any, label: str, tint: Tint,
        taken: list[tuple[float, float, float, float]], curves: list[Any], always: bool = False,
    ) -> None:  # fmt: skip
        """Writes a label beside its point where nothing is written yet, and few curves run, if there is room."""
        if not label or not (math.isfinite(px) and math.isfinite(py)):
            return
        need = self.need
        cx, cy = float(self.x.forward(px)) * need.width, (1 - float(self.y.forward(py))) * need.height
        if not (-0.01 <= cx <= need.width + 0.01 and -0.01 <= cy <= need.height + 0.01):
            return
        text = words.shortened(label, need.width * (0.8 if always else 0.4), "tick")
        wide, high = words.width(text, "tick"), line_height("tick")
        best: tuple[float, float, float] | None = None
        for reach in (0.07, 0.2, 0.36) if always else (0.05,):
            for dx, dy in ((1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (-1, -1), (1, 1), (-1, 1)):
                left = cx + reach * dx - (wide if dx < 0 else wide / 2 if dx == 0 else 0)
                top = cy + (reach + high / 2) * dy - high / 2
                if always and dx == 0:
                    left = min(max(left, 0.02), need.width - wide)
                box = (left, top, left + wide, top + high)
                if left < 0 or top < 0 or box[2] > need.width or box[3] > need.height:
                    continue
                if any(box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in taken):
                    continue
                hits = sum(
                    int(np.count_nonzero(
                        (curve[:, 0] > box[0]) & (curve[:, 0] < box[2]) & (curve[:, 1] > box[1]) & (curve[:, 1] < box[3])
                    )) for curve in curves
                )  # fmt: skip
                cost = hits + reach * 8
                if best is None or cost < best[0]:
                    best = (cost, left, top)
        if best is None:
            return
        _, left, top = best
        taken.append((left, top, left + wide, top + high))
        place.text(x + left, y + top + high / 2, text, "tick", self.look.text_color(tint), back=always)


SWATCH = 0.22
LEADER = 0.1


def prepare_curves(
    panel: Panel, look: Look, width: float, height: float, *, small: bool = False, left: float = 0.0,
    right: float = 0.0, fixed: bool = False,
) -> Axed:  # fmt: skip
    """The panel laid out in a cell `width` inches wide with a body `height` high (horizontal bars: by their number).

    `left` and `right` are the least margins; `fixed`: the height is what it must be.
    """
    x_axis, y_axis = _axes(panel)
    x, y = _spans(panel, x_axis, y_axis)
    across = [mark for mark in panel.marks if isinstance(mark, Bars) and mark.horizontal]
    if across and not fixed:
        height = max(min(height, 0.4), *(min(_named(bars), 1000) * BAR_PITCH for bars in across))
    labels = list(_labels(panel, x, y))
    direct, legend = labels, list[Label]()
    if len(labels) > min(MOST_DIRECT, int(height / line_height("label"))) or small:
        direct = [label for label in labels if label.curve is None and not label.band]
        legend = [label for label in labels if label.curve is not None or label.band]
        if len(direct) > int(height / line_height("label")):
            direct, legend = [], labels
    widest = max((words.width(words.plain(label.words)) for label in direct), default=-LEADER - GAP)
    right = max(right, min(widest + GAP + LEADER + 0.04, width * 0.36))
    y_ticks = ticks_of(y_axis, y, height, across=False, room=min(width * 0.36, 2.2))
    titled = line_height("axis") if panel.y.title and not small else 0.0
    left = max(left, titled + y_ticks.widest() + (0.09 if y_ticks.words else 0.03))
    x_ticks = ticks_of(x_axis, x, max(width - left - right, 0.3), across=True)
    left, right = _overhang(x, x_ticks, width, left, right)
    body = max(width - left - right, 0.3)
    above = [(at, text) for at, text in _above(panel, x)]
    below = _below_ticks(x_ticks) + (line_height("axis") if panel.x.title and not small else 0.0)
    rows = _legend_rows(legend, width)
    need = Need(
        body, height, left, right, line_height("tick") if above else 0.06,
        below + len(rows) * line_height("label") + (0.04 if rows else 0), stretch=not across,
    )  # fmt: skip
    return Axed(panel, look, need, x, y, x_ticks, y_ticks, direct, legend, above, small, rows)


def _overhang(x: Span, ticks: Ticks, width: float, left: float, right: float) -> tuple[float, float]:
    """The margins, wide enough for tick labels that reach beyond the ends of the axis."""
    if ticks.upright or not ticks.words:
        return left, max(right, 0.05)
    body = width - left - right
    for place, text in zip(ticks.places, ticks.words, strict=True):
        at, half = float(x.forward(place)) * body, words.width(text, "tick") / 2
        left = max(left, half - at + 0.02) if at < half else left
        right = max(right, at + half - body + 0.02)
    return left, max(right, 0.05)


def _below_ticks(ticks: Ticks) -> float:
    if not ticks.words:
        return 0.06
    return 0.09 + (ticks.widest() if ticks.upright else line_height("tick"))


def _named(bars: Bars) -> int:
    return len(floats(bars.values)) if bars.labels else min(len(floats(bars.values)), 12)


def _axes(panel: Panel) -> tuple[Axis, Axis]:
    """The panel's axes, where bars without other ticks have their names on them."""
    x, y = panel.x, panel.y
    for mark in panel.marks:
        if isinstance(mark, Bars):
            count = len(floats(mark.values))
            ticks = tuple((float(place), name) for place, name in enumerate(mark.labels[:count])) or None
            if mark.horizontal:
                y = Axis(y.title, "linear", y.limits or (count - 0.5, -0.5), y.ticks if y.ticks is not None else ticks)
            else:
                x = Axis(x.title, "linear", x.limits or (-0.5, count - 0.5), x.ticks if x.ticks is not None else ticks)
    return x, y


def _spans(panel: Panel, x_axis: Axis, y_axis: Axis) -> tuple[Span, Span]:
    xs: list[Any] = []
    ys: list[Any] = []
    zero_x = zero_y = loose = False
    for mark in panel.marks:
        if isinstance(mark, Curve):
            xs.append(mark.x)
            ys.append(mark.y)
        elif isinstance(mark, Band):
            xs.append(mark.x)
            ys += [mark.low, mark.high]
        elif isinstance(mark, Point):
            xs.append([mark.x])
            ys.append([mark.y])
        elif isinstance(mark, Scatter):
            xs.append(mark.x)
            ys.append(mark.y)
            loose = True
        elif isinstance(mark, Rule):
            (xs if mark.axis == "x" else ys).append([mark.at])
        elif isinstance(mark, Bars):
            (xs if mark.horizontal else ys).append(mark.values)
            zero_x, zero_y = zero_x or mark.horizontal, zero_y or not mark.horizontal
    x = span(x_axis, xs, 0.05 if loose or zero_x else 0.0, zero_x)
    low, high = x.within
    inside = [values for values in ys]
    if x_axis.limits is not None:
        inside = [_seen(mark, low, high) for mark in panel.marks if isinstance(mark, Curve)]
        inside += [values for mark, values in _pairs(panel) if not isinstance(mark, Curve)]
    return x, span(y_axis, inside, 0.06, zero_y)


def _seen(curve: Curve, low: float, high: float) -> Any:
    x, y = floats(curve.x), floats(curve.y)
    return y[(x >= low) & (x <= high)]


def _pairs(panel: Panel) -> Iterable[tuple[Any, Any]]:
    for mark in panel.marks:
        if isinstance(mark, Band):
            yield mark, mark.low
            yield mark, mark.high
        elif isinstance(mark, Scatter):
            yield mark, mark.y
        elif isinstance(mark, Point):
            yield mark, [mark.y]
        elif isinstance(mark, Rule) and mark.axis == "y":
            yield mark, [mark.at]
        elif isinstance(mark, Bars) and not mark.horizontal:
            yield mark, mark.values


def _labels(panel: Panel, x: Span, y: Span) -> Iterable[Label]:
    """What stands at the right: labels of curves and bands where they end, of rules and zones of the y axis."""
    for mark in panel.marks:
        label = getattr(mark, "label", "")
        if not label:
            continue
        if isinstance(mark, Curve | Band):
            along = floats(mark.x)
            height = floats(mark.y) if isinstance(mark, Curve) else (floats(mark.low) + floats(mark.high)) / 2
            places = x.forward(along)
            good = np.flatnonzero(np.isfinite(height) & np.isfinite(along) & (places >= -1e-6) & (places <= 1 + 1e-6))
            if good.size:
                last = good[np.argmax(places[good])]
                curve = mark if isinstance(mark, Curve) else None
                yield Label(label, float(places[last]), float(y.forward(height[last])), mark.tint, curve, curve is None)
        elif isinstance(mark, Rule) and mark.axis == "y" and 0 <= float(y.forward(mark.at)) <= 1:
            yield Label(label, 1.0, float(y.forward(mark.at)), "muted")
        elif isinstance(mark, Zone) and mark.axis == "y":
            ends = np.clip(y.forward([mark.begin, mark.end]), 0, 1)
            yield Label(label, 1.0, float(ends.mean()), "muted")


def _above(panel: Panel, x: Span) -> Iterable[tuple[float, str]]:
    """What stands above: labels of rules and zones of the x axis."""
    for mark in panel.marks:
        if isinstance(mark, Rule | Zone) and mark.axis == "x" and mark.label:
            ends = [mark.at, mark.at] if isinstance(mark, Rule) else [mark.begin, mark.end]
            at = np.clip(x.forward(ends), 0, 1)
            if isinstance(mark, Rule) and not 0 <= float(x.forward(mark.at)) <= 1:
                continue
            yield float(at.mean()), mark.label


def _legend_rows(legend: list[Label], width: float) -> list[list[tuple[float, Label, str]]]:
    rows: list[list[tuple[float, Label, str]]] = []
    at = math.inf
    shown = legend[:MOST_LEGEND]
    if len(legend) > MOST_LEGEND:
        shown = [*legend[: MOST_LEGEND - 1], Label(f"and {len(legend) - MOST_LEGEND + 1:,} more", 0, 0, "muted")]
    for label in shown:
        text = words.shortened(label.words, min(width - SWATCH - 0.1, 2.4))
        size = SWATCH + 0.06 + words.width(text) + 0.2
        if at + size - 0.2 > width:
            rows.append([])
            at = 0.0
        rows[-1].append((at, label, text))
        at += size
    return rows


def _frame(axes: Any, look: Look, x: Span, y: Span) -> None:
    for shown, set_scale, set_limits in ((x, axes.set_xscale, axes.set_xlim), (y, axes.set_yscale, axes.set_ylim)):
        if shown.scale == "symlog":
            set_scale("symlog", linthresh=shown.threshold)
        else:
            set_scale(shown.scale)
        set_limits(shown.low, shown.high)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(look.axis)
        spine.set_linewidth(look.width(0.7))
    axes.set_axisbelow(True)
    axes.grid(True, color=look.grid, linewidth=look.width(0.5), linestyle="-")
    if y.scale != "log" and y.within[0] < 0 < y.within[1]:
        axes.axhline(0, color=look.axis, linewidth=look.width(0.7), zorder=1.5)
    if x.scale != "log" and x.within[0] < 0 < x.within[1]:
        axes.axvline(0, color=look.axis, linewidth=look.width(0.7), zorder=1.5)


def _tick_style(axes: Any, look: Look, x_ticks: Ticks, y_ticks: Ticks) -> None:
    from netviz.render.chart.style import font

    axes.tick_params(
        length=look.width(2.5), width=look.width(0.6), color=look.axis, labelcolor=look.muted, pad=look.width(2.5)
    )
    for label in [*axes.get_xticklabels(), *axes.get_yticklabels()]:
        label.set_fontproperties(font("regular", look.points("tick")))
        label.set_parse_math(False)
    if x_ticks.upright:
        for label in axes.get_xticklabels():
            label.set_rotation(90)
