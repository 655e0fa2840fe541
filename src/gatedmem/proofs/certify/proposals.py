"""Witnesses proposed by floating point: integer congruences and directions.

Nothing here is trusted: a proposal is kept only when exact integers accept it.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt
from flint import fmpz_mat

from gatedmem.numerics.exact import dominant
from gatedmem.proofs.checker.matrices import Matrix, quadratic, shortened

Float = npt.NDArray[np.float64]

# Bits of the integers tried in turn: short ones keep the file small and its checking quick.
FACTOR_BITS = (16, 32, 52)
DIRECTION_BITS = (8, 24, 52)


def congruence(symmetric: Matrix, near: Float) -> Matrix | None:
    """A lower-triangular integer R that makes R M Rᵀ strictly diagonally dominant, or None.

    Args:
        symmetric: shape (n, n), the integer matrix M.
        near: M up to a positive factor, in doubles.

    >>> congruence([[2, 1], [1, 2]], np.array([[2.0, 1.0], [1.0, 2.0]])) is not None
    True
    >>> congruence([[1, 2], [2, 1]], np.array([[1.0, 2.0], [2.0, 1.0]])) is None
    True
    """
    try:
        factor = np.linalg.cholesky(near)
    except np.linalg.LinAlgError:
        return None
    inverse = np.tril(np.linalg.inv(factor))
    if not np.isfinite(inverse).all():
        return None
    exact = None
    largest = float(np.abs(inverse).max())
    for bits in FACTOR_BITS:
        rounded = np.rint(inverse / largest * 2.0**bits)
        if not _dominant_beyond_doubt(rounded, near):
            exact = exact or fmpz_mat(shortened(symmetric))
            table = fmpz_mat(_whole(rounded))
            if not dominant(table * exact * table.transpose()):
                continue
        return [row[: index + 1] for index, row in enumerate(_whole(rounded))]
    return None


def _dominant_beyond_doubt(factor: Float, near: Float) -> bool:
    """Whether doubles, with room for their rounding errors, show R M Rᵀ to be strictly diagonally dominant."""
    turned, size = factor @ near @ factor.T, np.abs(factor)
    doubt = 4 * len(near) * np.finfo(np.float64).eps * (size @ np.abs(near) @ size.sum(axis=0))
    diagonal = np.diag(turned)
    return bool((diagonal > 1.25 * (np.abs(turned).sum(axis=1) - np.abs(diagonal) + doubt)).all())


def _whole(values: Float) -> Matrix:
    return [[int(entry) for entry in row] for row in values.tolist()]


def direction(symmetric: Matrix, near: Float, *, strictly: bool = False) -> list[int] | None:
    """An integer vector v ≠ 0 with vᵀMv ≤ 0 (< 0 if ``strictly``) close to ``near``, or None.

    >>> direction([[1, 2], [2, 1]], np.array([0.7, -0.7]))
    [256, -256]
    """
    scaled = near / float(np.abs(near).max())
    for bits in DIRECTION_BITS:
        vector = [int(entry) for entry in np.rint(scaled * 2.0**bits)]
        value = quadratic(symmetric, vector)
        if value < 0 or (value == 0 and not strictly):
            return vector
    return None


def rounded_down(value: Fraction, bits: int) -> Fraction:
    """The largest multiple of 2^-bits that is at most the number.

    >>> rounded_down(Fraction(1, 3), 3), rounded_up(Fraction(1, 3), 3)
    (Fraction(1, 4), Fraction(3, 8))
    """
    return Fraction((value.numerator << bits) // value.denominator, 1 << bits)


def rounded_up(value: Fraction, bits: int) -> Fraction:
    """The smallest multiple of 2^-bits that is at least the number."""
    return -rounded_down(-value, bits)
