"""What is written at the volumes: channels below a run of equal ones, sizes where they change, and what else is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from netviz.figures import Extent, Field, Stage
from netviz.render.cells import count_text
from netviz.render.escape import visible
from netviz.render.figure.look import Look, lines_of, width_of
from netviz.render.figure.picture import Paint

SHOWN: tuple[Field, ...] = ("size", "channels")
CAN_SHOW: tuple[Field, ...] = ("name", "class", "details", "activation", "size", "channels", "output", "parameters")

Role = Literal["channels", "size", "words", "title"]

_LINE = 1.22
"""From one line to the next, as a multiple of the size."""
_LONGEST = 128.0
"""Pixels that a name may take before it is elided."""
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
        return sum(line.size * _LINE for line in self.lines)


def axis_text(axis: int | None) -> str:
    return "?" if axis is None else str(axis)


def size_text(spatial: Sequence[int | None]) -> str:
    """Spatial axes in short: 224², 224×160, 16×112²; what is unknown is a ?."""
    if len(spatial) == 1:
        return axis_text(spatial[0])
    if spatial and None not in spatial and len(set(spatial)) == 1:
        return f"{spatial[0]}{'²³'[len(spatial) - 2]}" if len(spatial) < 4 else "×".join(map(axis_text, spatial))
    if len(spatial) == 3 and spatial[1] == spatial[2] is not None:
        return f"{axis_text(spatial[0])}×{spatial[1]}²"
    return "×".join(map(axis_text, spatial))


def shape_text(extent: Extent | None) -> str:
    """A whole shape without the batch axis; "?" where it is unknown."""
    return "×".join(map(axis_text, extent.shape)) or "1" if extent is not None else "?"


def channels_text(stage: Stage) -> str:
    """The axis of features; the whole shape of what has none."""
    output = stage.output
    if output is None or (output.channels is None and None in output.shape):
        return "?"
    return "1" if output.channels is None else str(output.channels)


def words_of(stage: Stage, look: Look) -> tuple[Line, ...]:
    """What is said of one stage besides its shape, a line per field."""
    small = look.small
    main, kind = f"{stage.family}-text", visible(stage.classes[0] or "") if stage.classes else ""
    found: list[Line] = []
    fields: Mapping[Field, tuple[str, Paint]] = {
        "name": (stage.names[0] if stage.names else stage.id, "ink"),
        "class": (kind, main),
        "details": (" ".join(stage.details), "muted"),
        "activation": (stage.activation, "muted"),
        "output": (shape_text(stage.output), "muted"),
        "parameters": (
            count_text(stage.parameters) if stage.parameters else "?" if stage.parameters is None else "",
            "muted",
        ),
    }
    for field, (text, paint) in fields.items():
        if field in look.show and text:
            found.append(Line(elided(text, small, _LONGEST), small, paint))
    if stage.kind == "closed":
        small_print = f"{count_text(stage.inside)} layers" if stage.inside else ""
        title = elided(stage.names[0] if stage.names else stage.id, small, 90.0)
        found = [Line(title, small, main, True)] * ("name" not in look.show) + found
        found += [Line(small_print, small, "muted")] * bool(small_print)
    return tuple(found)


def elided(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """The text in one line of at most that many pixels."""
    return next(iter(lines_of(text, size, room, 1, bold=bold)), "")


def stands_upright(lines: Sequence[Line]) -> bool:
    """Whether words are short enough to stand below one another without being turned."""
    return all(line.width <= _SHORT for line in lines)
