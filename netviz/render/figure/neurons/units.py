"""The neurons of one layer as circles, with what stands in and at them."""

from __future__ import annotations

import math
from collections.abc import Iterator

from netviz.figures import Network, Neurons
from netviz.render.figure.look import Look, width_of
from netviz.render.figure.neurons.place import Sizes, Stand, least_gap
from netviz.render.figure.neurons.words import label_shapes, label_width, number, signed
from netviz.render.figure.picture import Circle, Paint, Part, Shape, Text, polyline
from netviz.render.figure.turning import Turn

HAIRLINE = 0.9
STRONGEST = 0.5
"""Opacity of the fill of the largest value."""
AWAY = 5.0
"""Pixels from a neuron to its name."""
RIM = (2.2, 1.6)
"""The dashes around a negative value, without colours."""


def is_perceptron(network: Network) -> bool:
    """Whether there is one dense neuron and nothing else but inputs: then it shows what a neuron does."""
    rest = [one for one in network.neurons if one.role != "input"]
    return not network.sample and len(rest) == 1 and rest[0].units == 1 and rest[0].class_name == "Dense"


def radius_for(network: Network, look: Look) -> float:
    """The least radius in which the values, the bias unit's +1 or the halves of a perceptron are legible."""
    values = [value for one in network.neurons for value in one.values or ()]
    need = max((width_of(number(value), look.small) / 2 + 2.5 for value in values), default=0.0)
    if "biases" in look.show:
        need = max(need, width_of("+1", look.small) / 2 + 2.0)
    return max(need, look.size * 1.6) if is_perceptron(network) else need


def unit_shapes(one: Neurons, stand: Stand, sizes: Sizes, turn: Turn, look: Look, network: Network) -> list[Shape]:
    """The circles of a layer, the dots for those left out, and the names, values and biases at them."""
    shapes: list[Shape] = []
    largest = max((abs(value) for value in one.values or () if math.isfinite(value)), default=0.0)
    steep = sizes.gap < least_gap(network, sizes.radius + 1, sizes.pitch)
    split = one.role != "input" and is_perceptron(network)
    for place, across in enumerate(stand.across):
        x, y = turn(stand.along, across)
        value = None if one.values is None else one.values[place]
        inner: list[Shape] = list(_circle(x, y, sizes.radius, one, value, largest, look, steep))
        if split:
            inner += _halves(x, y, sizes.radius, one, look)
        shapes.append(Part(tuple(inner), "neuron", "", _title(one, place)))
    if stand.dots is not None:
        step = min(6.5, sizes.pitch * 0.36)
        for offset in (-step, 0.0, step):
            x, y = turn(stand.along, stand.dots + offset)
            shapes.append(Circle(x, y, min(1.7, step * 0.3), "muted"))
    return [*shapes, *_names(one, stand, sizes, turn, look)]


def bias_unit(x: float, y: float, radius: float, look: Look) -> list[Shape]:
    """The unit that always gives 1."""
    text = Text(x, y + look.small * 0.34, "+1", look.small, "middle", halo=True)
    return [Circle(x, y, radius, "tint", "muted", HAIRLINE, (2.5, 1.8)), text]


def bias_shapes(one: Neurons, stand: Stand, sizes: Sizes, turn: Turn, look: Look) -> list[Shape]:
    """The biases beside the neurons, as they are added."""
    shapes: list[Shape] = []
    size = look.small
    for across, value in zip(stand.across, one.biases or (), strict=True):
        x, y = turn(stand.along, across)
        if look.sideways:
            shapes.append(Text(x, y + sizes.radius + size * 1.0, signed(value), size, "middle", "muted", halo=True))
        else:
            shapes.append(Text(x + sizes.radius + 3, y + size * 0.34, signed(value), size, "start", "muted", halo=True))
    return shapes


def bias_room(network: Network, look: Look) -> float:
    """Pixels across the flow that a bias takes beside its neuron."""
    if look.sideways:
        return look.small * 1.3
    values = [value for one in network.neurons for value in one.biases or ()]
    return max((width_of(signed(value), look.small) + 5 for value in values), default=0.0)


def _circle(
    x: float, y: float, radius: float, one: Neurons, value: float | None, largest: float, look: Look, halo: bool
) -> Iterator[Shape]:
    line: Paint = f"{one.family}-line"
    if value is None:
        yield Circle(x, y, radius, f"{one.family}-top", line, HAIRLINE)
        return
    negative = look.print and value < 0
    yield Circle(x, y, radius, "paper", line, HAIRLINE, RIM if negative else ())
    share = abs(value) / largest if largest and math.isfinite(value) else 0.0
    if share > 0.02:
        paint: Paint = "negative" if value < 0 else "positive"
        yield Circle(x, y, radius - HAIRLINE / 2, paint, opacity=round(STRONGEST * share, 2))
    yield Text(x, y + look.small * 0.34, number(value), look.small, "middle", halo=halo)


def _halves(x: float, y: float, radius: float, one: Neurons, look: Look) -> list[Shape]:
    """The sum that a neuron takes, and the function of it, where there is one."""
    base = y + look.size * 0.35
    if not one.activation:
        return [Text(x, base, "Σ", look.size, "middle")]
    divide = polyline(((x, y - radius), (x, y + radius)), f"{one.family}-line", HAIRLINE)
    sign = Text(x + radius * 0.46, base, "f", look.size, "middle", italic=True)
    return [divide, Text(x - radius * 0.46, base, "Σ", look.size, "middle"), sign]


def _names(one: Neurons, stand: Stand, sizes: Sizes, turn: Turn, look: Look) -> list[Shape]:
    """What inputs and outputs are called, in front of them or behind; of many in little room the first and the last."""
    if not one.labels:
        return []
    size = look.size
    taken = [size * 1.25 if look.sideways else label_width(label, size) + 3 for label in one.labels]
    places = list(range(len(one.labels)))
    if len(places) > 1 and max(taken) > sizes.pitch:
        places = [0, len(places) - 1] if max(taken) <= sizes.pitch * (len(places) - 1) else []
    outwards = -1 if one.role == "input" else 1
    shapes: list[Shape] = []
    for place in places:
        label = one.labels[place]
        x, y = turn(stand.along + outwards * (sizes.radius + AWAY), stand.across[place])
        if look.sideways:
            right = (outwards > 0) == (look.direction == "LR")
            shapes += label_shapes(label, x, y, size, "start" if right else "end")
        else:
            below = (outwards > 0) == (look.direction == "TB")
            shapes += label_shapes(label, x, y + (0.45 if below else -0.45) * size, size, "middle")
    return shapes


def _title(one: Neurons, place: int) -> str:
    parts = [f"{one.name}, unit {one.shown[place] + 1:,} of {one.units:,}"]
    if one.values is not None:
        parts.append(f"value {one.values[place]:.6g}")
    if one.sums is not None:
        parts.append(f"before the activation {one.sums[place]:.6g}")
    if one.biases is not None:
        parts.append(f"bias {one.biases[place]:.6g}")
    return "\n".join(parts)
