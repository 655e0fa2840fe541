"""The second paper's protocols as functions: against direct computation, and against what theory demands."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.special import softmax

from gatedmem.numerics import context
from gatedmem.numerics.experiments.context_accuracy import (
    WAYS,
    accuracy_unit,
    fixed_points,
    lead_over_others,
    noise_size,
    separation_bound,
    unit_rows,
)
from gatedmem.numerics.experiments.context_feedback import feedback_unit
from gatedmem.numerics.experiments.context_regimes import DRIVES, regimes_unit
from gatedmem.numerics.experiments.context_transition import cluster, gates_unit
from gatedmem.numerics.instances import ContextInstance

ACCURACY = {
    "seed": 3,
    "scaling": "coordinate",
    "sets": 2,
    "trials": 30,
    "flow_trials": 10,
    "noises": [0.0, 0.5, 2.0],
    "gains": [0.0, 0.4, 2.0],
    "count": 12,
    "dimension": 4,
    "beta": 3.5,
    "alpha": 0.1,
    "context_noise": 0.3,
}


@pytest.fixture(scope="module")
def accuracy():
    return accuracy_unit(**ACCURACY)


def test_accuracy_agrees_with_one_trial_at_a_time(accuracy):
    rng = np.random.default_rng([3, 1])
    memories = unit_rows(rng.standard_normal((12, 4)))
    target = rng.integers(12, size=30)
    noise = rng.standard_normal((30, 4))
    contexts = memories[target] + 0.3 * rng.standard_normal((30, 4))
    for column, level in enumerate(ACCURACY["noises"]):
        for row, gain in enumerate(ACCURACY["gains"]):
            right = dict.fromkeys(WAYS[:3], 0)
            for trial, (mu, epsilon, c) in enumerate(zip(target, noise, contexts, strict=True)):
                b = memories @ (memories[mu] + level * epsilon)
                model = ContextInstance(memories, alpha=0.1, beta=3.5, gain=gain, drive=memories @ c, evidence=b)
                starts = {"from r = 0": np.full(12, 1 / 12), "from r = b": softmax(3.5 * b)}
                gates = np.linalg.solve(context.gate_matrix(model), memories @ c)
                right["without feedback"] += np.argmax(b + gain * gates) == mu
                for way, start in starts.items():
                    end = context.iterate(model, start, steps=5000, tolerance=1e-12).end
                    right[way] += np.argmax(end) == mu
                    if trial < 2:
                        at, gates = (0, WAYS.index(way), column, row, trial), context.steady_gates(model, end)
                        others = np.arange(12) != mu
                        lead = b[mu] - b[others].max() + gain * (gates[mu] - gates[others].max())
                        assert np.isclose(accuracy["lead"][at], lead, atol=1e-9)
                        assert np.isclose(accuracy["probability"][at], end[mu], atol=1e-9)
            found = accuracy["right"][0, :3, column, row] * 30
            assert found.round(9).tolist() == list(right.values())


def test_a_smaller_noise_is_the_other_scaling(accuracy):
    # Norm scaling with d = 4 is coordinate scaling at half the noise, with the same draws.
    half = accuracy_unit(**ACCURACY | {"noises": [0.0, 0.25, 1.0], "context_noise": 0.15})
    norm = accuracy_unit(**ACCURACY | {"scaling": "norm"})
    for name in ("right", "lost", "below"):
        assert np.array_equal(half[name], norm[name])
    assert not np.array_equal(accuracy["right"], norm["right"])


def test_what_theory_demands_of_accuracy(accuracy):
    assert accuracy["below"].max() == 0.0  # CG6
    assert accuracy["lost_named"][:, WAYS.index("without feedback")].max() == 0.0  # CG19
    assert accuracy["lost"][:, WAYS.index("without feedback")].max() > 0.0  # ... and yet some are lost: CG22
    # Without coupling the map's ways agree; at λ = 0.4 there is one fixed point (CG11), from wherever one starts.
    assert np.ptp(accuracy["right"][:, :3, :, 0], axis=1).max() == 0.0
    assert np.array_equal(accuracy["right"][:, 1, :, 1], accuracy["right"][:, 2, :, 1])
    assert accuracy["unrest"][:, :3].max() == 0.0
    assert accuracy["early_below"].max() > 0.0  # CG23: the bound is one of fixed points


def test_the_flow_ends_where_the_map_does_if_there_is_one_fixed_point():
    small = accuracy_unit(**ACCURACY | {"gains": [0.0, 0.4], "trials": 10})
    ends = small["probability"]
    assert np.abs(ends[:, WAYS.index("flow from rest")] - ends[:, WAYS.index("from r = 0")]).max() < 1e-4


def test_the_bound_is_reached_by_ties_only():
    scores = np.array([1.3, 0.2, 0.2, 0.2])
    lead = lead_over_others(scores, np.array(0))
    assert np.isclose(softmax(3.5 * scores)[0], separation_bound(lead, 3.5, 4), rtol=1e-14)
    scores[3] = 0.1
    assert softmax(3.5 * scores)[0] > separation_bound(lead_over_others(scores, np.array(0)), 3.5, 4)
    assert separation_bound(np.array(-1e4), 3.5, 4) == 0.0 < separation_bound(np.array(-100.0), 3.5, 4)
    assert separation_bound(np.array(1e4), 3.5, 4) == 1.0


def test_an_unknown_scaling_is_refused():
    with pytest.raises(ValueError, match="scaling: must be 'coordinate' or 'norm', is 'both'"):
        noise_size("both", 10)


def test_rows_stop_when_they_are_at_rest():
    inverse, scores = np.eye(2), np.zeros((2, 2))
    start = np.array([[1.0, 0.0], [0.5, 0.5]])
    p, rest = fixed_points(inverse, scores, np.array([3.0, 3.0]), 1.0, start)
    assert rest.all()
    assert p[1].tolist() == [0.5, 0.5]
    assert p[0, 0] > 0.8  # a second state: βλ²/2 > 1
    _, rest = fixed_points(inverse, scores, np.array([3.0, 3.0]), 1.0, start, cap=3)
    assert rest.tolist() == [False, True]


def test_the_gates_of_a_cluster_against_direct_computation():
    alphas, horizons = [0.5, 0.995, 1.2], [10.0, 30.0]
    found = gates_unit(
        seed=0,
        scaling="coordinate",
        draws=1,
        alphas=alphas,
        horizons=horizons,
        moments=[20.0],
        gaps=[0.01],
        won_alphas=[1.5],
        count=20,
        dimension=4,
        beta=3.5,
        bias=0.01,
    )
    memories = cluster(np.random.default_rng([0, 2]), 20, 4, "coordinate")
    drive = np.full(20, 1 / 20)

    def peak(alpha, time=None):
        a = context.gate_matrix(ContextInstance(memories, alpha=alpha))
        if time is None:
            return softmax(3.5 * np.linalg.solve(a, drive)).max()
        run = solve_ivp(lambda t, s: drive - a @ s, (0.0, time), np.zeros(20), rtol=1e-10, atol=1e-12)
        return softmax(3.5 * run.y[:, -1]).max()

    assert np.allclose(found["peak"][0, :, 0], peak(0.5), rtol=1e-9)  # the equilibrium, whatever the horizon
    for row, horizon in enumerate(horizons):
        # λ_min(A) = 0.005 is too little for the paper's rule.
        assert np.isclose(found["peak"][0, row, 1], peak(0.995, horizon), rtol=1e-6)
        assert np.isclose(found["peak"][0, row, 2], peak(1.2, horizon), rtol=1e-6)
    assert np.isclose(found["critical"][0], 1.0)
    assert np.isclose(found["at_critical"][0, 0], peak(1.0, 20.0), rtol=1e-6)
    assert np.isclose(found["settled"][0, 0], peak(0.99), rtol=1e-9)


def test_the_map_with_feedback_is_lost_at_the_fold_and_not_by_the_formula():
    found = feedback_unit(
        seed=0,
        scaling="coordinate",
        draws=2,
        alphas=[0.0, 0.5, 0.999],
        gains=[0.0, 1.0, 2.0],
        caps=[500],
        count=50,
        dimension=10,
        beta=5.0,
        start=1e-4,
    )
    assert np.isnan(found["threshold"][:, 0]).all()
    assert np.isnan(found["fold"][:, 0]).all()
    assert np.allclose(found["peak"][:, 0], 1 / 50)
    fold, threshold = found["fold"][:, 1:], found["threshold"][:, 1:, 0]
    assert np.abs(fold / threshold - 1.0).max() < 0.01  # CG18
    # N > d: the smallest eigenvalue on 1^⊥ is 0.
    assert np.allclose(found["formula"], [[1.0, 0.9, 0.6]] * 2)
    assert (found["formula"][:, 1:] / threshold - 1.0).min() > 0.04
    assert np.allclose(found["peak"][:, 1, 2], 1.0)
    assert found["peak"][:, 1, 1].max() < 0.1


def test_one_attractor_below_the_exact_number_and_two_beyond():
    found = regimes_unit(
        seed=1,
        sets=2,
        numbers=[0.95, 1.05, 6.0],
        tilts=[-1.0, -0.5, 0.0, 0.5, 1.0],
        count=10,
        dimension=4,
        beta=3.5,
        alpha=0.1,
    )
    balanced = DRIVES.index("two memories in balance")
    assert (found["attractors"][:, 0] == 1).all()
    assert (found["attractors"][:, 1:, balanced] >= 2).all()
    assert (found["attractors"][:, 2] >= 2).all()  # feedback alone, and with any drive
    assert (found["contraction"] >= np.array([0.95, 1.05, 6.0])).all()  # CG12 is the weaker condition
    up, down = found["loop"][:, :, 0], found["loop"][:, :, 1]
    assert np.abs(up - down)[:, 0].max() < 1e-9
    assert np.abs(up - down)[:, 1:].max(axis=-1).min() > 0.1
    assert found["rest"].min() == 1.0
