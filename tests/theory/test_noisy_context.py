"""The derivation of CG22 concludes what the ledger says, and a wrong weight or a wrong signal breaks it."""

from collections.abc import Callable

import pytest
import sympy as sp

from gatedmem.theory.context import noisy_context
from gatedmem.theory.context.noisy_context import lam, sigma_c, sigma_q
from gatedmem.theory.derivation import Equivalence, Implication, StepError


def test_it_concludes_both_best_weights_and_the_condition() -> None:
    d = noisy_context.cg22()
    only = d.conclusions[d.position("equality")]
    assert isinstance(only, Equivalence)
    assert sp.simplify(only.right.right - sigma_q**2 / sigma_c**2) == 0
    pair = d.conclusions[d.position("two memories, best weight")]
    assert isinstance(pair, Implication)
    assert isinstance(pair.conclusion, Equivalence)
    assert pair.conclusion.right.left == lam
    assert "CG19" in d.lemmas
    assert all(step.method for step in d.steps if step.kind in ("link", "relation", "claim", "fact"))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda query, context: 2 * query**2 / context**2,
        lambda query, context: context**2 / query**2,
        lambda query, context: query / context,
    ],
)
def test_a_wrong_best_weight_is_refuted(
    monkeypatch: pytest.MonkeyPatch, wrong: Callable[[sp.Expr, sp.Expr], sp.Expr]
) -> None:
    monkeypatch.setattr(noisy_context, "best_weight", wrong)
    with pytest.raises(StepError, match="CG22: quotient rule"):
        noisy_context.cg22()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda weight: (sigma_q**2 + weight * sigma_c**2) / (1 + weight) ** 2,
        lambda weight: sigma_q**2 + weight**2 * sigma_c**2,
    ],
)
def test_a_wrong_noise_is_refuted(monkeypatch: pytest.MonkeyPatch, wrong: Callable[[sp.Expr], sp.Expr]) -> None:
    monkeypatch.setattr(noisy_context, "noise_to_signal", wrong)
    with pytest.raises(StepError, match="CG22: quotient rule"):
        noisy_context.cg22()
