"""How solutions of the free system escape: mode by mode when Ã ≠ 0, along 1 when Ã = 0 (CG5)."""

from __future__ import annotations

import mpmath
import sympy as sp
from sympy import Integer

from gatedmem.theory.context.definitions import N, alpha, d, gram, i, j, k, lam, m, zeta
from gatedmem.theory.context.energy import p, s, tau_c, tau_s
from gatedmem.theory.context.free_system import context, context_rate, eta_of, gate_rate, polynomial, tilde
from gatedmem.theory.context.spectrum import modes
from gatedmem.theory.derivation import Combination, Derivation
from gatedmem.theory.indexed import (
    FlowDerivative,
    Index,
    Relation,
    delta,
    eq,
    ge,
    gt,
    le,
    positive,
    real,
    total,
    vector,
)
from gatedmem.theory.printing import notation
from gatedmem.theory.sampling import Sample

__all__ = ["growth", "linear_growth"]

a = Index("a", d)
v, blind = vector("v", N), vector("w_c", d)
spectrum = vector("mu", N, nonnegative=True)
mu, rho, t = real("mu_ rho t")
x, y = real("x y")
largest, length, nu = positive("m_v ell nu_0")
notation("mu_", r"\mu")
notation("m_v", r"\lVert v \rVert_\infty")
notation("ell", r"\ell")
notation("nu_0", r"\nu")
notation("w_c", r"w")

linear = tau_c * eta_of(mu) + tau_s
discriminant = (tau_c * eta_of(mu) - tau_s) ** 2 + 4 * tau_c * tau_s * mu
upper = (-linear + sp.sqrt(discriminant)) / (2 * tau_c * tau_s)
lower = (-linear - sp.sqrt(discriminant)) / (2 * tau_c * tau_s)
moves = ((s[i], gate_rate()), (context[a], context_rate(a)))


def growth(o: Derivation, unit: Relation) -> None:
    """Derive the blocks of the linear part, their characteristic roots, and the growth of a solution at a root.

    Conclusions: "block, gates", "block, context", "characteristic, gates", "characteristic, context", "blind",
    "discriminant", "real roots", "roots", "positive root", "trace", "no eigenvalue above one",
    "no eigenvalue below one", "mode", "at least", "at most".
    """
    _blocks(o, unit)
    _roots(o)
    _existence(o, unit)
    _rate(o, unit)


def _blocks(o: Derivation, unit: Relation) -> None:
    c = o.branch(
        r"**The linear part.** Let $G v = \mu v$ and follow $\langle v, s \rangle$ and $\langle v, Z^{\mathsf T} c "
        r"\rangle$, with $\eta_\mu = 1 - \alpha (1 - \mu)$:"
    )
    eigen = c.assume(eq(total(gram(i, j) * v[j], j), mu * v[i]), r"$G v = \mu v$", rewrite=False)
    gates, carried = total(v[i] * s[i], i), total(v[i] * zeta[a, i] * context[a], i, a)
    c.start(tau_s * FlowDerivative(gates, *moves), r"$\tau_s$ times the rate of $\langle v, s \rangle$")
    c.equal(
        -eta_of(mu) * gates + carried + lam * total(v[i] * p[i], i),
        r"$A v = \eta_\mu v$",
        using=[Combination(-alpha * s[i], eigen, (i,)), Combination(alpha * v[i] * s[i], unit, (i,))],
    )
    c.conclude(text="block, gates")
    c.start(
        tau_c * FlowDerivative(carried, *moves), r"$\tau_c$ times the rate of $\langle v, Z^{\mathsf T} c \rangle$"
    )
    c.equal(mu * gates - carried, r"$Z^{\mathsf T} Z = G$", using=[Combination(s[i], eigen, (i,))])
    c.conclude(text="block, context")
    o.discharge(c, "block, gates", "block, gates")
    o.discharge(c, "block, context", "block, context")
    b = o.branch(
        r"A bounded drive aside, this is $\tau_s \dot x = -\eta_\mu x + y$, $\tau_c \dot y = \mu x - y$. If $(x, y) "
        r"e^{\rho t}$ solves it:"
    )
    first = b.assume(eq(tau_s * rho * x, -eta_of(mu) * x + y), "gates", rewrite=False)
    second = b.assume(eq(tau_c * rho * y, mu * x - y), "context", rewrite=False)
    for amplitude, weights, label in (
        (x, (tau_c * rho + 1, Integer(1)), "characteristic, gates"),
        (y, (mu, tau_s * rho + eta_of(mu)), "characteristic, context"),
    ):
        b.claim(
            eq(polynomial(rho, mu) * amplitude, 0),
            "eliminate the other amplitude",
            using=[Combination(weights[0], first), Combination(weights[1], second)],
            label=label,
        )
        o.discharge(b, label, label)
    o.say(
        r"so the exponents are the roots of $\tau_c\tau_s\rho^2 + (\tau_c\eta_\mu + \tau_s)\rho + (1 - \alpha)(1 - "
        r"\mu)$. A part of $c$ orthogonal to all memories only decays, at the rate $1/\tau_c$:"
    )
    e = o.branch()
    unseen = e.assume(eq(total(zeta[a, i] * blind[a], a), 0), r"$Z^{\mathsf T} w = 0$", rewrite=False)
    part = total(blind[a] * context[a], a)
    e.claim(
        eq(FlowDerivative(part, *moves), -part / tau_c),
        "the gates do not reach it",
        using=[Combination(s[i] / tau_c, unseen, (i,))],
        label="blind",
    )
    o.discharge(e, "blind", "blind")


def _roots(o: Derivation) -> None:
    b = o.branch(r"**The largest root.** $G \succeq 0$, so $\mu \ge 0$ and both roots are real:")
    b.assume(ge(mu, 0), r"$\mu \ge 0$")
    b.claim(
        eq(linear**2 - 4 * tau_c * tau_s * (1 - alpha) * (1 - mu), discriminant),
        r"$(\tau_c\eta_\mu + \tau_s)^2 - 4 \tau_c\tau_s (1 - \alpha)(1 - \mu) = (\tau_c\eta_\mu - \tau_s)^2 + 4 "
        r"\tau_c\tau_s\mu$",
        label="discriminant",
    )
    b.claim(
        ge(discriminant, 0),
        "a square and a product of non-negative numbers",
        slack=[(tau_c * eta_of(mu) - tau_s) ** 2, 4 * tau_c * tau_s * mu],
        label="real roots",
    )
    b.start(polynomial(rho, mu), "the polynomial")
    b.equal(tau_c * tau_s * (rho - upper) * (rho - lower), "its roots")
    b.conclude(text="roots")
    o.discharge(b, "discriminant", "discriminant")
    o.discharge(b, "real roots", "real roots")
    o.discharge(b, "roots", "roots")
    opposite = b.assume(
        eq((1 - alpha) * (1 - mu), -nu), r"the product of the roots is negative: $\nu > 0$", rewrite=False
    )
    b.claim(
        gt(discriminant, 0),
        "a square and a positive number",
        slack=[linear**2, 4 * tau_c * tau_s * nu],
        using=[Combination(-4 * tau_c * tau_s, opposite)],
    )
    gap = sp.sqrt(discriminant) / (tau_c * tau_s)
    b.claim(
        gt(upper * gap, 0),
        r"$\rho_+ (\rho_+ - \rho_-) = \rho_+^2 - \rho_+ \rho_-$",
        slack=[upper**2, nu / (tau_c * tau_s)],
        using=[Combination(-1 / (tau_c * tau_s), opposite)],
    )
    b.given(gt(upper * gap, 0))
    b.iff(gt(upper, 0), r"$\rho_+ > \rho_-$", scale=gap)
    b.detach(b.conclude(text="sign of the upper root"), "so the larger root is positive", label="positive root")
    o.discharge(b, "positive root", "positive root")


def _existence(o: Derivation, unit: Relation) -> None:
    o.say(
        r"Some $\mu$ makes the product negative unless $\alpha = 1$ or all eigenvalues of $G$ are one: for $\alpha < "
        r"1$ one above one, for $\alpha > 1$ one below one. For their mean is one. With the rows of $E$ an "
        r"orthonormal basis of eigenvectors (spectral theorem, quoted):"
    )
    o.cited.append("spectral theorem for real symmetric matrices")
    c = o.branch()
    spectral = c.assume(
        eq(gram(i, j), total(spectrum[k] * modes[k, i] * modes[k, j], k)), "spectral decomposition", rewrite=False
    )
    c.assume(eq(total(modes[k, i] * modes[m, i], i), delta(k, m)), "orthonormal rows")
    c.start(total(spectrum[k], k), "the sum of the eigenvalues")
    c.equal(total(gram(i, i), i), "the trace", using=[Combination(-delta(i, j), spectral, (i, j))])
    c.equal(N, "unit norms", using=[Combination(Integer(1), unit, (i,))])
    c.conclude(text="trace")
    o.discharge(c, "trace", "trace")
    for above, label in ((True, "no eigenvalue above one"), (False, "no eigenvalue below one")):
        b = o.branch()
        b.prepare = _orthonormal
        b.assume(eq(total(spectrum[k], k), N), "the trace of $G$")
        term = 1 - spectrum[k] if above else spectrum[k] - 1
        b.assume(ge(term, 0), "none above one" if above else "none below one")
        b.given(eq(total(term, k), 0), "the trace")
        b.iff_each(eq(term, 0), "non-negative terms", weight=1, over=(k,))
        b.detach(b.conclude(text=f"{label}, sum"), "then all are one and $G = I$", label=label)
        o.discharge(b, label, label)


def _rate(o: Derivation, unit: Relation) -> None:
    c = o.branch(
        r"**The rate.** Let $\rho > 0$ be a root for the eigenvector $v$ and $y = \tau_s (\tau_c\rho + 1) \langle v, "
        r"s \rangle + \tau_c \langle v, Z^{\mathsf T} c \rangle$. Along solutions of the whole system:"
    )
    eigen = c.assume(eq(total(gram(i, j) * v[j], j), mu * v[i]), r"$G v = \mu v$", rewrite=False)
    root = c.assume(eq(polynomial(rho, mu), 0), "a root", rewrite=False)
    c.assume(gt(rho, 0), "a positive one")
    mode = tau_s * (tau_c * rho + 1) * total(v[i] * s[i], i) + tau_c * total(v[i] * zeta[a, i] * context[a], i, a)
    pushed = lam * (tau_c * rho + 1) * total(v[i] * p[i], i)
    known = [
        Combination((1 - alpha * (tau_c * rho + 1)) * s[i], eigen, (i,)),
        Combination((tau_c * rho + 1) * alpha * v[i] * s[i], unit, (i,)),
        Combination(-total(v[i] * s[i], i), root),
    ]
    c.start(FlowDerivative(mode, *moves), r"$\dot y$")
    c.equal(rho * mode + pushed, r"the blocks above", using=known)
    c.conclude(text="mode")
    o.discharge(c, "mode", "mode")
    c.assume(le(v[i], largest), r"$\lVert v \rVert_\infty$ is the largest size of an entry")
    c.assume(ge(v[i], -largest), "on either side")
    bound = lam * (tau_c * rho + 1) * largest / rho
    damp = sp.exp(-rho * t)
    taken = [Combination(damp * item.multiplier, item.relation, item.over) for item in known]
    c.start(
        FlowDerivative(damp * (mode - bound), *moves, (t, Integer(1))), r"with its growth taken out, $B$ the bound"
    )
    c.at_least(
        0,
        r"$\lvert \langle v, p \rangle \rvert \le \lVert v \rVert_\infty$ on the simplex",
        slack=damp * lam * (tau_c * rho + 1) * total((v[i] + largest) * p[i], i),
        using=taken,
    )
    c.conclude(text="at least")
    c.start(FlowDerivative(damp * (mode + bound), *moves, (t, Integer(1))), "and from the other side")
    c.at_most(
        0,
        "the same",
        slack=damp * lam * (tau_c * rho + 1) * total((largest - v[i]) * p[i], i),
        using=[Combination(-item.multiplier, item.relation, item.over) for item in taken],
    )
    c.conclude(text="at most")
    o.discharge(c, "at least", "at least")
    o.discharge(c, "at most", "at most")
    o.cite(
        "mean value theorem",
        r"so with $B = \lambda (\tau_c\rho + 1) \lVert v \rVert_\infty/\rho$ a solution has $B + e^{\rho t} (y(0) - "
        r"B) \le y(t) \le -B + e^{\rho t} (y(0) + B)$: it grows exactly like $e^{\rho t}$ as soon as $\lvert y "
        r"\rvert > B$ once, and never faster. A solution that does not keeps $\lvert y \rvert \le B$ at all times; "
        r"no state with $\lvert y(0) \rvert > B$ has one. The largest root over the spectrum gives the rate of the "
        r"whole system.",
    )


def linear_growth(o: Derivation, own_setting: Relation) -> None:
    """Derive the exact growth of ⟨1, τ_s s + τ_c W₁c⟩ when Ã = 0, and that nothing grows faster.

    ``own_setting`` is the equality Ã = (1-α)(I-G) for W₁ = Zᵀ.

    Conclusions: "carried", "vanishes at one", "vanishes for orthonormal memories", "only then", "exactly linear",
    "no faster".
    """
    o.say(r"**$\tilde A = 0$.** The context carries what the gates lose:")
    own = tau_s * s[i] + tau_c * total(zeta[a, i] * context[a], a)
    one = Integer(1)
    o.start(FlowDerivative(own, *moves), r"an entry of $\tau_s s + \tau_c W_1 c$, along a solution")
    o.equal(lam * p[i] - total(tilde(i, j, one) * s[j], j), r"$\lambda p - \tilde A s$")
    o.conclude(text="carried")
    c = o.branch(r"$\tilde A$ vanishes for $\alpha = 1$, for orthonormal memories, and only then:")
    c.assume(eq(alpha, 1), r"$\alpha = 1$")
    c.claim(
        eq(tilde(i, j, one), 0),
        r"$\tilde A = (1 - \alpha)(I - G)$",
        using=[Combination(one, own_setting)],
        label="vanishes at one",
    )
    o.discharge(c, "vanishes at one", "vanishes at one")
    c = o.branch()
    straight = c.assume(eq(gram(i, j), delta(i, j)), "orthonormal memories", rewrite=False)
    c.claim(
        eq(tilde(i, j, one), 0),
        r"$\tilde A = (1 - \alpha)(I - G)$",
        using=[Combination(one, own_setting), Combination(alpha - 1, straight)],
        label="vanishes for orthonormal memories",
    )
    o.discharge(c, "vanishes for orthonormal memories", "vanishes for orthonormal memories")
    c = o.branch()
    c.assume(Relation(alpha, "≠", one), r"$\alpha \ne 1$")
    c.given(eq(tilde(i, j, one), 0))
    c.iff(
        eq(gram(i, j), delta(i, j)), r"divide by $\alpha - 1$", scale=alpha - 1, using=[Combination(one, own_setting)]
    )
    c.conclude(text="only then")
    o.discharge(c, "only then", "only then")
    _linear(o)


def _linear(o: Derivation) -> None:
    one = Integer(1)
    c = o.branch()
    c.prepare = _orthonormal
    null = c.assume(eq(tilde(i, j, one), 0), r"$\tilde A = 0$", rewrite=False)
    carried = total(tau_s * s[i] + tau_c * total(zeta[a, i] * context[a], a), i)
    c.start(FlowDerivative(carried, *moves), r"$\langle \mathbf 1, \tau_s s + \tau_c W_1 c \rangle$ along a solution")
    c.equal(lam, "the weights sum to one (SM1)", using=[Combination(-s[j], null, (i, j))])
    c.conclude(text="exactly linear")
    o.discharge(c, "exactly linear", "exactly linear")
    size = tau_c * total(context[a] ** 2, a) + tau_s * total(s[i] ** 2, i)
    square = c.assume(
        eq(length**2, size), r"$\ell^2 = \tau_c \lVert c \rVert^2 + \tau_s \lVert s \rVert^2$", rewrite=False
    )
    loss = total((context[a] - total(zeta[a, i] * s[i], i)) ** 2, a)
    c.claim(
        eq(FlowDerivative(size, *moves), 2 * lam * total(s[i] * p[i], i) - 2 * loss),
        r"$\lVert c \rVert^2 - 2 \langle s, W_1 c \rangle + s^{\mathsf T} A s = \lVert c - Zs \rVert^2$",
        using=[Combination(-2 * s[i] * s[j], null, (i, j))],
        label="length",
    )
    c.claim(
        le(FlowDerivative(size, *moves), 2 * lam * length / sp.sqrt(tau_s)),
        r"$\lvert p \rvert \le 1$: so $\dot \ell \le \lambda/\sqrt{\tau_s}$",
        slack=[
            2 * loss,
            lam * sp.sqrt(tau_s) / length * total((s[i] - length / sp.sqrt(tau_s) * p[i]) ** 2, i),
            lam / (length * sp.sqrt(tau_s)) * tau_c * total(context[a] ** 2, a),
            lam * length / sp.sqrt(tau_s) * total((1 - delta(i, j)) * p[i] * p[j], i, j),
        ],
        using=[
            Combination(2 * s[i] * s[j], null, (i, j)),
            Combination(lam / (length * sp.sqrt(tau_s)), square),
        ],
        label="no faster",
    )
    o.discharge(c, "no faster", "no faster")
    o.say(r"and so in length no solution grows faster than $\lambda t/\sqrt{\tau_s}$.")


def _orthonormal(sample: Sample) -> None:
    """Two orthonormal memories, their spectrum, and the length of a state drawn at random."""
    with mpmath.workdps(60):
        sample.sizes.update({"N": 2, "d": 2})
        turn = mpmath.mpf(2 + sample.seed % 5) / 7
        table = [[mpmath.cos(turn), -mpmath.sin(turn)], [mpmath.sin(turn), mpmath.cos(turn)]]
        sample.arrays["zeta"] = {(m + 1, n + 1): table[m][n] for m in range(2) for n in range(2)}
        sample.arrays["mu"] = {(1,): mpmath.mpf(1), (2,): mpmath.mpf(1)}
        size = tau_c * total(context[a] ** 2, a) + tau_s * total(s[i] ** 2, i)
        sample.scalars["ell"] = mpmath.sqrt(sample.value(size))
