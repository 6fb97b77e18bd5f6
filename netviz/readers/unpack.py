"""Values of four bits out of the bytes that hold two of them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from netviz.model import Tensor, Weight

if TYPE_CHECKING:
    from numpy.typing import NDArray


def unpack(packed: NDArray[np.generic], axis: int, length: int) -> NDArray[np.int8] | NDArray[np.uint8]:
    """The values in an array of bytes, `length` of them along `axis`: the low half of each byte comes first.

    Bytes with a sign (int8) hold -8 to 7, those without (uint8) 0 to 15.
    Source: keras.quantizers.unpack_int4.
    """
    signed = packed.dtype.kind == "i"
    data = packed.view(np.uint8)
    pairs = np.stack([data & 0x0F, data >> 4], axis=axis + 1)
    values = pairs.reshape(*packed.shape[:axis], 2 * packed.shape[axis], *packed.shape[axis + 1 :])
    values = values[(slice(None),) * axis + (slice(length),)]
    return ((values ^ 8).astype(np.int8) - np.int8(8)) if signed else values


def unpacked(values: NDArray[np.generic], weight: Weight) -> NDArray[np.generic]:
    """The values of a weight as the layer computes with them, from those that are stored."""
    shape = sizes(weight.tensor)
    if weight.packed is None or shape is None:
        return values
    return unpack(values, weight.packed, packed_length(values.shape, weight.packed, shape)).reshape(shape)


def sizes(tensor: Tensor) -> tuple[int, ...] | None:
    """The tensor's shape, None where it is not known in full."""
    known = [size for size in tensor.shape or () if size is not None]
    return None if tensor.shape is None or len(known) < len(tensor.shape) else tuple(known)


def packed_length(stored: tuple[int, ...], axis: int, shape: tuple[int, ...]) -> int:
    """How many values lie along the packed axis, where the unpacked array is one of that shape."""
    others = math.prod(stored[:axis] + stored[axis + 1 :])
    return math.prod(shape) // others if others else 0


def row_blocks(stored: tuple[int, ...], axis: int, shape: tuple[int, ...], most: int) -> Iterator[tuple[slice, int]]:
    """Slices along the first stored axis, of about `most` values each, that are whole rows of the unpacked `shape`.

    Each comes with how many values it has along the packed axis. A kernel of several axes that was flattened has
    other rows than its bytes; then as many of these go together as are needed.
    """
    length = packed_length(stored, axis, shape)
    others = math.prod(stored[1:axis] + stored[axis + 1 :])
    given = 2 * others if axis == 0 else length * others  # values in one stored row
    row = math.prod(shape[1:])
    if not given or not row:
        yield slice(0, stored[0]), length
        return
    least = row // math.gcd(row, given)
    step = max(1, most // given // least) * least
    for begin in range(0, stored[0], step):
        end = min(stored[0], begin + step)
        yield slice(begin, end), min(length - 2 * begin, 2 * (end - begin)) if axis == 0 else length
