"""The measuring itself: it finds each thing that can be wrong with a picture, and nothing in one that is right."""

from __future__ import annotations

from typing import Any

import pytest

from tests.render.figure.measure import KINDS, problems

HALO = 'paint-order="stroke" stroke="#fff" stroke-width="3"'


def svg(inside: str) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100" viewBox="0 0 200 100"'
        f' font-family="sans-serif" font-size="10"><rect width="200" height="100" fill="#fff"/>{inside}</svg>'
    )


def text(x: float, y: float, words: str, more: str = "") -> str:
    return f'<text x="{x}" y="{y}" {more}>{words}</text>'


def turned(x: float, y: float, words: str) -> str:
    return f'<text transform="translate({x} {y}) rotate(-90)">{words}</text>'


def line(path: str, width: float = 1) -> str:
    return f'<path d="{path}" fill="none" stroke="#333" stroke-width="{width}"/>'


def box(x: float, y: float, width: float, height: float, stroke: str = "none") -> str:
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="#def" stroke="{stroke}"/>'


def stage(inside: str) -> str:
    return f'<g class="stage">{inside}</g>'


GOOD = {
    "texts apart": text(10, 20, "one") + text(60, 20, "two") + text(10, 32, "three"),
    "a text in its box": stage(box(10, 10, 80, 30, "#333") + text(20, 30, "inside")),
    "a halo over a line": line("M0 20H200") + text(50, 24, "across", HALO),
    "turned text": turned(20, 90, "upwards") + text(30, 50, "beside"),
    "a line between two texts": text(10, 20, "one") + line("M0 25H200") + text(10, 40, "two"),
    "a hidden definition": f"<defs>{line('M-50 0H900')}</defs>" + text(10, 20, "one"),
    "stages side by side": stage(box(10, 10, 20, 30)) + stage(box(30, 10, 20, 30)),
    "a curve around a text": line("M10 80C10 0 190 0 190 80") + text(80, 60, "below"),
}

BAD = {
    "small": text(10, 20, "tiny", 'font-size="7.9"'),
    "small by its transform": f'<g transform="scale(0.5)">{text(10, 40, "tiny")}</g>',
    "pressed": text(10, 20, "a rather long name", 'textLength="20" lengthAdjust="spacingAndGlyphs"'),
    "outside": text(180, 20, "beyond the paper"),
    "outside by a shape": line("M10 90C60 130 120 130 180 90"),
    "outside by a line's width": line("M10 1H180", 6),
    "overlap": text(10, 20, "one name") + text(40, 24, "another"),
    "overlap of turned text": turned(30, 90, "upwards") + text(10, 70, "beside"),
    "crossed": line("M0 16H200") + text(50, 20, "across"),
    "crossed in front of a halo": text(50, 20, "across", HALO) + line("M0 16H200"),
    "crossed by a curve": line("M10 80C10 0 190 0 190 80") + text(80, 24, "on it"),
    "crossed by an outline": box(30, 5, 60, 30, "#333") + text(10, 20, "half inside"),
    "crossed by a circle": '<circle cx="40" cy="40" r="20" fill="none" stroke="#333"/>' + text(10, 44, "half inside"),
    "hidden": text(20, 20, "covered") + box(10, 5, 100, 30),
    "foreign": stage(box(10, 10, 80, 30)) + stage(text(20, 30, "elsewhere")),
    "foreign without a stage": stage(box(10, 10, 80, 30)) + text(20, 30, "no stage's"),
    "collision": stage(box(10, 10, 80, 30)) + stage('<circle cx="95" cy="20" r="15" fill="#fed"/>'),
}


@pytest.mark.parametrize("name", GOOD)
def test_nothing_is_found_in_what_is_right(page: Any, name: str) -> None:
    assert problems(page, svg(GOOD[name])) == []


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_found(page: Any, name: str) -> None:
    kind = name.partition(" ")[0]
    found = problems(page, svg(BAD[name]))
    assert [one.partition(":")[0] for one in found] == [kind]
    assert problems(page, svg(BAD[name]), without=[kind]) == []


def test_each_kind_is_tried() -> None:
    assert {name.partition(" ")[0] for name in BAD} == set(KINDS)


def test_another_font_is_measured(page: Any) -> None:
    """Where a font is wider, what just fitted does not: the font asked for is the one that is measured."""
    tight = svg(text(10, 20, "illness of mind") + text(95, 20, "and more"))
    assert problems(page, tight, font="'Liberation Sans', Arial") == []
    assert problems(page, tight, font="'DejaVu Sans Mono', monospace") != []
