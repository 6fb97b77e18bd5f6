"""Layers that move, cut, repeat or pad."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

from tests.catalog.draws import DTYPE, FORMAT, POLICY, image, per_axis, shapes
from tests.catalog.oracle import agrees, tensor, tried


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_flatten(data: st.DataObject) -> None:
    agrees(layers.Flatten(dtype=data.draw(POLICY))(tensor(data.draw(shapes()), data.draw(DTYPE))))


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_permute(data: st.DataObject) -> None:
    shape = data.draw(shapes(2, 5))
    order = data.draw(st.permutations(range(1, len(shape))))
    agrees(layers.Permute(order, dtype=data.draw(POLICY))(tensor(shape, data.draw(DTYPE))))


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_reshape(data: st.DataObject) -> None:
    shape = data.draw(shapes(2, 4))
    lengths = [length if length else 1 for length in shape[1:]]
    target: list[int] = data.draw(st.permutations([*lengths, 1]))
    if data.draw(st.booleans()):
        target[data.draw(st.integers(0, len(target) - 1))] = -1
    layer = layers.Reshape(target, dtype=data.draw(POLICY))
    agrees(tried(lambda: layer(tensor(shape, data.draw(DTYPE)))))


def test_repeat() -> None:
    agrees(layers.RepeatVector(3)(tensor((None, 5), "int32")))


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize(
    ("name", "option"), [("Cropping", "cropping"), ("ZeroPadding", "padding"), ("UpSampling", "size")]
)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_along_axes(name: str, option: str, rank: int, data: st.DataObject) -> None:
    amounts = st.integers(1, 3) if name == "UpSampling" else st.integers(0, 3)
    one = st.one_of(amounts, st.tuples(amounts, amounts))
    value: Any
    if name == "UpSampling":
        value = data.draw(amounts if rank == 1 else per_axis(amounts, rank))
    elif rank == 1:
        value = data.draw(one)
    else:
        value = data.draw(
            st.one_of(amounts, st.tuples(*[amounts] * rank), st.tuples(*[st.tuples(amounts, amounts)] * rank))
        )
    layout = data.draw(FORMAT) if rank > 1 else None
    make = getattr(layers, f"{name}{rank}D")
    layer = make(**{option: value}) if rank == 1 else make(**{option: value, "data_format": layout})
    agrees(tried(lambda: layer(tensor(data.draw(image(rank, layout)), "float16"))))
