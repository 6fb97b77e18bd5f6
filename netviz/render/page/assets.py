"""The scripts and style sheets of the page, joined in the order in which they stand here."""

from __future__ import annotations

from functools import cache
from typing import Literal

from netviz.render.css import asset, theme_css
from netviz.theme import SIGNED

SCRIPTS = (
    "data", "state", "text", "copy", "addresses", "route", "filters", "search", "table", "weights", "panel", "picture",
    "graph", "opener", "bar", "keys", "move", "trace", "minimap", "color", "save", "print", "main",
)  # fmt: skip
"""Files of assets/page that make the one script of the page; each uses names of those before it as it is read, and of
all when it runs."""

STYLES = ("page", "panel", "table", "summary", "graph", "print")
"""Files of assets/page that make the one style sheet of the page."""


@cache
def script() -> str:
    """The script of the page, a module."""
    return "\n".join(f"// {name}.js\n{asset(f'page/{name}.js')}\n" for name in SCRIPTS)


@cache
def style(theme: Literal["auto", "light", "dark"]) -> str:
    """The style sheet of the page with the colours of the theme; tables look as those of `netviz inspect` do."""
    sheets = [asset("table.css"), *(asset(f"page/{name}.css") for name in STYLES)]
    return "\n".join([theme_css(":root", theme), _signed(theme), *sheets])


def _signed(theme: Literal["auto", "light", "dark"]) -> str:
    """The colours of signed values as --signed-0 (the most negative) to --signed-6."""
    light, dark = (
        ":root {" + " ".join(f"--signed-{place}: {colors[mode]};" for place, colors in enumerate(SIGNED)) + "}"
        for mode in (0, 1)
    )
    if theme == "auto":
        return f"{light}\n@media (prefers-color-scheme: dark) {{ {dark} }}"
    return light if theme == "light" else dark
