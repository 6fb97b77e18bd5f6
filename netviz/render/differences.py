"""What differs between two models as one HTML page: the verdict, both models in one graph, and the tables."""

from __future__ import annotations

from netviz.render.css import asset
from netviz.render.escape import html
from netviz.render.html import html_document, sheet_fates, table_to_html
from netviz.views import Sheet, Table


def diff_to_page(sheet: Sheet, svg: str = "") -> str:
    """A complete page: title, the facts that the sheet begins with, the picture, the other tables.

    `svg` is the graph of both models, "" for none; its theme should be "auto" for it to follow the reader as the page
    does. Nothing on the page runs or loads anything.
    """
    place = next((place for place, table in enumerate(sheet.tables) if table.heading), len(sheet.tables))
    parts = [
        f"<h1>{html(sheet.title)}</h1>",
        *map(_table, sheet.tables[:place]),
        *([_picture(svg)] if svg else []),
        *map(_table, sheet.tables[place:]),
    ]
    style = "\n".join([asset("table.css"), *sheet_fates(sheet), asset("differences.css")])
    fragment = "\n".join(['<div class="netviz-sheet netviz-differences">', *parts, "</div>"])
    return html_document(fragment, sheet.title, style)


def _picture(svg: str) -> str:
    """The graph in a box of its own, which scrolls where it is larger; whoever uses the keyboard can do so, too."""
    return (
        '<div class="netviz-graph-of-both" role="region" aria-label="Both models in one graph" tabindex="0">'
        f"\n{svg.strip()}\n</div>"
    )


def _table(table: Table) -> str:
    """A table in a box that scrolls where the page is too narrow for it."""
    name = html(table.title or table.name)
    return f'<div class="netviz-wide" role="region" aria-label="{name}" tabindex="0">{table_to_html(table)}</div>'
