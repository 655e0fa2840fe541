"""The four-layer context-gated memory with nothing clamped: energy, currents, flow (arXiv 2605.10970, eqs. 1-4).

States are batched over leading axes and hold the layers one after the other: context c (d_c), gates s (N),
retrieval r (N), query q (d).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gatedmem.numerics import softmax as soft
from gatedmem.numerics.instances import Array
from gatedmem.numerics.softmax import Values


@dataclass(frozen=True, eq=False)
class FourLayers:
    """The parameters of the four-layer system.

    Attributes:
        memories: shape (N, d); row μ is the memory ζ^μ (the paper's Z is the transpose).
        projection: W₁, shape (N, d_c): context to gates. The paper's experiments have W₁ = Zᵀ, here ``memories``.
        alpha: strength α ≥ 0 of the competition.
        beta: inverse temperature β > 0.
        gain: coupling λ ≥ 0.
        taus: time constants (τ_c, τ_s, τ_r, τ_q), all > 0.
    """

    memories: Array
    projection: Array
    alpha: float = 0.0
    beta: float = 1.0
    gain: float = 1.0
    taus: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)

    @property
    def sizes(self) -> tuple[int, int, int, int]:
        """Widths (d_c, N, N, d) of the layers, in the order of a state."""
        n, d = self.memories.shape
        return int(self.projection.shape[1]), int(n), int(n), int(d)

    def split(self, state: Values) -> tuple[Values, Values, Values, Values]:
        """Return the layers (c, s, r, q) of states of shape (..., d_c + 2N + d)."""
        c, s, r, q = np.split(state, np.cumsum(self.sizes)[:-1], axis=-1)
        return c, s, r, q


def interaction_energy(system: FourLayers, c: Values, s: Values, p: Values, q: Values) -> Values:
    """Return ``E_h1 + E_h2 + E_h3 + E_h4``, shape (...), as a function of the activations; p need not sum to 1.

    ``-sᵀW₁c + (α/2) sᵀW₂s - λsᵀp - qᵀZp``.
    """
    gram = system.memories @ system.memories.T
    competing = s @ (gram - np.diag(np.diag(gram)))
    per_memory = s * (0.5 * system.alpha * competing - c @ system.projection.T - system.gain * p)
    return np.asarray((per_memory - p * (q @ system.memories.T)).sum(axis=-1))


def energy(system: FourLayers, state: Values) -> Values:
    """Return the total energy of states, shape (...): Legendre terms of the layers plus the interactions.

    >>> pair = FourLayers(np.eye(2), np.eye(2), beta=2.0)
    >>> float(energy(pair, np.zeros(8)) + np.log(2.0) / 2.0)
    0.0
    """
    c, s, r, q = system.split(state)
    p = soft.softmax(r, system.beta)
    quadratic = 0.5 * ((c * c).sum(axis=-1) + (s * s).sum(axis=-1) + (q * q).sum(axis=-1))
    retrieval = (r * p).sum(axis=-1) - soft.log_sum_exp(r, system.beta)
    return np.asarray(quadratic + retrieval + interaction_energy(system, c, s, p, q))


def currents(system: FourLayers, state: Values) -> Values:
    """Return ``τ_ℓ dx_ℓ/dt`` of all layers, the shape of the states (eqs. 1-4)."""
    c, s, r, q = system.split(state)
    p = soft.softmax(r, system.beta)
    gram = system.memories @ system.memories.T
    competition = system.alpha * (s @ gram - s * np.diag(gram))
    return np.concatenate(
        [
            s @ system.projection - c,
            c @ system.projection.T - competition + system.gain * p - s,
            system.gain * s + q @ system.memories.T - r,
            p @ system.memories - q,
        ],
        axis=-1,
    )


def velocity(system: FourLayers, state: Values) -> Values:
    """Return ``dx/dt`` of states, in their shape."""
    return np.asarray(currents(system, state) / np.repeat(system.taus, system.sizes))


def dissipation(system: FourLayers, state: Values) -> Values:
    """Return ``Σ_ℓ τ_ℓ ẋ_ℓᵀ ∇²L_ℓ ẋ_ℓ``, shape (...): how fast the energy falls.

    The Hessian is I for the quadratic layers; for the retrieval layer the form is β times a variance under p.
    """
    flow = velocity(system, state)
    c, s, r, q = system.split(flow)
    p = soft.softmax(system.split(state)[2], system.beta)
    spread = system.beta * (p * (r - (p * r).sum(axis=-1, keepdims=True)) ** 2).sum(axis=-1)
    tau_c, tau_s, tau_r, tau_q = system.taus
    quadratic = tau_c * (c * c).sum(axis=-1) + tau_s * (s * s).sum(axis=-1) + tau_q * (q * q).sum(axis=-1)
    return np.asarray(quadratic + tau_r * spread)
