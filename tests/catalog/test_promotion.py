"""Mixed dtypes are promoted as Keras promotes them."""

from __future__ import annotations

import itertools

import keras
import pytest

from netviz.catalog.promotion import LATTICE, promoted


def test_every_pair_and_triple() -> None:
    dtypes = [dtype for dtype in LATTICE if dtype not in ("int", "float")]
    for first, second in itertools.product(dtypes, dtypes):
        assert promoted(first, second) == keras.backend.result_type(first, second), (first, second)
        for weak in (int, float):
            assert promoted(first, second, weak.__name__) == keras.backend.result_type(first, second, weak)


def test_unknown_stays_unknown() -> None:
    assert promoted("float32", None) is None
    assert promoted() is None
    with pytest.raises(ValueError):
        promoted("string", "float32")
