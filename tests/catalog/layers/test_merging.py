"""Layers that make one tensor of several."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

from tests.catalog.draws import DTYPE, LENGTH, POLICY, broadcastable, shapes
from tests.catalog.oracle import agrees, tensor, tried


def elementwise(name: str) -> Callable[[st.DataObject], Any]:
    """Several tensors that stretch to one shape, some perhaps of fewer axes."""

    def made(data: st.DataObject) -> Any:
        count = 2 if name == "Subtract" else data.draw(st.integers(2, 4))
        drawn = data.draw(broadcastable(count))
        if data.draw(st.booleans()) and len(drawn[1]) > 2:
            drawn[1] = (drawn[1][0], *drawn[1][2:])
        inputs = [tensor(shape, data.draw(DTYPE)) for shape in drawn]
        return getattr(layers, name)(dtype=data.draw(POLICY))(inputs)

    return made


def concatenated(data: st.DataObject) -> Any:
    """Tensors one behind the other, along any axis, the batch's included."""
    shape = data.draw(shapes(2, 4))
    axis = data.draw(st.integers(0, len(shape) - 1))
    lengths = data.draw(st.lists(LENGTH, min_size=1, max_size=3))
    inputs = [tensor((*shape[:axis], length, *shape[axis + 1 :])) for length in lengths]
    stated = axis if data.draw(st.booleans()) else axis - len(shape)
    return layers.Concatenate(axis=stated, dtype=data.draw(POLICY))(inputs)


def multiplied(data: st.DataObject) -> Any:
    """Two tensors summed over one axis of each, but not over the batch, which Keras refuses only when it computes."""
    whole = (data.draw(st.sampled_from([None, 2])), 3, 4, 5)
    first, second = whole[: data.draw(st.integers(2, 4))], whole[: data.draw(st.integers(2, 4))]
    least = -1 if 2 in (len(first), len(second)) else -2
    one = st.integers(least, 3).filter(bool)
    axes = data.draw(st.one_of(one, st.tuples(one, one)))
    return layers.Dot(axes, normalize=data.draw(st.booleans()))([tensor(first), tensor(second)])


CALLS: dict[str, Callable[[st.DataObject], Any]] = {
    **{name: elementwise(name) for name in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")},
    "Concatenate": concatenated,
    "Dot": multiplied,
}


@pytest.mark.parametrize("name", CALLS)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_stated(name: str, data: st.DataObject) -> None:
    agrees(tried(lambda: CALLS[name](data)))


@pytest.mark.parametrize(
    "inputs", [[(None, 4, 5), (None, 5)], [(2, 5), (2, 3, 1, 1)], [(None, None), (2, 5)], [(2, 4), (2, 4), (None, 1)]]
)
def test_other_ranks(inputs: list[tuple[int | None, ...]]) -> None:
    agrees(layers.Add()([tensor(shape) for shape in inputs]))
