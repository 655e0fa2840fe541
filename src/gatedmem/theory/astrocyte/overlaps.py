"""How overlaps and scores move (AG20), and the symmetries of the flow (AG19).

arXiv 2604.25481, equation 30 and the text around it.
"""

from __future__ import annotations

from typing import Any

from gatedmem.theory.astrocyte.model import (
    K,
    N,
    f,
    i,
    introduce,
    m,
    mu,
    over_neurons,
    over_patterns,
    p,
    phi_prime,
    tau_x,
    x,
    xdot,
    xi,
)
from gatedmem.theory.derivation import Derivation
from gatedmem.theory.indexed import FlowDerivative, put, vector
from gatedmem.theory.printing import notation

mdot = vector("mdot", K)
notation("mdot", r"\dot m")
notation("fdot", r"\dot f")


def ag20() -> Derivation:
    """ṁ_μ for any gains and for uniform ones [30], and ḟ_μ = (m_μ/N) ṁ_μ.

    >>> ag20().conclusions[-1].right
    m[mu]*mdot[mu]/N
    """
    d = Derivation("AG20", "Overlap dynamics")
    introduce(d, "m", "f", "xdot")
    moving = [(x[i], xdot[i])]
    d.define(mdot[mu], over_neurons(lambda i: xi[mu, i] * phi_prime(x[i]) * xdot[i]), "rate of an overlap")
    d.start(FlowDerivative(m[mu], *moving), "an overlap along a solution")
    d.equal(mdot[mu], "chain rule")
    d.conclude()
    leak = -over_neurons(lambda i: xi[mu, i] * phi_prime(x[i]) * x[i])

    def mixed(weight: Any) -> Any:
        return over_patterns(
            lambda nu: weight(nu) * m[nu] * over_neurons(lambda i: xi[mu, i] * phi_prime(x[i]) * xi[nu, i]), mu
        )

    d.start(tau_x * mdot[mu], "with the neurons' equation")
    d.equal(leak + K / N * mixed(lambda nu: p[nu]), r"$W(p)\varphi = \frac KN \sum_\nu p_\nu m_\nu \xi_\nu$")
    general = d.conclude(text="for any gains")
    d.start(put(general.right, {p[mu]: 1 / K}), "at uniform gains")
    d.equal(leak + mixed(lambda nu: 1) / N, r"$p = 1/K$")
    d.conclude(text="equation [30]")
    d.start(FlowDerivative(f[mu], *moving), "a score along a solution")
    d.equal(m[mu] * mdot[mu] / N, r"$f_\mu = m_\mu^2/(2N)$")
    d.conclude()
    return d
