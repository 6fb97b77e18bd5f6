"""Dtypes of the outputs of operations: what Keras promotes mixed dtypes to, and the rules built on it.

Tensors whose dtype is unknown give an unknown dtype.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from netviz.catalog.kinds import Arguments
from netviz.catalog.outputs import DtypeRule, dtype_in, operands
from netviz.model import Config

LATTICE: Mapping[str, tuple[str, ...]] = {
    "bool": ("int",),
    "int": ("uint8", "int8", "complex64"),
    "uint8": ("int16", "uint16"),
    "uint16": ("int32", "uint32"),
    "uint32": ("int64", "uint64"),
    "uint64": ("float",),
    "int8": ("int16",),
    "int16": ("int32",),
    "int32": ("int64",),
    "int64": ("float",),
    "float": ("bfloat16", "float16"),
    "bfloat16": ("float32",),
    "float16": ("float32",),
    "float32": ("float64", "complex64"),
    "float64": ("complex128",),
    "complex64": ("complex128",),
    "complex128": (),
}
"""Each dtype's next higher ones; "int" and "float" are Python's own numbers.

Source: keras.src.backend.common.dtypes._type_promotion_lattice.
"""

RESOLVED: Mapping[str, str] = {"int": "int32", "float": "float32", "uint64": "uint32", "complex128": "complex64"}
"""What Keras turns some results into, with the usual floatx of float32."""


@cache
def above(dtype: str) -> frozenset[str]:
    """The dtype and all that stand above it in the lattice; ValueError for one outside of it."""
    if dtype not in LATTICE:
        raise ValueError(f"{dtype!r:.40} has no place in Keras's type promotion")
    return frozenset({dtype}).union(*(above(higher) for higher in LATTICE[dtype]))


def promoted(*dtypes: str | None) -> str | None:
    """The lowest dtype that holds all of them: `keras.backend.result_type`."""
    known = [above(dtype) for dtype in dtypes if dtype is not None]
    if len(known) < len(dtypes) or not known:
        return None
    common = frozenset.intersection(*known)
    lowest = next(dtype for dtype in common if common <= above(dtype))
    return RESOLVED.get(lowest, lowest)


def of_operands(*more: str) -> DtypeRule:
    """A dtype rule: all arguments promoted together, and with the given dtypes besides."""
    return lambda config, arguments: promoted(*(operand.dtype for operand in operands(arguments)), *more)


def replaced(table: Mapping[str, str]) -> DtypeRule:
    """A dtype rule: that of the first tensor, some of them replaced."""

    def dtype(config: Config, arguments: Arguments) -> str | None:
        found = dtype_in(config, arguments)
        return None if found is None else table.get(found, found)

    return dtype


INTEGERS = ("bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64")

floating = replaced(dict.fromkeys(INTEGERS, "float32"))
"""Floats stay, integers become float32."""

summing = replaced({"bool": "int32", "int8": "int32", "int16": "int32", "uint8": "uint32", "uint16": "uint32"})
"""Sums and products of small integers are wider. Source: keras.src.ops.numpy.Sum."""

counting = replaced({"bool": "int32"})
"""Truth values are added up as int32."""


def stated(config: Config, arguments: Arguments) -> str | None:
    """The config's own `dtype`, or where it has none that of the first tensor."""
    own = config.get("dtype")
    return own if isinstance(own, str) else dtype_in(config, arguments)
