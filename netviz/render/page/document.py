"""The page from its templates: Jinja fills them, and escapes everything that is not marked up by us."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, Literal

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from netviz.pages import Page
from netviz.render.cells import DEEPEST, UNKNOWN, cell_text
from netviz.render.css import asset
from netviz.render.diagram.embedded import Embedded, embed
from netviz.render.escape import elide, html, visible
from netviz.render.html import table_to_html
from netviz.render.page.assets import script, style
from netviz.render.page.curves import drawn_curve
from netviz.render.page.data import data_script
from netviz.render.page.links import addressed, layer_addresses, row_anchor
from netviz.render.page.table import shown_columns
from netviz.views import NUMERIC, Kind, Row, Table

Theme = Literal["auto", "light", "dark"]

FEW = 8
"""Layers named of those that use an activation; the others are to be unfolded."""


def page_to_html(page: Page, *, theme: Theme = "auto") -> str:
    """The page as one HTML document that neither loads nor sends anything, the same bytes for the same page."""
    embedded = embed([drawing.diagram for drawing in page.drawings], theme) if page.drawings else None
    styles, picture_style = style(theme), embedded.style if embedded else ""
    early, text = asset("page/early.js"), script()
    ends = len(page.layers.rows) - page.totals
    found = [(place, one) for place, one in enumerate(page.findings) if not one.note]
    bad = [one.severity for _, one in found if one.severity != "info"]
    addresses = layer_addresses(page.details)
    return (
        _environment()
        .get_template("page.html")
        .render(
            page=page,
            policy=_policy([early, text], [styles, picture_style]),
            style=Markup(styles),
            picture_style=Markup(picture_style),
            early=Markup(early),
            script=Markup(text),
            data=Markup(data_script(page, embedded)),
            found=found,
            notes=[(place, one) for place, one in enumerate(page.findings) if one.note],
            bad=len(bad),
            worst="danger" if "danger" in bad else "warning" if bad else "",
            rows=page.layers.rows[:ends],
            totals=page.layers.rows[ends:],
            shown=shown_columns(page.layers.columns),
            cells=_cells(page.layers),
            deepest=DEEPEST,
            kinds=_KIND_CLASSES,
            addressed=addressed(addresses),
            anchors={place: row_anchor(addresses[place]) for place in _linked(page)},
            drawn_curve=drawn_curve,
            few=FEW,
            **_pictures(page, embedded),
        )
        + "\n"
    )


def _pictures(page: Page, embedded: Embedded | None) -> dict[str, Any]:
    """What the templates need of the drawings: the first picture, the others with their numbers, why there is none."""
    if embedded is None:
        return {"defs": "", "first": None, "problem": page.problem, "remark": "", "pictures": []}
    begun = page.levels[0].drawing if page.levels else 0
    first = embedded.drawn[begun]
    return {
        "defs": Markup(embedded.defs),
        "first": None if first is None else Markup(embedded.pictures[first]),
        "problem": embedded.problems.get(begun, page.problem),
        "remark": page.drawings[begun].remark,
        "pictures": [(place, Markup(one)) for place, one in enumerate(embedded.pictures) if place != first],
    }


_KIND_CLASSES: dict[Kind, str] = {
    "text": "", "class": "c", "items": "i", "flag": "", "severity": "", "numbers": "n", "lengths": "n", "shapes": "s",
    "formula": "f", **dict.fromkeys(NUMERIC, "n"),
}  # fmt: skip
"""By the kind of a column the class of its cells in the table of layers: short, for there are many of them."""


def _cells(table: Table) -> Callable[[Row], Markup]:
    """Writes the cells of a row that stand in the document; the first is its heading."""
    places = shown_columns(table.columns)
    classes = [_KIND_CLASSES[table.columns[place].kind] for place in places]
    opened = ["td" + (f" class={name}" if name else "") for name in classes]
    opened[:1] = ["th scope=row"]

    def written(row: Row) -> Markup:
        cells = [
            f"<{tag}>{_cell(table.columns[place].kind, row.cells[place])}</{tag[:2]}>"
            for tag, place in zip(opened, places, strict=True)
        ]
        return Markup("".join(cells))

    return written


def _cell(kind: Kind, value: object) -> str:
    text = cell_text(kind, value, html)
    return f'<b class="unknown">{UNKNOWN}</b>' if text == UNKNOWN else text


def _linked(page: Page) -> frozenset[int]:
    """The layers that something in the document refers to: without a script, links lead to their rows."""

    def found() -> Iterator[int | None]:
        yield from (one.where.layer for one in page.findings)
        for one in page.activations:
            yield from (link.layer for link in one.layers)

    return frozenset(layer for layer in found() if layer is not None)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(lambda name: asset(f"page/{name}")),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalized,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(as_html=_as_html)
    return environment


def _as_html(table: Table) -> Markup:
    return Markup(table_to_html(table))


def _finalized(value: object) -> object:
    """Text in visible characters; what is marked up by us stays as it is."""
    return visible(elide(value)) if isinstance(value, str) and not isinstance(value, Markup) else value


def _policy(scripts: Iterable[str], styles: Iterable[str]) -> str:
    """What the page may do: run and wear what it brought along, show pictures that it made itself; nothing else."""
    return (
        f"default-src 'none'; script-src {' '.join(map(_hash, scripts))}; style-src {' '.join(map(_hash, styles))};"
        " img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
