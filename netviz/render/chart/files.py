"""Figures as SVG, PNG and PDF: the same bytes for the same figure, safe to put into a page.

Text of an SVG is drawn as paths. The place of every word was measured in the face that draws it, formulas are made of
glyphs that no reader's fonts have, and papers and slides show the same as the browser. What the words say stands
in the description, where search and screen readers find it.
"""

from __future__ import annotations

import html
import io
import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from matplotlib.figure import Figure
from matplotlib.text import Text

from netviz.render.chart.style import our_settings
from netviz.render.escape import svg as escaped

MOST_PIXELS = 200_000_000
LONGEST_SIDE = 65_000
"""Pixels of a PNG: Agg takes no more than 2**16 on a side, and four bytes each are in memory at once."""
MOST_WORDS = 20_000
"""Characters of the description."""


@contextmanager
def _drawing(figure: Figure) -> Iterator[None]:
    """The arguments of `savefig`; the figure's canvas and paper are afterwards what they were."""
    canvas, alpha = figure.canvas, figure.patch.get_alpha()
    loggers = [(logger, logger.level) for logger in map(logging.getLogger, ("matplotlib", "fontTools"))]
    try:
        for logger, _ in loggers:
            logger.setLevel(logging.CRITICAL)  # the dates inside the fonts, and the like
        with our_settings(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # glyphs that a name has and the face has not, and the like
            yield
    finally:
        for logger, level in loggers:
            logger.setLevel(level)
        figure.set_canvas(canvas)
        figure.patch.set_alpha(alpha)


def figure_to_svg(figure: Figure, *, background: bool = True, title: str = "") -> str:
    """The figure as SVG without a prolog: strict XML that may stand in HTML, with no script and nothing to load."""
    with _drawing(figure):
        stream = io.StringIO()
        metadata = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(
            stream,
            format="svg",
            dpi=72,
            metadata=metadata,
            facecolor="auto" if background else "none",
            edgecolor="none",
            transparent=not background,
        )
        said = " · ".join(_words(figure))
    text = stream.getvalue()
    text = re.sub(r"<!--.*?-->\n?", "", text[text.index("<svg") :], flags=re.DOTALL)
    text = re.sub(r" *<style type=\"text/css\">\*\{[^}]*\}</style>\n", "", text)
    text = re.sub(r" *<defs>\s*</defs>\n| *<metadata>.*?</metadata>\n", "", text, flags=re.DOTALL)
    referred = set(re.findall(r"(?:href=\"#|url\(#)([^\")]+)", text))
    text = re.sub(r" id=\"([^\"]*)\"", lambda found: found[0] if found[1] in referred else "", text)
    head, rest = text.split(">", 1)
    head = re.sub(r" version=\"[^\"]*\"", "", head)
    described = f"<desc>{html.escape(said[:MOST_WORDS], quote=False)}</desc>\n" if said else ""
    return (
        f'{head} role="img" stroke-linejoin="round" stroke-linecap="butt" style="max-width:100%;height:auto">\n'
        f"<title>{escaped(title) or 'plot'}</title>\n{described}{rest.lstrip()}"
    )


def _words(figure: Figure) -> list[str]:
    """What is written in the figure, in the order in which it is drawn."""
    found = [text.get_text().strip() for text in figure.findobj(Text) if text.get_visible()]
    return [text for text in dict.fromkeys(found) if text]


def figure_to_png(figure: Figure, *, background: bool = True, scale: float = 2.0) -> bytes:
    """The figure as PNG, `scale` pixels for each 1/96 inch, fewer where it would be larger than `MOST_PIXELS`."""
    width, height = figure.get_size_inches()
    dots = 96 * scale
    dots = min(dots, (MOST_PIXELS / max(width * height, 1e-9)) ** 0.5, LONGEST_SIDE / max(width, height, 1e-9))
    with _drawing(figure):
        stream = io.BytesIO()
        figure.savefig(
            stream,
            format="png",
            dpi=max(dots, 0.1),
            metadata={"Software": None},
            facecolor="auto" if background else "none",
            edgecolor="none",
            transparent=not background,
        )
    return stream.getvalue()


def figure_to_pdf(figure: Figure, *, background: bool = True, title: str = "") -> bytes:
    """The figure as PDF of one page, with its fonts."""
    with _drawing(figure):
        stream = io.BytesIO()
        metadata = {"CreationDate": None, "Creator": None, "Producer": None, "Title": escaped(title) or None}
        figure.savefig(
            stream,
            format="pdf",
            metadata=metadata,
            facecolor="auto" if background else "none",
            edgecolor="none",
            transparent=not background,
        )
    return stream.getvalue()
