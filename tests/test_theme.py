from __future__ import annotations

import re
from typing import get_args

import pytest

from netviz.model import Severity
from netviz.theme import FAMILY_COLORS, FATE_COLORS, FATE_SIGNS, SEVERITY_COLORS, TONES, Color, Tone
from netviz.views import FAMILIES, FATES

CHANGES = [color for fate, color in FATE_COLORS.items() if fate != "unchanged"]
ALL = [*FAMILY_COLORS.values(), *SEVERITY_COLORS.values(), *CHANGES]


def luminance(red: float, green: float, blue: float) -> float:
    """Relative luminance of sRGB from 0 to 255 (WCAG 2)."""
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in (red / 255, green / 255, blue / 255)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: float, other: float) -> float:
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def of_hex(color: str) -> float:
    return luminance(*(int(color[place : place + 2], 16) for place in (1, 3, 5)))


def of_ansi(index: int) -> float:
    if index >= 232:
        return luminance(*[8 + 10 * (index - 232)] * 3)
    steps = (0, 95, 135, 175, 215, 255)
    cube = index - 16
    return luminance(steps[cube // 36], steps[cube // 6 % 6], steps[cube % 6])


def test_everything_has_a_colour() -> None:
    assert set(FAMILY_COLORS) == set(FAMILIES)
    assert set(SEVERITY_COLORS) == set(get_args(Severity))
    assert set(FATE_COLORS) == set(FATE_SIGNS) == set(FATES)
    assert set(TONES) == set(get_args(Tone))
    for color in [*ALL, *TONES.values()]:
        assert re.fullmatch("#[0-9a-f]{6}", color.light)
        assert re.fullmatch("#[0-9a-f]{6}", color.dark)


def test_families_differ() -> None:
    for mode in ("light", "dark", "ansi"):
        assert len({getattr(color, mode) for color in FAMILY_COLORS.values()}) == len(FAMILIES)


@pytest.mark.parametrize("color", ALL)
def test_colours_read_on_their_paper(color: Color) -> None:
    assert contrast(of_hex(color.light), of_hex(TONES["paper"].light)) >= 3
    assert contrast(of_hex(color.dark), of_hex(TONES["paper"].dark)) >= 4.5
    assert contrast(of_ansi(color.ansi), 0.0) >= 4.5
    assert contrast(of_ansi(color.ansi), 1.0) >= 3
