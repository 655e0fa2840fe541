"""Spectra of matrices of balls: eigenvalues, reality, definiteness."""

from __future__ import annotations

from flint import acb, acb_mat, arb, arb_mat

from gatedmem.numerics.enclosures.balls import Ball, Vector, dot, square


def isolated_spectrum(values: arb_mat) -> list[acb] | None:
    """Enclose every eigenvalue of a square matrix in a ball of its own; None if that failed."""
    if values.nrows() == 1:
        return [acb(values[0, 0])]
    try:
        return list(acb_mat(values).eig())
    except ValueError:
        return None


def real_spectrum(values: arb_mat) -> list[Ball] | None:
    """Prove that a real matrix has only real eigenvalues, and enclose them in increasing order.

    Its spectrum is closed under conjugation. If each eigenvalue has an enclosure of its own, and the
    conjugate of each enclosure meets no other one, then each eigenvalue is its own conjugate. None: not
    shown.

    >>> from gatedmem.numerics.enclosures import matrix
    >>> [bool(root.contains(exact)) for root, exact in zip(real_spectrum(matrix([[2, 1], [1, 2]])), (1, 3))]
    [True, True]
    >>> real_spectrum(matrix([[0, 1], [-1, 0]])) is None
    True
    """
    spectrum = isolated_spectrum(values)
    if spectrum is None:
        return None
    for index, one in enumerate(spectrum):
        mirror = acb(one.real, -one.imag)
        if not one.imag.contains(0) or any(
            mirror.overlaps(other) for position, other in enumerate(spectrum) if position != index
        ):
            return None
    return sorted((one.real for one in spectrum), key=lambda root: float(root.mid()))


def cholesky_proves_positive(symmetric: arb_mat) -> bool:
    """Whether ball Cholesky goes through: then every symmetric matrix in the enclosure is positive definite.

    Only the lower triangle is read.

    >>> from gatedmem.numerics.enclosures import matrix
    >>> cholesky_proves_positive(matrix([[2, 1], [1, 2]])), cholesky_proves_positive(matrix([[1, 2], [2, 1]]))
    (True, False)
    """
    size = symmetric.nrows()
    rows = symmetric.tolist()
    factor: list[Vector] = []
    for i in range(size):
        row: Vector = []
        for j in range(i):
            row.append((rows[i][j] - dot(row, factor[j][:j])) / factor[j][j])
        pivot = rows[i][i] - sum((square(entry) for entry in row), arb(0))
        if not pivot > 0:
            return False
        row.append(pivot.sqrt())
        factor.append(row)
    return True
