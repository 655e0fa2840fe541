"""BL2: the modern Hopfield update is attention, descends its energy, and lands near a separated memory in one step.

H. Ramsauer et al., arXiv 2008.02217. Memories are the columns ζ^μ of Z: ``zeta[a, i]`` is entry a of memory i.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp
from sympy import Expr

from gatedmem.theory.derivation import Combination, Derivation
from gatedmem.theory.indexed import (
    Index,
    Partial,
    delta,
    eq,
    ge,
    le,
    matrix,
    nonnegative,
    positive,
    real,
    size,
    total,
    vector,
)
from gatedmem.theory.printing import notation
from gatedmem.theory.softmax import gibbs, separation
from gatedmem.theory.softmax.definitions import kl, log_partition, softmax

__all__ = ["N", "a", "attention", "beta", "bl2", "d", "energy", "i", "update", "xi", "zeta"]

N, d, values_size = size("N"), size("d"), size("d_v")
i, j = Index("i", N), Index("j", N)
mu = Index("mu", N, fixed=True)
a, b = Index("a", d), Index("b", d)
out = Index("o", values_size)
zeta = matrix("zeta", d, N)
mixer = matrix("W_V", d, values_size)
xi, after = vector("xi", d), vector("xi'", d)
beta = positive("beta")
radius, distance, gap = nonnegative("M"), nonnegative("r"), real("Delta")
P, P_after = vector("P", N, positive=True), vector("P'", N, positive=True)
other = vector("q", N, nonnegative=True)
apart = matrix("w", d, N)
notation("xi'", r"\xi'")
notation("P'", r"P'")


def scores(state: Callable[[Index], Any], index: Index) -> Expr:
    """(Zᵀξ)_i = ⟨ζ^i, ξ⟩."""
    return total(zeta[a, index] * state(a), a)


def energy(state: Callable[[Index], Any]) -> Expr:
    """E(ξ) = -(1/β) log Σ_i e^{β⟨ζ^i, ξ⟩} + ½‖ξ‖².

    >>> energy(lambda a: xi[a]).has(zeta)
    True
    """
    return -log_partition(beta * scores(state, i), i) / beta + total(state(a) ** 2, a) / 2


def update(state: Callable[[Index], Any], entry: Index, beta: Any = beta) -> Expr:
    """Entry of Z softmax(β Zᵀ ξ).

    >>> update(lambda a: xi[a], b).has(zeta)
    True
    """
    return total(zeta[entry, j] * softmax(beta * scores(state, j), j), j)


def attention(
    query: Callable[[Index], Any], key: Callable[[Index, Index], Any], value: Callable[[Index], Any]
) -> Expr:
    """One row of softmax(QKᵀ/√d) V: ``key(i, a)`` is entry a of key i, ``value(i)`` the wanted entry of value i."""
    return total(softmax(total(query(a) * key(j, a), a) / sp.sqrt(d), j) * value(j), j)


def bl2() -> Derivation:
    """The update is attention; it never raises E; its error is at most 2M(1 - P(μ)) ≤ 2M(N - 1)e^{-βΔ}.

    Conclusions: "attention", "attention with values", "gradient", "descent identity", "descent", "squared error",
    "error", "softmax tail", "one step".

    >>> d = bl2()
    >>> d.conclusions[d.position("descent")].op
    '≤'
    """
    o = Derivation("BL2", "The modern Hopfield update is attention and descends its energy")
    o.say("**Attention**, with the state as the query and the memories as the keys.")
    state = _entry(xi)
    o.start(attention(state, lambda i, a: zeta[a, i], lambda i: zeta[b, i]), "with the memories as values")
    o.equal(update(state, b, 1 / sp.sqrt(d)), r"the update with $\beta = 1/\sqrt d$")
    o.conclude(text="attention")
    o.start(
        attention(state, lambda i, a: zeta[a, i], lambda i: total(zeta[b, i] * mixer[b, out], b)),
        r"with values $Z^{\mathsf T} W_V$",
    )
    o.equal(total(update(state, b, 1 / sp.sqrt(d)) * mixer[b, out], b), "the update, mixed afterwards")
    o.conclude(text="attention with values")
    descent(o)
    error(o)
    return o


def _entry(base: Any) -> Callable[[Index], Any]:
    return lambda index: base[index]


def descent(o: Derivation) -> None:
    """Derive E(ξ') = E(ξ) - ½‖ξ' - ξ‖² - KL(P ‖ P')/β and its sign."""
    o.say("**Descent.**")
    o.define(P[i], softmax(beta * scores(_entry(xi), i), i), "retrieval")
    o.define(after[a], total(zeta[a, j] * P[j], j), "the update")
    o.define(P_after[i], softmax(beta * scores(_entry(after), i), i), "retrieval afterwards")
    o.start(Partial(energy(_entry(xi)), xi[b]), "the gradient of the energy")
    o.equal(xi[b] - after[b], "of the log-sum-exp it is the softmax (SM6)")
    o.conclude(text="gradient")
    o.claim(eq(total(P[i], i), 1), "SM1")
    step = total((after[a] - xi[a]) ** 2, a) / 2
    divergence = kl(P[i], P_after[i], i) / beta
    o.start(energy(_entry(after)) - energy(_entry(xi)), "the change of the energy")
    o.equal(
        -total(after[a] * (after[a] - xi[a]), a) - divergence + total(after[a] ** 2 - xi[a] ** 2, a) / 2,
        "the log-sum-exp lies above its tangent by a relative entropy (SM6)",
    )
    o.equal(-step - divergence, r"$\xi'$ minimises what is left: complete the square")
    o.conclude(text="descent identity")
    lemma = o.use(
        gibbs.sm2(),
        {
            gibbs.n: N,
            gibbs.p[Index("i", gibbs.n)]: P[i],
            gibbs.f[Index("i", gibbs.n)]: scores(_entry(after), i),
            gibbs.T: 1 / beta,
        },
        "non-negative",
        "a relative entropy (SM2)",
        shown=ge(kl(P[i], P_after[i], i), 0),
    )
    o.start(energy(_entry(after)) - energy(_entry(xi)), "so")
    o.equal(-step - divergence, "as above")
    o.at_most(0, "a square and a relative entropy", slack=[step, lemma.left / beta])
    o.conclude(text="descent")


def error(o: Derivation) -> None:
    """Derive ‖ξ' - ζ^μ‖² ≤ (2M(1 - P_μ))² and 1 - P_μ ≤ (N - 1)e^{-βΔ}."""
    o.say(
        r"**Error.** Let $\lVert \zeta^i \rVert \le M$; write $w_i = \zeta^i - \zeta^\mu$ and $q_i = P_i$ off $\mu$."
    )
    o.assume(ge(radius**2, total(zeta[a, i] ** 2, a)), "norms of the memories")
    o.assume(ge(radius**2, total(zeta[a, mu] ** 2, a)), "the one for the winner")
    o.define(apart[a, i], zeta[a, i] - zeta[a, mu])
    o.define(other[i], (1 - delta(i, mu)) * P[i])
    o.start(after[a] - zeta[a, mu], "the error")
    o.equal(total(other[j] * apart[a, j], j), r"$\sum_i P_i = 1$, and $w_\mu = 0$")
    o.conclude(text="error vector")
    o.start(total(other[j], j))
    o.equal(1 - P[mu], "what the others hold")
    o.conclude(text="others")
    length = total(apart[a, i] ** 2, a)
    o.start(4 * radius**2 - length, "no two memories are further apart than a diameter")
    o.equal(
        2 * (radius**2 - total(zeta[a, i] ** 2, a))
        + 2 * (radius**2 - total(zeta[a, mu] ** 2, a))
        + total((zeta[a, i] + zeta[a, mu]) ** 2, a),
        "parallelogram",
    )
    o.at_least(
        0,
        "the norms",
        slack=[
            2 * (radius**2 - total(zeta[a, i] ** 2, a)),
            2 * (radius**2 - total(zeta[a, mu] ** 2, a)),
            total((zeta[a, i] + zeta[a, mu]) ** 2, a),
        ],
    )
    o.conclude(text="diameter")
    mass = total(other[j], j)
    squared = total((after[a] - zeta[a, mu]) ** 2, a)
    spread = total(other[i] * other[j] * (apart[a, i] - apart[a, j]) ** 2, a, i, j) / 2
    o.start((2 * radius * mass) ** 2 - squared, "the triangle inequality, as a sum of squares")
    o.equal(mass * total(other[i] * (4 * radius**2 - length), i) + spread, "expand the pairs")
    o.at_least(0, "non-negative weights", slack=[mass * total(other[i] * (4 * radius**2 - length), i), spread])
    o.conclude(text="squared error")
    square = o.assume(eq(distance**2, squared), "$r$ is the error, a distance", rewrite=False)
    o.claim(
        ge((2 * radius * mass) ** 2, distance**2),
        "so",
        slack=(2 * radius * mass) ** 2 - squared,
        using=[Combination(sp.Integer(-1), square)],
    )
    o.given(ge((2 * radius * mass) ** 2, distance**2))
    o.iff(ge(2 * radius * mass, distance), "both are non-negative", root=2)
    o.detach(o.conclude(text="take roots"), "the squares are so ordered", label="error")

    o.say(
        r"**Separation.** Let $\langle \zeta^\mu, \xi \rangle - \langle \zeta^i, \xi \rangle \ge \Delta$ for "
        r"$i \ne \mu$."
    )
    here, there = scores(_entry(xi), mu), scores(_entry(xi), i)
    excess = (1 - delta(i, mu)) * (here - there - gap)
    o.assume(ge(excess, 0), "the gap")
    place = Index("i", separation.n)
    bound = 1 / (1 + (N - 1) * sp.exp(-beta * gap))
    winner = o.use(
        separation.sm7(),
        {
            separation.n: N,
            separation.T: 1 / beta,
            separation.g: gap,
            separation.top: here,
            separation.excess[place]: excess,
        },
        "bound",
        r"SM7 at temperature $1/\beta$",
        shown=ge(P[mu], bound),
    )
    rivals = (N - 1) * sp.exp(-beta * gap)
    o.claim(
        le(1 - P[mu], rivals),
        r"$1 - \tfrac{1}{1 + y} \le y$",
        slack=[winner.left - bound, rivals**2 / (1 + rivals)],
        label="softmax tail",
    )
    o.start(distance, "together")
    o.at_most(2 * radius * (1 - P[mu]), "the error above", slack=2 * radius * mass - distance)
    o.at_most(2 * radius * rivals, "the tail", slack=2 * radius * (rivals - (1 - P[mu])))
    o.conclude(text="one step")
