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

MOST_SCALES, MOST_TURNED = 1 << 26, 1 << 28
"""Values of scales, and of kernels stored the other way round, that are read at once."""

Rows = Callable[[Values, slice], tuple[Numbers, Numbers]]
"""Gives for some rows, and where they stand, what they stand for and how far one whole number is from the next."""


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
    def beside(self) -> tuple[Weight | None, ...]:
        """What is stored beside the whole numbers."""
        return self.scale, self.zero, self.groups, self.awq

    @property
    def wording(self) -> str:
        return f"{self.mode} with scales" + (" and zero points" if self.zero else "")

    def blocks(self, store: WeightStore) -> Iterator[tuple[Numbers, Numbers]]:
        """What the values stand for, in the order of the kernel as it was, and the steps between whole numbers.

        Raises NetvizError where they cannot be had.
        """
        beside = [one.tensor.size or 0 for one in self.beside if one]
        turned = self.weight.role == "quantized_kernel"
        if max(beside) > MOST_SCALES or (turned and (self.weight.tensor.size or 0) > MOST_TURNED):
            raise NetvizError(f"{self.weight.name} or its scales are too large to be taken apart")
        try:
            rows, shape = self._rows(store)
            values = iter([store.read(self.weight).T]) if turned else store.blocks(self.weight)
            begin = 0
            for part in _regrouped(values, shape):
                with np.errstate(all="ignore"):  # a file may hold scales of 0
                    found, steps = rows(part, slice(begin, begin + len(part)))
                begin += len(part)
                yield found.reshape(-1), np.broadcast_to(steps, found.shape).reshape(-1)
        except (ValueError, IndexError, TypeError) as error:
            raise NetvizError(f"the scales of {self.weight.name} do not go with its shape") from error

    def _rows(self, store: WeightStore) -> tuple[Rows, tuple[int, ...]]:
        """What tells the values, and the shape of the rows that it takes."""
        scale = store.read(self.scale).astype(np.float64)
        if self.groups is not None:
            return self._grouped(scale, store)
        if not self.rounded:
            raise NetvizError(f"{self.mode} values of {self.weight.name} are stored without what they stand for")
        shape = tuple(axis or 0 for axis in self.weight.tensor.shape or ())
        scales = self._spread(scale, shape)

        def rows(values: Values, some: slice) -> tuple[Numbers, Numbers]:
            part = scales[some] if len(scales) > 1 else scales
            return values / part, np.abs(1 / part)

        flattened = scales.ndim == 2 and scales.shape[0] == 1
        return rows, (scales.shape[1],) if flattened else shape[1:]

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

    def _grouped(self, scale: Numbers, store: WeightStore) -> tuple[Rows, tuple[int, ...]]:
        assert self.groups is not None
        if self.zero is None:
            raise NetvizError(f"{self.mode} values of {self.weight.name} are stored without their zero points")
        zero = store.read(self.zero).astype(np.float64)
        groups = store.read(self.groups).astype(np.int64)
        if self.weight.role == "embeddings":

            def rows(values: Values, some: slice) -> tuple[Numbers, Numbers]:
                steps = scale[some][:, groups]
                return (values - zero[some][:, groups]) * steps, np.abs(steps)

            return rows, (groups.size,)
        if self.weight.role == "quantized_kernel":
            scale, zero = scale.T, zero.T
        shrunk = store.read(self.awq).astype(np.float64).reshape(-1, 1) if self.awq else np.ones((groups.size, 1))

        def rows_of(values: Values, some: slice) -> tuple[Numbers, Numbers]:
            steps = scale[groups[some]] / shrunk[some]
            return (values - zero[groups[some]]) * steps, np.abs(steps)

        return rows_of, scale.shape[1:]


def _regrouped(blocks: Iterator[Values], shape: tuple[int, ...]) -> Iterator[Values]:
    """The same values in rows of that shape, however they were cut; raises ValueError where something is left over."""
    width = max(prod(shape), 1)
    step = max(1, BLOCK // width) * width
    rest: Values = np.empty(0)
    for block in blocks:
        flat = np.asarray(block).reshape(-1)
        flat = np.concatenate([rest, flat]) if rest.size else flat
        whole = flat.size // width * width
        for begin in range(0, whole, step):
            yield flat[begin : min(whole, begin + step)].reshape(-1, *shape)
        rest = flat[whole:]
    if rest.size:
        raise ValueError("there are values for a part of a row only")


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
