"""The gates alone, mode by mode: the modal solution of τ_s ṡ = u - As and what each kind of mode can amount to.

For CG9 (arXiv 2605.10970, Theorem 3.3, C.1).
"""

from __future__ import annotations

import sympy as sp
from sympy import Expr, Integer

from gatedmem.theory.context.definitions import A, N, alpha, i, j, u
from gatedmem.theory.context.winner_instances import flat_mode
from gatedmem.theory.derivation import Combination, Derivation
from gatedmem.theory.indexed import FlowDerivative, eq, ge, nonnegative, positive, real, total, vector
from gatedmem.theory.printing import notation
from gatedmem.theory.softmax.inequalities import logarithm_below_line
from gatedmem.theory.softmax.inequalities import t as line_point

__all__ = [
    "flow",
    "gamma",
    "grown",
    "modal_solution",
    "s",
    "second",
    "shrinks",
    "t",
    "tau",
    "zero_mode",
]

s, v = vector("s", N), vector("v", N)
now, start, drive, mu = real("a a_0 c mu_")
eta = sp.Symbol("eta", real=True, nonzero=True)
gamma, second, tau = positive("gamma gamma_2 tau_s")
t = nonnegative("t")
notation("a_0", r"a(0)")
notation("gamma_2", r"\gamma_2")
notation("mu_", r"\mu")

grown = sp.exp(gamma * t / tau)


def flow() -> Expr:
    """Entry i of ṡ for τ_s ṡ = u - As.

    >>> flow().free_symbols >= {tau}
    True
    """
    return (u[i] - total(A[i, j] * s[j], j)) / tau


def modal_solution(o: Derivation) -> None:
    """Derive ``a(t) = e^{-ηt/τ}a(0) + (1 - e^{-ηt/τ})c/η`` for a mode Av = ηv, and its form at η = -γ.

    Conclusions: "modal equation", "constant", "modal solution", "critical", "unit norms".
    """
    c = o.branch(
        r"**Modal solution.** Let $A v = \eta v$ with $\eta \ne 0$, and $\tau_s \dot s = u - As$. With $a = \langle "
        r"v, s \rangle$ and $c = \langle v, u \rangle$:"
    )
    eigen = c.assume(eq(total(A[i, j] * v[j], j), eta * v[i]), r"$A v = \eta v$", rewrite=False)
    along, pushed = total(v[i] * s[i], i), total(v[i] * u[i], i)
    c.start(tau * FlowDerivative(along, (s[i], flow())), r"$\tau_s \dot a$")
    c.equal(pushed - eta * along, "$A$ is symmetric", using=[Combination(-s[i], eigen, (i,))])
    c.conclude(text="modal equation")
    kept = sp.exp(eta * t / tau) * (along - pushed / eta)
    c.start(FlowDerivative(kept, (s[i], flow()), (t, Integer(1))), r"$\frac{d}{dt}\, e^{\eta t/\tau_s} (a - c/\eta)$")
    c.equal(0, "product rule", using=[Combination(-sp.exp(eta * t / tau) / tau * s[i], eigen, (i,))])
    c.conclude(text="constant")
    o.discharge(c, "modal equation", "modal equation")
    o.discharge(c, "constant", "constant")
    o.cite("mean value theorem", "so this quantity keeps its initial value, and solving for $a$ gives")
    o.given(eq(sp.exp(eta * t / tau) * (now - drive / eta), start - drive / eta))
    fallen = sp.exp(-eta * t / tau)
    o.iff(
        eq(now, fallen * start + (1 - fallen) * drive / eta),
        "divide by the exponential",
        scale=sp.exp(eta * t / tau),
    )
    solution = o.conclude(text="modal solution")
    o.say(r"For a critical mode, $\eta = -\gamma < 0$:")
    b = o.branch()
    b.assume(eq(eta, -gamma), r"$\eta = -\gamma$")
    b.start(solution.right.right, "the modal solution")
    b.equal(grown * (start + drive / gamma) - drive / gamma, r"$w = a(0) + c/\gamma$")
    b.conclude(text="critical")
    o.discharge(b, "critical", "critical")
    e = o.branch(r"For unit norms $\eta_{\min} = 1 - \alpha (1 - \mu_{\min})$ (CG3), so")
    e.assume(eq(eta, 1 - alpha * (1 - mu)), "CG3")
    e.claim(eq(-eta, alpha * (1 - mu) - 1), r"$\gamma = \alpha (1 - \mu_{\min}) - 1$", label="unit norms")
    o.discharge(e, "unit norms", "unit norms")


def shrinks(o: Derivation, exponent: Expr) -> None:
    """Make 1 - e^{-exponent} ≥ 0 known, from the tangent of the logarithm; the exponent is ≥ 0 by its structure."""
    line = o.use(
        logarithm_below_line(), {line_point: sp.exp(exponent)}, "minimum", r"$\log z \le z - 1$ at $z = e^y$"
    )
    o.claim(
        ge(1 - sp.exp(-exponent), 0),
        r"$1 - e^{-y} = e^{-y} [(e^y - 1 - y) + y]$",
        slack=[sp.exp(-exponent) * line.left, sp.exp(-exponent) * exponent],
    )


def zero_mode(o: Derivation) -> None:
    """Derive that a mode with η = 0 drifts linearly, slower than any exponential ("zero mode", "zero mode, "
    "bound")."""
    c = o.branch(r"A mode with $\eta = 0$ drifts, $a = a(0) + c t/\tau_s$,")
    c.prepare = flat_mode
    flat = c.assume(eq(total(A[i, j] * v[j], j), 0), r"$Av = 0$", rewrite=False)
    drifting = total(v[i] * s[i], i) - total(v[i] * u[i], i) * t / tau
    c.claim(
        eq(FlowDerivative(drifting, (s[i], flow()), (t, Integer(1))), 0),
        r"$A$ is symmetric",
        using=[Combination(-s[i] / tau, flat, (i,))],
        label="zero mode",
    )
    o.discharge(c, "zero mode", "zero mode")
    o.say(r"slower than any exponential: with any $\gamma_2 > 0$")
    b = o.branch()
    power = second * t / tau
    line = b.use(logarithm_below_line(), {line_point: sp.exp(power)}, "minimum", r"$y \le e^y - 1$")
    b.claim(ge(sp.exp(power) - power, 0), r"$y \le e^y$", slack=[line.left, Integer(1)])
    b.claim(
        ge((sp.exp(power) * drive / second) ** 2, (drive * t / tau) ** 2),
        "with non-negative sides squared",
        slack=drive**2 / second**2 * (sp.exp(power) - power) * (sp.exp(power) + power),
        label="zero mode, bound",
    )
    o.discharge(b, "zero mode, bound", "zero mode, bound")
