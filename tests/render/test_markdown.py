from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from netviz.render.markdown import sheet_to_markdown
from netviz.views import Sheet


def pipes(line: str) -> int:
    """How many pipes of a line separate cells."""
    return re.sub(r"\\.", "", line).count("|")


@settings(deadline=None, max_examples=100)
@given(sheet=st.from_type(Sheet))
def test_tables_keep_their_columns(sheet: Sheet) -> None:
    lines = sheet_to_markdown(sheet).split("\n")
    tables = [table for table in sheet.tables if table.heading]
    wanted = [len(table.columns) + 1 for table in tables for _ in range(len(table.rows) + 2)]
    assert [pipes(line) for line in lines if line.startswith("| ")] == wanted
    facts = sum(len(table.rows) for table in sheet.tables if not table.heading)
    assert sum(line.startswith("- ") for line in lines) == facts


def test_numbers_are_aligned_to_the_right(lenet: Sheet) -> None:
    _, rule = [line for line in sheet_to_markdown(lenet).splitlines() if line.startswith("| ")][:2]
    assert [cell.strip().endswith(":") for cell in rule.strip("|").split("|")] == [False] * 3 + [True] + [False] * 2
