"""Which positions of the input an output is made of where nothing slides along an axis."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from netviz.catalog.kinds import Arguments, Field, Window, WindowRule
from netviz.catalog.outputs import first_shape, given, operands
from netviz.catalog.settings import axis_in, inner_config, integer, integers, lengths, sequence, text, whole
from netviz.catalog.shapes import reshaped
from netviz.model import Config


def along(axes: Callable[[Config], tuple[int, ...] | None]) -> WindowRule:
    """Whether what runs along the axes mixes positions: those behind the batch and before the last, the channels."""

    def window(config: Config, arguments: Arguments) -> Field:
        shape, own = first_shape(arguments), axes(config)
        if own == (-1,):
            return "pointwise"
        if shape is None:
            raise ValueError("the number of axes is not known")
        places = range(len(shape)) if own is None else (axis_in(axis, len(shape)) for axis in own)
        return "whole" if any(0 < place < len(shape) - 1 for place in places) else "pointwise"

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
    """Of GroupNormalization: every position, where there are several."""
    shape = first_shape(arguments)
    return "pointwise" if shape is not None and len(shape) < 3 else "whole"


def dense(config: Config, arguments: Arguments) -> Field:
    """Of EinsumDense: the same position where only the last axis is summed over."""
    left, _, rest = text(config, "equation", "").replace(" ", "").partition(",")
    letters, right = left.replace("...", ""), rest.partition("->")[2]
    gone = [place for place, letter in enumerate(letters) if letter not in right]
    if any(place < len(letters) - 1 for place in gone) or (gone and left.endswith("...")):
        return "whole"
    return "pointwise"


def matmul(config: Config, arguments: Arguments) -> Field:
    """Of a matrix product: the same position where one matrix multiplies the channels of all."""
    first, second = (array.shape for array in operands(arguments))
    return "pointwise" if first and second and len(first) > 2 == len(second) else "whole"


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
