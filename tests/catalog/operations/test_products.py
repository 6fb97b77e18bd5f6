"""Operations that multiply and sum."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from tests.catalog.draws import DTYPE, broadcastable
from tests.catalog.oracle import agrees, computes, question, tensor, tried


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_matmul(data: st.DataObject) -> None:
    first, second = data.draw(broadcastable(2))
    left = (*first, *data.draw(st.sampled_from([(3, 4), (None, 4), (4,)])))
    right = (*second, *data.draw(st.sampled_from([(4, 5), (4, None), (None, 5)])))
    if data.draw(st.booleans()):
        right = (4,)
    dtypes = st.sampled_from(["float32", "float16", "int8", "int32"])
    agrees(tried(lambda: ops.matmul(tensor(left, data.draw(dtypes)), tensor(right, data.draw(dtypes)))))


@pytest.mark.parametrize(
    ("subscripts", "shapes"),
    [
        ("abc,acd->abd", [(None, 3, 4), (None, 4, 5)]),
        ("abcd,aecd->acbe", [(2, 3, None, 5), (2, 7, None, 5)]),
        ("...ij,...jk->...ik", [(None, 2, 3, 4), (4, 5)]),
        ("ij,jk", [(3, 4), (4, 5)]),
        ("i...->...i", [(3, 4, 5)]),
        ("ab,b->a", [(None, 4), (4,)]),
        ("abc->a", [(None, 4, 5)]),
    ],
)
def test_einsum(subscripts: str, shapes: list[tuple[int | None, ...]]) -> None:
    agrees(ops.einsum(subscripts, *map(tensor, shapes)))


@pytest.mark.parametrize("dtype", ["int8", "float16"])
def test_einsum_dtype(dtype: str) -> None:
    agrees(ops.einsum("ab,bc->ac", tensor((None, 3), dtype), tensor((3, 4), dtype)))


SHAPES = st.sampled_from([(4,), (3, 4), (2, 3, 4), (4, 4), (None, 4), (2, 4, 4)])


@pytest.mark.parametrize("operation", [ops.dot, ops.inner, ops.outer, ops.tensordot])
@settings(max_examples=25, deadline=None)
@given(first=SHAPES, second=SHAPES, dtypes=st.tuples(DTYPE, DTYPE))
def test_two(operation: Any, first: tuple[int | None, ...], second: tuple[int | None, ...], dtypes: Any) -> None:
    agrees(tried(lambda: operation(tensor(first, dtypes[0]), tensor(second, dtypes[1]))))


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_cross(data: st.DataObject) -> None:
    """One of the vectors is in space, so that vectors come out; two in the plane give numbers."""
    sizes = data.draw(st.sampled_from([(3, 3), (2, 3), (3, None), (2, 2)]))
    batches = [data.draw(st.sampled_from([(4,), (1,), (None,)])) for _ in sizes]
    first, second = (tensor((*batch, size), data.draw(DTYPE)) for batch, size in zip(batches, sizes, strict=True))
    agrees(tried(lambda: ops.cross(first, second, axisc=data.draw(st.integers(-1, 0)))))
    agrees(ops.cross(tensor((3, 5)), tensor((5, 3)), axisa=0, axisb=1, axisc=0))
    agrees(ops.cross(tensor((3, 5)), tensor((3, 5)), axis=0))


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_distances(data: st.DataObject) -> None:
    first, second = data.draw(broadcastable(2))
    left, right = tensor((*first, 5, 3), data.draw(DTYPE)), tensor((*second, None, 3), data.draw(DTYPE))
    agrees(tried(lambda: ops.cdist(left, right)))


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_correlate(data: st.DataObject) -> None:
    first, second = (tensor((data.draw(st.integers(1, 7)),), data.draw(DTYPE)) for _ in range(2))
    agrees(ops.correlate(first, second, mode=data.draw(st.sampled_from(["valid", "same", "full"]))))


@settings(max_examples=15, deadline=None)
@given(first=SHAPES, second=SHAPES, dtypes=st.tuples(DTYPE, DTYPE))
def test_products_of_all(first: tuple[int | None, ...], second: tuple[int | None, ...], dtypes: Any) -> None:
    """Keras 3.15 states the axes of a Kronecker product from the first on, but computes them from the last on."""
    one, other = tensor(first, dtypes[0]), tensor(second, dtypes[1])
    agrees(ops.vdot(one, other))
    if len(first) == len(second):
        agrees(ops.kron(one, other))
    computes(ops.kron(tensor(first), tensor(second)))


def test_tensordot_of_chosen_axes() -> None:
    x, y = tensor((None, 3, 4)), tensor((4, 3, 5))
    agrees(ops.tensordot(x, y, axes=[[1, 2], [1, 0]]))
    agrees(ops.tensordot(x, y, axes=0))
    assert question(ops.tensordot(x, tensor((4, 5)), axes=1)).expected[0].shape == (None, 3, 5)
