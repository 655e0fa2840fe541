"""The s-replicator keeps the simplex, its faces and its interior (AG1).

arXiv 2604.25481, equations 6 and 7. Nothing here depends on the scores: ``f`` is any vector, so the statements
hold at every state of the neurons and along every path of theirs.
"""

from __future__ import annotations

from typing import Any

from sympy import Integer, exp, log, sqrt

from gatedmem.theory.astrocyte.model import (
    F,
    Fbar,
    T,
    f,
    fitness,
    mean_fitness,
    mu,
    nu,
    over_patterns,
    p,
    pdot,
    replicator,
    tau_p,
)
from gatedmem.theory.derivation import Derivation
from gatedmem.theory.indexed import FlowDerivative, eq, le, positive, put, real
from gatedmem.theory.printing import notation
from gatedmem.theory.softmax.inequalities import logarithm_below_line
from gatedmem.theory.softmax.inequalities import t as line_point

a, y, y0, r = real("a y y0 r")
A, t, s = positive("A t s")
notation("y0", r"y(0)")


def any_scores(d: Derivation) -> None:
    """Define fitness, mean fitness and replicator for scores ``f`` about which nothing is assumed."""
    d.define(F[mu], fitness(mu, f), "fitness, under any scores $f$", "[7]")
    d.define(Fbar, mean_fitness(f), "mean fitness", "[6]")
    d.define(pdot[mu], replicator(mu, f), "the replicator", "[6]")


def envelope(d: Derivation) -> Any:
    """Show that τ_p ẏ = a - Ty with a ≤ A keeps y below its envelope; return the envelope.

    The envelope solves the equation with a = A; the integrating factor turns the gap into a quantity that never
    falls, whatever path ``a`` takes below A.
    """
    decay = exp(-T * t / tau_p)
    above = decay * y0 + A / T * (1 - decay)
    d.say(
        r"Let $y$ obey $\tau_p \dot y = a - T y$ with any path $a(t) \le A$, and let $Y(t)$ be the solution with "
        r"$a = A$ and the same start."
    )
    d.assume(le(a, A))
    d.start(tau_p * FlowDerivative(above, (t, 1)), r"$Y = e^{-Tt/\tau_p}\,y(0) + \frac AT(1 - e^{-Tt/\tau_p})$")
    d.equal(A - T * above, "it solves the equation with $a = A$")
    d.conclude()
    d.claim(eq(put(above, {t: Integer(0)}), y0), "and starts where $y$ does")
    gap = FlowDerivative(exp(T * t / tau_p) * (above - y), (t, 1), (y, (a - T * y) / tau_p))
    d.start(gap, r"the gap $Y - y$ times the integrating factor")
    d.equal(exp(T * t / tau_p) * (A - a) / tau_p, "product rule")
    d.at_least(0, r"$a \le A$", slack=exp(T * t / tau_p) * (A - a) / tau_p)
    d.conclude(text=r"it never falls and starts at 0: $y(t) \le Y(t)$ for all $t \ge 0$")
    return above


def ag1() -> Derivation:
    """Σp = 1 is kept; a face is kept because ṗ_μ carries p_μ (up to a logarithm); the interior is kept.

    >>> ag1().conclusions[0].right
    Fbar*(1 - Sum(p[mu], (mu, 1, K)))/tau_p
    """
    d = Derivation("AG1", "The simplex, its faces and its interior are invariant")
    any_scores(d)
    mass = over_patterns(lambda mu: p[mu])
    root = 1 / sqrt(p[mu])

    d.start(FlowDerivative(mass, (p[mu], pdot[mu])), "the total of the gains")
    d.equal((Fbar - mass * Fbar) / tau_p, r"$\sum p F = \langle p, F\rangle$")
    d.equal(Fbar * (1 - mass) / tau_p, "factor")
    d.conclude(text="exact, on the simplex and off it")
    d.given(eq(mass, 1), "on the simplex")
    d.implies(
        eq(Fbar * (1 - mass) / tau_p, 0),
        "the rate carries the factor",
        forward=lambda off: -Fbar * off() / tau_p,
    )
    d.conclude(text=r"$\sum p = 1$ is kept")

    d.start(pdot[mu], "a single gain")
    d.equal(p[mu] * (f[mu] - Fbar) / tau_p - T * p[mu] * log(p[mu]) / tau_p, "every term carries the gain")
    d.conclude()
    d.use(logarithm_below_line(), {line_point: root}, "minimum", r"$\log s \le s - 1$ at $s = p_\mu^{-1/2}$")
    d.start(-p[mu] * log(p[mu]), r"and the logarithm does not undo it")
    d.at_most(
        2 * (sqrt(p[mu]) - p[mu]),
        r"$-\tfrac12 \log p_\mu \le p_\mu^{-1/2} - 1$",
        slack=2 * p[mu] * (root - 1 - log(root)),
    )
    d.conclude(text=r"so $\dot p_\mu \to 0$ as $p_\mu \to 0$: the velocity is tangent to every face")

    d.start(tau_p * FlowDerivative(log(p[mu]), (p[mu], pdot[mu])), "the logarithm of a gain")
    d.equal(F[mu] - Fbar, r"$\dot p_\mu/p_\mu$")
    d.conclude(text="finite wherever the gains are positive")
    d.start(tau_p * FlowDerivative(log(p[mu] / p[nu]), (p[mu], pdot[mu])), "the log-ratio of two gains")
    d.equal(F[mu] - F[nu], "the mean fitness cancels")
    d.equal(f[mu] - f[nu] - T * log(p[mu] / p[nu]), r"$F_\mu = f_\mu - T \log p_\mu$")
    d.conclude(text="a linear equation in the log-ratio")
    envelope(d)
    d.say(
        r"With $y = \pm\log(p_\mu/p_\nu)$ and $|f_\mu - f_\nu| \le A$ the log-ratios stay finite for all time: "
        r"positive gains stay positive. With $y = \log p_\mu$, $a = f_\mu - \langle p, F\rangle \le A$, a gain obeys "
        r"$p_\mu(t) \le p_\mu(0)^{e^{-Tt/\tau_p}} e^{(A/T)(1 - e^{-Tt/\tau_p})}$, which vanishes with $p_\mu(0)$: "
        "a gain that is zero stays zero, and every face is kept."
    )
    return d
