"""SM6: the log-sum-exp is convex, its gradient is the softmax, and it lies within (log n)/β of the maximum."""

from __future__ import annotations

import sympy as sp

from gatedmem.theory.derivation import Derivation
from gatedmem.theory.indexed import (
    Index,
    Partial,
    delta,
    eq,
    ge,
    gt,
    le,
    positive,
    real,
    size,
    total,
    vector,
)
from gatedmem.theory.softmax.covariance import p as simplex_point
from gatedmem.theory.softmax.covariance import sm4
from gatedmem.theory.softmax.covariance import v as any_vector
from gatedmem.theory.softmax.definitions import inner, kl, log_partition, quadratic, softmax, softmax_covariance
from gatedmem.theory.softmax.gibbs import T, sm2
from gatedmem.theory.softmax.gibbs import f as scores
from gatedmem.theory.softmax.gibbs import p as weights
from gatedmem.theory.softmax.inequalities import logarithm_below_line, t

__all__ = ["sm6"]

n = size("n")
i, j = Index("i", n), Index("j", n)
m = Index("m", n, fixed=True)
r, x, y, w = (vector(name, n) for name in "rxyw")
p, q = vector("p", n, positive=True), vector("q", n, positive=True)
deficit = vector("e", n, nonnegative=True)
beta = positive("beta")
share = positive("theta")
top = real("M")


def log_sum_exp(entry: sp.Expr) -> sp.Expr:
    """(1/β) log Σ e^{β r_i}, from entry i."""
    return log_partition(beta * entry, i) / beta


def sm6() -> Derivation:
    """Gradient, Hessian, convexity with its exact remainder, and the two bounds against the maximum.

    Conclusions: "gradient", "Hessian", "positive semidefinite", "remainder", "tangent", "convex", "lower",
    "upper".

    >>> d = sm6()
    >>> d.conclusions[d.position("gradient")].right
    q[i]
    """
    d = Derivation("SM6", "The log-sum-exp is a smooth convex maximum")
    d.say(r"Let $\beta > 0$ and $L(r) = \frac1\beta \log \sum_i e^{\beta r_i}$; write $q$ for the softmax at $r$.")
    d.define(q[i], softmax(beta * r[i], i), "the softmax")
    d.start(Partial(log_sum_exp(r[i]), r[i]), "the gradient")
    d.equal(q[i], "derivative of the logarithm, then of the sum")
    d.conclude(text="gradient")
    d.start(Partial(q[i], r[j]), "the Hessian")
    d.equal(beta * softmax_covariance(q[i], i, j), "SM3")
    d.conclude(text="Hessian")
    d.claim(eq(total(q[i], i), 1), "SM1")
    d.use(sm4(), {simplex_point[i]: q[i], any_vector[i]: w[i]}, "lower bound", "the softmax covariance (SM4)")
    d.claim(ge(beta * quadratic(q[i], w[i], i), 0), "so the Hessian is positive semidefinite")
    _convexity(d)
    _bounds(d)
    return d


def _convexity(d: Derivation) -> None:
    d.say("**Convexity**, with its exact remainder: a relative entropy. Let $x, y$ be two points.")
    b = d.branch()
    b.define(p[i], softmax(beta * y[i], i), "the softmax at $y$")
    gap = log_sum_exp(x[i]) - log_sum_exp(y[i]) - inner(p[i], x[i] - y[i], i)
    remainder = kl(p[i], softmax(beta * x[i], i), i) / beta
    b.start(gap, "value minus tangent plane at $y$")
    b.equal(remainder, r"$\log p_i = \beta y_i - \log \sum_k e^{\beta y_k}$, and the weights sum to one")
    b.conclude(text="remainder")
    non_negative = b.use(
        sm2(), {weights[i]: p[i], scores[i]: x[i], T: 1 / beta}, "non-negative", "relative entropy (SM2)"
    )
    b.claim(ge(gap, 0), "a relative entropy is non-negative", slack=non_negative.left / beta, label="above tangent")

    d.say(r"For a mixture $z = \theta x + (1 - \theta) y$, $0 < \theta < 1$:")
    c = d.branch()
    c.assume(gt(1, share), r"$\theta < 1$")
    z = share * x[i] + (1 - share) * y[i]
    c.define(p[i], softmax(beta * z, i), "the softmax at the mixture")
    parts = [
        share / beta * kl(p[i], softmax(beta * x[i], i), i),
        (1 - share) / beta * kl(p[i], softmax(beta * y[i], i), i),
    ]
    for end in (x[i], y[i]):
        c.use(sm2(), {weights[i]: p[i], scores[i]: end, T: 1 / beta}, "non-negative", "SM2")
    c.claim(
        le(log_sum_exp(z), share * log_sum_exp(x[i]) + (1 - share) * log_sum_exp(y[i])),
        "the difference is the mean relative entropy to the two ends",
        slack=parts,
        label="convex",
    )
    d.discharge(c, "convex", "convex")


def _bounds(d: Derivation) -> None:
    d.say(
        r"**Against the maximum.** Let $r_m = M$ be the largest entry and write $r_i = M - e_i$ with $e_i \ge 0$, "
        r"$e_m = 0$."
    )
    d.assume(eq(deficit[m], 0), "no deficit at the maximum")
    entry = top - deficit[i]
    mass = total(sp.exp(-beta * deficit[i]), i)
    d.start(log_sum_exp(entry), "the log-sum-exp")
    d.equal(top + sp.log(mass) / beta, "a common shift comes out")
    d.conclude(text="shifted")
    rest = total((1 - delta(i, m)) * sp.exp(-beta * deficit[i]), i)
    d.claim(ge(mass, 1), "the largest entry contributes one", slack=rest)
    d.given(ge(mass, 1), "so")
    d.iff(ge(sp.log(mass), 0), "the logarithm is increasing", monotone=sp.log)
    d.detach(d.conclude(text="log mass"), "both hold", label="log mass is non-negative")
    d.claim(
        ge(log_sum_exp(entry), top),
        "the shift above",
        slack=sp.log(mass) / beta,
        label="lower",
    )
    line = d.use(logarithm_below_line(), {t: sp.exp(beta * deficit[i])}, "minimum", "tangent of the exponential")
    d.claim(ge(sp.exp(beta * deficit[i]) - 1, 0), "and the deficit", slack=[line.left, beta * deficit[i]])
    shrink = sp.exp(-beta * deficit[i]) * (sp.exp(beta * deficit[i]) - 1)
    d.claim(le(mass, n), "no term exceeds one", slack=total(shrink, i))
    d.given(le(mass, n), "so")
    d.iff(le(sp.log(mass), sp.log(n)), "the logarithm is increasing", monotone=sp.log)
    d.detach(d.conclude(text="log count"), "both hold", label="log mass is at most log n")
    d.claim(
        le(log_sum_exp(entry), top + sp.log(n) / beta),
        "the shift above",
        slack=(sp.log(n) - sp.log(mass)) / beta,
        label="upper",
    )
