"""Which way of writing a flow of blocks is taken: the first one that fits the width, and the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from netviz.figures import Block, Flow
from netviz.render.figure.arrange import Arrangement
from netviz.render.figure.blocks.columns import Column, assembled, breaks, broken
from netviz.render.figure.blocks.draw import HEAD, SPLIT, Card, titled
from netviz.render.figure.blocks.parts import Placed, Size, Spacing
from netviz.render.figure.blocks.place import Placer
from netviz.render.figure.blocks.words import NARROWEST, Mode, Words, height, lines, need, widest
from netviz.render.figure.frame import MARGIN, Bounds, too_narrow
from netviz.render.figure.look import Look
from netviz.render.figure.turning import Turn

RANKS = 13.0
"""Pixels between blocks along the flow."""
LANES = 18.0
"""Pixels between blocks side by side."""

LONG = 1100.0
"""Pixels along the flow above which it is broken where no width is asked for."""
PAGE = 850.0
"""Pixels that a drawing of a given width may be high: a page of 24 cm, less what stands around the drawing."""
ASPECT = 1.3
"""How much higher than wide a drawing may be that is broken."""
UNEVEN = 1.6
"""How much longer than all on average the longest of several columns may be."""
MOST_COLUMNS = 12
SHRINKING = 6
"""How often blocks are made narrower until they fit."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way of writing: how on the spine (lane 0) and how on the lanes beside it, in so many columns."""

    spine: Mode
    beside: Mode
    count: int = 1


@dataclass(frozen=True, slots=True)
class Layout:
    """Columns with what is written in them, and the rectangle that they take."""

    columns: Sequence[Column]
    cards: Mapping[str, Card]
    bounds: Bounds

    @property
    def width(self) -> float:
        return self.bounds.right - self.bounds.left

    @property
    def height(self) -> float:
        return self.bounds.bottom - self.bounds.top


class Tries:
    """Looks for the first way of writing that fits."""

    def __init__(self, flow: Flow, plan: Arrangement, words: Mapping[str, Words], look: Look) -> None:
        self.flow, self.plan, self.words, self.look = flow, plan, words, look
        self.turn = Turn(look.direction)
        self.spine = {id for id, spot in plan.spots.items() if spot.lane == 0}
        self.whole = all(spot.lane == int(spot.lane) for spot in plan.spots.values())
        self.least = float("inf")

    def best(self) -> Layout:
        """The places and what is written there. Raises UsageError where nothing fits the width asked for."""
        if self.look.width is None:
            return self._natural()
        room = self.look.width - 2 * MARGIN
        best = self._in_rows(room) if self.turn.sideways else self._in_columns(room)
        if best is None:
            hints = ("Choose another direction.", "Leave layers out.", "Draw fewer levels.")
            raise too_narrow(self.look, self.least + 2 * MARGIN, *hints)
        return best

    def _in_rows(self, room: float) -> Layout | None:
        """In as few rows as fit the room; with narrower blocks where not even the most rows fit."""
        way = Way("wrap", "wrap")
        natural = max(self._widths(way))
        for step in range(SHRINKING + 1):
            width = natural - (natural - min(NARROWEST, natural)) * step / SHRINKING
            placed, cards = self._placed(way, width, width)
            most = len(breaks(self.plan, placed).allowed) + 1
            widest = self._layout(placed, cards, most)
            if widest is None or widest.width > room + 0.01:
                self.least = min(self.least, widest.width if widest else self.least)
                continue
            for count in range(min(most, max(1, int(placed.length / room))), most):
                found = self._layout(placed, cards, count)
                if found is not None and found.width <= room + 0.01:
                    return found
            return widest
        return None

    def _in_columns(self, room: float) -> Layout | None:
        """In the first way, and as few columns, as fit the room and the page; else the lowest that fits the room."""
        best: Layout | None = None
        for way in self._ways():
            for count in range(1, MOST_COLUMNS + 1):
                found = self._fitted(replace(way, count=count), room)
                if found is None:
                    break
                if not self._even(found):
                    continue
                if found.height <= PAGE:
                    return found
                if best is None or found.height < best.height * 0.97:
                    best = found
        return best

    def _natural(self) -> Layout:
        """Without a width: the first way, in columns or rows where one would be very long."""
        way = next(self._ways())
        placed, cards = self._placed(way, *self._widths(way))
        best = self._layout(placed, cards, 1)
        assert best is not None
        for count in range(2, MOST_COLUMNS + 1):
            if self._long(best) <= (LONG if self.turn.sideways else max(LONG, best.width * ASPECT)):
                break
            found = self._layout(placed, cards, count)
            if found is None:
                break
            if self._even(found):
                best = found
        return best

    def _even(self, layout: Layout) -> bool:
        """Whether the columns are about equally long."""
        lengths = [column.placed.length for column in layout.columns]
        return max(lengths) <= UNEVEN * sum(lengths) / len(lengths)

    def _long(self, layout: Layout) -> float:
        return layout.width if self.turn.sideways else layout.height

    def _layout(self, placed: Placed, cards: Mapping[str, Card], count: int) -> Layout | None:
        columns = broken(self.plan, placed, count)
        if columns is None:
            return None
        _, bounds = assembled(self.flow, columns, None, self.look, self.turn)
        return Layout(columns, cards, bounds)

    def _fitted(self, way: Way, room: float) -> Layout | None:
        """The layout in that way with blocks as narrow as they have to be, None where it does not fit."""
        wanted, width = self._widths(way), 0.0
        # words are elided only where nothing else helps: never to have more columns
        smallest = NARROWEST if way.spine == "wrap" and way.count == 1 else max(wanted)
        for _ in range(SHRINKING + 1):
            placed, cards = self._placed(way, *wanted)
            found = self._layout(placed, cards, way.count)
            if found is None:
                return None
            width = found.width
            over = width - room
            if over <= 0.01:
                return found
            if max(wanted) <= smallest:
                break
            less = over / (self.plan.high - self.plan.low + 1) / way.count
            wanted = (max(smallest, wanted[0] - less), max(smallest, wanted[1] - less))
        self.least = min(self.least, width)
        return None

    def _ways(self) -> Iterator[Way]:
        """All ways, the best to read first."""
        if not self.turn.sideways:
            if self.whole:
                yield Way("line", "stack")
            yield Way("stack", "stack")
        yield Way("wrap", "wrap")

    def _widths(self, way: Way) -> tuple[float, float]:
        """How wide blocks are on the spine and beside it, where there is room."""
        found = []
        for mode, own in ((way.spine, True), (way.beside, False)):
            needs = [need(words, self.look, mode) for id, words in self.words.items() if (id in self.spine) == own]
            found.append(min(max([*needs, NARROWEST]), widest(self.look, mode)))
        return (found[0], found[1]) if self.whole and not self.turn.sideways else (max(found), max(found))

    def _placed(self, way: Way, spine: float, beside: float) -> tuple[Placed, Mapping[str, Card]]:
        look, sideways = self.look, self.turn.sideways
        cards = {}
        for id, words in self.words.items():
            mode, width = (way.spine, spine) if id in self.spine else (way.beside, beside)
            if sideways and words.form != "box":
                width = min(width, need(words, look, mode))
            cards[id] = self._card(words, mode, width)
        for group in (self.spine, self.words.keys() - self.spine):
            boxes = [cards[id].height for id in group if cards[id].words.form == "box"]
            for id in group if sideways or way.spine != "wrap" else ():
                if cards[id].words.form == "box":
                    cards[id] = replace(cards[id], height=max(boxes))
        sizes = {id: _size(card, sideways) for id, card in cards.items()}
        heads = {block.id: self._head(block) for block in self.flow.walk() if isinstance(block, Block)}
        spacing = Spacing(
            (RANKS + 3.0 if sideways else RANKS) * look.spacing,
            LANES * look.spacing,
            heads,
            sideways,
            look.direction == "BT",
        )
        return Placer(self.flow, self.plan, sizes, spacing).place(), cards

    def _head(self, block: Block) -> float:
        """Room for the title of a frame and its badge."""
        return self.look.small * 1.3 + HEAD if block.repeats > 1 or titled(block, self.look) else 0.0

    def _card(self, words: Words, mode: Mode, width: float) -> Card:
        look = self.look
        if words.form == "circle":
            side = look.size * 1.5
            if not words.behind:
                return Card(words, (), side, side, side)
            found = lines(Words("thin", words.behind), look, "stack", width)
            return Card(words, found, width, height(found, look) - 3.0, side)
        found = lines(words, look, mode, width)
        return Card(words, found, width, height(found, look) - (3.0 if words.form == "thin" else 0.0))


def _size(card: Card, sideways: bool) -> Size:
    if not card.circle:
        long, wide = (card.width, card.height) if sideways else (card.height, card.width)
        return Size(long, wide, long / 2, long / 2, wide)
    radius = card.circle / 2
    if not card.lines:
        return Size(card.circle, card.circle, radius, radius, card.circle)
    long, wide = (card.width, card.height) if sideways else (card.height, card.width)
    along = card.circle + SPLIT + long
    return Size(along, max(wide, card.circle), radius, along - long / 2, card.circle)
