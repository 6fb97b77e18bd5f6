"""The bodies, lines and words of a LeNet figure on paper, in any direction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netviz.figures import Flow
from netviz.render.figure.frame import Bounds
from netviz.render.figure.lenet import braces
from netviz.render.figure.lenet.braces import Brace, braces_of, spans_of
from netviz.render.figure.lenet.rows import Row, lowest_line
from netviz.render.figure.lenet.shapes import HAIR, THIN, Body, Lines, drawn
from netviz.render.figure.lenet.words import Line, Words, extent_of
from netviz.render.figure.look import Look
from netviz.render.figure.marks import BRACE, WORDS_ROOM, badge, brace, shared_ring
from netviz.render.figure.picture import (
    Anchor,
    Part,
    Path,
    Point,
    Shape,
    Text,
    polygon,
    polyline,
    rounded,
)
from netviz.render.figure.turning import Turn
from netviz.render.figure.wording import title_of

ABOVE, BELOW, BESIDE = 5.0, 8.0, 9.0
"""Pixels from a body to its label, from the bodies of a row to the operations, from those of a column to all words."""
BETWEEN = 26.0
"""Pixels between rows, where the line to the next one runs."""
END = 9.0
"""Pixels from the longest row to the lines that lead to the next."""


class Paper:
    """What `shapes` are drawn within `bounds`. `rows` say where the bodies stand.

    `room` is what a line of words may take over a short brace.
    """

    def __init__(
        self,
        flow: Flow,
        look: Look,
        bodies: Sequence[Body],
        words: Sequence[Words],
        lines: Sequence[Lines],
        rows: Sequence[Row],
        room: float = WORDS_ROOM,
    ) -> None:
        self.look, self.bodies, self.words, self.lines, self.rows = look, bodies, words, lines, rows
        self.turn, self.room = Turn(look.direction), room
        self.spans = spans_of(flow)
        self.longest = max((row.length for row in rows), default=0.0)
        self._boxes: list[tuple[float, float, float, float]] = []
        self._axes: list[float] = []
        stages: list[Shape] = []
        over: list[Shape] = []
        edge = 0.0
        for number, row in enumerate(rows):
            low, high = self._reach(row)
            axis = edge - low + (BETWEEN * max(look.spacing, 0.6) if number else 0.0)
            self._axes.append(axis)
            if number and lines[row.spots[0].item - 1].kind != "none":
                over.append(self._elbow(rows[number - 1], row, self._axes[number - 1], axis, (edge + axis + low) / 2))
            stages += self._stages(row, axis)
            over += self._links(row, axis)
            over += self._braces(row, axis)
            edge = axis + high
        self.shapes: tuple[Shape, ...] = (*stages, *over)
        xs = [x for box in self._boxes for x in (box[0], box[2])] or [0.0]
        ys = [y for box in self._boxes for y in (box[1], box[3])] or [0.0]
        self.bounds = Bounds(min(xs), min(ys), max(xs), max(ys))

    # ---- where things are

    def _corner(self, row: Row, place: int) -> Point:
        spot = row.spots[place]
        return spot.start, -self.bodies[spot.item].across / 2

    def _inner(self, row: Row) -> list[tuple[Lines, Point, Point]]:
        """The lines within a row, with the corners of the bodies that they join."""
        return [
            (self.lines[spot.item - 1], self._corner(row, place - 1), self._corner(row, place))
            for place, spot in enumerate(row.spots)
            if place
        ]

    def _label_edge(self, row: Row, place: int) -> float:
        """Where across the label of a body ends: above it, and above all lines."""
        spot = row.spots[place]
        body = self.bodies[spot.item]
        half = extent_of(self.words[spot.item].label)[0] / 2 + 2
        middle = spot.start + body.middle
        near = self._inner(row)[max(place - 1, 0) : place + 1]
        return min(-body.across / 2, lowest_line(middle - half, middle + half, near)) - ABOVE

    def _high(self, row: Row) -> float:
        return max(self.bodies[spot.item].across for spot in row.spots) / 2

    def _low(self, row: Row) -> float:
        """Where the outermost label of a row ends across, or its outermost body."""
        edges = [-self.bodies[spot.item].across / 2 for spot in row.spots]
        if self.look.sideways:
            for place, spot in enumerate(row.spots):
                if self.words[spot.item].label:
                    edges.append(self._label_edge(row, place) - extent_of(self.words[spot.item].label)[1])
        return min(edges)

    def _reach(self, row: Row) -> tuple[float, float]:
        """How far a row reaches across, all words included."""
        _, out = self._brackets(row)
        high = self._high(row)
        extents = [
            extent_of(lines)
            for spot in row.spots
            for lines in (self.words[spot.item].label, self.words[spot.item].operation)
        ]
        if not self.look.sideways:
            wide = max(wide for wide, _ in extents)
            return self._low(row) - out, high + (BESIDE + wide if wide else 0.0)
        tall = max(tall for _, tall in extents[1::2])
        return self._low(row) - out, high + (BELOW + tall if tall else 0.0)

    def _brackets(self, row: Row) -> tuple[tuple[Brace, ...], float]:
        places = {spot.item: (spot.start, spot.start + self.bodies[spot.item].along) for spot in row.spots}
        first = row.spots[0]
        room = (first.start - row.lead + 6.0 if row.lead else 0.0, row.length)
        low = self._low(row)

        def clear(start: float, end: float) -> float:
            return low - self._edge(row, start, end)

        return braces_of(self.spans, places, room, self.look, self.room, clear)

    def _edge(self, row: Row, start: float, end: float) -> float:
        """Where across all that a row has between two places along ends, at the side of the braces."""
        edges = [lowest_line(start, end, self._inner(row))]
        for place, spot in enumerate(row.spots):
            body, label = self.bodies[spot.item], self.words[spot.item].label
            if spot.start < end and start < spot.start + body.along:
                edges.append(-body.across / 2)
            wide, tall = extent_of(label)
            middle = spot.start + body.middle
            if self.look.sideways and label and middle - wide / 2 < end and start < middle + wide / 2:
                edges.append(self._label_edge(row, place) - tall)
        return min(edges)

    def _point(self, along: float, across: float) -> Point:
        point = self.turn(along, across)
        self._boxes.append((*point, *point))
        return point

    # ---- what is drawn

    def _stages(self, row: Row, axis: float) -> Iterator[Shape]:
        for place, spot in enumerate(row.spots):
            body, words = self.bodies[spot.item], self.words[spot.item]
            x, y = self._corner(row, place)
            self._point(x - HAIR, y + axis - HAIR)
            self._point(x + body.along + HAIR, y + axis + body.across + HAIR)

            def place_of(along: float, across: float, x: float = x, y: float = y + axis) -> Point:
                return self.turn(x + along, y + across)

            shapes = [*drawn(body, place_of)]
            middle = spot.start + body.middle
            if self.look.sideways:
                shapes += self._lines_at(words.label, middle, axis + self._label_edge(row, place), "above")
                if spot.item:
                    shapes += self._lines_at(words.operation, spot.operation, axis + self._high(row) + BELOW, "below")
            else:
                beside = axis + self._high(row) + BESIDE
                shapes += self._lines_at(words.label, middle, beside, "right")
                if spot.item:
                    shapes += self._lines_at(words.operation, spot.operation, beside, "right")
            yield Part(tuple(shapes), "stage", body.stage.id, title_of(body.stage))

    def _lines_at(self, lines: Sequence[Line], along: float, across: float, side: str) -> Iterator[Shape]:
        """Lines below each other that end above a place, begin below it, or stand at the right or left of it."""
        wide, tall = extent_of(lines)
        x, y = self.turn(along, across)
        anchor: Anchor = {"right": "start", "left": "end"}.get(side, "middle")  # type: ignore[assignment]
        top = {"above": y - tall, "below": y}.get(side, y - tall / 2)
        left = {"right": x, "left": x - wide}.get(side, x - wide / 2)
        if lines:
            self._boxes.append((left, top, left + wide, top + tall))
        for line in lines:
            base = top + line.height * 0.5 + line.size * 0.36
            start = {"start": x, "end": x - line.width}.get(anchor, x - line.width / 2)
            if line.mark:
                yield self._mark(line, start, top)
                top += line.height
                continue
            yield Text(x, base, line.text, line.size, anchor, line.paint, line.bold, room=line.width)
            top += line.height

    def _mark(self, line: Line, x: float, y: float) -> Part:
        """The mark of a line whose upper left corner is there."""
        wide, high = line.box
        if line.mark == "badge":
            return badge(int(line.text), x, y, self.look)
        return shared_ring(int(line.text), x + wide / 2, y + high - wide / 2, self.look)

    def _links(self, row: Row, axis: float) -> Iterator[Shape]:
        for lines, (x, y), (u, v) in self._inner(row):
            y, v = y + axis, v + axis
            at = [(self.turn(a + x, b + y), self.turn(c + u, d + v)) for (a, b), (c, d) in lines.pairs]
            if lines.kind == "none":
                continue
            if lines.kind == "arrow":
                yield Part((polyline(self._shortened(at[0]), "edge", 1.0, True),), "link")
                continue
            shapes: list[Shape] = [polyline(pair, "muted", THIN) for pair in at]
            shapes += self._boxes_of(lines, (x, y), (u, v))
            yield Part(tuple(shapes), "link")

    def _boxes_of(self, lines: Lines, tail: Point, head: Point) -> Iterator[Path]:
        """The window of a link as an outline, and the square of one number, on the bodies with these corners."""
        for box, corner in zip(lines.boxes, (tail, head), strict=True):
            if box is None:
                continue
            x, y = box[0] + corner[0], box[1] + corner[1]
            points = (x, y), (x + box[2], y), (x + box[2], y + box[3]), (x, y + box[3])
            corners = tuple(self.turn(*point) for point in points)
            if box is lines.window and not lines.single:
                yield polygon(corners, None, "ink", 0.9)
            else:
                yield polygon(corners, "ink")

    @staticmethod
    def _shortened(pair: tuple[Point, Point], by: float = 3.0) -> tuple[Point, Point]:
        (x, y), (u, v) = pair
        length = max(((u - x) ** 2 + (v - y) ** 2) ** 0.5, 1e-6)
        part = min(by / length, 0.3)
        return (x + (u - x) * part, y + (v - y) * part), (u - (u - x) * part, v - (v - y) * part)

    def _elbow(self, before: Row, row: Row, above: float, axis: float, channel: float) -> Part:
        """The line from the last body of a row around to the first of the next."""
        first = row.spots[0]
        lines = self.lines[first.item - 1]
        corner, other = self._corner(before, len(before.spots) - 1), self._corner(row, 0)
        corner, other = (corner[0], corner[1] + above), (other[0], other[1] + axis)
        squares, (leaving, coming) = self._boxes_of(lines, corner, other), lines.boxes
        if leaving is not None and coming is not None:
            (x, y, wide, tall), (u, v, _, high) = leaving, coming
            start, end = (corner[0] + x + wide, corner[1] + y + tall / 2), (other[0] + u, other[1] + v + high / 2)
        else:
            (a, b), (c, d) = self.bodies[before.spots[-1].item].ends(True), self.bodies[first.item].ends(False)
            start = corner[0] + (a[0] + b[0]) / 2 + 3, corner[1] + (a[1] + b[1]) / 2
            end = other[0] + (c[0] + d[0]) / 2 - 3, other[1] + (c[1] + d[1]) / 2
        far, near = self.longest + END, first.start - row.lead
        points = [start, (far, start[1]), (far, channel), (near, channel), (near, end[1]), end]
        steps = rounded([self._point(*point) for point in points], 5.0)
        return Part((*squares, Path(steps, None, "edge", 1.0, (), True)), "link")

    def _braces(self, row: Row, axis: float) -> Iterator[Shape]:
        edge = axis + self._low(row)
        for one in self._brackets(row)[0]:
            ends, tip = edge - one.away, edge - one.away - BRACE
            for along, across in ((one.low, ends), (one.high, ends), (one.middle, tip)):
                self._point(along, across)
            yield Part((brace(self.turn, one.low, one.high, ends, -1), *self._words(one, tip)), "annotation")

    def _words(self, one: Brace, tip: float) -> Iterator[Shape]:
        """The words of a brace beyond its tip."""
        if self.look.sideways:
            yield from self._lines_at(one.lines, one.middle, tip - braces.ABOVE, "above")
            return
        at = tip - braces.BESIDE
        if not one.turned:
            yield from self._lines_at(one.lines, one.middle, at, "left")
            return
        yield from self._lines_at(one.badge, one.middle, at, "left")
        at -= extent_of(one.badge)[0] + braces.BESIDE if one.badge else 0.0
        yield from (self._turned(line, one.middle, at) for line in one.lines)

    def _turned(self, line: Line, along: float, across: float) -> Text:
        """A line that runs along the flow, on the outer side of a place."""
        x, y = self.turn(along, across)
        self._boxes.append((x - line.height, y - line.width / 2, x, y + line.width / 2))
        return Text(x, y, line.text, line.size, "middle", line.paint, line.bold, turned=True, room=line.width)
