"""Chains of relations: what is not equivalent is refused, and nothing is detached from what is not known."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sympy as sp
from sympy import exp, log

from gatedmem.theory.derivation import (
    Derivation,
    Equivalence,
    FalseStep,
    StepError,
    UndecidedStep,
)
from gatedmem.theory.indexed import (
    Index,
    Relation,
    eq,
    ge,
    gt,
    le,
    lt,
    nonnegative,
    positive,
    real,
    size,
    total,
    vector,
)

n, K = size("n"), size("K")
i, j, k = (Index(letter, n) for letter in "ijk")
a, b = Index("a", n, fixed=True), Index("b", n, fixed=True)
v, w = vector("v", n), vector("w", n)
t, s = positive("t s")
c = nonnegative("c")
x, y, z = real("x y z")


def new() -> Derivation:
    return Derivation("TEST", "a test")


def unequal(left: object, right: object) -> Relation:
    return Relation(sp.sympify(left), "≠", sp.sympify(right))


# Equivalences


@pytest.mark.parametrize(
    ("old", "following", "options"),
    [
        (eq(x * y, 0), eq(y, 0), {"scale": x}),
        (eq(c * y, 0), eq(y, 0), {"scale": c}),
        (eq(x, 0), eq(2 * x, 0), {"scale": 2}),
        (le(x, 0), le(-x, 0), {"scale": -1}),
        (le(t * x, 0), ge(x, 0), {"scale": t}),
        (le(x, y), le(y, x), {}),
        (le(x, y), lt(x, y), {}),
        (lt(x, y), le(x, y), {}),
        (ge(x, y), gt(x, y), {}),
        (eq(x, y), le(x, y), {}),
        (le(x, y), eq(x, y), {}),
        (eq(x, y), unequal(x, y), {}),
        (eq(x**2, y**2), eq(x, y), {"root": 2}),
        (le(c**2, s**2), le(c, s), {"root": 3}),
        (le(c**2, x**2), le(c, x), {"root": 2}),
        (le(x**2, t**2), le(-x, t), {"root": 2}),
        (le(c**2, s**2), ge(c, s), {"root": 2}),
        (le(c**2, s**2), lt(c, s), {"root": 2}),
        (eq(x**2, 0), le(x, 0), {"root": 2}),
        (eq(x, y), eq(1 / x, 1 / y), {"root": -1}),
        (le(log(t), x), ge(t, exp(x)), {"monotone": exp}),
        (le(log(t), x), lt(t, exp(x)), {"monotone": exp}),
        (le(t, s), le(log(t), log(2 * s)), {"monotone": log}),
        (le(x, y), le(x**3, y**3), {"monotone": lambda e: e**3}),
        (le(x, y), le(-x, -y), {"monotone": lambda e: -e}),
        (eq(x, y), eq(x**2, y**2), {"monotone": lambda e: e**2}),
    ],
)
def test_relations_that_are_not_equivalent(old: Relation, following: Relation, options: dict[str, object]) -> None:
    d = new()
    d.given(old)
    before = list(d.steps)
    with pytest.raises((StepError, ValueError)):
        d.iff(following, "wrong", **options)
    assert d.steps == before


@pytest.mark.parametrize(
    ("old", "following", "options"),
    [
        (eq(-t * y, 0), eq(y, 0), {"scale": -t}),
        (lt(t * x, t * y), gt(y, x), {"scale": t}),
        (ge(x, y), le(y - x, 0), {}),
        (eq((x - y) ** 3, 0), eq(x, y), {"root": 3}),
        (eq(x - y, 0), eq(x, y), {"root": 1}),
        (lt(c**3, s**3), lt(c, s), {"root": 3}),
        (unequal(c**2, s**2), unequal(c, s), {"root": 2}),
        (ge(t, s), ge(log(t), log(s)), {"monotone": log}),
        (gt(x, y), gt(exp(x), exp(y)), {"monotone": exp}),
    ],
)
def test_relations_that_are_equivalent(old: Relation, following: Relation, options: dict[str, object]) -> None:
    d = new()
    d.given(old)
    d.iff(following, "true", **options)
    assert d.conclude() == Equivalence(old, following)
    assert d.steps[-2].op == "⟺"


def test_linear_equivalences_go_both_ways() -> None:
    # Σ_i v_i = 0 follows from v_i = 0; the way back is as false as it looks, whatever is tried.
    ways: list[Callable[[Callable[..., sp.Expr]], sp.Expr]] = [
        lambda D: v[i] * D(j),
        lambda D: D(i) / n,
        lambda D: sp.Integer(0),
        lambda D: v[i],
    ]
    for back in ways:
        d = new()
        d.given(eq(v[i], 0))
        with pytest.raises(StepError):
            d.iff(eq(total(v[i], i), 0), "sum", forward=lambda D: total(D(i), i), backward=back, over=(i,))
    d = new()
    d.given(eq(v[i], 0))
    d.implies(eq(total(v[i], i), 0), "sum", lambda D: total(D(i), i), over=(i,))
    assert d.conclude().one_way


def test_combinations_of_a_relation_are_of_equalities_at_other_places() -> None:
    d = new()
    d.given(le(x, y))
    with pytest.raises(FalseStep, match="equalities"):
        d.implies(eq(2 * x, 2 * y), "not an equality", lambda D: 2 * D())
    d.given(eq(x, y))
    with pytest.raises(FalseStep, match="equalities"):
        d.implies(le(2 * x, 2 * y), "not an equality", lambda D: 2 * D())
    d.given(eq(v[a], 0))
    with pytest.raises(FalseStep, match="fixed"):
        d.implies(eq(v[i], 0), "elsewhere", lambda D: D(i), over=(a,))
    d.given(eq(v[i], w[i]))
    with pytest.raises(FalseStep):
        d.implies(eq(v[j], w[k]), "two places", lambda D: D(j), over=(i,))
    d.implies(eq(v[j] * x, w[j] * x), "another place", lambda D: x * D(j), over=(i,))


def test_vanishing_sums_need_equalities() -> None:
    for old, following in (
        (le(total(v[i] ** 2, i), 0), eq(v[i] ** 2, 0)),
        (eq(total(v[i] ** 2, i), 0), le(v[i] ** 2, 0)),
        (eq(total(v[i] ** 2, i), 1), eq(v[i] ** 2, 0)),
        (eq(-total(v[i] ** 2, i), 0), eq(v[i] ** 2, 0)),
        (eq(total(v[i] ** 2 * w[i] ** 2, i), 0), eq(v[i] ** 2, 0)),
        (eq(total(v[i] ** 2, i) - total(w[i] ** 2, i), 0), eq(v[i] ** 2, 0)),
    ):
        d = new()
        d.given(old)
        with pytest.raises(StepError):
            d.iff_each(following, "wrong", weight=1, over=(i,))
    d = new()
    d.given(eq(total(v[i] ** 2 * w[i] ** 2, i), 0))
    with pytest.raises(StepError):
        d.iff_each(eq(v[i] ** 2, 0), "a weight that may vanish", weight=w[i] ** 2, over=(i,))
    d.given(eq(total(v[i] ** 2, i) - total(w[i] ** 2, i), 0))
    with pytest.raises(StepError):
        d.iff_each(eq(v[i] ** 2, 0), "a negative rest", weight=1, over=(i,), rest=-total(w[i] ** 2, i))


def test_known_equivalences_link_their_own_sides_in_the_directions_they_have() -> None:
    d = new()
    d.given(eq(t * x, 0))
    d.iff(eq(x, 0), "divide", scale=t)
    both = d.conclude()
    d.given(eq(y, 0))
    d.implies(eq(x * y, 0), "multiply", lambda D: x * D())
    one = d.conclude()

    d.given(eq(x, 0))
    d.iff_by(eq(t * x, 0), "backwards", both)
    assert not d.conclude().one_way
    d.given(eq(y, 0))
    d.iff_by(eq(x * y, 0), "forwards", one)
    assert d.conclude().one_way
    for start, end, lemma in (
        (eq(x * y, 0), eq(y, 0), one),
        (eq(x, 0), eq(y, 0), both),
        (eq(t * x, 0), eq(y, 0), both),
        (eq(y, 0), eq(x, 0), both),
        (eq(x, 1), eq(t * x, 0), both),
    ):
        d.given(start)
        with pytest.raises(FalseStep, match="does not link"):
            d.iff_by(end, "not so", lemma)
    d.given(eq(x, 0))
    with pytest.raises(FalseStep, match="not known"):
        d.iff_by(eq(s * x, 0), "unknown", Equivalence(eq(x, 0), eq(s * x, 0)))


def test_the_conclusion_of_a_chain_of_relations_has_its_two_ends() -> None:
    d = new()
    d.given(eq(t * x, 0))
    d.iff(eq(x, 0), "divide", scale=t)
    for wrong in (
        Equivalence(eq(t * x, 0), eq(y, 0)),
        Equivalence(eq(y, 0), eq(x, 0)),
        Equivalence(eq(t * x, 0), le(x, 0)),
    ):
        with pytest.raises(FalseStep, match="does not show"):
            d.conclude(wrong)
    found = d.conclude(Equivalence(eq(0, t * x), eq(2 * x, x), one_way=True))
    assert found.one_way
    with pytest.raises(UndecidedStep, match="no chain"):
        d.conclude()


@pytest.mark.parametrize(
    ("known", "premise", "holds"),
    [
        (le(x, y), le(x, y), True),
        (lt(x, y), le(x, y), True),
        (lt(x, y), lt(x, y), True),
        (le(x, y), lt(x, y), False),
        (le(y, x), le(x, y), False),
        (le(x, y + 1), le(x, y), False),
        (unequal(x, y), unequal(x, y), True),
        (lt(x, y), unequal(x, y), True),
        (le(x, y), unequal(x, y), False),
        (unequal(x, y), lt(x, y), False),
    ],
)
def test_a_conclusion_is_detached_from_a_known_premise_only(known: Relation, premise: Relation, holds: bool) -> None:
    d = new()
    d.assume(known)
    if premise.op == "≠":
        equivalence = Equivalence(premise, premise)
        d.conclusions.append(equivalence)
    else:
        d.given(premise)
        d.iff(premise, "the same")
        equivalence = d.conclude()
    if holds:
        assert d.detach(equivalence, "known") in d.conclusions
    else:
        with pytest.raises(FalseStep, match="premise"):
            d.detach(equivalence, "not known")
    with pytest.raises(FalseStep, match="premise"):
        d.detach(Equivalence(known, eq(z, 0)), "an equivalence that nobody proved")
