"""The small pictures of functions: all of a curve that lies within them is drawn, in the room that it takes."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import pytest

from netviz.pages import Activation
from netviz.render.page.curves import HEIGHT, ROOM, WIDTH, drawn_curve

X = [step / 8 - 6 for step in range(97)]

FUNCTIONS: dict[str, tuple[Callable[[float], float], tuple[str, str]]] = {
    "linear": (lambda x: x, ("-6", "6")),
    "relu": (lambda x: max(x, 0), ("0", "6")),
    "sigmoid": (lambda x: 1 / (1 + math.exp(-x)), ("0", "1")),
    "tanh": (math.tanh, ("-1", "1")),
    "exponential": (math.exp, ("0", "6")),
    "nothing": (lambda x: 0.0, ("-1", "1")),
    "beyond": (lambda x: 1e300 * x, ("-6", "6")),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_curve_takes_the_room_that_it_needs(name: str) -> None:
    rule, (low, high) = FUNCTIONS[name]
    points = tuple((x, rule(x)) for x in X)
    drawn = drawn_curve(Activation(name, "", "", (), curve=points, derivative=points))
    assert drawn is not None and drawn.curve == drawn.derivative
    assert (drawn.low, drawn.high, drawn.left, drawn.right) == (low, high, "-6", "6")
    places = [tuple(map(float, one)) for one in re.findall(r"([\d.-]+),([\d.-]+)", drawn.curve)]
    assert all(ROOM - 0.1 <= x <= WIDTH - ROOM + 0.1 and ROOM - 0.1 <= y <= HEIGHT - ROOM + 0.1 for x, y in places)
    inside = [x for x, y in points if float(low) <= y <= float(high)]
    assert len(places) >= len(inside), "what lies within the picture is drawn"


def test_the_slope_has_room_as_well() -> None:
    flat, steep = tuple((x, x / 100) for x in X), tuple((x, 2.2) for x in X)
    drawn = drawn_curve(Activation("one", "", "", (), curve=flat, derivative=steep))
    assert drawn is not None and float(drawn.high) >= 2.2
