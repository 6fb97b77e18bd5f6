"""The functions that a model uses, against the functions that Keras's own layers hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

import netviz
from netviz.analysis.charts.functions_model import ModelFunctions, model_functions
from netviz.analysis.charts.functions_plotted import Plotted
from netviz.catalog.functions.configs import Unknown, activation_of, layer_function, loss_of, tensorflow_function
from netviz.catalog.functions.kinds import Bound, BoundLoss, Function
from tests.conftest import EXAMPLES, FIXTURES
from tests.models.zoo import ZOO

SETTINGS = ("activation", "recurrent_activation")

FAMILIES = [
    name
    for name in sorted(ZOO)
    if any(
        word in name
        for word in ("activation", "lstm", "custom", "attention", "shared", "stacked", "subclassed", "bidirectional")
    )
]
"""The models of the zoo in which functions stand in many places."""


def functions_of(source: Any) -> ModelFunctions:
    return model_functions(netviz.inspect(source).model)


def found_in(functions: ModelFunctions) -> set[tuple[str, str, str]]:
    """(layer's name, setting, function) of every use by a setting."""
    return {
        (use.path.rsplit("/", 1)[-1], use.setting, function.name)
        for function in functions.functions
        for use in function.uses
        if use.setting
    }


def held_by_keras(model: keras.Model) -> set[tuple[str, str, str]]:
    """The same of a live model, for the settings that stand in a layer's own config."""
    found = set()
    for layer in model._flatten_layers(include_self=False):
        config = layer.get_config()
        for setting in SETTINGS:
            held = getattr(layer, setting, None)
            if setting in config and callable(held):
                name = "leaky_relu" if isinstance(held, layers.LeakyReLU) else held.__name__
                found.add((layer.name, setting, name))
    return found


def stated(source: Any) -> set[str]:
    """The names of the layers that stand in a config: not those that a layer makes for itself (cells, projections)."""
    return {layer.name for layer in netviz.inspect(source).walk() if any(key in layer.config for key in SETTINGS)}


@pytest.mark.parametrize("name", ["lenet", "lstm", "residual"])
def test_the_examples_use_what_keras_says(name: str) -> None:
    path = EXAMPLES / f"{name}.keras"
    live = keras.models.load_model(path)
    expected = {use for use in held_by_keras(live) if use[0] in stated(path)}
    found = functions_of(path)
    assert found_in(found) == expected
    assert not found.missing
    assert found.layers == len({use.path for function in found.functions for use in function.uses})


@pytest.mark.parametrize("name", FAMILIES)
def test_the_zoo_uses_what_keras_says(name: str, saved_zoo: Callable[[str], tuple[Path, Any]]) -> None:
    """Of what netviz knows: what it does not, it says."""
    path, live = saved_zoo(name)
    found = functions_of(path)
    unknown = {(one.use.path.rsplit("/", 1)[-1], one.use.setting) for one in found.missing}
    names = stated(path) | {name for name, _ in unknown}
    assert found_in(found) == {use for use in held_by_keras(live) if use[0] in names and use[:2] not in unknown}


def test_a_live_model_uses_what_its_file_does(tmp_path: Path) -> None:
    model = sloped()
    model.save(tmp_path / "m.keras")
    assert found_in(functions_of(model)) == found_in(functions_of(tmp_path / "m.keras"))


def sloped(values: Any = None) -> keras.Model:
    """A model with PReLU, layers that are activations, operations, wrappers and cells."""
    inputs = keras.Input((6,))
    x = layers.Dense(8, activation="gelu", name="first")(inputs)
    prelu = layers.PReLU(name="slopes")
    x = prelu(x)
    x = layers.LeakyReLU(negative_slope=0.05, name="leaky")(x)
    x = keras.ops.gelu(x)
    x = keras.activations.relu(x, max_value=4)
    x = layers.RepeatVector(2)(x)
    x = layers.TimeDistributed(layers.Dense(4, activation="elu", name="inside"))(x)
    x = layers.RNN(layers.LSTMCell(3, recurrent_activation="hard_sigmoid", name="cell"))(x)
    x = layers.Dense(3, activation=layers.LeakyReLU(negative_slope=0.3), name="object")(x)
    x = layers.Dense(3, activation=lambda v: v, name="lambda")(x)
    model = keras.Model(inputs, layers.Softmax(name="last")(x))
    if values is not None:
        prelu.set_weights([np.asarray(values, "float32")])
    return model


def by_title(functions: ModelFunctions) -> dict[str, Plotted]:
    return {function.title: function for function in functions.functions}


def test_layers_operations_wrappers_cells_and_objects_are_told_apart(tmp_path: Path) -> None:
    sloped().save(tmp_path / "m.keras")
    found = functions_of(tmp_path / "m.keras")
    uses = {title: [(use.path, use.setting) for use in one.uses] for title, one in by_title(found).items()}
    assert uses["gelu"] == [("first", "activation")]
    assert uses["PReLU"] == [("slopes", "")]
    assert uses["leaky_relu(negative_slope=0.05)"] == [("leaky", "")]
    assert uses["leaky_relu(negative_slope=0.3)"] == [("object", "activation")]
    ((path, setting),) = uses["gelu(approximate=True)"]  # keras.ops.gelu, by its own default
    assert path.startswith("gelu")
    assert setting == ""
    assert uses["relu(max_value=4)"][0][1] == ""
    assert [path.endswith("/inside") for path, _ in uses["elu"]] == [True]
    assert [(path.endswith("/cell"), setting) for path, setting in uses["hard_sigmoid"]] == [(True, SETTINGS[1])]
    assert [(path.endswith("/cell"), setting) for path, setting in uses["tanh"]] == [(True, "activation")]
    assert uses["softmax"] == [("last", "")]
    (missing,) = found.missing
    assert (missing.use.path, missing.name) == ("lambda", "lambda")
    assert missing.reason


def test_learned_slopes_are_read_from_the_file(tmp_path: Path) -> None:
    slopes = np.array([-0.5, -0.25, 0.0, 0.125, 0.25, 0.5, 0.75, 1.0])
    sloped(slopes).save(tmp_path / "m.keras")
    function = by_title(functions_of(tmp_path / "m.keras"))["PReLU"]
    told = function.slopes
    assert told is not None
    assert function.spread is not None
    assert told["mean"] == pytest.approx(slopes.mean())
    assert (told["minimum"], told["maximum"], told["count"], told["negative"]) == (-0.5, 1.0, 8, 2)
    x = np.linspace(-6, 6, 49)
    each = np.where(x > 0, x, slopes[:, np.newaxis] * x)
    assert np.allclose(function.components[0].value(x), each.mean(axis=0))
    low, high = function.spread.low(x), function.spread.high(x)
    assert np.all(low <= high)
    assert np.all(low >= each.min(axis=0) - 1e-12)
    assert np.all(high <= each.max(axis=0) + 1e-12)


@pytest.mark.parametrize(("slopes", "words"), [([np.nan] * 8, "finite"), ([np.inf] * 7 + [0.5], "7 not finite")])
def test_slopes_that_are_no_numbers_are_said(slopes: list[float], words: str, tmp_path: Path) -> None:
    sloped(slopes).save(tmp_path / "m.keras")
    found = functions_of(tmp_path / "m.keras")
    told = [one.reason for one in found.missing] + [one.remark for one in found.functions]
    assert any(words in text for text in told)


def test_without_values_the_slopes_are_unknown(tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text(sloped().to_json())
    found = functions_of(tmp_path / "m.json")
    assert "PReLU" not in by_title(found)
    assert any(one.name == "PReLU" and "no values" in one.reason for one in found.missing)


def test_what_a_class_of_one_s_own_does_is_not_guessed(tmp_path: Path) -> None:
    config = json.loads(keras.Sequential([keras.Input((2,)), layers.Dense(2, name="own")]).to_json())
    layer = config["config"]["layers"][1]
    layer |= {"module": "mine", "class_name": "Own", "registered_name": "mine>Own"}
    (tmp_path / "m.json").write_text(json.dumps(config))
    found = functions_of(tmp_path / "m.json")
    assert not found.functions
    assert [one.use.path for one in found.missing] == ["own"]


@pytest.mark.parametrize("version", ["keras-1.2.2", "keras-2.15.0"])
def test_hard_sigmoid_before_keras_3_was_another(version: str, tmp_path: Path) -> None:
    old = functions_of(FIXTURES / version / "sequence.h5")
    for function in old.functions:
        if function.name == "hard_sigmoid":
            x = np.linspace(-4, 4, 33)
            assert np.allclose(function.components[0].value(x), np.clip(0.2 * x + 0.5, 0, 1))
            assert "Keras 3" in function.remark
    if version == "keras-1.2.2":
        assert any(function.name == "hard_sigmoid" for function in old.functions)


def test_arrays_as_old_kerases_wrote_them_are_numbers() -> None:
    found = layer_function("LeakyReLU", "keras.layers", {"alpha": {"type": "ndarray", "value": 0.1}})
    assert isinstance(found, Bound)
    assert found.settings == {"negative_slope": 0.1}


JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8),
        st.sampled_from(["relu", "function", "LeakyReLU", "ReLU", "__lambda__", "keras.layers", "Huber", "mse"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["class_name", "config", "module", "registered_name", "alpha", "negative_slope", "axis",
                             "max_value", "threshold", "delta", "name", "value"]), inner, max_size=6),
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(value=JSON, old=st.booleans())
def test_whatever_a_config_says_is_a_function_or_unknown(value: Any, old: bool) -> None:
    found = activation_of(value, old)
    assert isinstance(found, Bound) or (found.name and found.reason)
    loss = loss_of(value)
    assert isinstance(loss, BoundLoss) or loss.reason
    config = value if isinstance(value, dict) else {}
    for class_name in ("ReLU", "LeakyReLU", "Softmax", "ThresholdedReLU", "Gelu", "LeakyRelu", None):
        for module in ("keras.layers", "keras.src.ops.nn", None):
            assert isinstance(layer_function(class_name, module, config), Bound | Unknown)
    assert isinstance(tensorflow_function("nn.leaky_relu", config), Bound | Unknown)


@pytest.mark.parametrize(
    "made",
    [
        lambda: "swish", lambda: None, lambda: keras.activations.silu, lambda: layers.LeakyReLU(negative_slope=0.25),
        lambda: layers.ReLU(max_value=3.0), lambda: layers.ELU(alpha=0.5), lambda: keras.activations.mish,
    ],
)  # fmt: skip
def test_serialised_forms_are_what_keras_makes_of_them(made: Callable[[], Any]) -> None:
    """What Keras writes for an activation, and what it computes with it."""
    layer = layers.Dense(1, activation=made())
    bound = activation_of(layer.get_config()["activation"])
    assert isinstance(bound, Bound)
    x = np.linspace(-4, 4, 33, dtype="float32")
    theirs = x if layer.activation is None else np.asarray(layer.activation(keras.ops.convert_to_tensor(x)))
    assert isinstance(bound.function, Function)
    assert np.allclose(bound.function.value(x, **bound.settings), theirs, atol=1e-6)


def own_function(x: Any) -> Any:
    return x


def test_every_activation_of_a_live_model_is_listed() -> None:
    """A lambda whose source is not to be had makes Keras fail to write the layer's settings."""
    hidden = eval("lambda x: x")
    model = keras.Sequential(
        [
            keras.Input((3,)),
            layers.Dense(3, activation=hidden, name="hidden"),
            layers.Activation(hidden, name="alone"),
            layers.Dense(3, activation=own_function, name="own"),
            layers.Dense(3, activation="relu", name="known"),
        ]
    )
    found = functions_of(model)
    assert [one.use.path for one in found.missing] == ["hidden", "alone", "own"]
    assert "Keras cannot write" in found.missing[0].reason
    assert "not called" in found.missing[2].reason
    assert not any("in the file" in one.reason for one in found.missing)
    assert [one.name for one in found.functions] == ["relu"]
