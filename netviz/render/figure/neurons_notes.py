"""Words of the user's at layers of neurons: a bracket over the columns that they are for, in as many rows as needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from netviz.figures import Annotation, Network
from netviz.render.figure.frame import Bounds
from netviz.render.figure.look import Look, lines_of
from netviz.render.figure.neurons_place import Places, Turn
from netviz.render.figure.neurons_words import LEADING, Line, stacked, tall, wide
from netviz.render.figure.picture import Move, Part, Path, Shape, Straight

HOOK = 5.0
"""Pixels that the ends of a bracket are long."""
ROOM = 130.0
"""Pixels for words beside a figure that runs from top to bottom."""


def note_shapes(network: Network, places: Places, turn: Turn, look: Look, bounds: Bounds, room: float) -> list[Shape]:
    """The annotations above what is within `bounds`, or at its right; words above take no more than `room` pixels."""
    columns = {one.id: one.column for one in network.neurons}
    rows: list[list[tuple[float, float]]] = []
    heights: list[float] = []
    found: list[tuple[int, Annotation, float, float, list[Line], float]] = []
    for note in network.annotations:
        begin, end = _ends(note, columns, places, turn, look)
        beside = ROOM if look.width is None else max(62.0, min(ROOM, 0.2 * look.width))
        limit = room if look.sideways else beside
        lines = [Line(text, look.small, "accent") for text in lines_of(note.text, look.small, limit, 6)]
        half = (wide(lines) if look.sideways else tall(lines)) / 2
        middle = (begin + end) / 2
        if look.sideways:
            middle = max(bounds.left + half, min(middle, bounds.right - half))
        span = (min(begin, middle - half) - 4, max(end, middle + half) + 4)
        row = next((place for place, taken in enumerate(rows) if _free(span, taken)), len(rows))
        if row == len(rows):
            rows.append([])
            heights.append(0.0)
        rows[row].append(span)
        heights[row] = max(heights[row], tall(lines) if look.sideways else wide(lines))
        found.append((row, note, begin, end, lines, middle))
    shapes: list[Shape] = []
    for row, note, begin, end, lines, middle in found:
        offset = 8 + sum(heights[:row]) + row * (HOOK + 14)
        draw = _above if look.sideways else _beside
        edge = bounds.top - offset if look.sideways else bounds.right + offset
        shapes.append(Part(tuple(draw(edge, begin, end, lines, middle)), "annotation", "", note.text))
    return shapes


def _free(span: tuple[float, float], taken: Sequence[tuple[float, float]]) -> bool:
    return not any(span[0] < end and begin < span[1] for begin, end in taken)


def _ends(note: Annotation, columns: Mapping[str, int], places: Places, turn: Turn, look: Look) -> tuple[float, float]:
    """Where a bracket begins and ends: in x above a figure, in y beside it."""
    axis = 0 if look.sideways else 1
    reach = places.sizes.radius + 4
    at = sorted(turn(places.columns[columns[id]], 0.0)[axis] for id in (note.first, note.last))
    return at[0] - reach, at[1] + reach


def _above(edge: float, begin: float, end: float, lines: Sequence[Line], middle: float) -> list[Shape]:
    bracket = (Move((begin, edge)), Straight((begin, edge - HOOK)), Straight((end, edge - HOOK)), Straight((end, edge)))
    words = stacked(lines, middle, edge - HOOK - 3 - tall(lines), "middle")
    return [Path(bracket, None, "accent", 0.9), *words]


def _beside(edge: float, begin: float, end: float, lines: Sequence[Line], middle: float) -> list[Shape]:
    bracket = (Move((edge, begin)), Straight((edge + HOOK, begin)), Straight((edge + HOOK, end)), Straight((edge, end)))
    words = stacked(lines, edge + HOOK + 5, middle - lines[0].size * LEADING * len(lines) / 2, "start")
    return [Path(bracket, None, "accent", 0.9), *words]
