"""What explicit Euler does to the gains: off the simplex, and out of the positive cone (AG27).

Not in the paper (arXiv 2604.25481), which integrates with this scheme.
"""

from __future__ import annotations

from sympy import log

from gatedmem.theory.astrocyte.model import (
    F,
    Family,
    Fbar,
    K,
    N,
    T,
    f,
    mu,
    nu,
    over_patterns,
    p,
    pdot,
    simplex,
    tau_p,
)
from gatedmem.theory.astrocyte.replicator import any_scores
from gatedmem.theory.derivation import Derivation
from gatedmem.theory.indexed import Index, delta, ge, gt, positive, real, total
from gatedmem.theory.printing import notation
from gatedmem.theory.softmax.inequalities import logarithm_below_line
from gatedmem.theory.softmax.inequalities import t as line_point

h = positive("h")
one = Index("alpha", K, fixed=True)
most, ratio_, best = positive("c w omega")
notation("omega", r"\omega")


def ag27() -> Derivation:
    """One Euler step multiplies Σp - 1 by 1 - h⟨p,F⟩/τ_p; gains stay positive for h < τ_p/(Tω), ωe^ω as stated.

    >>> d = ag27()
    >>> d.conclusions[d.position("the defect after one step")].op
    '='
    """
    d = Derivation("AG27", "Explicit Euler on the gains")
    any_scores(d)
    mass = over_patterns(lambda mu: p[mu])
    step = Family(lambda mu: p[mu] + h * pdot[mu])
    d.start(over_patterns(lambda mu: step[mu]) - 1, "distance from the simplex after one step")
    d.equal(
        (mass - 1) * (1 - h * Fbar / tau_p),
        "AG1: the total moves at rate $\\langle p, F\\rangle (1 - \\sum p)/\\tau_p$",
    )
    d.conclude(text="the defect after one step")
    d.start(Fbar, "the mean fitness")
    entropy = -over_patterns(lambda mu: p[mu] * log(p[mu]))
    d.equal(over_patterns(lambda mu: p[mu] * f[mu]) + T * entropy, "score plus T times entropy")
    d.conclude()
    growth = real("G")
    notation("G", r"\langle p, F\rangle")
    d.given(gt(-(1 - h * growth / tau_p), 1), "the defect grows, and changes sign, when")
    d.iff(gt(h * growth, 2 * tau_p), r"multiply by $\tau_p$", scale=1 / tau_p)
    d.conclude(text="unstable off the simplex")
    d.start(step[mu], "a gain after one step")
    d.equal(p[mu] * (1 - h * (Fbar - F[mu]) / tau_p), "factor")
    d.conclude(text=r"positive iff $h(\langle p, F\rangle - F_\mu) < \tau_p$")
    shortfall(d)
    worst_gain(d)
    return d


def shortfall(d: Derivation) -> None:
    """Derive ⟨p,F⟩ - F_α ≤ (1-q)[N/2 + T log(K-1) + T log(q/(1-q))], q = p_α, and the simple bound."""
    simplex(d)
    away = 1 - delta(one, nu)
    d.assume(gt(K - 1, 0), "at least two patterns")
    d.assume(gt(1 - p[one], 0), "positive gains")
    d.assume(ge(f[mu], 0), "scores")
    d.assume(ge(f[one], 0), "scores")
    d.assume(ge(N / 2 - f[nu], 0), "scores")
    even = (1 - p[one]) / ((K - 1) * p[nu])
    d.use(logarithm_below_line(), {line_point: even}, "minimum", r"$\log s \le s - 1$")
    d.start(Fbar - F[one], "how far a gain's fitness falls behind the mean")
    q = p[one]
    d.at_most(
        (1 - q) * (N / 2 + T * log(K - 1) + T * log(q / (1 - q))),
        r"$f_\alpha = 0$, the others at N/2 and equal",
        slack=[
            total(away**2 * p[nu] * (N / 2 - f[nu]), nu),
            (1 - q) * f[one],
            T * total(away**2 * p[nu] * (even - 1 - log(even)), nu),
        ],
    )
    d.conclude(text="best possible over the scores and the other gains")
    flat = 1 / (K * p[mu])
    d.use(logarithm_below_line(), {line_point: flat}, "minimum", r"$\log s \le s - 1$")
    d.assume(ge(N / 2 - f[mu], 0), "scores")
    d.start(Fbar, "the mean fitness alone")
    d.at_most(
        N / 2 + T * log(K),
        "scores below N/2, entropy at most log K",
        slack=[total(p[mu] * (N / 2 - f[mu]), mu), T * total(p[mu] * (flat - 1 - log(flat)), mu)],
    )
    d.conclude(text=r"with $F_\mu \ge 0$: $h \le \tau_p/(N/2 + T\log K)$ keeps the gains positive")


def worst_gain(d: Derivation) -> None:
    """Derive that the bound, over q in (0, 1), is at most Tω with ωe^ω = (K-1)e^{N/(2T)-1}."""
    d.say(
        r"Let $\omega = W_0((K-1)e^{N/(2T)-1})$: $\log\omega + \omega = \log(K-1) + N/(2T) - 1$; and $w = (1-q)/q$."
    )
    cost = T * (1 + best + log(best))
    q = 1 / (1 + ratio_)
    d.use(logarithm_below_line(), {line_point: best / ratio_}, "minimum", r"$\log s \le s - 1$ at $s = \omega/w$")
    d.start(
        (1 - q) * (cost + T * log(q / (1 - q))), r"the bound, with $N/2 + T\log(K-1) = T(1 + \omega + \log\omega)$"
    )
    d.equal(T * ratio_ / (1 + ratio_) * (1 + best + log(best / ratio_)), r"$q = 1/(1 + w)$")
    d.at_most(
        T * best,
        "the logarithm below its tangent",
        slack=T * ratio_ / (1 + ratio_) * (best / ratio_ - 1 - log(best / ratio_)),
    )
    d.conclude(text=r"positive gains for $h < \tau_p/(T\omega)$")
    d.start(T * best / (1 + best) * (1 + best + log(best / best)), r"at $w = \omega$")
    d.equal(T * best, "the logarithm vanishes")
    d.conclude(text="the bound is attained")
