"""Where the bodies of a LeNet figure stand: one behind another along the flow, in rows where one is too long.

Numbers only, in the frame of `lenet_shapes`: along the flow and across it. A row begins at 0 along; its axis is at 0
across.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from netviz.render.figure.lenet.shapes import Body, Lines

PAD = 7.0
"""Pixels between two texts."""


@dataclass(frozen=True, slots=True)
class Item:
    """A body with the extents along the flow of what is written at it, and of the operation before it.

    `beside` tells that both stand in one column (where the flow leads down), and not on two sides.
    """

    body: Body
    label: float
    operation: float
    gap: float
    beside: bool


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a body stands in its row: from `start` along; its operation is centred at `operation`."""

    item: int
    start: float
    operation: float


@dataclass(frozen=True, slots=True)
class Row:
    """Bodies behind each other. `lead` is how far before the first the line from the row before begins."""

    spots: tuple[Spot, ...]
    length: float
    lead: float


def rows_of(items: Sequence[Item], limit: float) -> tuple[Row, ...] | None:
    """The fewest rows that are no longer than `limit`, about as long as each other; None where a body is too long."""
    rows = _broken(items, limit)
    if rows is None or len(rows) == 1:
        return rows
    low, high = 0.0, limit
    for _ in range(12):
        middle = (low + high) / 2
        tried = _broken(items, middle)
        if tried is not None and len(tried) == len(rows):
            high, rows = middle, tried
        else:
            low = middle
    return rows


def _broken(items: Sequence[Item], limit: float) -> tuple[Row, ...] | None:
    rows: list[Row] = []
    first = 0
    while first < len(items):
        row = _row(items, first, limit)
        if not row.spots:
            return None
        rows.append(row)
        first += len(row.spots)
    return tuple(rows)


def _row(items: Sequence[Item], first: int, limit: float) -> Row:
    """The longest row that begins with that item and keeps within the limit."""
    spots: list[tuple[int, float, float]] = []
    low = high = 0.0
    lead = 0.0
    for number in range(first, len(items)):
        item = items[number]
        if number == first:
            lead = 0.0 if first == 0 else _lead(item)
            place, at = lead, lead / 2
        else:
            before = items[number - 1]
            end = spots[-1][1] + before.body.along
            place = _start(before, item, end, spots[-1][2])
            at = (end + place) / 2
        middle = place + item.body.middle
        edges = [place, middle - item.label / 2] + ([at - item.operation / 2] if number else [])
        ends = [place + item.body.along, middle + item.label / 2] + ([at + item.operation / 2] if number else [])
        if max(high, *ends) - min(low, *edges) > limit:
            break
        low, high = min(low, *edges), max(high, *ends)
        spots.append((number, place, at))
    return Row(tuple(Spot(number, place - low, at - low) for number, place, at in spots), high - low, lead)


def _lead(item: Item) -> float:
    """How far in front of the first body of a row the line to it begins."""
    if item.beside:
        return max(item.gap, 22.0, item.operation + item.label + PAD - item.body.along)
    return max(item.gap, 22.0, item.label / 2 - item.body.middle + 12.0)


def _start(before: Item, item: Item, end: float, operation: float) -> float:
    """Where a body may begin behind one that ends at `end` and whose operation is centred at `operation`."""
    start = end + item.gap
    middle = end - before.body.along + before.body.middle
    if item.beside:
        start = max(start, 2 * (middle + (before.label + item.operation) / 2 + PAD / 2) - end)
        return max(start, end + item.operation + item.label + PAD - item.body.along)
    start = max(start, middle + (before.label + item.label) / 2 + PAD - item.body.middle)
    start = max(start, 2 * (operation + (before.operation + item.operation) / 2 + PAD) - end)
    over = max(middle + before.label / 2 - end, item.label / 2 - item.body.middle)
    return max(start, end + over + 3.0)


def lowest_line(
    low: float, high: float, lines: Sequence[tuple[Lines, tuple[float, float], tuple[float, float]]]
) -> float:
    """The least place across of any line between two places along, infinite where none is there.

    With each lines go the places of the corners that their two ends are relative to.
    """
    found = float("inf")
    for one, tail, head in lines:
        for (a, b), (c, d) in one.pairs:
            x, y, u, v = a + tail[0], b + tail[1], c + head[0], d + head[1]
            if u < x:
                x, y, u, v = u, v, x, y
            left, right = max(low, x), min(high, u)
            if left > right:
                continue
            slope = (v - y) / (u - x) if u > x else 0.0
            found = min(found, y + slope * (left - x), y + slope * (right - x))
    return found
