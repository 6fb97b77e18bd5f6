"""A diagram to the text of its SVG: cards, then places, then everything around, then the writing."""

from __future__ import annotations

from typing import Literal

from netviz.render.cells import count_text
from netviz.render.diagram.faces import HEADLINE, NOTE
from netviz.render.diagram.legend import find_meanings, make_legend
from netviz.render.diagram.planning import plan_diagram
from netviz.render.diagram.styles import Theme
from netviz.render.diagram.svg import Drawing, write_svg
from netviz.render.diagram.texts import Text, fitted
from netviz.render.diagram.wording import counted, short_count
from netviz.render.layout import lay_out
from netviz.render.layout.engine import Engine
from netviz.render.layout.geometry import Direction, Placement, Splines
from netviz.render.metrics import text_width, wrap
from netviz.views import Diagram

MARGIN = 24
_NARROWEST = 200
_WIDEST_CAPTION = 640
_LEGEND_GAP = 20
_LEGEND_WIDTH = 720
_SCREEN, _LARGEST = (1600.0, 2400.0), 4.0


def diagram_to_svg(
    diagram: Diagram,
    *,
    theme: Theme = "light",
    direction: Direction = "TB",
    splines: Splines = "spline",
    aspect: float | Literal["page"] | None = "page",
    legend: bool = True,
    caption: bool = True,
    background: bool = True,
    engine: Engine = "embedded",
) -> str:
    """The diagram as an SVG document, the same bytes for the same diagram.

    `aspect` is the width divided by the height that is aimed at, "page" for that of a page where a strip would be
    longer than one, None to leave long chains as they are. `theme` "auto" follows the reader, "print" needs no colour.
    Raises what `lay_out` does.
    """
    planned = plan_diagram(diagram, direction=direction, splines=splines, aspect=aspect)
    diagram = planned.diagram
    placement = planned.named(lay_out(planned.plan, engine=engine))
    zoom = _zoom(placement)
    room = max(placement.width, _NARROWEST) / zoom
    lines = _caption(diagram, room) if caption else []
    top = MARGIN + (zoom * (lines[-1].y + 10) if lines else 0)
    meanings = find_meanings(diagram)
    key = make_legend(meanings, min(max(room, 260.0), _LEGEND_WIDTH)) if legend else None
    beside = max([key.width if key else 0, *(text_width(text.text, text.face) for text in lines)]) * zoom
    wide = max(placement.width, beside)
    below = zoom * (_LEGEND_GAP + key.height) if key else 0
    left = MARGIN + (round((wide - placement.width) / 2) if wide - placement.width < 200 else 0)
    drawing = Drawing(
        diagram=diagram,
        cards=planned.cards,
        headers=planned.headers,
        placement=placement,
        origin=(left, top),
        width=round(wide + 2 * MARGIN + 0.5),
        height=round(top + placement.height + below + MARGIN + 0.5),
        meanings=meanings,
        caption=tuple(lines),
        caption_at=(MARGIN, MARGIN - 8),
        legend=key,
        legend_at=(MARGIN, round(top + placement.height + zoom * _LEGEND_GAP)),
        zoom=zoom,
    )
    return write_svg(drawing, theme=theme, background=background)


def _zoom(placement: Placement) -> float:
    """How much larger than a card's text the caption and the legend are: who sees all of a poster reads only these."""
    return min(max(1.0, round(max(placement.width / _SCREEN[0], placement.height / _SCREEN[1]), 1)), _LARGEST)


def _caption(diagram: Diagram, room: float) -> list[Text]:
    """The title and what the model amounts to, at the top left: on one line where there is room."""
    facts = list(diagram.facts)
    if diagram.layers and not facts:
        part = f"{count_text(diagram.shown)} of " if diagram.shown is not None else ""
        facts.append(part + counted(diagram.layers, "layer"))
    if not diagram.facts and (diagram.parameters is None or diagram.parameters):
        count = diagram.parameters
        few = count is not None and count < 1000
        words = count_text(count) if count is not None and few else short_count(count)
        facts.append(f"{words} parameter{'' if count == 1 else 's'}")
    room = min(room, _WIDEST_CAPTION)
    texts: list[Text] = []
    y = 0.0
    for line in wrap(diagram.title, HEADLINE, room, 2):
        y += HEADLINE.line
        texts.append(fitted(0, y, line, HEADLINE, room))
    for words in facts if diagram.facts else [" · ".join(facts)]:
        for line in wrap(words, NOTE, room, 2):
            y += NOTE.line + 1
            texts.append(fitted(0, y, line, NOTE, room))
    return texts
