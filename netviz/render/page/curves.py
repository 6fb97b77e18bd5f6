"""A function of one number as the points of a small picture: the curve, its slope, the axes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from netviz.pages import Activation

WIDTH, HEIGHT = 168.0, 112.0
ROOM = 10.0
"""Around the axes, for their numbers and the width of lines."""

STEP, COARSE, MANY = 0.5, 1.0, 2.5
"""The heights at the ends are multiples of a step; of a coarser one where there are more than `MANY` between them."""

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Curve:
    """Paths of SVG, and where the axes cross; `left`, `right`, `low` and `high` are the numbers at their ends."""

    curve: str
    derivative: str
    x: float
    y: float
    left: str
    right: str
    low: str
    high: str
    width: float = WIDTH
    height: float = HEIGHT
    room: float = ROOM


def drawn_curve(one: Activation) -> Curve | None:
    """The picture of an activation, None where there is no curve to draw."""
    points = [(x, y) for x, y in one.curve if math.isfinite(x) and math.isfinite(y)]
    if len(points) < 2 or points[0][0] >= points[-1][0]:
        return None
    left, right = points[0][0], points[-1][0]
    low, high = _heights([y for _, y in (*points, *one.derivative) if math.isfinite(y)], left, right)

    def across(x: float) -> float:
        return ROOM + (x - left) / (right - left) * (WIDTH - 2 * ROOM)

    def down(y: float) -> float:
        return HEIGHT - ROOM - (y - low) / (high - low) * (HEIGHT - 2 * ROOM)

    def path(points: Points) -> str:
        lines = (" ".join(f"{across(x):.1f},{down(y):.1f}" for x, y in piece) for piece in _pieces(points, low, high))
        return "".join(f"M{line}" for line in lines)

    x, y = across(min(max(0.0, left), right)), down(min(max(0.0, low), high))
    return Curve(path(points), path(one.derivative), x, y, f"{left:g}", f"{right:g}", f"{low:g}", f"{high:g}")


def _heights(values: Sequence[float], left: float, right: float) -> tuple[float, float]:
    """Between what heights a function and its slope are drawn: as far as they and zero go, rounded outwards.

    No further than the curve goes to the sides: beyond that it only goes on.
    """
    low, high = max(min(0.0, *values), left), min(max(0.0, *values), right)
    step = STEP if high - low <= MANY else COARSE
    low, high = math.floor(low / step + 1e-6) * step, math.ceil(high / step - 1e-6) * step
    return (low, high) if low < high else (-COARSE, COARSE)


def _pieces(points: Points, low: float, high: float) -> Iterator[list[tuple[float, float]]]:
    """The stretches of a curve between two heights, cut where it leaves them and where it jumps or is no number."""
    piece: list[tuple[float, float]] = []
    for one, other in pairwise(points):
        cut = _cut(one, other, low, high)
        if cut is None or (piece and piece[-1] != cut[0]):
            if piece:
                yield piece
            piece = []
        if cut is not None:
            piece = [*(piece or [cut[0]]), cut[1]]
    if piece:
        yield piece


def _cut(
    one: tuple[float, float], other: tuple[float, float], low: float, high: float
) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """The part of a line between two heights, None where there is none."""
    (x, y), (to_x, to_y) = one, other
    if not all(map(math.isfinite, (x, y, to_x, to_y))) or max(y, to_y) < low or min(y, to_y) > high:
        return None
    if y == to_y:
        return one, other

    def at(height: float) -> float:
        return x + (height - y) / (to_y - y) * (to_x - x)

    ends = []
    for px, py in (one, other):
        inside = min(max(py, low), high)
        ends.append((px, py) if inside == py else (at(inside), inside))
    return ends[0], ends[1]
