"""Losses as they are plotted, and the losses that models were compiled with, against Keras."""

from __future__ import annotations

import math
import warnings
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers
from matplotlib.mathtext import MathTextParser

import netviz
from netviz.analysis.charts.losses import build_losses_chart
from netviz.analysis.charts.losses_plotted import PlottedLoss, model_losses, plotted_loss
from netviz.catalog.functions.losses import BY_NAME, LOSSES, bind, parse_loss
from netviz.charts import Curve, Words
from netviz.errors import NetvizError, UsageError
from tests.conftest import EXAMPLES

DRAWN = [row for row in LOSSES if row.cases]


def of(text: str, limits: tuple[float, float] | None = None) -> PlottedLoss:
    bound = parse_loss(text)
    assert bound is not None
    return plotted_loss(bound, limits)


@pytest.mark.parametrize("row", DRAWN, ids=lambda row: row.name)
@pytest.mark.parametrize("gradient", [False, True])
def test_a_panel_has_a_curve_for_each_target_within_what_the_loss_is_over(row: Any, gradient: bool) -> None:
    loss = plotted_loss(bind(row))
    assert loss.over is not None
    (panel,) = build_losses_chart([loss], gradient=gradient).panels
    curves = [mark for mark in panel.marks if isinstance(mark, Curve)]
    solid = [mark for mark in curves if mark.stroke == "solid"]
    assert len(solid) == len(loss.cases)
    assert len(curves) == len(solid) * (2 if gradient else 1)
    labels = [mark.label for mark in curves if mark.label]
    assert len(set(labels)) == len(labels)
    assert len(labels) >= len(loss.cases) or len(loss.cases) == 1
    MathTextParser("path").parse(panel.formula)
    for mark, case in zip(solid, loss.cases, strict=True):
        assert mark.x[0] == loss.over.window[0]
        assert mark.x[-1] == loss.over.window[1]
        finite = np.isfinite(mark.y)
        with np.errstate(all="ignore"):
            assert np.array_equal(mark.y[finite], case.value(mark.x)[finite])
    if panel.y.limits:
        shown = np.concatenate([mark.y for mark in solid])
        low, high = panel.y.limits
        assert low < high
        assert np.mean((shown >= low) & (shown <= high)) > 0.9  # of the losses little is cut


@pytest.mark.parametrize("row", DRAWN, ids=lambda row: row.name)
def test_gradients_are_the_slopes_of_the_curves(row: Any) -> None:
    loss = plotted_loss(bind(row))
    low, high = loss.limits
    x = np.linspace(low, high, 203)[1:-1]
    for case in loss.cases:
        away = np.all([np.abs(x - kink) > 1e-3 for kink in (*case.kinks, np.inf)], axis=0)
        rise = (case.value(x + 1e-6) - case.value(x - 1e-6)) / 2e-6
        assert np.allclose(case.gradient(x)[away], rise[away], rtol=1e-4, atol=1e-4)


def test_what_cannot_be_drawn_has_its_reason_in_the_picture() -> None:
    ctc = of("ctc")
    (panel,) = build_losses_chart([ctc]).panels
    (words,) = panel.marks
    assert isinstance(words, Words)
    assert ctc.reason in words.lines[0].lower()
    both = build_losses_chart([of("mse"), ctc])
    assert len(both.panels) == 1
    assert ctc.reason in both.caption


def test_comparing_is_one_panel_and_only_for_losses_over_the_same() -> None:
    names = ["mean_squared_error", "mean_absolute_error", "huber(delta=2)", "log_cosh"]
    (panel,) = build_losses_chart([of(name) for name in names], compare=True, gradient=True).panels
    assert [mark.label for mark in panel.marks if isinstance(mark, Curve) and mark.stroke == "solid"] == names
    (mixed,) = build_losses_chart([of("bce"), of("categorical_crossentropy")], compare=True).panels
    assert "binary_crossentropy for target 1" in mixed.caption
    with pytest.raises(UsageError, match="error"):
        build_losses_chart([of("mse"), of("hinge")], compare=True)


def test_a_poster_of_all() -> None:
    chart = build_losses_chart([plotted_loss(bind(row)) for row in LOSSES], grid=True)
    assert chart.small
    assert [panel.title for panel in chart.panels] == [row.name for row in DRAWN]


@settings(max_examples=60, deadline=None)
@given(row=st.sampled_from(DRAWN), low=st.floats(-1e6, 1e6), size=st.floats(1e-3, 1e6))
def test_any_range_is_drawn_as_far_as_the_loss_reaches(row: Any, low: float, size: float) -> None:
    if not low < low + size:
        return
    try:
        loss = plotted_loss(bind(row), (low, low + size))
    except UsageError as error:
        over = row.over(**bind(row).settings)
        assert low + size <= over.domain[0] or low >= over.domain[1]
        assert "\n" not in error.message
        return
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        chart = build_losses_chart([loss])
    for mark in chart.marks():
        assert isinstance(mark, Curve)
        assert not np.isinf(mark.y).any()


def compiled(loss: Any, tmp_path: Path, outputs: int = 1) -> Path:
    inputs = keras.Input((3,))
    ends = [layers.Dense(2, name=f"head{number}")(inputs) for number in range(outputs)]
    model = keras.Model(inputs, ends[0] if outputs == 1 else ends)
    model.compile("sgd", loss)
    path = tmp_path / "compiled.keras"
    model.save(path)
    return path


def own_loss(y_true: Any, y_pred: Any) -> Any:
    return keras.ops.mean(y_true - y_pred)


keras.saving.register_keras_serializable("mine")(own_loss)


@pytest.mark.parametrize(
    ("loss", "titles"),
    [
        ("mse", ["mean_squared_error"]),
        ("MeanSquaredError", ["mean_squared_error"]),
        (keras.losses.Tversky(alpha=0.2), ["tversky(alpha=0.2)"]),
        (keras.losses.huber, ["huber"]),
        (keras.losses.BinaryCrossentropy(from_logits=True), ["binary_crossentropy(from_logits=True)"]),
        (keras.losses.CTC(), ["ctc"]),
        (own_loss, []),
    ],
    ids=["name", "class's name", "object", "function", "object with an argument", "not drawn", "one's own"],
)
def test_the_loss_that_a_file_was_compiled_with(loss: Any, titles: list[str], tmp_path: Path) -> None:
    found = model_losses(netviz.inspect(compiled(loss, tmp_path)).model)
    assert [one.title for one in found.losses] == titles
    assert [one.outputs for one in found.losses] == [("head0",)] * len(titles)
    assert len(found.missing) == 1 - len(titles)


def test_a_setting_that_keras_does_not_save_is_said(tmp_path: Path) -> None:
    """If this fails because Keras saves delta: the better."""
    assert "delta" not in keras.losses.Huber(delta=2.0).get_config()
    (found,) = model_losses(netviz.inspect(compiled(keras.losses.Huber(delta=2.0), tmp_path)).model).losses
    assert found.remark == "delta is not in the file; 1 is Keras's default."
    assert found.parameters == ()
    shown = netviz.losses(tmp_path / "compiled.keras")
    assert found.remark in str(shown)
    assert found.remark in build_losses_chart([found]).panels[0].caption
    assert "delta=1" not in str(shown) + str(shown.to("svg"))
    live = keras.models.load_model(tmp_path / "compiled.keras")
    assert "not in the model's config" in str(netviz.losses(live))
    (other,) = model_losses(netviz.inspect(compiled(keras.losses.CosineSimilarity(axis=1), tmp_path)).model).losses
    assert "axis" in other.remark
    compiled(keras.losses.Huber(delta=2.0), tmp_path)
    assert keras.models.load_model(tmp_path / "compiled.keras").loss._fn_kwargs == {"delta": 1.0}


def test_every_output_has_its_loss(tmp_path: Path) -> None:
    found = model_losses(netviz.inspect(compiled(["mse", "mae", "mse"], tmp_path, 3)).model)
    assert {one.title: one.outputs for one in found.losses} == {
        "mean_squared_error": ("head0", "head2"),
        "mean_absolute_error": ("head1",),
    }
    by_name = model_losses(netviz.inspect(compiled({"head1": "hinge", "head0": "mse"}, tmp_path, 2)).model)
    assert {one.title: one.outputs for one in by_name.losses} == {
        "hinge": ("head1",), "mean_squared_error": ("head0",),
    }  # fmt: skip


def test_the_examples_have_the_losses_they_were_trained_with() -> None:
    for name in ("lenet", "lstm", "residual"):
        live = keras.models.load_model(EXAMPLES / f"{name}.keras")
        found = model_losses(netviz.inspect(EXAMPLES / f"{name}.keras").model)
        assert [one.name for one in found.losses] == [keras.losses.get(live.loss).__name__]


def test_a_model_without_a_loss_is_one_line(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    model.save(tmp_path / "m.keras")
    with pytest.raises(NetvizError, match="not compiled"):
        model_losses(netviz.inspect(tmp_path / "m.keras").model)


def test_what_is_cut_off_is_said() -> None:
    (panel,) = build_losses_chart([of("categorical_crossentropy")]).panels
    top = float(keras.losses.categorical_crossentropy([[1.0, 0.0]], [[0.0, 1.0]])[0])
    assert f"Drawn up to 6; the loss reaches {top:.3g} at 0." in panel.caption
    assert (
        f"the loss reaches {top:.3g} at 0."
        in build_losses_chart([of("bce"), of("kld")], compare=True).panels[0].caption
    )
    assert "beyond" not in build_losses_chart([of("mse")]).panels[0].caption
    loss = plotted_loss(bind(BY_NAME["bce"]), (-3, 2))
    assert loss.limits == (0, 1)
    assert "below 0 and above 1" in build_losses_chart([loss], grid=True).panels[0].caption
    assert not plotted_loss(bind(BY_NAME["bce"]), (0.2, 0.5)).remark


def test_a_poster_says_what_is_drawn() -> None:
    chart = build_losses_chart([of("dice")], grid=True)
    assert "half of the pixels" in chart.panels[0].caption


@pytest.mark.parametrize("name", ["binary_crossentropy", "binary_focal_crossentropy", "categorical_crossentropy"])
@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.4])
@pytest.mark.parametrize("balanced", [False, True])
@pytest.mark.parametrize("y", [0.0, 1.0])
def test_formulas_have_the_smoothing_of_labels(name: str, smoothing: float, balanced: bool, y: float) -> None:
    """The plain formula, evaluated as Python, against Keras."""
    options: dict[str, Any] = {"label_smoothing": smoothing}
    if "focal" in name:
        options["apply_class_balancing"] = balanced
    bound = bind(BY_NAME[name], (), options)
    text = bound.loss.formula(**bound.settings).text
    if name.startswith("binary"):
        theirs = getattr(keras.losses, name)([[y]], [[0.3]], **options)
        ours = evaluated(text, y, 0.3)
    else:
        theirs = keras.losses.categorical_crossentropy([[y, 1 - y]], [[0.3, 0.7]], **options)
        summand = text.replace("sum_i ", "").replace("_i", "")
        ours = evaluated(summand, y, 0.3) + evaluated(summand, 1 - y, 0.7)
    assert math.isclose(ours, float(np.ravel(theirs)[0]), rel_tol=1e-5)


def evaluated(text: str, y: float, p: float) -> float:
    """A formula with what its letters are, "a + b, b = c": but for its signs, it is Python; of two classes."""
    formula, *where = text.replace("−", "-").replace("·", "*").replace("^", "**").split(", ")
    names: dict[str, Any] = {"__builtins__": {}, "y": y, "p": p, "K": 2, "log": math.log}
    for one in reversed(where):
        letter, _, value = one.partition(" = ")
        names[letter] = eval(value, names)
    return float(eval(formula, names))
