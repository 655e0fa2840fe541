"""The falsifiers beyond the first statements: silent on the truth, loud on a wrong constant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from judging import CONTEXTS, broken, finds_nothing, finds_nothing_in_a_context

from gatedmem.numerics import astrocyte as gains
from gatedmem.numerics import context as gates
from gatedmem.numerics import linear_score
from gatedmem.numerics import softmax as soft
from gatedmem.numerics.instances import AstrocyteInstance, draw_astrocyte
from gatedmem.proofs.evidence import Request, Search
from gatedmem.proofs.falsifiers import astrocyte, context, softmax
from gatedmem.proofs.falsifiers.astrocyte import retrieval
from gatedmem.proofs.falsifiers.context import scores as context_scores
from gatedmem.proofs.falsifiers.context import threshold
from gatedmem.proofs.falsifiers.softmax import covariance

ASTROCYTE = [2, 3, 9, 12, 13, 16, 19, 20, 21, 22, 23, 24, 25, 26, 27, 29, 31]
CONTEXT = [3, 6, 8, 12, 19, 21]
FALSIFIERS: dict[str, Callable[[Request], Search]] = {
    **{f"SM{number}": getattr(softmax, f"sm{number}") for number in (5, 6, 8, 9)},
    **{f"AG{number}": getattr(astrocyte, f"ag{number}") for number in ASTROCYTE},
    **{f"CG{number}": getattr(context, f"cg{number}") for number in CONTEXT},
}


@pytest.mark.parametrize("name", FALSIFIERS)
def test_finds_nothing_against_the_true_statement(name: str) -> None:
    finds_nothing(FALSIFIERS[name](Request(seed=0)), 60)


ATTAINED = ["SM5", "SM6", "SM8", "SM9", "AG2", "AG3", "AG9", "AG22", "AG24", "AG27", "CG6", "CG8", "CG12"]


@pytest.mark.parametrize("name", ATTAINED)
def test_sharp_bounds_are_approached(name: str) -> None:
    margin = FALSIFIERS[name](Request(seed=0)).margin
    assert margin is not None
    assert margin < 1e-6


def _rescaled(function: Callable[..., Any], factor: float) -> Callable[..., Any]:
    return lambda *args: factor * function(*args)


def _field_without_load(instance: AstrocyteInstance, x: Any, p: Any) -> Any:
    return (p * gains.overlaps(instance, x)) @ instance.patterns / instance.n_neurons


def _doubled_scores(instance: AstrocyteInstance, x: Any) -> Any:
    return gains.overlaps(instance, x) ** 2 / instance.n_neurons


def _mean_over_patterns(instance: AstrocyteInstance, x: Any, p: Any) -> Any:
    fitness = gains.scores(instance, x) - instance.temperature * np.log(np.where(p > 0, p, 1.0))
    return p * (fitness - fitness.mean(axis=-1, keepdims=True)) / instance.tau_p


def _slow_leak(instance: AstrocyteInstance, x: Any, u: Any, h: float) -> Any:
    return GAIN_STEP(instance, x, u, h) + (0.0 if np.isinf(h) else 0.2 * u)


SOFTMAX, LOG_SOFTMAX, LSE = soft.softmax, soft.log_softmax, soft.log_sum_exp
ENERGY, INPUT, ACTIVATION, GAIN_STEP = (
    gains.energy,
    gains.recurrent_input,
    gains.activation,
    gains.exponential_gain_step,
)
VELOCITY, MATRIX, CRITICAL = gates.gate_velocity, gates.gate_matrix, gates.critical_alpha

WRONG: list[tuple[str, Any, str, Any]] = [
    ("SM5", covariance, "LIPSCHITZ", 0.499),
    ("SM5", covariance, "LIPSCHITZ", 0.501),
    ("SM6", soft, "log_sum_exp", lambda r, beta=1.0: LSE(r, beta) + 1e-9),
    ("SM6", soft, "log_sum_exp", lambda r, beta=1.0: LSE(r, 1.01 * beta)),
    ("SM8", soft, "softmax", lambda r, beta=1.0: SOFTMAX(r, 0.99 * beta)),
    ("SM9", soft, "entropy", _rescaled(soft.entropy, 1.01)),
    ("AG2", gains, "scores", _doubled_scores),
    ("AG3", gains, "recurrent_input", _rescaled(INPUT, 1.001)),
    ("AG9", gains, "energy", lambda i, x, p: ENERGY(i, x, p) + 0.01 / i.sigma),
    ("AG9", gains, "energy", lambda i, x, p: ENERGY(i, x, p) - 0.01 * i.n_neurons * i.n_patterns),
    ("AG12", gains, "scores", _doubled_scores),
    ("AG13", gains, "recurrent_input", _field_without_load),
    ("AG16", gains, "energy", lambda i, x, p: ENERGY(i, x, p) / i.n_patterns),
    ("AG19", gains, "activation", lambda i, x: ACTIVATION(i, x) + 1e-6),
    ("AG20", gains, "recurrent_input", _field_without_load),
    ("AG21", gains, "recurrent_input", _field_without_load),
    ("AG22", gains, "recurrent_input", _rescaled(INPUT, 1.01)),
    ("AG23", gains, "scores", _doubled_scores),
    ("AG24", gains, "recurrent_input", _field_without_load),
    ("AG24", retrieval, "GAP", 0.8),
    ("AG25", gains, "recurrent_input", _field_without_load),
    ("AG25", gains, "scores", lambda i, x: 0.5 * gains.overlaps(i, x) ** 2),
    ("AG26", linear_score, "energy", lambda i, x, p: i.n_patterns * LINEAR(i, x, p)),
    ("AG27", gains, "gain_velocity", _mean_over_patterns),
    ("AG29", gains, "exponential_gain_step", _slow_leak),
    ("AG29", gains, "recurrent_input", _field_without_load),
    ("AG31", retrieval, "GAP", 0.8),
    ("CG3", gates, "gate_matrix", lambda i: np.eye(i.n_memories) + i.alpha * gates.gram_matrix(i)),
    ("CG3", gates, "critical_alpha", _rescaled(CRITICAL, 1.001)),
    ("CG6", soft, "log_softmax", lambda r, beta=1.0: LOG_SOFTMAX(r, 0.9 * beta)),
    ("CG8", gates, "gate_velocity", lambda i, s, r: VELOCITY(i, s, r) - s @ (MATRIX(i) - np.eye(i.n_memories))),
    ("CG12", threshold, "THRESHOLD", 0.24),
    ("CG12", threshold, "THRESHOLD", 0.3),
    ("CG12", gates, "uniqueness_threshold", gates.contraction_factor),
    ("CG19", soft, "softmax", lambda r, beta=1.0: SOFTMAX(r, 0.9 * beta)),
    ("CG21", context_scores, "FEEDBACK", 0.2),
]
LINEAR, UNIQUENESS = linear_score.energy, gates.uniqueness_threshold


@pytest.mark.parametrize(("name", "module", "attribute", "wrong"), WRONG)
def test_breaks_a_wrong_constant(
    monkeypatch: pytest.MonkeyPatch, name: str, module: Any, attribute: str, wrong: Any
) -> None:
    broken(monkeypatch, FALSIFIERS[name], module, attribute, wrong, 500)


@pytest.mark.parametrize("factor", [0.93, 1.1])
def test_uniqueness_constant_is_tested_and_not_only_compared(monkeypatch: pytest.MonkeyPatch, factor: float) -> None:
    """Both copies of the constant wrong in the same way: counting fixed points must object."""
    monkeypatch.setattr(threshold, "THRESHOLD", 0.25 * factor)
    monkeypatch.setattr(gates, "uniqueness_threshold", _rescaled(UNIQUENESS, factor))
    counterexample = context.cg12(Request(seed=0)).counterexample
    assert counterexample is not None
    assert any(word in counterexample for word in ("fixed point", "λ_max", "condition"))


@pytest.mark.parametrize("number", ASTROCYTE)
@pytest.mark.parametrize(
    ("n", "k", "tau_p", "temperature"), [(1, 1, 1.0, 1.0), (1, 9, 5.0, 0.05), (7, 12, 1.0, 0.3), (12, 5, 0.02, 2.0)]
)
def test_any_memory_of_the_user(n: int, k: int, tau_p: float, temperature: float, number: int) -> None:
    instance = draw_astrocyte(np.random.default_rng([n, k]), n, k, sigma=1.7, temperature=temperature, tau_p=tau_p)
    search = FALSIFIERS[f"AG{number}"](Request(seed=1, astrocyte=instance))
    assert search.counterexample is None
    assert search.trials > 0


@pytest.mark.parametrize("number", CONTEXT)
@pytest.mark.parametrize(("n", "d", "alpha", "gain"), CONTEXTS)
def test_any_context_of_the_user(n: int, d: int, alpha: float, gain: float, number: int) -> None:
    finds_nothing_in_a_context(FALSIFIERS[f"CG{number}"], n, d, alpha, gain)
