"""CG14: what remains of the energy after the gates; its critical points on the simplex are the fixed points of Φ."""

from __future__ import annotations

import sympy as sp
from sympy import Expr

from gatedmem.theory.context.definitions import (
    A,
    B,
    N,
    b,
    beta,
    drive,
    i,
    j,
    k,
    lam,
    retrieval_map,
    retrieval_state,
    u,
)
from gatedmem.theory.context.fixed_points import assume_inverse
from gatedmem.theory.context.spectrum import eta, gate_instance, norm2, smallest_eigenvalue, w
from gatedmem.theory.derivation import Combination, Derivation
from gatedmem.theory.indexed import Partial, delta, eq, put, real, total, vector
from gatedmem.theory.printing import notation
from gatedmem.theory.softmax.definitions import log_partition

__all__ = ["cg14", "reduced_energy"]

p, s = vector("p", N, positive=True), vector("s", N)
multiplier = real("c")
gradient = vector("dF", N)
notation("dF", r"\partial F")


def reduced_energy(weights: Expr) -> Expr:
    """F(p) = -⟨b + λA⁻¹u, p⟩ - (λ²/2)pᵀA⁻¹p + (1/β)⟨p, log p⟩, for weights given by their entry i."""
    other = put(weights, {i: j})
    return (
        -total(drive(i) * weights, i)
        - lam**2 / 2 * total(weights * B[i, j] * other, i, j)
        + total(weights * sp.log(weights), i) / beta
    )


def cg14() -> Derivation:
    """Fixed points of Φ are the critical points of F on the simplex; F is the energy minimised over the gates.

    Conclusions: "gradient", "critical point", "fixed point", "fixed point is critical", "square", "minimum",
    "attained", "Hessian".

    >>> derivation = cg14()
    >>> derivation.conclusions[derivation.position("minimum")].op
    '≥'
    """
    o = Derivation("CG14", "The reduced energy whose critical points are the fixed points")
    o.prepare = gate_instance
    assume_inverse(o)
    state = retrieval_state(lambda index: p[index], i)
    z = sp.exp(log_partition(beta * state, i))
    o.say(
        r"Let $F$ be the reduced energy, $r_i(p)$ the retrieval state [5], and $p$ an interior point of the simplex."
    )
    o.start(Partial(reduced_energy(p[i]), p[i]), "the gradient")
    slope = (sp.log(p[i]) + 1) / beta - state
    o.equal(slope, "differentiate; $A^{-1}$ is symmetric")
    o.conclude(text="gradient")
    o.given(
        eq(slope, multiplier),
        r"a critical point on the simplex: the gradient is the same in all places ($c$ is the multiplier of "
        r"$\sum p = 1$)",
    )
    o.iff(eq(sp.log(p[i]), beta * state + beta * multiplier - 1), "solve for the logarithm", scale=1 / beta)
    shape = eq(p[i], sp.exp(beta * state + beta * multiplier - 1))
    o.iff(shape, "exponentiate", monotone=sp.exp)
    o.conclude(text="critical point")

    there = o.branch("With the weights normalised, this is the softmax:")
    there.assume(eq(total(p[i], i), 1), "on the simplex")
    there.assume(shape, "a critical point", rewrite=False)
    fixed = retrieval_map(lambda index: p[index], j)
    there.start(p[j], "one weight")
    there.equal(
        fixed,
        r"sum the hypothesis: $1 = e^{\beta c - 1} \sum_k e^{\beta r_k}$",
        using=[
            Combination(sp.Integer(1), shape, at={i: j}),
            Combination(-fixed, shape, (i,)),
        ],
    )
    there.conclude(text="fixed point")
    o.discharge(there, "fixed point", "fixed point")

    back = o.branch("**And back.** A fixed point is critical, with the multiplier that its normalisation gives:")
    back.given(eq(p[i], retrieval_map(lambda index: p[index], i)), "a fixed point")
    back.iff(eq(sp.log(p[i]), beta * state - sp.log(z)), "take logarithms", monotone=sp.log)
    back.iff(eq(slope, (1 - sp.log(z)) / beta), "solve for the gradient", scale=beta)
    back.conclude(text="fixed point is critical")
    o.discharge(back, "fixed point is critical", "fixed point is critical")

    _elimination(o)
    return o


def _elimination(o: Derivation) -> None:
    o.say(
        r"**What remains of the energy.** With the retrieval layer at $p$, the energy of CG4 is a quadratic function "
        r"of the gates. Complete its square."
    )
    smallest_eigenvalue(o)
    energy = (
        total(s[i] * A[i, j] * s[j], i, j) / 2
        - total((u[i] + lam * p[i]) * s[i], i)
        - total(b[i] * p[i], i)
        + total(p[i] * sp.log(p[i]), i) / beta
    )
    rest = s[i] - total(B[i, j] * (u[j] + lam * p[j]), j)
    other = s[k] - total(B[k, j] * (u[j] + lam * p[j]), j)
    constant = total(u[i] * B[i, j] * u[j], i, j) / 2
    o.start(energy, "the energy")
    square = total(rest * A[i, k] * other, i, k) / 2
    o.equal(reduced_energy(p[i]) - constant + square, r"complete the square at $s = A^{-1}(u + \lambda p)$")
    o.conclude(text="square")
    rayleigh = o.use(o, {w[i]: rest}, "Rayleigh", "the quadratic form is positive")
    o.start(energy, "so")
    o.at_least(
        reduced_energy(p[i]) - constant,
        "smallest eigenvalue",
        slack=[rayleigh.left / 2, eta / 2 * norm2(rest)],
    )
    o.conclude(text="minimum")
    at_rest = o.branch()
    at_rest.assume(eq(s[i], total(B[i, j] * (u[j] + lam * p[j]), j)), "gates at rest")
    at_rest.start(energy, "with equality at")
    at_rest.equal(reduced_energy(p[i]) - constant, "the square vanishes")
    at_rest.conclude(text="attained")
    o.discharge(at_rest, "attained", "attained")
    o.start(Partial(Partial(reduced_energy(p[i]), p[i]), p[j]), "the Hessian of the reduced energy")
    o.equal(delta(i, j) / (beta * p[i]) - lam**2 * B[i, j], "differentiate twice")
    o.conclude(text="Hessian")
    o.say("Where this is positive on differences of weights, and where it is not, is the threshold of CG12.")
