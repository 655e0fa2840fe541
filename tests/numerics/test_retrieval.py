"""Recall: exact when it is guaranteed, never uphill, the same for a batch and for its members."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gatedmem
from gatedmem.numerics.astrocyte import gain_velocity, neuron_velocity
from gatedmem.numerics.instances import AstrocyteInstance, digit_patterns
from gatedmem.numerics.retrieval import retrieve


def draw(seed, k, n, flips):
    rng = np.random.default_rng(seed)
    patterns = rng.choice([-1.0, 1.0], size=(k, n))
    cue = patterns[0].copy()
    cue[rng.choice(n, size=flips, replace=False)] *= -1
    return patterns, cue


@given(
    st.integers(0, 10**6),
    st.integers(1, 12),
    st.integers(1, 20),
    st.floats(0.1, 5.0),
    st.floats(1e-3, 10.0),
    st.data(),
)
def test_the_energy_never_rises_and_a_guaranteed_cue_is_answered_in_one_step(seed, k, n, sigma, temperature, data):
    patterns, cue = draw(seed, k, n, data.draw(st.integers(0, n)))
    found = retrieve(patterns, cue, sigma=sigma, temperature=temperature, max_steps=30)
    scale = np.abs(found.energy).max() + k * n
    assert (np.diff(found.energy) <= 1e-13 * scale).all()
    if found.guaranteed:
        once = retrieve(patterns, cue, sigma=sigma, temperature=temperature, max_steps=1)
        matches = [(once.signs == sign * row).all() for row in patterns for sign in (1, -1)]
        assert any(matches)


def test_what_it_settles_on_is_an_equilibrium_of_the_flow():
    patterns, cue = draw(3, 6, 40, 8)
    found = retrieve(patterns, cue, sigma=0.9, temperature=0.5, max_steps=2000)
    assert found.settled
    memory = AstrocyteInstance(patterns, sigma=0.9, temperature=0.5)
    assert np.abs(neuron_velocity(memory, found.state, found.gains)).max() < 1e-10
    assert np.abs(gain_velocity(memory, found.state, found.gains)).max() < 1e-10


def test_a_batch_gives_the_answers_of_its_members():
    rng = np.random.default_rng(5)
    patterns = rng.choice([-1.0, 1.0], size=(7, 30))
    cues = rng.standard_normal((4, 3, 30))
    batch = retrieve(patterns, cues, temperature=0.3)
    assert batch.signs.shape == (4, 3, 30)
    assert batch.gains.shape == (4, 3, 7)
    for row in range(4):
        for column in range(3):
            alone = retrieve(patterns, cues[row, column], temperature=0.3)
            np.testing.assert_allclose(batch.state[row, column], alone.state, rtol=1e-12, atol=1e-14)
            assert batch.steps[row, column] == alone.steps
            assert batch.pattern[row, column] == alone.pattern


def test_the_opposite_of_a_pattern_returns_the_opposite():
    patterns, cue = draw(1, 5, 50, 4)
    np.testing.assert_array_equal(retrieve(patterns, -cue).signs, -retrieve(patterns, cue).signs)


def test_neurons_first_is_a_hopfield_step_and_fails_where_gains_first_succeeds():
    """Ledger AG32: at high load the order of the two half-steps decides."""
    n, k, flips, trials = 40, 200, 8, 50
    gains_first = neurons_first = 0
    for seed in range(trials):
        patterns, cue = draw(seed, k, n, flips)
        gains_first += bool((retrieve(patterns, cue, max_steps=1).signs == patterns[0]).all())
        hopfield = np.sign(patterns.T @ (patterns @ np.tanh(cue)))
        neurons_first += bool((hopfield == patterns[0]).all())
    assert gains_first >= 0.9 * trials
    assert neurons_first <= 0.1 * trials


def test_handwritten_digits_come_back():
    patterns = digit_patterns()
    if patterns is None:
        pytest.skip("scikit-learn is not installed")
    rng = np.random.default_rng(0)
    cues = patterns * np.where(rng.random(patterns.shape) < 0.05, -1.0, 1.0)
    found = retrieve(patterns, cues)
    np.testing.assert_array_equal(found.pattern, np.arange(10))
    np.testing.assert_array_equal(found.signs, patterns)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"patterns": np.zeros((2, 4))}, "patterns: every entry must be -1 or \\+1"),
        ({"patterns": np.ones(4)}, "patterns: needs a table"),
        ({"cue": np.ones(5)}, "cue: its last axis must have N = 4 entries"),
        ({"cue": np.float64(1)}, "cue: its last axis"),
        ({"cue": np.full(4, np.nan)}, "cue: every entry must be finite"),
        ({"sigma": 0.0}, "sigma: must be finite and greater than 0"),
        ({"temperature": -1.0}, "temperature: must be finite and greater than 0"),
        ({"max_steps": 0}, "max_steps: must be at least 1"),
        ({"tolerance": np.nan}, "tolerance: must be at least 0"),
    ],
)
def test_bad_arguments_are_named(change, rule):
    arguments = {"patterns": np.ones((2, 4)), "cue": np.ones(4), **change}
    with pytest.raises(ValueError, match=rule):
        retrieve(**arguments)


def test_it_is_the_plain_way_to_recall():
    assert gatedmem.retrieve is retrieve
