"""The falsifiers of the first statements: silent on the truth, loud and small on every wrong constant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from judging import Falsifier, broken, finds_nothing, finds_nothing_in_a_context

from gatedmem.numerics import astrocyte as gains
from gatedmem.numerics import context as gates
from gatedmem.numerics import softmax as soft
from gatedmem.numerics.instances import AstrocyteInstance, ContextInstance, draw_astrocyte
from gatedmem.proofs.evidence import Request
from gatedmem.proofs.falsifiers import astrocyte, context, softmax
from gatedmem.proofs.falsifiers.context import contraction
from gatedmem.proofs.falsifiers.softmax import covariance

FALSIFIERS: dict[str, Falsifier] = {
    "SM1": softmax.sm1,
    "SM2": softmax.sm2,
    "SM3": softmax.sm3,
    "SM4": softmax.sm4,
    "SM7": softmax.sm7,
    "AG1": astrocyte.ag1,
    "AG4": astrocyte.ag4,
    "AG5": astrocyte.ag5,
    "AG6": astrocyte.ag6,
    "AG7": astrocyte.ag7,
    "AG8": astrocyte.ag8,
    "AG11": astrocyte.ag11,
    "AG28": astrocyte.ag28,
    "CG10": context.cg10,
    "CG11": context.cg11,
}


@pytest.mark.parametrize("name", FALSIFIERS)
def test_finds_nothing_against_the_true_statement(name: str) -> None:
    search = FALSIFIERS[name](Request(seed=0))
    finds_nothing(search, 300)
    assert search.residual is not None or search.margin is not None


@pytest.mark.parametrize("name", ["SM4", "AG8", "CG11"])
def test_same_seed_same_search(name: str) -> None:
    first, second = (FALSIFIERS[name](Request(seed=7)) for _ in range(2))
    assert first == second


def test_covariance_bound_is_attained() -> None:
    assert softmax.sm4(Request()).margin == 0.0


def test_contraction_factor_is_approached() -> None:
    margin = context.cg11(Request()).margin
    assert margin is not None
    assert margin < 1e-6


def _rescaled(function: Callable[..., Any], factor: float) -> Callable[..., Any]:
    return lambda *args: factor * function(*args)


def _energy_with_plain_entropy(instance: AstrocyteInstance, x: Any, p: Any) -> Any:
    lost = (instance.n_patterns - 1.0) * instance.temperature * -soft.entropy(p.real)
    return ENERGY(instance, x, p) - lost


def _field_without_load(instance: AstrocyteInstance, x: Any, p: Any) -> Any:
    return (p * gains.overlaps(instance, x)) @ instance.patterns / instance.n_neurons


def _unbalanced_gains(instance: AstrocyteInstance, x: Any, p: Any) -> Any:
    return p * gains.scores(instance, x)


def _mean_over_patterns(instance: AstrocyteInstance, x: Any, p: Any) -> Any:
    fitness = gains.scores(instance, x) - instance.temperature * np.log(np.where(p > 0, p, 1.0))
    return p * (fitness - fitness.mean(axis=-1, keepdims=True)) / instance.tau_p


def _leak_without_temperature(instance: AstrocyteInstance, x: Any, u: Any) -> Any:
    rate = (gains.scores(instance, x) - u) / instance.tau_p
    return gains.neuron_velocity(instance, x, soft.softmax(u)), rate


def _single_feedback(instance: ContextInstance, p: Any) -> Any:
    """Φ with λ in place of λ² in front of A⁻¹p."""
    bias = gates.evidence(instance) + instance.gain * gates.apply_gate_inverse(instance, gates.drive(instance))
    return soft.softmax(bias + instance.gain * gates.apply_gate_inverse(instance, p), instance.beta)


def _twice_the_feedback(instance: ContextInstance, p: Any) -> Any:
    bias = gates.evidence(instance) + instance.gain * gates.apply_gate_inverse(instance, gates.drive(instance))
    return soft.softmax(bias + 2.0 * instance.gain**2 * gates.apply_gate_inverse(instance, p), instance.beta)


def _doubled_competition(instance: ContextInstance, s: Any, r: Any) -> Any:
    """The gate current with -2αW₂s, as the paper prints it once."""
    competition = s @ (gates.gate_matrix(instance) - np.eye(instance.n_memories))
    return VELOCITY(instance, s, r) - competition


SOFTMAX, LOG_SOFTMAX, LSE, COVARIANCE = soft.softmax, soft.log_softmax, soft.log_sum_exp, soft.covariance
ENERGY, SLOPE, INPUT, GRADIENT = gains.energy, gains.slope, gains.recurrent_input, gains.energy_gradient
VELOCITY, PHI, KAPPA = gates.gate_velocity, gates.retrieval_map, gates.contraction_factor

WRONG: list[tuple[str, Any, str, Any]] = [
    ("SM1", soft, "softmax", _rescaled(SOFTMAX, 1.0 + 1e-9)),
    ("SM1", soft, "log_softmax", lambda r, beta=1.0: LOG_SOFTMAX(r, 0.5 * beta)),
    ("SM2", soft, "log_sum_exp", lambda r, beta=1.0: LSE(r, beta) + 0.01 / beta),
    ("SM2", soft, "entropy", _rescaled(soft.entropy, 0.99)),
    ("SM3", soft, "covariance", _rescaled(COVARIANCE, 1.0 + 1e-9)),
    ("SM3", soft, "covariance", lambda p: COVARIANCE(p) * np.sign(COVARIANCE(p))),
    ("SM4", covariance, "COVARIANCE_BOUND", 0.49),
    ("SM4", covariance, "COVARIANCE_BOUND", 0.6),
    ("SM4", covariance, "COVARIANCE_BOUND", 0.5 + 1e-6),
    ("SM4", soft, "covariance", _rescaled(COVARIANCE, 1.01)),
    ("SM4", soft, "covariance", _rescaled(COVARIANCE, 0.99)),
    ("SM4", soft, "covariance", lambda p: COVARIANCE(p) - 0.1 * p[..., :, None] * p[..., None, :]),
    ("SM7", soft, "log_softmax", lambda r, beta=1.0: LOG_SOFTMAX(r, 0.9 * beta)),
    ("SM7", soft, "log_softmax", lambda r, beta=1.0: LOG_SOFTMAX(r, 1.1 * beta)),
    ("AG1", gains, "gain_velocity", _unbalanced_gains),
    ("AG1", gains, "gain_velocity", _mean_over_patterns),
    ("AG4", gains, "energy", _energy_with_plain_entropy),
    ("AG4", gains, "energy", lambda instance, x, p: ENERGY(instance, x, p) / instance.n_patterns),
    ("AG5", gains, "slope", lambda instance, x: SLOPE(instance, x) / instance.sigma),
    ("AG5", gains, "recurrent_input", _field_without_load),
    ("AG5", gains, "energy_gradient", lambda i, x, p: (GRADIENT(i, x, p)[0], GRADIENT(i, x, p)[1] - i.temperature)),
    ("AG6", gains, "tangent_projection", lambda p, z: z + p * z.sum(axis=-1, keepdims=True)),
    ("AG6", gains, "tangent_projection", lambda p, z: z - z.mean(axis=-1, keepdims=True)),
    ("AG7", gains, "recurrent_input", _field_without_load),
    ("AG7", gains, "gain_velocity", _mean_over_patterns),
    ("AG8", gains, "recurrent_input", _field_without_load),
    ("AG8", gains, "recurrent_input", _rescaled(INPUT, 1.0 + 1e-6)),
    ("AG8", gains, "slope", lambda instance, x: SLOPE(instance, x) / instance.sigma),
    ("AG8", gains, "energy", lambda instance, x, p: ENERGY(instance, x, p) / instance.n_patterns),
    ("AG8", gains, "gain_velocity", _mean_over_patterns),
    ("AG11", gains, "recurrent_input", _field_without_load),
    ("AG11", gains, "scores", lambda instance, x: gains.overlaps(instance, x) ** 2 / instance.n_neurons),
    ("AG28", gains, "lifted_velocity", _leak_without_temperature),
    ("AG28", gains, "recurrent_input", _field_without_load),
    ("CG10", gates, "retrieval_map", _single_feedback),
    ("CG10", gates, "gate_velocity", _doubled_competition),
    ("CG11", gates, "retrieval_map", _single_feedback),
    ("CG11", gates, "retrieval_map", _twice_the_feedback),
    ("CG11", gates, "retrieval_map", lambda instance, p: (1.0 - 1e-9) * PHI(instance, p)),
    ("CG11", gates, "contraction_factor", _rescaled(KAPPA, 1.01)),
    ("CG11", contraction, "CONTRACTION", 0.49),
    ("CG11", contraction, "CONTRACTION", 0.51),
]


@pytest.mark.parametrize(("name", "module", "attribute", "wrong"), WRONG)
def test_breaks_a_wrong_constant(
    monkeypatch: pytest.MonkeyPatch, name: str, module: Any, attribute: str, wrong: Any
) -> None:
    assert "fails" in broken(monkeypatch, FALSIFIERS[name], module, attribute, wrong, 400)


@pytest.mark.parametrize("factor", [0.95, 1.05])
def test_contraction_constant_is_tested_and_not_only_compared(monkeypatch: pytest.MonkeyPatch, factor: float) -> None:
    """Both copies of the constant wrong in the same way: the dynamics must object."""
    monkeypatch.setattr(contraction, "CONTRACTION", 0.5 * factor)
    monkeypatch.setattr(gates, "contraction_factor", _rescaled(KAPPA, factor))
    counterexample = context.cg11(Request(seed=0)).counterexample
    assert counterexample is not None
    assert "Φ(p)" in counterexample or "κ is reached" in counterexample


def test_counterexample_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gains, "recurrent_input", _field_without_load)
    counterexample = astrocyte.ag8(Request(seed=0)).counterexample
    assert counterexample is not None
    # The load factor K shows from two patterns on, and one neuron is enough; shrinking may stop at two.
    signs = counterexample.removeprefix("ξ=").split()[0]
    assert signs.count("|") == 1
    assert len(signs) <= 5


@pytest.mark.parametrize("name", ["AG1", "AG4", "AG5", "AG6", "AG7", "AG8", "AG11", "AG28"])
@pytest.mark.parametrize(
    ("n", "k", "tau_p", "temperature"),
    [(1, 1, 1.0, 1.0), (1, 9, 50.0, 0.02), (12, 1, 0.01, 300.0), (7, 12, 1.0, 0.02), (12, 5, 0.01, 1.0)],
)
def test_any_memory_of_the_user(n: int, k: int, tau_p: float, temperature: float, name: str) -> None:
    rng = np.random.default_rng([n, k])
    instance = draw_astrocyte(rng, n, k, sigma=rng.uniform(0.1, 5.0), temperature=temperature, tau_p=tau_p)
    search = FALSIFIERS[name](Request(seed=1, astrocyte=instance))
    assert search.counterexample is None
    assert search.trials > 0


@pytest.mark.parametrize("name", ["CG10", "CG11"])
@pytest.mark.parametrize("gain", [0.0, 0.5, 5.0])
@pytest.mark.parametrize(
    ("n", "d", "alpha"), [(1, 1, 0.9), (2, 1, 0.3), (2, 2, 1.0), (9, 3, 0.9), (5, 12, 4.0), (5, 12, 0.3)]
)
def test_any_context_of_the_user(n: int, d: int, alpha: float, gain: float, name: str) -> None:
    finds_nothing_in_a_context(FALSIFIERS[name], n, d, alpha, gain)


@pytest.mark.parametrize("name", ["AG5", "AG7", "AG8", "AG28"])
def test_large_memory_of_the_user(name: str) -> None:
    instance = draw_astrocyte(np.random.default_rng(1), 64, 500, temperature=0.05)
    assert FALSIFIERS[name](Request(astrocyte=instance)).counterexample is None


def test_wrong_constant_shows_on_the_memory_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gains, "recurrent_input", _field_without_load)
    instance = draw_astrocyte(np.random.default_rng(1), 64, 50)
    counterexample = astrocyte.ag8(Request(astrocyte=instance)).counterexample
    assert counterexample is not None
    assert counterexample.startswith("drawn N=64 K=50")


def test_hypotheses_that_fail_are_named() -> None:
    memories = np.ones((3, 1))
    singular = ContextInstance(memories, alpha=1.0)
    assert context.cg11(Request(context=singular)).trials == 0
    assert "not positive definite" in context.cg11(Request(context=singular)).notes[0]
    strong = ContextInstance(np.eye(3), beta=9.0, gain=2.0)
    assert "only the Lipschitz bound" in context.cg11(Request(context=strong)).notes[0]
