"""Attempts to get a false certificate of a context-gated memory past the checker, by the thousand.

Whatever the checker accepts is held against an oracle that shares no code with it.
"""

from __future__ import annotations

import copy
import json
import random
import time
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from context_oracle import INSTANCES, false_claim
from forging import Certificate, forged, rejected_when_moved

from gatedmem.proofs.certify.builder import dump
from gatedmem.proofs.certify.context import ExactContext, certify
from gatedmem.proofs.checker import context
from gatedmem.proofs.checker.certificate import CLAIMS, check
from gatedmem.proofs.checker.reading import Rejected

MUTATIONS = 300  # for each certificate
MATRIX_CLAIMS = set(context.CLAIMS)


@pytest.fixture(scope="module")
def certificates() -> dict[str, Certificate]:
    return {name: certify(exact) for name, exact in INSTANCES.items()}


def test_certificates_as_made_are_accepted_and_true(certificates: dict[str, Certificate]) -> None:
    seen = Counter[str]()
    for name, certificate in certificates.items():
        report = check(dump(certificate).encode())
        assert len(report.claims) == len(certificate["claims"]), name
        assert false_claim(certificate) is None, name
        seen.update((claim.claim, claim.verdict)[0] for claim in report.claims if claim.verdict != "undecided")
    assert set(seen) == set(CLAIMS["context"]), "every kind of claim is under attack below"


@pytest.mark.parametrize("name", INSTANCES)
def test_no_mutation_makes_a_false_claim_pass(name: str, certificates: dict[str, Certificate]) -> None:
    rng = random.Random(f"mutations of {name}")
    others = [other for key, other in certificates.items() if key != name]
    rejected, accepted = Counter[str](), Counter[str]()
    slowest = 0.0
    for _ in range(MUTATIONS):
        kind, changed = forged(certificates[name], others, rng)
        data = json.dumps(changed).encode()
        start = time.process_time()
        try:
            check(data)
        except Rejected:
            rejected[kind] += 1
        else:
            accepted[kind] += 1
            assert changed == certificates[name] or false_claim(changed) is None, (kind, data)
        slowest = max(slowest, time.process_time() - start)
    assert all(rejected[kind] > 0 for kind in ("value", "remove", "retype", "verdict", "extra")), rejected
    assert accepted["extra"] == 0
    assert slowest < 5.0


@pytest.mark.parametrize("name", INSTANCES)
def test_no_number_of_a_claim_can_be_moved_past_the_truth(name: str, certificates: dict[str, Certificate]) -> None:
    assert rejected_when_moved(certificates[name], false_claim) > 10


def test_a_claim_of_another_instance_is_rejected(certificates: dict[str, Certificate]) -> None:
    changed = copy.deepcopy(certificates["contracting"])
    changed["instance"] = copy.deepcopy(certificates["several fixed points"]["instance"])
    with pytest.raises(Rejected):
        check(dump(changed).encode())


def test_what_a_claim_rests_on_cannot_be_dropped(certificates: dict[str, Certificate]) -> None:
    """Claims one by one taken out of the file: those that build on them fall, and nothing else changes."""
    fell = set[tuple[str, str]]()
    for certificate in certificates.values():
        for at, dropped in enumerate(certificate["claims"]):
            changed = copy.deepcopy(certificate)
            del changed["claims"][at]
            try:
                check(dump(changed).encode())
            except Rejected as refusal:
                fell.add((dropped["claim"], str(refusal).partition(":")[0]))
    assert ("smallest_eigenvalue", "inverse") in fell
    assert ("inverse", "uniqueness_for_every_drive") in fell
    assert ("unique_fixed_point", "retrieval_probability") in fell
    assert ("stable_fixed_points", "retrieval_probability") in fell
    assert not any(name in ("gate_matrix_definite", "critical_competition") for name, _ in fell)


@pytest.mark.parametrize("shape", [(6, 2), (5, 3), (4, 8)])
def test_nothing_false_is_said_of_the_matrices_at_the_critical_competition(shape: tuple[int, int]) -> None:
    """α at the critical one in doubles, and off it by 1e-13 and 1e-9: there the verdicts are known."""
    rng = np.random.default_rng(0)
    for turn in range(2):
        rows = rng.standard_normal(shape)
        rows = rows / np.linalg.norm(rows, axis=1, keepdims=True) if turn else rows
        off = rows @ rows.T - np.diag((rows * rows).sum(axis=1))
        edge = Fraction(float(-1 / np.linalg.eigvalsh(off)[0]))
        memories = [[Fraction(float(entry)) for entry in row] for row in rows]
        for away in (0.0, 1e-13, -1e-13, 1e-9, -1e-9):
            made = certify(ExactContext(memories, edge * (1 + Fraction(away)), Fraction(1), Fraction(1, 2**20)))
            check(dump(made).encode())
            # The oracle's Newton steps in doubles do not find fixed points of a matrix that is so nearly singular.
            made["claims"] = [claim for claim in made["claims"] if claim["claim"] in MATRIX_CLAIMS]
            assert false_claim(made) is None, away
            if abs(away) > 1e-10:
                assert made["claims"][0]["verdict"] == ("refuted" if away > 0 else "proved")
