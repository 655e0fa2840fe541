"""What remains of the clamped context-gated energy once the gates are at their minimum: a function of p alone."""

from __future__ import annotations

import numpy as np

from gatedmem.numerics import context
from gatedmem.numerics import softmax as soft
from gatedmem.numerics.instances import ContextInstance
from gatedmem.numerics.softmax import Values


def reduced_energy(instance: ContextInstance, p: Values) -> Values:
    """Return ``F(p) = -⟨b + λA⁻¹u, p⟩ - (λ²/2) pᵀA⁻¹p + (1/β)⟨p, log p⟩``, shape (...), for p of shape (..., N).

    Its critical points on the simplex are the fixed points of Φ (arXiv 2605.10970, eq. 6). A(α) must be
    positive definite and p ≥ 0.

    >>> bool(abs(reduced_energy(ContextInstance(np.eye(2)), np.array([0.5, 0.5])) + 0.25 + np.log(2)) < 1e-15)
    True
    """
    inverse_p = context.apply_gate_inverse(instance, p)
    bias = context.evidence(instance) + instance.gain * context.apply_gate_inverse(instance, context.drive(instance))
    linear = ((bias + 0.5 * instance.gain**2 * inverse_p) * p).sum(axis=-1)
    return np.asarray(-linear - soft.entropy(p) / instance.beta)
