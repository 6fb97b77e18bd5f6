"""keras.ops that multiply and sum: matrix products and Einstein sums."""

from __future__ import annotations

from netviz.catalog.costs import products as costs
from netviz.catalog.kinds import Arguments, LayerKind
from netviz.catalog.outputs import of_operand_shapes, one_number, operands
from netviz.catalog.promotion import of_operands
from netviz.catalog.settings import axis_in, integer, integers, sequence, text, whole
from netviz.catalog.shapes import broadcast, multiplied, product
from netviz.model import Config, Shape


@of_operand_shapes
def matmul_output(config: Config, shapes: tuple[Shape, ...]) -> Shape:
    """A matrix product, the leading axes broadcast."""
    first, second = shapes
    return multiplied(first, second)


@of_operand_shapes
def dot_output(config: Config, shapes: tuple[Shape, ...]) -> Shape:
    """The axes of both without the two summed over, as numpy.dot has it."""
    first, second = shapes
    if not first or not second:
        return first or second
    rows = second[-2] if len(second) > 1 else second[0]
    if first[-1] is not None and rows is not None and first[-1] != rows:
        raise ValueError(f"cannot multiply {first} by {second}")
    return first[:-1] + second[:-2] + (second[-1:] if len(second) > 1 else ())


@of_operand_shapes
def tensordot_output(config: Config, shapes: tuple[Shape, ...]) -> Shape:
    """The axes of both without those summed over: so many last and first ones, or two lists of them."""
    first, second = shapes
    axes = config.get("axes", 2)
    if isinstance(axes, int):
        count = whole(axes)
        return first + second if count <= 0 else first[:-count] + second[count:]
    gone_first, gone_second = (integers(item) for item in sequence(axes))
    left = {axis_in(axis, len(first)) for axis in gone_first}
    right = {axis_in(axis, len(second)) for axis in gone_second}
    return tuple(axis for index, axis in enumerate(first) if index not in left) + tuple(
        axis for index, axis in enumerate(second) if index not in right
    )


@of_operand_shapes
def outer_output(config: Config, shapes: tuple[Shape, ...]) -> Shape:
    """All elements of one by all of the other."""
    first, second = shapes
    return (product(first), product(second))


@of_operand_shapes
def inner_output(config: Config, shapes: tuple[Shape, ...]) -> Shape:
    """The axes of both without their last ones."""
    first, second = shapes
    if not first or not second:
        return first or second
    if first[-1] is not None and second[-1] is not None and first[-1] != second[-1]:
        raise ValueError(f"cannot multiply {first} by {second}")
    return first[:-1] + second[:-1]


def labelled(labels: str, shape: Shape) -> tuple[dict[str, int | None], Shape]:
    """The lengths that an operand gives to its labels, and the axes under its ellipsis."""
    before, ellipsis, after = labels.partition("...")
    under = len(shape) - len(before) - len(after)
    if under < 0 or (under and not ellipsis):
        raise ValueError(f"{labels!r:.40} does not name {len(shape)} axes")
    rest = shape[len(before) : len(before) + under]
    lengths: dict[str, int | None] = {}
    for label, length in zip(before + after, shape[: len(before)] + shape[len(before) + under :], strict=True):
        lengths[label] = together(lengths.get(label), length)
    return lengths, rest


def together(first: int | None, second: int | None) -> int | None:
    """The length of an axis that two tensors share: the known one, or of two the one that is not 1."""
    if first is None or second is None:
        return first if second is None else second
    return broadcast((first,), (second,))[0]


@of_operand_shapes
def einsum_output(config: Config, shapes: tuple[Shape, ...]) -> Shape:
    """The lengths of the labels behind the arrow; without one, of those that occur once, in order."""
    left, arrow, right = text(config, "subscripts", "").replace(" ", "").partition("->")
    terms = left.split(",")
    lengths: dict[str, int | None] = {}
    elided: Shape = ()
    for labels, shape in zip(terms, shapes, strict=True):
        own, rest = labelled(labels, shape)
        elided = broadcast(elided, rest)
        for label, length in own.items():
            lengths[label] = together(lengths.get(label), length)
    if not arrow:
        right = "..." + "".join(sorted(label for label in lengths if left.count(label) == 1))
    before, ellipsis, after = right.partition("...")
    middle = elided if ellipsis else ()
    return (*(lengths[label] for label in before), *middle, *(lengths[label] for label in after))


def product_dtype(config: Config, arguments: Arguments) -> str | None:
    """The promoted dtype; int8 by int8 is summed up in int32. Source: keras.src.ops.numpy.Matmul."""
    if {operand.dtype for operand in operands(arguments)} == {"int8"}:
        return "int32"
    return of_operands()(config, arguments)


@of_operand_shapes
def kronecker_output(config: Config, shapes: tuple[Shape, ...]) -> Shape:
    """Each axis of one times that of the other, from the last on. Keras 3.15 states them counted from the first."""
    first, second = shapes
    width = max(len(first), len(second))
    padded = ((1,) * (width - len(shape)) + shape for shape in shapes)
    return tuple(product(pair) for pair in zip(*padded, strict=True))


@of_operand_shapes
def cross_output(config: Config, shapes: tuple[Shape, ...]) -> Shape:
    """A vector, or for two vectors in the plane a number, for each pair of the other axes broadcast.

    Source: keras.src.ops.numpy.Cross.
    """
    keys = ("axisa", "axisb") if config.get("axis") is None else ("axis", "axis")
    others, sizes = [], []
    for shape, key in zip(shapes, keys, strict=True):
        place = axis_in(integer(config, key, -1), len(shape))
        sizes.append(shape[place])
        others.append(shape[:place] + shape[place + 1 :])
    if any(size not in (2, 3, None) for size in sizes):
        raise ValueError(f"vectors of {sizes}")
    out = broadcast(*others)
    if 3 not in sizes:
        if None in sizes:
            raise ValueError("not known whether vectors or numbers come out")
        return out
    place = axis_in(integer(config, "axisc" if config.get("axis") is None else "axis", -1), len(out) + 1)
    return (*out[:place], 3, *out[place:])


@of_operand_shapes
def distance_output(config: Config, shapes: tuple[Shape, ...]) -> Shape:
    """Every row of one with every row of the other, the leading axes broadcast."""
    first, second = shapes
    if first[-1] is not None and second[-1] is not None and first[-1] != second[-1]:
        raise ValueError(f"no distance from {first} to {second}")
    return (*broadcast(first[:-2], second[:-2]), first[-2], second[-2])


@of_operand_shapes
def correlated_output(config: Config, shapes: tuple[Shape, ...]) -> Shape:
    """One vector slid along the other. Source: numpy.correlate."""
    (first,), (second,) = shapes
    mode = text(config, "mode", "valid")
    if mode not in ("valid", "same", "full"):
        raise ValueError(f"unknown mode {mode!r:.40}")
    if first is None or second is None:
        return (None,)
    longer, shorter = max(first, second), min(first, second)
    return ({"valid": longer - shorter + 1, "same": longer, "full": first + second - 1}[mode],)


def correlated_dtype(config: Config, arguments: Arguments) -> str | None:
    """A float: the promoted dtype if it is one. Source: keras.src.ops.numpy.Correlate."""
    dtype = of_operands()(config, arguments)
    if dtype is None or dtype in ("bfloat16", "float16", "float64"):
        return dtype
    return "float64" if dtype == "int64" else "float32"


KINDS = (
    LayerKind("Matmul", "merging", matmul_output, dtype=product_dtype, cost=costs.MATMUL),
    LayerKind("Einsum", "merging", einsum_output, dtype=product_dtype, cost=costs.EINSUM),
    LayerKind("Dot", "merging", dot_output, dtype=of_operands(), cost=costs.DOT),
    LayerKind("Tensordot", "merging", tensordot_output, dtype=of_operands(), cost=costs.TENSORDOT),
    LayerKind("Outer", "merging", outer_output, dtype=of_operands(), cost=costs.OUTER),
    LayerKind("Inner", "merging", inner_output, dtype=of_operands(), cost=costs.INNER),
    LayerKind("Vdot", "merging", one_number, dtype=of_operands(), cost=costs.VDOT),
    LayerKind("Kron", "merging", kronecker_output, dtype=of_operands(), cost=costs.OUTER),
    LayerKind("Cross", "merging", cross_output, dtype=of_operands(), cost=costs.CROSS),
    LayerKind("CDist", "merging", distance_output, dtype=of_operands("float"), cost=costs.CDIST),
    LayerKind("Correlate", "merging", correlated_output, dtype=correlated_dtype, cost=costs.CORRELATE),
)
