"""Tables as CSV (RFC 4180, but with plain newlines): raw values, and nothing that a spreadsheet would compute."""

from __future__ import annotations

import csv
import io

from netviz.render import escape
from netviz.render.cells import cell_text, count_totals
from netviz.views import NUMERIC, Column, Sheet

_LARGEST = 1 << 4096  # Python refuses to write integers of more than 4,300 digits


def sheet_to_csv(sheet: Sheet) -> str:
    """The rows of the sheet's first table under the keys of its columns, without the totals below them.

    Counts and bytes are integers, shares fractions of 1, flags true or false; a number that is unknown is
    empty, as is what there is nothing to say about, and an unknown shape or name is "?".
    """
    if not sheet.tables:
        return ""
    table = sheet.tables[0]
    rows: list[list[object]] = [[escape.csv(column.key) for column in table.columns]]
    rows += [
        [_value(column, cell) for column, cell in zip(table.columns, row.cells, strict=True)]
        for row in table.rows[: len(table.rows) - count_totals(table.rows)]
    ]
    # Where the list separator is a semicolon, a spreadsheet would cut an unquoted cell there and compute the rest.
    torn = any(";" in cell for row in rows for cell in row if isinstance(cell, str))
    target = io.StringIO()
    csv.writer(target, quoting=csv.QUOTE_NONNUMERIC if torn else csv.QUOTE_MINIMAL, lineterminator="\n").writerows(rows)
    return target.getvalue()


def _value(column: Column, cell: object) -> object:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float) and column.kind in NUMERIC and abs(cell) < _LARGEST:
        return cell
    return escape.csv(cell_text(column.kind, cell))
