"""Cases for the falsifiers of the context-gated memory: instances, points and states, and the sizes of terms.

On trial is the simulator (``gatedmem.numerics.context``): its clamped flow, its retrieval map and the constants of
the statements are set against each other and against the formulas written out here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from hypothesis import strategies as st

from gatedmem.numerics import context as model
from gatedmem.numerics.instances import Array, ContextInstance, digit_patterns, draw_context
from gatedmem.numerics.softmax import Values
from gatedmem.proofs.evidence import Request
from gatedmem.proofs.falsifiers.search import CALL, STEP, row

_SIZES = ((1, 1), (2, 1), (2, 3), (3, 2), (6, 10), (12, 5), (50, 10), (150, 200))


@dataclass(frozen=True)
class Points:
    """An instance with a batch of points of the simplex (B, N) and of gate and retrieval states (B, N)."""

    instance: ContextInstance
    p: Array
    s: Array
    r: Array

    def where(self, at: tuple[int, ...]) -> str:
        """Describe the point at an index of the batch."""
        return f"{describe(self.instance)} p={row(self.p[at[0]])}"

    def where_state(self, at: tuple[int, ...]) -> str:
        """Describe the state at an index of the batch."""
        return f"{describe(self.instance)} s={row(self.s[at[0]])} r={row(self.r[at[0]])}"


class Gates:
    """A(α) written out for one instance, with the sizes that rounding errors are measured in."""

    def __init__(self, instance: ContextInstance) -> None:
        memories, n = instance.memories, instance.n_memories
        self.matrix = np.eye(n)
        for i in range(n):
            overlaps = instance.alpha * (memories @ memories[i])
            overlaps[i] = 0.0
            self.matrix[i] += overlaps
        self.eigenvalues = np.linalg.eigvalsh(self.matrix)
        smallest = float(np.abs(self.eigenvalues).min())
        largest = float(np.abs(self.eigenvalues).max())
        self.positive = bool(self.eigenvalues[0] > 1e-9 * largest)
        self.invertible = smallest > 1e-9 * largest
        # A relative error of one rounding in A moves A⁻¹v by so many times ‖v‖ roundings.
        self.amplification = largest / smallest**2 if self.invertible else np.inf
        self.drive, self.evidence = model.drive(instance), model.evidence(instance)
        pull = float(np.linalg.norm(self.drive)) + instance.gain
        self.retrieval = float(np.abs(self.evidence).max()) + instance.gain * self.amplification * pull
        self.roundings = 4.0 * n + 2.0 * CALL + 12.0

    def steady_retrieval(self, instance: ContextInstance, p: Values) -> Values:
        """b + λA⁻¹u + λ²A⁻¹p by a direct solve."""
        gates = np.linalg.solve(self.matrix, (self.drive + instance.gain * p).T).T
        return np.asarray(self.evidence + instance.gain * gates)


def describe(instance: ContextInstance) -> str:
    """Return an instance in one line: its memories where they are few, else its name.

    >>> describe(ContextInstance(np.array([[1.0], [0.5]]), alpha=0.25))
    'ζ=[1]|[0.5] α=0.25 β=1 λ=1 u=[0, 0] b=[0, 0]'
    """
    memories = "|".join(row(memory) for memory in instance.memories) if instance.memories.size <= 12 else ""
    head = f"ζ={memories}" if memories else instance.name.split(" α=")[0]
    return (
        f"{head} α={instance.alpha:.17g} β={instance.beta:.17g} λ={instance.gain:.17g} "
        f"u={row(model.drive(instance))} b={row(model.evidence(instance))}"
    )


@lru_cache(maxsize=16)
def gates_of(instance: ContextInstance) -> Gates:
    """Return the gates of an instance, computed once."""
    return Gates(instance)


def flow(instance: ContextInstance, state: Values) -> Values:
    """Return (τ_sṡ, τ_rṙ) of the clamped flow for states (s, r) of shape (..., 2N)."""
    n = instance.n_memories
    s, r = state[..., :n], state[..., n:]
    return np.concatenate([model.gate_velocity(instance, s, r), model.retrieval_velocity(instance, s, r)], axis=-1)


def newton(residual: Any, start: Array) -> tuple[Array, float] | None:
    """Newton's method with the complex step; the zero and what is left of the residual, or None."""
    state = np.array(start, dtype=np.float64)
    value = residual(state)
    for _ in range(60):
        jacobian = residual(state + 1j * STEP * np.eye(len(state))).imag.T / STEP
        try:
            step = np.linalg.solve(jacobian, -value)
        except np.linalg.LinAlgError:
            return None
        if not np.isfinite(step).all():
            return None
        state = state + step
        value = residual(state)
        if np.abs(step).max() < 1e-12 * (1.0 + np.abs(state).max()):
            return state, float(np.abs(value).max())
    return None


def examples_for(request: Request) -> int:
    """How many examples Hypothesis tries: fewer where one costs more."""
    return 100 if request.context is None or request.context.n_memories <= 60 else 15


def hypotheses(request: Request) -> list[str]:
    """Say so when the user's instance does not meet the hypotheses of a statement."""
    if request.context is None:
        return []
    gates = gates_of(request.context)
    if not gates.positive:
        return [f"A(α) is not positive definite (smallest eigenvalue {gates.eigenvalues[0]:.3g}): nothing to test"]
    return []


def tuned(
    memories: Array, fraction: float, beta: float, kappa: float, drive: Array, evidence: Array, name: str
) -> ContextInstance:
    """The instance with α a fraction of the critical one and λ such that βλ²/(2η_min) = kappa."""
    alpha = fraction * _critical(memories)
    probe = ContextInstance(memories, alpha)
    gain = float(np.sqrt(2.0 * kappa * model.smallest_gate_eigenvalue(probe) / beta))
    return ContextInstance(memories, alpha, beta, gain, drive, evidence, name)


def drawn(request: Request, *, contractive: bool) -> Iterator[Points]:
    """Draw batches of points over instances with A ≻ 0: below κ = 1 if contractive, else on both sides of it."""
    rng = np.random.default_rng(request.seed)
    for instance in _instances(request, rng, contractive):
        batch = 24 if instance.n_memories <= 200 else 6
        yield draw_points(rng, instance, batch)


def draw_points(rng: np.random.Generator, instance: ContextInstance, batch: int) -> Points:
    """Draw points from uniform to nearly one-hot, one vertex among them, and states of several magnitudes."""
    n = instance.n_memories
    p = rng.standard_gamma(10.0 ** rng.uniform(-1.0, 1.0, (batch, 1)), (batch, n)) + 1e-100
    p /= p.sum(axis=1, keepdims=True)
    p[0] = np.eye(n)[rng.integers(n)]
    size = 10.0 ** rng.uniform(-2.0, 1.0, (batch, 1))
    return Points(
        instance, p, size * rng.standard_normal((batch, n)), size / instance.beta * rng.standard_normal((batch, n))
    )


def corners(request: Request, *, contractive: bool) -> st.SearchStrategy[Points]:
    """Small and degenerate cases: one memory, copies, opposites, A nearly singular, extreme β; or the user's."""
    return _points(request.context, contractive)


def _critical(memories: Array) -> float:
    """α up to which A(α) ≻ 0, capped at 3."""
    gram = memories @ memories.T
    lowest = float(np.linalg.eigvalsh(gram - np.diag(np.diag(gram)))[0])
    return min(3.0, -1.0 / lowest) if lowest < 0.0 else 3.0


def _instances(request: Request, rng: np.random.Generator, contractive: bool) -> Iterator[ContextInstance]:
    if request.context is not None:
        for _ in range(4):
            yield request.context
        return
    for n, d in _SIZES:
        for _ in range(10 if n <= 12 else 3):
            base = draw_context(rng, n, d, alpha=0.0, beta=1.0, gain=0.0, unit_norm=bool(rng.random() < 0.7))
            kappa = float(rng.choice([rng.uniform(0.01, 0.95), 0.99]))
            if not contractive:
                kappa = float(10.0 ** rng.uniform(-1.0, 1.5))
            spread = 10.0 ** rng.uniform(-2.0, 0.5)
            yield tuned(
                base.memories,
                float(rng.choice([0.0, 0.3, 0.8, 0.99])),
                float(10.0 ** rng.uniform(-1.0, 1.0)),
                kappa,
                spread * model.drive(base),
                spread * model.evidence(base),
                base.name,
            )
    digits = digit_patterns(2)
    if digits is not None:
        memories = digits / 8.0
        cue = memories @ (memories[3] + 0.1 * rng.standard_normal(64))
        yield tuned(memories, 0.5, 3.5, 0.7, np.zeros(20), cue, "20 handwritten digits")


@st.composite
def _points(draw: st.DrawFn, given: ContextInstance | None, contractive: bool) -> Points:
    instance = given
    if instance is None:
        n, d = draw(st.integers(1, 3)), draw(st.integers(1, 2))
        entry = st.sampled_from([1.0, 0.0, -1.0, 2.0, 0.5])
        memories = np.array(draw(st.lists(entry, min_size=n * d, max_size=n * d))).reshape(n, d)
        level = st.sampled_from([0.0, 1.0, -1.0, 10.0, 1e-6])
        drive, evidence = (np.array(draw(st.lists(level, min_size=n, max_size=n))) for _ in range(2))
        kappas = [0.5, 0.9, 0.125, 0.99] if contractive else [0.5, 2.0, 0.0, 10.0, 300.0]
        fraction = draw(st.sampled_from([0.0, 0.5, 0.9, 0.99]))
        beta = draw(st.sampled_from([1.0, 2.0, 0.5, 100.0, 1e-3]))
        instance = tuned(memories, fraction, beta, draw(st.sampled_from(kappas)), drive, evidence, "corner")
    n = instance.n_memories
    if n > 6:
        return draw_points(np.random.default_rng(draw(st.integers(0, 99))), instance, 3)
    batch = 2
    weight = st.sampled_from([1.0, 2.0, 0.0, 1e-3, 1e-12])
    p = np.array(draw(st.lists(weight, min_size=batch * n, max_size=batch * n))).reshape(batch, n)
    p[:, 0] += p.sum(axis=1) == 0.0
    state = st.sampled_from([0.0, 1.0, -1.0, 5.0, 1e-6])
    s, r = (np.array(draw(st.lists(state, min_size=batch * n, max_size=batch * n))).reshape(batch, n) for _ in "sr")
    return Points(instance, p / p.sum(axis=1, keepdims=True), s, r / instance.beta)
