"""Which axes of a kernel tell its output units (filters, channels, neurons) apart: the others are summed over.

A unit whose weights are all zero gives nothing but its bias. Recurrent kernels are left out, whose columns are those of
several gates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from netviz.catalog.keras_1 import MODULE as KERAS_1
from netviz.catalog.kinds import RULE_ERRORS
from netviz.catalog.layers.core import einsum_equation
from netviz.model import Config

Axes: TypeAlias = tuple[int, ...]

LAST: Axes = (-1,)
CHANNEL_AND_MULTIPLIER: Axes = (-2, -1)
HEAD_AND_FEATURE: Axes = (-2, -1)


def einsum_units(config: Config) -> Axes:
    """The axes of the kernel that the equation takes over to the output."""
    match = einsum_equation(config)
    return tuple(axis for axis, letter in enumerate(match[4]) if letter in match[5])


UNITS: Mapping[str, Mapping[str, Axes | Callable[[Config], Axes]]] = {
    "Dense": {"kernel": LAST},
    "EinsumDense": {"kernel": einsum_units},
    **{f"{name}{rank}D": {"kernel": LAST} for name in ("Conv", "Convolution") for rank in (1, 2, 3)},
    **{f"{name}{rank}DTranspose": {"kernel": (-2,)} for name in ("Conv", "Convolution") for rank in (1, 2, 3)},
    **{f"DepthwiseConv{rank}D": {"kernel": CHANNEL_AND_MULTIPLIER} for rank in (1, 2)},
    **{
        f"{name}{rank}D": {"depthwise_kernel": CHANNEL_AND_MULTIPLIER, "pointwise_kernel": LAST}
        for name in ("SeparableConv", "SeparableConvolution")
        for rank in (1, 2)
    },
    **{
        name: {
            **{f"{part}/kernel": HEAD_AND_FEATURE for part in ("query", "key", "value", "gate")},
            "attention_output/kernel": LAST,
        }
        for name in ("MultiHeadAttention", "GroupQueryAttention", "GroupedQueryAttention")
    },
}
"""By class and variable. Source: the `build` of each class of keras.layers."""


def unit_axes(class_name: str | None, module: str | None, config: Config, variable: str, rank: int) -> Axes:
    """The axes, counted from the front, of a variable of one of Keras's classes; () where it has no units or unknown.

    Kernels of Keras 1 are left out: those of channels first have another order there.
    """
    row = UNITS.get(class_name or "", {}).get(variable, ())
    if module == KERAS_1:
        return ()
    try:
        axes = row(config) if callable(row) else row
    except RULE_ERRORS:
        return ()
    return tuple(sorted(axis % rank for axis in axes)) if all(-rank <= axis < rank for axis in axes) else ()
