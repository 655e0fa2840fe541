"""The symmetries of the flow and of the energy (AG19).

arXiv 2604.25481 names the first, (x, p) → (-x, p); the others are not in the paper.
"""

from __future__ import annotations

from typing import Any

from sympy import Add, Expr, Indexed, Integer, Mul, Sum

from gatedmem.theory.astrocyte.model import (
    Family,
    K,
    Lagrangian,
    Lagrangian_value,
    N,
    energy,
    i,
    k,
    mu,
    nu,
    overlap,
    p,
    phi,
    phi_value,
    score,
    tau_p,
    tau_x,
    velocity_p,
    velocity_x,
    weight,
    x,
    xi,
)
from gatedmem.theory.derivation import Combination, Derivation
from gatedmem.theory.indexed import delta, eq, put, real, vector

s = vector("s", N)
a, sign = real("a c")


def ag19() -> Derivation:
    """L is invariant and the flow equivariant under x → -x, flips of neurons, and permutations of patterns.

    >>> d = ag19()
    >>> d.conclusions[d.position("the energy does not see the sign of the state")].op
    '='
    """
    d = Derivation("AG19", "Symmetries")
    reflect(d)
    flip(d)
    permute(d)
    return d


def reflect(d: Derivation) -> None:
    """Derive the symmetry (x, p) → (-x, p)."""
    mirrored = Family(lambda i: -x[i])
    d.claim(eq(phi_value(-a), -phi_value(a)), r"$\varphi$ is odd")
    d.claim(eq(Lagrangian_value(-a), Lagrangian_value(a)), r"$\Lambda$ is even")
    d.start(score(mu, mirrored), "a score at the mirror image")
    d.equal(score(mu), "it squares the overlap")
    d.conclude()
    d.start(velocity_x(k, mirrored), "the neurons there")
    d.equal(-velocity_x(k), "every term is odd")
    d.conclude(text="move the other way")
    d.start(velocity_p(mu, mirrored), "the gains there")
    d.equal(velocity_p(mu), "they see the scores only")
    d.conclude(text="move the same way")
    d.start(valued(energy(mirrored)), r"the energy there, with $\Lambda$ written out")
    d.equal(valued(energy()), r"$x\varphi(x)$ and $\Lambda$ are even")
    d.conclude(text="the energy does not see the sign of the state")


def valued(expression: Expr) -> Expr:
    """The expression with Λ written as log cosh, which the engine knows to be even.

    >>> valued(Lagrangian(x[i]))
    log(cosh(sigma*x[i]))/sigma
    """
    return expression.replace(Lagrangian, Lagrangian_value)


def flipped(expression: Expr) -> Expr:
    """The expression at s_i x_i and s_i ξ_μi, with φ(s_i x_i) = s_i φ(x_i) and Λ(s_i x_i) = Λ(x_i), s_i = ±1.

    >>> flipped(phi(x[i]) * xi[mu, i])
    phi(x[i])*s[i]**2*xi[mu, i]
    """
    moved = put(expression, {xi[mu, i]: s[i] * xi[mu, i], x[i]: s[i] * x[i]})

    def bare(argument: Expr) -> tuple[Expr, Expr]:
        signs = Mul(*(part for part in Mul.make_args(argument) if isinstance(part, Indexed) and part.base == s))
        return signs, argument / signs

    moved = moved.replace(phi, lambda argument: bare(argument)[0] * phi(bare(argument)[1]))
    return moved.replace(Lagrangian, lambda argument: Lagrangian(bare(argument)[1]))


def flip(d: Derivation) -> None:
    """Derive the symmetry that flips any set of neurons, in the state and in all patterns."""
    d.say(
        r"**Flips.** Let $s_i = \pm 1$, and put $s_i x_i$ for $x_i$ and $s_i \xi_{\mu i}$ for $\xi_{\mu i}$. For "
        r"$c = \pm 1$ any function obeys $h(ca) = \tfrac{1+c}2 h(a) + \tfrac{1-c}2 h(-a)$, so"
    )
    d.claim(
        eq((1 + sign) / 2 * phi_value(a) + (1 - sign) / 2 * phi_value(-a), sign * phi_value(a)),
        r"$\varphi(ca) = c\varphi(a)$",
    )
    d.claim(
        eq((1 + sign) / 2 * Lagrangian_value(a) + (1 - sign) / 2 * Lagrangian_value(-a), Lagrangian_value(a)),
        r"$\Lambda(ca) = \Lambda(a)$",
    )
    square = d.assume(eq(s[i] ** 2, 1), "signs", rewrite=False)
    d.start(flipped(overlap(mu)), "an overlap of the flipped memory")
    d.equal(overlap(mu), r"$s_i^2 = 1$", using=[Combination(xi[mu, i] * phi(x[i]), square, over=(i,))])
    same_overlap = d.conclude()
    d.start(flipped(score(mu)), "so a score")
    d.equal(
        score(mu),
        "the overlap is the same",
        using=[Combination((flipped(overlap(mu)) + overlap(mu)) / (2 * N), same_overlap)],
    )
    same_score = d.conclude()
    d.start(flipped(velocity_x(k)), "a neuron")
    d.equal(
        s[k] * velocity_x(k),
        r"$s_j^2 = 1$ inside the input",
        using=[Combination(s[k] * weight(k, i) * phi(x[i]) / tau_x, square, over=(i,))],
    )
    d.conclude(text="moves as before, flipped with its sign")
    d.start(flipped(velocity_p(nu)), "a gain")
    d.equal(
        velocity_p(nu),
        "the scores are the same",
        using=[Combination((delta(mu, nu) * p[nu] - p[nu] * p[mu]) / tau_p, same_score, over=(mu,))],
    )
    d.conclude(text="moves as before")
    d.start(flipped(energy()), "the energy")
    d.equal(
        energy(),
        "the scores are the same",
        using=[Combination(-K * p[mu], same_score, over=(mu,)), Combination(x[i] * phi(x[i]), square, over=(i,))],
    )
    d.conclude(text="is the same")


def permuted(expression: Expr, order: tuple[int, ...]) -> Expr:
    """The expression for K = len(order) patterns, pattern and gain μ taken from place order[μ-1].

    >>> permuted(overlap(mu).subs(mu, 1) * K, (2, 1))
    2*Sum(phi(x[i])*xi[2, i], (i, 1, N))
    """

    def spread(e: Any) -> Any:
        if isinstance(e, Sum) and e.limits[0][0].extent == K:
            (index, _, _), body = e.limits[0], spread(e.function)
            return Add(*(put(body, {index: Integer(place)}) for place in range(1, len(order) + 1)))
        return e.func(*map(spread, e.args)) if e.args and not isinstance(e, Indexed) else e

    def move(e: Any) -> Any:
        if isinstance(e, Indexed):
            first, *others = e.indices
            return e.base[(Integer(order[int(first) - 1]), *others)] if e.base in (p, xi) else e
        if e == K:
            return Integer(len(order))
        return e.func(*map(move, e.args)) if e.args else e

    return move(spread(expression))


def permute(d: Derivation) -> None:
    """Derive, for K = 2 and 3, that renaming the patterns renames the gains and changes nothing else."""
    d.say(
        "**Permutations.** Every sum over the patterns runs over all of them, so their order cannot matter. Checked "
        "for K = 2 and 3 on a transposition and a cycle, which generate all permutations."
    )
    for order in ((2, 1), (2, 1, 3), (2, 3, 1)):
        same = tuple(range(1, len(order) + 1))
        name = f"patterns in the order {', '.join(map(str, order))}"
        d.start(permuted(energy(), order), name)
        d.equal(permuted(energy(), same), "the same terms in another order")
        d.conclude(text=f"the energy, {name}")
        for place in same:
            d.claim(
                eq(
                    permuted(put(velocity_p(mu), {mu: Integer(place)}), order),
                    permuted(put(velocity_p(mu), {mu: Integer(order[place - 1])}), same),
                ),
                f"gain {place} moves as gain {order[place - 1]} did",
            )
        d.claim(eq(permuted(velocity_x(k), order), permuted(velocity_x(k), same)), "the neurons move as before")
