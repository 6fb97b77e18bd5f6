"""Networks of neurons as textbooks draw them: circles in columns, connections behind them, words around.

Network --sizes, tried until one fits--> Layout --connections, annotations, legend--> Picture
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from netviz.errors import UsageError
from netviz.figures import Field, Network
from netviz.render.figure.frame import MARGIN, Bounds, Entry, framed, too_narrow
from netviz.render.figure.look import Look, lines_of
from netviz.render.figure.neurons.headings import ends_gap
from netviz.render.figure.neurons.layout import Layout, boxes_of, says_biases, words_gap
from netviz.render.figure.neurons.lines import connection_shapes
from netviz.render.figure.neurons.notes import note_shapes
from netviz.render.figure.neurons.numbers import MOST, MOST_UNASKED, most_between
from netviz.render.figure.neurons.place import Sizes, height_of, least_gap
from netviz.render.figure.neurons.thin import thinned
from netviz.render.figure.neurons.units import RIM, bias_room, radius_for
from netviz.render.figure.neurons.words import Line, count_width, number, stacked, tall, wide
from netviz.render.figure.picture import Circle, Part, Picture, Shape
from netviz.render.figure.wording import caption_of

SHOWN: tuple[Field, ...] = ("channels", "activation")
CAN_SHOW: tuple[Field, ...] = ("name", "class", "activation", "channels", "parameters", "weights", "biases")

FEWER = (10, 8, 6, 4, 2)
"""Neurons of one layer that are drawn where more do not fit, tried in this order."""
SPREADS = (1.0, 1.25, 1.6, 2.0)
"""How much wider than usual neurons stand, tried in this order until numbers find a place."""
CLOSER = 0.95
"""The next try is so much closer."""
LEAST_RADIUS, LEAST_APART = 3.0, 2.5


def neurons_to_picture(network: Network, look: Look) -> Picture:
    """The picture of a network in single neurons.

    Raises UsageError where it does not fit `look.width`, or where numbers are asked for that find no place.
    """
    few, asked = most_between(network), "weights" in look.show
    if asked and all(one.weights is None for one in network.connections):
        raise UsageError("no weights are known to write on the connections", "Read a file that holds weights.")
    if asked and few > MOST:
        hint = "Leave out weights: colours and widths show them."
        raise UsageError("there are too many connections to write a number on each", hint)
    if "biases" not in look.show:
        network = replace(network, limit=_limit(network))
    offered = bool(network.sample) and not look.chosen and few <= MOST_UNASKED
    layout, need = _fitting(network, look, asked or offered)
    if layout is None and offered and not asked:
        layout, need = _fitting(network, look, False)
    if layout is None and asked and _fitting(network, look, False)[0]:
        hint = "Give it more width or spacing, or leave out weights."
        raise UsageError("there is no room for a number on each connection", hint)
    if layout is None:
        remedies = ("Choose another direction.", "Leave layers out.")
        raise too_narrow(look, need if math.isfinite(need) else None, *remedies)
    return _picture(layout)


def _limit(network: Network) -> float | None:
    """The largest weight where biases are not drawn."""
    sizes = [abs(value) for one in network.connections for row in one.weights or () for value in row]
    return max(filter(math.isfinite, sizes), default=None)


def _fitting(network: Network, look: Look, numbers: bool) -> tuple[Layout | None, float]:
    """The first layout that fits, and the least width that one of those tried would take."""
    least = math.inf
    for fewer in _fewer(network, look):
        for spread in SPREADS if numbers else (1.0,):
            for sizes, tight, merged in _tries(fewer, look, numbers, spread):
                layout = Layout(fewer, look, sizes, numbers, tight, merged)
                bounds = layout.lay()
                if bounds is None:
                    continue
                need = bounds.right - bounds.left + 2 * MARGIN + _notes_width(layout)
                if look.width is None or need <= look.width:
                    if layout.add_numbers():
                        return layout, need
                    break
                least = min(least, need)
    return None, least


def _fewer(network: Network, look: Look) -> Iterator[Network]:
    yield network
    if look.width is not None and not look.sideways:
        given = network
        for most in FEWER:
            fewer = thinned(network, most)
            if fewer is not given:
                yield fewer
            given = fewer


def _tries(network: Network, look: Look, numbers: bool, spread: float) -> Iterator[tuple[Sizes, float, bool]]:
    """The sizes to try; where a column on paper is narrow also with the headings among the other words."""
    for merged in (False,) if look.width is None or look.sideways else (False, True):
        for sizes, tight in _sizes(network, look, numbers, spread):
            yield sizes, tight, merged


def _sizes(network: Network, look: Look, numbers: bool, spread: float) -> Iterator[tuple[Sizes, float]]:
    """The sizes to try, from the usual ones to the smallest that are legible, with how close they are (1: usual)."""
    columns = height_of(network, 1.0)
    most = max(columns.values()) + 1
    usual = min(42.0, max(21.0, 300 / most))
    least = radius_for(network, look)
    radius = max(min(14.0, usual * 0.36), least)
    beside = 0.0
    pitch = max(usual * look.spacing, 2 * radius + 6)
    if says_biases(network, look, numbers):
        beside = bias_room(network, look)
        pitch = max(pitch, 2 * radius + beside + 4)
    high = max(height_of(network, pitch).values())
    gap = min(170.0, max(96.0, 0.5 * high + 40)) if len(columns) <= 6 else 100.0
    gap = gap if look.sideways else min(gap, 110.0)
    gap = max(gap, 2 * radius + (110 if look.sideways else 80) if numbers else 0.0) * max(look.spacing, 0.1)
    gap = max(gap, 2 * radius + 16, count_width(network, look) + 8, ends_gap(network, look))
    if not look.sideways:
        gap = max(gap, words_gap(network, look))
    if network.sample:
        gap = max(gap, min(1.03 * least_gap(network, radius + 1, pitch), 320.0))
    if look.width is None:
        yield Sizes(radius, pitch * spread, gap * spread, 0.0), 1.0
        return
    tight = 1.6 if look.sideways else 1.3
    while True:
        if look.sideways:
            small = max(least, LEAST_RADIUS, min(radius, gap * tight * 0.2))
            if gap * tight < 2 * small + 14:
                return
            yield Sizes(small, pitch * spread, gap * tight, 0.0), tight
        else:
            small = max(least, LEAST_RADIUS, min(radius, pitch * tight * 0.38))
            if pitch * tight < 2 * small + beside + LEAST_APART:
                return
            yield Sizes(small, pitch * tight, gap * spread, 0.0), tight
        tight *= CLOSER


def _notes_width(layout: Layout) -> float:
    """What annotations add to the width, where they stand beside the figure."""
    if layout.look.sideways or not layout.network.annotations:
        return 0.0
    boxes = list(boxes_of(_notes(layout)))
    return max([0.0, *(box[2] - layout.bounds.right for box in boxes)])


def _notes(layout: Layout) -> list[Shape]:
    return note_shapes(layout.network, layout.places, layout.turn, layout.look, layout.bounds)


def _picture(layout: Layout) -> Picture:
    network, look, bounds = layout.network, layout.look, layout.bounds
    notes = _notes(layout)
    boxes = list(boxes_of([*notes, *layout.over]))
    bounds = Bounds(
        min([bounds.left, *(box[0] for box in boxes)]), min([bounds.top, *(box[1] for box in boxes)]),
        max([bounds.right, *(box[2] for box in boxes)]), max([bounds.bottom, *(box[3] for box in boxes)]),
    )  # fmt: skip
    shapes = [*connection_shapes(network, layout.places, layout.turn, look), *layout.shapes, *layout.over, *notes]
    if look.caption and network.remarks:
        said, bounds = _remarks(layout, bounds)
        shapes += said
    caption = caption_of(network.title, network.layers, network.parameters)
    if network.sample:
        caption += f", {network.sample}"
    legend = list(_legend(layout))
    return framed(shapes, bounds, look, network.title, network.description, caption=caption, legend=legend)


def _remarks(layout: Layout, bounds: Bounds) -> tuple[list[Shape], Bounds]:
    """What a reader has to know besides, below the drawing, and the bounds with it."""
    look = layout.look
    room = max(bounds.right - bounds.left, 200.0) if look.width is None else look.width - 2 * MARGIN
    text = f"{'; '.join(layout.network.remarks)}."
    lines = [Line(line, look.small) for line in lines_of(text, look.small, room, 4)]
    middle, top = (bounds.left + bounds.right) / 2, bounds.bottom + 10
    half = max(wide(lines, look), bounds.right - bounds.left) / 2
    words = stacked(lines, middle, top, "middle", look)
    return [Part(tuple(words), "remarks")], Bounds(middle - half, bounds.top, middle + half, top + tall(lines))


def _legend(layout: Layout) -> Iterator[Entry]:
    """What the colours of connections and values mean, as far as they occur."""
    network, look = layout.network, layout.look
    weights = [value for one in network.connections for row in one.weights or () for value in row]
    if layout.places.biases:
        weights += [value for one in network.neurons for value in one.biases or ()]
    values = [value for one in network.neurons for value in one.values or ()]
    for paint, sign in (("positive", 1), ("negative", -1)):
        of = [
            name
            for name, held in (("weight", weights), ("value", values))
            if any(one * sign > 0 and math.isfinite(one) for one in held)
        ]
        dashed = look.print and paint == "negative"
        if "weight" in of:
            yield Entry(paint, f"{paint} {' or '.join(of)}", "dashed" if dashed else "line")
        elif of:
            rim = Circle(0.0, 0.0, look.small * 0.45, None, "ink", 0.9, RIM)
            yield Entry(paint, f"{paint} value", "circle", "paper" if dashed else paint, (rim,) * dashed)
    if any(weights) and network.limit and "weights" not in look.show and not layout.over:
        yield Entry("muted", f"size of the weight, up to {number(network.limit)}", "wedge")
    if layout.places.biases:
        yield Entry("tint", "bias unit", "circle", "muted")
    if any(one.shared for one in network.neurons):
        yield Entry("paper", "same number: shared weights", "circle", "muted")
