"""The sums that a layer makes of its kernel, worked out from one sample and held against what Keras computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netviz.analysis.health.losses import activation_of
from netviz.analysis.subjects import family_of
from netviz.catalog.functions.activations import BY_NAME
from netviz.catalog.functions.kinds import Function, VectorFunction
from netviz.catalog.telling import activation_name
from netviz.model import Layer
from netviz.views import Family

Array = NDArray[Any]

TOLERANCE = 1e-4
"""What a sum of float32 may be off, as a part of the largest that goes into it."""

COARSE: Mapping[str, float] = {"float16": 1e-2, "bfloat16": 3e-2}
"""The same for what Keras computes in fewer bits: an epsilon of 1/1024, and of 1/128."""

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
        if name in ("", "linear"):  # as is told of functions that no file can name
            return "activation" if self.active else ""
        return name

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
        return self.activation in BY_NAME and not (self.dtype in COARSE and self.activation in STEEP)

    @property
    def each_alone(self) -> bool:
        """Whether the activation is one of Keras's that take each number by itself."""
        return isinstance(BY_NAME.get(self.activation), Function)

    @property
    def all_together(self) -> bool:
        """Whether it is one of Keras's that take all numbers along the last axis together."""
        return isinstance(BY_NAME.get(self.activation), VectorFunction)

    @property
    def shapes(self) -> str:
        """ "(8, 8, 1) → (12, 12, 6)"."""
        ends = [", ".join(str(one.shape) for one in side) for side in (self.inputs, self.outputs)]
        return " → ".join(end for end in ends if end)


@dataclass(frozen=True, slots=True, eq=False)
class Sum:
    """A sum of products as it is worked out: for each unit the sum before the activation and what comes out."""

    before: Array
    given: Array
    sound: bool | None


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
    if not link.each_alone and not (link.all_together and last):
        return None
    after = link.activated(sums[None])
    return None if after is None or after.shape != (1, *sums.shape) else judged(link, after[0], given, scale)


def _each(setting: Any, rank: int) -> Sequence[int]:
    values = setting if isinstance(setting, list | tuple) else (setting or 1,) * rank
    return [int(value) for value in values]
