"""How formulas of parameter counts are written: `·` multiplies."""

from __future__ import annotations

from netviz.model import Shape


def times(*lengths: int | None) -> str:
    """The product of the lengths as text, "3·3·64"; "1" for none."""
    return "·".join(map(written, lengths)) or "1"


def written(number: int | None) -> str:
    """The digits of a number; of one that no model can have, and Python refuses to write, the power of two below it."""
    if number is None or number.bit_length() <= 4096:
        return str(number)
    return f"{'-' if number < 0 else ''}2^{number.bit_length() - 1}"


def grouped(number: int) -> str:
    """A count with its thousands apart, "61,706"; one that no model can have as the power of two below it."""
    return f"{number:,}" if number.bit_length() <= 128 else f"2^{number.bit_length() - 1}"


def sum_of_products(shapes: tuple[Shape, ...]) -> str:
    """The product of each shape, added up: "128·64 + 64"."""
    return " + ".join(times(*shape) for shape in shapes)
