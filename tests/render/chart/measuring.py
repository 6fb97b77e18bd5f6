"""What is written in a figure, and where: asked of matplotlib's own renderer."""

from __future__ import annotations

from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

DOTS = 200.0


def texts(figure: Figure) -> list[tuple[str, Any]]:
    """Every text that is drawn, with its extent in pixels."""
    figure.set_dpi(DOTS)
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw_without_rendering()
    shown = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    return [(text.get_text(), text.get_window_extent(renderer)) for text in shown if _drawn(text)]


def _drawn(text: Any) -> bool:
    """Whether the axes that a text belongs to have not switched off what it is part of."""
    axes = getattr(text, "axes", None)
    if axes is None or axes.axison:
        return True
    return text in axes.texts or text in axes.get_children()


def clipped(figure: Figure) -> list[str]:
    """The texts that reach beyond the figure."""
    box = figure.bbox
    slack = 0.01 * DOTS
    return [
        words
        for words, at in texts(figure)
        if at.x0 < box.x0 - slack or at.y0 < box.y0 - slack or at.x1 > box.x1 + slack or at.y1 > box.y1 + slack
    ]


def overlapping(figure: Figure) -> list[tuple[str, str]]:
    """Pairs of texts that stand upon each other; a hair of their boxes, which are higher than what is in them, may."""
    found = texts(figure)
    slack = 0.02 * DOTS
    pairs = []
    for index, (one, a) in enumerate(found):
        for other, b in found[index + 1 :]:
            wide, high = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
            if wide > slack and high > slack:
                pairs.append((one, other))
    return pairs
