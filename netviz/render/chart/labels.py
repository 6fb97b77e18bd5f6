"""Words at curves and points: at the right end, in a legend, or beside the point where there is room. Inches."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from netviz.charts import Band, Chart, Curve, Rule, Tint, Zone
from netviz.render.chart import words
from netviz.render.chart.place import Place, spread
from netviz.render.chart.style import line_height
from netviz.render.chart.ticks import Span

GAP = 0.06
LEADER = 0.1
SWATCH = 0.22
MOST_LEGEND = 40
MOST_COMMON = 8

Box = tuple[float, float, float, float]
"""Left, top, right and bottom."""


@dataclass(frozen=True)
class Label:
    """Words for a mark, and where it ends at the right (from 0 to 1 of both axes)."""

    words: str
    tint: Tint
    x: float = 1.0
    y: float = 0.0
    mark: Curve | Band | Rule | Zone | None = None

    @property
    def listed(self) -> bool:
        """Whether it may stand in a legend as well as at its mark."""
        return isinstance(self.mark, Curve | Band)

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
        text = words.shortened(label.words, min(width - SWATCH - 0.1, 2.4))
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
        if abs(spot - want) > 0.05 or x + width - begin > 0.1:
            color = look.color(label.tint)
            place.line([begin + 0.02, edge, edge + LEADER * 0.7], [y + want, y + want, y + spot], color, 0.5)
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


class Naming:
    """Writes names beside points of a body, each where nothing is written and as little as can be is drawn."""

    def __init__(self, place: Place, x: float, y: float, spans: tuple[Span, Span], size: tuple[float, float]) -> None:
        self.place = place
        self.corner = x, y
        self.spans = spans
        self.width, self.height = size
        self.taken: list[Box] = []
        self.obstacles = np.zeros((0, 2))

    def avoid(self, x: NDArray[np.float64], y: NDArray[np.float64], joined: bool) -> None:
        """Keeps later names off these points, and off the lines between them, where they are joined."""
        spots = np.stack([self.spans[0].forward(x) * self.width, (1 - self.spans[1].forward(y)) * self.height], axis=-1)
        spots = spots[np.isfinite(spots).all(axis=-1)]
        if joined and len(spots) > 1:
            along = np.r_[0.0, np.cumsum(np.hypot(*np.diff(spots, axis=0).T))]
            places = np.linspace(0.0, along[-1], int(min(along[-1] / 0.03, 3_000)) + 2)
            spots = np.stack([np.interp(places, along, spots[:, 0]), np.interp(places, along, spots[:, 1])], axis=-1)
        self.obstacles = np.concatenate([self.obstacles, spots])

    def name(self, at: tuple[float, float], label: str, tint: Tint, *, must: bool) -> None:
        """Writes a label near its point; one that need not be there only where it stands in nobody's way."""
        if not label or not all(map(math.isfinite, at)):
            return
        x = float(self.spans[0].forward(at[0])) * self.width
        y = (1 - float(self.spans[1].forward(at[1]))) * self.height
        if not (-0.01 <= x <= self.width + 0.01 and -0.01 <= y <= self.height + 0.01):
            return
        text = words.shortened(label, self.width * (0.8 if must else 0.4), "tick")
        wide, high = words.width(text, "tick"), line_height("tick")
        best: tuple[float, Box] | None = None
        for reach in (0.07, 0.2, 0.36, 0.6) if must else (0.05,):
            for dx, dy in _DIRECTIONS:
                box = self._box(x, y, dx, dy, reach, wide, high, must)
                if box is None:
                    continue
                hits = self._hits(box)
                if not must and hits:
                    continue
                cost = hits * 2 + reach * 8
                if best is None or cost < best[0]:
                    best = cost, box
        if best is not None:
            box = best[1]
            self.taken.append(box)
            left, top = self.corner[0] + box[0], self.corner[1] + box[1]
            color = self.place.look.text_color(tint)
            self.place.text(left, top + high / 2, text, "tick", color, back=must)

    def _box(
        self, x: float, y: float, dx: int, dy: int, reach: float, wide: float, high: float, slide: bool
    ) -> Box | None:
        left = x + reach * dx - (wide if dx < 0 else wide / 2 if dx == 0 else 0)
        top = y + (reach + high / 2) * dy - high / 2
        if slide and dx == 0:
            left = min(max(left, 0.02), self.width - wide)
        box = left, top, left + wide, top + high
        if left < 0 or top < 0 or box[2] > self.width or box[3] > self.height:
            return None
        if any(box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in self.taken):
            return None
        return box

    def _hits(self, box: Box) -> int:
        x, y = self.obstacles[:, 0], self.obstacles[:, 1]
        return int(np.count_nonzero((x > box[0]) & (x < box[2]) & (y > box[1]) & (y < box[3])))


_DIRECTIONS = ((1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (-1, -1), (1, 1), (-1, 1))
