"""Branches of equilibria of the clamped context-gated memory as the competition α grows, and where they turn back.

With context and query clamped the equilibria at competition α are the solutions r of

    F(r, α) = A(α)(r - b) - λu - λ² softmax(βr) = 0,    A(α) = I + αW₂,

(arXiv 2605.10970, eqs. 5 and 6 multiplied by A). Its Jacobian in r is the symmetric matrix
J = A - βλ²(diag p - ppᵀ). A branch that starts stable (J ≻ 0) is followed by pseudo-arclength until the least
eigenvalue of J vanishes; a fold is then refined by Newton's method on the system of G. Moore and A. Spence (SIAM J.
Numer. Anal. 17 (1980) 567): F = 0, Jφ = 0, ⟨ℓ, φ⟩ = 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gatedmem.numerics import context as model
from gatedmem.numerics import softmax as soft
from gatedmem.numerics.instances import Array, ContextInstance

# Pseudo-arclength steps: first and longest length (relative to the state), the length at which a change of sign
# counts as located, and the length from which on Newton's method may fail next to a crossing, where the bordered
# matrix is singular.
_FIRST_STEP, _LONGEST_STEP, _LOCATED = 1e-2, 0.05, 1e-7
_NEAR = 1e-3
# Least cosine between the directions at the two ends of a step, and the most by which the gap may change on it.
_STRAIGHT, _STEADY = 0.9, 1.5
_SHORT_OF = 1e-4  # relative distance from α_crit at which a branch counts as followed to the end
_MOST_STEPS = 5000
_NEWTON = 1e-11


class ContinuationError(ArithmeticError):
    """The branch could not be followed: no stable state to start from, or Newton's method failed."""


@dataclass(frozen=True, eq=False)
class BranchEquation:
    """The equation F(r, α) = 0 of the module.

    Attributes:
        gram: shape (N, N), symmetric, the inner products of the memories.
        beta: β > 0.
        gain: λ ≥ 0.
        drive: shape (N,), the context drive u.
        evidence: shape (N,), the query evidence b; zeros if None.

    Raises:
        ValueError: a shape or a range is wrong; the message names the field.
    """

    gram: Array
    beta: float
    gain: float
    drive: Array
    evidence: Array | None = None

    def __post_init__(self) -> None:
        gram = np.asarray(self.gram, dtype=np.float64)
        if gram.ndim != 2 or gram.shape[0] != gram.shape[1] or not gram.size or not np.allclose(gram, gram.T):
            raise ValueError(f"gram: needs a symmetric table, has shape {gram.shape}")
        if not (self.beta > 0.0 and self.gain >= 0.0):
            raise ValueError(f"beta, gain: need beta > 0 and gain >= 0, are {self.beta} and {self.gain}")
        object.__setattr__(self, "gram", gram)
        for name, value in (("drive", self.drive), ("evidence", self.query)):
            if np.shape(value) != (len(gram),):
                raise ValueError(f"{name}: needs one number per memory ({len(gram)}), has shape {np.shape(value)}")
            object.__setattr__(self, name, np.asarray(value, dtype=np.float64))

    @classmethod
    def of(cls, instance: ContextInstance) -> BranchEquation:
        """The equation of an instance; its own α plays no part."""
        return cls(
            model.gram_matrix(instance),
            instance.beta,
            instance.gain,
            model.drive(instance),
            model.evidence(instance),
        )

    @property
    def size(self) -> int:
        """N, the number of memories."""
        return len(self.gram)

    @property
    def query(self) -> Array:
        """b, shape (N,): the evidence, zeros where none was given."""
        return np.zeros(self.size) if self.evidence is None else self.evidence

    @property
    def competition(self) -> Array:
        """W₂ = G - diag G, shape (N, N)."""
        return np.asarray(self.gram - np.diag(np.diag(self.gram)))

    @property
    def critical_alpha(self) -> float:
        """α_crit = -1/λ_min(W₂), up to which A(α) ≻ 0; infinite if W₂ = 0."""
        lowest = float(np.linalg.eigvalsh(self.competition)[0])
        return -1.0 / lowest if lowest < 0.0 else float("inf")

    def gates(self, alpha: float) -> Array:
        """A(α), shape (N, N)."""
        return np.asarray(np.eye(self.size) + alpha * self.competition)

    def weights(self, state: Array) -> Array:
        """p = softmax(βr), shape (..., N)."""
        return soft.softmax(state, self.beta)

    def residual(self, state: Array, alpha: float) -> Array:
        """F(r, α), shape (N,).

        >>> pair = BranchEquation(np.eye(2), beta=1.0, gain=1.0, drive=np.zeros(2))
        >>> pair.residual(np.array([0.5, 0.5]), 0.3)
        array([0., 0.])
        """
        inside = self.gates(alpha) @ (state - self.query)
        return np.asarray(inside - self.gain * self.drive - self.gain**2 * self.weights(state))

    def stiffness(self, state: Array, alpha: float) -> Array:
        """J = ∂F/∂r = A(α) - βλ²(diag p - ppᵀ), shape (N, N), symmetric."""
        feedback = self.beta * self.gain**2 * soft.covariance(self.weights(state))
        return np.asarray(self.gates(alpha) - feedback)

    def push(self, state: Array) -> Array:
        """∂F/∂α = W₂(r - b), shape (N,)."""
        return np.asarray(self.competition @ (state - self.query))

    def second(self, state: Array, direction: Array) -> Array:
        """∂²F/∂r² along a direction twice: -λ² d²/dt² softmax(β(r + tv)) at t = 0, shape (N,)."""
        p = self.weights(state)
        centred = direction - p @ direction
        return np.asarray(-((self.gain * self.beta) ** 2) * p * (centred**2 - p @ centred**2))


@dataclass(frozen=True, eq=False)
class Turning:
    """Where the least eigenvalue of J vanishes along a branch.

    Attributes:
        kind: "fold": the branch turns back (saddle-node); "crossing": α runs on through the singularity, as at the
            uniform state of a circulant frame (CG17), where ⟨φ, W₂(r - b)⟩ = 0.
        alpha: the competition α there.
        state: shape (N,), r.
        weights: shape (N,), p = softmax(βr).
        null: shape (N,), φ with Jφ = 0, ‖φ‖ = 1, the entry of largest size positive.
        push: ⟨φ, ∂F/∂α⟩; not 0 at a fold.
        bend: ⟨φ, ∂²F/∂r²[φ, φ]⟩ = -β²λ² times the third cumulant of φ under p; not 0 at a fold.
    """

    kind: Literal["fold", "crossing"]
    alpha: float
    state: Array
    weights: Array
    null: Array
    push: float
    bend: float


@dataclass(frozen=True, eq=False)
class Continuation:
    """A followed branch.

    Attributes:
        alphas: shape (n,), the competition at the points passed, from the first on.
        states: shape (n, N), r there.
        gaps: shape (n,), the least eigenvalue of J there, positive.
        turning: where the branch is lost, or None if it goes on to the end of the range of α.
    """

    alphas: Array
    states: Array
    gaps: Array
    turning: Turning | None


def rest_state(equation: BranchEquation, alpha: float, start: Array | None = None) -> Array:
    """The stable equilibrium that r ← b + A⁻¹(λu + λ² softmax(βr)) reaches, refined by Newton's method.

    For A(α) ≻ 0 each sweep lowers the reduced energy of CG14, so that the sweeps approach equilibria.

    Args:
        equation: the memories and their drive.
        alpha: the competition, below ``equation.critical_alpha``.
        start: shape (N,), where the sweeps begin; zeros if None.

    Returns:
        r, shape (N,), with J ≻ 0.

    Raises:
        ContinuationError: A(α) is not positive definite, or no stable state was reached.

    >>> pair = BranchEquation(np.eye(2), beta=1.0, gain=1.0, drive=np.zeros(2))
    >>> rest_state(pair, 0.5).round(12)
    array([0.5, 0.5])
    """
    if not alpha < equation.critical_alpha:
        raise ContinuationError(f"A(α) is not positive definite at α = {alpha:.6g}")
    state = np.zeros(equation.size) if start is None else np.asarray(start, dtype=np.float64)
    inverse = np.linalg.inv(equation.gates(alpha))
    offset = equation.query + equation.gain * (inverse @ equation.drive)
    for _ in range(20000):
        before, state = state, offset + equation.gain**2 * (inverse @ equation.weights(state))
        if float(np.abs(state - before).max()) < 1e-10 * (1.0 + float(np.abs(state).max())):
            break
    solved = _newton(lambda x: equation.residual(x, alpha), lambda x: equation.stiffness(x, alpha), state)
    if solved is None or _least(equation, solved, alpha) <= 0.0:
        raise ContinuationError(f"no stable state was reached at α = {alpha:.6g}")
    return solved


def follow(
    equation: BranchEquation,
    alpha: float = 0.0,
    state: Array | None = None,
    *,
    upward: bool = True,
    limit: float | None = None,
) -> Continuation:
    """Follow a stable branch until J is singular: the fold nearest to a given α, with the state there.

    Args:
        equation: the memories, β, λ and the drive.
        alpha: where to start.
        state: shape (N,), a point near the stable branch; the state reached from r = 0 if None.
        upward: whether α grows along the way, or falls.
        limit: where to stop; by default just below α_crit upward (10 at most), where states may grow without
            bound, and 0 downward.

    Raises:
        ContinuationError: no stable state to start from, or the branch could not be followed.

    >>> rng = np.random.default_rng(0)
    >>> memories = np.array([2.0, 0.0, 0.0]) + 0.3 * rng.standard_normal((8, 3))
    >>> memories /= np.linalg.norm(memories, axis=1, keepdims=True)
    >>> branch = follow(BranchEquation(memories @ memories.T, beta=5.0, gain=1.0, drive=np.full(8, 1 / 8)))
    >>> branch.turning.kind, bool(0.0 < branch.turning.alpha < 1.0 - 5.0 / 8)
    ('fold', True)
    """
    if limit is None:
        limit = min(equation.critical_alpha * (1.0 - _SHORT_OF), 10.0) if upward else 0.0
    point = np.append(rest_state(equation, alpha, state), alpha)
    tangent = np.append(np.zeros(equation.size), 1.0 if upward else -1.0)
    passed, gaps, length = [point], [_least(equation, point[:-1], alpha)], _FIRST_STEP
    beyond: Array | None = None  # the nearest point known past the singularity
    for _ in range(_MOST_STEPS):
        tangent = _tangent(equation, point, tangent)
        reached = _corrected(equation, point + length * tangent, tangent)
        gap = _least(equation, reached[:-1], float(reached[-1])) if reached is not None else 0.0
        if reached is not None and _jumped(equation, point, reached, tangent, length, gap / gaps[-1]):
            reached, gap = None, 0.0
        if reached is not None and gap > 0.0:
            if (reached[-1] >= limit) if upward else (reached[-1] <= limit):
                return _continuation(passed, gaps, None)
            passed.append(reached)
            gaps.append(gap)
            point = reached
            length = min(1.5 * length, _LONGEST_STEP * (1.0 + float(np.abs(point).max())))
            if beyond is not None:
                length = min(length, float(np.linalg.norm(beyond - point)) / 2.0)
        else:
            beyond = reached if reached is not None else beyond
            length /= 2.0
        if length < _LOCATED or (reached is None and length < _NEAR and beyond is not None):
            if beyond is None:
                raise ContinuationError(f"the branch could not be followed beyond α = {point[-1]:.9g}")
            return _continuation(passed, gaps, _turning(equation, point, beyond, tangent))
    raise ContinuationError(f"more than {_MOST_STEPS} steps, the last at α = {point[-1]:.9g}")


def _continuation(passed: list[Array], gaps: list[float], turning: Turning | None) -> Continuation:
    points = np.array(passed)
    return Continuation(points[:, -1], points[:, :-1], np.array(gaps), turning)


def _least(equation: BranchEquation, state: Array, alpha: float) -> float:
    return float(np.linalg.eigvalsh(equation.stiffness(state, alpha))[0])


def _bordered(equation: BranchEquation, point: Array, border: Array) -> Array:
    """[[J, W₂(r-b)], [border]], shape (N+1, N+1): regular along the branch, folds included."""
    state, alpha = point[:-1], float(point[-1])
    top = np.column_stack([equation.stiffness(state, alpha), equation.push(state)])
    return np.vstack([top, border])


def _jumped(
    equation: BranchEquation, point: Array, reached: Array, tangent: Array, length: float, ratio: float
) -> bool:
    """Whether a step may have ended on another branch: it went too far, turned, or changed the gap sharply."""
    if float(np.linalg.norm(reached - point)) > 1.5 * length:
        return True
    sharp = ratio > 0.0 and not 1.0 / _STEADY < ratio < _STEADY
    return length > _NEAR and (sharp or float(_tangent(equation, reached, tangent) @ tangent) < _STRAIGHT)


def _tangent(equation: BranchEquation, point: Array, along: Array) -> Array:
    right = np.append(np.zeros(equation.size), 1.0)
    direction = np.linalg.solve(_bordered(equation, point, along), right)
    return np.asarray(direction / np.linalg.norm(direction))


def _corrected(equation: BranchEquation, guess: Array, tangent: Array) -> Array | None:
    """The point of the branch in the plane through ``guess`` across ``tangent``."""
    return _newton(
        lambda x: np.append(equation.residual(x[:-1], float(x[-1])), tangent @ (x - guess)),
        lambda x: _bordered(equation, x, tangent),
        guess,
        steps=8,
    )


def _turning(equation: BranchEquation, point: Array, beyond: Array, tangent: Array) -> Turning:
    """Tell a fold from a crossing; refine the one by the Moore-Spence system, the other by the secant."""
    n = equation.size
    turned = float(_tangent(equation, beyond, tangent)[-1])
    kind: Literal["fold", "crossing"] = "fold" if tangent[-1] * turned < 0.0 else "crossing"
    if kind == "crossing":
        before, after = (_least(equation, x[:-1], float(x[-1])) for x in (point, beyond))
        point = point + (beyond - point) * before / (before - after)
    state, alpha = point[:-1], float(point[-1])
    null = np.linalg.eigh(equation.stiffness(state, alpha))[1][:, 0]
    if kind == "fold":
        scale = null.copy()

        def value(x: Array) -> Array:
            r, v, a = x[:n], x[n : 2 * n], float(x[-1])
            return np.concatenate([equation.residual(r, a), equation.stiffness(r, a) @ v, [scale @ v - 1.0]])

        def slope(x: Array) -> Array:
            r, v, a = x[:n], x[n : 2 * n], float(x[-1])
            p, gain = equation.weights(r), equation.gain
            centred = v - p @ v
            # ∂(Jφ)/∂r = -λ²β² ∂/∂r of the covariance times φ.
            turn = np.diag(p * centred) - np.outer(p, p * centred) - np.outer(p * centred, p)
            stiffness = equation.stiffness(r, a)
            table = np.zeros((2 * n + 1, 2 * n + 1))
            table[:n, :n] = table[n : 2 * n, n : 2 * n] = stiffness
            table[:n, -1] = equation.push(r)
            table[n : 2 * n, :n] = -((gain * equation.beta) ** 2) * turn
            table[n : 2 * n, -1] = equation.competition @ v
            table[-1, n : 2 * n] = scale
            return table

        solved = _newton(value, slope, np.concatenate([state, null, [alpha]]))
        if solved is None or abs(solved[-1] - alpha) > 1e-3 * (1.0 + abs(alpha)):
            raise ContinuationError(f"the fold near α = {alpha:.9g} could not be refined")
        state, null, alpha = solved[:n], solved[n : 2 * n], float(solved[-1])
    null = null / np.linalg.norm(null)
    null = null * np.sign(null[np.argmax(np.abs(null))])
    return Turning(
        kind,
        alpha,
        state,
        equation.weights(state),
        null,
        float(null @ equation.push(state)),
        float(null @ equation.second(state, null)),
    )


def _newton(
    value: Callable[[Array], Array], slope: Callable[[Array], Array], start: Array, steps: int = 30
) -> Array | None:
    point = start
    for _ in range(steps):
        try:
            step = np.linalg.solve(slope(point), value(point))
        except np.linalg.LinAlgError:
            return None
        point = point - step
        if not np.isfinite(point).all():
            return None
        if float(np.abs(step).max()) < _NEWTON * (1.0 + float(np.abs(point).max())):
            return point
    return None
