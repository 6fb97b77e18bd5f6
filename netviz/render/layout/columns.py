"""Where a chain of segments is broken into columns, so that the whole comes near a page of given shape."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

GUTTER = 64
"""Pixels between two columns, where the link to the next one runs up."""

_SHORT = 1000
"""Pixels: no chain is broken that is not longer; it fits a screen."""

_NEAR = 0.15
"""How much worse the shape may be (as a logarithm) for having fewer columns."""

_WORTH = 0.8
"""A chain is not broken where its longest part still takes more of its length than this."""

_WINDOW = 0.2
"""The part of a column, from its end, in which a better place for a break is looked for."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a segment adds to a column.

    `left` and `right` reach from the middle of where the chain enters; `drift` is from there to where it leaves.
    `badness` says how bad a break before this segment would be.
    """

    height: float
    left: float
    right: float
    drift: float
    badness: int


def width_of(steps: Sequence[Step]) -> float:
    """Width of a column of these segments."""
    left, right = reach(steps)
    return right - left


def reach(steps: Sequence[Step]) -> tuple[float, float]:
    """The left and right end of a column, from the middle of where the chain enters it."""
    middle, lefts, rights = 0.0, [], []
    for step in steps:
        lefts.append(middle + step.left)
        rights.append(middle + step.right)
        middle += step.drift
    return min(lefts), max(rights)


def break_up(steps: Sequence[Step], aspect: float | None) -> list[range]:
    """The segments of each column, for a width through height near `aspect`; None breaks nothing."""
    whole = [range(len(steps))]
    length = sum(step.height for step in steps)
    if aspect is None or not aspect > 0 or length <= _SHORT:
        return whole
    guess = math.sqrt(aspect * length / max(1.0, width_of(steps)))
    guess = round(min(guess, len(steps)))
    tries = [_in_columns(steps, count) for count in sorted({1, *range(max(1, guess - 2), guess + 4)})]
    errors = [abs(math.log(_shape(steps, columns) / aspect)) for columns in tries]
    best = min(errors)
    found = next((found for found, error in zip(tries, errors, strict=True) if error <= best + _NEAR), whole)
    tallest = _height(steps, found)
    if tallest > _WORTH * length:
        return whole
    fewer = _filled(steps, tallest)  # a segment that cannot be broken makes room below all others
    return fewer if len(fewer) < len(found) and _height(steps, fewer) <= tallest else found


def _height(steps: Sequence[Step], columns: Sequence[range]) -> float:
    return max(sum(steps[number].height for number in column) for column in columns)


def _shape(steps: Sequence[Step], columns: list[range]) -> float:
    width = sum(width_of(steps[column.start : column.stop]) for column in columns) + GUTTER * (len(columns) - 1)
    return max(1.0, width) / max(1.0, _height(steps, columns))


def _in_columns(steps: Sequence[Step], count: int) -> list[range]:
    """At most `count` columns, the longest of them about as short as can be."""
    total = sum(step.height for step in steps)
    low, high = total / count, total
    found = [range(len(steps))]
    for _ in range(12):
        limit = (low + high) / 2
        columns = _filled(steps, limit)
        if len(columns) <= count:
            found, high = columns, limit
        else:
            low = limit
    return found


def _filled(steps: Sequence[Step], limit: float) -> list[range]:
    """Columns filled up to `limit` one after the other, each ended at the best place near its end."""
    columns: list[range] = []
    start, height = 0, 0.0
    number = 0
    while number < len(steps):
        if number > start and height + steps[number].height > limit:
            end = _best_end(steps, start, number, limit)
            columns.append(range(start, end))
            start = number = end
            height = 0.0
        height += steps[number].height
        number += 1
    columns.append(range(start, len(steps)))
    return columns


def _best_end(steps: Sequence[Step], start: int, last: int, limit: float) -> int:
    best, given_up, number = last, 0.0, last
    while number > start + 1:
        number -= 1
        given_up += steps[number].height
        if given_up > limit * _WINDOW:
            break
        if steps[number].badness < steps[best].badness:
            best = number
    return best
