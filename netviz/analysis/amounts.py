"""Amounts in the few characters that a line or a plot has room for: counts in three digits, bytes as in tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

SI = ("", "k", "M", "G", "T", "P", "E")
"""Steps of 1000."""

BYTES = ("B", "KB", "MB", "GB", "TB", "PB", "EB")
"""Steps of 1024, under the names that Keras prints."""


def short(value: int | None) -> str:
    """4089284608 as "4.09 G", 118013952 as "118 M"; "?" for None."""
    if value is None:
        return "?"
    step, unit = scaled([value], SI)
    return f"{_digits(value, step)} {unit}".strip()


def size(value: int | None) -> str:
    """9633792 bytes as "9.2 MB"; "?" for None. As the cells of tables and the page's script write them.

    In whole numbers throughout, a half upwards: a file may claim more than a float holds.
    """
    if value is None:
        return "?"
    if value < 1024:
        return f"{value} {BYTES[0]}"
    # A unit is left when its rounded number would need a fourth digit before the point, "1024.0 KB".
    place = 1
    while place < len(BYTES) - 1 and value * 20 >= (20 * 1024 - 1) * 1024**place:
        place += 1
    tenths = (value * 20 + 1024**place) // (2 * 1024**place)
    if tenths >= 1 << 128:  # what no model can have
        return f"2^{value.bit_length() - 1 - 10 * place} {BYTES[place]}"
    return f"{tenths // 10:,}.{tenths % 10} {BYTES[place]}"


MOST_FLOAT = 1 << 1000
"""What is more is no number that can be drawn: near the end of what a float holds."""


def amount(value: int | None, step: int = 1) -> float | None:
    """How many steps a value is, None for one that is unknown or too large to be drawn."""
    return None if value is None or value >= MOST_FLOAT else value / step


def percent(share: float) -> str:
    """0.0288 as "2.9 %", as tables have it."""
    if 0 < share < 0.0005:
        return "<0.1 %"
    return ">99.9 %" if 0.9995 <= share < 1 else f"{100 * share:.1f} %"


def scaled(values: Iterable[int | None], units: Sequence[str]) -> tuple[int, str]:
    """What to divide by, and the unit, so that the greatest is a number of at most three digits before the point."""
    step = 1024 if units is BYTES else 1000
    most = max((value for value in values if value), default=0)
    place = 0
    while place < len(units) - 1 and most * 2 >= 1999 * step**place:  # 999.5 and more would be written as 1,000
        place += 1
    return step**place, units[place]


def _digits(value: int, step: int) -> str:
    """Three digits, and all those before the point; what no model can have as a power of two."""
    if value >= 1 << 200:
        return f"2^{value.bit_length() - step.bit_length()}"
    amount = value / step
    return f"{amount:,.0f}" if amount >= 99.95 else f"{amount:.3g}"
