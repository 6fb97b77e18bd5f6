"""Blocks that have their places, as shapes: rounded rectangles, circles, frames with ×N, lines with round corners."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from netviz.figures import Block, Flow, Stage
from netviz.render.figure.blocks.legend import DASHES
from netviz.render.figure.blocks.notes import annotated
from netviz.render.figure.blocks.parts import Area, Placed, Route
from netviz.render.figure.blocks.words import BETWEEN, EDGE, PAD, Line, Words, ring_room
from netviz.render.figure.frame import Bounds
from netviz.render.figure.look import Look, lines_of, width_of
from netviz.render.figure.marks import badge, badge_size, shared_ring
from netviz.render.figure.moving import moved
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
    Straight,
    Text,
    rounded,
)
from netviz.render.figure.signs import sign_shapes
from netviz.render.figure.turning import Turn
from netviz.render.figure.wording import title_of

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


def draw(flow: Flow, placed: Placed, cards: Mapping[str, Card], look: Look, turn: Turn) -> tuple[list[Shape], Bounds]:
    """The shapes of what is placed of a flow, and the rectangle that they take."""
    drawing = _Drawing(placed, cards, look, turn)
    shapes: list[Shape] = [*drawing.frames(flow.children)]
    shapes += [line_of(route, turn) for route in sorted(placed.routes, key=lambda route: not route.link.memory)]
    shapes += [drawing.stage(stage) for stage in flow.stages if stage.id in placed.spots]
    shapes += drawing.badges(flow.children)
    notes, bounds = annotated(flow, placed, look, turn, bounds_of(placed, turn))
    return [*shapes, *notes], bounds


def bounds_of(placed: Placed, turn: Turn) -> Bounds:
    """The rectangle on paper of what is placed."""
    corners = [turn(0.0, placed.low), turn(placed.length, placed.high)]
    left, right = sorted(corner[0] for corner in corners)
    top, bottom = sorted(corner[1] for corner in corners)
    return Bounds(left - 1, top - 1, right + 1, bottom + 1)


@dataclass(slots=True)
class _Drawing:
    placed: Placed
    cards: Mapping[str, Card]
    look: Look
    turn: Turn

    def box(self, area: Area) -> tuple[float, float, float, float]:
        """Left, top, width and height of a rectangle."""
        one, other = self.turn(area.first, area.low), self.turn(area.last, area.high)
        left, right = sorted((one[0], other[0]))
        top, bottom = sorted((one[1], other[1]))
        return left, top, right - left, bottom - top

    def frames(self, children: Iterable[Stage | Block], depth: int = 0) -> Iterator[Shape]:
        for child in children:
            if isinstance(child, Stage) or child.id not in self.placed.areas:
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
            if isinstance(child, Stage) or child.id not in self.placed.areas:
                continue
            yield from self.badges(child.children)
            left, top, width, _ = self.box(self.placed.areas[child.id])
            begin, end = left + 8.0, left + width - 8.0
            if child.repeats > 1:
                wide, high = badge_size(child.repeats, self.look)
                x, y = left + width - wide - 4.0, top + 4.0
                places = [x - 4.0 * step for step in range(int((width - wide - 8.0) / 4) + 1)]
                x = next((place for place in places if not self._met(place, y, wide, high)), x)
                begin, end = (begin, x - 8.0) if x > left + width / 2 else (x + wide + 6.0, end)
                yield badge(child.repeats, x, y, self.look)
            title = titled(child, self.look)
            room = self._clear(child, begin, max(end - begin, 0.0))
            if title and room > size * 2:
                for text in lines_of(title, size, room, 1):
                    yield Text(begin, top + 4.0 + size, text, size, paint="muted", room=room)

    def _met(self, x: float, y: float, width: float, height: float) -> bool:
        """Whether a line runs through a rectangle."""
        for route in self.placed.routes:
            for one, other in pairwise([self.turn(*point) for point in route.points]):
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
        middle = self.turn(spot.along + spot.size.along / 2, spot.across)
        if card.circle:
            shapes += self._circle(stage, card, spot.along, spot.across)
        else:
            x, y = middle[0] - card.width / 2, middle[1] - card.height / 2
            shapes += self._block(stage, card, x, y, card.width, card.height, card.lines)
        return Part(tuple(shapes), "stage", stage.id, title_of(stage))

    def _circle(self, stage: Stage, card: Card, along: float, across: float) -> Iterator[Shape]:
        radius = card.circle / 2
        sideways = self.turn.sideways
        if card.lines:
            begin = along + card.circle + SPLIT
            long = card.width if sideways else card.height
            one, other = self.turn(along + card.circle, across), self.turn(begin, across)
            yield Path((Move(one), Straight(other)), None, "edge", 1.0)
            x, y = self.turn(begin + long / 2, across)
            yield from self._block(
                stage, card, x - card.width / 2, y - card.height / 2, card.width, card.height, card.lines
            )
        x, y = self.turn(along + radius, across)
        yield Circle(x, y, radius, f"{stage.family}-tint", f"{stage.family}-line", 1.0)
        yield from moved(sign_shapes(stage.sign, radius, f"{stage.family}-line"), x, y)

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
        yield self._edge(x, y, width, height, corner, f"{family}-front")
        if stage.activation and not thin:
            yield self._band(x, y, width, height, corner, f"{family}-face")
        yield Rectangle(x, y, width, height, corner, None, f"{family}-line", 0.9, dash)
        if stage.kind == "closed":
            yield Rectangle(x + 2.2, y + 2.2, width - 4.4, height - 4.4, corner - 1.5, None, f"{family}-line", 0.5)
        begin = x if self.turn.direction == "RL" else x + EDGE
        ring = ring_room(card.words, self.look)
        if stage.shared is not None and ring:
            yield shared_ring(stage.shared, begin + width - EDGE - ring / 2 - BETWEEN / 2, y + height / 2, self.look)
        yield from self._lines(lines, begin, y, width - EDGE - ring, height, stage)

    def _edge(self, x: float, y: float, width: float, height: float, corner: float, paint: str) -> Path:
        """A band along the edge where the flow enters from the left or the right, at the left of what runs down."""
        near, ahead = (x + width, -1.0) if self.turn.direction == "RL" else (x, 1.0)

        def at(across: float, down: float) -> Point:
            return near + ahead * across, y + down

        bent = corner * 0.45
        return Path(
            (
                Move(at(EDGE, 0.0)),
                Straight(at(corner, 0.0)),
                Bend(at(bent, 0.0), at(0.0, bent), at(0.0, corner)),
                Straight(at(0.0, height - corner)),
                Bend(at(0.0, height - bent), at(bent, height), at(corner, height)),
                Straight(at(EDGE, height)),
                Close(),
            ),
            paint,
        )

    def _band(self, x: float, y: float, width: float, height: float, corner: float, paint: str) -> Path:
        """A strip along the edge of a block where the flow leaves it, with the block's round corners."""
        upright = self.turn.direction in ("TB", "BT")
        ahead = 1.0 if self.turn.direction in ("TB", "LR") else -1.0
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
        if stage.activation and self.turn.direction in ("TB", "BT") and not self.cards[stage.id].circle:
            band = BAND * (-0.4 if self.turn.direction == "TB" else 0.4)
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


def line_of(route: Route, turn: Turn) -> Part:
    """The line of a link, with its tip at what it leads to."""
    steps = rounded([turn(*point) for point in route.points], ROUNDING)
    paint = "muted" if route.link.memory else "skip" if route.skips else "edge"
    line = Path(steps, None, paint, 1.0, DASHES[route.link.beside], arrow=True)
    return Part((line,), "link", "", f"{route.link.tail} → {route.link.head}")


def titled(block: Block, look: Look) -> str:
    """What stands in the head of a frame: the name of a nested model, that of others where names are shown."""
    return (block.title or block.class_name or "") if block.class_name or "name" in look.show else ""
