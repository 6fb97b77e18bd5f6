"""What is written at volumes: channels below a run of equal ones, sizes where they change, what else is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from unicodedata import combining

from netviz.figures import Extent, Field, Stage
from netviz.render.escape import visible
from netviz.render.figure.look import Look, lines_of, width_of
from netviz.render.figure.picture import Paint
from netviz.render.figure.wording import axis_text, counted, presence_text, shape_text

SHOWN: tuple[Field, ...] = ("size", "channels")
CAN_SHOW: tuple[Field, ...] = ("name", "class", "details", "activation", "size", "channels", "output", "parameters")

Role = Literal["channels", "size", "words", "ring"]

_LINE, _ACCENTS = 1.22, 0.8
"""From one line to the next, as a multiple of the size, and how much more where accents are piled up."""
LONG, SHORT, NARROW = 240.0, 160.0, 96.0
"""Pixels that a line may take before it is elided: turned or beside a box, upright below it, where room is scarce."""
_CLOSED = 90.0
"""The same for the name of what is not opened, which is always written."""
_RING = 1.7
"""What the ring around the number of a shared layer takes, as a multiple of the size."""
_SHORT = 44.0
"""Words of at most that many pixels stand upright where they would else be turned."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of words as they are drawn."""

    text: str
    size: float
    paint: Paint = "ink"
    bold: bool = False

    @property
    def width(self) -> float:
        return width_of(self.text, self.size, bold=self.bold)

    @property
    def above(self) -> float:
        """From the top of the line to its baseline."""
        return self.size * (0.95 + (_ACCENTS / 2 if self._piled else 0.0))

    @property
    def height(self) -> float:
        return self.size * (_LINE + (_ACCENTS if self._piled else 0.0))

    @property
    def _piled(self) -> bool:
        return not self.text.isascii() and any(map(combining, self.text))


@dataclass(frozen=True, slots=True)
class Note:
    """Lines that belong to the stages `owners`, with their size on paper; `turned` ones run upwards."""

    role: Role
    owners: tuple[str, ...]
    lines: tuple[Line, ...]
    turned: bool = False

    @property
    def width(self) -> float:
        return self._tall if self.turned else self._wide

    @property
    def height(self) -> float:
        return self._wide if self.turned else self._tall

    @property
    def _wide(self) -> float:
        if self.role == "ring":
            return self._tall
        return max(line.width for line in self.lines)

    @property
    def _tall(self) -> float:
        if self.role == "ring":
            return self.lines[0].size * _RING
        return sum(line.height for line in self.lines)


def last_of(stage: Stage) -> Extent | None:
    """What the last repeat gives, where that differs from the first."""
    last = stage.last_outputs[0] if stage.last_outputs else None
    return last if last is not None and stage.output is not None and last.shape != stage.output.shape else None


def channels_text(stage: Stage) -> str:
    """The axis of features; the whole shape of what has none."""
    output = stage.output
    if output is None:
        return "?"
    text, last = axis_text(output.channels) if output.shape else "1", last_of(stage)
    return text if last is None or last.channels == output.channels else f"{text}…{axis_text(last.channels)}"


def fields_of(look: Look) -> frozenset[Field]:
    """What is written, each thing once: the whole output says size and channels as well."""
    return look.show - {"size", "channels"} if "output" in look.show else look.show


def words_of(stage: Stage, look: Look, *, narrow: bool, longest: float) -> tuple[Line, ...]:
    """What is said of one stage besides its shape: its name, what it is, what it gives; `narrow` ones in more lines."""
    small, show = look.small, look.show
    name = stage.names[0] if stage.names else stage.id
    main: Paint = f"{stage.family}-text"
    kind = visible(stage.classes[0] or "") if stage.classes else ""
    count = counted(stage.parameters, "parameter") if stage.parameters != 0 else ""
    shape, last = shape_text(stage.output), last_of(stage)
    shape += f" … {shape_text(last)}" if last is not None else " (varies)" if stage.varies else ""
    said: Mapping[Field, str] = {
        "class": kind, "details": " ".join(stage.details), "activation": stage.activation, "output": shape,
        "parameters": count,
    }  # fmt: skip
    lines = [Line(elided(name, small, longest), small)] if "name" in show else []
    for fields in _APART if narrow else _JOINED:
        text = _BETWEEN[fields[0]].join(said[field] for field in fields if field in show and said[field])
        paint = main if "class" in fields and "class" in show else "muted"
        lines.append(Line(elided(text, small, longest), small, paint))
    if stage.kind == "closed":
        if "name" not in show:
            lines.insert(0, Line(elided(name, small, _CLOSED), small, main, True))
        if stage.inside:
            lines.append(Line(counted(stage.inside, "layer"), small, "muted"))
    lines.append(Line(presence_text(stage), small, "muted"))
    return tuple(line for line in lines if line.text)


_JOINED: tuple[tuple[Field, ...], ...] = (("class", "details", "activation"), ("output", "parameters"))
_APART: tuple[tuple[Field, ...], ...] = (("class",), ("details", "activation"), ("output",), ("parameters",))
_BETWEEN: Mapping[Field, str] = {"class": " ", "details": " ", "output": " · ", "parameters": ""}
"""Which fields share a line, and what stands between them there."""


def has_words(look: Look) -> bool:
    """Whether words are asked for besides sizes and channels."""
    return not look.show <= {"size", "channels"}


def elided(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """The text in one line of at most that many pixels."""
    return next(iter(lines_of(text, size, room, 1, bold=bold)), "")


def stands_upright(lines: Sequence[Line]) -> bool:
    """Whether words are short enough to stand below one another without being turned."""
    return all(line.width <= _SHORT for line in lines)
