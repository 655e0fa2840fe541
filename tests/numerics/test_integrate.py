"""Reference solutions against exact ones, and against each other where the problem is stiff."""

from __future__ import annotations

import numpy as np
import pytest

from gatedmem.numerics import astrocyte, context
from gatedmem.numerics import softmax as soft
from gatedmem.numerics.instances import AstrocyteInstance, ContextInstance, draw_astrocyte
from gatedmem.numerics.integrate import astrocyte_solution, context_solution, solve

RNG = np.random.default_rng(3)


def test_rotation_comes_back() -> None:
    turn = np.array([[0.0, -1.0], [1.0, 0.0]])
    times = np.linspace(0.0, 2.0 * np.pi, 7)
    path = solve(lambda y: y @ turn.T, np.array([[1.0, 0.0], [0.0, 2.0]]), times)
    assert path.shape == (7, 2, 2)
    np.testing.assert_allclose(path[:, 0], np.stack([np.cos(times), np.sin(times)], axis=1), atol=1e-10)
    np.testing.assert_allclose(path[-1], path[0], atol=1e-10)


@pytest.mark.parametrize("stiff", [False, True])
def test_output_times_do_not_cost_accuracy(stiff: bool) -> None:
    rates = np.array([1.0, 300.0])
    times = np.linspace(0.0, 1.0, 5)
    path = solve(lambda y: -rates * y, np.ones((2, 2)), times, tolerance=1e-11, stiff=stiff)
    np.testing.assert_allclose(path[:, 1], np.exp(-rates * times[:, None]), atol=1e-9)


def test_giving_up_is_an_error() -> None:
    with pytest.raises(ArithmeticError, match="integration stopped at t = "):
        solve(lambda y: y**2, np.ones(1), np.array([0.0, 2.0]), tolerance=1e-6)


def test_silent_neurons_leak_at_their_own_rates() -> None:
    """One neuron, one pattern, σ tiny: x and u decouple and decay as exponentials."""
    instance = AstrocyteInstance(np.ones((1, 1)), sigma=1e-12, temperature=3.0, tau_x=2.0, tau_p=0.5)
    path = astrocyte_solution(instance, np.array([1.5]), np.ones(1), np.array([0.0, 1.0]))
    assert path.x[-1, 0] == pytest.approx(1.5 * np.exp(-0.5), rel=1e-10)
    assert path.p[-1, 0] == 1.0


def test_lifted_gains_solve_the_replicator() -> None:
    instance = draw_astrocyte(RNG, 5, 3, sigma=2.0, temperature=0.4)
    x0, p0 = RNG.standard_normal(5), np.array([0.2, 0.5, 0.3])
    times = np.linspace(0.0, 3.0, 4)

    def replicator(state: np.ndarray) -> np.ndarray:
        x, p = state[..., :5], state[..., 5:]
        rates = astrocyte.neuron_velocity(instance, x, p), astrocyte.gain_velocity(instance, x, p)
        return np.concatenate(rates, axis=-1)

    direct = solve(replicator, np.concatenate([x0, p0]), times)
    lifted = astrocyte_solution(instance, x0, p0, times)
    np.testing.assert_allclose(lifted.x, direct[:, :5], atol=1e-9)
    np.testing.assert_allclose(lifted.p, direct[:, 5:], atol=1e-9)
    np.testing.assert_allclose(soft.softmax(lifted.u), lifted.p)


def test_a_face_is_a_memory_of_fewer_patterns() -> None:
    """On a face only the load factor K remembers the silent patterns."""
    instance = draw_astrocyte(RNG, 4, 3)
    p0 = np.array([[0.5, 0.0, 0.5]])
    path = astrocyte_solution(instance, np.array([[1.0, -1.0, 0.5, 0.0]]), p0, np.array([0.0, 2.0]))
    assert path.p[-1, 0, 1] == 0.0
    assert path.p[-1].sum() == pytest.approx(1.0, rel=1e-14)
    with pytest.raises(ValueError, match="same support"):
        astrocyte_solution(instance, np.zeros((2, 4)), np.array([[1.0, 0, 0], [0.5, 0.5, 0]]), np.array([0.0, 1.0]))


def test_stiff_gains_follow_the_scores() -> None:
    """τ_p → 0: gains sit at the softmax of the scores, to first order in τ_p."""
    instance = draw_astrocyte(RNG, 8, 3, sigma=2.0, temperature=5.0, tau_p=1e-5)
    path = astrocyte_solution(instance, instance.patterns[0], np.full(3, 1 / 3), np.array([0.0, 0.5]), tolerance=1e-9)
    expected = soft.softmax(astrocyte.scores(instance, path.x[-1]) / instance.temperature)
    np.testing.assert_allclose(path.p[-1], expected, atol=1e-5)


def test_gates_without_feedback_relax_as_a_linear_system() -> None:
    memories = np.array([[1.0, 0.0], [0.6, 0.8]])
    instance = ContextInstance(memories, 0.5, 1.0, 0.0, np.array([1.0, 2.0]))
    path = context_solution(instance, np.zeros(2), np.zeros(2), np.array([0.0, 0.7]), tau_s=2.0)
    values, vectors = np.linalg.eigh(context.gate_matrix(instance))
    rest = np.linalg.solve(context.gate_matrix(instance), np.array([1.0, 2.0]))
    decay = vectors @ np.diag(np.exp(-values * 0.35)) @ vectors.T
    np.testing.assert_allclose(path.s[-1], rest - decay @ rest, rtol=1e-10)


def test_energy_falls_along_the_clamped_flow() -> None:
    memories = RNG.standard_normal((4, 2))
    instance = ContextInstance(memories, 0.1, 2.0, 1.5, RNG.standard_normal(4), RNG.standard_normal(4))
    start_s, start_r = RNG.standard_normal((2, 3, 4))
    path = context_solution(instance, start_s, start_r, np.linspace(0.0, 20.0, 30), tau_r=0.3)
    energy = context.energy(instance, path.s, path.r)
    assert energy.shape == (30, 3)
    assert (np.diff(energy, axis=0) < 1e-10).all()
