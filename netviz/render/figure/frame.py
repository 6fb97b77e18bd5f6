"""What stands around a drawing: a line above that says what it is, a legend below that says what its paints mean."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from netviz.errors import UsageError
from netviz.render.figure.look import Look, lines_of, width_of
from netviz.render.figure.moving import moved
from netviz.render.figure.picture import Circle, Paint, Part, Picture, Rectangle, Shape, Text, polygon, polyline

MARGIN = 12.0
"""Pixels of paper around everything."""
_GAP = 14.0
"""Pixels between the drawing and the legend."""
_BETWEEN = 16.0
"""Pixels between two entries of a legend."""

EntryKind = Literal["area", "line", "circle", "dashed", "wedge"]


@dataclass(frozen=True, slots=True)
class Entry:
    """What a paint means: an area of it, a line, a circle, or a wedge (of a width that grows), and words.

    `stroke` is the hairline of an area, `inside` what a circle holds, around its middle, `dash` how a line is dashed.
    """

    paint: Paint
    label: str
    kind: EntryKind = "area"
    stroke: Paint = "muted"
    inside: tuple[Shape, ...] = ()
    dash: tuple[float, ...] = (2.5, 1.8)


@dataclass(frozen=True, slots=True)
class Bounds:
    """The rectangle that a drawing takes, words included."""

    left: float
    top: float
    right: float
    bottom: float


def too_narrow(look: Look, needs: float | None, *remedies: str) -> UsageError:
    """The error for a figure that does not fit `look.width`; `needs` are the pixels that it takes (None: not known).

    The remedies are sentences in the words of the command and of Python alike: "Leave layers out."
    """
    given = f"does not fit into {(look.width or 0.0) / CENTIMETRE:.1f} cm"
    wide = "" if needs is None else f": it takes {math.ceil(needs / CENTIMETRE * 10 - 0.01) / 10:.1f} cm"
    return UsageError(f"the figure {given}{wide}", " ".join(("Give it more width.", *remedies)))


CENTIMETRE = 96 / 2.54
"""Pixels."""


def framed(
    shapes: Sequence[Shape],
    bounds: Bounds,
    look: Look,
    title: str,
    description: str,
    *,
    caption: str = "",
    remark: str = "",
    legend: Sequence[Entry] = (),
) -> Picture:
    """The drawing on its paper, the caption above and the legend below, both where `look` asks for them.

    `remark` is what a reader has to know besides, in smaller type below the caption.

    With `look.width` the paper is that wide, and the drawing stands in its middle; it has to fit.
    """
    wide = bounds.right - bounds.left
    width = look.width or max(wide, _legend_width(legend, look) if look.legend else 0.0, 120.0) + 2 * MARGIN
    room = width - 2 * MARGIN
    head = _caption(caption, look, room) if look.caption and caption else ()
    said = _remark(remark, look, room, len(head) * look.size * 1.35) if head else ()
    top = MARGIN + (len(head) * look.size * 1.35 + len(said) * look.small * 1.3 + 6 if head else 0.0)
    left = (width - wide) / 2
    key, tall = make_legend(legend, look, room) if look.legend and legend else ((), 0.0)
    foot = top + bounds.bottom - bounds.top + (_GAP if key else 0.0)
    parts: list[Shape] = list(moved(shapes, left - bounds.left, top - bounds.top))
    if head:
        parts.insert(0, Part(moved(head, MARGIN, MARGIN), "caption"))
    if said:
        parts.insert(1, Part(moved(said, MARGIN, MARGIN), "remark"))
    if key:
        parts.append(Part(moved(key, MARGIN, foot), "legend"))
    return Picture(width, foot + tall + MARGIN, tuple(parts), title, description)


def _caption(caption: str, look: Look, room: float) -> tuple[Shape, ...]:
    size = look.size * 1.1
    lines = lines_of(caption, size, room, 3, bold=True)
    return tuple(
        Text(
            0.0,
            (place + 0.8) * look.size * 1.35,
            line,
            size,
            bold=True,
            room=min(room, width_of(line, size, bold=True)),
        )
        for place, line in enumerate(lines)
    )


def _remark(remark: str, look: Look, room: float, top: float) -> tuple[Shape, ...]:
    lines = lines_of(remark, look.small, room, 2) if remark else ()
    return tuple(
        Text(0.0, top + (place + 0.8) * look.small * 1.3, line, look.small, paint="muted", room=room)
        for place, line in enumerate(lines)
    )


def make_legend(entries: Sequence[Entry], look: Look, room: float) -> tuple[tuple[Shape, ...], float]:
    """The entries in as many rows as they need, each in the middle of the room, and how high that is."""
    size, swatch = look.small, look.small * 0.9
    shapes: list[Shape] = []
    y = 0.0
    for row in _rows([swatch + 5 + width_of(entry.label, size) for entry in entries], room):
        x = max((room - sum(wide + _BETWEEN for _, wide in row) + _BETWEEN) / 2, 0.0)
        for place, wide in row:
            words = min(wide, room) - swatch - 5
            shapes += _swatch(entries[place], x, y, swatch)
            shapes.append(Text(x + swatch + 5, y + size * 0.84, entries[place].label, size, paint="muted", room=words))
            x += wide + _BETWEEN
        y += size * 1.7
    return tuple(shapes), y - size * 0.5


def _rows(widths: Sequence[float], room: float) -> list[list[tuple[int, float]]]:
    """The places of the entries with their widths, in as few rows as they need, of about the same number each."""
    count = 1
    while True:
        most = -(-len(widths) // count)
        rows = [[*enumerate(widths)][begin : begin + most] for begin in range(0, len(widths), most)]
        if most == 1 or all(sum(wide + _BETWEEN for _, wide in row) - _BETWEEN <= room for row in rows):
            return rows
        count += 1


def _swatch(entry: Entry, x: float, y: float, side: float) -> list[Shape]:
    middle = y + side / 2
    if entry.kind == "area":
        return [Rectangle(x, y, side, side, 1.5, entry.paint, entry.stroke, 0.6)]
    if entry.kind == "circle":
        circle = Circle(x + side / 2, middle, side / 2, entry.paint, entry.stroke, 0.6)
        return [circle, *moved(entry.inside, x + side / 2, middle)]
    if entry.kind == "wedge":
        corners = ((x, middle - 0.3), (x + side, middle - 1.6), (x + side, middle + 1.6), (x, middle + 0.3))
        return [polygon(corners, entry.paint)]
    line = polyline(((x, middle), (x + side, middle)), entry.paint, 1.6)
    if entry.kind == "dashed":
        line = type(line)(line.steps, None, entry.paint, 1.6, entry.dash)
    return [line]


def _legend_width(entries: Sequence[Entry], look: Look) -> float:
    """How wide the legend is in one row, or in several where that is very wide."""
    size = look.small
    each = [size * 0.9 + 5 + width_of(entry.label, size) for entry in entries]
    return min(sum(each) + _BETWEEN * max(len(each) - 1, 0), 480.0)
