"""SM2, SM4, SM5 and SM7 hold as stated, and no neighbouring statement does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np
import pytest

from gatedmem.numerics.convex import SolverError
from gatedmem.proofs.certificates import softmax
from gatedmem.proofs.evidence import Certified, Request, Verdict

ALL = [softmax.sm2, softmax.sm4, softmax.sm5, softmax.sm7]


@pytest.mark.parametrize("procedure", ALL)
@pytest.mark.parametrize("seed", [0, 7])
def test_every_instance_is_proved(procedure: Callable[[Request], Iterator[Certified]], seed: int) -> None:
    answers = list(procedure(Request(seed=seed)))
    assert [answer for answer in answers if answer.verdict is not Verdict.PROVED] == []
    assert len({answer.instance for answer in answers}) == len(answers) > 5


@pytest.mark.parametrize("procedure", ALL)
def test_the_seed_fixes_every_draw(procedure: Callable[[Request], Iterator[Certified]]) -> None:
    assert list(procedure(Request(seed=3))) == list(procedure(Request(seed=3)))


def test_other_seeds_draw_other_instances() -> None:
    one, other = list(softmax.sm7(Request(seed=3))), list(softmax.sm7(Request(seed=4)))
    assert [dict(a.numbers) for a in one] != [dict(a.numbers) for a in other]


@pytest.mark.parametrize("factor", [Fraction(1, 2), Fraction(101, 100), Fraction(0)])
def test_a_wrong_factor_of_the_divergence_is_refuted(monkeypatch: pytest.MonkeyPatch, factor: Fraction) -> None:
    monkeypatch.setattr(softmax, "GIBBS_FACTOR", factor)
    assert Verdict.REFUTED in {answer.verdict for answer in softmax.sm2(Request())}


@pytest.mark.parametrize("bound", [Fraction(49, 100), Fraction(51, 100), Fraction(1, 4), Fraction(1)])
def test_a_wrong_covariance_bound_is_refuted(monkeypatch: pytest.MonkeyPatch, bound: Fraction) -> None:
    monkeypatch.setattr(softmax, "COVARIANCE_BOUND", bound)
    assert Verdict.REFUTED in {answer.verdict for answer in softmax.sm4(Request())}


def test_a_bound_that_is_too_small_fails_on_drawn_points_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(softmax, "COVARIANCE_BOUND", Fraction(49, 100))
    refuted = {answer.instance for answer in softmax.sm4(Request()) if answer.verdict is Verdict.REFUTED}
    assert any("near an edge" in name for name in refuted)
    assert any("sharpness" in name for name in refuted)


@pytest.mark.parametrize("constant", [Fraction(499, 1000), Fraction(501, 1000), Fraction(1, 4), Fraction(1)])
def test_a_wrong_lipschitz_constant_is_refuted(monkeypatch: pytest.MonkeyPatch, constant: Fraction) -> None:
    monkeypatch.setattr(softmax, "LIPSCHITZ", constant)
    refuted = {answer.instance for answer in softmax.sm5(Request()) if answer.verdict is Verdict.REFUTED}
    assert any("supremum" in name for name in refuted)


def test_a_common_shift_is_looked_at() -> None:
    """The projection counts: every size has a pair that differs by a multiple of 1, and it must not move at all."""
    answers = [answer for answer in softmax.sm5(Request()) if "supremum" not in answer.instance]
    assert all("no move where P(r - r') = 0" in answer.reason for answer in answers)


@pytest.mark.parametrize("short", [0, 2])
def test_a_wrong_number_of_rivals_is_refuted(monkeypatch: pytest.MonkeyPatch, short: int) -> None:
    monkeypatch.setattr(softmax, "RIVALS_SHORT_OF_N", short)
    assert Verdict.REFUTED in {answer.verdict for answer in softmax.sm7(Request())}


def test_a_solver_that_fails_leaves_the_instance_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(scores: object, temperature: float) -> None:
        raise SolverError("no licence")

    monkeypatch.setattr(softmax, "entropy_program", fail)
    answers = list(softmax.sm2(Request()))
    assert {answer.verdict for answer in answers} == {Verdict.UNDECIDED}
    assert "no licence" in answers[0].reason


def test_a_solver_that_lies_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = softmax.entropy_program

    def lazy(scores: np.ndarray, temperature: float) -> object:
        return honest(np.zeros_like(scores), temperature)

    monkeypatch.setattr(softmax, "entropy_program", lazy)
    answers = [answer for answer in softmax.sm2(Request()) if answer.instance == "n=8 T=0.5"]
    assert answers[0].verdict is Verdict.UNDECIDED
    assert "bounds meet" in answers[0].reason
