"""keras.ops on matrices: decompositions, inverses, equations, diagonals. Leading axes hold many matrices."""

from __future__ import annotations

from collections.abc import Callable

from netviz.catalog.costs import matrices as costs
from netviz.catalog.costs.forms import MOVED, each
from netviz.catalog.costs.reductions import TRACE
from netviz.catalog.kinds import Arguments, LayerKind, OutputRule
from netviz.catalog.outputs import (
    always_dtype,
    as_argument,
    dtype_in,
    dtype_of_argument,
    first_tensor,
    given,
    of_shape,
    operand,
)
from netviz.catalog.promotion import replaced, summing
from netviz.catalog.settings import axis_in, flag, integer, integer_if_set, text
from netviz.catalog.shapes import product
from netviz.model import Config, Shape


def matrix(shape: Shape) -> tuple[Shape, int | None, int | None]:
    """The shape taken apart: leading axes, rows, columns."""
    *batch, rows, columns = shape
    return tuple(batch), rows, columns


def shorter(first: int | None, second: int | None) -> int | None:
    """The lesser of two lengths; None where one is not known."""
    return None if first is None or second is None else min(first, second)


def square(shape: Shape) -> Shape:
    """The shape itself, which has to be that of square matrices."""
    _, rows, columns = matrix(shape)
    if rows is not None and columns is not None and rows != columns:
        raise ValueError(f"matrices of {rows} by {columns} are not square")
    return shape


def of_matrix(parts: int, rule: Callable[[Config, Shape], tuple[Shape, ...]]) -> OutputRule:
    """An output rule from one that gives that many shapes from the shape of the first tensor."""

    def output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
        shape = first_tensor(arguments).shape
        return (None,) * parts if shape is None else rule(config, shape)

    return output


@of_shape
def square_output(config: Config, shape: Shape) -> Shape:
    """A square matrix for each."""
    return square(shape)


@of_shape
def determinant_output(config: Config, shape: Shape) -> Shape:
    """A number for each square matrix."""
    return square(shape)[:-2]


@of_shape
def number_output(config: Config, shape: Shape) -> Shape:
    """A number for each matrix."""
    batch, _, _ = matrix(shape)
    return batch


@of_shape
def inverse_output(config: Config, shape: Shape) -> Shape:
    """The matrices' rows and columns exchanged."""
    batch, rows, columns = matrix(shape)
    return (*batch, columns, rows)


def eigen_parts(config: Config, shape: Shape) -> tuple[Shape, ...]:
    """Eigenvalues and eigenvectors."""
    return (square(shape)[:-1], shape)


complex_dtype = replaced({"float32": "complex64", "float64": "complex128"})
"""The dtype of eigenvalues of any matrix. Keras 3.15 states the matrix's own, but computes complex numbers."""


def sign_parts(config: Config, shape: Shape) -> tuple[Shape, ...]:
    """Sign and logarithm of the determinant. Keras 3.15 states one sign for all matrices, but computes one for each."""
    return (square(shape)[:-2],) * 2


def lu_parts(config: Config, shape: Shape) -> tuple[Shape, ...]:
    """Both factors in one matrix, and the order of rows."""
    batch, rows, columns = matrix(shape)
    return (shape, (*batch, shorter(rows, columns)))


def lu_dtype(config: Config, arguments: Arguments) -> tuple[str | None, ...]:
    """The matrix's own, and int32 for the order of rows, of which Keras 3.15 states the matrix's, too."""
    return (dtype_in(config, arguments), "int32")


def qr_parts(config: Config, shape: Shape) -> tuple[Shape, ...]:
    """Q and R, in the shorter form unless `mode` is "complete"."""
    batch, rows, columns = matrix(shape)
    inner = rows if text(config, "mode", "reduced") == "complete" else shorter(rows, columns)
    return ((*batch, rows, inner), (*batch, inner, columns))


def svd_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """U, the singular values and V, or the values alone without `compute_uv`."""
    shape = first_tensor(arguments).shape
    vectors = flag(config, "compute_uv", True)
    if shape is None:
        return (None,) * (3 if vectors else 1)
    batch, rows, columns = matrix(shape)
    least = shorter(rows, columns)
    if not vectors:
        return ((*batch, least),)
    full = flag(config, "full_matrices", True)
    left, right = (rows, columns) if full else (least, least)
    return ((*batch, rows, left), (*batch, least), (*batch, right, columns))


def least_squares_output(config: Config, arguments: Arguments) -> tuple[Shape | None, ...]:
    """A value for each unknown, of each right side."""
    left, right = first_tensor(arguments).shape, operand(given(arguments, 1, "b"))
    if left is None or right is None or right.shape is None:
        return (None,)
    _, unknowns = left
    return ((unknowns, *right.shape[1:]),)


def diagonal_length(rows: int | None, columns: int | None, offset: int) -> int | None:
    """Length of a diagonal that starts `offset` columns to the right (or rows down)."""
    if rows is None or columns is None:
        return None
    return max(0, min(columns - offset, rows) if offset > 0 else min(rows + offset, columns))


def without_two(config: Config, shape: Shape) -> tuple[Shape, int | None, int | None]:
    """The other axes, and the lengths of `axis1` and `axis2`."""
    first, second = (
        axis_in(integer(config, key, default), len(shape)) for key, default in (("axis1", 0), ("axis2", 1))
    )
    if first == second:
        raise ValueError("a diagonal needs two axes")
    return tuple(axis for place, axis in enumerate(shape) if place not in (first, second)), shape[first], shape[second]


@of_shape
def diagonal_output(config: Config, shape: Shape) -> Shape:
    """The other axes, then the diagonal."""
    others, rows, columns = without_two(config, shape)
    return (*others, diagonal_length(rows, columns, integer(config, "offset", 0)))


@of_shape
def trace_output(config: Config, shape: Shape) -> Shape:
    """The other axes."""
    return without_two(config, shape)[0]


def diagonal_matrix(length: int | None, offset: int) -> Shape:
    """The square matrix that has room for a diagonal beside the main one."""
    return (None if length is None else length + abs(offset),) * 2


@of_shape
def diag_output(config: Config, shape: Shape) -> Shape:
    """A vector's matrix, or a matrix's diagonal."""
    offset = integer(config, "k", 0)
    if len(shape) == 1:
        return diagonal_matrix(shape[0], offset)
    rows, columns = shape
    return (diagonal_length(rows, columns, offset),)


@of_shape
def diagflat_output(config: Config, shape: Shape) -> Shape:
    """A matrix with all elements on its diagonal."""
    return diagonal_matrix(product(shape), integer(config, "k", 0))


@of_shape
def vander_output(config: Config, shape: Shape) -> Shape:
    """The powers of each element, as many as `N` says or there are elements."""
    count = integer_if_set(config, "N")
    return (*shape, shape[0] if count is None else count)


SQUARE = {"Cholesky": costs.CHOLESKY, "CholeskyInverse": costs.CHOLESKY_INVERSE, "Inv": costs.INVERSE}

KINDS = (
    *(LayerKind(name, "activation", square_output, dtype=dtype_in, cost=cost) for name, cost in SQUARE.items()),
    LayerKind("Eig", "activation", of_matrix(2, eigen_parts), dtype=complex_dtype, cost=costs.ITERATIVE),
    LayerKind("Eigh", "activation", of_matrix(2, eigen_parts), dtype=dtype_in, cost=costs.ITERATIVE),
    LayerKind("Pinv", "activation", inverse_output, dtype=dtype_in, cost=costs.ITERATIVE),
    LayerKind("LuFactor", "activation", of_matrix(2, lu_parts), dtype=lu_dtype, cost=costs.ELIMINATION),
    LayerKind("Qr", "activation", of_matrix(2, qr_parts), dtype=dtype_in, cost=costs.QR),
    LayerKind("SVD", "activation", svd_output, dtype=dtype_in, cost=costs.ITERATIVE),
    *(
        LayerKind(name, "pooling", determinant_output, dtype=dtype_in, cost=costs.DETERMINANT)
        for name in ("Det", "Logdet")
    ),
    LayerKind("Slogdet", "pooling", of_matrix(2, sign_parts), dtype=dtype_in, cost=costs.DETERMINANT),
    LayerKind("MatrixRank", "pooling", number_output, dtype=always_dtype("int32"), cost=costs.ITERATIVE),
    LayerKind("Trace", "pooling", trace_output, dtype=summing, cost=TRACE),
    *(
        LayerKind(name, "merging", as_argument(1, "b"), dtype=dtype_of_argument(1, "b"), cost=cost)
        for name, cost in (("Solve", costs.SOLVE), ("SolveTriangular", costs.SOLVE_TRIANGULAR))
    ),
    LayerKind("Lstsq", "merging", least_squares_output, dtype=dtype_in, cost=costs.ITERATIVE),
    LayerKind("Diag", "reshaping", diag_output, dtype=dtype_in, cost=MOVED),
    LayerKind("Diagflat", "reshaping", diagflat_output, dtype=dtype_in, cost=MOVED),
    LayerKind("Diagonal", "reshaping", diagonal_output, dtype=dtype_in, cost=MOVED),
    LayerKind("Vander", "reshaping", vander_output, dtype=dtype_in, cost=each(1, None, "new")),
)
