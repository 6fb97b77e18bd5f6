"""Boxes to cards: what is written where on each, and how large it becomes. Knows sizes and words, nothing of SVG."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import accumulate

from netviz.render.diagram.faces import BADGE, CLASS, NAME, NOTE, NUMBER, SHAPE, SIGN
from netviz.render.diagram.wording import (
    MEASURES,
    class_words,
    counted,
    layers_words,
    measure_words,
    name_parts,
    name_words,
    parameter_words,
    repeat_words,
    shape_lines,
    sign_counts,
    sign_of,
    value_words,
    varies_words,
)
from netviz.render.metrics import Face, is_safe, text_width, wrap
from netviz.views import Box, Diagram, Difference, Fate, Group

BAND = 7
SIGNED = 20
"""The width of the band at the left of a card, and of one that has a sign in it."""
_ANOTHER = 11
"""How much wider it is for each further sign."""
LEFT = 16
RIGHT = 10
GAP = 14
RADIUS = 7
STACK = 4
"""How far the card behind a closed one looks out below it."""

NARROWEST, WIDEST = 96, 340
COMFORT, STRETCH = 0.9, 1.2
"""The part of a diagram's cards that has its contents side by side; the others write the class below the name, unless
cards that are wider by no more than this have room for all."""

_NAME_LINES, _CLASS_LINES, _SHAPE_LINES, _NOTE_LINES, _LABEL_LINES = 4, 2, 2, 3, 24
_LEAST = 32
_PART = 5
"""The least height of a part of a band."""
_BOTH_NAMES = 200
"""Pixels that the old name of a layer and its new one may take side by side for cards to be made as wide."""
_TOP, _BOTTOM = 7, 13  # above the first line, below the last baseline


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """A line of text by its baseline; `end` where x is its right end, `length` where it must be drawn that wide.

    `fate` colours it by what became of layers, else it has the colour of its face.
    """

    x: float
    y: float
    text: str
    face: Face
    end: bool = False
    length: float | None = None
    fate: Fate | None = None


@dataclass(frozen=True, slots=True)
class Badge:
    """A dark pill with how often something stands, or the ring with the number of a shared layer."""

    x: float
    y: float
    width: float
    height: float
    text: str
    ring: bool = False


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


@dataclass(slots=True)
class _Content:
    """What is to be written on a card, before its width is known."""

    name: str
    kind: str
    shapes: list[str]
    parameters: str
    notes: list[str]
    repeats: str
    shared: str
    label: str | None
    full: float | None
    narrow: bool
    band: float = BAND
    former: str = ""
    told: Difference | None = None
    badge: float = field(init=False)

    def __post_init__(self) -> None:
        self.badge = badge_width(self.repeats)

    @property
    def left(self) -> float:
        """Where the texts begin."""
        return LEFT + self.band - BAND

    @property
    def both(self) -> str:
        """The name, behind the one before, if there was another."""
        return f"{self.former} → {self.name}" if self.former else self.name


def make_cards(diagram: Diagram, *, narrow: bool = False) -> dict[str, Card]:
    """The card of every box by its id; those of layers and closed groups are all of one width.

    `narrow` cards have the class below the name, never beside it: for graphs that run sideways.
    """
    outputs = _outputs(diagram)
    contents = {
        box.id: _content(box, diagram, around, narrow, box.id in outputs) for box, around in _with_surroundings(diagram)
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


def badge_width(text: str) -> float:
    """The width of the pill around `text`, 0 for none."""
    return math.ceil(max(24.0, text_width(text, BADGE) * 1.08 + 14)) if text else 0.0


def ring_width(text: str) -> float:
    """The width of the ring around the number of a shared layer, 0 for none."""
    return max(14.0, text_width(text, NUMBER) * 1.15 + 8) if text else 0.0


_FROZEN = {"frozen": "frozen", "partly": "partly frozen"}
"""What is said of layers that are not trained."""


@lru_cache(maxsize=8192)
def fitted(x: float, y: float, text: str, face: Face, room: float, *, end: bool = False) -> Text:
    """The text at its place, of fixed length where some reader's font could push it out of `room` pixels."""
    if is_safe(text, face, room):
        return Text(x, y, text, face, end)
    return Text(x, y, text, face, end, round(min(text_width(text, face), room), 1))


def _with_surroundings(diagram: Diagram) -> Iterator[tuple[Box, tuple[Group, ...]]]:
    """Every box with the groups around it."""
    stack: list[tuple[Box | Group, tuple[Group, ...]]] = [(item, ()) for item in reversed(diagram.children)]
    while stack:
        item, around = stack.pop()
        if isinstance(item, Box):
            yield item, around
        else:
            stack.extend((child, (*around, item)) for child in reversed(item.children))


def _content(box: Box, diagram: Diagram, around: tuple[Group, ...], narrow: bool, output: bool) -> _Content:
    """What the card says; what a group around it says for all that it holds is not said again."""
    show = diagram.show
    notes: list[str] = []
    states = {
        "activation": box.activation,
        "dtype": box.dtype,
        "trainable": _FROZEN.get(box.trainable or "", ""),
    }
    words = ["output"] if output else []
    words += [word for key, word in states.items() if key in show and word]
    if box.kind == "closed" and box.inside and None not in box.classes[:1]:
        words.append(counted(box.inside, "layer"))
    if box.present is not None:
        words.append(f"in {box.present[0]} of {box.present[1]}")
    if diagram.coloring in MEASURES and box.kind in ("layer", "closed") and box.value != 0:
        several = " in all" if len(box.calls) > 1 or box.each is not None else ""
        words.append(measure_words(diagram.coloring, box.value) + several)
    if diagram.coloring == "values" and box.value is not None:
        words.append(f"value {value_words(box.value)}")
    if words:
        notes.append(" · ".join(words))
    if "config" in show and box.settings:
        notes.append(" · ".join(f"{setting} {value}" for setting, value in box.settings))
    if box.varies and (show & {"config", "details", "name", "class"}):
        said = [variation for group in around for variation in group.varies]
        notes.extend(varies_words(variation) for variation in box.varies if variation not in said)
    if box.difference is not None:
        notes[:0] = box.difference.notes
    kind = class_words(box, details="details" in show) if "class" in show else ""
    if "class" not in show and "details" in show:
        kind = " ".join(box.details)
    if box.kind == "closed" and box.inside and not kind and "class" in show:
        kind = counted(box.inside, "layer")
    parameters = parameter_words(box) if "parameters" in show else ""
    former, name = name_parts(box) if "name" in show else ("", "")
    told = box.difference if box.difference and box.difference.counts else None
    signs = "-" if told else sign_of(box)
    return _Content(
        name=name,
        former=former,
        told=told,
        kind=kind,
        shapes=shape_lines(box, show),
        parameters=parameters,
        notes=notes,
        repeats=repeat_words(box.repeats) if box.kind == "closed" or not any(group.repeats for group in around) else "",
        shared="" if box.shared is None else str(box.shared),
        label=box.label,
        full=_full(box, diagram) if "share" in show else None,
        narrow=narrow,
        band=SIGNED + _ANOTHER * (len(signs) - 1) if signs else BAND,
    )


def _full(box: Box, diagram: Diagram) -> float | None:
    """The part of the model's parameters that a box has, or of what its colour means the cost; None draws no bar."""
    amount, part = (box.value, box.part) if diagram.coloring in MEASURES else (box.parameters, box.share)
    return None if part is None or not amount else part if 0 <= part <= 1 else 0.0


def _common_width(contents: Sequence[_Content]) -> float:
    """The width that lets most cards write their contents side by side, within bounds."""
    naturals = sorted(map(_natural_width, contents))
    if not naturals:
        return NARROWEST
    most = naturals[math.ceil(len(naturals) * COMFORT) - 1]
    width = naturals[-1] if naturals[-1] <= STRETCH * most else most
    return min(max(math.ceil(width / 4) * 4, NARROWEST), WIDEST)


def _natural_width(content: _Content) -> float:
    if content.label is not None:
        lines = [text_width(line[:200], NOTE) for line in content.label.split("\n")[:_LABEL_LINES]]
        return content.left + max(lines) + RIGHT
    shared = ring_width(content.shared) + 6 if content.shared else 0
    badge = content.badge + 8 if content.badge else 0
    name, kind = text_width(content.both, NAME) + shared, text_width(content.kind, CLASS)
    if content.former and name > _BOTH_NAMES:
        name = max(text_width(f"{content.former} →", NAME), text_width(content.name, NAME) + shared)
    first = max(name + badge, kind) if content.narrow else _side_by_side(name, kind) + badge
    shapes = [text_width(line, SHAPE) for line in content.shapes]
    second = _side_by_side(shapes[0] if shapes else 0, text_width(content.parameters, NOTE))
    notes = [min(text_width(note, NOTE), 200) for note in content.notes]
    notes.append(sum(width for _, _, _, width in _counts(content)))
    return content.left + max([first, second, *notes, *shapes]) + RIGHT


def _counts(content: _Content) -> Iterator[tuple[Fate | None, str, Face, float]]:
    """How many layers became what, as pieces of a line: what it says, text, face, and width with the gap behind."""
    if content.told is None:
        return
    for fate, text in sign_counts(content.told):
        yield fate, text, CLASS, text_width(text, CLASS) * 1.04 + 8
    text = f"of {layers_words(content.told)}"
    yield None, text, NOTE, text_width(text, NOTE)


def _side_by_side(left: float, right: float) -> float:
    return left + GAP + right if left and right else left + right


class _Writer:
    """Lines of a card from the top down."""

    def __init__(self, width: float, left: float) -> None:
        self.left = left
        self.room = width - left - RIGHT
        self.right = width - RIGHT
        self.texts: list[Text] = []
        self.badges: list[Badge] = []
        self.bottom = float(_TOP)
        self.baseline = 0.0
        self.after_name = False
        self.count = 0

    def line(self, face: Face, left: str, right: str = "", right_face: Face | None = None, reserved: float = 0) -> None:
        """One line with a text at either end, which fit; `reserved` pixels at the right are taken."""
        self.baseline = self.bottom + face.line - (3 if face is NAME else 4)
        if self.after_name and face is not NAME:
            self.baseline += 3
        self.after_name = face is NAME
        self.count += 1
        self.bottom = self.baseline + (3 if face is NAME else 4)
        room = self.room - reserved
        right_face = right_face or face
        left_width, right_width = text_width(left, face), text_width(right, right_face)
        spare = max(0.0, room - left_width - right_width - (GAP / 2 if left and right else 0))
        if left:
            self.texts.append(fitted(self.left, self.baseline, left, face, left_width + spare / (2 if right else 1)))
        if right:
            room_right = right_width + spare / (2 if left else 1)
            self.texts.append(fitted(self.right - reserved, self.baseline, right, right_face, room_right, end=True))

    def centre(self) -> None:
        """Moves the only line to the middle of a card of the least height."""
        size = self.texts[0].face.size if self.texts else NAME.size
        shift = _LEAST / 2 + 0.36 * size - self.baseline
        self.texts = [replace(text, y=text.y + shift) for text in self.texts]
        self.badges = [replace(badge, y=_LEAST / 2 - badge.height / 2) for badge in self.badges]
        self.baseline += shift

    def lines(self, face: Face, text: str, most: int) -> None:
        for line in wrap(text, face, self.room, most):
            self.line(face, line)


def _card(box: Box, content: _Content, width: float) -> Card:
    writer = _Writer(width, content.left)
    if content.label is not None:
        for line in content.label.split("\n")[:_LABEL_LINES]:
            writer.lines(NOTE, line, _NAME_LINES)
    else:
        _head(writer, content)
        _body(writer, content)
    if not writer.baseline:
        writer.line(NAME, "")
    bar = writer.baseline + 8 if content.full is not None and content.label is None else None
    if bar is None and writer.count == 1:
        writer.centre()
    height = max(math.ceil(writer.baseline + (_BOTTOM if writer.count > 1 or bar else 12)), _LEAST)
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


def _sign(box: Box, writer: _Writer, band: float) -> Text:
    """The signs of what became of the layer, in the band beside the first line."""
    sign = sign_of(box)
    width = text_width(sign, SIGN)
    first = writer.texts[0].y if writer.texts else writer.baseline
    return Text(round((band - width) / 2, 1), first + 0.5, sign, SIGN, length=round(width, 1))


def _head(writer: _Writer, content: _Content) -> None:
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


def _names(content: _Content, room: float) -> tuple[str, ...]:
    """The lines with the names; the one before has lines of its own where not both have room on one."""
    if not content.former or text_width(content.both, NAME) <= room:
        return wrap(content.both, NAME, room, _NAME_LINES)
    *lines, last = wrap(content.former, NAME, room - text_width(" →", NAME), _NAME_LINES // 2) or ("",)
    return (*lines, f"{last} →", *wrap(content.name, NAME, room, _NAME_LINES // 2))


def _badge(writer: _Writer, content: _Content) -> None:
    x = writer.right - content.badge + 2
    writer.badges.append(Badge(x, writer.baseline - 13, content.badge, 17, content.repeats))


def _body(writer: _Writer, content: _Content) -> None:
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
    pieces = list(_counts(content))
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


def _pill(box: Box, content: _Content) -> Card:
    """The end of a model or the stub of an edge: the name, and of an end the shape, in the middle of a small pill."""
    name = box.label if box.label is not None else " ".join(filter(None, (sign_of(box), content.name)))
    name = (wrap(name, NOTE, 180, 1) or [""])[0]
    shape = (wrap(content.shapes[0], SHAPE, 180, 1) or [""])[0] if content.shapes and box.kind == "end" else ""
    if not name and not shape:
        name = (wrap(class_words(box, details=False), NOTE, 180, 1) or [""])[0]
    name_width, shape_width = text_width(name, NOTE), text_width(shape, SHAPE)
    width = max(48.0, math.ceil(_side_by_side(name_width, shape_width) * 1.04 + 28))
    x = (width - _side_by_side(name_width, shape_width)) / 2
    room = (width - 20) - (GAP / 2 if name and shape else 0)
    texts = []
    if name:
        texts.append(fitted(round(x, 1), 16.5, name, NOTE, name_width + (0 if shape else (room - name_width) / 2)))
    if shape:
        texts.append(fitted(round(width - x, 1), 16.5, shape, SHAPE, min(shape_width * 1.05, room), end=True))
    return Card(box, width, 25, tuple(texts))
