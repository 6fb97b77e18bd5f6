"""Operations that multiply and sum."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from tests.catalog.draws import DTYPE, broadcastable
from tests.catalog.oracle import agrees, computes, tensor, tried

SHAPES = st.sampled_from([(4,), (3, 4), (2, 3, 4), (4, 4), (None, 4), (2, 4, 4)])
NUMBER = st.sampled_from(["float32", "float16", "int8", "int32"])
EQUATIONS: list[tuple[str, list[tuple[int | None, ...]]]] = [
    ("abc,acd->abd", [(None, 3, 4), (None, 4, 5)]),
    ("abcd,aecd->acbe", [(2, 3, None, 5), (2, 7, None, 5)]),
    ("...ij,...jk->...ik", [(None, 2, 3, 4), (4, 5)]),
    ("ij,jk", [(3, 4), (4, 5)]),
    ("i...->...i", [(3, 4, 5)]),
    ("ab,b->a", [(None, 4), (4,)]),
    ("abc->a", [(None, 4, 5)]),
]


def multiplied(data: st.DataObject) -> Any:
    """Matrices by matrices or vectors, the leading axes broadcast."""
    first, second = data.draw(broadcastable(2))
    left = (*first, *data.draw(st.sampled_from([(3, 4), (None, 4), (4,)])))
    right = (*second, *data.draw(st.sampled_from([(4, 5), (4, None), (None, 5)])))
    if data.draw(st.booleans()):
        right = (4,)
    return ops.matmul(tensor(left, data.draw(NUMBER)), tensor(right, data.draw(NUMBER)))


def summed(data: st.DataObject) -> Any:
    """An Einstein sum, in one dtype."""
    subscripts, shapes = data.draw(st.sampled_from(EQUATIONS))
    dtype = data.draw(NUMBER)
    return ops.einsum(subscripts, *(tensor(shape, dtype) for shape in shapes))


def two(call: Callable[..., Any]) -> Callable[[st.DataObject], Any]:
    """Any two tensors."""
    return lambda data: call(*(tensor(data.draw(SHAPES), data.draw(DTYPE)) for _ in range(2)))


def contracted(data: st.DataObject) -> Any:
    """The last and first axes summed over, or chosen ones."""
    x, y = tensor((None, 3, 4), data.draw(DTYPE)), tensor((4, 3, 5), data.draw(DTYPE))
    return ops.tensordot(x, y, axes=data.draw(st.sampled_from([0, 1, [[1, 2], [1, 0]], [[-1], [0]]])))


def crossed(data: st.DataObject) -> Any:
    """Vectors in space or, of both in the plane, numbers; along the last axes or others."""
    dtypes = [data.draw(DTYPE), data.draw(DTYPE)]
    if data.draw(st.booleans()):
        first, second = (tensor(shape, dtype) for shape, dtype in zip([(3, 5), (5, 3)], dtypes, strict=True))
        return ops.cross(first, second, axisa=0, axisb=1, axisc=data.draw(st.integers(-1, 1)))
    sizes = data.draw(st.sampled_from([(3, 3), (2, 3), (3, None), (2, 2)]))
    batches = [data.draw(st.sampled_from([(4,), (1,), (None,)])) for _ in sizes]
    shapes = [(*batch, size) for batch, size in zip(batches, sizes, strict=True)]
    return ops.cross(*(tensor(shape, dtype) for shape, dtype in zip(shapes, dtypes, strict=True)))


def distances(data: st.DataObject) -> Any:
    """Rows by rows, the leading axes broadcast."""
    first, second = data.draw(broadcastable(2))
    return ops.cdist(tensor((*first, 5, 3), data.draw(DTYPE)), tensor((*second, None, 3), data.draw(DTYPE)))


def correlated(data: st.DataObject) -> Any:
    """A vector slid along another."""
    first, second = (tensor((data.draw(st.integers(1, 7)),), data.draw(DTYPE)) for _ in range(2))
    return ops.correlate(first, second, mode=data.draw(st.sampled_from(["valid", "same", "full"])))


CALLS: dict[str, Callable[[st.DataObject], Any]] = {
    "Matmul": multiplied,
    "Einsum": summed,
    "Dot": two(ops.dot),
    "Inner": two(ops.inner),
    "Outer": two(ops.outer),
    "Vdot": two(ops.vdot),
    "Kron": two(ops.kron),
    "Tensordot": contracted,
    "Cross": crossed,
    "CDist": distances,
    "Correlate": correlated,
}

STATED_WRONGLY = {"Kron": "the axes from the first on, not from the last on"}
"""What Keras 3.15 states before it computes something else."""


@pytest.mark.parametrize("name", sorted(CALLS.keys() - STATED_WRONGLY))
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_stated(name: str, data: st.DataObject) -> None:
    agrees(tried(lambda: CALLS[name](data)))


@settings(max_examples=10, deadline=None)
@given(first=SHAPES, second=SHAPES, dtype=st.sampled_from(["float32", "int32"]))
def test_kron(first: tuple[int | None, ...], second: tuple[int | None, ...], dtype: str) -> None:
    one, other = tensor(first, dtype), tensor(second, dtype)
    computes(ops.kron(one, other))
    if len(first) == len(second):
        agrees(ops.kron(one, other))
