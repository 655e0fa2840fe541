"""Bounds along solutions: scores, log-ratios of gains, gains from below, the energy (AG2, AG9).

Not in the paper (arXiv 2604.25481); they supply the boundedness that its convergence claim needs.
"""

from __future__ import annotations

from typing import Any

from sympy import Add, Integer, Rational, exp, log

from gatedmem.theory.astrocyte.model import (
    K,
    L,
    Lagrangian,
    N,
    T,
    f,
    i,
    introduce,
    mu,
    neuron_energy,
    nu,
    p,
    pdot,
    phi,
    phi_prime,
    score,
    sigma,
    simplex,
    tau_p,
    x,
    xi,
)
from gatedmem.theory.astrocyte.replicator import envelope
from gatedmem.theory.derivation import Combination, Derivation
from gatedmem.theory.indexed import FlowDerivative, Index, eq, ge, gt, real, total, vector
from gatedmem.theory.softmax.inequalities import logarithm_below_line
from gatedmem.theory.softmax.inequalities import t as line_point

a = real("a")
radius = vector("r", N, nonnegative=True)
one = Index("alpha", K, fixed=True)


def score_range(d: Derivation, *patterns: Any) -> None:
    """Derive 0 ≤ f_μ < N/2 from ξ² = 1 and φ² < 1, for each of the given pattern indices."""
    d.assume(gt(1 - phi(x[i]) ** 2, 0), r"$\tanh^2 < 1$")
    for a in patterns:
        sign = d.assume(eq(xi[a, i] ** 2, 1), "patterns are signs", rewrite=False)
        for way in (1, -1):
            d.claim(
                gt(1 - way * xi[a, i] * phi(x[i]), 0),
                r"$2(1 \mp \xi\varphi) = (\xi \mp \varphi)^2 + (1 - \varphi^2)$",
                slack=[(xi[a, i] - way * phi(x[i])) ** 2 / 2, (1 - phi(x[i]) ** 2) / 2],
                using=[Combination(-Rational(1, 2), sign)],
            )
        below, above = (total(1 - way * xi[a, i] * phi(x[i]), i) for way in (1, -1))
        d.claim(ge(score(a), 0), "a score is a square")
        d.start(score(a))
        d.at_most(
            N / 2,
            r"$N^2 - m_\mu^2 = \sum_i (1 - \xi_{\mu i}\varphi_i)\,\sum_i (1 + \xi_{\mu i}\varphi_i)$",
            slack=below * above / (2 * N),
            strict=True,
        )
        d.conclude(text="a score stays below N/2")


def ag2() -> Derivation:
    """Log-ratios of gains obey a linear equation, hence |y(t)| stays below its envelope, and gains stay up.

    >>> d = ag2()
    >>> d.conclusions[d.position("gains stay away from zero")].right
    exp(-N/(2*T))/K
    """
    d = Derivation("AG2", "Log-ratios of gains, and gains from below")
    introduce(d, "f", "pdot")
    ratio = log(p[mu] / p[nu])
    d.start(tau_p * FlowDerivative(ratio, (p[mu], pdot[mu])), r"$y = \log(p_\mu/p_\nu)$ along a solution")
    d.equal(f[mu] - f[nu] - T * ratio, "the mean fitness cancels")
    d.conclude(text="a linear equation")
    score_range(d, mu, nu)
    d.start(f[mu] - f[nu], "its drive")
    d.at_most(N / 2, r"$0 \le f < N/2$", slack=[N / 2 - f[mu], f[nu]], strict=True)
    d.conclude(text="and the same with the patterns exchanged")
    envelope(d)
    d.say(
        r"With $A = N/2$, for $y$ and for $-y$: $|y(t)| \le e^{-Tt/\tau_p}|y(0)| + \frac{N}{2T}(1 - "
        r"e^{-Tt/\tau_p})$. From "
        r"$p(0) = 1/K$ this is less than $B = N/(2T)$ at all times, so $p_\nu \le e^B p_\alpha$."
    )
    simplex(d)
    d.assume(ge(exp(N / (2 * T)) * p[one] - p[nu], 0), r"$\log(p_\nu/p_\alpha) \le N/(2T)$ for all $\nu$")
    slack = exp(-N / (2 * T)) / K * total(exp(N / (2 * T)) * p[one] - p[nu], nu)
    d.start(p[one], "then the gain itself")
    d.at_least(exp(-N / (2 * T)) / K, r"sum over $\nu$", slack=slack)
    d.conclude(text="gains stay away from zero")
    return d


def transform_at_rest() -> Derivation:
    """aφ(a) - Λ(a) ≥ -Λ(0): a neuron's energy is least at rest.

    >>> transform_at_rest().conclusions[0].right
    -Lagrangian(0)
    """
    d = Derivation("AG9.transform", "A neuron's energy is least at rest")
    d.minimum(a * phi(a) - Lagrangian(a), a, 0, phi_prime(a), r"slope $a\varphi'(a)$")
    return d


def ag9() -> Derivation:
    """-KN/2 - KT log K < L < N log 2/σ on R^N × Δ; sublevel sets of L need not be bounded in x.

    >>> [str(c.right) for c in ag9().conclusions if str(c.left) == "L"]
    ['-K*N/2 - K*T*log(K)', 'N*log(2)/sigma']
    """
    d = Derivation("AG9", "Bounds of the energy")
    introduce(d, "L")
    score_range(d, mu)
    simplex(d)
    zero = d.assume(eq(Lagrangian(Integer(0)), 0), r"$\Lambda(0) = \tfrac1\sigma\log\cosh 0$", rewrite=False)
    d.use(transform_at_rest(), {a: x[i]}, "minimum", "a neuron's energy is least at rest")
    ratio = 1 / (K * p[mu])
    d.use(logarithm_below_line(), {line_point: ratio}, "minimum", r"$\log s \le s - 1$ at $s = 1/(Kp_\mu)$")
    d.start(L, "from below")
    d.at_least(
        -K * N / 2 - K * T * log(K),
        "scores below N/2, entropy at most log K, neurons' energies not negative",
        slack=[
            K * total(p[mu] * (N / 2 - score(mu)), mu),
            K * T * total(p[mu] * (ratio - 1 - log(ratio)), mu),
            total(x[i] * phi(x[i]) - Lagrangian(x[i]) + Lagrangian(Integer(0)), i),
        ],
        using=[Combination(-N, zero)],
        strict=True,
    )
    d.conclude(text="lower bound")
    above(d)
    return d


def above(d: Derivation) -> None:
    """Derive the upper bound, with the neurons' energy written by exponentials of r = |x|."""
    growth = exp(2 * sigma * radius[i])
    slope, log_cosh = (growth - 1) / (growth + 1), log(1 + growth) - sigma * radius[i] - log(2)
    part = growth / (1 + growth)
    d.claim(
        eq(log_cosh, log((exp(sigma * radius[i]) + exp(-sigma * radius[i])) / 2)),
        r"$\log\cosh(\sigma r)$ by exponentials",
    )
    d.use(logarithm_below_line(), {line_point: part}, "minimum", r"$\log s \le s - 1$")
    own = radius[i] * slope - log_cosh / sigma
    d.start(own, r"a neuron's energy $r\varphi(r) - \Lambda(r)$, $r = |x|$, for it is even")
    slack = [2 * radius[i] / (1 + growth), (part - 1 - log(part)) / sigma, 1 / ((1 + growth) * sigma)]
    d.at_most(log(2) / sigma, r"$\log(1 + e^{-2\sigma r}) > 0$ and $\varphi < 1$", slack=slack, strict=True)
    d.conclude(text="a neuron's energy stays below log 2/σ")
    d.claim(eq(own, log(2) / sigma - Add(*slack)), "what is missing vanishes as r grows: the bound is its limit")

    ownership = neuron_energy()
    d.assume(gt(N * log(2) / sigma - ownership, 0), "the same, summed over the neurons")
    d.assume(ge(-log(p[mu]), 0), r"$p_\mu \le 1$ on the simplex")
    d.start(L, "from above")
    d.at_most(
        N * log(2) / sigma,
        "scores and entropy only lower it",
        slack=[
            N * log(2) / sigma - ownership,
            K * total(p[mu] * score(mu), mu),
            K * T * total(p[mu] * (-log(p[mu])), mu),
        ],
        strict=True,
    )
    d.conclude(text="upper bound")
    d.say(
        r"So L is bounded in x: at fixed gains it tends to a finite limit as $|x| \to \infty$, and sublevel sets "
        r"above that "
        r"limit are unbounded. In the activations $z = \varphi(x)$ the energy extends to the closed cube; with "
        r"$\partial L/\partial z_i = x_i - (W\varphi)_i \to \pm\infty$ towards the faces $z_i = \pm 1$ it falls "
        r"inwards from "
        r"every point of the boundary. A sublevel set is bounded in x iff its closure in the cube avoids the "
        r"boundary: "
        r"iff c lies below the least boundary value."
    )
