"""Files that the installed Keras writes, read statically, against the live models they were written from.

Two oracles: what Keras says of the live model (`oracle.describe`), and netviz's own reading of the live
model, which is told shapes by Keras and infers none. This file imports Keras, once for all its tests.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import pytest

import netviz
from tests.models.compare import differences
from tests.models.custom import Chain
from tests.models.oracle import describe
from tests.models.zoo import MEMORY_ONLY, UNBUILT, UNLOADABLE, ZOO
from tests.models.zoo import SUBCLASSED as SUBCLASSED_LIVE

Saved = Callable[[str], tuple[Path, Any]]

SUBCLASSED = {"subclassed", "subclassed_nested"}
"""No graph in the file: only the live model shows layers and calls."""

CUSTOM = {"custom_layer", "tied_embedding", "dict_calls", "setting_called_layers"}
"""Layers of the user's inside: the file holds neither names nor trainability of their variables."""

KERAS_SAYS_OTHERWISE = {
    # MultiHeadAttention.compute_output_spec gives scores of (…, queries, queries); what a call returns is
    # (…, queries, keys), see test_scores_of_attention_are_what_a_call_returns.
    "attentions",
}

LOADED_OTHERWISE = {"frozen", "frozen_base", "frozen_root", "unfrozen_inside"}
"""Keras forgets on loading that a nested Sequential or an InputLayer is frozen."""

MODELS = [name for name in ZOO if name not in SUBCLASSED | MEMORY_ONLY]


@pytest.mark.parametrize("name", [name for name in MODELS if name not in KERAS_SAYS_OTHERWISE])
def test_static_reading_is_what_keras_says(name: str, saved_zoo: Saved) -> None:
    path, model = saved_zoo(name)
    found = differences(netviz.inspect(path), describe(model))
    if name == "tied_embedding":  # the model's output comes from the second call of a custom layer
        found = [line for line in found if "call 1: output" not in line and not line.startswith("outputs")]
    assert found == []


@pytest.mark.parametrize("name", [name for name in MODELS if name not in CUSTOM | KERAS_SAYS_OTHERWISE])
def test_static_reading_equals_live_reading(name: str, saved_zoo: Saved) -> None:
    path, model = saved_zoo(name)
    assert netviz.inspect(path) == netviz.inspect(model)


@pytest.mark.parametrize("name", [name for name in MODELS if name not in UNLOADABLE | LOADED_OTHERWISE])
def test_loading_gives_the_live_model(name: str, saved_zoo: Saved) -> None:
    path, model = saved_zoo(name)
    loaded = netviz.inspect(path, load=True)
    assert loaded == netviz.inspect(model)
    assert loaded.source.read == "loaded"


def test_lora_is_noted(saved_zoo: Saved) -> None:
    path, _ = saved_zoo("lora")
    assert "lora-merged" in {note.code for note in netviz.inspect(path).notes}


def test_a_model_that_keras_cannot_load_says_what_is_missing(tmp_path: Path) -> None:
    layer = {
        "class_name": "Mystery",
        "module": "nowhere",
        "registered_name": "nowhere>Mystery",
        "config": {"name": "m"},
    }
    layers = [{"class_name": "InputLayer", "module": "keras.layers", "config": {"batch_shape": [None, 4]}}, layer]
    document = {"class_name": "Sequential", "module": "keras", "config": {"name": "s", "layers": layers}}
    path = tmp_path / "m.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps(document))
        archive.writestr("metadata.json", json.dumps({"keras_version": keras.__version__}))
        archive.writestr("model.weights.h5", b"")
    with pytest.raises(netviz.NetvizError, match="Mystery") as caught:
        netviz.inspect(path, load=True)
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("name", UNBUILT)
def test_unbuilt_models_say_how_to_build_them(name: str) -> None:
    net = netviz.inspect(UNBUILT[name]())
    (note,) = [note for note in net.notes if note.code == "unbuilt"]
    assert "model.build(" in note.message
    assert net.parameters.total == 0
    assert str(net)


@pytest.mark.parametrize("name", SUBCLASSED_LIVE)
def test_live_subclassed_models_are_traced(name: str) -> None:
    model = SUBCLASSED_LIVE[name].build()
    before = {layer.name: len(layer._inbound_nodes) for layer in model.layers}
    result = model(*SUBCLASSED_LIVE[name].args())
    net = netviz.inspect(model)
    assert {layer.name: len(layer._inbound_nodes) for layer in model.layers} == before
    assert [layer.name for layer in net.layers][: len(model.layers)] == [layer.name for layer in model.layers]
    assert net.parameters.total == model.count_params()
    if name == "two_inputs":  # Keras keeps the shape of the first argument only
        assert [note.code for note in net.notes] == ["calls-unknown"]
        return
    assert net.notes == ()
    assert all(layer.calls for layer in net.layers)
    given = [tuple(array.shape)[1:] for array in keras.tree.flatten(result)]
    assert [end.shape[1:] for end in net.outputs if end.shape] == given


@pytest.mark.parametrize("name", sorted(SUBCLASSED))
def test_subclassed_models_keep_their_weights(name: str, saved_zoo: Saved) -> None:
    path, model = saved_zoo(name)
    static, live = netviz.inspect(path), netviz.inspect(model)
    assert static.parameters == live.parameters
    assert [note.code for note in static.notes] == ["subclassed"]
    stored = sorted((str(w.tensor), w.tensor.size) for w in static.model.root.all_weights)
    assert stored == sorted((str(w.tensor), w.tensor.size) for w in live.model.root.all_weights)
    assert [(layer.name, layer.class_name, layer.parameters.total) for layer in live.layers[: len(model.layers)]] == [
        (layer.name, type(layer).__name__, layer.count_params()) for layer in model.layers
    ]
    assert live.layers[0].calls


def test_the_calls_of_a_sequential_under_another_name_are_told_apart(tmp_path: Path) -> None:
    """Its calls are counted from 0 as those of any Sequential, though its class does not tell."""
    x = keras.Input((4,), name="x")
    chain = Chain([keras.Input((4,)), keras.layers.Dense(4)], name="chain")
    first = chain(x)
    model = keras.Model(x, [chain(first), first], name="m")
    model.save(tmp_path / "m.keras")
    net = netviz.inspect(tmp_path / "m.keras")
    assert net == netviz.inspect(model)
    sources = [net.model.graph.calls[end.source.call] for end in net.outputs if end.source]
    assert [call.inputs[0].source for call in sources] == [end.source for end in (net.outputs[1], net.inputs[0])]


def test_scores_of_attention_are_what_a_call_returns(saved_zoo: Saved) -> None:
    path, model = saved_zoo("attentions")
    net = netviz.inspect(path)
    batch = [keras.ops.zeros((2, *end.shape[1:])) for end in net.inputs if end.shape]
    outputs = keras.tree.flatten(model(batch))
    for end, output in zip(net.outputs, outputs, strict=True):
        assert end.shape is not None
        assert all(axis in (None, size) for axis, size in zip(end.shape, output.shape, strict=True)), end.name


def test_third_party_models_equal_what_keras_loads(im2deep_models: list[Path]) -> None:
    for path in im2deep_models:
        assert differences(netviz.inspect(path), describe(keras.saving.load_model(path))) == []


FAMILIES = {
    "ConvNeXt": "ConvNeXtTiny",
    "DenseNet": "DenseNet121",
    "EfficientNetB": "EfficientNetB0",
    "EfficientNetV2": "EfficientNetV2B0",
    "InceptionResNetV2": "InceptionResNetV2",
    "InceptionV3": "InceptionV3",
    "MobileNet": "MobileNet",
    "MobileNetV2": "MobileNetV2",
    "MobileNetV3": "MobileNetV3Small",
    "NASNet": "NASNetMobile",
    "ResNet": "ResNet50",
    "ResNetV2": "ResNet50V2",
    "VGG": "VGG16",
    "Xception": "Xception",
}
"""Of every family in keras.applications the member that is quickest to make."""

APPLICATIONS = [name for name in dir(keras.applications) if re.match("[A-Z]", name)]


def test_every_application_belongs_to_a_family() -> None:
    assert len(APPLICATIONS) >= 40
    assert [name for name in APPLICATIONS if not any(name.startswith(family) for family in FAMILIES)] == []


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name in FAMILIES.values() else pytest.mark.all_models) for name in APPLICATIONS],
)
def test_applications(name: str, tmp_path: Path) -> None:
    keras.utils.clear_session()
    model = getattr(keras.applications, name)(weights=None)
    path = tmp_path / f"{name}.keras"
    model.save(path)
    net = netviz.inspect(path)
    try:
        assert differences(net, describe(model)) == []
        assert net == netviz.inspect(model)
        assert net.notes == ()
        assert all(None not in (t.shape, t.dtype) for layer in net.walk() for c in layer.calls for t in c.outputs)
    finally:
        path.unlink()  # up to 1.4 GB each
