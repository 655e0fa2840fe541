"""Statements against semidefinite programs: wrong constants and wrong dual points are not accepted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from gatedmem.numerics.convex import (
    DiagonalMultiplier,
    PairDual,
    covariance_program,
    multiplier_program,
    pair_program,
)
from gatedmem.numerics.exact import positive_definite, rational_matrix
from gatedmem.numerics.instances import AstrocyteInstance
from gatedmem.proofs.certificates import astrocyte, context, softmax, sums_of_squares
from gatedmem.proofs.certificates.astrocyte import frozen_gains
from gatedmem.proofs.certificates.context import draws, threshold
from gatedmem.proofs.certificates.context.model import ClampedMemory
from gatedmem.proofs.certificates.findings import certify
from gatedmem.proofs.evidence import Certified, Request, Verdict

HALF = Fraction(1, 2)


def ending(answers: Iterator[Certified], words: str) -> list[Certified]:
    return [answer for answer in answers if answer.instance.endswith(words)]


def test_each_statement_is_shown_by_duality_too() -> None:
    relaxed = next(answer for answer in context.cg12(Request()) if answer.instance.endswith("relaxed"))
    assert relaxed.verdict is Verdict.PROVED
    for procedure, words in ((softmax.sm4, "sum of squares"), (astrocyte.ag22, "gains held")):
        shown = ending(procedure(Request()), words)
        assert len(shown) >= 3
        assert {answer.verdict for answer in shown} == {Verdict.PROVED}


# SM4


@pytest.mark.parametrize(
    "bound", [HALF - Fraction(1, 2**20), HALF + Fraction(1, 2**20), Fraction(49, 100), Fraction(3, 5)]
)
def test_another_constant_of_the_covariance_is_refuted(bound: Fraction) -> None:
    assert {answer.verdict for answer in sums_of_squares.every_point(bound)} == {Verdict.REFUTED}


@pytest.mark.parametrize("size", [2, 3])
def test_below_one_half_no_sum_of_squares_passes(size: int) -> None:
    for constant, expected in ((HALF + Fraction(1, 2**12), True), (HALF - Fraction(1, 2**12), False)):
        dual = covariance_program(size, constant)
        tables = [dual.gram, *dual.multipliers.values()]
        assert all(positive_definite(rational_matrix(table)).positive for table in tables) == expected
        verdict = certify("shifted", sums_of_squares._meets, size, HALF, dual).verdict
        assert verdict is (Verdict.PROVED if expected else Verdict.UNDECIDED)


def test_a_changed_sum_of_squares_is_another_form() -> None:
    dual = covariance_program(3, HALF + sums_of_squares.ABOVE)
    assert certify("as it is", sums_of_squares._meets, 3, HALF, dual).verdict is Verdict.PROVED
    gram = [[*row] for row in dual.gram]
    gram[0][4] += Fraction(1, 2**30)
    gram[4][0] += Fraction(1, 2**30)
    multipliers = {**dual.multipliers, (0, 1): dual.multipliers[0, 2]}
    for wrong in (replace(dual, gram=gram), replace(dual, multipliers=multipliers), replace(dual, constant=HALF)):
        answer = certify("changed", sums_of_squares._meets, 3, HALF, wrong)
        assert answer.verdict is Verdict.REFUTED
        assert "the sum of squares is" in answer.reason


# CG12


@pytest.mark.parametrize("factor", [Fraction(249, 1000), Fraction(251, 1000)])
def test_another_factor_of_the_pairs_is_refuted(monkeypatch: pytest.MonkeyPatch, factor: Fraction) -> None:
    monkeypatch.setattr(threshold, "PAIR_FACTOR", factor)
    shown = [threshold._relaxed(instance, ClampedMemory(instance)) for instance in drawn()]
    assert {answer.verdict for answer in shown} == {Verdict.REFUTED}


def drawn() -> list[Any]:
    return [one for one in draws.instances(Request(), 212, (0.5,)) if 2 <= one.n_memories <= 5]


def test_a_dual_point_too_low_or_too_high_decides_nothing() -> None:
    memory = ClampedMemory(drawn()[-1])
    near = np.array([[float(entry.mid()) for entry in row] for row in memory.inverse().tolist()])
    dual = pair_program(near)
    assert certify("as it is", threshold._meets_its_dual, memory, dual).verdict is Verdict.PROVED
    for factor, words in ((Fraction(99, 100), "dual point"), (Fraction(101, 100), "the two meet")):
        signed = [[entry * factor for entry in row] for row in dual.signed]
        answer = certify("changed", threshold._meets_its_dual, memory, PairDual(signed, dual.shift))
        assert answer.verdict is Verdict.UNDECIDED
        assert answer.reason.startswith(words)


@pytest.mark.parametrize("size", [2, 4, 9])
def test_the_relaxation_of_the_pairs_is_exact(size: int) -> None:
    """For any positive definite B the program has the value of the best pair, as the statement says."""
    factor = np.random.default_rng(size).standard_normal((size, size))
    matrix = factor @ factor.T + 0.1 * np.eye(size)
    spread = np.diag(matrix)[:, None] + np.diag(matrix)[None, :] - 2 * matrix
    assert float(pair_program(matrix).bound) == pytest.approx(float(spread.max()) / 4, rel=1e-5)


# AG22 with the gains held


def test_contraction_at_the_rate_and_not_beyond() -> None:
    """One pattern has all the gain: ‖W(p)‖ = K, and 1 - σK is the rate along it."""
    patterns = np.array([[1.0, 1.0, -1.0], [1.0, -1.0, 1.0]])
    instance = AstrocyteInstance(patterns, 0.25, name="two patterns")
    couplings = rational_matrix(2.0 / 3.0 * np.outer(patterns[0], patterns[0]))
    for limit, verdict in ((Fraction(1), Verdict.PROVED), (Fraction(101, 100), Verdict.UNDECIDED)):
        (answer,) = frozen_gains.contraction(instance, couplings, limit)
        assert answer.verdict is verdict
    assert not list(frozen_gains.contraction(replace(instance, sigma=0.5), couplings, Fraction(1)))


def test_the_matrix_inequality_is_the_decay_of_the_weighted_distance() -> None:
    """xᵀMx = -(V̇ + 2ρV) - 2Σ Λ_i δ_i(σe_i - δ_i) in exact numbers, for x = (e, δ)."""
    rng = np.random.default_rng(0)

    def numbers(*shape: int) -> Any:
        return np.vectorize(lambda x: Fraction(int(x), 7), otypes=[object])(rng.integers(-9, 10, shape))

    n, sigma, rate = 3, Fraction(2, 3), Fraction(1, 5)
    w, e, d, p, s = numbers(n, n), numbers(n), numbers(n), numbers(n), numbers(n)
    matrix = np.array(DiagonalMultiplier(list(p), list(s)).inequality(w.tolist(), sigma, rate), dtype=object)
    x = np.concatenate([e, d])
    change = 2 * (e * p) @ (-e + w @ d)
    assert x @ matrix @ x == -(change + 2 * rate * (p * e) @ e) - 2 * (s * d) @ (sigma * e - d)


def test_unequal_weights_prove_what_equal_ones_cannot() -> None:
    """A chain without symmetry, ẋ₁ = -x₁ + 8φ(x₂): its W has norm 8, but a diagonal P makes it contract."""
    couplings = np.array([[0.0, 8.0], [0.0, 0.0]])
    rows = [[Fraction(entry) for entry in row] for row in couplings]
    found = multiplier_program(couplings, 1.0, 0.5)
    equal = DiagonalMultiplier([Fraction(1)] * 2, found.slopes)
    assert positive_definite(rational_matrix(found.inequality(rows, Fraction(1), HALF))).positive
    assert not positive_definite(rational_matrix(equal.inequality(rows, Fraction(1), HALF))).positive
