"""Values, shapes and what is no number, in the few characters that stand in a plot."""

from __future__ import annotations

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def lost_words(size: int, nan: int, infinite: int) -> str:
    """What of so many values is no finite number: "all 100 NaN", "1 NaN, 2 infinite"; "" where nothing is."""
    parts = [(nan, "NaN"), (infinite, "infinite")]
    return ", ".join(f"{'all ' if count == size else ''}{count:,} {word}" for count, word in parts if count)


def value_words(value: float, digits: int = 2) -> str:
    """A number in a few digits: 0.012, −4.6, 12,000, 3.1·10⁻⁸."""
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    if not exponent:
        return mantissa.replace("inf", "∞").replace("nan", "NaN").replace("-", "\N{MINUS SIGN}")
    power = int(exponent) if value else 0
    plain = -4 <= power < 6
    text = f"{float(f'{mantissa}e{exponent}'):,.{max(0, digits - 1 - power)}f}" if plain else mantissa
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "\N{MINUS SIGN}") + ("" if plain else f"·10{str(power).translate(SUPERSCRIPTS)}")


def shape_words(shape: tuple[int | None, ...] | None) -> str:
    """A shape as 3×3×64."""
    if shape is None:
        return "?"
    return "×".join("?" if axis is None else str(axis) for axis in shape) or "scalar"
