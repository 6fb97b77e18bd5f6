"""Where neurons stand: columns along the flow, units across it, lanes for what passes a column.

In coordinates along and across the flow, whatever the direction; `turning.Turn` brings them to paper.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from netviz.figures import Network, Neurons
from netviz.render.figure.picture import Point

DOTS, MOST_DOTS = 1.7, 36.0
"""Room for the dots that stand for units left out, in distances between units, and in pixels at most."""
BIAS = 1.25
"""From the last unit of a column to its bias unit."""
LANE = 4.0
"""Pixels between wires that pass a column."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Pixels: radius of a neuron, from one unit to the next, one column to the next, between layers of a column."""

    radius: float
    pitch: float
    gap: float
    between: float


@dataclass(frozen=True, slots=True)
class Stand:
    """Where the neurons of one layer stand: along the flow, across it each that is shown, and the dots (None: none)."""

    along: float
    across: tuple[float, ...]
    dots: float | None

    @property
    def middle(self) -> float:
        return (self.across[0] + self.across[-1]) / 2


@dataclass(frozen=True, slots=True)
class Places:
    """Where everything stands. `biases` are by column, `lanes` by layer that passes and column; `columns` are along.

    `ends` are how far each column reaches across, with all that belongs to it.
    """

    sizes: Sizes
    stands: Mapping[str, Stand]
    biases: Mapping[int, Point]
    lanes: Mapping[tuple[str, int], tuple[float, ...]]
    columns: Mapping[int, float]
    ends: Mapping[int, Point]

    @property
    def top(self) -> float:
        return min(begin for begin, _ in self.ends.values())

    @property
    def bottom(self) -> float:
        return max(end for _, end in self.ends.values())


def place(network: Network, sizes: Sizes, biases: bool, beyond: float = 0.0) -> Places:
    """Where the neurons stand; columns are centred on 0.

    `biases` are units of their own at the foot of a column; `beyond` is what stands behind the last neuron with a bias.
    """
    columns: dict[int, list[Neurons]] = {}
    for one in network.neurons:
        columns.setdefault(one.column, []).append(one)
    stands: dict[str, Stand] = {}
    units: dict[int, Point] = {}
    lanes: dict[tuple[str, int], tuple[float, ...]] = {}
    alongs = {column: place * sizes.gap for place, column in enumerate(sorted(columns))}
    ends: dict[int, Point] = {}
    passing = _passing(network)
    fed = {one.head for one in network.connections}
    low = {tail for tails in passing.values() for tail in tails}  # what passes columns does so below them
    low |= {one.id for one in network.neurons if one.column > 0 and one.id not in fed}
    for column in sorted(columns):
        members = columns[column] = sorted(columns[column], key=lambda one: one.id in low)
        heights = [_height(one, sizes.pitch) for one in members]
        end = (sum(heights) + sizes.between * (len(members) - 1)) / 2
        at = -end
        for one, height in zip(members, heights, strict=True):
            stands[one.id] = _stand(one, alongs[column], at, sizes)
            at += height + sizes.between
        top = -end - sizes.radius
        if biases and any(one.biased and one.column == column + 1 for one in network.neurons):
            end += sizes.pitch * BIAS
            units[column] = (alongs[column], end)
        end += sizes.radius + (beyond if members[-1].biases and not biases else 0.0)
        for tail in passing.get(column, ()):
            count = len(stands[tail].across)
            lanes[tail, column] = tuple(end + 10 + LANE * unit for unit in range(count))
            end = lanes[tail, column][-1] + 3
        ends[column] = (top, end)
    return Places(sizes, stands, units, lanes, alongs, ends)


def height_of(network: Network, pitch: float) -> dict[int, float]:
    """Pixels that the neurons of each column take across the flow, from the middle of the first to that of the last."""
    heights: dict[int, float] = {}
    for one in network.neurons:
        before = heights.get(one.column)
        heights[one.column] = _height(one, pitch) + (0.0 if before is None else before + pitch)
    return heights


def steepness(network: Network, pitch: float) -> float:
    """How far across the flow the longest connection leads, at least, in pixels."""
    heights = height_of(network, pitch)
    pairs = ((heights[column], heights[column + 1]) for column in heights if column + 1 in heights)
    return max(((one + other) / 2 for one, other in pairs), default=0.0)


def least_gap(network: Network, radius: float, pitch: float) -> float:
    """From column to column so that no connection runs behind a neuron that is none of its ends."""
    return steepness(network, pitch) * radius / math.sqrt(max(pitch * pitch - radius * radius, 1.0))


def dots_room(pitch: float) -> float:
    """Pixels for the dots that stand for units left out, besides the usual distance."""
    return min(DOTS * pitch, MOST_DOTS)


def _height(one: Neurons, pitch: float) -> float:
    return (len(one.shown) - 1) * pitch + (dots_room(pitch) if len(one.shown) < one.units else 0.0)


def _stand(one: Neurons, along: float, begin: float, sizes: Sizes) -> Stand:
    across, dots = [], None
    at = begin
    for place, unit in enumerate(one.shown):
        if place and unit != one.shown[place - 1] + 1:
            dots = at + (dots_room(sizes.pitch) - sizes.pitch) / 2
            at += dots_room(sizes.pitch)
        across.append(at)
        at += sizes.pitch
    return Stand(along, tuple(across), dots)


def _passing(network: Network) -> dict[int, list[str]]:
    """By column the layers whose connections pass it."""
    columns = {one.id: one.column for one in network.neurons}
    found: dict[int, dict[str, None]] = {}
    for one in network.connections:
        if not one.gap:
            for column in range(columns[one.tail] + 1, columns[one.head]):
                found.setdefault(column, {})[one.tail] = None
    return {column: list(tails) for column, tails in found.items()}


@dataclass(slots=True)
class Taken:
    """Rectangles of paper that words take, to keep others off them: left, top, right, bottom."""

    boxes: list[tuple[float, float, float, float]] = field(default_factory=list)

    def free(self, box: tuple[float, float, float, float]) -> bool:
        left, top, right, bottom = box
        return not any(
            left < other[2] and other[0] < right and top < other[3] and other[1] < bottom for other in self.boxes
        )

    def take(self, boxes: Sequence[tuple[float, float, float, float]]) -> None:
        self.boxes.extend(boxes)
