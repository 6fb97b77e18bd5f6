from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.render.fold import BREAKS, breakable, cell_width, extent, fit, fold
from netviz.views import Kind

KINDS = st.sampled_from(list(BREAKS))
TEXT = st.text("ab_/.,· ()+=12漢", max_size=80)


@pytest.mark.parametrize(("text", "width"), [("abc", 3), ("漢字", 4), ("e\u0301", 1), ("", 0), ("🙂", 2)])
def test_width(text: str, width: int) -> None:
    assert cell_width(text) == width


@pytest.mark.parametrize(
    ("kind", "text", "width", "lines"),
    [
        ("items", "block_1_conv, block_2_conv", 14, ["block_1_conv,", "block_2_conv"]),
        ("items", "stage_one_conv", 10, ["stage_one_", "conv"]),
        ("items", "pkg>Layer>, b", 7, ["pkg>", "Layer>,", "b"]),
        ("class", "GlobalAveragePooling2D", 15, ["GlobalAverage", "Pooling2D"]),
        ("class", "Conv2D", 3, ["Conv2D"]),
        ("shapes", "(None, 8), (None, 4)", 12, ["(None, 8),", "(None, 4)"]),
        ("shapes", "(None, 224, 224, 3)", 12, ["(None, 224,", "224, 3)"]),
        ("formula", "5·5·16·16 + 16", 12, ["5·5·16·16", "+ 16"]),
        ("formula", "5·5·16·16 + 16", 6, ["5·5·16", "·16", "+ 16"]),
        ("count", "1,234,567", 3, ["1,234,567"]),
    ],
)
def test_breaks_at_the_best_place(kind: Kind, text: str, width: int, lines: list[str]) -> None:
    assert fold(text, BREAKS.get(kind, ()), width) == lines


@given(TEXT, KINDS, st.integers(1, 60))
def test_lines_fit_if_the_widest_piece_does(text: str, kind: Kind, width: int) -> None:
    breaks = BREAKS[kind]
    lines = fold(text, breaks, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert max(cell_width(line.rstrip(" ")) for line in lines) <= max(width, extent(text, breaks)[-1])


@given(st.lists(st.tuples(KINDS, st.lists(TEXT, min_size=1, max_size=6)), min_size=1, max_size=5), st.integers(-9, 200))
def test_columns_take_the_room_there_is(columns: list[tuple[Kind, list[str]]], room: int) -> None:
    extents = [(kind, [extent(text, BREAKS[kind]) for text in texts]) for kind, texts in columns]
    widths = fit(extents, room)
    natural = [max(whole for whole, *_ in sizes) for _, sizes in extents]
    narrowest = [
        min(wide, max(1, max(size[-1] for size in sizes))) for wide, (_, sizes) in zip(natural, extents, strict=True)
    ]
    assert sum(widths) == min(sum(natural), max(room, sum(narrowest)))
    assert all(low <= width <= high for low, width, high in zip(narrowest, widths, natural, strict=True))


@given(TEXT, KINDS)
def test_marks_are_all_that_is_added(text: str, kind: Kind) -> None:
    assert breakable(text, kind, str, "|").replace("|", "") == text
