"""Which positions of the input an output is made of where nothing slides along an axis."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from fractions import Fraction

from netviz.catalog.kinds import Arguments, Field, Window, WindowRule
from netviz.catalog.outputs import first_shape, given, operands
from netviz.catalog.settings import axis_in, inner_config, integer, integers, lengths, sequence, text, whole
from netviz.catalog.shapes import reshaped
from netviz.model import Config, Shape, Tensor


def along(axes: Callable[[Config], tuple[int, ...] | None]) -> WindowRule:
    """Whether what runs along the axes mixes positions: those behind the batch and before the last, the channels.

    An axis of length 1 has nothing to mix.
    """

    def window(config: Config, arguments: Arguments) -> Field:
        shape, own = first_shape(arguments), axes(config)
        if own == (-1,):
            return "pointwise"
        if shape is None:
            raise ValueError("the number of axes is not known")
        return mixed(shape, range(len(shape)) if own is None else [axis_in(axis, len(shape)) for axis in own])

    return window


def mixed(shape: Shape, places: Collection[int]) -> Field:
    """What is made of all that stands along the axes at `places`."""
    spatial = range(1, len(shape) - 1)
    if not any(place in places for place in spatial):
        return "pointwise"
    return "whole" if all(place in places or shape[place] == 1 for place in spatial) else "partly"


def across_last(config: Config, arguments: Arguments) -> Field:
    """The same position, where the last axis is that of the channels."""
    return "pointwise"


def attended(config: Config, arguments: Arguments) -> Field:
    """Of attention, along `attention_axes` or else along all axes between the batch and the channels."""
    axes, shape = config.get("attention_axes"), first_shape(arguments)
    if axes is None:
        return "attended"
    if shape is None:
        raise ValueError("the number of axes is not known")
    found = mixed(shape, [axis_in(axis, len(shape)) for axis in integers(axes)])
    return "attended" if found == "whole" else found


def of_matrices(several: Field) -> WindowRule:
    """Of what takes matrices, of which the axes before the last two count: `several`, or partly where these are."""

    def window(config: Config, arguments: Arguments) -> Field:
        shape = first_shape(arguments)
        if shape is None:
            raise ValueError("the number of axes is not known")
        return several if all(axis == 1 for axis in shape[1:-2]) else "partly"

    return window


def axes_under(key: str, default: object = -1) -> Callable[[Config], tuple[int, ...] | None]:
    """The axes under `key`, None for all of them."""

    def axes(config: Config) -> tuple[int, ...] | None:
        value = config.get(key, default)
        return None if value is None else integers(value)

    return axes


def joined(key: str = "axis", default: int = -1) -> WindowRule:
    """Tensors side by side: the same position where they are joined along the channels; else that is not known."""

    def window(config: Config, arguments: Arguments) -> Field:
        axis, shape = integer(config, key, default), first_shape(arguments)
        if axis != -1 and (shape is None or axis_in(axis, len(shape)) != len(shape) - 1):
            raise ValueError("positions of several tensors side by side")
        return "pointwise"

    return window


def reordered(key: str, *, batched: bool) -> WindowRule:
    """Axes in another order: the same positions where all keep theirs.

    Where the one spatial axis changes places with the channels, each position has a channel of all. `batched` is
    whether the order has the batch as well.
    """

    def window(config: Config, arguments: Arguments) -> Field:
        order = integers(config.get(key))
        if batched and order[:1] != (0,):
            raise ValueError("the batch does not stay the first axis")
        own = order[batched:]
        if list(own) == sorted(own):
            return "pointwise"
        if len(own) == 2:
            return "whole"
        raise ValueError("axes that change places")

    return window


def grouped(config: Config, arguments: Arguments) -> Field:
    """Of GroupNormalization: every position, where there are several and the groups are those of the last axis."""
    shape, axis = first_shape(arguments), integer(config, "axis", -1)
    if axis != -1 and (shape is None or axis_in(axis, len(shape)) != len(shape) - 1):
        raise ValueError("groups along another axis than the last")
    return "pointwise" if shape is not None and len(shape) < 3 else "whole"


def dense(config: Config, arguments: Arguments) -> Field:
    """Of EinsumDense: the same position where only the last axis is summed over, and the others stay where they are."""
    left, _, rest = text(config, "equation", "").replace(" ", "").partition(",")
    right, shape = rest.partition("->")[2], first_shape(arguments)
    if left[:-1] == right[: len(left) - 1] and not left.endswith("..."):
        return "pointwise"
    if shape is None or "..." in left:
        raise ValueError("axes that are not named")
    places = [place for place, letter in enumerate(left) if letter not in right]
    if mixed(shape, places) == "pointwise":
        raise ValueError("axes that change places")
    return mixed(shape, places)


def matmul(config: Config, arguments: Arguments) -> Field:
    """Of a matrix product: the same position where one matrix multiplies the channels of all.

    Where both are tensors, a row of the first and all of the second.
    """
    first, second = (known_rank(array.shape) for array in operands(arguments))
    if len(second) == 2 < len(first):
        return "pointwise"
    if any(axis != 1 for axis in max(first, second, key=len)[1:-2]):
        return "partly"
    if len(arguments.tensors) > 1:
        return "attended"
    return "pointwise" if arguments.args and isinstance(arguments.args[0], Tensor) else "whole"


def dot(config: Config, arguments: Arguments) -> Field:
    """Of keras.ops.dot: the same position where a vector, a matrix or a number multiplies the channels of all."""
    first, second = (known_rank(array.shape) for array in operands(arguments))
    if not first or not second or len(second) <= 2 <= len(first):
        return "pointwise"
    raise ValueError("samples that are multiplied by each other")


def known_rank(shape: Shape | None) -> Shape:
    """The shape itself, of which at least the number of axes has to be known."""
    if shape is None:
        raise ValueError("the number of axes is not known")
    return shape


def sliced(config: Config, arguments: Arguments) -> tuple[Window, ...]:
    """Of x[keys]: the place where each slice begins, and its step; nothing is known where axes come or go."""
    shape, key = first_shape(arguments), given(arguments, 1, "key")
    if shape is None:
        raise ValueError("the number of axes is not known")
    keys: list[object] = []
    written = key if isinstance(key, list | tuple) else [key]
    for own in written:
        if not isinstance(own, Mapping):
            raise ValueError("axes that come or go")
        dots = own.get("class_name") == "__ellipsis__"
        keys += [None] * (len(shape) - len(written) + 1) if dots else [own]
    keys += [None] * (len(shape) - len(keys))
    return tuple(cut(own, size) for own, size in list(zip(keys, shape, strict=True))[1:-1])


def cut(key: object, size: int | None) -> Window:
    """The window of one slice as Keras serialises it, None for all of an axis."""
    bounds = inner_config(key) if isinstance(key, Mapping) else {}
    start, step = whole(bounds.get("start") or 0), whole(bounds.get("step") or 1)
    if step < 0 or (start < 0 and size is None):
        raise ValueError("positions that are not known")
    return Window(1, Fraction(step), max(0, start + (size or 0)) if start < 0 else start)


def padded(config: Config, arguments: Arguments) -> tuple[Window, ...]:
    """Of keras.ops.pad with zeros: the same position before."""
    shape, ends = first_shape(arguments), [integers(item) for item in sequence(config.get("pad_width"))]
    if text(config, "mode", "constant").lower() != "constant":
        raise ValueError("positions stand twice")
    if shape is None or len(ends) != len(shape):
        raise ValueError("margins that are not those of each axis")
    return tuple(Window(1, Fraction(1), -own[0]) for own in ends[1:-1])


def relaid(key: str, *, batched: bool) -> WindowRule:
    """Of reshaping to the shape under `key`, with the batch or without: the same position where all axes stay.

    All of them, where one position is left; anything else lays positions out in another way.
    """

    def window(config: Config, arguments: Arguments) -> Field:
        shape, target = first_shape(arguments), lengths(config.get(key))
        if shape is None or (batched and target[:1] not in (shape[:1], (-1,), (None,))):
            raise ValueError("samples that come or go")
        *spatial, _ = given = shape[1:]
        found = reshaped(shape if batched else given, target)[1 if batched else 0 :]
        if found == given:
            return "pointwise"
        if None not in found and all(axis == 1 for axis in found[:-1]) and len(spatial) > 0:
            return "whole"
        raise ValueError("positions laid out in another way")

    return window


def one_position(config: Config, arguments: Arguments) -> Field:
    """Of new or dropped axes of length 1: all positions, where there is one."""
    shape = first_shape(arguments)
    if shape is None or any(axis != 1 for axis in shape[1:-1]):
        raise ValueError("axes that come or go")
    return "whole"
