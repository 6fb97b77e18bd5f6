"""Drawings of every direction turned to lead from top to bottom, and back; the rest of this room knows only that."""

from __future__ import annotations

from collections.abc import Callable

from netviz.render.layout.dot import Drawing
from netviz.render.layout.geometry import Curve, Direction, Place

Point = tuple[float, float]


def upright(drawing: Drawing, direction: Direction) -> Drawing:
    """The drawing, turned so that its links lead from top to bottom."""
    width, height = drawing.width, drawing.height
    turns: dict[Direction, Callable[[float, float], Point]] = {
        "BT": lambda x, y: (x, height - y),
        "LR": lambda x, y: (y, x),
        "RL": lambda x, y: (y, width - x),
    }
    return _turned(drawing, turns[direction], direction != "BT") if direction in turns else drawing


def turned_back(drawing: Drawing, direction: Direction) -> Drawing:
    """The drawing that leads from top to bottom, turned so that it leads in that direction."""
    height = drawing.height
    turns: dict[Direction, Callable[[float, float], Point]] = {
        "BT": lambda x, y: (x, height - y),
        "LR": lambda x, y: (y, x),
        "RL": lambda x, y: (height - y, x),
    }
    return _turned(drawing, turns[direction], direction != "BT") if direction in turns else drawing


def _turned(drawing: Drawing, turn: Callable[[float, float], Point], sideways: bool) -> Drawing:
    def place(old: Place) -> Place:
        xs, ys = zip(turn(old.x, old.y), turn(old.x + old.width, old.y + old.height), strict=True)
        width, height = (old.height, old.width) if sideways else (old.width, old.height)
        return Place(min(xs), min(ys), width, height)

    return Drawing(
        *((drawing.height, drawing.width) if sideways else (drawing.width, drawing.height)),
        tuple(place(old) for old in drawing.nodes),
        tuple(place(old) for old in drawing.clusters),
        {index: Curve(tuple(turn(x, y) for x, y in curve.points)) for index, curve in drawing.curves.items()},
    )
