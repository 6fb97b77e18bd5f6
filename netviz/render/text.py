"""Tables as text for terminals and plain files: aligned columns, one thin rule, nothing truncated.

Colour is written as SGR codes of the 256-colour palette around the very same text, so nothing needs to be imported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import NamedTuple

from netviz.render.cells import UNKNOWN, cell_text, count_totals, tree_marks
from netviz.render.escape import terminal
from netviz.render.fold import BREAKS, Break, Extent, cell_width, extent, fit, fold
from netviz.theme import FAMILY_COLORS, SEVERITY_COLORS, TONES
from netviz.views import NUMERIC, Column, Row, Sheet, Table

_GAP = "  "
_RULE = "─"

Paint = Callable[[str, str], str]
"""Text and its SGR codes ("1;38;5;33", or "") to painted text."""

_BOLD = "1"
_MUTED = f"38;5;{TONES['muted'].ansi}"
_FAMILIES = {family: f"38;5;{color.ansi}" for family, color in FAMILY_COLORS.items()}
_SEVERITIES: dict[str, str] = {severity: f"1;38;5;{color.ansi}" for severity, color in SEVERITY_COLORS.items()}
_SECONDARY = frozenset({"items", "formula"})


class _Cell(NamedTuple):
    """One cell on its way to the terminal.

    `codes` are its SGR codes; `mark` is what stands before its first line, `trunk` before the others.
    """

    text: str
    codes: str = ""
    breaks: Sequence[Break] = ()
    mark: str = ""
    trunk: str = ""


def sheet_to_text(sheet: Sheet, *, width: int | None = None, color: bool = False) -> str:
    """The sheet as lines of text, ending in a newline; with `color` the same text among ANSI codes.

    Without `width` every row is one line. With it cells are folded, so that lines have at most `width`
    cells; nothing is cut off, and where no break is left a line is longer.
    """
    paint = _paint if color else _plain
    title = terminal(sheet.title)
    blocks = [[paint(line.rstrip(), _BOLD) for line in fold(title, BREAKS["text"], width or len(title) * 2)]]
    blocks += [_table_lines(table, width, paint) for table in sheet.tables]
    return "\n\n".join("\n".join(block) for block in blocks if any(block)) + "\n"


def _plain(text: str, codes: str) -> str:
    return text


def _paint(text: str, codes: str) -> str:
    return f"\x1b[{codes}m{text}\x1b[0m" if codes and text else text


def _table_lines(table: Table, width: int | None, paint: Paint) -> list[str]:
    columns = _columns(table)
    widths = _widths(table, columns, None if width is None else width - len(_GAP) * (len(columns) - 1))
    rights = [column.kind in NUMERIC for column in table.columns]
    rows = [
        _row_lines([_block(*cell, paint) for cell in zip(cells, widths, rights, strict=True)], widths)
        for cells in zip(*columns, strict=True)
    ]
    rule = paint(_RULE * (sum(widths) + len(_GAP) * (len(widths) - 1)), _MUTED)
    if table.heading:
        rows.insert(1, [rule])
    totals = count_totals(table.rows)
    if totals:
        rows.insert(len(rows) - totals, [rule])
    return [line for row in rows for line in row]


def _columns(table: Table) -> list[list[_Cell]]:
    """The cells of each column, its heading first."""
    columns = []
    for index, column in enumerate(table.columns):
        breaks = BREAKS.get(column.kind, ())
        cells = [_Cell(terminal(column.title), _BOLD, BREAKS["text"])] if table.heading else []
        for row in table.rows:
            text = cell_text(column.kind, row.cells[index], terminal)
            cells.append(_Cell(text, _codes(column, text, row), breaks))
        columns.append(cells)
    if columns and table.heading:
        columns[0][1:] = map(_branch, columns[0][1:], tree_marks(table.rows))
    elif columns:
        columns[0] = [cell._replace(codes=_MUTED) for cell in columns[0]]
    return columns


def _branch(cell: _Cell, mark: str) -> _Cell:
    """A row's first cell with its branch of the tree; its other lines are indented, so that rows remain countable."""
    return cell._replace(mark=mark, trunk=mark.replace("├", "│").replace("└", " ") + _GAP)


def _codes(column: Column, text: str, row: Row) -> str:
    """The SGR codes of a cell: its meaning in colour, what stands out in bold, what is secondary in grey."""
    if text == UNKNOWN:
        return _SEVERITIES["warning"]
    if column.kind == "severity":
        return _SEVERITIES.get(text, "")
    color = _FAMILIES[row.family] if column.kind == "class" else _MUTED if column.kind in _SECONDARY else ""
    return f"{_BOLD};{color}".rstrip(";") if row.strong else color


def _widths(table: Table, columns: list[list[_Cell]], room: int | None) -> list[int]:
    """The columns' widths: the natural ones, or if these exceed `room` as narrow as folding makes them."""
    naturals = [max((len(cell.mark) + cell_width(cell.text) for cell in cells), default=0) for cells in columns]
    if room is None or sum(naturals) <= room:
        return naturals
    kinds = [column.kind for column in table.columns]
    wanted = fit([(kind, map(_extent, cells)) for kind, cells in zip(kinds, columns, strict=True)], room)
    return [
        size if size == natural else max(cell_width(mark + line) for cell in cells for mark, line in _lines(cell, size))
        for size, natural, cells in zip(wanted, naturals, columns, strict=True)
    ]


def _extent(cell: _Cell) -> Extent:
    whole, *pieces = extent(cell.text, cell.breaks)
    return len(cell.mark) + whole, *(len(cell.trunk) + piece for piece in pieces)


def _lines(cell: _Cell, width: int) -> list[tuple[str, str]]:
    """The lines of a cell, each with what stands before it."""
    if len(cell.mark) + cell_width(cell.text) <= width:
        return [(cell.mark, cell.text.rstrip())]
    first, *others = fold(cell.text, cell.breaks, width - len(cell.trunk))
    return [(cell.mark, first.rstrip()), *((cell.trunk, line.rstrip()) for line in others)]


def _block(cell: _Cell, width: int, right: bool, paint: Paint) -> list[str]:
    """The painted lines of a cell, filled up to `width` at the side they are not aligned to."""
    block = []
    for mark, line in _lines(cell, width):
        painted = paint(mark, _MUTED) + paint(line, cell.codes)
        padding = " " * (width - cell_width(mark + line))
        block.append(padding + painted if right else painted + padding)
    return block


def _row_lines(blocks: list[list[str]], widths: list[int]) -> list[str]:
    """The lines of a row, cell beside cell."""
    if max(map(len, blocks), default=1) == 1:
        return [_GAP.join(line for (line,) in blocks).rstrip()]
    empty = [" " * width for width in widths]
    return [
        _GAP.join(part or blank for part, blank in zip(line, empty, strict=True)).rstrip()
        for line in zip_longest(*blocks)
    ]
