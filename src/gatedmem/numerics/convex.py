"""Convex programs: a solver proposes, exact or ball arithmetic decides.

Nothing returned here is trusted by itself. Each function hands over what a proof needs: a primal point
repaired to lie exactly in the feasible set, and the dual variable, which is a proof of optimality for
whoever evaluates it rigorously.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import cvxpy as cp
import numpy as np
import numpy.typing as npt
from flint import arb

from gatedmem.numerics.enclosures import Ball, ball, dot, x_log_x

Float = npt.NDArray[np.float64]

# What the solver is asked for; how near it came is judged by the gap between the two bounds.
TOLERANCES = {"tol_gap_abs": 1e-12, "tol_gap_rel": 1e-12, "tol_feas": 1e-12}

# Denominator of repaired simplex points.
GRID = 2**52


@dataclass(frozen=True)
class EntropyProposal:
    """What the solver said about: maximise ⟨p, f⟩ + T·H(p) over the simplex.

    Attributes:
        point: shape (n,), exact: entries ≥ 0 that sum to 1.
        multiplier: the dual variable ν of Σp = 1, for the Lagrangian ⟨p, f⟩ + T·H(p) + ν(1 - Σp).
    """

    point: tuple[Fraction, ...]
    multiplier: float


class SolverError(RuntimeError):
    """No solver returned an optimal point."""


def simplex_point(weights: Sequence[float] | Float) -> tuple[Fraction, ...]:
    """Repair non-negative weights to an exact rational point of the simplex.

    Small negative entries, which solvers return, count as 0.

    >>> simplex_point([0.25, 0.25, -1e-12])
    (Fraction(1, 2), Fraction(1, 2), Fraction(0, 1))
    """
    clipped = np.maximum(np.asarray(weights, dtype=np.float64), 0.0)
    counts = [Fraction(round(entry * GRID)) for entry in clipped / clipped.sum()]
    total = sum(counts, Fraction(0))
    return tuple(count / total for count in counts)


def entropy_program(scores: Float, temperature: float) -> EntropyProposal:
    """Propose the maximiser of ⟨p, f⟩ + T·H(p) over the simplex, by an exponential-cone program.

    Args:
        scores: shape (n,), the scores f.
        temperature: T > 0.

    Raises:
        SolverError: the solver found no optimum.

    >>> proposal = entropy_program(np.zeros(2), 1.0)
    >>> [round(float(entry), 6) for entry in proposal.point], round(proposal.multiplier + 1.0, 6)
    ([0.5, 0.5], 0.693147)
    """
    point = cp.Variable(len(scores))
    normal = cp.sum(point) == 1
    objective = cp.Maximize(scores @ point + temperature * cp.sum(cp.entr(point)))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an inaccurate optimum is still a proposal
            cp.Problem(objective, [normal]).solve(solver=cp.CLARABEL, **TOLERANCES)
    except cp.SolverError as error:
        raise SolverError(str(error)) from error
    if point.value is None or normal.dual_value is None:
        raise SolverError("the solver returned no point")
    # For a maximisation cvxpy reports the multiplier of the Lagrangian  objective - dual·(Σp - 1).
    return EntropyProposal(simplex_point(point.value), float(normal.dual_value))


def entropy_lower_bound(scores: Sequence[Ball], temperature: Ball, point: Sequence[Fraction]) -> Ball:
    """⟨p, f⟩ + T·H(p) at a point of the simplex: encloses a lower bound of the optimal value.

    Raises:
        ValueError: the point is not on the simplex.
    """
    if sum(point, Fraction(0)) != 1 or min(point) < 0:
        raise ValueError("the point is not on the simplex")
    gains = [ball(entry) for entry in point]
    return dot(gains, list(scores)) - temperature * sum((x_log_x(gain) for gain in gains), arb(0))


def entropy_upper_bound(scores: Sequence[Ball], temperature: Ball, multiplier: float) -> Ball:
    """The dual function g(ν): encloses an upper bound of the optimal value, for every real ν.

    For any ν, sup over p ≥ 0 of ⟨p, f⟩ + T·H(p) + ν(1 - Σp) separates into one concave problem an entry, with
    maximiser p_i = e^{(f_i - ν)/T - 1}; its value is g(ν) = ν + T Σ e^{(f_i - ν)/T - 1}. The minimum over
    ν is at ν = T log Z - T, where g = T log Z: the dual variable gives the optimal value as ν + T.

    >>> upper = entropy_upper_bound([ball(0), ball(0)], ball(1), -0.3068528194400547)
    >>> bool(abs(upper - arb(2).log()) < 1e-14)
    True
    """
    level = ball(multiplier)
    terms = [((score - level) / temperature - 1).exp() for score in scores]
    return level + temperature * sum(terms, arb(0))
