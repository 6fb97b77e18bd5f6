"""Pooling comes out as Keras says, whatever its windows."""

from __future__ import annotations

from typing import Any

import keras
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.catalog.draws import FORMAT, image, per_axis
from tests.catalog.oracle import agrees, tensor, tried


def ranks(*patterns: str) -> list[str]:
    return [pattern.format(rank) for pattern in patterns for rank in (1, 2, 3)]


def check(name: str, data: st.DataObject, **options: Any) -> None:
    layout = data.draw(FORMAT)
    layer = getattr(keras.layers, name)(data_format=layout, **options)
    agrees(tried(lambda: layer(tensor(data.draw(image(int(name[-2]), layout))))))


@pytest.mark.parametrize("name", ranks("MaxPooling{}D", "AveragePooling{}D"))
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_windows(name: str, data: st.DataObject) -> None:
    window = per_axis(st.integers(1, 4), int(name[-2]))
    check(
        name,
        data,
        pool_size=data.draw(window),
        strides=data.draw(st.one_of(st.none(), window)),
        padding=data.draw(st.sampled_from(["valid", "same"])),
    )


@pytest.mark.parametrize("name", ranks("GlobalMaxPooling{}D", "GlobalAveragePooling{}D"))
@settings(max_examples=5, deadline=None)
@given(data=st.data())
def test_global(name: str, data: st.DataObject) -> None:
    check(name, data, keepdims=data.draw(st.booleans()))


@pytest.mark.parametrize("name", ranks("AdaptiveMaxPooling{}D", "AdaptiveAveragePooling{}D"))
@settings(max_examples=5, deadline=None)
@given(data=st.data())
def test_adaptive(name: str, data: st.DataObject) -> None:
    check(name, data, output_size=data.draw(per_axis(st.integers(1, 4), int(name[-2]))))
