"""Derivations about context-gated retrieval: they conclude what the ledger says, and errors break them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest
import sympy as sp

from gatedmem.theory.context import definitions
from gatedmem.theory.context.contraction import cg11, kappa, q, q_other, x, y
from gatedmem.theory.context.definitions import i, lam
from gatedmem.theory.context.fixed_points import cg10
from gatedmem.theory.derivation import Derivation, FalseStep, Implication
from gatedmem.theory.indexed import Index, eq, total


@pytest.mark.parametrize("derive", [cg10, cg11])
def test_derivations_build_and_render(derive: Callable[[], Derivation]) -> None:
    d = derive()
    assert d.id == derive.__name__.upper()
    assert d.conclusions
    assert all(step.method for step in d.steps if step.kind in ("link", "relation", "claim", "fact"))
    page = d.to_markdown()
    assert page.splitlines().count("$$") % 2 == 0
    assert not any(word in page for word in ("Sum(", "KroneckerDelta", "Partial(", "lambda_", "IndexedBase"))


def test_cg10_goes_both_ways() -> None:
    d = cg10()
    there = d.conclusions[d.position("equilibrium gives fixed point")]
    assert isinstance(there, Implication)
    assert len(there.hypotheses) == 3
    back = d.conclusions[d.position("fixed point gives gate equilibrium")]
    assert isinstance(back, Implication)
    assert back.conclusion.right == 0
    assert there.conclusion in back.hypotheses


def test_cg10_fails_with_a_misprinted_current(monkeypatch: pytest.MonkeyPatch) -> None:
    # The competition current is printed once with a factor two (misprint 1 of the model).
    def doubled(s: Callable[[Index], sp.Expr], p: Callable[[Index], sp.Expr], index: Index) -> sp.Expr:
        right = definitions.gate_current(s, p, index)
        return right - definitions.alpha * total(
            definitions.competition(index, definitions.m) * s(definitions.m), definitions.m
        )

    monkeypatch.setattr("gatedmem.theory.context.fixed_points.gate_current", doubled)
    with pytest.raises(FalseStep, match="CG10"):
        cg10()


def test_cg10_fails_with_a_missing_feedback_power(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(definitions, "feedback", lambda p, index: total(definitions.B[index, definitions.k] * p(definitions.k), definitions.k) * lam)  # fmt: skip # noqa: E501
    with pytest.raises(FalseStep, match="CG10"):
        cg10()


@pytest.mark.parametrize("wrong", [Fraction(1, 4), Fraction(49, 100), Fraction(51, 100), Fraction(1)])
def test_cg11_fails_with_any_other_constant(wrong: Fraction) -> None:
    with pytest.raises(FalseStep, match=r"CG11.*at an instance"):
        cg11(wrong)


def test_cg11_fails_with_a_wrong_map(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(p: Callable[[Index], sp.Expr], index: Index) -> sp.Expr:
        return definitions.retrieval_map(lambda other: 2 * p(other), index)

    monkeypatch.setattr("gatedmem.theory.context.contraction.retrieval_map", wrong)
    with pytest.raises(FalseStep, match="CG11"):
        cg11()


def test_cg11_states_contraction_uniqueness_and_rate() -> None:
    d = cg11()
    lipschitz = d.conclusions[d.position("Lipschitz")]
    assert lipschitz.left == total((q[i] - q_other[i]) ** 2, i)
    assert lipschitz.right == kappa**2 * total((x[i] - y[i]) ** 2, i)
    unique = d.conclusions[d.position("unique")]
    assert isinstance(unique, Implication)
    assert unique.conclusion == eq(x[i] - y[i], 0)
    assert {"rate", "induction step", "geometric sum", "error", "Jacobian"} <= set(d.labels)
    assert "completeness" in d.cited
