"""No operation with a row is left out of the tests that draw calls."""

from __future__ import annotations

from netviz.catalog.operations import OPERATIONS
from tests.catalog.operations import (
    test_arranging,
    test_elementwise,
    test_images,
    test_linalg,
    test_losses,
    test_network,
    test_products,
    test_reductions,
    test_reshaping,
    test_signal,
    test_statistics,
    test_windows,
)

TABLES = (
    test_arranging, test_elementwise, test_images, test_linalg, test_losses, test_network, test_products,
    test_reductions, test_reshaping, test_signal, test_statistics, test_windows,
)  # fmt: skip

APART = {
    "Geomspace": "test_arranging.test_geomspace",
    "LuFactor": "test_linalg.test_lu_factor",
    "GetItem": "test_reshaping.test_item",
    **dict.fromkeys(test_network.ADAPTIVE, "test_network.test_adaptive"),
}
"""Operations that a test of their own draws."""


def test_every_operation_is_drawn() -> None:
    names = {name for table in TABLES for name in table.CALLS}
    names |= {*test_elementwise.ONE, *test_elementwise.TWO, *test_reductions.NAMES}
    assert names | set(APART) == set(OPERATIONS)
    assert not names & set(APART)
