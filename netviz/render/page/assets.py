"""The scripts and style sheets of the page, joined in the order in which they stand here."""

from __future__ import annotations

from netviz.render.css import asset

SCRIPTS = ("state", "route", "graph", "main")
"""Files of assets/page that make the one script of the page; each uses names of those before it."""

STYLES = ("page", "graph")
"""Files of assets/page that make the one style sheet of the page."""


def script() -> str:
    """The script of the page, a module."""
    return "\n".join(f"// {name}.js\n{asset(f'page/{name}.js')}\n" for name in SCRIPTS)


def style() -> str:
    """The style sheet of the page, without the colours of the theme."""
    return "\n".join(asset(f"page/{name}.css") for name in STYLES)
