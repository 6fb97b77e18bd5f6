"""Chromium as the oracle of figures: it measures what it draws and tells what a reader would stumble over.

`problems` is for any SVG of a figure, `check` fails with them. What belongs to a stage is told by `Part(kind="stage")`.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from netviz.render.figure.look import SMALLEST

SCRIPT = (Path(__file__).parent / "measure.js").read_text(encoding="utf-8")

KINDS = (
    "small",  # text below 6 points
    "pressed",  # text pressed into less than half of its width
    "outside",  # anything beyond the paper
    "overlap",  # text on text
    "crossed",  # a line or an outline through text, unless the text is above it and has a halo
    "hidden",  # text under the area of what is painted after it
    "foreign",  # text over the area of a stage that is not its own
    "collision",  # an area of one stage over one of another
)
"""What is looked for, by the first word of each problem."""


def problems(page: Any, svg: str, *, font: str = "", without: Collection[str] = ()) -> list[str]:
    """What is wrong with the picture, a line each, as "overlap: ‘a’ and ‘b’". `font` stands in for the picture's own.

    `without` are those of `KINDS` that a style draws on purpose.
    """
    assert set(without) <= set(KINDS)
    style = f"<style>svg text, svg tspan {{ font-family: {font} !important; }}</style>" if font else ""
    page.set_content(f"<!DOCTYPE html><body style='margin:0'>{svg}{style}</body>")
    found: list[str] = page.evaluate(SCRIPT, {"smallest": SMALLEST, "without": sorted(without)})
    return found


def check(page: Any, svg: str, *, font: str = "", without: Collection[str] = ()) -> None:
    """Fails with all that is wrong with the picture."""
    found = problems(page, svg, font=font, without=without)
    assert not found, "\n".join(found[:20])
