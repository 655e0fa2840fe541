"""The Jacobian at interior equilibria is minus the Hessian of the energy, seen through the metric (AG23).

Not in the paper (arXiv 2604.25481).
"""

from __future__ import annotations

from gatedmem.theory.astrocyte.model import (
    K,
    L,
    N,
    T,
    W,
    drive,
    f,
    fitness,
    i,
    introduce,
    k,
    m,
    mean_fitness,
    mu,
    nu,
    p,
    pdot,
    phi_prime,
    phi_second,
    simplex,
    tau_p,
    tau_x,
    x,
    xdot,
    xi,
)
from gatedmem.theory.derivation import Combination, Derivation
from gatedmem.theory.indexed import Partial, delta, eq, real, total, vector

w, ww = vector("w", K), vector("w_2", K)
c = real("c")


def ag23() -> Derivation:
    """On R^N × T, at an interior equilibrium, M J = -Hess L with M = τ_xH ⊕ Kτ_pG: a real spectrum, signs by L.

    >>> d = ag23()
    >>> d.conclusions[d.position("gains and gains, on the tangent")].right
    -K*T*w[nu]/p[nu]
    """
    d = Derivation("AG23", "The spectrum at interior equilibria")
    introduce(d, "m", "L", "xdot", "pdot")
    simplex(d)
    state = d.assume(eq(x[i], drive(i, W=W)), "the neurons rest (AG11)", rewrite=False)
    level = d.assume(eq(fitness(mu, f), c), "the gains rest: all fitnesses are equal (AG11)", rewrite=False)
    d.assume(eq(total(w[mu], mu), 0), "w is tangent to the simplex")
    d.assume(eq(total(ww[mu], mu), 0), "so is a second vector")
    d.say(r"Let $M = \tau_x H \oplus K\tau_p G$, positive definite, and let $J$ be the Jacobian. Block by block:")

    d.start(Partial(Partial(L, x[i]), x[k]), "Hessian, neurons and neurons")
    d.equal(
        phi_second(x[i]) * (x[i] - drive(i, W=W)) * delta(i, k)
        + phi_prime(x[i]) * (delta(i, k) - W[i, k] * phi_prime(x[k])),
        "differentiate AG5 again",
    )
    hessian = d.equal(
        phi_prime(x[i]) * (delta(i, k) - W[i, k] * phi_prime(x[k])),
        "the neurons rest",
        using=[Combination(phi_second(x[i]) * delta(i, k), state)],
    )
    d.conclude()
    d.start(tau_x * phi_prime(x[i]) * Partial(xdot[i], x[k]), "M J, neurons and neurons")
    d.equal(-hessian, "differentiate the flow")
    d.conclude(text="neurons and neurons")

    d.start(Partial(Partial(L, x[i]), p[mu]), "Hessian, neurons and gains")
    mixed = d.equal(-K / N * phi_prime(x[i]) * xi[mu, i] * m[mu], "differentiate")
    d.conclude()
    d.start(tau_x * phi_prime(x[i]) * Partial(xdot[i], p[mu]), "M J, neurons and gains")
    d.equal(-mixed, "differentiate the flow")
    d.conclude(text="neurons and gains")
    d.start(
        total(ww[mu] * K * tau_p / p[mu] * Partial(pdot[mu], x[i]), mu),
        "M J, gains and neurons, against a tangent vector",
    )
    d.equal(-total(ww[mu] * mixed, mu), r"what is the same for all $\mu$ drops out")
    d.conclude(text="gains and neurons, on the tangent")

    d.start(total(Partial(Partial(L, p[nu]), p[mu]) * w[mu], mu), "Hessian, gains and gains, along a tangent vector")
    d.equal(K * T * w[nu] / p[nu], "differentiate")
    d.conclude()
    d.start(K * tau_p / p[nu] * total(Partial(pdot[nu], p[mu]) * w[mu], mu), "M J, gains and gains")
    d.equal(
        K / p[nu] * (w[nu] * (fitness(nu, f) - mean_fitness(f, p, nu)) - T * w[nu])
        - K * total((fitness(mu, f) - T) * w[mu], mu),
        "differentiate the flow",
    )
    d.equal(
        -K * T * w[nu] / p[nu],
        "all fitnesses are equal",
        using=[Combination(K * w[nu] / p[nu] * (delta(mu, nu) - p[mu]) - K * w[mu], level, over=(mu,))],
    )
    d.conclude(text="gains and gains, on the tangent")
    d.say(
        r"So $MJ = -\mathrm{Hess}\,L$ on $\mathbb R^N \times T$: $J = -M^{-1}\mathrm{Hess}$ is similar to the "
        r"symmetric "
        r"$-M^{-1/2}\,\mathrm{Hess}\,M^{-1/2}$. Its spectrum is real, and its signs are those of "
        r"$-\mathrm{Hess}$:"
    )
    d.cite(
        "Sylvester's law of inertia",
        r"$M^{-1/2}\,\mathrm{Hess}\,M^{-1/2}$ has as many positive, negative and zero eigenvalues as the Hessian: "
        r"the "
        "equilibrium is linearly stable iff the Hessian of L is positive definite on the tangent space, and the "
        "number "
        "of unstable directions is its negative index.",
    )
    return d
