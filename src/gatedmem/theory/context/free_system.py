"""The four layers with the context free and W₁ = kZᵀ: energy, gates, rates (arXiv 2605.10970, equations 1 and 2)."""

from __future__ import annotations

import mpmath
import sympy as sp
from sympy import Expr

from gatedmem.theory.context.definitions import alpha, beta, d, gate_entry, gram, i, zeta
from gatedmem.theory.context.energy import (
    W1,
    active,
    c,
    context_current,
    d_c,
    gate_current,
    interaction,
    layers,
    p,
    tau_c,
    tau_s,
)
from gatedmem.theory.indexed import Index, put, real, total, vector
from gatedmem.theory.printing import notation
from gatedmem.theory.sampling import Sample

__all__ = [
    "context",
    "context_rate",
    "energy",
    "eta_of",
    "free_instance",
    "gate_rate",
    "polynomial",
    "remainder",
    "scale",
    "tilde",
    "with_memories",
]

_a = Index("e", d)
context = vector("c_d", d)
scale, _mu, _rho = real("k_W mu_ rho")
notation("c_d", "c")
notation("k_W", "k")


def with_memories(expression: Expr, strength: Expr = scale) -> Expr:
    """An expression of the four-layer model with W₁ = kZᵀ and with r̂ = p."""
    resized = put(expression, {d_c: d})
    weights, state = put(W1[i, Index("e", d_c)], {d_c: d}), put(c[Index("e", d_c)], {d_c: d})
    return put(resized, {weights: strength * zeta[_a, i], state: context[_a], active[i]: p[i]})


def energy() -> Expr:
    """The energy with W₁ = Zᵀ and r̂ = p."""
    return with_memories(layers() + interaction(active[i]), sp.Integer(1))


def tilde(row: Index, column: Index, strength: Expr = scale) -> Expr:
    """Entry of Ã = A - W₁W₁ᵀ for W₁ = kZᵀ."""
    return gate_entry(row, column) - strength**2 * gram(row, column)


def remainder(weights: Expr) -> Expr:
    """-½|Zp|² + ⟨p, log p⟩/β, from entry i of p: what is left of the energy when s = 0 and c, q are at rest."""
    a = Index("a", d)
    return -total(total(zeta[a, i] * weights, i) ** 2, a) / 2 + total(weights * sp.log(weights), i) / beta


def context_rate(index: Index) -> Expr:
    """ċ with W₁ = Zᵀ, entry ``index`` (over the dimensions).

    >>> context_rate(Index("a", d)).has(tau_c)
    True
    """
    rate: Expr = put(with_memories(context_current(), sp.Integer(1)), {_a: index}) / tau_c
    return rate


def gate_rate() -> Expr:
    """Entry i of ṡ with W₁ = Zᵀ."""
    return with_memories(gate_current(), sp.Integer(1)) / tau_s


def eta_of(mu: Expr) -> Expr:
    """Eigenvalue of A for the eigenvalue μ of G, unit norms."""
    return 1 - alpha * (1 - mu)


def polynomial(rho: Expr, mu: Expr) -> Expr:
    """τ_cτ_sρ² + (τ_cη_μ + τ_s)ρ + (1-α)(1-μ)."""
    return tau_c * tau_s * rho**2 + (tau_c * eta_of(mu) + tau_s) * rho + (1 - alpha) * (1 - mu)


def free_instance(sample: Sample) -> None:
    """Three unit memories in a plane of space, an eigenvector of their Gram matrix and a positive root."""
    with mpmath.workdps(60):
        angles = [mpmath.mpf(k) / 7 * (1 + sample.seed % 3) for k in (1, 3, 8)]
        flat = [[mpmath.cos(angle) for angle in angles], [mpmath.sin(angle) for angle in angles], [mpmath.mpf(0)] * 3]
        memories = mpmath.matrix(flat)
        values, vectors = mpmath.eigsy(memories.T * memories)
        sample.sizes.update({"N": 3, "d": 3})
        sample.arrays["zeta"] = {(m + 1, n + 1): memories[m, n] for m in range(3) for n in range(3)}
        sample.arrays["v"] = {(n + 1,): vectors[n, 2] for n in range(3)}
        sample.arrays["E"] = {(m + 1, n + 1): vectors[n, m] for m in range(3) for n in range(3)}
        sample.arrays["mu"] = {(m + 1,): abs(values[m]) for m in range(3)}
        sample.scalars.update(
            {"alpha": mpmath.mpf(3) / 5, "mu_": values[2], "mu_top": values[2], "m_v": mpmath.mpf(2)}
        )
        linear = sample.value(tau_c * eta_of(_mu) + tau_s)
        product, lead = sample.value((1 - alpha) * (1 - _mu)), sample.value(tau_c * tau_s)
        sample.scalars["nu_0"] = -product
        sample.scalars["rho"] = (-linear + mpmath.sqrt(linear**2 - 4 * lead * product)) / (2 * lead)
        sample.scalars.update({"x": mpmath.mpf(1), "y": sample.value(tau_s * _rho + eta_of(_mu))})
        sample.arrays["w_c"] = {(1,): mpmath.mpf(0), (2,): mpmath.mpf(0), (3,): mpmath.mpf(5) / 7}
