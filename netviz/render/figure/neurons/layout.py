"""One try at laying a network out with given sizes: circles, words around them, and how much paper that takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from netviz.figures import Network, Neurons
from netviz.render.figure.frame import Bounds
from netviz.render.figure.look import SPARE, Look, width_of
from netviz.render.figure.marks import WORDS_ROOM
from netviz.render.figure.neurons.headings import headings_above, headings_beside, word_width
from netviz.render.figure.neurons.notes import note_lines, own_notes
from netviz.render.figure.neurons.numbers import number_shapes, numbered
from netviz.render.figure.neurons.place import Places, Sizes, Taken, place, steepness
from netviz.render.figure.neurons.units import AWAY, bias_room, bias_shapes, bias_unit, unit_shapes
from netviz.render.figure.neurons.words import (
    Line,
    before_lines,
    count_width,
    is_source,
    label_lines,
    label_width,
    ring_room,
    stacked,
    tall,
    wide,
)
from netviz.render.figure.picture import Bend, Circle, Close, Part, Path, Point, Rectangle, Shape, Text
from netviz.render.figure.turning import Turn
from netviz.render.figure.wording import counted

HEAD = 9.0
"""Pixels between the neurons and the headings."""
FOOT = 7.0
"""Pixels between the neurons and the words below or beside them."""
STUB = 26.0
"""Pixels of the dots that stand for what is in front of the neurons."""
BESIDE = 110.0
"""Pixels for the words of a layer beside it, in a figure that runs from top to bottom."""

LEAST_GAP = 24.0
"""Columns that are closer leave no room for whole names outside."""
NARROW = 62.0
"""Pixels for the words between layers of one column."""
CLEAR = 22.0
"""Pixels that such words keep from the neurons at most, besides."""

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass(slots=True)
class Layout:
    """A network laid out; `lay` has to be called first, `add_numbers` before the shapes are taken.

    With `numbers` weights stand on the connections, and biases at the neurons where nobody said what to show.
    `tight` is how close things stand (1: as usual); `merged` headings stand with the other words of a layer.
    """

    network: Network
    look: Look
    sizes: Sizes
    numbers: bool
    tight: float = 1.0
    merged: bool = False
    clear: float = 0.0
    places: Places = field(init=False)
    shapes: list[Shape] = field(default_factory=list)
    over: list[Shape] = field(default_factory=list)
    bounds: Bounds = field(init=False)

    @property
    def _says_biases(self) -> bool:
        """Whether biases stand at the neurons."""
        return says_biases(self.network, self.look, self.numbers)

    @property
    def _beyond(self) -> float:
        """What biases at the neurons take across the flow."""
        return bias_room(self.network, self.look) if self._says_biases else 0.0

    @property
    def _overhang(self) -> float:
        """How far the names of inputs and outputs reach beyond their neurons, in a row of them."""
        labels = [one.labels[-1] for one in self.network.neurons if one.labels]
        reach = max((label_width(label, self.look.size) / 2 for label in labels), default=0.0)
        return max(0.0, reach - self.sizes.radius)

    @property
    def turn(self) -> Turn:
        return Turn(self.look.direction)

    @property
    def room(self) -> float:
        """Pixels that the words of a layer may take in width."""
        if not self.look.sideways:
            least = max(count_width(self.network, self.look), word_width(self.network, self.look)) + 1
            return max(44.0, BESIDE * min(self.tight, 1.0), least)
        several = len({one.column for one in self.network.neurons}) > 1
        return self.sizes.gap - 7 if several else max(160.0, count_width(self.network, self.look) + 1)

    def _room_of(self, one: Neurons) -> float:
        """Pixels for the words of a layer in width: of several inputs and outputs they stand outside."""
        alone = sum(other.column == one.column for other in self.network.neurons) == 1
        if alone or not self.look.sideways or self.sizes.gap < LEAST_GAP:
            return self.room
        name = min(width_of(one.name, self.look.small) * SPARE, WORDS_ROOM)
        if self._is_between(one.column):  # narrow words are clear of the connections around them
            enters = not any(joint.head == one.id for joint in self.network.connections)
            ring = ring_room(one.shared, self.look)
            least = max(name, count_width(self.network, self.look) + 1, NARROW) + ring
            return self.room if enters else min(self.room, least)
        return max(self.room, name)

    def lay(self) -> Bounds | None:
        """The paper that it takes; None where there is no room for how many units a layer has, or for headings."""
        labels: dict[str, list[Line]] = {}
        for one in self.network.neurons:
            lines = label_lines(self.network, one, self.look, self._room_of(one))
            if lines is None:
                return None
            labels[one.id] = lines
        columns: dict[int, list[Neurons]] = {}
        for one in self.network.neurons:
            columns.setdefault(one.column, []).append(one)
        sources = [one for one in self.network.neurons if is_source(self.network, one)]
        ahead = before_lines(self.network, self.look)
        alone = len(sources) == len(columns[0]) and all(one.column == 0 for one in sources)
        if len(sources) == 1 and not alone:
            labels[sources[0].id] = labels[sources[0].id] + ahead
        if self.merged:
            for column, lines in headings_beside(self.network, self.look, self.room).items():
                labels[columns[column][0].id] = lines + labels[columns[column][0].id]
        for id, notes in own_notes(self.network).items():
            labels[id] = labels[id] + note_lines(notes, self.look, max(self.room, 0.7 * WORDS_ROOM))
        self._space(columns, labels)
        self.places = place(self.network, self.sizes, "biases" in self.look.show, self._beyond)
        last = max(columns)
        for column, members in columns.items():
            lowest = max(members, key=lambda one: self.places.stands[one.id].middle)
            for one in members:
                self._layer(one, labels[one.id], len(members) > 1, column == last, one is lowest)
        if ahead and alone:
            middle = (self.places.ends[0][0] + self.places.ends[0][1]) / 2
            away = self.sizes.radius + STUB
            self._outside(self.shapes, ahead, self.places.columns[0] - away, middle, -1)
        for x, y in (self.turn(*point) for point in self.places.biases.values()):
            self.shapes.append(Part(tuple(bias_unit(x, y, self.sizes.radius, self.look)), "neuron", "", "bias: 1"))
        if not self.merged and not self._headings():
            return None
        boxes = list(boxes_of(self.shapes))
        low, high = self.places.columns[0], self.places.columns[last]
        corners = [self.turn(low, self.places.top), self.turn(high, self.places.bottom)]
        boxes += [(x, y, x, y) for x, y in corners]
        self.bounds = Bounds(
            min(box[0] for box in boxes), min(box[1] for box in boxes),
            max(box[2] for box in boxes), max(box[3] for box in boxes),
        )  # fmt: skip
        return self.bounds

    def add_numbers(self) -> bool:
        """Whether there is a place for each number on a connection; then they are there."""
        if not self.numbers:
            return True
        taken = Taken(list(boxes_of(self.shapes)))
        lines = list(numbered(self.network, self.places, self.turn))
        found = number_shapes(lines, self.look, taken, clear="weights" not in self.look.show)
        self.over += found or []
        return found is not None

    def _space(self, columns: dict[int, list[Neurons]], labels: dict[str, list[Line]]) -> None:
        """Takes care that layers of one column have room for the words between them, clear of their connections."""
        crowded = [labels[one.id] for members in columns.values() if len(members) > 1 for one in members]
        need = max((self._across(lines) for lines in crowded), default=0.0)
        inner = [labels[one.id] for column in columns for one in columns[column][:-1] if self._is_between(column)]
        steep = steepness(self.network, self.sizes.pitch) / self.sizes.gap
        self.clear = min(CLEAR, max((self._along(lines) * steep / 4 for lines in inner), default=0.0))
        room = need + 2 * (self.sizes.radius + FOOT + self.clear) + self._beyond if need else 0.0
        self.sizes = replace(self.sizes, between=max(self.sizes.pitch * 1.5, room))

    def _is_between(self, column: int) -> bool:
        """Whether the words of layers that share the column stand between these."""
        return 0 < column < max(one.column for one in self.network.neurons)

    def _across(self, lines: list[Line]) -> float:
        return tall(lines) if self.look.sideways else wide(lines, self.look)

    def _along(self, lines: list[Line]) -> float:
        return wide(lines, self.look) if self.look.sideways else tall(lines)

    def _layer(self, one: Neurons, lines: list[Line], crowded: bool, last: bool, lowest: bool) -> None:
        """The neurons of a layer and its words: behind the column, or outside where several layers share it."""
        stand, sizes = self.places.stands[one.id], self.sizes
        shapes = unit_shapes(one, stand, sizes, self.turn, self.look, self.network)
        if self._says_biases and one.biases:
            shapes += bias_shapes(one, stand, sizes, self.turn, self.look)
        first = one.column == 0
        label = max((label_width(text, self.look.size) for text in one.labels or ()), default=0.0)
        ahead = sizes.radius + (AWAY + (label if self.look.sideways else self.look.size * 1.3) if one.labels else 0.0)
        stub = is_source(self.network, one) and bool(self.network.before)
        if stub:
            shapes += self._dots(stand.along, stand.middle)
            ahead = sizes.radius + STUB
        if crowded and (first or last):
            side = -1 if first else 1
            self._outside(shapes, lines, stand.along + side * (ahead + 10.0 * (not stub)), stand.middle, side)
        elif crowded and not lowest:
            self._behind(shapes, lines, stand.along, stand.across[-1] + sizes.radius + self._beyond + self.clear)
        else:
            self._behind(shapes, lines, stand.along, self.places.bottom)
        self.shapes.append(Part(tuple(shapes), "stage", one.id, _title(one)))

    def _dots(self, along: float, across: float) -> list[Shape]:
        points = [self.turn(along - self.sizes.radius - away, across) for away in (7.0, 13.0, 19.0)]
        return [Circle(x, y, 1.6, "muted") for x, y in points]

    def _outside(self, shapes: list[Shape], lines: list[Line], along: float, across: float, side: int) -> None:
        """Words in front of the first column (side −1) or behind the last."""
        x, y = self.turn(along, across)
        if self.look.sideways:
            right = (side > 0) == (self.look.direction == "LR")
            shapes += stacked(lines, x, y - tall(lines) / 2, "start" if right else "end", self.look)
        else:
            below = (side > 0) == (self.look.direction == "TB")
            shapes += stacked(lines, x, y if below else y - tall(lines), "middle", self.look)

    def _behind(self, shapes: list[Shape], lines: list[Line], along: float, across: float) -> None:
        """Words below a column, or at the right of a row."""
        x, y = self.turn(along, across)
        if self.look.sideways:
            shapes += _haloed(stacked(lines, x, y + FOOT, "middle", self.look))
        else:
            shapes += _haloed(stacked(lines, x + FOOT + self._overhang, y - tall(lines) / 2, "start", self.look))

    def _headings(self) -> bool:
        """Whether there is room for what stands above the columns, or before the rows; then it is there."""
        if not self.look.sideways:
            for column, lines in headings_beside(self.network, self.look, self.room).items():
                x, y = self.turn(self.places.columns[column], self.places.top - HEAD)
                self.shapes += stacked(lines, x, y - tall(lines) / 2, "end", self.look)
            return True
        found = headings_above(self.network, self.places.columns, self.look)
        for along, lines in found or ():
            x, y = self.turn(along, self.places.top - HEAD)
            self.shapes += stacked(lines, x, y - tall(lines), "middle", self.look)
        return found is not None


def words_gap(network: Network, look: Look) -> float:
    """Pixels from row to row so that the words of a layer, at the end of its row, keep clear of those of the next."""
    before = tall(before_lines(network, look))
    return 6.0 + max(
        tall(label_lines(network, one, look, BESIDE) or ()) + (before if is_source(network, one) else 0.0)
        for one in network.neurons
    )


def says_biases(network: Network, look: Look, numbers: bool) -> bool:
    """Whether biases stand at the neurons: where all numbers are shown, and nobody said which."""
    return numbers and bool(network.sample) and not look.chosen and "biases" not in look.show


def _haloed(shapes: Iterable[Shape]) -> list[Shape]:
    return [
        replace(shape, halo=True)
        if isinstance(shape, Text)
        else replace(shape, shapes=tuple(_haloed(shape.shapes)))
        if isinstance(shape, Part)
        else shape
        for shape in shapes
    ]


def _title(one: Neurons) -> str:
    kind = f" ({one.class_name})" if one.class_name else ""
    lines = [f"{one.name}{kind}", counted(one.units, "unit")]
    if one.activation:
        lines.append(one.activation)
    lines.append("parameters unknown" if one.parameters is None else counted(one.parameters, "parameter"))
    if len(one.layers) > 1:
        lines.append("with " + ", ".join(one.layers[1:]))
    return "\n".join(lines)


def boxes_of(shapes: Iterable[Shape]) -> Iterable[Box]:
    """The rectangle that each shape takes."""
    for shape in shapes:
        if isinstance(shape, Part):
            yield from boxes_of(shape.shapes)
        elif isinstance(shape, Circle):
            reach = shape.radius + shape.line / 2 * (shape.stroke is not None)
            yield shape.x - reach, shape.y - reach, shape.x + reach, shape.y + reach
        elif isinstance(shape, Rectangle):
            yield shape.x, shape.y, shape.x + shape.width, shape.y + shape.height
        elif isinstance(shape, Text):
            long = width_of(shape.text, shape.size, bold=shape.bold)
            left = shape.x - long * {"start": 0.0, "middle": 0.5, "end": 1.0}[shape.anchor]
            yield left, shape.y - shape.size * 0.85, left + long, shape.y + shape.size * 0.28
        else:
            across, down = zip(*_points(shape), strict=True)
            yield min(across), min(down), max(across), max(down)


def _points(path: Path) -> Iterable[Point]:
    for step in path.steps:
        if isinstance(step, Bend):
            yield step.first
            yield step.second
        if not isinstance(step, Close):
            yield step.to
