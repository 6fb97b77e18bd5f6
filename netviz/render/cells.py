"""One typed cell to plain text: the wording that all renderers share.

Parts are told apart so that a renderer can escape, elide and break each of them by itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from netviz.views import Kind, Row

UNKNOWN = "?"
_UNITS = ("B", "KB", "MB", "GB", "TB", "PB", "EB")

DEEPEST = 16
"""Levels that are still told apart by their indentation."""


def cell_text(kind: Kind, value: object, escaped: Callable[[str], str] = str) -> str:
    """The text of one cell on one line, each part of it escaped; "?" for None, "" where there is nothing to say."""
    return ", ".join(map(escaped, cell_parts(kind, value)))


def cell_parts(kind: Kind, value: object) -> tuple[str, ...]:
    """The parts of one cell as they are, not escaped: each shape or name by itself, everything else as one."""
    if value is None:
        return (UNKNOWN,)
    if isinstance(value, str):
        return (value,) if value else ()
    if kind == "shapes" and isinstance(value, Sequence):
        return tuple(shape_text(shape) for shape in value)
    if kind == "items" and isinstance(value, Iterable):
        return tuple(str(item) for item in value)
    if kind == "share" and isinstance(value, int | float):
        return (share_text(value),)
    if kind == "number" and isinstance(value, int | float):
        return (number_text(value),)
    if kind == "numbers" and isinstance(value, Sequence):
        return (*map(number_text, value), "…") if value else ()
    if kind == "lengths" and isinstance(value, Sequence):
        return (lengths_text(value),) if value else ()
    if kind == "bytes" and isinstance(value, int):
        return (bytes_text(value),)
    if isinstance(value, bool):
        return ("yes" if value else "no",)
    if isinstance(value, int):
        return (count_text(value),)
    return (str(value),)


def count_text(value: int) -> str:
    """61706 as "61,706"; what no model can have is rounded to a power of two."""
    if abs(value) < 1 << 128:
        return f"{value:,}"
    return f"{'-' if value < 0 else ''}2^{abs(value).bit_length() - 1}"


def shape_text(shape: Sequence[int | None] | None) -> str:
    """A shape as Python writes the tuple, "?" where it is unknown."""
    if shape is None:
        return UNKNOWN
    axes = ["None" if axis is None else str(axis) if abs(axis) < 1 << 128 else count_text(axis) for axis in shape]
    return f"({axes[0]},)" if len(axes) == 1 else f"({', '.join(axes)})"


def lengths_text(lengths: Sequence[int | float | None]) -> str:
    """(483, None) as "483 × ?": whole numbers in full, others with four significant digits."""
    return " × ".join(
        UNKNOWN if one is None else count_text(one) if isinstance(one, int) else number_text(one) for one in lengths
    )


def share_text(value: float) -> str:
    """0.123 as "12.3 %": one decimal always, so that the digits stand under one another."""
    if not math.isfinite(value):
        return UNKNOWN
    percent = 100 * value
    if 0 < percent < 0.05:
        return "<0.1 %"
    if 99.95 <= percent < 100:
        return ">99.9 %"
    return f"{percent:.1f} %"


def number_text(value: float) -> str:
    """0.0123456 as "0.01235": four significant digits."""
    return f"{value:.4g}"


def bytes_text(value: int) -> str:
    """102558720 as "97.8 MB", in steps of 1024 under the names that Keras prints."""
    if abs(value) < 1024:
        return f"{value} B"
    # A unit is left when its rounded number would need a fourth digit before the point, "1024.0 KB".
    step = 1
    while step < len(_UNITS) - 1 and abs(value) * 20 >= (20 * 1024 - 1) * 1024**step:
        step += 1
    tenths = (abs(value) * 20 + 1024**step) // (2 * 1024**step)
    return f"{'-' if value < 0 else ''}{count_text(tenths // 10)}.{tenths % 10} {_UNITS[step]}"


def count_totals(rows: Sequence[Row]) -> int:
    """How many strong rows end a table, which a rule sets off from the rows they sum up; 0 if there are no others."""
    return next((number for number, row in enumerate(reversed(rows)) if not row.strong), 0)


def tree_marks(rows: Sequence[Row]) -> list[str]:
    """The branch before the first cell of each row, "" at the top, "│ ├ " or "│ └ " below; two characters a level.

    Levels beyond the sixteenth are drawn as the sixteenth.
    """
    marks: list[str] = []
    follows = [False] * (DEEPEST + 1)  # by level: is there another row of this parent further down?
    for row in reversed(rows):
        depth = min(row.depth, DEEPEST)
        if depth:
            trunk = "".join("│ " if more else "  " for more in follows[1:depth])
            marks.append(trunk + ("├ " if follows[depth] else "└ "))
        else:
            marks.append("")
        follows[depth] = True
        follows[depth + 1 :] = [False] * (DEEPEST - depth)
    marks.reverse()
    return marks
