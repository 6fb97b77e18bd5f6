"""Decompositions, inverses and equations: the leading terms of Golub and Van Loan, Matrix Computations (4th edition).

They have flops, one for each addition and each multiplication, and no products of matrices.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

from netviz.catalog.costs import positions
from netviz.catalog.costs.forms import ITERATED, Lengths, Outputs, known, operand_lengths, uncounted
from netviz.catalog.kinds import Arguments, CostKind, UncountedError, Work
from netviz.catalog.outputs import subjects
from netviz.catalog.settings import text
from netviz.model import Config


def of_size(count: Callable[[int, int], Fraction | int]) -> CostKind:
    """The cost of a rule from rows and columns, for each matrix that the leading axes hold."""

    def work(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
        *batch, rows, columns = known(subjects(arguments)[0].shape)
        return Work(0, math.prod(batch) * round(count(rows, columns)))

    return CostKind(work, positions.of_matrices("whole"))


def elimination(rows: int, columns: int) -> Fraction:
    """Gaussian elimination with partial pivoting, 2n³/3 for square matrices: section 3.2.1 and its rectangular form."""
    least, most = min(rows, columns), max(rows, columns)
    return most * least**2 - Fraction(least**3, 3)


CHOLESKY = of_size(lambda n, _: Fraction(n**3, 3))  # section 4.2.5
INVERSE = of_size(lambda n, _: 2 * n**3)  # section 3.4.11: elimination, and n equations
CHOLESKY_INVERSE = of_size(lambda n, _: Fraction(2 * n**3, 3))  # section 4.2: inverse of the factor, and its product
ELIMINATION = of_size(elimination)
DETERMINANT = of_size(lambda n, _: Fraction(2 * n**3, 3))


def orthogonal(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """Householder's R, 2n²(m - n/3), and as many again for the first n columns of Q: sections 5.2.2 and 5.1.6."""
    *batch, rows, columns = known(subjects(arguments)[0].shape)
    if text(config, "mode", "reduced") == "complete" and rows > columns:
        raise UncountedError("No count is stated of all columns of Q.")
    least, most = min(rows, columns), max(rows, columns)
    return Work(0, math.prod(batch) * round(4 * (most * least**2 - Fraction(least**3, 3))))


def right_sides(first: Lengths, second: Lengths) -> int:
    """How many right sides each matrix has."""
    return second[-1] if len(second) == len(first) else 1


def solved(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """Elimination, and two triangles for each right side: section 3.2."""
    first, second = operand_lengths(arguments)
    size, sides = first[-1], right_sides(first, second)
    return Work(0, math.prod(first[:-2]) * round(Fraction(2 * size**3, 3) + 2 * size**2 * sides))


def solved_triangle(config: Config, arguments: Arguments, outputs: Outputs) -> Work:
    """A triangle for each right side: section 3.1."""
    first, second = operand_lengths(arguments)
    return Work(0, math.prod(first[:-2]) * first[-1] ** 2 * right_sides(first, second))


QR = CostKind(orthogonal, positions.of_matrices("whole"))
SOLVE = CostKind(solved, positions.of_matrices("whole"))
SOLVE_TRIANGULAR = CostKind(solved_triangle, positions.of_matrices("whole"))
ITERATIVE = uncounted(ITERATED, positions.of_matrices("whole"))
