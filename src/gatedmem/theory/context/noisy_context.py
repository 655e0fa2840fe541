"""CG22: when raising the coupling λ costs accuracy, and the best weight of a noisy context."""

from __future__ import annotations

from sympy import Expr, Integer

from gatedmem.theory.context.definitions import N, alpha, d, i, zeta
from gatedmem.theory.context.steering import cg19
from gatedmem.theory.derivation import Combination, Derivation
from gatedmem.theory.indexed import (
    Index,
    delta,
    eq,
    ge,
    gt,
    le,
    lt,
    matrix,
    nonnegative,
    positive,
    put,
    real,
    total,
    vector,
)
from gatedmem.theory.printing import notation

__all__ = ["best_weight", "cg22", "noise_to_signal"]

mu, nu = Index("mu", N, fixed=True), Index("nu", N, fixed=True)
axis = Index("a", d)
query_noise, context_noise = vector("epsilon", d), vector("xi", d)
lam, sigma_q, sigma_c = positive("lambda_ sigma_q sigma_c")
notation("sigma_q", r"\sigma_q")
notation("sigma_c", r"\sigma_c")


def best_weight(query: Expr, context: Expr) -> Expr:
    """λ* = σ_q²/σ_c²."""
    return query**2 / context**2


def noise_to_signal(weight: Expr) -> Expr:
    """(σ_q² + λ²σ_c²)/(1 + λ)²: variance of the summed noise over the squared strength of the summed signal."""
    return (sigma_q**2 + weight**2 * sigma_c**2) / (1 + weight) ** 2


def cg22() -> Derivation:
    """The best weight of a noisy context, the feedback that carries no context, and when λ cannot hurt.

    Conclusions: "gap", "pathwise", "minimum", "equality", "precisions add", "two memories", "two memories, best
    weight", "width", "feedback gap", "stays", "lost".

    >>> derivation = cg22()
    >>> derivation.conclusions[derivation.position("two memories, best weight")].conclusion.left.op
    '='
    """
    o = Derivation("CG22", "Accuracy need not rise with the coupling")
    _noisy(o)
    _pair(o)
    _feedback(o)
    _condition(o)
    return o


def _noisy(o: Derivation) -> None:
    o.say(
        r"**A noisy context.** $\alpha = 0$, $W_1 = Z^{\mathsf T}$, unit norms, no feedback: the scores are "
        r"$Z^{\mathsf T}(q + \lambda c)$ with $q = \zeta^\mu + \sigma_q \epsilon$ and "
        r"$c = \zeta^\mu + \sigma_c \xi$. The memory $\mu$ is retrieved when every gap is positive."
    )
    g = o.branch()
    g.assume(eq(total(zeta[axis, i] ** 2, axis), 1), "unit norms", rewrite=False)
    unit = g.hypotheses[-1]
    query = zeta[axis, mu] + sigma_q * query_noise[axis]
    context = zeta[axis, mu] + sigma_c * context_noise[axis]
    apart = zeta[axis, mu] - zeta[axis, nu]
    overlap = total(zeta[axis, mu] * zeta[axis, nu], axis)
    noise = sigma_q * query_noise[axis] + lam * sigma_c * context_noise[axis]
    g.start(total(apart * (query + lam * context), axis), r"the gap to the memory $\nu$")
    g.equal(
        (1 + lam) * (1 - overlap) + total(apart * noise, axis),
        "unit norms",
        using=[Combination(1 + lam, unit, at={i: mu})],
    )
    g.conclude(text="gap")
    o.discharge(g, "gap", "gap")
    o.cite(
        "sums of independent isotropic Gaussians",
        r"$\sigma_q \epsilon + \lambda \sigma_c \xi$ has the law of $\tau \chi$ with "
        r"$\tau^2 = \sigma_q^2 + \lambda^2 \sigma_c^2$ and $\chi$ a standard Gaussian vector. Divide by $1 + "
        r"\lambda$: with $t = \tau/(1 + \lambda)$ the "
        r"gaps have the signs of $(1 - G_{\mu\nu}) + t \langle \zeta^\mu - \zeta^\nu, \chi \rangle$.",
    )
    w = o.branch(
        r"**Less noise is better, sample by sample**: let $0 \le \theta \le 1$, $m = 1 - G_{\mu\nu} \ge 0$, and "
        r"$x$ one "
        r"such inner product."
    )
    theta, margin, lag = nonnegative("theta m e")
    scale, value = positive("t"), real("x")
    w.assume(le(theta, 1), "a smaller noise, $\\theta t$")
    w.assume(eq(margin + scale * value, lag), "not wrong at the noise $t$", rewrite=False)
    right = w.hypotheses[-1]
    w.claim(
        ge(margin + theta * scale * value, 0),
        "a mean of two non-negative numbers",
        slack=[(1 - theta) * margin, theta * lag],
        using=[Combination(theta, right)],
        label="pathwise",
    )
    o.discharge(w, "pathwise", "pathwise")
    o.say(
        r"So the accuracy is a falling function of $t$, for any number of memories. It remains to minimise "
        r"$t^2$ over "
        r"$\lambda$."
    )
    o.minimum(
        noise_to_signal(lam), lam, best_weight(sigma_q, sigma_c), 2 * sigma_c**2 / (1 + lam) ** 3, "quotient rule"
    )
    o.say(r"so $\lambda^* = \sigma_q^2/\sigma_c^2$ and no other; beyond it the accuracy falls. At $\lambda^*$")
    o.claim(
        eq(1 / noise_to_signal(best_weight(sigma_q, sigma_c)), 1 / sigma_q**2 + 1 / sigma_c**2),
        "the precisions add",
        label="precisions add",
    )


def _pair(o: Derivation) -> None:
    o.say(
        r"**Two memories and competition.** For $N = 2$ let $\delta = (1, -1)$; $A^{-1} \delta = \delta/\eta$ with "
        r"$\eta = 1 - \alpha G_{12}$ (CG13). The gap of the scores $b + \lambda A^{-1} u$ is"
    )
    row, column = Index("f", 2), Index("g", 2)
    inverse = matrix("B", 2, 2)
    eta, overlap = positive("eta"), real("G_12")
    evidence, drive = vector("b", 2), vector("u", 2)
    sign = delta(row, 1) - delta(row, 2)
    turned = put(sign, {row: column})
    o.symmetric(inverse, "the inverse of a symmetric matrix")
    p = o.branch()
    apart = p.assume(eq(total(inverse[row, column] * turned, column), sign / eta), "eigenvector", rewrite=False)
    p.start(total(sign * (evidence[row] + lam * total(inverse[row, column] * drive[column], column)), row), "the gap")
    p.equal(
        total(sign * evidence[row], row) + lam / eta * total(sign * drive[row], row),
        r"$\delta^{\mathsf T} A^{-1} = \delta^{\mathsf T}/\eta$",
        using=[Combination(lam * drive[row], apart, (row,))],
    )
    p.conclude(text="two memories")
    o.discharge(p, "two memories", "two memories")
    c = o.branch(r"so that the context has the weight $\lambda/\eta$, and the best one is where")
    named = c.assume(eq(eta, 1 - alpha * overlap), r"$\eta = 1 - \alpha G_{12}$", rewrite=False)
    c.given(eq(lam / eta, best_weight(sigma_q, sigma_c)), "the best weight of the context")
    c.iff(
        eq(lam, (1 - alpha * overlap) * best_weight(sigma_q, sigma_c)),
        r"multiply by $\eta$",
        scale=1 / eta,
        using=[Combination(-best_weight(sigma_q, sigma_c) / eta, named)],
    )
    c.conclude(text="two memories, best weight")
    o.discharge(c, "two memories, best weight", "two memories, best weight")
    w = o.branch(
        r"The noise of the gap is Gaussian with the standard deviation $\tau \lVert \zeta^1 - \zeta^2 \rVert$, and"
    )
    unit = w.assume(eq(total(zeta[axis, i] ** 2, axis), 1), "unit norms", rewrite=False)
    w.claim(
        eq(
            total((zeta[axis, mu] - zeta[axis, nu]) ** 2, axis),
            2 * (1 - total(zeta[axis, mu] * zeta[axis, nu], axis)),
        ),
        "unit norms",
        using=[Combination(Integer(1), unit, at={i: mu}), Combination(Integer(1), unit, at={i: nu})],
        label="width",
    )
    o.discharge(w, "width", "width")
    o.say(
        r"so the accuracy is $\Phi\bigl( \sqrt{(1 - G_{12})/2} \, (1 + w)/\sqrt{\sigma_q^2 + w^2 \sigma_c^2} "
        r"\bigr)$ with "
        r"$w = \lambda/\eta$ and $\Phi$ the normal distribution function."
    )


def _feedback(o: Derivation) -> None:
    o.say(
        r"**Feedback without context.** $u = 0$: the score is $b + \lambda^2 A^{-1} p$, in which no context is "
        r"left. Let "
        r"$\zeta^3$ be orthogonal to the two others, and $h = \alpha G_{12}$."
    )
    h, first, third, s_1, s_2, s_3, p_1, p_2, p_3 = real("h b_1 b_3 s_1 s_2 s_3 p_1 p_2 p_3")
    f = o.branch()
    f.assume(gt(1 - h**2, 0), r"$A \succ 0$")
    top = f.assume(eq(s_1 + h * s_2, lam * p_1), r"the gates at rest, $A s = \lambda p$", rewrite=False)
    middle = f.assume(eq(h * s_1 + s_2, lam * p_2), "the same", rewrite=False)
    alone = f.assume(eq(s_3, lam * p_3), "the same", rewrite=False)
    f.claim(
        eq(
            first + lam * s_1 - (third + lam * s_3),
            first - third + lam**2 * ((p_1 - h * p_2) / (1 - h**2) - p_3),
        ),
        r"$r_1 - r_3$",
        using=[
            Combination(lam / (1 - h**2), top),
            Combination(-lam * h / (1 - h**2), middle),
            Combination(-lam, alone),
        ],
        label="feedback gap",
    )
    o.discharge(f, "feedback gap", "feedback gap")
    o.say(
        r"Near $p = \mathbf 1/3$ the bracket is close to $\frac13 \bigl( \frac1{1+h} - 1 \bigr) < 0$ for $h > "
        r"0$: the "
        r"similar memories inhibit each other's gates, the lone one is not inhibited, and as $\lambda$ grows it "
        r"overtakes "
        r"whatever lead $b$ gave to memory 1."
    )


def _condition(o: Derivation) -> None:
    o.say(
        r"**When $\lambda$ cannot hurt.** Scores $b + \lambda g$ with $g$ frozen (no feedback, $g = A^{-1} u$). "
        r"By CG19:"
    )
    o.use(cg19(), {}, "stays", r"a memory with maximal $g_\mu$ keeps its lead", label="stays")
    c = o.branch(
        r"And the condition is needed: let $\mu$ lead $\nu$ by $\ell \ge 0$ at some coupling, while "
        r"$g_\nu - g_\mu = \rho > 0$."
    )
    lead, rate, more = nonnegative("l"), positive("rho"), positive("t")
    c.assume(gt(more - lead / rate, 0), r"later by $t > \ell/\rho$")
    c.claim(
        lt(lead - more * rate, 0),
        r"the lead at $\lambda + t$",
        slack=rate * (more - lead / rate),
        label="lost",
    )
    o.discharge(c, "lost", "lost")
    o.say(
        r"So a right retrieval stays right for all larger $\lambda$ exactly when $g_\mu$ is maximal (ties of "
        r"$g$ leave the "
        r"gap as it is). With feedback the condition is not enough: above $g = 0$ is constant."
    )
