"""Updates that never raise the energy, and one-step retrieval (AG25, AG29, AG31).

Not in the paper (arXiv 2604.25481), whose integrator is explicit Euler.
"""

from __future__ import annotations

from typing import Any

from sympy import Add, exp, log, symbols

from gatedmem.theory.astrocyte.model import (
    Family,
    K,
    Lagrangian,
    N,
    T,
    Vector,
    divergence,
    drive,
    energy,
    f,
    gate,
    i,
    introduce,
    m,
    mu,
    nu,
    over_neurons,
    over_patterns,
    p,
    phi,
    pi,
    score,
    sigma,
    simplex,
    u,
    x,
    xi,
)
from gatedmem.theory.derivation import Combination, Derivation
from gatedmem.theory.indexed import Index, delta, eq, ge, gt, positive, real, total, vector
from gatedmem.theory.printing import notation
from gatedmem.theory.softmax.inequalities import logarithm_below_line
from gatedmem.theory.softmax.inequalities import t as line_point

new_x, new_u = vector("x_new", N), vector("u_new", K)
notation("x_new", r"x^{+}")
notation("u_new", r"u^{+}")
eta, theta = symbols("eta theta", nonnegative=True)
a, b = real("a b")
one = Index("alpha", K, fixed=True)
here = Index("h", N, fixed=True)
top, gap = positive("M g")
sign = real("s")
notation("M", r"|m_{\alpha}|")


def convexity(d: Derivation) -> None:
    """Derive Λ(b) - Λ(a) - φ(a)(b - a) ≥ 0 with Λ and φ by exponentials, from log s ≤ s - 1."""
    up, down = exp(sigma * a), exp(-sigma * a)
    weights = (up / (up + down), down / (up + down))
    mean = weights[0] * exp(sigma * (b - a)) + weights[1] * exp(-sigma * (b - a))
    ratios = (exp(sigma * (b - a)) / mean, exp(-sigma * (b - a)) / mean)
    for ratio in ratios:
        d.use(logarithm_below_line(), {line_point: ratio}, "minimum", r"$\log s \le s - 1$")
    slope = weights[0] - weights[1]
    d.start(
        (log((exp(sigma * b) + exp(-sigma * b)) / 2) - log((up + down) / 2)) / sigma - slope * (b - a),
        r"$\Lambda(b) - \Lambda(a) - \varphi(a)(b - a)$ by exponentials",
    )
    shown = [weight * (ratio - 1 - log(ratio)) / sigma for weight, ratio in zip(weights, ratios, strict=True)]
    d.equal(Add(*shown), "two weights that sum to one")
    d.at_least(0, "both terms", slack=shown)
    d.conclude(text=r"Λ lies above its tangents")


def neuron_gap(y: Vector, x: Vector) -> Any:
    """Σ_i [Λ(y_i) - Λ(x_i) - φ(x_i)(y_i - x_i)], the Bregman divergence of the potentials.

    >>> neuron_gap(new_x, x).limits[0][2]
    N
    """
    return over_neurons(lambda i: Lagrangian(y[i]) - Lagrangian(x[i]) - phi(x[i]) * (y[i] - x[i]))


def neuron_step(d: Derivation) -> None:
    """Derive the drop of L when x⁺ obeys W(p)φ(x) = x⁺ + η(x⁺ - x) at fixed gains, η ≥ 0."""
    for y, z in ((new_x, x), (x, new_x)):
        d.assume(ge(Lagrangian(y[i]) - Lagrangian(z[i]) - phi(z[i]) * (y[i] - z[i]), 0), "Λ is convex, as derived")
    step = d.assume(
        eq(drive(i), new_x[i] + eta * (new_x[i] - x[i])),
        r"the step: $W\varphi = x^{+} + \eta(x^{+} - x)$",
        rewrite=False,
    )
    change = over_patterns(lambda mu: p[mu] * over_neurons(lambda i: xi[mu, i] * (phi(new_x[i]) - phi(x[i]))) ** 2)
    forth, back = neuron_gap(new_x, x), neuron_gap(x, new_x)
    d.start(energy() - energy(new_x), "what a step of the neurons takes off the energy, gains fixed")
    d.equal(
        forth + eta * (forth + back) + K / (2 * N) * change,
        r"in $z = \varphi(x)$ the energy is $\sum\Lambda^*(z) - \tfrac12 z^\top W z$: convex minus convex",
        using=[Combination(phi(new_x[i]) - phi(x[i]), step, over=(i,))],
    )
    d.at_least(0, "three terms, none negative", slack=[forth, eta * (forth + back), K / (2 * N) * change])
    d.conclude(text="the neurons' step never raises L")


def gain_gap(v: Vector, u: Vector) -> Any:
    """KT·KL(softmax(u) ‖ softmax(v)), the Bregman divergence of the log-sum-exp.

    >>> gain_gap(u, u)
    K*T*Sum(0, (mu, 1, K))
    """
    return K * T * divergence(Family(lambda mu: gate(mu, u)), Family(lambda mu: gate(mu, v)))


def not_negative(d: Derivation, v: Vector, u: Vector) -> Any:
    """Make a divergence known to be ≥ 0, by log s ≤ s - 1; return the sum that shows it."""
    ratio = gate(mu, v) / gate(mu, u)
    d.use(logarithm_below_line(), {line_point: ratio}, "minimum", r"$\log s \le s - 1$")
    return K * T * total(gate(mu, u) * (ratio - 1 - log(ratio)), mu)


def ag25() -> Derivation:
    """x ← W(p)φ(x) and p ← softmax(f(x)/T), one after the other, never raise L.

    >>> d = ag25()
    >>> d.conclusions[d.position("the gains' step never raises L")].op
    '≥'
    """
    d = Derivation("AG25", "Step-free retrieval")
    convexity(d)
    neuron_step(d)
    d.say(r"The full step $x \leftarrow W(p)\varphi(x)$ is $\eta = 0$.")
    introduce(d, "pi")
    simplex(d)
    d.start(energy() - energy(p=pi), "what the softmax takes off the energy, neurons fixed")
    d.equal(K * T * divergence(p, pi), "AG4, AG16")
    ratio = pi[mu] / p[mu]
    d.use(logarithm_below_line(), {line_point: ratio}, "minimum", r"$\log s \le s - 1$")
    d.at_least(0, "a divergence (SM2)", slack=K * T * total(p[mu] * (ratio - 1 - log(ratio)), mu))
    d.conclude(text="the gains' step never raises L")
    d.say(
        "L is bounded below (AG9) and the states stay bounded, so the drops tend to zero: at a cluster point both "
        "divergences vanish, which makes it a fixed point of both steps, an equilibrium (AG11)."
    )
    return d


def ag29() -> Derivation:
    """The alternating exponential steps of u and x never raise L, for any step h > 0.

    >>> d = ag29()
    >>> d.conclusions[d.position("the gains' step never raises L")].op
    '≥'
    """
    d = Derivation("AG29", "An integrator that keeps the energy falling")
    d.say(r"With $\theta = e^{-h/\tau_x}$ (for u: $e^{-hT/\tau_p}$) in $(0, 1)$ and $\eta = \theta/(1 - \theta)$:")
    d.assume(gt(1 - theta, 0), "h > 0")
    d.claim(ge(theta / (1 - theta), 0), r"so $\eta \ge 0$, which the steps below rest on")
    target, state = real("G a")
    step = theta * state + (1 - theta) * target
    d.start(step + theta / (1 - theta) * (step - state), r"$x^{+} + \eta(x^{+} - x)$ for the exponential step")
    d.equal(target, "its target")
    d.conclude(text="the step has the form used below")
    convexity(d)
    neuron_step(d)

    forward = d.assume(
        eq(score(mu) / T, new_u[mu] + eta * (new_u[mu] - u[mu])), "the step of the lifted gains", rewrite=False
    )
    forth, back = not_negative(d, new_u, u), not_negative(d, u, new_u)
    before, after = energy(p=Family(lambda mu: gate(mu, u))), energy(p=Family(lambda mu: gate(mu, new_u)))
    d.start(before - after, "what a step of the gains takes off the energy, neurons fixed")
    shift = Family(lambda mu: gate(mu, new_u) - gate(mu, u))
    d.equal(
        gain_gap(new_u, u) + eta * (gain_gap(new_u, u) + gain_gap(u, new_u)),
        "three-point identity of the log-sum-exp",
        using=[Combination(K * T * shift[mu], forward, over=(mu,))],
    )
    d.at_least(0, "divergences (SM2)", slack=[forth, eta * (forth + back)])
    d.conclude(text="the gains' step never raises L")
    return d


def ag31() -> Derivation:
    """One alternation returns the signs of the best pattern if its score leads by more than T log(K - 1).

    >>> d = ag31()
    >>> d.conclusions[d.position("the sign of every neuron is right")].op
    '>'
    """
    d = Derivation("AG31", "One-step retrieval")
    d.say(r"$\alpha$ is the pattern of the largest score, $s$ the sign of its overlap. ($K = 1$ is immediate.)")
    introduce(d, "m", "f", "pi")
    away = 1 - delta(one, nu)
    lead = exp(f[one] / T)
    d.assume(gt(1 - (K - 1) * exp(-gap / T), 0), r"$g > T\log(K-1)$")
    d.assume(
        ge(away * (lead * exp(-gap / T) - exp(f[nu] / T)), 0), r"$f_\alpha - f_\nu \ge g$ for all $\nu \ne \alpha$"
    )
    z = total(exp(f[nu] / T), nu)
    d.start(2 * pi[one] - 1, "the best gain after the softmax")
    d.at_least(
        (1 - (K - 1) * exp(-gap / T)) * lead / z,
        "the others' total",
        slack=total(away * (lead * exp(-gap / T) - exp(f[nu] / T)), nu) / z,
    )
    d.at_least(0, "the gap", slack=(1 - (K - 1) * exp(-gap / T)) * lead / z, strict=True)
    d.conclude(text="is above one half")
    size = d.assume(eq(sign * m[one], top), r"$s\,m_\alpha = |m_\alpha| > 0$", rewrite=False)
    own = d.assume(eq(xi[one, here] ** 2, 1), "patterns are signs", rewrite=False)
    d.assume(
        ge(top + sign * xi[one, here] * xi[nu, here] * m[nu], 0),
        r"$|m_\nu| \le |m_\alpha|$: the same order as the scores",
    )
    d.start(sign * xi[one, here] * drive(here, p=pi), "the new state of a neuron, times the sign it should have")
    others = total(away**2 * pi[nu] * (top + sign * xi[one, here] * xi[nu, here] * m[nu]), nu)
    d.at_least(
        K / N * top * (2 * pi[one] - 1),
        "the others' experts at their worst",
        slack=K / N * others,
        using=[
            Combination(K / N * pi[one] * xi[one, here] ** 2, size),
            Combination(K / N * pi[one] * top, own),
        ],
    )
    d.at_least(0, "both factors are positive", slack=K / N * top * (2 * pi[one] - 1), strict=True)
    d.conclude(text="the sign of every neuron is right")
    return d
