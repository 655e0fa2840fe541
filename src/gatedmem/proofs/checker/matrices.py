"""Integer matrices: products with one big integer a row, and positive definiteness by a congruence.

If R M Rᵀ has on each row a positive diagonal entry larger than the sizes of all others together, it is positive
definite (Gershgorin), hence so is the symmetric matrix M. Exact integers throughout.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from operator import mul
from typing import TypeVar

from gatedmem.proofs.checker.intervals import BITS, Interval
from gatedmem.proofs.checker.reading import Malformed, Rejected, integers

T = TypeVar("T")
Matrix = list[list[int]]
Rows = list[list[Interval]]

# Before they are multiplied enclosed matrices are rounded outwards to so many bits below the point, and exact ones
# down to so many bits in all.
MATRIX_BITS = 96
FORM_BITS = 80

# Largest product that is multiplied out, in steps of n³ times the 64-bit words of the operands: a few seconds.
LARGEST_EFFORT = 150_000_000
LARGEST_DENOMINATOR = 10_000  # bits
TOO_LONG = "its numbers are too long for a matrix of this size"
LARGEST_TABLE = 2**30  # bits of all entries


def product(left: Matrix, right: Matrix) -> Matrix:
    """Multiply two integer matrices; each row of the right one is packed into one big integer.

    ``left`` may have rows that end early (a lower triangle): what is missing counts as 0.

    >>> product([[1, 2], [3]], [[1, -1], [0, 5]])
    [[1, 9], [3, -3]]
    """
    columns = len(right[0])
    bits, below = length(left), length(right)
    effort = len(left) * len(right) * columns * (1 + bits // 64) * (1 + below // 64)
    if effort > LARGEST_EFFORT:
        raise Rejected(TOO_LONG)
    size = (bits + below + len(right).bit_length() + 9) // 8  # bytes of a slot: no entry of the product overflows
    half = 1 << (8 * size - 1)
    offset = int.from_bytes((half.to_bytes(size, "little")) * columns, "little")
    packed = [
        int.from_bytes(b"".join((entry + half).to_bytes(size, "little") for entry in row), "little") - offset
        for row in right
    ]
    answer = []
    for row in left:
        mixed = sum(map(mul, row, packed)) + offset
        slots = mixed.to_bytes(size * columns, "little")
        answer.append(
            [int.from_bytes(slots[at : at + size], "little") - half for at in range(0, size * columns, size)]
        )
    return answer


def transpose(rows: Sequence[Sequence[T]]) -> list[list[T]]:
    """Rows to columns."""
    return [list(column) for column in zip(*rows, strict=True)]


def definite(symmetric: Matrix, factor: object, where: str) -> None:
    """Accept M ≻ 0 from a lower-triangular integer R for which R M Rᵀ is strictly diagonally dominant.

    M is shortened before, so that the work does not depend on how long its entries are.

    Args:
        symmetric: shape (n, n), the symmetric integer matrix M.
        factor: R as it stands in the file, row i with i + 1 integers.
        where: names the field in a complaint.

    Raises:
        Rejected: R is not of that form, or does not prove it.

    >>> definite([[2, 1], [1, 2]], [[2], [-1, 2]], "witness")
    >>> definite([[1, 2], [2, 1]], [[1], [0, 1]], "witness")
    Traceback (most recent call last):
    ...
    gatedmem.proofs.checker.reading.Rejected: witness: the congruence is not diagonally dominant
    """
    n = len(symmetric)
    if not isinstance(factor, list) or len(factor) != n:
        raise Malformed(f"{where}: must be a triangle of {n} rows")
    for index, row in enumerate(factor):
        if not isinstance(row, list) or len(row) != index + 1 or any(type(entry) is not int for entry in row):
            raise Malformed(f"{where}: row {index + 1} must hold {index + 1} integers")
    once = product(factor, shortened(symmetric))
    twice = product(factor, transpose(once))
    for index, row in enumerate(twice):
        if not 2 * row[index] > sum(map(abs, row)):
            raise Rejected(f"{where}: the congruence is not diagonally dominant")


def shortened(symmetric: Matrix) -> Matrix:
    """A matrix of short integers that, times a power of 2, lies below M in the order of quadratic forms.

    Rounding down takes less than one unit from each entry, which n units on the diagonal make good.

    >>> shortened([[5, 1], [1, 5]]), shortened([[1 << 90, 0], [0, 1 << 90]])[0][0] == 2**79 - 2
    ([[5, 1], [1, 5]], True)
    """
    shift = length(symmetric) - FORM_BITS
    if shift <= 0:
        return symmetric
    return [
        [(entry >> shift) - (len(symmetric) if i == j else 0) for j, entry in enumerate(row)]
        for i, row in enumerate(symmetric)
    ]


def not_definite(symmetric: Matrix, direction: object, where: str, *, strictly: bool = False) -> None:
    """Accept that M is not positive definite from an integer vector v ≠ 0 with vᵀMv ≤ 0 (< 0 if ``strictly``).

    >>> not_definite([[1, 2], [2, 1]], [1, -1], "witness")
    """
    vector = integers(direction, where, len(symmetric))
    value = quadratic(symmetric, vector)
    if not any(vector) or value > 0 or (strictly and value == 0):
        raise Rejected(f"{where}: vᵀMv is not {'below' if strictly else 'at most'} 0")


def quadratic(symmetric: Matrix, direction: Sequence[int]) -> int:
    """vᵀMv."""
    return sum(
        a * sum(entry * b for entry, b in zip(row, direction, strict=True) if b)
        for a, row in zip(direction, symmetric, strict=True)
        if a
    )


def cleared(rows: Sequence[Sequence[Fraction]]) -> tuple[Matrix, int]:
    """A table of rational numbers as integers over one common denominator.

    >>> cleared([[Fraction(1, 2), Fraction(1, 3)]])
    ([[3, 2]], 6)
    """
    below = 1
    for row in rows:
        for entry in row:
            below = lcm(below, entry.denominator)
            if below.bit_length() > LARGEST_DENOMINATOR:
                raise Rejected("its numbers have no common denominator of reasonable size")
    return [[entry.numerator * (below // entry.denominator) for entry in row] for row in rows], below


def combined(terms: Sequence[tuple[Fraction, Matrix]]) -> Matrix:
    """Σ c_k M_k times the positive common denominator of the c_k: integers again.

    >>> combined([(Fraction(1, 2), [[2]]), (Fraction(-1, 3), [[3]])])
    [[0]]
    """
    below = lcm(*(scale.denominator for scale, _ in terms))
    whole = [int(scale * below) for scale, _ in terms]
    tables = [matrix for _, matrix in terms]
    for scale, table in zip(whole, tables, strict=True):
        affordable(table, scale)
    return [
        [sum(map(mul, whole, entries)) for entries in zip(*rows, strict=True)] for rows in zip(*tables, strict=True)
    ]


def length(matrix: Matrix) -> int:
    """The bits of the longest entry, at least 1."""
    return max(max(map(abs, row), default=0) for row in matrix).bit_length() or 1


def affordable(matrix: Matrix, scale: int) -> None:
    """Refuse a multiple of a matrix that would fill the memory."""
    if len(matrix) * len(matrix[0]) * (length(matrix) + scale.bit_length()) > LARGEST_TABLE:
        raise Rejected(TOO_LONG)


def identity(size: int) -> Matrix:
    """The identity matrix."""
    return [[int(i == j) for j in range(size)] for i in range(size)]


def rounded(rows: Rows) -> tuple[Matrix, Matrix]:
    """Middles and half-widths of enclosed entries, in units of 2**-MATRIX_BITS."""
    shift = BITS - MATRIX_BITS
    low = [[entry.low >> shift for entry in row] for row in rows]
    high = [[-(-entry.high >> shift) for entry in row] for row in rows]
    middles = [[(a + b) // 2 for a, b in zip(*pair, strict=True)] for pair in zip(low, high, strict=True)]
    halves = [[b - a for a, b in zip(*pair, strict=True)] for pair in zip(middles, high, strict=True)]
    return middles, halves
