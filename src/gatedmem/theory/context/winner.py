"""What decides a competition of gates: a leading component that outgrows a bounded remainder (for CG9).

At one moment the gates are s = gξ + ρ, with g > 0 the growth of the critical component ξ and ρ the remainder.
"""

from __future__ import annotations

from typing import Any

import mpmath
import sympy as sp
from sympy import Expr

from gatedmem.theory.context.definitions import N, beta, i, k
from gatedmem.theory.context.spectrum import norm2
from gatedmem.theory.derivation import Combination, Derivation
from gatedmem.theory.indexed import (
    Index,
    Relation,
    delta,
    eq,
    ge,
    gt,
    le,
    lt,
    positive,
    put,
    real,
    size,
    total,
    vector,
)
from gatedmem.theory.printing import notation
from gatedmem.theory.sampling import Sample
from gatedmem.theory.softmax import separation

__all__ = ["entries_apart", "lead_is_necessary", "lead_is_sufficient", "weight"]

star, rival = Index("i_star", N, fixed=True), Index("j_star", N, fixed=True)
x, component, rest, state = vector("x", N), vector("xi", N), vector("rho", N), vector("s", N)
excess = vector("e_xi", N, nonnegative=True)
radius, growth, gap, kappa, error = positive("R g Delta_xi kappa delta_")
apart = real("Q")
notation("i_star", r"i^{\ast}")
notation("j_star", r"j^{\ast}")
notation("Delta_xi", r"\Delta_{\xi}")
notation("delta_", r"\delta")
notation("e_xi", r"e^{\xi}")

DIAMETER = sp.sqrt(2)
"""Two entries of a vector of norm R differ by at most this many R."""


def weight(scores: Expr, place: Index) -> Expr:
    """softmax(βs) at a place, from entry i of the scores.

    >>> weight(state[i], star).free_symbols >= {beta}
    True
    """
    there: Expr = sp.exp(beta * put(scores, {i: place})) / total(sp.exp(beta * put(scores, {i: k})), k)
    return there


def gaps(vector_entry: Expr) -> Expr:
    """Entry i* minus entry i."""
    difference: Expr = put(vector_entry, {i: star}) - vector_entry
    return difference


def kappa_is_log() -> Relation:
    """κ = ln((1-δ)(N-1)/δ), written as e^{-κ}(N-1)(1-δ) = δ."""
    return eq(sp.exp(-kappa) * (N - 1) * (1 - error), error)


def entries_apart() -> Derivation:
    """Two entries of a vector of norm at most R > 0 differ by at most √2 R ("apart", for i* and any other).

    >>> entries_apart().conclusions[-1].right
    sqrt(2)*R
    """
    o = Derivation("CG9", "Two entries of a vector")
    o.prepare = _inside
    o.assume(le(norm2(x[i]), radius**2), r"$\lVert x \rVert \le R$")
    away = 1 - delta(i, star)
    o.claim(
        ge(2 * norm2(x[i]) - (x[i] - x[star]) ** 2, 0),
        r"$2a^2 + 2b^2 - (a - b)^2 = (a + b)^2$, and the other entries",
        slack=[
            2 * delta(i, star) * norm2(x[i]),
            away * total(2 * x[k] ** 2 * (1 - delta(k, i)) * (1 - delta(k, star)), k),
            away * (x[i] + x[star]) ** 2,
        ],
        label="parallelogram",
    )
    bound = DIAMETER * radius
    o.claim(
        le(x[i] - x[star], bound),
        r"$2Q (Q - y) = (Q - y)^2 + (Q^2 - y^2)$ with $Q = \sqrt2 R$",
        slack=[
            (bound - (x[i] - x[star])) ** 2 / (2 * bound),
            (radius**2 - norm2(x[i])) / bound,
            (2 * norm2(x[i]) - (x[i] - x[star]) ** 2) / (2 * bound),
        ],
        label="apart",
    )
    return o


def _inside(sample: Sample) -> None:
    places = range(1, sample.extent(N) + 1)
    sample.scalars["R"] = mpmath.sqrt(sum(sample.entry(x, (place,)) ** 2 for place in places)) * mpmath.mpf("1.1")


def lead_is_sufficient() -> Derivation:
    """If gΔ_ξ ≥ κ/β + Q, and ρ_i - ρ_{i*} ≤ Q for all i, then the weight of i* is at least 1 - δ ("winner").

    >>> lead_is_sufficient().conclusions[-1].op
    '≥'
    """
    o = Derivation("CG9", "A lead of κ/β is enough")
    o.prepare = _leading
    o.assume(gt(N, 1), "at least two memories")
    logarithm = o.assume(kappa_is_log(), r"$\kappa = \ln\frac{(1 - \delta)(N - 1)}{\delta}$", rewrite=False)
    o.define(state[i], growth * component[i] + rest[i], "the gates")
    away = 1 - delta(i, star)
    lead = o.assume(
        eq(away * (gaps(component[i]) - gap), excess[i]),
        r"$\xi_{i^{\ast}} - \xi_i \ge \Delta_\xi$ for $i \ne i^{\ast}$",
        rewrite=False,
    )
    o.assume(le(rest[i] - rest[star], apart), "the remainder")
    o.assume(ge(growth * gap, kappa / beta + apart), "the lead")
    beyond = away * (gaps(state[i]) - kappa / beta)
    o.claim(
        ge(beyond, 0),
        r"every gap is at least $\kappa/\beta$",
        slack=[
            growth * excess[i],
            away * (growth * gap - (kappa / beta + apart)),
            away * (apart - (rest[i] - rest[star])),
        ],
        using=[Combination(growth, lead)],
        label="gap",
    )
    n = size("n")
    ideal = (N - 1) * sp.exp(-kappa)
    values = {
        n: N,
        separation.mu: star,
        separation.T: 1 / beta,
        separation.g: kappa / beta,
        separation.top: state[star],
        separation.excess[Index("i", n)]: beyond,
    }
    bound = o.use(
        separation.sm7(),
        values,
        "bound",
        r"SM7 at temperature $1/\beta$",
        shown=ge(weight(state[i], star), 1 / (1 + ideal)),
    )
    o.claim(
        ge(weight(state[i], star), 1 - error),
        r"$1/(1 + (N - 1) e^{-\kappa}) = 1 - \delta$",
        slack=bound.left - bound.right,
        using=[Combination(-1 / (1 + ideal), logarithm)],
        label="winner",
    )
    return o


def _leading(sample: Sample) -> None:
    """A component with one leader, a small remainder, growth enough."""
    count = sample.extent(N)
    places = range(1, count + 1)
    leader = sample.place(star, {})
    entries: dict[tuple[int, ...], Any] = {(place,): mpmath.mpf(2 * place + 1) / 7 for place in places}
    entries[leader,] = mpmath.mpf(5)
    sample.arrays["xi"] = entries
    sample.scalars["Delta_xi"] = gap_value = mpmath.mpf(5) - mpmath.mpf(2 * count + 1) / 7 - mpmath.mpf(1) / 9
    behind: dict[tuple[int, ...], Any] = {place: entries[leader,] - xi - gap_value for place, xi in entries.items()}
    behind[leader,] = mpmath.mpf(0)
    sample.arrays["e_xi"] = behind
    sample.scalars["delta_"] = mpmath.mpf(1) / 7
    with mpmath.workdps(60):
        sample.scalars["kappa"] = mpmath.log(6 * (count - 1))
        sample.scalars["Q"] = mpmath.mpf(4)
        sample.scalars["g"] = (sample.scalars["kappa"] / sample.value(beta) + 5) / gap_value


def lead_is_necessary() -> Derivation:
    """If the weight of i* is at least 1 - δ, its lead over j* is at least ln((1-δ)/δ)/β ("needed").

    >>> lead_is_necessary().conclusions[-1].op
    '≥'
    """
    o = Derivation("CG9", "A lead is needed")
    o.prepare = _won
    o.assume(lt(error, 1), r"$\delta < 1$")
    o.assume(eq(delta(star, rival), 0), "two memories")
    own, other = weight(state[i], star), weight(state[i], rival)
    o.assume(ge(own, 1 - error), r"$p_{i^{\ast}} \ge 1 - \delta$")
    o.claim(
        le(other, error),
        "the weights sum to one",
        slack=[
            own - (1 - error),
            total((1 - delta(k, star)) * (1 - delta(k, rival)) * weight(state[i], k), k),
        ],
        label="rival",
    )
    o.given(ge(error * own, (1 - error) * other), "so the two weights compare like this")
    lead = state[star] - state[rival]
    o.iff(
        ge(sp.exp(beta * lead), (1 - error) / error),
        r"$p_{i^{\ast}}/p_{j^{\ast}} = e^{\beta (s_{i^{\ast}} - s_{j^{\ast}})}$",
        scale=error * other,
    )
    o.iff(ge(beta * lead, sp.log((1 - error) / error)), "the logarithm increases", monotone=sp.log)
    o.iff(ge(lead, sp.log((1 - error) / error) / beta), r"divide by $\beta$", scale=beta)
    equivalence = o.conclude(text="lead")
    o.claim(
        equivalence.left,
        "both bounds",
        slack=[error * (own - (1 - error)), (1 - error) * (error - other)],
    )
    o.detach(equivalence, "so", label="needed")
    return o


def _won(sample: Sample) -> None:
    count = sample.extent(N)
    sample.places.update({"i_star": 1, "j_star": 2})
    sample.arrays["s"] = {(place,): mpmath.mpf(6 if place == 1 else -place) for place in range(1, count + 1)}
    sample.scalars.update({"beta": mpmath.mpf(1) / 2, "delta_": mpmath.mpf(1) / 7})
