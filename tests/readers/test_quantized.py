"""Quantised, adapted and low-precision models: files and live models, against Keras and h5py."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import h5py
import keras
import ml_dtypes
import numpy as np
import pytest
from keras import layers

import netviz
from netviz.api import InspectedWeight
from netviz.catalog.packing import fit
from tests.conftest import FIXTURES
from tests.models import quantized
from tests.models.compare import differences
from tests.models.oracle import describe

Formats = pytest.mark.parametrize("suffix", ["keras", "h5"])

QUIET = {"values-packed"}


CASES = [
    *(("dense", mode) for mode in quantized.MODES),
    *(("tables", mode) for mode in quantized.MODES if mode != "float8"),
]
INSIDE = [(name, mode) for name in ("attention", "grouped") for mode in quantized.MODES]
"""Models whose quantised layers are made by others, of which the config says nothing."""


def weights(net: netviz.InspectedModel) -> Iterator[tuple[str, InspectedWeight]]:
    """Every variable with the path of its layer."""
    for layer in net.walk():
        for weight in layer.weights:
            yield layer.path, weight


def stored_bytes(path: Path) -> int:
    """What h5py says that all variables of the model take."""
    total = 0
    data = path if path.suffix == ".h5" else io.BytesIO(zipfile.ZipFile(path).read("model.weights.h5"))

    def visit(name: str, item: Any) -> None:
        nonlocal total
        if isinstance(item, h5py.Dataset) and "seed_generator" not in name and "seed_state" not in name:
            total += item.size * item.dtype.itemsize

    with h5py.File(data) as file:
        file.visititems(visit)
    return total


def computed(model: keras.Model) -> dict[str, Any]:
    """The kernels and tables that the quantised layers say they have, by their names."""
    found: dict[str, Any] = {}
    for layer in model._flatten_layers():
        if isinstance(layer, layers.Embedding):
            found[layer.name] = np.asarray(layer.embeddings)
        elif isinstance(layer, layers.Dense | layers.EinsumDense):
            place = layer.path.split("/")[-2:] if layer.path.count("/") and layer.name in PARTS else [layer.name]
            found["/".join(place)] = np.asarray(layer.kernel)
    return found


PARTS = ("query", "key", "value", "gate", "attention_output")


def check_values(net: netviz.InspectedModel, expected: dict[str, Any]) -> None:
    """Each kernel and table has the values that its layer computes with, also piece by piece."""
    found = {}
    for path, weight in weights(net):
        if weight.weight.role not in ("kernel", "embeddings", "quantized_kernel"):
            continue
        part, _, _ = weight.name.rpartition("/")
        key = f"{path}/{part}" if part else path.rpartition("/")[2]
        found[key] = weight
    assert set(found) == set(expected)
    for key, weight in found.items():
        values = weight.numpy()
        assert values.shape == weight.shape == expected[key].shape, key
        np.testing.assert_array_equal(values, expected[key], err_msg=key)
        assert weight.store
        pieces = [np.asarray(piece) for piece in weight.store.blocks(weight.weight)]
        np.testing.assert_array_equal(np.concatenate(pieces), values)


def same(static: netviz.InspectedModel, live: netviz.InspectedModel) -> bool:
    """Whether the two are the same; in the HDF5 format a GroupQueryAttention has another class name."""
    if static.source.format == "keras-h5" and static.name == "grouped":
        return [layer.subject.layer.weights for layer in static] == [layer.subject.layer.weights for layer in live]
    return static == live


@Formats
@pytest.mark.parametrize(("name", "mode"), CASES + INSIDE)
def test_files_equal_live_models(name: str, mode: str, suffix: str, tmp_path: Path) -> None:
    model = quantized.quantised(name, mode)
    path = tmp_path / f"m.{suffix}"
    model.save(path)
    static, live = netviz.inspect(path), netviz.inspect(model)
    assert same(static, live)
    assert [line for line in differences(static, describe(model)) if "GroupedQueryAttention" not in line] == []
    assert {note.code for note in static.notes} <= QUIET | {"quantization-unstated"}
    assert {note.code for note in static.notes} == {note.code for note in live.notes}
    assert ("quantization-unstated" in {note.code for note in static.notes}) == ((name, mode) in INSIDE)
    assert ("values-packed" in {note.code for note in static.notes}) == mode.startswith("int4")
    check_values(static, computed(model))
    check_values(live, computed(model))
    assert static.parameters.bytes == stored_bytes(path)


@pytest.mark.parametrize(("name", "mode"), CASES)
def test_loading_gives_the_same(name: str, mode: str, tmp_path: Path) -> None:
    model = quantized.quantised(name, mode)
    path = tmp_path / "m.keras"
    model.save(path)
    assert netviz.inspect(path, load=True) == netviz.inspect(path)


@Formats
@pytest.mark.parametrize("mode", ["int8", "int4_channel", "int4_blocks", "float8"])
@pytest.mark.parametrize("name", ["attention", "grouped"])
def test_a_policy_says_that_attention_is_quantised(name: str, mode: str, suffix: str, tmp_path: Path) -> None:
    """The policy of the layer holds for its parts, and stands in the config."""
    model = getattr(quantized, name)(quantized.POLICIES[mode])
    path = tmp_path / f"m.{suffix}"
    model.save(path)
    net = netviz.inspect(path)
    assert same(net, netviz.inspect(model))
    assert {note.code for note in net.notes} <= QUIET
    if mode != "float8":
        check_values(net, computed(model))


MAPS = [
    ("h5", {"query": "int8_from_float32", "value": "int4/4_from_float32", "key": "float16"}, "float32"),
    ("keras", {"query": "float16", "key": "float64"}, "float32"),  # Keras 3.15 cannot save it where one is quantised
    ("keras", {}, "int4/4_from_float32"),
]


@pytest.mark.parametrize(("suffix", "own", "default"), MAPS)
def test_policies_by_path(suffix: str, own: dict[str, str], default: str, tmp_path: Path) -> None:
    model = quantized.mapped(own, default)
    path = tmp_path / f"m.{suffix}"
    model.save(path)
    net = netviz.inspect(path)
    assert net == netviz.inspect(model)
    assert net["attention"].dtype == model.get_layer("attention").dtype_policy.name
    dtypes = {weight.name: weight.dtype for _, weight in weights(net)}
    for part in ("query", "key", "value", "attention_output"):
        policy = own.get(part, default).partition("_from_")[0]
        assert dtypes[f"{part}/kernel"] == policy.partition("/")[0]
    assert {note.code for note in net.notes} <= QUIET


def calibrated(model: keras.Model) -> keras.Model:
    """The model with numbers in its kernels, as if it had been calibrated."""
    numbers = np.random.default_rng(0)
    for layer in model._flatten_layers():
        if hasattr(layer, "quantized_kernel"):
            kernel = layer.quantized_kernel
            kernel.assign(numbers.integers(0, 256, kernel.shape).astype("uint8"))
            layer.is_gptq_calibrated = layer.quantization_mode == "gptq"
            layer.is_awq_calibrated = layer.quantization_mode == "awq"
    return model


@pytest.mark.parametrize("mode", ["gptq4", "gptq3", "awq"])
@pytest.mark.parametrize("name", ["dense", "attention", "grouped"])
def test_gptq_and_awq(name: str, mode: str, tmp_path: Path) -> None:
    model = calibrated(getattr(quantized, name)(quantized.POLICIES[mode]))
    path = tmp_path / "m.h5"
    model.save(path)
    static, live = netviz.inspect(path), netviz.inspect(model)
    assert same(static, live)
    assert [line for line in differences(static, describe(model)) if "GroupedQueryAttention" not in line] == []
    check_values(static, computed(model))
    assert {weight.stored_dtype for _, weight in weights(static)} == {"uint8", "float32"}
    assert {note.code for note in static.notes} <= QUIET


@pytest.mark.parametrize("mode", ["gptq4", "awq"])
@pytest.mark.parametrize("name", ["dense", "attention", "grouped"])
def test_zero_points_that_keras_does_not_save(name: str, mode: str, tmp_path: Path) -> None:
    """A .keras file of Keras 3.14 and 3.15 lacks them; Keras itself cannot load it, and a note says so."""
    model = calibrated(getattr(quantized, name)(quantized.POLICIES[mode]))
    path = tmp_path / "m.keras"
    model.save(path)
    static, live = netviz.inspect(path), netviz.inspect(model)
    with pytest.raises(ValueError, match="could not be loaded"):
        keras.saving.load_model(path)
    assert "zero-points-missing" in {note.code for note in static.notes}
    assert "zero-points-missing" not in {note.code for note in live.notes}
    held = {(path, w.name): (w.weight.tensor, w.weight.stored, w.trainable) for path, w in weights(live)}
    for where in list(held):
        if where[1].endswith("kernel_zero"):
            del held[where]
    assert {(path, w.name): (w.weight.tensor, w.weight.stored, w.trainable) for path, w in weights(static)} == held
    check_values(static, computed(model))


def test_gptq_before_it_is_calibrated(tmp_path: Path) -> None:
    """The live layer computes with its old kernel still, beside the one to come."""
    layer = layers.Dense(5, name="dense")
    x = keras.Input((7,), name="x")
    model = keras.Model(x, layer(x))
    config = keras.quantizers.GPTQConfig(dataset=None, tokenizer=None, weight_bits=4, group_size=4)
    layer.quantize("gptq", config=config)
    live = netviz.inspect(model)["dense"]
    names = ["bias", "quantized_kernel", "kernel_scale", "kernel_zero", "g_idx", "kernel"]
    assert [weight.name for weight in live.weights] == names
    np.testing.assert_array_equal(np.asarray(layer._kernel), live.kernel)
    assert live.dtype == layer.dtype_policy.name


@pytest.mark.parametrize("mode", [None, "int8", "int4_channel", "int4_blocks"])
def test_lora_in_a_keras_file_is_merged(mode: str | None, tmp_path: Path) -> None:
    """What Keras loads has the same variables and, beside them, new ones for LoRA."""
    model, adapted = quantized.adapted(mode)
    path = tmp_path / "m.keras"
    model.save(path)
    static = netviz.inspect(path)
    loaded = netviz.inspect(keras.saving.load_model(path))
    assert [note.code for note in static.notes if note.code == "lora-merged"] == ["lora-merged"]
    for layer in adapted:
        apart = [weight for weight in loaded[layer.name].weights if "lora" not in weight.name]
        assert len(apart) == len(loaded[layer.name].weights) - 2
        ours = static[layer.name].weights
        assert [(w.name, w.weight.tensor, w.weight.stored) for w in ours] == [
            (w.name, w.weight.tensor, w.weight.stored) for w in apart
        ]
        for one, other in zip(ours, apart, strict=True):
            np.testing.assert_array_equal(one.numpy(), other.numpy())
    assert differences(netviz.inspect(model), describe(model)) == []


@pytest.mark.parametrize("mode", [None, "int8", "int4_blocks"])
def test_lora_in_an_hdf5_file_stands_apart(mode: str | None, tmp_path: Path) -> None:
    model, _ = quantized.adapted(mode)
    path = tmp_path / "m.h5"
    model.save(path)
    static = netviz.inspect(path)
    assert static == netviz.inspect(model)
    assert differences(static, describe(model)) == []
    assert {note.code for note in static.notes} <= QUIET


@Formats
@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "mixed_bfloat16", "mixed_float16", "float64"])
def test_precision(dtype: str, suffix: str, tmp_path: Path) -> None:
    x = keras.Input((7,), name="x")
    y = layers.Dense(5, dtype=dtype, name="dense")(x)
    model = keras.Model(x, layers.BatchNormalization(dtype=dtype, name="norm")(y), name="precise")
    model.layers[1].kernel.assign(keras.random.normal((7, 5), seed=1))
    path = tmp_path / f"m.{suffix}"
    model.save(path)
    static, live = netviz.inspect(path), netviz.inspect(model)
    assert static == live
    assert differences(static, describe(model)) == []
    of_keras = np.asarray(keras.ops.convert_to_numpy(model.layers[1].kernel))
    for net in (static, live):
        kernel = net["dense"].kernel
        assert kernel is not None
        assert kernel.dtype == ("float32" if dtype == "bfloat16" else of_keras.dtype)
        np.testing.assert_array_equal(kernel, of_keras.astype(kernel.dtype))
    assert static.parameters.bytes == live.parameters.bytes == stored_bytes(path)
    if dtype == "bfloat16" and suffix == "keras":
        with h5py.File(io.BytesIO(zipfile.ZipFile(path).read("model.weights.h5"))) as file:
            raw = np.asarray(file[static["dense"].weights[0].path]).view(ml_dtypes.bfloat16)
        np.testing.assert_array_equal(raw.astype("float32"), static["dense"].kernel)


@pytest.mark.parametrize("path", sorted((FIXTURES / "quantized").glob("*.keras")), ids=lambda path: path.stem)
def test_files_of_keras_3_13(path: Path) -> None:
    """Keras packed int4 along another axis then; it said itself what the bytes mean."""
    net = netviz.inspect(path)
    for layer, name, values in json.loads(path.with_suffix(".json").read_text()):
        (weight,) = [weight for weight in net[layer].weights if weight.name == name.replace("quantized_", "")] or [
            weight for weight in net[layer].weights if weight.name == name
        ]
        np.testing.assert_array_equal(weight.numpy(), np.array(values))
        assert weight.store
        pieces = [np.asarray(piece) for piece in weight.store.blocks(weight.weight)]
        np.testing.assert_array_equal(np.concatenate(pieces), np.array(values))
    assert {note.code for note in net.notes} <= QUIET | {"quantization-unstated"}
    assert net.parameters.bytes == stored_bytes(path)


@pytest.fixture
def rewritten(tmp_path: Path) -> Callable[[Path, Callable[[str], str]], Path]:
    """A copy of a .keras file with another config."""

    def rewrite(path: Path, change: Callable[[str], str]) -> Path:
        copy = tmp_path / "rewritten.keras"
        with zipfile.ZipFile(path) as archive, zipfile.ZipFile(copy, "w") as target:
            for name in archive.namelist():
                data = archive.read(name)
                target.writestr(name, change(data.decode()) if name == "config.json" else data)
        return copy

    return rewrite


@pytest.mark.parametrize("mode", [None, "int8", "int4_channel", "int4_blocks"])
def test_a_config_that_contradicts_the_stored_shapes(
    mode: str | None, rewritten: Callable[[Path, Callable[[str], str]], Path], tmp_path: Path
) -> None:
    """What is stored is shown as it is, and a note names both shapes."""
    x = keras.Input((7,), name="x")
    model = keras.Model(x, layers.Dense(6, name="dense")(x))
    if mode:
        model.quantize(config=quantized.MODES[mode]())
    path = tmp_path / "m.keras"
    model.save(path)
    net = netviz.inspect(rewritten(path, lambda config: config.replace('"units": 6', '"units": 11')))
    assert [weight.stored_shape for weight in net["dense"].weights] == [
        weight.stored_shape for weight in netviz.inspect(path)["dense"].weights
    ]
    notes = [note for note in net.notes if note.code == "weight-conflict"]
    assert {note.path for note in notes} == {"dense"}
    assert any("kernel" in note.message and "(7, 11)" in note.message for note in notes)
    assert "weight-conflict" not in {note.code for note in netviz.inspect(path).notes}
    assert net["dense"].kernel is not None


@pytest.mark.parametrize(
    "policy",
    [{"mode": 3}, {"mode": "int4/"}, {"mode": "int4/999999999999"}, {"mode": "int4/x"}, {"mode": None}, {"mode": []}],
    ids=str,
)
def test_policies_that_are_none(
    policy: dict[str, Any], rewritten: Callable[[Path, Callable[[str], str]], Path], tmp_path: Path
) -> None:
    x = keras.Input((7,), name="x")
    model = keras.Model(x, layers.Dense(6, name="dense")(x))
    model.quantize("int4")
    path = tmp_path / "m.keras"
    model.save(path)
    net = netviz.inspect(rewritten(path, lambda config: config.replace('"mode": "int4/128"', json.dumps(policy)[1:-1])))
    assert str(net)
    assert len(net["dense"].weights) == 5


def test_nothing_is_known_of_a_class_without_a_rule() -> None:
    fitting = fit(None, {}, None, {})
    assert (fitting.packed, fitting.conflicts) == ({}, {})
