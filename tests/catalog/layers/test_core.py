"""Core layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

from netviz.catalog import find
from netviz.catalog.kinds import Arguments
from tests.catalog.draws import DTYPE, POLICY, shapes
from tests.catalog.oracle import agrees, question, shapes_of, tensor, tried


def dense(data: st.DataObject) -> Any:
    shape = (*data.draw(shapes(1, 3)), 4)
    layer = layers.Dense(data.draw(st.integers(1, 9)), use_bias=data.draw(st.booleans()), dtype=data.draw(POLICY))
    return layer(tensor(shape, data.draw(DTYPE)))


def embedding(data: st.DataObject) -> Any:
    layer = layers.Embedding(
        data.draw(st.integers(1, 9)), 3, mask_zero=data.draw(st.booleans()), dtype=data.draw(POLICY)
    )
    return layer(tensor(data.draw(shapes()), "int32"))


def reversible(data: st.DataObject) -> Any:
    """There, or back to the vocabulary."""
    options = {"tie_weights": data.draw(st.booleans()), "mask_zero": data.draw(st.booleans())}
    layer = layers.ReversibleEmbedding(7, 3, dtype=data.draw(POLICY), **options)
    if data.draw(st.booleans()):
        return layer(
            tensor((*data.draw(shapes(1, 3)), 3), data.draw(st.sampled_from(["float32", "int32"]))), reverse=True
        )
    return layer(tensor(data.draw(shapes()), "int32"))


EQUATIONS: list[tuple[str, int | tuple[int | None, ...], tuple[int | None, ...], tuple[str, ...]]] = [
    ("ab,bc->ac", 3, (None, 4), ("c",)),
    ("abc,cd->abd", (None, 3), (None, 5, 4), ("d", "bd")),
    ("abc,cde->abde", (None, 2, 3), (2, 5, 4), ("e", "de")),
    ("abcd,cde->abe", (None, 6), (None, 5, 2, 3), ("e",)),
    ("...x,xy->...y", 3, (None, 5, 4), ("y",)),
    ("...x,xy->...y", 3, (None, 4), ("y",)),
    ("ab...,bc->ac...", 3, (None, 4, 5, 6), ()),
    ("ab...,bc->ac...", (3,), (None, 4), ()),
]


def einsum(data: st.DataObject) -> Any:
    """An equation, with a bias along some of its axes or without. A bias takes only axes of known length."""
    equation, out, shape, biases = data.draw(st.sampled_from(EQUATIONS))
    bias = data.draw(st.sampled_from([None, *biases]))
    if bias and len(bias) > 1 and isinstance(out, tuple):
        out = tuple(5 if axis is None else axis for axis in out)
    return layers.EinsumDense(equation, out, bias_axes=bias, dtype=data.draw(POLICY))(tensor(shape))


def identity(data: st.DataObject) -> Any:
    """One tensor or several."""
    several = [tensor(shape, data.draw(DTYPE)) for shape in data.draw(st.lists(shapes(), min_size=1, max_size=2))]
    return layers.Identity(dtype=data.draw(POLICY))(several if len(several) > 1 else several[0])


def computed(data: st.DataObject) -> Any:
    """Code whose output shape is stated."""
    layer = layers.Lambda(lambda x: x, output_shape=data.draw(shapes())[1:], dtype=data.draw(POLICY))
    return layer(tensor(data.draw(shapes())))


CALLS: dict[str, Callable[[st.DataObject], Any]] = {
    "InputLayer": lambda data: tensor(data.draw(shapes()), data.draw(st.one_of(DTYPE, st.just("string")))),
    "Dense": dense,
    "EinsumDense": einsum,
    "Embedding": embedding,
    "ReversibleEmbedding": reversible,
    "Identity": identity,
    "Lambda": computed,
}


@pytest.mark.parametrize("name", CALLS)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_stated(name: str, data: st.DataObject) -> None:
    agrees(tried(lambda: CALLS[name](data)))


def test_einsum_dense_keeps_the_order_of_elided_axes() -> None:
    """Keras 3.15 states them reversed, but computes them in order."""
    layer = layers.EinsumDense("...x,xy->...y", 3)
    asked = question(layer(tensor((2, 5, 6, 4))))
    assert shapes_of(asked) == ((2, 5, 6, 3),)
    assert layer(np.zeros((2, 5, 6, 4))).shape == (2, 5, 6, 3)
    assert asked.expected[0].shape == (2, 6, 5, 3)


def test_input_of_keras_2() -> None:
    row = find("InputLayer", "keras.layers")
    assert row and row.output
    assert row.output({"batch_input_shape": [None, 4]}, Arguments()) == ((None, 4),)


def test_lambda_of_no_stated_shape() -> None:
    hidden = question(layers.Lambda(lambda x: x)(tensor((None, 4))))
    assert shapes_of(hidden) == ()
