"""Brackets over stages of a LeNet figure: what the user says of them, and blocks that repeat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from netviz.figures import Block, Flow, Stage
from netviz.render.figure.lenet_words import Line, extent_of
from netviz.render.figure.look import Look, lines_of

BRACKET = 5.0
"""Pixels from a bracket's ends to its line."""
_ROOM = 104.0
"""Pixels that a line of words may take over a short bracket, and beside one."""


@dataclass(frozen=True, slots=True)
class Span:
    """Words over the stages from the first to the last, by their numbers."""

    text: str
    first: int
    last: int
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Brace:
    """A bracket in a row: its ends along, where its words are centred, and how far from the bodies it lies.

    `away` is where its line is, counted from the edge of what it is over; `lines` follow further out, along the line
    where they are `turned`.
    """

    low: float
    high: float
    middle: float
    away: float
    lines: tuple[Line, ...]
    turned: bool = False


def spans_of(flow: Flow) -> tuple[Span, ...]:
    """The blocks that say something and the annotations, the shortest first."""
    numbers = {stage.id: number for number, stage in enumerate(flow.stages)}
    spans: list[Span] = []
    for item in reversed(list(flow.walk())):
        if isinstance(item, Block) and (item.repeats > 1 or item.title):
            inside = [numbers[stage.id] for stage in _stages(item)]
            text = " ".join(filter(None, (item.title, f"×{item.repeats}" if item.repeats > 1 else "")))
            if inside and text:
                spans.append(Span(text, min(inside), max(inside), True))
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
    spans: Sequence[Span], places: dict[int, tuple[float, float]], room: tuple[float, float], look: Look
) -> tuple[tuple[Brace, ...], float]:
    """The brackets over the bodies of one row, whose ends `places` has by number, and how far out they reach.

    `room` is from where to where along words may stand.
    """
    braces: list[Brace] = []
    taken: list[tuple[float, float, float, float]] = []  # along from, to; away from, to
    for span in spans:
        over = [places[number] for number in range(span.first, span.last + 1) if number in places]
        if not over:
            continue
        low, high = over[0][0], over[-1][1]
        wide = min(max(high - low, _ROOM), room[1] - room[0]) if look.sideways else _ROOM
        turned = not look.sideways and look.width is not None and high - low >= _ROOM
        texts = lines_of(span.text, look.size, high - low if turned else wide, 1 if turned else 3, bold=span.bold)
        lines = tuple(Line(text, look.size, "ink", span.bold) for text in texts)
        wide, tall = extent_of(lines)
        along, deep = (wide, tall + 3.0) if look.sideways or turned else (tall, wide + 5.0)
        middle = min(max((low + high) / 2, room[0] + along / 2), max(room[1] - along / 2, room[0] + along / 2))
        left, right = min(low, middle - along / 2) - 3.0, max(high, middle + along / 2) + 3.0
        met = [to for start, end, _, to in taken if start < right and left < end]
        away = max(met, default=0.0) + BRACKET + 3.0
        taken.append((left, right, away - BRACKET, away + deep))
        braces.append(Brace(low, high, middle, away, lines, turned))
    return tuple(braces), max((one[3] for one in taken), default=0.0)
