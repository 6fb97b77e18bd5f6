"""Words at curves and points: at the right end, in a legend, or beside the point where there is room. Inches."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

from netviz.charts import Band, Bars, Chart, Curve, Rule, Tint, Zone
from netviz.render.chart import words
from netviz.render.chart.place import Place, spread
from netviz.render.chart.style import line_height

GAP = 0.06
LEADER = 0.1
SWATCH = 0.22
MOST_LEGEND = 40
MOST_COMMON = 8
FURTHEST_END = 0.3
"""How far from the right a curve may end and still have its label there."""


@dataclass(frozen=True)
class Label:
    """Words for a mark, and where it ends at the right (from 0 to 1 of both axes)."""

    words: str
    tint: Tint
    x: float = 1.0
    y: float = 0.0
    mark: Curve | Band | Bars | Rule | Zone | None = None

    @property
    def listed(self) -> bool:
        """Whether it may stand in a legend as well as at its mark."""
        return isinstance(self.mark, Curve | Band | Bars)

    def look_of(self) -> tuple[object, ...]:
        """What tells two entries of a legend apart."""
        stroke = (self.mark.stroke, self.mark.weak) if isinstance(self.mark, Curve) else ()
        return self.words, self.tint, type(self.mark), stroke


Told = frozenset[tuple[object, ...]]
"""What a legend of the whole chart tells: `Label.look_of()` of its entries."""

LegendRow = list[tuple[float, Label, str]]
"""Entries with how far from the left they begin and what is written."""


def common_labels(chart: Chart) -> list[Label]:
    """The labels that one legend tells for all small panels: those that stand in most of them, if they are few."""
    if not chart.small or len(chart.panels) < 2:
        return []
    first: dict[tuple[object, ...], Label] = {}
    times: Counter[tuple[object, ...]] = Counter()
    for panel in chart.panels:
        labels = [Label(mark.label, mark.tint, mark=mark) for mark in panel.marks
                  if isinstance(mark, Curve | Band) and mark.label]  # fmt: skip
        for label in labels:
            first.setdefault(label.look_of(), label)
        times.update({label.look_of() for label in labels})
    found = [label for key, label in first.items() if times[key] * 2 > len(chart.panels)]
    return found if len(found) <= MOST_COMMON else []


def legend_rows(labels: list[Label], width: float) -> list[LegendRow]:
    """The labels as a legend in lines of `width` inches; of very many the first."""
    shown = labels[:MOST_LEGEND]
    if len(labels) > MOST_LEGEND:
        shown = [*labels[: MOST_LEGEND - 1], Label(f"and {len(labels) - MOST_LEGEND + 1:,} more", "muted")]
    rows: list[LegendRow] = []
    at = math.inf
    for label in shown:
        text = words.shortened(label.words, width - SWATCH - 0.1)
        size = SWATCH + 0.06 + words.width(text)
        if at + size > width:
            rows.append([])
            at = 0.0
        rows[-1].append((at, label, text))
        at += size + 0.2
    return rows


def draw_legend(rows: list[LegendRow], place: Place, x: float, y: float) -> None:
    """Draws the lines of a legend, the first one's top left at (x, y)."""
    look = place.look
    for number, row in enumerate(rows):
        middle = y + (number + 0.5) * line_height("label")
        for offset, label, text in row:
            begin, mark = x + offset, label.mark
            if isinstance(mark, Band):
                place.box(begin, middle - 0.035, SWATCH, 0.07, look.fill(label.tint, 0.3))
            elif isinstance(mark, Bars):
                place.box(begin + SWATCH - 0.1, middle - 0.05, 0.1, 0.1, *look.filling(label.tint))
            elif isinstance(mark, Curve):
                style = look.dashes(mark.tint, mark.stroke)
                place.line([begin, begin + SWATCH], [middle] * 2, look.color(mark.tint), line_width(mark), style)
            place.text(begin + (SWATCH + 0.06 if mark is not None else 0), middle, text, "label")


def line_width(curve: Curve) -> float:
    """Points."""
    return 0.9 if curve.weak else 1.7


def draw_at_right(
    labels: list[Label], place: Place, x: float, y: float, size: tuple[float, float], room: float
) -> None:
    """Writes the labels at the right of a body of `size` with its top left at (x, y), no wider than `room`.

    They stand as near to the ends of their marks as they can without touching, with a line to what they belong to.
    """
    look = place.look
    width, height = size
    pitch = line_height("label")
    wanted = [(1 - min(max(label.y, 0.0), 1.0)) * height for label in labels]
    spots = spread(wanted, [pitch] * len(wanted), -pitch * 0.35, height + pitch * 0.35)
    edge = x + width + GAP
    for label, want, spot in zip(labels, wanted, spots, strict=True):
        begin = x + min(max(label.x, 0.0), 1.0) * width
        if isinstance(label.mark, Bars):
            place.box(edge - 0.02, y + spot - 0.045, 0.09, 0.09, *look.filling(label.tint))
        elif abs(spot - want) > 0.05 or x + width - begin > 0.1:
            place.line([begin + 0.02, edge, edge + LEADER * 0.7], [y + want, y + want, y + spot], look.axis, 0.5)
        text = words.shortened(label.words, room - GAP - LEADER)
        place.text(edge + LEADER, y + spot, text, "label", look.text_color(label.tint))


def draw_above(labels: list[tuple[float, str]], place: Place, x: float, y: float, width: float) -> None:
    """Writes words in one line above a body, each near its place (from 0 to 1), none over another."""
    room = width / len(labels) - 0.08
    texts = [words.plain(text) for _, text in labels]
    if sum(words.width(text, "tick") + 0.1 for text in texts) > width:
        texts = [words.shortened(text, room, "tick") if room > 0.2 else "" for text in texts]
    sizes = [words.width(text, "tick") + 0.1 for text in texts]
    spots = spread([at * width for at, _ in labels], sizes, 0, width)
    for text, spot in zip(texts, spots, strict=True):
        if text:
            place.text(x + spot, y - line_height("tick") * 0.5, text, "tick", place.look.muted, across="center")
