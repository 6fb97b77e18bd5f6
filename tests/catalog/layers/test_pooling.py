"""Pooling comes out as Keras says, whatever its windows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

from tests.catalog.draws import FORMAT, LENGTH, image, per_axis
from tests.catalog.oracle import agrees, tensor, tried


def called(name: str, data: st.DataObject, **options: Any) -> Any:
    """The layer of that name on an image, in one of the layouts."""
    layout = data.draw(FORMAT)
    return getattr(layers, name)(data_format=layout, **options)(tensor(data.draw(image(int(name[-2]), layout))))


def windows(name: str) -> Callable[[st.DataObject], Any]:
    size = per_axis(st.integers(1, 4), int(name[-2]))
    return lambda data: called(
        name,
        data,
        pool_size=data.draw(size),
        strides=data.draw(st.one_of(st.none(), size)),
        padding=data.draw(st.sampled_from(["valid", "same"])),
    )


def whole(name: str) -> Callable[[st.DataObject], Any]:
    return lambda data: called(name, data, keepdims=data.draw(st.booleans()))


def adaptive(name: str) -> Callable[[st.DataObject], Any]:
    size = per_axis(st.integers(1, 4), int(name[-2]))
    return lambda data: called(name, data, output_size=data.draw(size))


CALLS = {
    f"{kind}{word}Pooling{rank}D": rule(f"{kind}{word}Pooling{rank}D")
    for kind, rule in (("", windows), ("Global", whole), ("Adaptive", adaptive))
    for word in ("Max", "Average")
    for rank in (1, 2, 3)
}


@pytest.mark.parametrize("name", CALLS)
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_stated(name: str, data: st.DataObject) -> None:
    agrees(tried(lambda: CALLS[name](data)))


@settings(max_examples=5, deadline=None)
@given(length=LENGTH, keepdims=st.booleans())
def test_masked(length: int | None, keepdims: bool) -> None:
    """A mask says which steps count, not what comes out."""
    layer = layers.GlobalAveragePooling1D(keepdims=keepdims)
    agrees(layer(tensor((None, length, 4)), mask=tensor((None, length), "bool")))
