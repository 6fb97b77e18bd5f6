"""Numbers on connections, where none covers another; few networks are small enough for that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from netviz.figures import Network
from netviz.render.figure.look import Look, width_of
from netviz.render.figure.neurons_lines import line_ends
from netviz.render.figure.neurons_place import Places, Taken, Turn
from netviz.render.figure.neurons_words import number, signed
from netviz.render.figure.picture import Part, Point, Shape, Text

MOST = 24
"""Connections from one column to the next that can have numbers."""

SPOTS = (0.36, 0.5, 0.64, 0.3, 0.7, 0.43, 0.57, 0.25, 0.75)
"""Where on a connection its number may stand, as a share of its visible part, the best first."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A connection that gets a number, on paper."""

    text: str
    start: Point
    stop: Point


def are_few(network: Network) -> bool:
    """Whether no two columns have too many connections for numbers."""
    columns = {one.id: one for one in network.neurons}
    counts: dict[int, int] = {}
    for one in network.connections:
        if not one.single and not one.gap:
            column = columns[one.head].column
            counts[column] = counts.get(column, 0) + len(columns[one.tail].shown) * len(columns[one.head].shown)
    return max(counts.values(), default=0) <= MOST


def numbered(network: Network, places: Places, turn: Turn) -> list[Numbered]:
    """All connections of known weight with their numbers, those of the bias units included."""
    neurons = {one.id: one for one in network.neurons}
    times = "·" if network.sample else ""
    found = []
    for one in network.connections:
        if one.weights is not None and not one.gap:
            for row, column, start, stop in line_ends(one, neurons[one.tail], neurons[one.head], places):
                text = times + number(one.weights[row][column])
                found.append(Numbered(text, turn(*start), turn(*stop)))
    for column, start in places.biases.items():
        for head in network.neurons:
            if head.column == column + 1 and head.biases is not None:
                stand = places.stands[head.id]
                for across, value in zip(stand.across, head.biases, strict=True):
                    found.append(Numbered(signed(value), turn(*start), turn(stand.along, across)))
    return found


def number_shapes(lines: Sequence[Numbered], look: Look, taken: Taken, radius: float) -> list[Shape] | None:
    """The numbers on their connections; None where they cannot be laid without covering one another.

    Each stands where the fewest other connections run.
    """
    size = look.small
    shapes: list[Shape] = []
    for line in lines:
        wide, tall = width_of(line.text, size) + 3, size * 1.2
        best: tuple[float, int, tuple[float, float, float, float], Point] | None = None
        for rank, spot in enumerate(SPOTS if len(lines) > 1 else (0.5, *SPOTS)):
            x, y = _at(line, spot, radius)
            box = (x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2)
            if not taken.free(box):
                continue
            crossings = sum(other is not line and _crosses(other, box) for other in lines)
            if best is None or (crossings, rank) < best[:2]:
                best = (crossings, rank, box, (x, y))
        if best is None:
            return None
        taken.take([best[2]])
        x, y = best[3]
        shapes.append(Text(x, y + size * 0.34, line.text, size, "middle", halo=True))
    return [Part(tuple(shapes), "numbers")]


def _at(line: Numbered, share: float, radius: float) -> Point:
    """The point at that share of the part that no neuron covers."""
    (a, b), (c, d) = line.start, line.stop
    length = max(((c - a) ** 2 + (d - b) ** 2) ** 0.5, 1e-6)
    begin, end = radius / length, 1 - radius / length
    place = begin + (end - begin) * share
    return a + (c - a) * place, b + (d - b) * place


def _crosses(line: Numbered, box: tuple[float, float, float, float]) -> bool:
    """Whether a connection runs through a rectangle: Liang and Barsky's clipping leaves something of it."""
    (a, b), (c, d) = line.start, line.stop
    begin, end = 0.0, 1.0
    for step, low, high in ((c - a, box[0] - a, box[2] - a), (d - b, box[1] - b, box[3] - b)):
        if abs(step) < 1e-9:
            if low > 0 or high < 0:
                return False
            continue
        near, far = sorted((low / step, high / step))
        begin, end = max(begin, near), min(end, far)
    return begin < end
