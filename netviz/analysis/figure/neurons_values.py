"""What every neuron of a dense network gives for one sample, computed in numpy from the weights in the file.

Sums are taken in float64 and kept in float32, as Keras keeps them; kernels are read piece by piece.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from netviz.analysis.diagram.scene import Node
from netviz.analysis.figure.neurons_head import UNCHANGING, Group, Head
from netviz.analysis.figure.neurons_weights import weight_of
from netviz.catalog.functions.configs import Unknown, activation_of, is_before_keras_3, layer_function
from netviz.catalog.functions.kinds import Bound, VectorFunction
from netviz.errors import NetvizError, UsageError
from netviz.model import Config, Layer, Model

Values: TypeAlias = NDArray[Any]

ELSEWHERE = "Without x the network is drawn; netviz.outputs runs any model."
REALS = (int, float)


@dataclass(frozen=True, slots=True)
class Flowing:
    """What each call gives, and each dense call before its activation; one sample, without the batch axis."""

    given: Mapping[str, Values]
    sums: Mapping[str, Values]
    sample: str


def compute(model: Model, head: Head, x: Sequence[Any]) -> Flowing:
    """The values of every call in the dense part of a model that is nothing else.

    `x` has one array for each input of the model, in their order, with a batch axis of 1; None for one left out.
    Raises UsageError where an input is missing, and for layers that are not computed here.
    """
    if head.cut:
        last = (*head.before, *head.cut)[0]
        raise UsageError(f"no values can be drawn: {_named(last)} stands before the neurons", ELSEWHERE)
    entries = [group for group in head.groups.values() if group.role == "input"]
    arrays = _samples(model, entries, x)
    given: dict[str, Values] = {}
    sums: dict[str, Values] = {}
    for node in head.nodes:
        wires = head.feeds[node.id]
        with np.errstate(all="ignore"):
            if not wires:
                given[node.id] = arrays[node.id]
            elif node.layer is not None:
                work = _Work(model, node.layer, [given[wire.tail] for wire in wires])
                given[node.id] = work.output(node)
                if work.sum is not None:
                    sums[node.id] = work.sum
    return Flowing(given, sums, _sample_text([arrays[entry.id] for entry in entries]))


def _samples(model: Model, entries: Sequence[Group], x: Sequence[Any]) -> dict[str, Values]:
    """The sample for each input that is drawn, by the id of its group, in the shape that the input has."""
    parts = {end.name: part for end, part in zip(model.graph.inputs, x, strict=True)}
    found = {}
    for entry in entries:
        part = parts.get(entry.main.name)
        if part is None:
            raise UsageError(f"no values can be drawn without the input {entry.main.name}", "Give values for it, too.")
        shape = tuple(axis or 0 for axis in (entry.main.outputs[0].shape or ())[1:])
        found[entry.id] = np.asarray(part).astype(np.float32).reshape(shape)
    return found


def _sample_text(arrays: Sequence[Values]) -> str:
    values = [float(value) for array in arrays for value in array.reshape(-1)]
    if len(values) > 6:
        return f"a sample of {len(values):,} values"
    words = ", ".join(f"{value:.6g}".replace("-", "−") for value in values)
    return f"x = ({words})" if len(values) > 1 else f"x = {words}"


def _named(node: Node) -> str:
    layer = node.layer
    return f"{node.name} ({layer.class_name or 'a class that is not known'})" if layer else node.name


@dataclass(slots=True)
class _Work:
    """One call at work; `inputs` are without the batch axis."""

    model: Model
    layer: Layer
    inputs: Sequence[Values]
    sum: Values | None = None

    def output(self, node: Node) -> Values:
        rule = RULES.get(self.layer.class_name or "", _function)
        try:
            out = rule(self)
        except ValueError as error:  # numpy's, where shapes do not go together
            if isinstance(error, NetvizError):
                raise
            raise self.refused("its settings do not fit what goes in") from error
        shape = tuple(axis or 0 for axis in (node.outputs[0].shape or ())[1:])
        if out.size != math.prod(shape):
            raise self.refused("it gives another size than the model says")
        return out.reshape(shape).astype(np.float32, copy=False)

    @property
    def x(self) -> Values:
        return self.inputs[0]

    @property
    def config(self) -> Config:
        return self.layer.config

    def refused(self, reason: str) -> UsageError:
        return UsageError(f"no values can be drawn: {self.layer.path} ({self.layer.class_name}): {reason}", ELSEWHERE)

    def weight(self, role: str) -> Values:
        """The values of one of its weights."""
        weight = weight_of(self.layer, role)
        if weight is None or self.model.store is None:
            raise self.refused(f"the values of its {role} are not in the file, or are quantised")
        return np.asarray(self.model.store.read(weight), np.float32)

    def optional(self, role: str, flag: str) -> Values | None:
        return self.weight(role) if self.config.get(flag, True) else None

    def axes(self) -> tuple[int, ...]:
        """The axes of the setting `axis`, as those of an array without the batch axis."""
        axis = self.config.get("axis", -1)
        given = axis if isinstance(axis, list | tuple) else [axis]
        axes = [one - 1 if one > 0 else one for one in given if isinstance(one, int)]
        if len(axes) < len(given) or any(not -self.x.ndim <= one < self.x.ndim for one in axes):
            raise self.refused(f"there is no axis {axis!r:.40}")
        return tuple(axes)

    def setting(self, name: str, default: float | None) -> Values | None:
        """A setting that is a number, or numbers in lists; None where there is none."""
        given = self.config.get(name, default)
        try:
            return None if given is None else np.asarray(given, np.float32)
        except (TypeError, ValueError) as error:
            raise self.refused(f"its {name} is no number") from error

    def along(self, values: Values) -> Values:
        """A weight of the setting's axes, in the shape that goes with what comes in."""
        shape = [1] * self.x.ndim
        for axis in self.axes():
            shape[axis] = self.x.shape[axis]
        return values.reshape(shape)

    def applied(self, bound: Bound | Unknown, x: Values) -> Values:
        if isinstance(bound, Unknown):
            raise self.refused(f"its activation {bound.name} is not known, {bound.reason}")
        function = bound.function
        if isinstance(function, VectorFunction):
            axis = bound.settings.get("axis", -1)
            batch = x[np.newaxis]
            return np.asarray(function.value(batch, -1 if axis is None else axis)[0])
        return function.value(x, **bound.settings)


def _dense(work: _Work) -> Values:
    weight = weight_of(work.layer, "kernel")
    if weight is None or work.model.store is None:
        raise work.refused("the values of its kernel are not in the file, or are quantised")
    total: Any = 0.0
    begin = 0
    x = work.x.astype(np.float64)
    for block in work.model.store.blocks(weight):
        total = total + x[begin : begin + len(block)] @ np.asarray(block, np.float64)
        begin += len(block)
    bias = work.optional("bias", "use_bias")
    work.sum = np.asarray(total if bias is None else total + bias, np.float32)
    before = is_before_keras_3(work.model.source.keras_version)
    return work.applied(activation_of(work.config.get("activation"), before), work.sum)


def _function(work: _Work) -> Values:
    layer = work.layer
    if layer.class_name == "Activation":
        before = is_before_keras_3(work.model.source.keras_version)
        return work.applied(activation_of(layer.config.get("activation"), before), work.x)
    return work.applied(layer_function(layer.class_name, layer.module, layer.config), work.x)


def _prelu(work: _Work) -> Values:
    return np.asarray(np.maximum(work.x, 0) + work.weight("alpha") * np.minimum(work.x, 0))


def _epsilon(work: _Work, default: float) -> float:
    value = work.config.get("epsilon")
    return float(value) if isinstance(value, REALS) else default


def _batch(work: _Work) -> Values:
    mean, variance = work.along(work.weight("moving_mean")), work.along(work.weight("moving_variance"))
    out = (work.x - mean) / np.sqrt(variance + np.float32(_epsilon(work, 1e-3)))
    return _scaled(work, out)


def _scaled(work: _Work, out: Values) -> Values:
    """Times gamma plus beta, where the layer has them."""
    gamma, beta = work.optional("gamma", "scale"), work.optional("beta", "center")
    out = out if gamma is None else out * work.along(gamma)
    return out if beta is None else out + work.along(beta)


def _layer(work: _Work) -> Values:
    if work.config.get("rms_scaling"):
        raise work.refused("rms_scaling is not computed here")
    axes = work.axes()
    mean, variance = work.x.mean(axes, keepdims=True), work.x.var(axes, keepdims=True)
    return _scaled(work, (work.x - mean) / np.sqrt(variance + np.float32(_epsilon(work, 1e-3))))


def _rms(work: _Work) -> Values:
    scale = work.along(work.weight("scale"))
    mean = np.square(work.x).mean(work.axes(), keepdims=True)
    return np.asarray(work.x / np.sqrt(mean + np.float32(_epsilon(work, 1e-6))) * scale)


def _unit(work: _Work) -> Values:
    norm = np.sqrt(np.square(work.x).sum(work.axes(), keepdims=True))
    return np.asarray(work.x * np.minimum(1 / norm, np.float32(1e12)))


def _standard(work: _Work) -> Values:
    mean, variance = work.setting("mean", None), work.setting("variance", None)
    if mean is None or variance is None:
        mean, variance = work.weight("mean"), work.weight("variance")
    if work.config.get("axis", -1) is not None and mean.size > 1:
        mean, variance = work.along(mean), work.along(variance)
    spread = np.maximum(np.sqrt(variance), np.float32(1e-7))
    return mean + work.x * spread if work.config.get("invert") else (work.x - mean) / spread


def _rescaled(work: _Work) -> Values:
    scale, offset = work.setting("scale", 1.0), work.setting("offset", 0.0)
    if scale is None or offset is None:
        raise work.refused("it has no scale or no offset")
    return work.x * scale + offset


Rule: TypeAlias = Callable[[_Work], Values]


def _merge(merge: Callable[[Sequence[Values]], Values]) -> Rule:
    return lambda work: merge(work.inputs)


def _product(parts: Sequence[Values]) -> Values:
    return np.asarray(np.multiply.reduce(list(parts)))


def _unchanged(work: _Work) -> Values:
    return work.x


RULES: Mapping[str, Rule] = {
    "Dense": _dense,
    "PReLU": _prelu,
    "BatchNormalization": _batch,
    "LayerNormalization": _layer,
    "RMSNormalization": _rms,
    "UnitNormalization": _unit,
    "Normalization": _standard,
    "Rescaling": _rescaled,
    "Concatenate": _merge(lambda parts: np.concatenate(list(parts))),
    "Add": _merge(lambda parts: np.add.reduce(list(parts))),
    "Subtract": _merge(lambda parts: parts[0] - parts[1]),
    "Multiply": _merge(_product),
    "Average": _merge(lambda parts: np.add.reduce(list(parts)) / np.float32(len(parts))),
    "Maximum": _merge(lambda parts: np.maximum.reduce(list(parts))),
    "Minimum": _merge(lambda parts: np.minimum.reduce(list(parts))),
    **dict.fromkeys(UNCHANGING, _unchanged),
}
"""How the numbers of a class come about, by its name; any other is an activation."""
