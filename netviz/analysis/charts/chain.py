"""What each layer does with one sample, worked out with its numbers: x · kernel + bias → activation → y.

Every worked line is compared with what Keras computed; where they differ the line says so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from netviz.analysis.charts.chain_sums import COARSE, Link, conv_window, dense_sum, judged
from netviz.analysis.charts.chain_words import FIRST, WORDS, first_numbers, plain, products
from netviz.analysis.health.wording import number, real

UNITS = 4
"""Units that are worked out."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of what a layer does: what it is, and the numbers.

    `sound` tells whether it is what Keras computed; None where nothing was compared.
    """

    what: str
    numbers: str
    sound: bool | None = None


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
    if link.all_together:
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
