"""Uses of the engine that look right and would prove what is false: each is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sympy as sp
from sympy import Symbol, exp, log

from gatedmem.theory.derivation import Combination, Derivation, Implication, StepError
from gatedmem.theory.indexed import (
    FlowDerivative,
    Index,
    Normaliser,
    Partial,
    Permuted,
    Undecidable,
    delta,
    eq,
    ge,
    gt,
    integers,
    le,
    positive,
    real,
    size,
    total,
    vector,
)

n = size("n")
i, j = Index("i", n), Index("j", n)
a, z = Index("a", n, fixed=True), Index("z", n, fixed=True)
v, w = vector("v", n), vector("w", n)
t, s = positive("t s")
x, y, tau = real("x y tau")
m = integers("m")
pi, rho = Symbol("pi"), Symbol("rho")
ONE = sp.Integer(1)


def new(name: str = "TEST") -> Derivation:
    return Derivation(name, "a test")


# A denominator that may vanish, cancelled before the engine sees it


def test_a_multiplier_has_to_have_a_value() -> None:
    # From x y = 0 follows nothing about y: 1/x · (x y - 0) is y for sympy.
    d = new()
    product = d.assume(eq(x * y, 0), rewrite=False)
    d.start(y)
    with pytest.raises(StepError, match="may vanish"):
        d.equal(0, "divide by x", using=[Combination(1 / x, product)])


def test_a_linear_consequence_has_to_have_a_value() -> None:
    d = new()
    d.given(eq(x * y, 0))
    with pytest.raises(StepError, match="may vanish"):
        d.implies(eq(y, 0), "divide by x", forward=lambda D: D() / x)
    with pytest.raises(StepError, match="may vanish"):
        d.iff(eq(y, 0), "divide by x", forward=lambda D: D() / x, backward=lambda D: x * D())
    d.given(eq(t * y, 0))
    d.iff(eq(y, 0), "divide by t", forward=lambda D: D() / t, backward=lambda D: t * D())


def test_both_sides_of_a_relation_have_to_have_values() -> None:
    for old, new_one, monotone in (
        (le(x, exp(y)), le(log(x), y), log),
        (le(-t, -s), le(log(-t), log(-s)), log),
        (eq(y, 0), eq(y + 1 / x, 1 / x), None),
    ):
        d = new()
        d.given(old)
        with pytest.raises(StepError):
            d.iff(new_one, "undefined where x is not positive", monotone=monotone)
    with pytest.raises(StepError):
        new().given(le(log(x), y))


# Lemmas


@pytest.mark.parametrize(
    ("claimed", "slack", "values"),
    [
        (ge(n, 1), None, {n: t}),
        (ge(n, 1), None, {n: sp.Rational(1, 2)}),
        (ge(m, 0), None, {m: t}),
    ],
)
def test_integers_are_replaced_by_integers(claimed: Any, slack: Any, values: dict[Any, Any]) -> None:
    lemma = new("LEMMA")
    lemma.claim(claimed, "true", slack=slack, label="it")
    with pytest.raises(StepError, match="integer"):
        new().use(lemma, values, "it")


def test_a_hypothesis_about_all_places_is_asked_for_at_all_places() -> None:
    lemma = new("LEMMA")
    lemma.assume(eq(v[i], 0))
    lemma.claim(eq(total(v[j] ** 2, j), 0), "given", label="norm")
    d = new()
    d.assume(eq(v[a], 0), "at one place")
    with pytest.raises(StepError):
        d.use(lemma, {i: a}, "norm")
    d = new()
    d.assume(eq(v[i], 0), "at all places")
    assert d.use(lemma, {i: a}, "norm").right == 0


def test_a_hypothesis_does_not_take_the_index_of_a_value() -> None:
    lemma = new("LEMMA")
    lemma.assume(le(w[i], x), "x is a bound for all entries")
    lemma.claim(le(total(w[j], j), n * x), "sum", slack=total(x - w[i], i), label="sum")
    d = new()
    d.assume(le(w[i], v[i]), "entry by entry")
    with pytest.raises(StepError):
        d.use(lemma, {x: v[i]}, "sum")
    d.assume(le(w[i], y))
    assert d.use(lemma, {x: y}, "sum").right == n * y


def test_an_equivalence_about_all_places_is_not_one_about_one_place() -> None:
    lemma = new("LEMMA")
    lemma.given(eq(total(v[i] ** 2, i), 0))
    lemma.iff_each(eq(v[i] ** 2, 0), "squares", weight=1, over=(i,))
    lemma.conclude(text="norm")
    d = new()
    try:
        found = d.use(lemma, {i: a}, "norm")
    except StepError:
        return
    assert not found.right.left.has(a)


def test_an_implication_about_all_places_is_not_one_about_one_place() -> None:
    lemma = new("LEMMA")
    branch = lemma.branch()
    branch.assume(eq(v[i], 0))
    branch.claim(eq(total(v[j] ** 2, j), 0), "given", label="norm")
    lemma.discharge(branch, "norm", "norm")
    try:
        found = new().use(lemma, {i: a}, "norm")
    except StepError:
        return
    assert not found.hypotheses[0].left.has(a)


def test_what_is_held_fixed_in_a_derivative_does_not_become_its_variable() -> None:
    lemma = new("LEMMA")
    lemma.claim(eq(Partial(x * y, x), y), "y stands still", label="scalar")
    lemma.claim(eq(Partial(total(v[i] * w[i], i), v[j]), w[j]), "w stands still", label="vector")
    for values, which in (({y: x**2}, "scalar"), ({y: total(v[i], i) * x}, "scalar"), ({w[i]: v[i]}, "vector")):
        with pytest.raises(StepError):
            new().use(lemma, values, which)
    assert new().use(lemma, {y: t}, "scalar") == eq(Partial(x * t, x), t)


# Branches


def positive_in(branch: Derivation) -> None:
    branch.assume(ge(x, t))
    branch.claim(gt(x, 0), "at least a positive number", slack=[x - t, t], label="positive")


def test_hypotheses_come_home_when_the_derivation_has_assumed_more_since() -> None:
    d = new()
    branch = d.branch()
    positive_in(branch)
    d.assume(le(y, 5))
    assert d.discharge(branch, "positive") == Implication((ge(x, t),), gt(x, 0))


def test_hypotheses_come_home_to_another_branch() -> None:
    d = new()
    here, there = d.branch(), d.branch()
    here.assume(le(y, 5))
    positive_in(there)
    assert here.discharge(there, "positive") == Implication((ge(x, t),), gt(x, 0))


def test_definitions_stay_in_a_branch_when_the_derivation_has_defined_more_since() -> None:
    d = new()
    branch = d.branch()
    branch.define(y, t + 1)
    branch.claim(gt(y, 0), "positive", slack=[t, ONE], label="positive")
    d.define(x, s)
    with pytest.raises(StepError, match="definition of the branch"):
        d.discharge(branch, "positive")


# Theorems


def test_the_point_of_the_mean_value_theorem_is_tied_by_nothing_before() -> None:
    uses: list[Callable[[Derivation], object]] = [
        lambda d: (d.assume(eq(tau, 5), rewrite=False), d.mean_value(x**2, x, 0, t, tau, "not any point")),
        lambda d: (d.define(y, tau + 1), d.assume(le(y, 5)), d.mean_value(x**2, x, 0, t, tau, "tied")),
        lambda d: (d.define(y, tau + 1), d.mean_value(y * x**2, x, 0, t, tau, "a factor that moves")),
        lambda d: (d.define(y, tau**2, opaque=True), d.mean_value(x**2, x, y, t, tau, "an end that moves")),
        lambda d: d.mean_value(x**2, x, 0, tau**2 + 2, tau, "an end that moves"),
        lambda d: d.mean_value(x**2, x, tau, 1, tau, "an end that moves"),
    ]
    for use in uses:
        with pytest.raises(StepError, match="new symbol"):
            use(new().branch())


def test_the_point_does_not_come_home_under_another_name() -> None:
    d = new()
    d.define(y, 2 * tau)
    branch = d.branch()
    relation = branch.mean_value(x**2, x, 0, t, tau, "squares", shown=eq(t**2, t * y))
    branch.start(t**2)
    branch.equal(t * y, "mean value", using=[Combination(ONE, relation)])
    branch.conclude(text="t = y")
    with pytest.raises(StepError, match="definition of the branch"):
        d.discharge(branch, "t = y")


def test_the_point_has_no_sign_that_the_ends_lack() -> None:
    point = positive("point")
    for expression, low, high in ((x**2, -2, 1), (1 / x, -1, 1), (log(x), y, t), (x**2, 0, y)):
        with pytest.raises(StepError):
            new().branch().mean_value(expression, x, low, high, point, "a point of any sign")
    with pytest.raises(StepError):
        new().branch().mean_value(x**2, x, 0, 1, m, "not a whole number")
    relation = new().branch().mean_value(log(x), x, t, t + s, point, "between positive numbers")
    assert Normaliser().same(relation.right, s / point)


def test_a_minimum_is_not_over_what_a_definition_holds() -> None:
    # x² + y with y = -x² + (x - 1)²: the value at the minimiser would keep the old y.
    d = new()
    d.define(y, -(x**2) + (x - 1) ** 2)
    with pytest.raises(StepError):
        d.minimum(x**2 + y, x, 1, 2, "wrong")
    # A hypothesis about y = x restricts x in other words.
    d = new()
    d.define(y, x)
    edge = sp.Rational(19, 10)
    d.assume(gt(y - edge, 0))
    with pytest.raises(StepError):
        d.minimum(sp.integrate(sp.expand((x - 1) * (x - edge)), x), x, 1, x - edge, "wrong")


# The normal form


def test_a_permutation_may_leave_any_number_of_places_alone() -> None:
    normal = Normaliser()
    places = total(delta(i, Permuted(pi, i)), i)
    for number in (0, 1, n):
        assert not normal.same(places, number)
    assert not normal.same(total(delta(i, Permuted(pi, i)) * v[i], i), total(v[i], i))
    assert normal.same(places, total(delta(Permuted(pi, j), j), j))
    twice = Permuted(pi, Permuted(rho, i))
    assert normal.same(
        delta(twice, Permuted(rho, i)) * v[twice], delta(twice, Permuted(rho, i)) * v[Permuted(rho, i)]
    )


def test_a_sign_at_one_place_does_not_spread_along_a_delta() -> None:
    d = new()
    d.assume(gt(v[z] + t, 0), "at one place")
    d.start(delta(i, z) / (v[z] + t))
    with pytest.raises(StepError, match="may vanish"):
        d.start(1 / (v[i] + t))


def test_an_array_is_defined_as_a_whole() -> None:
    with pytest.raises(ValueError, match="one place"):
        new().define(v[a], x**2)
    normal = Normaliser()
    normal.define(v[a], x**2)
    with pytest.raises(Undecidable, match="defined"):
        normal.form(Partial(total(v[i], i), v[a]))


def test_a_quantity_moves_at_one_rate() -> None:
    with pytest.raises(Undecidable, match="two rates"):
        Normaliser().form(FlowDerivative(x, (x, t), (x, s)))
