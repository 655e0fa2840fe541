"""The lifted memory: gains as a softmax of leaky variables, and the modular frame it belongs to (AG28).

Not in the paper. With τ_p u̇ = f(x) - Tu and p = softmax(u) the gains follow exactly the s-replicator of
arXiv 2604.25481, equation 6; with y = Tu the system is an instance of the modular energy framework of
arXiv 2107.06446.
"""

from __future__ import annotations

from typing import Any

from gatedmem.theory.astrocyte.model import (
    Family,
    K,
    Lagrangian,
    N,
    T,
    W,
    energy,
    f,
    gate,
    gate_covariance,
    gate_Lagrangian,
    i,
    introduce,
    k,
    kappa,
    m,
    mu,
    over_neurons,
    over_patterns,
    p,
    phi,
    phi_prime,
    replicator,
    tau_p,
    tau_x,
    u,
    udot,
    x,
    xdot,
    xi,
)
from gatedmem.theory.derivation import Combination, Derivation
from gatedmem.theory.indexed import FlowDerivative, Index, Partial, delta, eq, matrix, put, real, size, total, vector

y, g = vector("y", K), vector("g", K)
z = vector("z", N)
v, w = vector("v", N), vector("w", K)
n_ = size("n")
r, s = Index("r", n_), Index("s", n_)
metric, product = matrix("M", n_, n_), matrix("S", n_, n_)
re, im = vector("a", n_), vector("b", n_)
alpha, beta = real("alpha beta")


def ag28() -> Derivation:
    """The lift projects onto the replicator, is modular with energy L, and has a self-adjoint Jacobian everywhere.

    >>> d = ag28()
    >>> d.conclusions[d.position("the lift projects onto the s-replicator")].right == replicator(mu, f)
    True
    """
    d = Derivation("AG28", "The lift of the gains")
    d.define(p[mu], gate(mu), "the gains")
    introduce(d, "m", "udot", "xdot")
    project(d)
    frame(d)
    self_adjoint(d)
    constant_shift(d)
    definite(d)
    real_spectrum(d)
    d.say(
        r"So an eigenvalue is real, unless $a$ and $b$ both lie along $(0, \mathbf 1)$, where it is $-T/\tau_p$, "
        "real as well: the spectrum is real at every point."
    )
    return d


def project(d: Derivation) -> None:
    """Derive that p = softmax(u) moves by the replicator, at the same scores."""
    d.start(over_patterns(lambda mu: p[mu]), "the lifted gains lie on the simplex")
    d.equal(1, "a softmax sums to one")
    d.conclude()
    d.start(FlowDerivative(p[mu], (u[mu], udot[mu])), r"how $p = \mathrm{softmax}(u)$ moves")
    d.equal(
        over_patterns(lambda nu: gate_covariance(mu, nu) * udot[nu], mu),
        r"$\partial p_\mu/\partial u_\nu = p_\mu\delta_{\mu\nu} - p_\mu p_\nu$",
    )
    d.equal(
        p[mu] * (f[mu] - T * u[mu] - over_patterns(lambda nu: p[nu] * (f[nu] - T * u[nu]), mu)) / tau_p,
        r"$\tau_p \dot u = f - Tu$",
    )
    d.equal(replicator(mu, f), r"$u_\mu = \log p_\mu + \log\sum e^u$, and a constant drops out")
    d.conclude(text="the lift projects onto the s-replicator")


def frame(d: Derivation) -> None:
    """Derive the activations, the dynamics and the energy of the modular frame."""
    d.say(
        r"**Modular frame.** Take $y = Tu$, the Lagrangians $\sum_i \Lambda(x_i)$ and $KT \log\sum_\mu e^{y_\mu/T}$, "
        r"and the interaction $-\sum_\mu g_\mu (\sum_i \xi_{\mu i} z_i)^2/(2N)$ of their activations $z$ and $g$."
    )
    tilted = Family(lambda mu: gate(mu, Family(lambda nu: y[nu] / T)))
    activations = Family(lambda mu: K * tilted[mu])
    neuron_Lagrangian, gain_Lagrangian = over_neurons(lambda i: Lagrangian(x[i])), gate_Lagrangian(y)

    d.start(Partial(neuron_Lagrangian, x[k]), "activations are gradients of the Lagrangians")
    d.equal(phi(x[k]), r"$\Lambda' = \varphi$")
    d.conclude()
    d.start(Partial(gain_Lagrangian, y[mu]))
    d.equal(activations[mu], "the softmax, K times")
    d.conclude()

    neuron_layer = over_neurons(lambda i: x[i] * phi(x[i])) - neuron_Lagrangian
    gain_layer = over_patterns(lambda mu: y[mu] * activations[mu]) - gain_Lagrangian
    d.start(Partial(neuron_layer, x[k]), "a layer's energy is a Legendre transform: its slope in the activations is")
    d.equal(over_neurons(lambda i: x[i] * Partial(phi(x[i]), x[k]), k), "the state itself")
    d.conclude()
    d.start(Partial(gain_layer, y[mu]))
    d.equal(over_patterns(lambda nu: y[nu] * Partial(activations[nu], y[mu]), mu), "the state itself")
    d.conclude()

    meeting = -over_patterns(lambda mu: g[mu] * over_neurons(lambda i: xi[mu, i] * z[i]) ** 2 / (2 * N))
    d.start(Partial(meeting, z[k]), "slopes of the interaction")
    slope_z = d.equal(
        -over_patterns(lambda mu: g[mu] * xi[mu, k] * over_neurons(lambda i: xi[mu, i] * z[i], k) / N),
        "differentiate",
    )
    d.conclude()
    d.start(Partial(meeting, g[mu]))
    slope_g = d.equal(-(over_neurons(lambda i: xi[mu, i] * z[i]) ** 2) / (2 * N), "linear in the gains")
    d.conclude()

    here = {z[i]: phi(x[i]), g[mu]: K * p[mu]}
    d.start(-x[k] - put(slope_z, here), "so the frame moves a neuron by")
    d.equal(tau_x * xdot[k], "the model's equation, with its time constant")
    d.conclude()
    d.start(-T * u[mu] - put(slope_g, here), "and a lifted gain by")
    d.equal((tau_p / T) * (T * udot[mu]), r"$\tau_y \dot y$ with $\tau_y = \tau_p/T$ and $y = Tu$")
    d.conclude()
    d.start(neuron_layer + put(gain_layer, {y[mu]: T * u[mu]}) + put(meeting, here), "the energy of the frame")
    d.equal(energy(f=f), r"$Kp\cdot Tu - KT\log\sum e^u = KT\langle p, \log p\rangle$")
    d.conclude(text="the frame's energy is L at $p = \\mathrm{softmax}(u)$")


def self_adjoint(d: Derivation) -> None:
    """Derive that M J is symmetric at every point, block by block, M = τ_x diag φ' ⊕ Kτ_p (diag p - ppᵀ)."""
    d.say(
        r"**Jacobian.** Let $J$ be the Jacobian in $(x, u)$ and "
        r"$M = \tau_x\,\mathrm{diag}\,\varphi' \oplus K\tau_p(\mathrm{diag}\,p - pp^\top)$, at any point whatever."
    )

    def neurons(row: Any, variable: Any) -> Any:
        return tau_x * phi_prime(x[row]) * Partial(xdot[row], variable)

    def gains(row: Any, variable: Any) -> Any:
        rows = over_patterns(lambda nu: gate_covariance(row, nu) * Partial(udot[nu], variable), row, variable)
        return K * tau_p * rows

    d.start(neurons(i, x[k]), r"neurons and neurons: $(MJ)_{ik}$")
    d.equal(phi_prime(x[i]) * phi_prime(x[k]) * W[i, k] - phi_prime(x[i]) * delta(i, k), "differentiate")
    d.equal(neurons(k, x[i]), r"symmetric: $(MJ)_{ki}$")
    d.conclude()
    d.start(neurons(i, u[mu]), r"neurons and gains: $(MJ)_{i\mu}$")
    mean = over_patterns(lambda nu: p[nu] * m[nu] * xi[nu, i], mu)
    d.equal(K * phi_prime(x[i]) * p[mu] * (m[mu] * xi[mu, i] - mean) / N, "differentiate the softmax")
    d.equal(gains(mu, x[i]), r"gains and neurons: $(MJ)_{\mu i}$")
    d.conclude()
    d.start(gains(mu, u[kappa]), r"gains and gains: $(MJ)_{\mu\kappa}$")
    d.equal(
        -K * T * gate_covariance(mu, kappa),
        r"$\partial \dot u_\nu/\partial u_\kappa = -(T/\tau_p)\delta_{\nu\kappa}$",
    )
    d.equal(gains(kappa, u[mu]), r"symmetric: $(MJ)_{\kappa\mu}$")
    d.conclude(text="M J is symmetric at every point")


def constant_shift(d: Derivation) -> None:
    """Derive that (0, 1) spans what M does not see and is an eigenvector of J with eigenvalue -T/τ_p."""
    d.say(r"**The direction** $(0, \mathbf 1)$ shifts all $u$ together and moves no gain.")
    d.start(over_patterns(lambda nu: gate_covariance(mu, nu), mu), r"$M(0, \mathbf 1)$")
    d.equal(0, r"$p_\mu - p_\mu \sum p = 0$")
    d.conclude()
    d.start(over_patterns(lambda mu: Partial(xdot[i], u[mu])), r"$J(0, \mathbf 1)$ on the neurons")
    d.equal(0, "the gains are unchanged")
    d.conclude()
    d.start(over_patterns(lambda nu: Partial(udot[mu], u[nu]), mu), r"$J(0, \mathbf 1)$ on the lifted gains")
    d.equal(-T / tau_p, "only the leak is left")
    d.conclude(text="eigenvalue of the shift")


def definite(d: Derivation) -> None:
    """Derive that M is positive semidefinite and degenerate on (0, 1) only."""
    mean = over_patterns(lambda nu: p[nu] * w[nu], mu)
    form = tau_x * over_neurons(lambda i: phi_prime(x[i]) * v[i] ** 2) + K * tau_p * over_patterns(
        lambda mu: over_patterns(lambda nu: w[mu] * gate_covariance(mu, nu) * w[nu], mu)
    )
    by_neurons = tau_x * over_neurons(lambda i: phi_prime(x[i]) * v[i] ** 2)
    by_gains = K * tau_p * over_patterns(lambda mu: p[mu] * (w[mu] - mean) ** 2)
    d.start(form, r"$M$ as a quadratic form in $(v, w)$")
    d.equal(by_neurons + by_gains, r"a variance: $\sum p\,(w - \langle p, w\rangle)^2$")
    d.at_least(0, r"$\varphi' > 0$, $p > 0$", slack=by_neurons + by_gains)
    d.conclude()
    for term, weighted, rest in (
        (v[i], tau_x * phi_prime(x[i]), by_gains),
        (w[mu] - mean, K * tau_p * p[mu], by_neurons),
    ):
        d.given(eq(form, 0), "where it vanishes")
        over = (i,) if rest is by_gains else (mu,)
        d.iff_each(eq(term**2, 0), "non-negative terms", weight=weighted, over=over, rest=rest)
        d.iff(eq(term, 0), "a square vanishes with its base", root=2)
        d.conclude()
    d.say(r"So $v = 0$ and $w$ is constant: $M$ is positive definite on the quotient by $(0, \mathbf 1)$.")


def real_spectrum(d: Derivation) -> None:
    """Derive, for any symmetric M and S = MJ, that an eigenvalue α + iβ of J has β (aᵀMa + bᵀMb) = 0."""
    d.say(
        r"**Real spectrum.** Let $J(a + \mathrm i b) = (\alpha + \mathrm i\beta)(a + \mathrm i b)$ and $S = MJ$, "
        r"with $M$ and $S$ symmetric."
    )
    d.symmetric(metric)
    d.symmetric(product)
    first = d.assume(
        eq(total(product[r, s] * re[s], s), total(metric[r, s] * (alpha * re[s] - beta * im[s]), s)),
        "real part",
        rewrite=False,
    )
    second = d.assume(
        eq(total(product[r, s] * im[s], s), total(metric[r, s] * (beta * re[s] + alpha * im[s]), s)),
        "imaginary part",
        rewrite=False,
    )
    d.start(beta * total(metric[r, s] * (re[r] * re[s] + im[r] * im[s]), r, s), r"$\beta(a^\top M a + b^\top M b)$")
    d.equal(
        0,
        r"$b^\top S a = a^\top S b$",
        using=[Combination(im[r], first, over=(r,)), Combination(-re[r], second, over=(r,))],
    )
    d.conclude(text="either beta vanishes, or a and b lie where M does")
