"""Values of four bits, against keras.quantizers, which packs them."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from netviz.readers.unpack import packed_length, row_blocks, unpack

SHAPES = st.lists(st.integers(1, 7), min_size=1, max_size=4).map(tuple)


@st.composite
def packed(draw: st.DrawFn) -> tuple[Any, Any, int]:
    """Numbers, the bytes that Keras packs them to, and along which axis."""
    shape = draw(SHAPES)
    axis = draw(st.integers(0, len(shape) - 1))
    dtype = draw(st.sampled_from(["int8", "uint8"]))
    low, high = (-8, 8) if dtype == "int8" else (0, 16)
    numbers = np.random.default_rng(draw(st.integers(0, 99))).integers(low, high, shape).astype(dtype)
    stored, _, _ = keras.quantizers.pack_int4(numbers, axis=axis, dtype=dtype)
    return numbers, np.asarray(stored), axis


@given(packed())
def test_unpacking_takes_back_packing(case: tuple[Any, Any, int]) -> None:
    numbers, stored, axis = case
    length = packed_length(stored.shape, axis, numbers.shape)
    assert length == numbers.shape[axis]
    found = unpack(stored, axis, length)
    assert found.dtype == numbers.dtype
    np.testing.assert_array_equal(found, numbers)
    of_keras = keras.quantizers.unpack_int4(stored, numbers.shape[axis], axis=axis, dtype=str(numbers.dtype))
    np.testing.assert_array_equal(found, np.asarray(of_keras))


@given(packed(), st.integers(1, 60), st.data())
def test_blocks_are_whole_rows_in_order(case: tuple[Any, Any, int], most: int, data: st.DataObject) -> None:
    """Also of a kernel that was flattened to a matrix before it was packed along its columns."""
    numbers, stored, axis = case
    shape = numbers.shape
    if len(shape) == 2 and axis == 1:
        size = numbers.size
        first = data.draw(st.sampled_from([n for n in range(1, size + 1) if size % n == 0]))
        shape = (first, size // first)
    found = []
    for block, length in row_blocks(stored.shape, axis, shape, most):
        values = unpack(stored[block], axis, length)
        assert values.size % max(1, int(np.prod(shape[1:]))) == 0
        found.append(values.reshape(-1, *shape[1:]))
    np.testing.assert_array_equal(np.concatenate(found), numbers.reshape(shape))
