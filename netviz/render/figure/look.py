"""How a figure is to look, and how much room its words take."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Literal

from netviz.figures import Field
from netviz.render.layout.geometry import Direction
from netviz.render.metrics import Face, widest_width, wrap

Measure = Literal["linear", "sqrt", "log", "equal"]
"""How a length on paper grows with a number: in proportion, with its root, with its logarithm, not at all."""

MEASURES: tuple[Measure, ...] = ("linear", "sqrt", "log", "equal")


def share(measure: Measure, number: int, most: int) -> float:
    """What part of the length of the largest number a number has, from 0 to 1; all the same for "equal"."""
    if measure == "equal" or most <= 0:
        return 1.0
    value, limit = (float(min(max(one, 0), 10**15)) for one in (number, most))
    if measure == "linear":
        return value / limit
    return math.sqrt(value / limit) if measure == "sqrt" else math.log2(1 + value) / math.log2(1 + limit)


POINT = 96 / 72
"""Pixels of a (PostScript) point."""
SMALLEST = 6.0 * POINT
"""No text is smaller than this, in pixels: 6 points, what journals ask for."""
SPARE = 1.16
"""About how much wider than Helvetica the widest usual face is (DejaVu Sans): for breaking text into lines."""


@dataclass(frozen=True, slots=True)
class Look:
    """The choices of `netviz.figure` that a layout depends on.

    `width` is how wide the picture has to become, in pixels (None: what it needs); `spacing` multiplies all gaps;
    `size` is that of the labels in pixels, `small` that of what is said beside; `show` is what is labelled,
    `chosen` tells that somebody said so; `print` tells that colours are greys and hatches.
    `size_scale` and `channel_scale` are how lengths grow with spatial axes, and with channels or units.
    """

    direction: Direction = "LR"
    width: float | None = None
    spacing: float = 1.0
    size: float = 8.0 * POINT
    show: frozenset[Field] = frozenset()
    chosen: bool = False
    legend: bool = True
    caption: bool = False
    print: bool = False
    size_scale: Measure = "sqrt"
    channel_scale: Measure = "log"

    @property
    def small(self) -> float:
        return max(SMALLEST, self.size * 0.84)

    @property
    def sideways(self) -> bool:
        """Whether the flow runs from left to right or back."""
        return self.direction in ("LR", "RL")


@cache
def _face(size: float, bold: bool) -> Face:
    return Face("", size, size * 1.25, bold)


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Pixels to keep free for a line of text of that size, whatever font a reader has."""
    return widest_width(text, _face(size, bold))


def lines_of(text: str, size: float, room: float, most: int, *, bold: bool = False) -> tuple[str, ...]:
    """The text in at most `most` lines that keep within `room` pixels, elided in the middle if it must be."""
    return wrap(text, _face(size, bold), room / SPARE, most)
