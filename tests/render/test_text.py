from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netviz.render.cells import cell_text
from netviz.render.escape import terminal
from netviz.render.fold import cell_width
from netviz.render.text import sheet_to_text
from netviz.theme import FAMILY_COLORS, SEVERITY_COLORS
from netviz.views import Column, Row, Sheet, Table

SHEETS = st.from_type(Sheet)
WIDTHS = st.none() | st.integers(1, 300)


def widest(text: str) -> int:
    return max(map(cell_width, text.splitlines()), default=0)


def ink(text: str) -> Counter[str]:
    """The characters of a text that are neither blank nor drawn by the renderer."""
    return Counter(re.sub("[\\s─│├└]", "", text))


@settings(deadline=None, max_examples=60)
@given(sheet=SHEETS, width=WIDTHS)
def test_holds_nothing_that_a_terminal_obeys(sheet: Sheet, width: int | None) -> None:
    text = sheet_to_text(sheet, width=width)
    assert text.endswith("\n")
    assert all(char.isprintable() or char == "\n" for char in text)
    text.encode("utf-8")


@settings(deadline=None, max_examples=60)
@given(sheet=SHEETS, width=WIDTHS)
def test_colour_does_not_change_the_text(sheet: Sheet, width: int | None) -> None:
    colored = sheet_to_text(sheet, width=width, color=True)
    assert re.sub("\x1b\\[[0-9;]*m", "", colored) == sheet_to_text(sheet, width=width)


@settings(deadline=None, max_examples=60)
@given(sheet=SHEETS)
def test_every_cell_is_there(sheet: Sheet) -> None:
    text = sheet_to_text(sheet)
    for table in sheet.tables:
        for row in table.rows:
            for column, cell in zip(table.columns, row.cells, strict=True):
                assert cell_text(column.kind, cell, terminal).rstrip() in text


@settings(deadline=None, max_examples=100)
@given(sheet=SHEETS, width=st.integers(1, 300))
def test_folding_loses_nothing(sheet: Sheet, width: int) -> None:
    assert ink(sheet_to_text(sheet, width=width)) == ink(sheet_to_text(sheet))


@settings(deadline=None, max_examples=100)
@given(sheet=SHEETS, width=st.integers(1, 300))
def test_lines_keep_to_the_width_where_breaks_allow_it(sheet: Sheet, width: int) -> None:
    natural = sheet_to_text(sheet)
    assert widest(sheet_to_text(sheet, width=width)) <= max(width, widest(sheet_to_text(sheet, width=1)))
    assert sheet_to_text(sheet, width=max(1, widest(natural))) == natural


@given(values=st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=9), names=st.data())
def test_numbers_end_in_one_column(values: list[int], names: st.DataObject) -> None:
    labels = names.draw(st.lists(st.text("aé漢_", max_size=9), min_size=len(values), max_size=len(values)))
    rows = tuple(Row((label, value)) for label, value in zip(labels, values, strict=True))
    table = Table("t", (Column("n", "Name"), Column("v", "Parameters", "count")), rows)
    for width in (None, 20):
        lines = [
            line
            for line in sheet_to_text(Sheet("t", (table,)), width=width).splitlines()[2:]
            if line[-1] in "─0123456789"
        ]
        assert len(lines) == len(values) + 1
        assert len(set(map(cell_width, lines))) == 1


def test_numbers_and_shapes_stay_whole_while_there_is_another_way(resnet: Sheet) -> None:
    text = sheet_to_text(resnet, width=120)
    assert widest(text) <= 120
    assert text.count("(None, 56, 56, 256)") == 36
    assert text.count("147,712") == 12


def test_total_stands_under_a_rule(lenet: Sheet) -> None:
    lines = sheet_to_text(lenet).splitlines()
    total = next(number for number, line in enumerate(lines) if line.startswith("Total"))
    assert set(lines[total - 1]) == {"─"}


def test_colours_are_those_of_the_families(lenet: Sheet) -> None:
    text = sheet_to_text(lenet, color=True)
    assert f"\x1b[38;5;{FAMILY_COLORS['convolution'].ansi}mConv2D\x1b[0m" in text
    assert f"\x1b[1;38;5;{SEVERITY_COLORS['danger'].ansi}mdanger\x1b[0m" in text


def test_branches_show_the_nesting(siamese: Sheet) -> None:
    lines = [line[:11].rstrip() for line in sheet_to_text(siamese).splitlines()[6:12]]
    assert lines == ["encoder", "├ block_1", "│ ├ conv2d", "│ └ pool", "├ attend", "├ norm"]


@pytest.mark.parametrize("tables", [(), (Table("t", (), ()),), (Table("t", (), (), heading=False),)])
def test_sheet_without_content_is_its_title(tables: tuple[Table, ...]) -> None:
    assert sheet_to_text(Sheet("empty", tables), width=80).split() == ["empty"]
