"""Networks of neurons made by hand or drawn at random, as figures take them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from hypothesis import strategies as st

from netviz.figures import Annotation, Connections, Network, Neurons, Role
from netviz.views import Family

SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def weight(row: int, column: int, salt: int) -> float:
    """A number from −1 to 1 that looks like any."""
    return math.sin(12.9898 * row + 78.233 * column + 37.719 * salt)


def layer(id: str, role: Role, column: int, units: int, most: int = 10, salt: int = 0, **others: object) -> Neurons:
    shown = tuple(range(units)) if units <= most else (*range(most // 2), *range(units - most // 2, units))
    letter = {"input": "x", "output": "ŷ", "hidden": ""}[role]
    labels = tuple(letter + str(unit + 1).translate(SUBSCRIPTS) for unit in shown) if letter else None
    family: Family = "input-output" if role == "input" else "dense"
    biases = None if role == "input" else tuple(weight(unit, -1, salt) for unit in shown)
    made = Neurons(
        id, id, None if role == "input" else "Dense", family, role, column, units, shown,
        "" if role == "input" else "relu", labels, biases=biases, parameters=units * 7, layers=(id,),
        biased=role != "input",
    )  # fmt: skip
    return replace(made, **others)  # type: ignore[arg-type]


def joined(tail: Neurons, head: Neurons, known: bool = True, salt: int = 0) -> Connections:
    rows = tuple(tuple(weight(row, column, salt) for column in head.shown) for row in tail.shown)
    return Connections(tail.id, head.id, rows if known else None)


def network(layers: Sequence[Neurons], connections: Sequence[Connections], **others: object) -> Network:
    limit = 1.0 if any(one.weights for one in connections) else None
    made = Network("net", "A network.", tuple(layers), tuple(connections), limit, layers=len(layers), parameters=99)
    return replace(made, **others)  # type: ignore[arg-type]


def chain(*units: int, known: bool = True, valued: bool = False, most: int = 10, **others: object) -> Network:
    """Layers of so many units, one behind the other."""
    roles: list[Role] = ["input", *["hidden" for _ in units[2:]], "output"]  # type: ignore[list-item]
    layers = []
    for column, (count, role) in enumerate(zip(units, roles, strict=True)):
        one = layer(f"layer{column}", role, column, count, most, column)
        if valued:
            one = replace(one, values=tuple(3 * weight(unit, 7, column) for unit in one.shown))
        layers.append(one)
    connections = [joined(a, b, known, a.column) for a, b in pairwise(layers)]
    return network(layers, connections, **{"sample": "x = 1" if valued else "", **others})


def skipping() -> Network:
    """Two inputs, of which one passes two columns, and outputs in two groups."""
    a, b = layer("a", "input", 0, 3), layer("b", "input", 0, 4)
    first, second = layer("first", "hidden", 1, 5), layer("second", "hidden", 2, 40)
    one, two = layer("one", "output", 3, 1), layer("two", "output", 3, 3)
    pairs = [(a, first), (b, first), (first, second), (second, one), (second, two), (b, two), (first, one)]
    return network(
        [a, b, first, second, one, two], [joined(tail, head, salt=i) for i, (tail, head) in enumerate(pairs)]
    )


def feature_head() -> Network:
    """The dense part of a model, of which other layers stand before."""
    features = layer(
        "flatten", "hidden", 0, 25_088, class_name="Flatten", family="reshaping", biased=False, biases=None
    )
    hidden, output = layer("fc", "hidden", 1, 4_096), layer("predictions", "output", 2, 1_000)
    connections = [joined(features, hidden, False), joined(hidden, output, False)]
    return network([features, hidden, output], connections, before="18 layers")


def entering() -> Network:
    """Features of other layers and an input that enter beside a hidden layer; two inputs, two outputs, with notes."""
    x, facts = layer("x", "input", 0, 12, 12), layer("facts_of_the_house", "input", 1, 3)
    features = layer("pooled", "hidden", 1, 64, class_name="GlobalAveragePooling2D", family="pooling", biased=False)
    first, second = layer("first", "hidden", 1, 8), layer("second", "hidden", 2, 5)
    price, kind = layer("price", "output", 3, 1), layer("kind", "output", 3, 3)
    pairs = [(x, first), (first, second), (facts, second), (features, second), (second, price), (second, kind)]
    notes = (
        Annotation("square metres and such", "facts_of_the_house", "facts_of_the_house"),
        Annotation("all", "x", "kind"),
    )
    return network(
        [x, first, facts, replace(features, biases=None), second, price, kind],
        [joined(tail, head, salt=place) for place, (tail, head) in enumerate(pairs)],
        before="6 layers", annotations=notes, remarks=("kind is an output of the model, too",),
    )  # fmt: skip


def twins() -> Network:
    """One layer called twice, and what it gives subtracted."""
    a, b = layer("a", "input", 0, 4), layer("b", "input", 0, 4)
    upper, lower = layer("twin", "hidden", 1, 3, shared=1), layer("twin#2", "hidden", 1, 3, shared=1)
    minus = layer("minus", "hidden", 2, 3, class_name="Subtract", family="merging", biased=False, biases=None)
    singles = [Connections(one.id, "minus", None, True) for one in (upper, lower)]
    end = layer("same", "output", 3, 1)
    return network([a, b, upper, lower, minus, end], [joined(a, upper), joined(b, lower), *singles, joined(minus, end)])


def spoiled() -> Network:
    """Values that are no numbers among others."""
    made = chain(3, 4, 2, valued=True)
    first = replace(made.neurons[0], values=(float("nan"), float("-inf"), 2.0))
    return replace(made, neurons=(first, *made.neurons[1:]))


def merged() -> Network:
    """A sum of two layers, one to one, and layers left out."""
    x, a, b = layer("x", "input", 0, 4), layer("a", "hidden", 1, 12), layer("b", "hidden", 2, 12)
    total = layer("add", "hidden", 3, 12, class_name="Add", family="merging", biased=False, biases=None)
    end = layer("end", "output", 4, 2)
    singles = [Connections("a", "add", None, True), Connections("b", "add", None, True)]
    gap = Connections("add", "end", None, gap=True)
    return network([x, a, b, total, end], [joined(x, a), joined(a, b), *singles, gap])


def hostile() -> Network:
    """Names that are long, of other scripts, or markup; values that are no numbers."""
    names = (
        "<script>alert('x')</script>&amp;\\$%#_{}^~ and so on and on and on",
        "مرحبا بالعالم",
        "猫" * 30,
        "\x00\u202e",
        "",
    )
    made = chain(3, 4, 40, 2, 1)
    layers = tuple(replace(one, name=name, class_name=name) for one, name in zip(made.neurons, names, strict=True))
    odd = (float("nan"), float("inf"), float("-inf"), 0.0)
    broken = replace(made.connections[0], weights=tuple(odd for _ in made.neurons[0].shown))
    notes = (Annotation("words <b>of</b> the user " * 4, "layer1", "layer2"), Annotation("猫" * 40, "layer0", "layer4"))
    return replace(made, neurons=layers, connections=(broken, *made.connections[1:]), annotations=notes, title=names[0])


def annotated() -> Network:
    notes = [
        Annotation("first half", "layer0", "layer1"),
        Annotation("the middle of it, at length", "layer1", "layer2"),
    ]
    return chain(6, 5, 4, 3, annotations=(*notes, Annotation("end", "layer3", "layer3")))


SAMPLES: dict[str, Network] = {
    "one neuron": chain(1, 1),
    "perceptron": chain(3, 1),
    "values of a line": chain(1, 1, valued=True),
    "values of a small net": chain(2, 3, 1, valued=True),
    "values of a larger net": chain(8, 6, 6, 4, valued=True),
    "values of long layers": chain(784, 128, 10, valued=True),
    "a usual net": chain(8, 6, 6, 4),
    "long layers": chain(784, 128, 64, 10),
    "unknown weights": chain(16, 16, 16, known=False, most=16),
    "many columns": chain(*[4] * 20),
    "skips": skipping(),
    "a dense part": feature_head(),
    "sums and gaps": merged(),
    "late entries": entering(),
    "shared layers": twins(),
    "values that are none": spoiled(),
    "hostile names": hostile(),
    "annotations": annotated(),
    "annotations of a dense part": replace(
        feature_head(), annotations=(Annotation("all " * 12, "flatten", "predictions"),)
    ),
}


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Chains of any sizes, with weights or without, some with values."""
    units = draw(st.lists(st.sampled_from([1, 2, 3, 5, 9, 16, 40, 4096]), min_size=2, max_size=6))
    return chain(*units, known=draw(st.booleans()), valued=draw(st.booleans()), most=draw(st.sampled_from([4, 10, 16])))
