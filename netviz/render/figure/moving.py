"""Shapes somewhere else: moved on the paper."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from netviz.render.figure.picture import Bend, Close, Part, Path, Point, Shape, Step


def moved(shapes: Iterable[Shape], x: float, y: float) -> tuple[Shape, ...]:
    """The shapes, so many pixels to the right and down."""
    return tuple(_moved(shape, x, y) for shape in shapes)


def _moved(shape: Shape, x: float, y: float) -> Shape:
    if isinstance(shape, Part):
        return replace(shape, shapes=moved(shape.shapes, x, y))
    if isinstance(shape, Path):
        return replace(shape, steps=tuple(_step(step, x, y) for step in shape.steps))
    return replace(shape, x=shape.x + x, y=shape.y + y)


def _step(step: Step, x: float, y: float) -> Step:
    def shifted(point: Point) -> Point:
        return point[0] + x, point[1] + y

    if isinstance(step, Close):
        return step
    if isinstance(step, Bend):
        return Bend(shifted(step.first), shifted(step.second), shifted(step.to))
    return replace(step, to=shifted(step.to))
