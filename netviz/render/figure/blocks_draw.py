"""Blocks that have their places, as shapes: rounded rectangles, circles, frames with ×N, lines with round corners."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from netviz.figures import Block, Flow, Stage
from netviz.render.figure.blocks_notes import annotated
from netviz.render.figure.blocks_parts import Area, Placed, Route
from netviz.render.figure.blocks_words import BETWEEN, PAD, Line, Words
from netviz.render.figure.frame import Bounds
from netviz.render.figure.look import Look, lines_of, width_of
from netviz.render.figure.picture import (
    Bend,
    Circle,
    Close,
    Move,
    Part,
    Path,
    Point,
    Rectangle,
    Shape,
    Step,
    Straight,
    Text,
)
from netviz.render.layout.geometry import Direction

CORNER = 5.0
"""Radius of the corners of blocks."""
ROUNDING = 5.0
"""Radius at which lines turn."""
BAND = 3.0
"""How thick the band is that stands for an activation."""
HEAD = 1.0
"""Pixels that the head of a frame has beyond its words and the frame's padding."""
SPLIT = 6.0
"""Pixels between a circle and the low block behind it."""


@dataclass(frozen=True, slots=True)
class Card:
    """What is drawn of a stage: its words in lines, and the sizes of its parts."""

    words: Words
    lines: tuple[Line, ...]
    width: float
    height: float
    circle: float = 0.0


def turning(direction: Direction) -> Callable[[float, float], Point]:
    """Gives x and y of a point along and across the flow."""
    ways: Mapping[Direction, Callable[[float, float], Point]] = {
        "TB": lambda along, across: (across, along),
        "BT": lambda along, across: (across, -along),
        "LR": lambda along, across: (along, across),
        "RL": lambda along, across: (-along, across),
    }
    return ways[direction]


def draw(
    flow: Flow, placed: Placed, cards: Mapping[str, Card], look: Look, direction: Direction
) -> tuple[list[Shape], Bounds]:
    """The shapes of a flow, and the rectangle that they take."""
    point = turning(direction)
    drawing = _Drawing(placed, cards, look, direction, point)
    shapes: list[Shape] = [*drawing.frames(flow.children)]
    shapes += [drawing.route(route) for route in sorted(placed.routes, key=lambda route: not route.link.memory)]
    shapes += [drawing.stage(stage) for stage in flow.stages]
    shapes += drawing.badges(flow.children)
    corners = [point(0.0, placed.low), point(placed.length, placed.high)]
    left, right = sorted(corner[0] for corner in corners)
    top, bottom = sorted(corner[1] for corner in corners)
    bounds = Bounds(left - 1, top - 1, right + 1, bottom + 1)
    notes, bounds = annotated(flow, placed, look, point, direction in ("LR", "RL"), bounds)
    return [*shapes, *notes], bounds


@dataclass(slots=True)
class _Drawing:
    placed: Placed
    cards: Mapping[str, Card]
    look: Look
    direction: Direction
    point: Callable[[float, float], Point]

    def box(self, area: Area) -> tuple[float, float, float, float]:
        """Left, top, width and height of a rectangle."""
        one, other = self.point(area.first, area.low), self.point(area.last, area.high)
        left, right = sorted((one[0], other[0]))
        top, bottom = sorted((one[1], other[1]))
        return left, top, right - left, bottom - top

    def frames(self, children: Iterable[Stage | Block], depth: int = 0) -> Iterator[Shape]:
        for child in children:
            if isinstance(child, Stage):
                continue
            left, top, width, height = self.box(self.placed.areas[child.id])
            shapes: list[Shape] = []
            if child.parallel:
                shapes += [
                    Rectangle(left + shift, top - shift, width, height, 8.0, "paper", "line", 0.8)
                    for shift in (5.0, 2.5)
                ]
            fill = "tint" if depth % 2 == 0 else "paper"
            shapes.append(Rectangle(left, top, width, height, 8.0, fill, "muted" if child.repeats > 1 else "line", 0.8))
            yield Part(tuple(shapes), "block", "", child.title)
            yield from self.frames(child.children, depth + 1)

    def badges(self, children: Iterable[Stage | Block]) -> Iterator[Shape]:
        """The titles of frames, and how often what is in them stands."""
        size = self.look.small
        for child in children:
            if isinstance(child, Stage):
                continue
            yield from self.badges(child.children)
            left, top, width, _ = self.box(self.placed.areas[child.id])
            begin, end = left + 8.0, left + width - 8.0
            if child.repeats > 1:
                text = f"×{child.repeats}"
                wide, high = width_of(text, size, bold=True) + 10.0, size * 1.3
                x, y = left + width - wide - 4.0, top + 4.0
                places = [x - 4.0 * step for step in range(int((width - wide - 8.0) / 4) + 1)]
                x = next((place for place in places if not self._met(place, y, wide, high)), x)
                begin, end = (begin, x - 8.0) if x > left + width / 2 else (x + wide + 6.0, end)
                yield Part(
                    (
                        Rectangle(x, y, wide, high, high / 2, "badge", "paper", 1.0),
                        Text(x + wide / 2, y + high / 2 + size * 0.35, text, size, "middle", "on-badge", bold=True),
                    ),
                    "badge",
                )
            title = titled(child, self.look)
            room = self._clear(child, begin, max(end - begin, 0.0))
            if title and room > size * 2:
                for text in lines_of(title, size, room, 1):
                    yield Text(begin, top + 4.0 + size, text, size, paint="muted", room=room)

    def _met(self, x: float, y: float, width: float, height: float) -> bool:
        """Whether a line runs through a rectangle."""
        for route in self.placed.routes:
            for one, other in pairwise([self.point(*point) for point in route.points]):
                (left, right), (top, bottom) = sorted((one[0], other[0])), sorted((one[1], other[1]))
                if left < x + width + 2 and right > x - 2 and top < y + height + 2 and bottom > y - 2:
                    return True
        return False

    def _clear(self, block: Block, begin: float, most: float) -> float:
        """Room for a title up to what enters or leaves a frame there."""
        high = self.look.small * 1.3
        _, top, _, _ = self.box(self.placed.areas[block.id])
        room = most
        while room > high and self._met(begin, top + 4.0, room, high):
            room -= 4.0
        return room

    def stage(self, stage: Stage) -> Part:
        spot, card = self.placed.spots[stage.id], self.cards[stage.id]
        shapes: list[Shape] = []
        middle = self.point(spot.along + spot.size.along / 2, spot.across)
        if card.circle:
            shapes += self._circle(stage, card, spot.along, spot.across)
        else:
            x, y = middle[0] - card.width / 2, middle[1] - card.height / 2
            shapes += self._block(stage, card, x, y, card.width, card.height, card.lines)
        return Part(tuple(shapes), "stage", stage.id, _title(stage))

    def _circle(self, stage: Stage, card: Card, along: float, across: float) -> Iterator[Shape]:
        radius = card.circle / 2
        sideways = self.direction in ("LR", "RL")
        if card.lines:
            begin = along + card.circle + SPLIT
            long = card.width if sideways else card.height
            one, other = self.point(along + card.circle, across), self.point(begin, across)
            yield Path((Move(one), Straight(other)), None, "edge", 1.0)
            x, y = self.point(begin + long / 2, across)
            yield from self._block(
                stage, card, x - card.width / 2, y - card.height / 2, card.width, card.height, card.lines
            )
        x, y = self.point(along + radius, across)
        yield Circle(x, y, radius, f"{stage.family}-tint", f"{stage.family}-line", 1.0)
        arm = radius * 0.5
        for one, other in _sign(stage.sign, x, y, arm):
            yield Path((Move(one), Straight(other)), None, f"{stage.family}-line", 1.2)
        if stage.sign in ("·", "÷"):
            for place in (0.0,) if stage.sign == "·" else (-1.0, 1.0):
                yield Circle(x, y + place * arm * 0.85, 1.2, f"{stage.family}-line")

    def _block(
        self, stage: Stage, card: Card, x: float, y: float, width: float, height: float, lines: Sequence[Line]
    ) -> Iterator[Shape]:
        family = stage.family
        if card.circle:
            family = stage.behind[0].family if stage.behind else stage.family
        thin = card.circle > 0 or card.words.form == "thin"
        corner = min(CORNER, height / 2)
        dash = (3.0, 2.0) if stage.present else ()
        yield Rectangle(x, y, width, height, corner, f"{family}-tint")
        if stage.activation and not thin:
            yield self._band(x, y, width, height, corner, f"{family}-face")
        yield Rectangle(x, y, width, height, corner, None, f"{family}-line", 0.9, dash)
        if stage.kind == "closed":
            yield Rectangle(x + 2.2, y + 2.2, width - 4.4, height - 4.4, corner - 1.5, None, f"{family}-line", 0.5)
        yield from self._lines(lines, x, y, width, height, stage)

    def _band(self, x: float, y: float, width: float, height: float, corner: float, paint: str) -> Path:
        """A strip along the edge of a block where the flow leaves it, with the block's round corners."""
        upright = self.direction in ("TB", "BT")
        ahead = 1.0 if self.direction in ("TB", "LR") else -1.0
        end = (y if upright else x) + ((height if upright else width) if ahead > 0 else 0.0)
        low, high = (x, x + width) if upright else (y, y + height)
        inset = corner - (corner * corner - (corner - BAND) ** 2) ** 0.5  # of the corner's arc, where the strip ends
        bent = corner * 0.45

        def at(across: float, back: float) -> Point:
            return (across, end - ahead * back) if upright else (end - ahead * back, across)

        return Path(
            (
                Move(at(low + inset, BAND)),
                Bend(at(low + inset + 0.4, BAND - 1.4), at(low + bent, 0.0), at(low + corner, 0.0)),
                Straight(at(high - corner, 0.0)),
                Bend(at(high - bent, 0.0), at(high - inset - 0.4, BAND - 1.4), at(high - inset, BAND)),
                Close(),
            ),
            paint,
        )

    def _lines(
        self, lines: Sequence[Line], x: float, y: float, width: float, height: float, stage: Stage
    ) -> Iterator[Shape]:
        look = self.look
        total = sum(1.25 * (look.size if line.strong else look.small) for line in lines)
        top = y + (height - total) / 2
        band = 0.0
        if stage.activation and self.direction in ("TB", "BT") and not self.cards[stage.id].circle:
            band = BAND * (-0.4 if self.direction == "TB" else 0.4)
        room = width - 2 * PAD
        for line in lines:
            size = look.size if line.strong else look.small
            base = top + size * 0.98 + band
            top += 1.25 * size
            ink = f"{stage.family}-text" if line.paint == "text" else line.paint
            if line.sub or line.beside:
                side = width_of(line.beside, look.small) + (PAD if line.beside else 0.0)
                sub = width_of(line.sub, look.small) + 6.0 if line.sub else 0.0
                own = min(width_of(line.text, size), max(room - side - sub, 4.0))
                if line.text:
                    wide = own if line.sub else max(room - side, own)
                    yield Text(x + PAD, base, line.text, size, "start", ink, room=wide)
                if line.sub:
                    shift = own + 6.0 if line.text else 0.0
                    yield Text(x + PAD + shift, base, line.sub, look.small, "start", f"{stage.family}-text", room=sub)
                if line.beside:
                    yield Text(x + width - PAD, base, line.beside, look.small, "end", "muted", room=side)
            elif line.after:
                own, other = width_of(line.text, size), width_of(line.after, size)
                start = x + (width - own - other - BETWEEN) / 2
                yield Text(start, base, line.text, size, "start", ink, room=own)
                yield Text(start + own + BETWEEN, base, line.after, size, "start", "muted", room=other)
            else:
                yield Text(x + width / 2, base, line.text, size, "middle", ink, room=room)

    def route(self, route: Route) -> Part:
        points = [self.point(*point) for point in route.points]
        steps = rounded(points)
        memory = route.link.memory
        paint = "muted" if memory else "skip" if route.skips else "edge"
        line = Path(tuple(steps), None, paint, 1.0, (3.5, 2.5) if memory else (), arrow=True)
        return Part((line,), "link", "", f"{route.link.tail} → {route.link.head}")


def rounded(points: Sequence[Point]) -> list[Step]:
    """The steps along the points, corners rounded as far as there is room."""
    kept = [points[0]]
    for point in points[1:]:
        if abs(point[0] - kept[-1][0]) + abs(point[1] - kept[-1][1]) > 0.01:
            kept.append(point)
    steps: list[Step] = [Move(kept[0])]
    for before, corner, after in zip(kept, kept[1:], kept[2:], strict=False):
        one, other = _distance(before, corner), _distance(corner, after)
        radius = min(ROUNDING, one / 2, other / 2)
        into, out = _towards(corner, before, radius), _towards(corner, after, radius)
        steps += [
            Straight(into),
            Bend(_towards(corner, before, radius * 0.45), _towards(corner, after, radius * 0.45), out),
        ]
    steps.append(Straight(kept[-1]))
    return steps


def _distance(one: Point, other: Point) -> float:
    return abs(one[0] - other[0]) + abs(one[1] - other[1])


def _towards(start: Point, end: Point, by: float) -> Point:
    whole = _distance(start, end) or 1.0
    return start[0] + (end[0] - start[0]) * by / whole, start[1] + (end[1] - start[1]) * by / whole


def _sign(sign: str, x: float, y: float, arm: float) -> Iterator[tuple[Point, Point]]:
    if sign in ("+", "−", "÷"):
        yield (x - arm, y), (x + arm, y)
    if sign == "+":
        yield (x, y - arm), (x, y + arm)
    if sign == "×":
        slant = arm * 0.75
        yield (x - slant, y - slant), (x + slant, y + slant)
        yield (x - slant, y + slant), (x + slant, y - slant)


def titled(block: Block, look: Look) -> str:
    """What stands in the head of a frame: the name of a nested model, that of others where names are shown."""
    if block.class_name:
        return block.title if "name" in look.show or not block.class_name else block.title or block.class_name
    return block.title if "name" in look.show else ""


def _title(stage: Stage) -> str:
    """What a pointer reads at a stage."""
    classes = " + ".join(one or "?" for one in stage.classes) if any(stage.classes) else "Input"
    shape = (
        ""
        if stage.output is None
        else " → " + "×".join("?" if axis is None else str(axis) for axis in stage.output.shape)
    )
    count = "" if not stage.parameters else f", {stage.parameters:,} parameters"
    return f"{' · '.join(stage.names)}: {classes}{shape}{count}"
