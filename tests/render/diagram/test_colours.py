"""Text can be read in every theme; the families can be told apart without colour."""

from __future__ import annotations

from itertools import combinations, product

import pytest

from netviz.render.diagram.styles import BLANK, CARD_GROUNDS, HEAD_GROUNDS, Palette, fill_of, palette_tones, text_of
from netviz.theme import CATEGORIES, HATCHES, SCALE
from netviz.views import FAMILIES
from tests.test_theme import contrast, of_hex

PALETTES: tuple[Palette, ...] = ("light", "dark", "print")
MEANINGS = (
    *FAMILIES,
    *(f"step-{step}" for step in range(len(SCALE))),
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
    assert light == sorted(light, reverse=palette != "dark")
