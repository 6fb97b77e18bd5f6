"""The arguments that tell most about a layer, in the few characters that a card has room for: `3×3`, `/2`, `relu`.

A config that Keras would refuse tells nothing here; every setting can be had in full elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from netviz.model import Config

Telling: TypeAlias = Callable[[Config], Iterator[str]]


def activation_name(config: Config) -> str:
    """The name of the layer's activation: "relu", the class's where it is an object, "" where none is set."""
    value = config.get("activation", "")
    if isinstance(value, Mapping):
        inner = value.get("config")
        name = inner.get("name") if isinstance(inner, Mapping) else inner
        return name if isinstance(name, str) else str(value.get("class_name", ""))
    return value if isinstance(value, str) else ""


def telling_arguments(class_name: str | None, config: Config) -> tuple[str, ...]:
    """What stands behind the class's name on a card, in order; empty where nothing tells."""
    tell = TELLING.get(class_name or "", _activation)
    return tuple(text for text in tell(config) if text)


def _sizes(config: Config, *keys: str) -> tuple[object, ...]:
    """The numbers under the first of the keys that is set, one for all axes as one; () for what are no numbers."""
    for key in keys:
        value = config.get(key)
        values = tuple(value) if isinstance(value, list | tuple) else (value,)
        if values and all(isinstance(one, int | float) and not isinstance(one, bool) for one in values):
            return values
    return ()


def _product(values: tuple[object, ...]) -> str:
    return "×".join(str(value) for value in values)


def _one_or_all(values: tuple[object, ...]) -> str:
    return _product(values[:1] if len(set(map(str, values))) == 1 else values)


def _window(config: Config, *keys: str) -> str:
    """The size of a window over all its axes: one number for a square is not enough to tell 1D from 2D."""
    return _product(_sizes(config, *keys))


def _stride(config: Config) -> str:
    strides = _sizes(config, "strides", "stride", "subsample")
    return f"/{_one_or_all(strides)}" if strides and set(strides) != {1} else ""


def _activation(config: Config) -> Iterator[str]:
    name = activation_name(config)
    if name != "linear":
        yield name


def _convolution(config: Config) -> Iterator[str]:
    kernel = _window(config, "kernel_size", "filter_length")
    rows, columns = config.get("nb_row"), config.get("nb_col")
    yield kernel or (f"{rows}×{columns}" if isinstance(rows, int) and isinstance(columns, int) else "")
    yield _stride(config)
    dilation = _sizes(config, "dilation_rate", "atrous_rate")
    if dilation and set(dilation) != {1}:
        yield f"dilation {_one_or_all(dilation)}"
    groups = config.get("groups")
    if isinstance(groups, int) and groups > 1:
        yield f"groups {groups}"
    yield from _activation(config)


def _pooling(config: Config) -> Iterator[str]:
    window = _sizes(config, "pool_size", "pool_length")
    yield _product(window)
    strides = _sizes(config, "strides", "stride") or window
    yield f"/{_one_or_all(strides)}" if strides and set(strides) != {1} else ""


def _number(key: str, form: str = "{}") -> Telling:
    """Tells the number or text under a key."""

    def tell(config: Config) -> Iterator[str]:
        value = config.get(key)
        if isinstance(value, int | float | str) and not isinstance(value, bool):
            yield form.format(f"{value:.3g}" if isinstance(value, float) else value)

    return tell


def _recurrent(config: Config) -> Iterator[str]:
    if activation_name(config) not in ("tanh", ""):
        yield from _activation(config)
    if config.get("go_backwards") is True:
        yield "backwards"


def _attention(config: Config) -> Iterator[str]:
    heads = config.get("num_heads", config.get("num_query_heads"))
    if isinstance(heads, int):
        yield f"{heads} head{'s' if heads != 1 else ''}"


def _factors(config: Config) -> Iterator[str]:
    sizes = _sizes(config, "size", "length")
    if sizes:
        yield f"×{_one_or_all(sizes)}"


def _target(config: Config) -> Iterator[str]:
    height, width = config.get("height"), config.get("width")
    if isinstance(height, int) and isinstance(width, int):
        yield f"to {height}×{width}"


def _margins(config: Config) -> Iterator[str]:
    """Padding or cropping: one number where it is the same on all sides."""
    value = config.get("padding", config.get("cropping"))
    flat = [item for pair in value for item in (pair if isinstance(pair, list | tuple) else [pair])] if isinstance(
        value, list | tuple
    ) else [value]  # fmt: skip
    if all(isinstance(item, int) for item in flat):
        yield str(flat[0]) if len(set(flat)) == 1 else ",".join(map(str, flat))


_CONVOLUTIONS = (
    "Conv1D", "Conv2D", "Conv3D", "Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose", "SeparableConv1D",
    "SeparableConv2D", "DepthwiseConv1D", "DepthwiseConv2D", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D",
    "LocallyConnected1D", "LocallyConnected2D", "Convolution1D", "Convolution2D", "Convolution3D", "Deconvolution2D",
    "SeparableConvolution2D", "AtrousConvolution1D", "AtrousConvolution2D",
)  # fmt: skip
_POOLINGS = tuple(f"{kind}Pooling{rank}D" for kind in ("Max", "Average") for rank in (1, 2, 3))
_DROPOUTS = (
    "Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "AlphaDropout", "GaussianDropout",
)  # fmt: skip

TELLING: Mapping[str, Telling] = {
    **dict.fromkeys(_CONVOLUTIONS, _convolution),
    **dict.fromkeys(_POOLINGS, _pooling),
    **dict.fromkeys(_DROPOUTS, _number("rate")),
    **dict.fromkeys(("SimpleRNN", "LSTM", "GRU", "SimpleRNNCell", "LSTMCell", "GRUCell"), _recurrent),
    **dict.fromkeys(("MultiHeadAttention", "GroupQueryAttention"), _attention),
    **dict.fromkeys(("UpSampling1D", "UpSampling2D", "UpSampling3D"), _factors),
    **dict.fromkeys(tuple(f"{kind}{rank}D" for kind in ("ZeroPadding", "Cropping") for rank in (1, 2, 3)), _margins),
    **dict.fromkeys(("Resizing", "CenterCrop", "RandomCrop"), _target),
    "GaussianNoise": _number("stddev"),
    "GroupNormalization": _number("groups", "{} groups"),
    "LeakyReLU": _number("negative_slope"),
    "ELU": _number("alpha"),
    "Embedding": _number("input_dim", "{} entries"),
    "RepeatVector": _number("n", "×{}"),
    "Rescaling": _number("scale", "×{}"),
    "Bidirectional": _number("merge_mode"),
}
"""By class. Of any other class its activation tells, where it has one."""
