"""CG10: equilibria of the clamped gate and retrieval layers are the fixed points of Φ."""

from __future__ import annotations

from sympy import Integer

from gatedmem.theory.context.definitions import (
    A,
    B,
    N,
    b,
    beta,
    gate_current,
    gate_entry,
    i,
    j,
    k,
    lam,
    retrieval_current,
    retrieval_map,
    retrieval_state,
    u,
)
from gatedmem.theory.derivation import Combination, Derivation
from gatedmem.theory.indexed import delta, eq, total, vector
from gatedmem.theory.softmax.definitions import softmax

__all__ = ["assume_inverse", "cg10"]

s, r, p = vector("s", N), vector("r", N), vector("p", N)


def assume_inverse(derivation: Derivation) -> None:
    """Define the gate matrix A = I + αW₂ and let B be its inverse, from either side."""
    derivation.define(A[i, j], gate_entry(i, j), r"gate matrix $A = I + \alpha W_2$", opaque=True)
    derivation.symmetric(A, "a Gram matrix is symmetric")
    derivation.symmetric(B, "so is the inverse of a symmetric matrix")
    derivation.assume(eq(total(A[i, k] * B[k, j], k), delta(i, j)), "$B = A^{-1}$")


def cg10() -> Derivation:
    """Both currents vanish at (s, r) iff s = A⁻¹(u+λp), r = b+λs with p = softmax(βr); and then p = Φ(p).

    Conclusions: "gate layer", "retrieval layer", "equilibrium gives fixed point", "fixed point gives gate
    equilibrium", "fixed point gives retrieval equilibrium".

    >>> cg10().conclusions[-1].conclusion.right
    0
    """
    derivation = Derivation("CG10", r"Equilibria of the clamped system are the fixed points of $\Phi$")
    derivation.say(
        r"Context and query are clamped: $u = W_1 c$ and $b = Z^{\mathsf T} q$ are constants. $A(\alpha)$ is "
        r"invertible. First let $p$ be any value of the retrieval activation."
    )
    assume_inverse(derivation)
    gate_matrix = eq(A[i, j], gate_entry(i, j))
    gates = gate_current(lambda x: s[x], lambda x: p[x], i)
    gates_at_rest = eq(s[i], total(B[i, j] * (u[j] + lam * p[j]), j))
    derivation.given(eq(gates, 0), "the gate layer is at rest")
    derivation.iff(
        eq(u[i] + lam * p[i] - total(A[i, j] * s[j], j), 0),
        r"$s + \alpha W_2 s = A s$",
        using=[Combination(s[j], gate_matrix, (j,))],
    )
    derivation.iff(
        gates_at_rest,
        r"multiply by $A^{-1}$; back by $A$",
        forward=lambda D: -total(B[i, j] * D(j), j),
        backward=lambda D: -total(A[i, j] * D(j), j),
        over=(i,),
    )
    derivation.conclude(text="gate layer")

    derivation.given(eq(retrieval_current(lambda x: s[x], lambda x: r[x], i), 0), "the retrieval layer is at rest")
    derivation.iff(eq(r[i], b[i] + lam * s[i]), "rearrange", scale=-1)
    derivation.conclude(text="retrieval layer")

    activation = eq(p[i], softmax(beta * r[i], i))
    fixed = eq(p[i], retrieval_map(lambda x: p[x], i))
    there = derivation.branch(
        r"**From equilibria to fixed points.** Let both layers be at rest and $p$ the activation."
    )
    there.assume(gates_at_rest, "gates at rest")
    there.assume(eq(r[i], b[i] + lam * s[i]), "retrieval at rest")
    there.assume(activation, "the activation", rewrite=False)
    there.start(p[i], "the activation")
    there.equal(softmax(beta * r[i], i), "its definition", using=[Combination(Integer(1), activation)])
    there.equal(
        softmax(beta * (b[i] + lam * total(B[i, j] * (u[j] + lam * p[j]), j)), i), "put in the states at rest"
    )
    there.equal(fixed.right, "multiply out")
    there.conclude(fixed, "fixed point")
    derivation.discharge(there, text="equilibrium gives fixed point")

    back = derivation.branch(r"**And back.** Let $p = \Phi(p)$ and define the states by the formulas [5].")
    back.assume(fixed, "fixed point", rewrite=False)
    back.assume(gates_at_rest, "gates, by their formula")
    back.assume(eq(r[i], retrieval_state(lambda x: p[x], i)), "retrieval state, by its formula")
    back.start(softmax(beta * r[i], i), "the activation of the retrieval layer")
    back.equal(fixed.right, r"definition of $\Phi$")
    back.equal(p[i], "the fixed point", using=[Combination(Integer(-1), fixed)])
    back.conclude(text="activation")
    back.start(gate_current(lambda x: s[x], lambda x: softmax(beta * r[x], x), i), "the current of the gates")
    back.equal(
        u[i] + lam * softmax(beta * r[i], i) - total(A[i, j] * s[j], j),
        r"$s + \alpha W_2 s = A s$",
        using=[Combination(s[j], gate_matrix, (j,))],
    )
    back.equal(lam * (fixed.right - p[i]), r"$A s = u + \lambda p$")
    back.equal(0, "the fixed point", using=[Combination(-lam, fixed)])
    back.conclude(text="gates at rest")
    derivation.discharge(back, text="fixed point gives gate equilibrium")
    back.start(retrieval_current(lambda x: s[x], lambda x: r[x], i), "the current of the retrieval layer")
    back.equal(0, r"$r = b + \lambda s$")
    back.conclude(text="retrieval at rest")
    derivation.discharge(back, text="fixed point gives retrieval equilibrium")
    return derivation
