"""Signs: what the engine shows of a sign, a denominator or a logarithm is so at every value."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction

import pytest
import sympy as sp
from sympy import Expr, Symbol, cosh, exp, log, sqrt, tanh

from gatedmem.theory.indexed import (
    Index,
    Normaliser,
    Undecidable,
    delta,
    integers,
    nonnegative,
    positive,
    real,
    size,
    total,
    vector,
)
from gatedmem.theory.signs import NEGATED, PLUS, TIMES, stronger

n, K = size("n"), size("K")
i, j, k, l, m = (Index(letter, n) for letter in "ijklm")  # noqa: E741
one, two = Index("one", 3), Index("two", 3)
p = vector("p", n, positive=True)
v, w = vector("v", n), vector("w", n)
t, s = positive("t s")
c = nonnegative("c")
x, y, z = real("x y z")
steps = integers("m")
Abs, sign = sp.Function("Abs"), sp.Function("sign")


# Values: an expression that has a normal form has a value wherever its symbols may be, and the value shows its sign.

PLACES: dict[Symbol, tuple[Fraction, ...]] = {
    x: tuple(map(Fraction, (-2, -1, 0, 1))),
    y: tuple(map(Fraction, (-1, 0, 2))),
    c: (Fraction(0), Fraction(1)),
    t: (Fraction(1, 2), Fraction(1), Fraction(3)),
}
ALLOWED = {"0": "0", "+": "+", "0+": "0+", "-": "-", "0-": "0-", "≠": "+-", "?": "0+-"}


def sign_of(value: Fraction | int) -> str:
    return "0" if value == 0 else ("+" if value > 0 else "-")


def signs_of(expression: Expr, facts: list[tuple[Expr, str]]) -> set[str]:
    """The signs that an expression with whole coefficients takes at the places where the facts hold."""
    parts = sp.lambdify(list(PLACES), [expression, *(fact for fact, _ in facts)], "math")
    found = set()
    for place in itertools.product(*PLACES.values()):
        value, *known = parts(*place)
        if all(sign_of(one) in ALLOWED[kind] for one, (_, kind) in zip(known, facts, strict=True)):
            found.add(sign_of(value))
    return found


def grown(rng: random.Random, depth: int) -> Expr:
    if depth == 0:
        return rng.choice([x, y, c, t, x, sp.Integer(rng.choice([-2, -1, 1, 2])), x - y, t + 1])
    kind = rng.randrange(5)
    if kind < 2:
        return grown(rng, depth - 1) + grown(rng, depth - 1)
    if kind < 4:
        return grown(rng, depth - 1) * grown(rng, depth - 1)
    return grown(rng, depth - 1) ** rng.choice([2, 2, 3, 4, 5])


FACTS: list[list[tuple[Expr, str]]] = [
    [],
    [(x, "≠")],
    [(x - y, "0+")],
    [(y - x, "+")],
    [(x, "0+"), (y, "+")],
    [(x, "0+"), (x, "≠")],
    [(x * y, "0+"), (c, "≠")],
    [(y - x, "0+"), (x + 1, "≠")],
]


@pytest.mark.parametrize("seed", range(len(FACTS)))
def test_a_shown_sign_is_the_sign_of_every_value(seed: int) -> None:
    rng = random.Random(seed)
    facts = FACTS[seed]
    normal = Normaliser()
    for fact, known in facts:
        normal.know(fact, known)
    shown = 0
    for _ in range(60):
        expression = grown(rng, 3)
        found = normal.sign(expression)
        if found == "?":
            continue
        shown += 1
        assert signs_of(expression, facts) <= set(ALLOWED[found]), (expression, found)
        assert normal.sign(-expression) == NEGATED[found]
        assert normal.sign(3 * expression) == found
    assert shown > 6


@pytest.mark.parametrize("seed", range(len(FACTS)))
def test_what_is_divided_by_never_vanishes_and_logarithms_are_of_positive_numbers(seed: int) -> None:
    rng = random.Random(100 + seed)
    facts = FACTS[seed]
    accepted = 0
    for _ in range(25):
        expression = grown(rng, 2)
        for wrap, allowed in ((lambda e: 1 / e, "+-"), (log, "+"), (lambda e: e ** sp.Rational(1, 3), "0+")):
            normal = Normaliser()
            for fact, known in facts:
                normal.know(fact, known)
            try:
                if expression.is_Number and sign_of(int(expression)) not in allowed:
                    continue
                normal.form(wrap(sp.expand(expression)))
            except Undecidable:
                continue
            accepted += 1
            assert signs_of(expression, facts) <= set(allowed), expression
    assert accepted > 3


@pytest.mark.parametrize("sign_of_x", ["+", "-"])
@pytest.mark.parametrize("terms", list(itertools.permutations([2, -3, 5])))
def test_a_denominator_of_known_sign_is_itself(sign_of_x: str, terms: tuple[int, ...]) -> None:
    # Which term leads decides how the normal form writes the denominator: its value must not depend on that.
    difference = terms[0] * x + terms[1] * t + terms[2] * y
    normal = Normaliser()
    normal.know(difference if sign_of_x == "+" else -difference, "+")
    assert normal.same(1 / difference, -1 / (-difference))
    assert normal.same(difference / difference**3, 1 / difference**2)
    assert normal.same((difference + x) / difference, 1 + x / difference)
    assert not normal.same(1 / difference, 1 / (-difference))
    assert not normal.same(2 / difference, 1 / difference)
    positive_part = difference if sign_of_x == "+" else -difference
    assert normal.same(sqrt(4 * positive_part) ** 2, 4 * positive_part)
    assert normal.same(2 * log(positive_part), log(positive_part**2))
    assert not normal.same(log(positive_part), log(2 * positive_part))
    assert normal.same(exp(log(positive_part)), positive_part)
    with pytest.raises(Undecidable):
        normal.form(log(-positive_part))
    with pytest.raises(Undecidable):
        normal.form(sqrt(-positive_part))


# Signs


def test_the_arithmetic_of_signs_is_that_of_numbers() -> None:
    numbers = [Fraction(q) for q in (-3, -1, 0, 1, 3)]
    meaning = {name: [q for q in numbers if sign_of(q) in ALLOWED[name]] for name in ALLOWED}
    named = {frozenset(ALLOWED[name]): name for name in ALLOWED}
    for first, second in itertools.product(ALLOWED, repeat=2):
        for table, operation in ((TIMES, Fraction.__mul__), (PLUS, Fraction.__add__)):
            values = {operation(q, r) for q in meaning[first] for r in meaning[second]}
            possible = frozenset(map(sign_of, values))
            assert table[first, second] == named.get(possible, "?")
        both = frozenset(ALLOWED[first]) & frozenset(ALLOWED[second])
        assert stronger(first, second) == named.get(both, first)
    for name, opposite in NEGATED.items():
        assert sorted(-q for q in meaning[name]) == meaning[opposite]


@pytest.mark.parametrize(
    ("expression", "shown"),
    [
        (sp.Integer(0), "0"), (sp.Rational(-1, 2), "-"), (c, "0+"), (-c, "0-"), (c + t, "+"), (c * x**2, "0+"),
        (sqrt(c), "0+"), (c**3, "0+"), (t ** sp.Rational(-1, 2), "+"), (x**-2, "?"), (1 / c, "?"), (c**-3, "?"),
        (sqrt(x), "?"), (x**4, "0+"), ((-t) ** 2, "+"), ((-t) ** 3, "-"), ((-t) ** -3, "-"), ((-t) ** -2, "+"),
        (exp(-x), "+"), (-exp(x), "-"), (Abs(x), "0+"), (tanh(x), "?"), (log(t), "?"), (cosh(x) + x**2, "+"),
        (delta(i, j), "0+"), (1 - delta(i, j), "0+"), (2 - delta(i, j), "?"), (1 + delta(i, j), "+"),
        (delta(i, j) - 1, "?"),
        (1 - 2 * delta(i, j), "?"), (1 - x, "?"), (n - 1, "0+"), (1 - n, "?"), (n + steps, "+"), (steps - 1, "?"),
        (n * K - 1, "0+"), (n - K, "?"), (n * x, "?"), (total(v[i] ** 2, i), "0+"), (total(-p[i], i), "-"),
        (total(n, i), "+"),
        (total(1 - delta(i, j), i), "0+"), (vector("g", n, nonnegative=True)[i], "0+"),
        (vector("g", n, negative=True)[i], "-"),
        (sp.Symbol("e", nonzero=True, real=True), "≠"), (sp.Symbol("e", nonzero=True, real=True) ** 2, "+"),
        (sp.Symbol("e", nonzero=True, real=True) ** -1, "≠"), (sp.Symbol("e", nonzero=True, real=True) ** -2, "+"),
        (-sp.Symbol("e", nonzero=True, real=True), "≠"), (sp.Symbol("e", nonpositive=True), "?"),
    ],
)  # fmt: skip
def test_signs_that_structure_shows(expression: Expr, shown: str) -> None:
    assert Normaliser().sign(expression) == shown


def test_a_sum_of_non_zero_numbers_may_vanish() -> None:
    normal = Normaliser()
    normal.know(v[i], "≠")
    assert normal.sign(v[i]) == "≠"
    assert normal.sign(total(v[i], i)) == "?"
    assert normal.sign(total(v[i] ** 2, i)) == "+"
    with pytest.raises(Undecidable):
        normal.form(1 / total(v[i], i))
    normal.form(1 / v[i])
    other = Normaliser()
    other.know(v[j], "≠")
    assert other.same(delta(i, j) / v[j] * w[i], w[j] * delta(i, j) / v[j])


def test_signs_of_definitions_are_those_of_what_they_stand_for() -> None:
    normal = Normaliser()
    normal.define(w[i], v[i] ** 2 + 1)
    normal.define(y, -t)
    assert normal.sign(w[j]) == "+"
    assert normal.sign(total(w[j], j) * y) == "-"
    normal.form(1 / w[i] + log(w[j]) + 1 / y)
    with pytest.raises(Undecidable):
        normal.form(log(y))
    other = Normaliser()
    other.define(z, x * y)
    assert other.sign(z) == "?"


def test_unknown_kinds_of_signs_are_refused() -> None:
    for kind in ("-", "0-", "0", "?", ""):
        with pytest.raises(ValueError, match="unknown sign"):
            Normaliser().know(x, kind)
