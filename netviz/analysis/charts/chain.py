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


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """One call: what went into it and what came out, of one sample and so without the batch axis.

    `weights` are the layer's, `activated` what its activation makes of an array (None where that is not known).
    """

    path: str
    layer: Layer | None
    inputs: tuple[Array, ...]
    outputs: tuple[Array, ...]
    weights: Mapping[str, Array] = field(default_factory=dict)
    activated: Callable[[Array], Array | None] = lambda values: None

    @property
    def class_name(self) -> str:
        return (self.layer.class_name if self.layer else None) or "?"

    @property
    def family(self) -> Family:
        return family_of(self.layer) if self.layer else "unknown"

    @property
    def activation(self) -> str:
        """The name of the activation, "" where there is none or it does nothing."""
        name = (activation_of(self.layer) or activation_name(self.layer.config)) if self.layer else ""
        return "" if name == "linear" else name

    @property
    def shapes(self) -> str:
        """ "(8, 8, 1) → (12, 12, 6)"."""
        ends = [", ".join(str(one.shape) for one in side) for side in (self.inputs, self.outputs)]
        return " → ".join(end for end in ends if end)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of what a layer does: what it is, and the numbers. `sound` tells that it is what Keras computed."""

    what: str
    numbers: str
    sound: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Sum:
    """A sum of products as it is worked out: for each unit the sum before the activation and what comes out."""

    before: Array
    given: Array
    sound: bool


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
        lines += [Line("in", first_numbers(one)) for one in link.inputs[:2]]
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
    before = rows @ kernel.astype(np.float32)
    bias = link.weights.get("bias")
    if bias is not None:
        before = before + bias.astype(np.float32)
    after = link.activated(before) if activation_name(link.layer.config if link.layer else {}) else before
    scale = float(np.abs(rows) @ np.abs(kernel.astype(np.float32)).max(axis=1, initial=0.0)) if rows.size else 0.0
    return Sum(before, given, after is not None and agrees(after, given, scale))


def agrees(worked: Array, given: Array, scale: float = 0.0) -> bool:
    """Whether numbers worked out are those that Keras computed, within what float32 (and half of it) rounds."""
    loose = 100.0 if given.dtype.itemsize < 4 else 1.0
    room = TOLERANCE * loose * max(1.0, scale, float(np.nanmax(np.abs(given), initial=0.0)))
    return bool(np.allclose(worked, given, rtol=TOLERANCE * loose, atol=room, equal_nan=True))


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
        lines.append(Line("", f"… and {len(worked.before) - UNITS:,} more units"))
    lines.append(_verdict(link.activation or "y", first_numbers(worked.given), worked.sound))
    return lines


def _verdict(what: str, text: str, sound: bool) -> Line:
    return Line(what, text if sound else f"{text} is what Keras gives, not what the line above comes to", sound)


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """What a convolution adds up at one place for its first filter: the window of the input, and the kernel."""

    place: tuple[int, ...]
    window: Array
    kernel: Array
    bias: float | None
    before: float
    given: float
    sound: bool


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
    first = kernel[..., 0].astype(np.float32)
    bias = link.weights.get("bias")
    products_ = window * first
    total_ = float(products_.sum(dtype=np.float64)) + (float(bias[0]) if bias is not None else 0.0)
    given = y[(*place, 0)]
    after = link.activated(np.array([total_], np.float32)) if link.activation else np.array([total_])
    sound = after is not None and agrees(after, np.asarray([given]), float(np.abs(products_).sum()))
    return Window(place, window, first, None if bias is None else float(bias[0]), total_, float(given), sound)


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
    return [*lines, _verdict("out", f"{plain(found.given)} there, of filter 1", found.sound)]


def _normalisation(link: Link) -> list[Line]:
    """gamma · (x - mean) / √(variance + ε) + beta, for the first channel at the first place."""
    layer = link.layer
    assert layer is not None
    x, y = link.inputs[0], link.outputs[0]
    axis = layer.config.get("axis", -1)
    axis = axis[0] if isinstance(axis, list | tuple) else axis
    if isinstance(axis, int) and axis > 0:
        axis -= 1  # without the batch
    weights = link.weights
    mean, variance = float(weights["moving_mean"].reshape(-1)[0]), float(weights["moving_variance"].reshape(-1)[0])
    gamma = float(weights["gamma"][0]) if "gamma" in weights else 1.0
    beta = float(weights["beta"][0]) if "beta" in weights else 0.0
    epsilon = real(layer.config.get("epsilon")) or 1e-3
    first = np.moveaxis(x, int(axis) if isinstance(axis, int) else -1, 0).reshape(-1)[0]
    given = np.moveaxis(y, int(axis) if isinstance(axis, int) else -1, 0).reshape(-1)[0]
    worked = gamma * (float(first) - mean) / math.sqrt(variance + epsilon) + beta
    text = f"{plain(gamma)} · ({plain(first)} - {plain(mean)}) / √({plain(variance)} + {epsilon:g}) + {plain(beta)}"
    text += f" = {plain(worked)}"
    scale = abs(gamma * mean) / math.sqrt(variance + epsilon)
    sound = agrees(np.array([worked]), np.asarray([given]), scale)
    return [Line("gamma · (x - mean) / √(variance + ε) + beta", text), _verdict("out", first_numbers(y), sound)]


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
        sound = agrees(np.array([worked]), given, sum(map(abs, values)))
        return [Line("the first of each", text), _verdict("out", first_numbers(link.outputs[0]), sound)]

    return rule


def _mean(link: Link) -> list[Line]:
    """The mean of one channel over all places."""
    x, y = link.inputs[0], link.outputs[0]
    first = bool(link.layer and link.layer.config.get("data_format") == "channels_first")
    channel = x.reshape(x.shape[0], -1)[0] if first else x.reshape(-1, x.shape[-1])[:, 0]
    given = y.reshape(-1)[:1]
    maximum = "Max" in link.class_name
    worked = float(channel.max() if maximum else channel.mean(dtype=np.float64))
    what = "the largest" if maximum else "the mean"
    text = f"{what} of {number(channel.size, 'place')} of channel 1: {first_numbers(channel)} → {plain(worked)}"
    sound = agrees(np.array([worked]), given, float(np.abs(channel).max(initial=0.0)))
    return [Line("does", text), _verdict("out", first_numbers(y), sound)]


def _embedding(link: Link) -> list[Line]:
    table, token = link.weights["embeddings"], link.inputs[0].reshape(-1)[0]
    row, given = table[int(token)], link.outputs[0].reshape(-1, table.shape[1])[0]
    text = f"{first_numbers(row)}"
    return [
        Line("in", first_numbers(link.inputs[0])),
        Line(f"row {int(token)} of {len(table):,}", text),
        _verdict("out", first_numbers(given), agrees(row, given)),
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
