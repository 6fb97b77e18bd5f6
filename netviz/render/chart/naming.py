"""Names beside points and ends of curves: each where nothing is written and as little as can be is drawn. Inches."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from netviz.charts import Curve, Panel, Point, Rule, Scatter, Tint
from netviz.render.chart import words
from netviz.render.chart.labels import Label
from netviz.render.chart.marks import envelope
from netviz.render.chart.place import Place
from netviz.render.chart.style import line_height
from netviz.render.chart.ticks import Span, floats

MOST_NAMED = 800
"""Points of a scatter that are tried to be named."""
NEAR = (0.07, 0.13, 0.2, 0.3)
"""How far from its point a name may stand."""

FAR = 0.09
"""From here on a line leads from a point to its name."""

Box = tuple[float, float, float, float]
"""Left, top, right and bottom."""


@dataclass(frozen=True)
class Named:
    """Words beside a point, in a box of the body."""

    words: str
    tint: Tint
    box: Box
    spot: tuple[float, float] | None = None
    """What a line leads to, where the words stand away from it."""


class Naming:
    """Finds places for names beside points of a body of `size`: where nothing is written and little is drawn."""

    def __init__(self, spans: tuple[Span, Span], size: tuple[float, float]) -> None:
        self.spans = spans
        self.width, self.height = size
        self.found: list[Named] = []
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

    def name(self, at: tuple[float, float], label: str, tint: Tint, *, must: bool) -> bool:
        """Whether a label was placed near its point; one that need not be there only stands in nobody's way.

        Of a label that is too long the last items (after commas) are left out.
        """
        if not label or not all(map(math.isfinite, at)):
            return False
        x = float(self.spans[0].forward(at[0])) * self.width
        y = (1 - float(self.spans[1].forward(at[1]))) * self.height
        if not (-0.01 <= x <= self.width + 0.01 and -0.01 <= y <= self.height + 0.01):
            return False
        if must:
            text = words.items(label, self.width * 0.8, "tick", ", ")
            return self.beside(x, y, text, tint, (*NEAR, 0.45), slide=True)
        text = words.plain(label)
        return words.width(text, "tick") <= self.width * 0.4 and self.beside(x, y, text, tint, (0.05,), clear=True)

    def beside(
        self, x: float, y: float, text: str, tint: Tint, reaches: tuple[float, ...], *, clear: bool = False,
        slide: bool = False,
    ) -> bool:  # fmt: skip
        """Whether words were placed at one of these distances from a place of the body.

        `clear` words stand on nothing that is drawn, others on as little as can be; those that `slide` are moved along
        an edge of the body to be inside of it.
        """
        wide, high = words.width(text, "tick"), line_height("tick")
        best: tuple[float, Box] | None = None
        for reach in reaches if text else ():
            for dx, dy in _DIRECTIONS:
                box = self._box(x, y, dx, dy, reach, wide, high, slide)
                hits = self._hits(box) if box is not None else 0
                if box is None or (clear and hits):
                    continue
                cost = hits * 2 + reach * 8
                if best is None or cost < best[0]:
                    best = cost, box
        if best is not None:
            self.found.append(Named(text, tint, best[1], (x, y)))
        return best is not None

    def draw(self, place: Place, x: float, y: float) -> None:
        """Writes the names upon paper, for a body with its top left at (x, y)."""
        for one in self.found:
            color = place.look.text_color(one.tint)
            self._lead(one, place, x, y)
            middle = y + (one.box[1] + one.box[3]) / 2
            place.text(x + one.box[0], middle, one.words, "tick", color, back=True)

    def _lead(self, one: Named, place: Place, x: float, y: float) -> None:
        """Draws a line from a name to its point, where these are apart."""
        if one.spot is None:
            return
        left, top, right, low = one.box
        at = min(max(one.spot[0], left), right), min(max(one.spot[1], top + 0.02), low - 0.02)
        if math.dist(one.spot, at) > FAR:
            color = place.look.text_color(one.tint)
            place.line([x + one.spot[0], x + at[0]], [y + one.spot[1], y + at[1]], color, 0.7)

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
        taken = (one.box for one in self.found)
        if any(box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in taken):
            return None
        return box

    def _hits(self, box: Box) -> int:
        x, y = self.obstacles[:, 0], self.obstacles[:, 1]
        return int(np.count_nonzero((x > box[0]) & (x < box[2]) & (y > box[1]) & (y < box[3])))


_DIRECTIONS = ((1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (-1, -1), (1, 1), (-1, 1))


def naming_of(panel: Panel, spans: tuple[Span, Span], size: tuple[float, float]) -> Naming:
    """What finds places for names in a body of `size`, off all that is drawn there."""
    naming = Naming(spans, size)
    x, y = spans
    for mark in panel.marks:
        if isinstance(mark, Curve):
            naming.avoid(*envelope(floats(mark.x), floats(mark.y), 4_000), joined=True)
        elif isinstance(mark, Rule):
            _avoid_line(naming, mark.at, x if mark.axis == "x" else y)
        elif isinstance(mark, Scatter) and mark.labels:
            naming.avoid(floats(mark.x).reshape(-1), floats(mark.y).reshape(-1), joined=False)
        elif isinstance(mark, Point):
            naming.avoid(floats([mark.x]), floats([mark.y]), joined=False)
    for shown in spans:
        if shown.scale != "log" and not (shown is x and panel.x.counted):
            _avoid_line(naming, 0.0, shown)
    return naming


def _avoid_line(naming: Naming, at: float, along: Span) -> None:
    """Keeps names off the line right across the body at a place of one of its two axes."""
    x, y = naming.spans
    if along.within[0] < at < along.within[1]:
        here = np.full(2, at)
        if along is x:
            naming.avoid(here, np.array(y.within), joined=True)
        else:
            naming.avoid(np.array(x.within), here, joined=True)


def name_ends(naming: Naming, labels: list[Label]) -> bool:
    """Names curves where they end; False where there is no room for one of them."""
    for one in labels:
        at = one.x * naming.width, (1 - one.y) * naming.height
        if not naming.beside(*at, words.plain(one.words), one.tint, NEAR, clear=True):
            return False
    return True


def name_points(naming: Naming, panel: Panel) -> None:
    """Names the points of a panel, and those of a scatter that have room for it."""
    for mark in panel.marks:
        if isinstance(mark, Point):
            naming.name((mark.x, mark.y), mark.label, mark.tint, must=True)
    for mark in panel.marks:
        if isinstance(mark, Scatter):
            spots = zip(floats(mark.x).tolist(), floats(mark.y).tolist(), strict=False)
            for spot, label in list(zip(spots, mark.labels, strict=False))[:MOST_NAMED]:
                naming.name(spot, label, "muted", must=False)
