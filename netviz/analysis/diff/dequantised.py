"""The values that quantised weights stand for: of int8, int4, gptq and awq, from what the layer stores beside them.

Sources: `_int8_call`, `_int4_call`, `_gptq_call` and `_awq_call` of keras.layers.Dense, EinsumDense, Embedding and
ReversibleEmbedding; keras.quantizers, `abs_max_quantize` and `dequantize_with_sz_map`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netviz.catalog.quantization import REPLACED, modes
from netviz.errors import NetvizError
from netviz.model import Config, Layer, Weight, WeightStore

Values = NDArray[Any]
Numbers = NDArray[np.float64]

BLOCK = 1 << 18
"""Values given at a time."""

TABLES = ("embeddings", "reverse_embeddings")

Rows = Callable[[slice], tuple[Numbers, Numbers]]
"""Gives for some rows what their values stand for, and how far one whole number is from the next there."""


@dataclass(frozen=True, slots=True)
class Quantised:
    """A weight that is stored as whole numbers, with the variables of its layer that say what they stand for.

    `mode` is "int8", "int4", "gptq" or "awq". `rounded` tells that each value was rounded for itself,
    so that none is off by more than a step; gptq and awq make up for one by others, and zero points are cut off.
    """

    mode: str
    weight: Weight
    scale: Weight
    zero: Weight | None
    groups: Weight | None
    awq: Weight | None
    equation: str = ""

    @property
    def rounded(self) -> bool:
        return self.mode in ("int8", "int4") and self.zero is None

    @property
    def wording(self) -> str:
        return f"{self.mode} with scales" + (" and zero points" if self.zero else "")

    def blocks(self, store: WeightStore) -> Iterator[tuple[Numbers, Numbers]]:
        """What the values stand for, in the order of the kernel as it was, and the steps between whole numbers.

        Raises NetvizError where they cannot be had.
        """
        values = store.read(self.weight)
        try:
            rows, count = self._rows(values, store)
            width = max(1, values.size // max(count, 1))
            step = max(1, BLOCK // width)
            for begin in range(0, count, step):
                found, steps = rows(slice(begin, min(count, begin + step)))
                yield found.reshape(-1), np.broadcast_to(steps, found.shape).reshape(-1)
        except (ValueError, IndexError, TypeError) as error:
            raise NetvizError(f"the scales of {self.weight.name} do not go with its shape") from error

    def _rows(self, values: Values, store: WeightStore) -> tuple[Rows, int]:
        scale = store.read(self.scale).astype(np.float64)
        if self.groups is not None:
            return self._grouped(values, scale, store)
        if not self.rounded:
            raise NetvizError(f"{self.mode} values of {self.weight.name} are stored without what they stand for")
        scales = self._spread(scale, values.shape)

        def rows(some: slice) -> tuple[Numbers, Numbers]:
            part = scales[some] if len(scales) > 1 else scales
            return values_of[some] / part, np.abs(1 / part)

        flattened = scales.ndim == 2 and scales.shape[0] == 1
        values_of = values.reshape(-1, scales.shape[1]) if flattened else values
        return rows, len(values_of)

    def _spread(self, scale: Numbers, shape: tuple[int, ...]) -> Numbers:
        """The scales with as many axes as what they are for, those of length 1 where all share one."""
        if self.weight.role == "embeddings":
            return scale.reshape(-1, 1)
        if self.weight.packed == 1:  # then the kernel was flattened to a matrix before
            return scale.reshape(1, -1)
        squeezed = scale.reshape([size for size in scale.shape if size > 1])
        kept = _kept(self.equation, len(shape))
        if kept is None:  # the last axes are those that go out
            kept, left = [], len(shape)
            for size in reversed(squeezed.shape):
                left = max(axis for axis in range(left) if shape[axis] == size)
                kept.insert(0, left)
        kept = [axis for axis in kept if shape[axis] > 1]
        if prod(shape[axis] for axis in kept) != scale.size or len(kept) != squeezed.ndim:
            return scale.reshape(1, -1)
        squeezed = squeezed.transpose(np.argsort(kept))
        return squeezed.reshape([size if axis in kept else 1 for axis, size in enumerate(shape)])

    def _grouped(self, values: Values, scale: Numbers, store: WeightStore) -> tuple[Rows, int]:
        assert self.groups is not None
        if self.zero is None:
            raise NetvizError(f"{self.mode} values of {self.weight.name} are stored without their zero points")
        zero = store.read(self.zero).astype(np.float64)
        groups = store.read(self.groups).astype(np.int64)
        if self.weight.role == "embeddings":

            def rows(some: slice) -> tuple[Numbers, Numbers]:
                steps = scale[some][:, groups]
                return (values[some] - zero[some][:, groups]) * steps, np.abs(steps)

            return rows, len(values)
        if self.weight.role == "quantized_kernel":
            values, scale, zero = values.T, scale.T, zero.T
        values = values.reshape(groups.size, -1)
        shrunk = store.read(self.awq).astype(np.float64).reshape(-1, 1) if self.awq else np.ones((groups.size, 1))

        def rows_of(some: slice) -> tuple[Numbers, Numbers]:
            steps = scale[groups[some]] / shrunk[some]
            return (values[some] - zero[groups[some]]) * steps, np.abs(steps)

        return rows_of, len(values)


def quantised(layer: Layer, weight: Weight) -> Quantised | None:
    """How a weight of a layer is quantised; None where it is not."""
    if weight.role not in REPLACED or "int" not in (weight.tensor.dtype or ""):
        return None
    beside = {one.name: one for one in layer.weights}
    prefix = weight.name.removesuffix(weight.role)
    base = weight.role.removeprefix("quantized_")
    scale = beside.get(f"{prefix}{base}_scale")
    mode = modes(layer.config, {name: one.tensor for name, one in beside.items()}).get(prefix.rstrip("/"), "")
    kind = mode.partition("/")[0]
    if scale is None or kind not in ("int8", "int4", "gptq", "awq"):
        return None
    return Quantised(
        kind,
        weight,
        scale,
        beside.get(f"{prefix}{base}_zero"),
        beside.get(f"{prefix}g_idx"),
        beside.get(f"{prefix}awq_scales") if kind == "awq" else None,
        _equation(layer.config),
    )


def _equation(config: Config) -> str:
    equation = config.get("equation")
    return equation if isinstance(equation, str) else ""


def _kept(equation: str, rank: int) -> list[int] | None:
    """The axes of the kernel that go out, in the order in which they do; None where the equation does not tell."""
    kernel, arrow, out = equation.replace(" ", "").partition(",")[2].partition("->")
    if not arrow or len(kernel) != rank:
        return None
    return [kernel.index(letter) for letter in out if letter in kernel]
