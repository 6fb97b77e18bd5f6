"""Layers whose output is shaped as their input: activations, normalisation, regularisation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

from tests.catalog.draws import DTYPE, POLICY
from tests.catalog.oracle import agrees, tensor, tried

MAKE: dict[str, Callable[..., Any]] = {
    "Activation": lambda **options: layers.Activation("relu", **options),
    "ActivityRegularization": lambda **options: layers.ActivityRegularization(l2=0.1, **options),
    "GroupNormalization": lambda **options: layers.GroupNormalization(2, **options),
    "SpectralNormalization": lambda **options: layers.SpectralNormalization(layers.Dense(4), **options),
    **{name: lambda name=name, **options: getattr(layers, name)(0.1, **options) for name in (
        "Dropout", "AlphaDropout", "GaussianDropout", "GaussianNoise", "SpatialDropout1D", "SpatialDropout2D",
        "SpatialDropout3D",
    )},
    **{name: getattr(layers, name) for name in (
        "ReLU", "LeakyReLU", "ELU", "PReLU", "Softmax", "BatchNormalization", "LayerNormalization",
        "RMSNormalization", "UnitNormalization", "Masking",
    )},
}  # fmt: skip

RANKS = {"SpatialDropout1D": 1, "SpatialDropout2D": 2, "SpatialDropout3D": 3}


@pytest.mark.parametrize("name", MAKE)
@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_output(name: str, data: st.DataObject) -> None:
    shape = (data.draw(st.sampled_from([None, 2])), *[3] * RANKS.get(name, data.draw(st.integers(0, 2))), 4)
    # A SpatialDropout writes only the dtype of its variables, so a mixed policy is lost in the file.
    policy = "float32" if name in RANKS else data.draw(POLICY)
    layer = MAKE[name](dtype=policy)
    agrees(tried(lambda: layer(tensor(shape, data.draw(DTYPE)))))
