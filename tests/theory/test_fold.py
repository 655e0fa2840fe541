"""The derivation of CG18 concludes what the ledger says, and errors in the criterion or the closed form break it."""

import pytest
import sympy as sp

from gatedmem.theory.context import fold
from gatedmem.theory.derivation import FalseStep, Implication, StepError


def test_it_builds_and_its_conclusions_say_what_the_ledger_says() -> None:
    d = fold.cg18()
    turning = d.conclusions[d.position("turning")]
    assert isinstance(turning, Implication)
    assert turning.conclusion.right == 0
    bend = d.conclusions[d.position("bend")]
    assert isinstance(bend, Implication)
    assert len(bend.hypotheses) == 4
    assert bend.conclusion.right.has(fold.lam**2)
    top = d.conclusions[d.position("tilt at the fold")]
    assert isinstance(top, Implication)
    assert sp.simplify(top.conclusion.right - fold.closed_form(fold.kappa)) == 0
    assert all(step.method for step in d.steps if step.kind in ("link", "relation", "claim", "fact"))


@pytest.mark.parametrize("factor", [sp.Rational(1, 2), 2])
def test_a_wrong_feedback_in_the_criterion_is_refuted(monkeypatch: pytest.MonkeyPatch, factor: sp.Expr) -> None:
    true = fold.covariance_times
    monkeypatch.setattr(fold, "covariance_times", lambda values, row: factor * true(values, row))
    with pytest.raises(StepError, match="CG18"):
        fold.cg18()


def test_a_covariance_without_its_mean_is_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    def uncentred(values: sp.Expr, row: fold.Index) -> sp.Expr:
        return fold.softmax(fold.beta * fold.r[row], row) * values

    monkeypatch.setattr(fold, "covariance_times", uncentred)
    with pytest.raises(StepError, match="CG18"):
        fold.cg18()


def test_the_map_needs_the_square_of_the_coupling(monkeypatch: pytest.MonkeyPatch) -> None:
    true = fold.residual

    def linear(row: fold.Index) -> sp.Expr:
        return true(row) + (fold.lam**2 - fold.lam) * fold.softmax(fold.beta * fold.r[row], row)

    monkeypatch.setattr(fold, "residual", linear)
    with pytest.raises(StepError, match="CG18"):
        fold.cg18()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda kappa: (1 + 1 / kappa) * sp.log(1 + kappa),
        lambda kappa: (1 + kappa) * sp.log(1 + kappa) - 1,
        lambda kappa: sp.log(1 + kappa),
    ],
)
def test_a_wrong_closed_form_is_refuted(monkeypatch: pytest.MonkeyPatch, wrong) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(fold, "closed_form", wrong)
    with pytest.raises(FalseStep, match="CG18"):
        fold.cg18()
