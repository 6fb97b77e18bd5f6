"""Numbers and lists as a sentence has them: "1 value", "1,024 values", "a, b and 3 more"; and numbers in settings."""

from __future__ import annotations

from collections.abc import Sequence

NAMED = 3
"""How many names a note gives; of more it says how many."""

PLURALS = {"infinity": "infinities", "NaN": "NaN"}


def number(count: int, noun: str) -> str:
    """ "1 value", "1,024 values"."""
    return f"{count:,} {noun if count == 1 else PLURALS.get(noun, f'{noun}s')}"


def part(count: int, size: int, noun: str) -> str:
    """What goes before "zero": "1 of 64 filters is", "1,024 of 2,048 values are", "the only value is"."""
    if size == 1:
        return f"the only {noun} is"
    return f"{count:,} of {number(size, noun)} {'is' if count == 1 else 'are'}"


def listed(names: Sequence[str]) -> str:
    """ "a", "a and b", "a, b, c and 3 more"."""
    shown, rest = list(names[:NAMED]), len(names) - NAMED
    if rest > 0:
        shown.append(f"{rest:,} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def real(setting: object) -> float | None:
    """A number in a setting; None for what is no number, or one too large for a float."""
    if isinstance(setting, bool) or not isinstance(setting, int | float):
        return None
    try:
        return float(setting)
    except OverflowError:
        return None
