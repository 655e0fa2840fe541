"""Attempts to get a false certificate past the checker: thousands of mutations, swapped parts, hostile files.

Whatever the checker accepts is held against an oracle that decides each claim anew, from the instance in the file,
with flint's exact rationals and balls: no part of the checker or of the certificate's witness enters it.
"""

from __future__ import annotations

import copy
import json
import random
import time
from collections import Counter
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb, arb_mat, fmpq, fmpq_mat

from gatedmem.numerics.enclosures import working_precision
from gatedmem.numerics.exact import identity, positive_semidefinite, rational
from gatedmem.proofs.certify.builder import dump
from gatedmem.proofs.certify.context import ExactContext, certify
from gatedmem.proofs.checker import reading
from gatedmem.proofs.checker.certificate import CLAIMS, check
from gatedmem.proofs.checker.reading import Rejected

Certificate = dict[str, Any]
MUTATIONS = 300  # for each certificate below


def instance(
    n: int, d: int, alpha: float, beta: float, gain: float, seed: int, *, driven: bool = True
) -> ExactContext:
    rng = np.random.default_rng(seed)
    memories = rng.standard_normal((n, d)).round(2)
    clamped = (memories[0] + 0.3 * rng.standard_normal((2, d))).round(2) if driven else np.zeros((2, d))

    def exact(values: Any) -> list[Fraction]:
        return [Fraction(float(value)) for value in values]

    numbers = (Fraction(number) for number in (alpha, beta, gain))
    rows = [exact(row) for row in memories]
    return ExactContext(rows, *numbers, query=exact(clamped[0]), context=exact(clamped[1]), tau_s=Fraction(2))


INSTANCES = {
    "contracting": instance(3, 2, 0.2, 2.0, 0.5, 1),
    "orthogonal": ExactContext([[Fraction(1), Fraction(0)], [Fraction(0), Fraction(2)]], *map(Fraction, (1, 2, 1))),
    # Competitors that tie: here the bound on the probability is the probability.
    "tied": ExactContext(
        [[Fraction(int(i == j)) for j in range(3)] for i in range(3)],
        *map(Fraction, (0, 1, "1/2")),
        query=[Fraction(2), Fraction(0), Fraction(0)],
    ),
    "several fixed points": instance(2, 3, 0.1, 3.0, 1.2, 4, driven=False),
    "trapped": instance(4, 3, 0.1, 3.0, 1.0, 2),
    "indefinite": instance(3, 2, 3.0, 1.0, 1.0, 5),
    "bounded free context": ExactContext(
        [[Fraction(1, 2), Fraction(0)], [Fraction(1, 4), Fraction(1, 3)]], *map(Fraction, (0, 1, 1))
    ),
}


@pytest.fixture(scope="module")
def certificates() -> dict[str, Certificate]:
    return {name: certify(exact) for name, exact in INSTANCES.items()}


# the oracle


class Truth:
    """The instance of a certificate, decided anew: flint's rationals for matrices, 300-bit balls for fixed points."""

    def __init__(self, given: Certificate) -> None:
        z = fmpq_mat([[number(entry) for entry in row] for row in given["memories"]])
        self.z, self.n = z, z.nrows()
        self.gram = z * z.transpose()
        self.alpha, self.beta, self.gain = (number(given[name]) for name in ("alpha", "beta", "gain"))
        self.taus = [Fraction(text_number(given[name])) for name in ("tau_s", "tau_r")]
        self.sigma = self.beta * self.gain * self.gain / 2
        self.a = self.gates(self.alpha)
        zero = ["0"] * z.ncols()
        column = [fmpq_mat([[number(x)] for x in given[name] or zero]) for name in ("query", "context")]
        self.evidence, self.drive = z * column[0], z * column[1]

    def gates(self, alpha: fmpq) -> fmpq_mat:
        return fmpq_mat(
            [[fmpq(1) if i == j else alpha * self.gram[i, j] for j in range(self.n)] for i in range(self.n)]
        )

    def centring(self) -> fmpq_mat:
        return identity(self.n) - fmpq_mat([[fmpq(1, self.n)] * self.n] * self.n)

    def inverse(self) -> fmpq_mat:
        return self.a.inv()

    def spread(self) -> fmpq:
        b = self.inverse()
        return max([b[i, i] + b[j, j] - 2 * b[i, j] for i in range(self.n) for j in range(i)], default=fmpq(0))

    def fixed_points(self) -> list[list[arb]]:
        """Gates of all fixed points that Newton's method finds from many starts, to about 80 digits."""
        n = self.n
        a = np.array([[float(Fraction(str(self.a[i, j]))) for j in range(n)] for i in range(n)])
        u, b = (np.array([float(Fraction(str(v[i, 0]))) for i in range(n)]) for v in (self.drive, self.evidence))
        beta, gain = (float(Fraction(str(x))) for x in (self.beta, self.gain))
        rng = np.random.default_rng(1)
        p = np.concatenate([np.eye(n), np.full((1, n), 1 / n), rng.dirichlet(np.full(n, 0.5), 150)])
        s = np.linalg.solve(a, (u + gain * p).T).T
        for _ in range(80):
            q = np.exp(beta * (b + gain * s) - (beta * (b + gain * s)).max(axis=1, keepdims=True))
            q /= q.sum(axis=1, keepdims=True)
            slope = a - beta * gain**2 * q[:, :, None] * (np.eye(n) - q[:, None, :])
            step = np.linalg.solve(slope, (s @ a - u - gain * q)[..., None])[..., 0]
            s = s - np.clip(step, -1, 1)
        near = s[np.abs(step).max(axis=1) < 1e-9]
        distinct: list[Any] = []
        for row in near:
            if all(np.abs(row - other).max() > 1e-6 for other in distinct):
                distinct.append(row)
        return [self.sharpened(row) for row in distinct]

    def sharpened(self, start: Any) -> list[arb]:
        s = [arb(float(x)) for x in start]
        a = arb_mat(self.a)
        for _ in range(7):
            q = self.gains(s)
            residual = [
                sum((a[i, j] * s[j] for j in range(self.n)), arb(0)) - arb(self.drive[i, 0]) - arb(self.gain) * q[i]
                for i in range(self.n)
            ]
            slope = arb_mat(
                [
                    [a[i, j] - 2 * arb(self.sigma) * q[i] * (int(i == j) - q[j]) for j in range(self.n)]
                    for i in range(self.n)
                ]
            )
            step = slope.mid().solve(arb_mat(self.n, 1, residual)).entries()
            s = [(x - d).mid() for x, d in zip(s, step, strict=True)]
        return s

    def gains(self, s: list[arb]) -> list[arb]:
        weights = [(arb(self.beta) * (arb(self.evidence[i, 0]) + arb(self.gain) * x)).exp() for i, x in enumerate(s)]
        return [w / sum(weights, arb(0)) for w in weights]


def text_number(word: str) -> str:
    top, _, below = word.partition("/")
    return f"{top}/{2 ** int(below[2:])}" if below.startswith("2^") else word


def number(word: str) -> fmpq:
    return rational(Fraction(text_number(word)))


def psd(matrix: fmpq_mat) -> bool:
    return bool(positive_semidefinite(matrix).positive)


def pd(matrix: fmpq_mat) -> bool:
    return psd(matrix) and matrix.det() != 0


def bracket(numbers: Certificate, matrix: Any) -> bool:
    return psd(matrix(number(numbers["low"]))) and not pd(matrix(number(numbers["high"])))


def level(truth: Truth, claim: Certificate, other: fmpq_mat) -> bool:
    low, high = number(claim["numbers"]["low"]), number(claim["numbers"]["high"])
    above = psd(truth.a - truth.sigma / high * other) if high else truth.sigma == 0 or truth.n == 1
    below = low <= 0 or not pd(truth.a - truth.sigma / low * other)
    return pd(truth.a) and above and below and (high < 1 if claim["verdict"] == "proved" else low >= 1)


def holds_point(truth: Truth, numbers: Certificate, points: list[list[arb]]) -> bool:
    """Whether some fixed point lies within the radius of the gates, with its gains between the bounds."""
    radius = arb(number(numbers["radius"]))
    for s in points:
        off = sum(((arb(number(g)) - x) ** 2 for g, x in zip(numbers["gates"], s, strict=True)), arb(0)).sqrt()
        if off <= radius + arb(10) ** -60 and holds_gains(truth, numbers["gains"], s):
            return True
    return False


def holds_gains(truth: Truth, pairs: list[list[str]], s: list[arb]) -> bool:
    tiny = arb(10) ** -60
    return all(
        arb(number(low)) - tiny <= p <= arb(number(high)) + tiny
        for p, (low, high) in zip(truth.gains(s), pairs, strict=True)
    )


def is_true(truth: Truth, claim: Certificate, earlier: list[Certificate]) -> bool:
    """Whether a decided claim is true of the instance."""
    name, proved, numbers = claim["claim"], claim["verdict"] == "proved", claim["numbers"]
    unit = identity(truth.n)
    if name == "gate_matrix_definite":
        return pd(truth.a) == proved
    if name == "smallest_eigenvalue":
        return bracket(numbers, lambda c: truth.a - c * unit)
    if name == "critical_competition":
        if numbers["low"] == "infinite":
            return truth.gates(fmpq(1)) == unit
        return number(numbers["low"]) >= 0 and bracket(numbers, truth.gates)
    if name == "contraction":
        return level(truth, claim, unit)
    if name == "projected_contraction":
        return level(truth, claim, truth.centring())
    if name == "free_context_bounded":
        matrix = truth.a - truth.gram
        return pd(matrix) if proved else not (psd(matrix) if truth.gain == 0 else pd(matrix))
    if name == "largest_context_weight":
        return pd(truth.a) and bracket(numbers, lambda c: truth.a - c * truth.gram)
    if not pd(truth.a):
        return False
    if name == "inverse":
        rows = claim["witness"]["rows"]
        scale = fmpq(1, 2 ** claim["witness"]["bits"])
        x = fmpq_mat([[rows[max(i, j)][min(i, j)] * scale for j in range(truth.n)] for i in range(truth.n)])
        off = truth.inverse() - x
        return psd(number(numbers["error"]) ** 2 * unit - off * off.transpose())
    if name == "uniqueness_for_every_drive":
        value = truth.sigma / 2 * truth.spread()
        inside = number(numbers["low"]) <= value <= number(numbers["high"])
        return inside and (value <= 1) == proved
    if name == "rate":
        rate = Fraction(text_number(numbers["rate"]))
        beta, gain = Fraction(str(truth.beta)), Fraction(str(truth.gain))
        gates, scores = 1 - rate * truth.taus[1], rational(rate * truth.taus[0])
        if gates < 0:
            return False
        if gates == 0:
            return gain == 0 and psd(truth.a - scores * unit)
        # (η - ρτ_s)(1 - ρτ_r) ≥ βλ²/2 says that η is at least this.
        return psd(truth.a - (scores + rational(beta * gain**2 / 2 / gates)) * unit)
    points = truth.fixed_points()
    if name == "unique_fixed_point":
        return (len(points) == 1 and holds_point(truth, numbers, points)) if proved else len(points) > 1
    if name == "stable_fixed_points":
        return all(holds_point(truth, point, points) for point in numbers["points"])
    if name == "all_fixed_points":
        claimed = numbers["points"]
        found = all(any(holds_gains(truth, point["gains"], s) for s in points) for point in claimed)
        return found and len(claimed) == len(points) and sum(point["degree"] for point in claimed) == 1
    listed = [
        point
        for other in earlier
        for point in (
            other["numbers"]["points"]
            if other["claim"] == "stable_fixed_points" and other["verdict"] == "proved"
            else [other["numbers"]]
            if other["claim"] == "unique_fixed_point" and other["verdict"] == "proved"
            else []
        )
    ]
    point, index, tiny = listed[numbers["point"]], numbers["memory"], arb(10) ** -50
    s = next(s for s in points if holds_point(truth, point, [s]))
    p = truth.gains(s)
    if name == "retrieval_probability":
        totals = [arb(truth.evidence[i, 0]) + arb(truth.gain) * x for i, x in enumerate(s)]
        gap = all(
            arb(number(numbers["gap"])) <= totals[index] - other + tiny
            for i, other in enumerate(totals)
            if i != index
        )
        return gap and arb(number(numbers["at_least"])) <= p[index] + tiny
    assert name == "readout_error"
    read = [sum((p[i] * arb(truth.z[i, k]) for i in range(truth.n)), arb(0)) for k in range(truth.z.ncols())]
    off = sum(((x - arb(truth.z[index, k])) ** 2 for k, x in enumerate(read)), arb(0)).sqrt()
    return off <= arb(number(numbers["at_most"])) + tiny


def false_claim(certificate: Certificate) -> str | None:
    """The first decided claim that is false, or None."""
    with working_precision(300):
        truth = Truth(certificate["instance"])
        for at, claim in enumerate(certificate["claims"]):
            if claim["claim"] == "fold":
                continue  # has its own oracle and attacks, in test_fold_claim
            if claim["verdict"] != "undecided" and not is_true(truth, claim, certificate["claims"][:at]):
                return str(claim["claim"])
    return None


# mutations

WORDS = [
    "0",
    "1",
    "-1",
    "1/0",
    "",
    "nan",
    "inf",
    "1e5",
    " 1",
    "1/2^9999",
    "0x10",
    "\u0661",
    "1/3",
    "9" * 1200,
    "true",
    "__import__('os')",
]


def paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(path for key, entry in inner for path in paths(entry, (*at, key)))]


def parent(certificate: Certificate, path: tuple[Any, ...]) -> Any:
    for key in path[:-1]:
        certificate = certificate[key]
    return certificate


def scaled(word: str, rng: random.Random) -> str:
    """A number a little or much off, or as it was when it is no number."""
    try:
        value = reading.rational(word, "")
    except Rejected:
        return rng.choice(WORDS)
    factor = Fraction(rng.choice([-1, 0, 2, 1 + 2.0**-20, 1 - 2.0**-20, 1 + 2.0**-43, 1 - 2.0**-43, 0.5, 1e30]))
    return reading.write(value * factor) if rng.random() < 0.85 else reading.write(value + Fraction(1, 8))


def mutate(certificate: Certificate, others: list[Certificate], rng: random.Random) -> tuple[str, Certificate]:
    """One change somewhere in the file, and what kind it is."""
    changed = copy.deepcopy(certificate)
    every = paths(changed)[1:]
    path = rng.choice(every)
    if rng.random() < 0.3:  # long lists of integers would otherwise draw nearly every change
        path = rng.choice([one for one in every if "congruence" not in one])
    holder, key = parent(changed, path), path[-1]
    value = holder[key]
    kind = rng.choice(["value", "value", "value", "remove", "retype", "transplant", "verdict", "extra", "order"])
    if kind == "value":
        if isinstance(value, str):
            holder[key] = scaled(value, rng)
        elif isinstance(value, int):
            holder[key] = rng.choice([-value, value + 1, 0, value * 2, 10**1000, value - 1])
        elif isinstance(value, list) and value:
            rng.choice([lambda: value.reverse(), lambda: value.pop(), lambda: value.append(value[0])])()
        else:
            kind = "remove"
    if kind == "remove":
        del holder[key]
    elif kind == "retype":
        holder[key] = rng.choice([None, True, [], {}, "1", 7, [[1]], {"a": 1}, [value]])
    elif kind == "transplant":
        source = rng.choice(others)
        if rng.random() < 0.5:
            changed["instance"] = copy.deepcopy(source["instance"])
        else:
            index, donor = rng.randrange(len(changed["claims"])), rng.choice(source["claims"])
            changed["claims"][index] = copy.deepcopy(donor)
    elif kind == "verdict":
        claim = rng.choice(changed["claims"])
        claim["verdict"] = rng.choice(["proved", "refuted", "undecided"])
    elif kind == "extra":
        target = rng.choice([changed, changed["instance"], rng.choice(changed["claims"])])
        target[rng.choice(["note", "", "\u0000", "claims "])] = 1
    elif kind == "order":
        rng.shuffle(changed["claims"])
    return kind, changed


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
        kind, changed = mutate(certificates[name], others, rng)
        data = json.dumps(changed).encode()
        start = time.perf_counter()
        try:
            check(data)
        except Rejected:
            rejected[kind] += 1
        else:
            accepted[kind] += 1
            assert changed == certificates[name] or false_claim(changed) is None, (kind, data)
        slowest = max(slowest, time.perf_counter() - start)
    assert all(rejected[kind] > 0 for kind in ("value", "remove", "retype", "verdict", "extra")), rejected
    assert accepted["extra"] == 0
    assert slowest < 5.0


@pytest.mark.parametrize("name", INSTANCES)
def test_no_number_of_a_claim_can_be_moved_past_the_truth(name: str, certificates: dict[str, Certificate]) -> None:
    """Each number of each claim, one after the other, a little and much off, with the claims it may build on."""
    factors = [Fraction(1, 2), Fraction(3, 2), Fraction(2**30 - 1, 2**30), Fraction(2**30 + 1, 2**30), Fraction(-1)]
    rejected = 0
    for at, claim in enumerate(certificates[name]["claims"]):
        for path in paths(claim["numbers"]):
            word = parent(claim["numbers"], path)[path[-1]] if path else None
            if not isinstance(word, str) or word == "infinite":
                continue
            for factor in factors:
                changed = copy.deepcopy(certificates[name])
                changed["claims"] = changed["claims"][: at + 1]
                value = reading.rational(word, "") * factor
                parent(changed["claims"][at]["numbers"], path)[path[-1]] = reading.write(value)
                try:
                    check(json.dumps(changed).encode())
                except Rejected:
                    rejected += 1
                else:
                    assert false_claim(changed) is None, (claim["claim"], path, factor)
    assert rejected > 10


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


def find(certificate: Certificate, name: str) -> Certificate:
    return next(claim for claim in certificate["claims"] if claim["claim"] == name)


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
    claim, definite = find(changed, name), find(changed, "gate_matrix_definite")
    high = reading.rational(claim["numbers"]["high"], "")
    changed["claims"] = [claim]
    claim["witness"]["congruence"] = definite["witness"]["congruence"]
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
