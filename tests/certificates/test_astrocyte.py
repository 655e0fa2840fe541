"""AG8, AG11 and AG28 hold as stated on drawn, real and user instances, and no neighbouring statement does."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from neighbours import Procedure

from gatedmem.numerics.enclosures import matrix, vector, working_precision
from gatedmem.numerics.instances import AstrocyteInstance, draw_astrocyte
from gatedmem.proofs.certificates import astrocyte
from gatedmem.proofs.certificates.astrocyte import bounds, draws, energy, equilibria, flow, lift, retrieval, stability
from gatedmem.proofs.certificates.astrocyte.model import GatedMemory, constant
from gatedmem.proofs.evidence import Certified, Request, Verdict

ALL: list[Procedure] = [getattr(astrocyte, name) for name in astrocyte.__all__]
SMALL = Request(seed=5, astrocyte=draw_astrocyte(np.random.default_rng(2), 5, 4, sigma=2.0, temperature=0.3))


@pytest.mark.parametrize("procedure", ALL)
def test_every_instance_is_proved(procedure: Procedure) -> None:
    answers = list(procedure(Request()))
    assert [answer for answer in answers if answer.verdict is not Verdict.PROVED] == []
    assert len({answer.instance for answer in answers}) == len(answers) > 8


@pytest.mark.parametrize("procedure", ALL)
def test_the_users_memories_replace_the_drawn_ones(procedure: Procedure) -> None:
    answers = list(procedure(SMALL))
    if procedure is astrocyte.ag22:
        (answer,) = answers
        assert answer.verdict is Verdict.UNDECIDED
        assert answer.reason == "σK = 8 > 1: AG22 does not apply"
    else:
        assert {answer.verdict for answer in answers} == {Verdict.PROVED}
    assert SMALL.astrocyte is not None
    assert all(answer.instance.startswith(SMALL.astrocyte.name) for answer in answers)
    assert answers == list(procedure(SMALL))


@pytest.mark.parametrize("procedure", ALL)
def test_a_larger_memory_is_decided(procedure: Procedure) -> None:
    instance = draw_astrocyte(np.random.default_rng(3), 30, 50, sigma=1.5, temperature=0.3, tau_p=0.2)
    answers = list(procedure(Request(astrocyte=instance)))
    assert answers
    assert Verdict.REFUTED not in {answer.verdict for answer in answers}
    if procedure not in (astrocyte.ag22, astrocyte.ag31):  # whose hypotheses do not hold here
        assert {answer.verdict for answer in answers} == {Verdict.PROVED}


@pytest.mark.parametrize(
    "dissipation",
    [
        (Fraction(1), Fraction(1, 2)),
        (Fraction(1, 2), Fraction(1)),
        (Fraction(1), Fraction(1001, 1000)),
        (Fraction(-1), Fraction(1)),
    ],
)
def test_a_wrong_dissipation_is_refuted(
    monkeypatch: pytest.MonkeyPatch, dissipation: tuple[Fraction, Fraction]
) -> None:
    monkeypatch.setattr(energy, "DISSIPATION", dissipation)
    verdicts = [answer.verdict for answer in astrocyte.ag8(SMALL)]
    assert verdicts.count(Verdict.REFUTED) >= 4


@pytest.mark.parametrize("factor", [2, 0.5])
def test_a_wrong_routing_temperature_is_refuted(monkeypatch: pytest.MonkeyPatch, factor: float) -> None:
    monkeypatch.setattr(equilibria, "ROUTING_TEMPERATURE", factor)
    verdicts = {answer.instance: answer.verdict for answer in astrocyte.ag11(SMALL)}
    assert Verdict.REFUTED in {verdict for name, verdict in verdicts.items() if "other interior" in name}
    assert Verdict.REFUTED in {verdict for name, verdict in verdicts.items() if "equilibrium" in name}


@pytest.mark.parametrize("factor", [2, 0])
def test_a_wrong_metric_is_refuted(monkeypatch: pytest.MonkeyPatch, factor: int) -> None:
    monkeypatch.setattr(lift, "GAIN_METRIC_FACTOR", factor)
    assert {answer.verdict for answer in astrocyte.ag28(SMALL)} == {Verdict.REFUTED}


def test_weights_without_the_factor_K_are_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The printed experts of [10] lack K/N: with W = Ξ diag(p) Ξᵀ/N none of the three statements survives."""
    original = GatedMemory.input
    monkeypatch.setattr(GatedMemory, "input", lambda self, x, p: original(self, x, p).scaled(Fraction(1, self.total)))
    assert Verdict.REFUTED in {answer.verdict for answer in astrocyte.ag8(SMALL)}
    assert Verdict.REFUTED in {answer.verdict for answer in astrocyte.ag28(SMALL)}


def test_a_bifurcation_point_comes_out_undecided() -> None:
    # σλ_max(W_H) = 1 with one pattern: the equilibrium at 0 is a triple root.
    critical = AstrocyteInstance(np.ones((1, 1)), sigma=1.0, name="critical")
    answers = {answer.instance: answer for answer in astrocyte.ag11(Request(astrocyte=critical))}
    assert answers["critical, interior equilibrium x = 0"].verdict is Verdict.UNDECIDED


def test_equilibria_of_several_kinds_are_looked_at() -> None:
    names = [answer.instance for answer in astrocyte.ag11(Request())]
    for kind in ("equilibrium x = 0", "reached from a cue", "found by root search", "face of"):
        assert any(kind in name for name in names), kind


def test_spectra_are_enclosed_on_most_drawn_instances() -> None:
    answers = list(astrocyte.ag28(Request()))
    assert sum("spectrum real, each eigenvalue enclosed alone" in answer.reason for answer in answers) >= 8


def test_the_companion_matrix_has_the_spectrum_of_the_jacobian() -> None:
    # More patterns than neurons plus one: scipy's spectrum of the whole against the enclosed part and -T/τ_p.
    instance = draw_astrocyte(np.random.default_rng(8), 3, 6, sigma=2.0, temperature=0.4, tau_p=0.5)
    model = GatedMemory(instance)
    rng = np.random.default_rng(1)
    with working_precision(128):
        derivative = lift.jacobian(model, vector(rng.standard_normal(3)), vector(rng.standard_normal(6)))
        whole = np.array([[float(entry.mid()) for entry in row] for row in derivative.tolist()])
        reduced, shift = lift.without_multiple_rate(model, derivative)
        part = np.array([[float(entry.mid()) for entry in row] for row in reduced.tolist()])
    expected = np.sort(np.linalg.eigvals(whole).real)
    found = np.sort(np.concatenate([np.linalg.eigvals(part).real - float(shift), np.full(3, -0.4 / 0.5)]))
    assert np.allclose(expected, found, atol=1e-6)


def test_faces_and_gains_are_what_they_say() -> None:
    rng = np.random.default_rng(0)
    for size in (1, 2, 5):
        assert sum(draws.gains(rng, size, 4.0)) == 1
        assert min(draws.gains(rng, size, 4.0)) > 0
        for _ in range(20):
            support = draws.face(rng, size)
            assert 1 <= len(support) <= max(size - 1, 1)
            assert support == sorted(set(support))


def refuted(procedure: Procedure, request: Request | None = None) -> list[Certified]:
    return [answer for answer in procedure(request or Request()) if answer.verdict is Verdict.REFUTED]


WRONG = [
    (bounds, "SCORE_CEILING", Fraction(49, 100), astrocyte.ag2),
    (bounds, "SCORE_CEILING", Fraction(51, 100), astrocyte.ag2),
    (bounds, "DRIVE_CEILING", Fraction(99, 100), astrocyte.ag3),
    (bounds, "DRIVE_CEILING", Fraction(101, 100), astrocyte.ag3),
    (bounds, "ENERGY_FLOOR", Fraction(49, 100), astrocyte.ag9),
    (bounds, "ENERGY_FLOOR", Fraction(51, 100), astrocyte.ag9),
    (bounds, "ENERGY_CEILING", Fraction(99, 100), astrocyte.ag9),
    (bounds, "ENERGY_CEILING", Fraction(101, 100), astrocyte.ag9),
    (stability, "CRITICAL_SLOPE", Fraction(101, 100), astrocyte.ag21),
    (stability, "LEAST_LOAD", Fraction(101, 100), astrocyte.ag21),
    (stability, "LEAST_LOAD", Fraction(99, 100), astrocyte.ag21),
    (stability, "CRITICAL_LOAD", Fraction(101, 100), astrocyte.ag22),
    (stability, "CRITICAL_LOAD", Fraction(99, 100), astrocyte.ag22),
    (stability, "HESSIAN_FACTOR", Fraction(101, 100), astrocyte.ag23),
    (retrieval, "AMPLITUDE", Fraction(101, 100), astrocyte.ag24),
    (retrieval, "AMPLITUDE", Fraction(99, 100), astrocyte.ag24),
    (retrieval, "GAP", Fraction(95, 100), astrocyte.ag24),
    (retrieval, "GAP", Fraction(95, 100), astrocyte.ag31),
    (retrieval, "GAP", Fraction(105, 100), astrocyte.ag31),
]


@pytest.mark.parametrize(("module", "name", "value", "procedure"), WRONG)
def test_a_neighbouring_constant_is_refuted(
    monkeypatch: pytest.MonkeyPatch, module: object, name: str, value: Fraction, procedure: Procedure
) -> None:
    monkeypatch.setattr(module, name, value)
    assert refuted(procedure)


def test_solutions_are_enclosed_tightly() -> None:
    instance = flow.instances(Request(), 102)[2]
    model = GatedMemory(instance)
    with working_precision(256):
        moments = flow.solution(model, draws.cue(np.random.default_rng(0), instance), np.zeros(model.k))
        assert max(float(entry.rad()) for entry in moments[-1].x + moments[-1].u) < 1e-12
        # A step of the flow moves with the model's own velocity, written a second time on jets.
        early = flow.solution(model, moments[0].x, moments[0].u)[1]
        speed = model.neuron_velocity(constant(moments[0].x), constant(moments[0].p)).value
        for start, end, rate in zip(moments[0].x, early.x, speed, strict=True):
            assert abs((end - start) / float(early.time) - rate) < 0.2


def test_the_sublevel_sets_of_a_user_with_few_neurons_are_looked_at() -> None:
    pair = AstrocyteInstance(np.array([[1.0, 1.0], [1.0, -1.0]]), 1.5, 0.5, name="mine")
    answers = {answer.instance: answer for answer in astrocyte.ag9(Request(astrocyte=pair))}
    assert answers["mine, sublevel sets"].verdict is Verdict.PROVED
    assert "|x_i| <" in answers["mine, sublevel sets"].numbers["a level below it keeps x bounded"]


def test_the_least_boundary_energy_is_where_a_grid_finds_it() -> None:
    model = GatedMemory(AstrocyteInstance(np.array([[1.0, 1.0], [1.0, -1.0]]), 1.5, 0.5))
    grid = np.linspace(-1, 1, 401)[1:-1]
    m = model.rows @ np.array([np.ones_like(grid), grid])
    routed = -2 * 0.5 * np.log(np.exp(m * m / (2 * 2 * 0.5)).sum(axis=0))
    potential = (2 * np.log(2) + (1 + grid) * np.log(1 + grid) + (1 - grid) * np.log(1 - grid)) / (2 * 1.5)
    least = float((routed + potential).min())
    (answer,) = (a for a in astrocyte.ag9(Request()) if a.instance.startswith("orthogonal pair"))
    middle, _, radius = answer.numbers["least energy at the boundary"].partition(" ± ")
    assert abs(float(middle) - least) < float(radius) + 1e-3


def test_stability_is_told_apart() -> None:
    answers = list(astrocyte.ag23(Request()))
    verdicts = {answer.numbers.get("stable") for answer in answers}
    assert {"yes", "no"} <= verdicts
    assert sum("as many unstable eigenvalues" in answer.reason for answer in answers) >= 5


def test_the_type_of_the_uniform_equilibrium_goes_both_ways() -> None:
    reasons = [answer.reason for answer in astrocyte.ag21(Request())]
    assert any("negative definite" in reason for reason in reasons)
    assert any("a direction grows" in reason for reason in reasons)


def test_at_the_critical_slope_the_type_is_left_open() -> None:
    critical = AstrocyteInstance(np.array([[1.0, 1.0], [1.0, -1.0]]), 1.0, 1.0)
    (answer,) = astrocyte.ag21(Request(astrocyte=critical))
    assert answer.verdict is Verdict.UNDECIDED
    assert "not separated from 1" in answer.reason


def test_at_critical_load_the_neurons_still_contract() -> None:
    (answer,) = astrocyte.ag22(Request(astrocyte=AstrocyteInstance(np.ones((2, 2)), 0.5)))
    assert answer.verdict is Verdict.PROVED
    assert "complete search" not in answer.reason  # the root is triple there


def test_fast_steep_and_cold_solutions_are_followed() -> None:
    fast = AstrocyteInstance(np.array([[1.0, 1.0, -1.0], [1.0, -1.0, 1.0]]), 20.0, 0.01, 1.0, 1e-3)
    for procedure in (astrocyte.ag2, astrocyte.ag3):
        answers = list(procedure(Request(astrocyte=fast)))
        assert len(answers) == 3
        assert {answer.verdict for answer in answers} == {Verdict.PROVED}


def test_without_a_dominant_gain_nothing_is_claimed_about_retrieval() -> None:
    flat = AstrocyteInstance(np.array([[1.0, 1.0], [1.0, -1.0]]), 0.5, 50.0)
    (answer,) = astrocyte.ag24(Request(astrocyte=flat))
    assert answer.verdict is Verdict.UNDECIDED
    assert "no equilibrium with a gain above ½" in answer.reason


def test_signatures() -> None:
    rng = np.random.default_rng(3)
    for positive, negative in ((3, 2), (0, 4), (5, 0)):
        size = positive + negative
        shape = rng.standard_normal((size, size))
        values = shape @ np.diag([1.0] * positive + [-2.0] * negative) @ shape.T
        assert stability.signature(matrix((values + values.T) / 2)) == (positive, negative)
