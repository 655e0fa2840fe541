"""Branches of equilibria are followed to their folds, and the published map leaves where they end."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

from gatedmem.numerics.fold import BranchEquation, ContinuationError, follow, rest_state
from gatedmem.numerics.instances import Array, ContextInstance, draw_context
from gatedmem.numerics.sweeps import measured_threshold, one_site_threshold, sweep, sweeps_past


def cluster(seed: int, size: int = 30, dimension: int = 6) -> Array:
    rng = np.random.default_rng(seed)
    memories = 2.0 * np.eye(dimension)[0] + 0.3 * rng.standard_normal((size, dimension))
    return np.asarray(memories / np.linalg.norm(memories, axis=1, keepdims=True))


def uniform(memories: Array, gain: float, beta: float = 5.0) -> BranchEquation:
    n = len(memories)
    return BranchEquation(memories @ memories.T, beta, gain, np.full(n, 1.0 / n))


def test_two_memories_turn_where_the_scalar_equation_does() -> None:
    # With D = r₁ - r₂, η = 1 - αG₁₂: ηD = λΔu + λ² tanh(βD/2); the state against the drive is lost where dη/dD = 0.
    overlap, beta, gain, bias = 0.9, 4.0, 0.5, 0.02
    equation = BranchEquation(np.array([[1.0, overlap], [overlap, 1.0]]), beta, gain, np.array([bias, 0.0]))

    def eta(difference: float) -> float:
        return (gain * bias + gain**2 * float(np.tanh(beta * difference / 2.0))) / difference

    def slope(difference: float) -> float:
        inside = gain**2 * beta / 2.0 / float(np.cosh(beta * difference / 2.0)) ** 2
        return inside - eta(difference)

    difference = float(brentq(slope, -1.0, -0.05))
    alpha = (1.0 - eta(difference)) / overlap
    assert 0.0 < alpha < 1.0
    path = follow(equation, 0.9, np.array([-1.3, 1.3]), upward=False)
    assert path.turning is not None
    assert path.turning.kind == "fold"
    assert path.turning.alpha == pytest.approx(alpha, rel=1e-10)
    assert path.turning.state[0] - path.turning.state[1] == pytest.approx(difference, rel=1e-6)
    assert (path.gaps > 0.0).all()
    assert (np.diff(path.alphas) < 0.0).all()


@pytest.mark.parametrize("gain", [0.5, 1.0, 1.8])
def test_a_fold_satisfies_its_equations_and_is_stable_on_the_way(gain: float) -> None:
    equation = uniform(cluster(1), gain)
    path = follow(equation)
    turning = path.turning
    assert turning is not None
    assert turning.kind == "fold"
    assert np.abs(equation.residual(turning.state, turning.alpha)).max() < 1e-12
    stiffness = equation.stiffness(turning.state, turning.alpha)
    assert np.abs(stiffness @ turning.null).max() < 1e-11
    assert np.linalg.eigvalsh(stiffness)[1] > 1e-3
    assert abs(turning.push) > 1e-3
    assert abs(turning.bend) > 1e-3
    for alpha, state, gap in zip(path.alphas, path.states, path.gaps, strict=True):
        assert np.abs(equation.residual(state, float(alpha))).max() < 1e-9
        assert gap == pytest.approx(np.linalg.eigvalsh(equation.stiffness(state, float(alpha)))[0])
    # Starting later on the branch finds the same fold; past it the state is another one.
    again = follow(equation, 0.9 * turning.alpha).turning
    assert again is not None
    assert again.alpha == pytest.approx(turning.alpha, rel=1e-10)
    assert float(equation.weights(rest_state(equation, 1.01 * turning.alpha)).max()) > 0.5


def test_the_derivatives_are_those_of_the_equation() -> None:
    rng = np.random.default_rng(0)
    base = draw_context(rng, 7, 3, alpha=0.4, beta=2.0, gain=1.3)
    equation = BranchEquation.of(base)
    state, direction, alpha, h = rng.standard_normal(7), rng.standard_normal(7), 0.4, 1e-5
    moved = [equation.residual(state + sign * h * direction, alpha) for sign in (1.0, 0.0, -1.0)]
    assert np.allclose((moved[0] - moved[2]) / (2 * h), equation.stiffness(state, alpha) @ direction, atol=1e-8)
    assert np.allclose((moved[0] - 2 * moved[1] + moved[2]) / h**2, equation.second(state, direction), atol=1e-4)
    pushed = (equation.residual(state, alpha + h) - equation.residual(state, alpha - h)) / (2 * h)
    assert np.allclose(pushed, equation.push(state), atol=1e-8)
    p = equation.weights(state)
    mean = p @ direction
    third = -((2.0 * 1.3) ** 2) * p @ (direction - mean) ** 3
    assert direction @ equation.second(state, direction) == pytest.approx(third)


def test_a_circulant_frame_is_crossed_at_the_threshold_of_the_uniform_state() -> None:
    angles = 2.0 * np.pi * np.arange(9) / 9.0
    memories = np.stack([np.cos(angles), np.sin(angles), np.full(9, 1.5)], axis=1)
    memories /= np.linalg.norm(memories, axis=1, keepdims=True)
    turning = follow(uniform(memories, 1.0, beta=2.0)).turning
    assert turning is not None
    assert turning.kind == "crossing"
    assert turning.alpha == pytest.approx(1.0 - 2.0 / 9.0, rel=1e-6)
    assert abs(turning.push) < 1e-6


def test_without_competition_or_coupling_there_is_no_fold() -> None:
    assert follow(uniform(np.eye(5), 1.0, beta=2.0), limit=3.0).turning is None
    alone = follow(uniform(cluster(2), 0.0))
    assert alone.turning is None  # without coupling only the gates are lost, at α_crit
    assert alone.alphas[-1] == pytest.approx(1.0, abs=0.3)


def test_a_state_that_grows_without_bound_is_followed_to_the_end() -> None:
    # A generic drive picks its winner smoothly: no fold, and the states diverge towards α_crit.
    rng = np.random.default_rng(3)
    base = draw_context(rng, 12, 4, alpha=0.0, beta=3.0, gain=0.3)
    path = follow(BranchEquation.of(base))
    assert path.turning is None
    assert path.alphas[-1] > 0.999
    assert np.abs(path.states[-1]).max() > 100.0


def test_the_map_leaves_at_the_fold_and_later_by_the_cap() -> None:
    equation = uniform(cluster(4), 1.4)
    turning = follow(equation).turning
    assert turning is not None
    start = np.zeros(equation.size)
    late = []
    for cap in (500, 4000):
        measured = measured_threshold(equation, start, cap=cap, bisections=26)
        assert measured is not None
        late.append(measured - turning.alpha)
        assert sweeps_past(equation, turning, measured) == pytest.approx(cap, rel=0.1)
    assert 0.0 < late[1] < late[0] / 40.0  # the square of the ratio of the caps is 64
    assert late[0] < 1e-3 * turning.alpha


def test_sweeps_stop_at_the_tolerance_or_at_the_cap() -> None:
    equation = uniform(cluster(4), 1.0)
    run = sweep(equation, 0.3, np.zeros(equation.size))
    assert run.count < 500
    assert run.change < 1e-8
    assert np.allclose(run.state, rest_state(equation, 0.3), atol=1e-7)
    assert sweep(equation, 0.3, np.zeros(equation.size), cap=3).count == 3
    assert run.peak == run.weights.max()


def test_thresholds_that_are_not_there() -> None:
    equation = uniform(np.eye(4), 1.0, beta=2.0)
    assert measured_threshold(equation, np.zeros(4)) is None
    assert measured_threshold(equation, np.zeros(4), lost=lambda weights: True) == 0.0
    assert one_site_threshold(equation) is None
    assert one_site_threshold(uniform(cluster(1), 0.0)) is None


def test_the_closed_form_is_close_for_a_tight_cluster() -> None:
    equation = uniform(cluster(1, 50, 10), 1.0)
    turning = follow(equation).turning
    assert turning is not None
    closed = one_site_threshold(equation)
    assert closed == pytest.approx(turning.alpha, rel=0.02)
    assert closed != pytest.approx(1.0 - 5.0 / 50.0, rel=0.02)  # CG17's formula


def test_bad_input_is_named() -> None:
    good = uniform(cluster(1), 1.0)
    with pytest.raises(ValueError, match="gram: needs a symmetric table"):
        BranchEquation(np.array([[1.0, 0.5], [0.2, 1.0]]), 1.0, 1.0, np.zeros(2))
    with pytest.raises(ValueError, match=r"drive: needs one number per memory \(2\)"):
        BranchEquation(np.eye(2), 1.0, 1.0, np.zeros(3))
    with pytest.raises(ValueError, match="evidence: needs one number"):
        BranchEquation(np.eye(2), 1.0, 1.0, np.zeros(2), np.zeros(1))
    with pytest.raises(ValueError, match="beta, gain"):
        BranchEquation(np.eye(2), 0.0, 1.0, np.zeros(2))
    with pytest.raises(ContinuationError, match="not positive definite"):
        rest_state(good, 1.5)
    with pytest.raises(ValueError, match="uniform drive"):
        one_site_threshold(BranchEquation(np.eye(2), 1.0, 1.0, np.array([1.0, 0.0])))
    turning = follow(good).turning
    assert turning is not None
    with pytest.raises(ValueError, match="beyond it"):
        sweeps_past(good, turning, turning.alpha)


def test_the_users_instance_keeps_its_query() -> None:
    instance = ContextInstance(cluster(6, 8, 3), 0.0, 5.0, 0.8, np.full(8, 0.125), 0.01 * np.arange(8.0))
    equation = BranchEquation.of(instance)
    state = rest_state(equation, 0.2)
    gates = np.linalg.solve(equation.gates(0.2), instance.drive + 0.8 * equation.weights(state))
    assert np.allclose(state, instance.evidence + 0.8 * gates)


def test_no_fold_is_jumped_over() -> None:
    # Drawn memories whose folds long steps pass by, to land on another branch.
    rng = np.random.default_rng(5)
    found = {}
    for index in range(18):
        n, d = int(rng.integers(2, 25)), int(rng.integers(1, 12))
        beta, gain = float(10.0 ** rng.uniform(-0.5, 1.0)), float(rng.uniform(0.1, 2.0))
        unit = bool(rng.random() < 0.7)
        base = draw_context(rng, n, d, alpha=0.2, beta=beta, gain=gain, unit_norm=unit)
        if index in (12, 17):
            found[index] = follow(BranchEquation.of(base)).turning
    assert [turning.kind for turning in found.values() if turning is not None] == ["fold", "fold"]
    for (index, turning), alpha in zip(found.items(), (0.07309977, 0.84797401), strict=True):
        assert turning is not None, index
        assert turning.alpha == pytest.approx(alpha, abs=1e-7)
