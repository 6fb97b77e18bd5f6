"""Our own SVG as pixels and as a page, by resvg and svg2pdf with the fonts that vl-convert brings."""

from __future__ import annotations

import re

from netviz.errors import MissingDependency, NetvizError

MOST_PIXELS = 200_000_000
"""What a PNG may have: four bytes each are in memory at once."""


POINTS = 72 / 96
"""Points of a pixel, which is 1/96 inch: the unit of a PDF, whatever SVG says."""

_SIZE = re.compile(r'(<svg [^>]*)width="([\d.]+)" height="([\d.]+)"')


def svg_to_png(svg: str, *, scale: float = 2.0) -> bytes:
    """The picture as PNG, `scale` pixels for each of the SVG's, or as many as make no more than `MOST_PIXELS`.

    Raises MissingDependency without vl-convert-python.
    """
    converter = _converter("PNG")
    size = _SIZE.match(svg)
    area = float(size[2]) * float(size[3]) if size else 0.0
    if area * scale * scale > MOST_PIXELS:
        scale = (MOST_PIXELS / area) ** 0.5
    try:
        # vl-convert takes 72 units for an inch and writes into the file how many pixels it has of them.
        return bytes(converter.svg_to_png(svg, scale=POINTS, ppi=scale * 96))
    except (ValueError, RuntimeError) as error:
        raise NetvizError(f"the picture cannot be made a PNG: {error}", "Choose a smaller scale, or SVG.") from error


def svg_to_pdf(svg: str) -> bytes:
    """The picture as PDF of one page of its very size, its text as text.

    Raises MissingDependency without vl-convert-python.
    """
    converter = _converter("PDF")
    svg = _SIZE.sub(lambda size: f'{size[1]}width="{_points(size[2])}" height="{_points(size[3])}"', svg, count=1)
    try:
        return bytes(converter.svg_to_pdf(svg))
    except (ValueError, RuntimeError) as error:
        raise NetvizError(f"the picture cannot be made a PDF: {error}", "Choose SVG or PNG.") from error


def _points(pixels: str) -> str:
    return f"{float(pixels) * POINTS:.3f}".rstrip("0").rstrip(".")


def _converter(what: str):  # type: ignore[no-untyped-def]
    try:
        import vl_convert
    except ImportError as error:
        raise MissingDependency(
            f"{what} takes vl-convert-python, which is not installed", "pip install vl-convert-python, or choose SVG."
        ) from error
    return vl_convert
