"""CG17: the uniform state under feedback, its linearisation, and exactly when it is linearly stable.

arXiv 2605.10970, Theorem C.2. The paper lets the gates be fast; here τ_s and τ_r are arbitrary positive numbers.
"""

from __future__ import annotations

import mpmath
import sympy as sp
from sympy import Expr, Integer

from gatedmem.theory.context.definitions import (
    N,
    alpha,
    b,
    beta,
    d,
    gate_current,
    gram,
    i,
    j,
    lam,
    retrieval_current,
    u,
    zeta,
)
from gatedmem.theory.derivation import Combination, Derivation
from gatedmem.theory.indexed import (
    Index,
    Partial,
    Relation,
    delta,
    eq,
    ge,
    gt,
    lt,
    positive,
    real,
    total,
    vector,
)
from gatedmem.theory.printing import notation
from gatedmem.theory.sampling import Sample
from gatedmem.theory.softmax.definitions import softmax

__all__ = ["cg17"]

a = Index("a", d)
s, r, e = vector("s", N), vector("r", N), vector("e", N)
mu, lowest, level, eta = real("mu_ mu_low mu_G eta")
drive, evidence, gate_level, retrieval_level = real("u_0 b_0 s_flat r_flat")
x, y, exponent = real("x y rho")
tau_s, tau_r = positive("tau_s tau_r")
notation("mu_", r"\mu")
notation("mu_low", r"\mu^{\perp}_{\min}")
notation("mu_G", r"\mu_G")
notation("s_flat", r"\bar s")
notation("r_flat", r"\bar r")

feedback = beta * lam**2 / N
own = 1 - alpha * (1 - level)
trace = tau_s + tau_r * eta
discriminant = (tau_s - tau_r * eta) ** 2 + 4 * tau_s * tau_r * feedback
upper = (-trace + sp.sqrt(discriminant)) / (2 * tau_s * tau_r)
lower = (-trace - sp.sqrt(discriminant)) / (2 * tau_s * tau_r)


def gates(index: Index) -> Expr:
    """Right-hand side of τ_s ṡ for the clamped system, as a function of s and r."""
    return gate_current(lambda k: s[k], lambda k: softmax(beta * r[k], k), index)


def retrieval(index: Index) -> Expr:
    """Right-hand side of τ_r ṙ for the clamped system."""
    return retrieval_current(lambda k: s[k], lambda k: r[k], index)


def _instance(sample: Sample) -> None:
    """Three unit memories with equal overlaps, an eigenvector of their Gram matrix orthogonal to 1, α small."""
    with mpmath.workdps(60):
        base = [mpmath.mpf(3 + sample.seed % 2) / 7, mpmath.mpf(5) / 7, mpmath.mpf(-2) / 11]
        length = mpmath.sqrt(sum(entry**2 for entry in base))
        base = [entry / length for entry in base]
        common = sum(base[m] * base[(m + 1) % 3] for m in range(3))
    sample.sizes.update({"N": 3, "d": 3})
    sample.arrays["zeta"] = {(m + 1, n + 1): base[(m - n) % 3] for m in range(3) for n in range(3)}
    sample.arrays["e"] = {(1,): mpmath.mpf(2), (2,): mpmath.mpf(-3), (3,): mpmath.mpf(1)}
    sample.scalars.update({"mu_": 1 - common, "mu_low": 1 - common, "mu_G": 1 + 2 * common})
    sample.scalars["alpha"] = mpmath.mpf(1) / 3
    with mpmath.workdps(60):
        sample.scalars["rho"] = root = sample.value(upper)
        sample.scalars.update({"x": sample.value(tau_r) * root + 1, "y": sample.value(lam)})


def _slaved(sample: Sample) -> None:
    """The same with gates that follow retrieval at once, τ_s = 0."""
    _instance(sample)
    with mpmath.workdps(60):
        sample.scalars["eta"] = mpmath.mpf(5) / 8
        sample.scalars["x"] = sample.value(lam * beta / (N * eta) * y)


def cg17() -> Derivation:
    """λ²β/N < η_min^⊥ is necessary and sufficient for linear stability, for all τ_s, τ_r > 0.

    Conclusions: "gates at rest", "retrieval at rest", "invariant", "gates by gates", "gates by retrieval",
    "retrieval by gates", "retrieval by retrieval", "no feedback on 1", "uniform gates", "uniform exponents",
    "characteristic, x", "characteristic, y", "solution", "real roots", "factors", "upper root", "stable iff",
    "beyond", "unstable", "slaved", "fast gates", "smallest", "critical".

    >>> derivation = cg17()
    >>> derivation.conclusions[derivation.position("critical")].conclusion.right.right
    (1 - beta*lambda_**2/N)/(1 - mu_low)
    """
    o = Derivation("CG17", "Linear stability of the uniform state with feedback")
    o.prepare = _instance
    o.say(
        r"Context and query are clamped and uniform, $u = u_0 \mathbf 1$ and $b = b_0 \mathbf 1$, the memories have "
        r"unit norms, and $G \mathbf 1 = \mu_G \mathbf 1$ with $\alpha (1 - \mu_G) < 1$. The time constants "
        r"$\tau_s, \tau_r > 0$ are arbitrary."
    )
    unit = o.assume(eq(total(zeta[a, i] ** 2, a), 1), "unit norms", rewrite=False)
    balanced = o.assume(eq(total(gram(i, j), j), level), r"$G \mathbf 1 = \mu_G \mathbf 1$", rewrite=False)
    o.assume(gt(own, 0), r"$\alpha (1 - \mu_G) < 1$")
    o.assume(eq(u[i], drive), "uniform context")
    o.assume(eq(b[i], evidence), "uniform query")
    _rest(o, unit, balanced)
    _blocks(o, unit, balanced)
    _uniform_direction(o, unit, balanced)
    _characteristic(o)
    _roots(o)
    _threshold(o)
    return o


def _at_rest(o: Derivation) -> None:
    """Assume the uniform state; hypotheses are put in after differentiating."""
    o.assume(eq(s[i], gate_level), "all gates equal")
    o.assume(eq(r[i], retrieval_level), "all retrieval states equal")


def _rest(o: Derivation, unit: Relation, balanced: Relation) -> None:
    c = o.branch(r"**The uniform state.** Let all gates equal $\bar s$ and all retrieval states $\bar r$, with")
    c.assume(eq(gate_level, (drive + lam / N) / own), "the gates' level")
    c.assume(eq(retrieval_level, lam * gate_level + evidence), "the level of retrieval")
    _at_rest(c)
    c.start(gates(i), r"$\tau_s \dot s$ there")
    c.equal(
        drive + lam / N - own * gate_level,
        r"equal scores have equal weights $1/N$, and $A \mathbf 1 = (1 - \alpha(1 - \mu_G)) \mathbf 1$",
        using=[Combination(alpha * gate_level, unit), Combination(-alpha * gate_level, balanced)],
    )
    c.equal(0, "the gates' level")
    c.conclude(text="gates at rest")
    o.discharge(c, "gates at rest", "gates at rest")
    c.start(retrieval(i), r"$\tau_r \dot r$ there")
    c.equal(0, "the level of retrieval")
    c.conclude(text="retrieval at rest")
    o.discharge(c, "retrieval at rest", "retrieval at rest")


def _blocks(o: Derivation, unit: Relation, balanced: Relation) -> None:
    o.say(
        r"**Its linearisation.** $G$ is symmetric and has $\mathbf 1$ among its eigenvectors, so $\mathbf 1^{\perp}$ "
        "is invariant:"
    )
    c = o.branch()
    c.assume(eq(total(e[i], i), 0), r"$e \perp \mathbf 1$")
    c.start(total(gram(i, j) * e[j], i, j), r"$\langle \mathbf 1, G e \rangle$")
    c.equal(level * total(e[j], j), "$G$ is symmetric", using=[Combination(e[i], balanced, (i,))])
    c.equal(0, r"$e \perp \mathbf 1$")
    c.conclude(text="invariant")
    o.discharge(c, "invariant", "invariant")
    o.cite(
        "spectral theorem for real symmetric matrices",
        r"so $G$ has an orthonormal basis of eigenvectors that contains $\mathbf 1/\sqrt N$; all others are "
        r"orthogonal to $\mathbf 1$.",
    )
    v = o.branch(
        r"Let $e \perp \mathbf 1$, $G e = \mu e$, and let $s$ and $r$ move along $e$ from the uniform state."
    )
    _at_rest(v)
    v.assume(eq(total(e[i], i), 0), r"$e \perp \mathbf 1$")
    eigen = v.assume(eq(total(gram(i, j) * e[j], j), mu * e[i]), r"$G e = \mu e$", rewrite=False)
    v.start(total(Partial(gates(i), s[j]) * e[j], j), r"$\tau_s \dot s$ by $s$")
    v.equal(
        -(1 - alpha * (1 - mu)) * e[i],
        r"$-A e$ with $A = (1 - \alpha) I + \alpha G$",
        using=[Combination(alpha * e[i], unit), Combination(-alpha, eigen)],
    )
    v.conclude(text="gates by gates")
    v.start(total(Partial(gates(i), r[j]) * e[j], j), r"$\tau_s \dot s$ by $r$")
    v.equal(
        lam * beta * total((delta(i, j) / N - 1 / N**2) * e[j], j),
        "the Jacobian of the softmax at equal weights (SM3)",
    )
    v.equal(lam * beta / N * e[i], r"$e \perp \mathbf 1$")
    v.conclude(text="gates by retrieval")
    v.start(total(Partial(retrieval(i), s[j]) * e[j], j), r"$\tau_r \dot r$ by $s$")
    v.equal(lam * e[i], "differentiate")
    v.conclude(text="retrieval by gates")
    v.start(total(Partial(retrieval(i), r[j]) * e[j], j), r"$\tau_r \dot r$ by $r$")
    v.equal(-e[i], "differentiate")
    v.conclude(text="retrieval by retrieval")
    for label in ("gates by gates", "gates by retrieval", "retrieval by gates", "retrieval by retrieval"):
        o.discharge(v, label, label)
    o.say(
        r"On the plane spanned by $(e, 0)$ and $(0, e)$ the linearised system is "
        r"$\tau_s \dot x = -\eta x + \frac{\beta\lambda}{N} y$, $\tau_r \dot y = \lambda x - y$ with "
        r"$\eta = 1 - \alpha (1 - \mu)$."
    )


def _uniform_direction(o: Derivation, unit: Relation, balanced: Relation) -> None:
    c = o.branch(r"**On $\mathbf 1$ itself** the feedback is absent, for the weights sum to one:")
    _at_rest(c)
    c.start(total(Partial(gates(i), r[j]), j), r"$\tau_s \dot s$ by $r$")
    c.equal(0, "the rows of the softmax Jacobian sum to zero")
    c.conclude(text="no feedback on 1")
    c.start(total(Partial(gates(i), s[j]), j), r"$\tau_s \dot s$ by $s$")
    c.equal(-own, r"$-A \mathbf 1$", using=[Combination(alpha, unit), Combination(-alpha, balanced)])
    c.conclude(text="uniform gates")
    o.discharge(c, "no feedback on 1", "no feedback on 1")
    o.discharge(c, "uniform gates", "uniform gates")
    o.claim(lt(-own / tau_s, 0), r"$\alpha (1 - \mu_G) < 1$", label="uniform exponents")
    o.say(r"so the exponents there are $-(1 - \alpha(1 - \mu_G))/\tau_s$ and $-1/\tau_r$, both negative.")


def _characteristic(o: Derivation) -> None:
    c = o.branch(r"**The exponents on $\mathbf 1^{\perp}$.** Let $(x, y) e^{\rho t}$ solve the linearised system.")
    first = c.assume(eq(tau_s * exponent * x, -eta * x + lam * beta / N * y), "gates", rewrite=False)
    second = c.assume(eq(tau_r * exponent * y, lam * x - y), "retrieval", rewrite=False)
    polynomial = (tau_s * exponent + eta) * (tau_r * exponent + 1) - feedback
    for amplitude, weights in (
        (x, (tau_r * exponent + 1, lam * beta / N)),
        (y, (lam, tau_s * exponent + eta)),
    ):
        c.claim(
            eq(polynomial * amplitude, 0),
            "eliminate the other amplitude",
            using=[Combination(weights[0], first), Combination(weights[1], second)],
            label=f"characteristic, {amplitude}",
        )
        o.discharge(c, f"characteristic, {amplitude}", f"characteristic, {amplitude}")
    o.say(
        r"$x$ and $y$ are not both zero, so $\rho$ is a root of the polynomial. Conversely at a root "
        r"$(\tau_r\rho + 1, \lambda)$ is a solution:"
    )
    b1 = o.branch()
    root = b1.assume(eq(polynomial, 0), "a root", rewrite=False)
    b1.claim(
        eq(tau_s * exponent * (tau_r * exponent + 1), -eta * (tau_r * exponent + 1) + lam * beta / N * lam),
        "gates",
        using=[Combination(Integer(1), root)],
        label="solution",
    )
    o.discharge(b1, "solution", "solution")


def _roots(o: Derivation) -> None:
    o.say(r"**Its roots** are real. With $T = \tau_s + \tau_r \eta$, and $\Delta$ the discriminant:")
    gap = tau_s * tau_r
    o.claim(
        eq(trace**2 - 4 * gap * (eta - feedback), discriminant),
        r"$T^2 - 4 \tau_s \tau_r (\eta - \beta\lambda^2/N) = (\tau_s - \tau_r \eta)^2 + 4 \tau_s \tau_r "
        r"\beta\lambda^2/N > 0$",
        label="real roots",
    )
    o.start((tau_s * exponent + eta) * (tau_r * exponent + 1) - feedback, "the polynomial")
    o.equal(gap * (exponent - upper) * (exponent - lower), "its two roots")
    o.conclude(text="factors")
    o.claim(gt(upper - lower, 0), r"so the upper root decides", slack=sp.sqrt(discriminant) / gap, label="upper root")
    t1 = o.branch(r"If $T \ge 0$:")
    t1.assume(ge(trace, 0), r"$T \ge 0$")
    t1.given(gt(eta - feedback, 0), r"$\eta > \beta\lambda^2/N$")
    t1.iff(
        lt(discriminant, trace**2), r"$T^2 - \Delta = 4 \tau_s \tau_r (\eta - \beta\lambda^2/N)$", scale=1 / (4 * gap)
    )
    t1.iff(lt(sp.sqrt(discriminant), trace), "both sides are squares of non-negative numbers", root=2)
    t1.iff(lt(upper, 0), r"the upper root", scale=2 * gap)
    t1.conclude(text="stable iff")
    o.discharge(t1, "stable iff", "stable iff")
    t2 = o.branch(r"If $T < 0$ both sides of this equivalence are false:")
    t2.assume(lt(trace, 0), r"$T < 0$")
    t2.claim(
        lt(eta - feedback, 0),
        r"$\eta = (T - \tau_s)/\tau_r$",
        slack=[-trace / tau_r, tau_s / tau_r, feedback],
        label="beyond",
    )
    t2.claim(
        gt(upper, 0),
        "two positive terms",
        slack=[sp.sqrt(discriminant) / (2 * gap), -trace / (2 * gap)],
        label="unstable",
    )
    o.discharge(t2, "beyond", "beyond")
    o.discharge(t2, "unstable", "unstable")
    o.say(
        r"So for all $\tau_s, \tau_r > 0$ both exponents are negative exactly when $\beta\lambda^2/N < \eta$. "
        r"For fast gates, $\tau_s = 0$, the one exponent that is left gives the same condition:"
    )
    f = o.branch()
    f.prepare = _slaved
    f.assume(gt(eta, 0), r"slaved gates need $\eta > 0$")
    slaved = f.assume(eq(-eta * x + lam * beta / N * y, 0), r"$\tau_s = 0$", rewrite=False)
    f.claim(
        eq(lam * x - y, (feedback / eta - 1) * y),
        r"$\tau_r \dot y$ with $x = \frac{\beta\lambda}{N\eta} y$",
        using=[Combination(-lam / eta, slaved)],
        label="slaved",
    )
    f.given(lt((feedback / eta - 1) / tau_r, 0), "its exponent is negative")
    f.iff(gt(eta - feedback, 0), r"multiply by $\tau_r\eta$", scale=1 / (tau_r * eta))
    f.conclude(text="fast gates")
    o.discharge(f, "slaved", "slaved")
    o.discharge(f, "fast gates", "fast gates")


def _threshold(o: Derivation) -> None:
    c = o.branch(
        r"**All of $\mathbf 1^{\perp}$.** For $\alpha \ge 0$ the smallest $\eta$ is that of the smallest $\mu$:"
    )
    c.assume(ge(alpha, 0), r"$\alpha \ge 0$")
    c.assume(ge(mu, lowest), r"$\mu^{\perp}_{\min}$ is the smallest eigenvalue of $G$ on $\mathbf 1^{\perp}$")
    c.claim(
        ge(1 - alpha * (1 - mu), 1 - alpha * (1 - lowest)),
        "the eigenvalue of $A$ rises with that of $G$",
        slack=alpha * (mu - lowest),
        label="smallest",
    )
    o.discharge(c, "smallest", "smallest")
    f = o.branch(r"and if $\mu^{\perp}_{\min} < 1$ the condition is one on $\alpha$:")
    f.assume(lt(lowest, 1), r"$\mu^{\perp}_{\min} < 1$")
    f.given(gt(1 - alpha * (1 - lowest) - feedback, 0), r"$\beta\lambda^2/N < \eta^{\perp}_{\min}$")
    f.iff(
        lt(alpha, (1 - feedback) / (1 - lowest)),
        r"$\alpha < \alpha_{\mathrm{crit}} (1 - \beta\lambda^2/N)$ with $\alpha_{\mathrm{crit}} = 1/(1 - "
        r"\mu^{\perp}_{\min})$",
        scale=1 - lowest,
    )
    f.conclude(text="critical")
    o.discharge(f, "critical", "critical")
    o.say(
        r"All exponents are negative exactly when this holds; where it fails strictly some exponent is positive, and "
        "at equality one is zero: the state is then not linearly stable."
    )
