"""Numbers on connections, where none covers another; few networks are small enough for that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from netviz.figures import Network
from netviz.render.figure.look import Look, width_of
from netviz.render.figure.neurons.lines import bias_courses, courses, points_of, weight_of
from netviz.render.figure.neurons.place import Places, Taken
from netviz.render.figure.neurons.words import number, signed
from netviz.render.figure.picture import Bend, Part, Point, Shape, Step, Text
from netviz.render.figure.turning import Turn

MOST_UNASKED, MOST = 12, 24
"""Connections from one column to the next that have numbers by themselves, and where numbers are asked for."""

SPOTS = (0.36, 0.5, 0.64, 0.3, 0.7, 0.43, 0.57, 0.25, 0.75, 0.2, 0.8)
"""Where on a connection its number may stand, as a share of its length, the best first."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Numbered:
    """A connection on paper, as straight pieces, and the number that it gets, "" for none; it stands on `piece`."""

    text: str
    points: tuple[Point, ...]
    piece: tuple[Point, ...]


def most_between(network: Network) -> int:
    """How many connections two columns have at most, those shown."""
    columns = {one.id: one for one in network.neurons}
    counts: dict[int, int] = {}
    for one in network.connections:
        if not one.single and not one.gap:
            column = columns[one.head].column
            counts[column] = counts.get(column, 0) + len(columns[one.tail].shown) * len(columns[one.head].shown)
    return max(counts.values(), default=0)


def factor(weight: float) -> str:
    """A weight as what it multiplies: "·2", "·(−3.2)"."""
    text = number(weight)
    return f"·({text})" if text.startswith("−") else f"·{text}"


def numbered(network: Network, places: Places, turn: Turn) -> Iterator[Numbered]:
    """All connections with the numbers of those whose weight is known, and those of the bias units."""
    neurons = {one.id: one for one in network.neurons}
    written = factor if network.sample else number
    for one in network.connections:
        if not one.gap:
            for course in courses(one, neurons[one.tail], neurons[one.head], places, turn):
                weight = weight_of(one, course)
                yield _numbered("" if weight is None else written(weight), course.steps)
    for column in places.biases:
        for course, value in bias_courses(network, column, places, turn):
            yield _numbered("" if value is None else signed(value), course.steps)


def _numbered(text: str, steps: Sequence[Step]) -> Numbered:
    points = points_of(steps)
    piece = points[-11:] if isinstance(steps[-1], Bend) else points
    return Numbered(text, tuple(points), tuple(piece))


def number_shapes(lines: Sequence[Numbered], look: Look, taken: Taken, *, clear: bool) -> list[Shape] | None:
    """The numbers on their connections; None where they cannot be laid without covering one another.

    Each stands where the fewest other connections run, with `clear` only where none does.
    """
    size = look.small
    shapes: list[Shape] = []
    for line in lines:
        if not line.text:
            continue
        wide, tall = width_of(line.text, size) + 5, size * 1.35
        best: tuple[int, int, Box, Point] | None = None
        for rank, spot in enumerate(SPOTS if len(lines) > 1 else (0.5, *SPOTS)):
            x, y = _at(line.piece, spot)
            box = (x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2)
            if not taken.free(box):
                continue
            crossings = sum(other is not line and crosses(other.points, box) for other in lines)
            if best is None or (crossings, rank) < best[:2]:
                best = (crossings, rank, box, (x, y))
        if best is None or (clear and best[0]):
            return None
        taken.take([best[2]])
        x, y = best[3]
        shapes.append(Text(x, y + size * 0.34, line.text, size, "middle", halo=True))
    return [Part(tuple(shapes), "numbers")]


def _at(points: Sequence[Point], share: float) -> Point:
    """The point at that share of the length of a line."""
    lengths = [((c - a) ** 2 + (d - b) ** 2) ** 0.5 for (a, b), (c, d) in pairwise(points)]
    left = share * sum(lengths)
    for ((a, b), (c, d)), length in zip(pairwise(points), lengths, strict=True):
        if left <= length and length:
            return a + (c - a) * left / length, b + (d - b) * left / length
        left -= length
    return points[-1]


def crosses(points: Sequence[Point], box: Box) -> bool:
    """Whether a line of straight pieces runs through a rectangle."""
    return any(_cuts(start, stop, box) for start, stop in pairwise(points))


def _cuts(start: Point, stop: Point, box: Box) -> bool:
    """Whether a piece does: Liang and Barsky's clipping leaves something of it."""
    (a, b), (c, d) = start, stop
    if max(a, c) < box[0] or min(a, c) > box[2] or max(b, d) < box[1] or min(b, d) > box[3]:
        return False
    begin, end = 0.0, 1.0
    for step, low, high in ((c - a, box[0] - a, box[2] - a), (d - b, box[1] - b, box[3] - b)):
        if abs(step) < 1e-9:
            if low > 0 or high < 0:
                return False
            continue
        near, far = sorted((low / step, high / step))
        begin, end = max(begin, near), min(end, far)
    return begin < end
