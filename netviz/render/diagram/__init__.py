"""Diagrams as pictures: cards and groups are measured, laid out and written as SVG, of which all else is made."""

from __future__ import annotations

from netviz.render.diagram.page import svg_to_fragment, svg_to_page
from netviz.render.diagram.picture import diagram_to_svg
from netviz.render.diagram.styles import Theme
from netviz.render.raster import svg_to_pdf, svg_to_png

__all__ = [
    "Theme",
    "diagram_to_svg",
    "svg_to_fragment",
    "svg_to_page",
    "svg_to_pdf",
    "svg_to_png",
]
