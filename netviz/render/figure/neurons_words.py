"""What stands at neurons in words and numbers, measured: headings of columns, labels of layers, values."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from netviz.figures import Network, Neurons
from netviz.render.figure.look import SMALLEST, Look, lines_of, width_of
from netviz.render.figure.picture import Anchor, Paint, Shape, Text

LEADING = 1.25
"""From one line to the next, in sizes of the text."""

LEANING = 1.0
"""Pixels more than its width that a slanted letter takes."""

_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_NUMBERED = re.compile(r"(.+?)([₀-₉]+)")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a label, with what it takes: `wide` pixels."""

    text: str
    size: float
    paint: Paint = "muted"
    bold: bool = False

    @property
    def wide(self) -> float:
        return width_of(self.text, self.size, bold=self.bold)


def tall(lines: Sequence[Line]) -> float:
    """How high the lines are together."""
    return sum(line.size * LEADING for line in lines)


def wide(lines: Sequence[Line]) -> float:
    """How wide the widest of the lines is."""
    return max((line.wide for line in lines), default=0.0)


def stacked(lines: Sequence[Line], x: float, top: float, anchor: Anchor) -> list[Shape]:
    """The lines from the top down, at `x` by the anchor."""
    shapes: list[Shape] = []
    for line in lines:
        top += line.size * LEADING
        base = top - line.size * 0.32
        shapes.append(Text(x, base, line.text, line.size, anchor, line.paint, line.bold, room=line.wide + 0.1))
    return shapes


def number(value: float) -> str:
    """A number in at most three significant digits, with a true minus: "−0.714", "4", "2e6"."""
    if not math.isfinite(value):
        return "?" if math.isnan(value) else "∞" if value > 0 else "−∞"
    size = abs(value)
    text = f"{value:.0e}" if size and (size < 1e-3 or size >= 1e5) else f"{value:.{3 if size >= 0.01 else 1}g}"
    if "e" in text and 1e-3 <= size < 1e5:
        text = f"{value:.0f}"
    digits, power, exponent = text.partition("e")
    if not float(text):
        return "0"
    return (f"{digits}e{int(exponent)}" if power else text).replace("-", "−")


def signed(value: float) -> str:
    """The number with its sign, as it is added."""
    text = number(value)
    return text if text.startswith(("−", "?")) else f"+{text}"


def is_source(network: Network, one: Neurons) -> bool:
    """Whether something stands before the neurons that is not drawn."""
    return one.role != "input" and not any(joint.head == one.id for joint in network.connections)


def headings(network: Network) -> dict[int, str]:
    """What stands over each column: input, hidden (with a number where there are several), output."""
    columns: dict[int, list[Neurons]] = {}
    for one in network.neurons:
        columns.setdefault(one.column, []).append(one)
    said = {column: _heading(network, members) for column, members in columns.items()}
    hidden = [column for column, text in said.items() if text == "hidden"]
    if len(hidden) > 1:
        said |= {column: f"hidden {place}" for place, column in enumerate(hidden, 1)}
    return said


def _heading(network: Network, members: Sequence[Neurons]) -> str:
    roles = {one.role for one in members}
    if roles == {"output"}:
        return "output"
    if "input" in roles:
        return "input"
    if all(is_source(network, one) for one in members):
        return "features"
    classes = {one.class_name or "" for one in members}
    return "hidden" if "Dense" in classes or len(classes) > 1 else classes.pop().lower()


def heading_lines(text: str, look: Look, room: float) -> list[Line]:
    """A heading in one line or two; none where it does not fit."""
    size = look.size if width_of(text, look.size, bold=True) <= room else look.small
    lines = lines_of(text, size, room, 2, bold=True)
    return [] if any("…" in line for line in lines) else [Line(line, size, "ink", True) for line in lines]


def label_lines(network: Network, one: Neurons, look: Look, room: float) -> list[Line] | None:
    """What stands at a layer, as `look.show` has it; None where there is no room for how many units it has."""
    size = look.small
    found: list[Line] = []
    if "name" in look.show and one.name:
        found += [Line(line, size, "ink") for line in lines_of(one.name, size, room, 2)]
    if "class" in look.show and one.class_name:
        found += [Line(line, size, f"{one.family}-text") for line in lines_of(one.class_name, size, room, 2)]
    if "channels" in look.show or len(one.shown) < one.units:
        noun = "input" if one.role == "input" else "feature" if is_source(network, one) else "unit"
        count = f"{one.units:,}"
        if width_of(count, size) > room:
            return None
        found += _whole(f"{count} {noun}{'s' * (one.units != 1)}", size, room) or [Line(count, size)]
    if "activation" in look.show and one.activation:
        found += _whole(one.activation, size, room)
    if "parameters" in look.show and one.parameters != 0:
        amount = "?" if one.parameters is None else f"{one.parameters:,}"
        found += _whole(f"{amount} parameter{'s' * (one.parameters != 1)}", size, room) or _whole(amount, size, room)
    return found


def count_width(network: Network, look: Look) -> float:
    """The room that the longest number of units takes, which no label may be without."""
    return max((width_of(f"{one.units:,}", look.small) for one in network.neurons), default=0.0)


def _whole(text: str, size: float, room: float) -> list[Line]:
    """The text in up to three lines, none where it would have to be cut or words broken."""
    lines = lines_of(text, size, room, 3)
    words = {word for line in lines for word in line.split()}
    return [Line(line, size) for line in lines] if words == set(text.split()) else []


def before_lines(network: Network, look: Look) -> list[Line]:
    """What stands in front and is not drawn, in words."""
    if not network.before:
        return []
    words = network.before.split(" ", 1)
    counted = words[0].replace(",", "").isdigit()
    return [Line(text, look.small) for text in ([network.before, "before"] if counted else words)]


def label_width(label: str, size: float) -> float:
    """How wide the name of an input or an output is: "x₁", "ŷ"."""
    found = _NUMBERED.fullmatch(label)
    if not found:
        return width_of(label, size)
    return width_of(found[1], size) + LEANING + width_of(found[2].translate(_SUBSCRIPTS), SMALLEST)


def label_shapes(label: str, x: float, y: float, size: float, anchor: str) -> list[Shape]:
    """The name of an input or an output, its number lowered; (x, y) is the middle of its height."""
    left = x - label_width(label, size) * {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor]
    found = _NUMBERED.fullmatch(label)
    base = y + size * 0.3
    if not found:
        return [Text(left, base, label, size, italic=True)]
    after = left + width_of(found[1], size) + LEANING
    digits = found[2].translate(_SUBSCRIPTS)
    return [Text(left, base, found[1], size, italic=True), Text(after, base + size * 0.25, digits, SMALLEST)]
