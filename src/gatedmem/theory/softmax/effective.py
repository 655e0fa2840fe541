"""SM9: the effective number of alternatives exp H(p), and its bound when little mass lies off a set."""

from __future__ import annotations

import sympy as sp

from gatedmem.theory.derivation import Derivation
from gatedmem.theory.indexed import Index, Partial, delta, eq, ge, gt, le, positive, size, total, vector
from gatedmem.theory.printing import notation
from gatedmem.theory.sampling import Sample
from gatedmem.theory.softmax.definitions import entropy
from gatedmem.theory.softmax.gibbs import T, sm2
from gatedmem.theory.softmax.gibbs import f as scores
from gatedmem.theory.softmax.inequalities import logarithm_below_line, t

__all__ = ["sm9"]

n = size("n")
i, j = Index("i", n), Index("j", n)
p = vector("p", n, positive=True)
inside = vector("chi", n, nonnegative=True)
count, mass, level = positive("c m epsilon")
notation("chi", r"\chi")


def binary_entropy(a: sp.Expr) -> sp.Expr:
    """h(a) = -a log a - (1-a) log(1-a)."""
    return -a * sp.log(a) - (1 - a) * sp.log(1 - a)


def bound(a: sp.Expr) -> sp.Expr:
    """h(a) + (1-a) log #S + a log(n - #S)."""
    return binary_entropy(a) + (1 - a) * sp.log(count) + a * sp.log(n - count)


def _instance(sample: Sample) -> None:
    """A set of one place that holds more than its share of the mass, and a level between."""
    n_places = sample.extent(n)
    share = sample.value(positive("share")) / (10 * n_places)
    on = (1 + share) / n_places
    off = (1 - on) / (n_places - 1)
    sample.arrays["p"] = {(place,): on if place == 1 else off for place in range(1, n_places + 1)}
    sample.arrays["chi"] = {(place,): sample.value(int(place == 1)) for place in range(1, n_places + 1)}
    sample.scalars.update(c=sample.value(1), m=1 - on, epsilon=1 - on + share / (2 * n_places))


def sm9() -> Derivation:
    """``0 ≤ H ≤ log n``; with mass m off a set of c places H ≤ g(m); and g(m) ≤ g(ε) for m ≤ ε ≤ 1 - c/n.

    Conclusions: "at least one", "at most n", "mass equal", "mass at most".

    >>> d = sm9()
    >>> d.conclusions[d.position("at most n")].right
    log(n)
    """
    d = Derivation("SM9", "The effective number of alternatives")
    d.prepare = _instance
    d.say(
        r"$N_{\mathrm{eff}} = e^{H(p)}$; all bounds are stated for $H = \log N_{\mathrm{eff}}$, and the logarithm is "
        r"increasing. Let $p$ have positive entries (entries that vanish add nothing to $H$ and are left out)."
    )
    d.assume(eq(total(p[i], i), 1), "the weights sum to one")
    lemma = logarithm_below_line()
    h = entropy(p[i], i)
    below = d.use(lemma, {t: p[i]}, "minimum", "the logarithm lies below its tangent")
    others = total((1 - delta(i, j)) * p[j], j)
    d.claim(ge(-sp.log(p[i]), 0), r"$1 - p_i = \sum_{j \ne i} p_j$", slack=[below.left, others])
    d.start(h, "the entropy")
    d.at_least(0, "no weight exceeds one", slack=total(p[i] * -sp.log(p[i]), i))
    d.conclude(text="at least one")
    gibbs = d.use(sm2(), {scores[i]: 0, T: 1}, "bound", "the Gibbs bound (SM2) at score zero and $T = 1$")
    d.start(h)
    d.at_most(sp.log(n), "log of a sum of ones", slack=gibbs.right - gibbs.left)
    d.conclude(text="at most n")

    d.say(
        r"**Mass off a set.** Let $S$ have $c$ places, $1 \le c < n$, indicator $\chi$, and let the mass off $S$ be "
        r"exactly $m$, $0 < m < 1$ (the ends by continuity)."
    )
    d.assume(eq(total(inside[i], i), count), "number of places in $S$")
    d.assume(le(inside[i], 1), "an indicator")
    d.assume(gt(n, count), "a proper subset")
    d.assume(gt(1, mass), "not all the mass")
    d.assume(eq(total(inside[i] * p[i], i), 1 - mass), "mass in $S$")
    on, off = (1 - mass) / count, mass / (n - count)
    first = d.use(lemma, {t: on / p[i]}, "minimum", "tangent, inside")
    second = d.use(lemma, {t: off / p[i]}, "minimum", "tangent, outside")
    d.claim(
        le(h, bound(mass)),
        "relative entropy to the distribution that is uniform in $S$ and uniform outside",
        slack=[total(inside[i] * p[i] * first.left, i), total((1 - inside[i]) * p[i] * second.left, i)],
        label="mass equal",
    )

    d.say(r"**Mass at most $\varepsilon$.** The bound grows up to $\varepsilon = 1 - c/n$.")
    d.assume(ge(level, mass), r"$m \le \varepsilon$")
    d.assume(gt(1, level), r"$\varepsilon < 1$")
    d.assume(ge(n - count, level * n), r"$\varepsilon \le 1 - c/n$")
    odds = (1 - level) * (n - count) / (level * count)
    d.start(Partial(bound(level), level), "the slope")
    d.equal(sp.log(odds), "differentiate and collect the logarithms")
    d.conclude(text="slope")
    d.claim(
        ge(odds, 1),
        r"$(1-\varepsilon)(n-c) - \varepsilon c = (n - c) - \varepsilon n$",
        slack=(n - count - level * n) / (level * count),
    )
    d.given(ge(odds, 1))
    d.iff(ge(sp.log(odds), 0), "the logarithm is increasing", monotone=sp.log)
    d.detach(d.conclude(text="log odds"), "both hold")
    one = d.use(lemma, {t: level / mass}, "minimum", "tangent")
    two = d.use(lemma, {t: (1 - level) / (1 - mass)}, "minimum", "tangent")
    d.claim(
        le(bound(mass), bound(level)),
        "slope times distance, plus a relative entropy of two-point distributions (the bound is concave)",
        slack=[(level - mass) * sp.log(odds), mass * one.left, (1 - mass) * two.left],
        label="grows",
    )
    d.claim(
        le(h, bound(level)),
        "both together",
        slack=[bound(mass) - h, bound(level) - bound(mass)],
        label="mass at most",
    )
    return d
