"""The keys under which a bundle has the parts of variables that were cut, for many machines, into slices.

Source: tensorflow/core/lib/strings/ordered_code.cc and tensorflow/core/util/saved_tensor_slice_util.cc
(EncodeTensorNameSlice). The code keeps the order of what is coded, which is why it looks as it does.
"""

from __future__ import annotations

from collections.abc import Sequence

ESCAPES = {0x00: b"\0\xff", 0xFF: b"\xff\0"}
"""Bytes of a name that would be taken for its end."""


def slice_key(name: bytes, extents: Sequence[tuple[int, int]]) -> bytes:
    """The key of the slice with these (start, length) per axis; -1 is the length of an axis that is not cut."""
    escaped = b"".join(ESCAPES.get(byte, bytes([byte])) for byte in name)
    key = _natural(0) + escaped + b"\0\1" + _natural(len(extents))
    return key + b"".join(_integer(start) + _integer(length) for start, length in extents)


def _natural(number: int) -> bytes:
    """Its length in bytes, and these, the highest first; nothing follows the length 0."""
    digits = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return bytes([len(digits)]) + digits


def _integer(number: int) -> bytes:
    """Seven bits a byte, and before them as many ones as there are bytes (for a negative number zeros)."""
    size = (~number if number < 0 else number).bit_length() // 7 + 1
    ones = ((1 << size) - 1) << 7 * size
    return (ones ^ number & (1 << 8 * size) - 1).to_bytes(size, "big")
