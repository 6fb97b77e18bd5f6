"""Activations as they are plotted: where they saturate, where their curves break, what the charts hold."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.mathtext import MathTextParser

from netviz.analysis.charts.functions import build_functions_chart, where
from netviz.analysis.charts.functions_given import given as given_function
from netviz.analysis.charts.functions_plotted import STEEP, Plotted, Use, curve, plotted
from netviz.catalog.functions.activations import ACTIVATIONS, bind, parse_activation
from netviz.charts import Band, Chart, Curve, Zone
from netviz.errors import UsageError

SCALARS = [
    "relu", "relu(max_value=6)", "relu(0.1, 6, 1)", "relu(threshold=2)", "relu(max_value=0)", "leaky_relu",
    "leaky_relu(0)", "leaky_relu(-0.5)", "relu6", "elu", "elu(0.001)", "elu(-1)", "elu(0)", "selu", "celu", "celu(0.1)",
    "celu(-2)", "softplus", "squareplus", "squareplus(0)", "sparse_plus", "exponential", "silu", "hard_silu", "gelu",
    "gelu(True)", "mish", "linear", "sigmoid", "tanh", "softsign", "log_sigmoid", "hard_sigmoid", "sparse_sigmoid",
    "hard_tanh", "soft_shrink", "hard_shrink(2)", "hard_shrink(0)", "tanh_shrink", "threshold", "threshold(-1, 3)",
]  # fmt: skip
LIMITS = (-6.0, 6.0)


def of(text: str) -> Plotted:
    bound = parse_activation(text)
    assert bound is not None
    return plotted(bound)


def keras_of(function: Plotted, x: Any) -> tuple[Any, Any]:
    """Keras's values and derivatives at x."""
    variable = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(variable)
        y = getattr(keras.activations, function.name)(variable, **function.settings)
    return np.asarray(y), np.asarray(tape.gradient(y, variable, unconnected_gradients="zero"))


def test_every_scalar_function_is_among_the_cases() -> None:
    assert {of(text).name for text in SCALARS} == {
        row.name for row in ACTIVATIONS if plotted(bind(row)).kind == "scalar"
    }


@pytest.mark.parametrize("text", SCALARS)
def test_functions_saturate_where_keras_s_slope_is_small_on_the_way_to_a_bound(text: str) -> None:
    function = of(text)
    for one in function.saturation:
        low, high = max(one.begin, -2e3), min(one.end, 2e3)
        inside = np.union1d(np.linspace(low, high, 4001)[1:-1], [low + 1e-4, high - 1e-4])
        values, slopes = keras_of(function, inside)
        assert np.all(np.abs(slopes) < STEEP * (1 + 1e-6))
        far = values[0] if math.isinf(one.begin) else values[-1]
        assert abs(far - one.value) < 1e-3
        assert one.exact == bool(np.all(values == one.value))
        for edge, outwards in ((one.begin, -1), (one.end, 1)):
            if math.isfinite(edge):
                beyond = edge + outwards * np.geomspace(1e-4, 1e-1, 5) * max(1.0, abs(edge))
                assert np.all(np.abs(keras_of(function, beyond)[1]) >= STEEP * (1 - 1e-3))
    for side, end in ((-1.0, -math.inf), (1.0, math.inf)):
        near, far = keras_of(function, side * np.array([1e5, 1e6]))[0]
        bounded = bool(np.isfinite(far) and abs(far - near) < 1e-4)
        assert bounded == any(end in (one.begin, one.end) for one in function.saturation)


@pytest.mark.parametrize("text", SCALARS)
def test_curves_are_keras_s_values_and_break_where_these_jump(text: str) -> None:
    function = of(text)
    (component,) = function.components
    x, y = curve(component.value, -6.0, 6.0, function.jumps, function.kinks)
    assert np.all(np.diff(x) >= 0)
    assert x[0] == -6
    assert x[-1] == 6
    broken = np.isnan(y)
    assert sorted(x[broken]) == sorted(set(function.jumps))
    assert np.allclose(y[~broken], keras_of(function, x[~broken])[0], rtol=1e-7, atol=1e-7)
    steps = np.abs(np.diff(y[~broken])) / np.maximum(np.diff(x[~broken]), 1e-12)
    steep = np.abs(component.slope(np.linspace(-6, 6, 4001))).max()
    continuous = np.diff(np.cumsum(broken)[~broken]) == 0
    assert np.all(steps[continuous] <= 1.05 * steep + 1e-6)  # no vertical stroke where there is a jump


@pytest.mark.parametrize("row", ACTIVATIONS, ids=lambda row: row.name)
@pytest.mark.parametrize("derivative", [False, True])
def test_a_panel_holds_curves_formula_range_and_saturation(row: Any, derivative: bool) -> None:
    function = plotted(bind(row))
    chart = build_functions_chart([function], LIMITS, derivative=derivative)
    (panel,) = chart.panels
    curves = [mark for mark in panel.marks if isinstance(mark, Curve)]
    assert [mark.stroke for mark in curves].count("dashed") == (len(function.components) if derivative else 0)
    assert panel.title == function.name
    MathTextParser("path").parse(panel.formula)
    assert f"Range {function.range}" in panel.caption
    assert all(one.text in panel.caption for one in function.saturation)
    zones = [mark for mark in panel.marks if isinstance(mark, Zone)]
    assert all(LIMITS[0] <= zone.begin < zone.end <= LIMITS[1] for zone in zones)
    labels = [mark.label for mark in curves if mark.label]
    assert len(set(labels)) == len(labels)


def test_vector_functions_are_drawn_as_components_of_a_vector_of_which_one_number_varies() -> None:
    x = np.linspace(-6, 6, 25)
    vectors = np.stack([x, np.zeros(25), np.ones(25)], axis=1)
    for name in ("softmax", "log_softmax", "sparsemax"):
        found = np.stack([component.value(x) for component in of(name).components], axis=1)
        assert np.allclose(found, getattr(keras.activations, name)(vectors), atol=1e-12)
    for component, value in zip(of("glu").components, (-2.0, -1.0, 1.0, 2.0), strict=True):
        pairs = np.stack([np.full(25, value), x], axis=1)
        assert np.allclose(component.value(x), np.asarray(keras.activations.glu(tf.constant(pairs)))[:, 0])


@pytest.mark.parametrize(
    "row", [row for row in ACTIVATIONS if plotted(bind(row)).kind == "vector"], ids=lambda row: row.name
)
def test_slopes_of_vector_functions_are_those_of_their_curves(row: Any) -> None:
    function = plotted(bind(row))
    x = np.linspace(-4, 4, 81)
    away = np.all([np.abs(x - place) > 0.01 for place in (*function.kinks, *function.jumps, math.inf)], axis=0)
    for component in function.components:
        rise = (component.value(x + 1e-6) - component.value(x - 1e-6)) / 2e-6
        assert np.allclose(component.slope(x)[away], rise[away], atol=1e-6)


def test_comparing_is_one_panel_with_a_named_curve_for_each() -> None:
    names = ["relu", "gelu", "silu", "softmax"]
    chart = build_functions_chart([of(name) for name in names], LIMITS, compare=True, derivative=True)
    (panel,) = chart.panels
    solid = [mark for mark in panel.marks if isinstance(mark, Curve) and mark.stroke == "solid"]
    assert [mark.label.split(",")[0] for mark in solid] == names
    assert len({mark.tint for mark in solid}) == len(names)
    dashed = [mark for mark in panel.marks if isinstance(mark, Curve) and mark.stroke == "dashed"]
    assert [mark.tint for mark in dashed] == [mark.tint for mark in solid]
    assert "softmax([x, 0, 1])" in panel.caption


def test_derivatives_of_many_are_in_a_panel_of_their_own() -> None:
    names = ["relu", "gelu", "silu", "elu", "tanh"]
    chart = build_functions_chart([of(name) for name in names], LIMITS, compare=True, derivative=True)
    for panel in chart.panels:
        curves = [mark for mark in panel.marks if isinstance(mark, Curve)]
        assert [(mark.label, mark.stroke, mark.tint) for mark in curves] == [
            (name, "solid", place) for place, name in enumerate(names)
        ]
    assert len(chart.panels) == 2
    with pytest.raises(UsageError, match="told apart"):
        build_functions_chart([of("relu")] * 13, LIMITS, compare=True)


def test_layers_are_named_on_a_poster_too() -> None:
    function = plotted(bind(ACTIVATIONS[0]), (Use("conv1", "activation"),))
    assert "In conv1." in build_functions_chart([function], LIMITS, grid=True).panels[0].caption


def test_a_poster_has_a_small_panel_for_each() -> None:
    chart = build_functions_chart([plotted(bind(row)) for row in ACTIVATIONS], LIMITS, grid=True)
    assert chart.small
    assert [panel.title for panel in chart.panels] == [row.name for row in ACTIVATIONS]
    assert not any(isinstance(mark, Band) for mark in chart.marks())


def test_nothing_to_draw_is_said() -> None:
    chart: Chart = build_functions_chart([], LIMITS)
    assert len(chart.panels) == 1


def test_layers_are_named_by_setting_counted_and_shortened() -> None:
    uses = [Use(f"conv{number}", "activation") for number in range(12)] + [Use("lstm", "recurrent_activation")]
    assert where(uses) == "In conv0, conv1, conv2, conv3 and 8 more; as recurrent_activation in lstm"
    assert where([Use("relu_1")]) == "In relu_1"


@settings(max_examples=60, deadline=None)
@given(
    text=st.sampled_from(SCALARS),
    low=st.floats(-1e9, 1e9).filter(lambda end: end == end),
    size=st.floats(1e-3, 1e9),
)
def test_any_range_gives_finite_numbers_or_breaks(text: str, low: float, size: float) -> None:
    function = of(text)
    high = low + size
    if not low < high:
        return
    chart = build_functions_chart([function], (low, high), derivative=True)
    for mark in chart.marks():
        if isinstance(mark, Curve):
            assert not np.isinf(mark.y).any()
            assert mark.x.shape == mark.y.shape


def cubic(x: Any) -> Any:
    return x**3 - x


def test_functions_of_python_are_called_on_arrays_and_derived_by_central_differences() -> None:
    function = given_function(cubic, -2.0, 2.0)
    x = np.linspace(-2, 2, 81)
    assert function.title == "cubic"
    assert np.array_equal(function.components[0].value(x), cubic(x))
    assert np.allclose(function.components[0].slope(x)[1:-1], 3 * x[1:-1] ** 2 - 1, atol=1e-8)
    assert "central difference" in build_functions_chart([function], (-2.0, 2.0)).panels[0].caption


@pytest.mark.parametrize("name", ["gelu", "selu", "tanh"])
def test_a_function_of_keras_can_be_called_as_one_of_python(name: str) -> None:
    """It computes in float32: the differences are wide enough for that."""
    theirs = getattr(keras.activations, name)
    function = given_function(lambda x: theirs(tf.constant(x, "float32")), -4.0, 4.0)
    x = np.linspace(-4, 4, 41)
    known = of(name)
    assert np.allclose(function.components[0].value(x), known.components[0].value(x), atol=1e-6)
    smooth = np.abs(x) > 0.1
    assert np.allclose(function.components[0].slope(x)[smooth], known.components[0].slope(x)[smooth], atol=2e-3)


def raises(x: Any) -> Any:
    raise RuntimeError("no\nmore")


class Silent:
    """Raises without a word."""

    def __call__(self, x: Any) -> Any:
        raise ValueError


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (raises, "raises raises RuntimeError: no"),
        (Silent(), "Silent raises ValueError"),
        (lambda x: x[:3], "shape (3,)"),
        (lambda x: 1.0, "shape ()"),
        (lambda x: None, "shape ()"),
        (np.sqrt, "sqrt gives NaN at x = -6"),
        (lambda x: np.where(x == 6, np.inf, x), "infinite"),
        (lambda x: x + 1j, "complex128, not numbers"),
        (lambda x: np.array(["a"] * x.size), "not numbers"),
        (lambda x: np.full(x.shape, None), "object, not numbers"),
        (lambda: 1, "raises TypeError"),
        (int, "raises TypeError"),
    ],
)
def test_functions_of_python_that_cannot_be_drawn_are_one_line(function: Any, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        given_function(function, -6.0, 6.0)
    assert words in caught.value.message
    assert "\n" not in caught.value.message
    assert caught.value.hint


def test_a_function_that_changes_what_it_is_given_does_no_harm() -> None:
    def greedy(x: Any) -> Any:
        x *= 2
        return x

    x = np.linspace(-1, 1, 5)
    given_function(greedy, -1.0, 1.0).components[0].value(x)
    assert np.array_equal(x, np.linspace(-1, 1, 5))
