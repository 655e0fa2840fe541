"""CG6: the gap of total scores bounds the retrieval weight; the paper's gap is a lower bound of it."""

from __future__ import annotations

import sympy as sp

from gatedmem.theory.context.definitions import N, beta, i, k, lam
from gatedmem.theory.derivation import Derivation, Equivalence
from gatedmem.theory.indexed import Index, delta, eq, ge, gt, le, put, real, size, total, vector
from gatedmem.theory.printing import notation
from gatedmem.theory.softmax import separation

__all__ = ["cg6"]

n = size("n")
mu = Index("mu", N, fixed=True)
nu = Index("nu", N, fixed=True)
best = Index("nu'", N, fixed=True)
raw_excess, gate_excess = vector("e_raw", N, nonnegative=True), vector("e_gate", N, nonnegative=True)
excess = vector("e", N, nonnegative=True)
b, s, scores = vector("b", N), vector("s", N), vector("sigma", N)
raw, gate, gap, top = real("Delta_raw Delta_gate Delta sigma_mu")
b_mu, s_mu = real("b_mu s_mu")
raw_gap, gate_gap = vector("D_b", N), vector("D_s", N)
later, slowest = real("lambda_later Delta_now")
notation("e_raw", r"e^{\mathrm{raw}}")
notation("e_gate", r"e^{\mathrm{gate}}")
notation("Delta_raw", r"\Delta_{\mathrm{raw}}")
notation("Delta_gate", r"\Delta_{\mathrm{gate}}")
notation("b_mu", r"b_{\mu}")
notation("s_mu", r"s_{\mu}")
notation("sigma_mu", r"\sigma_{\mu}")
notation("D_b", r"\Delta^{b}")
notation("D_s", r"\Delta^{s}")
notation("lambda_later", r"\lambda'")
notation("Delta_now", r"\Delta(\lambda)")


def cg6() -> Derivation:
    """P(μ) ≥ 1/(1+(N-1)e^{-βΔ}), equality iff all competitors tie; Δ ≥ Δ_raw + λΔ_gate; growth with λ.

    Conclusions: "bound", "equality", "gap", "theorem", "equality in the theorem", "tie in b", "tie in s",
    "grows", "overtaken", "stalls".

    >>> derivation = cg6()
    >>> derivation.conclusions[derivation.position("bound")].conclusion.op
    '≥'
    """
    o = Derivation("CG6", "The gated gap bounds the retrieval weight")
    lemma = separation.sm7()
    place = Index("i", n)
    o.say(
        r"Let $\sigma = b + \lambda s$ be the total scores and $\Delta$ the gap between $\sigma_\mu$ and the largest "
        r"of the others; $e_\nu \ge 0$ is by how much a competitor's gap exceeds it."
    )
    o.define(scores[i], top - (1 - delta(i, mu)) * gap - excess[i], "total scores, from the winner's and the gaps")
    own = o.branch()
    own.assume(eq(excess[mu], 0), "none at the winner")
    values = {
        n: N,
        separation.T: 1 / beta,
        separation.g: gap,
        separation.top: top,
        separation.excess[place]: excess[i],
    }
    weight = sp.exp(beta * scores[mu]) / total(sp.exp(beta * scores[k]), k)
    bound = 1 / (1 + (N - 1) * sp.exp(-beta * gap))
    own.use(lemma, values, "bound", r"SM7 at temperature $1/\beta$", shown=ge(weight, bound), label="bound")
    own.use(
        lemma,
        values,
        "equality",
        "SM7, equality",
        shown=Equivalence(eq(weight, bound), eq(excess[k], 0)),
        label="equality",
    )
    o.discharge(own, "bound", "bound")
    o.discharge(own, "equality", "equality")
    o.say("that is, exactly when all competitors tie in total score.")
    _theorem(o, lemma)
    _growth(o)
    return o


def _theorem(o: Derivation, lemma: Derivation) -> None:
    place = Index("i", n)
    o.say(
        r"**The paper's gap.** Write $b$ and $s$ through their own gaps, with $e^{\mathrm{raw}} \ge 0$ and "
        r"$e^{\mathrm{gate}} \ge 0$."
    )
    o.define(b[i], b_mu - (1 - delta(i, mu)) * raw - raw_excess[i], "query evidence")
    o.define(s[i], s_mu - (1 - delta(i, mu)) * gate - gate_excess[i], "gates")
    p = o.branch()
    p.assume(eq(raw_excess[mu], 0), "at the winner")
    p.assume(eq(gate_excess[mu], 0), "at the winner")
    together = raw_excess[i] + lam * gate_excess[i]
    weight = sp.exp(beta * (b[mu] + lam * s[mu])) / total(sp.exp(beta * (b[k] + lam * s[k])), k)
    bound = 1 / (1 + (N - 1) * sp.exp(-beta * (raw + lam * gate)))
    values = {
        n: N,
        separation.T: 1 / beta,
        separation.g: raw + lam * gate,
        separation.top: b_mu + lam * s_mu,
        separation.excess[place]: together,
    }
    p.use(lemma, values, "bound", "SM7 with the sum of the two gaps", shown=ge(weight, bound), label="theorem")
    p.use(
        lemma,
        values,
        "equality",
        "SM7, equality",
        shown=Equivalence(eq(weight, bound), eq(put(together, {i: k}), 0)),
        label="equality in the theorem",
    )
    o.discharge(p, "theorem", "theorem")
    o.discharge(p, "equality in the theorem", "equality in the theorem")
    p.given(eq(put(together, {i: k}), 0), "in equality")
    p.iff_each(eq(raw_excess[k], 0), "both terms vanish", weight=1, over=(), rest=lam * gate_excess[k])
    p.conclude(text="tie in b")
    o.discharge(p, "tie in b", "tie in b")
    p.given(eq(put(together, {i: k}), 0))
    p.iff_each(eq(gate_excess[k], 0), "both terms vanish", weight=lam, over=(), rest=raw_excess[k])
    p.conclude(text="tie in s")
    o.discharge(p, "tie in s", "tie in s")
    p.assume(eq(delta(mu, nu), 0), r"a competitor")
    p.start(b[mu] + lam * s[mu] - (b[nu] + lam * s[nu]), r"the gap to one competitor $\nu$")
    p.at_least(raw + lam * gate, "the excesses are non-negative", slack=raw_excess[nu] + lam * gate_excess[nu])
    p.conclude(text="gap")
    o.discharge(p, "gap", "gap")
    o.say(r"for every competitor, so $\Delta \ge \Delta_{\mathrm{raw}} + \lambda \Delta_{\mathrm{gate}}$.")


def _growth(o: Derivation) -> None:
    g = o.branch(
        r"**Growth with $\lambda$**, gates frozen: $\Delta(\lambda) = \min_\nu (\Delta^b_\nu + \lambda "
        r"\Delta^s_\nu)$ over the competitors, and $\Delta_{\mathrm{gate}} = \min_\nu \Delta^s_\nu$. If "
        r"$\Delta_{\mathrm{gate}} > 0$:"
    )
    g.assume(ge(raw_gap[nu] + lam * gate_gap[nu], slowest), r"$\Delta(\lambda)$ is the smallest")
    g.assume(ge(gate_gap[nu], gate), r"$\Delta_{\mathrm{gate}}$ is the smallest")
    g.assume(gt(later, lam), r"$\lambda' > \lambda$")
    g.assume(gt(gate, 0), r"$\Delta_{\mathrm{gate}} > 0$")
    g.start(raw_gap[nu] + later * gate_gap[nu], r"any gap at $\lambda'$")
    g.at_least(
        slowest + (later - lam) * gate,
        "both minima",
        slack=[raw_gap[nu] + lam * gate_gap[nu] - slowest, (later - lam) * (gate_gap[nu] - gate)],
    )
    g.at_least(slowest, "the gates favour the winner", slack=(later - lam) * gate, strict=True)
    g.conclude(text="grows")
    o.discharge(g, "grows", "grows")
    h = o.branch(
        r"for every competitor, so $\Delta(\lambda') > \Delta(\lambda)$. If $\Delta_{\mathrm{gate}} \le 0$, let "
        r"$\nu'$ be a competitor with the smallest $\Delta^s$. Any $\nu$ with a larger one is overtaken for large "
        r"$\lambda$:"
    )
    h.assume(gt(gate_gap[nu], gate_gap[best]), "a larger gate gap")
    crossing = (raw_gap[best] - raw_gap[nu]) / (gate_gap[nu] - gate_gap[best])
    h.assume(ge(lam, crossing), r"$\lambda$ beyond the crossing")
    h.claim(
        ge(raw_gap[nu] + lam * gate_gap[nu], raw_gap[best] + lam * gate_gap[best]),
        "two lines with different slopes",
        slack=(lam - crossing) * (gate_gap[nu] - gate_gap[best]),
        label="overtaken",
    )
    o.discharge(h, "overtaken", "overtaken")
    q = o.branch(
        r"so from some $\lambda$ on $\Delta(\lambda) = \Delta^b_{\nu'} + \lambda \Delta_{\mathrm{gate}}$: no growth."
    )
    q.assume(le(gate_gap[best], 0), r"$\Delta_{\mathrm{gate}} \le 0$")
    q.assume(gt(later, lam), r"$\lambda' > \lambda$")
    q.claim(
        le(raw_gap[best] + later * gate_gap[best], raw_gap[best] + lam * gate_gap[best]),
        "a line that does not rise",
        slack=(later - lam) * -gate_gap[best],
        label="stalls",
    )
    o.discharge(q, "stalls", "stalls")
