"""Whole numbers that are arguments of verbs."""

from __future__ import annotations

import operator
from typing import Any

from netviz.errors import UsageError


def whole_number(name: str, value: Any, least: int, most: int | None = None) -> int:
    """The value as an int, which may be one of numpy's; raises UsageError for what is none in that range."""
    try:
        number = None if isinstance(value, bool) else operator.index(value)
    except (TypeError, ValueError, OverflowError):
        number = None
    if number is None or number < least or (most is not None and number > most):
        upto = f" to {most:,}" if most is not None else ""
        raise UsageError(f"{name} {value!r:.80} is not possible", f"Give a whole number from {least}{upto}.")
    return number
