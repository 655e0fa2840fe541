"""CG16 and CG19: how retrieval responds to the coupling λ, with and without feedback through the gates."""

from __future__ import annotations

import sympy as sp
from sympy import Integer

from gatedmem.theory.context.definitions import B, N, beta, i, j, k
from gatedmem.theory.derivation import Derivation
from gatedmem.theory.indexed import FlowDerivative, Index, Partial, eq, ge, real, total, vector
from gatedmem.theory.printing import notation
from gatedmem.theory.softmax.definitions import inner, softmax

__all__ = ["cg16", "cg19"]

mu, nu = Index("mu", N, fixed=True), Index("nu", N, fixed=True)
b, g, lag = vector("b", N), vector("g", N), vector("e", N, nonnegative=True)
P = vector("P", N, positive=True)
p, speed, bend = vector("p", N), vector("p_prime", N), vector("p_second", N)
coupling, top = real("lambda g_mu")
notation("g_mu", r"g_{\mu}")
notation("p_prime", r"p'")
notation("p_second", r"p''")


def cg19() -> Derivation:
    """``dP(μ)/dλ = βP(μ)(g_μ - E_P[g])``; log-odds are linear; a maximal g_μ never loses by λ.

    Conclusions: "slope", "log-odds", "does not fall", "constant only", "stays".

    >>> derivation = cg19()
    >>> derivation.conclusions[derivation.position("log-odds")].op
    '='
    """
    o = Derivation("CG19", "Steering at frozen gates")
    o.say(r"Scores $b + \lambda g$ with $g$ frozen; $P$ is their softmax at inverse temperature $\beta$.")
    o.define(P[i], softmax(beta * (b[i] + coupling * g[i]), i), "retrieval")
    mean = inner(P[k], g[k], k)
    o.start(Partial(P[i], coupling), "the response")
    o.equal(total(beta * (P[i] * sp.KroneckerDelta(i, k) - P[i] * P[k]) * g[k], k), "chain rule with SM3")
    o.equal(beta * P[i] * (g[i] - mean), "contract")
    o.conclude(text="slope")
    o.start(sp.log(P[i] / P[j]), "the log-odds of two memories")
    o.equal(beta * (b[i] - b[j]) + coupling * beta * (g[i] - g[j]), r"the normalisation cancels: linear in $\lambda$")
    o.conclude(text="log-odds")

    m = o.branch(r"**Let $g_\mu$ be maximal**: $g_i = g_\mu - e_i$ with $e \ge 0$, $e_\mu = 0$.")
    m.claim(eq(total(P[i], i), 1), "SM1")
    m.assume(eq(lag[mu], 0), "the maximum")
    m.assume(eq(g[i], top - lag[i]), "all others lag")
    gain = beta * P[mu] * total(P[k] * lag[k], k)
    m.start(beta * P[mu] * (g[mu] - mean), r"the slope of $P(\mu)$")
    m.equal(gain, "the weights sum to one")
    m.at_least(0, "non-negative terms", slack=gain)
    m.conclude(text="does not fall")
    o.discharge(m, "does not fall", "does not fall")
    m.given(eq(beta * P[mu] * (g[mu] - mean), 0), "the slope vanishes")
    m.iff_each(eq(lag[k], 0), "each term vanishes", weight=beta * P[mu] * P[k], over=(k,))
    m.conclude(text="constant only")
    o.discharge(m, "constant only", "constant only")
    o.say("so it rises unless $g$ is constant.")
    s = o.branch(
        r"**The argmax stays.** If $\mu$ wins against $\nu$ at $\lambda$ and $g_\mu \ge g_\nu$, then also at "
        r"$\lambda + t$:"
    )
    s.assume(ge(b[mu] + coupling * g[mu], b[nu] + coupling * g[nu]), r"$\mu$ is ahead")
    s.assume(ge(g[mu], g[nu]), r"$g_\mu$ is maximal")
    later = sp.Symbol("t", nonnegative=True)
    s.claim(
        ge(b[mu] + (coupling + later) * g[mu], b[nu] + (coupling + later) * g[nu]),
        "both add up",
        slack=[b[mu] + coupling * g[mu] - b[nu] - coupling * g[nu], later * (g[mu] - g[nu])],
        label="stays",
    )
    o.discharge(s, "stays", "stays")
    return o


def cg16() -> Derivation:
    """First and second derivative at λ = 0 of the fixed point of p = softmax(β(b + λg + λ²Bp)).

    Conclusions: "first", "second".

    >>> derivation = cg16()
    >>> derivation.labels["first"] < derivation.labels["second"]
    True
    """
    o = Derivation("CG16", "Response to the coupling: feedback appears at second order")
    o.say(
        r"Let $p(\lambda)$ solve $p = \operatorname{softmax}(\beta (b + \lambda g + \lambda^2 B p))$ near "
        r"$\lambda = 0$, with derivatives $p'$ and $p''$ (it exists and is smooth: implicit functions, quoted; the "
        r"Jacobian at $\lambda = 0$ is the identity). Differentiate the equation along the branch: $\lambda$ moves "
        r"at rate one, $p$ at $p'$, $p'$ at $p''$."
    )
    o.cited.append("implicit function theorem")
    right = softmax(beta * (b[i] + coupling * g[i] + coupling**2 * total(B[i, j] * p[j], j)), i)
    path = ((coupling, Integer(1)), (p[i], speed[i]), (speed[i], bend[i]))
    first = FlowDerivative(right, *path)
    o.symmetric(B, "the inverse of the gate matrix")
    o.assume(eq(coupling, 0), r"evaluate at $\lambda = 0$, after differentiating")
    o.assume(eq(p[i], softmax(beta * b[i], i)), r"the fixed point at $\lambda = 0$")
    mean = inner(p[k], g[k], k)
    o.start(first, r"$p'$ at $\lambda = 0$")
    slope = beta * p[i] * (g[i] - mean)
    o.equal(slope, r"chain rule with SM3; the feedback carries $\lambda^2$ and drops out")
    o.conclude(text="first")
    o.start(FlowDerivative(first, *path), r"$p''$ at $\lambda = 0$")
    feedback = total(B[i, j] * p[j], j) - total(p[k] * B[k, j] * p[j], k, j)
    variance = inner(p[k], g[k] ** 2, k) - mean**2
    o.equal(
        2 * beta * p[i] * feedback + beta**2 * p[i] * ((g[i] - mean) ** 2 - variance),
        r"chain rule twice; $2$ is the second derivative of $\lambda^2$",
    )
    o.conclude(text="second")
    return o
