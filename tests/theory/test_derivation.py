"""The engine of derivations: what is false, unproved or badly stated is refused."""

from __future__ import annotations

import json

import pytest
import sympy as sp
from sympy import Expr, exp, log

from gatedmem.theory.derivation import Combination, Derivation, Equivalence, FalseStep, StepError, UndecidedStep
from gatedmem.theory.indexed import (
    Index,
    Partial,
    abstract_function,
    delta,
    eq,
    ge,
    gt,
    integers,
    le,
    matrix,
    nonnegative,
    positive,
    real,
    size,
    total,
    vector,
)
from gatedmem.theory.printing import latex

n, K = size("n"), size("K")
i, j, k = (Index(letter, n) for letter in "ijk")
a, b = Index("a", n, fixed=True), Index("b", n, fixed=True)
p = vector("p", n, nonnegative=True)
v, w = vector("v", n), vector("w", n)
A, B = matrix("A", n, n), matrix("B", n, n)
t, s = positive("t s")
x, y = real("x y")


def simplex() -> Derivation:
    d = Derivation("TEST", "a test")
    d.assume(eq(total(p[i], i), 1), "sum one")
    return d


def variance() -> Expr:
    return total(p[i] * v[i] ** 2, i) - total(p[i] * v[i], i) ** 2


# Steps of a chain


def test_a_true_step_is_taken_and_recorded() -> None:
    d = simplex()
    d.start(variance())
    d.equal(total(p[i] * p[j] * (v[i] - v[j]) ** 2, i, j) / 2, "pairs")
    d.at_least(0, "squares", slack=total(p[i] * p[j] * (v[i] - v[j]) ** 2, i, j) / 2)
    conclusion = d.conclude()
    assert conclusion == ge(variance(), 0)
    assert [step.kind for step in d.steps] == ["assume", "start", "link", "link", "conclusion"]


@pytest.mark.parametrize(
    "wrong",
    [
        total(p[i] * p[j] * (v[i] - v[j]) ** 2, i, j),
        total(p[i] * p[j] * (v[i] + v[j]) ** 2, i, j) / 2,
        total(p[i] * (v[i] - v[j]) ** 2, i) / 2,
        total(p[i] ** 2 * v[i] ** 2, i),
        total(p[i] * v[i] ** 2, i),
        variance() + t,
        variance() * sp.Rational(1000001, 1000000),
    ],
)
def test_a_false_step_raises_with_a_witness(wrong: Expr) -> None:
    d = simplex()
    d.start(variance())
    before = list(d.steps)
    with pytest.raises(FalseStep) as caught:
        d.equal(wrong, "wrong")
    assert caught.value.derivation is d
    assert caught.value.rule == "wrong"
    assert caught.value.left == variance()
    assert caught.value.right == wrong
    assert "at an instance" in caught.value.witness
    assert d.steps == before


def test_a_dropped_hypothesis_makes_the_step_false() -> None:
    d = Derivation("TEST", "no simplex")
    d.start(variance())
    with pytest.raises(FalseStep):
        d.equal(total(p[i] * p[j] * (v[i] - v[j]) ** 2, i, j) / 2, "pairs")


def test_a_slack_has_to_be_the_difference_and_non_negative() -> None:
    d = simplex()
    d.start(variance())
    with pytest.raises(FalseStep):
        d.at_least(0, "not the difference", slack=total(v[i] ** 2, i))
    with pytest.raises(UndecidedStep):
        d.at_least(0, "does not show its sign", slack=variance())
    with pytest.raises(StepError):
        d.at_most(0, "the wrong direction", slack=-variance())
    with pytest.raises(UndecidedStep):
        d.at_least(0, "strict", slack=total(p[i] * p[j] * (v[i] - v[j]) ** 2, i, j) / 2, strict=True)


def test_each_part_of_a_slack_needs_its_sign() -> None:
    d = Derivation("TEST", "parts")
    d.start(x**2 + t)
    with pytest.raises(StepError):
        d.at_least(0, "one negative part", slack=[x**2 + 2 * t, -t])
    d.at_least(0, "both parts", slack=[x**2, t], strict=True)
    assert d.conclude() == gt(x**2 + t, 0)


def test_a_chain_cannot_turn_around() -> None:
    d = Derivation("TEST", "direction")
    d.start(x**2)
    d.at_least(0, "a square", slack=x**2)
    with pytest.raises(FalseStep, match="direction"):
        d.at_most(t, "up again", slack=t)


def test_conclusions_have_to_follow() -> None:
    d = simplex()
    d.start(variance())
    d.at_least(0, "pairs", slack=total(p[i] * p[j] * (v[i] - v[j]) ** 2, i, j) / 2)
    for wrong in (eq(variance(), 0), gt(variance(), 0), le(variance(), 0), ge(variance(), t), ge(v[i], 0)):
        with pytest.raises(FalseStep):
            d.conclude(wrong)
    assert d.conclude(le(0, variance()))


def test_nothing_is_accepted_that_cannot_be_decided() -> None:
    d = Derivation("TEST", "undecided")
    with pytest.raises(UndecidedStep):
        d.start(1 / x)
    d.start(log(2 + total(exp(v[i]), i)))
    with pytest.raises(UndecidedStep):
        d.at_least(0, "true, but the engine cannot see it")
    # True, and beyond the normal form: it has to be refused, not believed.
    d.start(sp.Function("Abs")(x * t))
    with pytest.raises(UndecidedStep):
        d.equal(t * sp.Function("Abs")(x), "homogeneous")


# Known equalities


def test_combinations_use_known_equalities_only() -> None:
    d = Derivation("TEST", "combinations")
    fixed = d.assume(eq(v[i], total(A[i, j] * v[j], j)), "fixed point", rewrite=False)
    d.start(total(w[i] * v[i], i))
    with pytest.raises(FalseStep, match="not known"):
        d.equal(0, "invented", using=[Combination(w[i], eq(v[i], 0), (i,))])
    with pytest.raises(UndecidedStep):
        d.equal(total(w[i] * A[j, i] * v[j], i, j), "transposed", using=[Combination(w[i], fixed, (i,))])
    with pytest.raises(UndecidedStep):
        d.equal(total(w[i] * A[i, j] * v[j], i, j), "forgotten")
    d.equal(total(w[i] * A[i, j] * v[j], i, j), "used", using=[Combination(w[i], fixed, (i,))])


def test_definitions_respect_declared_signs_and_names() -> None:
    d = Derivation("TEST", "definitions")
    with pytest.raises(StepError):
        d.define(t, -s)
    d.start(v[i])
    with pytest.raises(ValueError, match="in use"):
        d.define(v[i], w[i])
    d.define(t, s**2 + 1)
    d.start(t)
    d.equal(1 + s**2, "definition")


def test_a_fact_about_one_place_is_not_a_fact_about_all() -> None:
    d = Derivation("TEST", "fixed")
    d.assume(ge(v[a], 0), "at one place")
    with pytest.raises(StepError):
        d.claim(ge(v[i], 0), "everywhere?")
    with pytest.raises(StepError):
        d.claim(ge(total(v[i], i), 0), "everywhere?")
    d.claim(ge(v[a] + t, 0), "there")


# Equivalences


def test_scaling_needs_a_non_zero_factor_of_the_right_sign() -> None:
    d = Derivation("TEST", "scale")
    d.given(eq(t * x, 0))
    with pytest.raises(UndecidedStep):
        d.iff(eq(t, 0), "divide by x", scale=x)
    d.iff(eq(x, 0), "divide by t", scale=t)
    assert d.conclude() == Equivalence(eq(t * x, 0), eq(x, 0))
    d.given(le(-t * x, 0))
    with pytest.raises(StepError):
        d.iff(le(x, 0), "forgets to turn the sign", scale=-t)
    d.iff(ge(x, 0), "turns the sign", scale=t)
    with pytest.raises(FalseStep):
        d.iff(gt(x, 0), "strict is not weak")


def test_linear_equivalences_need_both_directions() -> None:
    d = Derivation("TEST", "linear")
    d.symmetric(A)
    d.symmetric(B)
    d.assume(eq(total(A[i, k] * B[k, j], k), delta(i, j)), "inverse")
    d.given(eq(total(A[i, j] * v[j], j) - w[i], 0))
    target = eq(v[i], total(B[i, j] * w[j], j))
    with pytest.raises(FalseStep):
        d.iff(
            target,
            "wrong way back",
            forward=lambda D: total(B[i, j] * D(j), j),
            backward=lambda D: total(B[i, j] * D(j), j),
            over=(i,),
        )
    with pytest.raises(FalseStep, match="vanish"):
        d.iff(target, "not linear", forward=lambda D: target.difference, backward=lambda D: D(i), over=(i,))
    d.iff(
        target,
        "invert",
        forward=lambda D: total(B[i, j] * D(j), j),
        backward=lambda D: total(A[i, j] * D(j), j),
        over=(i,),
    )


def test_relations_cannot_be_differentiated() -> None:
    d = Derivation("TEST", "no derivative of an equation that holds at a point")
    d.given(eq(x**2, 1))
    with pytest.raises(FalseStep, match="differentiates"):
        d.implies(eq(2 * x, 0), "differentiate", forward=lambda D: Partial(D(), x))


def test_vanishing_sums() -> None:
    d = Derivation("TEST", "sums")
    d.given(eq(total(t * v[i] ** 2, i), 0))
    with pytest.raises(StepError):
        d.iff_each(eq(v[i], 0), "a term that may be negative", weight=t * v[i], over=(i,))
    with pytest.raises(UndecidedStep):
        d.iff_each(eq(v[i] ** 2, 0), "a weight that may vanish", weight=x, over=(i,))
    with pytest.raises(FalseStep):
        d.iff_each(eq(v[i] ** 2, 0), "a wrong weight", weight=2 * t, over=(i,))
    d.iff_each(eq(v[i] ** 2, 0), "squares", weight=t, over=(i,))
    with pytest.raises(FalseStep):
        d.iff(eq(v[i], 1), "not the root", root=2)
    d.iff(eq(v[i], 0), "root", root=2)


def test_one_step_that_does_not_go_back_makes_the_whole_chain_one_way() -> None:
    d = Derivation("TEST", "one way")
    d.given(eq(x, y))
    d.implies(eq(x**2, x * y), "multiply by x, which may vanish", forward=lambda D: x * D())
    d.iff(eq(t * x**2, t * x * y), "there and back", scale=1 / t)
    with pytest.raises(FalseStep, match="does not show this"):
        d.conclude(Equivalence(eq(x, y), eq(t * x**2, t * x * y)))
    assert d.conclude().one_way


def test_a_sum_with_a_rest_vanishes_one_way_only() -> None:
    for rest in (p[a], sp.Integer(1), sp.Integer(0)):
        d = Derivation("TEST", "rest")
        d.given(eq(total(t * v[i] ** 2, i) + rest, 0))
        d.iff_each(eq(v[i] ** 2, 0), "squares", weight=t, over=(i,), rest=rest)
        assert d.conclude().one_way == (rest != 0)
    d.given(eq(total(t * v[i] ** 2, i) + x, 0))
    with pytest.raises(UndecidedStep):
        d.iff_each(eq(v[i] ** 2, 0), "a rest of any sign", weight=t, over=(i,), rest=x)


def test_roots_of_inequalities_need_signs() -> None:
    d = Derivation("TEST", "roots")
    d.given(le(x**2, t**2))
    with pytest.raises(UndecidedStep):
        d.iff(le(x, t), "x may be negative", root=2)
    c = nonnegative("c")
    d.given(le(c**2, t**2))
    d.iff(le(c, t), "both non-negative", root=2)


def test_monotone_functions() -> None:
    d = Derivation("TEST", "monotone")
    d.given(le(log(t), x))
    with pytest.raises(FalseStep):
        d.iff(le(t, x), "wrong", monotone=exp)
    d.iff(le(t, exp(x)), "exponentiate", monotone=exp)
    with pytest.raises(FalseStep):
        d.iff(le(t**2, exp(x) ** 2), "square", monotone=lambda e: e**2)


def test_detach_needs_the_premise() -> None:
    d = Derivation("TEST", "modus ponens")
    d.given(eq(t * x, 0))
    d.iff(eq(x, 0), "divide", scale=t)
    equivalence = d.conclude()
    with pytest.raises(FalseStep, match="premise"):
        d.detach(equivalence, "too early")
    d.assume(eq(t * x, 0), "now it is given", rewrite=False)
    assert d.detach(equivalence, "now") == eq(x, 0)


# Theorems


def test_minimum_checks_slope_range_and_hypotheses() -> None:
    d = Derivation("TEST", "minimum")
    d.minimum(t - 1 - log(t), t, 1, 1 / t, "the logarithm")
    with pytest.raises(FalseStep):
        d.minimum(t - 1 - log(t), t, 2, 1 / t, "not there")
    with pytest.raises(StepError):
        d.minimum(1 + log(t) - t, t, 1, -1 / t, "a maximum")
    with pytest.raises(StepError):
        d.minimum(x**3, x, 0, 3 * x, "a saddle")
    with pytest.raises(FalseStep, match="real or positive"):
        d.minimum(sp.Symbol("c", nonnegative=True) ** 2, sp.Symbol("c", nonnegative=True), 0, 2, "half line")
    e = Derivation("TEST", "restricted")
    e.assume(le(x, -1), "restricted")
    with pytest.raises(FalseStep, match="restricts"):
        e.minimum(x**2, x, 0, sp.Integer(2), "the range is not all reals")


def test_mean_value_points_are_new_and_do_not_escape() -> None:
    tau = real("tau")
    d = Derivation("TEST", "mean value")
    branch = d.branch()
    relation = branch.mean_value(x**2, x, 0, y, tau, "squares")
    assert branch.normal.same(relation.right, y * 2 * tau)
    with pytest.raises(FalseStep, match="new"):
        branch.mean_value(tau * x, x, 0, 1, tau, "old")
    with pytest.raises(FalseStep, match="index"):
        branch.mean_value(v[i] * x, x, 0, 1, real("theta"), "one point for all places?")
    branch.start(y**2)
    branch.equal(2 * tau * y, "mean value", using=[Combination(sp.Integer(1), relation)])
    branch.conclude(text="escapes")
    with pytest.raises(FalseStep, match="definition of the branch"):
        d.discharge(branch, "escapes")


def test_lemmas_need_their_hypotheses() -> None:
    lemma = simplex()
    lemma.start(variance())
    lemma.at_least(0, "pairs", slack=total(p[i] * p[j] * (v[i] - v[j]) ** 2, i, j) / 2)
    lemma.conclude(text="variance")
    q = vector("q", K, nonnegative=True)
    mu = Index("mu", K)
    d = Derivation("TEST", "uses it")
    with pytest.raises(StepError):
        d.use(lemma, {n: K, p[i]: q[Index("i", K)]}, "variance")
    d.assume(eq(total(q[mu], mu), 1), "sum one")
    found = d.use(lemma, {n: K, p[i]: q[Index("i", K)]}, "variance")
    u = vector("v", K)
    assert d.normal.same(found.left, total(q[mu] * u[mu] ** 2, mu) - total(q[mu] * u[mu], mu) ** 2)
    r = vector("r", K)
    with pytest.raises(StepError):
        d.use(lemma, {n: K, p[i]: r[Index("i", K)]}, "variance")
    with pytest.raises(FalseStep, match="lemma gives"):
        d.use(lemma, {n: K, p[i]: q[Index("i", K)]}, "variance", shown=ge(total(q[mu] ** 2, mu), 0))


def test_lemmas_need_their_symmetries() -> None:
    lemma = Derivation("LEMMA", "symmetric")
    lemma.symmetric(A)
    lemma.start(total(A[i, j] * v[j], j))
    lemma.equal(total(A[j, i] * v[j], j), "symmetry")
    lemma.conclude(text="transpose")
    d = Derivation("TEST", "not symmetric")
    with pytest.raises(FalseStep):
        d.use(lemma, {A[i, j]: v[i] * w[j]}, "transpose")
    assert d.use(lemma, {A[i, j]: v[i] * v[j]}, "transpose").op == "="


def test_defined_quantities_of_a_lemma_stay_defined() -> None:
    lemma = Derivation("LEMMA", "definition")
    lemma.define(w[i], v[i] ** 2)
    lemma.claim(ge(w[i], 0), "a square", label="square")
    d = Derivation("TEST", "replaces the definition")
    with pytest.raises(FalseStep, match="defined"):
        d.use(lemma, {w[i]: -v[i]}, "square")


def test_branches_bring_their_hypotheses_home() -> None:
    d = Derivation("TEST", "branch")
    branch = d.branch()
    assumed = branch.assume(ge(x, t), "large")
    branch.claim(gt(x, 0), "at least a positive number", slack=[x - t, t], label="positive")
    found = d.discharge(branch, "positive")
    assert found.hypotheses == (assumed,)
    with pytest.raises(StepError):
        d.claim(gt(x, 0), "without the hypothesis")


def test_definitions_have_to_be_symmetric_where_declared() -> None:
    d = Derivation("TEST", "symmetric")
    d.define(A[i, j], v[i] * w[j], opaque=True)
    with pytest.raises(FalseStep):
        d.symmetric(A)


def test_a_contradicted_normal_form_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    # The numerical check is independent: a normaliser that believes everything does not get far.
    d = simplex()
    d.start(variance())
    monkeypatch.setattr(type(d.normal), "is_zero", lambda self, e: True)
    with pytest.raises(UndecidedStep, match="at an instance"):
        d.equal(total(v[i], i), "nonsense")


# Rendering


def test_latex_is_readable() -> None:
    xi, mu = matrix("xi", K, n), Index("mu", K)
    phi = abstract_function("test_phi", latex=r"\varphi")
    shown = latex(total(xi[mu, i] * phi(v[i]), i))
    assert r"\xi_{\mu i}" in shown
    assert r"\varphi\left(v_{i}\right)" in shown
    assert r"\sum_{i=1}^{n}" in shown
    assert "Sum" not in shown
    assert "test_phi" not in shown


def test_pages() -> None:
    d = simplex()
    d.start(variance(), "the variance")
    d.equal(total(p[i] * p[j] * (v[i] - v[j]) ** 2, i, j) / 2, "pairs")
    d.conclude(text="pairs")
    page = d.to_markdown()
    lines = page.splitlines()
    assert lines.count("$$") % 2 == 0
    assert lines.count("$$") >= 4
    assert "\\begin{align*}" in lines
    assert all(line == "$$" or "$$" not in line for line in lines)
    assert "\\begin{align}" not in page
    assert "pairs" in page
    assert "\\section*{TEST" in d.to_latex()
    data = json.loads(json.dumps(d.to_json()))
    assert data["id"] == "TEST"
    assert [step["kind"] for step in data["steps"]] == ["assume", "start", "link", "conclusion"]
    assert all(step.get("method") for step in data["steps"] if step["kind"] == "link")
    assert integers("m") is not None
