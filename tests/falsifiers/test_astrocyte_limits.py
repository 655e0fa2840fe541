"""The falsifiers of the limits of the astrocyte-gated memory: silent on the truth, loud on a wrong constant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from judging import finds_nothing

from gatedmem.numerics import astrocyte as gains
from gatedmem.numerics.instances import AstrocyteInstance, draw_astrocyte
from gatedmem.proofs.evidence import Request, Search
from gatedmem.proofs.falsifiers.astrocyte import frozen, slow_and_hot, zero_temperature

FALSIFIERS: dict[str, Callable[[Request], Search]] = {
    "AG14": slow_and_hot.ag14,
    "AG15": slow_and_hot.ag15,
    "AG17": frozen.ag17,
    "AG18": zero_temperature.ag18,
    "AG30": frozen.ag30,
}


@pytest.fixture(scope="module")
def searches() -> dict[str, Search]:
    return {name: falsifier(Request(seed=0)) for name, falsifier in FALSIFIERS.items()}


@pytest.mark.parametrize("name", FALSIFIERS)
def test_finds_nothing_against_the_true_statement(searches: dict[str, Search], name: str) -> None:
    finds_nothing(searches[name], 100)


@pytest.mark.parametrize(("name", "distance"), [("AG14", 3e-3), ("AG15", 3e-3), ("AG17", 1e-3)])
def test_sharp_bounds_are_approached(searches: dict[str, Search], name: str, distance: float) -> None:
    margin = searches[name].margin
    assert margin is not None
    assert margin < distance


def test_notes_say_how_close_the_search_came(searches: dict[str, Search]) -> None:
    for name in ("AG14", "AG15"):
        share = float(searches[name].notes[0].split("came to ")[1].split()[0])
        assert 0.45 < share < 1.0
    earliest = float(searches["AG17"].notes[0].split("came at ")[1].split()[0])
    assert 1.0 <= earliest < 1.001
    assert "0.285434, 0.285434, 0.429133" in searches["AG18"].notes[0]


def test_same_seed_same_search(searches: dict[str, Search]) -> None:
    for name in ("AG17", "AG30"):
        assert FALSIFIERS[name](Request(seed=0)) == searches[name]


def _rescaled(function: Callable[..., Any], factor: float) -> Callable[..., Any]:
    return lambda *args: factor * function(*args)


def _field_without_load(instance: AstrocyteInstance, x: Any, p: Any) -> Any:
    return (p * gains.overlaps(instance, x)) @ instance.patterns / instance.n_neurons


def _mean_over_patterns(instance: AstrocyteInstance, x: Any, p: Any) -> Any:
    fitness = gains.scores(instance, x) - instance.temperature * np.log(np.where(p > 0, p, 1.0))
    return p * (fitness - fitness.mean(axis=-1, keepdims=True)) / instance.tau_p


SCORES, INPUT = gains.scores, gains.recurrent_input

WRONG: list[tuple[str, Any, str, Any]] = [
    ("AG14", slow_and_hot, "GAINS", 0.498),
    ("AG14", slow_and_hot, "NEURONS", 0.12),
    ("AG14", gains, "scores", _rescaled(SCORES, 1.01)),
    ("AG14", gains, "recurrent_input", _field_without_load),
    ("AG15", slow_and_hot, "GAINS", 0.498),
    ("AG15", slow_and_hot, "NEURONS", 0.115),
    ("AG15", gains, "scores", _rescaled(SCORES, 1.01)),
    ("AG15", gains, "recurrent_input", _rescaled(INPUT, 1.1)),
    ("AG17", frozen, "HOLD", 1.001),
    ("AG17", gains, "recurrent_input", _rescaled(INPUT, 1.001)),
    ("AG18", zero_temperature, "EXHIBIT", (0.284, 0.284, 0.432)),
    ("AG18", zero_temperature, "EXHIBIT", (0.286, 0.286, 0.428)),
    ("AG18", gains, "scores", _rescaled(SCORES, 0.9)),
    ("AG18", gains, "recurrent_input", _field_without_load),
    ("AG18", gains, "gain_velocity", _mean_over_patterns),
    ("AG30", frozen, "frozen_error", lambda n_neurons, flips, sigma: flips),
    ("AG30", frozen, "frozen_error", lambda n_neurons, flips, sigma: flips * np.tanh(sigma)),
    ("AG30", gains, "soft_hamming_error", lambda i, x, xi: gains.hamming_error(x, xi)),
]


@pytest.mark.parametrize(("name", "module", "attribute", "wrong"), WRONG)
def test_breaks_a_wrong_constant(
    monkeypatch: pytest.MonkeyPatch, name: str, module: Any, attribute: str, wrong: Any
) -> None:
    monkeypatch.setattr(module, attribute, wrong)
    counterexample = FALSIFIERS[name](Request(seed=0)).counterexample
    assert counterexample is not None
    assert "fails" in counterexample
    assert "\n" not in counterexample
    assert len(counterexample) < 500


@pytest.mark.parametrize("name", FALSIFIERS)
@pytest.mark.parametrize(
    ("n", "k", "tau_p", "temperature"), [(1, 1, 1.0, 1.0), (1, 9, 5.0, 0.05), (7, 12, 1.0, 0.3), (12, 5, 0.02, 2.0)]
)
def test_any_memory_of_the_user(n: int, k: int, tau_p: float, temperature: float, name: str) -> None:
    instance = draw_astrocyte(np.random.default_rng([n, k]), n, k, sigma=1.7, temperature=temperature, tau_p=tau_p)
    search = FALSIFIERS[name](Request(seed=1, astrocyte=instance))
    assert search.counterexample is None
    assert search.trials > 0


def test_wrong_constant_shows_on_the_memory_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frozen, "frozen_error", lambda n_neurons, flips, sigma: flips)
    instance = draw_astrocyte(np.random.default_rng(1), 64, 50)
    counterexample = frozen.ag30(Request(astrocyte=instance)).counterexample
    assert counterexample is not None
    assert counterexample.startswith("drawn N=64 K=50")


def test_growth_functions_join_their_series() -> None:
    y = np.array([-30.0, -1e-3, -9.99e-4, 0.0, 9.99e-4, 1e-3, 2.0])
    first = [slow_and_hot.phi_1(np.array(value)) for value in y]
    second = [slow_and_hot.phi_2(np.array(value)) for value in y]
    # Averages of e^{ys} over [0, 1] with weights 1 and 1 - s.
    s, weights = np.polynomial.legendre.leggauss(60)
    s, weights = (s + 1.0) / 2.0, weights / 2.0
    np.testing.assert_allclose(first, [weights @ np.exp(value * s) for value in y], rtol=1e-12)
    np.testing.assert_allclose(second, [weights @ (np.exp(value * s) * (1.0 - s)) for value in y], rtol=1e-9)
