"""Modern Hopfield networks in arrays: the update, which is softmax attention, and its energy (arXiv 2008.02217).

Memories have shape (N, d), row μ the memory ζ^μ; states have shape (..., d). Complex states are accepted for the
complex step.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gatedmem.numerics import softmax as soft
from gatedmem.numerics.instances import Array

Values = npt.NDArray[Any]


def energy(memories: Array, state: Values, beta: float) -> Values:
    """Return ``E(ξ) = -(1/β) log Σ_μ e^{β⟨ζ^μ, ξ⟩} + ½‖ξ‖²``, shape (...).

    >>> round(float(energy(np.eye(2), np.zeros(2), 1.0)), 6)  # -log 2
    -0.693147
    """
    return np.asarray(0.5 * (state * state).sum(axis=-1) - soft.log_sum_exp(state @ memories.swapaxes(-1, -2), beta))


def retrieval(memories: Array, state: Values, beta: float) -> Values:
    """Return the weights ``softmax(β Zᵀ ξ)``, shape (..., N)."""
    return soft.softmax(state @ memories.T, beta)


def update(memories: Array, state: Values, beta: float) -> Values:
    """Return ``Z softmax(β Zᵀ ξ)``, shape (..., d).

    >>> update(np.eye(2), np.array([1.0, 0.0]), 50.0).round(6)
    array([1., 0.])
    """
    return np.asarray(retrieval(memories, state, beta) @ memories)


def attention(queries: Array, keys: Array, values: Array) -> Array:
    """Return ``softmax(QKᵀ/√d_k) V``, shape (..., q, e), for Q (..., q, d_k), K (N, d_k) and V (N, e).

    >>> attention(np.zeros((1, 4)), np.eye(4), np.arange(4.0)[:, None])
    array([[1.5]])
    """
    return np.asarray(soft.softmax(queries @ keys.T, 1.0 / np.sqrt(keys.shape[-1])) @ values)


def separation(memories: Array, state: Array, memory: int) -> Array:
    """Return ``Δ = min_{ν≠μ} (⟨ζ^μ, ξ⟩ - ⟨ζ^ν, ξ⟩)``, shape (...); infinite for a single memory.

    >>> float(separation(np.eye(2), np.array([1.0, 0.0]), 0))
    1.0
    """
    scores = state @ memories.T
    gaps = scores[..., memory : memory + 1] - np.delete(scores, memory, axis=-1)
    return np.asarray(gaps.min(axis=-1, initial=np.inf))


def error_bound(memories: Array, state: Array, beta: float, memory: int) -> Array:
    """Return ``2M(N-1)e^{-βΔ}``, shape (...), which bounds ``‖ξ' - ζ^μ‖`` after one update.

    >>> float(error_bound(np.eye(2), np.array([0.0, 0.0]), 1.0, 0))
    2.0
    """
    radius = np.sqrt((memories * memories).sum(axis=1).max())
    # Where the gap is so negative that the exponential would overflow, the bound says nothing.
    exponent = np.minimum(-beta * separation(memories, state, memory), 600.0)
    return np.asarray(2.0 * radius * (len(memories) - 1) * np.exp(exponent))
