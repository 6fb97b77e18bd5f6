r"""Tables for LaTeX in the style of booktabs, to be \input into a document of any class and engine."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from netviz.render.cells import cell_text, count_totals
from netviz.render.escape import latex, terminal
from netviz.render.fold import BREAKS, breakable, extent, fit
from netviz.views import NUMERIC, Kind, Row, Sheet, Table

_LONGEST = 40
"""A table of more rows is set as a longtable, which may break between pages."""

_ROOM = 72
"""How many characters of \\small go on a line of a common page (345 pt), counting 3 for the space between columns."""

_ROOM_TIGHT = 86
"""The same for \\footnotesize, with 2 characters of space."""

_EM = 0.46
"""Width of a common character, in em."""


class _Setting(NamedTuple):
    """How a table is set: the commands before it, and by column the width of its paragraphs in characters, or None."""

    commands: list[str]
    widths: list[int | None]


def sheet_to_latex(sheet: Sheet) -> str:
    """The sheet as a floating table with a caption (a longtable if it is long) and small tables after it."""
    blocks = ["% \\usepackage{array,booktabs,longtable}"]
    for index, table in enumerate(sheet.tables):
        if not table.columns or not (table.rows or table.heading):
            continue
        caption = f"\\caption{{{latex(sheet.title)}}}" if index == 0 else ""
        write = _longtable if len(table.rows) > _LONGEST else _tabular
        blocks.append("\n".join(write(table, caption)))
    return "\n\n".join(blocks) + "\n"


def _tabular(table: Table, caption: str) -> list[str]:
    commands, columns, head, body = _parts(table)
    around = "table" if caption else "center"
    opening = ["\\begin{table}[htbp]", "\\centering", caption, "\\medskip"] if caption else ["\\begin{center}"]
    return [
        *opening,
        *commands,
        f"\\begin{{tabular}}{{{columns}}}",
        "\\toprule",
        *head,
        *body,
        "\\bottomrule",
        "\\end{tabular}",
        f"\\end{{{around}}}",
    ]


def _longtable(table: Table, caption: str) -> list[str]:
    commands, columns, head, body = _parts(table)
    return [
        "\\begingroup",
        *commands,
        f"\\begin{{longtable}}{{{columns}}}",
        *([f"{caption} \\\\"] if caption else []),
        *("\\toprule", *head, "\\endfirsthead"),
        *("\\toprule", *head, "\\endhead"),
        *("\\midrule", "\\endfoot"),
        *("\\bottomrule", "\\endlastfoot"),
        *body,
        "\\end{longtable}",
        "\\endgroup",
    ]


def _parts(table: Table) -> tuple[list[str], str, list[str], list[str]]:
    """The commands before a table, the specification of its columns, the lines of its head, those of its body."""
    commands, widths = _setting(table)
    columns = "".join(
        ("r" if column.kind in NUMERIC else "l")
        if width is None
        else f">{{\\raggedright\\arraybackslash}}p{{{width * _EM:.1f}em}}"
        for column, width in zip(table.columns, widths, strict=True)
    )
    head = [f"{' & '.join(latex(column.title) for column in table.columns)} \\\\", "\\midrule"] if table.heading else []
    end = "\\\\" if widths.count(None) == len(widths) else "\\\\ \\addlinespace[2pt]"
    body = [f"{' & '.join(_cells(table, row, widths))} {end}" for row in table.rows]
    totals = count_totals(table.rows)
    if totals:
        body.insert(len(body) - totals, "\\midrule")
    if table.title:
        commands = [*commands, f"\\noindent\\textbf{{{latex(table.title)}}}\\par\\smallskip"]
    return commands, f"@{{}}{columns}@{{}}", head, body


def _cells(table: Table, row: Row, widths: Sequence[int | None]) -> list[str]:
    texts = []
    for column, cell, width in zip(table.columns, row.cells, widths, strict=True):
        escaped = latex if width is None else partial(_breakable, column.kind)
        text = cell_text(column.kind, cell, escaped)
        texts.append(f"\\textbf{{{text}}}" if row.strong and text else text)
    texts[0] = "\\quad " * min(row.depth, 16) + texts[0]
    return texts


def _breakable(kind: Kind, text: str) -> str:
    return breakable(text, kind, latex, "\\allowbreak{}")


def _setting(table: Table) -> _Setting:
    """The natural one if the table is then no wider than a page, or else smaller type and columns of paragraphs."""
    columns = []
    for index, column in enumerate(table.columns):
        texts = [column.title if table.heading else ""]
        texts += [cell_text(column.kind, row.cells[index], terminal) for row in table.rows]
        columns.append((column.kind, [extent(text, BREAKS.get(column.kind, ())) for text in texts]))
    naturals = [max(whole for whole, *_ in extents) for _, extents in columns]
    gaps = len(columns) - 1
    if sum(naturals) + 3 * gaps <= _ROOM:
        return _Setting(["\\small"], [None] * len(columns))
    wanted = fit(columns, _ROOM_TIGHT - 2 * gaps)
    widths = [None if size == natural else size for size, natural in zip(wanted, naturals, strict=True)]
    return _Setting(["\\footnotesize", "\\setlength{\\tabcolsep}{4pt}"], widths)
