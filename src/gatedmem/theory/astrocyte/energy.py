"""The energy of the astrocyte-gated memory: its two forms, its differential, its descent (AG4, AG5, AG8).

arXiv 2604.25481, equations 9, 26, 27 and the text between them. Everything is symbolic in N and K.
"""

from __future__ import annotations

from sympy import cosh, exp, log, sinh, tanh

from gatedmem.theory.astrocyte.model import (
    L_KL,
    Family,
    K,
    L,
    Lagrangian_value,
    N,
    T,
    W,
    Z,
    divergence,
    drive,
    f,
    fitness,
    gain_dissipation,
    gain_energy,
    i,
    introduce,
    k,
    mean_fitness,
    mu,
    neuron_dissipation,
    neuron_energy,
    nu,
    over_neurons,
    over_patterns,
    overlap,
    p,
    pdot,
    phi_prime,
    phi_prime_value,
    phi_second_value,
    phi_value,
    pi,
    projection,
    sigma,
    simplex,
    tau_p,
    tau_x,
    x,
    xdot,
    xi,
)
from gatedmem.theory.derivation import Derivation
from gatedmem.theory.indexed import FlowDerivative, Partial, eq, gt, le, positive, real
from gatedmem.theory.printing import notation

_COSH, _SINH = positive("cosh_a"), real("sinh_a")
notation("cosh_a", r"\cosh(\sigma a)")
notation("sinh_a", r"\sinh(\sigma a)")


def ag4() -> Derivation:
    """The printed and the expanded energy agree on the simplex [9]; off it they differ by KT log Z (Σp - 1).

    >>> [conclusion.op for conclusion in ag4().conclusions]
    ['=', '=', '=', '=', '=', '=']
    """
    d = Derivation("AG4", "Two forms of the energy")
    introduce(d, "Z", "pi", "L", "L_KL")
    mass = over_patterns(lambda mu: p[mu])

    d.start(K * T * divergence(p, pi), "divergence of the gains from the softmax of the scores")
    d.equal(
        K * T * over_patterns(lambda mu: p[mu] * (log(p[mu]) - f[mu] / T + log(Z))),
        r"$\log \pi_\mu = f_\mu/T - \log Z$",
    )
    d.equal(gain_energy(f) + K * T * log(Z) * mass, "collect")
    d.conclude()

    d.start(L_KL - L, "the printed form minus the expanded form")
    d.equal(K * T * log(Z) * mass - K * T * log(Z), "the neurons' part is the same in both")
    gap = d.equal(K * T * log(Z) * (mass - 1), "factor")
    d.conclude(text="off the simplex they differ by a multiple of its constraint")

    simplex(d)
    d.start(L_KL)
    d.equal(L, r"$\sum p = 1$")
    d.conclude(text="on the simplex they agree")

    d.start(Partial(gap, x[k]), "their difference has no differential in the neurons")
    d.equal(0, r"it keeps the factor $\sum p - 1$")
    d.conclude()
    d.start(Partial(gap, p[nu]), "in the gains it adds the same to every component")
    constant = d.equal(K * T * log(Z), "differentiate")
    d.conclude()
    d.start(
        projection(mu, Family(lambda mu: p[mu] * constant)),
        r"raise its index with $G^{-1} = \mathrm{diag}\,p$ and project",
    )
    d.equal(0, r"$\Pi p = p - p \sum p = 0$")
    d.conclude(text="which the projection kills")
    return d


def activation(d: Derivation) -> None:
    """Derive φ' = σ sech², φ'' and Λ' = φ from tanh and cosh, written by exponentials; φ' > 0 and φ² < 1.

    These are the derivatives and the sign that ``model`` declares for the opaque functions of the sums.
    """
    a = real("a")
    d.define(_COSH, (exp(sigma * a) + exp(-sigma * a)) / 2, "by exponentials")
    d.define(_SINH, (exp(sigma * a) - exp(-sigma * a)) / 2)

    def value(function: object) -> object:
        written = function(a)  # type: ignore[operator]
        return written.subs({tanh(sigma * a): _SINH / _COSH, cosh(sigma * a): _COSH, sinh(sigma * a): _SINH})

    d.start(Partial(value(phi_value), a), r"$\varphi = \tanh(\sigma a) = \sinh(\sigma a)/\cosh(\sigma a)$")
    d.equal(sigma * (_COSH**2 - _SINH**2) / _COSH**2, "quotient rule")
    d.equal(value(phi_prime_value), r"$\cosh^2 - \sinh^2 = 1$: $\varphi' = \sigma\,\mathrm{sech}^2(\sigma a)$")
    d.conclude(text=r"the slope of the activation, with its factor $\sigma$")
    d.start(Partial(value(phi_prime_value), a))
    d.equal(value(phi_second_value), "chain rule")
    d.conclude(text=r"its curvature $\varphi''$")
    d.start(Partial(value(Lagrangian_value), a), r"$\Lambda = \tfrac1\sigma \log\cosh(\sigma a)$")
    d.equal(value(phi_value), "chain rule")
    d.conclude(text=r"$\Lambda' = \varphi$")
    d.claim(gt(value(phi_prime_value), 0), r"$\varphi' > 0$: a quotient of positive numbers")


def ag5() -> Derivation:
    """The differential of the energy [26, 27], from φ' = σ sech² and Λ' = φ on.

    >>> ag5().conclusions[-1].right == K * (T * log(p[nu]) + T - f[nu])
    True
    """
    d = Derivation("AG5", "The differential of the energy")
    activation(d)
    introduce(d, "W", "L")
    differential_x(d)
    differential_p(d)
    return d


def differential_x(d: Derivation) -> None:
    """Derive ∂L/∂x_k = φ'(x_k)(x_k - (Wφ)_k) [26]."""
    d.start(Partial(L, x[k]), "a neuron's component")
    d.equal(
        Partial(neuron_energy(), x[k]) - K * over_patterns(lambda mu: p[mu] * Partial(f[mu], x[k])),
        "the scores depend on the neurons, the entropy does not",
    )
    d.equal(
        phi_prime(x[k]) * x[k] - K * over_patterns(lambda mu: p[mu] * overlap(mu) * xi[mu, k]) * phi_prime(x[k]) / N,
        r"$\Lambda' = \varphi$, and $\partial_k f_\mu = m_\mu\,\xi_{\mu k}\,\varphi'(x_k)/N$",
    )
    d.equal(phi_prime(x[k]) * (x[k] - drive(k, W=W)), r"collect $W(p)\varphi(x)$")
    d.conclude(text=r"$\partial_x L = \mathrm{diag}(\varphi')\,(x - W\varphi)$")


def differential_p(d: Derivation) -> None:
    """Derive ∂L/∂p_ν = K(T log p_ν + T - f_ν) [27]."""
    d.start(Partial(L, p[nu]), "a gain's component")
    d.equal(
        -K * f[nu] + K * T * Partial(over_patterns(lambda mu: p[mu] * log(p[mu])), p[nu]),
        "linear part and entropy",
    )
    d.equal(K * (T * log(p[nu]) + T - f[nu]), r"$(p \log p)' = \log p + 1$")
    d.conclude(text=r"$\partial_p L = K(T\log p + T - f)$")


def ag8() -> Derivation:
    """Along solutions dL/dt = -τ_xΣφ'ẋ² - Kτ_pΣṗ²/p ≤ 0, with equality iff both velocities vanish.

    >>> [str(conclusion.op) for conclusion in ag8().conclusions[:2]]
    ['=', '≤']
    """
    d = Derivation("AG8", "The energy falls along solutions")
    introduce(d, "L", "xdot", "pdot")
    simplex(d)
    rate = FlowDerivative(L, (x[i], xdot[i]), (p[mu], pdot[mu]))
    by_neurons, by_gains = neuron_dissipation(x, xdot), gain_dissipation(p, pdot)
    lost = by_neurons + by_gains

    d.start(rate, "along a solution on the simplex")
    d.equal(
        over_neurons(lambda i: Partial(L, x[i]) * xdot[i]) + over_patterns(lambda mu: Partial(L, p[mu]) * pdot[mu]),
        "chain rule",
    )
    d.equal(
        over_neurons(lambda i: phi_prime(x[i]) * (x[i] - drive(i, W=W)) * xdot[i])
        + K * over_patterns(lambda mu: (T * log(p[mu]) + T - f[mu]) * pdot[mu]),
        "the differential of the energy (AG5)",
    )
    d.equal(
        -tau_x * over_neurons(lambda i: phi_prime(x[i]) * xdot[i] ** 2)
        - K * over_patterns(lambda mu: (fitness(mu, f) - mean_fitness(f, p, mu)) * pdot[mu]),
        r"$x - W\varphi = -\tau_x \dot x$; what is equal for all $\mu$ drops out, for $\sum \dot p = 0$",
    )
    d.equal(-lost, r"$F_\mu - \langle p, F\rangle = \tau_p\,\dot p_\mu/p_\mu$")
    d.conclude(text="the exact rate")
    d.start(rate)
    d.equal(-lost, "the exact rate")
    d.at_most(0, r"$\varphi' > 0$ and $p > 0$", slack=lost)
    d.conclude(le(rate, 0), "the energy never rises")

    d.say(
        "The rate is the sum of a part of the neurons and a part of the gains. It vanishes iff both do, and each of "
        "them vanishes iff all its velocities do: equality holds exactly at the equilibria."
    )
    for part, rest in ((by_neurons, by_gains), (by_gains, by_neurons)):
        d.given(eq(rate, 0))
        d.iff(eq(part + rest, 0), "the exact rate", scale=-1)
        d.iff_each(eq(part, 0), "neither part is negative", weight=1, over=(), rest=rest)
        d.conclude(text="if the energy rests, the part vanishes; the exact rate gives the converse for both parts")
    for part, term, weight in (
        (by_neurons, xdot[i], tau_x * phi_prime(x[i])),
        (by_gains, pdot[mu], K * tau_p / p[mu]),
    ):
        d.given(eq(part, 0))
        d.iff_each(eq(term**2, 0), "non-negative terms", weight=weight, over=term.indices)
        d.iff(eq(term, 0), "a square vanishes with its base", root=2)
        d.conclude()
    return d
