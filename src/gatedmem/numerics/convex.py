"""Convex programs: a solver proposes, exact or ball arithmetic decides.

Nothing returned here is trusted by itself. Each function hands over what a proof needs: a primal point
repaired to lie exactly in the feasible set, and the dual variable, which is a proof of optimality for
whoever evaluates it rigorously. For the semidefinite programs it satisfies the linear identities exactly, in
rationals; that its matrices are positive semidefinite is left to be decided.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product

import cvxpy as cp
import numpy as np
import numpy.typing as npt
from flint import arb

from gatedmem.numerics.enclosures import Ball, ball, dot, x_log_x

Float = npt.NDArray[np.float64]
Rows = list[list[Fraction]]

# What the solver is asked for; how near it came is judged by the gap between the two bounds.
TOLERANCES = {"tol_gap_abs": 1e-12, "tol_gap_rel": 1e-12, "tol_feas": 1e-12}

# Denominator of repaired simplex points.
GRID = 2**52
# Denominator of the dual points of semidefinite programs.
DUAL_GRID = 2**40


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


@dataclass(frozen=True)
class PairDual:
    """A dual point of: maximise ⟨B, D⟩ over D ⪰ 0, D1 = 0, Σ|D_ij| ≤ 1.

    If S = U + y1ᵀ + 1yᵀ - B ⪰ 0, then ⟨B, D⟩ ≤ ⟨U, D⟩ ≤ max|U_ij| for every such D.

    Attributes:
        signed: shape (n, n), symmetric, U.
        shift: shape (n,), y.
    """

    signed: Rows
    shift: list[Fraction]

    @property
    def bound(self) -> Fraction:
        """The largest |U_ij|."""
        return max(abs(entry) for row in self.signed for entry in row)


def pair_program(matrix: Float) -> PairDual:
    """Propose a dual point of the relaxation of: maximise dᵀBd over ‖d‖₁ ≤ 1, Σd = 0.

    Args:
        matrix: shape (n, n), symmetric, B.

    Raises:
        SolverError: the solver found no optimum.

    >>> round(float(pair_program(np.eye(3)).bound), 4)
    0.5
    """
    n = len(matrix)
    signed, shift, bound = cp.Variable((n, n), symmetric=True), cp.Variable(n), cp.Variable()
    ones, column = np.ones((1, n)), cp.reshape(shift, (n, 1), order="C")
    slack = signed + column @ ones + ones.T @ column.T - matrix
    margin = 1e-6 * float(np.abs(matrix).max())  # so that rounding leaves the slack definite
    _solve(cp.Problem(cp.Minimize(bound), [slack >> margin * np.eye(n), cp.abs(signed) <= bound]))
    return PairDual(_symmetric(signed.value), [_rounded(entry) for entry in np.asarray(shift.value)])


@dataclass(frozen=True)
class CovarianceDual:
    """A sum of squares for c‖v‖²(Σp)² - (Σp)(Σp_iv_i²) + (Σp_iv_i)², a form in p ≥ 0 and v.

    It equals zᵀ·gram·z + Σ_{i<j} p_ip_j·vᵀR_ij v for z = (p_i v_k); on the simplex it is vᵀ(cI - diag p + ppᵀ)v. Gram
    matrix and R_ij ⪰ 0 prove diag p - ppᵀ ⪯ cI.

    Attributes:
        constant: c.
        gram: shape (n², n²), row i·n + k belongs to p_i v_k.
        multipliers: (i, j) with i < j → R_ij, shape (n, n).
    """

    constant: Fraction
    gram: Rows
    multipliers: dict[tuple[int, int], Rows]


def covariance_program(size: int, constant: Fraction) -> CovarianceDual:
    """Propose a sum of squares that proves diag p - ppᵀ ⪯ cI on the simplex; for c < ½ there is none.

    Whatever the solver says, the identity of :class:`CovarianceDual` holds exactly in the answer: the Gram matrix is
    projected onto it.

    Raises:
        SolverError: the solver returned nothing.
    """
    n = size
    pairs = list(combinations(range(n), 2))
    gram = cp.Variable((n * n, n * n), symmetric=True)
    multipliers = {pair: cp.Variable((n, n), symmetric=True) for pair in pairs}
    margin = cp.Variable()
    wanted, places = _covariance_form(n, constant), _places(n)
    limits = [gram >> margin * np.eye(n * n), *(r >> margin * np.eye(n) for r in multipliers.values()), margin <= 1]
    for (i, j, k, m), entries in places.items():
        total = sum(gram[a, b] for a, b in entries)
        if i < j:
            total = total + (multipliers[i, j][k, m] if k == m else 2 * multipliers[i, j][k, m])
        limits.append(total == float(wanted[i, j, k, m]))
    _solve(cp.Problem(cp.Maximize(margin), limits))
    rounded = {pair: _symmetric(r.value) for pair, r in multipliers.items()}
    table = _symmetric(gram.value)
    for (i, j, k, m), entries in places.items():
        off = wanted[i, j, k, m] - sum((table[a][b] for a, b in entries), Fraction(0))
        if i < j:
            off -= rounded[i, j][k][m] * (1 if k == m else 2)
        for a, b in entries:
            table[a][b] += off / len(entries)
    return CovarianceDual(constant, table, rounded)


def _covariance_form(n: int, constant: Fraction) -> dict[tuple[int, int, int, int], Fraction]:
    """Coefficients of p_ip_jv_kv_m, i ≤ j, k ≤ m, of the form of :class:`CovarianceDual`."""
    form = dict.fromkeys(_places(n), Fraction(0))
    for i, j, k in product(range(n), repeat=3):
        form[min(i, j), max(i, j), k, k] += constant
    for i, j in product(range(n), repeat=2):
        low, high = min(i, j), max(i, j)
        form[low, high, j, j] -= 1
        form[low, high, low, high] += 1
    return form


def _places(n: int) -> dict[tuple[int, int, int, int], list[tuple[int, int]]]:
    """For each monomial p_ip_jv_kv_m, i ≤ j, k ≤ m, the entries of the Gram matrix that add to its coefficient."""
    places: dict[tuple[int, int, int, int], list[tuple[int, int]]] = {}
    for i, k, j, m in product(range(n), repeat=4):
        key = (min(i, j), max(i, j), min(k, m), max(k, m))
        places.setdefault(key, []).append((i * n + k, j * n + m))
    return places


@dataclass(frozen=True)
class DiagonalMultiplier:
    """Diagonal P ≻ 0 and Λ ≥ 0 for the flow ẋ = -x + Wφ(x) with slopes φ' in [0, σ].

    With δ = φ(x) - φ(y), e = x - y every δ_i(σe_i - δ_i) ≥ 0, so [[2(1-ρ)P, -PW - σΛ], [·, 2Λ]] ⪰ 0 proves that
    V = Σ P_i e_i² obeys V̇ ≤ -2ρV.

    Attributes:
        weights: shape (n,), P.
        slopes: shape (n,), Λ.
    """

    weights: list[Fraction]
    slopes: list[Fraction]

    def inequality(self, couplings: Sequence[Sequence[Fraction]], sigma: Fraction, rate: Fraction) -> Rows:
        """The matrix that is to be positive semidefinite, shape (2n, 2n)."""
        n = len(couplings)
        zero = Fraction(0)
        cross = [
            [-self.weights[i] * couplings[i][j] - (sigma * self.slopes[i] if i == j else zero) for j in range(n)]
            for i in range(n)
        ]
        top = [[2 * (1 - rate) * p if i == j else zero for j in range(n)] for i, p in enumerate(self.weights)]
        low = [[2 * s if i == j else zero for j in range(n)] for i, s in enumerate(self.slopes)]
        upper = [a + b for a, b in zip(top, cross, strict=True)]
        return [*upper, *([cross[j][i] for j in range(n)] + low[i] for i in range(n))]


def multiplier_program(couplings: Float, sigma: float, rate: float) -> DiagonalMultiplier:
    """Propose the multiplier that leaves the inequality of :class:`DiagonalMultiplier` the widest margin.

    Args:
        couplings: shape (n, n), W.
        sigma: σ > 0, the steepest slope.
        rate: ρ.

    Raises:
        SolverError: the solver returned nothing.
    """
    n = len(couplings)
    weights, slopes, margin = cp.Variable(n), cp.Variable(n), cp.Variable()
    cross = -cp.diag(weights) @ couplings - sigma * cp.diag(slopes)
    whole = cp.bmat([[2 * (1 - rate) * cp.diag(weights), cross], [cross.T, 2 * cp.diag(slopes)]])
    limits = [(whole + whole.T) / 2 >> margin * np.eye(2 * n), weights >= 0, slopes >= 0, cp.sum(weights) == n]
    _solve(cp.Problem(cp.Maximize(margin), limits))
    return DiagonalMultiplier(
        [_rounded(entry) for entry in np.asarray(weights.value)],
        [_rounded(entry) for entry in np.asarray(slopes.value)],
    )


def _solve(problem: cp.Problem) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an inaccurate optimum is still a proposal
            problem.solve(solver=cp.CLARABEL)
    except cp.SolverError as error:
        raise SolverError(str(error)) from error
    if any(variable.value is None for variable in problem.variables()):
        raise SolverError("the solver returned no point")


def _rounded(value: float) -> Fraction:
    return Fraction(round(float(value) * DUAL_GRID), DUAL_GRID)


def _symmetric(values: Float | None) -> Rows:
    table = np.asarray(values, dtype=np.float64)
    return [[_rounded(entry) for entry in row] for row in (table + table.T) / 2]
