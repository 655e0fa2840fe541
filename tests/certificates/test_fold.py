"""The certificates of CG18 and CG22: folds proved and not more, wrong constants refuted."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from flint import arb, arb_mat

from gatedmem.numerics.enclosures import ball, midpoints, vector, working_precision
from gatedmem.numerics.instances import ContextInstance
from gatedmem.numerics.jets import Jet, join, system
from gatedmem.proofs.certificates.context import branch, fold, noisy_context
from gatedmem.proofs.evidence import Certified, Request, Verdict

SMALL = ContextInstance(
    fold.cluster(np.random.default_rng(3), 8, 4), 0.0, 5.0, 0.9, np.full(8, 0.125), name="cluster N=8"
)


def one(instance: ContextInstance) -> Certified:
    (answer,) = fold.cg18(Request(context=instance))
    return answer


def middle(text: str) -> float:
    return float(text.split(" ±")[0])


def test_the_protocol_at_full_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fold, "GAINS", (2.0,))
    answers = list(fold.cg18(Request(seed=0)))
    assert [answer.verdict for answer in answers] == [Verdict.PROVED] * 4
    assert "N=50" in answers[1].instance
    assert middle(answers[1].numbers["α at the fold"]) < 0.6  # CG17's formula
    assert "hysteresis" in answers[1].reason


def test_a_small_cluster_and_the_tubes_about_its_branch() -> None:
    answer = one(SMALL)
    assert answer.verdict is Verdict.PROVED
    tubes = list(branch.follow(SMALL))
    assert all(tube.slopes > 0 or tube.bends is not None for tube in tubes)
    assert tubes[-1].bends is not None
    assert tubes[-1].end_slope < 0
    assert all(tube.end_slope > 0 for tube in tubes[:-1])
    with working_precision(branch.BITS):
        for before, after in pairwise(tubes):
            assert after.holds(before.end)
            moved = [entry + ball(Fraction(1, 10)) for entry in before.end]
            assert not after.holds(moved)  # another state is not taken for the branch


def test_the_bordered_matrix_is_the_derivative_of_the_equation() -> None:
    with working_precision(100):
        equation = branch.Branch(replace(SMALL, evidence=np.linspace(-0.3, 0.2, 8)))
        x = vector(np.linspace(-0.5, 0.4, 9))
        border = vector(np.linspace(1.0, 2.0, 9))

        def function(point: Jet) -> Jet:
            state, alpha = point[range(8)], point[[8]]
            p = state.scaled(equation.beta).softmax().scaled(equation.gain * equation.gain)
            inside = state - Jet(equation.evidence)
            rest = inside + inside.apply(equation.competition) * alpha - Jet(equation.drive).scaled(equation.gain) - p
            return join(rest, (point * Jet(border)).sum())

        exact = system(function).jacobian(x)
        frame = branch._Frame(equation, midpoints(x), border)
        for table in (equation.bordered(x, border) - exact, frame(x) - frame.inverse * exact):
            assert all(entry.contains(0) and entry.rad() < 1e-15 for entry in table.entries())
        assert all(a.overlaps(b) for a, b in zip(equation.residual(x), function(Jet(x)).value, strict=False))


def test_a_wide_frame_holds_every_matrix_in_it() -> None:
    rng = np.random.default_rng(0)
    with working_precision(80):
        equation = branch.Branch(SMALL)
        centre, border = vector(0.2 * rng.standard_normal(9)), vector(rng.standard_normal(9))
        frame = branch._Frame(equation, centre, border)
        wide = frame([entry + arb(0, 0.01) for entry in centre])
        for _ in range(20):
            inside = [entry + ball(0.01 * float(rng.uniform(-1.0, 1.0))) for entry in centre]
            thin = frame.inverse * equation.bordered(inside, border)
            assert all(a.contains(b) for a, b in zip(wide.entries(), arb_mat(thin).entries(), strict=True))


@pytest.mark.parametrize("wrong", [Fraction(99, 100), Fraction(101, 100), Fraction(1, 2)])
def test_a_wrong_criterion_is_refuted(monkeypatch: pytest.MonkeyPatch, wrong: Fraction) -> None:
    monkeypatch.setattr(fold, "FEEDBACK", wrong)
    answer = one(SMALL)
    assert answer.verdict is not Verdict.PROVED
    if wrong != Fraction(1, 2):  # near enough for the wrong system to have a root
        assert answer.verdict is Verdict.REFUTED
        assert "J is the derivative of F" in answer.reason


@pytest.mark.parametrize("wrong", [Fraction(9, 10), Fraction(11, 10)])
def test_a_wrong_threshold_on_circulant_frames_is_refuted(monkeypatch: pytest.MonkeyPatch, wrong: Fraction) -> None:
    monkeypatch.setattr(fold, "UNIFORM", wrong)
    monkeypatch.setattr(fold, "GAINS", ())
    assert [answer.verdict for answer in fold.cg18(Request())][1:] == [Verdict.REFUTED] * 2


def test_where_there_is_no_fold_none_is_proved() -> None:
    circulant = ContextInstance(np.eye(4) + 0.25, 0.0, 5.0, 0.5, np.full(4, 0.25))
    answer = one(circulant)
    assert answer.verdict is Verdict.UNDECIDED
    assert "no fold" in answer.reason


def test_every_instance_of_the_noisy_context_is_proved() -> None:
    answers = list(noisy_context.cg22(Request(seed=1)))
    assert [answer for answer in answers if answer.verdict is not Verdict.PROVED] == []
    assert len(answers) == 17
    assert answers == list(noisy_context.cg22(Request(seed=1)))


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("BEST", Fraction(101, 100)),
        ("BEST", Fraction(1, 4)),
        ("COMPETITION", Fraction(0)),
        ("COMPETITION", Fraction(2)),
    ],
)
def test_a_wrong_best_weight_is_refuted(monkeypatch: pytest.MonkeyPatch, name: str, wrong: Fraction) -> None:
    monkeypatch.setattr(noisy_context, name, wrong)
    assert any(answer.verdict is Verdict.REFUTED for answer in noisy_context.cg22(Request()))


def test_the_accuracies_alone_refute_a_wrong_best_weight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(noisy_context, "BEST", Fraction(5, 2))
    monkeypatch.setattr(noisy_context, "PAIRS", ())
    refuted = [answer for answer in noisy_context.cg22(Request()) if answer.verdict is Verdict.REFUTED]
    assert len(refuted) == len(noisy_context.ORTHONORMAL)
    assert all("accuracy rises" in answer.reason for answer in refuted)


def test_the_flip_by_feedback_needs_the_competition(monkeypatch: pytest.MonkeyPatch) -> None:
    # Without the competition of the similar pair memory 1 keeps its lead at λ = 2.
    true = noisy_context.ClampedMemory
    monkeypatch.setattr(noisy_context, "ClampedMemory", lambda instance: true(replace(instance, alpha=0.0)))
    answers = {answer.instance: answer for answer in noisy_context.cg22(Request())}
    (flip,) = [answer for name, answer in answers.items() if name.startswith("feedback")]
    assert flip.verdict is Verdict.REFUTED
    assert "argmax is 3" in flip.reason


def test_the_users_gates_are_judged_by_the_condition() -> None:
    user = replace(SMALL, alpha=0.1, drive=np.arange(8.0), evidence=np.arange(8.0)[::-1].copy())
    (answer,) = noisy_context.cg22(Request(context=user))
    assert answer.verdict is Verdict.PROVED
    assert "lost at a later λ" in answer.reason
