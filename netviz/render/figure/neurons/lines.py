"""The connections between neurons: by colour and width what their weights are, or plain where these are not known."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from netviz.figures import Connections, Network, Neurons
from netviz.render.figure.look import Look
from netviz.render.figure.neurons.place import Places
from netviz.render.figure.picture import Bend, Circle, Move, Paint, Part, Path, Point, Shape, Step, Straight
from netviz.render.figure.turning import Turn

LEVELS = 8
"""Steps of width and opacity that weights are drawn in: lines of one step are one path."""
THIN, THICK = 0.45, 2.3
"""Widths of the weakest and the strongest connection, in pixels."""
FINEST = 0.35
"""No line is thinner: about a quarter of a point, what printers keep."""
FAINT, FULL = 0.36, 0.92
PLAIN_WIDTH = 0.7
DASH = (3.0, 2.0)
"""Negative weights without colours."""


@dataclass(frozen=True, slots=True)
class Course:
    """How a connection runs on paper, from rim to rim; it belongs to the neurons `row` and `column` of those shown."""

    row: int
    column: int
    steps: tuple[Step, ...]


def connection_shapes(network: Network, places: Places, turn: Turn, look: Look) -> list[Shape]:
    """All connections, the weak ones behind the strong ones."""
    neurons = {one.id: one for one in network.neurons}
    scale = min(1.0, max(0.5, min(places.sizes.pitch / 26, places.sizes.gap / 105)))
    shapes: list[Shape] = []
    for one in network.connections:
        tail, head = neurons[one.tail], neurons[one.head]
        if one.gap:
            shapes += _gap(one, neurons, places, turn)
            continue
        lines = [(course.steps, weight_of(one, course)) for course in courses(one, tail, head, places, turn)]
        shapes.append(Part(tuple(_drawn(lines, network.limit, scale, look)), "link", "", _title(one, tail, head)))
    for column in places.biases:
        lines = [(course.steps, value) for course, value in bias_courses(network, column, places, turn)]
        shapes.append(Part(tuple(_drawn(lines, network.limit, scale, look)), "link", "", "biases"))
    return shapes


def weight_of(one: Connections, course: Course) -> float | None:
    """The weight of a connection, None where it is not known."""
    return None if one.weights is None else one.weights[course.row][course.column]


def courses(one: Connections, tail: Neurons, head: Neurons, places: Places, turn: Turn) -> Iterator[Course]:
    """How the connections of two layers run: straight, or in curves past the columns between them."""
    begin, end = places.stands[one.tail], places.stands[one.head]
    numbers = {unit: place for place, unit in enumerate(head.shown)}
    for row, across in enumerate(begin.across):
        if one.single:
            mate = numbers.get(tail.shown[row] + one.begin)
            columns = [] if mate is None else [mate]
        else:
            columns = list(range(len(end.across)))
        lanes = [
            (places.columns[column], places.lanes[one.tail, column][row])
            for column in places.columns
            if tail.column < column < head.column
        ]
        for column in columns:
            start, stop = (begin.along, across), (end.along, end.across[column])
            run = _curved(start, lanes, stop, places, turn) if lanes else straight(turn(*start), turn(*stop), places)
            yield Course(row, column, run)


def bias_courses(network: Network, column: int, places: Places, turn: Turn) -> Iterator[tuple[Course, float | None]]:
    """The connections of the bias unit of a column to all neurons of the next that have a bias, with their values."""
    start = turn(*places.biases[column])
    for head in network.neurons:
        if head.column == column + 1 and head.biased:
            stand = places.stands[head.id]
            for place, across in enumerate(stand.across):
                value = head.biases[place] if head.biases else None
                yield Course(0, place, straight(start, turn(stand.along, across), places)), value


def straight(start: Point, stop: Point, places: Places) -> tuple[Step, ...]:
    """The line between two neurons, from rim to rim."""
    (a, b), (c, d) = start, stop
    length = math.hypot(c - a, d - b)
    share = min(0.45, (places.sizes.radius - 0.2) / max(length, 1e-6))
    return Move((a + (c - a) * share, b + (d - b) * share)), Straight((c - (c - a) * share, d - (d - b) * share))


def _curved(start: Point, lanes: Sequence[Point], stop: Point, places: Places, turn: Turn) -> tuple[Step, ...]:
    """One smooth line from a neuron past columns, in its lane at each, to a neuron."""
    radius = places.sizes.radius
    at = (start[0] + radius - 0.2, start[1])
    steps: list[Step] = [Move(turn(*at))]

    def bend(to: Point) -> None:
        half = (at[0] + to[0]) / 2
        steps.append(Bend(turn(half, at[1]), turn(half, to[1]), turn(*to)))

    for along, lane in lanes:
        bend((along - radius, lane))
        at = (along + radius, lane)
        steps.append(Straight(turn(*at)))
    bend((stop[0] - radius + 0.2, stop[1]))
    return tuple(steps)


def points_of(steps: Sequence[Step]) -> list[Point]:
    """Points along a line, near enough to one another that straight pieces between them will do."""
    points: list[Point] = []
    for step in steps:
        if isinstance(step, Bend):
            ends = (points[-1], step.first, step.second, step.to)
            points += [_bezier(ends, place / 10) for place in range(1, 11)]
        elif isinstance(step, Move | Straight):
            points.append(step.to)
    return points


def _bezier(ends: tuple[Point, Point, Point, Point], at: float) -> Point:
    parts = ((1 - at) ** 3, 3 * at * (1 - at) ** 2, 3 * at * at * (1 - at), at**3)
    x = sum(part * end[0] for part, end in zip(parts, ends, strict=True))
    return x, sum(part * end[1] for part, end in zip(parts, ends, strict=True))


Line = tuple[tuple[Step, ...], float | None]
"""How it runs, and the weight, None where it is not known."""


def _drawn(lines: Sequence[Line], limit: float | None, scale: float, look: Look) -> Iterator[Path]:
    """The lines as one path for each step of strength and sign; those of unknown weights are plain."""
    levels: dict[tuple[int, Paint], list[Step]] = {}
    for steps, weight in lines:
        key = (-1, "edge") if weight is None or not math.isfinite(weight) else _strength(weight, limit)
        levels.setdefault(key, []).extend(steps)
    many = len(lines) > 40
    for (level, paint), path in sorted(levels.items(), key=lambda item: item[0]):
        share = level / (LEVELS - 1)
        width = PLAIN_WIDTH if level < 0 else THIN + (THICK - THIN) * share
        opacity = (0.5 if many else 0.85) if level < 0 else FAINT + (FULL - FAINT) * share
        dash = DASH if look.print and paint == "negative" else ()
        yield Path(tuple(path), None, paint, round(max(width * scale, FINEST), 2), dash, opacity=round(opacity, 2))


def _strength(weight: float, limit: float | None) -> tuple[int, Paint]:
    share = abs(weight) / limit if limit else 0.0
    return round(min(share, 1.0) * (LEVELS - 1)), "negative" if weight < 0 else "positive"


def _gap(one: Connections, neurons: dict[str, Neurons], places: Places, turn: Turn) -> list[Shape]:
    """Three dots where layers are left out."""
    if neurons[one.head].column != neurons[one.tail].column + 1:
        return []
    begin, end = places.stands[one.tail], places.stands[one.head]
    middle, across = (begin.along + end.along) / 2, (begin.middle + end.middle) / 2
    points = [turn(middle + step, across) for step in (-8, 0, 8)]
    return [Part(tuple(Circle(x, y, 1.7, "muted") for x, y in points), "link", "", "layers left out")]


def _title(one: Connections, tail: Neurons, head: Neurons) -> str:
    if one.single:
        return f"{tail.name} → {head.name}: one to one"
    text = f"{tail.name} → {head.name}: {tail.units:,} × {head.units:,} weights"
    return text + (", their values are not known" if one.weights is None else "")
