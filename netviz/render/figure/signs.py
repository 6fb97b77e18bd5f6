"""What stands in the circle of a merge: strokes, not letters, so that it sits in the middle in every font."""

from __future__ import annotations

from netviz.render.figure.picture import Bend, Circle, Move, Paint, Path, Point, Shape, polyline

SIGNS = ("+", "−", "×", "÷", "·", "concat", "max", "min", "mean")
"""The signs of merges that have a circle."""


def sign_shapes(sign: str, radius: float, paint: Paint) -> tuple[Shape, ...]:
    """The sign around (0, 0) in a circle of that radius."""
    arm = radius * 0.5
    if sign == "·":
        return (Circle(0.0, 0.0, radius * 0.2, paint),)
    if sign == "÷":
        dots = (Circle(0.0, y * arm, radius * 0.12, paint) for y in (-0.8, 0.8))
        return (polyline(((-arm, 0.0), (arm, 0.0)), paint, radius * 0.16), *dots)
    if sign == "mean":
        wave = (Move((-arm, radius * 0.1)), Bend((-arm / 3, -arm), (arm / 3, arm), (arm, -radius * 0.1)))
        return (Path(wave, None, paint, radius * 0.16),)
    return tuple(
        polyline(tuple((x * arm, y * arm) for x, y in stroke), paint, radius * 0.16) for stroke in _STROKES[sign]
    )


_STROKES: dict[str, tuple[tuple[Point, ...], ...]] = {
    "+": (((-1, 0), (1, 0)), ((0, -1), (0, 1))),
    "−": (((-1, 0), (1, 0)),),
    "×": (((-0.75, -0.75), (0.75, 0.75)), ((-0.75, 0.75), (0.75, -0.75))),
    "concat": (((-0.42, -1), (-0.42, 1)), ((0.42, -1), (0.42, 1))),
    "max": (((-0.9, 0.7), (0, -0.8), (0.9, 0.7)),),
    "min": (((-0.9, -0.7), (0, 0.8), (0.9, -0.7)),),
}
