from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.render.cells import bytes_text, cell_text, count_totals, share_text, tree_marks
from netviz.views import Kind, Row


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("text", "conv", "conv"),
        ("text", 61706, "61,706"),
        ("count", 61706, "61,706"),
        ("count", -1024, "-1,024"),
        ("count", 1 << 200, "2^200"),
        ("count", None, "?"),
        ("count", "", ""),
        ("share", 0.1234, "12.3 %"),
        ("share", 0.0, "0.0 %"),
        ("share", 0.0001, "<0.1 %"),
        ("share", 0.99999, ">99.9 %"),
        ("share", 1.0, "100.0 %"),
        ("share", float("nan"), "?"),
        ("shapes", ((None, 224, 224, 3),), "(None, 224, 224, 3)"),
        ("shapes", ((None,), ()), "(None,), ()"),
        ("shapes", ((None, 8), None), "(None, 8), ?"),
        ("shapes", (), ""),
        ("bytes", 102_558_720, "97.8 MB"),
        ("bytes", 1023, "1023 B"),
        ("bytes", 1 << 20, "1.0 MB"),
        ("bytes", (1 << 20) - 1, "1.0 MB"),
        ("lengths", (483, 1_000, None), "483 × 1,000 × ?"),
        ("lengths", (2, 0.5, 1 / 3), "2 × 0.5 × 0.3333"),
        ("lengths", "whole", "whole"),
        ("lengths", (), ""),
        ("flag", True, "yes"),
        ("flag", False, "no"),
        ("items", ("a", "b"), "a, b"),
        ("formula", "9·8 + 8", "9·8 + 8"),
        ("severity", "danger", "danger"),
    ],
)
def test_wording(kind: Kind, value: object, text: str) -> None:
    assert cell_text(kind, value) == text


@given(st.floats(0, 1))
def test_shares_have_one_decimal(value: float) -> None:
    number, unit = share_text(value).split(" ")
    assert unit == "%"
    assert abs(float(number.strip("<>")) - 100 * value) <= 0.1


@given(st.integers(0, 1 << 69))
def test_bytes_are_within_half_a_tenth(value: int) -> None:
    number, unit = bytes_text(value).split(" ")
    size = 1024 ** ("B", "KB", "MB", "GB", "TB", "PB", "EB").index(unit)
    assert abs(float(number.replace(",", "")) - value / size) <= 0.0501
    assert float(number.replace(",", "")) < 1024


@given(st.lists(st.integers(0, 30), max_size=20))
def test_branches_join(depths: list[int]) -> None:
    marks = tree_marks([Row((), depth=depth) for depth in depths])
    for depth, mark in zip(depths, marks, strict=True):
        assert len(mark) == 2 * min(depth, 16)
    # Whatever goes on downwards meets a branch, a corner or itself; nothing hangs in the air.
    for above, below in zip(marks, [*marks[1:], ""], strict=False):
        for place, char in enumerate(above):
            if char in "│├":
                assert below[place : place + 1] in ("│", "├", "└")


def test_totals_end_a_table() -> None:
    plain, strong = Row(()), Row((), strong=True)
    assert count_totals([plain, strong, plain, strong, strong]) == 2
    assert count_totals([strong, strong]) == 0
    assert count_totals([]) == 0
