"""Lemmas, branches and definitions: every hypothesis is asked for where a conclusion is used."""

from __future__ import annotations

import pytest
import sympy as sp

from gatedmem.theory.derivation import (
    Combination,
    Derivation,
    Equivalence,
    FalseStep,
    Implication,
    StepError,
)
from gatedmem.theory.indexed import (
    Index,
    Partial,
    Relation,
    eq,
    ge,
    gt,
    le,
    matrix,
    nonnegative,
    positive,
    real,
    size,
    total,
    vector,
)

n, K = size("n"), size("K")
i, j, k = (Index(letter, n) for letter in "ijk")
v, w = vector("v", n), vector("w", n)
A = matrix("A", n, n)
t, s = positive("t s")
c = nonnegative("c")
x, y, z = real("x y z")


def new() -> Derivation:
    return Derivation("TEST", "a test")


def unequal(left: object, right: object) -> Relation:
    return Relation(sp.sympify(left), "≠", sp.sympify(right))


# Lemmas


def lemma_about(*hypotheses: Relation) -> Derivation:
    lemma = Derivation("LEMMA", "a lemma")
    for hypothesis in hypotheses:
        lemma.assume(hypothesis)
    return lemma


def test_all_hypotheses_made_before_a_conclusion_are_needed() -> None:
    lemma = lemma_about(ge(x, 1))
    lemma.claim(gt(x, 0), "positive", slack=[x - 1, sp.Integer(1)], label="positive")
    lemma.assume(ge(y, 1))
    lemma.claim(gt(x + y, 0), "sum", slack=[x - 1, y - 1, sp.Integer(2)], label="sum")
    d = new()
    with pytest.raises(StepError):
        d.use(lemma, {}, "positive")
    d.assume(ge(x, 1))
    assert d.use(lemma, {}, "positive") == gt(x, 0)
    with pytest.raises(StepError):
        d.use(lemma, {}, "sum")
    with pytest.raises(StepError):
        d.use(lemma, {x: y}, "positive")
    assert d.use(lemma, {y: t + 1}, "sum").op == ">"
    assert d.lemmas == ["LEMMA"]


def test_signs_of_replaced_quantities_are_kept() -> None:
    p = vector("p", n, positive=True)
    lemma = Derivation("LEMMA", "signs")
    lemma.claim(gt(t, 0), "positive", label="scalar")
    lemma.claim(ge(c, 0), "non-negative", label="weak")
    lemma.claim(gt(total(p[i], i), 0), "positive", label="sum")
    d = new()
    for values, which in (
        ({t: x}, "scalar"),
        ({t: -s}, "scalar"),
        ({t: c}, "scalar"),
        ({t: sp.Integer(0)}, "scalar"),
        ({c: x}, "weak"),
        ({c: -c}, "weak"),
        ({p[i]: v[i]}, "sum"),
        ({p[i]: v[i] ** 2}, "sum"),
        ({p[i]: -p[i]}, "sum"),
    ):
        with pytest.raises(StepError):
            d.use(lemma, values, which)
    assert d.use(lemma, {t: s + x**2}, "scalar") == gt(s + x**2, 0)
    assert d.use(lemma, {c: x**2}, "weak") == ge(x**2, 0)
    assert d.use(lemma, {c: 0}, "weak") == ge(0, 0)


def test_conclusions_of_a_name_used_twice_have_no_name() -> None:
    d = new()
    d.claim(ge(x**2, 0), "first", label="a square")
    d.claim(ge(y**2, 0), "second", label="another")
    assert d.use(d, {}, "another") == ge(y**2, 0)
    d.claim(ge(z**2, 0), "third", label="a square")
    with pytest.raises(KeyError, match="no single conclusion"):
        d.use(d, {}, "a square")
    with pytest.raises(KeyError, match="no single conclusion"):
        d.position("never said")
    assert d.position(-1) == len(d.conclusions) - 1
    with pytest.raises(IndexError):
        d.position(len(d.conclusions))


def test_a_definition_in_common_keeps_its_name_unless_what_it_holds_is_replaced() -> None:
    lemma = Derivation("LEMMA", "definition")
    lemma.define(w[i], x * v[i] ** 2)
    lemma.claim(eq(total(w[i], i), x * total(v[j] ** 2, j)), "definition", label="sum")
    d = new()
    d.define(w[i], x * v[i] ** 2)
    assert d.use(lemma, {}, "sum").left == total(w[i], i)
    found = d.use(lemma, {x: y}, "sum")
    assert found == eq(total(y * v[i] ** 2, i), y * total(v[j] ** 2, j))
    other = new()
    other.define(w[i], v[i] ** 4)
    assert other.use(lemma, {}, "sum") == eq(total(x * v[i] ** 2, i), x * total(v[j] ** 2, j))


def test_an_instance_may_be_stated_in_other_words_only() -> None:
    lemma = Derivation("LEMMA", "squares")
    lemma.claim(ge(x**2 - 2 * x * y + y**2, 0), "square", slack=(x - y) ** 2, label="square")
    lemma.given(eq(t * x, 0))
    lemma.iff(eq(x, 0), "divide", scale=t)
    lemma.conclude(text="equivalence")
    d = new()
    for wrong in (
        gt((x - y) ** 2, 0),
        eq((x - y) ** 2, 0),
        ge((x + y) ** 2, 0),
        ge(0, (x - y) ** 2),
        Equivalence(ge((x - y) ** 2, 0), eq(x, y)),
    ):
        with pytest.raises(FalseStep, match="lemma gives"):
            d.use(lemma, {}, "square", shown=wrong)
    assert d.use(lemma, {}, "square", shown=le(2 * x * y, x**2 + y**2)) in d.conclusions
    for wrong in (
        Equivalence(eq(t * x, 0), eq(y, 0)),
        Equivalence(eq(y, 0), eq(x, 0)),
        Equivalence(eq(t * x, 0), eq(x, 0), one_way=True),
        eq(x, 0),
    ):
        with pytest.raises(FalseStep, match="lemma gives"):
            d.use(lemma, {}, "equivalence", shown=wrong)
    shown = Equivalence(eq(-2 * x * t, -x * t), eq(0, x))
    assert d.use(lemma, {}, "equivalence", shown=shown) == shown


# Branches


def test_what_a_branch_assumes_stays_there() -> None:
    d = new()
    branch = d.branch("Suppose that")
    branch.assume(eq(x, y))
    branch.assume(unequal(z, 0))
    branch.claim(eq(x * t, y * t), "given", label="equal")
    branch.claim(gt(z**2, 0), "given", label="square")
    branch.define(vector("f", n)[i], v[i] ** 2)
    branch.claim(ge(total(vector("f", n)[i], i), 0), "squares", label="defined")
    for relation in (eq(x, y), unequal(z, 0), gt(z**2, 0)):
        with pytest.raises(StepError):
            d.claim(relation, "outside")
    assert not d.conclusions
    found = d.discharge(branch, "equal")
    assert found == Implication((eq(x, y), unequal(z, 0)), eq(x * t, y * t))
    with pytest.raises(StepError):
        d.claim(eq(x, y), "an implication is not its conclusion")
    with pytest.raises(FalseStep, match="definition of the branch"):
        d.discharge(branch, "defined")
    with pytest.raises(FalseStep, match="not a branch"):
        d.discharge(Derivation("TEST", "another"), -1)
    with pytest.raises(FalseStep, match="implication"):
        d.discharge(d.branch(), -1)


def test_a_symmetry_of_a_branch_stays_there() -> None:
    d = new()
    branch = d.branch()
    branch.symmetric(A)
    branch.claim(eq(A[i, j], A[j, i]), "symmetry", label="symmetry")
    with pytest.raises(FalseStep, match="symmetry"):
        d.discharge(branch, "symmetry")


def test_a_granted_point_leaves_only_what_does_not_mention_it() -> None:
    tau = real("tau")
    d = new()
    branch = d.branch()
    branch.mean_value(x**2, x, 0, t, tau, "squares")
    branch.claim(ge(x**2, 0), "a square", label="elsewhere")
    branch.claim(ge(tau**2, 0), "a square", label="there")
    assert d.discharge(branch, "elsewhere") == ge(x**2, 0)
    with pytest.raises(FalseStep, match="mentions"):
        d.discharge(branch, "there")


# Definitions


def test_a_definition_has_the_sign_its_name_was_declared_with() -> None:
    d = new()
    for left, right in ((t, x), (t, c), (t, sp.Integer(0)), (t, -s), (c, x), (c, -s)):
        with pytest.raises(StepError):
            d.define(left, right)
    d.define(t, s + c)
    d.define(c, x**2)


def test_an_opaque_definition_serves_in_combinations_only() -> None:
    d = new()
    definition = d.define(y, x**2, opaque=True)
    d.start(y)
    with pytest.raises(StepError):
        d.equal(x**2, "not unfolded")
    d.equal(x**2, "definition", using=[Combination(sp.Integer(1), definition)])
    d.start(Partial(y, x))
    d.equal(0, "constant")
    with pytest.raises(ValueError, match="in use"):
        d.define(x, t)


def test_an_opaque_definition_of_a_lemma_is_a_hypothesis() -> None:
    lemma = Derivation("LEMMA", "opaque")
    definition = lemma.define(y, x**2, opaque=True)
    lemma.claim(ge(y, 0), "a square", slack=x**2, using=[Combination(sp.Integer(1), definition)], label="sign")
    d = new()
    with pytest.raises(StepError):
        d.use(lemma, {}, "sign")
    with pytest.raises(StepError):
        d.use(lemma, {y: x**3}, "sign")
    assert d.use(lemma, {y: x**2}, "sign") == ge(x**2, 0)


def test_symmetric_definitions_are_checked_entry_by_entry() -> None:
    d = new()
    d.define(A[i, j], v[i] * w[j] + w[i] * v[j], opaque=True)
    d.symmetric(A)
    d.claim(eq(total(A[i, j] * v[j], j), total(A[j, i] * v[j], j)), "symmetric")
