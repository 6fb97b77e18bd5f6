"""Many drawings in one page: a picture each, and once what they share: style sheet, markers and hatches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from netviz.errors import NetvizError
from netviz.render.diagram.legend import find_meanings
from netviz.render.diagram.planning import Planned, plan_diagram
from netviz.render.diagram.styles import BLANK, LEVELS, style_sheet
from netviz.render.diagram.svg import EMBEDDED, Drawing, tips, write_embedded
from netviz.render.layout import Placement, lay_out_all
from netviz.render.layout.engine import Engine
from netviz.theme import CATEGORIES, SCALE
from netviz.views import FAMILIES, Box, Diagram, Group

MARGIN = 12
"""Pixels around what is drawn: room for shadows and for what stands out where it is chosen."""

MEANINGS = (
    *FAMILIES,
    *(f"step-{place}" for place in range(len(SCALE))),
    *(f"level-{place}" for place in range(len(LEVELS))),
    *(f"kind-{place}" for place in range(len(CATEGORIES))),
    BLANK,
)
"""Classes that give a box its colour; where it has two the later one wins, so that what is added to a family does."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """Drawings as parts of one page.

    `pictures` are <svg> elements whose class is `netviz-graph`; `drawn` has for each drawing the place of its picture:
    drawings that look alike share one. It is None for those that could not be laid out: `problems` says why, by the
    place of the drawing. `items` are the groups and boxes of each drawing, in the order of the numbers that `data-n`
    and `data-ends` of its picture have. `style` is CSS for all pictures, `defs` what they refer to by id, for an <svg>
    of the same class that is in the page and not `display: none`.
    """

    style: str
    defs: str
    pictures: tuple[str, ...]
    drawn: tuple[int | None, ...]
    items: tuple[tuple[Box | Group, ...], ...]
    problems: Mapping[int, str]


def embed(
    diagrams: Sequence[Diagram], theme: Literal["auto", "light", "dark"] = "auto", *, engine: Engine = "embedded"
) -> Embedded:
    """The diagrams as parts of one page. `theme` "auto" follows the reader."""
    planned = [plan_diagram(diagram) for diagram in diagrams]
    placements = lay_out_all([one.plan for one in planned], engine=engine)
    pictures: dict[str, int] = {}
    drawn: list[int | None] = []
    problems: dict[int, str] = {}
    for number, (one, placement) in enumerate(zip(planned, placements, strict=True)):
        if isinstance(placement, NetvizError):
            problems[number] = " ".join(filter(None, (placement.message, placement.hint)))
            drawn.append(None)
        else:
            drawn.append(pictures.setdefault(write_embedded(_drawing(one, placement)), len(pictures)))
    style, patterns = style_sheet(EMBEDDED, theme, MEANINGS, FAMILIES)
    items: list[tuple[Box | Group, ...]] = [(*one.diagram.groups, *one.diagram.boxes) for one in planned]
    return Embedded(style, patterns + tips(EMBEDDED), tuple(pictures), tuple(drawn), tuple(items), problems)


def _drawing(planned: Planned, placement: Placement) -> Drawing:
    return Drawing(
        diagram=planned.diagram,
        cards=planned.cards,
        headers=planned.headers,
        placement=planned.named(placement),
        origin=(MARGIN, MARGIN),
        width=round(placement.width + 2 * MARGIN + 0.5),
        height=round(placement.height + 2 * MARGIN + 0.5),
        meanings=find_meanings(planned.diagram),
    )
