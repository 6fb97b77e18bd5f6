"""A page inside a notebook: a frame that may run the page's own script, and reaches nothing of the notebook around it.

The frame has no origin (allow-same-origin is missing), so neither cookies nor the notebook's page are in its reach.
Where HTML is cleaned (GitHub, notebooks that are not trusted) frames go, and a line of text that is there all the time
comes into view.
"""

from __future__ import annotations

from netviz.render.css import asset
from netviz.render.escape import html as escaped

_MAY = "allow-scripts allow-downloads"
"""What the frame may do: run its script, and save pictures. Nothing in a page leads out of it."""

_IN_QUOTES = str.maketrans({"&": "&amp;", "<": "&lt;", "'": "&#39;"})
"""For text between single quotes; of those a page has few, and nothing that looks for tags in HTML finds any."""


def page_to_frame(html: str, title: str, summary: str, height: int) -> str:
    """The page (a whole document) as a frame of `height` pixels with a style sheet of its own, ending in a newline.

    `title` and `summary` are text: the name of the frame, and what is told of the page where no frame is shown.
    """
    return (
        '<div class="netviz-frame">\n'
        f"<style>\n{asset('frame.css')}\n</style>\n"
        f'<iframe title="{escaped(title)}" width="100%" height="{height}" sandbox="{_MAY}" allow="clipboard-write"'
        f" srcdoc='{html.translate(_IN_QUOTES)}'></iframe>\n"
        f"<p><strong>{escaped(title)}</strong>: {escaped(summary)}. The report is a page with a script, which this"
        " viewer does not show: run the cell, or save the report as an HTML file.</p>\n"
        "</div>\n"
    )
