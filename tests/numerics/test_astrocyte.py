"""The astrocyte-gated model in arrays against its definitions written with loops and matrices."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from scipy.linalg import expm

from gatedmem.numerics import astrocyte as model
from gatedmem.numerics import linear_score
from gatedmem.numerics import softmax as soft
from gatedmem.numerics.instances import AstrocyteInstance, digit_patterns, draw_astrocyte

RNG = np.random.default_rng(1)
INSTANCE = draw_astrocyte(RNG, 6, 4, sigma=1.7, temperature=0.6, tau_x=0.8, tau_p=2.5)
X = RNG.standard_normal((3, 6))
P = soft.softmax(RNG.standard_normal((3, 4)))


def _definitions(instance: AstrocyteInstance, x: np.ndarray, p: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """ẋ, ṗ and L of one state, straight from equations 4 to 9."""
    n, k, T, sigma = instance.n_neurons, instance.n_patterns, instance.temperature, instance.sigma
    xi = instance.patterns
    phi = [math.tanh(sigma * value) for value in x]
    f = [sum(xi[m, i] * phi[i] for i in range(n)) ** 2 / (2 * n) for m in range(k)]
    weights = k / n * sum(p[m] * np.outer(xi[m], xi[m]) for m in range(k))
    x_velocity = (-x + weights @ np.array(phi)) / instance.tau_x
    fitness = [f[m] - T * math.log(p[m]) for m in range(k)]
    mean = sum(p[m] * fitness[m] for m in range(k))
    p_velocity = np.array([p[m] * (fitness[m] - mean) / instance.tau_p for m in range(k)])
    z = sum(math.exp(value / T) for value in f)
    divergence = sum(p[m] * (math.log(p[m]) - f[m] / T + math.log(z)) for m in range(k))
    neurons = sum(x[i] * phi[i] - math.log(math.cosh(sigma * x[i])) / sigma for i in range(n))
    return x_velocity, p_velocity, k * T * divergence - k * T * math.log(z) + neurons


def test_field_and_energy_are_the_definitions() -> None:
    for index in range(3):
        x_velocity, p_velocity, energy = _definitions(INSTANCE, X[index], P[index])
        np.testing.assert_allclose(model.neuron_velocity(INSTANCE, X, P)[index], x_velocity, rtol=1e-12)
        np.testing.assert_allclose(model.gain_velocity(INSTANCE, X, P)[index], p_velocity, rtol=1e-11)
        assert model.energy(INSTANCE, X, P)[index] == pytest.approx(energy, rel=1e-13)
        assert model.energy_divergence_form(INSTANCE, X, P)[index] == pytest.approx(energy, rel=1e-13)


def test_leading_axes_are_a_batch() -> None:
    many_x, many_p = np.tile(X, (2, 5, 1, 1)), np.tile(P, (2, 5, 1, 1))
    for function in (model.neuron_velocity, model.gain_velocity, model.energy, model.dissipation):
        np.testing.assert_allclose(function(INSTANCE, many_x, many_p)[1, 3], function(INSTANCE, X, P), rtol=1e-13)


@pytest.mark.parametrize("x", [0.0, 1e-12, -1e-4, 0.3, -0.9, 1.1, 20.0, -400.0])
def test_potential_and_slope_are_accurate_everywhere(x: float) -> None:
    instance = AstrocyteInstance(np.ones((1, 1)), sigma=1.3)
    with mpmath.workdps(60):
        z = mpmath.mpf(1.3) * mpmath.mpf(x)
        potential = float(mpmath.log(mpmath.cosh(z)) / mpmath.mpf(1.3))
        slope = float(mpmath.mpf(1.3) / mpmath.cosh(z) ** 2)
    assert float(model.potential(instance, np.array(x))) == pytest.approx(potential, rel=1e-15, abs=0.0)
    # exp(-2|σx|) loses as many units in the last place as its argument is large.
    assert float(model.slope(instance, np.array(x))) == pytest.approx(slope, rel=1e-15 * (4.0 + abs(x)), abs=0.0)


@pytest.mark.parametrize("x", [1e-9, -1e-5, 0.4, -0.76, 0.78, 3.0, -60.0])
def test_potential_differentiates_to_the_activation(x: float) -> None:
    stepped = model.potential(INSTANCE, np.array([x + 1e-20j])).imag / 1e-20
    np.testing.assert_allclose(stepped, model.activation(INSTANCE, np.array([x])), rtol=1e-14)


def test_energy_lies_between_its_bounds() -> None:
    x = RNG.standard_normal((200, 6)) * 10.0 ** RNG.uniform(-2, 2, (200, 1))
    p = RNG.dirichlet(np.full(4, 0.3), 200)
    energy = model.energy(INSTANCE, x, p)
    assert energy.min() > -4 * 6 / 2 - 4 * 0.6 * math.log(4)
    assert energy.max() < 6 * math.log(2) / 1.7


def test_dissipation_is_minus_the_gradient_along_the_field() -> None:
    over_x, over_p = model.energy_gradient(INSTANCE, X, P)
    rate = (over_x * model.neuron_velocity(INSTANCE, X, P)).sum(axis=1)
    rate += (over_p * model.gain_velocity(INSTANCE, X, P)).sum(axis=1)
    np.testing.assert_allclose(model.dissipation(INSTANCE, X, P), -rate, rtol=1e-11)


def test_faces_are_kept() -> None:
    p = np.array([0.5, 0.0, 0.5, 0.0])
    velocity = model.gain_velocity(INSTANCE, X[0], p)
    assert velocity[1] == velocity[3] == 0.0
    assert np.isfinite(model.dissipation(INSTANCE, X[0], p))


def test_lift_projects_onto_the_replicator() -> None:
    u = np.log(P) + 3.0
    x_velocity, u_velocity = model.lifted_velocity(INSTANCE, X, u)
    projected = np.einsum("bij,bj->bi", soft.covariance(P), u_velocity)
    np.testing.assert_allclose(projected, model.gain_velocity(INSTANCE, X, P), rtol=1e-11)
    np.testing.assert_allclose(x_velocity, model.neuron_velocity(INSTANCE, X, P), rtol=1e-12)


def test_flipping_all_neurons_changes_nothing_but_their_sign() -> None:
    np.testing.assert_allclose(model.energy(INSTANCE, -X, P), model.energy(INSTANCE, X, P), rtol=1e-15)
    np.testing.assert_allclose(model.neuron_velocity(INSTANCE, -X, P), -model.neuron_velocity(INSTANCE, X, P))
    np.testing.assert_allclose(model.gain_velocity(INSTANCE, -X, P), model.gain_velocity(INSTANCE, X, P))


def test_errors_of_a_stored_image() -> None:
    pytest.importorskip("sklearn")
    digits = digit_patterns()
    assert digits is not None
    instance = AstrocyteInstance(digits, sigma=50.0)
    cue = model.corrupted(digits[3], 6, np.random.default_rng(0))
    assert model.hamming_error(cue, digits[3]) == 6.0
    assert model.soft_hamming_error(instance, cue, digits[3]) == pytest.approx(6.0, abs=1e-12)
    assert model.hamming_error(np.stack([cue, digits[3], -digits[3]]), digits[3]).tolist() == [6.0, 0.0, 64.0]


@pytest.mark.parametrize("flips", [-1, 7])
def test_more_flips_than_neurons_are_refused(flips: int) -> None:
    with pytest.raises(ValueError, match="flips: must lie between 0 and N = 6"):
        model.corrupted(np.ones(6), flips, RNG)


@pytest.mark.parametrize("h", [1e-3, 0.5, 4.0])
def test_exponential_steps_solve_the_frozen_problems(h: float) -> None:
    """With the other layer frozen each equation is linear; its solution comes from a matrix exponential here."""
    u = np.log(P)
    drift = np.concatenate([model.scores(INSTANCE, X) / INSTANCE.tau_p, np.ones((3, 1))], axis=1)
    for index in range(3):
        generator = np.zeros((5, 5))
        generator[:4, :4] = -INSTANCE.temperature / INSTANCE.tau_p * np.eye(4)
        generator[:4, 4] = drift[index, :4]
        expected = (expm(h * generator) @ np.append(u[index], 1.0))[:4]
        np.testing.assert_allclose(model.exponential_gain_step(INSTANCE, X, u, h)[index], expected, rtol=1e-12)
        pushed = model.recurrent_input(INSTANCE, X, P)[index]
        kept = float(expm(np.array([[-h / INSTANCE.tau_x]]))[0, 0])
        step = model.exponential_neuron_step(INSTANCE, X, P, h)[index]
        np.testing.assert_allclose(step, kept * X[index] + (1.0 - kept) * pushed, rtol=1e-12)


def test_endless_steps_land_on_the_fixed_points() -> None:
    target = soft.softmax(model.exponential_gain_step(INSTANCE, X, np.log(P), np.inf))
    np.testing.assert_allclose(target, model.retrieval_gains(INSTANCE, X), rtol=1e-14)
    np.testing.assert_array_equal(
        model.exponential_neuron_step(INSTANCE, X, P, np.inf), model.recurrent_input(INSTANCE, X, P)
    )


def test_linear_score_is_its_definition() -> None:
    xi, T = INSTANCE.patterns, INSTANCE.temperature
    for x, p in zip(X, P, strict=True):
        m = np.array([sum(xi[mu, i] * math.tanh(1.7 * x[i]) for i in range(6)) for mu in range(4)])
        np.testing.assert_allclose(linear_score.neuron_velocity(INSTANCE, x, p), (xi.T @ p - x) / 0.8, rtol=1e-13)
        fitness = m - T * np.log(p)
        np.testing.assert_allclose(
            linear_score.gain_velocity(INSTANCE, x, p), p * (fitness - p @ fitness) / 2.5, rtol=1e-11, atol=1e-15
        )
        neurons = sum(v * math.tanh(1.7 * v) - math.log(math.cosh(1.7 * v)) / 1.7 for v in x)
        energy = -p @ m + T * p @ np.log(p) + neurons
        assert float(linear_score.energy(INSTANCE, x, p)) == pytest.approx(energy, rel=1e-13)
        weights = np.exp(m / T)
        np.testing.assert_allclose(linear_score.readout(INSTANCE, x), xi.T @ weights / weights.sum(), rtol=1e-12)
