"""What is no model ends in one clear line with a hint; what is a damaged one shows all that can be shown."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import netviz
from netviz.errors import NetvizError, SourceError, UsageError
from tests.conftest import EXAMPLES

LENET = EXAMPLES / "lenet.keras"


def rewritten(path: Path, change: Callable[[dict[str, Any]], object], *, weights: bool = True) -> Path:
    """A copy of the LeNet with its config changed in place."""
    with zipfile.ZipFile(LENET) as source, zipfile.ZipFile(path, "w") as target:
        config = json.loads(source.read("config.json"))
        change(config)
        target.writestr("config.json", json.dumps(config))
        target.writestr("metadata.json", source.read("metadata.json"))
        if weights:
            target.writestr("model.weights.h5", source.read("model.weights.h5"))
    return path


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


BROKEN: dict[str, tuple[Callable[[Path], Path], str]] = {
    "missing": (lambda folder: folder / "nothing.keras", "no such file"),
    "empty": (lambda folder: write(folder / "m.keras", b""), "is empty"),
    "text": (lambda folder: write(folder / "m.keras", b"hello, world\n"), "a text file"),
    "folder": (lambda folder: folder, "holds no model"),
    "image": (lambda folder: write(folder / "m.keras", b"\x89PNG\r\n\x1a\n" + bytes(99)), "a PNG image"),
    "pointer": (lambda folder: write(folder / "m.keras", b"version https://git-lfs.github.com/spec/v1\n"), "Git LFS"),
    "page": (lambda folder: write(folder / "m.keras", b"<!DOCTYPE html><html></html>"), "an HTML page"),
    "hdf5": (lambda folder: write(folder / "m.keras", b"\x89HDF\r\n\x1a\n" + bytes(99)), "HDF5 data cannot be read"),
    "cut_off": (lambda folder: write(folder / "m.keras", LENET.read_bytes()[:-10]), "damaged or cut off"),
    "beginning": (lambda folder: write(folder / "m.keras", LENET.read_bytes()[:40]), "damaged or cut off"),
    "no_config": (lambda folder: zipped(folder / "m.keras", {"a.txt": b"x"}), "holds no config.json"),
    "not_json": (lambda folder: zipped(folder / "m.keras", {"config.json": b"{"}), "not valid JSON"),
    "deep_json": (lambda folder: zipped(folder / "m.keras", {"config.json": b"[" * 200_000}), "not valid JSON"),
    "deep_config": (lambda folder: zipped(folder / "m.keras", {"config.json": deep_config()}), "nested deeper"),
    "no_object": (lambda folder: zipped(folder / "m.keras", {"config.json": b"[]"}), "an object is expected"),
    "no_class": (lambda folder: zipped(folder / "m.keras", {"config.json": b"{}"}), "states no class"),
    "bad_utf8_name": (lambda folder: with_bad_name(folder / "m.keras"), "damaged or cut off"),
    "other_method": (lambda folder: zipped(folder / "m.keras", {"config.json": b"{}"}, zipfile.ZIP_LZMA), "method 14"),
    "bomb": (lambda folder: zipped(folder / "m.keras", {"config.json": b" " * (200 << 20)}), "more than any config"),
}


def deep_config() -> bytes:
    """A layer with a setting that is nested as deep as a JSON parser goes."""
    value: object = 1
    for _ in range(900):
        value = {"a": value}
    return json.dumps({"class_name": "Dense", "module": "keras.layers", "config": {"name": "d", "x": value}}).encode()


def with_bad_name(path: Path) -> Path:
    """A zip file whose member's name is said to be UTF-8 and is not."""
    zipped(path, {"config.json": b"{}", "nämé": b""})
    return write(path, path.read_bytes().replace("nämé".encode(), b"n\xff\xffm\xff\xff"))


def zipped(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_no_model_ends_in_one_line(case: str, tmp_path: Path) -> None:
    make, problem = BROKEN[case]
    path = make(tmp_path)
    with pytest.raises(SourceError, match=problem) as caught:
        netviz.inspect(path)
    assert "\n" not in caught.value.message
    assert caught.value.message.startswith(str(path))


def test_a_fifo_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.keras")
    with pytest.raises(SourceError, match="not a regular file"):
        netviz.inspect(tmp_path / "pipe.keras")


def test_a_missing_file_names_near_ones(tmp_path: Path) -> None:
    (tmp_path / "classifier_v2.keras").touch()
    with pytest.raises(SourceError) as caught:
        netviz.inspect(tmp_path / "clasifier_v2.keras")
    assert "classifier_v2.keras" in caught.value.hint


def test_an_object_that_is_no_model_is_named() -> None:
    with pytest.raises(UsageError, match="int cannot be inspected"):
        netviz.inspect(3)


def test_without_weights_the_structure_is_shown(tmp_path: Path) -> None:
    net = netviz.inspect(rewritten(tmp_path / "m.keras", lambda config: None, weights=False))
    assert [note.code for note in net.notes] == ["weights-unreadable", "weights-derived"]
    assert net.parameters.total == netviz.inspect(LENET).parameters.total
    assert [layer.output_shape for layer in net.layers] == [
        layer.output_shape for layer in netviz.inspect(LENET).layers
    ]
    with pytest.raises(NetvizError, match="holds no values"):
        assert net["conv1"].kernel


def test_damaged_weights_leave_the_structure(tmp_path: Path) -> None:
    data = bytearray(LENET.read_bytes())
    start = data.index(b"\x89HDF\r\n\x1a\n")
    data[start : start + 64] = bytes(64)
    net = netviz.inspect(write(tmp_path / "m.keras", bytes(data)))
    assert [note.code for note in net.notes] == ["weights-unreadable", "weights-derived"]


def test_damaged_compressed_weights_leave_the_structure(tmp_path: Path) -> None:
    with zipfile.ZipFile(LENET) as source:
        path = zipped(tmp_path / "m.keras", {name: source.read(name) for name in source.namelist()})
    with zipfile.ZipFile(path) as archive:
        place = archive.getinfo("model.weights.h5").header_offset + 5000
    data = bytearray(path.read_bytes())
    data[place : place + 100] = b"\xff" * 100
    net = netviz.inspect(write(path, bytes(data)))
    assert [note.code for note in net.notes] == ["weights-unreadable", "weights-derived"]
    assert [layer.name for layer in net.layers] == [layer.name for layer in netviz.inspect(LENET).layers]


def layers_of(config: dict[str, Any]) -> list[dict[str, Any]]:
    layers: list[dict[str, Any]] = config["config"]["layers"]
    return layers


ODD: dict[str, Callable[[dict[str, Any]], object]] = {
    "units_negative": lambda config: layers_of(config)[-1]["config"].update(units=-1),
    "units_text": lambda config: layers_of(config)[-1]["config"].update(units="4"),
    "units_huge": lambda config: layers_of(config)[-1]["config"].update(units=1e30),
    "units_true": lambda config: layers_of(config)[-1]["config"].update(units=True),
    "shared_id_list": lambda config: layers_of(config)[1].update(shared_object_id=[1]),
    "flat_lstm": lambda config: layers_of(config)[1].update(class_name="LSTM"),
    "no_layers": lambda config: config["config"].update(layers=[]),
    "config_null": lambda config: layers_of(config)[1].update(config=None),
    "unknown_class": lambda config: layers_of(config)[1].update(class_name="Mystery", module=None),
    "layer_null": lambda config: layers_of(config).append(None),  # type: ignore[arg-type]
    "same_name_twice": lambda config: layers_of(config)[2]["config"].update(
        name=layers_of(config)[1]["config"]["name"]
    ),
    "name_not_text": lambda config: layers_of(config)[1]["config"].update(name=7),
}


@pytest.mark.parametrize("case", ODD)
def test_odd_configs_are_shown_as_far_as_they_go(case: str, tmp_path: Path) -> None:
    net = netviz.inspect(rewritten(tmp_path / "m.keras", ODD[case]))
    for format in ("table", "json", "markdown", "html", "csv", "latex"):
        assert net.summary().to(format)


WIRED: dict[str, list[Any]] = {
    "self_loop": ["a", 0, 0],
    "missing_layer": ["nowhere", 0, 0],
    "missing_call": ["a", 7, 0],
    "missing_output": ["x", 0, 9],
    "negative": ["x", -1, -1],
    "far_negative": ["x", 0, -9],
    "no_reference": [],
    "empty_name": ["", 0, 5],
}


@pytest.mark.parametrize("case", WIRED)
def test_odd_connections_are_shown_as_far_as_they_go(case: str, tmp_path: Path) -> None:
    tensor = {"class_name": "__keras_tensor__", "config": {"shape": [None, 4], "keras_history": WIRED[case]}}
    dense = {"units": 4, "name": "a", "dtype": "float32"}
    layers = [
        {"class_name": "InputLayer", "module": "keras.layers", "name": "x", "config": {"batch_shape": [None, 4]}},
        {
            "class_name": "Dense",
            "module": "keras.layers",
            "name": "a",
            "config": dense,
            "inbound_nodes": [{"args": [tensor], "kwargs": {}}],
        },
    ]
    config = {"name": "odd", "layers": layers, "input_layers": ["x", 0, 0], "output_layers": ["a", 0, 0]}
    document = {"class_name": "Functional", "module": "keras", "config": config}
    net = netviz.inspect(zipped(tmp_path / "m.keras", {"config.json": json.dumps(document).encode()}))
    assert [layer.name for layer in net.layers] == ["x", "a"]
    assert net["a"].output_shape == (None, 4)
    assert str(net.summary(layer=".*"))


def test_nesting_costs_no_more_than_its_depth(tmp_path: Path) -> None:
    """Thirty models in one another, each of which calls the next twice: two to the thirtieth paths."""
    entrance = {"class_name": "InputLayer", "module": "keras.layers", "name": "x", "config": {"batch_shape": [None, 4]}}

    def tensor(layer: str, call: int) -> dict[str, Any]:
        return {"class_name": "__keras_tensor__", "config": {"shape": [None, 4], "keras_history": [layer, call, 0]}}

    inner: dict[str, Any] = {"class_name": "Dense", "module": "keras.layers", "config": {"name": "d", "units": 4}}
    for level in range(30):
        nodes = [{"args": [tensor("x", 0)], "kwargs": {}}, {"args": [tensor("inner", 0)], "kwargs": {}}]
        layers = [entrance, {**inner, "name": "inner", "inbound_nodes": nodes}]
        outputs = ["inner", 2 if level else 1, 0]
        config = {"name": "inner", "layers": layers, "input_layers": ["x", 0, 0], "output_layers": outputs}
        inner = {"class_name": "Functional", "module": "keras", "config": config}
    net = netviz.inspect(zipped(tmp_path / "m.keras", {"config.json": json.dumps(inner).encode()}))
    assert net.outputs[0].shape == (None, 4)
    assert len(list(net.walk())) == 60


def test_errors_have_a_place_in_the_hierarchy() -> None:
    for name in netviz.__all__:
        member = getattr(netviz, name)
        if isinstance(member, type) and issubclass(member, Exception):
            assert issubclass(member, NetvizError)
