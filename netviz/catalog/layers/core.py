"""keras.layers core: inputs, dense layers, embeddings, and what only passes things on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from netviz.catalog.costs import products as costs
from netviz.catalog.costs.forms import FILLED, FREE, each_taken, uncounted
from netviz.catalog.dtypes import compute_dtype
from netviz.catalog.kinds import Arguments, Expected, Held, LayerKind, WeightSpec
from netviz.catalog.outputs import (
    FLOATS,
    each_cast,
    each_unchanged,
    first_shape,
    first_tensor,
    given,
    of_shape,
    unchanged,
)
from netviz.catalog.quantization import DENSE, EMBEDDING, UNTIED, quantizable
from netviz.catalog.settings import flag, integer, lengths, text
from netviz.catalog.stored import BIAS, KERNEL, Variable
from netviz.model import Config, Shape


def features(arguments: Arguments) -> int | None:
    """The length of the last axis that goes in, None where it is not known."""
    shape = first_shape(arguments)
    return shape[-1] if shape else None


def dense_output(config: Config, shape: Shape) -> Shape:
    """The last axis becomes `units`."""
    return (*shape[:-1], integer(config, "units"))


def dense_shapes(config: Config, arguments: Arguments) -> Mapping[str, Expected]:
    """A kernel of features by units, a bias of units."""
    units = integer(config, "units")
    return {"kernel": Expected((features(arguments), units)), "bias": Expected((units,))}


def einsum_equation(config: Config) -> re.Match[str]:
    """The equation taken apart: letters of the input (2), of the kernel (4) and of the output (5), `left` elided."""
    match = re.fullmatch(
        r"(?P<left>\.\.\.)?([a-zA-Z]+)(?P<right>\.\.\.)?,([a-zA-Z]+)->(?:\.\.\.)?([a-zA-Z]+)(?:\.\.\.)?",
        text(config, "equation", "").replace(" ", ""),
    )
    if match is None:
        raise ValueError("not an equation that EinsumDense takes")
    return match


def einsum_shapes(config: Config, arguments: Arguments) -> Mapping[str, Expected]:
    """A kernel with the axes of the equation, summed over those that the output has not; a bias of `bias_axes`.

    Source: keras.layers.EinsumDense._analyze_split_string.
    """
    match = einsum_equation(config)
    taken, kernel, letters = match[2], match[4], match[5]
    shape = first_shape(arguments)
    shape = (None,) * len(taken) if shape is None else shape
    out = einsum_output(config, shape)
    elided = len(shape) - len(taken)
    before = elided if match["left"] else 0
    sizes = dict(zip(taken, shape[before:], strict=False))
    sizes.update(zip(letters, out[before:], strict=False))
    expected = {
        "kernel": Expected(
            tuple(sizes[letter] for letter in kernel),
            tuple(axis for axis, letter in enumerate(kernel) if letter not in letters),
        )
    }
    biased = config.get("bias_axes")
    if isinstance(biased, str) and biased:
        axes = letters[min(letters.index(letter) for letter in biased) :]
        own = tuple(sizes[letter] if letter in biased else 1 for letter in axes)
        expected["bias"] = Expected(own if match["left"] else own + (1,) * elided)
    return expected


def einsum_output(config: Config, shape: Shape) -> Shape:
    """The axes that the equation and `output_shape` name, the elided ones taken from the input.

    Source: keras.layers.EinsumDense._analyze_split_string.
    """
    match = einsum_equation(config)
    value = config.get("output_shape")
    own = (integer(config, "output_shape"),) if isinstance(value, int) else lengths(value)
    elided = len(shape) - len(match[2])
    if elided > 0 and match["left"]:
        return (shape[0], *shape[1:elided], *own)
    if elided > 0:
        return (shape[0], *own, *shape[len(shape) - elided :])
    return (shape[0], *own)


def einsum_computed(config: Config, shape: Shape) -> Shape:
    """The same, the axes that `output_shape` leaves open as long as those of the input with their letters."""
    match = einsum_equation(config)
    out = einsum_output(config, shape)
    before = len(shape) - len(match[2]) if match["left"] else 0
    sizes = dict(zip(match[2], shape[before:], strict=False))
    named = {before + place: sizes.get(letter) for place, letter in enumerate(match[5])}
    return tuple(named.get(place) if axis is None else axis for place, axis in enumerate(out))


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


def embedded_dtype(config: Config, arguments: Arguments) -> str | None:
    """The compute dtype; before Keras 2.3 `dtype` was that of the indices, and the vectors had Keras's own."""
    dtype = compute_dtype(config)
    return dtype if dtype in FLOATS else "float32"


def embedding_shapes(config: Config, arguments: Arguments) -> Mapping[str, Expected]:
    """A table of `input_dim` rows, and where it is not tied another for the way back."""
    rows, columns = integer(config, "input_dim"), integer(config, "output_dim")
    return {"embeddings": Expected((rows, columns)), "reverse_embeddings": Expected((columns, rows))}


TABLE = Variable("embeddings")
embedding_weights = quantizable(TABLE, forms=EMBEDDING)
untied_weights = quantizable(TABLE, Variable("reverse_embeddings"), forms=UNTIED)


def reversible_weights(config: Config, held: Held | None = None) -> tuple[WeightSpec, ...]:
    """The table, and apart from it the one for the way back unless both are tied."""
    return embedding_weights(config, held) if flag(config, "tie_weights", True) else untied_weights(config, held)


dense_weights = quantizable(KERNEL, BIAS, forms=DENSE)
einsum_weights = quantizable(KERNEL, Variable("bias", lambda config: config.get("bias_axes") is not None), forms=DENSE)


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
    LayerKind("InputLayer", "input-output", input_output, cost=FILLED),
    LayerKind("Dense", "dense", of_shape(dense_output), dense_weights, dense_weights, dense_shapes, cost=costs.DENSE),
    LayerKind(
        "EinsumDense",
        "dense",
        of_shape(einsum_output),
        einsum_weights,
        einsum_weights,
        einsum_shapes,
        cost=replace(costs.EINSUM_DENSE, output=of_shape(einsum_computed)),
    ),
    LayerKind(
        "Embedding",
        "dense",
        of_shape(embedding_output),
        embedding_weights,
        embedding_weights,
        embedding_shapes,
        dtype=embedded_dtype,
        cost=costs.EMBEDDING,
    ),
    LayerKind(
        "ReversibleEmbedding",
        "dense",
        reversible_output,
        reversible_weights,
        reversible_weights,
        embedding_shapes,
        cost=costs.REVERSIBLE,
    ),
    LayerKind("Masking", "preprocessing", unchanged, cost=each_taken(3)),
    LayerKind("Identity", "unknown", each_unchanged, dtype=each_cast, cost=FREE),
    LayerKind("Lambda", "unknown", lambda_output, cost=uncounted("What it computes is code, which is not run.", None)),
)
