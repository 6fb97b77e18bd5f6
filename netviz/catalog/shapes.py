"""Arithmetic on shapes, as Keras does it: None is an axis of any length and stays None.

ValueError says that the shapes do not go together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from netviz.catalog.settings import axis_in, channels_first
from netviz.model import Config, Shape


def window_output(size: int | None, window: int, stride: int, dilation: int, padding: str) -> int | None:
    """Length of one spatial axis after a convolution or pooling; None stays None.

    Source: "A guide to convolution arithmetic for deep learning", relationship 6 ("valid"),
    and Keras's own rule for "same" and "causal".
    """
    if padding not in ("valid", "same", "causal"):
        raise ValueError(f"unknown padding {padding!r:.80}")
    if size is None:
        return None
    if padding == "valid":
        size -= dilation * (window - 1)
        if size <= 0:
            raise ValueError("the window is larger than the input")
    return -(-size // stride)


def transposed_output(
    size: int | None, window: int, stride: int, dilation: int, padding: str, extra: int | None
) -> int | None:
    """Length of one spatial axis after a transposed convolution; `extra` is its output_padding.

    Source: keras.src.backend.common.backend_utils.compute_conv_transpose_output_shape.
    """
    if padding not in ("valid", "same"):
        raise ValueError(f"unknown padding {padding!r:.80}")
    if size is None:
        return None
    window = (window - 1) * dilation + 1
    if padding == "valid":
        return (size - 1) * stride + (max(window, stride) if extra is None else window + extra)
    return size * stride if extra is None else (size - 1) * stride + window % 2 + extra


def spatial(config: Config, shape: Shape, rank: int) -> tuple[int | None, Shape, int | None]:
    """The shape taken apart: batch, spatial axes, channels, by the config's data_format."""
    if len(shape) != rank + 2:
        raise ValueError(f"expected {rank + 2} axes, not {len(shape)}")
    if channels_first(config):
        return shape[0], shape[2:], shape[1]
    return shape[0], shape[1:-1], shape[-1]


def arranged(config: Config, batch: int | None, axes: Sequence[int | None], channels: int | None) -> Shape:
    """The shape put together again, by the config's data_format."""
    return (batch, channels, *axes) if channels_first(config) else (batch, *axes, channels)


def conflict(stated: Shape | None, inferred: Shape | None) -> bool:
    """Whether two shapes cannot be the same tensor's; an axis of any length goes with every length."""
    if stated is None or inferred is None:
        return False
    if len(stated) != len(inferred):
        return True
    return any(a is not None and b is not None and a != b for a, b in zip(stated, inferred, strict=True))


def product(shape: Shape) -> int | None:
    """Number of elements; None where an axis is None."""
    known = [axis for axis in shape if axis is not None]
    return math.prod(known) if len(known) == len(shape) else None


def broadcast(first: Shape, second: Shape) -> Shape:
    """Both shapes stretched to one. A None against a length of more than 1 takes that length.

    Source: keras.src.ops.operation_utils.broadcast_shapes.
    """
    width = max(len(first), len(second))
    out = []
    for a, b in zip((1,) * (width - len(first)) + first, (1,) * (width - len(second)) + second, strict=True):
        if a is not None and b is not None and a != b and 1 not in (a, b):
            raise ValueError(f"cannot broadcast {a} with {b}")
        if a == 1:
            out.append(b)
        elif a is None:
            out.append(None if b == 1 else b)
        else:
            out.append(a)
    return tuple(out)


def reduced(shape: Shape, axes: Sequence[int] | None, keep: bool) -> Shape:
    """The shape without the given axes (None: all), or with length 1 there where `keep` is set."""
    gone = range(len(shape)) if axes is None else {axis_in(axis, len(shape)) for axis in axes}
    if keep:
        return tuple(1 if index in gone else axis for index, axis in enumerate(shape))
    return tuple(axis for index, axis in enumerate(shape) if index not in gone)


def reshaped(shape: Shape, target: Shape) -> Shape:
    """The target with its -1 worked out; None where the shape is not known well enough.

    Source: keras.src.ops.operation_utils.compute_reshape_output_shape.
    """
    if target.count(-1) > 1 or any(axis is not None and axis < -1 for axis in target):
        raise ValueError(f"cannot reshape to {target}")
    size = product(shape)
    if size is None or None in target:
        return tuple(None if axis == -1 else axis for axis in target)
    rest = math.prod(axis for axis in target if axis is not None and axis != -1)
    if -1 not in target:
        if rest != size:
            raise ValueError(f"cannot reshape {shape} to {target}")
        return target
    if rest == 0 or size % rest:
        raise ValueError(f"cannot reshape {shape} to {target}")
    return tuple(size // rest if axis == -1 else axis for axis in target)


def permuted(shape: Shape, order: Sequence[int] | None) -> Shape:
    """The axes in another order (None: reversed)."""
    if order is None:
        return shape[::-1]
    places = [axis_in(axis, len(shape)) for axis in order]
    if sorted(places) != list(range(len(shape))):
        raise ValueError(f"{tuple(order)} is not an order of {len(shape)} axes")
    return tuple(shape[place] for place in places)


def joined(shapes: Sequence[Shape], axis: int) -> Shape:
    """The first shape with the lengths along `axis` added up.

    Source: keras.layers.Concatenate.compute_output_shape.
    """
    first = shapes[0]
    axis = axis_in(axis, len(first))
    if any(len(shape) != len(first) for shape in shapes):
        raise ValueError("cannot concatenate tensors of different ranks")
    length: int | None = 0
    for shape in shapes:
        along = shape[axis]
        length = None if length is None or along is None else length + along
    return (*first[:axis], length, *first[axis + 1 :])


def multiplied(first: Shape, second: Shape) -> Shape:
    """The shape of a matrix product with broadcast leading axes, as numpy.matmul has it."""
    if not first or not second:
        raise ValueError("a scalar has no matrix product")
    left = first if len(first) > 1 else (1, *first)
    right = second if len(second) > 1 else (*second, 1)
    if left[-1] is not None and right[-2] is not None and left[-1] != right[-2]:
        raise ValueError(f"cannot multiply {first} by {second}")
    rows = left[-2:-1] if len(first) > 1 else ()
    columns = right[-1:] if len(second) > 1 else ()
    return broadcast(left[:-2], right[:-2]) + rows + columns
