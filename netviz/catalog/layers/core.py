"""keras.layers core: inputs, dense layers, embeddings, and what only passes things on."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from netviz.catalog.kinds import Arguments, LayerKind, WeightSpec
from netviz.catalog.outputs import dtype_cast, first_tensor, given, of_shape, subjects, unchanged
from netviz.catalog.settings import flag, integer, lengths, text
from netviz.catalog.stored import BIAS, KERNEL, Variable, numbered
from netviz.model import Config, Shape

QUANTIZED_DENSE: Mapping[str, tuple[str, ...]] = {
    "int8": ("kernel", "bias", "kernel_scale"),
    "int4": ("kernel", "bias", "kernel_scale", "kernel_zero", "g_idx"),
    "float8": (
        "kernel", "bias", "inputs_scale", "inputs_amax_history", "kernel_scale", "kernel_amax_history",
        "outputs_grad_scale", "outputs_grad_amax_history",
    ),
    "gptq": ("bias", "quantized_kernel", "kernel_scale", "kernel_zero", "g_idx"),
    "awq": ("bias", "quantized_kernel", "kernel_scale", "kernel_zero", "awq_scales", "g_idx"),
}  # fmt: skip
"""What a quantised Dense or EinsumDense stores. Source: its `variable_serialization_spec`."""

QUANTIZED_EMBEDDING: Mapping[str, tuple[str, ...]] = {
    "int8": ("embeddings", "embeddings_scale"),
    "int4": ("embeddings", "embeddings_scale", "embeddings_zero", "g_idx"),
}
QUANTIZED_UNTIED: Mapping[str, tuple[str, ...]] = {
    "int8": (*QUANTIZED_EMBEDDING["int8"], "reverse_embeddings", "reverse_embeddings_scale"),
    "int4": (
        *QUANTIZED_EMBEDDING["int4"],
        "reverse_embeddings",
        "reverse_embeddings_scale",
        "reverse_embeddings_zero",
    ),
}

BLOCKWISE = frozenset({"kernel_zero", "embeddings_zero", "reverse_embeddings_zero", "g_idx"})
"""Variables that an int4 layer has only where its scales are per block, not per channel."""


def quantization(config: Config) -> tuple[str | None, int]:
    """The mode ("int8", "int4", ...) and block size of a quantised layer; (None, -1) for any other.

    Source: keras.dtype_policies.QuantizedDTypePolicy: `mode` is "int8", "int4/128", "gptq/4/128", ...
    """
    dtype = config.get("dtype")
    policy = dtype.get("config") if isinstance(dtype, Mapping) else None
    mode = policy.get("mode") if isinstance(policy, Mapping) else None
    if not isinstance(mode, str):
        return None, -1
    match = re.fullmatch(r"int4/([0-9]{1,9})", mode)
    return mode.partition("/")[0], int(match[1]) if match else -1


def quantizable(
    *plain: Variable, quantized: Mapping[str, tuple[str, ...]]
) -> Callable[[Config], tuple[WeightSpec, ...]]:
    """A `weights` rule: the plain variables, or those that `quantized` lists for the layer's mode.

    Of the quantised variables only the bias is trained, but under float8 all are.
    """

    def weights(config: Config) -> tuple[WeightSpec, ...]:
        mode, block = quantization(config)
        if mode is None:
            return numbered((row.name, True) for row in plain if row.when(config))
        absent = {row.name for row in plain if not row.when(config)}
        if mode == "int4" and block <= 0:
            absent |= BLOCKWISE
        names = [name for name in quantized.get(mode, ()) if name not in absent]
        return numbered((name, mode == "float8" or name == "bias") for name in names)

    return weights


def dense_output(config: Config, shape: Shape) -> Shape:
    """The last axis becomes `units`."""
    return (*shape[:-1], integer(config, "units"))


def einsum_output(config: Config, shape: Shape) -> Shape:
    """The axes that the equation and `output_shape` name, the elided ones taken from the input.

    Source: keras.layers.EinsumDense._analyze_split_string.
    """
    match = re.fullmatch(
        r"(?P<left>\.\.\.)?([a-zA-Z]+)(?P<right>\.\.\.)?,([a-zA-Z]+)->(?:\.\.\.)?([a-zA-Z]+)(?:\.\.\.)?",
        text(config, "equation", "").replace(" ", ""),
    )
    if match is None:
        raise ValueError("not an equation that EinsumDense takes")
    value = config.get("output_shape")
    own = (integer(config, "output_shape"),) if isinstance(value, int) else lengths(value)
    elided = len(shape) - len(match[2])
    if elided > 0 and match["left"]:
        return (shape[0], *shape[1:elided], *own)
    if elided > 0:
        return (shape[0], *own, *shape[len(shape) - elided :])
    return (shape[0], *own)


def input_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """The shape that the layer states: `batch_shape` in Keras 3, `batch_input_shape` before."""
    stated = config.get("batch_shape", config.get("batch_input_shape"))
    return (None if stated is None else lengths(stated),)


def embedding_output(config: Config, shape: Shape) -> Shape:
    """One more axis, of length `output_dim`."""
    return (*shape, integer(config, "output_dim"))


def reversible_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """As an embedding, or with `reverse` the last axis becomes the vocabulary."""
    shape = first_tensor(arguments).shape
    if shape is None:
        return (None,)
    if given(arguments, 1, "reverse"):
        return ((*shape[:-1], integer(config, "input_dim")),)
    return (embedding_output(config, shape),)


EMBEDDING = quantizable(Variable("embeddings"), quantized=QUANTIZED_EMBEDDING)
UNTIED = quantizable(Variable("embeddings"), Variable("reverse_embeddings"), quantized=QUANTIZED_UNTIED)


def reversible_weights(config: Config) -> tuple[WeightSpec, ...]:
    """The table, and apart from it the one for the way back unless both are tied."""
    return EMBEDDING(config) if flag(config, "tie_weights", True) else UNTIED(config)


def identity_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """Every shape that goes in."""
    return tuple(tensor.shape for tensor in subjects(arguments))


@of_shape
def lambda_output(config: Config, shape: Shape) -> Shape:
    """The output shape that the config states without its batch axis; LookupError where it is left to the code.

    Source: keras.layers.Lambda.compute_output_shape.
    """
    stated = config["output_shape"]
    if not isinstance(stated, list):
        raise TypeError("the output shape is code, too, or several")
    return (shape[0], *lengths(stated))


KINDS = (
    LayerKind("InputLayer", "input-output", input_output),
    LayerKind("Dense", "dense", of_shape(dense_output), quantizable(KERNEL, BIAS, quantized=QUANTIZED_DENSE)),
    LayerKind(
        "EinsumDense",
        "dense",
        of_shape(einsum_output),
        quantizable(
            KERNEL, Variable("bias", lambda config: config.get("bias_axes") is not None), quantized=QUANTIZED_DENSE
        ),
    ),
    LayerKind("Embedding", "dense", of_shape(embedding_output), EMBEDDING),
    LayerKind("ReversibleEmbedding", "dense", reversible_output, reversible_weights),
    LayerKind("Masking", "preprocessing", unchanged),
    LayerKind("Identity", "unknown", identity_output, dtype=dtype_cast),
    LayerKind("Lambda", "unknown", lambda_output),
)
