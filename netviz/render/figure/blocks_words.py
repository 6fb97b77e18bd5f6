"""What stands on the blocks of a figure, and how much room it takes."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from netviz.figures import Applied, Extent, Field, Stage
from netviz.render.figure.look import Look, lines_of, width_of
from netviz.views import Family

Form = Literal["box", "thin", "circle"]
"""A block, a low one (what only normalises or activates), or a circle with a sign."""

SHORT: Mapping[str, str] = {
    "BatchNormalization": "BN", "LayerNormalization": "LN", "GroupNormalization": "GN", "RMSNormalization": "RMS norm",
    "UnitNormalization": "unit norm", "SpectralNormalization": "spectral norm", "SyncBatchNormalization": "BN",
}  # fmt: skip
"""What papers call the normalisations behind a layer."""

ROUND = ("+", "−", "×", "·", "÷")
"""Signs that stand in a circle; a merge of any other is a block."""

THIN: frozenset[Family] = frozenset({"normalisation", "activation"})

MAIN_LINES = 2
"""Lines that the class and its arguments may take."""


@dataclass(frozen=True, slots=True)
class Words:
    """What is written on a stage: `main` (class), `more` (arguments), `sub` (what is applied behind), `side` (shape).

    `behind` is what a circle hands on to: written on a low block of its own.
    """

    form: Form
    main: str = ""
    more: str = ""
    sub: str = ""
    side: str = ""
    behind: str = ""


def words_of(stage: Stage, show: Collection[Field]) -> Words:
    """The words of a stage."""
    sub = " · ".join(_applied(stage, "activation" in show, stage.behind))
    if stage.kind == "merge" and stage.sign in ROUND:
        return Words("circle", stage.sign, behind=sub)
    side = " · ".join(filter(None, (_shape(stage, show), _parameters(stage, show))))
    if stage.kind == "input":
        return Words("box", stage.names[0], side=side)
    main = stage.classes[0] or "?"
    if main == "Activation" and stage.activation:
        main = stage.activation.replace("_", " ")
    said = main if "class" in show else ""
    details = " ".join(stage.details) if "details" in show else ""
    if "name" in show:
        text = " ".join(filter(None, (said, details)))
        return Words(_form(stage), stage.names[0], "", " · ".join(filter(None, (text, sub))), side)
    if not said and details:
        return Words(_form(stage), details, "", sub, side)
    return Words(_form(stage), said or ("" if sub or side else main), details, sub, side)


def title_of(words: Words) -> str:
    """The class and its arguments on one line."""
    return f"{words.main} {words.more}" if words.more else words.main


def _form(stage: Stage) -> Form:
    return "thin" if stage.family in THIN and stage.kind == "layer" else "box"


def _applied(stage: Stage, activation: bool, applied: Sequence[Applied]) -> list[str]:
    """What is applied, in order and in short; activations only where they are shown."""
    own = (stage.classes[0] or "").lower()
    return [
        SHORT.get(one.name, one.name) if one.family == "normalisation" else one.name.replace("_", " ")
        for one in applied
        if one.family == "normalisation" or (activation and one.name.lower() != own)
    ]


def _shape(stage: Stage, show: Collection[Field]) -> str:
    extent = stage.output
    if extent is None:
        return "?" if stage.outputs and not {"output", "size", "channels"}.isdisjoint(show) else ""
    if "output" in show:
        last = stage.last_outputs[0] if stage.last_outputs else None
        text = shape_text(extent)
        return f"{text} … {shape_text(last)}" if last is not None and last.shape != extent.shape else text
    parts = []
    if "size" in show and extent.spatial:
        parts.append("×".join(map(axis_text, extent.spatial)))
    if "channels" in show and extent.shape:
        parts.append(axis_text(extent.channels))
    return "×".join(parts)


def shape_text(extent: Extent) -> str:
    """The shape as papers write it: 56×56×64."""
    return "×".join(map(axis_text, extent.shape)) or "scalar"


def axis_text(axis: int | None) -> str:
    return "?" if axis is None else str(axis)


def _parameters(stage: Stage, show: Collection[Field]) -> str:
    if "parameters" not in show or stage.kind == "input" or stage.parameters == 0:
        return ""
    return "?" if stage.parameters is None else f"{stage.parameters:,}"


Mode = Literal["line", "stack", "wrap"]
"""All on one line; one line below the other; the same with the first on two lines, and what is too long elided."""

MODES: tuple[Mode, ...] = ("line", "stack", "wrap")

PAD = 8.0
"""Pixels left and right of words in a block."""
APART = 12.0
"""Pixels at least between what stands at the left and at the right."""
BETWEEN = 6.0
"""Pixels between what is applied and the shape, on one line."""
WIDEST: Mapping[Mode, float] = {"line": 330.0, "stack": 190.0, "wrap": 150.0}
"""Pixels that a block takes at most: longer names are elided."""
NARROWEST = 46.0


def need(words: Words, look: Look, mode: Mode) -> float:
    """How wide a block with the words has to be, so that none is cut."""
    if words.form == "circle":
        return width_of(words.behind, look.small) + 2 * PAD if words.behind else 0.0
    main, sub, side = _widths(words, look)
    if words.form == "thin":
        main, sub = width_of(_thin_text(words), look.small), 0.0
    if mode == "line":
        parts = [width for width in (main, sub) if width]
        own = sum(parts) + 6.0 * (len(parts) - 1) + (APART + side if side else 0.0)
    elif mode == "stack":
        own = max(main, sub, side)
    else:
        own = min(max(side, sub, _wrapped(words.main, look), width_of(words.more, look.size)), WIDEST["wrap"])
    return own + 2 * PAD + 1.0


def _widths(words: Words, look: Look) -> tuple[float, float, float]:
    return (
        width_of(title_of(words), look.size) if words.main else 0.0,
        width_of(words.sub, look.small) if words.sub else 0.0,
        width_of(words.side, look.small) if words.side else 0.0,
    )


_HALVES = re.compile(r"(?<=\dD)(?=[A-Z])|(?=\()")
"""Where the names of classes are broken best: Conv2D|Transpose, TimeDistributed|(Dense)."""


def _broken(text: str, look: Look, room: float, most: int) -> tuple[str, ...]:
    """The text in at most so many lines, in its halves where these fit."""
    halves = _HALVES.split(text, 1)
    if len(halves) <= most and all(width_of(half, look.size) <= room for half in halves):
        return tuple(halves)
    return lines_of(text, look.size, room, most)


def _wrapped(text: str, look: Look) -> float:
    """How wide a text has to be so that it stands on `MAIN_LINES`, nothing cut."""
    whole = width_of(text, look.size)
    halves = _HALVES.split(text, 1)
    if len(halves) > 1:
        return max(width_of(half, look.size) for half in halves) + 0.1
    plain = "".join(text.split())
    for part in (0.5, 0.6, 0.7, 0.8, 0.9):
        if "".join("".join(lines_of(text, look.size, whole * part, MAIN_LINES)).split()) == plain:
            return max(whole * part, min(whole, 72.0))
    return whole


def _thin_text(words: Words) -> str:
    return " · ".join(filter(None, (title_of(words), words.sub)))


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
    room = max(width - 2 * PAD, 8.0)
    if words.form == "thin":
        text = _thin_text(words)
        beside = words.side if mode == "line" else ""
        left = room - (width_of(beside, look.small) + APART if beside else 0.0)
        return (Line(_cut(text, look.small, left), False, "", beside),)
    if mode == "line":
        _, own, side = _widths(words, look)
        left = room - (side + APART if side else 0.0) - (own + 6.0 if own else 0.0)
        return (Line(_cut(title_of(words), look.size, left), True, words.sub, words.side),)
    found = []
    if words.main and width_of(title_of(words), look.size) <= room + 0.5:
        found.append(Line(title_of(words), True))
    elif words.main:
        most = MAIN_LINES if mode == "wrap" else 1
        found += [Line(text, True) for text in _broken(words.main, look, room, most)]
        found += [Line(text, True) for text in lines_of(words.more, look.size, room, MAIN_LINES)] if words.more else []
    _, own, side = _widths(words, look)
    if words.sub and words.side and own + BETWEEN + side <= room:
        return (*found, Line(words.sub, False, after=words.side, paint="text"))
    found += [Line(_cut(words.sub, look.small, room), False, paint="text")] if words.sub else []
    found += [Line(_cut(words.side, look.small, room), False, paint="muted")] if words.side else []
    return tuple(found)


def _cut(text: str, size: float, room: float) -> str:
    return next(iter(lines_of(text, size, room, 1)), "")


def height(found: tuple[Line, ...], look: Look) -> float:
    """How high a block with the lines is."""
    return max(1.25 * sum(look.size if line.strong else look.small for line in found), look.small) + 8.0
