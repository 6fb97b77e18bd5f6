"""Chromium measures what it draws: texts in their boxes, boxes apart, all within the picture."""

from __future__ import annotations

from typing import Any

import pytest

from netviz.render.diagram import diagram_to_svg
from netviz.render.layout.geometry import Direction
from netviz.render.metrics import SANS
from netviz.views import Diagram
from tests.render.diagram.measuring import check, measured
from tests.render.diagram.samples import compared, every, translation


@pytest.mark.parametrize("one", every(), ids=lambda one: ascii(one.title))
def test_texts_lie_in_their_boxes(page: Any, one: Diagram) -> None:
    check(measured(page, diagram_to_svg(one)))


@pytest.mark.parametrize("direction", ["BT", "LR", "RL"])
def test_in_every_direction(page: Any, direction: Direction) -> None:
    for one in (translation(), compared()):
        check(measured(page, diagram_to_svg(one, direction=direction)))


@pytest.mark.parametrize("font", ["DejaVu Sans", "serif", "no such font"])
def test_in_other_fonts(page: Any, font: str) -> None:
    """Where the reader has none of the fonts that are named, even where the one that stands in is as wide as DejaVu."""
    for one in every():
        svg = diagram_to_svg(one)
        other = svg.replace(SANS, f"'{font}',sans-serif")
        assert other != svg
        check(measured(page, other))
