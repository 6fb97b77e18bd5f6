"""Words of the user's at layers of neurons: a brace over the columns that they are for, in as many rows as needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from netviz.figures import Annotation, Network
from netviz.render.figure.frame import Bounds
from netviz.render.figure.look import Look, lines_of
from netviz.render.figure.marks import BRACE, WORDS_LINES, WORDS_ROOM, brace
from netviz.render.figure.neurons.place import Places
from netviz.render.figure.neurons.words import Line, stacked, tall, whole_lines, wide
from netviz.render.figure.picture import Part, Shape
from netviz.render.figure.turning import Turn

FREE = 8.0
"""Pixels between a figure and the braces, and between one row of them and the next."""
LEAST_ROOM = 62.0
"""Pixels that words beside a figure take at least, where the width is given."""


def own_notes(network: Network) -> dict[str, list[Annotation]]:
    """By layer the annotations that stand at it, with its other words: it shares its column with others."""
    columns: dict[int, int] = {}
    for one in network.neurons:
        columns[one.column] = columns.get(one.column, 0) + 1
    crowded = {one.id for one in network.neurons if columns[one.column] > 1}
    found: dict[str, list[Annotation]] = {}
    for note in network.annotations:
        if note.first == note.last and note.first in crowded:
            found.setdefault(note.first, []).append(note)
    return found


def note_lines(notes: Iterable[Annotation], look: Look, room: float, most: float = 0.0) -> list[Line]:
    """The words of annotations, line by line; `most` is the room where a word is too long for `room`."""
    return [Line(text, look.size, "ink") for note in notes for text in _broken(note.text, look, room, most)]


def _broken(text: str, look: Look, room: float, most: float) -> Sequence[str]:
    for wider in (room, min(1.4 * room, most), min(2 * room, most)):
        found = whole_lines(text, look.size, wider, WORDS_LINES)
        if found:
            return found
    return lines_of(text, look.size, room, WORDS_LINES)


def note_shapes(network: Network, places: Places, turn: Turn, look: Look, bounds: Bounds) -> list[Shape]:
    """The annotations above what is within `bounds`, or at its right."""
    columns = {one.id: one.column for one in network.neurons}
    own = [note for notes in own_notes(network).values() for note in notes]
    rows: list[list[tuple[float, float]]] = []
    heights: list[float] = []
    found: list[tuple[int, Annotation, tuple[float, float], list[Line], float]] = []
    for note in network.annotations:
        if note in own:
            continue
        ends = [places.columns[columns[one]] for one in (note.first, note.last)]
        reach = places.sizes.radius + 4
        ends = [min(ends) - reach, max(ends) + reach]
        most = bounds.right - bounds.left if turn.sideways else 0.0
        lines = note_lines([note], look, _room(look, bounds, ends[1] - ends[0]), most)
        half = (wide(lines, look) if turn.sideways else tall(lines)) / 2
        middle = sum(turn(along, 0.0)[not turn.sideways] for along in ends) / 2
        if turn.sideways:
            middle = max(bounds.left + half, min(middle, bounds.right - half))
        on_paper = sorted(turn(along, 0.0)[not turn.sideways] for along in ends)
        span = (min(on_paper[0], middle - half) - 4, max(on_paper[1], middle + half) + 4)
        row = next((place for place, taken in enumerate(rows) if _free(span, taken)), len(rows))
        if row == len(rows):
            rows.append([])
            heights.append(0.0)
        rows[row].append(span)
        heights[row] = max(heights[row], tall(lines) if turn.sideways else wide(lines, look))
        found.append((row, note, (ends[0], ends[1]), lines, middle))
    shapes: list[Shape] = []
    for row, note, (begin, end), lines, middle in found:
        offset = FREE + sum(heights[:row]) + row * (BRACE + FREE + 4)
        edge = bounds.top - offset if turn.sideways else bounds.right + offset
        curl = brace(turn, begin, end, edge, -1 if turn.sideways else 1)
        if turn.sideways:
            words = stacked(lines, middle, edge - BRACE - 3 - tall(lines), "middle", look)
        else:
            words = stacked(lines, edge + BRACE + 4, middle - tall(lines) / 2, "start", look)
        shapes.append(Part((curl, *words), "annotation", "", note.text))
    return shapes


def _room(look: Look, bounds: Bounds, span: float) -> float:
    """Pixels for the words: as long as what they are for, where that is long; no wider than the figure."""
    if look.sideways:
        return min(max(WORDS_ROOM, span), max(bounds.right - bounds.left, LEAST_ROOM))
    return WORDS_ROOM if look.width is None else max(LEAST_ROOM, min(WORDS_ROOM, 0.2 * look.width))


def _free(span: tuple[float, float], taken: Sequence[tuple[float, float]]) -> bool:
    return not any(span[0] < end and begin < span[1] for begin, end in taken)
