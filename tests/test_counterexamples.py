"""What fails when a hypothesis is dropped or a step is changed: each as a small instance with its numbers.

These are the warnings that the ledger states beside its theorems. Numbers are compared with what exact reasoning
gives, so that the instances stay what they are said to be.
"""

import numpy as np
import pytest

from gatedmem.numerics import astrocyte
from gatedmem.numerics.context import gate_matrix, retrieval_map
from gatedmem.numerics.instances import AstrocyteInstance, ContextInstance
from gatedmem.numerics.softmax import covariance, softmax

ORTHOGONAL = np.array([[1.0, 1.0], [1.0, -1.0]])


def test_updating_gains_and_neurons_at_once_raises_the_energy():
    """AG25: one after the other never raises L; at once it can."""
    memory = AstrocyteInstance(ORTHOGONAL, sigma=2.0, temperature=0.001)
    x = np.arctanh([0.9, 0.01]) / 2.0
    p = np.array([0.001, 0.999])
    before = astrocyte.energy(memory, x, p)
    target = softmax(astrocyte.scores(memory, x) / memory.temperature)
    at_once = astrocyte.energy(memory, astrocyte.recurrent_input(memory, x, p), target)
    gains_first = astrocyte.energy(memory, astrocyte.recurrent_input(memory, x, target), target)
    assert at_once > before + 0.5
    assert gains_first < before


def test_explicit_euler_leaves_the_simplex_at_high_temperature():
    """AG27: the error of the sum is multiplied by 1 - h⟨p,F⟩/τ_p, which exceeds 1 in size at T = 1000, K = 100."""
    rng = np.random.default_rng(0)
    memory = AstrocyteInstance(rng.choice([-1.0, 1.0], size=(100, 30)), temperature=1000.0)
    x, h = rng.standard_normal(30), 0.001
    p = np.full(100, 0.01)
    assert h * 1000.0 * np.log(100) > 2.0
    p = p + h * astrocyte.gain_velocity(memory, x, p)
    p[0] += 1e-9
    for _ in range(40):
        with np.errstate(all="ignore"):
            p = p + h * astrocyte.gain_velocity(memory, x, p)
        if not (p > 0).all():
            break
    assert not (abs(p.sum() - 1.0) < 1e-3 and (p > 0).all())


def test_the_smallest_safe_euler_step_is_safe_where_a_larger_one_is_not():
    """AG27: h ≤ τ_p/(N/2 + T log K) keeps the gains positive; five times as much does not."""
    memory = AstrocyteInstance(np.array([[1.0] * 8, [-1.0, 1.0] * 4]), sigma=5.0, temperature=0.1)
    x, p = np.ones(8), np.array([0.5, 0.5])
    safe = 1.0 / (8 / 2 + 0.1 * np.log(2))
    assert (p + safe * astrocyte.gain_velocity(memory, x, p) > 0).all()
    assert (p + 5 * safe * astrocyte.gain_velocity(memory, x, p)).min() < 0


def test_a_negative_eigenvalue_leaves_the_clamped_energy_without_a_floor():
    """CG4: with A(α) indefinite the gates run away along its negative direction."""
    memory = ContextInstance(np.array([[1.0, 0.0], [-1.0, 0.0]]), alpha=2.0)
    values, vectors = np.linalg.eigh(gate_matrix(memory))
    assert values[0] == pytest.approx(-1.0)
    quadratic = [0.5 * s**2 * vectors[:, 0] @ gate_matrix(memory) @ vectors[:, 0] for s in (1.0, 10.0, 100.0)]
    assert quadratic == pytest.approx([-0.5, -50.0, -5000.0])


def test_beyond_the_contraction_bound_there_are_three_fixed_points():
    """CG13: two orthogonal memories, βλ²/2 = 1.5 instead of less than 1."""
    memory = ContextInstance(np.eye(2), alpha=0.0, beta=3.0, gain=1.0)
    ends = []
    for start in (0.9, 0.5, 0.1):
        p = np.array([start, 1.0 - start])
        for _ in range(500):
            p = retrieval_map(memory, p)
        ends.append(p[0])
    assert ends[0] > 0.9
    assert ends[1] == pytest.approx(0.5)
    assert ends[2] < 0.1


def test_off_the_simplex_the_covariance_bound_fails():
    """SM4: without Σp = 1 the form can exceed one half and can be negative."""
    assert np.linalg.eigvalsh(covariance(np.array([0.6, 0.6]))).max() == pytest.approx(0.6)
    assert np.linalg.eigvalsh(covariance(np.array([1.0, 1.0]))).min() == pytest.approx(-1.0)


def test_off_the_simplex_the_two_forms_of_the_energy_differ():
    """AG4: by exactly KT log Z (Σp - 1)."""
    memory = AstrocyteInstance(ORTHOGONAL, sigma=1.0, temperature=0.5)
    x, p = np.array([0.3, -0.8]), np.array([0.7, 0.6])
    difference = astrocyte.energy_divergence_form(memory, x, p) - astrocyte.energy(memory, x, p)
    log_z = np.log(np.exp(astrocyte.scores(memory, x) / 0.5).sum())
    assert difference == pytest.approx(2 * 0.5 * log_z * 0.3)
    assert abs(difference) > 0.1


def test_the_euclidean_gradient_norm_is_not_the_rate_of_the_energy():
    """AG8: the printed dL/dt = -‖∇L‖² holds in the product metric only."""
    memory = AstrocyteInstance(ORTHOGONAL, sigma=2.0, temperature=0.5, tau_x=3.0, tau_p=0.2)
    x, p = np.array([0.4, -0.2]), np.array([0.3, 0.7])
    over_x, over_p = astrocyte.energy_gradient(memory, x, p)
    euclidean = (over_x**2).sum() + (over_p**2).sum()
    assert abs(astrocyte.dissipation(memory, x, p) - euclidean) > 0.5 * euclidean
