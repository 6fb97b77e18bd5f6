"""What is written at volumes: channels below a run of equal ones, sizes where they change, what else is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from unicodedata import combining

from netviz.figures import Extent, Field, Stage
from netviz.render.cells import count_text
from netviz.render.escape import visible
from netviz.render.figure.look import Look, lines_of, width_of
from netviz.render.figure.picture import Paint

SHOWN: tuple[Field, ...] = ("size", "channels")
CAN_SHOW: tuple[Field, ...] = ("name", "class", "details", "activation", "size", "channels", "output", "parameters")

Role = Literal["channels", "size", "words", "title"]

_LINE, _ACCENTS = 1.22, 0.8
"""From one line to the next, as a multiple of the size, and how much more where accents are piled up."""
_LONGEST = 128.0
"""Pixels that a name may take before it is elided."""
_CLOSED = 90.0
"""The same for the name of what is not opened, which is always written."""
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
        return max(line.width for line in self.lines)

    @property
    def _tall(self) -> float:
        return sum(line.height for line in self.lines)


def axis_text(axis: int | None) -> str:
    """An axis without separators; what no model can have in short."""
    return "?" if axis is None else str(axis) if 0 <= axis < 10**9 else count_text(axis)


def size_text(spatial: Sequence[int | None]) -> str:
    """Spatial axes in short: 224², 224×160, 16×112²; what is unknown is a ?."""
    if len(spatial) == 1:
        return axis_text(spatial[0])
    if spatial and None not in spatial and len(set(spatial)) == 1:
        return (
            f"{axis_text(spatial[0])}{'²³'[len(spatial) - 2]}"
            if len(spatial) < 4
            else "×".join(map(axis_text, spatial))
        )
    if len(spatial) == 3 and spatial[1] == spatial[2] is not None:
        return f"{axis_text(spatial[0])}×{axis_text(spatial[1])}²"
    return "×".join(map(axis_text, spatial))


def shape_text(extent: Extent | None) -> str:
    """A whole shape without the batch axis; "?" where it is unknown."""
    return "×".join(map(axis_text, extent.shape)) or "1" if extent is not None else "?"


def last_of(stage: Stage) -> Extent | None:
    """What the last repeat gives, where that differs from the first."""
    last = stage.last_outputs[0] if stage.last_outputs else None
    return last if last is not None and stage.output is not None and last.shape != stage.output.shape else None


def channels_text(stage: Stage) -> str:
    """The axis of features; the whole shape of what has none."""
    output = stage.output
    if output is None or (output.channels is None and None in output.shape):
        return "?"
    text, last = "1" if output.channels is None else axis_text(output.channels), last_of(stage)
    return text if last is None or last.channels == output.channels else f"{text}…{axis_text(last.channels)}"


def words_of(stage: Stage, look: Look) -> tuple[Line, ...]:
    """What is said of one stage besides its shape: its name, what it is, what it gives."""
    small, show = look.small, look.show
    name = stage.names[0] if stage.names else stage.id
    main: Paint = f"{stage.family}-text"
    kind = visible(stage.classes[0] or "") if stage.classes else ""
    count = "?" if stage.parameters is None else count_text(stage.parameters) if stage.parameters else ""
    shape, last = shape_text(stage.output), last_of(stage)
    shape += f" … {shape_text(last)}" if last is not None else ""
    what: Mapping[Field, str] = {"class": kind, "details": " ".join(stage.details), "activation": stage.activation}
    gives: Mapping[Field, str] = {"output": shape, "parameters": count}
    lines = [Line(elided(name, small, _LONGEST), small)] if "name" in show else []
    said = " ".join(text for field, text in what.items() if field in show and text)
    lines += [Line(elided(said, small, _LONGEST), small, main if "class" in show else "muted")]
    lines += [Line(" · ".join(text for field, text in gives.items() if field in show and text), small, "muted")]
    if stage.kind == "closed":
        if "name" not in show:
            lines.insert(0, Line(elided(name, small, _CLOSED), small, main, True))
        if stage.inside:
            lines.append(Line(f"{count_text(stage.inside)} layer{'s' * (stage.inside != 1)}", small, "muted"))
    return tuple(line for line in lines if line.text)


def badge_width(repeats: int, look: Look) -> float:
    """What ×N takes."""
    return width_of(f"×{repeats}", look.small, bold=True) + 8


def elided(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """The text in one line of at most that many pixels."""
    return next(iter(lines_of(text, size, room, 1, bold=bold)), "")


def stands_upright(lines: Sequence[Line]) -> bool:
    """Whether words are short enough to stand below one another without being turned."""
    return all(line.width <= _SHORT for line in lines)
