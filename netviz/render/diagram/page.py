"""The picture in HTML: a fragment to embed, and a page of its own."""

from __future__ import annotations

from netviz.render.html import html_document


def svg_to_fragment(svg: str) -> str:
    """The picture as a <div> that scrolls where it is wider than its place, ending in a newline."""
    return f'<div class="netviz-diagram" style="max-width:100%;overflow:auto">\n{svg}</div>\n'


def svg_to_page(svg: str, title: str) -> str:
    """A complete page with the picture inline, named `title` (text)."""
    return html_document(svg_to_fragment(svg), title)
