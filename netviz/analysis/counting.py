"""What one piece of an array holds: how often which values, their mean and deviation. Pure functions, free of state.

Values are counted by their upper bits, as the float that they are: sign, exponent and 7 bits of the mantissa. So a
counter spans less than 1/128 of its values, wherever they lie, and no range has to be known beforehand. (HdrHistogram,
by Gil Tene, and DDSketch, by Masson, Rim and Lee 2019, count alike.) Most of the work is numpy's outside of its lock.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Values = NDArray[Any]
Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

PIECE = 1 << 20
"""Values summed together, as float64."""

COUNTED = 1 << 18
"""Values counted together: few enough to stay in the cache, many enough to outweigh the counters."""

DOTTED = 1 << 13
"""Values multiplied together: for so few BLAS takes no threads, which would wait for those of others."""

MANTISSA = 7
"""Bits of the mantissa by which values are told apart: counters differ by less than 1/128, that is 0.8 %."""

NARROW = 1 << 16
"""Counters of float32: its upper 16 bits."""

WIDE = 52 - MANTISSA
"""Lower bits of a float64 that are not looked at."""

SAFE = (2.0**-400, 2.0**400)
"""Between these the squares of float64 values neither vanish nor overflow."""

CANCELLED = 1e-4
"""Where less than this is left of the squares once that of the mean is taken away, too few digits are left, too."""

LARGEST = float(np.finfo(np.float64).max)

NARROW_TYPES = frozenset({"float32", "float16", "bool", "int8", "uint8", "int16", "uint16"})
"""Dtypes whose values float32 holds exactly; others are taken as float64."""

_scratch = threading.local()


class Counted(NamedTuple):
    """What a piece of float32 holds: counters by the upper 16 bits, and apart from them what has fewer bits.

    `small` are the subnormal values.
    """

    counts: Counts
    zeros: int
    nan: int
    infinite: int
    small: Floats


class Moments(NamedTuple):
    """How many values, their mean and their deviation (of the population)."""

    size: int
    mean: float
    std: float


def counted(piece: NDArray[np.float32]) -> Counted:
    """The values of a contiguous piece by their upper 16 bits."""
    bits = piece.view(np.uint32)
    places = _buffer("places", min(piece.size, COUNTED), np.intp)
    counts: Counts | None = None
    for begin in range(0, piece.size, COUNTED):
        part = bits[begin : begin + COUNTED]
        here = places[: part.size]
        np.right_shift(part, 16, out=here, casting="unsafe")
        own = np.bincount(here, minlength=NARROW)
        counts = own if counts is None else np.add(counts, own, out=counts)
    if counts is None:
        counts = np.zeros(NARROW, np.int64)
    zeros = nan = infinite = 0
    small = np.empty(0)
    least = int(counts[:0x80].sum() + counts[0x8000:0x8080].sum())  # zeros, and values with fewer bits
    if least:
        counts[:0x80] = counts[0x8000:0x8080] = 0
        zeros = piece.size - int(np.count_nonzero(magnitude(piece)))
        if zeros < least:
            small = _widened(bits[(bits & np.uint32(0x7F80_0000) == 0) & (bits << np.uint32(1) != 0)])
    missing = int(counts[0x7F80:0x8000].sum() + counts[0xFF80:].sum())
    if missing:
        counts[0x7F80:0x8000] = counts[0xFF80:] = 0
        nan = int(np.count_nonzero(np.isnan(piece)))
        infinite = missing - nan
    return Counted(counts, zeros, nan, infinite, small)


def counted_wide(values: Floats) -> tuple[Counts, Counts]:
    """The keys and counts of finite float64 values: by their sign, exponent and 7 bits of the mantissa."""
    keys, counts = np.unique(values.view(np.int64) >> WIDE, return_counts=True)
    return keys, counts.astype(np.int64)


def moments(piece: Values) -> Moments:
    """Mean and deviation of the finite values of a contiguous piece of float32 or float64."""
    if piece.dtype == np.float32 and piece.size:
        values = _buffer("values", piece.size, np.float64)[: piece.size]
        np.copyto(values, piece)
        total, squares = float(np.add.reduce(values)), _squares(values)
        left = squares - total / values.size * total
        if math.isfinite(squares) and left > CANCELLED * squares:
            return Moments(piece.size, total / piece.size, math.sqrt(left / piece.size))
    return _careful(piece[np.isfinite(piece)].astype(np.float64))


def wide_keys(keys: Counts) -> Counts:
    """The keys among the counters of float64 of what those of float32 count."""
    floats = (keys.astype(np.uint32) << np.uint32(16)).view(np.float32)
    wide: Counts = floats.astype(np.float64).view(np.int64) >> WIDE
    return wide


def ends(keys: Counts) -> tuple[Floats, Floats]:
    """The end of each counter of float64 that is nearer to zero, and the other."""
    near = (keys << WIDE).view(np.float64)
    far = ((keys + 1) << WIDE).view(np.float64)
    return near, np.where(np.isfinite(far), far, np.copysign(np.finfo(np.float64).max, near))


def magnitude(values: Values) -> Values:
    """The bits of floats without their sign: 0 for zeros only, also where the processor takes subnormals for zero."""
    bits: Values = values.view(np.uint32 if values.dtype.itemsize == 4 else np.uint64)
    shifted: Values = bits << bits.dtype.type(1)
    return shifted


def steps(length: float, least: float, most: int) -> Floats:
    """Where equal steps of at least that width end that together are no shorter than a length; `most` at most."""
    if not length > 0:
        return np.empty(0)
    step = max(least, length / most)
    ends: Floats = step * np.arange(1, min(math.ceil(length / step), most) + 1, dtype=np.float64)
    return ends


def interpolated(values: Floats, shares: Sequence[float]) -> tuple[float, ...]:
    """`numpy.quantile`, also where the span of the values is beyond float64."""
    with np.errstate(all="ignore"):
        far = float(np.abs(values).max()) > LARGEST / 4
        found = np.quantile(values / 4, shares) * 4 if far else np.quantile(values, shares)
    return tuple(float(value) for value in np.clip(found, values.min(), values.max()))


def pieces(values: Values) -> Iterator[Values]:
    """The values in contiguous pieces of float32, where that holds them exactly, or float64."""
    given = np.asarray(values)
    if given.dtype.kind == "V" and given.dtype.names is None and given.dtype.name.startswith(("bfloat", "float")):
        given = given.astype(np.float32)  # those of ml_dtypes
    if given.dtype.kind not in "fiub":
        raise TypeError("complex values have no order" if given.dtype.kind == "c" else f"{given.dtype} is no number")
    form = np.float32 if given.dtype.name in NARROW_TYPES else np.float64
    flat = given.reshape(-1)
    for begin in range(0, flat.size, PIECE):
        yield np.ascontiguousarray(flat[begin : begin + PIECE], form)


def _careful(values: Floats) -> Moments:
    """Mean and deviation of finite values in two passes, scaled where their squares would leave float64."""
    if not values.size:
        return Moments(0, 0.0, 0.0)
    top = max(abs(float(values.min())), abs(float(values.max())))
    exponent = 0 if top == 0 or SAFE[0] < top < SAFE[1] else math.frexp(top)[1] + values.size.bit_length()
    if exponent:
        values = np.ldexp(values, -exponent)
    mean = float(np.add.reduce(values)) / values.size
    values -= mean
    std = math.sqrt(_squares(values) / values.size)
    return Moments(values.size, math.ldexp(mean, exponent), math.ldexp(std, exponent))


def _squares(values: Floats) -> float:
    """The sum of the squares."""
    rows = values[: values.size - values.size % DOTTED].reshape(-1, DOTTED)
    rest = values[rows.size :]
    return float(np.add.reduce(_dot(rows, rows))) + float(_dot(rest, rest))


def _dot(one: Floats, other: Floats) -> Floats:
    """The products along the last axis, summed."""
    if hasattr(np, "vecdot"):  # since numpy 2.0
        return np.asarray(np.vecdot(one, other))
    return np.asarray(np.einsum("...i,...i->...", one, other))


def extremes(found: Counted) -> tuple[float, float]:
    """Between what values the finite ones of a piece lie, by its counters; an empty piece gives (0, 0)."""
    ends_of = []
    for first in (0, 0x8000):
        half = found.counts[first : first + 0x8000] != 0
        if half.any():
            near, far = int(half.argmax()), 0x7FFF - int(half[::-1].argmax())
            bits = np.array([first + near, first + far], np.uint32) << np.uint32(16)
            bits[1] += 0xFFFF  # the last value that the counter counts
            ends_of += [float(value) for value in bits.view(np.float32)]
    ends_of += [0.0] if found.zeros else []
    ends_of += [float(value) for value in found.small]
    return (min(ends_of), max(ends_of)) if ends_of else (0.0, 0.0)


def _widened(bits: NDArray[np.uint32]) -> Floats:
    """Subnormal float32 values, given by their bits, as float64; also where the processor takes them for zero."""
    values: Floats = (bits & np.uint32(0x7F_FFFF)).astype(np.float64) * 2.0**-149
    values[bits >> np.uint32(31) == 1] *= -1
    return values


def _buffer(name: str, size: int, dtype: type) -> Values:
    """Memory of this thread's that is used again, for new memory takes longer than to use it."""
    have: Values | None = getattr(_scratch, name, None)
    if have is None or have.size < size:
        have = np.empty(size, dtype)
        setattr(_scratch, name, have)
    return have
