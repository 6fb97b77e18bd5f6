"""What stands at a figure besides its drawing, the same in all styles: the user's words with their braces, and ×N."""

from __future__ import annotations

from netviz.render.figure.look import SMALLEST, Look, width_of
from netviz.render.figure.picture import Bend, Circle, Move, Part, Path, Point, Rectangle, Step, Straight, Text
from netviz.render.figure.turning import Turn

BRACE = 6.0
"""How far the tip of a brace is from its ends."""
WORDS_ROOM = 110.0
"""Pixels that a line of the user's words may take where what it belongs to is shorter."""
WORDS_LINES = 4
"""Lines that the user's words may take."""


def brace(turn: Turn, begin: float, end: float, edge: float, out: int) -> Path:
    """A curly brace along the flow from `begin` to `end`, its ends at `edge` across it.

    Its tip lies `BRACE` further, at smaller values where `out` is -1, at larger ones where it is 1.
    """
    half, tip = edge + out * BRACE / 2, edge + out * BRACE
    middle = (begin + end) / 2
    curl = min(BRACE, (end - begin) / 4)

    def bent(corner: Point, to: Point) -> Step:
        return Bend(turn(*corner), turn(*corner), turn(*to))

    steps: tuple[Step, ...] = (
        Move(turn(begin, edge)),
        bent((begin, half), (begin + curl, half)),
        Straight(turn(middle - curl, half)),
        bent((middle, half), (middle, tip)),
        bent((middle, half), (middle + curl, half)),
        Straight(turn(end - curl, half)),
        bent((end, half), (end, edge)),
    )
    return Path(steps, None, "muted", 0.9)


def badge_size(repeats: int, look: Look) -> tuple[float, float]:
    """Width and height of the badge ×N."""
    return width_of(f"×{repeats}", look.small, bold=True) + 10.0, look.small * 1.35


def badge(repeats: int, x: float, y: float, look: Look) -> Part:
    """The dark badge ×N with its upper left corner at (x, y)."""
    wide, high = badge_size(repeats, look)
    text = Text(
        x + wide / 2, y + high / 2 + look.small * 0.35, f"×{repeats}", look.small, "middle", "on-badge", bold=True
    )
    return Part((Rectangle(x, y, wide, high, high / 2, "badge", "paper", 1.0), text), "badge")


def shared_ring(number: int, x: float, y: float, look: Look) -> Part:
    """A number in a circle around (x, y): the layers with the same number are one layer, with one set of weights."""
    ring = Circle(x, y, ring_radius(look), "paper", "muted", 0.8)
    text = Text(x, y + look.small * 0.31, str(number), max(look.small * 0.9, SMALLEST), "middle", "ink", bold=True)
    return Part((ring, text), "shared", "", f"shared layer {number}: the same weights wherever this number stands")


def ring_radius(look: Look) -> float:
    """The radius of the circle around the number of a shared layer."""
    return look.small * 0.78
