"""Where things lie: rectangles and boxes in space by how far along the flow and across it they reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from netviz.render.figure.picture import Point
from netviz.render.layout.geometry import Direction

BACK: Mapping[Direction, tuple[int, int]] = {"LR": (1, -1), "RL": (1, -1), "TB": (-1, 1), "BT": (1, 1)}
"""Which way depth leads, along the flow and across it."""


@dataclass(frozen=True, slots=True)
class Area:
    """What something takes: a range along the flow and one across it, and for boxes in space that of the `slant`.

    The slant of a point is what is the same for all points behind it: along times `rise` minus across times `lead`.
    """

    first: float
    low: float
    last: float
    high: float
    lead: float = 0.0
    rise: float = 0.0
    slant: tuple[float, float] | None = None

    def meets(self, other: Area, margin: float) -> float:
        """How far the other has to be moved along the flow, at least, to be clear of it; 0 where it is."""
        if min(self.high, other.high) + margin <= max(self.low, other.low):
            return 0.0
        moves = [self.last - other.first + margin if other.last + margin > self.first else 0.0]
        for box in (self, other):
            if box.slant is not None and box.rise:
                here, there = self._slants(box), other._slants(box)
                if min(here[1], there[1]) <= max(here[0], there[0]):
                    return 0.0
                over = here[1] - there[0] if box.rise > 0 else there[1] - here[0]
                moves.append(over / abs(box.rise) + margin)
        return max(min(moves), 0.0)

    def _slants(self, box: Area) -> tuple[float, float]:
        """The slants that it has, measured as those of the box."""
        if self is box and box.slant is not None:
            return box.slant
        corners = [
            along * box.rise - across * box.lead
            for along in (self.first, self.last)
            for across in (self.low, self.high)
        ]
        return min(corners), max(corners)


def area_of(along: float, across: float, length: float, breadth: float, lead: float, rise: float) -> Area:
    """What a box around that middle takes, whose depth leads so far along and across."""
    front = along - lead / 2, across - rise / 2
    corners = [
        (front[0] + x * length / 2) * rise - (front[1] + y * breadth / 2) * lead for x in (-1, 1) for y in (-1, 1)
    ]
    reach, stretch = (length + abs(lead)) / 2, (breadth + abs(rise)) / 2
    slant = (min(corners), max(corners)) if lead or rise else None
    return Area(along - reach, across - stretch, along + reach, across + stretch, lead, rise, slant)


def span_of(points: Sequence[Point]) -> Area:
    """The rectangle around points along and across the flow."""
    alongs, acrosses = zip(*points, strict=True)
    return Area(min(alongs), min(acrosses), max(alongs), max(acrosses))


def around(areas: Sequence[Area], margin: float = 0.0) -> Area:
    """The rectangle around them all."""
    return Area(
        min(area.first for area in areas) - margin,
        min(area.low for area in areas) - margin,
        max(area.last for area in areas) + margin,
        max(area.high for area in areas) + margin,
    )
