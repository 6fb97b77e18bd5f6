"""Layers whose output is shaped as their input: activations, normalisation, regularisation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

from tests.catalog.draws import BATCH, DTYPE, LENGTH, POLICY
from tests.catalog.oracle import agrees, tensor, tried

SPATIAL = {"SpatialDropout1D": 1, "SpatialDropout2D": 2, "SpatialDropout3D": 3}
CHANNELS = 4


def on_any(make: Callable[..., Any], *, known: bool = False) -> Callable[[st.DataObject], Any]:
    """The layer on tensors of two to four axes, of any length unless its variables need them."""

    def made(data: st.DataObject) -> Any:
        lengths = st.integers(1, 5) if known else LENGTH
        shape = (data.draw(BATCH), *data.draw(st.lists(lengths, max_size=2)), CHANNELS)
        return make(dtype=data.draw(POLICY))(tensor(shape, data.draw(DTYPE)))

    return made


def spatial_dropout(name: str) -> Callable[[st.DataObject], Any]:
    """On so many spatial axes. It writes only the dtype of its variables: a mixed policy is lost in the file."""

    def made(data: st.DataObject) -> Any:
        shape = (data.draw(BATCH), *(data.draw(LENGTH) for _ in range(SPATIAL[name])), CHANNELS)
        return getattr(layers, name)(0.1)(tensor(shape, data.draw(DTYPE)))

    return made


def over_axes(
    name: str, options: dict[str, st.SearchStrategy[Any]], *, several: bool = False
) -> Callable[[st.DataObject], Any]:
    """A layer with an `axis`, one or several of them."""

    def made(data: st.DataObject) -> Any:
        ndim = data.draw(st.integers(2, 4))
        shape = (data.draw(BATCH), *(data.draw(st.sampled_from([2, 4, 6])) for _ in range(ndim - 1)))
        one = st.sampled_from([-1, *range(1, ndim)])
        many = st.lists(st.integers(1, ndim - 1), min_size=1, max_size=2, unique=True)
        axis = data.draw(st.one_of(one, many) if several else one)
        drawn = {key: data.draw(values) for key, values in options.items()}
        return getattr(layers, name)(axis=axis, dtype=data.draw(POLICY), **drawn)(tensor(shape, data.draw(DTYPE)))

    return made


FLAGS = {"scale": st.booleans(), "center": st.booleans()}


def softmax(data: st.DataObject) -> Any:
    """Over one axis or several, perhaps only of what a mask leaves."""
    shape = (data.draw(BATCH), data.draw(LENGTH), CHANNELS)
    axis = data.draw(st.sampled_from([-1, 1, (1, 2)]))
    x = tensor(shape, data.draw(DTYPE))
    layer = layers.Softmax(axis=axis, dtype=data.draw(POLICY))
    return layer(x, tensor(shape, "bool")) if data.draw(st.booleans()) else layer(x)


def sloped(data: st.DataObject) -> Any:
    """A slope for each element, or one for all along the shared axes, which may then be of any length."""
    shared = data.draw(st.sampled_from([None, [1], [1, 2]]))
    lengths = [None if shared and axis in shared and data.draw(st.booleans()) else 5 for axis in (1, 2)]
    layer = layers.PReLU(shared_axes=shared, dtype=data.draw(POLICY))
    return layer(tensor((data.draw(BATCH), *lengths, CHANNELS), data.draw(DTYPE)))


def spectral(data: st.DataObject) -> Any:
    """Around layers that have a kernel or a table."""
    make: dict[str, Callable[[], Any]] = {
        "dense": lambda: layers.SpectralNormalization(layers.Dense(3))(tensor((data.draw(BATCH), 4))),
        "conv": lambda: layers.SpectralNormalization(layers.Conv2D(3, 2, use_bias=data.draw(st.booleans())))(
            tensor((data.draw(BATCH), data.draw(st.one_of(st.none(), st.integers(3, 9))), 5, CHANNELS))
        ),
        "embedding": lambda: layers.SpectralNormalization(layers.Embedding(7, 3))(tensor((None, 5), "int32")),
    }
    return make[data.draw(st.sampled_from(sorted(make)))]()


PLAIN = ("ReLU", "LeakyReLU", "ELU", "Masking", "AlphaDropout", "GaussianDropout", "GaussianNoise", "Dropout")

CALLS: dict[str, Callable[[st.DataObject], Any]] = {
    "Activation": on_any(lambda **options: layers.Activation("relu", **options)),
    "ActivityRegularization": on_any(lambda **options: layers.ActivityRegularization(l2=0.1, **options)),
    **{name: on_any(getattr(layers, name)) for name in PLAIN[:4]},
    **{name: on_any(lambda name=name, **options: getattr(layers, name)(0.1, **options)) for name in PLAIN[4:]},
    **{name: spatial_dropout(name) for name in SPATIAL},
    "Softmax": softmax,
    "PReLU": sloped,
    "BatchNormalization": over_axes("BatchNormalization", {**FLAGS, "renorm": st.booleans()}),
    "LayerNormalization": over_axes("LayerNormalization", FLAGS, several=True),
    "GroupNormalization": over_axes("GroupNormalization", {**FLAGS, "groups": st.sampled_from([1, 2, -1])}),
    "RMSNormalization": over_axes("RMSNormalization", {}, several=True),
    "UnitNormalization": over_axes("UnitNormalization", {}, several=True),
    "SpectralNormalization": spectral,
}


@pytest.mark.parametrize("name", CALLS)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_stated(name: str, data: st.DataObject) -> None:
    agrees(tried(lambda: CALLS[name](data)))
