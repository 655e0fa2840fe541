"""The compiled flow against the reference integrator, against itself in other company, and at its extremes."""

import numpy as np
import pytest

from gatedmem.numerics import (
    astrocyte,
    context,
    dense,
    four_layers,
    hopfield,
    integrate,
    linear_score,
    modern,
    neuron_astrocyte,
)
from gatedmem.numerics import softmax as soft
from gatedmem.numerics.instances import AstrocyteInstance, draw_context
from gatedmem.numerics.simulate import (
    draw_trials,
    runs,
    simulate_astrocyte,
    simulate_context,
    simulate_dense,
    simulate_gates,
    simulate_hopfield,
    simulate_modern,
    simulate_neuron_astrocyte,
)

TIMES = np.array([0.0, 0.5, 1.0, 2.0, 4.0, 10.0])
PATTERNS, CUES, TARGETS = draw_trials(3, 4, 18, 21, [0, 2, 5])


def velocity_of(name, patterns):
    """The right-hand side of each memory, as the rest of the package has it."""
    n = patterns.shape[1]
    if name == "hopfield":
        network = hopfield.HopfieldInstance(hopfield.hebbian(patterns), sigma=1.7)
        return lambda x: hopfield.velocity(network, x)
    if name == "neuron-astrocyte":
        phi = neuron_astrocyte.tanh_activation(1.7)
        return lambda x: neuron_astrocyte.reduced_velocity(patterns, 1 / n**3, phi, x)
    if name == "modern":
        return lambda x: modern.update(patterns, x, 0.4) - x
    return lambda x: dense.field(patterns, np.tanh(1.7 * x), dense.power(5)) / n**4 - x


RUNS = {
    "hopfield": lambda *a, **k: simulate_hopfield(*a, sigma=1.7, **k),
    "neuron-astrocyte": lambda *a, **k: simulate_neuron_astrocyte(*a, sigma=1.7, **k),
    "modern": lambda *a, **k: simulate_modern(*a, beta=0.4, **k),
    "dense": lambda *a, **k: simulate_dense(*a, interaction=5, sigma=1.7, **k),
    "dense-exp": lambda *a, **k: simulate_dense(*a, sigma=1.7, scale=1e-6, **k),
    "squared": lambda *a, **k: simulate_astrocyte(*a, **k),
    "linear": lambda *a, **k: simulate_astrocyte(*a, score="linear", temperature=0.3, **k),
}


@pytest.mark.parametrize(("tau_x", "tau_p", "temperature"), [(1.0, 1.0, 0.01), (0.3, 5.0, 2.0), (1.0, 0.05, 0.2)])
def test_the_flow_is_the_reference_flow(tau_x, tau_p, temperature):
    k = PATTERNS.shape[1]
    model = AstrocyteInstance(PATTERNS[0], 1.3, temperature, tau_x, tau_p)
    start = np.full((3, k), 1.0 / k)
    expected = integrate.astrocyte_solution(model, CUES[0], start, TIMES, tolerance=1e-12)
    run = simulate_astrocyte(
        PATTERNS[0],
        CUES[0],
        sigma=1.3,
        temperature=temperature,
        tau_x=tau_x,
        tau_p=tau_p,
        times=TIMES,
        path=True,
        tolerance=1e-10,
    )
    np.testing.assert_allclose(run.path_x.swapaxes(0, 1), expected.x, atol=2e-7)
    np.testing.assert_allclose(run.path_gains.swapaxes(0, 1), expected.p, atol=1e-8)
    np.testing.assert_allclose(
        run.observables["energy"].T, astrocyte.energy(model, expected.x, expected.p), atol=2e-6
    )


@pytest.mark.parametrize("name", ["hopfield", "neuron-astrocyte", "modern", "dense"])
def test_memories_without_gains_follow_their_equation(name):
    expected = integrate.solve(velocity_of(name, PATTERNS[1]), CUES[1], TIMES, tolerance=1e-12)
    run = RUNS[name](PATTERNS[1], CUES[1], times=TIMES, path=True, tolerance=1e-10)
    np.testing.assert_allclose(run.path_x.swapaxes(0, 1), expected, atol=1e-8)


def test_the_linear_score_follows_its_equation():
    model = AstrocyteInstance(PATTERNS[2], 1.0, 0.3)
    n, k = model.n_neurons, model.n_patterns

    def velocity(state):
        x, p = state[..., :n], state[..., n:]
        return np.concatenate(
            [linear_score.neuron_velocity(model, x, p), linear_score.gain_velocity(model, x, p)], -1
        )

    start = np.concatenate([CUES[2], np.full((3, k), 1.0 / k)], axis=-1)
    expected = integrate.solve(velocity, start, TIMES[:4], tolerance=1e-12)
    run = RUNS["linear"](PATTERNS[2], CUES[2], times=TIMES[:4], path=True, tolerance=1e-10)
    np.testing.assert_allclose(run.path_x.swapaxes(0, 1), expected[..., :n], atol=1e-7)
    np.testing.assert_allclose(run.path_gains.swapaxes(0, 1), expected[..., n:], atol=1e-7)


def test_errors_shrink_with_the_tolerance():
    """Fails with an error estimate that is blind to gains which settle while the neurons are saturated."""
    exact = simulate_astrocyte(PATTERNS[:, None], CUES, times=TIMES, path=True, tolerance=1e-12)
    for tolerance in (1e-3, 1e-5, 1e-7, 1e-9):
        run = simulate_astrocyte(PATTERNS[:, None], CUES, times=TIMES, path=True, tolerance=tolerance)
        scale = 1.0 + np.abs(exact.path_x).max()
        assert np.median(np.abs(run.path_x - exact.path_x).max(axis=(2, 3))) < 10 * tolerance * scale
        assert np.abs(run.path_x - exact.path_x).max() < 1000 * tolerance * scale


@pytest.mark.parametrize("precision", ["double", "single"])
@pytest.mark.parametrize("name", RUNS)
def test_a_batch_is_its_members_to_the_last_bit(name, precision):
    simulate, how = RUNS[name], {"precision": precision, "tolerance": 1e-5}
    whole = simulate(PATTERNS[:, None], CUES, target=TARGETS, **how)
    threaded = simulate(PATTERNS[:, None], CUES, target=TARGETS, threads=2, **how)
    turned = simulate(PATTERNS[::-1, None], CUES[::-1], target=TARGETS[::-1], **how)
    alone = simulate(PATTERNS[2], CUES[2, 1], target=TARGETS[2, 1], **how)
    for read in (
        lambda run: run.x,
        lambda run: run.gains,
        lambda run: run.convergence_time,
        lambda run: run.settling_time,
        lambda run: run.evaluations,
        lambda run: run.observables["energy"],
        lambda run: run.observables["soft_error"],
        lambda run: run.observables["perplexity"],
    ):
        np.testing.assert_array_equal(read(whole), read(threaded))
        np.testing.assert_array_equal(read(whole), read(turned)[::-1])
        np.testing.assert_array_equal(read(whole)[2, 1], read(alone))


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("name", ["squared", "modern"])
def test_neither_chunks_nor_tables_of_their_own_change_a_bit(monkeypatch, name, threads):
    how = {"times": TIMES, "path": True, "tolerance": 1e-4, "precision": "single"}
    shared = RUNS[name](PATTERNS[:, None], CUES, **how)
    whole = RUNS[name](PATTERNS, CUES[:, 1], **how)
    monkeypatch.setattr(runs, "CHUNK_NUMBERS", 1)
    pieces = RUNS[name](PATTERNS, CUES[:, 1], threads=threads, **how)
    for read in (lambda run: run.path_x, lambda run: run.path_gains, lambda run: run.observables["energy"]):
        np.testing.assert_array_equal(read(pieces), read(whole))
        np.testing.assert_array_equal(read(pieces), read(shared)[:, 1])


@pytest.mark.parametrize("name", RUNS)
def test_single_precision_follows_double(name):
    double, single = (
        RUNS[name](PATTERNS[:, None], CUES, times=TIMES, path=True, tolerance=1e-5, precision=precision)
        for precision in ("double", "single")
    )
    scale = 1.0 + np.abs(double.path_x).max()
    assert np.median(np.abs(double.path_x - single.path_x).max(axis=-1)) < 1e-5 * scale
    assert not np.array_equal(double.path_x, single.path_x)


@pytest.mark.parametrize("name", RUNS)
def test_energy_falls(name):
    run = RUNS[name](PATTERNS[:, None], CUES, times=np.linspace(0.0, 10.0, 60), tolerance=1e-8)
    fall = np.diff(run.observables["energy"])
    assert fall.max() < 1e-7 * (1.0 + np.abs(run.observables["energy"]).max())
    assert fall.min() < 0.0


@pytest.mark.parametrize(
    "extreme",
    [{"tau_p": 1e-3}, {"tau_x": 1e-3}, {"temperature": 1e3}, {"temperature": 1e-12}, {"tau_p": 1e-3, "tau_x": 1e-3}],
    ids=str,
)
@pytest.mark.parametrize("precision", ["double", "single"])
def test_stiff_and_cold_runs_stay_cheap_and_right(extreme, precision):
    run = simulate_astrocyte(
        PATTERNS[:, None], CUES, target=TARGETS, times=TIMES, tolerance=1e-4, precision=precision, **extreme
    )
    assert not run.failed.any()
    assert np.isfinite(run.x).all()
    assert np.isfinite(run.gains).all()
    assert run.evaluations.mean() < 1500
    # At rest: the neurons are their own drive, whatever the time constants.
    settled = np.isfinite(run.convergence_time) & (run.final("perplexity") < 1.001)
    model = AstrocyteInstance(PATTERNS[0])
    drive = astrocyte.recurrent_input(model, run.x[0], run.gains[0])
    assert np.abs(drive - run.x[0])[settled[0]].max(initial=0.0) < 0.05
    assert (np.diff(run.observables["energy"]) < 1e-3 * np.abs(run.observables["energy"]).max()).all()


def test_parameters_broadcast():
    temperatures = np.array([0.01, 1.0, 100.0])[:, None, None]
    run = simulate_astrocyte(PATTERNS[:, None], CUES, temperature=temperatures, target=TARGETS)
    assert run.x.shape == (3, 4, 3, 18)
    assert run.observables["energy"].shape == (3, 4, 3, 2)
    for i, temperature in enumerate(temperatures.ravel()):
        one = simulate_astrocyte(PATTERNS[:, None], CUES, temperature=temperature, target=TARGETS)
        np.testing.assert_array_equal(run.x[i], one.x)


def test_a_seed_fixes_trials_whatever_their_number():
    many, few = draw_trials(5, 6, 12, 7, [1, 4]), draw_trials(5, 2, 12, 7, [1, 4], first=3)
    for whole, part in zip(many, few, strict=True):
        np.testing.assert_array_equal(whole[3:5], part)
    _, cues, targets = many
    flipped = cues != targets
    assert (flipped.sum(axis=-1) == [1, 4]).all()
    assert (flipped[:, 0] <= flipped[:, 1]).all()


def test_convergence_and_settling_times_are_what_they_say():
    grid = np.linspace(0.0, 12.0, 4801)
    run = simulate_astrocyte(PATTERNS[0], CUES[0, 1], times=grid, path=True, tolerance=1e-9, rest=1e-2)
    coarse = simulate_astrocyte(PATTERNS[0], CUES[0, 1], t_end=12.0, tolerance=1e-6, rest=1e-2)
    model = AstrocyteInstance(PATTERNS[0], temperature=0.01)
    x, p = run.path_x, run.path_gains
    gap = np.abs(astrocyte.neuron_velocity(model, x, p)).max(axis=-1) / np.maximum(1.0, np.abs(x).max(axis=-1))
    moving = np.maximum(gap, np.abs(astrocyte.gain_velocity(model, x, p)).max(axis=-1)) > 1e-2
    last = grid[np.flatnonzero(moving)[-1]]
    assert abs(run.convergence_time - last) < 0.01
    assert abs(coarse.convergence_time - last) < 0.05
    turned = grid[1:][(np.sign(x[1:]) != np.sign(x[:-1])).any(axis=-1)]
    assert turned.size
    assert abs(run.settling_time - turned[-1]) < 0.01
    assert abs(coarse.settling_time - turned[-1]) < 0.1


def test_errors_are_the_papers():
    model = AstrocyteInstance(PATTERNS[0])
    run = simulate_astrocyte(PATTERNS[0], CUES[0], target=TARGETS[0])
    for cue in range(3):
        expected = astrocyte.soft_hamming_error(model, run.x[cue], TARGETS[0, cue])
        np.testing.assert_allclose(run.final("soft_error")[cue], expected, atol=1e-12)
        assert run.final("sign_error")[cue] == astrocyte.hamming_error(run.x[cue], TARGETS[0, cue])
    opposite = simulate_astrocyte(PATTERNS[0], -CUES[0], target=TARGETS[0])
    np.testing.assert_array_equal(opposite.final("sign_error"), 18 - run.final("sign_error"))
    np.testing.assert_array_equal(opposite.final("folded_error"), run.final("folded_error"))
    np.testing.assert_allclose(run.final("perplexity"), soft.effective_number(run.gains))


def test_a_run_that_is_given_up_says_so():
    run = simulate_astrocyte(PATTERNS[0], CUES[0], max_steps=3)
    assert run.failed.all()
    assert np.isnan(run.x).all()


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        ({"tau_p": [1.0, -1.0]}, "tau_p: must be finite and greater than 0"),
        ({"temperature": 0.0}, "temperature: must be finite and greater than 0"),
        ({"score": "cubic"}, "score: must be 'squared' or 'linear'"),
        ({"times": [0.0, 0.0]}, "times: must increase"),
        ({"precision": "half"}, "precision: must be"),
        ({"precision": "single", "tolerance": 1e-9}, "tolerance: must be at least 1e-06"),
        ({"gains": np.full(21, 1.0)}, "gains: must be positive and sum to 1"),
        ({"target": np.ones(5)}, "target: needs 18 numbers"),
        ({"tau_x": np.ones(5)}, "leading axes do not broadcast"),
        ({"way": "leap"}, "way: must be one of"),
        ({"threads": 0}, "threads: must be at least 1"),
    ],
    ids=str,
)
def test_bad_arguments_are_named(arguments, rule):
    with pytest.raises(ValueError, match=rule):
        simulate_astrocyte(PATTERNS[0], CUES[0], **arguments)


def test_the_clamped_context_flow_is_the_reference_flow():
    model = draw_context(np.random.default_rng(0), 7, 5, alpha=0.3, beta=3.0, gain=0.8)
    expected = integrate.context_solution(model, np.zeros(7), np.zeros(7), TIMES)
    run = simulate_context(
        model.memories,
        evidence=model.evidence,
        drive=model.drive,
        alpha=0.3,
        beta=3.0,
        gain=[0.8, 2.0],
        times=TIMES,
        path=True,
        tolerance=1e-9,
    )
    np.testing.assert_allclose(run.path["s"][0], expected.s, atol=1e-7)
    np.testing.assert_allclose(run.path["r"][0], expected.r, atol=1e-7)
    np.testing.assert_allclose(run.observables["energy"][0], context.energy(model, expected.s, expected.r), atol=1e-7)
    assert np.abs(run.path["s"][1] - expected.s).max() > 0.1


def test_free_layers_follow_the_four_currents():
    rng = np.random.default_rng(1)
    memories, query, start = rng.standard_normal((6, 4)), rng.standard_normal(4), rng.standard_normal(4)
    system = four_layers.FourLayers(memories, 0.3 * memories, 0.3, 3.0, 0.8, (0.7, 1.3, 0.5, 2.0))
    state = np.concatenate([start, np.zeros(12), query])
    expected = integrate.solve(lambda y: four_layers.velocity(system, y), state, TIMES, tolerance=1e-12)
    run = simulate_context(
        memories,
        query=query,
        context=start,
        projection=0.3 * memories,
        free=("context", "query"),
        alpha=0.3,
        beta=3.0,
        gain=0.8,
        taus=(0.7, 1.3, 0.5, 2.0),
        times=TIMES,
        path=True,
        tolerance=1e-9,
    )
    for name, layer in zip("csrq", system.split(expected), strict=True):
        np.testing.assert_allclose(run.path[name], layer, atol=1e-6)
    np.testing.assert_allclose(run.observables["energy"], four_layers.energy(system, expected), atol=1e-6)


def test_gates_alone_match_their_equation_also_when_unstable():
    model = draw_context(np.random.default_rng(2), 6, 3, alpha=1.0, beta=2.0, gain=0.0)
    matrices = [
        np.eye(6) + a * (m := model.memories @ model.memories.T) - a * np.diag(np.diag(m)) for a in (0.2, 1.6)
    ]
    run, p = simulate_gates(model.memories, model.drive, alpha=[0.2, 1.6], beta=2.0, tau_s=0.5, times=TIMES)
    for gates, matrix in zip(run, matrices, strict=True):
        expected = integrate.solve(lambda s, a=matrix: (model.drive - s @ a) / 0.5, np.zeros(6), TIMES)
        np.testing.assert_allclose(gates, expected, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(p, soft.softmax(run, 2.0))


def test_context_batches_are_their_members_to_the_last_bit():
    rng = np.random.default_rng(3)
    memories, queries = rng.standard_normal((9, 5)), rng.standard_normal((8, 5))
    how = {"alpha": 0.05, "beta": 2.0, "gain": 0.5, "tolerance": 1e-5}
    whole = simulate_context(memories, query=queries, context=queries, **how)
    threaded = simulate_context(memories, query=queries, context=queries, threads=2, **how)
    alone = simulate_context(memories, query=queries[5], context=queries[5], **how)
    np.testing.assert_array_equal(whole.r, threaded.r)
    np.testing.assert_array_equal(whole.r[5], alone.r)
    np.testing.assert_array_equal(whole.s[5], alone.s)
