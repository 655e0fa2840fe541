"""The astrocyte-gated memory in balls, written from its definitions (arXiv 2604.25481, eqs. 4-9).

Everything is a function on jets, so that a derivative, in time or in the state, is the exact one of the
definition.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from flint import arb_mat

from gatedmem.numerics.enclosures import Ball, Vector, ball, matrix
from gatedmem.numerics.instances import AstrocyteInstance
from gatedmem.numerics.jets import Jet

Float = npt.NDArray[np.float64]


class GatedMemory:
    """An instance, or one of its faces, as exact numbers.

    Attributes:
        n: N, the number of neurons.
        k: the number of gains carried: all of them, or those of a face.
        total: K, the number of stored patterns, which scales the weights on a face as well.
        patterns: shape (k, N), rows ξ_μ.
    """

    def __init__(self, instance: AstrocyteInstance, support: Sequence[int] | None = None) -> None:
        chosen = instance.patterns if support is None else instance.patterns[list(support)]
        self.instance = instance
        self.rows: Float = chosen
        self.n, self.k, self.total = instance.n_neurons, len(chosen), instance.n_patterns
        self.patterns: arb_mat = matrix(chosen)
        self.sigma: Ball = ball(instance.sigma)
        self.temperature: Ball = ball(instance.temperature)
        self.tau_x: Ball = ball(instance.tau_x)
        self.tau_p: Ball = ball(instance.tau_p)

    def activation(self, x: Jet) -> Jet:
        """φ(x) = tanh(σx)."""
        return x.scaled(self.sigma).tanh()

    def activation_slopes(self, x: Vector) -> Vector:
        """φ'(x) = σ sech²(σx)."""
        return [self.sigma * (self.sigma * entry).sech() * (self.sigma * entry).sech() for entry in x]

    def overlaps(self, z: Jet) -> Jet:
        """m_μ = ⟨ξ_μ, z⟩ at the activities z = φ(x)."""
        return z.apply(self.patterns)

    def scores_of_activity(self, z: Jet) -> Jet:
        """f_μ = m_μ²/(2N) at the activities z."""
        m = self.overlaps(z)
        return (m * m).scaled(Fraction(1, 2 * self.n))

    def scores(self, x: Jet) -> Jet:
        """f_μ(x) = ⟨ξ_μ, φ(x)⟩²/(2N) [8]."""
        return self.scores_of_activity(self.activation(x))

    def input(self, x: Jet, p: Jet) -> Jet:
        """W(p)φ(x) = (K/N) Σ_μ p_μ ξ_μ m_μ [5]."""
        m = self.overlaps(self.activation(x))
        return (p * m).apply(self.patterns.transpose()).scaled(Fraction(self.total, self.n))

    def neuron_velocity(self, x: Jet, p: Jet) -> Jet:
        """ẋ [4]."""
        return (self.input(x, p) - x).scaled(1 / self.tau_x)

    def gain_velocity(self, x: Jet, p: Jet) -> Jet:
        """ṗ of the s-replicator [6, 7], for positive gains."""
        fitness = self.scores(x) - p.log().scaled(self.temperature)
        return (p * (fitness - (p * fitness).sum())).scaled(1 / self.tau_p)

    def lifted_velocity(self, x: Jet, u: Jet) -> Jet:
        """u̇ = (f(x) - T u)/τ_p."""
        return (self.scores(x) - u.scaled(self.temperature)).scaled(1 / self.tau_p)

    def routing(self, x: Jet) -> Jet:
        """π(x) = softmax(f(x)/T)."""
        return self.scores(x).scaled(1 / self.temperature).softmax()

    def potential(self, x: Jet) -> Jet:
        """Σ_i [x_i φ(x_i) - Λ(x_i)] with Λ(u) = (1/σ) log cosh(σu)."""
        return (x * self.activation(x)).sum() - x.scaled(self.sigma).log_cosh().sum().scaled(1 / self.sigma)

    def energy(self, x: Jet, p: Jet) -> Jet:
        """L(x, p) in its KL form [9], for positive gains."""
        scaled = self.scores(x).scaled(1 / self.temperature)
        log_z = scaled.log_sum_exp()
        divergence = (p * (p.log() - scaled + log_z)).sum()
        return (divergence - log_z).scaled(self.total * self.temperature) + self.potential(x)


def constant(values: Sequence[Ball | Fraction | float]) -> Jet:
    """A point that does not move."""
    return Jet([ball(value) for value in values])
