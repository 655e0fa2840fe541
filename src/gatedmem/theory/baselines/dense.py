"""BL3: dense associative memory, and which of its updates descend.

D. Krotov, J. J. Hopfield, NeurIPS 2016; M. Demircigil et al., J. Stat. Phys. 168 (2017) 288.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, Integer

from gatedmem.theory.astrocyte.model import K, N, Vector, i, mu, over_neurons, over_patterns, xi
from gatedmem.theory.derivation import Combination, Derivation
from gatedmem.theory.indexed import Index, abstract_function, delta, eq, ge, le, total, vector
from gatedmem.theory.printing import notation

__all__ = ["F", "F_prime", "bl3", "energy", "field"]

F_second = abstract_function("F_second", latex="F''", sign="0+")
F_prime = abstract_function("F_prime", latex="F'", derivative=F_second)
F = abstract_function("F", latex="F", derivative=F_prime)
general = abstract_function("general_F", latex="F")

here = Index("a", N, fixed=True)
rest = vector("s_rest", N)
s, sign_of, after = vector("s_state", N), vector("t_state", N), vector("s_after", N)
moves = vector("b_moves", N, nonnegative=True)
agreement = vector("g_field", N, nonnegative=True)
h = vector("h_field", N)
m, m_after = vector("m_state", K), vector("m_after", K)
notation("s_rest", "s")
notation("s_state", "s")
notation("t_state", "t")
notation("s_after", "s'")
notation("b_moves", "b")
notation("g_field", "g")
notation("h_field", "h")
notation("m_state", "m")
notation("m_after", "m'")


def overlap(mu: Any, s: Vector) -> Expr:
    """m_μ = ⟨ξ_μ, s⟩."""
    return over_neurons(lambda i: xi[mu, i] * s[i])


def energy(m: Vector, F: Any = F) -> Expr:
    """E(s) = -Σ_μ F(m_μ), from the overlaps.

    >>> energy(m)
    -Sum(F(m_state[mu]), (mu, 1, K))
    """
    return -over_patterns(lambda mu: F(m[mu]))


def field(i: Any, m: Vector) -> Expr:
    """h_i = Σ_μ ξ_μi F'(m_μ).

    >>> field(i, m)
    Sum(F_prime(m_state[mu])*xi[mu, i], (mu, 1, K))
    """
    return over_patterns(lambda mu: xi[mu, i] * F_prime(m[mu]))


def bl3() -> Derivation:
    """Energy differences, for any F; fields, for convex F and any set of neurons at once.

    Conclusions: "from 1 to 1", "from 1 to -1", "from -1 to 1", "from -1 to -1" (the energy-difference update, by
    cases) and "field update".

    >>> d = bl3()
    >>> d.conclusions[d.position("field update")].op
    '≤'
    """
    d = Derivation("BL3", "Dense associative memory: which updates descend")
    by_difference(d)
    by_field(d)
    return d


def by_difference(d: Derivation) -> None:
    """Derive, case by case, that the sign with the lower energy does not raise it, for any F."""
    d.say(
        r"**Energy difference**, any $F$. Neuron $a$ goes from $v$ to $v'$ with "
        r"$v' \cdot [E(s_a = -1) - E(s_a = 1)] \ge 0$: it takes the value with the lower energy, either one at a tie."
    )

    def at(value: int) -> Expr:
        def state(index: Any) -> Expr:
            return (1 - delta(index, here)) * rest[index] + delta(index, here) * value

        return -over_patterns(lambda mu: general(over_neurons(lambda i: xi[mu, i] * state(i))))

    for before in (1, -1):
        for now in (1, -1):
            c = d.branch()
            c.assume(ge(now * (at(-1) - at(1)), 0), f"the update chooses {now}")
            label = f"from {before} to {now}"
            slack = now * (at(-1) - at(1)) if before != now else Integer(0)
            c.claim(le(at(now), at(before)), label, slack=slack, label=label)
            d.discharge(c, label, label)


def by_field(d: Derivation) -> None:
    """Derive that the field update does not raise the energy, for the neurons with b_i = 1 at once."""
    d.say(
        r"**Field**, convex differentiable $F$. The neurons with $b_i = 1$ take the value $t_i = \pm 1$ with "
        r"$t_i h_i \ge 0$, the others ($b_i = 0$) stay: one neuron, all at once, or any set."
    )
    d.define(m[mu], overlap(mu, s), "overlaps")
    d.define(h[i], field(i, m), "fields")
    d.define(after[i], s[i] + moves[i] * (sign_of[i] - s[i]), "the state afterwards")
    d.define(m_after[mu], overlap(mu, after), "overlaps afterwards")
    old = d.assume(eq(s[i] ** 2, 1), "signs", rewrite=False)
    new = d.assume(eq(sign_of[i] ** 2, 1), "signs", rewrite=False)
    d.assume(ge(sign_of[i] * h[i], 0), "signs of the fields")
    d.define(agreement[i], sign_of[i] * h[i])
    above = F(m_after[mu]) - F(m[mu]) - F_prime(m[mu]) * (m_after[mu] - m[mu])
    d.assume(ge(above, 0), "convex: the graph lies above its tangents")
    curved = total(above, mu)
    d.start(energy(m_after) - energy(m), "the change of the energy")
    d.equal(
        -total(F_prime(m[mu]) * (m_after[mu] - m[mu]), mu) - curved,
        "split off the tangents",
    )
    d.equal(-total(h[i] * (after[i] - s[i]), i) - curved, "exchange the sums")
    turned = total(moves[i] * (sign_of[i] - s[i]) ** 2 * agreement[i], i) / 2
    d.equal(
        -turned - curved,
        r"$t_i^2 = s_i^2 = 1$: $t_i - s_i = \tfrac12 (t_i - s_i)^2 t_i$",
        using=[
            Combination(moves[i] * h[i] * (sign_of[i] - 2 * s[i]) / 2, new, over=(i,)),
            Combination(moves[i] * h[i] * sign_of[i] / 2, old, over=(i,)),
        ],
    )
    d.at_most(0, "all parts have one sign", slack=[turned, curved])
    d.conclude(text="field update")
