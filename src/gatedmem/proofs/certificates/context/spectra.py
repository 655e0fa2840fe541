"""Extreme eigenvalues and stability, proved in balls: doubles propose, Cholesky decides."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt
from flint import arb, arb_mat
from scipy.linalg import solve_continuous_lyapunov

from gatedmem.numerics.enclosures import (
    Ball,
    Number,
    Vector,
    ball,
    cholesky_proves_positive,
    dot,
    matrix,
    product,
    vector,
)

Float = npt.NDArray[np.float64]

SLACKS = (1e-13, 1e-11, 1e-9, 1e-6)


def doubles(table: arb_mat) -> Float:
    """The midpoints, rounded."""
    return np.array([[float(entry.mid()) for entry in row] for row in table.tolist()])


def largest_eigenvalue(symmetric: arb_mat) -> Ball:
    """Enclose the largest eigenvalue of every symmetric matrix in the enclosure; not a number if that failed.

    A Rayleigh quotient from below, a ball Cholesky from above.

    >>> bool(largest_eigenvalue(matrix([[2, 1], [1, 2]])).contains(3))
    True
    """
    table = doubles(symmetric)
    values, vectors = np.linalg.eigh((table + table.T) / 2)
    top = vector(vectors[:, -1])
    low = dot(top, product(symmetric, top)) / dot(top, top)
    size = symmetric.nrows()
    scale = float(np.abs(values).max()) or 1.0
    for slack in SLACKS:
        high = ball(float(values[-1]) + slack * scale)
        if cholesky_proves_positive(arb_mat(size, size, 1) * high - symmetric):
            return low.union(high)
    return arb("nan")


def smallest_eigenvalue(symmetric: arb_mat) -> Ball:
    """Enclose the smallest eigenvalue of every symmetric matrix in the enclosure."""
    return -largest_eigenvalue(symmetric * -1)


def shifted(table: arb_mat, by: Number) -> arb_mat:
    """M - cI."""
    return table - arb_mat(table.nrows(), table.nrows(), 1) * ball(by)


def lyapunov(slope: arb_mat) -> arb_mat | None:
    """A symmetric P with -(JᵀP + PJ) ≻ 0 proved for every J in the enclosure, or None.

    Then J has no eigenvalue on the imaginary axis, and as many with negative real part as P has positive
    eigenvalues (A. Ostrowski and H. Schneider, J. Math. Anal. Appl. 4 (1962) 72).

    >>> metric = lyapunov(matrix([[-1, 5], [0, -2]]))
    >>> metric is not None and cholesky_proves_positive(metric)
    True
    """
    size = slope.nrows()
    table = doubles(slope)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an ill-conditioned equation has a useless solution, which is rejected
            proposal = solve_continuous_lyapunov(table.T, -np.eye(size))
    except (np.linalg.LinAlgError, ValueError):
        return None
    if not np.isfinite(proposal).all():
        return None
    metric = matrix((proposal + proposal.T) / 2)
    falling = (slope.transpose() * metric + metric * slope) * -1
    symmetric = (falling + falling.transpose()) * (arb(1) / 2)
    return metric if cholesky_proves_positive(symmetric) else None


def stable(slope: arb_mat) -> bool | None:
    """Whether every eigenvalue has negative real part: True, False (one has a positive one), None if not shown.

    >>> stable(matrix([[-1, 3], [0, -1]])), stable(matrix([[-1, 3], [3, -1]])), stable(matrix([[0, 1], [-1, 0]]))
    (True, False, None)
    """
    metric = lyapunov(slope)
    if metric is None:
        return None
    if cholesky_proves_positive(metric):
        return True
    down = vector(np.linalg.eigh(doubles(metric))[1][:, 0])
    return False if dot(down, product(metric, down)) < 0 else None


def quadratic_form(symmetric: arb_mat, direction: Vector) -> Ball:
    """vᵀMv."""
    return dot(direction, product(symmetric, direction))
