from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.render.diagram.wording import repeat_words, shape_words, shapes_words, short_count

UNITS = {"k": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}


@given(st.integers(0, 10**15 - 10**12))
def test_a_short_count_is_the_count_rounded(count: int) -> None:
    words = short_count(count)
    assert len(words) <= 7
    digits, _, unit = words.partition(" ")
    value = Fraction(digits) * UNITS.get(unit, 1)
    places = len(digits.partition(".")[2])
    assert abs(value - count) <= Fraction(UNITS.get(unit, 1), 2 * 10**places)
    assert Fraction(digits) < 1000 and (count < 1000 or places)


@given(st.integers(0, 10**14), st.integers(0, 10**14))
def test_short_counts_are_in_order(one: int, other: int) -> None:
    def value(count: int) -> Fraction:
        digits, _, unit = short_count(count).partition(" ")
        return Fraction(digits) * UNITS.get(unit, 1)

    assert (one < other) <= (value(one) <= value(other))


@pytest.mark.parametrize(
    ("count", "words"),
    [(9_472, "9.5 k"), (2_049_000, "2.05 M"), (896, "896"), (999_960, "1.00 M"), (138_357_544, "138.4 M"), (None, "?")],
)
def test_counts_as_papers_write_them(count: int | None, words: str) -> None:
    assert short_count(count) == words


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((None, 224, 224, 3), "224×224×3"), ((None,), "scalar"), ((), "scalar"), (None, "?"),
        ((None, None, 64), "None×64"), ((32, 224, 224, 3), "batch 32 · 224×224×3"), ((7,), "batch 7 · scalar"),
    ],
)  # fmt: skip
def test_shapes(shape: tuple[int | None, ...] | None, words: str) -> None:
    assert shape_words(shape) == words


def test_equal_shapes_are_counted() -> None:
    assert shapes_words(((None, 2), (None, 2), None)) == "2, 2, ?"


@pytest.mark.parametrize(
    ("repeats", "words"),
    [
        ((12,), "×12"),
        ((3, 4, 6, 3), "×3, 4, 6, 3"),
        ((2, 2), "×2"),
        ((), ""),
        ((1,), ""),
        (tuple(range(2, 20)), "×2 to 19"),
    ],
)
def test_repeats(repeats: tuple[int, ...], words: str) -> None:
    assert repeat_words(repeats) == words
