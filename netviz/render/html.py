"""Tables as HTML: a fragment for notebooks and pages, and a page to hold one. No scripts, nothing loaded."""

from __future__ import annotations

from netviz.render.cells import DEEPEST, UNKNOWN, cell_parts, cell_text, count_totals
from netviz.render.css import asset, fates_css, theme_css
from netviz.render.escape import html
from netviz.render.fold import breakable
from netviz.theme import SEVERITY_COLORS
from netviz.views import NUMERIC, Column, Kind, Row, Sheet, Table

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_CAPTIONS = {
    "advice": "What to do", "ends": "Inputs and outputs", "looked": "What was looked at", "lora": "LoRA",
    "spared": "Columns left out", "undrawn": "What was not drawn", "unknown": "What is not known",
}  # fmt: skip
"""By the name of a table what it is called, where the name itself would not do."""

_SHORT = 12  # characters that never need to be broken


def sheet_to_html(sheet: Sheet) -> str:
    """The sheet as a <div> with its own scoped <style>, ending in a newline."""
    tables = [table_to_html(table, sheet.title if index == 0 else "") for index, table in enumerate(sheet.tables)]
    rules = [theme_css(".netviz-sheet"), asset("table.css"), *sheet_fates(sheet)]
    style = "\n".join(["<style>", *rules, "</style>"])
    return "\n".join(['<div class="netviz-sheet">', style, *tables, "</div>"]) + "\n"


def sheet_fates(sheet: Sheet) -> tuple[str, ...]:
    """The rules for rows that say what became of their subject, if there are any such rows."""
    told = any(row.fate != "unchanged" for table in sheet.tables for row in table.rows)
    return (fates_css(".netviz-sheet"),) if told else ()


def html_document(fragment: str, title: str, style: str = "") -> str:
    """A complete page around `fragment` (HTML), named `title` (text); it can neither run nor load anything.

    `style` is CSS of its own.
    """
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{html(title)}</title>
<style>
{theme_css(":root")}
{asset("page.css")}{style and chr(10) + style}
</style>
</head>
<body>
<main>
{fragment.rstrip()}
</main>
</body>
</html>
"""


def table_to_html(table: Table, title: str = "") -> str:
    """The table, for the inside of an element of class netviz-sheet, where table.css holds.

    `title` stands above the table's own.
    """
    texts = {"title": title, "subtitle": table.title}
    caption = "".join(f'<div class="netviz-{level}">{html(text)}</div>' for level, text in texts.items() if text)
    caption = caption or f'<div class="netviz-hidden">{html(_caption(table.name))}</div>'
    lines = [
        f'<table class="netviz-table{"" if table.heading else " netviz-facts"}">',
        f'<caption class="netviz-caption">{caption}</caption>',
    ]
    if table.heading:
        heads = "".join(
            f'<th scope="col" class="{_classes(column)}">{html(column.title)}</th>' for column in table.columns
        )
        lines.append(f'<thead><tr class="netviz-row">{heads}</tr></thead>')
    lines.append("<tbody>")
    first_total = len(table.rows) - count_totals(table.rows)
    for number, row in enumerate(table.rows):
        classes = "netviz-row" + " netviz-strong" * row.strong + " netviz-total" * (number == first_total)
        classes += f" netviz-{row.fate}" * (row.fate != "unchanged" and row.cells[0] != "")
        cells = zip(table.columns, row.cells, strict=True)
        body = "".join(_cell(column, cell, row, first=index == 0) for index, (column, cell) in enumerate(cells))
        lines.append(f'<tr class="{classes}">{body}</tr>')
    lines += ["</tbody>", "</table>"]
    return "\n".join(lines)


def _caption(name: str) -> str:
    """What a table without a title is called, for those who listen, and where style sheets are taken away."""
    return _CAPTIONS.get(name, name.capitalize())


def _classes(column: Column) -> str:
    return "netviz-cell netviz-number" if column.kind in NUMERIC else f"netviz-cell netviz-{column.kind}"


def _cell(column: Column, value: object, row: Row, *, first: bool) -> str:
    tag, scope = ("th", ' scope="row"') if first and value != "" else ("td", "")
    content = _content(column, value)
    if first and row.depth:
        content = f'<div class="netviz-name netviz-depth-{min(row.depth, DEEPEST)}">{content}</div>'
    return f'<{tag}{scope} class="{_classes(column)}"{_meaning(column, value, row)}>{content}</{tag}>'


def _meaning(column: Column, value: object, row: Row) -> str:
    """The attribute that colours a class or a severity."""
    if column.kind == "class":
        return f' data-family="{row.family}"'
    if column.kind == "severity" and value in SEVERITY_COLORS:
        return f' data-severity="{value}"'
    return ""


def _content(column: Column, value: object) -> str:
    if cell_text(column.kind, value) == UNKNOWN:
        return f'<span class="netviz-unknown">{UNKNOWN}</span>'
    if column.kind == "shapes":
        return ", ".join(f'<span class="netviz-shape">{html(shape)}</span>' for shape in cell_parts("shapes", value))
    return cell_text(column.kind, value, lambda part: _text(part, column.kind))


def _text(text: str, kind: Kind) -> str:
    """The text, escaped; a long name may be broken, a formula only at the spaces around its plus signs."""
    return html(text) if len(text) <= _SHORT or kind == "formula" else breakable(text, kind, html, "<wbr>")
