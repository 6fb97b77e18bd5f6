"""Curves that lead to a frame end at it: Graphviz draws them to a node inside, and its own clipping misses some."""

from __future__ import annotations

import math

from netviz.render.layout.geometry import Place

Point = tuple[float, float]

_STEPS = 32
"""Points of each cubic segment that are looked at to find where it crosses a border."""

_SLIP = 4
"""Pixels by which Graphviz may miss the outline of a box: curves are smoothed after they are cut."""

_HALVINGS = 24
"""Halvings of the step in which it crosses: to a millionth of a pixel."""


def clipped(points: tuple[Point, ...], tail: Place | None, head: Place | None) -> tuple[Point, ...]:
    """The curve from where it leaves `tail` for good to where it first enters `head`; None clips nothing."""
    if tail is not None:
        points = _until(points[::-1], tail)[::-1]
    return points if head is None else _until(points, head)


def snapped(points: tuple[Point, ...], tail: Place, head: Place) -> tuple[Point, ...]:
    """The curve with its ends put upon the outlines of the boxes, which Graphviz misses by up to a few pixels.

    Where it misses them by more, or drew nothing (it gives up on some links between nested frames), a straight line
    leads there.
    """
    if not points:
        start = _on_outline(tail, _middle(head))
        return (start, *line(start, _on_outline(head, _middle(tail))))
    start, end = _on_outline(tail, points[0]), _on_outline(head, points[-1])
    before = () if math.dist(start, points[0]) < _SLIP else line(start, points[0])
    after = line(points[-1], end) if math.dist(end, points[-1]) >= _SLIP else ()
    inner = points[1:] if after else (*points[1:-1], end)
    return (start, *before, *inner, *after)


def _middle(place: Place) -> Point:
    return place.x + place.width / 2, place.y + place.height / 2


def line(start: Point, end: Point) -> tuple[Point, Point, Point]:
    """A straight line as the three points of a Bézier segment that follow `start`."""
    return between(start, end, 1 / 3), between(start, end, 2 / 3), end


def _on_outline(place: Place, point: Point) -> Point:
    right, bottom = place.x + place.width, place.y + place.height
    x, y = min(max(point[0], place.x), right), min(max(point[1], place.y), bottom)
    sides = (
        (y - place.y, (x, place.y)),
        (bottom - y, (x, bottom)),
        (x - place.x, (place.x, y)),
        (right - x, (right, y)),
    )
    return min(sides)[1]


def _until(points: tuple[Point, ...], place: Place) -> tuple[Point, ...]:
    """The curve up to where it first enters the place; all of it where it begins inside or never enters."""
    if _inside(place, points[0]):
        return points
    for start in range(0, len(points) - 1, 3):
        segment = points[start : start + 4]
        for step in range(1, _STEPS + 1):
            if _inside(place, _split(segment, step / _STEPS)[3]):
                low, high = (step - 1) / _STEPS, step / _STEPS
                for _ in range(_HALVINGS):
                    middle = (low + high) / 2
                    low, high = (low, middle) if _inside(place, _split(segment, middle)[3]) else (middle, high)
                return points[: start + 1] + _split(segment, high)[1:4]
    return points


def _inside(place: Place, point: Point) -> bool:
    return place.x <= point[0] <= place.x + place.width and place.y <= point[1] <= place.y + place.height


def _split(segment: tuple[Point, ...], t: float) -> tuple[Point, ...]:
    """The control points of the segment up to `t`, by de Casteljau's algorithm."""
    a, b, c, d = segment
    ab, bc, cd = between(a, b, t), between(b, c, t), between(c, d, t)
    abc, bcd = between(ab, bc, t), between(bc, cd, t)
    return a, ab, abc, between(abc, bcd, t)


def between(start: Point, end: Point, share: float) -> Point:
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share
