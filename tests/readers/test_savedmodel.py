"""SavedModel folders of Keras 2 (tf_keras 2.21), against what it says of the live models; an export of Keras 3."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import netviz
from netviz.model import Call, Layer, Model, Weight
from netviz.readers import read
from tests.conftest import ROOT
from tests.models.checksum import checksum

PLANNED = (
    "residual", "shared", "nested", "sequence", "chain", "custom_end", "several_inputs", "mixed", "frozen", "cells",
    "deferred", "adapted",
)  # fmt: skip
NAMES = (*PLANNED, "subclassed")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The models of tests/models/saved_models.py, saved by a process of its own."""
    target = tmp_path_factory.mktemp("saved_models")
    command = [sys.executable, "-m", "tests.models.saved_models", str(target)]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    return target


def said_of(folder: Path, name: str) -> dict[str, Any]:
    said: dict[str, Any] = json.loads((folder / f"{name}.json").read_text())
    return said


def values(model: Model, weights: tuple[Weight, ...]) -> list[list[Any]]:
    """Shape, dtype and checksum of each weight, as the oracle has them."""
    assert model.store is not None
    found = []
    for weight in weights:
        array = np.asarray(model.store.read(weight), "float32")
        assert array.shape == weight.tensor.shape
        found.append([list(array.shape), weight.tensor.dtype, checksum(array)])
    return sorted(found)


def calls_of(model: Model, layer: Layer) -> Iterator[Call]:
    return (call for call in model.graph.calls if call.layer == layer.name)


@pytest.mark.parametrize("name", NAMES)
def test_reads_what_keras_2_says(name: str, folder: Path) -> None:
    model = read(folder / name)
    said = said_of(folder, name)
    assert (model.name, model.source.format, model.source.keras_version) == (said["name"], "saved-model", "2.21.0")
    counts = model.parameters
    assert (counts.total, counts.trainable) == (said["total"], said["trainable"])
    assert counts.optimizer == said["optimizer"]
    for layer, expected in zip(model.root.layers, said["layers"], strict=True):
        assert (layer.name, layer.class_name) == (expected["name"], expected["class_name"])
        assert (layer.parameters.total, layer.parameters.trainable) == (expected["total"], expected["trainable"])
        assert values(model, layer.all_weights) == expected["weights"]
        if expected["output_shapes"] is not None:
            first = next(calls_of(model, layer))
            assert [list(shape or ["?"]) for shape in first.output_shapes] == expected["output_shapes"], layer.name


@pytest.mark.parametrize("name", PLANNED)
def test_models_with_a_config_have_no_notes(name: str, folder: Path) -> None:
    model = read(folder / name)
    assert {(note.code, note.path) for note in model.notes} == {
        ("lambda-code", layer.path) for layer in model.root.walk() if layer.class_name == "Lambda"
    }


def test_subclassed_models_have_the_shapes_of_every_layer(folder: Path) -> None:
    """Those in lists and dicts, those inside layers of one's own and those of a model inside, too."""
    model, called = read(folder / "subclassed"), said_of(folder, "subclassed")["called"]
    found = {}
    for outer in (model.root, *model.root.walk()):
        for call in outer.graph.calls if outer.graph else ():
            found[call.layer] = [list(shape or ["?"]) for shape in call.output_shapes]
    assert {name: called[name] for name in found} == found
    assert called.keys() - found.keys() == {"subclassed"}


def recurrent() -> keras.Model:
    """Names that mislead: the model is called as one of its layers is."""
    cells = keras.layers.RNN([keras.layers.LSTMCell(2), keras.layers.GRUCell(3)], return_sequences=True, name="rnn")
    dense = keras.layers.TimeDistributed(keras.layers.Dense(2))
    return keras.Sequential([keras.Input((8, 3)), cells, dense, keras.layers.GRU(2)], name="rnn")


def normalised() -> keras.Model:
    kernel = keras.layers.SpectralNormalization(keras.layers.Conv2D(3, 2))
    layers = [keras.layers.SeparableConv2D(4, 3), kernel, keras.layers.Flatten(), keras.layers.Dense(2)]
    return keras.Sequential([keras.Input((8, 8, 3)), *layers])


def branched() -> keras.Model:
    """Wrappers, a layer that is called twice, models inside (one of them in a wrapper), one layer that is frozen."""
    start = keras.Input((8, 6))
    x = keras.layers.Bidirectional(keras.layers.LSTM(3, return_sequences=True))(start)
    x = keras.layers.BatchNormalization()(keras.layers.Conv1D(4, 3, padding="same")(x))
    shared = keras.layers.Dense(4, name="shared")
    x = keras.layers.Add()([shared(x), shared(shared(x))])
    x = keras.layers.MultiHeadAttention(2, 2)(x, x)
    inside = [keras.Input((8, 4)), keras.layers.Dense(5), keras.layers.Dropout(0.2), keras.layers.LayerNormalization()]
    x = keras.Sequential(inside, name="inner")(x)
    each = keras.Sequential([keras.Input((5,)), keras.layers.Dense(3), keras.layers.Dense(2)], name="each")
    x = keras.layers.TimeDistributed(each)(x)
    end = keras.layers.Dense(2, name="end", trainable=False)(keras.layers.GlobalAveragePooling1D()(x))
    return keras.Model(start, end, name="branched")


def transferred() -> keras.Model:
    """A model that was built before another took it in: its names do not begin with that one's."""
    start = keras.Input((16, 16, 3))
    end = keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(4, 3, name="first")(start))
    base = keras.Model(start, end, name="base")
    return keras.Sequential([base, keras.layers.Dropout(0.1), keras.layers.Dense(3, name="head")])


@pytest.mark.parametrize("make", [recurrent, normalised, branched, transferred])
def test_a_config_is_joined_to_an_export(make: Callable[[], keras.Model], tmp_path: Path) -> None:
    """Each layer has the shapes and just the weights that Keras says, under the ends of their names."""
    model, folder, config = make(), tmp_path / "m", tmp_path / "m.json"
    chance = np.random.default_rng(0)
    model.set_weights([chance.normal(size=array.shape) for array in model.get_weights()])
    model.export(folder, verbose=False)
    config.write_text(model.to_json())
    net = netviz.inspect(folder, architecture=config)
    joined = read(folder, architecture=config)
    assert {note.code for note in joined.notes} <= {"architecture-joined", "variables-aside"}
    assert net.parameters.total == model.count_params()
    assert joined.store is not None
    expected = {layer.name: layer for layer in model.layers}
    assert {layer.name for layer in joined.root.layers if layer.class_name != "InputLayer"} == {
        name for name, layer in expected.items() if not isinstance(layer, keras.layers.InputLayer)
    }
    for layer in joined.root.layers:
        if layer.class_name == "InputLayer":
            continue
        last = [call for call in joined.graph.calls if call.layer == layer.name][-1]
        outputs = expected[layer.name]._inbound_nodes[-1].outputs  # layer.output is for those that are called once
        assert [list(shape or ["?"]) for shape in last.output_shapes] == [list(output.shape) for output in outputs]
        weights = {array.tobytes(): weight for weight in layer.all_weights for array in [joined.store.read(weight)]}
        held = {np.asarray(weight.value).tobytes(): weight for weight in expected[layer.name].weights}
        assert weights.keys() == held.keys(), layer.name
        for key, weight in weights.items():
            assert f"/{held[key].path}".endswith(f"/{weight.name}")
            assert weight.trainable == held[key].trainable


def test_what_no_folder_tells_is_said_with_what_does(folder: Path) -> None:
    """Keras 3 loads no SavedModels, so that is no way to see more."""
    note = next(note for note in read(folder / "subclassed").notes if note.code == "calls-unknown")
    assert "tf_keras.models.load_model" in note.message
    assert "load=True" not in note.message and "--load" not in note.message
    with pytest.raises(ValueError, match="SavedModel"):
        keras.saving.load_model(folder / "subclassed")


def test_an_export_of_an_application_has_all_its_weights(tmp_path: Path) -> None:
    model = keras.applications.MobileNet(weights=None, input_shape=(96, 96, 3), alpha=0.25, classes=7)
    model.export(tmp_path / "mobile", verbose=False)
    net = read(tmp_path / "mobile")
    found = {f"{layer.path}/{weight.name}": weight for layer in net.root.walk() for weight in layer.weights}
    generators = [name for name in found if name.startswith("seed_generator")]
    assert found.keys() - set(generators) == {weight.path for weight in model.weights}
    assert net.store is not None
    for weight in model.weights:
        np.testing.assert_array_equal(net.store.read(found[weight.path]), keras.ops.convert_to_numpy(weight.value))
        assert found[weight.path].trainable == weight.trainable
    signature = next(signature for signature in net.signatures if signature.name == "serving_default")
    assert [end.shape for end in signature.inputs] == [(None, 96, 96, 3)]
    assert [end.shape for end in signature.outputs] == [(None, 7)]
    assert net.graph.inputs == signature.inputs
