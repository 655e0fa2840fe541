"""CG9, CG15, CG17: who wins the runaway and when, rest and its rates, the stability of the uniform state."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from flint import arb
from neighbours import DRAWN, Procedure, proves, refutes
from scipy.linalg import expm

from gatedmem.numerics.enclosures import matrix, working_precision
from gatedmem.numerics.instances import ContextInstance, draw_context
from gatedmem.proofs.certificates import context
from gatedmem.proofs.certificates.context import convergence, covers, draws, spectra, uniform, winner
from gatedmem.proofs.certificates.context.model import ClampedMemory
from gatedmem.proofs.certificates.findings import certify
from gatedmem.proofs.evidence import Request, Verdict

WRONG = [
    (winner, "SPREAD_SQUARED", Fraction(199, 100), context.cg9),
    (winner, "SPREAD_SQUARED", Fraction(201, 100), context.cg9),
    (winner, "GROWTH", Fraction(99, 100), context.cg9),
    (winner, "GROWTH", Fraction(101, 100), context.cg9),
    (convergence, "COUPLING", Fraction(49, 100), context.cg15),
    (convergence, "COUPLING", Fraction(51, 100), context.cg15),
    (uniform, "FEEDBACK", Fraction(99, 100), context.cg17),
    (uniform, "FEEDBACK", Fraction(101, 100), context.cg17),
]


@pytest.mark.parametrize(("module", "name", "value", "procedure"), WRONG)
def test_a_neighbouring_constant_is_refuted(
    monkeypatch: pytest.MonkeyPatch, module: object, name: str, value: Fraction, procedure: Procedure
) -> None:
    assert refutes(monkeypatch, procedure, module, name, value)


@pytest.mark.parametrize(("constant", "claim"), [(0.49, "no exponent above"), (0.51, "one at")])
def test_the_attained_rate_alone_refutes_another_coupling(
    monkeypatch: pytest.MonkeyPatch, constant: float, claim: str
) -> None:
    pair = ClampedMemory(draws.symmetric_pair(0.5, 1.0, 0.875))
    assert certify("pair", convergence._attained, pair).verdict is Verdict.PROVED
    monkeypatch.setattr(convergence, "COUPLING", Fraction(constant))
    answer = certify("pair", convergence._attained, pair)
    assert answer.verdict is Verdict.REFUTED
    assert claim in answer.reason


@pytest.mark.parametrize("procedure", [context.cg9, context.cg17])
def test_another_seed_is_proved_as_well(procedure: Procedure) -> None:
    assert proves(procedure, Request(seed=1))


def test_the_modes_add_up_to_the_flow() -> None:
    instance = replace(draw_context(np.random.default_rng(2), 5, 8, alpha=6.0, beta=1.0, gain=0.0))
    start = np.arange(5.0) / 8.0
    with working_precision(128):
        modes = winner.modes_of(ClampedMemory(instance), start)
        assert modes is not None
        parts = [mode.at(arb(0.5)) for mode in modes]
        found = [float(sum((part[i] for part in parts), arb(0)).mid()) for i in range(5)]
    overlaps = instance.memories @ instance.memories.T
    gates = np.eye(5) + 6.0 * (overlaps - np.diag(np.diag(overlaps)))
    rest = np.linalg.solve(gates, np.asarray(instance.drive))
    assert np.allclose(found, rest + expm(-0.5 * gates) @ (start - rest), rtol=1e-9, atol=1e-9)


def test_a_race_of_the_users_memories() -> None:
    user = draw_context(np.random.default_rng(4), 5, 8, alpha=6.0, beta=2.0, gain=1.0)
    answers = list(context.cg9(Request(context=user)))
    assert {answer.verdict for answer in answers} == {Verdict.PROVED}
    assert all("for ever after" in answer.reason for answer in answers)


def test_nothing_runs_away_below_criticality() -> None:
    for answer in context.cg9(Request(context=DRAWN)):
        assert answer.verdict is Verdict.UNDECIDED
        assert "no eigenvalue proved negative" in answer.reason


def test_practically_tied_modes_are_not_raced() -> None:
    # N > d and norms that are 1 only up to rounding: the critical level splits into rates a rounding apart.
    for answer in context.cg9(Request(context=replace(DRAWN, alpha=1.5))):
        assert answer.verdict is Verdict.UNDECIDED
        assert "practically the same rate" in answer.reason


@pytest.mark.parametrize(("kappa", "word"), [(0.9, "weights for the sharper rate"), (1.1, "no weights")])
def test_the_inequality_of_the_user_is_feasible_below_one_only(kappa: float, word: str) -> None:
    (answer,) = context.cg15(Request(context=draws.at_contraction(DRAWN, kappa)))
    assert answer.verdict is Verdict.PROVED
    assert word in answer.reason


def test_two_memories_of_the_user_are_followed_to_rest() -> None:
    pair = replace(draws.symmetric_pair(0.25, 0.5, 1.0), drive=np.array([0.5, -0.25]), name="mine")
    answers = list(context.cg15(Request(context=pair)))
    assert [answer.verdict for answer in answers] == [Verdict.PROVED] * 2
    assert "in its basin" in answers[1].reason


def test_an_unproved_basin_is_not_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convergence, "BASINS", (1e-9,))
    monkeypatch.setattr(convergence, "HORIZONS", (2,))
    pair = replace(draws.symmetric_pair(0.25, 0.5, 1.0), drive=np.array([0.5, -0.25]), name="mine")
    followed = list(context.cg15(Request(context=pair)))[1]
    assert followed.verdict is Verdict.UNDECIDED


def test_stability_is_the_sign_of_the_spectrum() -> None:
    rng = np.random.default_rng(3)
    signs = set()
    for _ in range(20):
        table = rng.standard_normal((4, 4)) - 1.2 * np.eye(4)
        decided = spectra.stable(matrix(table))
        assert decided in (None, bool(np.linalg.eigvals(table).real.max() < 0))
        signs.add(decided)
    assert {True, False} <= signs


def test_extreme_eigenvalues_are_enclosed() -> None:
    table = np.random.default_rng(5).standard_normal((7, 7))
    table = table + table.T
    low, high = spectra.smallest_eigenvalue(matrix(table)), spectra.largest_eigenvalue(matrix(table))
    values = np.linalg.eigvalsh(table)
    assert abs(float(low.mid()) - values[0]) < 1e-10
    assert abs(float(high.mid()) - values[-1]) < 1e-10
    assert float(high.rad()) < 1e-10


def test_a_double_root_is_not_called_positive() -> None:
    answer, remark = covers.positive_throughout(lambda x: (x - 1) * (x - 1), arb(0), arb(3), pieces=3, depth=6)
    assert answer is None
    assert "near 1" in remark or "near 0.9" in remark or "near 1.0" in remark


@pytest.mark.parametrize(("gain", "word"), [(1.0, "stable"), (1.5, "unstable")])
def test_the_users_orthonormal_memories_on_either_side(gain: float, word: str) -> None:
    # η_min^⊥ = 1 and λ²β/N = λ²/2.
    user = ContextInstance(np.eye(4), 0.5, 2.0, gain, np.arange(4.0), name="orthonormal")
    (answer,) = context.cg17(Request(context=user))
    assert answer.verdict is Verdict.PROVED
    assert f"; {word}, τ_s/τ_r = 1;" in answer.reason


def test_inexact_norms_are_outside_cg17() -> None:
    (answer,) = context.cg17(Request(context=DRAWN))
    assert answer.verdict is Verdict.UNDECIDED
    assert "exactly" in answer.reason


def test_the_slaved_equation_alone_misses_runaway_gates() -> None:
    runaway = [answer for answer in context.cg17(Request()) if "|η|" in answer.instance]
    assert runaway
    assert all(answer.verdict is Verdict.PROVED for answer in runaway)
    assert "stable" in {answer.numbers["the slaved equation alone"] for answer in runaway}
