"""Layers that move, cut, repeat or pad."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

from tests.catalog.draws import DTYPE, FORMAT, LENGTH, POLICY, image, per_axis, shapes
from tests.catalog.oracle import agrees, tensor, tried

RANKS = (1, 2, 3)
AMOUNT = st.integers(0, 3)
FACTOR = st.integers(1, 3)


def flattened(data: st.DataObject) -> Any:
    layer = layers.Flatten(data_format=data.draw(FORMAT), dtype=data.draw(POLICY))
    return layer(tensor(data.draw(shapes(1, 5)), data.draw(DTYPE)))


def permuted(data: st.DataObject) -> Any:
    shape = data.draw(shapes(2, 5))
    order = data.draw(st.permutations(range(1, len(shape))))
    return layers.Permute(order, dtype=data.draw(POLICY))(tensor(shape, data.draw(DTYPE)))


def reshaped(data: st.DataObject) -> Any:
    """To the same axes in another order and one more, one of them perhaps left open."""
    shape = data.draw(shapes(2, 4))
    lengths = [length if length else 1 for length in shape[1:]]
    target: list[int] = data.draw(st.permutations([*lengths, 1]))
    if data.draw(st.booleans()):
        target[data.draw(st.integers(0, len(target) - 1))] = -1
    return layers.Reshape(target, dtype=data.draw(POLICY))(tensor(shape, data.draw(DTYPE)))


def repeated(data: st.DataObject) -> Any:
    shape = (data.draw(st.sampled_from([None, 2])), data.draw(LENGTH))
    return layers.RepeatVector(data.draw(FACTOR), dtype=data.draw(POLICY))(tensor(shape, data.draw(DTYPE)))


def ends(rank: int) -> st.SearchStrategy[Any]:
    """What is cut or added: as much everywhere, per axis, or at each end of each axis."""
    pair = st.tuples(AMOUNT, AMOUNT)
    if rank == 1:
        return st.one_of(AMOUNT, pair)
    return st.one_of(AMOUNT, st.tuples(*[AMOUNT] * rank), st.tuples(*[pair] * rank))


def along_axes(name: str, rank: int, option: str, value: st.SearchStrategy[Any]) -> Callable[[st.DataObject], Any]:
    """A layer that cuts, pads or repeats along its spatial axes; those of one axis take the channels last."""

    def made(data: st.DataObject) -> Any:
        layout = data.draw(FORMAT) if rank > 1 or name == "ZeroPadding" else None
        options = {option: data.draw(value), "dtype": data.draw(POLICY)}
        if layout:
            options["data_format"] = layout
        return getattr(layers, f"{name}{rank}D")(**options)(tensor(data.draw(image(rank, layout)), "float16"))

    return made


CALLS: dict[str, Callable[[st.DataObject], Any]] = {
    "Flatten": flattened,
    "Permute": permuted,
    "Reshape": reshaped,
    "RepeatVector": repeated,
    **{f"Cropping{rank}D": along_axes("Cropping", rank, "cropping", ends(rank)) for rank in RANKS},
    **{f"ZeroPadding{rank}D": along_axes("ZeroPadding", rank, "padding", ends(rank)) for rank in RANKS},
    **{
        f"UpSampling{rank}D": along_axes("UpSampling", rank, "size", FACTOR if rank == 1 else per_axis(FACTOR, rank))
        for rank in RANKS
    },
}


@pytest.mark.parametrize("name", CALLS)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_stated(name: str, data: st.DataObject) -> None:
    agrees(tried(lambda: CALLS[name](data)))
