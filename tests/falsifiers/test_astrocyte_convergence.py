"""The falsifier of convergence (AG10): silent on the model, loud on fields that are no gradient of its energy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gatedmem.numerics import astrocyte as gains
from gatedmem.numerics.instances import AstrocyteInstance, draw_astrocyte
from gatedmem.proofs.evidence import Request
from gatedmem.proofs.falsifiers.astrocyte import convergence


@pytest.mark.parametrize("seed", [0, 1])
def test_everything_comes_to_rest(seed: int) -> None:
    search = convergence.ag10(Request(seed=seed))
    assert search.counterexample is None
    assert search.trials >= 60
    assert search.residual is not None
    assert search.residual <= convergence.AT_REST
    assert len(search.notes) == 1  # no run was given up
    # Where the silent state is degenerate, x goes like t^{-1/2}: that must be among the cases.
    assert search.notes[0].startswith("the slowest was at rest after 1e+11 leak times")


def test_same_seed_same_search() -> None:
    memory = draw_astrocyte(np.random.default_rng(2), 6, 4)
    first, second = (convergence.ag10(Request(seed=7, astrocyte=memory)) for _ in range(2))
    assert first == second


def _turned(instance: AstrocyteInstance, x: Any, p: Any) -> Any:
    """An input that drives each neuron by its neighbour: no gradient, and on a ring it never rests."""
    factor = 2.0 * instance.n_patterns
    return factor * np.roll(gains.activation(instance, x), 1, axis=-1) * np.where(np.arange(x.shape[-1]) == 0, -1, 1)


def _field_without_load(instance: AstrocyteInstance, x: Any, p: Any) -> Any:
    return (p * gains.overlaps(instance, x)) @ instance.patterns / instance.n_neurons


def _doubled_scores(instance: AstrocyteInstance, x: Any) -> Any:
    return gains.overlaps(instance, x) ** 2 / instance.n_neurons


def _leak_without_temperature(instance: AstrocyteInstance, x: Any, u: Any) -> Any:
    x_rate, _ = LIFTED(instance, x, u)
    return x_rate, (gains.scores(instance, x) - u) / instance.tau_p


LIFTED = gains.lifted_velocity

WRONG: list[tuple[str, Callable[..., Any], str]] = [
    ("recurrent_input", _turned, "L(0) - inf L"),
    ("recurrent_input", _field_without_load, "ẋ → 0"),
    ("scores", _doubled_scores, "softmax"),
    ("lifted_velocity", _leak_without_temperature, "softmax"),
]


@pytest.mark.parametrize(("attribute", "wrong", "claim"), WRONG)
def test_breaks_a_wrong_field(
    monkeypatch: pytest.MonkeyPatch, attribute: str, wrong: Callable[..., Any], claim: str
) -> None:
    monkeypatch.setattr(gains, attribute, wrong)
    counterexample = convergence.ag10(Request(seed=0)).counterexample
    assert counterexample is not None
    assert "fails" in counterexample
    assert claim in counterexample
    assert "\n" not in counterexample
    assert len(counterexample) < 500


def test_a_cycle_on_the_memory_of_the_user_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gains, "recurrent_input", _turned)
    memory = draw_astrocyte(np.random.default_rng(3), 5, 3, sigma=2.0)
    counterexample = convergence.ag10(Request(astrocyte=memory)).counterexample
    assert counterexample is not None
    assert "L(0) - inf L" in counterexample


@pytest.mark.parametrize(
    ("n", "k", "tau_p", "temperature"),
    [(1, 1, 1.0, 1.0), (1, 9, 50.0, 0.05), (12, 1, 0.01, 300.0), (7, 12, 1.0, 0.02), (12, 5, 0.02, 2.0)],
)
def test_any_memory_of_the_user(n: int, k: int, tau_p: float, temperature: float) -> None:
    memory = draw_astrocyte(np.random.default_rng([n, k]), n, k, sigma=1.7, temperature=temperature, tau_p=tau_p)
    search = convergence.ag10(Request(seed=1, astrocyte=memory))
    assert search.counterexample is None
    assert search.trials > 0
