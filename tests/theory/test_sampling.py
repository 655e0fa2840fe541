"""Numbers for formulas: evaluation as it is written, and instances that obey what they have to."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
import sympy as sp
from sympy import Expr, Symbol, cosh, exp, log, sinh, sqrt, tanh

from gatedmem.theory.indexed import (
    FlowDerivative,
    Index,
    Partial,
    Permuted,
    Relation,
    abstract_function,
    delta,
    eq,
    ge,
    gt,
    integers,
    le,
    lt,
    matrix,
    nonnegative,
    positive,
    real,
    size,
    total,
    vector,
)
from gatedmem.theory.sampling import TOLERANCE, NoSample, Sample, draw

n, K = size("n"), size("K")
i, j, k = (Index(letter, n) for letter in "ijk")
mu = Index("mu", K)
a = Index("a", n, fixed=True)
p = vector("p", n, positive=True)
v, w = vector("v", n), vector("w", n)
W, X = matrix("W", n, n), matrix("X", K, n)
t, s = positive("t s")
c = nonnegative("c")
x, y = real("x y")
f, h = vector("f", n), real("h")
bend = abstract_function("sample_bend", latex="b'")
slope = abstract_function("sample_slope", latex="s", sign="+", derivative=bend)
act = abstract_function("sample_act", latex="a", derivative=slope)
lag = abstract_function("sample_lag", latex="l", derivative=act)
bare = abstract_function("sample_bare", latex="b")


def instance(exact: bool = False) -> Sample:
    """n = 2, K = 3 with v = (2, -3), w = (5, 7), W = (1 2; 3 4), X = (1 2; 3 4; 5 6), x = -2, t = 3, a = 2."""
    sample = Sample(0, exact)
    number = Fraction if exact else mpmath.mpf
    sample.sizes.update(n=2, K=3)
    sample.scalars.update(x=number(-2), t=number(3), y=number(0))
    sample.places.update(a=2, i=1, j=2)
    sample.permutations["pi"] = [2, 1]
    sample.arrays["v"] = {(1,): number(2), (2,): number(-3)}
    sample.arrays["w"] = {(1,): number(5), (2,): number(7)}
    sample.arrays["W"] = {(r, q): number(2 * r + q - 2) for r in (1, 2) for q in (1, 2)}
    sample.arrays["X"] = {(r, q): number(2 * r + q - 2) for r in (1, 2, 3) for q in (1, 2)}
    return sample


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize(
    ("expression", "value"),
    [
        (sp.Rational(3, 7), Fraction(3, 7)),
        (x + 2 * t - 1, Fraction(3)),
        (x**3 * t, Fraction(-24)),
        (x**-3, Fraction(-1, 8)),
        (n * K, Fraction(6)),
        (v[1] * v[2], Fraction(-6)),
        (v[i] + v[j] + v[a], Fraction(-4)),
        (total(v[i], i), Fraction(-1)),
        (total(v[i] * w[i], i) - total(v[i], i) * total(w[i], i), Fraction(1)),
        (total(v[i] ** 2 / w[i], i), Fraction(4, 5) + Fraction(9, 7)),
        (total(W[i, j] * v[i] * w[j], i, j), Fraction(2 * 19 - 3 * 43)),
        (total(W[j, i] * v[i] * w[j], i, j), Fraction(2 * 26 - 3 * 38)),
        (total(X[mu, i] * v[i], mu, i), Fraction(2 * 9 - 3 * 12)),
        (total(t, mu), Fraction(9)),
        (total(delta(i, j) * W[i, j], i, j), Fraction(5)),
        (total(delta(i, a) * v[i], i), Fraction(-3)),
        (delta(i, j) + delta(i, 1) * 10 + delta(j, a) * 100, Fraction(110)),
        (v[Permuted(Symbol("pi"), a)], Fraction(2)),
        (total(v[Permuted(Symbol("pi"), i)] * w[i], i), Fraction(-15 + 14)),
        (total(total(v[i] * w[j], j) ** 2, i), Fraction(144 * 13)),
        (sp.Sum(v[i] * w[j], (i, 1, n), (j, 1, n)), Fraction(-12)),
        (sp.Sum(sp.Sum(v[i], (i, 1, n)) + v[i], (i, 1, n)), Fraction(-3)),
    ],
)
def test_arithmetic_is_done_as_written(expression: Expr, value: Fraction, exact: bool) -> None:
    found = instance(exact).value(expression)
    if exact:
        assert found == value
    else:
        with mpmath.workdps(60):
            assert abs(found - mpmath.mpf(value.numerator) / value.denominator) < 1e-40


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        (exp(x), mpmath.exp(-2)),
        (sp.E, mpmath.e),
        (log(t), mpmath.log(3)),
        (tanh(x) * cosh(t) * sinh(x), mpmath.tanh(-2) * mpmath.cosh(3) * mpmath.sinh(-2)),
        (sp.Function("Abs")(x) + sp.Function("sign")(x), 1),
        (sqrt(t), mpmath.sqrt(3)),
        (t**x, mpmath.mpf(1) / 9),
        (t ** sp.Rational(-3, 2), mpmath.mpf(3) ** -1.5),
        (slope(x), mpmath.sech(2) ** 2),
        (bend(x), 2 * mpmath.sech(2) ** 2 * mpmath.tanh(2)),
        (act(x), -mpmath.tanh(2)),
        (lag(x), mpmath.log(mpmath.cosh(2))),
        (Partial(slope(x), x), 2 * mpmath.sech(2) ** 2 * mpmath.tanh(2)),
        (Partial(lag(x) + act(x), x), -mpmath.tanh(2) + mpmath.sech(2) ** 2),
        (Partial(x**3 * t, x), 36),
        (Partial(x**3 * t, t), -8),
        (Partial(total(v[i] ** 2, i), v[a]), -6),
        (Partial(total(v[i] ** 2 * w[j], i, j), v[j]), -72),
        (Partial(v[i] * v[j], v[i]), -3),
        (Partial(Partial(x**3, x), x), -12),
        (total(Partial(total(v[j] ** 2, j), v[i]) * w[i], i), 20 - 42),
        (FlowDerivative(total(v[i] ** 2, i), (v[i], w[i])), 20 - 42),
        (FlowDerivative(x * t, (x, t), (t, x)), 13),
        (FlowDerivative(x * t, (x, t)), 9),
        (FlowDerivative(total(W[i, j], i, j), (W[i, j], v[i] * w[j])), -12),
        (FlowDerivative(x**2, (x, 5 * x), (v[i], w[i])), 40),
    ],
)
def test_functions_and_derivatives_have_their_values(expression: Expr, value: object) -> None:
    with mpmath.workdps(60):
        assert abs(instance().value(expression) - value) < 1e-14


@pytest.mark.parametrize(
    "expression",
    [
        1 / y, y ** sp.Rational(-1, 2), sqrt(x), log(x), log(y), v[3], v[0], W[1, 3], i * x, bare(x),
        sp.pi * x, sp.Max(x, y),
    ],
)  # fmt: skip
def test_what_has_no_value_gives_none(expression: Expr) -> None:
    with pytest.raises(NoSample):
        instance().value(expression)


@pytest.mark.parametrize(
    "expression", [exp(x), sp.E, sqrt(t), log(t), act(x), Partial(x**2, x), FlowDerivative(x, (x, t))]
)
def test_what_is_not_rational_has_no_exact_value(expression: Expr) -> None:
    with pytest.raises(NoSample):
        instance(exact=True).value(expression)
    assert instance(exact=True).value(x**2 * delta(i, i)) == 4


def test_definitions_are_evaluated_at_their_indices() -> None:
    sample = instance()
    sample.definitions = {"f": ((i,), v[i] ** 2 + total(w[j], j)), "h": ((), total(f[i], i) * x)}
    assert sample.value(f[1]) == 16
    assert sample.value(f[2]) == 21
    assert sample.value(h) == -74
    sample.arrays["v"][(1,)] = mpmath.mpf(0)
    assert sample.value(h) == -74
    sample.forget()
    assert sample.value(h) == -66
    assert abs(sample.value(Partial(h, v[2])) - 12) < 1e-14
    assert sample.value(h) == -66


def test_drawn_numbers_have_the_declared_signs_and_are_drawn_once() -> None:
    signs = set()
    for seed in range(30):
        sample = Sample(seed)
        assert sample.value(n) in (2, 3)
        assert all(sample.value(p[place]) > 0 for place in (1, 2))
        assert sample.value(c) >= 0
        assert sample.value(t) > 0
        assert sample.value(integers("m")) in range(5)
        assert 0.05 < abs(sample.value(x)) < 2
        signs.add(sample.value(x) > 0)
        assert sample.value(x) == sample.value(x)
        assert sample.value(v[i]) in [sample.value(v[place]) for place in range(1, int(sample.value(n)) + 1)]
        moved = [sample.value(Permuted(Symbol("pi"), i) * 0 + v[Permuted(Symbol("pi"), i)]) for _ in range(2)]
        assert moved[0] == moved[1]
        assert sample.value(total(v[Permuted(Symbol("pi"), i)] - v[i], i)) < TOLERANCE
    assert signs == {True, False}
    assert Sample(1).value(x) != Sample(2).value(x)
    assert Sample(1).value(v[1]) != Sample(1).value(v[2])
    symmetric = Sample(3, symmetric=frozenset({"W"}))
    assert symmetric.value(W[1, 2]) == symmetric.value(W[2, 1])
    assert Sample(3).value(W[1, 2]) != Sample(3).value(W[2, 1])


@pytest.mark.parametrize(
    ("relation", "holds"),
    [
        (eq(x, -2), True), (eq(x, 2), False), (le(x, -2), True), (lt(x, -2), False), (le(x, -3), False),
        (lt(x, 0), True),
        (ge(x, -2), True), (gt(x, -2), False), (ge(x, 0), False), (gt(t, 2), True), (Relation(x, "≠", t), True),
        (Relation(x, "≠", sp.Integer(-2)), False), (ge(v[i], -3), True), (ge(v[i], 0), False), (gt(v[a], 0), False),
        (lt(v[a], 0), True), (eq(v[i] * w[j], w[j] * v[i]), True), (eq(W[i, j], W[j, i]), False),
        (le(W[i, j], 4), True),
        (eq(x, -2 + sp.Rational(1, 10**12)), False), (le(x, -2 - sp.Rational(1, 10**12)), False),
    ],
)  # fmt: skip
def test_a_relation_holds_at_all_places_or_not(relation: Relation, holds: bool) -> None:
    assert instance().holds(relation) is holds


HYPOTHESES: list[list[Relation]] = [
    [eq(x, t**2 - 1)],
    [eq(c, sp.Rational(1, 2))],
    [eq(c, 0)],
    [eq(total(p[i], i), 1)],
    [eq(total(p[i] * w[i], i), 3)],
    [eq(v[i], total(W[i, j] * w[j], j))],
    [eq(v[a], 0), eq(w[i], v[i] ** 2)],
    [eq(total(W[i, k] * matrix("B", n, n)[k, j], k), delta(i, j))],
    [eq(total(W[k, i] * W[k, j], k), delta(i, j))],
    [eq(total(W[i, k] * W[j, k], k), delta(i, j)), gt(x, 0)],
    [gt(x, 0), lt(y, 0)],
    [eq(v[i], tanh(total(W[i, j] * v[j], j) / 10)), gt(t, s)],
    [Relation(x, "≠", y), eq(y, t)],
]


@pytest.mark.parametrize("hypotheses", HYPOTHESES)
def test_instances_are_found_and_obey_every_hypothesis(hypotheses: list[Relation]) -> None:
    for seed in range(2):
        sample = draw([], hypotheses, [], seed)
        assert all(sample.holds(hypothesis) for hypothesis in hypotheses)


@pytest.mark.parametrize(
    "hypotheses",
    [
        [eq(t, -1)],
        [eq(c, -1)],
        [eq(total(p[i], i), -1)],
        [eq(total(p[i], i), 0)],
        [eq(p[i], v[i]), lt(v[i], 0)],
        [gt(x, 0), lt(x, 0)],
        [lt(t, 0)],
        [eq(x, 1), eq(x, 2)],
        [eq(v[i], 2 * v[i] + 1000)],
        [eq(x * y, 7)],
    ],
)
def test_hypotheses_that_cannot_be_met_have_no_instance(hypotheses: list[Relation]) -> None:
    with pytest.raises(NoSample):
        draw([], hypotheses, [])


def test_a_preparation_serves_hypotheses_that_chance_does_not_meet() -> None:
    def prepare(sample: Sample) -> None:
        sample.scalars["x"] = mpmath.mpf(7)
        sample.scalars["y"] = mpmath.mpf(1)

    sample = draw([eq(h, x + t)], [eq(x * y, 7)], [], prepare=prepare)
    assert sample.value(x) == 7
    assert abs(sample.value(h) - 7 - sample.value(t)) < TOLERANCE
    assert draw([eq(f[i], v[i] ** 2)], [], ["W"]).symmetric == {"W"}
    assert draw([], [], [], exact=True).exact
    exact = draw([eq(f[i], v[i] ** 2)], [], [], exact=True)
    assert exact.value(f[1]) == exact.value(v[1]) ** 2
    assert isinstance(exact.value(f[1]), Fraction)


def test_what_cancels_up_to_rounding_is_equal() -> None:
    assert instance().holds(eq(exp(x) * total(exp(v[i] / 3), i) - total(exp(v[i] / 3 + x), i), 0))
    assert not instance().holds(eq(exp(x) * total(exp(v[i] / 3), i) - total(exp(v[i] / 3 + x), i), x / 10**14))


def test_two_places_are_apart_in_every_second_instance() -> None:
    b = Index("b", n, fixed=True)
    for seed in range(1, 20, 2):
        assert draw([], [], [], seed).value(delta(a, b)) == 0
    assert {draw([], [], [], seed).value(delta(a, b)) for seed in range(0, 20, 2)} == {0, 1}
