"""What shape the variables of a layer have: as the settings and the input ask for, and unpacked where int4.

Values of four bits are kept two in a byte. The sources are keras.layers.Dense, EinsumDense, Embedding and
ReversibleEmbedding, `_int4_build` and `_gptq_build`:

    until Keras 3.13    along the first of the axes that the layer sums over, the others as they are
    since Keras 3.14    along the columns of a matrix whose rows are the axes summed over, flattened
    gptq and awq        along the first axis of a matrix of columns by rows, unsigned
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from netviz.catalog.dtypes import quantization_mode
from netviz.catalog.kinds import RULE_ERRORS, Arguments, Expected, LayerKind
from netviz.catalog.shapes import conflict
from netviz.model import Config, Shape, Tensor

TABLES = ("kernel", "embeddings", "reverse_embeddings")
"""The variables that int4 packs."""


@dataclass(frozen=True, slots=True)
class Packed:
    """What a stored array of bytes holds: `tensor`, two values to a byte along the `axis` of the stored array."""

    tensor: Tensor
    axis: int


@dataclass(frozen=True, slots=True)
class Fitting:
    """How what is held of a layer goes with what is asked for.

    `packed` has what is to be unpacked, by name; `conflicts` the shapes asked for that are not those held.
    """

    packed: Mapping[str, Packed]
    conflicts: Mapping[str, Shape]


def fit(kind: LayerKind | None, config: Config, arguments: Arguments | None, held: Mapping[str, Tensor]) -> Fitting:
    """The variables in `held`, by name, against the shapes that the class's rule gives for them."""
    if kind is None or kind.shapes is None:
        return Fitting({}, {})
    try:
        expected = kind.shapes(config, arguments or Arguments())
    except RULE_ERRORS:
        expected = {}
    packed = {}
    for name in held:
        found = _packed(config, name, held, expected.get(name))
        if found is not None:
            packed[name] = found
    unpacked = {name: packed[name].tensor.shape if name in packed else held[name].shape for name in held}
    conflicts = {
        name: wanted.shape
        for name, wanted in expected.items()
        if name in held
        and conflict(unpacked[name], wanted.shape)
        and (wanted.formerly is None or conflict(unpacked[name], wanted.formerly))
    }
    return Fitting(packed, conflicts)


def _packed(config: Config, name: str, held: Mapping[str, Tensor], wanted: Expected | None) -> Packed | None:
    """What the variable holds, if it is packed and it is known how."""
    part, _, own = name.rpartition("/")
    mode = quantization_mode(config, part)
    stored = held[name]
    scale = held.get(f"{name.removesuffix(own)}{own.removeprefix('quantized_')}_scale")
    if scale is None or stored.shape is None or scale.shape is None or None in stored.shape:
        return None
    if own == "quantized_kernel" and stored.dtype == "uint8":
        return _columns_first(mode, stored.shape, scale.shape)
    if own not in TABLES or stored.dtype != "int8" or wanted is None:
        return None
    if mode is None and not conflict(stored.shape, wanted.shape):
        return None
    if mode is not None and not mode.startswith("int4"):
        return None
    return _flattened(stored.shape, wanted) or _halved(stored.shape, wanted)


def _columns_first(mode: str | None, stored: Shape, scale: Shape) -> Packed | None:
    """The values of gptq and awq: a matrix of columns by rows, which is as many columns as there are scales."""
    if len(stored) != 2 or not scale or stored[0] is None or scale[0] is None:
        return None
    columns = scale[0]
    fits = stored[0] == _half(columns)
    if mode is not None and not mode.startswith(("gptq/4", "awq")):
        fits = False
    elif mode is None:
        fits = fits and stored[0] != columns
    return Packed(Tensor((columns, stored[1]), "uint4"), 0) if fits else None


def _flattened(stored: Shape, wanted: Expected) -> Packed | None:
    """Packed along the columns of the flattened kernel."""
    if len(stored) != 2 or stored[0] is None:
        return None
    shape = list(wanted.shape)
    free = [axis for axis, size in enumerate(shape) if size is None]
    if free and set(free) <= set(wanted.reduced) and len(free) == 1:
        others = math.prod(shape[axis] or 1 for axis in wanted.reduced if axis != free[0])
        shape[free[0]] = stored[0] // others if others else 0
    sizes = [size for size in shape if size is not None]
    if len(sizes) < len(shape):
        return None
    rows = math.prod(sizes[axis] for axis in wanted.reduced)
    columns = math.prod(size for axis, size in enumerate(sizes) if axis not in wanted.reduced)
    if free and columns == _half(columns):  # then it might be packed along the rows as well
        return None
    return Packed(Tensor(tuple(sizes), "int4"), 1) if stored == (rows, _half(columns)) else None


def _halved(stored: Shape, wanted: Expected) -> Packed | None:
    """Packed along the first axis summed over."""
    axis = wanted.reduced[0] if wanted.reduced else 0
    size = wanted.shape[axis] if axis < len(wanted.shape) else None
    if size is None or None in wanted.shape:
        return None
    halved = (*wanted.shape[:axis], _half(size), *wanted.shape[axis + 1 :])
    return Packed(Tensor(wanted.shape, "int4"), axis) if stored == halved else None


def _half(size: int) -> int:
    """So many bytes hold that many values of four bits."""
    return (size + 1) // 2
