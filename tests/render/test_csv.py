from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netviz.render.cells import count_totals
from netviz.render.csv import sheet_to_csv
from netviz.views import NUMERIC, Sheet


def read(text: str) -> list[list[str]]:
    csv.field_size_limit(1 << 20)
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


@settings(deadline=None, max_examples=100)
@given(sheet=st.from_type(Sheet))
def test_has_the_rows_and_cells_of_the_first_table(sheet: Sheet) -> None:
    table = sheet.tables[0]
    text = sheet_to_csv(sheet)
    text.encode("utf-8")
    head, *rows = read(text)
    assert head == [column.key for column in table.columns]
    listed = table.rows[: len(table.rows) - count_totals(table.rows)]
    for cells, row in zip(rows, listed, strict=True):
        for column, cell, value in zip(table.columns, cells, row.cells, strict=True):
            if isinstance(value, int) and column.kind in NUMERIC and value < 1 << 4000:
                assert int(cell) == value


def test_values_are_raw(lenet: Sheet, siamese: Sheet) -> None:
    rows = read(sheet_to_csv(lenet))
    assert rows[7] == ["c5", "Dense", "(None, 120)", "48120", "400·120 + 120", "flatten"]
    assert rows[9] == ["scale", "MyScale", "?", "", "", "f6"]
    assert read(sheet_to_csv(siamese))[3][3:] == ["3890000", "0.9725", "true", "15560000"]


def test_sheet_without_tables_is_empty() -> None:
    assert sheet_to_csv(Sheet("t", ())) == ""


@pytest.mark.parametrize(
    "line", ["name,class,output,params,how,inputs", 'output,Dense,"(None, 10)",850,84·10 + 10,scale']
)
def test_lines_end_with_a_plain_newline(lenet: Sheet, line: str) -> None:
    assert f"{line}\n" in sheet_to_csv(lenet)
