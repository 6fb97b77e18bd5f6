"""Files written by Keras 1.0 to 2.15, against what that Keras said of the models while they were in memory.

The files and the JSON beside them are described in tests/fixtures/README.md. Keras is not imported here.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

import netviz
from tests.conftest import FIXTURES
from tests.models.checksum import checksum
from tests.models.compare import differences

Json = dict[str, Any]

FILES = sorted(path.with_suffix("") for form in ("h5", "keras") for path in FIXTURES.glob(f"*/*.{form}.json"))

COMPARED = [path for path in FILES if path.name not in ("custom.h5", "custom.keras", "merged_models.h5")]
"""Without a class of the user's, after which shapes are not known, and what Keras 1 keeps out of its list of layers."""

THEN = {
    "W": "kernel",
    "U": "recurrent_kernel",
    "b": "bias",
    "running_mean": "moving_mean",
    "running_std": "moving_variance",
    "W_carry": "carry_kernel",
    "b_carry": "carry_bias",
}
"""What the variables of Keras 1 have been called since Keras 2."""


def said_of(path: Path) -> Json:
    """What Keras said, with the variables of Keras 1 under the names of today."""
    said: Json = json.loads(Path(f"{path}.json").read_text())
    if said["keras_version"].startswith("1."):
        for layer in flat(said["layers"]):
            own = f"{layer['name']}_"
            for weight in layer["weights"]:
                if weight["name"].startswith(own) and "layers" not in layer:
                    weight["name"] = since(weight["name"].removeprefix(own), layer["class_name"])
    return said


def since(name: str, class_name: str) -> str:
    """Today's name of a variable of Keras 1; those of gates have the gate behind it ("W_i")."""
    if class_name == "Embedding":
        return {"W": "embeddings"}[name]
    kind, _, gate = name.partition("_")
    if len(gate) == 1:
        return f"{THEN[kind]}_{gate}"
    return THEN.get(name, name)


def flat(layers: list[Json]) -> list[Json]:
    return [inner for layer in layers for inner in (layer, *flat(layer.get("layers", [])))]


def ids(path: Path) -> str:
    return f"{path.parent.name}-{path.name}"


def lists_of_layers(path: Path) -> bool:
    """Whether a Sequential is written as a list, without its name: before Keras 2.2."""
    return path.parent.name.startswith(("keras-1.", "keras-2.0"))


@pytest.mark.parametrize("path", COMPARED, ids=ids)
def test_reads_what_keras_said(path: Path) -> None:
    net = netviz.inspect(path)
    said = said_of(path)
    found = differences(net, said)
    if said["class_name"] == "Sequential" and lists_of_layers(path):
        found = [line for line in found if not line.startswith("name: ")]
    assert found == []
    assert {(note.code, note.path) for note in net.notes} == {
        ("lambda-code", layer.path) for layer in net.walk() if layer.class_name == "Lambda"
    }


@pytest.mark.parametrize("path", FILES, ids=ids)
def test_every_variable_has_the_name_and_the_values_that_keras_said(path: Path) -> None:
    net = netviz.inspect(path)
    ours = {layer.name: layer for layer in net.walk()}
    for layer in flat(said_of(path)["layers"]):
        if "layers" in layer or ours[layer["name"]].layers or not layer["module"].startswith("keras"):
            continue
        found = {weight.name: checksum(weight.numpy()) for weight in ours[layer["name"]].weights}
        expected = {weight["name"]: weight["sum"] for weight in layer["weights"]}
        if layer["class_name"] == "MultiHeadAttention":  # whose parts have variables of the same names
            continue
        assert found == pytest.approx(expected, abs=1e-4), layer["name"]


@pytest.mark.parametrize("path", FILES, ids=ids)
def test_every_stored_array_has_an_owner(path: Path) -> None:
    net = netviz.inspect(path)
    weights = {weight.path: weight for layer in net.walk() for weight in layer.weights}
    others = ("optimizer", "iterations", "metrics")  # which are no part of the model
    stored = {name: values for name, values in arrays_of(path).items() if not name.startswith(others)}
    assert set(weights) == set(stored)
    for name, values in stored.items():
        np.testing.assert_array_equal(weights[name].numpy(), values)
    assert net.parameters.total == said_of(path)["total"] == sum(values.size for values in stored.values())


def arrays_of(path: Path) -> dict[str, Any]:
    """All that the file holds, by libhdf5."""
    content: Path | io.BytesIO = path
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            member = next(name for name in archive.namelist() if name.endswith(".h5"))
            content = io.BytesIO(archive.read(member))
    found: dict[str, Any] = {}
    with h5py.File(content) as file:
        file.visititems(lambda name, item: found.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None)
    return found


@pytest.mark.parametrize("path", [path for path in FILES if path.name.startswith("custom")], ids=ids)
def test_a_class_of_the_users_keeps_its_weights(path: Path) -> None:
    net = netviz.inspect(path)
    said = said_of(path)
    assert {note.code for note in net.notes} <= {"class-unknown", "shape-unknown", "nested-lists-unsaved"}
    assert "class-unknown" in {note.code for note in net.notes}
    assert [layer.name for layer in net.layers] == [layer["name"] for layer in said["layers"]]
    assert [layer.parameters.total for layer in net.layers] == [layer["total"] for layer in said["layers"]]
    for ours, layer in zip(net.layers, said["layers"], strict=True):
        sums = [checksum(weight.numpy()) for weight in ours.weights]
        assert sums == pytest.approx([weight["sum"] for weight in layer["weights"]], abs=1e-4)


@pytest.mark.parametrize("path", [path for path in FILES if path.name == "merged_models.h5"], ids=ids)
def test_models_within_a_merge_are_shown(path: Path) -> None:
    net = netviz.inspect(path)
    said = said_of(path)
    assert net.notes == ()
    assert net.parameters.total == said["total"]
    for ends in ("inputs", "outputs"):
        assert [list(end.shape or ()) for end in getattr(net, ends)] == [end["shape"] for end in said[ends]]
    merge = next(layer for layer in net.layers if layer.class_name == "Merge")
    (call,) = next(layer for layer in said["layers"] if layer["class_name"] == "Merge")["calls"]
    assert [list(shape or ()) for shape in merge.calls[0].input_shapes] == call["input_shapes"]
    assert [list(shape or ()) for shape in merge.calls[0].output_shapes] == call["output_shapes"]
    heads = [layer for layer in net.layers if layer.name in merge.inbound]
    assert [[inner.name for inner in head.layers] for head in heads] == [["left_a", "left_b"], ["right_a"]]


def test_every_version_is_there() -> None:
    folders = {path.parent.name for path in FILES}
    assert {name.split(".")[0] for name in folders} == {"keras-1", "keras-2", "tensorflow-1", "tensorflow-2"}
    for path in FILES:
        net = netviz.inspect(path)
        assert net.source.keras_version in (said_of(path)["keras_version"], None)
        assert net.source.keras_version or path.parent.name == "keras-1.0.8"


def test_tensorflow_wrote_hdf5_under_the_name_of_keras() -> None:
    path = FIXTURES / "keras-2.9.0" / "mlp.keras"
    assert h5py.is_hdf5(path)
    assert netviz.inspect(path).source.format == "keras-h5"
    assert netviz.inspect(path) == netviz.inspect(path.with_suffix(".h5"))
