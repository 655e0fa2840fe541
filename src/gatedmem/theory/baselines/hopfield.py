"""BL1: the classical Hopfield network, graded and binary, descends its energy.

J. J. Hopfield, PNAS 79 (1982) 2554 and 81 (1984) 3088. The activation φ and its potential Λ are those of
``astrocyte.model``; nothing about them is used but φ' > 0 and Λ' = φ.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr

from gatedmem.theory.astrocyte.model import N, Vector, i, k, neuron_energy, over_neurons, phi, phi_prime, x, xdot
from gatedmem.theory.derivation import Combination, Derivation
from gatedmem.theory.indexed import (
    FlowDerivative,
    Index,
    Partial,
    delta,
    eq,
    ge,
    matrix,
    nonnegative,
    positive,
    real,
    vector,
)
from gatedmem.theory.printing import notation

__all__ = ["W", "bl1", "energy", "velocity"]

W = matrix("W_sym", N, N)
J = matrix("J", N, N)
tau = positive("tau")
s, moved = vector("s_bin", N), vector("s_new", N)
here = Index("a", N, fixed=True)
t, E = real("t E")
gain = nonnegative("g")
notation("W_sym", "W")
notation("s_bin", "s")
notation("s_new", "s'")


def drive(i: Any, z: Vector) -> Expr:
    """(Wz)_i."""
    return over_neurons(lambda j: W[i, j] * z[j], i)


def velocity(i: Any) -> Expr:
    """dx_i/dt, from τ dx/dt = -x + Wφ(x).

    >>> velocity(i)
    (-x[i] + Sum(phi(x[j])*W_sym[i, j], (j, 1, N)))/tau
    """
    return (-x[i] + over_neurons(lambda j: W[i, j] * phi(x[j]), i)) / tau


def energy() -> Expr:
    """E(x) = -½ φᵀWφ + Σ_i [x_i φ(x_i) - Λ(x_i)].

    >>> energy().has(W)
    True
    """
    return -over_neurons(lambda i: over_neurons(lambda j: phi(x[i]) * W[i, j] * phi(x[j]))) / 2 + neuron_energy()


def bl1() -> Derivation:
    """Graded: dE/dt = -τ Σ φ'ẋ² ≤ 0. Binary: the change of one neuron, and that it is never upwards.

    Conclusions: "graded rate", "graded descent", "change", "binary descent".

    >>> d = bl1()
    >>> d.conclusions[d.position("graded descent")].op
    '≤'
    """
    d = Derivation("BL1", "Classical Hopfield networks descend their energies")
    graded(d)
    binary(d)
    return d


def graded(d: Derivation) -> None:
    """Derive the rate of the graded energy."""
    d.say("**Graded network.**")
    d.symmetric(W, "symmetric weights")
    d.define(xdot[i], velocity(i), "the neurons")
    d.define(E, energy(), "its energy")
    d.start(Partial(E, x[k]), "the differential of the energy")
    d.equal(
        phi_prime(x[k]) * (x[k] - over_neurons(lambda j: W[k, j] * phi(x[j]), k)),
        r"$\Lambda' = \varphi$; each neuron occurs on either side of the symmetric form",
    )
    d.conclude(text="differential")
    rate = FlowDerivative(E, (x[i], xdot[i]))
    lost = tau * over_neurons(lambda i: phi_prime(x[i]) * xdot[i] ** 2)
    d.start(rate, "along a solution")
    d.equal(over_neurons(lambda i: Partial(E, x[i]) * xdot[i]), "chain rule")
    d.equal(-lost, r"$x - W\varphi = -\tau \dot x$")
    d.conclude(text="graded rate")
    d.start(rate)
    d.equal(-lost, "as above")
    d.at_most(0, r"$\varphi' > 0$", slack=lost)
    d.conclude(text="graded descent")


def binary(d: Derivation) -> None:
    """Derive the change of the binary energy when the neuron ``here`` takes the value t."""
    d.say(
        r"**Binary network.** Zero diagonal: $W_{ij} = (1 - \delta_{ij}) J_{ij}$. Neuron $a$ goes from $s_a$ to $t$; "
        "the others stay."
    )
    d.symmetric(J, "symmetric couplings")

    def form(z: Any) -> Expr:
        return -over_neurons(lambda i: over_neurons(lambda j: z(i) * (1 - delta(i, j)) * J[i, j] * z(j), i)) / 2

    field = over_neurons(lambda j: (1 - delta(here, j)) * J[here, j] * s[j])
    d.define(moved[i], s[i] + delta(i, here) * (t - s[here]), "the state afterwards")
    d.start(form(lambda i: moved[i]) - form(lambda i: s[i]), "the change of the energy")
    d.equal(-(t - s[here]) * field, "the neuron meets itself with weight zero, each other one twice")
    d.conclude(text="change")
    d.say(r"Let $t = \pm 1$ be the sign of the field $h$ of neuron $a$, or any sign where $h = 0$: $t h = g \ge 0$.")
    own = d.assume(eq(s[here] ** 2, 1), "a binary state", rewrite=False)
    new = d.assume(eq(t**2, 1), "a binary state", rewrite=False)
    d.assume(ge(t * field, 0), "the neuron takes the sign of its field")
    d.define(gain, t * field)
    d.start(form(lambda i: moved[i]) - form(lambda i: s[i]), "the change of the energy")
    d.equal(-(t - s[here]) * field, "as above")
    lost = (t - s[here]) ** 2 * gain / 2
    d.equal(
        -lost,
        r"$t^2 = s_a^2 = 1$: $t - s_a = \tfrac12 (t - s_a)^2 t$",
        using=[Combination(field * (t - 2 * s[here]) / 2, new), Combination(field * t / 2, own)],
    )
    d.at_most(0, "a square, times a field of the right sign", slack=lost)
    d.conclude(text="binary descent")
