"""The dynamics and the energies of the context-gated memory, in balls and on power series in time.

Clamped: arXiv 2605.10970, eqs. 2 and 3 with u = W₁c and b = Zᵀq fixed. Free: all of eqs. 1 to 4.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import arb, arb_mat, arb_series, ctx

from gatedmem.numerics.enclosures import (
    Ball,
    Number,
    Vector,
    ball,
    dot,
    interval,
    log_sum_exp,
    matrix,
    product,
    softmax,
    vector,
)
from gatedmem.numerics.instances import ContextInstance
from gatedmem.numerics.validated import Field, IntegrationError, validated_solution
from gatedmem.proofs.certificates.context.model import ClampedMemory

# Order of the Taylor expansion, and the number of steps tried in turn for a unit of time.
ORDER = 18
RESOLUTIONS = (16, 32, 64, 128)


def enclosed_solution(
    field: Field, start: Sequence[Number], duration: Fraction, radius: float = 1e-6
) -> list[tuple[Fraction, Vector]] | None:
    """Enclose a solution, with steps as long as a final ``radius`` allows; None if even the shortest were too long.

    >>> times = enclosed_solution(lambda y: [-y[0]], [1], Fraction(1, 2))
    >>> bool(times[-1][1][0].overlaps(arb(-0.5).exp()))
    True
    """
    for resolution in RESOLUTIONS:
        steps = math.ceil(duration * resolution)
        try:
            path = validated_solution(field, vector(list(start)), duration, steps, ORDER)
        except (IntegrationError, ValueError):  # the latter from a division by a box that holds 0
            continue
        if all(entry.is_finite() and entry.rad() < radius for entry in path[-1][1]):
            return path
    return None


def routed(r: Sequence[arb_series], beta: Ball) -> list[arb_series]:
    """softmax(βr) on power series.

    On constants, where the boxes of a step are sought and may be wide, each weight is kept within [0, 1].
    """
    if len(r) == 1:
        return [arb_series([arb(1)])]
    if ctx.cap == 1:
        unit = interval(0, 1)
        weights = softmax([beta * entry[0] for entry in r])
        return [arb_series([w.intersection(unit) if w.is_finite() and w.overlaps(unit) else unit]) for w in weights]
    out = []
    for i, own in enumerate(r):
        odds = [((other - own) * beta).exp() for j, other in enumerate(r) if j != i]
        out.append(1 / (1 + summed(odds)))
    return out


def summed(terms: Sequence[arb_series]) -> arb_series:
    """The sum of at least one series."""
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def applied(table: list[Vector], values: Sequence[arb_series]) -> list[arb_series]:
    """A constant matrix, given by rows, times a vector of series."""
    return [summed([entry * value for entry, value in zip(row, values, strict=True)]) for row in table]


def clamped_field(memory: ClampedMemory, tau_s: Fraction, tau_r: Fraction) -> Field:
    """(ṡ, ṙ) [2, 3] with context and query clamped: τ_s ṡ = u - As + λr̂, τ_r ṙ = λs + b - r."""
    n, gain = memory.n, memory.gain
    gates = arb_mat(memory.gates).tolist()
    slow, fast = 1 / ball(tau_s), 1 / ball(tau_r)

    def field(state: list[arb_series]) -> list[arb_series]:
        s, r = state[:n], state[n:]
        p = routed(r, memory.beta)
        own = [(u + gain * w - a) * slow for u, w, a in zip(memory.drive, p, applied(gates, s), strict=True)]
        return own + [(gain * a + b - c) * fast for a, b, c in zip(s, memory.evidence, r, strict=True)]

    return field


def clamped_energy(memory: ClampedMemory, s: Vector, r: Vector) -> Ball:
    """The energy with context and query clamped, from the memories; the constants of c and q are left out.

    ½‖s‖² - ⟨u, s⟩ + (α/2)sᵀW₂s - λ⟨s, r̂⟩ - ⟨b, r̂⟩ + ⟨r, r̂⟩ - (1/β)log Σ e^{βr}.
    """
    scaled = [memory.beta * entry for entry in r]
    p = softmax(scaled)
    alpha = ball(memory.instance.alpha)
    retrieval = dot(r, p) - log_sum_exp(scaled) / memory.beta - dot(memory.evidence, p)
    competing = _competing(matrix(memory.instance.memories), s)
    return (dot(s, s) + alpha * competing) / 2 - dot(memory.drive, s) - memory.gain * dot(s, p) + retrieval


def _competing(rows: arb_mat, s: Vector) -> Ball:
    """sᵀ(G - diag G)s = ‖Zs‖² - Σ ‖ζ^μ‖² s_μ²."""
    total = product(rows.transpose(), s)
    return dot(total, total) - sum((dot(row, row) * a * a for row, a in zip(rows.tolist(), s, strict=True)), arb(0))


@dataclass(frozen=True)
class FreeMemory:
    """Eqs. 1 to 4 with nothing clamped and W₁ = kZᵀ.

    Attributes:
        rows: the memories in balls, shape (N, d).
        alpha, beta, gain: α, β and λ.
        strength: k.
        taus: (τ_c, τ_s, τ_r, τ_q).
    """

    rows: arb_mat
    alpha: Ball
    beta: Ball
    gain: Ball
    strength: Ball
    taus: tuple[Fraction, Fraction, Fraction, Fraction]

    @classmethod
    def unit(
        cls,
        instance: ContextInstance,
        taus: tuple[Fraction, Fraction, Fraction, Fraction] = (Fraction(1),) * 4,
        strength: Number = 1,
    ) -> FreeMemory:
        """The instance with each memory divided by its norm; exact where that is 1 exactly."""
        scaled = []
        for row in matrix(instance.memories).tolist():
            size = dot(row, row).sqrt()
            scaled.append([entry / size for entry in row])
        alpha, beta, gain = ball(instance.alpha), ball(instance.beta), ball(instance.gain)
        return cls(arb_mat(scaled), alpha, beta, gain, ball(strength), taus)

    @property
    def overlaps(self) -> arb_mat:
        """G."""
        return self.rows * self.rows.transpose()

    @property
    def gates(self) -> arb_mat:
        """A(α) = I + α(G - diag G)."""
        table = self.overlaps.tolist()
        return arb_mat(
            [[arb(1) if i == j else self.alpha * entry for j, entry in enumerate(row)] for i, row in enumerate(table)]
        )

    @property
    def effective(self) -> arb_mat:
        """Ã = A - W₁W₁ᵀ: what is left of A when c = W₁ᵀs."""
        return self.gates - self.overlaps * (self.strength * self.strength)

    def field(self, state: list[arb_series]) -> list[arb_series]:
        """(ċ, ṡ, ṙ, q̇) [1-4]."""
        n, d = self.rows.nrows(), self.rows.ncols()
        c, s, r, q = state[:d], state[d : d + n], state[d + n : d + 2 * n], state[d + 2 * n :]
        rows, columns = self.rows.tolist(), self.rows.transpose().tolist()
        p = routed(r, self.beta)
        rates = [1 / ball(tau) for tau in self.taus]
        competing = applied(self.gates.tolist(), s)
        return [
            *((self.strength * a - b) * rates[0] for a, b in zip(applied(columns, s), c, strict=True)),
            *(
                (self.strength * a - b + self.gain * w) * rates[1]
                for a, b, w in zip(applied(rows, c), competing, p, strict=True)
            ),
            *((self.gain * a + b - e) * rates[2] for a, b, e in zip(s, applied(rows, q), r, strict=True)),
            *((a - b) * rates[3] for a, b in zip(applied(columns, p), q, strict=True)),
        ]

    def energy(self, c: Vector, s: Vector, r: Vector, q: Vector) -> Ball:
        """The total energy: the Legendre terms of the four layers and the four interactions."""
        scaled = [self.beta * entry for entry in r]
        p = softmax(scaled)
        own = (dot(c, c) + dot(s, s) + dot(q, q)) / 2 + dot(r, p) - log_sum_exp(scaled) / self.beta
        pull = self.strength * dot(s, product(self.rows, c)) + self.gain * dot(s, p) + dot(p, product(self.rows, q))
        return own - pull + self.alpha * _competing(self.rows, s) / 2
