"""Attention layers, on their own tensors and on those of another sequence."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

from tests.catalog.draws import LENGTH, POLICY
from tests.catalog.oracle import agrees, question, shapes_of, tensor


@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_multi_head(data: st.DataObject) -> None:
    query, value = (tensor((None, data.draw(LENGTH), 4)), tensor((None, data.draw(LENGTH), 6)))
    options: dict[str, Any] = {"use_bias": data.draw(st.booleans()), "dtype": data.draw(POLICY)}
    layer = layers.MultiHeadAttention(2, 3, output_shape=data.draw(st.sampled_from([None, 5, (2, 5)])), **options)
    agrees(layer(query, value) if data.draw(st.booleans()) else layer(query=query, value=value, key=value))


def test_scores() -> None:
    x, longer = tensor((None, 5, 4)), tensor((None, 7, 4))
    agrees(layers.MultiHeadAttention(2, 3)(x, x, return_attention_scores=True))
    agrees(layers.Attention()([x, longer], return_attention_scores=True))
    agrees(layers.GroupQueryAttention(3, 4, 2)(x, longer, return_attention_scores=True))


def test_scores_on_another_sequence_are_what_they_are() -> None:
    """Keras 3.15 says (batch, heads, queries, queries) of them, which they are not."""
    asked = question(
        layers.MultiHeadAttention(2, 3)(tensor((None, 5, 4)), tensor((None, 7, 4)), return_attention_scores=True)
    )
    assert shapes_of(asked) == ((None, 5, 4), (None, 2, 5, 7))
    assert asked.expected[1].shape == (None, 2, 5, 5)


@pytest.mark.parametrize("name", ["Attention", "AdditiveAttention"])
@settings(max_examples=10, deadline=None)
@given(lengths=st.tuples(LENGTH, LENGTH), keyed=st.booleans(), scored=st.booleans())
def test_plain(name: str, lengths: tuple[int | None, int | None], keyed: bool, scored: bool) -> None:
    query, value, key = tensor((None, lengths[0], 4)), tensor((None, lengths[1], 6)), tensor((None, lengths[1], 4))
    value = value if keyed else key
    layer = getattr(layers, name)(use_scale=True)
    agrees(layer([query, value, key] if keyed else [query, value], return_attention_scores=scored))
