"""Figures in the style of LeNet-5: stacks of feature maps in a row, with what one number of each is computed from.

Source of the style: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document
recognition", 1998, figure 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from netviz.errors import UsageError
from netviz.figures import Flow
from netviz.render.figure.frame import MARGIN, framed, too_narrow
from netviz.render.figure.lenet.legend import entries_of
from netviz.render.figure.lenet.paper import Paper
from netviz.render.figure.lenet.rows import Item, Row, rows_of
from netviz.render.figure.lenet.shapes import Body, Lines, body_of, lines_between, scales_of
from netviz.render.figure.lenet.words import CAN_SHOW, SHOWN, Words, extent_of, words_of
from netviz.render.figure.look import Look
from netviz.render.figure.marks import WORDS_ROOM
from netviz.render.figure.picture import Picture
from netviz.render.figure.wording import caption_of

__all__ = ["CAN_SHOW", "SHOWN", "lenet_to_picture"]

MOST = 60
"""Stages in one figure: a page of rows."""
GAP = 40.0
"""Pixels between two bodies."""
LONGEST_ROW, TALLEST_COLUMN = 1060.0, 1000.0
"""Pixels of a row or a column before it is broken, where no width is asked for."""
FACTORS = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.42)
"""How much smaller than usual the bodies are drawn, where there is little room."""
ROOMS = (86.0, 64.0)
"""Pixels that a line of words may take, usually and where there is little room."""
TURN = 10.0
"""Pixels at the end of rows for the line to the next."""
_REMEDIES = ("Choose another direction.", "Leave layers out.", "Choose blocks.")


def lenet_to_picture(flow: Flow, look: Look) -> Picture:
    """The figure of a flow without branches. Raises UsageError for a width that it does not fit into."""
    stages = flow.stages
    if len(stages) > MOST:
        raise UsageError(
            f"{len(stages):,} stages are more than stacks of feature maps can show ({MOST})",
            "Draw what repeats once (fold), leave layers out (omit), or choose blocks.",
        )
    chain = {(one.id, other.id) for one, other in pairwise(stages)}
    if any((link.tail, link.head) not in chain and not link.passes for link in flow.links):
        raise UsageError(
            f"{flow.title} has branches: feature maps in a row cannot show them", "Choose volumes or blocks."
        )
    paper = _wide(flow, look) if look.sideways else _tall(flow, look)
    return framed(
        paper.shapes,
        paper.bounds,
        look,
        flow.title,
        flow.description,
        caption=caption_of(flow.title, flow.layers, flow.parameters),
        legend=tuple(entries_of(paper.bodies, paper.lines, look)),
    )


@dataclass(frozen=True, slots=True)
class _Set:
    """All that is drawn, in one size: `factor` is that of the bodies, `room` what a line of words may take."""

    flow: Flow
    look: Look
    factor: float = 1.0
    room: float = ROOMS[0]

    def made(self) -> tuple[list[Body], list[Words]]:
        scales = scales_of(self.flow.stages, self.look, self.factor)
        room = self.room * self.look.size / 10.67
        return (
            [body_of(stage, scales) for stage in self.flow.stages],
            [words_of(stage, self.look, room) for stage in self.flow.stages],
        )

    def items(self) -> list[Item]:
        axis = 0 if self.look.sideways else 1
        gap = GAP * self.look.spacing * self.factor
        return [
            Item(body, extent_of(words.label)[axis], extent_of(words.operation)[axis], gap, not self.look.sideways)
            for body, words in zip(*self.made(), strict=True)
        ]

    def paper(self, rows: tuple[Row, ...]) -> Paper:
        bodies, words = self.made()
        linked = {(link.tail, link.head) for link in self.flow.links}
        lines = [
            lines_between(one, other, self.look.sideways)
            if (one.stage.id, other.stage.id) in linked
            else Lines("none", ())
            for one, other in pairwise(bodies)
        ]
        return Paper(self.flow, self.look, bodies, words, lines, rows, WORDS_ROOM * self.room / ROOMS[0])


def _wide(flow: Flow, look: Look) -> Paper:
    """Rows below each other: few, and of large bodies."""
    if look.width is None:
        for factor in FACTORS[:3]:
            one = _Set(flow, look, factor)
            rows = rows_of(one.items(), LONGEST_ROW)
            if rows is not None and len(rows) == 1:
                return one.paper(rows)
        one = _Set(flow, look)
        items = one.items()
        return one.paper(rows_of(items, LONGEST_ROW) or rows_of(items, _least(items) + 1) or ())
    room = look.width - 2 * MARGIN
    found: list[tuple[float, _Set, tuple[Row, ...]]] = []
    for words in ROOMS:
        for factor in FACTORS:
            one = _Set(flow, look, factor, words)
            items = one.items()
            rows = rows_of(items, room)
            if rows is not None and len(rows) > 1:
                rows = rows_of(items, room - TURN)
            if rows is not None:
                found.append((len(rows) + 1.2 * (1.0 - factor), one, rows))
    if found:
        _, one, rows = min(found, key=lambda each: each[0])
        return one.paper(rows)
    needed = _least(_Set(flow, look, FACTORS[-1], ROOMS[-1]).items()) + TURN + 2 * MARGIN
    raise too_narrow(look, needed, *_REMEDIES)


def _least(items: list[Item]) -> float:
    """The least length of rows in which all items find a place."""
    low, high = 0.0, 64.0
    while rows_of(items, high) is None:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) / 2
        low, high = (low, middle) if rows_of(items, middle) else (middle, high)
    return high


def _tall(flow: Flow, look: Look) -> Paper:
    """Columns beside each other, as many as there is room for and as are needed."""
    least = float("inf")
    for words in ROOMS:
        for factor in FACTORS:
            one = _Set(flow, look, factor, words)
            items = one.items()
            for limit in (TALLEST_COLUMN, 1600.0, 2600.0, 5000.0, 1e9):
                rows = rows_of(items, limit)
                if rows is None:
                    continue
                paper = one.paper(rows)
                wide = paper.bounds.right - paper.bounds.left + 2 * MARGIN
                if look.width is None or wide <= look.width:
                    return paper
                least = min(least, wide)
    raise too_narrow(look, least, *_REMEDIES)
