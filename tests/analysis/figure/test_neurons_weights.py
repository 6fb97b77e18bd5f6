"""Rows of a weight against the whole of it, and how much is read for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.analysis.figure.neurons_weights import MOST_BYTES, read_rows
from netviz.errors import SourceError
from netviz.model import Tensor, Weight


class Store:
    """Gives values in blocks of some rows, and counts them; with `broken` it fails at that block."""

    def __init__(self, values: Any, step: int, broken: int | None = None) -> None:
        self.values, self.step, self.broken, self.read_blocks = values, step, broken, 0

    def read(self, weight: Weight) -> Any:
        raise AssertionError("never the whole of it")

    def blocks(self, weight: Weight) -> Iterator[Any]:
        for begin in range(0, len(self.values), self.step):
            if self.read_blocks == self.broken:
                raise SourceError("damaged")
            self.read_blocks += 1
            yield self.values[begin : begin + self.step]


def weight(shape: tuple[int | None, ...]) -> Weight:
    return Weight("kernel", "kernel", Tensor(shape, "float32"), True)


@given(st.data())
def test_rows_are_those_of_the_array(data: st.DataObject) -> None:
    count, step = data.draw(st.integers(1, 40)), data.draw(st.integers(1, 12))
    values = np.arange(count * 3, dtype=np.float32).reshape(count, 3)
    rows = sorted(data.draw(st.sets(st.integers(0, count - 1), min_size=1)))
    store = Store(values, step)
    found = read_rows(store, weight((count, 3)), rows)
    np.testing.assert_array_equal(found, values[rows])
    assert store.read_blocks == rows[-1] // step + 1  # none behind the last row


def test_nothing_where_there_are_no_values() -> None:
    values = np.zeros((4, 2), np.float32)
    assert read_rows(None, weight((4, 2)), [0]) is None
    assert read_rows(Store(values, 1), None, [0]) is None
    assert read_rows(Store(values, 1), weight((None, 2)), [0]) is None
    assert read_rows(Store(values, 1), weight((4, 2)), [4]) is None
    assert read_rows(Store(values[:3], 1), weight((4, 2)), [0, 3]) is None  # cut off


def test_a_damaged_file_is_said() -> None:
    with pytest.raises(SourceError, match="damaged"):
        read_rows(Store(np.zeros((4, 2), np.float32), 1, broken=2), weight((4, 2)), [0, 3])


def test_no_kernel_of_gigabytes_is_read() -> None:
    store = Store(np.zeros((4, 2), np.float32), 1)
    assert read_rows(store, weight((MOST_BYTES, 2)), [0]) is None
    assert store.read_blocks == 0
