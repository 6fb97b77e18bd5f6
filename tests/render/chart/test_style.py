from __future__ import annotations

import itertools
import re
from colorsys import rgb_to_hsv
from typing import Any, Literal, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgb
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from netviz.charts import Axis
from netviz.render.chart import words
from netviz.render.chart.marks import signed_colors
from netviz.render.chart.shades import Shades, reduced
from netviz.render.chart.style import SIZES, Look, font_file
from netviz.render.chart.ticks import Span, number, places, span, tick_words
from netviz.theme import SERIES
from netviz.views import FAMILIES
from tests.render.names import HOSTILE
from tests.test_theme import contrast, of_hex

THEMES = ("light", "dark", "print")
Theme = Literal["light", "dark", "print"]
TINTS: list[Any] = [*FAMILIES, "muted", "ink", *range(12)]


@pytest.mark.parametrize("theme", get_args(Theme))
@pytest.mark.parametrize("tint", TINTS)
def test_words_can_be_read_in_every_colour(theme: Theme, tint: Any) -> None:
    look = Look(theme)
    assert contrast(of_hex(look.text_color(tint)), of_hex(look.paper)) >= 4.5
    assert contrast(of_hex(look.color(tint)), of_hex(look.paper)) >= 3
    for tone in (look.muted, look.ink):
        assert contrast(of_hex(tone), of_hex(look.paper)) >= 4.5
        assert contrast(of_hex(tone), of_hex(look.fill("muted", 0.13))) >= 4.5


@pytest.mark.parametrize("theme", get_args(Theme))
def test_numbers_can_be_read_in_every_cell(theme: Theme) -> None:
    for signed in (True, False):
        shades = Shades(signed, -1.0 if signed else 0.0, 1.0, "", Look(theme))
        for value in np.linspace(shades.low, shades.high, 41):
            red, green, blue = (round(part * 255) for part in shades.rgba(value)[:3])
            assert contrast(of_hex(f"#{red:02x}{green:02x}{blue:02x}"), of_hex(shades.ink(float(value)))) >= 4.5


@pytest.mark.parametrize("theme", get_args(Theme))
def test_series_are_told_apart(theme: Theme) -> None:
    look = Look(theme)
    count = len(SERIES) * (1 if theme == "print" else 4)
    seen = {(look.color(index), str(look.dashes(index, "solid"))) for index in range(count)}
    assert len(seen) == count
    if theme == "print":
        assert all(color[1:3] == color[3:5] == color[5:7] for color, _ in seen)


@pytest.mark.parametrize("theme", get_args(Theme))
def test_scales_of_colours_are_even(theme: Theme) -> None:
    """Magnitudes go one way in lightness; the farther from zero, the farther a signed value is from the paper."""
    look = Look(theme)
    light = [of_hex(hexed(look.magnitudes(place))) for place in np.linspace(0, 1, 64)]
    assert light == sorted(light, reverse=theme != "dark")
    assert contrast(light[0], of_hex(look.paper)) < 1.1 < 7 < contrast(light[-1], of_hex(look.paper))
    signs = [of_hex(hexed(look.signs(place))) for place in np.linspace(0, 1, 65)]
    if theme == "print":
        assert signs == sorted(signs, reverse=True)
    else:
        for half in (signs[32:], signs[32::-1]):
            assert half == sorted(half, reverse=theme == "light")
        assert contrast(signs[32], of_hex(look.paper)) < 1.1


def hexed(rgba: Any) -> str:
    return "#{:02x}{:02x}{:02x}".format(*(round(255 * part) for part in rgba[:3]))


@pytest.mark.parametrize("face", ["regular", "bold"])
@given(
    text=st.text(
        st.characters(min_codepoint=32, max_codepoint=0x24F, exclude_categories=("Cc", "Cf", "Cs", "Co", "Cn")),
        max_size=40,
    )
)
def test_widths_are_those_of_the_face(face: Any, text: str) -> None:
    """Against matplotlib's own measure, which pulls some pairs of letters together."""
    properties = FontProperties(fname=font_file(face), size=SIZES["label"])
    text = words.plain(text)
    wide = text_to_path.get_text_width_height_descent(text, properties, False)[0] / 72
    assert words.width(text, "label", face) >= wide - 0.004
    assert words.width(text, "label", face) <= wide * 1.12 + 0.06


@given(st.text(max_size=60) | st.sampled_from(HOSTILE), st.floats(0.05, 5))
def test_shortened_words_fit_and_keep_their_ends(text: str, room: float) -> None:
    short = words.shortened(text, room)
    assert words.width(short) <= room + 1e-9
    whole = words.plain(text)
    if short not in (whole, "", words.ELLIPSIS):
        head, _, tail = short.partition(words.ELLIPSIS)
        assert whole.startswith(head) and whole.endswith(tail)
    if words.width(whole) <= room:
        assert short == whole


@given(st.text(max_size=80) | st.sampled_from(HOSTILE), st.floats(0.3, 5))
def test_wrapped_lines_fit_and_lose_nothing(text: str, room: float) -> None:
    lines = words.wrapped(text, room, most=1_000)
    assert all(words.width(line, "caption") <= room + 1e-9 or len(line) == 1 for line in lines)
    assert "".join(lines).replace(" ", "") == words.plain(text).replace(" ", "")


FINITE = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(FINITE, max_size=5), st.sampled_from(["linear", "log"]), st.integers(1, 12))
def test_ticks_are_inside_and_told_apart(values: list[float], scale: Any, count: int) -> None:
    shown = span(Axis(scale=scale), [np.array(values)], 0.05)
    assert shown.low < shown.high and np.isfinite([shown.low, shown.high]).all()
    at = places(shown, count)
    low, high = float(shown.forward(shown.low)), float(shown.forward(shown.high))
    assert (low, high) == pytest.approx((0, 1))
    assert all(-1e-6 <= float(shown.forward(place)) <= 1 + 1e-6 for place in at)
    assert at == sorted(set(at))


@given(st.floats(-1e5, 1e5), st.floats(1e-2, 1e5), st.integers(2, 9))
def test_ticks_of_usual_numbers_are_few_and_round(low: float, length: float, count: int) -> None:
    at = places(Span(low, low + length), count)
    assert 1 <= len(at) <= count + 2
    texts = tick_words(at)
    assert len(set(texts)) == len(at)
    for value, text in zip(at, texts, strict=True):
        if "10" not in text or "·" not in text:
            assert float(text.replace("−", "-").replace(",", "")) == pytest.approx(value, abs=length * 1e-3)


@given(st.sampled_from([np.nan, np.inf, -np.inf, 0.0, 5e-324]) | st.floats(-1e307, 1e307), st.integers(1, 6))
def test_numbers_are_written_in_the_digits_asked_for(value: float, digits: int) -> None:
    text = number(value, digits)
    if not np.isfinite(value):
        assert text in ("NaN", "∞", "−∞")
        return
    mantissa, _, exponent = text.partition("·10")
    ascii_exponent = exponent.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    read = float(f"{mantissa.replace(',', '').replace('−', '-')}e{ascii_exponent or 0}")
    assert read == pytest.approx(value, rel=0.51 * 10 ** (1 - digits), abs=1e-320)


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 10), st.booleans())
def test_reduced_values_are_values_of_their_blocks(rows: int, columns: int, most: int, signed: bool) -> None:
    values = np.random.default_rng(rows * 100 + columns).standard_normal((rows, columns))
    small = reduced(values, most, most, signed)
    assert small.shape[0] <= most and small.shape[1] <= most
    assert small.min() >= values.min() - 1e-12 and small.max() <= values.max() + 1e-12
    if signed:
        assert np.abs(small).max() == np.abs(values).max() and np.isin(small, values).all()
    for index, side in itertools.product(range(small.shape[0]), (0,)):
        assert np.isfinite(small[index, side])


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=4), st.floats(0.2, 3))
def test_no_number_is_cut(values: list[float], room: float) -> None:
    """Of a number that stands alone between blanks all digits are there, or none."""
    written = [number(value) for value in values]
    for text in (words.shortened(f"mean {' ± '.join(written)} of all", room), words.begun("  ".join(written), room)):
        tokens = text.replace(words.ELLIPSIS, " ").split()
        assert {token for token in tokens if any(map(str.isdigit, token))} <= set(written)
    kept = words.items("  ".join(written), room)
    assert kept.split("  ") == written[: len(kept.split("  "))] or kept == ""
    assert words.width(kept) <= room


@pytest.mark.parametrize(
    "name", ["leaky_relu(negative_slope=0.37)", "mean_absolute_percentage_error", "block_1/conv/kernel"]
)
def test_names_break_after_a_mark(name: str) -> None:
    room = max(words.width(part) for part in re.split(r"(?<=[_/(,=])", name)) + 0.01
    lines = words.wrapped(name, room, "label", most=20)
    assert "".join(lines) == name and len(lines) > 1
    assert all(line[-1] in "_/(,=" for line in lines[:-1])


@given(st.text(st.sampled_from("abc_/(= .%"), max_size=90), st.floats(0.4, 6))
def test_titles_of_axes_wrap_before_they_are_cut(text: str, room: float) -> None:
    lines, shrink = words.axis_title(text, room)
    assert len(lines) <= 2 and 0.7 < shrink <= 1
    assert all(words.width(line, "axis") * shrink <= room + 1e-9 or len(line) == 1 for line in lines)
    if words.width(words.plain(text), "axis") * shrink <= room:
        assert len(lines) <= 1 or shrink > 0.76
    if words.ELLIPSIS in "".join(lines):
        assert len(lines) == 2 and words.width(words.plain(text), "axis") * 0.76 > room


@given(st.floats(0.1, 50), st.floats(0, 0.05), st.integers(1, 9))
def test_ticks_are_alike_at_both_sides_of_zero(reach: float, more: float, count: int) -> None:
    at = places(Span(-reach, reach * (1 + more)), count)
    assert at == pytest.approx([-tick for tick in reversed(at)])


@given(st.integers(1, 400), st.integers(1, 12))
def test_counted_places_are_whole(length: int, count: int) -> None:
    assert all(tick == int(tick) for tick in places(Span(-0.5, length - 0.5), count, whole=True))


@pytest.mark.parametrize("theme", get_args(Theme))
def test_signs_look_alike_in_bars_and_heatmaps(theme: Theme) -> None:
    """In print the positive are the darker ones; in colour each sign has one hue, far from the other's."""
    look = Look(theme)
    plus, minus = map(of_hex, signed_colors(look))
    high, low = of_hex(hexed(look.signs(1.0))), of_hex(hexed(look.signs(0.0)))
    if theme == "print":
        assert plus < minus and high < low
        return
    hues = [
        rgb_to_hsv(*to_rgb(color)) for color in (*signed_colors(look), hexed(look.signs(1.0)), hexed(look.signs(0.0)))
    ]
    assert abs(hues[0][0] - hues[2][0]) < 0.06 and abs(hues[1][0] - hues[3][0]) < 0.06
    assert all(hue[1] > 0.5 for hue in hues) and abs(hues[2][0] - hues[3][0]) > 0.4


def test_families_as_bars_are_told_apart_without_colour() -> None:
    look = Look("print")
    assert len({look.filling(family) for family in FAMILIES}) == len(FAMILIES)
