"""CG11 holds as stated, its constant is sharp, and nothing at or beyond the threshold is called proved."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from neighbours import DRAWN, Procedure

from gatedmem.numerics.enclosures import ball
from gatedmem.numerics.instances import ContextInstance
from gatedmem.proofs.certificates import context
from gatedmem.proofs.certificates.context import contraction, draws, gates, separation, threshold
from gatedmem.proofs.certificates.context.model import ClampedMemory, gate_matrix
from gatedmem.proofs.evidence import Certified, Request, Verdict


def one(instance: ContextInstance) -> Certified:
    (answer,) = context.cg11(Request(context=instance))
    return answer


@pytest.mark.parametrize("seed", [0, 1])
def test_every_instance_is_proved(seed: int) -> None:
    answers = list(context.cg11(Request(seed=seed)))
    assert [answer for answer in answers if answer.verdict is not Verdict.PROVED] == []
    assert len({answer.instance for answer in answers}) == len(answers) >= 11


def test_the_seed_fixes_every_draw() -> None:
    assert list(context.cg11(Request(seed=2))) == list(context.cg11(Request(seed=2)))


@pytest.mark.parametrize("kappa", [0.1, 0.9, 0.999, 1 - 1e-9])
def test_the_users_memories_below_the_threshold_are_proved(kappa: float) -> None:
    answer = one(draws.at_contraction(DRAWN, kappa))
    assert answer.verdict is Verdict.PROVED
    assert abs(float(answer.numbers["κ"].split(" ±")[0]) - kappa) < 1e-9


@pytest.mark.parametrize("kappa", [1 + 1e-9, 1.001, 5.0])
def test_beyond_the_threshold_the_statement_does_not_apply(kappa: float) -> None:
    answer = one(draws.at_contraction(DRAWN, kappa))
    assert answer.verdict is Verdict.UNDECIDED
    assert answer.reason.startswith("κ = ")
    assert answer.reason.endswith("≥ 1: CG11 does not apply")


def test_exactly_at_the_threshold_nothing_is_proved() -> None:
    answer = one(draws.symmetric_pair(0.0, 0.0, 2.0))
    assert answer.verdict is Verdict.UNDECIDED


def test_a_gate_matrix_that_is_not_positive_definite_is_outside_the_statement() -> None:
    answer = one(replace(DRAWN, alpha=1.5))
    assert answer.verdict is Verdict.UNDECIDED
    assert "≤ 0: CG11 does not apply" in answer.reason


def test_without_coupling_the_map_is_constant() -> None:
    assert one(replace(DRAWN, gain=0.0)).verdict is Verdict.PROVED


def test_memories_of_every_norm_and_a_single_one() -> None:
    assert one(ContextInstance(np.array([[3.0, 4.0]]), 0.7, 2.0, 0.5)).verdict is Verdict.PROVED
    loud = ContextInstance(20.0 * DRAWN.memories, 1e-4, 1.0, 0.5, DRAWN.drive, DRAWN.evidence)
    assert one(loud).verdict is Verdict.PROVED


@pytest.mark.parametrize("constant", [Fraction(49, 100), Fraction(51, 100), Fraction(1, 4), Fraction(1)])
def test_a_wrong_constant_is_refuted(monkeypatch: pytest.MonkeyPatch, constant: Fraction) -> None:
    monkeypatch.setattr(contraction, "CONTRACTION", constant)
    refuted = [answer for answer in context.cg11(Request()) if answer.verdict is Verdict.REFUTED]
    assert any("sharpness" in answer.instance for answer in refuted)


@pytest.mark.parametrize(("constant", "counted"), [(Fraction(49, 100), 3), (Fraction(51, 100), 1)])
def test_the_count_of_fixed_points_alone_refutes_a_wrong_constant(
    monkeypatch: pytest.MonkeyPatch, constant: Fraction, counted: int
) -> None:
    monkeypatch.setattr(contraction, "CONTRACTION", constant)
    claims = [
        (claim, number)
        for answer in context.cg11(Request())
        if "sharpness" in answer.instance
        for claim, number in answer.numbers.items()
        if "fixed point" in claim
    ]
    expected = "1 fixed point" if counted == 3 else "3 fixed points"
    assert any(claim == expected and number.startswith(f"{counted} found") for claim, number in claims)


def test_a_claimed_rate_that_is_too_fast_is_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    # Near (½, ½) the slope of a symmetric pair is κ itself; a tenth of it is too little for bound and slope.
    monkeypatch.setattr(contraction, "CONTRACTION", Fraction(1, 20))
    answer = one(draws.symmetric_pair(0.0, 0.0, 1.8))
    assert answer.verdict is Verdict.REFUTED


def test_three_fixed_points_beyond_the_threshold_are_enclosed() -> None:
    retrieval = contraction.Retrieval(ClampedMemory(draws.symmetric_pair(0.5, 1.0, 1.5)))
    found, rest = contraction.all_fixed_points(retrieval)
    assert rest == []
    places = sorted(float(root.enclosure[0].mid()) for root in found)
    assert len(places) == 3
    assert abs(places[1] - 0.5) < 1e-12
    assert abs(places[0] + places[2] - 1) < 1e-12


def test_the_gate_matrix_is_exact() -> None:
    memories = np.array([[0.1, 0.2], [0.3, -0.7]])
    table = gate_matrix(ContextInstance(memories, alpha=0.1)).tolist()
    overlap = Fraction(0.1) * Fraction(0.3) + Fraction(0.2) * Fraction(-0.7)
    assert Fraction(int(table[0][1].p), int(table[0][1].q)) == Fraction(0.1) * overlap
    assert table[0][0] == 1


ALL: list[Procedure] = [getattr(context, name) for name in context.__all__]


@pytest.mark.parametrize("procedure", ALL)
def test_every_drawn_instance_of_every_statement_is_proved(procedure: Procedure) -> None:
    answers = list(procedure(Request()))
    assert [answer for answer in answers if answer.verdict is not Verdict.PROVED] == []
    assert len({answer.instance for answer in answers}) == len(answers) >= 8


@pytest.mark.parametrize("procedure", ALL)
def test_the_users_memories_replace_the_drawn_ones(procedure: Procedure) -> None:
    user = draws.at_contraction(DRAWN, 0.8)
    answers = list(procedure(Request(context=user)))
    assert all(answer.instance.startswith(user.name) for answer in answers)
    # Two memories, a runaway, an exactly uniform frame: not what these memories are.
    elsewhere = procedure in (context.cg9, context.cg13, context.cg17)
    expected = Verdict.UNDECIDED if elsewhere else Verdict.PROVED
    assert {answer.verdict for answer in answers} == {expected}


WRONG = [
    (gates, "CRITICAL", Fraction(99, 100), context.cg3),
    (gates, "CRITICAL", Fraction(101, 100), context.cg3),
    (gates, "GATE_RATE", Fraction(101, 100), context.cg8),
    (gates, "GATE_RATE", Fraction(99, 100), context.cg8),
    (separation, "RIVALS_SHORT_OF_N", 0, context.cg6),
    (separation, "RIVALS_SHORT_OF_N", 2, context.cg6),
    (separation, "READOUT", Fraction(199, 100), context.cg7),
    (separation, "READOUT", Fraction(201, 100), context.cg7),
    (threshold, "PAIR_FACTOR", Fraction(24, 100), context.cg12),
    (threshold, "PAIR_FACTOR", Fraction(26, 100), context.cg12),
    (threshold, "TWO_MEMORIES", Fraction(49, 100), context.cg13),
    (threshold, "TWO_MEMORIES", Fraction(51, 100), context.cg13),
]


@pytest.mark.parametrize(("module", "name", "value", "procedure"), WRONG)
def test_a_neighbouring_constant_is_refuted(
    monkeypatch: pytest.MonkeyPatch, module: object, name: str, value: Fraction | int, procedure: Procedure
) -> None:
    monkeypatch.setattr(module, name, value)
    assert Verdict.REFUTED in {answer.verdict for answer in procedure(Request())}


@pytest.mark.parametrize(("factor", "claim"), [(Fraction(24, 100), "one fixed point"), (Fraction(26, 100), "above")])
def test_the_exact_threshold_is_refuted_by_fixed_points_as_well(
    monkeypatch: pytest.MonkeyPatch, factor: Fraction, claim: str
) -> None:
    monkeypatch.setattr(threshold, "PAIR_FACTOR", factor)
    seen = [
        number
        for answer in context.cg12(Request())
        if "N=2" in answer.instance or "N=3" in answer.instance
        for name, number in answer.numbers.items()
        if claim in name
    ]
    wanted = "3 found" if claim == "one fixed point" else "1 found"
    assert any(number.startswith(wanted) for number in seen)


def test_the_three_thresholds_are_shown_side_by_side() -> None:
    (answer,) = context.cg12(Request(context=draws.at_contraction(DRAWN, 1.015)))
    assert answer.verdict is Verdict.PROVED
    names = ("βλ²max(B_ii+B_jj-2B_ij)/4", "βλ²λ_max(PBP)/2", "βλ²/(2η_min)")
    values = [float(answer.numbers[name].split(" ±")[0]) for name in names]
    assert values == sorted(values)
    assert values[0] < 1 < values[2]  # the exact threshold reaches further than CG11


def test_exactly_at_the_exact_threshold_nothing_is_claimed() -> None:
    (answer,) = context.cg12(Request(context=draws.symmetric_pair(0.0, 0.0, 2.0)))
    assert answer.verdict is Verdict.UNDECIDED
    assert "not separated from 1" in answer.reason
    (answer,) = context.cg13(Request(context=draws.symmetric_pair(0.0, 0.0, 2.0)))
    assert answer.verdict is Verdict.UNDECIDED
    assert "triple" in answer.reason


def test_the_users_two_memories_are_counted_without_their_drive() -> None:
    driven = replace(draws.symmetric_pair(0.0, 0.0, 3.0), drive=np.array([5.0, 0.0]))
    (answer,) = context.cg13(Request(context=driven))
    assert answer.verdict is Verdict.PROVED
    assert "3 fixed points" in answer.reason


def test_the_drive_of_the_gates_is_that_of_the_gate_matrix() -> None:
    memory = ClampedMemory(draws.at_contraction(DRAWN, 0.5))
    s = np.random.default_rng(0).standard_normal(memory.n)
    table = np.array([[float(Fraction(int(e.p), int(e.q))) for e in row] for row in memory.gates.tolist()])
    expected = np.array(memory.instance.drive) - table @ s
    found = [float(entry.mid()) for entry in gates.gate_drive(memory, [ball(float(entry)) for entry in s])]
    assert np.allclose(found, expected, atol=1e-12)


def test_orthonormal_memories_settle_at_rate_one() -> None:
    identity = ContextInstance(np.eye(4), 0.5, 1.0, 1.0, np.arange(4.0))
    for procedure in (context.cg3, context.cg8, context.cg11, context.cg12):
        assert {answer.verdict for answer in procedure(Request(context=identity))} == {Verdict.PROVED}
