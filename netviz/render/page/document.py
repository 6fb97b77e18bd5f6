"""The page from its templates: Jinja fills them, and escapes everything that is not marked up by us."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from typing import Literal

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from netviz.pages import Page
from netviz.render.cells import cell_text
from netviz.render.css import asset, theme_css
from netviz.render.diagram.embedded import embed
from netviz.render.escape import elide, visible
from netviz.render.page.assets import script, style
from netviz.render.page.data import data_script
from netviz.theme import FAMILY_COLORS

Theme = Literal["auto", "light", "dark"]


def page_to_html(page: Page, *, theme: Theme = "auto") -> str:
    """The page as one HTML document that neither loads nor sends anything, the same bytes for the same page."""
    embedded = embed([drawing.diagram for drawing in page.drawings], theme) if page.drawings else None
    styles = f"{theme_css(':root')}\n{style()}"
    picture_style = embedded.style if embedded else ""
    text = script()
    return (
        _environment()
        .get_template("page.html")
        .render(
            page=page,
            embedded=embedded,
            rows=page.layers.rows,
            families=[family for family in FAMILY_COLORS if any(one.family == family for one in page.details)],
            style=Markup(styles),
            picture_style=Markup(picture_style),
            script=Markup(text),
            data=Markup(data_script(page, embedded)),
            defs=Markup(embedded.defs) if embedded else "",
            pictures=[Markup(picture) for picture in embedded.pictures] if embedded else [],
            policy=_policy([text], [styles, picture_style]),
            cell_text=cell_text,
        )
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=FunctionLoader(lambda name: asset(f"page/{name}")),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalized,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )


def _finalized(value: object) -> object:
    """Text in visible characters; what is marked up by us stays as it is."""
    return visible(elide(value)) if isinstance(value, str) and not isinstance(value, Markup) else value


def _policy(scripts: list[str], styles: list[str]) -> str:
    """What the page may do: run and wear what it brought along, show pictures that it made itself; nothing else."""
    return (
        f"default-src 'none'; script-src {' '.join(map(_hash, scripts))}; style-src {' '.join(map(_hash, styles))};"
        " img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
