"""Models in every mode that Keras can quantise to, of every class that it can; the odd lengths are on purpose."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import keras
from keras import layers
from keras.dtype_policies import DTypePolicyMap
from keras.quantizers import Int4QuantizationConfig, Int8QuantizationConfig

Make = Callable[[], Any]

MODES: dict[str, Make] = {
    "int8": lambda: Int8QuantizationConfig(),
    "int4_channel": lambda: Int4QuantizationConfig(block_size=None),
    "int4_blocks": lambda: Int4QuantizationConfig(block_size=4),
    "int4": lambda: Int4QuantizationConfig(),
    "float8": lambda: keras.quantizers.Float8QuantizationConfig(),
}
"""The settings that `model.quantize(config=…)` takes."""

POLICIES = {
    "int8": "int8_from_float32",
    "int4_channel": "int4/-1_from_float32",
    "int4_blocks": "int4/4_from_float32",
    "float8": "float8_from_mixed_bfloat16",
    "gptq4": "gptq/4/4_from_float32",
    "gptq3": "gptq/3/-1_from_float32",
    "awq": "awq/4/4_from_float32",
}
"""The policies that a layer can be made with."""


def dense(dtype: Any = "float32") -> keras.Model:
    """Dense layers: with and without bias, inside a wrapper and a nested model; EinsumDense of several forms."""
    inner = keras.Sequential([keras.Input((3, 9)), layers.Dense(5, name="deep", dtype=dtype)], name="nested")
    x = keras.Input((3, 7), name="x")
    y = layers.Dense(8, name="even", dtype=dtype)(x)
    y = layers.Dense(7, use_bias=False, name="bare", dtype=dtype)(y)
    y = layers.EinsumDense("abc,cde->abde", (None, 3, 5), bias_axes="de", name="heads", dtype=dtype)(y)
    y = layers.EinsumDense("abcd,cde->abe", (None, 9), bias_axes="e", name="merge", dtype=dtype)(y)
    y = layers.EinsumDense("abc,dc->abd", (None, 9), name="turned", dtype=dtype)(y)
    y = layers.TimeDistributed(layers.Dense(9, name="inside", dtype=dtype), name="each")(y)
    return keras.Model(x, inner(y), name="dense")


def tables() -> keras.Model:
    """Embeddings, tied and untied."""
    x = keras.Input((3,), dtype="int32", name="x")
    tied, untied = (
        layers.ReversibleEmbedding(6, 7, name="tied"),
        layers.ReversibleEmbedding(6, 7, tie_weights=False, name="untied"),
    )
    y = layers.Add(name="add")([layers.Embedding(6, 7, name="embedding")(x), tied(x), untied(x)])
    return keras.Model(x, [tied(y, reverse=True), untied(y, reverse=True)], name="tables")


def attention(dtype: Any = "float32") -> keras.Model:
    """Attention, whose layer makes dense ones: values of another width than keys, gates, an output of its own shape."""
    x, memory = keras.Input((3, 12), name="x"), keras.Input((5, 12), name="memory")
    y = layers.MultiHeadAttention(2, 3, value_dim=5, name="attention", dtype=dtype)(x, memory)
    y = layers.MultiHeadAttention(3, 2, use_bias=False, use_gate=True, name="gated", dtype=dtype)(y, y)
    y = layers.MultiHeadAttention(2, 3, output_shape=7, name="narrow", dtype=dtype)(y, y)
    return keras.Model([x, memory], layers.Dense(5, name="dense", dtype=dtype)(y), name="attention_model")


def grouped(dtype: Any = "float32") -> keras.Model:
    """Attention of groups of heads."""
    x, memory = keras.Input((3, 7), name="x"), keras.Input((5, 7), name="memory")
    y = layers.GroupQueryAttention(3, 4, 2, name="attention", dtype=dtype)(x, memory)
    y = layers.GroupQueryAttention(3, 2, 1, use_bias=False, use_gate=True, name="gated", dtype=dtype)(y, y)
    return keras.Model([x, memory], y, name="grouped")


def mapped(own: dict[str, str], default: str) -> keras.Model:
    """An attention layer whose parts have policies of their own."""
    by_path = {f"attention/{part}": keras.dtype_policies.get(policy) for part, policy in own.items()}
    policy = DTypePolicyMap(default, by_path)
    x = keras.Input((3, 8), name="x")
    return keras.Model(x, layers.MultiHeadAttention(2, 3, name="attention", dtype=policy)(x, x), name="mapped")


def adapted(mode: str | None) -> tuple[keras.Model, list[Any]]:
    """A model with LoRA in four layers, quantised before; and the layers."""
    x = keras.Input((3,), dtype="int32", name="x")
    found = [
        layers.Embedding(6, 7, name="embedding"),
        layers.EinsumDense("abc,cde->abde", (None, 3, 5), bias_axes="de", name="heads"),
        layers.Dense(5, name="dense"),
        layers.Dense(4, use_bias=False, name="bare"),
    ]
    y = x
    for layer in found:
        y = layer(y)
    model = keras.Model(x, y, name="adapted")
    if mode:
        model.quantize(config=MODES[mode]())
    for layer in found:
        layer.enable_lora(2, lora_alpha=3)
        for variable in layer.trainable_variables:
            variable.assign(keras.random.normal(variable.shape, seed=1))
    return model, found


@cache
def quantised(name: str, mode: str) -> keras.Model:
    """One of the models, quantised; made once, which takes seconds, so it is not to be changed."""
    model = BUILDERS[name]()
    model.quantize(config=MODES[mode]())
    return model


BUILDERS: dict[str, Callable[[], keras.Model]] = {
    "dense": dense, "tables": tables, "attention": attention, "grouped": grouped,
}  # fmt: skip
