"""Amounts in the few characters that a line or a plot has room for: three digits and a unit."""

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
    """9633792 bytes as "9.19 MB"; "?" for None."""
    if value is None:
        return "?"
    step, unit = scaled([value], BYTES)
    return f"{_digits(value, step)} {unit}"


def percent(share: float) -> str:
    """0.0288 as "2.9 %"."""
    return "<0.1 %" if 0 < share < 0.0005 else f"{100 * share:.1f} %"


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
