"""Misprints 1, 2 and 3 of arXiv 2604.25481: signs and factors where the energy is differentiated."""

from __future__ import annotations

from sympy import exp, log

from gatedmem.theory.astrocyte.model import (
    K,
    L,
    f,
    introduce,
    inverse_metric_p,
    k,
    mu,
    over_neurons,
    over_patterns,
    p,
    phi,
    phi_prime,
    sigma,
    tau_x,
    x,
    xdot,
)
from gatedmem.theory.derivation import Combination, Derivation
from gatedmem.theory.indexed import Partial, Relation, eq, positive, real, total, vector
from gatedmem.theory.misprints.astrocyte.neuron_input import PAPER, h, name_input
from gatedmem.theory.misprints.record import Misprint, differ, unequal
from gatedmem.theory.printing import notation
from gatedmem.theory.sampling import Sample

# 1: the multiplier of the tangent projection -----------------------------------------------------------------

z = vector("z", K)
lam = real("lambda")
normal = vector("normal", K)
notation("normal", r"(G^{-1}\mathbf 1)")
_sum_z, _sum_normal = total(z[mu], mu), total(normal[mu], mu)


def _solved(sample: Sample) -> None:
    """Give the multiplier the value that makes the sum of z + λp vanish, entry by entry."""
    places = range(1, sample.extent(K) + 1)
    gains, moved = (sum(sample.entry(base, (place,)) for place in places) for base in (p, z))
    sample.scalars[lam.name] = -moved / gains


def _tangent(d: Derivation, relation: Relation) -> None:
    d.prepare = _solved
    d.define(normal[mu], over_patterns(lambda nu: inverse_metric_p(mu, nu), mu), "what the constraint pulls along")
    tangency = d.assume(
        eq(lam * _sum_normal + _sum_z, 0), r"$z + \lambda G^{-1}\mathbf 1$ is tangent: its sum is 0", rewrite=False
    )
    d.claim(relation, r"solve for $\lambda$", using=[Combination(1 / _sum_normal, tangency)])


def _tangent_gap(d: Derivation) -> None:
    d.start(total(z[mu] + _sum_z / _sum_normal * normal[mu], mu), "with the printed multiplier the sum becomes")
    d.equal(2 * _sum_z, "doubled instead of removed")
    d.conclude(text="not tangent")
    differ(d, 2 * _sum_z, 0, "so the printed map does not project", (unequal(_sum_z, 0), r"$z$ is not tangent"))


astrocyte_1 = Misprint(
    PAPER, "1", "The sign of the multiplier", "Eq. 17",
    r"The multiplier of the tangent projection is printed with a plus sign.",
    eq(lam, _sum_z / _sum_normal), eq(lam, -_sum_z / _sum_normal), ("AG6",), _tangent, _tangent_gap,
)  # fmt: skip

# 2: a factor one half in the gradient ------------------------------------------------------------------------

_quadratic = real("quadratic_form")
notation("quadratic_form", r"(\varphi^{\mathsf T} W \varphi)")
_slope = phi_prime(x[k]) * h[k]


def _half(d: Derivation, relation: Relation) -> None:
    name_input(d)
    d.define(_quadratic, over_neurons(lambda i: phi(x[i]) * h[i]), "a quadratic form in the activations")
    d.start(relation.left, "the part of the energy that the gains weigh, differentiated")
    d.equal(relation.right, r"a quadratic form with a symmetric matrix gives its gradient twice")
    d.conclude()


def _half_gap(d: Derivation) -> None:
    introduce(d, "f")
    d.start(K * over_patterns(lambda mu: p[mu] * f[mu]), r"the term of the energy is $K\langle p, f\rangle$")
    d.equal(_quadratic / 2, r"$f_\mu = m_\mu^2/(2N)$ holds the factor one half")
    d.conclude()
    d.start(Partial(_quadratic, x[k]), "without it the gradient")
    d.equal(2 * _slope, "is twice the one of the second line")
    d.conclude()
    differ(d, 2 * _slope, _slope, "the lines disagree", (unequal(h[k], 0), "the neuron has an input"))


astrocyte_2 = Misprint(
    PAPER, "2", "A factor one half in the gradient", "Eq. 23, first line",
    r"The first line lacks the factor $\frac12$ that the second has absorbed by differentiating a square.",
    eq(Partial(_quadratic, x[k]), _slope), eq(Partial(_quadratic / 2, x[k]), _slope), ("AG5",), _half, _half_gap,
)  # fmt: skip

# 3: slope and potential of the activation --------------------------------------------------------------------

a = real("a")
_COSH, _SINH = positive("cosh_a"), real("sinh_a")
other_slope = positive("k_other")
notation("cosh_a", r"\cosh(\sigma a)")
notation("sinh_a", r"\sinh(\sigma a)")
notation("k_other", "k")
_potential_slope = _SINH / _COSH


def _by_exponentials(d: Derivation) -> None:
    d.define(_COSH, (exp(sigma * a) + exp(-sigma * a)) / 2, "by exponentials")
    d.define(_SINH, (exp(sigma * a) - exp(-sigma * a)) / 2)


def _differentiate(d: Derivation, relation: Relation) -> None:
    _by_exponentials(d)
    d.start(relation.left)
    d.equal(relation.right, r"differentiate, $\cosh^2 - \sinh^2 = 1$")
    d.conclude()


def _slope_gap(d: Derivation) -> None:
    introduce(d, "L", "xdot")
    d.start(
        -Partial(L, x[k]) / (tau_x * phi_prime(x[k]) / sigma),
        r"with $H = \mathrm{diag}(\mathrm{sech}^2)$ the natural gradient of the energy",
    )
    d.equal(sigma * xdot[k], r"is $\sigma$ times the velocity of the model [4]")
    d.conclude()
    d.start(sigma / _COSH**2 - 1 / _COSH**2, "the two slopes")
    d.equal((sigma - 1) / _COSH**2, "factor")
    d.conclude()
    unless = (unequal(sigma, 1), r"$\sigma$ is a parameter")
    differ(d, (sigma - 1) / _COSH**2, 0, r"equal only at $\sigma = 1$", unless)


def _potential_gap(d: Derivation) -> None:
    d.start(Partial(log(_COSH) / other_slope, a) - _potential_slope, r"$\Lambda'$ as printed, minus $\varphi$")
    d.equal((sigma - other_slope) / other_slope * _SINH / _COSH, "chain rule")
    d.conclude()
    differ(
        d, (sigma - other_slope) / other_slope * _SINH / _COSH, 0, r"$\Lambda' = \varphi$ only where $k = \sigma$",
        (unequal(sigma - other_slope, 0), r"$k \ne \sigma$"), (unequal(_SINH, 0), r"$a \ne 0$"),
    )  # fmt: skip


_activation = Partial(_SINH / _COSH, a)
astrocyte_3a = Misprint(
    PAPER, "3a", "The slope of the activation", "Two places",
    r"$\varphi(a) = \tanh(\sigma a)$ is differentiated without the factor $\sigma$ of the chain rule.",
    eq(_activation, 1 / _COSH**2), eq(_activation, sigma / _COSH**2), ("AG5",), _differentiate, _slope_gap,
)  # fmt: skip
astrocyte_3b = Misprint(
    PAPER, "3b", "The potential of the activation", "Once, below eq. 9",
    r"$\Lambda$ is printed with $1/k$ in front and $\sigma$ inside, so that $\Lambda' = \varphi$ fails.",
    eq(Partial(log(_COSH) / other_slope, a), _potential_slope), eq(Partial(log(_COSH) / sigma, a), _potential_slope),
    ("AG5",), _differentiate, _potential_gap,
)  # fmt: skip
