"""Energy-stable steps, the alternation, explicit Euler, and packed patterns."""

import numpy as np
import pytest

from gatedmem.numerics import astrocyte, retrieval
from gatedmem.numerics import softmax as soft
from gatedmem.numerics.instances import AstrocyteInstance
from gatedmem.numerics.simulate import (
    draw_trials,
    simulate_astrocyte,
    simulate_dense,
    simulate_hopfield,
    simulate_modern,
    simulate_neuron_astrocyte,
)
from gatedmem.numerics.simulate.packed import PackedPatterns, pack, retrieve_packed

PATTERNS, CUES, TARGETS = draw_trials(4, 3, 20, 33, [0, 2, 5])
MODEL = AstrocyteInstance(PATTERNS[0], 1.0, 0.01)


def test_stable_steps_are_those_of_the_package():
    x, u = CUES[0], np.zeros((3, 33))
    for _ in range(5):
        u = astrocyte.exponential_gain_step(MODEL, x, u, 0.3)
        x = astrocyte.exponential_neuron_step(MODEL, x, soft.softmax(u), 0.3)
    run = simulate_astrocyte(PATTERNS[0], CUES[0], way="stable", step=0.3, t_end=1.5)
    np.testing.assert_allclose(run.x, x, atol=1e-11)
    np.testing.assert_allclose(run.gains, soft.softmax(u), atol=1e-12)


@pytest.mark.parametrize("step", [0.05, 1.0, 50.0])
@pytest.mark.parametrize(
    "simulate", [simulate_astrocyte, simulate_hopfield, simulate_neuron_astrocyte, simulate_dense, simulate_modern]
)
def test_stable_steps_never_raise_the_energy(simulate, step):
    run = simulate(PATTERNS[:, None], CUES, way="stable", step=step, times=step * np.arange(40))
    assert np.diff(run.observables["energy"]).max() < 1e-12 * (1.0 + np.abs(run.observables["energy"]).max())


def test_the_alternation_is_retrieval():
    # With few flips: five can tie two patterns exactly, and rounding then breaks the tie.
    cues = CUES[:, :2]
    run = simulate_astrocyte(PATTERNS[:, None], cues, way="alternation", t_end=100, tolerance=1e-12)
    for trial in range(3):
        found = retrieval.retrieve(PATTERNS[trial], cues[trial], temperature=0.01)
        np.testing.assert_allclose(run.x[trial], found.state, atol=1e-9)
        np.testing.assert_array_equal(run.steps[trial], found.steps)
        np.testing.assert_array_equal(run.convergence_time[trial], found.steps)


@pytest.mark.parametrize("renormalise", [False, True])
def test_euler_is_the_papers_scheme(renormalise):
    x, p = CUES[0], np.full((3, 33), 1.0 / 33)
    for _ in range(700):
        x, p = (
            x + 1e-3 * astrocyte.neuron_velocity(MODEL, x, p),
            p + 1e-3 * astrocyte.gain_velocity(MODEL, x, p),
        )
        p = p / p.sum(axis=-1, keepdims=True) if renormalise else p
    run = simulate_astrocyte(PATTERNS[0], CUES[0], way="euler", step=1e-3, t_end=0.7, renormalise=renormalise)
    np.testing.assert_allclose(run.x, x, atol=1e-11)
    np.testing.assert_allclose(run.gains, p, atol=1e-12)


def test_hot_euler_breaks_off_and_renormalised_euler_does_not():
    """Statement AG27: at h⟨p,F⟩ > 2τ_p the sum of the gains leaves 1; hotter still, gains turn negative."""
    how = {"way": "euler", "step": 1e-3, "t_end": 3.0}
    warm = simulate_astrocyte(PATTERNS[:, None], CUES, temperature=500.0, **how)
    hot = simulate_astrocyte(PATTERNS[:, None], CUES, temperature=700.0, **how)
    hotter = simulate_astrocyte(PATTERNS[:, None], CUES, temperature=2000.0, **how)
    rescued = simulate_astrocyte(PATTERNS[:, None], CUES, temperature=700.0, renormalise=True, **how)
    flow = simulate_astrocyte(PATTERNS[:, None], CUES, temperature=700.0, t_end=3.0)
    np.testing.assert_allclose(warm.gains.sum(axis=-1), 1.0, atol=1e-12)
    assert (np.abs(hot.gains.sum(axis=-1) - 1.0) > 0.1).all()
    assert hotter.failed.all()
    assert not rescued.failed.any()
    np.testing.assert_allclose(rescued.gains, flow.gains, atol=1e-4)


def test_euler_converges_to_the_flow_at_first_order():
    flow = simulate_astrocyte(PATTERNS[0], CUES[0], t_end=1.0, tolerance=1e-11)
    errors = [
        np.abs(simulate_astrocyte(PATTERNS[0], CUES[0], way="euler", step=step, t_end=1.0).gains - flow.gains).max()
        for step in (4e-3, 2e-3, 1e-3)
    ]
    assert 1.8 < errors[0] / errors[1] < 2.2
    assert 1.8 < errors[1] / errors[2] < 2.2


def test_times_between_steps_are_refused():
    with pytest.raises(ValueError, match="whole numbers of steps"):
        simulate_astrocyte(PATTERNS[0], CUES[0], way="stable", step=0.3, t_end=1.0)
    with pytest.raises(ValueError, match="an alternation has none"):
        simulate_astrocyte(PATTERNS[0], CUES[0], way="alternation", step=0.3)


@pytest.mark.parametrize("temperature", [0.01, 1.0, 20.0])
@pytest.mark.parametrize("n", [16, 101])
def test_packed_patterns_recall_as_plain_ones(temperature, n):
    rng = np.random.default_rng(n)
    patterns = rng.choice(np.array([-1, 1], np.int8), (60, n))
    cue = patterns[3].astype(float)
    cue[: n // 4] *= -1
    pieces = pack(piece for piece in np.array_split(patterns, 7))
    np.testing.assert_array_equal(pieces.bits, pack(patterns).bits)
    expected = retrieval.retrieve(patterns, cue, temperature=temperature, sigma=0.7)
    found = retrieve_packed(pieces, cue, temperature=temperature, sigma=0.7)
    np.testing.assert_allclose(found.state, expected.state, atol=1e-9)
    np.testing.assert_allclose(found.gains, expected.gains, atol=1e-11)
    np.testing.assert_allclose(found.energy, expected.energy[: len(found.energy)], rtol=1e-9)
    assert (found.pattern, found.steps, found.settled) == (expected.pattern, expected.steps, expected.settled)
    assert bool(found.guaranteed) == bool(expected.guaranteed)


def test_packed_recall_needs_little_beyond_the_patterns():
    import tracemalloc

    rng = np.random.default_rng(0)
    patterns = PackedPatterns(rng.integers(0, 256, (20_000, 250), dtype=np.uint8), 2_000)
    cue = 2.0 * np.unpackbits(patterns.bits[11]) - 1.0
    cue[rng.permutation(2_000)[:600]] *= -1.0
    retrieve_packed(patterns, cue, max_steps=1)  # compiled
    tracemalloc.start()
    found = retrieve_packed(patterns, cue)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.pattern == 11
    assert peak < patterns.bits.nbytes


def test_bad_packed_patterns_are_refused():
    with pytest.raises(ValueError, match="needs shape"):
        PackedPatterns(np.zeros((3, 2), np.uint8), 20)
    with pytest.raises(ValueError, match="-1 or \\+1"):
        pack([[1, 2]])
    with pytest.raises(ValueError, match="differ in length"):
        pack(iter([np.ones((1, 3)), np.ones((1, 4))]))
