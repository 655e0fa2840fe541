"""The falsifier of the capacity (AG32): silent on the bound, loud on smaller ones and on a wrong alternation."""

from __future__ import annotations

from collections.abc import Callable
from math import comb
from typing import Any

import numpy as np
import pytest

from gatedmem.numerics import astrocyte as gains
from gatedmem.numerics.instances import AstrocyteInstance, draw_astrocyte
from gatedmem.numerics.retrieval import retrieve
from gatedmem.proofs.evidence import Request, Search
from gatedmem.proofs.falsifiers.astrocyte import capacity
from gatedmem.proofs.falsifiers.astrocyte.capacity import Condition


@pytest.fixture(scope="module")
def search() -> Search:
    return capacity.ag32(Request(seed=0))


def test_finds_nothing_against_the_true_bound(search: Search) -> None:
    assert search.counterexample is None
    assert search.trials > 500_000
    assert search.margin is not None
    assert 0.0 < search.margin < 0.65


def test_neurons_first_is_shown_to_fail(search: Search) -> None:
    first = [note for note in search.notes if note.startswith("neurons first")]
    assert len(first) == 2
    assert "20 of 20 fail" in first[0]


def test_same_seed_same_search(search: Search) -> None:
    assert capacity.ag32(Request(seed=0)) == search


def test_lower_limit_is_clopper_pearson() -> None:
    """At the limit, as many failures or more have exactly the probability DOUBT."""
    for failures, trials in ((1, 20), (7, 20), (20, 20)):
        q = capacity.lower_limit(failures, trials)
        tail = sum(comb(trials, j) * q**j * (1.0 - q) ** (trials - j) for j in range(failures, trials + 1))
        assert tail == pytest.approx(capacity.DOUBT, rel=1e-6)


def test_two_patterns_fail_as_often_as_counted() -> None:
    """N = 5, K = 2, n = 1: the other pattern wins or ties iff |S| ≥ 3, and harms unless it is ±ξ_0: 10 of 32."""
    condition = Condition(5, 2, 1, 3.0, 0.01)
    rng = np.random.default_rng(0)
    failures = trials = 0
    for patterns, cues in capacity._draws(condition, rng, signs=1_000_000):
        after = capacity._gains_first(patterns, capacity._cue_overlaps(patterns, cues, condition), condition)
        failures += int((np.sign(after) != patterns[:, 0]).any(axis=1).sum())
        trials += len(after)
    assert abs(failures / trials - 10 / 32) < 5 * np.sqrt(0.25 / trials)


def test_alternation_is_that_of_the_package() -> None:
    condition = Condition(20, 6, 7, 0.8, 0.4)
    patterns, cues = next(capacity._draws(condition, np.random.default_rng(1), signs=20 * 6 * 50))
    after = capacity._gains_first(patterns, capacity._cue_overlaps(patterns, cues, condition), condition)
    for memory, cue, expected in zip(patterns, cues, after, strict=True):
        assert (cue != memory[0]).sum() == 7
        found = retrieve(memory, cue, sigma=0.8, temperature=0.4, max_steps=1)
        np.testing.assert_allclose(found.state, expected, atol=1e-12)


BOUND, SCORES, GAINS = capacity.capacity_bound, gains.scores, gains.retrieval_gains


def _without_union(condition: Condition) -> float:
    return BOUND(condition) / max(1.0, condition.n_patterns - 1.0)


def _field_without_load(instance: AstrocyteInstance, x: Any, p: Any) -> Any:
    return (p * gains.overlaps(instance, x)) @ instance.patterns / instance.n_neurons


WRONG: list[tuple[Any, str, Any]] = [
    (capacity, "RATE", 1.0),
    (capacity, "RATE", 1.5),
    (capacity, "capacity_bound", _without_union),
    (capacity, "capacity_bound", lambda condition: 0.36 * BOUND(condition)),
    (gains, "scores", lambda instance, x: 2.0 * SCORES(instance, x)),
    (gains, "recurrent_input", _field_without_load),
]


@pytest.mark.parametrize(("module", "attribute", "wrong"), WRONG)
def test_breaks_a_wrong_constant(monkeypatch: pytest.MonkeyPatch, module: Any, attribute: str, wrong: Any) -> None:
    monkeypatch.setattr(module, attribute, wrong)
    counterexample = capacity.ag32(Request(seed=0)).counterexample
    assert counterexample is not None
    assert "fails" in counterexample
    assert "\n" not in counterexample
    assert len(counterexample) < 500


def test_an_alternation_that_forgets_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rates alone must object when cues are worse than announced."""
    draws: Callable[..., Any] = capacity._draws

    def worse(condition: Condition, *args: Any, **kwargs: Any) -> Any:
        for patterns, cues in draws(condition, *args, **kwargs):
            cues[:, : condition.n_neurons // 3] *= -1.0
            yield patterns, cues

    monkeypatch.setattr(capacity, "_draws", worse)
    counterexample = capacity.ag32(Request(seed=0)).counterexample
    assert counterexample is not None
    assert "a rate of at least" in counterexample


@pytest.mark.parametrize(("n", "k"), [(1, 1), (1, 9), (9, 1), (12, 5), (7, 30), (64, 200)])
def test_size_of_the_user(n: int, k: int) -> None:
    memory = draw_astrocyte(np.random.default_rng([n, k]), n, k, sigma=1.3, temperature=0.05)
    search = capacity.ag32(Request(seed=1, astrocyte=memory))
    assert search.counterexample is None
    assert search.trials > 0
