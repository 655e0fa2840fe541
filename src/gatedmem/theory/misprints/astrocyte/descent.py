"""Misprints 7 and 9 of arXiv 2604.25481: the metric in which the energy descends, and what descent does not give."""

from __future__ import annotations

from sympy import exp, log

from gatedmem.theory.astrocyte.model import (
    K,
    L,
    N,
    T,
    Z,
    f,
    gain_dissipation,
    i,
    introduce,
    mu,
    neuron_dissipation,
    nu,
    over_neurons,
    over_patterns,
    p,
    pdot,
    pi,
    sigma,
    simplex,
    x,
    xdot,
)
from gatedmem.theory.derivation import Derivation
from gatedmem.theory.indexed import FlowDerivative, Partial, Relation, eq, ge, gt, lt, nonnegative, real, vector
from gatedmem.theory.misprints.astrocyte.neuron_input import PAPER
from gatedmem.theory.misprints.record import Misprint, differ, unequal
from gatedmem.theory.printing import notation
from gatedmem.theory.softmax.inequalities import logarithm_below_line
from gatedmem.theory.softmax.inequalities import t as line_point

# 7: the metric of the descent --------------------------------------------------------------------------------

_rate = FlowDerivative(L, (x[i], xdot[i]), (p[mu], pdot[mu]))
L_x, L_p = vector("L_x", N), vector("L_p", K)
notation("L_x", r"(\partial_x L)")
notation("L_p", r"(\partial_p L)")
_steepness = over_neurons(lambda i: L_x[i] ** 2) + over_patterns(lambda mu: L_p[mu] ** 2)


def _descent(d: Derivation, relation: Relation) -> None:
    introduce(d, "L", "xdot", "pdot")
    d.define(L_x[i], Partial(L, x[i]), "slopes in the neurons")
    d.define(L_p[mu], Partial(L, p[mu]), "slopes in the gains")
    simplex(d)
    d.start(relation.left, "along a solution on the simplex")
    d.equal(relation.right, "chain rule, and the velocities for the slopes")
    d.conclude()


def _descent_gap(d: Derivation) -> None:
    d.start(L_p[nu], "a slope in the gains")
    d.equal(K * (T * log(p[nu]) + T - f[nu]), "differentiate")
    d.conclude()
    introduce(d, "Z", "pi")
    d.start(K * (T * log(pi[nu]) + T - f[nu]), "at rest the gains are the softmax, and this slope")
    d.equal(K * T * (1 - log(Z)), r"$\log\pi_\nu = f_\nu/T - \log Z$")
    d.conclude(text="is the same for all patterns; the projection kills it, the Euclidean norm does not")
    differ(
        d, K * T * (1 - log(Z)), 0, "so the printed right side is not zero where the left side is",
        (unequal(1 - log(Z), 0), r"$Z \ne e$; for $K \ge 3$ this is certain, for $Z \ge K$"),
    )  # fmt: skip


astrocyte_7 = Misprint(
    PAPER, "7", "The metric of the descent", "Descent of the energy",
    r"$dL/dt = -\lVert\nabla L\rVert^2$ holds in the metric $\tau_x H \oplus K\tau_p G$, with the "
    r"velocities inside, not in the Euclidean norm.",
    eq(_rate, -_steepness), eq(_rate, -neuron_dissipation(x, xdot) - gain_dissipation(p, pdot)), ("AG8",),
    _descent, _descent_gap,
)  # fmt: skip

# 9: what global convergence needs ----------------------------------------------------------------------------

radius = nonnegative("r")
_grown = exp(2 * sigma * radius)
_own = real("own_energy")
notation("own_energy", r"(r\varphi(r) - \Lambda(r))")
_own_value = radius * (_grown - 1) / (_grown + 1) - (log(1 + _grown) - sigma * radius - log(2)) / sigma


def _confined(d: Derivation, relation: Relation) -> None:
    part = _grown / (1 + _grown)
    d.define(_own, _own_value, "the energy of a neuron at $|x| = r$, for it is even")
    d.claim(
        eq(log(1 + _grown) - sigma * radius - log(2), log((exp(sigma * radius) + exp(-sigma * radius)) / 2)),
        r"$\log\cosh(\sigma r)$ by exponentials",
    )
    d.use(logarithm_below_line(), {line_point: part}, "minimum", r"$\log s \le s - 1$")
    slack = [2 * radius / (1 + _grown), (part - 1 - log(part)) / sigma, 1 / ((1 + _grown) * sigma)]
    d.claim(
        lt(_own, log(2) / sigma),
        r"$\log(1 + e^{-2\sigma r}) > 0$ and $\varphi < 1$",
        slack=slack,
        label="a neuron's energy",
    )
    if relation != lt(_own, log(2) / sigma):
        d.claim(relation, "by comparison with this")


def _confined_gap(d: Derivation) -> None:
    d.say(
        r"So the energy has sublevel sets that are unbounded in $x$ (AG9), and its descent alone keeps no solution "
        r"bounded. Nor does it keep the gains off the faces: the stationary points of misprint 6 are at rest too. "
        r"What closes the gap: AG3 bounds the neurons, AG2 the gains from below, AG8 is the exact descent, and AG10 "
        r"concludes, with an analytic-gradient argument for a single limit."
    )
    d.claim(gt(log(2) / sigma - _own, 0), "the energy stays below a bound however far the neuron is", label="far")


astrocyte_9 = Misprint(
    PAPER, "9", "What global convergence needs", "Convergence",
    r"Said: the energy ensures global convergence. Descent alone keeps solutions bounded only where the energy grows "
    r"beyond any level with $|x|$; the part of a neuron at $|x| = r$ never reaches $\log 2/\sigma$.",
    ge(_own, log(2) / sigma), lt(_own, log(2) / sigma), ("AG2", "AG3", "AG8", "AG9", "AG10"),
    _confined, _confined_gap, in_words=True,
)  # fmt: skip
