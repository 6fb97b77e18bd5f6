"""Text can be read in every theme; the families can be told apart without colour."""

from __future__ import annotations

from itertools import combinations, product
from math import dist
from operator import mul

import pytest

from netviz.render.diagram.styles import (
    BLANK,
    CARD_GROUNDS,
    FATE_MEANINGS,
    HEAD_GROUNDS,
    LEVELS,
    Palette,
    fill_of,
    ground_of,
    palette_tones,
    sign_color,
    text_of,
)
from netviz.theme import CATEGORIES, FATE_COLORS, FATE_SIGNS, HATCHES, SCALE
from netviz.views import FAMILIES
from tests.test_theme import contrast, of_hex

PALETTES: tuple[Palette, ...] = ("light", "dark", "print")
MEANINGS = (
    *FAMILIES,
    *(f"step-{step}" for step in range(len(SCALE))),
    *(f"level-{level}" for level in range(len(LEVELS))),
    *(f"kind-{n}" for n in range(len(CATEGORIES))),
    BLANK,
)


@pytest.mark.parametrize("palette", PALETTES)
def test_text_can_be_read(palette: Palette) -> None:
    tones = {name: of_hex(color) for name, color in palette_tones(palette).items()}
    for text, ground in product(("ink", "muted"), ("paper", *CARD_GROUNDS, *HEAD_GROUNDS)):
        assert contrast(tones[text], tones[ground]) >= 4.5
    assert contrast(tones["on-badge"], tones["badge"]) >= 4.5
    for meaning, grounds in product(MEANINGS, (CARD_GROUNDS, HEAD_GROUNDS)):
        for ground in grounds:
            assert contrast(of_hex(text_of(meaning, palette, grounds)), tones[ground]) >= 4.5


@pytest.mark.parametrize("palette", PALETTES)
def test_lines_can_be_seen(palette: Palette) -> None:
    tones = {name: of_hex(color) for name, color in palette_tones(palette).items()}
    grounds = [tones[name] for name in ("paper", *HEAD_GROUNDS)]
    for ground in grounds:
        assert contrast(tones["skip"], ground) > contrast(tones["edge"], ground) > 2
    assert len({round(ground, 4) for ground in grounds}) == len(grounds)


def test_families_are_told_apart_in_black_and_white() -> None:
    fills = {family: fill_of(family, "print") for family in FAMILIES}
    assert len(set(fills.values())) == len(FAMILIES)
    greys = [fill for fill in fills.values() if fill not in HATCHES]
    assert all(len({color[1:3], color[3:5], color[5:]}) == 1 for color in greys)
    assert min(contrast(of_hex(one), of_hex(other)) for one, other in combinations(greys, 2)) > 1.2


@pytest.mark.parametrize("palette", PALETTES)
def test_a_scale_goes_one_way(palette: Palette) -> None:
    light = [of_hex(fill_of(f"step-{step}", palette)) for step in range(len(SCALE))]
    fine = [of_hex(fill_of(f"level-{level}", palette)) for level in range(len(LEVELS))]
    assert len(set(fine)) == len(fine) and fine in (sorted(fine), sorted(fine, reverse=True))
    assert [fine[0], fine[-1]] == [light[0], light[-1]]
    assert light == sorted(light, reverse=palette != "dark")


@pytest.mark.parametrize("palette", PALETTES)
def test_what_became_of_a_layer_can_be_read(palette: Palette) -> None:
    """The words on the tint of its card, the sign in its band; and edges are seen on the paper."""
    tones = {name: of_hex(color) for name, color in palette_tones(palette).items()}
    for fate, meaning in FATE_MEANINGS.items():
        ground = of_hex(ground_of(meaning, palette))
        for text in (tones["ink"], tones["muted"], of_hex(text_of(meaning, palette))):
            assert contrast(text, ground) >= 4.5
        if fate != "unchanged":
            assert contrast(of_hex(sign_color(meaning, palette)), of_hex(fill_of(meaning, palette))) >= 4.5
            assert palette == "print" or contrast(of_hex(fill_of(meaning, palette)), tones["paper"]) >= 3
    signs = [sign for fate, sign in FATE_SIGNS.items() if fate != "unchanged"]
    assert all(signs) and len({*signs}) == len(signs)


VISION = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
"""How colours are seen without one kind of cone (Machado, Oliveira and Fernandes 2009, severity 1, linear RGB)."""


def seen(color: str, vision: str) -> tuple[float, ...]:
    """A colour as it is seen, in CIELAB under D65."""
    rgb = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    red, green, blue = (min(1.0, max(0.0, sum(map(mul, row, linear)))) for row in VISION[vision])
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    fx, fy, fz = (c ** (1 / 3) if c > 0.008856 else 7.787 * c + 16 / 116 for c in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("vision", VISION)
def test_added_removed_and_changed_are_told_apart(vision: str, mode: str) -> None:
    """By everyone: colours are clearly different from a distance of some ten in CIELAB."""
    colors = [seen(getattr(FATE_COLORS[fate], mode), vision) for fate in ("added", "removed", "changed", "unchanged")]
    for one, other in combinations(colors, 2):
        assert dist(one, other) > 10
