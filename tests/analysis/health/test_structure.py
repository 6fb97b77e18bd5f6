"""What graph and settings show: models with one thing in vain, and all sound ones without a word."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

import netviz
from netviz.analysis.health.structure import structure_notes
from netviz.model import Model
from tests.conftest import FIXTURES
from tests.models.zoo import ZOO


def sources(model: keras.Model, folder: Path) -> Iterator[Model]:
    """The model live, from a config, and from both formats."""
    yield netviz.inspect(model).model
    (folder / "m.json").write_text(model.to_json())
    yield netviz.inspect(folder / "m.json").model
    for suffix in (".keras", ".h5"):
        model.save(folder / f"m{suffix}")
        yield netviz.inspect(folder / f"m{suffix}").model


def told(model: Model) -> list[tuple[str, str]]:
    return [(note.code, note.path) for note in structure_notes(model)]


def normalised(
    layer: Any, shape: tuple[int, ...], *, after: Any = None, axis: int = -1, center: bool = True, leaves: bool = False
) -> keras.Model:
    x = keras.Input(shape, name="x")
    y = layer(x)
    z = after(y) if after else y
    z = layers.BatchNormalization(axis=axis, center=center, name="norm")(z)
    return keras.Model(x, [y, z] if leaves else z)


ROW, IMAGE = (6, 4), (6, 6, 4)
CANCELLED: dict[str, Callable[[], keras.Model]] = {
    "dense": lambda: normalised(layers.Dense(3, name="it"), ROW),
    "convolution": lambda: normalised(layers.Conv2D(3, 2, name="it"), IMAGE),
    "channels first": lambda: normalised(  # of (3, 3) values TensorFlow 2.21 adds the bias along the wrong axis
        layers.Conv1D(3, 2, data_format="channels_first", name="it"), (4, 9), axis=1
    ),
    "depthwise": lambda: normalised(layers.DepthwiseConv2D(2, name="it"), IMAGE, axis=3),
    "transposed": lambda: normalised(layers.Conv1DTranspose(3, 2, activation="linear", name="it"), ROW),
    "separable": lambda: normalised(layers.SeparableConv1D(3, 2, name="it"), ROW, axis=2),
}
KEPT: dict[str, Callable[[], keras.Model]] = {
    "no bias": lambda: normalised(layers.Dense(3, use_bias=False, name="it"), ROW),
    "activation": lambda: normalised(layers.Dense(3, activation="relu", name="it"), ROW),
    "layer between": lambda: normalised(layers.Dense(3, name="it"), ROW, after=layers.ReLU()),
    "another axis": lambda: normalised(layers.Dense(3, name="it"), ROW, axis=1),
    "channels last, axis 1": lambda: normalised(layers.Conv2D(3, 2, name="it"), IMAGE, axis=1),
    "not centered": lambda: normalised(layers.Dense(3, name="it"), ROW, center=False),
    "is an output": lambda: normalised(layers.Dense(3, name="it"), ROW, leaves=True),
    "another normalisation": lambda: keras.Sequential([keras.Input(ROW), layers.Dense(3), layers.LayerNormalization()]),
}


@pytest.mark.parametrize("name", CANCELLED)
def test_a_bias_before_a_batch_normalization_is_told(name: str, tmp_path: Path) -> None:
    """And it is in vain: another bias, with the mean that training then finds, gives the same."""
    model = CANCELLED[name]()
    for net in sources(model, tmp_path):
        (note,) = structure_notes(net)
        assert (note.severity, note.code, note.path) == ("info", "bias-before-normalization", "it")
        assert f"({model.get_layer('it').bias.shape[0]} parameters)" in note.message
    x = np.random.default_rng(0).normal(size=(16, *model.input_shape[1:])).astype("float32")
    before = keras.ops.convert_to_numpy(model(x, training=True))
    layer = model.get_layer("it")
    layer.bias.assign(np.random.default_rng(1).normal(size=layer.bias.shape))
    after = keras.ops.convert_to_numpy(model(x, training=True))
    np.testing.assert_allclose(after, before, atol=1e-4)


@pytest.mark.parametrize("name", KEPT)
def test_a_bias_that_counts_is_not(name: str, tmp_path: Path) -> None:
    for net in sources(KEPT[name](), tmp_path):
        assert told(net) == []


def test_many_biases_are_one_note(tmp_path: Path) -> None:
    keras.utils.clear_session()
    x = y = keras.Input((4,), name="x")
    for place in range(5):
        y = layers.BatchNormalization()(layers.Dense(4, name=f"dense_{place}")(y))
    for net in sources(keras.Model(x, y), tmp_path):
        (note,) = structure_notes(net)
        assert (note.code, note.path) == ("bias-before-normalization", "")
        assert note.message.startswith("dense_0, dense_1, dense_2 and 2 more have biases (20 parameters)")


def test_a_layer_used_elsewhere_too_has_a_use_for_its_bias(tmp_path: Path) -> None:
    keras.utils.clear_session()
    x = keras.Input((4,), name="x")
    shared = layers.Dense(4, name="shared")
    inner_x = keras.Input((4,), name="inner_x")
    inner = keras.Model(inner_x, layers.ReLU()(shared(inner_x)), name="inner")
    model = keras.Model(x, [layers.BatchNormalization()(shared(x)), inner(x)])
    assert told(netviz.inspect(model).model) == []


def states(use: Callable[[Any, Any, Any], Any]) -> Callable[[], keras.Model]:
    def build() -> keras.Model:
        x = keras.Input((5, 3), name="x")
        return keras.Model(x, use(*layers.LSTM(4, return_state=True, name="it")(x)))

    return build


def scores(use: Callable[[Any, Any], Any]) -> Callable[[], keras.Model]:
    def build() -> keras.Model:
        x = keras.Input((5, 3), name="x")
        return keras.Model(x, use(*layers.MultiHeadAttention(2, 3, name="it")(x, x, return_attention_scores=True)))

    return build


def nested(use: Callable[[Any, Any], Any]) -> keras.Model:
    inner_x = keras.Input((4,), name="inner_x")
    inner = keras.Model(inner_x, [layers.Dense(2, name="a")(inner_x), layers.Dense(3, name="b")(inner_x)], name="it")
    x = keras.Input((4,), name="x")
    return keras.Model(x, use(*inner(x)))


def unused_input() -> keras.Model:
    x, y = keras.Input((3,), name="x"), keras.Input((3,), name="it")
    return keras.Model([x, y], layers.Dense(2)(x))


IN_VAIN: dict[str, tuple[Callable[[], keras.Model], str, str]] = {
    "states": (states(lambda out, h, c: out), "output-unused", "2 and 3 of its 3"),
    "scores": (scores(lambda out, scores: out), "output-unused", "2 of its 2"),
    "inner output": (lambda: nested(lambda a, b: b), "output-unused", "1 of its 2"),
    "input": (unused_input, "layer-unused", "asks for this input"),
}
IN_USE: dict[str, Callable[[], keras.Model]] = {
    "states alone": states(lambda out, h, c: [h, c]),
    "one state": states(lambda out, h, c: [out, h]),
    "all": states(lambda out, h, c: [out, h, c]),
    "scores": scores(lambda out, scores: [out, scores]),
    "inner outputs": lambda: nested(lambda a, b: [a, b]),
}


@pytest.mark.parametrize("name", IN_VAIN)
def test_what_nothing_takes_is_told(name: str, tmp_path: Path) -> None:
    build, code, text = IN_VAIN[name]
    keras.utils.clear_session()
    for net in sources(build(), tmp_path):
        (note,) = structure_notes(net)
        assert (note.code, note.path) == (code, "it")
        assert text in note.message


@pytest.mark.parametrize("name", IN_USE)
def test_what_is_in_use_is_not(name: str, tmp_path: Path) -> None:
    keras.utils.clear_session()
    for net in sources(IN_USE[name](), tmp_path):
        assert told(net) == []


def test_an_operation_has_no_choice(tmp_path: Path) -> None:
    x = keras.Input((6,), name="x")
    model = keras.Model(x, keras.ops.split(x, 3, axis=-1)[1])
    assert told(netviz.inspect(model).model) == []


@pytest.mark.parametrize("rate", [0.0, 0.5, 1.0, 1])
@pytest.mark.parametrize("layer", ["Dropout", "SpatialDropout1D", "AlphaDropout", "GaussianDropout"])
def test_dropping_everything_is_told(layer: str, rate: float, tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((5, 3)), getattr(layers, layer)(rate, name="it")])
    for net in sources(model, tmp_path):
        assert told(net) == [("dropout-everything", "it")] * (rate >= 1)


@pytest.mark.parametrize("setting", ["dropout", "recurrent_dropout"])
def test_dropping_every_input_or_state_is_told(setting: str, tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((5, 3)), layers.GRU(3, name="it", **{setting: 1.0})])
    for net in sources(model, tmp_path):
        (note,) = structure_notes(net)
        assert note.code == "dropout-everything" and note.message.startswith(f"{setting} is 1:")


SOUND = {"bias-before-normalization"}
"""What models may be told that work well."""


@pytest.mark.parametrize("name", ZOO)
def test_sound_models_are_told_nothing_to_mend(name: str, saved_zoo: Any) -> None:
    path, model = saved_zoo(name)
    for source in (path, model):
        notes = structure_notes(netviz.inspect(source).model)
        assert {note.code for note in notes if note.severity != "info"} == set()


FILES = sorted(
    path for path in FIXTURES.glob("*/*") if path.suffix in (".keras", ".h5") and "quantized" not in path.parts
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_files_of_all_ages_are_told_nothing_to_mend(path: Path) -> None:
    notes = structure_notes(netviz.inspect(path).model)
    assert {note.code for note in notes} <= SOUND
