"""What stands at neurons in words and numbers, measured: labels of layers, names of inputs and outputs, values."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from netviz.figures import Network, Neurons
from netviz.render.cells import count_text
from netviz.render.figure.look import SMALLEST, Look, lines_of, width_of
from netviz.render.figure.marks import ring_radius, shared_ring
from netviz.render.figure.picture import Anchor, Paint, Shape, Text
from netviz.render.figure.wording import counted
from netviz.render.fold import BREAKS

LEADING = 1.25
"""From one line to the next, in sizes of the text."""

LEANING = 1.0
"""Pixels more than its width that a slanted letter takes."""

LEAST_LETTERS = 5
"""A name of which less would be left is not written."""

_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_NUMBERED = re.compile(r"(.+?)([₀-₉]+)")
_SHARES = {"start": 0.0, "middle": 0.5, "end": 1.0}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a label, with what it takes: `wide` pixels. `ring` is the number of a shared layer in front of it."""

    text: str
    size: float
    paint: Paint = "muted"
    bold: bool = False
    ring: int | None = None

    @property
    def wide(self) -> float:
        return width_of(self.text, self.size, bold=self.bold)


def tall(lines: Sequence[Line]) -> float:
    """How high the lines are together."""
    return sum(line.size * LEADING for line in lines)


def wide(lines: Sequence[Line], look: Look) -> float:
    """How wide the widest of the lines is."""
    return max((line.wide + ring_room(line.ring, look) for line in lines), default=0.0)


def ring_room(shared: int | None, look: Look) -> float:
    """Pixels that the number of a shared layer takes in front of a line."""
    return 0.0 if shared is None else 2 * ring_radius(look) + 3


def stacked(lines: Sequence[Line], x: float, top: float, anchor: Anchor, look: Look) -> list[Shape]:
    """The lines from the top down, at `x` by the anchor."""
    shapes: list[Shape] = []
    for line in lines:
        top += line.size * LEADING
        base = top - line.size * 0.32
        before = ring_room(line.ring, look)
        if line.ring is not None:
            left = x - (line.wide + before) * _SHARES[anchor]
            shapes.append(shared_ring(line.ring, left + ring_radius(look), base - line.size * 0.3, look))
        at = x + before * (1 - _SHARES[anchor])
        shapes.append(Text(at, base, line.text, line.size, anchor, line.paint, line.bold, room=line.wide + 0.1))
    return shapes


def number(value: float) -> str:
    """A number in three significant digits, with a true minus: "−0.714", "4", "1234", "4.12e-4"."""
    if not math.isfinite(value):
        return "nan" if math.isnan(value) else "∞" if value > 0 else "−∞"
    near = float(f"{value:.2e}")
    if near and not 1e-3 <= abs(near) < 1e5:
        digits, _, exponent = f"{value:.2e}".partition("e")
        text = f"{digits.rstrip('0').rstrip('.')}e{int(exponent)}"
    else:
        text = f"{value:.0f}" if abs(near) >= 1000 else f"{near:.3g}"
    return text.replace("-", "−", 1) if value < 0 and near else text.removeprefix("-")


def signed(value: float) -> str:
    """The number with its sign, as it is added."""
    text = number(value)
    return text if text.startswith(("−", "nan")) else f"+{text}"


def is_source(network: Network, one: Neurons) -> bool:
    """Whether something stands before the neurons that is not drawn."""
    return one.role != "input" and not any(joint.head == one.id for joint in network.connections)


def whole_lines(text: str, size: float, room: float, most: int, *, bold: bool = False) -> list[str]:
    """The text in lines that break at spaces, separators and humps; [] where it would have to be cut for that."""
    pieces = [text]
    for rule in BREAKS["class"][:3]:
        pieces = [part for piece in pieces for part in rule.split(piece)]
    if any(lines_of(piece, size, room, 2, bold=bold) != (piece.strip(),) for piece in pieces if piece.strip()):
        return []
    lines = lines_of(text, size, room, most, bold=bold)
    return [] if sum(line.count("…") for line in lines) > text.count("…") else list(lines)


def name_lines(text: str, size: float, room: float) -> list[str]:
    """A name in up to two lines, elided where it has to be; [] where next to nothing would be left."""
    found = whole_lines(text, size, room, 2)
    if not found:
        found = list(lines_of(text, size, room, 1))
    return found if all("…" not in line or len(line) > LEAST_LETTERS for line in found) else []


def label_lines(network: Network, one: Neurons, look: Look, room: float) -> list[Line] | None:
    """What stands at a layer, as `look.show` has it; None where there is no room for how many units it has."""
    size = look.small
    found: list[Line] = []
    space = room - ring_room(one.shared, look)
    if one.name and ("name" in look.show or (not look.chosen and _is_one_of_several(network, one))):
        found += [Line(line, size, "ink") for line in name_lines(one.name, size, space)]
    if "class" in look.show and one.class_name:
        found += [Line(line, size, f"{one.family}-text") for line in name_lines(one.class_name, size, space)]
    if "channels" in look.show or len(one.shown) < one.units:
        noun = "input" if one.role == "input" else "feature" if is_source(network, one) else "unit"
        if width_of(count_text(one.units), size) > space:
            return None
        found += _whole(counted(one.units, noun), size, space) or [Line(count_text(one.units), size)]
    if "activation" in look.show and one.activation:
        found += _whole(one.activation, size, space)
    if "parameters" in look.show and one.parameters != 0:
        said = counted(one.parameters, "parameter")
        found += _whole(said, size, space) or _whole(said.partition(" ")[0], size, space)
    if one.shared:
        first = found[0] if found else Line("", size)
        found[:1] = [Line(first.text, first.size, first.paint, first.bold, one.shared)]
    return found


def _is_one_of_several(network: Network, one: Neurons) -> bool:
    """Whether a model has more inputs or outputs than this one: then they have to be told apart."""
    return one.role != "hidden" and sum(other.role == one.role for other in network.neurons) > 1


def count_width(network: Network, look: Look) -> float:
    """The room that the longest number of units takes, which no label may be without."""
    ring = max(ring_room(one.shared, look) for one in network.neurons)
    return ring + max((width_of(count_text(one.units), look.small) for one in network.neurons), default=0.0)


def _whole(text: str, size: float, room: float) -> list[Line]:
    """The text in up to three lines, none where it would have to be cut or words broken."""
    return [Line(line, size) for line in whole_lines(text, size, room, 3)]


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
    left = x - label_width(label, size) * _SHARES[anchor]
    found = _NUMBERED.fullmatch(label)
    base = y + size * 0.3
    if not found:
        return [Text(left, base, label, size, italic=True, halo=True)]
    after = left + width_of(found[1], size) + LEANING
    digits = found[2].translate(_SUBSCRIPTS)
    return [
        Text(left, base, found[1], size, italic=True, halo=True),
        Text(after, base + size * 0.25, digits, SMALLEST, halo=True),
    ]
