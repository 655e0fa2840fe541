"""The published fixed-point iteration of the context-gated memory, and when it leaves the state it starts near.

The map is ``r ← b + A(α)⁻¹(λu + λ² softmax(βr))`` (arXiv 2605.10970, protocol D.3, where b = 0). For A(α) ≻ 0 its
Jacobian A⁻¹βλ²(diag p - ppᵀ) is similar to a positive semidefinite matrix, so it has no multiplier below 0 and no
period doubling: the map loses a state where J of :mod:`gatedmem.numerics.fold` is singular, as the flow does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from gatedmem.numerics.fold import BranchEquation, Turning
from gatedmem.numerics.instances import Array


@dataclass(frozen=True, eq=False)
class Sweeps:
    """Where a run of the map ended.

    Attributes:
        state: shape (N,), the last r.
        weights: shape (N,), p = softmax(βr).
        count: the number of sweeps made.
        change: the largest change of an entry of r in the last of them.
    """

    state: Array
    weights: Array
    count: int
    change: float

    @property
    def peak(self) -> float:
        """The largest weight."""
        return float(self.weights.max())


def sweep(equation: BranchEquation, alpha: float, start: Array, *, cap: int = 500, tolerance: float = 1e-8) -> Sweeps:
    """Run the map from ``start`` (shape (N,)): at most ``cap`` sweeps, or until no entry changes by ``tolerance``.

    >>> pair = BranchEquation(np.eye(2), beta=1.0, gain=1.0, drive=np.zeros(2))
    >>> sweep(pair, 0.0, np.array([0.1, 0.0])).weights.round(6)
    array([0.5, 0.5])
    """
    inverse = np.linalg.inv(equation.gates(alpha))
    offset = equation.query + equation.gain * (inverse @ equation.drive)
    back = equation.gain**2 * inverse
    state, change, count = np.asarray(start, dtype=np.float64), float("inf"), 0
    while count < cap and not change < tolerance:
        moved = offset + back @ equation.weights(state)
        change, state, count = float(np.abs(moved - state).max()), moved, count + 1
    return Sweeps(state, equation.weights(state), count, change)


def measured_threshold(
    equation: BranchEquation,
    start: Array,
    *,
    cap: int = 500,
    lost: Callable[[Array], bool] = lambda weights: float(weights.max()) > 0.5,
    bisections: int = 17,
) -> float | None:
    """The competition from which on the map does not stay where it starts: measured by bisection below α_crit.

    Args:
        equation: the memories and their drive.
        start: shape (N,), where every run begins.
        cap: the most sweeps of a run.
        lost: whether the weights at the end of a run, shape (N,), count as another state.
        bisections: how often the interval (0, α_crit), cut at 10, is halved.

    Returns:
        The threshold; 0 if the state is lost at α = 0 already, None if it is not lost even just below α_crit.
    """
    low, high = 0.0, min(equation.critical_alpha, 10.0) * (1.0 - 1e-6)
    if lost(sweep(equation, low, start, cap=cap).weights):
        return 0.0
    if not lost(sweep(equation, high, start, cap=cap).weights):
        return None
    for _ in range(bisections):
        middle = 0.5 * (low + high)
        if lost(sweep(equation, middle, start, cap=cap).weights):
            high = middle
        else:
            low = middle
    return high


def sweeps_past(equation: BranchEquation, turning: Turning, alpha: float) -> float:
    """How many sweeps of r ← b + A⁻¹(λu + λ² softmax(βr)) the passage beyond a fold takes, to leading order.

    Along φ the map is ``x ← x + (|push|(α - α_fold) + |bend|x²/2)/(φᵀAφ)``, and crossing the bottleneck takes
    ``π φᵀAφ / sqrt(|push · bend|(α - α_fold)/2)`` sweeps: a run of fewer looks as if the state were still there.

    Args:
        equation: the memories and their drive.
        turning: a fold of theirs, left upward.
        alpha: the competition, beyond the fold.

    Raises:
        ValueError: not a fold, or α does not lie beyond it.
    """
    if turning.kind != "fold" or not alpha > turning.alpha:
        raise ValueError(f"alpha: needs a fold and a competition beyond it, are {turning.kind} and {alpha}")
    weight = float(turning.null @ equation.gates(turning.alpha) @ turning.null)
    return float(np.pi * weight / np.sqrt(abs(turning.push * turning.bend) * (alpha - turning.alpha) / 2.0))


def one_site_threshold(equation: BranchEquation, alphas: Array | None = None) -> float | None:
    """The closed approximation of CG18: all places but one respond linearly to the uniform state.

    The first α at which ``βa_i = (1 + 1/κ_i)ln(1 + κ_i) - 1`` for some i (CG18 for a, κ and R).

    Args:
        equation: with drive u ∝ 1 and no evidence, as in protocol D.3.
        alphas: increasing grid on which the first crossing is bracketed; 800 points below α_crit if None.

    Returns:
        The threshold, or None if there is none on the grid.

    Raises:
        ValueError: the drive is not uniform, or there is evidence.
    """
    drive = np.asarray(equation.drive)
    if np.ptp(drive) > 1e-12 * (1.0 + np.abs(drive).max()) or np.any(equation.query):
        raise ValueError("drive, evidence: the approximation is about a uniform drive without evidence")
    if equation.gain == 0.0:
        return None
    n, beta, gain = equation.size, equation.beta, equation.gain
    centring = np.eye(n) - 1.0 / n

    def excess(alpha: float) -> float:
        inverse = np.linalg.inv(equation.gates(alpha))
        spread = centring @ inverse @ centring
        response = np.eye(n) - beta * gain**2 / n * spread
        if np.linalg.eigvalsh(response)[0] <= 0.0:
            return -1.0
        diagonal = np.diag(np.linalg.solve(response, spread))
        tilt = np.linalg.solve(response, centring @ inverse @ (gain * drive + gain**2 / n))
        kappa = n / (beta * gain**2 * np.maximum(diagonal, 1e-300))
        return float(((1.0 + 1.0 / kappa) * np.log1p(kappa) - 1.0 - beta * tilt).min())

    if alphas is None:
        alphas = np.linspace(0.0, 1.0, 800, endpoint=False) * min(equation.critical_alpha, 10.0)
    before = None
    for alpha in np.asarray(alphas):
        if excess(float(alpha)) <= 0.0:
            return float(alpha) if before is None else float(brentq(excess, before, alpha, xtol=1e-12))
        before = float(alpha)
    return None
