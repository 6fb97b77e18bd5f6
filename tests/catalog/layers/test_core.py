"""Core layers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

from netviz.catalog import find
from netviz.catalog.kinds import Arguments
from tests.catalog.draws import DTYPE, POLICY, shapes
from tests.catalog.oracle import agrees, question, shapes_of, tensor, tried


@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_dense(data: st.DataObject) -> None:
    shape = (*data.draw(shapes(1, 3)), 4)
    agrees(layers.Dense(3, dtype=data.draw(POLICY))(tensor(shape, data.draw(DTYPE))))


@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_embedding(data: st.DataObject) -> None:
    agrees(layers.Embedding(7, 3, dtype=data.draw(POLICY))(tensor(data.draw(shapes()), "int32")))


def test_reversible_embedding() -> None:
    layer = layers.ReversibleEmbedding(7, 3)
    agrees(layer(tensor((None, 5), "int32")))
    agrees(layer(tensor((None, 5, 3)), reverse=True))


@pytest.mark.parametrize(
    ("equation", "out", "shape"),
    [
        ("ab,bc->ac", 3, (None, 4)),
        ("abc,cd->abd", (None, 3), (None, 5, 4)),
        ("abc,cde->abde", (None, 2, 3), (2, 5, 4)),
        ("...x,xy->...y", 3, (None, 5, 4)),
        ("...x,xy->...y", 3, (None, 4)),
        ("ab...,bc->ac...", 3, (None, 4, 5, 6)),
        ("ab...,bc->ac...", (3,), (None, 4)),
    ],
)
def test_einsum_dense(equation: str, out: int | tuple[int | None, ...], shape: tuple[int | None, ...]) -> None:
    agrees(layers.EinsumDense(equation, out)(tensor(shape)))


def test_einsum_dense_keeps_the_order_of_elided_axes() -> None:
    """Keras 3.15 states them reversed, but computes them in order."""
    layer = layers.EinsumDense("...x,xy->...y", 3)
    asked = question(layer(tensor((2, 5, 6, 4))))
    assert shapes_of(asked) == ((2, 5, 6, 3),)
    assert layer(np.zeros((2, 5, 6, 4))).shape == (2, 5, 6, 3)
    assert asked.expected[0].shape == (2, 6, 5, 3)


@settings(max_examples=15, deadline=None)
@given(shape=shapes(), dtype=DTYPE, policy=POLICY)
def test_identity(shape: tuple[int | None, ...], dtype: str, policy: str) -> None:
    agrees(tried(lambda: layers.Identity(dtype=policy)(tensor(shape, dtype))))


@settings(max_examples=15, deadline=None)
@given(shape=shapes(), dtype=st.one_of(DTYPE, st.just("string")))
def test_input(shape: tuple[int | None, ...], dtype: str) -> None:
    agrees(tensor(shape, dtype))


def test_input_of_keras_2() -> None:
    row = find("InputLayer", "keras.layers")
    assert row and row.output
    assert row.output({"batch_input_shape": [None, 4]}, Arguments()) == ((None, 4),)


def test_lambda_of_stated_shape() -> None:
    agrees(layers.Lambda(lambda x: x, output_shape=(None, 4))(tensor((None, 3, 4))))
    hidden = question(layers.Lambda(lambda x: x)(tensor((None, 4))))
    assert shapes_of(hidden) == ()
