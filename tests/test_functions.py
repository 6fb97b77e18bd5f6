"""The verbs `functions` and `losses` and their commands: what they take, their tables, data and errors."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from click.testing import CliRunner

import netviz
from netviz.catalog.functions.activations import ACTIVATIONS, bind
from netviz.catalog.functions.losses import LOSSES
from netviz.cli import cli
from netviz.errors import NetvizError, UsageError
from tests.conftest import EXAMPLES, ROOT

LENET = EXAMPLES / "lenet.keras"


def data(*what: Any, **options: Any) -> Any:
    document = netviz.functions(*what, **options).data
    json.dumps(document, allow_nan=False)
    return document


def run(*arguments: str | Path) -> Any:
    return CliRunner().invoke(cli, [*map(str, arguments)], catch_exceptions=False)


def test_without_names_all_functions_are_in_the_table_and_the_data() -> None:
    document = data()
    assert document["schema"] == 1
    assert document["netviz"] == netviz.__version__
    assert [one["name"] for one in document["functions"]] == [row.name for row in ACTIVATIONS]
    table = str(netviz.functions())
    assert all(f"\n{row.name}" in table for row in ACTIVATIONS)


def test_the_data_are_keras_s_numbers() -> None:
    for one in data(range=(-4, 4))["functions"]:
        x = np.array(one["x"])
        assert (x[0], x[-1], len(x)) == (-4, 4, 241)
        if one["kind"] != "scalar":
            assert one["y"] is None
            assert len(one["components"]) > 1
            continue
        theirs = getattr(keras.activations, one["name"])(keras.ops.convert_to_tensor(x), **one["parameters"])
        assert np.allclose(one["y"], theirs, rtol=1e-7, atol=1e-7)
        rise = np.gradient(np.array(one["y"]), x)
        assert np.median(np.abs(rise - one["derivative"])) < 1e-2
        low, high = one["range"]["low"], one["range"]["high"]
        assert low is None or min(one["y"]) >= low - 1e-9
        assert high is None or max(one["y"]) <= high + 1e-9


def test_the_column_of_slopes_is_the_derivative_at_zero() -> None:
    for one in data()["functions"]:
        if one["kind"] == "scalar":
            bound = bind(next(row for row in ACTIVATIONS if row.name == one["name"]))
            expected = bound.function.derivative(np.zeros(1), **bound.settings)[0]  # type: ignore[union-attr]
            assert one["slope_at_zero"] == expected
        else:
            assert one["slope_at_zero"] is None


def test_names_functions_of_python_and_keras_s_own_go_together() -> None:
    document = data("leaky_relu(0.1)", np.sin, keras.activations.tanh)
    assert [(one["title"], one["kind"]) for one in document["functions"]] == [
        ("leaky_relu(negative_slope=0.1)", "scalar"), ("sin", "callable"), ("tanh", "scalar"),
    ]  # fmt: skip
    sine = document["functions"][1]
    assert np.allclose(sine["derivative"][1:-1], np.cos(sine["x"])[1:-1], atol=1e-8)
    assert sine["formula"] is None
    assert "central difference" in sine["remark"]


def test_a_path_a_live_and_an_inspected_model_show_the_same() -> None:
    live = keras.models.load_model(LENET)
    shown = [data(source)["functions"] for source in (str(LENET), LENET, live, netviz.inspect(LENET))]
    assert shown[0] == shown[1] == shown[2] == shown[3]
    assert [one["name"] for one in shown[0]] == ["relu", "softmax"]
    assert {"path": "conv1", "setting": "activation"} in shown[0][0]["layers"]


def test_a_name_is_a_function_even_where_a_file_has_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "relu").write_bytes(LENET.read_bytes())
    (tmp_path / "other").write_bytes(LENET.read_bytes())
    monkeypatch.chdir(tmp_path)
    assert "name" not in data("relu")
    assert data("other")["name"] == "lenet"
    assert run("functions", "relu", "-o", "relu.svg").exit_code == 0


@pytest.mark.parametrize(
    ("what", "options", "words"),
    [
        (["rellu"], {}, "'rellu' is neither"),
        ([""], {}, "neither"),
        (["leaky_relu(-)"], {}, "neither"),
        (["relu(max_value=-1)"], {}, "at least 0"),
        (["relu(x)"], {}, "no plain value"),
        (["PReLU"], {}, "learned"),
        (["gone.keras"], {}, "no such file"),
        ([Path("gone")], {}, "no such file"),
        ([3], {}, "3 is no function"),
        ([None], {}, "None is no function"),
        ([[]], {}, "empty"),
        (["relu("], {}, "a bracket too few"),
        (["relu)"], {}, "a bracket too many"),
        (["mse"], {}, "is a loss"),
        ([keras.losses.Huber()], {}, "is a loss"),
        ([keras.layers.Dense], {}, "the class Dense is no activation"),
        ([keras.Sequential], {}, "the class Sequential is no activation"),
        ([keras.layers.PReLU], {}, "learned"),
        ([keras.optimizers.SGD()], {}, "no activation"),
        ([keras.activations.get], {}, "get "),
        ([], {"compare": True}, "30 functions cannot be told apart"),
        ([lambda x: x / abs(x).sum()], {}, "among other numbers"),
        (["relu", LENET], {}, "by itself"),
        ([LENET, LENET], {}, "by itself"),
        (["relu"], {"load": True}, "no model"),
        ([], {"architecture": "x.json"}, "no model"),
        (["relu"], {"compare": True, "grid": True}, "contradict"),
        (["relu"], {"range": (1, 1)}, "empty"),
        (["relu"], {"range": (2, 1)}, "reversed"),
        (["relu"], {"range": (math.nan, 1)}, "no range"),
        (["relu"], {"range": (0, math.inf)}, "no range"),
        (["relu"], {"range": (0,)}, "no range"),
        (["relu"], {"range": "01"}, "no range"),
        (["relu"], {"range": (False, True)}, "no range"),
        (["relu"], {"range": (0, 1e12)}, "too far"),
        (["relu"], {"range": (1e8, 1e8 + 1)}, "too narrow"),
        (["relu"], {"theme": "auto"}, "no theme"),
        ([lambda x: x / 0], {}, "lambda gives"),
    ],
)
def test_what_cannot_be_shown_is_one_line_with_a_remedy(what: list[Any], options: dict[str, Any], words: str) -> None:
    with pytest.raises(NetvizError) as caught:
        netviz.functions(*what, **options)
    assert words in caught.value.message
    assert "\n" not in caught.value.message + caught.value.hint


def test_near_names_are_proposed() -> None:
    for text, near in {
        "rellu": "relu",
        "Sigmod": "sigmoid",
        "softmx": "softmax",
        "LeakyRelu(0.1)": "LeakyReLU",
    }.items():
        with pytest.raises(UsageError) as caught:
            netviz.functions(text)
        assert near in caught.value.hint


@pytest.mark.parametrize(
    ("options", "arguments"),
    [
        ({}, []),
        ({"derivative": True}, ["--derivative"]),
        ({"compare": True}, ["--compare"]),
        ({"grid": True, "range": (-2.0, 3.0)}, ["--grid", "--range", "-2", "3"]),
        ({"theme": "print", "caption": False}, ["--theme", "print", "--no-caption"]),
    ],
)
def test_the_command_draws_what_the_function_does(
    options: dict[str, Any], arguments: list[str], tmp_path: Path
) -> None:
    names = ["relu", "elu(0.5)", "softmax"]
    target = tmp_path / "curves.svg"
    assert run("functions", *names, *arguments, "-o", target).exit_code == 0
    assert target.read_text() == netviz.functions(*names, **options).to("svg")
    assert run("functions", *names, *arguments, "--format", "csv").output == netviz.functions(*names).to("csv")


def test_the_command_for_losses_draws_what_the_function_does(tmp_path: Path) -> None:
    target = tmp_path / "curves.svg"
    assert run("losses", "mse", "huber(delta=2)", "--no-gradient", "--range", "-1", "1", "-o", target).exit_code == 0
    shown = netviz.losses("mse", "huber(delta=2)", gradient=False, range=(-1, 1))
    assert target.read_text() == shown.to("svg")
    assert run("losses", LENET).output == str(netviz.losses(LENET))


def test_a_model_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "m.svg"
    path.write_bytes(LENET.read_bytes())
    for command in ("functions", "losses"):
        done = run(command, path, "-o", path)
        assert done.exit_code == 2
        assert path.read_bytes() == LENET.read_bytes()


@pytest.mark.parametrize("command", ["functions", "losses"])
def test_a_table_loads_neither_keras_nor_matplotlib(command: str) -> None:
    """Nor does the data; and what reads a model does not load what computes functions."""
    code = (
        f"import sys, netviz; str(netviz.inspect({str(LENET)!r})); "
        "assert 'netviz.catalog.functions' not in sys.modules; "
        f"shown = netviz.{command}(); str(shown); shown.data; shown.to('json'); "
        f"str(netviz.{command}({str(LENET)!r})); print({{name.split('.')[0] for name in sys.modules}} & "
        "{'keras', 'tensorflow', 'matplotlib'})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "set()"


def test_pictures_are_the_same_every_time() -> None:
    first, second = (netviz.functions("gelu", "softmax", derivative=True).to("svg") for _ in range(2))
    assert first == second
    first, second = (netviz.losses("bce", "dice").to("svg") for _ in range(2))
    assert first == second


@pytest.mark.parametrize("width", [60, 100, 160, 240, 400])
def test_tables_go_without_columns_where_a_terminal_is_narrow(width: int) -> None:
    for shown in (netviz.functions(), netviz.losses(), netviz.functions(LENET)):
        wide, narrow = shown.text(), shown.text(width=width)
        assert max(map(len, narrow.splitlines())) <= width
        heads = [text.splitlines()[2].split() for text in (wide, narrow)]
        assert set(heads[1]) <= set(heads[0])
        assert heads[1][0] == heads[0][0]
        if width == 400:
            assert narrow == wide


def test_all_losses_are_in_the_table_and_the_data() -> None:
    document: Any = netviz.losses().data
    json.dumps(document, allow_nan=False)
    assert [one["name"] for one in document["losses"]] == [row.name for row in LOSSES]
    for one in document["losses"]:
        assert bool(one["curves"]) == (one["reason"] is None)
        for curve in one["curves"]:
            assert len(curve["y"]) == len(curve["gradient"]) == len(one["x"]) == 241
    table = str(netviz.losses())
    assert all(row.reason in table for row in LOSSES)


def test_the_data_of_losses_are_keras_s_numbers() -> None:
    (one,) = netviz.losses("huber(delta=0.5)").data["losses"]  # type: ignore[index]
    x = np.array(one["x"])[:, np.newaxis]
    assert np.allclose(one["curves"][0]["y"], keras.losses.huber(np.zeros_like(x), x, delta=0.5), atol=1e-6)


@pytest.mark.parametrize(
    ("what", "options", "words"),
    [
        (["mses"], {}, "neither a loss"),
        (["huber(delta=0)"], {}, "above 0"),
        (["huber(1, 2)"], {}, "one argument"),
        (["mse", "hinge"], {"compare": True}, "over"),
        (["bce"], {"range": (2, 3)}, "has nothing"),
        ([len], {}, "the function len is no loss"),
        ([keras.activations.relu], {}, "relu is no loss"),
        ([keras.layers.Dense(1)], {}, "a Dense layer is no loss"),
        ([keras.metrics.MeanSquaredError()], {}, "no loss"),
        (["relu"], {}, "is an activation"),
        (["mse("], {}, "a bracket too few"),
        ([3], {}, "no loss"),
        (["gone.keras"], {}, "no such file"),
        (["mse", LENET], {}, "by itself"),
        (["mse"], {"load": True}, "no model"),
        (["mse"], {"compare": True, "grid": True}, "contradict"),
        (["mse"], {"range": (2, 1)}, "reversed"),
    ],
)
def test_losses_that_cannot_be_shown_are_one_line(what: list[Any], options: dict[str, Any], words: str) -> None:
    with pytest.raises(NetvizError) as caught:
        netviz.losses(*what, **options)
    assert words in caught.value.message
    assert "\n" not in caught.value.message + caught.value.hint


def titles(*what: Any, **options: Any) -> list[str]:
    return [one["title"] for one in data(*what, **options)["functions"]]


def test_keras_s_functions_and_layers_are_known_without_being_called() -> None:
    prelu, dense = keras.layers.PReLU(), keras.layers.Dense(3)
    for layer, words in ((prelu, "not built"), (dense, "no activation")):
        with pytest.raises(UsageError, match=words):
            netviz.functions(layer)
        assert not layer.built
    assert titles(keras.activations.softmax, keras.activations.glu, keras.layers.ReLU) == ["softmax", "glu", "relu"]
    layers = [
        keras.layers.Softmax(), keras.layers.ReLU(6.0), keras.layers.LeakyReLU(0.1), keras.layers.ELU(0.5),
        keras.layers.Activation("gelu"), keras.layers.Activation(keras.layers.LeakyReLU(0.25)),
    ]  # fmt: skip
    assert titles(*layers) == [
        "softmax", "relu(max_value=6)", "leaky_relu(negative_slope=0.1)", "elu(alpha=0.5)", "gelu",
        "leaky_relu(negative_slope=0.25)",
    ]  # fmt: skip
    assert titles(keras.layers.Activation(np.sin)) == ["sin"]


@pytest.mark.parametrize("row", ACTIVATIONS, ids=lambda row: row.name)
def test_every_function_of_keras_is_the_row_of_its_name(row: Any) -> None:
    assert titles(getattr(keras.activations, row.name)) == [bind(row).title]


@pytest.mark.parametrize("name", ["relu", "softmax", "gelu", "leaky_relu", "silu"])
def test_operations_of_keras_and_tensorflow_have_their_own_defaults(name: str) -> None:
    x = np.linspace(-3, 3, 241).astype("float32")
    for function in (getattr(keras.ops, name), getattr(tf.nn, name)):
        (one,) = data(function, range=(-3, 3))["functions"]
        if name == "softmax":
            theirs = function(tf.constant(np.stack([x, 0 * x, 0 * x + 1], axis=1)))[:, 0]
            assert np.allclose(one["components"][0]["y"], theirs, atol=1e-6)
        else:
            assert np.allclose(one["y"], function(tf.constant(x)), atol=1e-6)


def test_a_built_prelu_shows_its_slopes() -> None:
    layer = keras.layers.PReLU()
    layer.build((None, 4))
    layer.alpha.assign([0.1, 0.2, 0.3, 0.4])
    (one,) = data(layer)["functions"]
    assert (one["kind"], one["slopes"]["count"]) == ("learned", 4)
    assert math.isclose(one["slopes"]["mean"], 0.25, rel_tol=1e-6)


def test_a_list_and_a_layer_s_text_stand_for_functions() -> None:
    assert titles(["relu", "gelu"]) == titles("relu", "gelu")
    for text in ("Activation(relu)", "Activation('relu')", "keras.layers.Activation(activation='relu')"):
        assert titles(text) == ["relu"]
    assert titles("Activation(leaky_relu(0.1))") == titles("leaky_relu(0.1)")


@pytest.mark.parametrize("name", ["relu6", "relu(max_value=20)", "hard_shrink(10)", "threshold(-30, 2)", "gelu"])
def test_the_default_range_reaches_beyond_every_bend(name: str) -> None:
    (one,) = data(name)["functions"]
    low, high = one["x"][0], one["x"][-1]
    if name == "gelu":
        assert (low, high) == (-6, 6)
    else:
        for place in (number for edge in one["saturation"] for number in (edge["begin"], edge["end"])):
            assert place is None or low < place < high
    assert [end["x"][0] for end in data(name, range=(-6, 6))["functions"]] == [-6]
    both = data(name, "tanh", np.sin, compare=True)["functions"]
    assert {(each["x"][0], each["x"][-1]) for each in both} == {(low, high)}


def test_a_derivative_has_a_gap_at_a_jump() -> None:
    for function, jumps in ((np.sign, {0}), (np.floor, set(range(-5, 6)))):
        (one,) = data(function)["functions"]
        gaps = {round(x) for x, slope in zip(one["x"], one["derivative"], strict=True) if slope is None}
        assert gaps - {-6, 6} == jumps
        assert all(slope == 0 for slope in one["derivative"] if slope is not None)
    for smooth in (lambda x: np.tanh(1000 * x), np.abs, lambda x: 0 * x + 3, lambda x: 1e6 + 1e-3 * np.sin(x)):
        assert None not in data(smooth)["functions"][0]["derivative"]


def test_weights_alone_and_models_without_functions_are_said(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((3, 2)), keras.layers.Flatten()])
    assert "no activation functions in this model" in str(netviz.functions(model))
    assert data(model)["functions"] == []
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), keras.layers.Dense(2)])
    model.save_weights(tmp_path / "alone.weights.h5")
    for verb in (netviz.functions, netviz.losses):
        with pytest.raises(NetvizError, match="weights alone") as caught:
            verb(tmp_path / "alone.weights.h5")
        assert "--architecture" in caught.value.hint
    from netviz.analysis.charts.functions import build_functions_chart
    from netviz.analysis.charts.functions_model import model_functions

    found = model_functions(netviz.inspect(model).model)
    assert build_functions_chart(found.functions, model=found).detail == "no activation functions"


def test_loss_objects_classes_and_functions_are_known() -> None:
    given = [
        keras.losses.Huber(2.0), keras.losses.CosineSimilarity(axis=1), keras.losses.mean_squared_error,
        keras.losses.BinaryCrossentropy(label_smoothing=0.1), keras.losses.Hinge,
    ]  # fmt: skip
    found: Any = netviz.losses(given).data
    assert [one["title"] for one in found["losses"]] == [
        "huber(delta=2)", "cosine_similarity(axis=1)", "mean_squared_error",
        "binary_crossentropy(label_smoothing=0.1)", "hinge",
    ]  # fmt: skip
    assert all(one["remark"] is None for one in found["losses"])


@pytest.mark.parametrize("row", LOSSES, ids=lambda row: row.name)
def test_every_loss_of_keras_is_the_row_of_its_name(row: Any) -> None:
    given = [getattr(keras.losses, row.name), getattr(keras.losses, row.class_name)]
    given.append(given[1]())
    found: Any = netviz.losses(given).data
    assert [one["title"] for one in found["losses"]] == [row.name] * 3
