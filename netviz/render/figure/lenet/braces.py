"""Braces over stages of a LeNet figure: what the user says of them, and blocks that repeat."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from netviz.figures import Block, Flow, Stage
from netviz.render.figure.lenet.words import Line, badge_line, extent_of, whole_lines
from netviz.render.figure.look import Look
from netviz.render.figure.marks import BRACE, WORDS_LINES

AWAY = 4.0
"""Pixels from what a brace is over to its ends."""
ABOVE, BESIDE = 2.0, 4.0
"""Pixels from the tip of a brace to the words above it, or at its left."""


@dataclass(frozen=True, slots=True)
class Span:
    """Words over the stages from the first to the last, by their numbers; a block has its title, and `repeats`."""

    text: str
    first: int
    last: int
    bold: bool = False
    repeats: int = 1


@dataclass(frozen=True, slots=True)
class Brace:
    """A brace in a row: its ends along, where its words are centred, and how far from the bodies its ends lie.

    `lines` follow beyond its tip, along the brace where they are `turned`; then the `badge` stands between the two.
    """

    low: float
    high: float
    middle: float
    away: float
    lines: tuple[Line, ...]
    badge: tuple[Line, ...] = ()
    turned: bool = False


def spans_of(flow: Flow) -> tuple[Span, ...]:
    """The blocks that say something and the annotations, the shortest first."""
    numbers = {stage.id: number for number, stage in enumerate(flow.stages)}
    spans: list[Span] = []
    for item in reversed(list(flow.walk())):
        if isinstance(item, Block) and (item.repeats > 1 or item.title):
            inside = [numbers[stage.id] for stage in _stages(item)]
            if inside:
                spans.append(Span(item.title, min(inside), max(inside), True, item.repeats))
    for note in flow.annotations:
        if note.first in numbers and note.last in numbers:
            ends = sorted((numbers[note.first], numbers[note.last]))
            spans.append(Span(note.text, ends[0], ends[1]))
    return tuple(sorted(spans, key=lambda span: span.last - span.first))


def _stages(item: Stage | Block) -> list[Stage]:
    if isinstance(item, Stage):
        return [item]
    return [stage for child in item.children for stage in _stages(child)]


def braces_of(
    spans: Sequence[Span],
    places: dict[int, tuple[float, float]],
    room: tuple[float, float],
    look: Look,
    short: float,
    clear: Callable[[float, float], float],
) -> tuple[tuple[Brace, ...], float]:
    """The braces over the bodies of one row, whose ends `places` has by number, and how far out they reach.

    `room` is from where to where along words may stand, `short` how wide those of a short brace may be.
    `clear` is how far out all else between two places along reaches, at most 0.
    """
    braces: list[Brace] = []
    taken: list[tuple[float, float, float]] = []  # along from, to; away to
    for span in spans:
        over = [places[number] for number in range(span.first, span.last + 1) if number in places]
        if not over:
            continue
        low, high = over[0][0], over[-1][1]
        wide = min(max(high - low, short), room[1] - room[0]) if look.sideways else short
        turned = not look.sideways and look.width is not None and high - low >= short
        most = 1 if turned else WORDS_LINES
        texts = whole_lines(span.text, look.size, high - low if turned else wide, most, bold=span.bold)
        words = tuple(Line(text, look.size, "ink", span.bold) for text in texts)
        badge = (badge_line(span.repeats, look),) if span.repeats > 1 else ()
        brace = Brace(low, high, 0.0, 0.0, words if turned else words + badge, badge if turned else (), turned)
        along, deep = _room_of(brace, look.sideways)
        middle = min(max((low + high) / 2, room[0] + along / 2), max(room[1] - along / 2, room[0] + along / 2))
        left, right = min(low, middle - along / 2) - 3.0, max(high, middle + along / 2) + 3.0
        met = [to for start, end, to in taken if start < right and left < end]
        away = max([clear(left, right), *met]) + AWAY
        taken.append((left, right, away + BRACE + deep))
        braces.append(replace(brace, middle=middle, away=away))
    return tuple(braces), max([0.0, *(one[2] for one in taken)])


def _room_of(brace: Brace, sideways: bool) -> tuple[float, float]:
    """What the words of a brace take along it, and beyond its tip."""
    wide, tall = extent_of(brace.lines)
    if sideways:
        return wide, ABOVE + tall
    if not brace.turned:
        return tall, BESIDE + wide
    mark, high = extent_of(brace.badge)
    return max(wide, high), BESIDE + (mark + BESIDE if mark else 0.0) + tall
