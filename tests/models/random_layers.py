"""The layers that random models are made of: a row per class, with the tensors it fits and how its settings are drawn.

Every layer drawn for a tensor is one that Keras takes: conditions on the tensor's shape stand in the rows, so that no
draw has to be thrown away.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import permutations
from math import prod
from typing import Any

import keras
from hypothesis import strategies as st
from keras import layers

from tests.models.random_draws import ACTIVATIONS, Draws
from tests.models.random_recurrent import bidirectional, cells, recurrent

Fits = Callable[[Any], bool]

LONGEST = 16
"""Axes that are longer are not made longer still."""


@dataclass(frozen=True)
class Row:
    """One class: which tensors it can be called on, and a layer of it with settings drawn."""

    name: str
    fits: Fits
    make: Callable[[Draws, Any], Any]


def ndim(*counts: int) -> Fits:
    """Floating tensors with so many axes, the batch included, whose last axis is known."""
    return lambda x: floating(x) and x.ndim in counts and x.shape[-1] is not None


def floating(x: Any) -> bool:
    return "float" in str(x.dtype)


def features(x: Any) -> bool:
    """A floating tensor with a last axis of known length."""
    return floating(x) and x.ndim > 1 and x.shape[-1] is not None


def whole(x: Any) -> bool:
    """A floating tensor of which all axes but the batch are known."""
    return features(x) and None not in x.shape[1:]


def short(x: Any) -> bool:
    return all(size is None or size <= LONGEST for size in x.shape[1:])


def both(*conditions: Fits) -> Fits:
    return lambda x: all(condition(x) for condition in conditions)


def rank_of(x: Any) -> int:
    """How many axes lie between batch and channels."""
    return int(x.ndim) - 2


def layout(draws: Draws, x: Any) -> dict[str, Any]:
    """`data_format`, channels first only where these are known."""
    known = x.shape[1] is not None and None not in x.shape[2:]
    return {"data_format": "channels_first"} if known and draws.seldom() else {}


def spatial(x: Any, settings: dict[str, Any]) -> tuple[int | None, ...]:
    """The lengths along which a window runs."""
    axes: tuple[int | None, ...] = tuple(x.shape)
    return axes[2:] if settings.get("data_format") == "channels_first" else axes[1:-1]


def channels(x: Any, settings: dict[str, Any]) -> int:
    return int(x.shape[1] if settings.get("data_format") == "channels_first" else x.shape[-1])


def window(draws: Draws, lengths: tuple[int | None, ...], largest: int = 3) -> int | tuple[int, ...]:
    """One size for all axes or one for each, none longer than its axis."""
    unknown = 1 if draws.cautious else largest
    limits = [unknown if length is None else max(1, min(largest, length)) for length in lengths]
    if draws.seldom():
        return tuple(draws.integer(1, limit) for limit in limits)
    return draws.integer(1, min(limits))


def steps(draws: Draws) -> dict[str, int]:
    """Strides or a dilation, of which Keras takes one only."""
    return draws.one_of({}, {"strides": 2}, {"dilation_rate": 2})


def convolution(draws: Draws, x: Any, kind: str) -> Any:
    settings = layout(draws, x)
    lengths = spatial(x, settings)
    settings |= steps(draws)
    settings["padding"] = draws.one_of("same", "valid")
    size = window(draws, lengths, 1 if settings["padding"] == "valid" and "dilation_rate" in settings else 3)
    if kind.startswith("Depthwise"):
        settings["depth_multiplier"] = 1 if channels(x, settings) > 4 else draws.integer(1, 2)
    else:
        settings["filters"] = draws.integer(1, 4)
        if kind == "Conv" and channels(x, settings) % 2 == 0 and draws.seldom():
            settings |= {"groups": 2, "filters": 2 * settings["filters"]}
    cls = getattr(layers, f"{kind}{len(lengths)}D")
    return cls(
        kernel_size=size, activation=draws.one_of(*ACTIVATIONS), use_bias=draws.likely(), **settings, **draws.common()
    )


def causal(draws: Draws, x: Any) -> Any:
    return layers.Conv1D(draws.size(), draws.integer(1, 3), padding="causal", **draws.common())


def transposed(draws: Draws, x: Any) -> Any:
    settings = layout(draws, x)
    lengths = spatial(x, settings)
    settings |= {"padding": draws.one_of("same", "valid"), "use_bias": draws.likely()}
    if draws.flag():
        settings["strides"] = 2
        # with 0 and "same", one element would become none
        settings["output_padding"] = draws.one_of(None, 1, 0 if settings["padding"] == "valid" else 1)
    cls = getattr(layers, f"Conv{len(lengths)}DTranspose")
    return cls(draws.integer(1, 4), draws.integer(2, 3), **settings, **draws.common())


def pooling(draws: Draws, x: Any, kind: str) -> Any:
    settings = layout(draws, x)
    lengths = spatial(x, settings)
    settings |= {"padding": draws.one_of("valid", "same"), "strides": draws.one_of(None, 1, 2)}
    size = window(draws, lengths)
    if len(lengths) == 1 and isinstance(size, tuple):
        (size,) = size
    return getattr(layers, f"{kind}Pooling{len(lengths)}D")(size, **settings, **draws.common())


def global_pooling(draws: Draws, x: Any, kind: str) -> Any:
    settings = layout(draws, x)
    cls = getattr(layers, f"Global{kind}Pooling{rank_of(x)}D")
    return cls(keepdims=draws.flag(), **settings, **draws.common())


def adaptive(draws: Draws, x: Any, kind: str) -> Any:
    return getattr(layers, f"Adaptive{kind}Pooling{rank_of(x)}D")(draws.integer(1, 3), **draws.common())


def zero_padding(draws: Draws, x: Any) -> Any:
    rank = rank_of(x)
    width = draws.one_of(1, (2,) * rank if rank > 1 else (1, 0), ((0, 1),) * rank if rank > 1 else 2)
    return getattr(layers, f"ZeroPadding{rank}D")(width, **draws.common())


def cropping(draws: Draws, x: Any) -> Any:
    rank = rank_of(x)
    return getattr(layers, f"Cropping{rank}D")(
        draws.one_of(1, ((0, 1),) * rank if rank > 1 else (1, 0)), **draws.common()
    )


def can_be_cropped(x: Any) -> bool:
    return all(size is not None and size > 2 for size in x.shape[1:-1])


def up_sampling(draws: Draws, x: Any) -> Any:
    rank = rank_of(x)
    size = draws.one_of(2, (1, 2, 1)[:rank]) if rank > 1 else 2
    return getattr(layers, f"UpSampling{rank}D")(size, **draws.common())


def dense(draws: Draws, x: Any) -> Any:
    settings: dict[str, Any] = {"activation": draws.activation(), "use_bias": draws.likely()}
    if draws.seldom():
        settings["kernel_regularizer"] = draws.one_of("l2", keras.regularizers.L1L2(0.5, 0.25))
        settings["bias_constraint"] = draws.one_of("non_neg", keras.constraints.MaxNorm(2.0))
        settings["kernel_initializer"] = draws.one_of("ones", keras.initializers.HeNormal(seed=3))
    return layers.Dense(draws.size(), **settings, **draws.common())


def einsum_dense(draws: Draws, x: Any) -> Any:
    size = draws.size()
    if x.ndim == 3 and x.shape[1] is not None and draws.flag():
        return layers.EinsumDense(
            "abc,cd->abd", (x.shape[1], size), bias_axes=draws.one_of("d", None), **draws.common()
        )
    return layers.EinsumDense("...x,xy->...y", size, bias_axes=draws.one_of("y", None), **draws.common())


def batch_normalization(draws: Draws, x: Any) -> Any:
    known = [axis for axis in range(1, x.ndim) if x.shape[axis] is not None]
    axis = draws.one_of(-1, *known)
    return layers.BatchNormalization(axis=axis, center=draws.likely(), scale=draws.likely(), **draws.common())


def layer_normalization(draws: Draws, x: Any) -> Any:
    known = [axis for axis in range(1, x.ndim) if x.shape[axis] is not None]
    axis = draws.one_of(-1, known)
    return layers.LayerNormalization(axis=axis, center=draws.likely(), scale=draws.likely(), **draws.common())


def group_normalization(draws: Draws, x: Any) -> Any:
    groups = draws.one_of(1, -1, x.shape[-1])
    return layers.GroupNormalization(groups, center=draws.likely(), scale=draws.likely(), **draws.common())


def prelu(draws: Draws, x: Any) -> Any:
    """All axes of unknown length are shared."""
    shared = [axis for axis in range(1, x.ndim) if x.shape[axis] is None]
    return layers.PReLU(shared_axes=shared or draws.one_of([], [1]) or None, **draws.common())


def reshape(draws: Draws, x: Any) -> Any:
    """Another way to split the same number of elements over one to four axes."""
    left = prod(x.shape[1:])
    target = []
    for _ in range(draws.integer(0, 3)):
        factor = draws.one_of(*(factor for factor in range(1, min(left, 8) + 1) if left % factor == 0))
        target.append(factor)
        left //= factor
    return layers.Reshape((*target, -1 if draws.flag() else left), **draws.common())


def permute(draws: Draws, x: Any) -> Any:
    return layers.Permute(draws.one_of(*permutations(range(1, x.ndim))), **draws.common())


def conv_lstm(draws: Draws, x: Any) -> Any:
    rank = x.ndim - 3
    size = window(draws, tuple(x.shape[2:-1]))
    settings = {"return_sequences": draws.flag(), "padding": draws.one_of("same", "valid")}
    common = draws.common(policies=())
    trainable = common.pop("trainable", True)
    layer = getattr(layers, f"ConvLSTM{rank}D")(draws.integer(1, 3), size, **settings, **common)
    layer.trainable = trainable  # not in the constructor, which leaves it to train what is in the cell
    return layer


def time_distributed(draws: Draws, x: Any) -> Any:
    step = keras.KerasTensor((x.shape[0], *x.shape[2:]), x.dtype)
    inner = draws.one_of(*(row for row in UNARY if row.name in TIMED and row.fits(step))).make(draws, step)
    if draws.seldom():
        inner = keras.Sequential([inner, layers.Activation("relu")])
    return layers.TimeDistributed(inner, **draws.common())


TIMED = (
    "Dense",
    "Bidirectional",
    "Conv",
    "DepthwiseConv",
    "Flatten",
    "LSTM",
    "GlobalAverage",
    "Dropout",
    "BatchNormalization",
)


def spectral(draws: Draws, x: Any) -> Any:
    inner = layers.Dense(draws.size()) if x.ndim != 4 else layers.Conv2D(draws.size(), 1)
    return layers.SpectralNormalization(inner, **draws.common(policies=()))


def spatial_dropout(draws: Draws, cls: Any) -> Any:
    """With a dtype of its own: of a policy that computes in another one, its config in Keras 3.15 does not tell."""
    return cls(0.25, name=draws.common().get("name"), dtype=draws.one_of("float32", "float16"))


def pipeline(draws: Draws, x: Any) -> Any:
    return layers.Pipeline([layers.Rescaling(0.5), layers.Dense(draws.size())], name=draws.common().get("name"))


def picture(draws: Draws, x: Any) -> Any:
    """Preprocessing and augmentation of images."""
    settings = {"name": draws.common().get("name")}
    size = (draws.integer(2, 8), draws.integer(2, 8))
    kind = draws.one_of("Resizing", "CenterCrop", "RandomFlip", "RandomRotation", "RandomContrast", "RandomCrop")
    if kind in ("Resizing", "CenterCrop", "RandomCrop"):
        return getattr(layers, kind)(*size, **settings)
    return layers.RandomFlip(**settings) if kind == "RandomFlip" else getattr(layers, kind)(0.25, **settings)


def discretization(draws: Draws, x: Any) -> Any:
    return layers.Discretization(bin_boundaries=[0.0, 0.5, 1.0], name=draws.common().get("name"))


def lookup(draws: Draws, x: Any) -> Any:
    return layers.IntegerLookup(vocabulary=[1, 2, 3], name=draws.common().get("name"))


def hashing(draws: Draws, x: Any) -> Any:
    return layers.Hashing(draws.integer(2, 9), name=draws.common().get("name"))


def embedding(draws: Draws, x: Any) -> Any:
    return layers.Embedding(draws.integer(2, 20), draws.size(), mask_zero=draws.flag(), **draws.common())


def category_encoding(draws: Draws, x: Any) -> Any:
    return layers.CategoryEncoding(draws.integer(2, 9), output_mode=draws.one_of("multi_hot", "one_hot"))


def normalization(draws: Draws, x: Any) -> Any:
    """With mean and variance in its config, or in variables of its own."""
    if draws.flag():
        return layers.Normalization(axis=None, mean=0.5, variance=2.0, **draws.common())
    return layers.Normalization(**draws.common(policies=()))


def tokens(x: Any) -> bool:
    return str(x.dtype).startswith("int")


IMAGE = ndim(4)
SERIES = ndim(3)
WINDOWED = ndim(3, 4, 5)


def small(x: Any) -> bool:
    """Flat, it still is no wide input for a Dense."""
    return whole(x) and prod(x.shape[1:]) <= 1024


UNARY: tuple[Row, ...] = (
    Row("Dense", features, dense),
    Row("Activation", floating, lambda d, x: layers.Activation(d.one_of(*ACTIVATIONS[1:]), **d.common())),
    Row("Dropout", floating, lambda d, x: layers.Dropout(0.25, **d.common())),
    Row("Conv", WINDOWED, lambda d, x: convolution(d, x, "Conv")),
    Row("Conv1D", SERIES, causal),
    Row("SeparableConv", ndim(3, 4), lambda d, x: convolution(d, x, "SeparableConv")),
    Row("DepthwiseConv", ndim(3, 4), lambda d, x: convolution(d, x, "DepthwiseConv")),
    Row("ConvTranspose", both(WINDOWED, short), transposed),
    Row("MaxPooling", WINDOWED, lambda d, x: pooling(d, x, "Max")),
    Row("AveragePooling", WINDOWED, lambda d, x: pooling(d, x, "Average")),
    Row("GlobalAverage", WINDOWED, lambda d, x: global_pooling(d, x, "Average")),
    Row("GlobalMax", WINDOWED, lambda d, x: global_pooling(d, x, "Max")),
    Row("AdaptiveAverage", WINDOWED, lambda d, x: adaptive(d, x, "Average")),
    Row("AdaptiveMax", WINDOWED, lambda d, x: adaptive(d, x, "Max")),
    Row("ZeroPadding", both(WINDOWED, short), zero_padding),
    Row("Cropping", both(WINDOWED, can_be_cropped), cropping),
    Row("UpSampling", both(WINDOWED, short, lambda x: max(s or 0 for s in x.shape[1:-1]) <= 8), up_sampling),
    Row("BatchNormalization", features, batch_normalization),
    Row("LayerNormalization", features, layer_normalization),
    Row("GroupNormalization", both(features, lambda x: x.ndim > 2), group_normalization),
    Row("UnitNormalization", features, lambda d, x: layers.UnitNormalization(**d.common())),
    Row("RMSNormalization", features, lambda d, x: layers.RMSNormalization(**d.common())),
    Row("Normalization", features, normalization),
    Row("EinsumDense", ndim(2, 3), einsum_dense),  # of more elided axes Keras says a wrong shape
    Row("SpectralNormalization", both(features, lambda x: x.ndim < 5), spectral),
    Row("PReLU", features, prelu),
    Row("LeakyReLU", floating, lambda d, x: layers.LeakyReLU(0.125, **d.common())),
    Row("ELU", floating, lambda d, x: layers.ELU(**d.common())),
    Row("ReLU", floating, lambda d, x: layers.ReLU(6.0, **d.common())),
    Row("Softmax", features, lambda d, x: layers.Softmax(**d.common())),
    Row("Identity", floating, lambda d, x: layers.Identity(**d.common())),
    Row("Rescaling", floating, lambda d, x: layers.Rescaling(0.5, 1.0, **d.common())),
    Row("GaussianNoise", floating, lambda d, x: layers.GaussianNoise(0.1, **d.common())),
    Row("SpatialDropout1D", SERIES, lambda d, x: spatial_dropout(d, layers.SpatialDropout1D)),
    Row("SpatialDropout2D", IMAGE, lambda d, x: spatial_dropout(d, layers.SpatialDropout2D)),
    Row("ActivityRegularization", floating, lambda d, x: layers.ActivityRegularization(l2=0.01, **d.common())),
    Row("Flatten", both(small, lambda x: x.ndim > 2), lambda d, x: layers.Flatten(**d.common())),
    Row("Reshape", small, reshape),
    Row("Permute", both(features, lambda x: x.ndim > 2), permute),
    Row("RepeatVector", ndim(2), lambda d, x: layers.RepeatVector(d.integer(1, 6), **d.common())),
    Row("LSTM", SERIES, lambda d, x: recurrent(d, x, "LSTM")),
    Row("GRU", SERIES, lambda d, x: recurrent(d, x, "GRU")),
    Row("SimpleRNN", SERIES, lambda d, x: recurrent(d, x, "SimpleRNN")),
    Row("RNN", SERIES, cells),
    Row("Bidirectional", SERIES, bidirectional),
    Row("Masking", SERIES, lambda d, x: layers.Masking(0.0, **d.common())),
    Row("TimeDistributed", both(ndim(3, 4, 5), lambda x: x.shape[2] is not None), time_distributed),
    Row("ConvLSTM", both(ndim(4, 5), whole), conv_lstm),
    Row("Pipeline", both(features, lambda x: not x.sparse), pipeline),  # Keras takes what x * 0.5 gives for sparse
    Row("Resizing", lambda x: IMAGE(x) and whole(x), picture),
    Row("Discretization", floating, discretization),
    Row("IntegerLookup", tokens, lookup),
    Row("Hashing", tokens, hashing),
    Row("Embedding", lambda x: tokens(x) and x.ndim < 4, embedding),
    Row("CategoryEncoding", lambda x: tokens(x) and x.ndim == 2 and None not in x.shape[1:], category_encoding),
)  # fmt: skip


def unary(draws: Draws, x: Any) -> Any:
    """A layer that takes the tensor and gives one."""
    return draws.draw(st.sampled_from([row for row in UNARY if row.fits(x)])).make(draws, x)
