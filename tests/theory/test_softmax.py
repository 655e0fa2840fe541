"""Derivations about the softmax: they conclude what the ledger says, and a wrong constant breaks them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest
import sympy as sp
from sympy import exp

from gatedmem.theory.derivation import Derivation, FalseStep, StepError
from gatedmem.theory.indexed import Index, Normaliser, Partial, delta, eq, positive, size, total, vector
from gatedmem.theory.sampling import TOLERANCE, Sample
from gatedmem.theory.softmax import definitions
from gatedmem.theory.softmax.basics import sm1, sm3
from gatedmem.theory.softmax.covariance import covariance_contracts, sm4
from gatedmem.theory.softmax.effective import sm9
from gatedmem.theory.softmax.gibbs import sm2
from gatedmem.theory.softmax.log_sum_exp import sm6
from gatedmem.theory.softmax.separation import sm7

n = size("n")
i, j, k = (Index(letter, n) for letter in "ijk")
r, f = vector("r", n), vector("f", n)
beta, T = positive("beta T")
p = vector("p", n, nonnegative=True)
v = vector("v", n)


@pytest.mark.parametrize("derive", [sm1, sm2, sm3, sm4, sm6, sm7, sm9])
def test_derivations_build_and_render(derive: Callable[[], Derivation]) -> None:
    d = derive()
    assert d.id == derive.__name__.upper()
    assert d.conclusions
    assert all(step.method for step in d.steps if step.kind in ("link", "relation", "claim", "fact"))
    page = d.to_markdown()
    assert page.splitlines().count("$$") % 2 == 0
    assert not any(word in page for word in ("Sum(", "KroneckerDelta", "Partial(", "lambda_", "IndexedBase"))


def test_sm1_concludes_all_four_parts() -> None:
    d = sm1()
    assert set(d.labels) >= {"positive", "sum one", "shift", "permutation"}
    assert d.conclusions[d.position("sum one")] == eq(total(definitions.softmax(beta * r[i], i), i), 1)


def test_sm3_is_the_jacobian_of_the_definition() -> None:
    # The conclusion, read without the derivation: differentiate the definition in numbers.
    d = sm3()
    conclusion = d.conclusions[d.position("Jacobian")]
    weights = definitions.softmax(beta * r[i], i)
    sample = Sample(5, definitions={"p": ((i,), weights)})
    for row in (1, 2):
        for column in (1, 2):
            names = {i: row, j: column}
            slope = sample.value(Partial(weights, r[j]), names)
            assert abs(slope - sample.value(conclusion.right, names)) < TOLERANCE
    wrong = beta * definitions.softmax(beta * r[i], i) * delta(i, j)
    assert not Normaliser().same(Partial(weights, r[j]), wrong)


def test_sm2_fails_with_a_wrong_temperature(monkeypatch: pytest.MonkeyPatch) -> None:
    def hotter(score: sp.Expr, index: Index) -> sp.Expr:
        return definitions.softmax(score / 2, index)

    monkeypatch.setattr("gatedmem.theory.softmax.gibbs.softmax", hotter)
    with pytest.raises(FalseStep, match="SM2"):
        sm2()


def test_sm2_fails_with_a_wrong_entropy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gatedmem.theory.softmax.gibbs.entropy", lambda p, i: 2 * definitions.entropy(p, i))
    with pytest.raises(FalseStep, match="SM2"):
        sm2()


@pytest.mark.parametrize(
    "wrong", [Fraction(1, 4), Fraction(49, 100), Fraction(51, 100), Fraction(1), Fraction(-1, 2)]
)
def test_sm4_fails_with_any_other_constant(wrong: Fraction) -> None:
    with pytest.raises(FalseStep, match="at an instance"):
        sm4(wrong)
    with pytest.raises(FalseStep):
        covariance_contracts(wrong)


def test_sm4_fails_with_a_wrong_form(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(p: sp.Expr, v: sp.Expr, index: Index) -> sp.Expr:
        return total(p * v**2, index) - total(p**2 * v**2, index)

    monkeypatch.setattr("gatedmem.theory.softmax.covariance.quadratic", wrong)
    with pytest.raises(FalseStep):
        sm4()


def test_sm4_states_the_bounds_and_their_sharpness() -> None:
    d = sm4()
    form = definitions.quadratic(p[i], v[i], i)
    upper = d.conclusions[d.position("upper bound")]
    assert (upper.left, upper.op, upper.right) == (form, "≤", total(v[i] ** 2, i) / 2)
    lower = d.conclusions[d.position("lower bound")]
    assert (lower.left, lower.op, lower.right) == (form, "≥", 0)
    attained = d.conclusions[d.position("attained")]
    assert attained.op == "="
    w = vector("w", n)
    assert attained.right == total(w[i] ** 2, i) / 2


def test_sm7_states_bound_and_equality() -> None:
    d = sm7()
    bound = d.conclusions[d.position("bound")]
    g = sp.Symbol("g", real=True)
    assert bound.op == "≥"
    assert bound.right == 1 / (1 + (n - 1) * exp(-g / T))
    equality = d.conclusions[d.position("equality")]
    excess = vector("e", n, nonnegative=True)
    assert not equality.one_way
    assert equality.right == eq(excess[k], 0)


def test_sm7_fails_with_a_wrong_count(monkeypatch: pytest.MonkeyPatch) -> None:
    # n rivals instead of n - 1.
    monkeypatch.setattr("gatedmem.theory.softmax.separation.n", n + 1)
    with pytest.raises(FalseStep, match="SM7"):
        sm7()


def test_sm6_states_gradient_convexity_and_bounds() -> None:
    d = sm6()
    value = definitions.log_partition(beta * r[i], i) / beta
    assert d.conclusions[d.position("gradient")].left == Partial(value, r[i])
    assert {"Hessian", "convex", "lower", "upper"} <= set(d.labels)
    assert d.conclusions[d.position("lower")].op == "≥"
    assert d.conclusions[d.position("upper")].op == "≤"


def test_sm6_fails_with_a_wrong_normalisation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "gatedmem.theory.softmax.log_sum_exp.log_sum_exp", lambda entry: definitions.log_partition(beta * entry, i)
    )
    with pytest.raises(FalseStep, match="SM6"):
        sm6()


def test_sm9_fails_with_a_wrong_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    from gatedmem.theory.softmax import effective

    right = effective.bound
    monkeypatch.setattr(effective, "bound", lambda a: right(a) - a / 7)
    with pytest.raises(FalseStep, match=r"SM9.*at an instance"):
        sm9()


def test_sm9_needs_the_condition_on_the_level(monkeypatch: pytest.MonkeyPatch) -> None:
    # Beyond 1 - c/n the bound falls again; without that hypothesis the last part cannot be had.
    from gatedmem.theory.softmax import effective

    original = effective.Derivation.assume

    def forgetful(self: Derivation, relation: object, why: str = "", **options: object) -> object:
        if why.startswith(r"$\varepsilon \le 1 - c/n"):
            return relation
        return original(self, relation, why, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(effective.Derivation, "assume", forgetful)
    with pytest.raises(StepError, match="SM9"):
        sm9()
