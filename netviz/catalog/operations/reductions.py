"""keras.ops that sum up along axes, and those that run along one."""

from __future__ import annotations

from collections.abc import Sequence

from netviz.catalog.costs.reductions import reduction as costs
from netviz.catalog.kinds import Arguments, LayerKind
from netviz.catalog.outputs import always_dtype, dtype_in, first_tensor, of_shape
from netviz.catalog.promotion import counting, floating, summing
from netviz.catalog.settings import axis_in, flag, integer, integers
from netviz.catalog.shapes import product, reduced
from netviz.model import Config, Shape

KEEPING = ("Max", "Min", "Amax", "Amin", "Nanmax", "Nanmin", "Ptp")
AVERAGING = ("Mean", "Average", "Median", "Std", "Var", "Nanmean", "Nanmedian", "Nanstd", "Nanvar", "Norm")
SUMMING = ("Sum", "Prod", "Nansum", "Nanprod")
PLACES = ("Argmax", "Argmin", "Nanargmax", "Nanargmin", "CountNonzero")
CUMULATING = ("Cumsum", "Cumprod", "Nancumsum", "Nancumprod")


def axes_of(config: Config, key: str = "axis") -> Sequence[int] | None:
    """The axes under `key`, None for all of them."""
    value = config.get(key)
    return None if value is None else integers(value)


@of_shape
def reduction(config: Config, shape: Shape) -> Shape:
    """The shape without the axes summed up, or with length 1 there."""
    return reduced(shape, axes_of(config), flag(config, "keepdims", False))


def moments(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """Mean and variance."""
    shape = first_tensor(arguments).shape
    out = None if shape is None else reduced(shape, axes_of(config, "axes"), flag(config, "keepdims", False))
    return (out, out)


def ranked(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """The highest values along the last axis, and where they stand."""
    shape = first_tensor(arguments).shape
    return (None if shape is None else (*shape[:-1], integer(config, "k")),) * 2


@of_shape
def along_axis(config: Config, shape: Shape) -> Shape:
    """The shape as it is; all in one row where the axis is given as null."""
    if config.get("axis", -1) is None:
        return (product(shape),)
    axis_in(integer(config, "axis", -1), len(shape))
    return shape


def ranked_dtype(config: Config, arguments: Arguments) -> tuple[str | None, ...]:
    """The values' own, and int32 for their places."""
    return (dtype_in(config, arguments), "int32")


KINDS = (
    *(LayerKind(name, "pooling", reduction, dtype=dtype_in, cost=costs(name)) for name in KEEPING),
    *(LayerKind(name, "pooling", reduction, dtype=floating, cost=costs(name)) for name in AVERAGING),
    *(LayerKind(name, "pooling", reduction, dtype=summing, cost=costs(name)) for name in SUMMING),
    *(LayerKind(name, "pooling", reduction, dtype=always_dtype("int32"), cost=costs(name)) for name in PLACES),
    *(LayerKind(name, "pooling", reduction, dtype=always_dtype("bool"), cost=costs(name)) for name in ("All", "Any")),
    LayerKind("Logsumexp", "pooling", reduction, dtype=always_dtype("float32"), cost=costs("Logsumexp")),
    LayerKind("Moments", "pooling", moments, dtype=dtype_in, cost=costs("Moments")),
    LayerKind("TopK", "pooling", ranked, dtype=ranked_dtype, cost=costs("TopK")),
    *(LayerKind(name, "reshaping", along_axis, dtype=counting, cost=costs(name)) for name in CUMULATING),
    LayerKind("Sort", "reshaping", along_axis, dtype=dtype_in, cost=costs("Sort")),
    LayerKind("Argsort", "reshaping", along_axis, dtype=always_dtype("int32"), cost=costs("Argsort")),
)
