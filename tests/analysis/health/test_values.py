"""What the values of weights show: one defect is planted in a live model, Keras saves it, and one note tells."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest
from keras import layers

import netviz
from netviz.analysis.health import health_notes
from netviz.analysis.health.values import value_notes
from netviz.errors import SourceError
from netviz.model import Model, Weight
from tests.models import quantized
from tests.models.zoo import ZOO

SUFFIXES = (".keras", ".h5")


def sound() -> keras.Model:
    """A model with kernels of many kinds, two of one shape, and values all different."""
    keras.utils.clear_session()
    x = keras.Input((8, 8, 3), name="x")
    y = layers.Conv2D(6, 3, name="conv")(x)
    y = layers.DepthwiseConv2D(2, depth_multiplier=2, name="depthwise")(y)
    y = layers.Conv2DTranspose(5, 2, name="transposed")(y)
    y = layers.BatchNormalization(name="norm")(layers.ReLU(name="relu")(y))
    y = layers.SeparableConv2D(7, 2, name="separable")(y)
    y = layers.Reshape((-1, 7), name="rows")(y)
    y = layers.MultiHeadAttention(2, 4, name="attention")(y, y)
    y = layers.Bidirectional(layers.LSTM(4, name="lstm"), name="both")(y)
    y = layers.Dense(8, name="first")(y)
    y = layers.Dense(8, name="second")(y)
    model = keras.Model(x, layers.Dense(3, activation="softmax", name="head")(y), name="sound")
    rng = np.random.default_rng(0)
    model.set_weights([rng.normal(1, 0.1, weight.shape) for weight in model.weights])
    return model


def variable(model: keras.Model, layer: str, name: str) -> Any:
    """The variable of a layer whose path in Keras ends so."""
    owner = model.get_layer(layer)
    (found,) = [weight for weight in owner.weights if f"/{weight.path}".endswith(f"/{name}")]
    return found


@dataclass(frozen=True)
class Planted:
    """A defect: what is done to the values of which weight, and what is then said, from numpy's own figures."""

    layer: str
    name: str
    change: Callable[[Any], None]
    code: str
    said: Callable[[Any], list[int]]
    path: str | None = None


def nonfinite(values: Any) -> None:
    values.flat[[0, -1]] = np.nan
    values.flat[1] = -np.inf


def one_nan(values: Any) -> None:
    values.flat[values.size // 2] = np.nan


def zeros(values: Any) -> None:
    values[...] = 0


def same(values: Any) -> None:
    values[...] = 0.25


def dead_last(values: Any) -> None:
    values[..., [0, 2]] = 0


def dead_pair(values: Any) -> None:
    values[:, :, 1, 0] = 0


def dead_second_to_last(values: Any) -> None:
    values[:, :, [0, 1, 4]] = 0


def tiny(values: Any) -> None:
    values.flat[::3] = 1e-40


def negative(values: Any) -> None:
    values[1:3] = -0.5


def count_dead(*axes: int) -> Callable[[Any], list[int]]:
    def said(values: Any) -> list[int]:
        dead = ~np.any(values != 0, axis=axes)
        return [int(dead.sum()), dead.size]

    return said


def of_all(*counts: Callable[[Any], Any]) -> Callable[[Any], list[int]]:
    return lambda values: [*(int(np.sum(count(values))) for count in counts), values.size]


def subnormal(values: Any) -> Any:
    return (values != 0) & (np.abs(values) < np.finfo("f4").tiny)


def size_only(values: Any) -> list[int]:
    return [values.size]


PLANTED: dict[str, Planted] = {
    "nan and infinity": Planted("conv", "kernel", nonfinite, "weight-nonfinite", of_all(np.isnan, np.isinf)),
    "nan in a bias": Planted("first", "bias", one_nan, "weight-nonfinite", of_all(np.isnan)),
    "nan in a statistic": Planted("norm", "moving_mean", one_nan, "weight-nonfinite", of_all(np.isnan)),
    "nan inside": Planted(
        "both",
        "forward_lstm/lstm_cell/recurrent_kernel",
        one_nan,
        "weight-nonfinite",
        of_all(np.isnan),
        "both/forward_lstm",
    ),
    "zero kernel": Planted("first", "kernel", zeros, "kernel-zero", size_only),
    "zero recurrent kernel": Planted(
        "both", "backward_lstm/lstm_cell/recurrent_kernel", zeros, "kernel-zero", size_only, "both/backward_lstm"
    ),
    "constant kernel": Planted("second", "kernel", same, "kernel-constant", size_only),
    "constant filters": Planted("conv", "kernel", same, "kernel-constant", size_only),
    "dead filters": Planted("conv", "kernel", dead_last, "filters-dead", count_dead(0, 1, 2)),
    "dead units": Planted("head", "kernel", dead_last, "filters-dead", count_dead(0)),
    "dead channel": Planted("depthwise", "kernel", dead_pair, "filters-dead", count_dead(0, 1)),
    "dead transposed": Planted("transposed", "kernel", dead_second_to_last, "filters-dead", count_dead(0, 1, 3)),
    "dead pointwise": Planted("separable", "pointwise_kernel", dead_last, "filters-dead", count_dead(0, 1, 2)),
    "dead head": Planted("attention", "attention_output/kernel", dead_last, "filters-dead", count_dead(0, 1)),
    "subnormal values": Planted("norm", "gamma", tiny, "weight-denormal", of_all(subnormal)),
    "negative variance": Planted("norm", "moving_variance", negative, "variance-negative", of_all(lambda v: v < 0)),
}


def figures(message: str) -> list[int]:
    """The whole numbers in a sentence."""
    return [int(number.replace(",", "")) for number in re.findall(r"(?<![\w.])\d[\d,]*(?![\w.])", message)]


def saved(model: keras.Model, folder: Path) -> Iterator[Model]:
    """The model read from each format it is saved in, and live."""
    yield netviz.inspect(model).model
    for suffix in SUFFIXES:
        path = folder / f"m{suffix}"
        model.save(path)
        yield netviz.inspect(path).model


@pytest.mark.parametrize("name", PLANTED)
def test_one_defect_is_one_note(name: str, tmp_path: Path) -> None:
    planted = PLANTED[name]
    model = sound()
    weight = variable(model, planted.layer, planted.name)
    values = keras.ops.convert_to_numpy(weight).copy()
    planted.change(values)
    weight.assign(values)
    for net in saved(model, tmp_path):
        (note,) = health_notes(net)
        assert (note.code, note.path) == (planted.code, planted.path or planted.layer)
        assert planted.name.rpartition("/")[2] in note.message
        assert figures(note.message)[: len(planted.said(values))] == planted.said(values), note.message


def test_a_sound_model_has_none(tmp_path: Path) -> None:
    for net in saved(sound(), tmp_path):
        assert health_notes(net) == ()


@pytest.mark.parametrize("count", [2, 3, 6])
def test_equal_kernels_are_one_note_for_all(count: int, tmp_path: Path) -> None:
    keras.utils.clear_session()
    x = y = keras.Input((8,), name="x")
    for place in range(count):
        y = layers.Dense(8, activation="relu", name=f"dense_{place}")(y)
    model = keras.Model(x, layers.Dense(8, name="other")(y))
    kernel = np.random.default_rng(0).normal(size=(8, 8))
    for place in range(count):
        variable(model, f"dense_{place}", "kernel").assign(kernel)
    for net in saved(model, tmp_path):
        (note,) = health_notes(net)
        assert (note.severity, note.code, note.path) == ("info", "weights-duplicated", "dense_0")
        assert figures(note.message)[0] == kernel.size
        named = [f"dense_{place}" for place in range(1, count) if f"dense_{place}" in note.message]
        more = re.search(r"and (\d+) more", note.message)
        assert len(named) + (int(more[1]) if more else 0) == count - 1
        assert "other" not in note.message


def test_small_and_constant_kernels_are_equal_by_chance(tmp_path: Path) -> None:
    keras.utils.clear_session()
    x = keras.Input((4,), name="x")
    y = layers.Dense(4, name="small")(layers.Dense(4, name="smaller")(x))
    for name in ("zero", "as_zero"):
        y = layers.Dense(6, kernel_initializer="zeros", name=name)(layers.Dense(6, name=f"before_{name}")(y))
    model = keras.Model(x, y)
    kernel = np.random.default_rng(0).normal(size=(4, 4))
    for name in ("small", "smaller"):
        variable(model, name, "kernel").assign(kernel)
    for net in saved(model, tmp_path):
        assert value_notes(net) == ()


@pytest.mark.parametrize("initializer", ["zeros", "ones", "identity", keras.initializers.Constant(0.5)])
def test_kernels_that_begin_plain_are_meant_so(initializer: Any, tmp_path: Path) -> None:
    keras.utils.clear_session()
    model = keras.Sequential([keras.Input((5,)), layers.Dense(7, kernel_initializer=initializer, name="plain")])
    for net in saved(model, tmp_path):
        assert value_notes(net) == ()


def test_a_frozen_kernel_may_be_constant(tmp_path: Path) -> None:
    """A mean over a window is a convolution of one value that is not trained."""
    keras.utils.clear_session()
    model = keras.Sequential([keras.Input((6, 2)), layers.Conv1D(2, 3, trainable=False, name="mean")])
    variable(model, "mean", "kernel").assign(np.full((3, 2, 2), 1 / 3))
    for net in saved(model, tmp_path):
        assert value_notes(net) == ()


@pytest.mark.parametrize("name", ZOO)
def test_models_of_sound_values_have_no_note(name: str, saved_zoo: Any, tmp_path: Path) -> None:
    path, model = saved_zoo(name)
    assert value_notes(netviz.inspect(path).model) == ()
    assert value_notes(netviz.inspect(model).model) == ()
    legacy = tmp_path / "m.h5"
    try:
        model.save(legacy)
    except (NotImplementedError, ValueError, TypeError):  # what that format cannot hold
        return
    assert value_notes(netviz.inspect(legacy).model) == ()


@pytest.mark.parametrize("mode", quantized.MODES)
def test_quantised_models_have_no_note(mode: str, tmp_path: Path) -> None:
    model = quantized.quantised("attention", mode)
    path = tmp_path / "m.keras"
    model.save(path)
    for source in (path, model):
        assert value_notes(netviz.inspect(source).model) == ()


@pytest.mark.parametrize("mode", ["int8", "int4_channel"])
def test_a_dead_unit_is_found_in_integers(mode: str, tmp_path: Path) -> None:
    keras.utils.clear_session()
    model = keras.Sequential([keras.Input((8,)), layers.Dense(6, name="dense")], name="m")
    kernel = np.random.default_rng(0).normal(size=(8, 6))
    kernel[:, [1, 4]] = 0
    variable(model, "dense", "kernel").assign(kernel)
    model.quantize(config=quantized.MODES[mode]())
    path = tmp_path / "m.keras"
    model.save(path)
    (note,) = value_notes(netviz.inspect(path).model)
    assert (note.code, note.path, figures(note.message)) == ("filters-dead", "dense", [2, 6])


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_every_float_dtype_is_looked_at(dtype: str, tmp_path: Path) -> None:
    keras.utils.clear_session()
    model = keras.Sequential([keras.Input((8,), dtype=dtype), layers.Dense(6, dtype=dtype, name="dense")])
    kernel = np.random.default_rng(0).normal(size=(8, 6))
    kernel[2, 3], kernel[:, 5] = np.nan, 0
    variable(model, "dense", "kernel").assign(kernel)
    for net in saved(model, tmp_path):
        notes = value_notes(net)
        assert [note.code for note in notes] == ["weight-nonfinite", "filters-dead"]
        assert [figures(note.message) for note in notes] == [[1, 48], [1, 6]]


def test_nan_in_the_optimizer_is_found_and_its_zeros_are_sound(tmp_path: Path) -> None:
    model = sound()
    model.compile("adam", "categorical_crossentropy")
    model.optimizer.build(model.trainable_variables)
    for net in saved(model, tmp_path):
        assert value_notes(net) == ()
    slot = model.optimizer.variables[-1]
    slot.assign(np.full(slot.shape, np.nan))
    for net in saved(model, tmp_path):
        (note,) = value_notes(net)
        assert (note.code, note.path) == ("weight-nonfinite", "")
        assert figures(note.message)[-2:] == [np.prod(slot.shape)] * 2


@pytest.mark.parametrize("training", [True, False])
def test_statistics_that_training_never_reached(training: bool, tmp_path: Path) -> None:
    """A loop of one's own has to call the model with training=True."""
    keras.utils.clear_session()
    x = keras.Input((4,), name="x")
    y = layers.BatchNormalization(name="frozen", trainable=False)(layers.BatchNormalization(name="norm")(x))
    model = keras.Model(x, layers.Dense(1, name="head")(y))
    model.compile("sgd", "mse")
    model.optimizer.build(model.trainable_variables)
    for net in saved(model, tmp_path):
        assert value_notes(net) == ()
    for _ in range(3):
        model(np.random.default_rng(0).normal(3, 2, (8, 4)), training=training)
        model.optimizer.apply([keras.ops.ones(weight.shape) for weight in model.trainable_variables])
    for net in saved(model, tmp_path):
        notes = value_notes(net)
        assert [(note.code, note.path) for note in notes] == ([] if training else [("statistics-untrained", "norm")])
        assert training or figures(notes[0].message)[0] == int(model.optimizer.iterations)


def test_a_damaged_weight_is_one_note_and_the_others_are_read(tmp_path: Path) -> None:
    model = sound()
    variable(model, "first", "bias").assign(np.full(8, np.nan))
    path = tmp_path / "m.h5"
    model.save(path)
    net = netviz.inspect(path).model
    broken = net.root.layers[1].weights[0]

    class Damaged:
        """The store of the file, but for one weight."""

        def read(self, weight: Weight) -> Any:
            return np.concatenate(list(self.blocks(weight)))

        def blocks(self, weight: Weight) -> Iterator[Any]:
            assert net.store is not None
            for block in net.store.blocks(weight):
                yield block[:1]
                if weight.path == broken.path:
                    raise SourceError("m.h5: cut off")
                yield block[1:]

    notes = value_notes(replace(net, store=Damaged()))
    assert [(note.code, note.path) for note in notes] == [("weight-unreadable", "conv"), ("weight-nonfinite", "first")]
    assert "m.h5: cut off" in notes[0].message


def test_a_file_cut_off_is_told_weight_by_weight(tmp_path: Path) -> None:
    path = tmp_path / "m.h5"
    sound().save(path)
    whole = netviz.inspect(path)
    with h5py.File(path) as file:
        kernel = file[whole["first"].weights[0].weight.path]
        place, size = kernel.id.get_offset(), kernel.id.get_storage_size()
    data = path.read_bytes()
    path.write_bytes(data[: place + size // 2])
    notes = value_notes(netviz.inspect(path).model)
    assert ("weight-unreadable", "first") in [(note.code, note.path) for note in notes]


def test_a_shared_variable_is_read_once_and_no_duplicate(tmp_path: Path) -> None:
    for name in ("tied_across", "tied_inside", "siamese"):
        model = ZOO[name]()
        for net in saved(model, tmp_path):
            assert value_notes(net) == ()


def test_progress_goes_up_to_all_bytes(tmp_path: Path) -> None:
    model = sound()
    for net in saved(model, tmp_path):
        told: list[tuple[int, int]] = []
        tell = told.append
        health_notes(net, lambda *figures, tell=tell: tell(figures))
        size = sum(int(np.prod(weight.shape)) * 4 for weight in model.weights)
        assert {total for _, total in told} == {size}
        assert [done for done, _ in told] == sorted(done for done, _ in told)
        assert told[-1] == (size, size)


def test_a_config_alone_has_no_values(tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    path.write_text(sound().to_json())
    assert health_notes(netviz.inspect(path).model) == ()
