"""What stands on the blocks of a figure, and how much room it takes."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from netviz.figures import Applied, Field, Stage
from netviz.render.escape import visible
from netviz.render.figure.look import Look, lines_of, width_of
from netviz.render.figure.marks import ring_radius
from netviz.render.figure.wording import axis_text, counted, presence_text, shape_text, size_text
from netviz.views import Family

Form = Literal["box", "thin", "circle"]
"""A block, a low one (what only normalises or activates), or a circle with a sign."""

SIGNS = ("+", "−", "×", "·", "÷")
"""Signs that stand in a circle; a merge of any other is a block."""

SHORT: Mapping[str, str] = {
    "BatchNormalization": "BN", "LayerNormalization": "LN", "GroupNormalization": "GN", "RMSNormalization": "RMS norm",
    "UnitNormalization": "unit norm", "SpectralNormalization": "spectral norm", "SyncBatchNormalization": "BN",
}  # fmt: skip
"""What papers call the normalisations behind a layer."""

THIN: frozenset[Family] = frozenset({"normalisation", "activation"})

MAIN_LINES = 2
"""Lines that the class and its arguments may take."""


@dataclass(frozen=True, slots=True)
class Words:
    """What is written on a stage: `main` (class), `more` (arguments), `sub` (what is applied behind), `side` (shape).

    `brief` is what stands for `main` where that is too long. `presence` says which of the repeats have the stage,
    `shared` is the number of a shared layer. `behind` is what a circle hands on to: written on a low block of its own.
    """

    form: Form
    main: str = ""
    more: str = ""
    sub: str = ""
    side: str = ""
    behind: str = ""
    brief: str = ""
    presence: str = ""
    shared: int | None = None


def words_of(stage: Stage, show: Collection[Field]) -> Words:
    """The words of a stage."""
    sub = " · ".join(_applied(stage, "activation" in show, stage.behind))
    if stage.kind == "merge" and stage.sign in SIGNS:
        return Words("circle", stage.sign, behind=sub)
    side = " · ".join(filter(None, (_shape(stage, show), _parameters(stage, show))))
    if stage.kind == "input":
        return Words("box", stage.names[0], side=side)
    main = stage.classes[0] or "?"
    plain = Words("thin" if stage.family in THIN and stage.kind == "layer" else "box", main, sub=sub, side=side)
    plain = replace(plain, presence=presence_text(stage), shared=stage.shared)
    if main == "Activation" and stage.activation:
        main = stage.activation.replace("_", " ")
    said = main if "class" in show else ""
    details = " ".join(stage.details) if "details" in show else ""
    if "name" in show:
        text = " ".join(filter(None, (said, details)))
        return replace(plain, main=stage.names[0], sub=" · ".join(filter(None, (text, sub))))
    if not said and details:
        return replace(plain, main=details)
    return replace(plain, main=said or ("" if sub or side else main), more=details, brief=SHORT.get(main, ""))


def title_of(words: Words) -> str:
    """The class and its arguments on one line."""
    return f"{words.main} {words.more}" if words.more else words.main


def _applied(stage: Stage, activation: bool, applied: Sequence[Applied]) -> list[str]:
    """What is applied, in order and in short; activations only where they are shown."""
    own = (stage.classes[0] or "").lower()
    return [
        SHORT.get(one.name, one.name) if one.family == "normalisation" else one.name.replace("_", " ")
        for one in applied
        if one.family == "normalisation" or (activation and one.name.lower() != own)
    ]


def _shape(stage: Stage, show: Collection[Field]) -> str:
    if not stage.outputs or not {"output", "size", "channels"} & {*show}:
        return ""
    extent, last = stage.output, next(iter(stage.last_outputs), None)
    if extent is None or stage.varies:
        return "?" if extent is None else "varies"
    if "output" in show:
        text = shape_text(extent)
        return f"{text} … {shape_text(last)}" if last is not None and last.shape != extent.shape else text
    parts = [size_text(extent.spatial)] if "size" in show and extent.spatial else []
    if "channels" in show and extent.shape:
        parts.append(axis_text(extent.channels))
    return "×".join(parts)


def _parameters(stage: Stage, show: Collection[Field]) -> str:
    if "parameters" not in show or stage.kind == "input" or stage.parameters == 0:
        return ""
    return counted(stage.parameters, "parameter")


Mode = Literal["line", "stack", "wrap"]
"""All on one line; one line below the other; the same with the first on two lines, and what is too long elided."""

PAD = 8.0
"""Pixels left and right of words in a block."""
EDGE = 5.0
"""How wide the band in a family's colour is at the edge of a block."""
APART = 12.0
"""Pixels at least between what stands at the left and at the right."""
BETWEEN = 6.0
"""Pixels between what is applied and the shape, on one line, and between words and a ring."""
WIDEST: Mapping[Mode, float] = {"line": 31.0, "stack": 18.0, "wrap": 14.0}
"""How wide a block is at most, as a multiple of the size of the text: longer names are elided."""
GENEROUS = 1.5
"""How much wider it may be where no width is asked for."""
UNBROKEN = 7.5
"""Words up to that width, as a multiple of the size of the text, need not be broken."""
NARROWEST = 50.0
"""Pixels that a block takes at least."""


def widest(look: Look, mode: Mode) -> float:
    """Pixels that a block takes at most."""
    return max(WIDEST[mode] * look.size * (1.0 if look.width else GENEROUS), NARROWEST)


def ring_room(words: Words, look: Look) -> float:
    """Pixels that the number of a shared layer takes at the end of a block."""
    return 0.0 if words.shared is None else 2 * ring_radius(look) + BETWEEN


def need(words: Words, look: Look, mode: Mode) -> float:
    """How wide a block with the words has to be, so that none is cut."""
    if words.form == "circle":
        return width_of(words.behind, look.small) + 2 * PAD + EDGE if words.behind else 0.0
    main, sub, side = _widths(words, look)
    presence = width_of(words.presence, look.small)
    if words.form == "thin":
        main, sub = width_of(_thin_text(words), look.small), 0.0
    if mode == "line":
        parts = [width for width in (main, sub, presence if words.form == "box" else 0.0) if width]
        own = sum(parts) + BETWEEN * (len(parts) - 1) + (APART + side if side else 0.0)
    elif mode == "stack":
        own = max(main, sub, side, presence)
    else:
        brief = width_of(words.brief, look.size) if words.brief else _wrapped(words.main, look)
        own = max(side, sub, presence, brief, width_of(words.more, look.size))
    return own + 2 * PAD + EDGE + ring_room(words, look) + 1.0


def _widths(words: Words, look: Look) -> tuple[float, float, float]:
    return (
        width_of(title_of(words), look.size) if words.main else 0.0,
        width_of(words.sub, look.small) if words.sub else 0.0,
        width_of(words.side, look.small) if words.side else 0.0,
    )


_JOINTS = re.compile(r"(?<=[ _/.:\-])|(?=\()|(?<=[a-z\d])(?=[A-Z])|(?<=\dD)(?=[A-Z])")
"""Where words may be broken: at spaces and separators, and between the words of which a class's name is made."""


def _broken(text: str, look: Look, room: float, most: int) -> tuple[str, ...]:
    """The text in at most so many lines, never broken inside a word; elided where it does not fit."""
    found = [""]
    for part in _JOINTS.split(text):
        if found[-1] and width_of((found[-1] + part).strip(), look.size) > room:
            found.append("")
        found[-1] += part
    kept = tuple(line.strip() for line in found if line.strip())
    if len(kept) <= most and all(width_of(line, look.size) <= room for line in kept):
        return kept
    return (_cut(text, look.size, room),)


def _wrapped(text: str, look: Look) -> float:
    """How wide a text has to be so that it stands on `MAIN_LINES`, nothing cut."""
    parts = _JOINTS.split(text)
    splits = ["".join(parts[:at]).strip() for at in range(1, len(parts))]
    rests = ["".join(parts[at:]).strip() for at in range(1, len(parts))]
    both = [max(width_of(one, look.size), width_of(two, look.size)) for one, two in zip(splits, rests, strict=True)]
    whole = width_of(text, look.size)
    return max(min([*both, whole]), min(whole, UNBROKEN * look.size)) + 0.1


def _thin_text(words: Words, brief: bool = False) -> str:
    main = words.brief if brief and words.brief else words.main
    return " · ".join(filter(None, (f"{main} {words.more}".strip(), words.sub, words.presence)))


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text in a block, with `sub` behind it and `beside` at its right end; or `after` it, both in the middle.

    A `strong` line is of `look.size`; `paint` is that of the text, "text" for the family's.
    """

    text: str
    strong: bool
    sub: str = ""
    beside: str = ""
    after: str = ""
    paint: str = "ink"


def lines(words: Words, look: Look, mode: Mode, width: float) -> tuple[Line, ...]:
    """The lines of a block that is so wide; what does not fit is elided."""
    room = max(width - 2 * PAD - EDGE - ring_room(words, look), 8.0)
    if words.form == "thin":
        beside = words.side if mode == "line" else ""
        left = room - (width_of(beside, look.small) + APART if beside else 0.0)
        whole = _thin_text(words)
        text = whole if width_of(whole, look.small) <= left else _thin_text(words, brief=True)
        return (Line(_cut(text, look.small, left), False, "", beside),)
    if mode == "line":
        sub = " · ".join(filter(None, (words.sub, words.presence)))
        side, own = width_of(words.side, look.small), width_of(sub, look.small)
        left = room - (side + APART if words.side else 0.0) - (own + BETWEEN if sub else 0.0)
        return (Line(_cut(title_of(words), look.size, left), True, sub, words.side),)
    found = []
    if words.main and width_of(title_of(words), look.size) <= room + 0.5:
        found.append(Line(title_of(words), True))
    elif words.main:
        most = MAIN_LINES if mode == "wrap" else 1
        main = words.brief if words.brief and width_of(words.main, look.size) > room else words.main
        found += [Line(text, True) for text in _broken(main, look, room, most)]
        found += [Line(text, True) for text in _broken(words.more, look, room, MAIN_LINES)] if words.more else []
    _, own, side = _widths(words, look)
    if words.sub and words.side and own + BETWEEN + side <= room:
        found.append(Line(words.sub, False, after=words.side, paint="text"))
    else:
        found += [Line(_cut(words.sub, look.small, room), False, paint="text")] if words.sub else []
        found += [Line(_cut(words.side, look.small, room), False, paint="muted")] if words.side else []
    return (*found, Line(words.presence, False, paint="muted")) if words.presence else tuple(found)


def _cut(text: str, size: float, room: float) -> str:
    """The text itself where it fits, else elided."""
    shown = visible(text).strip()
    return shown if width_of(shown, size) <= room else next(iter(lines_of(text, size, room, 1)), "")


def height(found: tuple[Line, ...], look: Look) -> float:
    """How high a block with the lines is."""
    return max(1.25 * sum(look.size if line.strong else look.small for line in found), look.small) + 8.0
