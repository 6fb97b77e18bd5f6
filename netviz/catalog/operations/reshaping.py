"""keras.ops that move, cut, repeat or join the axes of tensors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from netviz.catalog.costs import reshaping as costs
from netviz.catalog.kinds import Arguments, LayerKind
from netviz.catalog.outputs import dtype_in, first_tensor, given, nested_shape, of_shape, of_shapes, operand, unchanged
from netviz.catalog.promotion import of_operands
from netviz.catalog.settings import axis_in, inner_config, integer, integers, lengths, sequence, whole
from netviz.catalog.shapes import broadcast, joined, permuted, product, reduced, reshaped
from netviz.model import Config, Shape


def is_marker(key: object, name: str) -> bool:
    """Whether the value is what Keras writes for a Python slice or ellipsis."""
    return isinstance(key, Mapping) and key.get("class_name") == name


def sliced(length: int | None, key: Mapping[str, object]) -> int | None:
    """Length of an axis after a serialised slice; an axis of any length stays one."""
    bounds = inner_config(key)
    ends = [None if bounds.get(end) is None else whole(bounds[end]) for end in ("start", "stop", "step")]
    return None if length is None else len(range(*slice(*ends).indices(length)))


def indexed(shape: Shape, keys: Sequence[object]) -> Shape:
    """The shape of x[keys]: ints, slices, an ellipsis and new axes (null), as Keras serialises them.

    Source: keras.src.ops.numpy.GetItem.
    """
    ellipses = [place for place, key in enumerate(keys) if is_marker(key, "__ellipsis__")]
    if len(ellipses) > 1:
        raise ValueError("more than one ellipsis")
    named = sum(key is not None for key in keys) - len(ellipses)
    if named > len(shape):
        raise ValueError(f"{named} indices for {len(shape)} axes")
    left = list(shape)
    out: list[int | None] = []
    for key in keys:
        if key is None:
            out.append(1)
        elif is_marker(key, "__ellipsis__"):
            skipped = len(shape) - named
            out += left[:skipped]
            del left[:skipped]
        elif isinstance(key, Mapping):
            out.append(sliced(left.pop(0), key))
        else:
            length = left.pop(0)
            if length is not None:
                axis_in(whole(key), length)
    return (*out, *left)


def item_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """The shape of x[key]."""
    shape = first_tensor(arguments).shape
    key = given(arguments, 1, "key")
    keys = sequence(key) if isinstance(key, list | tuple) else (key,)
    return (None if shape is None else indexed(shape, keys),)


@of_shape
def reshape_output(config: Config, shape: Shape) -> Shape:
    """`newshape`, a -1 in it worked out; the batch axis is one like the others."""
    value = config.get("newshape")
    return reshaped(shape, (whole(value),) if isinstance(value, int) else lengths(value))


@of_shape
def transpose_output(config: Config, shape: Shape) -> Shape:
    """The axes in the order of `axes`, or reversed."""
    value = config.get("axes")
    return permuted(shape, None if value is None else integers(value))


@of_shape
def expand_output(config: Config, shape: Shape) -> Shape:
    """New axes of length 1, which `axis` counts in the result."""
    value = config.get("axis")
    places = (len(shape),) if value is None else integers(value)
    ndim = len(shape) + len(places)
    new = {axis_in(place, ndim) for place in places}
    if len(new) < len(places):
        raise ValueError("an axis stands twice among the new ones")
    rest = iter(shape)
    return tuple(1 if index in new else next(rest) for index in range(ndim))


@of_shape
def squeeze_output(config: Config, shape: Shape) -> Shape:
    """The shape without the axes of length 1, or without those of them in `axis`."""
    value = config.get("axis")
    if value is None:
        return tuple(axis for axis in shape if axis != 1)
    places = integers(value)
    if any(shape[place] != 1 for place in places):
        raise ValueError("only axes of length 1 can be squeezed")
    return reduced(shape, places, keep=False)


@of_shape
def swap_output(config: Config, shape: Shape) -> Shape:
    """Two axes in each other's place."""
    order = list(range(len(shape)))
    first, second = (axis_in(integer(config, key), len(shape)) for key in ("axis1", "axis2"))
    order[first], order[second] = order[second], order[first]
    return permuted(shape, order)


@of_shape
def move_output(config: Config, shape: Shape) -> Shape:
    """Axes taken from `source` and put at `destination`, the others in order."""
    ndim = len(shape)
    pairs = zip(integers(config.get("source")), integers(config.get("destination")), strict=True)
    moved = {axis_in(target, ndim): axis_in(source, ndim) for source, target in pairs}
    rest = iter(axis for axis in range(ndim) if axis not in moved.values())
    return permuted(shape, [moved[index] if index in moved else next(rest) for index in range(ndim)])


@of_shapes
def concatenate_output(config: Config, shapes: tuple[Shape, ...]) -> Shape:
    """The lengths along `axis` added up."""
    return joined(shapes, integer(config, "axis", 0))


@of_shapes
def stack_output(config: Config, shapes: tuple[Shape, ...]) -> Shape:
    """A new axis as long as there are tensors."""
    first = shapes[0]
    place = axis_in(integer(config, "axis", 0), len(first) + 1)
    return (*first[:place], len(shapes), *first[place:])


MOST_OUTPUTS = 100_000
"""A call with more is refused: a small file must not be able to ask for memory without end."""


def pieces_of(count: int) -> int:
    """The number of outputs, within reason."""
    if not 0 < count <= MOST_OUTPUTS:
        raise ValueError(f"{count} outputs")
    return count


@of_shapes
def rows_output(config: Config, shapes: tuple[Shape, ...]) -> Shape:
    """The lengths along the first axis added up."""
    return joined(shapes, 0)


@of_shapes
def columns_output(config: Config, shapes: tuple[Shape, ...]) -> Shape:
    """The lengths along the second axis added up."""
    return joined(shapes, 1)


def split_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """The pieces: so many of the same length, or cut at the given places."""
    shape = first_tensor(arguments).shape
    cuts = config.get("indices_or_sections")
    places = None if isinstance(cuts, int) else integers(cuts)
    count = pieces_of(whole(cuts) if places is None else len(places) + 1)
    if shape is None:
        return (None,) * count
    axis = axis_in(integer(config, "axis", 0), len(shape))
    size = shape[axis]
    pieces: list[int | None]
    if places is None:
        if size is not None and size % count:
            raise ValueError(f"cannot split {size} into {count} pieces")
        pieces = [None if size is None else size // count] * count
    else:
        last = None if size is None else size - (0, *places)[-1]
        pieces = [*(end - start for start, end in zip((0, *places), places, strict=False)), last]
    if any(piece is not None and piece < 0 for piece in pieces):
        raise ValueError(f"cannot cut {size} at {places}")
    return tuple((*shape[:axis], piece, *shape[axis + 1 :]) for piece in pieces)


def unstack_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """The slices along an axis, each without it."""
    shape = first_tensor(arguments).shape
    if shape is None:
        return (None,) * pieces_of(integer(config, "num"))
    axis = axis_in(integer(config, "axis", 0), len(shape))
    count = pieces_of(integer(config, "num", shape[axis]))
    return (shape[:axis] + shape[axis + 1 :],) * count


@of_shape
def broadcast_output(config: Config, shape: Shape) -> Shape:
    """The `shape` that is asked for, which the input has to fit."""
    wanted = lengths(config.get("shape"))
    broadcast(shape, wanted)
    return wanted


@of_shape
def tile_output(config: Config, shape: Shape) -> Shape:
    """Each axis `repeats` times as long, counted from the last."""
    repeats = integers(config.get("repeats"))
    width = max(len(repeats), len(shape))
    repeats = (1,) * (width - len(repeats)) + repeats
    padded = (1,) * (width - len(shape)) + shape
    return tuple(None if axis is None else axis * count for axis, count in zip(padded, repeats, strict=True))


@of_shape
def repeat_output(config: Config, shape: Shape) -> Shape:
    """Each element along `axis` repeated; all elements in one row without an axis."""
    repeats = integers(config.get("repeats"))
    stated = config.get("axis")
    place = 0 if stated is None else axis_in(whole(stated), len(shape))
    size = product(shape) if stated is None else shape[place]
    if len(repeats) > 1 and size not in (None, len(repeats)):
        raise ValueError(f"{len(repeats)} repeats for {size} elements")
    longer = None if size is None else sum(repeats) if len(repeats) > 1 else size * repeats[0]
    return (longer,) if stated is None else (*shape[:place], longer, *shape[place + 1 :])


@of_shape
def pad_output(config: Config, shape: Shape) -> Shape:
    """Each axis with what is added before and after."""
    value = config.get("pad_width")
    widths: list[tuple[int, ...]]
    if isinstance(value, int) or all(isinstance(item, int) for item in sequence(value)):
        widths = [integers(value)]
    else:
        widths = [integers(item) for item in sequence(value)]
    widths = widths * len(shape) if len(widths) == 1 else widths
    added = [sum(width) * (2 if len(width) == 1 else 1) for width in widths]
    return tuple(None if axis is None else axis + more for axis, more in zip(shape, added, strict=True))


def take_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """The indices' shape in the place of the axis, or alone without one."""
    shape = first_tensor(arguments).shape
    indices = given(arguments, 1, "indices")
    array = operand(indices)
    places = nested_shape(indices) if array is None else array.shape
    if shape is None or places is None:
        return (None,)
    if config.get("axis") is None:
        return (places,)
    axis = axis_in(integer(config, "axis"), len(shape))
    return (shape[:axis] + places + shape[axis + 1 :],)


def take_along_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """As long along the axis as the indices, the other axes broadcast; a flat tensor without an axis."""
    shape, places = first_tensor(arguments).shape, operand(given(arguments, 1, "indices"))
    if shape is None or places is None or places.shape is None:
        return (None,)
    if config.get("axis") is None:
        return (places.shape,)
    axis = axis_in(integer(config, "axis"), len(shape))
    return (broadcast((*shape[:axis], *places.shape[axis : axis + 1], *shape[axis + 1 :]), places.shape),)


def slice_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """The `shape` that is asked for; -1 is what is left behind the start."""
    shape = first_tensor(arguments).shape
    if shape is None:
        return (None,)
    starts = given(arguments, 1, "start_indices")
    firsts = list(sequence(starts)) if isinstance(starts, list | tuple) else [None] * len(shape)
    wanted = lengths(config.get("shape"))
    return (
        tuple(
            length if length != -1 else None if axis is None or not isinstance(first, int) else axis - first
            for axis, length, first in zip(shape, wanted, firsts, strict=True)
        ),
    )


@of_shape
def ravel_output(config: Config, shape: Shape) -> Shape:
    """All elements in one row."""
    return (product(shape),)


@of_shape
def difference_output(config: Config, shape: Shape) -> Shape:
    """One element less along the axis for each of `n` rounds."""
    axis = axis_in(integer(config, "axis", -1), len(shape))
    size = shape[axis]
    shorter = None if size is None else max(0, size - integer(config, "n", 1))
    return (*shape[:axis], shorter, *shape[axis + 1 :])


RULES = {
    "GetItem": item_output,
    "Reshape": reshape_output,
    "Transpose": transpose_output,
    "ExpandDims": expand_output,
    "Squeeze": squeeze_output,
    "Swapaxes": swap_output,
    "Moveaxis": move_output,
    "Split": split_output,
    "Unstack": unstack_output,
    "BroadcastTo": broadcast_output,
    "Tile": tile_output,
    "Repeat": repeat_output,
    "Pad": pad_output,
    "Take": take_output,
    "TakeAlongAxis": take_along_output,
    "Slice": slice_output,
    "SliceUpdate": unchanged,
    "ScatterUpdate": unchanged,
    "Ravel": ravel_output,
    "Diff": difference_output,
}

KINDS = (
    *(LayerKind(name, "reshaping", rule, dtype=dtype_in, cost=costs.operation(name)) for name, rule in RULES.items()),
    LayerKind("Concatenate", "merging", concatenate_output, dtype=of_operands(), cost=costs.operation("Concatenate")),
    LayerKind("Stack", "merging", stack_output, dtype=of_operands(), cost=costs.operation("Stack")),
    LayerKind("Vstack", "merging", rows_output, dtype=of_operands(), cost=costs.operation("Vstack")),
    LayerKind("Hstack", "merging", columns_output, dtype=of_operands(), cost=costs.operation("Hstack")),
)
