"""AG14 to AG16, AG25, AG27, AG29, AG32: neighbouring constants are refuted, the tools enclose what they say."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pytest
from neighbours import Procedure, refutes
from scipy.special import lambertw

from gatedmem.numerics.enclosures import ball, working_precision
from gatedmem.numerics.instances import AstrocyteInstance, draw_astrocyte
from gatedmem.proofs.certificates import astrocyte
from gatedmem.proofs.certificates.astrocyte import capacity, draws, euler, flow, integrators, limits, slaving
from gatedmem.proofs.certificates.astrocyte.model import GatedMemory, constant
from gatedmem.proofs.certificates.findings import Findings
from gatedmem.proofs.evidence import Request, Verdict

WRONG = [
    (limits, "RATIO_FACTOR", Fraction(47, 100), astrocyte.ag14),
    (limits, "RATIO_FACTOR", Fraction(53, 100), astrocyte.ag14),
    (limits, "NEURON_FACTOR", Fraction(95, 800), astrocyte.ag14),
    (limits, "NEURON_FACTOR", Fraction(105, 800), astrocyte.ag14),
    (limits, "RATIO_FACTOR", Fraction(47, 100), astrocyte.ag15),
    (limits, "RATIO_FACTOR", Fraction(53, 100), astrocyte.ag15),
    (limits, "NEURON_FACTOR", Fraction(95, 800), astrocyte.ag15),
    (limits, "NEURON_FACTOR", Fraction(105, 800), astrocyte.ag15),
    (slaving, "SLAVING_FACTOR", Fraction(47, 100), astrocyte.ag16),
    (slaving, "SLAVING_FACTOR", Fraction(53, 100), astrocyte.ag16),
    (slaving, "INITIAL_FACTOR", Fraction(47, 100), astrocyte.ag16),
    (slaving, "INITIAL_FACTOR", Fraction(53, 100), astrocyte.ag16),
    (slaving, "SPEED_FACTOR", Fraction(1, 17), astrocyte.ag16),
    (slaving, "ENTROPY_FACTOR", Fraction(99, 100), astrocyte.ag16),
    (slaving, "ENTROPY_FACTOR", Fraction(101, 100), astrocyte.ag16),
    (integrators, "NEURON_STEP", Fraction(99, 100), astrocyte.ag25),
    (integrators, "NEURON_STEP", Fraction(101, 100), astrocyte.ag25),
    (integrators, "GAIN_STEP", Fraction(99, 100), astrocyte.ag25),
    (integrators, "GAIN_STEP", Fraction(101, 100), astrocyte.ag25),
    (integrators, "NEURON_STEP", Fraction(101, 100), astrocyte.ag29),
    (integrators, "GAIN_STEP", Fraction(99, 100), astrocyte.ag29),
    (integrators, "GAIN_DESCENT", Fraction(101, 100), astrocyte.ag29),
    (integrators, "NEURON_DESCENT", Fraction(101, 100), astrocyte.ag29),
    (euler, "DEFECT_RATE", Fraction(101, 100), astrocyte.ag27),
    (euler, "CRITICAL_STEP", Fraction(101, 50), astrocyte.ag27),
    (euler, "CRITICAL_STEP", Fraction(99, 50), astrocyte.ag27),
    (euler, "SAFE_STEP", Fraction(101, 100), astrocyte.ag27),
    (euler, "SAFE_STEP", Fraction(99, 100), astrocyte.ag27),
    (euler, "LAMBERT_SHIFT", Fraction(9, 10), astrocyte.ag27),
    (euler, "LAMBERT_SHIFT", Fraction(11, 10), astrocyte.ag27),
    (euler, "SIMPLE_STEP", Fraction(3, 2), astrocyte.ag27),
    (capacity, "BOUND_FACTOR", Fraction(1, 2), astrocyte.ag32),
    (capacity, "BOUND_EXPONENT", Fraction(6, 10), astrocyte.ag32),
    (capacity, "TEMPERATURE_POWER", Fraction(1, 2), astrocyte.ag32),
]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer drawn instances: what refutes a constant is among those left."""
    monkeypatch.setattr(draws, "DRAWN", draws.DRAWN[3:5])
    monkeypatch.setattr(draws, "digit_patterns", lambda: None)
    for module, name in ((limits, "SLOW"), (limits, "HOT"), (slaving, "FAST")):
        monkeypatch.setattr(module, name, ())
    monkeypatch.setattr(capacity, "COUNTED", capacity.COUNTED[:3])


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize(("module", "name", "value", "procedure"), WRONG)
def test_a_neighbouring_constant_is_refuted(
    monkeypatch: pytest.MonkeyPatch, module: object, name: str, value: Fraction, procedure: Procedure
) -> None:
    assert refutes(monkeypatch, procedure, module, name, value)


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("seed", [1, 2])
def test_other_seeds_are_proved_as_well(seed: int) -> None:
    for procedure in (astrocyte.ag14, astrocyte.ag25, astrocyte.ag27, astrocyte.ag29, astrocyte.ag32):
        answers = list(procedure(Request(seed=seed)))
        assert [answer for answer in answers if answer.verdict is not Verdict.PROVED] == []


@pytest.mark.usefixtures("few")
def test_the_drive_without_its_factor_K_is_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    original = GatedMemory.input
    monkeypatch.setattr(GatedMemory, "input", lambda self, x, p: original(self, x, p).scaled(Fraction(1, self.total)))
    for procedure in (astrocyte.ag16, astrocyte.ag25, astrocyte.ag29):
        assert Verdict.REFUTED in {answer.verdict for answer in procedure(Request())}, procedure.__name__


@pytest.mark.parametrize("reference", [flow.frozen, flow.slaved])
def test_both_solutions_move_with_their_velocities(reference: flow.Gains) -> None:
    instance = draw_astrocyte(np.random.default_rng(4), 3, 2, sigma=1.5, temperature=0.7, tau_x=0.5, tau_p=0.2)
    model = GatedMemory(instance)
    with working_precision(256):
        first, second = flow.beside(model, np.array([0.4, -1.0, 0.3]), reference, 1.0, 1e-3)[:2]
        assert max(float(entry.rad()) for entry in second.x + second.u + second.y) < 1e-12
        at = constant(first.x)
        own = model.neuron_velocity(at, constant([Fraction(1, 2)] * 2)).value
        routed = model.routing(at) if reference is flow.slaved else constant([Fraction(1, 2)] * 2)
        other = model.neuron_velocity(at, routed).value
        lifted = model.lifted_velocity(at, constant(first.u)).value
    step = float(second.time)
    for start, end, rates in (
        (first.x, second.x, own),
        (first.y, second.y, other),
        (first.u, second.u, lifted),
    ):
        for a, b, rate in zip(start, end, rates, strict=True):
            assert (float(b) - float(a)) / step == pytest.approx(float(rate), abs=0.01)


def test_the_growth_rate_of_the_classical_network() -> None:
    for n, k in ((6, 3), (3, 6)):
        instance = draw_astrocyte(np.random.default_rng(n), n, k, sigma=1.3, tau_x=0.7)
        largest = np.linalg.eigvalsh(instance.patterns.T @ instance.patterns / n)[-1]
        rate = limits.hebbian_rate(GatedMemory(instance))
        assert rate.rad() < 1e-6
        assert float(rate) == pytest.approx((1.3 * largest - 1) / 0.7, abs=1e-9)


def test_the_bounds_at_a_equal_to_zero() -> None:
    model = GatedMemory(limits.orthogonal_pair(2.0, 4.0))  # N = K = 2, σλ_max = 1
    size = 2 * 2**1.5 / 8
    assert float(limits.slow_bound(model, Fraction(3))) == pytest.approx(size / 4 * 9 / 2)
    assert float(limits.hot_bound(model, Fraction(3))) == pytest.approx(size / 2 * 3)


def test_a_solution_that_cannot_be_enclosed_is_left_open() -> None:
    findings = Findings()
    model = GatedMemory(AstrocyteInstance(np.ones((1, 1)), 1.0))
    assert limits.follow(findings, model, np.array([np.finfo(float).max]), flow.frozen, 1e300) is None
    assert findings.certified("far out").verdict is Verdict.UNDECIDED


def test_the_simultaneous_update_raises_the_energy_by_what_the_proof_says() -> None:
    for procedure in (astrocyte.ag25, astrocyte.ag29):
        (answer,) = (a for a in procedure(Request()) if a.instance.startswith("two orthogonal"))
        before, after = (answer.numbers[key].split(" ")[0] for key in ("L before", "L after both at once"))
        assert float(before) == pytest.approx(-0.149, abs=5e-4)
        assert float(after) == pytest.approx(0.566, abs=5e-4)


def test_the_worst_gain_of_an_euler_step() -> None:
    instance = draw_astrocyte(np.random.default_rng(0), 6, 5, temperature=0.8)
    with working_precision(128):
        a, w = euler._worst(instance)
        assert float(w) == pytest.approx(lambertw(4 * np.exp(6 / 1.6 - 1)).real)
        assert euler._below(a, w * ball(Fraction(1001, 1000))) is True
        assert euler._below(a, w * ball(Fraction(999, 1000))) is False
        assert euler._below(a, w) is None  # equality at the maximum: no search can decide it


def test_equal_gains_far_above_the_critical_temperature() -> None:
    (answer,) = (a for a in astrocyte.ag27(Request()) if "T=700" in a.instance)
    gain, steps = (1 + 2.0**-52) / 100, 0
    while gain > 0:
        fitness = -700 * np.log(gain)
        gain, steps = gain + 0.001 * gain * fitness * (1 - 100 * gain), steps + 1
    assert abs(int(answer.numbers["steps"]) - steps) <= 5  # rounding moves the doubles a little
    findings = Findings()
    euler._stays_positive(findings, Fraction(700))
    assert findings.certified("not there").verdict is Verdict.REFUTED


def test_counts_agree_with_every_matrix_and_every_cue_in_doubles() -> None:
    n, k, flips, sigma, temperature = 3, 3, 1, 1.0, 0.3
    vectors = list(product((1.0, -1.0), repeat=n))
    failures = 0
    for rows in product(vectors, repeat=k):
        patterns = np.array(rows)
        cue = patterns[0] * np.array([-1.0, 1.0, 1.0])
        m = patterns @ np.tanh(sigma * cue)
        weights = np.exp(m * m / (2 * n * temperature))
        after = patterns.T @ (weights / weights.sum() * m)
        failures += bool((np.where(np.abs(after) < 1e-12, 0.0, np.sign(after)) != patterns[0]).any())
    findings = Findings()
    with working_precision(128):
        capacity._counted(findings, n, k, flips, sigma, temperature)
    answer = findings.certified("small")
    assert Fraction(answer.numbers["probability of failure"]) == Fraction(failures, len(vectors) ** k)
    assert failures > 0


def test_each_matrix_is_counted_once() -> None:
    for n, k in ((2, 3), (3, 2), (4, 1)):
        assert sum(times for _, times in capacity.memories(n, k)) == 2 ** (n * (k - 1))


def test_an_alternation_in_integers_is_the_one_of_the_definitions() -> None:
    rng = np.random.default_rng(9)
    for _ in range(20):
        instance = draw_astrocyte(rng, 6, 5, sigma=0.8, temperature=0.2)
        cue = rng.choice([-1.0, 1.0], 6)
        rows = [tuple(int(entry) for entry in row) for row in instance.patterns]
        with working_precision(128):
            model, x = GatedMemory(instance), constant(list(cue))
            after = model.input(x, model.routing(x)).value
            step = capacity.Alternation(6, capacity._heat(0.8, 0.2))
        signs = step.signs(rows, tuple(int(entry) for entry in cue))
        for sign, entry in zip(signs, after, strict=True):
            assert sign is not None
            assert entry.contains(0) if sign == 0 else sign * entry > 0


def test_a_tie_counts_as_a_failure() -> None:
    with working_precision(128):
        step = capacity.Alternation(3, capacity._heat(1.0, 1.0))
    rows = [(1, 1, 1), (1, -1, 1)]  # with overlaps 1 and -1 they cancel at the outer neurons
    assert step.signs(rows, (1, 1, -1)) == [0, 1, 0]
    assert step.fails(rows, (1, 1, -1)) is True


def test_flips_may_sit_anywhere() -> None:
    with working_precision(128):
        step = capacity.Alternation(5, capacity._heat(1.0, 0.2))
    failures = [
        sum(times for rows, times in capacity.memories(5, 2) if step.fails(rows, capacity._cue(5, flipped)))
        for flipped in combinations(range(5), 2)
    ]
    assert len(set(failures)) == 1
    assert failures[0] > 0


def test_random_patterns_of_a_users_size() -> None:
    own = draw_astrocyte(np.random.default_rng(1), 40, 7, temperature=0.1)
    (answer,) = astrocyte.ag32(Request(astrocyte=own))
    assert answer.verdict is Verdict.PROVED
    assert int(answer.numbers["numbers of flips with a bound below 1"]) > 5
