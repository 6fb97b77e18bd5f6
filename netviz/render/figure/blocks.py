"""A flow as rounded blocks, one below the other: compact, one column wide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from netviz.errors import UsageError
from netviz.figures import Block, Field, Flow
from netviz.render.figure.arrange import Arrangement, arrange
from netviz.render.figure.blocks_draw import HEAD, SPLIT, Card, bounds_of, draw, titled
from netviz.render.figure.blocks_legend import legend_of
from netviz.render.figure.blocks_notes import annotated
from netviz.render.figure.blocks_parts import Placed, Size, Spacing
from netviz.render.figure.blocks_place import Placer
from netviz.render.figure.blocks_words import NARROWEST, Mode, Words, height, lines, need, widest, words_of
from netviz.render.figure.frame import MARGIN, framed, too_narrow
from netviz.render.figure.look import Look
from netviz.render.figure.picture import Picture
from netviz.render.figure.turning import Turn
from netviz.render.figure.wording import caption_of
from netviz.render.layout.geometry import Direction

SHOWN: tuple[Field, ...] = ("class", "details", "activation", "output")
CAN_SHOW: tuple[Field, ...] = ("name", "class", "details", "activation", "size", "channels", "output", "parameters")

MOST = 600
"""Stages that are drawn: more cannot be read on any paper."""

RANKS = 13.0
"""Pixels between blocks along the flow."""
LANES = 18.0
"""Pixels between blocks side by side."""


def blocks_to_picture(flow: Flow, look: Look) -> Picture:
    """The flow as blocks. Raises UsageError for too many stages, and where it does not fit the width asked for."""
    stages = flow.stages
    if len(stages) > MOST:
        raise UsageError(
            f"{len(stages):,} stages are too many for a figure of blocks, which draws up to {MOST}",
            "Fold what repeats, draw fewer levels, or leave layers out.",
        )
    plan = arrange(flow)
    words = {stage.id: words_of(stage, look.show) for stage in stages}
    tries = _Tries(flow, plan, words, look)
    placed, cards, direction = tries.best()
    shapes, bounds = draw(flow, placed, cards, look, Turn(direction))
    return framed(
        shapes,
        bounds,
        look,
        flow.title,
        flow.description,
        caption=caption_of(flow.title, flow.layers, flow.parameters),
        legend=legend_of(flow, look),
    )


@dataclass(frozen=True, slots=True)
class _Way:
    """A way of writing: in which direction, how on the spine (lane 0) and how on the lanes beside it."""

    direction: Direction
    spine: Mode
    beside: Mode

    @property
    def sideways(self) -> bool:
        return self.direction in ("LR", "RL")


class _Tries:
    """Looks for the first way of writing that fits."""

    def __init__(self, flow: Flow, plan: Arrangement, words: Mapping[str, Words], look: Look) -> None:
        self.flow, self.plan, self.words, self.look = flow, plan, words, look
        self.spine = {id for id, spot in plan.spots.items() if spot.lane == 0}
        self.whole = all(spot.lane == int(spot.lane) for spot in plan.spots.values())

    def best(self) -> tuple[Placed, Mapping[str, Card], Direction]:
        """The places, what is written in them, and the direction of the flow."""
        width = self.look.width
        least = float("inf")
        for way in self._ways():
            wanted = self._widths(way)
            placed, cards = self._placed(way, *wanted)
            if width is None:
                return placed, cards, way.direction
            room = width - 2 * MARGIN
            for _ in range(6):
                over = _breadth(self.flow, placed, self.look, way) - room
                if over <= 0.01:
                    return placed, cards, way.direction
                smallest = NARROWEST if way.spine == "wrap" else max(wanted)
                if max(wanted) <= smallest:
                    break
                less = over / (self.plan.ranks if way.sideways else self.plan.high - self.plan.low + 1)
                wanted = (max(smallest, wanted[0] - less), max(smallest, wanted[1] - less))
                placed, cards = self._placed(way, *wanted)
            over = _breadth(self.flow, placed, self.look, way) - room
            if over <= 0.01:
                return placed, cards, way.direction
            least = min(least, over + width)
        raise too_narrow(self.look, least, "Choose another direction.", "Leave layers out.", "Draw fewer levels.")

    def _ways(self) -> Iterator[_Way]:
        """All ways, the best to read first; a flow from left to right that is too long runs down."""
        look = self.look
        if look.sideways:
            yield _Way(look.direction, "wrap", "wrap")
            if look.width is None:
                return
        down: Direction = {"LR": "TB", "RL": "BT"}.get(look.direction, look.direction)  # type: ignore[assignment]
        if self.whole:
            yield _Way(down, "line", "stack")
        yield _Way(down, "stack", "stack")
        yield _Way(down, "wrap", "wrap")

    def _widths(self, way: _Way) -> tuple[float, float]:
        """How wide blocks are on the spine and beside it, where there is room."""
        found = []
        for mode, own in ((way.spine, True), (way.beside, False)):
            needs = [need(words, self.look, mode) for id, words in self.words.items() if (id in self.spine) == own]
            found.append(min(max([*needs, NARROWEST]), widest(self.look, mode)))
        return (found[0], found[1]) if self.whole and not way.sideways else (max(found), max(found))

    def _placed(self, way: _Way, spine: float, beside: float) -> tuple[Placed, Mapping[str, Card]]:
        look, sideways = self.look, way.sideways
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
            way.direction == "BT",
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


def _breadth(flow: Flow, placed: Placed, look: Look, way: _Way) -> float:
    """How wide the drawing is on paper."""
    turn = Turn(way.direction)
    _, bounds = annotated(flow, placed, look, turn, bounds_of(placed, turn))
    return bounds.right - bounds.left


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
