"""What holds of every class of layers and every drawn configuration: variables, their shapes, the formula.

The oracle is the live layer: its variables with their names, shapes and trainability, and its count of parameters.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import netviz
from netviz.analysis.formula import parameter_formula
from netviz.catalog.kinds import Arguments, Expected, WeightSpec
from netviz.catalog.layers import LAYERS
from netviz.readers.infer import Inference
from netviz.readers.plan import Entry
from tests.catalog.layers import (
    test_applications,
    test_attention,
    test_convolution,
    test_core,
    test_merging,
    test_pooling,
    test_preprocessing,
    test_recurrent,
    test_reshaping,
    test_unchanged,
)
from tests.catalog.oracle import question, tried
from tests.catalog.test_catalog import NO_ROW, NO_RULE

MODULES = (
    test_applications, test_attention, test_convolution, test_core, test_merging, test_pooling, test_preprocessing,
    test_recurrent, test_reshaping, test_unchanged,
)  # fmt: skip

CALLS = {name: call for module in MODULES for name, call in module.CALLS.items()}

NOT_DRAWN = {
    **dict.fromkeys(NO_RULE, "no rule of its own: tests of the readers look at what is inside"),
    "Wrapper": "the base class of wrappers, which cannot be called",
    "ThresholdedReLU": "of Keras 2 only",
}


def canonical(name: str) -> str:
    """The name of the class that is exported under that one."""
    return getattr(keras.layers, name).__name__ if hasattr(keras.layers, name) else name


def test_every_class_is_drawn() -> None:
    assert len(CALLS) == sum(len(module.CALLS) for module in MODULES)
    assert set(CALLS) | set(NOT_DRAWN) == {canonical(name) for name in LAYERS}
    assert not set(CALLS) & set(NOT_DRAWN)


def test_aliases_have_the_row_of_their_class() -> None:
    for name in set(dir(keras.layers)) & set(LAYERS) - set(NO_ROW):
        row, own = LAYERS[name], LAYERS[canonical(name)]
        assert row.family == own.family and row.stored_class == own.stored_class
        assert [spec.name for spec in row.weights({})] == [spec.name for spec in own.weights({})]
        assert (row.output is None, row.formula is None) == (own.output is None, own.formula is None)


def specified(entry: Entry, arguments: Arguments) -> Iterator[tuple[WeightSpec, Expected | None]]:
    """What the catalog says of a layer's variables and of those of the layers inside it."""
    kind = entry.kind
    assert kind
    expected = kind.shapes(entry.config, arguments) if kind.shapes else {}
    for spec in kind.weights(entry.config):
        yield spec, expected.get(spec.name)
    for inside in Inference([]).wrapped(entry, arguments):
        yield from specified(inside.entry, inside.arguments)


def layer_of(output: Any) -> Any:
    """The layer that made a symbolic output."""
    return keras.tree.flatten(output)[0]._keras_history.operation


NAMELESS = {"LayerScale": "gamma"}
"""Variables that Keras has given no name; netviz names them by the attribute."""


def fits(shape: tuple[int, ...], expected: tuple[int | None, ...]) -> bool:
    """Whether the shape is the expected one, in which an axis may be left open."""
    return len(shape) == len(expected) and all(
        axis in (None, length) for axis, length in zip(expected, shape, strict=True)
    )


def live(output: Any) -> keras.Model:
    """The model of this one call."""
    operation, index, _ = keras.tree.flatten(output)[0]._keras_history
    inputs = {id(tensor): tensor for tensor in operation._inbound_nodes[index].input_tensors}
    return keras.Model(list(inputs.values()) or output, output)


def holds_variables(name: str) -> bool:
    """Whether layers of the class have variables, or other layers inside."""
    row = LAYERS[name]
    return bool(row.children or row.weights({"use_scale": True, "stateful": True}))


def check_variables(name: str, output: Any) -> None:
    """Each variable has the name that Keras gives it, its trainability, and the shape that the row says."""
    asked = question(output)
    left = list(layer_of(output).weights)
    for spec, expected in specified(asked.entry, asked.arguments):
        own = [
            variable
            for variable in left
            if (variable.path.endswith(f"/{spec.name}") or spec.name == NAMELESS.get(name))
            and variable.trainable == spec.trainable
            and (expected is None or fits(tuple(variable.shape), expected.shape))
        ]
        assert own, spec
        left = [variable for variable in left if variable is not own[0]]
    assert left == [], "variables without a row"


def check_formula(output: Any) -> None:
    """The formula is arithmetic that comes to the number of parameters."""
    layer = layer_of(output)
    (own,) = [inner for inner in netviz.inspect(live(output)).model.root.layers if inner.name == layer.name]
    formula = parameter_formula(own)
    assert formula
    assert eval(formula.replace("·", "*").replace(",", "")) == layer.count_params()


@pytest.mark.parametrize("name", sorted(name for name in CALLS if holds_variables(name)))
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_variables(name: str, data: st.DataObject) -> None:
    output = tried(lambda: CALLS[name](data))
    check_variables(name, output)
    if layer_of(output).weights:
        check_formula(output)


@pytest.mark.parametrize("name", sorted(name for name in CALLS if not holds_variables(name)))
@settings(max_examples=2, deadline=None)
@given(data=st.data())
def test_without_variables(name: str, data: st.DataObject) -> None:
    output = tried(lambda: CALLS[name](data))
    check_variables(name, output)
    assert layer_of(output).count_params() == 0
