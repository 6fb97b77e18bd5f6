"""How formulas of parameter counts are written: `·` multiplies."""

from __future__ import annotations

from netviz.model import Shape


def times(*lengths: int | None) -> str:
    """The product of the lengths as text, "3·3·64"; "1" for none."""
    return "·".join(str(length) for length in lengths) or "1"


def sum_of_products(shapes: tuple[Shape, ...]) -> str:
    """The product of each shape, added up: "128·64 + 64"."""
    return " + ".join(times(*shape) for shape in shapes)
