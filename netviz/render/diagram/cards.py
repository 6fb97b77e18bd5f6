"""Boxes to cards: what is written where on each, and how large it becomes. Knows sizes and words, nothing of SVG."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from netviz.render.diagram.contents import LABEL_LINES, Content, content_of, counted_pieces, natural_width, side_by_side
from netviz.render.diagram.faces import CLASS, NAME, NOTE, SHAPE, SIGN
from netviz.render.diagram.texts import (
    BAND,
    GAP,
    LEAST,
    Badge,
    Text,
    Writer,
    fitted,
    ring_width,
)
from netviz.render.diagram.wording import (
    class_words,
    name_words,
    sign_of,
)
from netviz.render.metrics import text_width, wrap
from netviz.views import Box, Diagram, Fate, Group

RADIUS = 7
STACK = 4
"""How far the card behind a closed one looks out below it."""

NARROWEST, WIDEST = 96, 340
COMFORT, STRETCH = 0.9, 1.2
"""The part of a diagram's cards that has its contents side by side; the others write the class below the name, unless
cards that are wider by no more than this have room for all."""

_NAME_LINES, _CLASS_LINES, _SHAPE_LINES, _NOTE_LINES = 4, 2, 2, 3
_PART = 5
"""The least height of a part of a band."""
_BOTTOM = 13  # below the last baseline


@dataclass(frozen=True, slots=True)
class Card:
    """A box as it is drawn; places are relative to its upper left corner. `bar` is where the hairline bar lies, `full`
    how full it is (0 to 1), `band` how wide the band at the left is. Where that is made of parts, `parts` has of each,
    from the top, what it says and where it ends.

    `named` and `classed` say whether its names and classes can be read on it in full.
    """

    box: Box
    width: float
    height: float
    texts: tuple[Text, ...]
    badges: tuple[Badge, ...] = ()
    bar: float | None = None
    full: float = 0.0
    band: float = BAND
    parts: tuple[tuple[Fate, float], ...] = ()
    named: bool = False
    classed: bool = False


def make_cards(diagram: Diagram, *, narrow: bool = False) -> dict[str, Card]:
    """The card of every box by its id; those of layers and closed groups are all of one width.

    `narrow` cards have the class below the name, never beside it: for graphs that run sideways.
    """
    outputs = _outputs(diagram)
    contents = {
        box.id: content_of(box, diagram, around, narrow, box.id in outputs)
        for box, around in _with_surroundings(diagram)
    }
    full = [box for box in diagram.boxes if box.kind in ("layer", "closed")]
    width = _common_width([contents[box.id] for box in full])
    if width and not narrow:
        width = max(width, min(_under_heads(diagram.groups), WIDEST))
    cards = {}
    for box in diagram.boxes:
        content = contents[box.id]
        cards[box.id] = _card(box, content, width) if box.kind in ("layer", "closed") else _pill(box, content)
    return cards


def _outputs(diagram: Diagram) -> set[str]:
    """The boxes that are said to be outputs of the model: not the one with which everything ends."""
    leaving = {box.id for box in diagram.boxes if box.leaves}
    going_on = {edge.tail for edge in diagram.edges if not edge.repeating}
    return leaving if len(leaving) > 1 or leaving & going_on else set()


def _under_heads(groups: Sequence[Group]) -> float:
    """The width of cards over half of which the class of each of the groups has room in one piece."""
    return max((math.ceil(text_width(group.class_name or "", CLASS) / 2 + 3) * 4 for group in groups), default=0.0)


def _with_surroundings(diagram: Diagram) -> Iterator[tuple[Box, tuple[Group, ...]]]:
    """Every box with the groups around it."""
    stack: list[tuple[Box | Group, tuple[Group, ...]]] = [(item, ()) for item in reversed(diagram.children)]
    while stack:
        item, around = stack.pop()
        if isinstance(item, Box):
            yield item, around
        else:
            stack.extend((child, (*around, item)) for child in reversed(item.children))


def _common_width(contents: Sequence[Content]) -> float:
    """The width that lets most cards write their contents side by side, within bounds."""
    naturals = sorted(map(natural_width, contents))
    if not naturals:
        return NARROWEST
    most = naturals[math.ceil(len(naturals) * COMFORT) - 1]
    width = naturals[-1] if naturals[-1] <= STRETCH * most else most
    return min(max(math.ceil(width / 4) * 4, NARROWEST), WIDEST)


def _card(box: Box, content: Content, width: float) -> Card:
    writer = Writer(width, content.left)
    if content.label is not None:
        for line in content.label.split("\n")[:LABEL_LINES]:
            writer.lines(NOTE, line, _NAME_LINES)
    else:
        _head(writer, content)
        _body(writer, content)
    if not writer.baseline:
        writer.line(NAME, "")
    bar = writer.baseline + 8 if content.full is not None and content.label is None else None
    if bar is None and writer.count == 1:
        writer.centre()
    height = max(math.ceil(writer.baseline + (_BOTTOM if writer.count > 1 or bar else 12)), LEAST)
    height += STACK if box.kind == "closed" else 0
    written = "".join(text.text for text in writer.texts if content.label is None).replace(" ", "")
    named, classed = (text.replace(" ", "") in written for text in (name_words(box), class_words(box, details=True)))
    parts = _band(content.told.counts if content.told else (), height - (STACK if box.kind == "closed" else 0))
    if content.band > BAND and not parts:
        writer.texts.append(_sign(box, writer, content.band))
    return Card(
        box,
        width,
        height,
        tuple(writer.texts),
        tuple(writer.badges),
        bar,
        content.full or 0.0,
        content.band,
        parts,
        named,
        classed,
    )


def _band(counts: Sequence[tuple[Fate, int]], height: float) -> tuple[tuple[Fate, float], ...]:
    """The parts of a band so high, each with where it ends: as long as they are many, but none too small to be seen."""
    total = sum(count for _, count in counts)
    lengths = [max(count / total * height, _PART) for _, count in counts]
    ends = list(accumulate(length * height / sum(lengths) for length in lengths))
    return tuple((fate, round(end, 1)) for (fate, _), end in zip(counts, ends, strict=True))


def _sign(box: Box, writer: Writer, band: float) -> Text:
    """The signs of what became of the layer, in the band beside the first line."""
    sign = sign_of(box)
    width = text_width(sign, SIGN)
    first = writer.texts[0].y if writer.texts else writer.baseline
    return Text(round((band - width) / 2, 1), first + 0.5, sign, SIGN, length=round(width, 1))


def _head(writer: Writer, content: Content) -> None:
    """Name at the left and class at the right where both fit, else the class below the name.

    The class stands in for a name that is not shown. The ring of a shared layer follows the first of the two.
    """
    reserved = content.badge + 8 if content.badge else 0.0
    ring = ring_width(content.shared)
    mark = ring + 6 if ring else 0.0
    names = _names(content, writer.room - mark - reserved)
    kinds = wrap(content.kind, CLASS, writer.room if names else writer.room - mark - reserved, _CLASS_LINES)
    first, face = (names, NAME) if names else (kinds, CLASS)
    end = text_width(first[-1], face) if first else 0.0
    fits = end + mark + GAP + sum(text_width(kind, CLASS) for kind in kinds) <= writer.room - reserved
    beside = bool(names) and len(names) == len(kinds) == 1 and fits and not content.narrow
    for place, line in enumerate(first):
        if mark and place == len(first) - 1:
            # The ring stands where Helvetica ends, so the text must end there, too.
            writer.line(face, line, reserved=writer.room - end)
            if beside:
                room = writer.room - reserved - end - mark - GAP / 2
                right = writer.right - reserved
                writer.texts.append(fitted(right, writer.baseline, kinds[0], CLASS, room, end=True))
        else:
            writer.line(face, line, kinds[0] if beside else "", CLASS, reserved=reserved)
        if place == 0 and content.badge:
            _badge(writer, content)
    if not first and (ring or content.badge):
        writer.line(NAME, "")
        if content.badge:
            _badge(writer, content)
    if ring:
        top = writer.baseline - 11.5
        writer.badges.append(Badge(writer.left + end + (6 if end else 0), top, ring, 14, content.shared, ring=True))
    if names and not beside:
        for line in kinds:
            writer.line(CLASS, line)


def _names(content: Content, room: float) -> tuple[str, ...]:
    """The lines with the names; the one before has lines of its own where not both have room on one."""
    if not content.former or text_width(content.both, NAME) <= room:
        return wrap(content.both, NAME, room, _NAME_LINES)
    *lines, last = wrap(content.former, NAME, room - text_width(" →", NAME), _NAME_LINES // 2) or ("",)
    return (*lines, f"{last} →", *wrap(content.name, NAME, room, _NAME_LINES // 2))


def _badge(writer: Writer, content: Content) -> None:
    x = writer.right - content.badge + 2
    writer.badges.append(Badge(x, writer.baseline - 13, content.badge, 17, content.repeats))


def _body(writer: Writer, content: Content) -> None:
    shapes = [line for words in content.shapes for line in wrap(words, SHAPE, writer.room, _SHAPE_LINES)]
    parameters = content.parameters
    width = text_width(parameters, NOTE)
    last = text_width(shapes[-1], SHAPE) if shapes else 0.0
    beside = bool(parameters) and last + GAP + width <= writer.room
    for place, line in enumerate(shapes):
        writer.line(SHAPE, line, parameters if beside and place == len(shapes) - 1 else "", NOTE)
    if parameters and not (beside and shapes):
        for line in wrap(parameters, NOTE, writer.room, 1):
            writer.line(NOTE, "", line)
    pieces = list(counted_pieces(content))
    if pieces:
        writer.line(NOTE, "")
        x = writer.left
        for fate, text, face, width in pieces:
            if x > writer.left and x + width > writer.left + writer.room:
                writer.line(NOTE, "")
                x = writer.left
            room = max(text_width(text, face), min(width, writer.left + writer.room - x))
            writer.texts.append(replace(fitted(x, writer.baseline, text, face, room), fate=fate))
            x += width
    for note in content.notes:
        writer.lines(NOTE, note, _NOTE_LINES)


def _pill(box: Box, content: Content) -> Card:
    """The end of a model or the stub of an edge: the name, and of an end the shape, in the middle of a small pill."""
    name = box.label if box.label is not None else " ".join(filter(None, (sign_of(box), content.name)))
    name = (wrap(name, NOTE, 180, 1) or [""])[0]
    shape = (wrap(content.shapes[0], SHAPE, 180, 1) or [""])[0] if content.shapes and box.kind == "end" else ""
    if not name and not shape:
        name = (wrap(class_words(box, details=False), NOTE, 180, 1) or [""])[0]
    name_width, shape_width = text_width(name, NOTE), text_width(shape, SHAPE)
    width = max(48.0, math.ceil(side_by_side(name_width, shape_width) * 1.04 + 28))
    x = (width - side_by_side(name_width, shape_width)) / 2
    room = (width - 20) - (GAP / 2 if name and shape else 0)
    texts = []
    if name:
        texts.append(fitted(round(x, 1), 16.5, name, NOTE, name_width + (0 if shape else (room - name_width) / 2)))
    if shape:
        texts.append(fitted(round(width - x, 1), 16.5, shape, SHAPE, min(shape_width * 1.05, room), end=True))
    return Card(box, width, 25, tuple(texts))
