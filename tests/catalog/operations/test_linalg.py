"""Operations on matrices: what Keras states and, for it does not always hold, what it computes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops

from tests.catalog.draws import BATCH, DTYPE
from tests.catalog.oracle import agrees, computes, tensor, tried

SIZE = st.integers(1, 5)
FLOAT = st.sampled_from(["float32", "float64"])
OFFSET = st.integers(-2, 2)


def matrices(data: st.DataObject, *, square: bool = False) -> Any:
    """One matrix or many of them, some leading axes of any length."""
    rows = data.draw(SIZE)
    columns = rows if square else data.draw(SIZE)
    return tensor((*data.draw(st.lists(BATCH, max_size=2)), rows, columns), data.draw(FLOAT))


def diagonal(data: st.DataObject) -> dict[str, Any]:
    """Settings of a diagonal of three axes."""
    first, second = data.draw(st.permutations([0, 1, 2]))[:2]
    return {"offset": data.draw(OFFSET), "axis1": first, "axis2": second - 3}


def equations(data: st.DataObject) -> tuple[Any, Any]:
    """Square matrices and right sides, vectors or matrices."""
    size: int = data.draw(SIZE)
    batch: list[int | None] = data.draw(st.lists(BATCH, max_size=1))
    vector: bool = data.draw(st.booleans())
    right = (size,) if vector and not batch else (*batch, size, 2)
    return tensor((*batch, size, size)), tensor(right)


def least_squares(data: st.DataObject) -> tuple[Any, Any]:
    """More equations than unknowns, for one right side or two."""
    rows = data.draw(st.integers(3, 6))
    return tensor((rows, data.draw(st.integers(1, 3)))), tensor(data.draw(st.sampled_from([(rows,), (rows, 2)])))


CUBE = st.tuples(SIZE, SIZE, SIZE)
CALLS: dict[str, Callable[[st.DataObject], Any]] = {
    "Cholesky": lambda data: ops.cholesky(matrices(data, square=True), upper=data.draw(st.booleans())),
    "CholeskyInverse": lambda data: ops.cholesky_inverse(matrices(data, square=True)),
    "Inv": lambda data: ops.inv(matrices(data, square=True)),
    "Det": lambda data: ops.det(matrices(data, square=True)),
    "Logdet": lambda data: ops.logdet(matrices(data, square=True)),
    "Slogdet": lambda data: ops.slogdet(matrices(data, square=True)),
    "Eig": lambda data: ops.eig(matrices(data, square=True)),
    "Eigh": lambda data: ops.eigh(matrices(data, square=True)),
    "Pinv": lambda data: ops.pinv(matrices(data)),
    "MatrixRank": lambda data: ops.matrix_rank(matrices(data)),
    "Qr": lambda data: ops.qr(matrices(data), mode=data.draw(st.sampled_from(["reduced", "complete"]))),
    "SVD": lambda data: ops.svd(matrices(data), data.draw(st.booleans()), data.draw(st.booleans())),
    "Solve": lambda data: ops.solve(*equations(data)),
    "SolveTriangular": lambda data: ops.solve_triangular(*equations(data), lower=data.draw(st.booleans())),
    "Lstsq": lambda data: ops.lstsq(*least_squares(data)),
    "Diag": lambda data: ops.diag(tensor(data.draw(st.one_of(st.tuples(BATCH), st.tuples(BATCH, st.integers(3, 5))))),
                                  k=data.draw(OFFSET)),
    "Diagflat": lambda data: ops.diagflat(tensor((data.draw(BATCH), 3)), k=data.draw(OFFSET)),
    "Diagonal": lambda data: ops.diagonal(tensor((data.draw(BATCH), 3, 4), data.draw(DTYPE)), **diagonal(data)),
    "Trace": lambda data: ops.trace(tensor(data.draw(CUBE), data.draw(DTYPE)), **diagonal(data)),
    "Vander": lambda data: ops.vander(tensor((data.draw(SIZE),)), N=data.draw(st.sampled_from([None, 3]))),
}  # fmt: skip

STATED_WRONGLY = {
    "Slogdet": "one sign for all matrices",
    "Eig": "the matrix's dtype, though eigenvalues may be complex",
}
"""What Keras 3.15 states before it computes something else."""


@pytest.mark.parametrize("name", sorted(CALLS.keys() - STATED_WRONGLY))
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_stated(name: str, data: st.DataObject) -> None:
    agrees(tried(lambda: CALLS[name](data)))


@pytest.mark.parametrize("name", STATED_WRONGLY)
@settings(max_examples=5, deadline=None)
@given(data=st.data())
def test_computed(name: str, data: st.DataObject) -> None:
    computes(tried(lambda: CALLS[name](data)))


@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_lu_factor(data: st.DataObject) -> None:
    """Keras 3.15 states the matrix's dtype for the order of rows; TensorFlow takes one square matrix only."""
    agrees(ops.lu_factor(matrices(data)), dtype=False)
    size = data.draw(SIZE)
    computes(ops.lu_factor(tensor((size, size))))
