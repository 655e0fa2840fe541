"""CG16, CG19, CG21: how retrieval answers to the coupling, to steering, and to the loss of feedback."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from flint import arb
from neighbours import DRAWN, Procedure, proves, refutes

from gatedmem.numerics.enclosures import ball, softmax, working_precision
from gatedmem.numerics.instances import ContextInstance
from gatedmem.proofs.certificates import context
from gatedmem.proofs.certificates.context import draws, response, steering
from gatedmem.proofs.certificates.context.model import ClampedMemory
from gatedmem.proofs.certificates.findings import Findings
from gatedmem.proofs.evidence import Request, Verdict

WRONG = [
    (response, "FIRST", Fraction(99, 100), context.cg16),
    (response, "SECOND", Fraction(199, 100), context.cg16),
    (response, "SECOND", Fraction(1), context.cg16),
    (steering, "SLOPE", Fraction(99, 100), context.cg19),
    (steering, "SLOPE", Fraction(101, 100), context.cg19),
    (steering, "LEADING", Fraction(99, 100), context.cg21),
    (steering, "LEADING", Fraction(101, 100), context.cg21),
    (steering, "ERROR", Fraction(1, 20), context.cg21),
]


@pytest.mark.parametrize(("module", "name", "value", "procedure"), WRONG)
def test_a_neighbouring_constant_is_refuted(
    monkeypatch: pytest.MonkeyPatch, module: object, name: str, value: Fraction, procedure: Procedure
) -> None:
    assert refutes(monkeypatch, procedure, module, name, value)


@pytest.mark.parametrize("procedure", [context.cg16, context.cg19, context.cg21])
def test_another_seed_is_proved_as_well(procedure: Procedure) -> None:
    assert proves(procedure, Request(seed=1))


@pytest.mark.parametrize("constant", [Fraction(3), Fraction(1)])
def test_the_branch_itself_refutes_another_second_order(monkeypatch: pytest.MonkeyPatch, constant: Fraction) -> None:
    monkeypatch.setattr(response, "SECOND", constant)
    claim = "p(λ) = p + λp' + ½λ²p'' + O(λ³), the last bounded"
    (answer,) = context.cg16(Request(context=draws.at_contraction(DRAWN, 0.5)))
    assert answer.verdict is Verdict.REFUTED
    assert answer.numbers[claim].startswith("value -")


def test_the_series_is_that_of_the_fixed_points() -> None:
    with working_precision(128):
        memory = ClampedMemory(DRAWN)
        p = softmax([memory.beta * entry for entry in memory.evidence])
        series = response.branch(memory, memory.inverse(), arb(0), p)
        tabled = [[float(entry.mid()) for entry in row] for row in series]
    overlaps = DRAWN.memories @ DRAWN.memories.T
    inverse = np.linalg.inv(np.eye(12) + 0.4 * (overlaps - np.diag(np.diag(overlaps))))
    gain = 1e-2
    point = np.full(12, 1 / 12)
    for _ in range(200):
        score = np.asarray(DRAWN.evidence) + gain * inverse @ np.asarray(DRAWN.drive) + gain**2 * inverse @ point
        point = np.exp(2.0 * (score - score.max()))
        point /= point.sum()
    expected = sum(gain**k * np.array(row) for k, row in enumerate(tabled))
    assert np.abs(point - expected).max() < 1e-6
    assert np.abs(point - expected).max() < 0.05 * np.abs(gain**3 * np.array(tabled[3])).max() + 1e-12


def test_without_coupling_to_a_drive_only_feedback_moves_the_fixed_point() -> None:
    answer = next(context.cg16(Request(context=replace(DRAWN, drive=np.zeros(12)))))
    assert answer.verdict is Verdict.PROVED


def test_indefinite_gates_are_outside() -> None:
    for procedure in (context.cg16, context.cg21):
        (answer,) = procedure(Request(context=replace(DRAWN, alpha=1.5)))
        assert answer.verdict is Verdict.UNDECIDED
        assert "does not apply" in answer.reason


def test_ties_among_maximal_gates() -> None:
    tied = np.array([1.0, 1.0, -2.0])
    evidence = np.array([0.0, 0.5, 3.0])
    findings = Findings()
    with working_precision(256):
        steering._steered(findings, evidence, tied, 1.5)
    assert findings.certified("ties").verdict is Verdict.PROVED


def test_the_slope_over_an_interval_is_enclosed() -> None:
    b, g = [Fraction(0), Fraction(1)], [Fraction(1), Fraction(-1)]
    with working_precision(64):
        whole = steering._against(b, g, Fraction(2), 0, arb(1, 0.5)).tangent[0][0]
        for gain in (0.5, 1.0, 1.5):
            assert whole.overlaps(steering._against(b, g, Fraction(2), 0, ball(gain)).tangent[0][0])


def test_every_fixed_point_of_the_user_keeps_the_bound() -> None:
    pair = draws.symmetric_pair(0.0, 0.0, 3.0)
    (answer,) = context.cg21(Request(context=pair))
    assert answer.verdict is Verdict.PROVED
    assert answer.numbers["all fixed points found"] == "3"


def test_one_memory() -> None:
    single = ContextInstance(np.array([[3.0, 4.0]]), 0.7, 2.0, 0.5)
    for procedure in (context.cg16, context.cg19, context.cg21, context.cg4, context.cg14, context.cg15):
        assert {answer.verdict for answer in procedure(Request(context=single))} == {Verdict.PROVED}
