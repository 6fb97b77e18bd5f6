"""Tables as text for terminals and plain files: aligned columns, one thin rule, nothing truncated.

Colour is written as SGR codes of the 256-colour palette around the very same text, so nothing needs to be imported.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from itertools import zip_longest
from typing import NamedTuple, TypeVar

from netviz.render.cells import UNKNOWN, cell_text, count_totals, tree_marks
from netviz.render.escape import terminal
from netviz.render.fold import BREAKS, HEADING, Break, Extent, cell_width, extent, fit, fold
from netviz.theme import FAMILY_COLORS, SEVERITY_COLORS, TONES
from netviz.views import NUMERIC, Kind, Row, Sheet, Table

_GAP = "  "
_SGR = re.compile("\x1b\\[[\\d;]*m")
_RULE = "─"

_WIDEST = 1000
"""Cells are filled up to this width at most: one that names thousands of layers would make every line as long."""

Paint = Callable[[str, str], str]
"""Text and its SGR codes ("1;38;5;33", or "") to painted text."""

_Result = TypeVar("_Result")

_Lines = list[tuple[str, str]]
"""The lines of a cell, each with what stands before it."""

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


class _Column(NamedTuple):
    kind: Kind
    cells: list[_Cell]


def sheet_to_text(sheet: Sheet, *, width: int | None = None, color: bool = False) -> str:
    """The sheet as lines of text, ending in a newline; with `color` the same text among ANSI codes.

    Without `width` every row is one line. With it cells are folded, so that lines have at most `width`
    cells; nothing is cut off, and where no break is left a line is longer.
    """
    paint = _paint if color else _plain
    blocks = [_title_lines(sheet.title, width, paint)]
    for table in sheet.tables:
        title = _title_lines(table.title, width, paint)
        space = [""] if title and table.heading else []  # or a heading would seem to go on in the next line
        blocks.append(title + space + _table_lines(table, width, paint))
    return "\n\n".join("\n".join(block) for block in blocks if any(block)) + "\n"


def text_width(text: str) -> int:
    """How many cells the widest line of a text takes, ANSI codes not counted."""
    return max((cell_width(_SGR.sub("", line)) for line in text.splitlines()), default=0)


def _plain(text: str, codes: str) -> str:
    return text


def _paint(text: str, codes: str) -> str:
    return f"\x1b[{codes}m{text}\x1b[0m" if codes and text else text


def _title_lines(title: str, width: int | None, paint: Paint) -> list[str]:
    text = terminal(title)
    lines = [text] if width is None else fold(text, HEADING, width)
    return [paint(line.rstrip(), _BOLD) for line in lines if line.strip()]


def _table_lines(table: Table, width: int | None, paint: Paint) -> list[str]:
    columns = _columns(table)
    gaps = len(_GAP) * (len(columns) - 1)
    folded, widths = _folded(columns, None if width is None else width - gaps)
    widths = [min(size, _WIDEST) for size in widths]
    blocks = [
        [
            _block(lines, cell.codes, size, column.kind in NUMERIC, paint)
            for cell, lines in zip(column.cells, texts, strict=True)
        ]
        for column, texts, size in zip(columns, folded, widths, strict=True)
    ]
    rows = [_row_lines(row, widths) for row in zip(*blocks, strict=True)]
    rule = paint(_RULE * (sum(widths) + gaps), _MUTED)
    if table.heading:
        rows.insert(1, [rule])
    totals = count_totals(table.rows)
    if totals:
        rows.insert(len(rows) - totals, [rule])
    return [line for row in rows for line in row]


def _columns(table: Table) -> list[_Column]:
    """The columns that hold any text, their headings first."""
    columns = []
    for index, column in enumerate(table.columns):
        kind, breaks = column.kind, BREAKS.get(column.kind, ())
        cells = [_Cell(terminal(column.title).rstrip(), _BOLD, HEADING)] if table.heading else []
        for row in table.rows:
            text = cell_text(kind, row.cells[index], terminal).rstrip()
            cells.append(_Cell(text, _codes(kind, text, row), breaks))
        if index == 0 and table.heading:
            cells[1:] = map(_branch, cells[1:], tree_marks(table.rows))
        elif index == 0:
            cells = [cell._replace(codes=_MUTED) for cell in cells]
        if any(cell.mark or cell.text for cell in cells):
            columns.append(_Column(kind, cells))
    return columns


def _branch(cell: _Cell, mark: str) -> _Cell:
    """A row's first cell with its branch of the tree; its other lines are indented, so that rows remain countable."""
    return cell._replace(mark=mark, trunk=mark.replace("├", "│").replace("└", " ") + _GAP)


def _codes(kind: Kind, text: str, row: Row) -> str:
    """The SGR codes of a cell: its meaning in colour, what stands out in bold, what is secondary in grey."""
    if text == UNKNOWN:
        return _SEVERITIES["warning"]
    if kind == "severity":
        return _SEVERITIES.get(text, "")
    color = _FAMILIES[row.family] if kind == "class" else _MUTED if kind in _SECONDARY else ""
    return f"{_BOLD};{color}".rstrip(";") if row.strong else color


def _folded(columns: list[_Column], room: int | None) -> tuple[list[list[_Lines]], list[int]]:
    """By column and cell its lines, and the columns' widths: natural, or folded if that exceeds `room`."""
    naturals = [max(len(cell.mark) + cell_width(cell.text) for cell in column.cells) for column in columns]
    whole = [[[(cell.mark, cell.text)] for cell in column.cells] for column in columns]
    if room is None or sum(naturals) <= room:
        return whole, naturals
    wanted = fit([(column.kind, _each(_extent, column.cells)) for column in columns], room)
    folded = [_each(partial(_lines, width=size), column.cells) for column, size in zip(columns, wanted, strict=True)]
    widths = [max(cell_width(mark + line) for lines in cells for mark, line in lines) for cells in folded]
    # Lines seldom fill their column. What they leave may be enough for another column not to be folded at all.
    missing = [natural - width for natural, width in zip(naturals, widths, strict=True)]
    for index in sorted(range(len(columns)), key=missing.__getitem__):
        if missing[index] <= room - sum(widths):
            folded[index], widths[index] = whole[index], naturals[index]
    return folded, widths


def _each(function: Callable[[_Cell], _Result], cells: Sequence[_Cell]) -> list[_Result]:
    """What `function` makes of each cell; worked out once for cells that read the same, as most do."""
    results: dict[tuple[str, str, int], _Result] = {}
    keys = [(cell.text, cell.trunk, len(cell.breaks)) for cell in cells]
    for key, cell in zip(keys, cells, strict=True):
        if key not in results:
            results[key] = function(cell)
    return [results[key] for key in keys]


def _extent(cell: _Cell) -> Extent:
    whole, *pieces = extent(cell.text, cell.breaks)
    return len(cell.mark) + whole, *(len(cell.trunk) + piece for piece in pieces)


def _lines(cell: _Cell, width: int) -> _Lines:
    if len(cell.mark) + cell_width(cell.text) <= width:
        return [(cell.mark, cell.text)]
    first, *others = fold(cell.text, cell.breaks, width - len(cell.trunk))
    return [(cell.mark, first.rstrip()), *((cell.trunk, line.rstrip()) for line in others)]


def _block(lines: _Lines, codes: str, width: int, right: bool, paint: Paint) -> list[str]:
    """The painted lines of a cell, filled up to `width` at the side they are not aligned to."""
    block = []
    for mark, line in lines:
        painted = paint(line, codes)
        if mark:
            branch = mark.rstrip()
            painted = paint(branch, _MUTED) + " " * (len(mark) - len(branch)) + painted
        padding = " " * (width - len(mark) - cell_width(line))
        block.append(padding + painted if right else painted + padding)
    return block


def _row_lines(blocks: Sequence[list[str]], widths: list[int]) -> list[str]:
    """The lines of a row, cell beside cell."""
    if max(map(len, blocks), default=1) == 1:
        return [_GAP.join(line for (line,) in blocks).rstrip()]
    empty = [" " * width for width in widths]
    return [
        _GAP.join(part or blank for part, blank in zip(line, empty, strict=True)).rstrip()
        for line in zip_longest(*blocks)
    ]
