"""A file of which Keras's own tool for looking into files shows a part: netviz shows all of it.

`keras.saving.KerasFileEditor` of Keras 3.15.1 lists 2 of the 7 arrays of this model, those of the last Dense: neither
what lies in a layer's attribute (the cell of the LSTM) nor the layers of a nested model. This file imports Keras.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest
from keras import layers

import netviz
from tests.models.builders import fill


@pytest.fixture
def saved(tmp_path: Path) -> tuple[Path, Any]:
    x = keras.Input((5, 3), name="x")
    y = layers.LSTM(4, name="lstm")(x)
    y = keras.Sequential([keras.Input((4,)), layers.Dense(3, name="inside")], name="nested")(y)
    model = keras.Model(x, layers.Dense(2, name="head")(y), name="three_parts")
    fill(model)
    model.save(tmp_path / "m.keras")
    return tmp_path / "m.keras", model


def test_every_array_has_its_layer_its_shape_and_its_values(saved: tuple[Path, Any]) -> None:
    path, model = saved
    shown = {(layer.path, weight.name): weight for layer in netviz.inspect(path).walk() for weight in layer.weights}
    inside = {"lstm": model.get_layer("lstm"), "nested/inside": model.get_layer("nested").layers[0]}
    inside["head"] = model.get_layer("head")
    expected = {(place, variable.name): variable for place, layer in inside.items() for variable in layer.weights}
    assert len(expected) == 7
    assert shown.keys() == expected.keys()
    for key, variable in expected.items():
        assert shown[key].shape == tuple(variable.shape)
        np.testing.assert_array_equal(shown[key].numpy(), variable.numpy())


def test_the_arrays_are_those_in_the_file(saved: tuple[Path, Any]) -> None:
    path, _ = saved
    shown = {weight.path: weight for layer in netviz.inspect(path).walk() for weight in layer.weights}
    with zipfile.ZipFile(path) as archive, h5py.File(io.BytesIO(archive.read("model.weights.h5"))) as file:
        stored: dict[str, Any] = {}
        file.visititems(lambda name, item: stored.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None)
    assert shown.keys() == stored.keys()
    for name, values in stored.items():
        np.testing.assert_array_equal(shown[name].numpy(), values)


def test_what_the_editor_shows_is_shown(saved: tuple[Path, Any]) -> None:
    path, _ = saved
    shown = {weight.path: weight for layer in netviz.inspect(path).walk() for weight in layer.weights}
    listed = dict(arrays(keras.saving.KerasFileEditor(str(path)).weights_dict))
    assert listed
    for name, values in listed.items():
        place, _, number = name.rpartition("/")
        np.testing.assert_array_equal(shown[f"{place}/vars/{number}"].numpy(), values)


def arrays(found: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, Any]]:
    """The arrays in the editor's nested dict: "layers/dense/0" and its values."""
    for key, value in found.items():
        path = f"{place}/{key}" if place else key
        if isinstance(value, Mapping):
            yield from arrays(value, path)
        else:
            yield path, value
