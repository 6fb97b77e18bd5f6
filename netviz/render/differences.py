"""What differs between two models as one HTML page: the verdict, both models in one graph, and the tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netviz.render.cells import count_text
from netviz.render.css import asset
from netviz.render.escape import html
from netviz.render.html import html_document, sheet_fates, table_to_html
from netviz.views import Fate, Row, Sheet, Table

LONG = 60
"""Rows of a table that are read; of longer ones, what was added and what was removed is folded away."""


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
        f'<div class="netviz-within">\n{svg.strip()}\n</div></div>'
    )


def _table(table: Table) -> str:
    """A table in a box that scrolls where the page is too narrow for it."""
    name = html(table.title or table.name)
    if len(table.rows) <= LONG or not any(row.fate in _FOLDED for row in table.rows):
        return _wide(table, name)
    parts = dict(_by_fate(table))
    first = parts.pop("", ())
    found = [_wide(replace(table, rows=first), name)] if first else []
    for fate, rows in parts.items():
        title = f"{count_text(len(rows))} layer{'s' * (len(rows) != 1)} {fate}"
        body = _wide(replace(table, rows=rows, title="", name=title), title)
        found.append(f'<details class="netviz-more"><summary>{title}</summary>\n{body}\n</details>')
    return "\n".join(found)


_FOLDED: tuple[Fate, ...] = ("added", "removed")


def _by_fate(table: Table) -> Iterator[tuple[str, tuple[Row, ...]]]:
    """The rows of layers that only one model has, by which, and all others under ""; in order."""
    yield "", tuple(row for row in table.rows if row.fate not in _FOLDED)
    for fate in _FOLDED:
        rows = tuple(row for row in table.rows if row.fate == fate)
        if rows:
            yield fate, rows


def _wide(table: Table, name: str) -> str:
    return (
        f'<div class="netviz-wide" role="region" aria-label="{name}" tabindex="0">'
        f'<div class="netviz-within">{table_to_html(table)}</div></div>'
    )
