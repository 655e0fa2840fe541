"""Witnesses of claims on a context-gated memory that are coarse, kept back, exchanged or too short."""

from __future__ import annotations

import copy
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from context_oracle import INSTANCES, Truth, number
from flint import fmpq
from forging import Certificate, find

from gatedmem.proofs.certify.builder import dump
from gatedmem.proofs.certify.context import ExactContext, certify
from gatedmem.proofs.certify.proposals import congruence
from gatedmem.proofs.checker import context, reading
from gatedmem.proofs.checker.certificate import check
from gatedmem.proofs.checker.reading import Rejected


@pytest.fixture(scope="module")
def certificates() -> dict[str, Certificate]:
    return {name: certify(exact) for name, exact in INSTANCES.items()}


def test_the_error_of_the_inverse_is_paid_for(certificates: dict[str, Certificate]) -> None:
    """With a coarse inverse, whose error is honest, the bounds that ignore the error are refused."""
    changed = copy.deepcopy(certificates["contracting"])
    inverse, every = find(changed, "inverse"), find(changed, "uniqueness_for_every_drive")
    coarse = inverse["witness"]["bits"] - 4
    rows = [[entry >> coarse for entry in row] for row in inverse["witness"]["rows"]]
    inverse["witness"] = {"bits": 4, "rows": rows}
    inverse["numbers"] = {"error": "1/2"}
    changed["claims"] = changed["claims"][: changed["claims"].index(every)]
    check(dump(changed).encode())
    truth = Truth(changed["instance"])
    pairs = [rows[i][i] + rows[j][j] - 2 * rows[i][j] for i in range(truth.n) for j in range(i)]
    level = reading.write(Fraction(str(truth.sigma)) / 2 * Fraction(max(pairs), 16))
    changed["claims"].append(every | {"numbers": {"low": level, "high": level}})
    with pytest.raises(Rejected, match="narrower than what can be shown"):
        check(dump(changed).encode())


@pytest.mark.parametrize("name", ["smallest_eigenvalue", "largest_context_weight", "critical_competition"])
def test_an_upper_bound_stands_on_its_own_direction(name: str, certificates: dict[str, Certificate]) -> None:
    """With the honest lower bound 0 out of the way, half of the upper bound is still refused."""
    changed = copy.deepcopy(certificates["contracting"])
    claim, memory = find(changed, name), context.read(changed["instance"])
    high = reading.rational(claim["numbers"]["high"], "")
    changed["claims"] = [claim]
    near = np.array(memory.gates, dtype=np.float64) / memory.gates_below
    claim["witness"]["congruence"] = congruence(memory.gates, near)
    if name == "critical_competition":
        claim["witness"]["congruence"] = [[1], [0, 1], [0, 0, 1]]  # A(0) = I
    claim["numbers"]["low"] = "0"
    check(dump(changed).encode())
    claim["numbers"]["high"] = reading.write(high / 2)
    with pytest.raises(Rejected, match="direction"):
        check(dump(changed).encode())


def test_a_coarse_enclosure_costs_the_gap_that_it_leaves_open(certificates: dict[str, Certificate]) -> None:
    """The gap at the centre of a wide ball is not the gap at the fixed point."""
    changed = copy.deepcopy(certificates["contracting"])
    point, retrieval = find(changed, "unique_fixed_point"), find(changed, "retrieval_probability")
    point["numbers"] |= {"radius": "1/10", "gains": [["0", "1"]] * 3}
    changed["claims"] = changed["claims"][: changed["claims"].index(retrieval) + 1]
    with pytest.raises(Rejected, match="gap is larger"):
        check(dump(changed).encode())
    gap = reading.rational(retrieval["numbers"]["gap"], "") - Fraction(1, 10)  # λ = ½, two gates, each 1/10 off
    retrieval["numbers"] |= {"gap": reading.write(gap), "at_least": "1/3"}
    check(dump(changed).encode())


@pytest.mark.parametrize("gain", [0, 1])
def test_a_flat_direction_makes_the_free_energy_unbounded_only_with_feedback(gain: int) -> None:
    """Orthonormal memories: A - G = 0. The energy is flat without feedback, and falls along every gate with it."""
    memories = [[Fraction(1), Fraction(0)], [Fraction(0), Fraction(1)]]
    made = certify(ExactContext(memories, Fraction(0), Fraction(1), Fraction(gain)))
    claim = find(made, "free_context_bounded")
    assert claim["verdict"] == ("refuted" if gain else "undecided")
    claim |= {"verdict": "refuted", "witness": {"direction": [1, 0]}}
    if gain:
        check(dump(made).encode())
    else:
        with pytest.raises(Rejected, match="not below 0"):
            check(dump(made).encode())


def test_a_fixed_point_that_is_kept_back_is_missed(certificates: dict[str, Certificate]) -> None:
    changed = copy.deepcopy(certificates["several fixed points"])
    claim = find(changed, "all_fixed_points")
    assert sorted(point["degree"] for point in claim["numbers"]["points"]) == [-1, 1, 1]
    for part in ("numbers", "witness"):
        claim[part]["points"] = claim[part]["points"][:1]
    changed["claims"] = [one for one in changed["claims"] if one["claim"] != "unique_fixed_point"]
    with pytest.raises(Rejected, match="search for further fixed points"):
        check(dump(changed).encode())


def test_degrees_cannot_be_exchanged(certificates: dict[str, Certificate]) -> None:
    """Their sum stays 1; the determinants tell."""
    changed = copy.deepcopy(certificates["several fixed points"])
    points = find(changed, "all_fixed_points")["numbers"]["points"]
    saddle = next(point for point in points if point["degree"] == -1)
    stable = next(point for point in points if point["degree"] == 1)
    saddle["degree"], stable["degree"] = 1, -1
    with pytest.raises(Rejected, match="degree: has the wrong sign"):
        check(dump(changed).encode())


def test_a_fixed_point_cannot_be_listed_twice(certificates: dict[str, Certificate]) -> None:
    changed = copy.deepcopy(certificates["several fixed points"])
    claim = find(changed, "all_fixed_points")
    for part in ("numbers", "witness"):
        claim[part]["points"].append(claim[part]["points"][0])
    with pytest.raises(Rejected, match="not shown to differ"):
        check(dump(changed).encode())


def test_the_diagonal_of_A_is_no_witness_where_it_is_not_enough(certificates: dict[str, Certificate]) -> None:
    """A congruence dropped: accepted only where 1 - α·max G_ii - c > 0, by exact arithmetic."""
    outcomes = Counter[tuple[str, bool]]()
    for certificate in certificates.values():
        truth = Truth(certificate["instance"])
        largest = max(truth.gram[i, i] for i in range(truth.n))
        spare = {
            "gate_matrix_definite": lambda _, top=largest, t=truth: 1 - t.alpha * top,
            "smallest_eigenvalue": lambda n, top=largest, t=truth: 1 - t.alpha * top - number(n["low"]),
            "critical_competition": lambda n, top=largest: 1 - number(n["low"]) * top,
            "contraction": lambda n, top=largest, t=truth: 1 - t.alpha * top - t.sigma / number(n["high"]),
            "projected_contraction": lambda n, top=largest, t=truth: 1 - t.alpha * top - t.sigma / number(n["high"]),
            "free_context_bounded": lambda _: fmpq(0),
            "largest_context_weight": lambda _: fmpq(0),
        }
        for claim in certificate["claims"]:
            if "congruence" not in claim["witness"] or claim["claim"] not in spare:
                continue
            alone = copy.deepcopy({**certificate, "claims": [claim]})
            alone["claims"][0]["witness"]["congruence"] = []
            enough = bool(spare[claim["claim"]](claim["numbers"]) > 0)
            try:
                check(dump(alone).encode())
            except Rejected:
                outcomes[claim["claim"], False] += 1
                assert not enough, claim
            else:
                outcomes[claim["claim"], True] += 1
                assert enough, claim
    assert {answer for _, answer in outcomes} == {True, False}, outcomes
    assert outcomes["smallest_eigenvalue", False] > 0
    assert outcomes["largest_context_weight", True] == 0
