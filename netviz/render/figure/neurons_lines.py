"""The connections between neurons: by colour and width what their weights are, or plain where these are not known."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from netviz.figures import Connections, Network, Neurons
from netviz.render.figure.neurons_place import Places, Turn
from netviz.render.figure.picture import Bend, Circle, Move, Paint, Part, Path, Point, Shape, Step, Straight

LEVELS = 8
"""Steps of width and opacity that weights are drawn in: lines of one step are one path."""
THIN, THICK = 0.35, 2.3
"""Widths of the weakest and the strongest connection, in pixels."""
FAINT, FULL = 0.22, 0.92
PLAIN_WIDTH = 0.7


def connection_shapes(network: Network, places: Places, turn: Turn) -> list[Shape]:
    """All connections, the weak ones behind the strong ones."""
    neurons = {one.id: one for one in network.neurons}
    scale = min(1.0, max(0.5, min(places.sizes.pitch / 26, places.sizes.gap / 105)))
    shapes: list[Shape] = []
    wired: set[str] = set()
    for one in network.connections:
        tail, head = neurons[one.tail], neurons[one.head]
        if one.gap:
            shapes += _gap(one, neurons, places, turn)
            continue
        if head.column > tail.column + 1 and one.tail not in wired:
            wired.add(one.tail)
            reach = max(neurons[other.head].column for other in network.connections if other.tail == one.tail)
            shapes.append(_passing(tail, reach, places, turn))
        lines = _lines(one, tail, head, places, turn)
        shapes.append(Part(tuple(_drawn(lines, network.limit, scale)), "link", "", _title(one, tail, head)))
    shapes += [_biases(network, column, places, turn, scale) for column in places.biases]
    return shapes


Line = tuple[Point, Point, float | None]
"""From where, to where, and the weight, None where it is not known."""


def line_ends(
    one: Connections, tail: Neurons, head: Neurons, places: Places
) -> Iterator[tuple[int, int, Point, Point]]:
    """For each connection the numbers of its neurons among those shown, and where it leads, along and across."""
    begin, end = places.stands[one.tail], places.stands[one.head]
    lane = places.lanes.get((one.tail, head.column - 1)) if head.column > tail.column + 1 else None
    begins: Sequence[Point] = [(begin.along, across) for across in begin.across]
    if lane is not None:
        along = places.columns[head.column - 1] + places.sizes.radius
        begins = [(along, across) for across in lane]
    numbers = {unit: place for place, unit in enumerate(head.shown)}
    for row, start in enumerate(begins):
        if one.single:
            column = numbers.get(tail.shown[row] + one.begin)
            if column is not None:
                yield row, column, start, (end.along, end.across[column])
            continue
        for column, across in enumerate(end.across):
            yield row, column, start, (end.along, across)


def _lines(one: Connections, tail: Neurons, head: Neurons, places: Places, turn: Turn) -> list[Line]:
    wired = head.column > tail.column + 1
    lines: list[Line] = []
    for row, column, start, stop in line_ends(one, tail, head, places):
        first, last = _rims(turn(*start), turn(*stop), places)
        weight = None if one.weights is None else one.weights[row][column]
        lines.append((turn(*start) if wired else first, last, weight))
    return lines


def _rims(start: Point, stop: Point, places: Places) -> tuple[Point, Point]:
    """Where the line between the middles of two neurons meets their rims."""
    (a, b), (c, d) = start, stop
    length = ((c - a) ** 2 + (d - b) ** 2) ** 0.5
    share = min(0.45, (places.sizes.radius - 0.2) / max(length, 1e-6))
    return (a + (c - a) * share, b + (d - b) * share), (c - (c - a) * share, d - (d - b) * share)


def _drawn(lines: Sequence[Line], limit: float | None, scale: float) -> Iterator[Path]:
    """The lines as one path for each step of strength and sign; those of unknown weights are plain."""
    steps: dict[tuple[int, Paint], list[Step]] = {}
    for start, stop, weight in lines:
        key = (-1, "edge") if weight is None or not math.isfinite(weight) else _strength(weight, limit)
        steps.setdefault(key, []).extend((Move(start), Straight(stop)))
    many = len(lines) > 40
    for (level, paint), path in sorted(steps.items(), key=lambda item: item[0]):
        share = level / (LEVELS - 1)
        width = PLAIN_WIDTH if level < 0 else THIN + (THICK - THIN) * share
        opacity = (0.5 if many else 0.85) if level < 0 else FAINT + (FULL - FAINT) * share
        yield Path(tuple(path), None, paint, round(width * scale, 2), opacity=round(opacity, 2))


def _strength(weight: float, limit: float | None) -> tuple[int, Paint]:
    share = abs(weight) / limit if limit else 0.0
    return round(min(share, 1.0) * (LEVELS - 1)), "negative" if weight < 0 else "positive"


def _passing(tail: Neurons, reach: int, places: Places, turn: Turn) -> Part:
    """Wires from neurons past the columns between them and those that they feed."""
    stand, radius = places.stands[tail.id], places.sizes.radius
    steps: list[Step] = []
    columns = [column for column in places.columns if tail.column < column < reach]
    for place, across in enumerate(stand.across):
        at = (stand.along + radius, across)
        steps.append(Move(turn(*at)))
        for column in columns:
            begin, end = places.columns[column] - radius, places.columns[column] + radius
            lane = places.lanes[tail.id, column][place]
            half = (at[0] + begin) / 2
            steps.append(Bend(turn(half, at[1]), turn(half, lane), turn(begin, lane)))
            steps.append(Straight(turn(end, lane)))
            at = (end, lane)
    return Part((Path(tuple(steps), None, "edge", 0.6, opacity=0.75),), "link", "", f"{tail.name} passes on")


def _gap(one: Connections, neurons: dict[str, Neurons], places: Places, turn: Turn) -> list[Shape]:
    """Three dots where layers are left out."""
    if neurons[one.head].column != neurons[one.tail].column + 1:
        return []
    begin, end = places.stands[one.tail], places.stands[one.head]
    middle, across = (begin.along + end.along) / 2, (begin.middle + end.middle) / 2
    points = [turn(middle + step, across) for step in (-8, 0, 8)]
    return [Part(tuple(Circle(x, y, 1.7, "muted") for x, y in points), "link", "", "layers left out")]


def _biases(network: Network, column: int, places: Places, turn: Turn, scale: float) -> Part:
    """The connections of the bias unit of a column to all neurons of the next that have a bias."""
    start = turn(*places.biases[column])
    lines: list[Line] = []
    for head in network.neurons:
        if head.column == column + 1 and head.biased:
            stand = places.stands[head.id]
            values: Sequence[float | None] = head.biases or [None] * len(head.shown)
            ends = (turn(stand.along, across) for across in stand.across)
            lines += [(*_rims(start, end, places), value) for end, value in zip(ends, values, strict=True)]
    return Part(tuple(_drawn(lines, network.limit, scale)), "link", "", "biases")


def _title(one: Connections, tail: Neurons, head: Neurons) -> str:
    if one.single:
        return f"{tail.name} → {head.name}: one to one"
    text = f"{tail.name} → {head.name}: {tail.units:,} × {head.units:,} weights"
    return text + (", their values are not known" if one.weights is None else "")
