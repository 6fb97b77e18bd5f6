"""keras.ops that fill, join, cut and turn tensors, beside those of `reshaping`."""

from __future__ import annotations

import re
from functools import reduce

from netviz.catalog.costs.forms import FILLED, MOVED, each, uncounted
from netviz.catalog.kinds import Arguments, LayerKind, OutputRule
from netviz.catalog.operations.reshaping import pieces_of, split_output
from netviz.catalog.outputs import (
    always_dtype,
    dtype_in,
    dtype_of_argument,
    each_dtype,
    each_unchanged,
    first_tensor,
    given,
    of_operand_shapes,
    of_shape,
    of_shapes,
    one_number,
    operands,
)
from netviz.catalog.promotion import of_operands, promoted, stated
from netviz.catalog.settings import axis_in, integer, integers, lengths, text
from netviz.catalog.shapes import broadcast, joined, permuted, product
from netviz.model import BITS, Config, Shape


@of_operand_shapes
def spaced_output(config: Config, shapes: tuple[Shape, ...]) -> Shape:
    """Both ends stretched to one shape, and a new axis of `num` steps."""
    ends = reduce(broadcast, shapes)
    place = axis_in(integer(config, "axis", 0), len(ends) + 1)
    return (*ends[:place], integer(config, "num", 50), *ends[place:])


def spaced_dtype(config: Config, arguments: Arguments) -> str | None:
    """The config's own dtype, or a float: both ends promoted. Keras 3.15 states it of the start alone."""
    own = config.get("dtype")
    return own if isinstance(own, str) else promoted(*(end.dtype for end in operands(arguments)), "float")


def stated_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """The `shape` that the config states."""
    return (lengths(config.get("shape")),)


def filled_dtype(config: Config, arguments: Arguments) -> str:
    """The config's own dtype, or the usual float."""
    return text(config, "dtype", "float32")


def unravelled_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """For each axis of `shape`, where along it each index stands."""
    wanted = lengths(config.get("shape"))
    return (first_tensor(arguments).shape,) * pieces_of(len(wanted))


@of_operand_shapes
def appended_output(config: Config, shapes: tuple[Shape, ...]) -> Shape:
    """The lengths along `axis` added up; both in one row without an axis."""
    if config.get("axis") is None:
        sizes = [product(shape) for shape in shapes]
        return joined([(size,) for size in sizes], 0)
    return joined(shapes, integer(config, "axis"))


def deep(shape: Shape) -> Shape:
    """The shape with at least three axes, as numpy.dstack has it."""
    if len(shape) > 2:
        return shape
    return (1, *shape, 1) if len(shape) == 1 else (*shape, *(1,) * (3 - len(shape)))


@of_shapes
def dstack_output(config: Config, shapes: tuple[Shape, ...]) -> Shape:
    """The lengths along the third axis added up."""
    return joined([deep(shape) for shape in shapes], 2)


def split_along(place: int) -> OutputRule:
    """The rule of Vsplit, Hsplit and Dsplit, which cut along that axis; Hsplit takes the first of one axis."""

    def output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
        shape = first_tensor(arguments).shape
        only = place == 1 and shape is not None and len(shape) == 1
        return split_output({**config, "axis": 0 if only else place}, arguments)

    return output


def uneven_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """So many pieces, the first ones longer by one where the length does not divide."""
    shape = first_tensor(arguments).shape
    count = pieces_of(integer(config, "indices_or_sections"))
    if shape is None:
        return (None,) * count
    axis = axis_in(integer(config, "axis", 0), len(shape))
    size = shape[axis]
    pieces = [None if size is None else size // count + (place < size % count) for place in range(count)]
    return tuple((*shape[:axis], piece, *shape[axis + 1 :]) for piece in pieces)


def grids_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """For each tensor one with an axis per tensor; the first two change places unless `indexing` is "ij"."""
    tensors = arguments.tensors
    known = [tensor.shape for tensor in tensors if tensor.shape is not None]
    if not tensors or len(known) < len(tensors):
        return (None,) * max(1, len(tensors))
    axes = [product(shape) for shape in known]
    if text(config, "indexing", "xy") == "xy":
        axes[:2] = axes[1::-1]
    return (tuple(axes),) * pieces_of(len(axes))


def grids_dtype(config: Config, arguments: Arguments) -> tuple[str | None, ...]:
    """Each tensor's own. Keras 3.15 states float32, or the last one's for all of them."""
    return tuple(tensor.dtype for tensor in arguments.tensors)


@of_operand_shapes
def selected_output(config: Config, shapes: tuple[Shape, ...]) -> Shape:
    """Conditions and choices stretched to one shape. Keras 3.15 states that of the first choice."""
    return reduce(broadcast, shapes)


def selected_dtype(config: Config, arguments: Arguments) -> str | None:
    """Of what is chosen from, where all is of one dtype; of others backends make different ones."""
    chosen = operands(Arguments((given(arguments, 1, "choicelist"), given(arguments, 2, "default"))))
    dtype = promoted(*(array.dtype for array in chosen))
    return dtype if all(array.dtype in (dtype, "int", "float") for array in chosen) else None


@of_shape
def turned_output(config: Config, shape: Shape) -> Shape:
    """Two axes in each other's place after an odd number of quarter turns. Keras 3.15 states so of any number."""
    value = config.get("axes")
    first, second = (axis_in(axis, len(shape)) for axis in ((0, 1) if value is None else integers(value)))
    if first == second:
        raise ValueError("a turn needs two axes")
    order = list(range(len(shape)))
    if integer(config, "k", 1) % 2:
        order[first], order[second] = second, first
    return permuted(shape, order)


def viewed_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """The same bytes taken as another dtype, along the last axis."""
    tensor = first_tensor(arguments)
    if tensor.shape is None or tensor.dtype is None:
        return (None,)
    old, new = BITS[tensor.dtype], BITS[text(config, "dtype", tensor.dtype)]
    if old == new:
        return (tensor.shape,)
    if not old or not new:
        raise ValueError("texts have no size")
    *axes, last = tensor.shape
    if last is not None and last * old % new:
        raise ValueError(f"{last * old} bits do not hold values of {new}")
    return ((*axes, None if last is None else last * old // new),)


def groups(side: str) -> list[list[str]]:
    """The axes that one side of a pattern names, those in brackets together: "(h w) c" is [[h, w], [c]]."""
    return [re.findall(r"\w+", name) for name in re.findall(r"\w+|\([^()]*\)", side)]


def parted(names: list[str], length: int | None, told: dict[str, int]) -> dict[str, int | None]:
    """The lengths of axes that make up one of that length; one of them may be left open."""
    left_open = [name for name in names if name not in told]
    if len(left_open) > 1:
        raise ValueError(f"{' and '.join(left_open)} are left open")
    known = product(tuple(told[name] for name in names if name in told))
    found: dict[str, int | None] = {name: told[name] for name in names if name in told}
    for name in left_open:
        found[name] = None if length is None or known is None else length // known
    return found


def rearranged_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """The axes in the order of the pattern, "b (h w) c -> b h w c", those in brackets multiplied.

    Source: keras.src.ops.einops.
    """
    shape = first_tensor(arguments).shape
    pattern = given(arguments, 1, "pattern")
    if shape is None or not isinstance(pattern, str):
        return (None,)
    left, right = re.split(r"\s*->\s*", pattern)
    told = {name: integer(arguments.kwargs, name) for name in arguments.kwargs if name not in ("tensor", "pattern")}
    known: dict[str, int | None] = {}
    for names, length in zip(groups(left), shape, strict=True):
        known.update({names[0]: length} if len(names) == 1 else parted(names, length, told))
    return (tuple(product(tuple(known[name] for name in names)) for names in groups(right)),)


SPACED = ("Linspace", "Geomspace", "Logspace")
CUT = {"Vsplit": 0, "Hsplit": 1, "Dsplit": 2}

KINDS = (
    *(LayerKind(name, "merging", spaced_output, dtype=spaced_dtype, cost=each(2, None, "new")) for name in SPACED),
    LayerKind("Full", "activation", stated_output, dtype=filled_dtype, cost=FILLED),
    LayerKind("Scatter", "reshaping", stated_output, dtype=dtype_of_argument(1, "values"), cost=MOVED),
    LayerKind("UnravelIndex", "reshaping", unravelled_output, dtype=dtype_in, cost=MOVED),
    LayerKind("Append", "merging", appended_output, dtype=of_operands(), cost=MOVED),
    LayerKind("Dstack", "merging", dstack_output, dtype=of_operands(), cost=MOVED),
    LayerKind("ArraySplit", "reshaping", uneven_output, dtype=dtype_in, cost=MOVED),
    *(LayerKind(name, "reshaping", split_along(place), dtype=dtype_in, cost=MOVED) for name, place in CUT.items()),
    LayerKind("Meshgrid", "reshaping", grids_output, dtype=grids_dtype, cost=MOVED),
    LayerKind("Select", "merging", selected_output, dtype=selected_dtype, cost=FILLED),
    LayerKind("Rot90", "reshaping", turned_output, dtype=dtype_in, cost=MOVED),
    LayerKind("View", "reshaping", viewed_output, dtype=stated, cost=MOVED),
    LayerKind(
        "AssociativeScan",
        "recurrent",
        each_unchanged,
        dtype=each_dtype,
        cost=uncounted("What it computes is code.", "whole"),
    ),
    LayerKind("Rearrange", "reshaping", rearranged_output, dtype=dtype_in, cost=MOVED),
    # Of Ndim Keras 3.15 states a vector of so many elements, but computes their number.
    *(LayerKind(name, "pooling", one_number, dtype=always_dtype("int32"), cost=FILLED) for name in ("Size", "Ndim")),
)
