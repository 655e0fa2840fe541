"""Links of a chain, claims and known equalities: each false step here misses one side condition."""

from __future__ import annotations

import pytest
import sympy as sp
from sympy import log

from gatedmem.theory.derivation import (
    Combination,
    Derivation,
    FalseStep,
    Implication,
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


# Chains: which relation a chain of links supports

UP = [("≤", "≤", "≤"), ("≤", "<", "<"), ("<", "≤", "<"), ("<", "<", "<")]
DOWN = [("≥", "≥", "≥"), ("≥", ">", ">"), (">", "≥", ">"), (">", ">", ">")]


def link(d: Derivation, op: str, to: object, slack: object) -> None:
    step = d.at_most if op in "≤<" else d.at_least
    step(to, "a link", slack=slack, strict=op in "<>")


@pytest.mark.parametrize(("first", "second", "whole"), [*UP, *DOWN])
def test_a_chain_is_strict_when_one_of_its_links_is(first: str, second: str, whole: str) -> None:
    sign = 1 if first in "≤<" else -1
    d = new()
    d.start(x)
    link(d, first, x + sign * t, t)
    d.equal(t * sign + x, "an equality changes nothing")
    link(d, second, x + sign * (t + s), s)
    weaker = {"<": ["<", "≤", "≠"], ">": [">", "≥", "≠"], "≤": ["≤"], "≥": ["≥"]}[whole]
    for op in "=≤≥<>≠":
        wanted = Relation(x, op, x + sign * (t + s))
        if op in weaker:
            assert d.conclude(wanted) == wanted
        else:
            with pytest.raises(FalseStep, match="does not show"):
                d.conclude(wanted)
    assert d.conclude().op == whole


@pytest.mark.parametrize(
    ("first", "second"), [("≤", "≥"), ("<", "≥"), ("≤", ">"), ("<", ">"), ("≥", "≤"), (">", "<")]
)
def test_no_mixture_of_directions(first: str, second: str) -> None:
    d = new()
    d.start(x)
    link(d, first, x + (t if first in "≤<" else -t), t)
    with pytest.raises(FalseStep, match="direction"):
        link(d, second, x + (t - s if first in "≤<" else s - t), s)


@pytest.mark.parametrize(("op", "implied"), [("=", "=≤≥"), ("≤", "≤"), ("≥", "≥"), ("<", "<≤≠"), (">", ">≥≠")])
def test_a_conclusion_may_be_turned_around_with_its_operator(op: str, implied: str) -> None:
    d = new()
    d.start(x)
    if op == "=":
        d.equal(x + 0 * t, "the same")
        right = x
    else:
        right = x + (t if op in "≤<" else -t)
        link(d, op, right, t)
    flipped = {"=": "=", "≤": "≥", "≥": "≤", "<": ">", ">": "<", "≠": "≠"}
    for other in "=≤≥<>≠":
        turned = Relation(right, flipped[other], x)
        if other in implied:
            assert d.conclude(turned) == turned
        elif op != "=" or other in "<>≠":
            with pytest.raises(FalseStep):
                d.conclude(turned)


def test_ends_of_a_conclusion_are_those_of_the_chain() -> None:
    d = new()
    d.start(x**2)
    d.at_least(0, "a square", slack=x**2)
    for wrong in (ge(x**2, -1), ge(x**2 + 1, 0), ge(0, x**2), Implication((), ge(x**2, 0))):
        with pytest.raises(FalseStep):
            d.conclude(wrong)


# Inequalities


@pytest.mark.parametrize(
    ("relation", "slack"),
    [
        (gt(x**2, 0), x**2),
        (gt(c, 0), c),
        (gt(t * c, 0), [t * c]),
        (lt(x, x), None),
        (ge(x, 0), x),
        (le(t, 0), -t),
        (le(t, s), [s - t]),
        (ge(t - s, 0), [t, -s]),
        (ge(x * y, 0), [x * y]),
        (ge(x**3, 0), [x**3]),
        (ge(total(v[i] * t, i), 0), None),
        (ge(t, s), [s]),
        (ge(t + 1, s + 1), [t]),
    ],
)
def test_what_is_not_shown_is_not_claimed(relation: Relation, slack: object) -> None:
    d = new()
    with pytest.raises(StepError):
        d.claim(relation, "wrong", slack=slack)
    assert not d.conclusions
    assert not d.steps


def test_one_positive_part_is_enough_for_strictness_and_one_negative_too_much() -> None:
    d = new()
    assert d.claim(gt(c + t, 0), "one part", slack=[c, t]).op == ">"
    assert d.claim(gt(x**2 + c + t, c), "one part", slack=[x**2, t]).op == ">"
    with pytest.raises(UndecidedStep, match="no part"):
        d.claim(gt(c + x**2, 0), "none", slack=[c, x**2])
    with pytest.raises(StepError):
        d.claim(gt(c + t, 0), "negative", slack=[c + 2 * t, -t])


def test_unequal_needs_a_sign() -> None:
    d = new()
    for relation in (unequal(x, 0), unequal(x**2, 0), unequal(c, 0), unequal(t, s), unequal(x, x)):
        with pytest.raises(StepError):
            d.claim(relation, "wrong")
    assert d.claim(unequal(-t, s), "negative") in d.conclusions
    d.assume(unequal(x, 0), "given")
    d.claim(unequal(-3 * x, 0), "a multiple")
    d.claim(gt(x**2, 0), "its square")
    for relation in (gt(x, 0), lt(x, 0), ge(x, 0), unequal(x + 1, 0)):
        with pytest.raises(StepError):
            d.claim(relation, "more than is given")


def test_equality_from_two_inequalities_needs_both() -> None:
    d = new()
    d.assume(ge(x, y))
    with pytest.raises(StepError):
        d.claim(eq(x, y), "one of them")
    d.assume(ge(y, x))
    assert d.claim(eq(x, y), "both") in d.conclusions


def test_known_inequalities_keep_their_direction_and_their_strictness() -> None:
    for op, holds in (("≤", "≤"), ("<", "≤<"), ("≥", "≥"), (">", "≥>")):
        d = new()
        d.assume(Relation(x, op, y))
        for other in "≤<≥>":
            if other in holds:
                assert d.claim(Relation(x, other, y), "given") in d.conclusions
            else:
                with pytest.raises(StepError):
                    d.claim(Relation(x, other, y), "not given")


def test_a_claimed_inequality_is_known_with_its_own_strictness() -> None:
    d = new()
    d.claim(ge(x**2 + y**2, 0), "squares")
    with pytest.raises(StepError):
        d.claim(gt(x**2 + y**2, 0), "more than was shown")
    d.claim(gt(t - x + x**2 + x, 0), "sum", slack=[t, x**2])
    assert d.claim(unequal(t + x**2, 0), "known") in d.conclusions


def test_a_hypothesis_about_some_places_says_nothing_of_others() -> None:
    d = new()
    d.assume(gt(v[a], 0), "at one place")
    d.assume(eq(w[a], 1), "at one place")
    for relation in (
        gt(v[b], 0),
        gt(v[1], 0),
        ge(total(v[i], i), 0),
        eq(w[b], 1),
        eq(w[i], 1),
        eq(total(w[i], i), n),
    ):
        with pytest.raises(StepError):
            d.claim(relation, "elsewhere")
    assert d.claim(gt(v[a] * w[a], 0), "there") in d.conclusions


# Known equalities


def test_a_combination_needs_the_very_equality_that_is_known() -> None:
    d = new()
    known = d.assume(eq(v[a], w[a]), rewrite=False)
    bound = d.assume(le(v[i], w[i]))
    d.start(v[a])
    for wrong in (eq(v[i], w[i]), eq(v[a], 2 * w[a]), bound, eq(w[b], v[b])):
        with pytest.raises(FalseStep, match="not known"):
            d.equal(w[a], "unknown", using=[Combination(sp.Integer(1), wrong)])
    with pytest.raises(ValueError, match="fixed"):
        d.equal(w[a], "elsewhere", using=[Combination(sp.Integer(1), known, at={a: b})])
    for multiplier in (sp.Integer(2), sp.Integer(-1), sp.Integer(0), t):
        with pytest.raises(StepError):
            d.equal(w[a], "wrong multiple", using=[Combination(multiplier, known)])
    d.equal(w[a], "right", using=[Combination(sp.Integer(1), known)])


def test_combinations_add_up_and_may_be_summed() -> None:
    d = new()
    one = d.assume(eq(v[i], t * w[i] ** 2), rewrite=False)
    d.start(total(v[i] * w[i], i))
    d.equal(t * total(w[j] ** 3, j), "summed", using=[Combination(w[i], one, over=(i,))])
    d.start(v[j] + v[k])
    both = [Combination(sp.Integer(1), one, at={i: j}), Combination(sp.Integer(1), one, at={i: k})]
    for part in ([], both[:1], both[1:]):
        with pytest.raises(StepError):
            d.equal(t * w[j] ** 2 + t * w[k] ** 2, "part of it", using=part)
    d.equal(t * w[j] ** 2 + t * w[k] ** 2, "two places", using=both)


# Theorems


@pytest.mark.parametrize(
    ("expression", "variable", "at", "slope"),
    [
        (x**2, x, 1, sp.Integer(2)),
        ((x - 1) ** 2, x, 0, sp.Integer(2)),
        (-(x**2), x, 0, sp.Integer(-2)),
        (x**4, x, 0, 4 * x**2),
        (x**2, x, 0, sp.Integer(1)),
        (x**2 * y, x, 0, 2 * y),
        (t - 1 - log(t), t, -1, 1 / t),
        (t - 1 - log(t), t, y, 1 / t),
        (t**2, t, 0, sp.Integer(2)),
        (x**2 - 2 * x * x, x, x, sp.Integer(2)),
        (v[a] ** 2, v[a], 0, sp.Integer(2)),
        (c**2, c, 0, sp.Integer(2)),
    ],
)
def test_no_minimum(expression: sp.Expr, variable: sp.Expr, at: object, slope: sp.Expr) -> None:
    d = new()
    with pytest.raises(StepError):
        d.minimum(expression, variable, at, slope, "wrong")
    assert not d.conclusions


def test_a_minimum_gives_the_bound_and_where_it_is_attained() -> None:
    d = new()
    equality = d.minimum(t * s**2 - 2 * t * s * y**2 - 2 * t * s, s, y**2 + 1, 2 * t, "a parabola")
    value = -t * (y**2 + 1) ** 2
    bound = d.conclusions[d.position("minimum")]
    assert bound.op == "≥"
    assert d.normal.same(bound.right, value)
    assert equality == d.conclusions[d.position("equality")]
    assert equality.left.op == equality.right.op == "="
    assert not equality.one_way
    assert equality.right == eq(s, y**2 + 1)
    assert d.normal.same(equality.left.right, value)


def test_the_mean_value_theorem_has_both_ends() -> None:
    tau = real("tau")
    d = new()
    for shown in (
        eq(t**3, (t - 0) * 2 * tau**2),
        eq(t**3 - 1, t * 3 * tau**2),
        eq(-(t**3), t * 3 * tau**2),
        le(t**3, t * 3 * tau**2),
    ):
        with pytest.raises(FalseStep, match="not what the mean value theorem gives"):
            d.branch().mean_value(x**3, x, 0, t, tau, "wrong", shown=shown)
    branch = d.branch()
    relation = branch.mean_value(x**3, x, -s, t, tau, "right", shown=eq(t**3 + s**3, (t + s) * 3 * tau**2))
    assert relation in branch.hypotheses
    with pytest.raises(StepError):
        branch.mean_value(1 / x, x, -1, 1, real("other"), "a pole in between")


# What a reader sees


def test_a_step_shows_its_slack_and_its_rule() -> None:
    d = new()
    with pytest.raises(StepError) as caught:
        d.start(1 / x)
    assert caught.value.rule == "start"
    assert caught.value.left == 1 / x
    with pytest.raises(StepError) as caught:
        d.start(1 / x, "the inverse")
    assert caught.value.rule == "the inverse"
    d.start(x**2 + t)
    d.equal(t + x**2, "order")
    assert d.steps[-1].slack == ""
    d.at_least(t, "a square", slack=x**2)
    assert d.steps[-1].slack == "x^{2}"
    d.start(x**2 + t)
    d.at_least(0, "two parts", slack=[x**2, t])
    assert d.steps[-1].slack == r"\left[x^{2}\right] + \left[t\right]"
    with pytest.raises(FalseStep, match=r"which is -?\d\.\d{4,} at an instance") as caught:
        d.equal(x, "wrong")
    assert "the sides differ by" in caught.value.witness
