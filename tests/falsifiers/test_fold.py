"""The falsifiers of CG18 and CG22: silent on the truth, loud on an error."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import numpy as np
import pytest

from gatedmem.numerics import context as model
from gatedmem.numerics import fold as branches
from gatedmem.numerics import softmax as soft
from gatedmem.numerics import sweeps
from gatedmem.numerics.instances import ContextInstance
from gatedmem.proofs.evidence import Request
from gatedmem.proofs.falsifiers.context import cases, fold, noisy_context
from gatedmem.proofs.falsifiers.search import Tally, attack

FEEDBACK, SECOND, CLOSED = branches.BranchEquation.stiffness, sweeps.sweeps_past, sweeps.one_site_threshold
INVERSE, LOG_SOFTMAX = model.apply_gate_inverse, soft.log_softmax


def broken(check: Callable[[Any, Tally], None], drawn: Iterable[Any]) -> str:
    """The counterexample that a check finds among the cases, or nothing."""
    return attack(check, drawn, None, seed=0, examples=0).counterexample or ""


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """One cluster and fewer trials: enough for the wrong variants."""
    monkeypatch.setattr(fold, "CLUSTERS", 1)
    monkeypatch.setattr(fold, "GAINS", (1.0, 2.0, 2.5))


def test_the_fold_predicts_the_map_for_every_coupling_of_the_protocol() -> None:
    search = fold.cg18(Request(seed=0))
    assert search.counterexample is None
    assert search.trials >= 100
    assert search.margin is not None
    assert search.margin > 0.005  # the accuracy asked for is met by less than half of it
    assert sum("fold" in note for note in search.notes) == 15


def _weak(equation: branches.BranchEquation, state: Any, alpha: float) -> Any:
    """A criterion with a tenth of the feedback left out."""
    true = FEEDBACK(equation, state, alpha)
    return true + 0.1 * (equation.gates(alpha) - true)


WRONG: list[tuple[Any, str, Any]] = [
    (branches.BranchEquation, "competition", property(lambda equation: equation.gram)),
    (branches.BranchEquation, "push", lambda equation, state: -equation.competition @ state + 1.0),
    (fold, "sweeps_past", lambda *parts: 2.0 * SECOND(*parts)),
    (fold, "one_site_threshold", lambda equation: 1.0 - equation.gain**2 * equation.beta / equation.size),
    (fold, "ACCURACY", 1e-4),
    (fold, "START", 10.0),
]


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(("place", "name", "wrong"), WRONG)
def test_a_wrong_fold_is_noticed(monkeypatch: pytest.MonkeyPatch, place: Any, name: str, wrong: Any) -> None:
    monkeypatch.setattr(place, name, wrong)
    with suppress(branches.ContinuationError):  # Newton's method may find a wrong derivative out
        assert fold.cg18(Request(seed=0)).counterexample is not None


def test_a_wrong_criterion_is_noticed_at_random_states(monkeypatch: pytest.MonkeyPatch) -> None:
    case = next(fold._protocol(np.random.default_rng(0)))
    assert not broken(fold._criterion, [(case, np.random.default_rng(1))])
    monkeypatch.setattr(branches.BranchEquation, "stiffness", _weak)
    assert "J = A" in broken(fold._criterion, [(case, np.random.default_rng(1))])


@pytest.mark.usefixtures("small")
def test_the_paper_formula_is_no_prediction(monkeypatch: pytest.MonkeyPatch) -> None:
    # CG17's threshold in place of the fold: off by far more than one per cent on a cluster.
    true = fold.Case.fold

    def uniform(case: fold.Case) -> branches.Turning:
        turning = true(case)
        alpha = 1.0 - case.instance.gain**2 * case.instance.beta / case.instance.n_memories
        return branches.Turning(
            "fold", alpha, turning.state, turning.weights, turning.null, turning.push, turning.bend
        )

    monkeypatch.setattr(fold.Case, "fold", uniform)
    found = fold.cg18(Request(seed=0)).counterexample
    assert found is not None
    assert "the map" in found


def test_the_users_memories_are_followed_to_their_own_fold() -> None:
    memories = fold.cluster(np.random.default_rng(5), 12, 4)
    user = ContextInstance(memories, 0.3, 5.0, 1.0, np.full(12, 1.0 / 12.0))
    search = fold.cg18(Request(context=user))
    assert search.counterexample is None
    assert "lost at a fold" in search.notes[0]
    alone = ContextInstance(np.eye(3), 0.3, 1.0, 0.5)
    assert "no fold" in fold.cg18(Request(context=alone)).notes[0]


def test_the_best_weight_of_a_noisy_context_stands() -> None:
    search = noisy_context.cg22(Request(seed=0))
    assert search.counterexample is None
    assert search.trials > 400_000
    assert search.residual is not None
    assert search.tolerance is not None
    assert search.residual <= search.tolerance


WRONG_WEIGHTS: list[tuple[Any, str, Any, str]] = [
    (noisy_context, "BEST", 1.001, "stationary"),
    (noisy_context, "COMPETITION", 0.0, "stationary"),
    (noisy_context, "COMPETITION", 1.01, "stationary"),
    (model, "apply_gate_inverse", lambda instance, values: values, "stationary"),
    (model, "apply_gate_inverse", lambda instance, values: -INVERSE(instance, values), "stationary"),
]


@pytest.mark.parametrize(("place", "name", "wrong", "claim"), WRONG_WEIGHTS)
def test_a_wrong_weight_or_response_is_noticed(
    monkeypatch: pytest.MonkeyPatch, place: Any, name: str, wrong: Any, claim: str
) -> None:
    pairs = list(noisy_context._pairs(np.random.default_rng(0)))
    assert not broken(noisy_context._pair, [(pair, np.random.default_rng(1)) for pair in pairs])
    monkeypatch.setattr(place, name, wrong)
    assert claim in broken(noisy_context._pair, [(pair, np.random.default_rng(1)) for pair in pairs])


def test_a_memory_without_the_largest_gate_may_lose(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soft, "log_softmax", lambda scores, beta=1.0: LOG_SOFTMAX(-scores, beta))
    assert "does not fall" in broken(noisy_context._condition, cases.drawn(Request(), contractive=False))


@pytest.mark.parametrize("wrong", [0.25, 4.0])
def test_the_paired_trials_alone_notice_a_wrong_weight(monkeypatch: pytest.MonkeyPatch, wrong: float) -> None:
    monkeypatch.setattr(noisy_context, "BEST", wrong)
    rng = np.random.default_rng(0)
    found = broken(lambda case, tally: noisy_context._accuracy(case, rng, tally) and None, noisy_context._noisy(rng))
    assert "λ* is best" in found
