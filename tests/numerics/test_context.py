"""The context-gated model in arrays against its definitions, and its flow against its energy."""

from __future__ import annotations

import numpy as np
import pytest

from gatedmem.numerics import context as model
from gatedmem.numerics import softmax as soft
from gatedmem.numerics.instances import ContextInstance, draw_context

RNG = np.random.default_rng(2)
INSTANCE = draw_context(RNG, 5, 3, alpha=0.4, beta=1.9, gain=0.7, unit_norm=False)
S, R = RNG.standard_normal((2, 4, 5))
P = soft.softmax(R, INSTANCE.beta)


def _gate_matrix() -> np.ndarray:
    z = INSTANCE.memories
    return np.array([[1.0 if i == j else 0.4 * float(z[i] @ z[j]) for j in range(5)] for i in range(5)])


def test_gate_matrix_is_its_definition() -> None:
    np.testing.assert_allclose(model.gate_matrix(INSTANCE), _gate_matrix(), rtol=1e-14)
    expected = np.linalg.eigvalsh(_gate_matrix())[0]
    assert model.smallest_gate_eigenvalue(INSTANCE) == pytest.approx(expected, rel=1e-13)


def test_spectrum_for_unit_norms() -> None:
    instance = draw_context(RNG, 6, 4, alpha=0.3, beta=1.0, gain=1.0)
    mu = np.linalg.eigvalsh(model.gram_matrix(instance))
    np.testing.assert_allclose(model.gate_spectrum(instance)[0], 1.0 - 0.3 * (1.0 - mu), atol=1e-14)


def test_retrieval_map_is_its_definition() -> None:
    inverse = np.linalg.inv(_gate_matrix())
    for p in P:
        scores = INSTANCE.evidence + 0.7 * inverse @ INSTANCE.drive + 0.49 * inverse @ p
        weights = np.exp(1.9 * scores)
        np.testing.assert_allclose(model.retrieval_map(INSTANCE, p), weights / weights.sum(), rtol=1e-12)
    np.testing.assert_allclose(model.retrieval_map(INSTANCE, P)[2], model.retrieval_map(INSTANCE, P[2]), rtol=1e-13)


def test_flow_is_its_definition() -> None:
    competition = _gate_matrix() - np.eye(5)
    for s, r, p in zip(S, R, P, strict=True):
        expected = INSTANCE.drive - competition @ s + 0.7 * p - s
        np.testing.assert_allclose(model.gate_velocity(INSTANCE, s, r), expected, atol=1e-13)
        np.testing.assert_allclose(model.retrieval_velocity(INSTANCE, s, r), 0.7 * s + INSTANCE.evidence - r)


def test_flow_descends_the_energy() -> None:
    h = 1e-20
    over_s = model.energy(INSTANCE, S[:, None, :] + 1j * h * np.eye(5), R[:, None, :] + 0j).imag / h
    over_r = model.energy(INSTANCE, S[:, None, :] + 0j, R[:, None, :] + 1j * h * np.eye(5)).imag / h
    np.testing.assert_allclose(model.gate_velocity(INSTANCE, S, R), -over_s, atol=1e-13)
    # The retrieval layer descends in its activation: ∂E/∂r = β(diag p - ppᵀ) ∂E/∂p.
    pulled = INSTANCE.beta * np.einsum("bij,bj->bi", soft.covariance(P), model.retrieval_velocity(INSTANCE, S, R))
    np.testing.assert_allclose(pulled, -over_r, atol=1e-13)


def test_steady_state_is_at_rest_at_a_fixed_point() -> None:
    p = model.iterate(INSTANCE, np.full(5, 0.2), steps=2000, tolerance=1e-16).end
    s, r = model.steady_gates(INSTANCE, p), model.steady_retrieval(INSTANCE, p)
    np.testing.assert_allclose(model.gate_velocity(INSTANCE, s, r), 0.0, atol=1e-12)
    np.testing.assert_allclose(model.retrieval_velocity(INSTANCE, s, r), 0.0, atol=1e-12)


def test_iteration_reports_path_and_change() -> None:
    run = model.iterate(INSTANCE, np.full((3, 5), 0.2), steps=4)
    assert run.path.shape == (5, 3, 5)
    assert run.change == np.abs(run.path[-1] - run.path[-2]).max()
    np.testing.assert_allclose(run.path[3], model.retrieval_map(INSTANCE, run.path[2]))
    assert len(model.iterate(ContextInstance(np.ones((1, 1))), np.ones(1), tolerance=0.0).path) == 2


def test_contraction_factor_is_infinite_without_a_positive_gate_matrix() -> None:
    instance = ContextInstance(np.ones((3, 1)), alpha=2.0)
    assert model.smallest_gate_eigenvalue(instance) == pytest.approx(-1.0)
    assert model.contraction_factor(instance) == np.inf


def test_critical_alpha_is_where_the_gates_lose_definiteness() -> None:
    critical = model.critical_alpha(INSTANCE)
    for ratio, sign in ((0.999, 1.0), (1.001, -1.0)):
        moved = ContextInstance(INSTANCE.memories, alpha=ratio * critical)
        assert sign * model.smallest_gate_eigenvalue(moved) > 0.0
    assert model.critical_alpha(ContextInstance(np.eye(4))) == np.inf
    # More memories than dimensions, unit norms: α_crit = 1.
    unit = draw_context(RNG, 6, 3, alpha=0.0, beta=1.0, gain=1.0)
    assert model.critical_alpha(unit) == pytest.approx(1.0, rel=1e-12)


def test_uniqueness_threshold_lies_between_zero_and_the_contraction_factor() -> None:
    inverse = np.linalg.inv(_gate_matrix())
    widest = max(inverse[i, i] + inverse[j, j] - 2.0 * inverse[i, j] for i in range(5) for j in range(5))
    assert model.uniqueness_threshold(INSTANCE) == pytest.approx(1.9 * 0.49 * widest / 4.0, rel=1e-12)
    assert 0.0 < model.uniqueness_threshold(INSTANCE) <= model.contraction_factor(INSTANCE)
    assert model.uniqueness_threshold(ContextInstance(np.ones((1, 3)))) == 0.0
