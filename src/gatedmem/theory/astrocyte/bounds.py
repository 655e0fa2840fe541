"""Bounds along solutions: scores, log-ratios of gains, gains from below, the energy (AG2, AG9).

Not in the paper (arXiv 2604.25481); they supply the boundedness that its convergence claim needs.
"""

from __future__ import annotations

from typing import Any

from sympy import Rational, exp, log

from gatedmem.theory.astrocyte.model import (
    K,
    N,
    T,
    f,
    i,
    introduce,
    mu,
    nu,
    p,
    pdot,
    phi,
    score,
    simplex,
    tau_p,
    x,
    xi,
)
from gatedmem.theory.astrocyte.replicator import envelope
from gatedmem.theory.derivation import Combination, Derivation
from gatedmem.theory.indexed import FlowDerivative, Index, eq, ge, gt, total

one = Index("alpha", K, fixed=True)


def score_range(d: Derivation, *patterns: Any) -> None:
    """Derive 0 ≤ f_μ < N/2 from ξ² = 1 and φ² < 1, for each of the given pattern indices."""
    d.assume(gt(1 - phi(x[i]) ** 2, 0), r"$\tanh^2 < 1$")
    for mu in patterns:
        sign = d.assume(eq(xi[mu, i] ** 2, 1), "patterns are signs", rewrite=False)
        for way in (1, -1):
            d.claim(
                gt(1 - way * xi[mu, i] * phi(x[i]), 0),
                r"$2(1 \mp \xi\varphi) = (\xi \mp \varphi)^2 + (1 - \varphi^2)$",
                slack=[(xi[mu, i] - way * phi(x[i])) ** 2 / 2, (1 - phi(x[i]) ** 2) / 2],
                using=[Combination(-Rational(1, 2), sign)],
            )
        below, above = (total(1 - way * xi[mu, i] * phi(x[i]), i) for way in (1, -1))
        d.claim(ge(score(mu), 0), "a score is a square")
        d.start(score(mu))
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
