"""How a layer's parameters come about, as arithmetic: `9·8 + 8` for a Dense layer of 8 units on 9 features."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress

from netviz import catalog
from netviz.catalog.formulas import grouped, times
from netviz.catalog.kinds import RULE_ERRORS, LayerKind
from netviz.model import Layer, Shape

MAX_TERMS = 6
"""A sum over the layers inside is written out up to this many terms."""

MAX_WRAPPERS = 5
"""A TimeDistributed around a Bidirectional around an RNN around stacked cells has four."""


def parameter_formula(layer: Layer, deepest: int = MAX_WRAPPERS) -> str | None:
    """Arithmetic that gives the layer's number of parameters (`·` multiplies), "" where it has none.

    None where a shape is unknown. A model or wrapper is written as the sum over the layers inside; of wrappers within
    wrappers so many levels are written out.
    """
    kind = catalog.find(layer.class_name, layer.module)
    shapes = [weight.tensor.shape for weight in layer.weights]
    known = [shape for shape in shapes if shape is not None and None not in shape]
    if len(known) < len(shapes):
        return None
    own = _own_formula(layer, kind, tuple(known))
    inside = _inside_formula(layer, kind, deepest)
    if inside is None:
        return None
    return " + ".join(part for part in (own, inside) if part)


def _own_formula(layer: Layer, kind: LayerKind | None, shapes: tuple[Shape, ...]) -> str:
    if shapes and kind and kind.formula and len(shapes) == len(kind.weights(layer.config)):
        with suppress(*RULE_ERRORS):  # stored shapes that the class cannot have
            return kind.formula(layer.config, shapes)
    return products(shapes)


def products(shapes: tuple[Shape, ...]) -> str:
    """The sum of the products of the shapes, equal ones counted: `4·64` for four vectors of 64."""
    counts = Counter(shapes)
    return " + ".join(_product(shape, count) for shape, count in counts.items())


def _product(shape: Shape, count: int) -> str:
    return times(count, *shape) if count > 1 else times(*shape)


def _inside_formula(layer: Layer, kind: LayerKind | None, deepest: int) -> str | None:
    """The sum over the layers inside that have parameters; a wrapper writes out their own formulas."""
    inside = [inner for inner in layer.layers if inner.weights or any(deeper.weights for deeper in inner.walk())]
    total = layer.parameters.total - sum(weight.tensor.size or 0 for weight in layer.weights)
    if sum(inner.parameters.total for inner in inside) != total:
        return grouped(total)  # layers inside share variables, which count once
    if kind and kind.children and deepest:
        return _wrapper_formula([parameter_formula(inner, deepest - 1) for inner in inside])
    if len(inside) > MAX_TERMS:
        return f"sum of {len(inside)} layers"
    return " + ".join(grouped(inner.parameters.total) for inner in inside)


def _wrapper_formula(formulas: list[str | None]) -> str | None:
    known = [formula for formula in formulas if formula is not None]
    if len(known) < len(formulas):
        return None
    if len(known) == 1:
        return known[0]
    counts = Counter(known)
    return " + ".join(f"{count}·({formula})" if count > 1 else formula for formula, count in counts.items())
