"""Layers that make one tensor of several."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from keras import layers

from tests.catalog.draws import DTYPE, LENGTH, POLICY, broadcastable, shapes
from tests.catalog.oracle import agrees, tensor, tried


@pytest.mark.parametrize("name", ["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"])
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_elementwise(name: str, data: st.DataObject) -> None:
    count = 2 if name == "Subtract" else data.draw(st.integers(2, 4))
    inputs = [tensor(shape, data.draw(DTYPE)) for shape in data.draw(broadcastable(count))]
    layer = getattr(layers, name)(dtype=data.draw(POLICY))
    agrees(tried(lambda: layer(inputs)))


@pytest.mark.parametrize(
    "inputs", [[(None, 4, 5), (None, 5)], [(2, 5), (2, 3, 1, 1)], [(None, None), (2, 5)], [(2, 4), (2, 4), (None, 1)]]
)
def test_other_ranks(inputs: list[tuple[int | None, ...]]) -> None:
    agrees(layers.Add()([tensor(shape) for shape in inputs]))


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_concatenate(data: st.DataObject) -> None:
    shape = data.draw(shapes(2, 4))
    axis = data.draw(st.integers(1, len(shape) - 1))
    lengths = data.draw(st.lists(LENGTH, min_size=1, max_size=3))
    inputs = [tensor((*shape[:axis], length, *shape[axis + 1 :])) for length in lengths]
    stated = axis if data.draw(st.booleans()) else axis - len(shape)
    layer = layers.Concatenate(axis=stated, dtype=data.draw(POLICY))
    agrees(tried(lambda: layer(inputs)))


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_dot(data: st.DataObject) -> None:
    first, second = [None, 3, 4, 5], [None, 3, 4, 5]
    first, second = first[: data.draw(st.integers(2, 4))], second[: data.draw(st.integers(2, 4))]
    axes = data.draw(st.one_of(st.integers(-2, 3).filter(bool), st.tuples(st.integers(1, 3), st.integers(1, 3))))
    if axes == -2:
        assume(len(first) > 2 and len(second) > 2)  # the batch axis, which Keras refuses only when it computes
    agrees(tried(lambda: layers.Dot(axes)([tensor(tuple(first)), tensor(tuple(second))])))
