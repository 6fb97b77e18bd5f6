"""A picture as notebooks show it: HTML that holds the SVG as an image, and a small PNG for viewers without HTML.

Not as image/svg+xml: JupyterLab shows no SVG of a notebook that it does not trust, GitHub and older nbconvert strip
its style sheet and leave black boxes, and nbconvert makes no PDF of it without Inkscape. An <img> with the SVG in it
passes all of these; JupyterLab, VS Code, Colab, nbconvert and GitHub prefer HTML to all other types. PDFs by LaTeX,
Spyder and terminals take the PNG.
"""

from __future__ import annotations

import base64
import html
import io
import re
from collections.abc import Callable, Mapping

MOST_BYTES = 4_000_000
"""Of an SVG in a notebook: some thousands of layers."""

MOST_PIXELS = 16_000_000
"""Of a PNG in a notebook, which takes a second to make."""

NOTEBOOK_WIDTH = 1_000
"""Pixels that a notebook has for a picture, about."""

MOST_HEIGHT = 1_600
"""Pixels of a picture that is shown as a whole: two screens. What is higher scrolls in a window of its own."""

LEAST_SCALE = 0.6
"""How far a picture shrinks to fit the width of a notebook, before it is scrolled: words stay legible."""

MOST_SCROLLED = 2 * NOTEBOOK_WIDTH
"""Pixels of width up to which a picture is scrolled. In a window on a wider one there may be nothing to be seen."""

_UNITS = {"": 1.0, "px": 1.0, "pt": 96 / 72}
_SIZE = re.compile(r'<svg\b[^>]*?\bwidth="([\d.]+)(px|pt|)"[^>]*?\bheight="([\d.]+)(px|pt|)"')

_WORDS = re.compile(r"<(?:title|desc)\b[^>]*>([^<]+)<")
_HEAD = 4_000
"""Characters at the beginning of an SVG, where its title and description stand."""


def shown_picture(
    svg: Callable[[], str], png: Callable[[], bytes], scale: float
) -> Mapping[str, Callable[[], str | bytes | None]]:
    """By MIME type what notebooks are given of a picture; `png` has `scale` pixels for each of the SVG's."""
    return {
        "text/html": lambda: svg_to_notebook(svg()),
        "image/png": lambda: _small_png(svg(), png, scale),
    }


def svg_to_notebook(svg: str) -> str:
    """The picture in a <div>, described by its own title and description: smaller where that makes it fit, scrolled
    where words would get too small, and where it is far too wide an overview, with a line on how to see more.

    In place of what is too large for a notebook a line says so.
    """
    from netviz.render.css import asset, host_scheme_css

    data = svg.encode("utf-8")
    words = html.escape(" · ".join(html.unescape(one) for one in _WORDS.findall(svg[:_HEAD])))
    if len(data) > MOST_BYTES:
        return (
            f"<p>{words}: the picture has {len(data) / 1e6:.1f} MB, too much for a notebook."
            ' <code>.save("picture.svg")</code> writes it to a file.</p>\n'
        )
    width, height = _size(svg)
    overview = width * LEAST_SCALE > MOST_SCROLLED
    scale = min(1.0, NOTEBOOK_WIDTH / width) if width else 1.0
    tall = height * (scale if overview else max(scale, LEAST_SCALE)) > MOST_HEIGHT
    window = '<div class="netviz-picture">'
    if tall:  # what scrolls is reached with the keyboard, and so needs a name
        name = words or "Picture"
        window = f'<div class="netviz-picture netviz-tall" role="region" aria-label="{name}" tabindex="0">'
    least = f' style="min-width:{width * LEAST_SCALE:.0f}px"' if width and not overview else ""
    source = f"data:image/svg+xml;base64,{base64.b64encode(data).decode('ascii')}"
    return (
        f"{window}\n"
        f"<style>\n{host_scheme_css('.netviz-picture > img')}\n{asset('picture.css')}\n</style>\n"
        f'<img alt="{words}"{least} src="{source}">\n</div>\n{_OVERVIEW if overview else ""}'
    )


_OVERVIEW = (
    "<p>Made small to fit; <code>netviz.report</code> shows it to be moved and enlarged,"
    ' <code>.save("picture.svg")</code> writes it to a file.</p>\n'
)


def _small_png(svg: str, png: Callable[[], bytes], scale: float) -> bytes | None:
    """The picture in 256 colours, a fifth of the bytes; None for one that is too large."""
    from PIL import Image

    width, height = _size(svg)
    if not 0 < width * height * scale * scale <= MOST_PIXELS:
        return None
    with Image.open(io.BytesIO(png())) as image:
        colors = image.quantize(256, method=Image.Quantize.FASTOCTREE)
    written = io.BytesIO()
    colors.save(written, "png")
    return written.getvalue()


def _size(svg: str) -> tuple[float, float]:
    """Width and height in pixels, 0 where the picture does not say."""
    found = _SIZE.match(svg, svg.find("<svg"))
    if found is None:
        return 0.0, 0.0
    return float(found[1]) * _UNITS[found[2]], float(found[3]) * _UNITS[found[4]]
