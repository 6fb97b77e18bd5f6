"""What each layer does with one sample, worked out with its numbers: x · kernel + bias → activation → y.

Every worked line is compared with what Keras computed; where they differ the line says so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from netviz.analysis.charts.chain_words import FIRST, WORDS, first_numbers, plain, products
from netviz.analysis.health.losses import activation_of
from netviz.analysis.health.wording import number, real
from netviz.analysis.subjects import family_of
from netviz.catalog.telling import activation_name
from netviz.model import Layer
from netviz.views import Family

Array = NDArray[Any]

UNITS = 4
"""Units that are worked out."""

TOLERANCE = 1e-4
"""What a sum of float32 may be off, as a part of the largest that goes into it."""

COARSE: Mapping[str, float] = {"float16": 1e-2, "bfloat16": 3e-2}
"""The same for what Keras computes in fewer bits: an epsilon of 1/1024, and of 1/128."""

EACH_ALONE = frozenset(
    {"relu", "relu6", "leaky_relu", "elu", "selu", "gelu", "silu", "swish", "tanh", "sigmoid", "hard_sigmoid",
     "hard_silu", "hard_swish", "hard_tanh", "softplus", "softsign", "mish", "celu", "log_sigmoid", "soft_shrink",
     "hard_shrink", "tanh_shrink", "squareplus", "sparse_plus", "sparse_sigmoid", "threshold", "exponential"}
)  # fmt: skip
"""Activations of Keras that take each number by itself."""

OF_ALL = frozenset({"softmax", "log_softmax", "sparsemax"})
"""Those that take all numbers along the last axis together."""

STEEP = frozenset({"exponential", "log_softmax"})
"""Those that make much of a small difference: of sums in few bits they do not tell whether they are right."""


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """One call: what went into it and what came out, of one sample and so without the batch axis.

    `weights` are the layer's, `activated` what its activation makes of a batch (None where that is not known), `names`
    those of the inputs, `dtype` what the layer computes in, `masked` whether places may be left out, `active`
    whether it has an activation (None: as its config says, which knows no functions of the user's).
    """

    path: str
    layer: Layer | None
    inputs: tuple[Array, ...]
    outputs: tuple[Array, ...]
    weights: Mapping[str, Array] = field(default_factory=dict)
    activated: Callable[[Array], Array | None] = lambda values: None
    names: tuple[str, ...] = ()
    dtype: str = "float32"
    masked: bool = False
    active: bool | None = None

    @property
    def class_name(self) -> str:
        return (self.layer.class_name if self.layer else None) or "?"

    @property
    def family(self) -> Family:
        return family_of(self.layer) if self.layer else "unknown"

    @property
    def activation(self) -> str:
        """The name of the activation, "activation" for one without; "" where there is none or it does nothing."""
        name = (activation_of(self.layer) or activation_name(self.layer.config)) if self.layer else ""
        return "" if name == "linear" else name or ("activation" if self.active else "")

    @property
    def is_activated(self) -> bool:
        """Whether there is an activation that does something, its name known or not."""
        if self.active is not None:
            return self.active
        return bool(self.layer and self.layer.config.get("activation") not in (None, "linear"))

    @property
    def told(self) -> bool:
        """Whether a number that is not what Keras computed must be wrong: of functions of the user's none knows."""
        if not self.is_activated:
            return True
        known = self.activation in EACH_ALONE or self.activation in OF_ALL
        return known and not (self.dtype in COARSE and self.activation in STEEP)

    @property
    def shapes(self) -> str:
        """ "(8, 8, 1) → (12, 12, 6)"."""
        ends = [", ".join(str(one.shape) for one in side) for side in (self.inputs, self.outputs)]
        return " → ".join(end for end in ends if end)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of what a layer does: what it is, and the numbers.

    `sound` tells whether it is what Keras computed; None where nothing was compared.
    """

    what: str
    numbers: str
    sound: bool | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Sum:
    """A sum of products as it is worked out: for each unit the sum before the activation and what comes out."""

    before: Array
    given: Array
    sound: bool | None


Rule: TypeAlias = Callable[[Link], list[Line]]


def lines_of(link: Link) -> list[Line]:
    """What the layer does with the sample, line by line."""
    rule = RULES.get(link.class_name)
    if rule is not None and link.outputs and link.inputs:
        with np.errstate(all="ignore"):
            try:
                return rule(link)
            except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError):
                pass  # a class of the user's under a name of Keras's
    words = WORDS.get(link.class_name, "")
    lines = [Line(words, "")] if words else []
    return [*lines, *_ends(link)]


def _ends(link: Link) -> list[Line]:
    lines = []
    if link.inputs and link.class_name != "InputLayer":
        names = link.names if len(link.inputs) > 1 and len(link.names) == len(link.inputs) else ("in",) * 2
        lines += [Line(name, first_numbers(one)) for name, one in zip(names[:2], link.inputs, strict=False)]
    return lines + [Line("out", first_numbers(one)) for one in link.outputs[:2]]


def dense_sum(link: Link) -> Sum | None:
    """x · kernel + bias of a Dense layer at the first place, and what comes out there; None where it is another."""
    kernel = link.weights.get("kernel")
    if kernel is None or kernel.ndim != 2 or len(link.inputs) != 1 or len(link.outputs) != 1:
        return None
    x, y = link.inputs[0], link.outputs[0]
    if x.shape[-1:] != kernel.shape[:1] or y.shape[-1:] != kernel.shape[1:]:
        return None
    rows, given = x.reshape(-1, x.shape[-1])[0].astype(np.float32), y.reshape(-1, y.shape[-1])[0]
    wide = kernel.astype(np.float32)
    bias = link.weights.get("bias")
    whole = x.astype(np.float32) @ wide + (0 if bias is None else bias.astype(np.float32))
    before = whole.reshape(-1, whole.shape[-1])[0]
    scale = float(np.abs(rows) @ np.abs(wide).max(axis=1, initial=0.0)) if rows.size else 0.0
    if not link.is_activated:
        return Sum(before, given, judged(link, before, given, scale))
    after = link.activated(whole[None])  # all of it, for a slope may be another at each place
    if after is None or after.shape != (1, *whole.shape):
        return Sum(before, given, None)
    return Sum(before, given, judged(link, after.reshape(-1, after.shape[-1])[0], given, scale))


def judged(link: Link, worked: Array, given: Array, scale: float = 0.0) -> bool | None:
    """Whether numbers worked out are those that Keras computed; None where they differ and either may be right."""
    if agrees(worked, given, scale, link.dtype):
        return True
    overflown = link.dtype in COARSE and not np.isfinite(given).all()
    return False if link.told and not overflown else None


def agrees(worked: Array, given: Array, scale: float = 0.0, dtype: str = "float32") -> bool:
    """Whether numbers worked out are those that Keras computed, within what its dtype rounds."""
    part = COARSE.get(dtype, TOLERANCE if given.dtype.itemsize > 2 else max(COARSE.values()))
    room = part * max(1.0, scale, float(np.abs(given[np.isfinite(given)]).max(initial=0.0)))
    return bool(np.allclose(worked, given, rtol=part, atol=room, equal_nan=True))


def _rounded(link: Link) -> list[Line]:
    """That numbers below need not be to the last digit what the lines above come to."""
    return [Line(f"computed in {link.dtype}, which rounds these numbers", "")] if link.dtype in COARSE else []


def _dense(link: Link) -> list[Line]:
    worked = dense_sum(link)
    if worked is None:
        return [Line("x · kernel + bias", "its kernel cannot be told in these terms"), *_ends(link)]
    x = link.inputs[0].reshape(-1, link.inputs[0].shape[-1])[0]
    kernel, bias = link.weights["kernel"], link.weights.get("bias")
    places = math.prod(link.inputs[0].shape[:-1])
    lines = [Line("x", first_numbers(x) + (f", the first of {places:,} places" if places > 1 else ""))]
    what = "x · kernel + bias" if bias is not None else "x · kernel"
    for unit in range(min(UNITS, len(worked.before))):
        text = products(x, kernel[:, unit], None if bias is None else float(bias[unit]))
        text += f" = {plain(worked.before[unit])}"
        if link.activation:
            text += f", {link.activation} → {plain(worked.given[unit])}"
        lines.append(Line(what if not unit else "", text))
    if len(worked.before) > UNITS:
        lines.append(Line("", f"… and {number(len(worked.before) - UNITS, 'more unit')}"))
    lines.append(_verdict(link.activation or "y", first_numbers(worked.given), worked.sound))
    return [*lines, *_rounded(link)]


def _verdict(what: str, text: str, sound: bool | None) -> Line:
    differs = f"{text} is what Keras gives, not what the line above comes to"
    return Line(what, differs if sound is False else text, sound)


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """What a convolution adds up at one place for its first filter: the window of the input, and the kernel."""

    place: tuple[int, ...]
    window: Array
    kernel: Array
    bias: float | None
    before: float
    given: float
    sound: bool | None


def conv_window(link: Link) -> Window | None:
    """The sum that a convolution makes in the middle of its output, for its first filter; None where it is another's.

    Source of the padding: "same" adds zeros so that there are ceil(input / stride) places, the odd one at the end.
    """
    kernel, layer = link.weights.get("kernel"), link.layer
    if kernel is None or layer is None or len(link.inputs) != 1 or len(link.outputs) != 1:
        return None
    config = layer.config
    x, y, rank = link.inputs[0], link.outputs[0], kernel.ndim - 2
    if config.get("data_format") == "channels_first":
        x, y = np.moveaxis(x, 0, -1), np.moveaxis(y, 0, -1)
    if x.ndim != rank + 1 or y.ndim != rank + 1 or config.get("groups", 1) != 1:
        return None
    strides, dilations = _each(config.get("strides"), rank), _each(config.get("dilation_rate"), rank)
    place = tuple(size // 2 for size in y.shape[:-1])
    padding = config.get("padding")
    index: list[Array] = []
    padded = x.astype(np.float32)
    for axis in range(rank):
        reach = (kernel.shape[axis] - 1) * dilations[axis]
        before = 0
        if padding == "same":
            total = max((y.shape[axis] - 1) * strides[axis] + reach + 1 - x.shape[axis], 0)
            before = total // 2
        elif padding == "causal":
            before, total = reach, reach
        else:
            total = 0
        wide = [(0, 0)] * padded.ndim
        wide[axis] = before, total - before
        padded = np.pad(padded, wide)
        index.append(place[axis] * strides[axis] + np.arange(kernel.shape[axis]) * dilations[axis])
    window = padded[np.ix_(*index, np.arange(x.shape[-1]))]
    every = kernel.astype(np.float32)
    first = every[..., 0]
    bias = link.weights.get("bias")
    sums = np.tensordot(window.astype(np.float64), every, axes=rank + 1)
    if bias is not None:
        sums = sums + bias
    given = y[place]
    scale = float(np.abs(window).reshape(-1) @ np.abs(every).max(axis=-1).reshape(-1))
    sound = _conv_sound(link, sums, given, scale)
    own = None if bias is None else float(bias[0])
    return Window(place, window, first, own, float(sums[0]), float(given[0]), sound)


def _conv_sound(link: Link, sums: Array, given: Array, scale: float) -> bool | None:
    """Whether the sums of all filters at one place, activated, are what comes out there; None where it is not known.

    An activation is asked of them alone where it takes each number by itself, or all filters of a place together.
    """
    if not link.is_activated:
        return judged(link, sums, given, scale)
    last = bool(link.layer and link.layer.config.get("data_format") != "channels_first")
    if link.activation not in EACH_ALONE and not (link.activation in OF_ALL and last):
        return None
    after = link.activated(sums[None])
    return None if after is None or after.shape != (1, *sums.shape) else judged(link, after[0], given, scale)


def _convolution(link: Link) -> list[Line]:
    found = conv_window(link)
    if found is None:
        return [Line(WORDS.get(link.class_name, "convolution"), ""), *_ends(link)]
    size = "×".join(map(str, found.kernel.shape[:-1]))
    channels = found.window.shape[-1]
    filters = link.weights["kernel"].shape[-1]
    lines = [
        Line("does", f"slides {number(filters, 'kernel')} of {size} over {number(channels, 'channel')}"),
        Line("in", first_numbers(link.inputs[0])),
    ]
    text = products(found.window.reshape(-1), found.kernel.reshape(-1), found.bias)
    text += f" = {plain(found.before)}"
    if link.activation:
        text += f", {link.activation} → {plain(found.given)}"
    lines.append(Line(f"at {found.place}", text))
    return [*lines, _verdict("out", f"{plain(found.given)} there, of filter 1", found.sound), *_rounded(link)]


def _normalisation(link: Link) -> list[Line]:
    """gamma · (x - mean) / √(variance + ε) + beta, for the first channel at the first place."""
    layer = link.layer
    assert layer is not None
    x, y = link.inputs[0], link.outputs[0]
    weights = link.weights
    mean, variance = float(weights["moving_mean"].reshape(-1)[0]), float(weights["moving_variance"].reshape(-1)[0])
    gamma = float(weights["gamma"][0]) if "gamma" in weights else 1.0
    beta = float(weights["beta"][0]) if "beta" in weights else 0.0
    epsilon = real(layer.config.get("epsilon"))
    epsilon = 1e-3 if epsilon is None else epsilon
    first, given = x.reshape(-1)[0], y.reshape(-1)[0]  # which is of channel 1 whatever the axis
    worked = gamma * (float(first) - mean) / math.sqrt(variance + epsilon) + beta
    text = f"{plain(gamma)} · ({plain(first)} - {plain(mean)}) / √({plain(variance)} + {epsilon:g}) + {plain(beta)}"
    text += f" = {plain(worked)}"
    scale = abs(gamma) * (abs(mean) + abs(float(first))) / math.sqrt(variance + epsilon) + abs(beta)
    sound = judged(link, np.array([worked]), np.asarray([given]), scale)
    formula = "gamma · (x - mean) / √(variance + ε) + beta"
    return [Line(formula, text), _verdict("out", first_numbers(y), sound), *_rounded(link)]


def _activation(link: Link) -> list[Line]:
    name = link.activation or link.class_name
    x, y = link.inputs[0], link.outputs[0]
    if x.shape != y.shape:
        return _ends(link)
    if name in ("softmax", "log_softmax", "sparsemax"):
        return [Line(f"{name} of all along an axis", first_numbers(x)), Line("out", first_numbers(y))]
    pairs = zip(x.reshape(-1)[:FIRST], y.reshape(-1)[:FIRST], strict=True)
    return [Line(name, ", ".join(f"{plain(a)} → {plain(b)}" for a, b in pairs) + (", …" if x.size > FIRST else ""))]


def _merge(symbol: str, work: Callable[[list[float]], float]) -> Rule:
    def rule(link: Link) -> list[Line]:
        if len({one.shape for one in link.inputs}) != 1 or len(link.inputs) < 2:
            return _ends(link)
        values = [float(one.reshape(-1)[0]) for one in link.inputs]
        given = link.outputs[0].reshape(-1)[:1]
        worked = work(values)
        text = f" {symbol} ".join(plain(value) for value in values) + f" = {plain(worked)}"
        sound = judged(link, np.array([worked]), given, sum(map(abs, values)))
        return [Line("the first of each", text), _verdict("out", first_numbers(link.outputs[0]), sound)]

    return rule


def _mean(link: Link) -> list[Line]:
    """The mean of one channel over all places."""
    if link.masked and "Average" in link.class_name:
        return [Line("the mean of the places that its mask leaves", ""), *_ends(link)]
    x, y = link.inputs[0], link.outputs[0]
    first = bool(link.layer and link.layer.config.get("data_format") == "channels_first")
    channel = x.reshape(x.shape[0], -1)[0] if first else x.reshape(-1, x.shape[-1])[:, 0]
    given = y.reshape(-1)[:1]
    maximum = "Max" in link.class_name
    worked = float(channel.max() if maximum else channel.mean(dtype=np.float64))
    what = "the largest" if maximum else "the mean"
    text = f"{what} of {number(channel.size, 'place')} of channel 1: {first_numbers(channel)} → {plain(worked)}"
    sound = judged(link, np.array([worked]), given, float(np.abs(channel).max(initial=0.0)))
    return [Line("does", text), _verdict("out", first_numbers(y), sound)]


def _embedding(link: Link) -> list[Line]:
    table, token = link.weights["embeddings"], link.inputs[0].reshape(-1)[0]
    if not 0 <= int(token) < len(table):
        text = f"{int(token)} is none of the {len(table):,} rows"
        return [Line("in", first_numbers(link.inputs[0])), Line("looks up", text), _ends(link)[-1]]
    row, given = table[int(token)], link.outputs[0].reshape(-1, table.shape[1])[0]
    text = f"{first_numbers(row)}"
    return [
        Line("in", first_numbers(link.inputs[0])),
        Line(f"row {int(token)} of {len(table):,}", text),
        _verdict("out", first_numbers(given), judged(link, row, given)),
    ]


RULES: Mapping[str, Rule] = {
    "Dense": _dense,
    "Conv1D": _convolution,
    "Conv2D": _convolution,
    "Conv3D": _convolution,
    "BatchNormalization": _normalisation,
    "Embedding": _embedding,
    "Add": _merge("+", sum),
    "Subtract": _merge("-", lambda values: values[0] - values[1]),
    "Multiply": _merge("·", math.prod),
    "GlobalAveragePooling1D": _mean,
    "GlobalAveragePooling2D": _mean,
    "GlobalAveragePooling3D": _mean,
    "GlobalMaxPooling1D": _mean,
    "GlobalMaxPooling2D": _mean,
    "GlobalMaxPooling3D": _mean,
    **dict.fromkeys(("Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax"), _activation),
}
"""How the numbers of a class are worked out, by its name."""


def _each(setting: Any, rank: int) -> Sequence[int]:
    values = setting if isinstance(setting, list | tuple) else (setting or 1,) * rank
    return [int(value) for value in values]
