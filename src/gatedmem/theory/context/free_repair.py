"""Which W₁ = kZᵀ keeps the energy bounded below when the context is free: the exact range of k (CG5)."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import mpmath
import sympy as sp
from sympy import Expr, Integer

from gatedmem.theory.context.definitions import N, alpha, beta, d, gram, i, j, k, lam, zeta
from gatedmem.theory.context.energy import active, interaction, layers, p, q, s
from gatedmem.theory.context.free_growth import spectrum
from gatedmem.theory.context.free_system import context, free_instance, remainder, scale, tilde, with_memories
from gatedmem.theory.context.spectrum import modes, norm2, w
from gatedmem.theory.derivation import Combination, Derivation
from gatedmem.theory.indexed import (
    Index,
    Relation,
    delta,
    eq,
    ge,
    gt,
    le,
    lt,
    positive,
    put,
    real,
    size,
    total,
    vector,
)
from gatedmem.theory.printing import notation
from gatedmem.theory.sampling import NoSample, Sample
from gatedmem.theory.softmax.effective import p as any_weights
from gatedmem.theory.softmax.effective import sm9

__all__ = ["repair"]

a = Index("a", d)
here, there = Index("i''", N, fixed=True), Index("j''", N, fixed=True)
v, weights = vector("v", N), vector("p'", N)
mu, t = real("mu_ t")
moved, floor, highest, lowest = positive("epsilon eta_floor mu_max mu_min")
notation("mu_", r"\mu")
notation("mu_max", r"\mu_{\max}")
notation("mu_min", r"\mu_{\min}")
notation("eta_floor", r"\tilde\eta")
n = size("n")


def stiffness(eigenvalue: Expr) -> Expr:
    """Eigenvalue of Ã for the eigenvalue μ of G: (1-α) + (α-k²)μ.

    >>> stiffness(Integer(0))
    1 - alpha
    """
    return (1 - alpha) + (alpha - scale**2) * eigenvalue


def largest_square(eigenvalue: Expr) -> Expr:
    """The bound α + (1-α)/μ on k² that an eigenvalue μ of G sets; the same as α - (α-1)/μ.

    >>> largest_square(Integer(1))
    1
    """
    return alpha + (1 - alpha) / eigenvalue


def repair(o: Derivation, unit: Relation) -> None:
    """Derive when Ã ≻ 0 for W₁ = kZᵀ, that the energy has a floor then, and that it has none otherwise.

    Conclusions: "eigenvalue of Ã", "below one", "below one, no overlap", "below one, all", "one, below", "at one",
    "at one, no overlap", "above one", "above one, no overlap", "above one, all", "one, above", "definite", "floor",
    "along an eigenvector", "equal entries", "zero".
    """
    c = o.branch(r"**The repair.** $W_1 = k Z^{\mathsf T}$. On an eigenvector of $G$, $Gv = \mu v$:")
    eigen = c.assume(eq(total(gram(i, j) * v[j], j), mu * v[i]), r"$Gv = \mu v$", rewrite=False)
    c.start(total(tilde(i, j) * v[j], j), r"$\tilde A v$")
    c.equal(
        stiffness(mu) * v[i],
        r"$\tilde A = (1 - \alpha) I + (\alpha - k^2) G$",
        using=[Combination(alpha - scale**2, eigen), Combination(-alpha * v[i], unit)],
    )
    c.conclude(text="eigenvalue of Ã")
    o.discharge(c, "eigenvalue of Ã", "eigenvalue of Ã")
    _below_one(o)
    _at_one(o)
    _above_one(o)
    _floor(o, unit)
    _no_floor(o, unit)


def _iff(o: Derivation, c: Derivation, limit: Expr, label: str) -> None:
    """Positive stiffness at μ > 0 iff k² is below its limit."""
    c.given(gt(stiffness(mu), 0), r"the eigenvalue of $\tilde A$ is positive")
    c.iff(lt(scale**2, limit), r"divide by $\mu$", scale=mu)
    c.conclude(text=label)
    o.discharge(c, label, label)


def _below_one(o: Derivation) -> None:
    c = o.branch(r"For $\alpha < 1$, at $\mu > 0$ and at $\mu = 0$:")
    c.prepare = _at("1/2", mu_="6/5", mu_max="7/5", k_W="4/5")
    c.assume(lt(alpha, 1), r"$\alpha < 1$")
    e = c.branch()
    e.assume(gt(mu, 0), r"$\mu > 0$")
    _iff(o, e, largest_square(mu), "below one")
    c.claim(gt(stiffness(Integer(0)), 0), r"no bound on $k$ from $\mu = 0$", label="below one, no overlap")
    o.discharge(c, "below one, no overlap", "below one, no overlap")
    o.say(r"The largest $\mu$ gives the smallest bound, and it is enough:")
    c.assume(ge(mu, 0), r"$G \succeq 0$")
    c.assume(le(mu, highest), r"$\mu_{\max}$ is the largest")
    limit = largest_square(highest)
    c.assume(lt(scale**2, limit), r"$k^2 < \alpha + (1 - \alpha)/\mu_{\max}$")
    first, second = 1 - alpha, highest * (limit - scale**2)
    c.claim(gt(first + second, 0), "both are positive", slack=[first, second])
    share = mu / highest
    c.claim(
        gt(stiffness(mu), 0),
        r"$(1 - \theta) x + \theta y$ with $\theta = \mu/\mu_{\max}$, $x = 1 - \alpha$ and $y$ its value at "
        r"$\mu_{\max}$ is at least $xy/(x + y)$",
        slack=[
            first * second / (first + second),
            (highest - mu) / highest * first**2 / (first + second),
            share * second**2 / (first + second),
        ],
        label="below one, all",
    )
    o.discharge(c, "below one, all", "below one, all")
    e = o.branch(r"The paper's $k = 1$ is too large, as $\mu_{\max} \ge 1$, the mean:")
    e.prepare = c.prepare
    e.assume(lt(alpha, 1), r"$\alpha < 1$")
    e.assume(ge(highest, 1), r"$\mu_{\max} \ge 1$")
    e.claim(le(limit, 1), "the mean of the spectrum", slack=(1 - alpha) * (highest - 1) / highest, label="one, below")
    o.discharge(e, "one, below", "one, below")


def _at_one(o: Derivation) -> None:
    c = o.branch(r"For $\alpha = 1$:")
    c.prepare = _at("1", mu_="6/5", k_W="4/5")
    c.assume(eq(alpha, 1), r"$\alpha = 1$")
    c.claim(eq(stiffness(Integer(0)), 0), r"$\mu = 0$ is not allowed", label="at one, no overlap")
    o.discharge(c, "at one, no overlap", "at one, no overlap")
    c.assume(gt(mu, 0), r"$G \succ 0$")
    _iff(o, c, Integer(1), "at one")


def _above_one(o: Derivation) -> None:
    c = o.branch(r"For $\alpha > 1$:")
    c.prepare = _at("5/4", mu_="6/5", mu_min="3/5", k_W="4/5")
    c.assume(gt(alpha, 1), r"$\alpha > 1$")
    c.claim(lt(stiffness(Integer(0)), 0), r"$\mu = 0$ is not allowed", label="above one, no overlap")
    o.discharge(c, "above one, no overlap", "above one, no overlap")
    e = c.branch()
    e.assume(gt(mu, 0), r"$G \succ 0$")
    _iff(o, e, largest_square(mu), "above one")
    o.say(r"The smallest $\mu$ gives the smallest bound, and it is enough:")
    c.assume(ge(mu, lowest), r"$\mu_{\min} > 0$ is the smallest")
    limit = largest_square(lowest)
    c.assume(lt(scale**2, limit), r"$k^2 < \alpha - (\alpha - 1)/\mu_{\min}$")
    c.claim(gt(alpha - scale**2, 0), "two positive terms", slack=[limit - scale**2, (alpha - 1) / lowest])
    c.claim(
        gt(stiffness(mu), 0),
        "its value at the smallest, and more",
        slack=[lowest * (limit - scale**2), (alpha - scale**2) * (mu - lowest)],
        label="above one, all",
    )
    o.discharge(c, "above one, all", "above one, all")
    e = o.branch(r"Again $k = 1$ is too large, as $\mu_{\min} \le 1$:")
    e.prepare = c.prepare
    e.assume(gt(alpha, 1), r"$\alpha > 1$")
    e.assume(le(lowest, 1), r"$\mu_{\min} \le 1$")
    e.claim(le(limit, 1), "the mean of the spectrum", slack=(alpha - 1) * (1 - lowest) / lowest, label="one, above")
    o.discharge(e, "one, above", "one, above")


def _floor(o: Derivation, unit: Relation) -> None:
    c = o.branch(
        r"**Then the energy has a floor.** Let $\tilde\eta > 0$ be the smallest of these eigenvalues. In an "
        r"orthonormal basis of eigenvectors of $G$, the rows of $E$ with eigenvalues $\mu_k$ (spectral theorem):"
    )
    c.prepare = _mended_instance
    spectral = eq(gram(i, j), total(spectrum[k] * modes[k, i] * modes[k, j], k))
    c.assume(spectral, "spectral decomposition", rewrite=False)
    c.assume(eq(total(modes[k, i] * modes[k, j], k), delta(i, j)), "completeness of the eigenvectors")
    c.assume(ge(stiffness(spectrum[k]), floor), r"$\tilde\eta$ is the smallest eigenvalue of $\tilde A$")
    form = total(w[i] * tilde(i, j) * w[j], i, j)
    squares = total((stiffness(spectrum[k]) - floor) * total(modes[k, i] * w[i], i) ** 2, k)
    c.start(form - floor * norm2(w[i]), r"for every $w$")
    c.equal(
        squares,
        "expand in eigenvectors",
        using=[
            Combination((alpha - scale**2) * w[i] * w[j], spectral, (i, j)),
            Combination(-alpha * w[i] ** 2, unit, (i,)),
        ],
    )
    c.at_least(0, "non-negative weights times squares", slack=squares)
    c.conclude(text="definite")
    o.discharge(c, "definite", "definite")
    gates = c.use(c, {w[i]: s[i]}, "definite", "at the gates")
    entropy = c.use(sm9(), {n: N, any_weights[Index("i", n)]: p[i]}, "at most n", "entropy (SM9)")
    memory = [total(p[i] * p[j] * (zeta[a, i] - zeta[a, j]) ** 2, i, j, a) / 4]
    c.start(with_memories(layers() + interaction(active[i])), "the energy")
    c.at_least(
        -(lam**2) / (2 * floor) - sp.Rational(1, 2) - sp.log(N) / beta,
        r"complete the squares; $\lVert p \rVert \le 1$, $\lVert Zp \rVert \le 1$ and $-\langle p, \log p\rangle \le "
        r"\log N$ on the simplex",
        slack=[
            total((context[a] - scale * total(zeta[a, i] * s[i], i)) ** 2, a) / 2,
            total((q[a] - total(zeta[a, i] * p[i], i)) ** 2, a) / 2,
            gates.left / 2,
            floor / 2 * norm2(s[i] - lam / floor * p[i]),
            lam**2 / (2 * floor) * total((1 - delta(i, j)) * p[i] * p[j], i, j),
            *memory,
            (entropy.right - entropy.left) / beta,
        ],
        using=[Combination(-p[i] / 2, unit, (i,))],
    )
    c.conclude(text="floor")
    o.discharge(c, "floor", "floor")


def _no_floor(o: Derivation, unit: Relation) -> None:
    c = o.branch(
        r"**And none otherwise.** Let $v$ be an eigenvector of length one whose eigenvalue of $\tilde A$ is not "
        r"positive; go along $s = t v$ with $c$ and $q$ at rest:"
    )
    eigen = c.assume(eq(total(gram(i, j) * v[j], j), mu * v[i]), r"$Gv = \mu v$", rewrite=False)
    length = c.assume(eq(norm2(v[i]), 1), "length one", rewrite=False)
    whole = with_memories(layers() + interaction(active[i]))
    along = {
        s[i]: t * v[i],
        context[a]: scale * t * total(zeta[a, j] * v[j], j),
        q[a]: total(zeta[a, j] * p[j], j),
    }
    c.start(put(whole, along), "the energy")
    c.equal(
        stiffness(mu) * t**2 / 2 - lam * t * total(v[i] * p[i], i) + remainder(p[i]),
        "eigenvector",
        using=[
            Combination((alpha - scale**2) * t**2 / 2 * v[i], eigen, (i,)),
            Combination(-alpha * t**2 / 2 * v[i] ** 2, unit, (i,)),
            Combination(stiffness(mu) * t**2 / 2, length),
        ],
    )
    c.conclude(text="along an eigenvector")
    o.discharge(c, "along an eigenvector", "along an eigenvector")
    o.say(
        r"A negative eigenvalue sends it to $-\infty$. If the eigenvalue is zero the energy is linear in $t$, and "
        r"bounded below only if $\langle v, p \rangle = 0$ for all $p$ inside the simplex: for $p$, and for $p$ "
        r"after a little mass $\varepsilon$ went to another place."
    )
    b = o.branch()
    slope = total(v[i] * weights[i], i)
    b.given(
        eq(total(v[i] * (weights[i] + moved * (delta(i, here) - delta(i, there))), i) - slope, 0), "no slope at both"
    )
    b.iff(eq(v[here], v[there]), "only two places differ", scale=moved)
    b.conclude(text="equal entries")
    o.discharge(b, "equal entries", "equal entries")
    e = o.branch(r"So all entries of $v$ agree, and one weight vector is enough:")
    level = real("v_0")
    e.assume(eq(v[i], level), "all entries agree")
    e.assume(eq(total(weights[i], i), 1), "weights")
    e.given(eq(slope, 0), "no slope")
    e.iff(eq(v[i], 0), "the weights sum to one")
    e.conclude(text="zero")
    o.discharge(e, "zero", "zero")
    o.say(
        r"against $\lVert v \rVert = 1$: there is no floor. So for $\lambda > 0$ the energy is bounded below exactly "
        r"when $\tilde A \succ 0$, that is, for $k$ in the ranges above; $k = 1$ lies in none of them."
    )


def _at(competition: str, **values: str) -> Callable[[Sample], None]:
    """The memories of ``free_instance`` with given numbers for α and other scalars."""

    def prepare(sample: Sample) -> None:
        free_instance(sample)
        for name, value in {"alpha": competition, **values}.items():
            sample.scalars[name] = mpmath.mpf(Fraction(value).numerator) / Fraction(value).denominator

    return prepare


def _mended_instance(sample: Sample) -> None:
    """The memories of ``free_instance`` with a k inside its range and the smallest eigenvalue of Ã."""
    free_instance(sample)
    sample.scalars["k_W"] = mpmath.mpf(4) / 5
    places = range(1, sample.extent(N) + 1)
    values = [sample.value(stiffness(spectrum[k]), {k: place}) for place in places]
    sample.scalars["eta_floor"] = min(values)
    if min(values) <= 0:
        raise NoSample("the energy is not mended")
