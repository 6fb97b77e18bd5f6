"""Every theme and palette has every paint; words can be read, the tones of a box can be told apart."""

from __future__ import annotations

from itertools import combinations

import pytest

from netviz.render.figure.paints import Hatch, Mode, paint_names, paints
from netviz.theme import PALETTES
from netviz.views import FAMILIES
from tests.test_theme import contrast, of_hex

MODES: tuple[Mode, ...] = ("light", "dark", "print")
LOOKS = [(mode, palette) for mode in MODES for palette in PALETTES]


@pytest.mark.parametrize(("mode", "palette"), LOOKS)
def test_every_paint_is_there(mode: Mode, palette: str) -> None:
    assert paints(mode, palette).keys() == set(paint_names())


@pytest.mark.parametrize(("mode", "palette"), LOOKS)
def test_words_can_be_read(mode: Mode, palette: str) -> None:
    known = paints(mode, palette)
    for family in FAMILIES:
        for ground in (known["paper"], known[f"{family}-tint"]):
            for word in ("ink", "muted", f"{family}-text") if mode != "dark" else ("ink", f"{family}-text"):
                text = known[word]
                assert isinstance(text, str) and isinstance(ground, str)
                assert contrast(of_hex(text), of_hex(ground)) >= 4.5, (family, word)


@pytest.mark.parametrize(("mode", "palette"), LOOKS)
def test_the_sides_of_a_box_differ_and_have_an_edge(mode: Mode, palette: str) -> None:
    known = paints(mode, palette)
    for family in FAMILIES:
        assert len({known[f"{family}-{part}"] for part in ("front", "top", "side", "face")}) >= 3
        line, paper = known[f"{family}-line"], known["paper"]
        assert isinstance(line, str) and isinstance(paper, str)
        assert contrast(of_hex(line), of_hex(paper)) >= 2, family


def test_families_can_be_told_apart_in_print() -> None:
    """By the grey or by the hatch of the front; `grey` palettes have no hatches but tones."""
    known = paints("print")
    for one, other in combinations(FAMILIES, 2):
        first, second = known[f"{one}-front"], known[f"{other}-front"]
        assert first != second
        if isinstance(first, Hatch) and isinstance(second, Hatch):
            assert first.name != second.name


def test_own_colours_are_taken_and_others_stay() -> None:
    own = paints("light", {"convolution": "#ff0000"})
    usual = paints("light")
    changed = {name for name in paint_names() if own[name] != usual[name]}
    assert changed and all(name.startswith("convolution-") for name in changed)
    assert own["convolution-face"] != usual["convolution-face"]
