"""The clamped context-gated memory in exact numbers and balls (arXiv 2605.10970, eqs. 2, 3, 5, 6)."""

from __future__ import annotations

from fractions import Fraction

from flint import arb_mat, fmpq_mat

from gatedmem.numerics.enclosures import Ball, Vector, ball, product, vector
from gatedmem.numerics.exact import gram, rational, smallest_eigenvalue
from gatedmem.numerics.instances import ContextInstance
from gatedmem.numerics.jets import Jet


def gate_matrix(instance: ContextInstance) -> fmpq_mat:
    """A(α) = I + α(G - diag G), exactly, G the Gram matrix of the memories.

    >>> import numpy as np
    >>> gate_matrix(ContextInstance(np.array([[1.0, 0.0], [0.5, 0.5]]), alpha=0.5))
    [  1, 1/4]
    [1/4,   1]
    """
    rows = gram(instance.memories).tolist()
    alpha = rational(instance.alpha)
    return fmpq_mat(
        [[rational(1) if i == j else alpha * entry for j, entry in enumerate(row)] for i, row in enumerate(rows)]
    )


class ClampedMemory:
    """An instance with its gate matrix: exact numbers at construction, balls where it is used.

    Attributes:
        n: N, the number of memories.
        gates: A(α), exact.
        eta: proved bounds low ≤ η_min ≤ high on the least eigenvalue of A(α), or None.
        beta, gain: β and λ.
        drive, evidence: u and b.
    """

    def __init__(self, instance: ContextInstance) -> None:
        self.instance = instance
        self.n = instance.n_memories
        self.gates = gate_matrix(instance)
        self.eta: tuple[Fraction, Fraction] | None = smallest_eigenvalue(self.gates)
        self.beta: Ball = ball(instance.beta)
        self.gain: Ball = ball(instance.gain)
        assert instance.drive is not None
        assert instance.evidence is not None
        self.drive: Vector = vector(instance.drive)
        self.evidence: Vector = vector(instance.evidence)

    def inverse(self) -> arb_mat:
        """A⁻¹ in balls of the working precision."""
        return arb_mat(self.gates).inv()

    def fixed_score(self, inverse: arb_mat) -> Vector:
        """b + λA⁻¹u: the score without feedback."""
        return [b + self.gain * s for b, s in zip(self.evidence, product(inverse, self.drive), strict=True)]


class Retrieval:
    """Φ(p) = softmax(β(b + λA⁻¹u + λ²A⁻¹p)) [5, 6], at the working precision of its construction."""

    def __init__(self, memory: ClampedMemory) -> None:
        self.memory = memory
        self.inverse = memory.inverse()
        self.score = memory.fixed_score(self.inverse)

    def __call__(self, p: Jet) -> Jet:
        """Φ(p) and its derivative."""
        memory = self.memory
        feedback = p.apply(self.inverse).scaled(memory.gain * memory.gain)
        return (feedback + Jet(self.score)).scaled(memory.beta).softmax()
