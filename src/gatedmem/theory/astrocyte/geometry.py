"""The geometry behind the flow: the tangent projection of the simplex and the natural gradient (AG6, AG7).

arXiv 2604.25481, equations 15-19. The printed multiplier of the projection has the wrong sign; AG6 derives the
right one and shows beside it what the printed one would do.
"""

from __future__ import annotations

from sympy import log

from gatedmem.theory.astrocyte.model import (
    Family,
    K,
    L,
    T,
    W,
    drive,
    f,
    fitness,
    i,
    introduce,
    inverse_metric_p,
    inverse_metric_x,
    k,
    kappa,
    mean_fitness,
    metric_p,
    metric_x,
    mu,
    multiplier,
    over_neurons,
    over_patterns,
    p,
    pdot,
    phi_prime,
    projection,
    simplex,
    tau_p,
    tau_x,
    x,
    xdot,
)
from gatedmem.theory.derivation import Derivation
from gatedmem.theory.indexed import Partial, delta, eq, real, vector
from gatedmem.theory.printing import notation

v, w, z = vector("v", K), vector("w", K), vector("z", K)
lam, c = real("lambda c")
projected, printed = vector("Pz", K), vector("printed", K)
notation("Pz", r"(\Pi z)")
notation("printed", r"(\Pi^{\mathrm{printed}} z)")


def ag6() -> Derivation:
    """The G-orthogonal projection onto the tangent space of the simplex is z ↦ z - p(1ᵀz) [17, corrected].

    >>> len(ag6().conclusions)
    14
    """
    d = Derivation("AG6", "The tangent projection of the simplex")
    mass = over_patterns(lambda mu: p[mu])
    total_z = over_patterns(lambda mu: z[mu])

    d.say(
        r"The constraint $\sum v = 0$ has the normal $G^{-1}\mathbf 1 = p$ in the metric $G$, so the projection "
        r"moves $z$ along $p$ until it is tangent."
    )
    d.start(over_patterns(lambda nu: inverse_metric_p(mu, nu), mu), r"$(G^{-1}\mathbf 1)_\mu$")
    d.equal(p[mu], r"$G^{-1} = \mathrm{diag}\,p$")
    d.conclude()
    d.given(eq(over_patterns(lambda mu: z[mu] + lam * p[mu]), 0), "tangency fixes the multiplier")
    d.iff(eq(lam, multiplier(z)), r"solve for $\lambda$", scale=mass)
    d.conclude(text=r"the sign is a minus; [17] prints a plus (misprint 1)")
    d.start(over_patterns(lambda mu: z[mu] - multiplier(z) * p[mu]), "with the printed sign")
    d.equal(2 * total_z, "the sum is doubled instead of removed")
    d.conclude(text="the printed projection is not tangent")

    simplex(d)
    d.define(projected[mu], projection(mu, z), "the projection")
    d.define(printed[mu], z[mu] - multiplier(z) * p[mu], "with the printed multiplier", "[17]")
    d.start(z[mu] + multiplier(z) * p[mu], r"on $\sum p = 1$ the multiplier is $-\sum z$")
    d.equal(projected[mu], r"$\sum p = 1$")
    d.conclude()
    d.start(over_patterns(lambda mu: projected[mu]), "its values are tangent")
    d.equal(0, r"$\sum z - \sum p \sum z = 0$")
    d.conclude()
    d.start(projection(mu, projected), "it is idempotent")
    d.equal(projected[mu], "its values are tangent already")
    d.conclude()
    d.start(
        over_patterns(lambda mu: over_patterns(lambda nu: w[mu] * metric_p(mu, nu) * projected[nu], mu)),
        r"it is symmetric in $G$: $\langle w, G\,\Pi z\rangle$",
    )
    d.equal(
        over_patterns(lambda mu: w[mu] * z[mu] / p[mu]) - over_patterns(lambda mu: w[mu]) * total_z,
        r"$Gp = \mathbf 1$",
    )
    d.equal(
        over_patterns(lambda mu: over_patterns(lambda nu: projection(mu, w) * metric_p(mu, nu) * z[nu], mu)),
        r"symmetric in $w$ and $z$",
    )
    d.conclude(text=r"$\langle w, G\,\Pi z\rangle = \langle \Pi w, G z\rangle$")

    d.given(eq(projected[mu], 0), "its kernel")
    d.iff(eq(z[mu], p[mu] * total_z), "the definition")
    d.conclude(text="whatever it kills is a multiple of p")
    d.start(projection(mu, Family(lambda mu: c * p[mu])), "and conversely")
    d.equal(0, r"$\sum p = 1$")
    d.conclude(text="it kills every multiple of p")

    d.assume(eq(over_patterns(lambda mu: v[mu]), 0), "v is tangent")
    d.start(projection(mu, v), "it keeps tangent vectors")
    d.equal(v[mu], r"$\sum v = 0$")
    d.conclude()
    d.start(over_patterns(lambda mu: (v[mu] - z[mu]) ** 2 / p[mu]), r"distance from $z$ to a tangent $v$, in $G$")
    d.equal(
        over_patterns(lambda mu: (v[mu] - projected[mu]) ** 2 / p[mu])
        + over_patterns(lambda mu: (projected[mu] - z[mu]) ** 2 / p[mu]),
        r"Pythagoras: $z - \Pi z = p \sum z$ is $G$-orthogonal to the tangent $v - \Pi z$",
    )
    d.at_least(
        over_patterns(lambda mu: (projected[mu] - z[mu]) ** 2 / p[mu]),
        "drop a square",
        slack=over_patterns(lambda mu: (v[mu] - projected[mu]) ** 2 / p[mu]),
    )
    d.conclude(text=r"$\Pi z$ is the tangent vector nearest to $z$")

    d.start(z[mu] + total_z * p[mu], "the printed sign once more")
    d.equal(printed[mu], r"$\sum p = 1$")
    d.conclude()
    d.start(projection(mu, printed), "its value moves when projected")
    d.equal(printed[mu] - 2 * p[mu] * total_z, r"off the tangent space by $2p\sum z$")
    d.conclude()
    d.start(printed[mu] - multiplier(printed) * p[mu], "applied again, the printed map moves on")
    d.equal(printed[mu] + 2 * p[mu] * total_z, "not idempotent")
    d.conclude(text="with the printed sign the map is neither tangent nor a projection")
    return d


def ag7() -> Derivation:
    """(τ_xẋ, Kτ_pṗ) = -(I ⊕ Π)(H⁻¹ ⊕ G⁻¹)dL is the model [18, 19]; the factor K is the paper's, absorbed in τ_p.

    >>> [str(conclusion.right) for conclusion in ag7().conclusions[2:]]
    ['xdot[k]', 'pdot[mu]']
    """
    d = Derivation("AG7", "The flow is the natural gradient flow of the energy")
    introduce(d, "L", "xdot", "pdot")
    d.start(over_neurons(lambda j: metric_x(i, j) * inverse_metric_x(j, k), i, k), r"$H H^{-1}$")
    d.equal(delta(i, k), r"$H = \mathrm{diag}\,\varphi'$, $\varphi' > 0$")
    d.conclude()
    d.start(over_patterns(lambda nu: metric_p(mu, nu) * inverse_metric_p(nu, kappa), mu, kappa), r"$G G^{-1}$")
    d.equal(delta(mu, kappa), r"$G = \mathrm{diag}(1/p)$, $p > 0$")
    d.conclude()

    d.start(
        -over_neurons(lambda j: inverse_metric_x(k, j) * Partial(L, x[j]), k) / tau_x,
        "the neurons' natural gradient",
    )
    d.equal(
        -over_neurons(lambda j: inverse_metric_x(k, j) * phi_prime(x[j]) * (x[j] - drive(j, W=W)), k) / tau_x,
        "the differential of the energy (AG5)",
    )
    d.equal((-x[k] + drive(k, W=W)) / tau_x, r"$\varphi'$ cancels")
    d.equal(xdot[k], "the neurons' equation")
    d.conclude(text="the neurons follow their natural gradient")

    simplex(d)
    raised = Family(lambda mu: over_patterns(lambda nu: inverse_metric_p(mu, nu) * Partial(L, p[nu]), mu))
    d.start(-projection(mu, raised) / (K * tau_p), "the gains' natural gradient, projected")
    d.equal(
        -projection(mu, Family(lambda mu: K * p[mu] * (T * log(p[mu]) + T - f[mu]))) / (K * tau_p),
        "the differential of the energy (AG5), index raised",
    )
    d.equal(
        p[mu] * (fitness(mu, f) - mean_fitness(f, p, mu)) / tau_p,
        r"the constant $T$ goes: $\Pi p = 0$",
    )
    d.equal(pdot[mu], "the replicator")
    d.conclude(text="the gains follow theirs")
    return d
