"""The uniform state (0, 1/K): its linearisation, its stability, and what decides at the threshold (AG21).

Not in the paper (arXiv 2604.25481), which works with W_H = W(1/K) only in the frozen limit.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, Integer, Rational, exp, log

from gatedmem.theory.astrocyte.model import (
    Family,
    K,
    N,
    T,
    fitness,
    gate,
    i,
    j,
    k,
    kappa,
    l,
    mean_fitness,
    mu,
    nu,
    over_neurons,
    over_patterns,
    overlap,
    p,
    phi,
    phi_prime,
    phi_prime_value,
    phi_value,
    scores,
    sigma,
    tau_p,
    tau_x,
    velocity_p,
    velocity_x,
    weight,
    x,
    xi,
)
from gatedmem.theory.derivation import Combination, Derivation
from gatedmem.theory.indexed import Partial, delta, eq, gt, lt, matrix, put, real, vector
from gatedmem.theory.printing import latex

w = vector("w", K)
v = vector("v", N)
z, s, a, lam = real("z s a lambda")
epsilon, entry = real("epsilon c")
b = vector("b", N)
q = vector("q", K)
hebb = matrix("W_H", N, N)


def ag21() -> Derivation:
    """(0, 1/K) is an equilibrium, linearly stable iff σλ_max(W_H) < 1; at σλ = 1 the quartic terms decide.

    >>> d = ag21()
    >>> d.conclusions[d.position("the threshold temperature in a direction of V")].right.op
    '>'
    """
    d = Derivation("AG21", "The uniform state")
    d.define(hebb[i, j], put(weight(i, j), {p[mu]: 1 / K}), "Hebbian weights, W at uniform gains", "[1, 2]")
    rest(d)
    linearise(d)
    spectrum(d)
    top_eigenvalue(d)
    threshold(d)
    return d


def here(expression: Expr) -> Expr:
    """The expression at x = 0, p = 1/K, with the activation written out.

    >>> here(phi(x[i]) + p[mu])
    1/K
    """
    at = put(expression, {x[i]: Integer(0), p[mu]: 1 / K})
    return at.replace(phi, phi_value).replace(phi_prime, phi_prime_value)


def rest(d: Derivation) -> None:
    """Derive that both velocities vanish at (0, 1/K)."""
    d.start(here(velocity_x(k)), r"the neurons at $(0, 1/K)$")
    d.equal(0, r"$\varphi(0) = 0$")
    d.conclude()
    d.start(here(velocity_p(mu)), "the gains there")
    d.equal(0, "all fitnesses are equal")
    d.conclude(text="(0, 1/K) is an equilibrium")


def linearise(d: Derivation) -> None:
    """Derive the Jacobian there: (-I + σW_H)/τ_x on the neurons, -T/τ_p on the tangent of the gains."""
    d.start(Partial(velocity_x(k), x[l]), "neurons by neurons")
    slope = d.equal((-delta(k, l) + weight(k, l) * phi_prime(x[l])) / tau_x, "differentiate")
    d.conclude()
    d.start(here(slope), r"at $(0, 1/K)$")
    d.equal((-delta(k, l) + sigma * hebb[k, l]) / tau_x, r"$\varphi'(0) = \sigma$")
    d.conclude()
    d.start(Partial(velocity_x(k), p[nu]), "neurons by gains")
    slope = d.equal(K * xi[nu, k] * overlap(nu) / (N * tau_x), "differentiate")
    d.conclude()
    d.claim(eq(here(slope), 0), "no overlap at x = 0")
    d.start(Partial(velocity_p(mu), x[k]), "gains by neurons")
    mean = over_patterns(lambda nu: p[nu] * overlap(nu) * xi[nu, k], mu)
    slope = d.equal(p[mu] * (overlap(mu) * xi[mu, k] - mean) * phi_prime(x[k]) / (N * tau_p), "differentiate")
    d.conclude()
    d.claim(eq(here(slope), 0), "no overlap at x = 0")

    d.start(over_patterns(lambda nu: Partial(velocity_p(mu), p[nu]) * w[nu], mu), "gains by gains, along w")
    f = scores(x)
    slope = d.equal(
        (
            w[mu] * (fitness(mu, f) - mean_fitness(f, p, mu))
            - T * w[mu]
            - p[mu] * over_patterns(lambda nu: (fitness(nu, f) - T) * w[nu], mu)
        )
        / tau_p,
        "differentiate",
    )
    d.conclude()
    d.assume(eq(over_patterns(lambda mu: w[mu]), 0), "w is tangent to the simplex")
    d.start(here(slope), r"at $(0, 1/K)$, on the tangent")
    d.equal(-T / tau_p * w[mu], r"equal fitnesses, $\sum w = 0$")
    d.conclude(text="the gains relax at rate T/τ_p")


def spectrum(d: Derivation) -> None:
    """Derive the eigenvalue (σλ - 1)/τ_x along an eigenvector of W_H, and when it is negative."""
    eigen = d.assume(
        eq(over_neurons(lambda j: hebb[k, j] * v[j], k), lam * v[k]), r"$W_H v = \lambda v$", rewrite=False
    )
    d.start(over_neurons(lambda j: (-delta(k, j) + sigma * hebb[k, j]) / tau_x * v[j], k), "the neurons' block on v")
    d.equal((sigma * lam - 1) / tau_x * v[k], "an eigenvector", using=[Combination(sigma / tau_x, eigen)])
    d.conclude(text="its eigenvalue")
    d.given(lt((sigma * lam - 1) / tau_x, 0), "it is negative")
    d.iff(lt(sigma * lam, 1), r"multiply by $\tau_x$", scale=1 / tau_x)
    d.conclude(text=r"W_H is symmetric: stable iff this holds for its largest eigenvalue")


def top_eigenvalue(d: Derivation) -> None:
    """Derive that the Rayleigh quotient of W_H at a pattern is at least 1."""
    sign = d.assume(eq(xi[mu, i] ** 2, 1), "patterns are signs", rewrite=False)

    def meet(a: Any, b: Any) -> Any:
        return over_neurons(lambda i: xi[a, i] * xi[b, i])

    d.start(meet(kappa, kappa), "the square of a pattern")
    d.equal(N, "N signs", using=[Combination(delta(mu, kappa), sign, over=(mu, i))])
    length = d.conclude()
    d.start(
        over_neurons(lambda i: over_neurons(lambda j: xi[kappa, i] * hebb[i, j] * xi[kappa, j], i)) / N,
        r"Rayleigh quotient of $W_H$ at a pattern",
    )
    others = over_patterns(lambda mu: ((1 - delta(mu, kappa)) * meet(mu, kappa)) ** 2, kappa) / N**2
    d.equal(meet(kappa, kappa) ** 2 / N**2 + others, "the pattern itself and the others")
    d.equal(
        1 + others,
        r"$\langle\xi_\kappa,\xi_\kappa\rangle = N$",
        using=[Combination((meet(kappa, kappa) + N) / N**2, length)],
    )
    d.at_least(1, "squares", slack=others)
    d.conclude(text=r"$\lambda_{\max}(W_H) \ge 1$ always")


def threshold(d: Derivation) -> None:
    """Derive the quartic form of the energy on the critical space and the temperature where it changes sign."""
    d.say(
        r"**At $\sigma\lambda = 1$.** Minimise L over the gains (SM2): what is left, in the activations $z = "
        r"\varphi(x)$, is "
        r"$-KT\log\bigl(\tfrac1K\sum_\mu e^{m_\mu^2/(2NT)}\bigr) + \sum_i \Lambda^*(z_i)$ up to a constant, with "
        r"$m = \Xi^\top z$ and $\Lambda^*$ the Legendre transform of $\Lambda$. Expand it along $\epsilon z$, "
        r"$z$ in the top eigenspace $V$ of $W_H$; put $s = \epsilon^2$, $q_\mu = m_\mu^2/(2N)$."
    )
    by_second, by_fourth = legendre(d)
    log_mean = -K * T * log(over_patterns(lambda mu: exp(s * q[mu] / T)) / K)
    weighted = Family(lambda mu: gate(mu, Family(lambda nu: s * q[nu] / T)))
    mean = over_patterns(lambda mu: weighted[mu] * q[mu])
    d.start(Partial(log_mean, s), "first derivative of the gains' part")
    d.equal(-K * mean, "a softmax mean")
    d.conclude()
    d.start(Partial(-K * mean, s), "second derivative")
    second = d.equal(-K / T * (over_patterns(lambda mu: weighted[mu] * q[mu] ** 2) - mean**2), "a softmax variance")
    d.conclude()
    sum_q, sum_q2 = over_patterns(lambda mu: q[mu]), over_patterns(lambda mu: q[mu] ** 2)
    d.claim(eq(put(-K * mean, {s: Integer(0)}), -sum_q), "the first at s = 0")
    d.start(put(second, {s: Integer(0)}), "the second at s = 0")
    half_quartic = d.equal(-(sum_q2 - sum_q**2 / K) / T, "uniform weights")
    d.conclude()

    m = Family(lambda mu: over_neurons(lambda i: xi[mu, i] * b[i]))
    to_overlaps = {q[mu]: m[mu] ** 2 / (2 * N)}
    rising_square = over_neurons(lambda i: put(by_second, {entry: b[i]}))
    rising_fourth = over_neurons(lambda i: put(by_fourth, {entry: b[i]}))
    fourths = over_neurons(lambda i: b[i] ** 4)
    critical = d.assume(
        eq(over_neurons(lambda j: hebb[k, j] * b[j], k), b[k] / sigma),
        r"the direction, here $b$, lies in $V$, and $\lambda = 1/\sigma$",
        rewrite=False,
    )
    d.start(put(-sum_q, to_overlaps) + rising_square / 2, r"coefficient of $\epsilon^2$")
    d.equal(0, r"$\sum m^2 = N b^\top W_H b$", using=[Combination(-b[k] / 2, critical, over=(k,))])
    d.conclude(text="the quadratic part vanishes on V")
    spread = over_patterns(lambda mu: m[mu] ** 4) - over_patterns(lambda mu: m[mu] ** 2) ** 2 / K
    quartic = put(half_quartic, to_overlaps) / 2 + rising_fourth / 24
    d.start(quartic, r"coefficient of $\epsilon^4$: half a second and a twenty-fourth of a fourth derivative")
    d.equal(fourths / (12 * sigma) - spread / (8 * N**2 * T), r"$q = m^2/(2N)$")
    d.conclude()
    d.assume(gt(fourths, 0), "the direction is not zero")
    d.given(gt(quartic, 0), "the energy rises along the direction")
    d.iff(gt(T, 3 * spread * sigma / (2 * N**2 * fourths)), r"solve for T", scale=fourths / (12 * sigma * T))
    d.conclude(text="the threshold temperature in a direction of V")
    d.say(
        r"With $\lambda = 1/\sigma$ the bound is $3[\sum m^4 - (\sum m^2)^2/K]/(2N^2\lambda\sum b^4)$. Above its "
        r"maximum "
        r"over $V$ the quartic form is positive on $V$; there is no cubic term and the other directions have a "
        r"positive "
        r"second derivative, so $(0, 1/K)$ is a strict minimum of an energy that falls: stable. Below it some "
        r"direction "
        r"lowers the energy: unstable."
    )
    example(d)


def legendre(d: Derivation) -> tuple[Expr, Expr]:
    """Derive the second and the fourth derivative of Λ*(εc) at ε = 0, from Λ*'(z) = artanh(z)/σ."""
    inverse = log((1 + z) / (1 - z)) / (2 * sigma)
    transform = z * inverse + (log(1 - z) + log(1 + z)) / (2 * sigma)
    d.assume(lt(z, 1), "an activation")
    d.assume(gt(z, -1), "an activation")
    growth = exp(sigma * a)
    both = growth + 1 / growth
    value = (growth - 1 / growth) / both
    d.claim(eq(1 + value, 2 * growth / both), r"$z = \tanh(\sigma a)$ by exponentials")
    d.claim(eq(1 - value, 2 / growth / both), r"$z = \tanh(\sigma a)$ by exponentials")
    d.start(log((2 * growth / both) / (2 / growth / both)) / (2 * sigma), "the inverse of the activation")
    d.equal(a, r"$(1+z)/(1-z) = e^{2\sigma a}$")
    d.conclude()
    d.start(
        Partial(transform, z),
        r"the Legendre transform $\Lambda^*(z) = az - \Lambda(a)$, $\Lambda = -\tfrac1{2\sigma}\log(1-z^2)$",
    )
    d.equal(inverse, "its slope is the state")
    d.conclude()
    d.start(Partial(inverse, z), "second derivative")
    second = d.equal(1 / (sigma * (1 - z) * (1 + z)), "differentiate")
    d.conclude()
    d.start(Partial(second, z), "third derivative")
    third = d.equal(2 * z / (sigma * (1 - z) ** 2 * (1 + z) ** 2), "differentiate")
    d.conclude()
    d.start(Partial(third, z), "fourth derivative")
    fourth = d.equal(2 * (1 + 3 * z**2) / (sigma * (1 - z) ** 3 * (1 + z) ** 3), "differentiate")
    d.conclude()
    d.say(r"So along $z = \epsilon c$, where $c$ is the direction's entry at a neuron:")
    d.assume(lt(epsilon * entry, 1), r"$\epsilon c$ is an activation")
    d.assume(gt(epsilon * entry, -1), r"$\epsilon c$ is an activation")
    slope = put(transform, {z: epsilon * entry})
    at_zero = []
    for order, derivative in enumerate((inverse, second, third, fourth), 1):
        d.start(Partial(slope, epsilon), f"derivative {order} along the direction")
        slope = d.equal(entry**order * put(derivative, {z: epsilon * entry}), "a factor $c$ each time")
        d.conclude()
        at_zero.append(put(slope, {epsilon: Integer(0)}))
    values = ", ".join(f"${latex(value)}$" for value in at_zero)
    d.say(rf"At $\epsilon = 0$ these are {values}.")
    return at_zero[1], at_zero[3]


def example(d: Derivation) -> None:
    """Derive T_c = 3/2 for the two orthogonal patterns on two neurons."""
    e, g = real("e g")
    d.say(r"**Example.** $N = K = 2$, patterns $(1, 1)$ and $(1, -1)$: $W_H = I$, $\lambda = 1$, $V = \mathbb R^2$.")
    first, second = e + g, e - g
    spread = first**4 + second**4 - (first**2 + second**2) ** 2 / 2
    d.assume(gt(e**4 + g**4, 0), "a direction")
    d.start(3 * spread / (2 * 2**2 * (e**4 + g**4)), "its threshold")
    d.equal(3 * e**2 * g**2 / (e**4 + g**4), "expand")
    d.at_most(Rational(3, 2), "a square", slack=Rational(3, 2) * (e**2 - g**2) ** 2 / (e**4 + g**4))
    d.conclude(text=r"$T_c = 3/2$, attained at $e^2 = g^2$")
