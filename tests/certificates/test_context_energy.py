"""CG4, CG5, CG14: where the energies have a floor, where the free context escapes, where F is convex."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from neighbours import DRAWN, Procedure, proves, refutes

from gatedmem.numerics.instances import ContextInstance
from gatedmem.proofs.certificates import context
from gatedmem.proofs.certificates.context import boundedness, draws, free_context, reduced
from gatedmem.proofs.certificates.context.flows import FreeMemory
from gatedmem.proofs.certificates.context.model import ClampedMemory
from gatedmem.proofs.evidence import Certified, Request, Verdict

OPPOSITE = ContextInstance(np.array([[1.0], [-1.0]]), 1.0, 2.0, 0.5, np.array([-0.75, 0.25]))


def one(procedure: Procedure, instance: ContextInstance) -> Certified:
    (answer,) = procedure(Request(context=instance))
    return answer


WRONG = [
    (boundedness, "LEAST", Fraction(1, 1000), context.cg4),
    (boundedness, "LEAST", Fraction(-1, 1000), context.cg4),
    (boundedness, "BALANCE", Fraction(-99, 100), context.cg4),
    (boundedness, "BALANCE", Fraction(1), context.cg4),
    (free_context, "PRODUCT", Fraction(99, 100), context.cg5),
    (free_context, "PRODUCT", Fraction(101, 100), context.cg5),
    (free_context, "LINEAR", Fraction(99, 100), context.cg5),
    (free_context, "REPAIR", Fraction(99, 100), context.cg5),
    (free_context, "REPAIR", Fraction(101, 100), context.cg5),
    (reduced, "CONVEXITY", Fraction(24, 100), context.cg14),
    (reduced, "CONVEXITY", Fraction(26, 100), context.cg14),
    (reduced, "FEEDBACK", Fraction(49, 100), context.cg14),
    (reduced, "FEEDBACK", Fraction(51, 100), context.cg14),
]


@pytest.mark.parametrize(("module", "name", "value", "procedure"), WRONG)
def test_a_neighbouring_constant_is_refuted(
    monkeypatch: pytest.MonkeyPatch, module: object, name: str, value: Fraction, procedure: Procedure
) -> None:
    assert refutes(monkeypatch, procedure, module, name, value)


@pytest.mark.parametrize("procedure", [context.cg4, context.cg5, context.cg14])
def test_another_seed_is_proved_as_well(procedure: Procedure) -> None:
    assert proves(procedure, Request(seed=3))


def test_the_papers_opposite_pair_is_bounded_exactly_at_balance() -> None:
    balanced = one(context.cg4, OPPOSITE)
    assert balanced.verdict is Verdict.PROVED
    assert "says bounded" in balanced.reason
    off = one(context.cg4, replace(OPPOSITE, drive=np.array([-0.75, 0.25 + 2.0**-40])))
    assert off.verdict is Verdict.PROVED
    assert "says unbounded" in off.reason


def test_without_coupling_only_the_kernel_counts() -> None:
    bare = replace(OPPOSITE, gain=0.0)
    assert "says unbounded" in one(context.cg4, bare).reason
    assert "says bounded" in one(context.cg4, replace(bare, drive=np.array([0.5, -0.5]))).reason


def test_a_kernel_other_than_the_constants_is_unbounded_at_balance_too() -> None:
    copies = replace(OPPOSITE, memories=np.ones((2, 1)), drive=np.array([-0.25, -0.25]))
    answer = one(context.cg4, copies)
    assert answer.verdict is Verdict.PROVED
    assert "says unbounded" in answer.reason


@pytest.mark.parametrize(("alpha", "word"), [(0.9, "says bounded"), (1.5, "says unbounded")])
def test_the_users_memories_on_either_side_of_criticality(alpha: float, word: str) -> None:
    answer = one(context.cg4, replace(DRAWN, alpha=alpha))
    assert answer.verdict is Verdict.PROVED
    assert word in answer.reason


def test_the_floor_is_below_energies_of_the_simulator() -> None:
    from gatedmem.numerics import context as simulator

    answer = one(context.cg4, DRAWN)
    floor = float(answer.numbers["E is never below"].split(" ±")[0])
    rng = np.random.default_rng(0)
    s, r = 2.0 * rng.standard_normal((2000, 12)), 3.0 * rng.standard_normal((2000, 12))
    lowest = float(simulator.energy(DRAWN, s, r).min())
    assert floor < lowest


def test_a_ray_is_exact() -> None:
    found = boundedness.decide(ClampedMemory(replace(DRAWN, alpha=1.5)))
    assert isinstance(found, boundedness.Ray)
    assert found.curvature < 0
    assert sum(found.weights) == 1


def test_drawn_norms_are_exactly_one() -> None:
    rows = free_context.unit_memories(np.random.default_rng(1), 7, 9)
    assert all(sum(Fraction(float(entry)) ** 2 for entry in row) == 1 for row in rows)


@pytest.mark.parametrize("instance", [replace(DRAWN, gain=0.0), ContextInstance(1.5 * DRAWN.memories, 0.4, 2.0, 1.0)])
def test_other_norms_and_no_coupling_are_outside_cg5(instance: ContextInstance) -> None:
    answer = one(context.cg5, instance)
    assert answer.verdict is Verdict.UNDECIDED
    assert "unit norm" in answer.reason


@pytest.mark.parametrize("alpha", [0.0, 0.7, 1.0, 1.6])
def test_normalised_memories_of_the_user_diverge(alpha: float) -> None:
    answer = one(context.cg5, replace(DRAWN, alpha=alpha))
    assert answer.verdict is Verdict.PROVED
    assert "in the end" in answer.reason


def test_the_rate_is_that_of_the_simulated_linear_part() -> None:
    answer = one(context.cg5, DRAWN)
    gram = DRAWN.memories @ DRAWN.memories.T
    gates = np.eye(12) + DRAWN.alpha * (gram - np.diag(np.diag(gram)))
    linear = np.block([[-np.eye(5), DRAWN.memories.T], [DRAWN.memories, -gates]])
    assert abs(float(answer.numbers["growth rate"].split(" ±")[0]) - np.linalg.eigvalsh(linear)[-1]) < 1e-10


def test_the_free_memory_has_the_effective_matrix_of_the_statement() -> None:
    memory = FreeMemory.unit(replace(DRAWN, alpha=0.5), strength=Fraction(1, 2))
    gram = DRAWN.memories @ DRAWN.memories.T
    expected = np.eye(12) + 0.5 * (gram - np.eye(12)) - 0.25 * gram
    found = np.array([[float(entry.mid()) for entry in row] for row in memory.effective.tolist()])
    assert np.allclose(found, expected, atol=1e-12)


def test_convexity_at_the_threshold_itself_and_just_above() -> None:
    pair = draws.symmetric_pair(0.0, 0.0, 2.0)
    assert one(context.cg14, pair).verdict is Verdict.PROVED
    assert "says convex" in one(context.cg14, pair).reason
    above = one(context.cg14, replace(pair, beta=2.0 + 2.0**-30))
    assert above.verdict is Verdict.PROVED
    assert "F bulges there" in above.reason


def test_a_gate_matrix_that_is_not_definite_is_outside_cg14() -> None:
    answer = one(context.cg14, replace(DRAWN, alpha=1.5))
    assert answer.verdict is Verdict.UNDECIDED
    assert "does not apply" in answer.reason
