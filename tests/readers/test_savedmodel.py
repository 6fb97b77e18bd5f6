"""SavedModel folders of Keras 2 (tf_keras 2.21), against what it says of the live models; an export of Keras 3."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

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
    assert read(folder / name).notes == ()


def test_subclassed_models_have_the_shapes_of_every_layer(folder: Path) -> None:
    """Those in lists and dicts, those inside layers of one's own and those of a model inside, too."""
    model, called = read(folder / "subclassed"), said_of(folder, "subclassed")["called"]
    found = {}
    for outer in (model.root, *model.root.walk()):
        for call in outer.graph.calls if outer.graph else ():
            found[call.layer] = [list(shape or ["?"]) for shape in call.output_shapes]
    assert {name: called[name] for name in found} == found
    assert called.keys() - found.keys() == {"subclassed"}


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
