"""keras.ops that count, rank and look up values; what depends on the values themselves is an axis of any length."""

from __future__ import annotations

from netviz.catalog.costs.forms import SORTING, VALUES, uncounted
from netviz.catalog.costs.reductions import CORRELATIONS, TRAPEZOIDS, reduction
from netviz.catalog.costs.reductions import SEGMENTS as SEGMENTS_COST
from netviz.catalog.kinds import Arguments, LayerKind
from netviz.catalog.operations.reductions import axes_of
from netviz.catalog.outputs import (
    always_dtype,
    as_argument,
    dtype_in,
    first_tensor,
    given,
    nested_shape,
    of_shape,
    operand,
    operands,
    unchanged,
)
from netviz.catalog.promotion import floating, promoted
from netviz.catalog.settings import axis_in, flag, integer, integer_if_set, sequence
from netviz.catalog.shapes import product, reduced
from netviz.model import Config, Shape


def quantile_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """As a reduction, for each of the quantiles asked for.

    Keras 3.15 states no axis for a list of one, and only the first axis of a tensor of them, but computes all.
    """
    shape, asked = first_tensor(arguments).shape, given(arguments, 1, "q")
    array = operand(asked)
    many = nested_shape(asked) if array is None else array.shape
    if shape is None or many is None:
        return (None,)
    return ((*many, *reduced(shape, axes_of(config), flag(config, "keepdims", False))),)


def histogram_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """How many values lie in each bin, and the bins' ends."""
    bins = integer(config, "bins", 10)
    return ((bins,), (bins + 1,))


@of_shape
def counts_output(config: Config, shape: Shape) -> Shape:
    """How often each number occurs, up to the largest."""
    return (*shape[:-1], None)


def counts_dtype(config: Config, arguments: Arguments) -> str | None:
    """int32, or with weights their dtype and the tensor's promoted together."""
    weights = config.get("weights")
    if weights is None:
        return "int32"
    first = sequence(weights)[0]
    return promoted(dtype_in(config, arguments), "float32" if isinstance(first, float) else "int32")


def searched_dtype(config: Config, arguments: Arguments) -> str:
    """int32 where the sequence's length is known to fit. Source: keras.src.ops.numpy.SearchSorted."""
    searched = operand(given(arguments, 0, "sorted_sequence"))
    known = searched is not None and searched.shape and searched.shape[0] is not None
    return "int32" if known else "int64"


def places_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """For each axis, where along it the values stand that are not zero."""
    shape = first_tensor(arguments).shape
    return (None,) if shape is None else ((None,),) * len(shape)


def distinct_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """The distinct values, then what else is asked for. Source: keras.src.ops.numpy.Unique."""
    shape = first_tensor(arguments).shape
    count = integer_if_set(config, "size")
    asked = [flag(config, f"return_{name}", False) for name in ("index", "inverse", "counts")]
    if shape is None:
        return (None,) * (1 + sum(asked))
    values: Shape = (count,)
    inverse = shape
    if config.get("axis") is not None:
        axis = axis_in(integer(config, "axis"), len(shape))
        values, inverse = (*shape[:axis], count, *shape[axis + 1 :]), (shape[axis],)
    more = ((count,), inverse, (count,))
    return (values, *(one for one, wanted in zip(more, asked, strict=True) if wanted))


def distinct_dtype(config: Config, arguments: Arguments) -> tuple[str | None, ...]:
    """The values' own, int32 for the rest."""
    return (dtype_in(config, arguments), *["int32"] * 3)


@of_shape
def segment_output(config: Config, shape: Shape) -> Shape:
    """One row for each segment, of any number where `num_segments` is not set."""
    return (integer_if_set(config, "num_segments"), *shape[1:])


@of_shape
def correlation_output(config: Config, shape: Shape) -> Shape:
    """Every row with every row. Keras 3.15 states the shape that goes in."""
    rows, _ = shape
    return (rows, rows)


def correlation_dtype(config: Config, arguments: Arguments) -> str | None:
    """The promoted dtype, a float; float64 for int64. Source: keras.src.ops.numpy.Corrcoef."""
    dtype = dtype_in(config, arguments)
    return "float64" if dtype == "int64" else promoted(dtype, "float")


@of_shape
def area_output(config: Config, shape: Shape) -> Shape:
    """The shape without the axis that is integrated over."""
    return reduced(shape, (integer(config, "axis", -1),), keep=False)


def area_dtype(config: Config, arguments: Arguments) -> str | None:
    """The promoted dtype, a float."""
    return promoted(*(array.dtype for array in operands(arguments)[:1]), "float")


@of_shape
def partition_output(config: Config, shape: Shape) -> Shape:
    """The shape as it is; all in one row where the axis is given as null."""
    return (product(shape),) if config.get("axis", -1) is None else shape


SEGMENTS = ("SegmentSum", "SegmentMax", "SegmentMin", "SegmentProd")
QUANTILES = ("Quantile", "Percentile", "Nanquantile", "Nanpercentile")

SEARCHED = uncounted(VALUES, None)
SORTED = uncounted(SORTING, None)

KINDS = (
    *(LayerKind(name, "pooling", quantile_output, dtype=floating, cost=reduction(name)) for name in QUANTILES),
    *(LayerKind(name, "pooling", segment_output, dtype=dtype_in, cost=SEGMENTS_COST) for name in SEGMENTS),
    LayerKind("Histogram", "pooling", histogram_output, dtype=dtype_in, cost=SEARCHED),
    LayerKind("Bincount", "pooling", counts_output, dtype=counts_dtype, cost=SEARCHED),
    LayerKind("Corrcoef", "pooling", correlation_output, dtype=correlation_dtype, cost=CORRELATIONS),
    LayerKind("Trapezoid", "pooling", area_output, dtype=area_dtype, cost=TRAPEZOIDS),
    LayerKind("Argpartition", "reshaping", partition_output, dtype=always_dtype("int32"), cost=SORTED),
    LayerKind("Digitize", "preprocessing", unchanged, dtype=always_dtype("int32"), cost=SEARCHED),
    LayerKind("SearchSorted", "preprocessing", as_argument(1, "values"), dtype=searched_dtype, cost=SEARCHED),
    LayerKind("IsIn", "merging", as_argument(0, "x1"), dtype=always_dtype("bool"), cost=SEARCHED),
    LayerKind("Nonzero", "reshaping", places_output, dtype=always_dtype("int32"), cost=SEARCHED),
    LayerKind("Unique", "reshaping", distinct_output, dtype=distinct_dtype, cost=SORTED),
)
