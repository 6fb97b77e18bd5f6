"""Arithmetic of colours ("#rrggbb"): mixing them, and whether they can be read."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

LEGIBLE = 4.5
"""The least contrast of text with what is behind it (WCAG 2, level AA)."""


def mixed(one: str, other: str, part: float) -> str:
    """`one` with a part (0 to 1) of the other."""
    both = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in both)


def luminance(color: str) -> float:
    """Relative luminance of sRGB, 0 to 1 (WCAG 2)."""
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in _channels(color))]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """How well two colours are told apart, 1 to 21 (WCAG 2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@cache
def legible(color: str, grounds: tuple[str, ...], ink: str, steps: int = 40) -> str:
    """The colour, or the first on the way to the ink, in so many steps, that can be read on all of the grounds."""
    found = color
    for step in range(1, steps + 1):
        if min(contrast(found, ground) for ground in grounds) >= LEGIBLE:
            break
        found = mixed(color, ink, step / steps)
    return found


def _channels(color: str) -> Iterable[int]:
    return [int(color[place : place + 2], 16) for place in (1, 3, 5)]
