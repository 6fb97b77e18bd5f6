"""Every activation of the catalog against keras.activations: values, and derivatives by automatic differentiation."""

from __future__ import annotations

import inspect
import math
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from netviz.catalog.functions.activations import ACTIVATIONS, BY_NAME, LAYERS, bind, bind_layer, parse_activation
from netviz.catalog.functions.kinds import Function, VectorFunction
from netviz.catalog.functions.sigmoids import KERAS_2
from netviz.errors import UsageError

NO_FUNCTIONS = ("get", "serialize", "deserialize")
NAMES = sorted(
    name for name in dir(keras.activations) if callable(getattr(keras.activations, name)) and name not in NO_FUNCTIONS
)
SCALARS = [row for row in ACTIVATIONS if isinstance(row, Function)]
VECTORS = [row for row in ACTIVATIONS if isinstance(row, VectorFunction)]

WIDE = np.concatenate(
    [side * 10.0 ** np.linspace(-6, 6, 500) for side in (-1, 1)] + [np.linspace(-12, 12, 2401), [0.0]]
)
"""Numbers of every size, the kinks among them."""


def real(low: float, high: float) -> st.SearchStrategy[float]:
    return st.integers(round(low * 64), round(high * 64)).map(lambda number: number / 64)


SETTINGS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "relu": st.fixed_dictionaries(
        {},
        optional={
            "negative_slope": real(0, 2),
            "max_value": real(0, 10),
            "threshold": real(0, 3),
        },
    ),
    "leaky_relu": st.fixed_dictionaries({"negative_slope": real(-1, 2)}),
    "elu": st.fixed_dictionaries({"alpha": real(-2, 3)}),
    "celu": st.fixed_dictionaries({"alpha": real(0.0625, 4)}),
    "gelu": st.fixed_dictionaries({"approximate": st.booleans()}),
    "squareplus": st.fixed_dictionaries({"b": real(0, 9)}),
    "soft_shrink": st.fixed_dictionaries({"threshold": real(0, 3)}),
    "hard_shrink": st.fixed_dictionaries({"threshold": real(0, 3)}),
    "threshold": st.fixed_dictionaries({"threshold": real(-2, 2), "default_value": real(-3, 3)}),
}
"""By function the settings that are drawn; a function that has none is called as it is."""


def drawn(name: str) -> st.SearchStrategy[dict[str, Any]]:
    return SETTINGS.get(name, st.just({}))


def oracle(name: str, x: Any, arguments: dict[str, Any]) -> tuple[Any, Any]:
    """What Keras gives for the numbers, and its derivative."""
    variable = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(variable)
        values = getattr(keras.activations, name)(variable, **arguments)
    slopes = tape.gradient(values, variable, unconnected_gradients="zero")
    return np.asarray(values), np.asarray(slopes)


def test_every_activation_of_keras_has_a_row() -> None:
    assert {*BY_NAME} == {*NAMES}
    for name, row in BY_NAME.items():
        assert getattr(keras.activations, name) is getattr(keras.activations, row.name)


@pytest.mark.parametrize("row", ACTIVATIONS, ids=lambda row: row.name)
def test_parameters_and_defaults_are_those_of_keras(row: Function | VectorFunction) -> None:
    _, *theirs = inspect.signature(getattr(keras.activations, row.name)).parameters.values()
    assert [parameter.name for parameter in row.parameters] == [parameter.name for parameter in theirs]
    for ours, parameter in zip(row.parameters, theirs, strict=True):
        if parameter.default is inspect.Parameter.empty:
            assert ours.typical is not None
        else:
            assert ours.default == parameter.default
    assert {*SETTINGS} == {row.name for row in SCALARS if row.parameters}


@pytest.mark.parametrize("name", [row.name for row in SCALARS])
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_values_and_derivatives_equal_keras(name: str, data: st.DataObject) -> None:
    """Values in float32 within 1e-6, relative where they are above 1; in float64, with the derivatives, within 1e-9.

    Derivatives in float32 within 5e-6, as Keras's own lose digits in 1 − tanh². No number gives a warning. At a kink,
    where the derivative is a convention, nothing is compared.
    """
    arguments = data.draw(drawn(name))
    bound = bind(BY_NAME[name], (), arguments)
    row = bound.function
    assert isinstance(row, Function)
    kinks = (*row.kinks(**bound.settings), *row.jumps(**bound.settings))
    exact = 1e-8 if name == "gelu" else 1e-9  # TensorFlow has the root of 2 in float32
    for dtype, near, steep in (("float32", 1e-6, 5e-6), ("float64", exact, exact)):
        x = WIDE.astype(dtype)
        with np.errstate(all="raise", under="ignore"):
            values, slopes = row.value(x, **bound.settings), row.derivative(x, **bound.settings)
        assert values.dtype == slopes.dtype == x.dtype
        theirs, expected = oracle(name, x, dict(bound.settings))
        assert _equal(values, theirs, near)
        smooth = np.all([np.abs(x - kink) > 1e-5 for kink in (*kinks, math.inf)], axis=0) & ~np.isnan(expected)
        if name == "celu":
            smooth &= x != 0  # there TensorFlow adds the derivatives of both sides
        assert _equal(slopes[smooth], expected[smooth], steep)


def _equal(ours: Any, theirs: Any, near: float) -> bool:
    finite = np.isfinite(theirs)
    same = np.array_equal(ours[~finite], theirs[~finite])
    far = np.abs(ours[finite] - theirs[finite])
    return same and bool(np.all(far <= near * np.maximum(1, np.abs(theirs[finite]))))


@pytest.mark.parametrize("row", VECTORS, ids=lambda row: row.name)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_vector_functions_equal_keras_along_any_axis(row: VectorFunction, data: st.DataObject) -> None:
    shape = data.draw(st.lists(st.sampled_from([2, 4, 6]), min_size=1, max_size=3))
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    size = data.draw(st.sampled_from([1e-3, 1.0, 30.0, 1e4]))
    x = (np.random.default_rng(data.draw(st.integers(0, 99))).normal(size=shape) * size).astype("float32")
    with np.errstate(all="raise", under="ignore"):
        ours = row.value(x, axis)
    theirs = np.asarray(getattr(keras.activations, row.name)(tf.constant(x), axis=axis))
    assert ours.dtype == np.float32
    assert ours.shape == theirs.shape
    assert np.all(np.abs(ours - theirs) <= 1e-6 * np.maximum(1, np.abs(theirs)) + _lost(row.name, size))


def _lost(name: str, size: float) -> float:
    """Sparsemax subtracts a threshold larger than the numbers: digits of that are lost in Keras, too."""
    return 1e-5 * size if name == "sparsemax" else 0.0


@pytest.mark.parametrize("row", VECTORS, ids=lambda row: row.name)
@pytest.mark.parametrize("seed", range(4))
def test_jacobians_equal_automatic_differentiation(row: VectorFunction, seed: int) -> None:
    x = np.random.default_rng(seed).normal(size=2 * seed + 2)
    variable = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(variable)
        values = getattr(keras.activations, row.name)(variable)
    assert np.allclose(row.jacobian(x), tape.jacobian(values, variable), rtol=0, atol=1e-12)


@pytest.mark.parametrize("row", SCALARS, ids=lambda row: row.name)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_ranges_and_limits_are_what_the_values_say(row: Function, data: st.DataObject) -> None:
    """No value leaves the range, some come near each of its ends, and the limits are what far away is given."""
    given_settings = data.draw(drawn(row.name))
    bound = bind(row, (), given_settings)
    x = np.concatenate([-(10.0 ** np.linspace(8, -3, 4000)), [0.0], 10.0 ** np.linspace(-3, 8, 4000)])
    y = row.value(x, **bound.settings)
    interval = row.range(**bound.settings)
    slack = 1e-8 * max(1.0, *(abs(end) for end in (interval.low, interval.high) if math.isfinite(end)), 0.0)
    assert y.min() >= interval.low - slack
    assert y.max() <= interval.high + slack
    for end, found in ((interval.low, y.min()), (interval.high, y.max())):
        assert abs(end - found) < 0.02 * (1 + abs(end)) if math.isfinite(end) else abs(found) > 20 or not y.size
    for limit, value in zip(row.limits(**bound.settings), (y[0], y[-1]), strict=True):
        assert limit is None or abs(value - limit) < 1e-6
    for flat in row.flats(**bound.settings):
        inside = (x > flat.begin) & (x < flat.end)
        assert np.all(y[inside] == flat.value)


@pytest.mark.parametrize("row", VECTORS, ids=lambda row: row.name)
def test_ranges_of_vector_functions(row: VectorFunction) -> None:
    drawn_numbers = [np.random.default_rng(0).normal(size=(400, 4)) * size for size in (0.1, 1.0, 30.0)]
    x = np.concatenate([*drawn_numbers, np.full((1, 4), -50.0)])
    y = row.value(x, -1)
    assert y.min() >= row.range.low
    assert y.max() <= row.range.high
    for end, found in ((row.range.low, y.min()), (row.range.high, y.max())):
        assert abs(end - found) < 0.02 if math.isfinite(end) else abs(found) > 20


@pytest.mark.parametrize("row", [*ACTIVATIONS, *KERAS_2], ids=lambda row: row.name)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_formulas_compute_what_they_say(row: Function | VectorFunction, data: st.DataObject) -> None:
    """The plain formula, evaluated as Python, gives the values; and matplotlib parses the one in TeX."""
    from matplotlib.mathtext import MathTextParser

    bound = bind(row, (), data.draw(drawn(row.name)) if row not in KERAS_2 else {})
    formula = row.formula(**bound.settings) if isinstance(row, Function) else row.formula
    MathTextParser("path").parse(f"${formula.tex}$")
    if isinstance(row, Function):
        x = np.linspace(-7, 7, 57)
        expected = row.value(x, **bound.settings)
        found = [evaluated(formula.text, float(number)) for number in x]
        jumps = row.jumps(**bound.settings)
        far = np.all([np.abs(x - jump) > 1e-4 for jump in (*jumps, math.inf)], axis=0)
        assert np.allclose(np.array(found)[far], expected[far], rtol=2e-4, atol=1e-4)  # numbers have six digits


def evaluated(formula: str, x: float) -> float:
    """What a formula in plain text gives for x: but for its signs, it is Python."""
    text = formula.replace("−", "-").replace("·", "*").replace("^", "**").replace("≤", "<=").replace("≥", ">=")
    names = {
        "x": x, "max": max, "min": min, "exp": math.exp, "log": math.log, "tanh": math.tanh, "sqrt": math.sqrt,
        "erf": math.erf, "pi": math.pi, "sign": lambda number: math.copysign(1, number) if number else 0,
    }  # fmt: skip
    return float(eval(_bars(text), {"__builtins__": {}}, names))


def _bars(text: str) -> str:
    """|x| as Python has it."""
    while "|" in text:
        before, inside, after = text.split("|", 2)
        text = f"{before}max({inside}, -({inside})){after}"
    return text


@pytest.mark.parametrize("class_name", LAYERS)
def test_activation_layers_are_their_functions(class_name: str) -> None:
    if not hasattr(keras.layers, class_name):
        assert class_name == "ThresholdedReLU"  # gone since Keras 3
        bound = bind_layer(class_name, (), {"theta": 2.0})
        assert bound.function.value(np.array([1.0, 2.0, 3.0]), **bound.settings).tolist() == [0, 0, 3]  # type: ignore[call-arg]
        return
    layer = getattr(keras.layers, class_name)
    varied = {"ReLU": {"max_value": 4.0, "negative_slope": 0.1, "threshold": 0.5}, "LeakyReLU": {"negative_slope": 0.7}}
    x = np.linspace(-5, 5, 41, dtype="float32").reshape(1, -1)
    for arguments in ({}, varied.get(class_name, {})):
        live = layer(**arguments)
        bound = bind_layer(class_name, (), live.get_config())
        row = bound.function
        ours = row.value(x, **bound.settings) if isinstance(row, Function) else row.value(x, -1)
        assert np.allclose(ours, live(x), rtol=0, atol=1e-6)


def test_calls_as_text() -> None:
    assert parse_activation("leaky_relu(0.1)") == parse_activation(" keras.activations.leaky_relu(negative_slope=0.1) ")
    assert parse_activation("swish") == parse_activation("silu()") == bind(BY_NAME["silu"])
    assert parse_activation("LeakyReLU") == bind(BY_NAME["leaky_relu"], (), {"negative_slope": 0.3})
    titles = {"relu(max_value=6)": "relu(max_value=6)", "relu(0.0)": "relu", "gelu(True)": "gelu(approximate=True)"}
    for text, title in titles.items():
        bound = parse_activation(text)
        assert bound is not None
        assert bound.title == title
    for text in ("nothing", "relu.x", "x + 1", "", "relu(", "(" * 10_000, "os.system('true')", "[relu]"):
        assert parse_activation(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "relu(max_value=-1)", "relu(threshold=-1)", "relu(1, 2, 3, 4)", "relu(slope=1)", "relu(0.1, negative_slope=1)",
        "leaky_relu('a')", "leaky_relu(True)", "leaky_relu(1e999)", "leaky_relu(None)", "celu(0)", "gelu(1)",
        "squareplus(-1)", "softmax(axis=0.5)", "threshold(1)", "relu(__import__('os'))", "relu(max_value=x)",
        "relu(*[1])", "relu(**{})", "sigmoid(1)", "LeakyReLU(slope=1)", "ReLU(1, 2, 3, 4)", "elu(alpha=-1j)",
    ],
)  # fmt: skip
def test_arguments_that_keras_does_not_take_are_one_line(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_activation(text)
    assert "\n" not in caught.value.message
    assert caught.value.hint


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("relu(),=0.1'[]{}*_x\\\n\0é"), max_size=30))
def test_no_text_breaks_the_parser(text: str) -> None:
    try:
        parse_activation(text)
    except UsageError as error:
        assert "\n" not in error.message
