"""What is quantised how: the shares against the model's own totals and what Keras says of the layers."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import keras
import pytest
from keras import layers

import netviz
from netviz.analysis.formula import parameter_formula
from netviz.analysis.quantization import adapted, quantization
from netviz.analysis.summary import build_summary
from tests.models import quantized

MIXED = {"first": "int8", "second": "int4_channel", "third": "int4_blocks", "fourth": "float8"}


@cache
def mixed() -> keras.Model:
    """A layer in each of several modes, one of them shared, and one that is not quantised."""
    x = y = keras.Input((8,), name="x")
    for name in MIXED:
        layer = layers.Dense(8, name=name)
        y = layer(y)
    y = layer(y)
    model = keras.Model(x, layers.Dense(3, name="plain")(y), name="mixed")
    for name, mode in MIXED.items():
        model.get_layer(name).quantize(config=quantized.MODES[mode]())
    return model


MODELS: dict[str, Any] = {
    "mixed": mixed,
    "attention": lambda: quantized.quantised("attention", "int4_blocks"),
    "tables": lambda: quantized.quantised("tables", "int8"),
    "gptq": lambda: quantized.dense("gptq/4/4_from_float32"),
    "awq": lambda: quantized.dense("awq/4/-1_from_float32"),
}


@pytest.mark.parametrize("name", MODELS)
def test_shares_add_up_to_the_model(name: str) -> None:
    net = netviz.inspect(MODELS[name]())
    shares = quantization(net.model)
    assert sum(share.parameters for share in shares) == net.parameters.total
    assert sum(share.bytes for share in shares) == net.parameters.bytes
    assert sum(share.variables for share in shares) == len(net.model.root.all_weights)
    assert [share.mode for share in shares if share.mode is None] == [None] * (shares[-1].mode is None)


def test_each_mode_has_the_layers_that_keras_says() -> None:
    model = mixed()
    shares = {share.mode: share for share in quantization(netviz.inspect(model).model)}
    said: dict[str | None, list[str]] = {}
    for layer in model.layers[1:]:
        name, found, _ = layer.dtype_policy.name.partition("_from_")
        said.setdefault(name if found else None, []).append(layer.name)
    assert {mode: list(share.layers) for mode, share in shares.items()} == said
    assert {mode: share.scales for mode, share in shares.items()} == {
        "int8": "channel", "int4/-1": "channel", "int4/4": "4 values", "float8": "tensor", None: "",
    }  # fmt: skip


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "mixed_float16"])
def test_unquantised_is_what_the_model_took_before(dtype: str) -> None:
    keras.config.set_dtype_policy(dtype)
    try:
        model = quantized.dense(dtype)
    finally:
        keras.config.set_dtype_policy("float32")
    before = netviz.inspect(model).parameters.bytes
    model.quantize(config=quantized.MODES["int4_blocks"]())
    assert sum(share.unquantized for share in quantization(netviz.inspect(model).model)) == before


def test_nothing_is_said_of_a_model_that_is_not_quantised() -> None:
    net = netviz.inspect(quantized.dense())
    assert quantization(net.model) == ()
    document = net.summary().data
    assert isinstance(document, dict)
    assert not {"quantization", "lora"} & set(document)
    tables = {table.name for table in build_summary(net.model, weights=True).tables}
    assert not {"quantization", "lora"} & tables
    (weights,) = [table for table in build_summary(net.model, weights=True).tables if table.name == "weights"]
    assert "stored" not in [column.key for column in weights.columns]


def test_document_and_summary_say_it() -> None:
    net = netviz.inspect(mixed())
    document = json.loads(net.summary().to("json"))
    assert [share["mode"] for share in document["quantization"]] == ["int8", "int4/-1", "int4/4", "float8", None]
    held = {weight["name"]: weight for weight in document["layers"][2]["weights"]}
    assert held["kernel"]["shape"] == [8, 8]
    assert held["kernel"]["dtype"] == "int4"
    assert held["kernel"]["stored"] == {"shape": [8, 4], "dtype": "int8", "bytes": 32}
    assert "stored" not in held["bias"]
    text = str(net.summary())
    assert all(mode in text for mode in ("int8", "int4/-1", "int4/4", "float8", "not quantised"))
    assert "(8, 4)" in str(net["second"].summary())


@pytest.mark.parametrize("mode", [None, "int4_blocks"])
def test_lora_is_listed(mode: str | None, tmp_path: Any) -> None:
    model, layers_ = quantized.adapted(mode)
    path = tmp_path / "m.keras"
    model.save(path)
    for net, merged in ((netviz.inspect(model), False), (netviz.inspect(path), True)):
        found = adapted(net.model)
        assert [(one.path, one.rank, one.alpha) for one in found] == [
            (layer.name, layer.lora_rank, layer.lora_alpha) for layer in layers_
        ]
        assert {one.merged for one in found} == {merged}
        document = json.loads(net.summary().to("json"))
        assert [one["path"] for one in document["lora"]] == [layer.name for layer in layers_]
        assert "LoRA" in str(net.summary())


@pytest.mark.parametrize("name", MODELS)
def test_formulas_hold_for_packed_values(name: str) -> None:
    """The arithmetic gives the total that is shown, which counts values and not bytes."""
    for layer in netviz.inspect(MODELS[name]()).walk():
        formula = parameter_formula(layer.subject.layer)
        assert formula is not None
        assert eval(formula.replace("·", "*").replace(",", "") or "0", {"__builtins__": {}}) == layer.parameters.total
