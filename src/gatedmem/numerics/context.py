"""The clamped context-gated memory in arrays: gate matrix, flow, energy, retrieval map Φ (arXiv 2605.10970).

States are batched over leading axes: gates ``s`` and retrieval neurons ``r`` have shape (..., N), retrieval
probabilities ``p = softmax(βr)`` as well. Context and query are clamped: ``u`` (drive) and ``b`` (evidence)
are part of the instance.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from gatedmem.numerics import softmax as soft
from gatedmem.numerics.instances import Array, ContextInstance

Values = npt.NDArray[Any]


def drive(instance: ContextInstance) -> Array:
    """Return the clamped drive ``u = W₁c`` of the gates, shape (N,)."""
    return np.zeros(instance.n_memories) if instance.drive is None else instance.drive


def evidence(instance: ContextInstance) -> Array:
    """Return the clamped query evidence ``b = Zᵀq``, shape (N,)."""
    return np.zeros(instance.n_memories) if instance.evidence is None else instance.evidence


def gram_matrix(instance: ContextInstance) -> Array:
    """Return ``G``, the inner products of the memories, shape (N, N)."""
    return np.asarray(instance.memories @ instance.memories.T)


def gate_matrix(instance: ContextInstance) -> Array:
    """Return ``A(α) = I + α(G - diag G)``, shape (N, N).

    >>> gate_matrix(ContextInstance(np.array([[2.0, 0.0], [1.0, 1.0]]), alpha=0.5))
    array([[1., 1.],
           [1., 1.]])
    """
    gram = gram_matrix(instance)
    return np.asarray(np.eye(instance.n_memories) + instance.alpha * (gram - np.diag(np.diag(gram))))


@lru_cache(maxsize=32)
def gate_spectrum(instance: ContextInstance) -> tuple[Array, Array]:
    """Return the eigenvalues of A(α), ascending, shape (N,), and its orthonormal eigenvectors in columns.

    >>> values, _ = gate_spectrum(ContextInstance(np.ones((2, 1)), alpha=0.5))
    >>> values.round(12)
    array([0.5, 1.5])
    """
    values, vectors = np.linalg.eigh(gate_matrix(instance))
    return np.asarray(values), np.asarray(vectors)


def smallest_gate_eigenvalue(instance: ContextInstance) -> float:
    """Return ``η_min(α) = λ_min(A(α))``."""
    return float(gate_spectrum(instance)[0][0])


def critical_alpha(instance: ContextInstance) -> float:
    """Return α_crit = -1/λ_min(W₂), up to which A(α) ≻ 0; infinite when the memories are orthogonal (W₂ = 0).

    For unit norms this is 1/(1 - μ_min), with μ_min the smallest eigenvalue of the Gram matrix.

    >>> round(critical_alpha(ContextInstance(np.array([[1.0], [-1.0], [1.0]]))), 12)
    1.0
    """
    gram = gram_matrix(instance)
    lowest = float(np.linalg.eigvalsh(gram - np.diag(np.diag(gram)))[0])
    return -1.0 / lowest if lowest < 0.0 else float("inf")


def uniqueness_threshold(instance: ContextInstance) -> float:
    """Return ``βλ² max_{i≠j}(B_ii + B_jj - 2B_ij)/4`` with B = A(α)⁻¹; at most 1 iff unique for every drive.

    0 for a single memory. A(α) must be positive definite.

    >>> uniqueness_threshold(ContextInstance(np.eye(2), beta=2.0, gain=1.0))
    1.0
    """
    inverse = apply_gate_inverse(instance, np.eye(instance.n_memories))
    diagonal = np.diag(inverse)
    widest = float((diagonal[:, None] + diagonal[None, :] - 2.0 * inverse).max())
    return instance.beta * instance.gain**2 * widest / 4.0


def apply_gate_inverse(instance: ContextInstance, values: Values) -> Values:
    """Return ``A(α)⁻¹v`` for v of shape (..., N); A(α) must not be singular."""
    eigenvalues, vectors = gate_spectrum(instance)
    return np.asarray(((values @ vectors) / eigenvalues) @ vectors.T)


def steady_gates(instance: ContextInstance, p: Values) -> Values:
    """Return ``s = A⁻¹(u + λp)``, the gates at rest under retrieval p, shape (..., N) (eq. 5)."""
    return apply_gate_inverse(instance, drive(instance) + instance.gain * p)


def steady_retrieval(instance: ContextInstance, p: Values) -> Values:
    """Return ``r = b + λA⁻¹u + λ²A⁻¹p``, shape (..., N) (eq. 6)."""
    return np.asarray(evidence(instance) + instance.gain * steady_gates(instance, p))


def retrieval_map(instance: ContextInstance, p: Values) -> Values:
    """Return ``Φ(p) = softmax(β(b + λA⁻¹u + λ²A⁻¹p))``, shape (..., N) (eq. 6).

    >>> retrieval_map(ContextInstance(np.eye(2)), np.array([0.5, 0.5]))
    array([0.5, 0.5])
    """
    return soft.softmax(steady_retrieval(instance, p), instance.beta)


def contraction_factor(instance: ContextInstance) -> float:
    """Return ``κ = βλ²/(2η_min(α))``, infinite when A(α) is not positive definite (Thm 3.4).

    >>> contraction_factor(ContextInstance(np.eye(3), beta=1.0, gain=1.0))
    0.5
    """
    smallest = smallest_gate_eigenvalue(instance)
    return instance.beta * instance.gain**2 / (2.0 * smallest) if smallest > 0.0 else float("inf")


def gate_velocity(instance: ContextInstance, s: Values, r: Values) -> Values:
    """Return ``τ_s ds/dt = u - αW₂s + λ softmax(βr) - s``, shape (..., N) (eq. 2, context clamped)."""
    gram = gram_matrix(instance)
    competition = instance.alpha * (s @ gram - s * np.diag(gram))
    return np.asarray(drive(instance) - competition + instance.gain * soft.softmax(r, instance.beta) - s)


def retrieval_velocity(instance: ContextInstance, s: Values, r: Values) -> Values:
    """Return ``τ_r dr/dt = λs + b - r``, shape (..., N) (eq. 3 with the query clamped)."""
    return np.asarray(instance.gain * s + evidence(instance) - r)


def energy(instance: ContextInstance, s: Values, r: Values) -> Values:
    """Return the clamped energy, shape (...), each layer of which the flow descends.

    ``½sᵀAs - uᵀs + [⟨r,p⟩ - (1/β)log Σe^{βr}] - ⟨b,p⟩ - λsᵀp`` with p = softmax(βr).
    """
    p = soft.softmax(r, instance.beta)
    gates = 0.5 * (s * (s @ gate_matrix(instance))).sum(axis=-1) - (drive(instance) * s).sum(axis=-1)
    retrieval = ((r - evidence(instance) - instance.gain * s) * p).sum(axis=-1)
    return np.asarray(gates + retrieval - soft.log_sum_exp(r, instance.beta))


@dataclass(frozen=True)
class Iteration:
    """The outcome of iterating Φ: the path of iterates, shape (steps + 1, ..., N), and the last change."""

    path: Array
    change: float

    @property
    def end(self) -> Array:
        """The last iterate, shape (..., N)."""
        return np.asarray(self.path[-1])


def iterate(instance: ContextInstance, start: Array, *, steps: int = 500, tolerance: float = 0.0) -> Iteration:
    """Iterate ``p ← Φ(p)`` from ``start`` (shape (..., N), on the simplex).

    Stops after ``steps`` iterations, or once the largest change of an entry is at most ``tolerance``.

    >>> run = iterate(ContextInstance(np.eye(2), gain=0.5), np.array([1.0, 0.0]), tolerance=1e-15)
    >>> run.end.round(12)
    array([0.5, 0.5])
    """
    path = [np.asarray(start, dtype=np.float64)]
    change = float("inf")
    for _ in range(steps):
        path.append(retrieval_map(instance, path[-1]))
        change = float(np.abs(path[-1] - path[-2]).max())
        if change <= tolerance:
            break
    return Iteration(np.stack(path), change)
