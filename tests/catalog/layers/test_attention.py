"""Attention layers, on their own tensors and on those of another sequence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

from tests.catalog.draws import BATCH, LENGTH, POLICY
from tests.catalog.oracle import agrees, question, shapes_of, tensor, tried


def sequences(data: st.DataObject, *axes: int | None, widths: tuple[int, int, int]) -> dict[str, Any]:
    """Query and value, which may be of another length, and perhaps keys and a mask."""
    batch, length = data.draw(BATCH), data.draw(LENGTH)
    lengths = (length, *(data.draw(st.sampled_from([(length,) * 2, (7, 7)]))))
    found = {
        name: tensor((batch, size, *axes, width))
        for name, size, width in zip(("query", "value", "key"), lengths, widths, strict=True)
    }
    if data.draw(st.booleans()):
        del found["key"]
    return found


def called(layer: Any, tensors: dict[str, Any], data: st.DataObject, *, scored: bool, masks: bool = True) -> Any:
    """The layer on its tensors, by place or by name. Scores are asked for where Keras states them as they are."""
    options: dict[str, Any] = {}
    same = tensors["query"].shape[1] == tensors["value"].shape[1]
    if scored and same and data.draw(st.booleans()):
        options["return_attention_scores"] = True
    if masks and data.draw(st.booleans()):
        options["query_mask"] = tensor(tensors["query"].shape[:2], "bool")
    if data.draw(st.booleans()):
        options["use_causal_mask"] = True
    if data.draw(st.booleans()):
        return layer(**tensors, **options)
    return layer(*tensors.values(), **options)


def multi_head(data: st.DataObject) -> Any:
    """Over one axis, the usual, or chosen ones of four."""
    options = {
        "value_dim": data.draw(st.sampled_from([None, 5])),
        "output_shape": data.draw(st.sampled_from([None, 5, (2, 5)])),
        "use_bias": data.draw(st.booleans()),
        "use_gate": data.draw(st.booleans()),
        "dtype": data.draw(POLICY),
    }
    axes = data.draw(st.sampled_from([None, (1,), (2,), (1, 2)]))
    more = () if axes in (None, (1,)) else (3,)
    tensors = sequences(data, *more, widths=(4, 6, 5))
    return called(
        layers.MultiHeadAttention(2, 3, attention_axes=axes, **options),
        tensors,
        data,
        scored=not more and options["output_shape"] != (2, 5),
        masks=not more,
    )


def grouped(data: st.DataObject) -> Any:
    """So many heads of the query for each of key and value."""
    keys = data.draw(st.integers(1, 2))
    options = {"use_bias": data.draw(st.booleans()), "use_gate": data.draw(st.booleans()), "dtype": data.draw(POLICY)}
    layer = layers.GroupQueryAttention(3, keys * data.draw(st.integers(1, 3)), keys, **options)
    return called(layer, sequences(data, widths=(4, 4, 6)), data, scored=True)


def plain(name: str) -> Callable[[st.DataObject], Any]:
    """Attention without heads, on a list of query, value and perhaps key, which take masks."""

    def made(data: st.DataObject) -> Any:
        batch = data.draw(BATCH)
        query, length = tensor((batch, data.draw(LENGTH), 4)), data.draw(LENGTH)
        keyed = data.draw(st.booleans())
        value, key = tensor((batch, length, 6 if keyed else 4)), tensor((batch, length, 4))
        options: dict[str, Any] = {"use_scale": data.draw(st.booleans())}
        if name == "Attention":
            options["score_mode"] = data.draw(st.sampled_from(["dot", "concat"]))
        inputs = [query, value, key] if keyed else [query, value]
        mask = [tensor(one.shape[:2], "bool") for one in (query, value)] if data.draw(st.booleans()) else None
        layer = getattr(layers, name)(dtype=data.draw(POLICY), **options)
        return layer(inputs, mask=mask, return_attention_scores=data.draw(st.booleans()))

    return made


CALLS: dict[str, Callable[[st.DataObject], Any]] = {
    "MultiHeadAttention": multi_head,
    "GroupedQueryAttention": grouped,
    "Attention": plain("Attention"),
    "AdditiveAttention": plain("AdditiveAttention"),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_stated(name: str, data: st.DataObject) -> None:
    agrees(tried(lambda: CALLS[name](data)))


def test_scores_on_another_sequence_are_what_they_are() -> None:
    """Keras 3.15 says (batch, heads, queries, queries) of them, which they are not."""
    asked = question(
        layers.MultiHeadAttention(2, 3)(tensor((None, 5, 4)), tensor((None, 7, 4)), return_attention_scores=True)
    )
    assert shapes_of(asked) == ((None, 5, 4), (None, 2, 5, 7))
    assert asked.expected[1].shape == (None, 2, 5, 5)
