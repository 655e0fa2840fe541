"""The claim ``fold`` of a certificate, under attack, and held against Moore and Spence's system by jets in balls."""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from flint import arb, arb_mat

from gatedmem.numerics.enclosures import ball, cholesky_proves_positive, krawczyk, polish, working_precision
from gatedmem.numerics.exact import positive_definite, rational_matrix
from gatedmem.numerics.fold import BranchEquation, Turning, follow
from gatedmem.proofs.certificates.context.fold import moore_spence
from gatedmem.proofs.certify import folds as certify_folds
from gatedmem.proofs.certify.builder import Builder, dump
from gatedmem.proofs.certify.context import ExactContext, Numbers, certify
from gatedmem.proofs.checker import folds, matrices, newton
from gatedmem.proofs.checker.certificate import Report, check
from gatedmem.proofs.checker.intervals import Interval
from gatedmem.proofs.checker.reading import LARGEST_SIDE, Rejected, rational, write

Certificate = dict[str, Any]
MUTATIONS = 400


def exact(values: Any) -> list[Fraction]:
    return [Fraction(float(value)) for value in values]


def cluster(size: int, dimension: int, seed: int, gain: float, beta: float = 5.0) -> ExactContext:
    """Unit vectors close together, no query, no context."""
    rng = np.random.default_rng(seed)
    centroid = rng.standard_normal(dimension)
    rows = 2.0 * centroid / np.linalg.norm(centroid) + 0.3 * rng.standard_normal((size, dimension))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return ExactContext([exact(row) for row in rows], *map(Fraction, (0, beta, gain)))


def driven() -> ExactContext:
    """A cluster with a query and a weak context, at α = 1/10."""
    plain = cluster(5, 3, 2, 0.8, 1.0)
    given = [entry / 16 for entry in plain.memories[0]]
    return replace(plain, alpha=Fraction(1, 10), query=given, context=given)


INSTANCES = {"below all of them": cluster(6, 3, 0, 0.8, 1.0), "cluster": cluster(8, 3, 0, 1.0), "driven": driven()}


@pytest.fixture(scope="module")
def certificates() -> dict[str, Certificate]:
    """For each instance a certificate of its fold alone: the claim builds on no other."""
    made = {name: certify(instance) for name, instance in INSTANCES.items()}
    for certificate in made.values():
        certificate["claims"] = [claim for claim in certificate["claims"] if claim["claim"] == "fold"]
    return made


def said(certificate: Certificate) -> Report:
    return check(dump(certificate).encode())


class Truth:
    """The instance in balls, and the root of Moore and Spence's system next to where the witness says."""

    def __init__(self, certificate: Certificate) -> None:
        given, claim = certificate["instance"], certificate["claims"][0]
        z = [[rational(entry, "") for entry in row] for row in given["memories"]]
        self.n = n = len(z)
        self.gram = [[sum((a * b for a, b in zip(x, y, strict=True)), Fraction(0)) for y in z] for x in z]
        self.alpha, self.beta, self.gain = (rational(given[name], "") for name in ("alpha", "beta", "gain"))
        zero = ["0"] * len(z[0])
        outside = {name: [rational(x, "") for x in given[name] or zero] for name in ("query", "context")}
        products = {
            name: [ball(sum((a * b for a, b in zip(row, v, strict=True)), Fraction(0))) for row in z]
            for name, v in outside.items()
        }
        off = [[ball(Fraction(0) if i == j else self.gram[i][j]) for j in range(n)] for i in range(n)]
        self.branch: Any = SimpleNamespace(
            n=n,
            competition=arb_mat(off),
            beta=ball(self.beta),
            gain=ball(self.gain),
            strength=ball(self.beta * self.gain**2),
            drive=products["context"],
            evidence=products["query"],
        )
        witness = claim["witness"]
        border = [arb(int(i == witness["index"])) for i in range(n)]
        self.equations = moore_spence(self.branch, border)
        start = [ball(rational(x, "")) for x in (*witness["state"], *witness["null"], witness["competition"])]
        self.root = krawczyk(self.equations, polish(self.equations, start), [1e-20] * (2 * n + 1))

    def has_no_fold_at(self, alpha: Fraction) -> bool:
        """A(α) - (βλ²/2)P ≻ 0, in exact rationals."""
        c = self.beta * self.gain**2 / 2
        table = [
            [(1 - c if i == j else alpha * self.gram[i][j]) + c / self.n for j in range(self.n)]
            for i in range(self.n)
        ]
        return bool(positive_definite(rational_matrix(table)).positive)

    def is_true(self, numbers: Certificate) -> bool:
        """Whether there is a fold with α between the bounds, a state of J ≥ 0, and none up to ``nearest_from``."""
        if self.root.outcome != "unique":
            return False
        n, x = self.n, self.root.enclosure
        null = x[n : 2 * n]
        low, high, nearest = (rational(numbers[name], "") for name in ("low", "high", "nearest_from"))
        tiny = arb(10) ** -40
        inside = bool(ball(low) - tiny < x[-1]) and bool(x[-1] < ball(high) + tiny)
        slope = self.equations.jacobian(x)
        lifted = arb_mat([[slope[i, j] + null[i] * null[j] for j in range(n)] for i in range(n)])
        free = nearest == self.alpha or (self.has_no_fold_at(self.alpha) and self.has_no_fold_at(nearest))
        above = self.alpha <= nearest and bool(ball(nearest) < x[-1] + tiny)
        return inside and cholesky_proves_positive(lifted) and above and free


def is_true(certificate: Certificate) -> bool:
    with working_precision(300):
        return Truth(certificate).is_true(certificate["claims"][0]["numbers"])


@pytest.mark.parametrize("name", INSTANCES)
def test_the_fold_is_accepted_true_and_narrow(name: str, certificates: dict[str, Certificate]) -> None:
    [claim] = said(certificates[name]).claims
    assert (claim.id, claim.verdict) == ("CG18", "proved")
    assert "merge and vanish as α grows" in claim.statement
    assert is_true(certificates[name])
    numbers = {key: rational(word, "") for key, word in certificates[name]["claims"][0]["numbers"].items()}
    assert numbers["high"] - numbers["low"] < Fraction(1, 2**60)
    if name != "cluster":  # which is beyond the projected condition from the start
        assert numbers["nearest_from"] > Truth(certificates[name]).alpha


@pytest.mark.parametrize("name", INSTANCES)
def test_no_mutation_makes_a_false_fold_pass(name: str, certificates: dict[str, Certificate]) -> None:
    rng = random.Random(f"folds of {name}")
    counts = Counter[str]()
    others = [other for key, other in certificates.items() if key != name]
    for _ in range(MUTATIONS):
        changed = copy.deepcopy(certificates[name])
        mutate(changed, others, rng)
        try:
            check(json.dumps(changed).encode())
        except Rejected:
            counts["rejected"] += 1
        else:
            counts["accepted"] += 1
            assert changed == certificates[name] or is_true(changed), changed["claims"][0]["numbers"]
    assert counts["rejected"] > MUTATIONS // 2


def mutate(changed: Certificate, others: list[Certificate], rng: random.Random) -> None:
    """One change: a number moved, an entry dropped or of another type, a part of another certificate."""
    claim = changed["claims"][0]
    part = rng.choice([claim["numbers"], claim["witness"], claim["witness"], changed["instance"]])
    key = rng.choice(list(part))
    kind = rng.choice(["move", "move", "move", "drop", "type", "exchange"])
    if kind == "exchange":
        donor = rng.choice(others)
        source = donor["instance"] if part is changed["instance"] else donor["claims"][0]
        parts = source if part is changed["instance"] else {**source["numbers"], **source["witness"]}
        part[key] = copy.deepcopy(parts[key])
    elif kind == "drop":
        del part[key]
    elif kind == "type":
        part[key] = rng.choice([None, True, [], {}, "1", "-1", 7, -1, 10**1000, [[1]], "1/0", "1e5"])
    else:
        holder: Any = part
        while isinstance(holder[key], list) and holder[key]:
            holder, key = holder[key], rng.randrange(len(holder[key]))
        value = holder[key]
        factor = Fraction(rng.choice([-1, 0, 2, 1 + 2.0**-20, 1 - 2.0**-20, 1 + 2.0**-45, 1 - 2.0**-45, 0.5]))
        if isinstance(value, str):
            holder[key] = write(rational(value, "") * factor)
        elif isinstance(value, int):
            holder[key] = rng.choice([-value, value + 1, 0, 2 * value])


@pytest.mark.parametrize("name", INSTANCES)
@pytest.mark.parametrize(
    "moves",
    [
        {"low": Fraction(1, 2**30)},
        {"high": -Fraction(1, 2**30)},
        {"low": Fraction(1, 2**30), "high": Fraction(1, 2**30)},
        {"nearest_from": Fraction(1, 2**20)},
        {"nearest_from": Fraction(-10)},
    ],
)
def test_its_bounds_cannot_be_moved_past_the_truth(
    name: str, moves: dict[str, Fraction], certificates: dict[str, Certificate]
) -> None:
    changed = copy.deepcopy(certificates[name])
    numbers = changed["claims"][0]["numbers"]
    for key, step in moves.items():
        numbers[key] = write(rational(numbers[key], "") + step)
    with pytest.raises(Rejected):
        said(changed)


@pytest.mark.parametrize("change", ["zeros", "wide"])
def test_the_box_is_paid_for(change: str, certificates: dict[str, Certificate]) -> None:
    """A preconditioner of zeros moves nothing, but contracts nothing; in a wide box the derivative varies."""
    changed = copy.deepcopy(certificates["cluster"])
    claim = changed["claims"][0]
    if change == "zeros":
        claim["witness"]["rows"] = [[0] * len(row) for row in claim["witness"]["rows"]]
    else:
        # At the centre all is as before: only the width of the box forbids it.
        claim["witness"]["radius"] = "1/8"
        claim["numbers"] |= {"low": "0", "high": "1"}
    with pytest.raises(Rejected, match="singular equilibrium"):
        said(changed)


def test_the_width_of_enclosed_entries_counts() -> None:
    wide = Interval.of(Fraction(1, 2), Fraction(3, 2))
    assert newton.contraction([[wide]], [[1]], 0) >= Fraction(1, 2)
    some: Any = SimpleNamespace(null=[Interval.of(0)], stiffness=[[Interval.of(-1, 3)]])
    assert folds.semidefinite_but_for(some)[0][0] <= -(1 << matrices.MATRIX_BITS)


def test_up_to_where_there_is_no_fold_is_shown_at_both_ends(certificates: dict[str, Certificate]) -> None:
    changed = copy.deepcopy(certificates["driven"])
    claim = changed["claims"][0]
    first, second = claim["witness"]["free"]
    for wrong in ([first], [first, second, second], [], None):
        claim["witness"]["free"] = wrong
        with pytest.raises(Rejected, match="free: must hold 2"):
            said(changed)
    claim["witness"]["free"] = [first, second]
    claim["numbers"]["nearest_from"] = claim["numbers"]["low"]
    with pytest.raises(Rejected, match="free: the congruence is not diagonally dominant"):
        said(changed)


def test_a_fold_below_the_given_competition_is_not_above_it(certificates: dict[str, Certificate]) -> None:
    """The fold itself does not depend on the given α, here put above it: only the bounds tell."""
    changed = copy.deepcopy(certificates["cluster"])
    changed["instance"]["alpha"] = "1/2"
    changed["claims"][0]["numbers"]["nearest_from"] = "1/2"
    assert rational(changed["claims"][0]["numbers"]["high"], "") < Fraction(1, 2)
    with pytest.raises(Rejected, match="from the given α to low"):
        said(changed)


def built(instance: ExactContext, turning: Turning) -> tuple[str, str]:
    """What becomes of a claim made from a proposal: verdict and reason."""
    builder = Builder("context", instance.written())
    certify_folds._claim(builder, Numbers.of(builder.memory), turning)
    [claim] = builder.certificate()["claims"]
    return claim["verdict"], claim["reason"]


def equation(instance: ExactContext) -> BranchEquation:
    numbers = Numbers.of(Builder("context", instance.written()).memory)
    return BranchEquation(numbers.gram, numbers.beta, numbers.gain, numbers.drive, numbers.evidence)


def four() -> ExactContext:
    """A circulant frame: four vectors on a cone. The uniform state is lost, but not at a fold (CG17)."""
    rows = [[*map(Fraction, turn), Fraction(3, 4)] for turn in ((1, 0), (0, 1), (-1, 0), (0, -1))]
    return ExactContext(rows, Fraction(0), Fraction(5), Fraction(1, 2))


def test_where_a_symmetric_state_branches_there_is_no_fold() -> None:
    turning = follow(equation(four())).turning
    assert turning is not None
    assert turning.kind == "crossing"
    assert "fold" not in {claim["claim"] for claim in certify(four())["claims"]}
    assert built(four(), turning)[0] == "undecided", "Moore and Spence's system is singular there"


def test_a_state_that_is_not_singular_is_refused(certificates: dict[str, Certificate]) -> None:
    """The proposal is moved along the branch, away from the fold: Newton's map leads out of the box."""
    changed = copy.deepcopy(certificates["cluster"])
    claim = changed["claims"][0]
    branch = follow(equation(INSTANCES["cluster"]))
    claim["witness"]["state"] = [write(Fraction(float(x))) for x in branch.states[-20]]
    claim["witness"]["competition"] = write(Fraction(float(branch.alphas[-20])))
    claim["numbers"] |= {"low": "0", "high": "1"}
    with pytest.raises(Rejected, match="singular equilibrium"):
        said(changed)


def made_to_fold(seed: int, which: int) -> tuple[ExactContext, Turning]:
    """Three memories with a drawn state at α = 1/5 that is singular and an equilibrium.

    λ² is such that the eigenvalue of J in position ``which`` (ascending) is 0, the context such that F = 0.
    """
    rng = np.random.default_rng(seed)
    memories = rng.standard_normal((3, 3))
    memories /= np.linalg.norm(memories, axis=1, keepdims=True)
    state = rng.standard_normal(3)
    p = np.exp(state) / np.exp(state).sum()
    gram = memories @ memories.T
    gates = np.eye(3) + 0.2 * (gram - np.diag(np.diag(gram)))
    spread = np.linalg.eigvals(np.linalg.solve(gates, np.diag(p) - np.outer(p, p))).real
    gain = float(np.sqrt(1.0 / np.sort(spread)[::-1][which]))
    context = np.linalg.solve(memories, (gates @ state - gain**2 * p) / gain)
    instance = ExactContext(
        [exact(row) for row in memories], Fraction(1, 10), Fraction(1), Fraction(gain), context=exact(context)
    )
    branch = equation(instance)
    null = np.linalg.eigh(branch.stiffness(state, 0.2))[1][:, which]
    push, bend = float(null @ branch.push(state)), float(null @ branch.second(state, null))
    return instance, Turning("fold", 0.2, state, p, null, push, bend)


def test_a_fold_of_unstable_states_is_not_the_loss_of_a_stable_one() -> None:
    instance, turning = made_to_fold(0, 1)
    verdict, reason = built(instance, turning)
    assert verdict == "undecided"
    assert "kernel" in reason
    # Nor does a forged congruence help: everything else about this fold is in order.
    memory = Builder("context", instance.written()).memory
    index = int(np.argmax(np.abs(turning.null)))
    start = np.concatenate([turning.state, turning.null / turning.null[index], [turning.alpha]])
    rows, centre = certify_folds._sharpened(memory, start, index)
    radius = Fraction(1, 2**60)
    bounds = {"low": write(centre[-1] - radius), "high": write(centre[-1] + radius), "nearest_from": "1/10"}
    witness = {
        "state": [write(entry) for entry in centre[:3]],
        "null": [write(entry) for entry in centre[3:6]],
        "competition": write(centre[-1]),
        "index": index,
        "radius": write(radius),
        "bits": certify_folds.PRECONDITIONER_BITS,
        "rows": rows,
        "congruence": [[1], [0, 1], [0, 0, 1]],
        "free": [],
    }
    with pytest.raises(Rejected, match="congruence: the congruence is not diagonally dominant"):
        folds.CLAIMS["fold"][2](memory, "proved", bounds, witness)


def test_a_fold_at_which_equilibria_appear_is_told_from_one_at_which_they_vanish() -> None:
    """Equilibria next to the fold, found by Newton's method on one side of it and not on the other, tell as well."""
    seen = Counter[str]()
    for seed in range(8):
        instance, turning = made_to_fold(seed, 0)
        verdict, reason = built(instance, turning)
        assert verdict == "proved", reason
        side = "appear" if "appear as α grows" in reason else "vanish"
        seen[side] += 1
        assert (turning.push * turning.bend > 0) == (side == "vanish")
        step = 1e-4 if side == "appear" else -1e-4
        found = [equilibria_near(equation(instance), turning, turning.alpha + sign * step) for sign in (1, -1)]
        assert found == [2, 0]
    assert min(seen["appear"], seen["vanish"]) > 0


def equilibria_near(branch: BranchEquation, turning: Turning, alpha: float) -> int:
    """How many zeros Newton's method finds from two starts to either side along φ, where theory puts them."""
    reach = np.sqrt(2 * abs((alpha - turning.alpha) * turning.push / turning.bend))
    ends: list[Any] = []
    for sign in (1, -1):
        state = turning.state + sign * reach * turning.null
        for _ in range(30):
            state = state - np.linalg.solve(branch.stiffness(state, alpha), branch.residual(state, alpha))
        near = float(np.abs(state - turning.state).max()) < 3 * reach
        if near and float(np.abs(branch.residual(state, alpha)).max()) < 1e-10:
            ends.append(state)
    return len({tuple(state.round(6)) for state in ends})


def test_what_may_be_no_fold_is_refused() -> None:
    memory = Builder("context", INSTANCES["cluster"].written()).memory
    turning = follow(equation(INSTANCES["cluster"])).turning
    assert turning is not None
    state, null = ([Interval.of(Fraction(float(x))) for x in part] for part in (turning.state, turning.null))
    box = folds.enclose(memory, state, null, Interval.of(Fraction(turning.alpha)))
    assert folds.bends_back(box, memory)
    without_push = replace(box, push=[Interval(0, 0) for _ in state])
    without_bend = replace(box, centred=[Interval(0, 0) for _ in state])
    for wrong in (without_push, without_bend):
        with pytest.raises(Rejected, match="may vanish"):
            folds.bends_back(wrong, memory)


def test_with_too_many_memories_nothing_is_claimed_and_a_claim_is_refused() -> None:
    size = folds.LARGEST + 1
    assert 2 * folds.LARGEST + 1 <= LARGEST_SIDE
    rows = [[Fraction(int(i == j)) for j in range(size)] for i in range(size)]
    instance = ExactContext(rows, Fraction(0), Fraction(1), Fraction(1, 2))
    builder = Builder("context", instance.written())
    certify_folds.claim_fold(builder, Numbers.of(builder.memory))
    assert builder.certificate()["claims"] == []
    with pytest.raises(Rejected, match="at most"):
        folds.CLAIMS["fold"][2](builder.memory, "proved", {}, {})


def test_without_feedback_or_with_one_memory_no_fold_is_claimed() -> None:
    alone = ExactContext([[Fraction(1)]], *map(Fraction, (0, 1, 1)))
    without = ExactContext([[Fraction(1), Fraction(0)], [Fraction(1, 2), Fraction(1)]], *map(Fraction, (0, 1, 0)))
    for instance in (alone, without):
        assert "fold" not in {claim["claim"] for claim in certify(instance)["claims"]}
