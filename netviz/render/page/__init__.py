"""A report page as one HTML file: document, data, style and script, each from real files in assets/page."""

from __future__ import annotations

from netviz.render.page.document import page_to_html

__all__ = ["page_to_html"]
