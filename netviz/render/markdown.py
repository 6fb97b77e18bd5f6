"""Tables in GitHub's Markdown: pipes for what has a heading, a list for facts."""

from __future__ import annotations

from netviz.render.cells import cell_text, tree_marks
from netviz.render.escape import markdown
from netviz.render.fold import cell_width
from netviz.views import NUMERIC, Sheet, Table

_WIDEST = 48
"""Columns up to this width are filled up with spaces, so that the source reads as a table, too."""

_BRANCH = str.maketrans(" ", "\u00a0")  # a reader of Markdown drops leading spaces, but not these


def sheet_to_markdown(sheet: Sheet) -> str:
    """The sheet as a second-level heading and its tables, theirs one level below, ending in a newline."""
    blocks = [f"## {markdown(sheet.title)}"]
    for table in sheet.tables:
        if table.title:
            blocks.append(f"### {markdown(table.title)}")
        blocks.append("\n".join(_pipes(table) if table.heading else _facts(table)))
    return "\n\n".join(block for block in blocks if block) + "\n"


def _facts(table: Table) -> list[str]:
    """A list item for each fact, the label in bold; what there is nothing to say about is left out."""
    lines = []
    for row in table.rows:
        cells = zip(table.columns, row.cells, strict=True)
        label, *values = [cell_text(column.kind, cell, markdown) for column, cell in cells]
        lines.append(f"- **{label}:** {' · '.join(filter(None, values))}" if label else f"- {' · '.join(values)}")
    return lines


def _pipes(table: Table) -> list[str]:
    marks = [mark.translate(_BRANCH) for mark in tree_marks(table.rows)]
    columns = []
    for index, column in enumerate(table.columns):
        texts = [cell_text(column.kind, row.cells[index], markdown) for row in table.rows]
        if index == 0:
            texts = [mark + text for mark, text in zip(marks, texts, strict=True)]
        strong = [f"**{text}**" if row.strong and text else text for row, text in zip(table.rows, texts, strict=True)]
        columns.append(_column(markdown(column.title), strong, right=column.kind in NUMERIC))
    return [f"| {' | '.join(cells)} |" for cells in zip(*columns, strict=True)]


def _column(head: str, texts: list[str], *, right: bool) -> list[str]:
    """A column's heading, its line of dashes and its cells, filled up to one width if that is reasonable."""
    width = max(3, *map(cell_width, [head, *texts]))
    width = width if width <= _WIDEST else 3
    dashes = "-" * (width - 1) + ":" if right else "-" * width
    padded = [
        " " * (width - cell_width(text)) + text if right else text + " " * (width - cell_width(text))
        for text in [head, *texts]
    ]
    return [padded[0], dashes, *padded[1:]]
