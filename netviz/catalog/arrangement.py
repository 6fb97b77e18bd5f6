"""How the values of a variable are arranged: what each axis runs over, and which parts of it are gates.

By class and name of the variable, as data; what is not here is taken for what its shape says. Names for axes:

    window     a place in the window of a convolution, one axis for each direction
    input      a channel or feature that comes in
    output     a filter, unit or feature that goes out
    multiplier an output of one channel alone
    gate       units, gate by gate (see `GATES`)
    head       a head of attention
    entry      a row of a table that is looked up
    bias       the biases of the input and of the state, where there are two
    channel    what a normalisation or an activation has a value for
"""

from __future__ import annotations

from collections.abc import Mapping

from netviz.catalog.keras_1 import MODULE as KERAS_1

Axes = tuple[str, ...]

_LSTM: Mapping[str, str] = {"i": "input gate", "f": "forget gate", "c": "cell", "o": "output gate"}
_GRU: Mapping[str, str] = {"z": "update gate", "r": "reset gate", "h": "candidate"}

GATES: Mapping[str, Mapping[str, str]] = {
    **dict.fromkeys(("LSTM", "LSTMCell", "CuDNNLSTM", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"), _LSTM),
    **dict.fromkeys(("GRU", "GRUCell", "CuDNNGRU"), _GRU),
}
"""By class the gates of its kernels, in the order of their columns: letter and name. Source: `call` of
keras.layers.LSTMCell, GRUCell and ConvLSTMCell, which split what the kernels give in this order."""

BIASES = ("input", "recurrent")
"""The rows of a GRU's bias with `reset_after`, and of the biases of CuDNN."""

WINDOW = "window"

_CELL: Mapping[str, Axes] = {"kernel": ("input", "gate"), "recurrent_kernel": ("output", "gate"), "bias": ("gate",)}
_DENSE: Mapping[str, Axes] = {"kernel": ("input", "output")}
_SIMPLE: Mapping[str, Axes] = {"kernel": ("input", "output"), "recurrent_kernel": ("output", "output")}
_HEADS: Mapping[str, Axes] = {
    **{f"{part}/kernel": ("input", "head", "output") for part in ("query", "key", "value", "gate")},
    **{f"{part}/bias": ("head", "output") for part in ("query", "key", "value", "gate")},
    "attention_output/kernel": ("head", "input", "output"),
}
_NORMALISED: Mapping[str, Axes] = dict.fromkeys(
    ("gamma", "beta", "moving_mean", "moving_variance", "scale", "mean", "variance"), ("channel",)
)


def _convolution(rank: int, *last: str) -> Axes:
    return (WINDOW,) * rank + last


ARRANGEMENTS: Mapping[str, Mapping[str, Axes]] = {
    "Dense": _DENSE,
    **{
        f"{name}{rank}D": {"kernel": _convolution(rank, "input", "output")}
        for name in ("Conv", "Convolution")
        for rank in (1, 2, 3)
    },
    **{
        f"{name}{rank}DTranspose": {"kernel": _convolution(rank, "output", "input")}
        for name in ("Conv", "Convolution")
        for rank in (1, 2, 3)
    },
    **{f"DepthwiseConv{rank}D": {"kernel": _convolution(rank, "input", "multiplier")} for rank in (1, 2)},
    **{
        f"{name}{rank}D": {
            "depthwise_kernel": _convolution(rank, "input", "multiplier"),
            "pointwise_kernel": _convolution(rank, "input", "output"),
        }
        for name in ("SeparableConv", "SeparableConvolution")
        for rank in (1, 2)
    },
    **dict.fromkeys(("LSTM", "LSTMCell", "GRU", "GRUCell", "CuDNNLSTM", "CuDNNGRU"), _CELL),
    **dict.fromkeys(("SimpleRNN", "SimpleRNNCell"), _SIMPLE),
    **{
        f"ConvLSTM{rank}D": {
            "kernel": _convolution(rank, "input", "gate"),
            "recurrent_kernel": _convolution(rank, "output", "gate"),
            "bias": ("gate",),
        }
        for rank in (1, 2, 3)
    },
    **dict.fromkeys(("MultiHeadAttention", "GroupQueryAttention", "GroupedQueryAttention"), _HEADS),
    "Embedding": {"embeddings": ("entry", "output")},
    "ReversibleEmbedding": {"embeddings": ("entry", "output"), "reverse_embeddings": ("output", "entry")},
    **dict.fromkeys(
        (
            "BatchNormalization", "SyncBatchNormalization", "LayerNormalization", "GroupNormalization",
            "RMSNormalization", "Normalization",
        ),
        _NORMALISED,
    ),
}  # fmt: skip
"""By class and variable. Source: the `build` of each class of keras.layers."""


def arrangement(class_name: str | None, module: str | None, variable: str, rank: int) -> Axes | None:
    """What each axis of a variable with that many runs over; None where that is not known.

    The two biases of a recurrent layer are an axis of their own. Convolutions of Keras 1 are left out, for those of
    channels first have another order; so is what has another number of axes than its class.
    """
    axes = ARRANGEMENTS.get(class_name or "", {}).get(variable)
    if axes is None or (module == KERAS_1 and WINDOW in axes):
        return None
    if axes == ("gate",) and rank == 2:
        return ("bias", "gate")
    return axes if len(axes) == rank else None
