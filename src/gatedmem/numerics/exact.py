"""Exact rational linear algebra: what decides after floating point has proposed.

Doubles are dyadic rationals, so a matrix of doubles has exact entries and exact products. Positive
definiteness is decided by an integer congruence: with R a rounded inverse Cholesky factor, R M Rᵀ is
close to a multiple of the identity, and strict diagonal dominance of that integer matrix, a comparison of
integers, proves M ≻ 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from flint import fmpq, fmpq_mat, fmpz, fmpz_mat

Float = npt.NDArray[np.float64]

# Rounding unit of the inverse Cholesky factor, and relative slacks tried for a bound on an eigenvalue.
FACTOR_BITS = 50
# Up to this size LDLᵀ in rationals is tried first.
LARGEST_PLAIN_LDL = 16
SLACKS = (1e-12, 1e-10, 1e-8, 1e-5)


@dataclass(frozen=True)
class Definiteness:
    """Whether a symmetric matrix is positive definite, with what proves the answer.

    Attributes:
        positive: True (proved), False (refuted), None (undecided).
        congruence: when True, an integer matrix R for which R M Rᵀ is strictly diagonally dominant with
        positive
            diagonal.
        direction: when False, an integer vector v ≠ 0 with vᵀMv ≤ 0.
    """

    positive: bool | None
    congruence: fmpz_mat | None = None
    direction: tuple[int, ...] | None = None


def rational(value: int | float | Fraction | fmpq) -> fmpq:
    """The exact value of a number; a double is the dyadic rational it is.

    >>> rational(0.5), rational(Fraction(1, 3))
    (1/2, 1/3)
    """
    if isinstance(value, (fmpq, fmpz)):
        return fmpq(value)
    exact = Fraction(value)
    return fmpq(exact.numerator, exact.denominator)


def fraction(value: fmpq) -> Fraction:
    """Flint's rational as Python's."""
    return Fraction(int(value.p), int(value.q))


def rational_matrix(rows: Sequence[Sequence[int | float | Fraction | fmpq]] | Float) -> fmpq_mat:
    """A table of exact numbers as a rational matrix."""
    return fmpq_mat([[rational(entry) for entry in row] for row in rows])


def identity(size: int) -> fmpq_mat:
    """The identity matrix."""
    return fmpq_mat([[int(i == j) for j in range(size)] for i in range(size)])


def gram(rows: Float) -> fmpq_mat:
    """The Gram matrix of the rows, exactly.

    >>> gram(np.array([[1.0, 0.5], [0.0, 2.0]]))
    [5/4, 1]
    [  1, 4]
    """
    exact = rational_matrix(rows)
    return exact * exact.transpose()


def quadratic(symmetric: fmpq_mat, direction: Sequence[int | Fraction | fmpq]) -> Fraction:
    """vᵀMv, exactly."""
    column = fmpq_mat([[rational(entry)] for entry in direction])
    return fraction((column.transpose() * symmetric * column)[0, 0])


def rayleigh(symmetric: fmpq_mat, direction: Sequence[int | Fraction | fmpq]) -> Fraction:
    """vᵀMv / vᵀv, exactly; at least the smallest and at most the largest eigenvalue.

    >>> rayleigh(rational_matrix([[2, 1], [1, 2]]), [1, -1])
    Fraction(1, 1)
    """
    return quadratic(symmetric, direction) / sum((fraction(rational(v)) ** 2 for v in direction), Fraction(0))


def floats(symmetric: fmpq_mat) -> Float:
    """The matrix rounded to doubles."""
    return np.array([[float(fraction(entry)) for entry in row] for row in symmetric.tolist()])


def positive_definite(symmetric: fmpq_mat) -> Definiteness:
    """Decide M ≻ 0 for a symmetric rational matrix by an integer congruence, or give up.

    Made for sizes up to a few hundred and condition numbers up to about 1e12: beyond, it may not decide.

    Raises:
        ValueError: the matrix is not symmetric.

    >>> positive_definite(rational_matrix([[2, 1], [1, 2]])).positive
    True
    >>> answer = positive_definite(rational_matrix([[1, 2], [2, 1]]))
    >>> answer.positive, quadratic(rational_matrix([[1, 2], [2, 1]]), answer.direction) < 0
    (False, True)
    """
    if symmetric != symmetric.transpose():
        raise ValueError("positive definiteness is asked of a symmetric matrix; this one is not")
    approximate = floats(symmetric)
    scale = float(np.abs(approximate).max()) or 1.0
    try:
        factor = np.linalg.inv(np.linalg.cholesky(approximate / scale))
    except np.linalg.LinAlgError:
        factor = None
    if factor is not None and np.isfinite(factor).all():
        unit = 2.0**FACTOR_BITS / max(1.0, float(np.abs(factor).max()))
        congruence = _rounded(factor * unit)
        integers, _ = symmetric.numer_denom()
        if dominant(congruence * integers * congruence.transpose()):
            return Definiteness(True, congruence=congruence)
    direction = _integer_direction(np.linalg.eigh(approximate)[1][:, 0])
    if quadratic(symmetric, direction) <= 0:
        return Definiteness(False, direction=direction)
    return Definiteness(None)


def dominant(symmetric: fmpz_mat) -> bool:
    """Whether each diagonal entry exceeds the sum of the sizes of the others in its row.

    A symmetric matrix with that property is positive definite (Gershgorin).

    >>> dominant(fmpz_mat([[3, 1], [1, 2]])), dominant(fmpz_mat([[1, 1], [1, 1]]))
    (True, False)
    """
    for index, row in enumerate(symmetric.tolist()):
        if not 2 * row[index] > sum((abs(entry) for entry in row), fmpz(0)) or not row[index] > 0:
            return False
    return True


def positive_semidefinite(symmetric: fmpq_mat) -> Definiteness:
    """Decide M ⪰ 0 exactly: by the congruence if M ≻ 0, else by LDLᵀ in rationals, which always answers.

    The latter is made for sizes up to a few dozen.

    In the answer ``positive`` means semidefinite; ``direction`` then has vᵀMv < 0.

    >>> positive_semidefinite(rational_matrix([[1, 1], [1, 1]])).positive
    True
    >>> positive_semidefinite(rational_matrix([[0, 1], [1, 0]])).direction
    (-1, 2)
    """
    size = symmetric.nrows()
    if size > LARGEST_PLAIN_LDL:
        strict = positive_definite(symmetric)
        if strict.positive:
            return strict
    rows = symmetric.tolist()
    # ``basis[i]`` is the combination of unit vectors whose quadratic form the i-th remaining row describes.
    basis = identity(size).tolist()
    for i in range(size):
        pivot = rows[i][i]
        if pivot < 0:
            return Definiteness(False, direction=_cleared(basis[i]))
        if pivot == 0:
            for j in range(i + 1, size):
                if rows[i][j] != 0:
                    # On t·e_i + e_j the form is 2t·m_ij + m_jj: negative for t of the right size and sign.
                    t = -(rows[j][j] + 1) / (2 * rows[i][j])
                    return Definiteness(
                        False,
                        direction=_cleared([t * a + b for a, b in zip(basis[i], basis[j], strict=True)]),
                    )
            continue
        for j in range(i + 1, size):
            ratio = rows[j][i] / pivot
            if ratio == 0:
                continue
            rows[j] = [a - ratio * b for a, b in zip(rows[j], rows[i], strict=True)]
            basis[j] = [a - ratio * b for a, b in zip(basis[j], basis[i], strict=True)]
    return Definiteness(True)


def smallest_eigenvalue(symmetric: fmpq_mat) -> tuple[Fraction, Fraction] | None:
    """Rational bounds low ≤ λ_min(M) ≤ high, each proved, or None if no lower bound could be.

    The upper one is a Rayleigh quotient, the lower one rests on M - low·I ≻ 0.

    >>> low, high = smallest_eigenvalue(rational_matrix([[2, 1], [1, 2]]))
    >>> low <= 1 <= high, float(high - low) < 1e-9
    (True, True)
    """
    approximate = floats(symmetric)
    values, vectors = np.linalg.eigh(approximate)
    high = rayleigh(symmetric, _integer_direction(vectors[:, 0]))
    if symmetric.nrows() == 1:
        return high, high
    scale = max(float(np.abs(values).max()), 1e-300)
    for slack in SLACKS:
        low = Fraction(float(values[0]) - slack * scale)
        if positive_definite(symmetric - rational(low) * identity(symmetric.nrows())).positive:
            return low, high
    return None


def _rounded(values: Float) -> fmpz_mat:
    return fmpz_mat([[int(entry) for entry in row] for row in np.rint(values)])


def _integer_direction(values: Float) -> tuple[int, ...]:
    scaled = np.rint(values / np.abs(values).max() * 2.0**FACTOR_BITS)
    return tuple(int(entry) for entry in scaled)


def _cleared(values: Sequence[fmpq]) -> tuple[int, ...]:
    """The vector times the common denominator of its entries."""
    common = fmpz(1)
    for value in values:
        common = common * value.q // common.gcd(value.q)
    return tuple(int((value * common).p) for value in values)
