"""BL2 holds as stated, and with no other constant."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from gatedmem.proofs.certificates import baselines
from gatedmem.proofs.evidence import Request, Verdict


@pytest.mark.parametrize("seed", [0, 7])
def test_every_instance_is_proved(seed: int) -> None:
    answers = list(baselines.bl2(Request(seed=seed)))
    assert [answer for answer in answers if answer.verdict is not Verdict.PROVED] == []
    assert len({answer.instance for answer in answers}) == len(answers) > 10


def test_the_seed_fixes_every_draw() -> None:
    assert list(baselines.bl2(Request(seed=3))) == list(baselines.bl2(Request(seed=3)))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ERROR_FACTOR", Fraction(199, 100)),
        ("ERROR_FACTOR", Fraction(201, 100)),
        ("DESCENT_FACTOR", Fraction(51, 100)),
        ("DESCENT_FACTOR", Fraction(49, 100)),
    ],
)
def test_a_wrong_constant_is_refuted(monkeypatch: pytest.MonkeyPatch, name: str, value: Fraction) -> None:
    monkeypatch.setattr(baselines, name, value)
    assert Verdict.REFUTED in {answer.verdict for answer in baselines.bl2(Request())}


def test_a_wrong_energy_is_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    right = baselines._Step.energy
    monkeypatch.setattr(baselines._Step, "energy", lambda self, state: -right(self, state))
    assert Verdict.REFUTED in {answer.verdict for answer in baselines.bl2(Request())}


def test_balls_enclose_the_floating_point_update() -> None:
    memories = np.random.default_rng(5).standard_normal((4, 3))
    state = memories[0] + 0.2
    step = baselines._Step(memories, state, 1.5)
    weights = np.exp(1.5 * memories @ state)
    expected = (weights / weights.sum()) @ memories
    assert [float(entry.mid()) for entry in step.new] == pytest.approx(list(expected), rel=1e-13)
