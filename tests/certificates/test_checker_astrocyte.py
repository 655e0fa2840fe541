"""Attempts to get a false certificate of an astrocyte-gated memory past the checker, by the thousand.

Whatever the checker accepts is held against an oracle that shares no code with it.
"""

from __future__ import annotations

import copy
import json
import random
import time
from collections import Counter
from fractions import Fraction
from typing import Any

import pytest
from astrocyte_oracle import INSTANCES, Truth, false_claim, number
from flint import arb
from forging import Certificate, find, forged, rejected_when_moved

from gatedmem.numerics.enclosures import ball, working_precision
from gatedmem.proofs.certify.astrocyte import certify
from gatedmem.proofs.certify.builder import dump
from gatedmem.proofs.checker import astrocyte, reading
from gatedmem.proofs.checker.certificate import CLAIMS, check
from gatedmem.proofs.checker.intervals import Interval
from gatedmem.proofs.checker.reading import Rejected

MUTATIONS = 300  # for each certificate


@pytest.fixture(scope="module")
def certificates() -> dict[str, Certificate]:
    return {name: certify(exact) for name, exact in INSTANCES.items()}


def test_certificates_as_made_are_accepted_and_true(certificates: dict[str, Certificate]) -> None:
    seen = set[tuple[str, str, str]]()
    for name, certificate in certificates.items():
        assert len(check(dump(certificate).encode()).claims) == len(certificate["claims"]), name
        assert false_claim(certificate) is None, name
        seen |= {(c["claim"], c["verdict"], c["witness"].get("way", "")) for c in certificate["claims"]}
    for name, (_, possible, _) in CLAIMS["astrocyte"].items():
        ways = {"retrieval_in_one_step": ("gap", "signs"), "retrieval_at_equilibrium": ("gain", "signs")}.get(
            name, ("",)
        )
        wanted = {(name, verdict, way) for verdict in possible for way in (ways if verdict == "proved" else ("",))}
        assert wanted <= seen, "every kind of claim is under attack below"


@pytest.mark.parametrize("name", INSTANCES)
def test_no_forgery_makes_a_false_claim_pass(name: str, certificates: dict[str, Certificate]) -> None:
    rng = random.Random(f"forgeries of {name}")
    others = [other for key, other in certificates.items() if key != name]
    outcomes, slowest = Counter[str](), 0.0
    for _ in range(MUTATIONS):
        _, changed = forged(certificates[name], others, rng)
        start = time.process_time()
        try:
            check(json.dumps(changed).encode())
        except Rejected:
            outcomes["rejected"] += 1
        else:
            outcomes["accepted"] += 1
            slowest = max(slowest, time.process_time() - start)
            assert changed == certificates[name] or false_claim(changed) is None, json.dumps(changed)
    assert outcomes["rejected"] > MUTATIONS / 2
    assert outcomes["accepted"] > 0
    assert slowest < 5.0


@pytest.mark.parametrize("name", INSTANCES)
def test_no_number_can_be_moved_past_the_truth(name: str, certificates: dict[str, Certificate]) -> None:
    assert rejected_when_moved(certificates[name], false_claim) > 20


def test_what_a_claim_rests_on_cannot_be_dropped(certificates: dict[str, Certificate]) -> None:
    """Each claim in a file of its own: those that build on others fall, and no others."""
    fell, stood = set[str](), set[str]()
    for certificate in certificates.values():
        for claim in certificate["claims"]:
            try:
                check(dump({**certificate, "claims": [claim]}).encode())
            except Rejected:
                fell.add(f"{claim['claim']} {claim['verdict']}")
            else:
                stood.add(f"{claim['claim']} {claim['verdict']}")
    assert fell == {
        *("equilibrium_stable proved", "equilibrium_stable refuted", "everything_decays refuted"),
        *("retrieval_at_equilibrium proved", "retrieval_at_equilibrium refuted", "attracting_region proved"),
    }
    assert not fell & stood


def test_a_radius_that_leaves_the_equilibrium_out_is_refused(certificates: dict[str, Certificate]) -> None:
    """The state moved off by δ, with the radius above and below it."""
    for name in ("retrieves", "saddle", "mixture"):
        off = Fraction(1, 2**30)
        outcomes = []
        for radius in (off / 2, off * 8):
            changed = copy.deepcopy(certificates[name])
            claim = next(claim for claim in changed["claims"] if claim["claim"] == "equilibrium")
            moved = [number(word) + off for word in claim["numbers"]["state"]]
            claim["numbers"].update(state=[reading.write(x) for x in moved], radius=reading.write(radius))
            changed["claims"] = [claim]
            try:
                check(dump(changed).encode())
            except Rejected as refusal:
                outcomes.append(str(refusal).partition(": ")[2])
            else:
                outcomes.append("accepted")
                assert false_claim(changed) is None
        assert outcomes == ["radius: smaller than what can be shown", "accepted"], name


def test_decay_is_not_refuted_without_cause(certificates: dict[str, Certificate]) -> None:
    changed = copy.deepcopy(certificates["decays"])
    claim = next(claim for claim in changed["claims"] if claim["claim"] == "everything_decays")
    claim.update(verdict="refuted", numbers={})
    with pytest.raises(Rejected, match="no other equilibrium, and no instability"):
        check(dump(changed).encode())


def test_instances_made_to_be_slow_end_quickly(certificates: dict[str, Certificate]) -> None:
    long = "7" * 1200
    base = certificates["retrieves"]
    hostile: list[dict[str, Any]] = [
        {"patterns": ["+" * 600] * 4096},
        {"patterns": ["+"] * 4097},
        {"patterns": ["+" * 601]},
        {"patterns": ["+-", "+"]},
        {"patterns": ["+0"]},
        {"patterns": [["+"]]},
        {"patterns": "+-"},
        {"cue": []},
        {"cue": ["0.1"] * 5},
        {"sigma": "0"},
        {"temperature": "-1"},
        {"patterns": ["+" * 600] * 660, "cue": ["1"] * 600},
        {"sigma": long, "temperature": f"1/{long}"},
        {"sigma": f"1/{long}", "temperature": long},
        {"temperature": f"1/{long}"},
        {"cue": [long] * 5},
    ]
    for fields in hostile:
        changed = copy.deepcopy(base)
        changed["instance"].update(fields)
        start = time.process_time()
        with pytest.raises(Rejected):
            check(dump(changed).encode())
        assert time.process_time() - start < 5.0, fields


def test_a_region_is_refused_as_soon_as_the_field_may_point_outwards(certificates: dict[str, Certificate]) -> None:
    """Amplitude and gap on either side of the values at which the bounds on the field vanish, found by bisection."""
    base = certificates["retrieves"]
    kept = [find(base, name) for name in ("equilibrium", "attracting_region")]

    def accepted(**numbers: str) -> str:
        changed = copy.deepcopy({**base, "claims": kept})
        changed["claims"][1]["numbers"].update(numbers)
        try:
            check(dump(changed).encode())
        except Rejected as refusal:
            return str(refusal)
        return "accepted"

    memory = Truth(base["instance"])
    with working_precision(200):
        sigma, t, k, n = ball(memory.sigma), ball(memory.t), memory.k, memory.n
        spread = min(
            n * n - sum(a * b for a, b in zip(memory.rows[0], row, strict=True)) ** 2 for row in memory.rows[1:]
        )
        gap = ball(number(kept[1]["numbers"]["gap"]))
        low, high = arb(0), arb(2)
        for _ in range(80):
            middle = (low + high) / 2
            inwards = spread * (sigma * middle).tanh() ** 2 / (2 * n) > t * gap
            low, high = (low, middle) if inwards else (middle, high)
        least = Fraction(int((high.mid() * 2**70).floor().unique_fmpz()), 2**70)
        slope = 2 / (1 + (k - 1) * (-gap).exp()) - 1
        low, high = high.mid(), arb(9)
        for _ in range(80):
            middle = (low + high) / 2
            low, high = (middle, high) if slope * k * (sigma * middle).tanh() > middle else (low, middle)
        most = Fraction(int((low.mid() * 2**70).floor().unique_fmpz()), 2**70)
    tiny = Fraction(1, 2**60)
    assert accepted(amplitude=reading.write(least + tiny)) == "accepted"
    assert "a gain may leave" in accepted(amplitude=reading.write(least - tiny))
    assert accepted(amplitude=reading.write(most - tiny)) == "accepted"
    assert "a neuron may leave" in accepted(amplitude=reading.write(most + tiny))
    assert "a neuron may leave" in accepted(gap="0")


def test_a_region_with_another_equilibrium_is_refused(certificates: dict[str, Certificate]) -> None:
    """The sign turned, or another equilibrium established: the region is there, yet not of this equilibrium."""
    changed = copy.deepcopy(certificates["retrieves"])
    changed["claims"] = [find(changed, name) for name in ("equilibrium", "attracting_region")]
    changed["claims"][1]["numbers"]["sign"] *= -1
    with pytest.raises(Rejected, match="not excluded"):
        check(dump(changed).encode())


def test_every_neuron_of_the_region_is_led_to_the_equilibrium(certificates: dict[str, Certificate]) -> None:
    """An established state that is off in one neuron only is not what the region leads to."""
    base = certificates["retrieves"]
    numbers = find(base, "attracting_region")["numbers"]
    state = [number(word) for word in find(base, "equilibrium")["numbers"]["state"]]
    claimed = CLAIMS["astrocyte"]["attracting_region"][2]
    reach = Fraction(1, 100)
    for off in (0, 2 * reach):
        memory = astrocyte.read(base["instance"])
        moved = [state[0] + off, *state[1:]]
        memory.point = astrocyte.Point(moved, reach, reach, memory.enclose([Interval.of(x) for x in moved]))
        if off:
            with pytest.raises(Rejected, match="not excluded"):
                claimed(memory, "proved", numbers, {})
        else:
            claimed(memory, "proved", numbers, {})
