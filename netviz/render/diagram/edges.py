"""Edges to curves with tips, which of them skip something, and where the name of an argument has room."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from netviz.render.diagram.faces import ARGUMENT
from netviz.render.diagram.wording import edge_words
from netviz.render.escape import visible
from netviz.render.layout.geometry import Curve, Place
from netviz.render.metrics import text_width
from netviz.views import Edge

Point = tuple[float, float]
Rect = tuple[float, float, float, float]
"""Left, top, right, bottom."""

TIP, HALF = 7.0, 3.6
"""Length and half the width of an arrow's tip."""
BACK = 5.5
"""How far before the point of its tip a line ends."""
_LONGEST_LABEL = 120


def find_skips(edges: Sequence[Edge]) -> frozenset[int]:
    """The places of the edges that jump over boxes: those whose head their tail also reaches another way.

    What reaches a box is a set of bits in one int, so that a thousand boxes take a few milliseconds. In a cycle
    nothing is said to skip.
    """
    drawn = [(place, edge) for place, edge in enumerate(edges) if not edge.repeating and edge.tail != edge.head]
    sources: dict[str, list[str]] = defaultdict(list)
    targets: dict[str, list[str]] = defaultdict(list)
    for _, edge in drawn:
        sources[edge.head].append(edge.tail)
        targets[edge.tail].append(edge.head)
    nodes = list(dict.fromkeys(end for _, edge in drawn for end in (edge.tail, edge.head)))
    bits = {node: 1 << number for number, node in enumerate(nodes)}
    waiting = {node: len(sources[node]) for node in nodes}
    ready = [node for node in nodes if not waiting[node]]
    above: dict[str, int] = {}
    around: dict[str, int] = {}  # reached by way of another box
    for node in ready:
        above[node] = around[node] = 0
        for source in sources[node]:
            around[node] |= above[source]
            above[node] |= above[source] | bits[source]
        for target in targets[node]:
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    return frozenset(place for place, edge in drawn if around.get(edge.head, 0) & bits[edge.tail])


def drawn_edge(curve: Curve) -> str:
    """The path data of a curve, which ends within its tip."""
    points = list(curve.points)
    end = points[-1]
    if all(point[0] == end[0] for point in points) and abs(end[1] - points[0][1]) > BACK:
        # Straight down or up, as most are.
        top = round(points[0][1], 1)
        return f"M{pair((end[0], top))}v{number(end[1] - top - math.copysign(BACK, end[1] - top))}"
    near = next((point for point in reversed(points[:-1]) if math.dist(point, end) > 1e-3), (end[0], end[1] - 1))
    size = math.dist(near, end)
    along = ((end[0] - near[0]) / size, (end[1] - near[1]) / size)
    if len(points) >= 4:
        # The last control point moves along, so that the line arrives in the same direction.
        shift = min(BACK, max(0.0, size - 2))
        points[-2] = (points[-2][0] - shift * along[0], points[-2][1] - shift * along[1])
    points[-1] = (end[0] - BACK * along[0], end[1] - BACK * along[1])
    return _path(points)


def tip_marker(name: str, css: str) -> str:
    """The tip of an arrow as a marker, which lies ahead of where the line ends."""
    long, wide = number(TIP), number(2 * HALF)
    return (
        f'<marker id="{name}" class="{css}" orient="auto" markerUnits="userSpaceOnUse" markerWidth="{long}"'
        f' markerHeight="{wide}" refX="{number(TIP - BACK)}" refY="{number(HALF)}">'
        f'<path class="i" d="M0 0L{long} {number(HALF)}L0 {wide}z"/></marker>'
    )


def _path(points: Sequence[Point]) -> str:
    """Absolute move, then curves in relative numbers; a segment that is straight is a line."""
    at = (round(points[0][0], 1), round(points[0][1], 1))
    parts = [f"M{pair(at)}"]
    for place in range(1, len(points) - 2, 3):
        one, two, end = points[place : place + 3]
        if _straight(at, one, end) and _straight(at, two, end):
            parts.append(_step(at, end))
        else:
            numbers = (number for point in (one, two, end) for number in (point[0] - at[0], point[1] - at[1]))
            parts.append("c" + joined(numbers))
        at = (at[0] + round(end[0] - at[0], 1), at[1] + round(end[1] - at[1], 1))
    return "".join(parts)


def _straight(start: Point, point: Point, end: Point) -> bool:
    """Whether `point` lies on the line between the others, by a twentieth of a pixel."""
    across, down = end[0] - start[0], end[1] - start[1]
    length = math.hypot(across, down)
    if length < 0.1:
        return True
    if not -0.1 <= ((point[0] - start[0]) * across + (point[1] - start[1]) * down) / length <= length + 0.1:
        return False
    return abs(across * (point[1] - start[1]) - down * (point[0] - start[0])) <= 0.05 * length


def _step(start: Point, end: Point) -> str:
    across, down = number(end[0] - start[0]), number(end[1] - start[1])
    return f"v{down}" if across == "0" else f"h{across}" if down == "0" else "l" + _glued((across, down))


def pair(point: Point) -> str:
    return joined(point)


def joined(numbers: Iterable[float]) -> str:
    """Numbers as path data has them: a minus sign also separates."""
    return _glued(map(number, numbers))


def _glued(numbers: Iterable[str]) -> str:
    text = ""
    for part in numbers:
        text += part if not text or part[0] == "-" else f" {part}"
    return text


@lru_cache(maxsize=1 << 16)
def number(value: float) -> str:
    """A length with at most one decimal, as short as it can be written."""
    tenths = round(value * 10)
    if tenths % 10 == 0:
        return str(tenths // 10)
    sign = "-" if tenths < 0 else ""
    whole, part = divmod(abs(tenths), 10)
    return f"{sign}{whole or ''}.{part}"


def place_labels(
    edges: Sequence[Edge], curves: Mapping[int, Curve], places: Iterable[Place], headers: Iterable[Rect], size: Point
) -> dict[int, tuple[float, float, str]]:
    """Where the words of edges stand, by the place of the edge: beside its tip or its beginning, where there is room.

    What has no room is left to the title.
    """
    named = [
        (place, visible(words)) for place, edge in enumerate(edges) if place in curves and (words := edge_words(edge))
    ]
    if not named:
        return {}
    taken = _Grid()
    for rect in places:
        taken.add((rect.x, rect.y, rect.x + rect.width, rect.y + rect.height))
    for header in headers:
        taken.add(header)
    for place in sorted(curves):
        for x, y in _samples(curves[place]):
            taken.add((x - 2, y - 2, x + 2, y + 2))
    found: dict[int, tuple[float, float, str]] = {}
    for place, name in named:
        width = text_width(name, ARGUMENT) * 1.1
        if width > _LONGEST_LABEL:
            continue
        (x, y), (from_x, from_y) = curves[place].points[-1], curves[place].points[0]
        beside_tip = ((x + 6, y - 15), (x - 6 - width, y - 15), (x + 6, y + 4), (x - 6 - width, y + 4))
        beside_tail = ((from_x + 6, from_y + 4), (from_x - 6 - width, from_y + 4))
        for left, top in (*beside_tip, *beside_tail):
            label = (left, top, left + width, top + 11)
            inside = left >= 2 and top >= 2 and label[2] <= size[0] - 2 and label[3] <= size[1] - 2
            if inside and taken.is_free(label):
                taken.add(label)
                found[place] = (left, top + 8.5, name)
                break
    return found


def _samples(curve: Curve) -> Iterable[Point]:
    """Points along a curve, at most some pixels apart."""
    points = curve.points
    for start in range(0, len(points) - 3, 3):
        a, b, c, d = points[start : start + 4]
        steps = max(2, math.ceil((math.dist(a, b) + math.dist(b, c) + math.dist(c, d)) / 4))
        for step in range(steps + 1):
            t = step / steps
            s = 1 - t
            p, q, r, u = s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t
            yield p * a[0] + q * b[0] + r * c[0] + u * d[0], p * a[1] + q * b[1] + r * c[1] + u * d[1]


class _Grid:
    """Rectangles by the cells that they touch, to ask quickly what lies somewhere."""

    _CELL = 64

    def __init__(self) -> None:
        self._cells: dict[tuple[int, int], list[Rect]] = defaultdict(list)

    def _touched(self, rect: Rect) -> Iterable[tuple[int, int]]:
        for column in range(int(rect[0] // self._CELL), int(rect[2] // self._CELL) + 1):
            for row in range(int(rect[1] // self._CELL), int(rect[3] // self._CELL) + 1):
                yield column, row

    def add(self, rect: Rect) -> None:
        for cell in self._touched(rect):
            self._cells[cell].append(rect)

    def is_free(self, rect: Rect) -> bool:
        return not any(
            rect[0] < other[2] and other[0] < rect[2] and rect[1] < other[3] and other[1] < rect[3]
            for cell in self._touched(rect)
            for other in self._cells.get(cell, ())
        )
