"""The variant with a linear score, and its attention readout (AG26).

arXiv 2604.25481 names the variant and does not analyse it.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, log

from gatedmem.theory.astrocyte.model import (
    K,
    T,
    Vector,
    gain_dissipation,
    gate_target,
    i,
    k,
    mu,
    neuron_dissipation,
    neuron_energy,
    nu,
    over_neurons,
    over_patterns,
    overlap,
    p,
    pdot,
    phi,
    phi_prime,
    pi,
    replicator,
    simplex,
    tau_x,
    x,
    xdot,
    xi,
)
from gatedmem.theory.derivation import Derivation
from gatedmem.theory.indexed import FlowDerivative, Partial, le, real, vector
from gatedmem.theory.printing import notation
from gatedmem.theory.softmax import definitions

f = vector("f", K)
energy_symbol = real("L_lin")
notation("L_lin", r"L_{\mathrm{lin}}")


def linear_drive(i: Any, p: Vector = p) -> Expr:
    """(Ξp)_i, the input of neuron i in the linear variant.

    >>> linear_drive(i)
    Sum(p[mu]*xi[mu, i], (mu, 1, K))
    """
    return over_patterns(lambda mu: p[mu] * xi[mu, i])


def linear_energy() -> Expr:
    """-⟨p, m⟩ + T⟨p, log p⟩ + Σ_i [x_iφ(x_i) - Λ(x_i)], with the overlaps m as scores.

    >>> linear_energy().coeff(T)
    Sum(log(p[mu])*p[mu], (mu, 1, K))
    """
    scored = -over_patterns(lambda mu: p[mu] * overlap(mu)) + T * over_patterns(lambda mu: p[mu] * log(p[mu]))
    return scored + neuron_energy()


def ag26() -> Derivation:
    """With f = Ξᵀφ(x) and τ_xẋ = -x + Ξp, L_lin falls; the fast-gain map is the attention readout.

    >>> d = ag26()
    >>> d.conclusions[d.position("the energy of the variant never rises")].op
    '≤'
    """
    d = Derivation("AG26", "The linear score and attention")
    d.define(f[mu], overlap(mu), "linear score: the overlap itself")
    d.define(xdot[i], (-x[i] + linear_drive(i)) / tau_x, "neurons")
    d.define(pdot[mu], replicator(mu, f), "gains: the same replicator")
    d.define(energy_symbol, linear_energy(), "energy")
    simplex(d)
    d.start(Partial(energy_symbol, x[k]), "the differential")
    d.equal(phi_prime(x[k]) * (x[k] - linear_drive(k)), r"$\partial_k m_\mu = \xi_{\mu k}\varphi'(x_k)$")
    d.conclude()
    d.start(Partial(energy_symbol, p[nu]))
    d.equal(T * log(p[nu]) + T - f[nu], "as for the squared score, without K")
    d.conclude()
    rate = FlowDerivative(energy_symbol, (x[i], xdot[i]), (p[mu], pdot[mu]))
    lost = neuron_dissipation(x, xdot) + gain_dissipation(p, pdot) / K
    d.start(rate, "along a solution")
    d.equal(-lost, r"$x - \Xi p = -\tau_x\dot x$, and the replicator")
    d.at_most(0, "squares", slack=lost)
    d.conclude(le(rate, 0), "the energy of the variant never rises")
    d.define(pi[mu], gate_target(mu, f), "fast gains")
    d.start(linear_drive(k, pi), "the input with the gains at their softmax")
    readout = over_patterns(
        lambda mu: xi[mu, k] * definitions.softmax(over_neurons(lambda j: xi[mu, j] * phi(x[j])) / T, mu)
    )
    d.equal(readout, r"$\Xi\,\mathrm{softmax}(\Xi^\top\varphi(x)/T)$")
    d.conclude(text="the attention readout: the modern Hopfield update at β = 1/T when φ is the identity")
    return d
