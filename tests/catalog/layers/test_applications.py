"""Layers that keras.applications defines for its own architectures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras.src.applications.convnext import LayerScale, StochasticDepth
from keras.src.applications.inception_resnet_v2 import CustomScaleLayer

from tests.catalog.draws import broadcastable, shapes
from tests.catalog.oracle import agrees, tensor, tried


def scaled(data: st.DataObject) -> Any:
    """A branch added to the main path, which has its shape."""
    first, _ = data.draw(broadcastable(2))
    return CustomScaleLayer(0.2)([tensor(first), tensor(first)])


CALLS: dict[str, Callable[[st.DataObject], Any]] = {
    "LayerScale": lambda data: LayerScale(1e-6, 4)(tensor((*data.draw(shapes(1, 3)), 4))),
    "StochasticDepth": lambda data: StochasticDepth(0.1)(tensor(data.draw(shapes(2, 4)))),
    "CustomScaleLayer": scaled,
}


@pytest.mark.parametrize("name", CALLS)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_stated(name: str, data: st.DataObject) -> None:
    agrees(tried(lambda: CALLS[name](data)))
