"""What layers do, in words, and numbers as a worked line has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

Array = NDArray[Any]

PRODUCTS = 6
"""Products that are written out of a sum."""
FIRST = 6
"""Numbers that are shown of an array."""

PASSES = "passes on what it gets when the model predicts; it only works in training"

WORDS: Mapping[str, str] = {
    "InputLayer": "enters",
    **dict.fromkeys(
        ("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "GaussianNoise", "GaussianDropout",
         "AlphaDropout", "ActivityRegularization", "RandomFlip", "RandomRotation", "RandomZoom"),
        PASSES,
    ),
    **dict.fromkeys(("Flatten", "Reshape"), "the same numbers in another shape"),
    "Permute": "the same numbers, axes swapped",
    "Concatenate": "one after the other",
    **dict.fromkeys(("MaxPooling1D", "MaxPooling2D", "MaxPooling3D"), "the largest of each window"),
    **dict.fromkeys(("AveragePooling1D", "AveragePooling2D", "AveragePooling3D"), "the mean of each window"),
    **dict.fromkeys(("UpSampling1D", "UpSampling2D", "UpSampling3D"), "each place becomes several"),
    **dict.fromkeys(("ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D"), "zeros around"),
    **dict.fromkeys(("Cropping1D", "Cropping2D", "Cropping3D"), "the margins cut off"),
    "DepthwiseConv2D": "each channel with kernels of its own",
    "SeparableConv2D": "each channel with kernels of its own, then all channels mixed",
    "Conv2DTranspose": "each place spreads over a window",
    **dict.fromkeys(("LSTM", "GRU", "SimpleRNN", "RNN"), "step by step, each with what it remembers of those before"),
    "Bidirectional": "forwards and backwards",
    "TimeDistributed": "each step by itself",
    "MultiHeadAttention": "each place takes from all others as much as its scores say",
    "LayerNormalization": "each place brought to mean 0 and deviation 1, then scaled",
    "Rescaling": "x · scale + offset",
}  # fmt: skip
"""What a class does, in words."""


def products(x: Array, weights: Array, bias: float | None) -> str:
    """A sum of products: "4 · 2 + 1", "0.5 · 1.2 + 0.3 · (-0.4) + … + 0.1"."""
    pairs = list(zip(x[:PRODUCTS], weights[:PRODUCTS], strict=False))
    terms = [f"{_factor(a) if place else plain(a)} · {_factor(b)}" for place, (a, b) in enumerate(pairs)]
    if len(x) > PRODUCTS:
        terms.append(f"… ({len(x) - PRODUCTS:,} more)")
    text = " + ".join(terms)
    if bias is None:
        return text
    return f"{text} - {plain(-bias)}" if bias < 0 else f"{text} + {plain(bias)}"


def _factor(value: Any) -> str:
    return f"({plain(value)})" if value < 0 else plain(value)


def plain(value: Any) -> str:
    """A number with four significant digits: "9", "0.1235"; what rounding leaves of a whole number is left out."""
    if isinstance(value, str | bytes):
        return repr(str(value))
    return f"{float(value):.4g}".replace("e+0", "e").replace("e-0", "e-").replace("nan", "NaN")


def first_numbers(values: Array) -> str:
    """The first numbers of an array."""
    flat = values.reshape(-1)
    text = ", ".join(plain(value) for value in flat[:FIRST])
    return f"{text}, … ({flat.size:,} numbers)" if flat.size > FIRST else text
