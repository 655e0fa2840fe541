"""Each rule on fixed points of the context-gated memory on its edge; the bounds behind them against 200-bit balls."""

from __future__ import annotations

import copy
import math
import random
from collections.abc import Callable
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from context_oracle import INSTANCES
from edges import TINY, claim, refused
from flint import arb
from forging import Certificate, find

from gatedmem.numerics.enclosures import ball, working_precision
from gatedmem.numerics.exact import positive_semidefinite, rational_matrix
from gatedmem.proofs.certify.context import certify
from gatedmem.proofs.certify.proposals import congruence
from gatedmem.proofs.checker import context, fixed_points
from gatedmem.proofs.checker.context import Inverse, Memory, Point
from gatedmem.proofs.checker.intervals import BITS, ONE, Interval, square_root
from gatedmem.proofs.checker.reading import Rejected


def memory(**numbers: Any) -> Memory:
    """Memories of lengths 1 and 2 in the plane, a query and a context."""
    plain = {
        "memories": [["1", "0"], ["6/5", "8/5"]],
        "alpha": "1/4",
        "beta": "2",
        "gain": "1/2",
        "tau_s": "1",
        "tau_r": "1",
    }
    driven = {"query": ["1/2", "1/4"], "context": ["-1/4", "1"]}
    changes = {
        name: value if value is None or isinstance(value, list) else str(value) for name, value in numbers.items()
    }
    return context.read({**plain, **driven, **changes})


def softmaxed(scores: list[arb]) -> list[arb]:
    weights = [score.exp() for score in scores]
    return [weight / sum(weights, arb(0)) for weight in weights]


def gains_at(given: Memory, gates: list[Fraction]) -> list[arb]:
    return softmaxed([ball(given.beta * (b + given.gain * s)) for b, s in zip(given.evidence, gates, strict=True)])


def holds(enclosure: Interval, value: arb) -> bool:
    return bool(ball(enclosure.lower()) <= value) and bool(value <= ball(enclosure.upper()))


def test_the_residual_is_the_length_of_the_force() -> None:
    """|A s - u - λp|, from the definitions."""
    given, gates = memory(), [Fraction(1, 3), Fraction(-3, 7)]
    off = given.alpha * Fraction(6, 5)
    with working_precision(200):
        p = gains_at(given, gates)
        forces = [ball(gates[i] + off * gates[1 - i] - given.drive[i]) - ball(given.gain) * p[i] for i in range(2)]
        true = (forces[0] ** 2 + forces[1] ** 2).sqrt()
        bound = ball(fixed_points.residual(given, gates))
        assert true <= bound
        assert bound - true < 1e-50


def test_gains_within_a_distance() -> None:
    given, gates, radius = memory(), [Fraction(1, 3), Fraction(-3, 7)], Fraction(1, 9)
    boxes = fixed_points.gains_within(given, gates, radius)
    with working_precision(200):
        for signs in product((-1, 0, 1), repeat=2):
            p = gains_at(given, [s + sign * radius for s, sign in zip(gates, signs, strict=True)])
            assert all(holds(box, x) for box, x in zip(boxes, p, strict=True))
        ends = [gains_at(given, [gates[0] + sign * radius, gates[1] - sign * radius])[0] for sign in (-1, 1)]
        assert abs(ball(boxes[0].lower()) - ends[0]) < 1e-50, "and no further than the corner next to it"
        assert abs(ball(boxes[0].upper()) - ends[1]) < 1e-50


def test_the_bound_on_the_covariance() -> None:
    """-βλ²(diag w - wwᵀ/Σw) with w rounded up to 40 bits: at least the covariance of all gains up to w."""
    given, rng, unit = memory(), random.Random(1), Fraction(1, 2**40)
    assert fixed_points.WEIGHT_BITS == 40
    largest = [
        Interval(0, 0),
        Interval(0, 1),
        Interval(0, 1 << (BITS - 40)),
        Interval(7, (3 << (BITS - 40)) + 1),
        Interval(0, ONE),
    ]
    weights = [1, 1, 1, 4, 2**40]
    scale, matrix = fixed_points.covariance_bound(given, largest)
    assert matrix == [
        [w * (sum(weights) - v if i == j else -v) for j, v in enumerate(weights)] for i, w in enumerate(weights)
    ]
    assert scale == -given.beta * given.gain**2 * unit / sum(weights)
    for _ in range(20):
        w = [Fraction(rng.randint(1, 2**12), 2**12) for _ in range(3)]
        p = [x * Fraction(rng.randint(0, 8), 8) for x in w]
        scale, matrix = fixed_points.covariance_bound(given, [Interval.of(0, x) for x in w])
        scale /= given.beta * given.gain**2
        rest = [
            [-scale * matrix[i][j] - p[i] * ((i == j) * sum(p) - p[j]) / (sum(p) or 1) for j in range(3)]
            for i in range(3)
        ]
        assert positive_semidefinite(rational_matrix(rest)).positive


def test_the_slope_less_what_is_taken_off() -> None:
    given, other = memory(), [[3, 1], [1, 2]]
    less = fixed_points.slope_less(given, [(Fraction(-1, 3), other)], Fraction(1, 7))
    off = given.alpha * Fraction(6, 5)
    exact = [
        [1 - 1 - Fraction(1, 7), off - Fraction(1, 3)],
        [off - Fraction(1, 3), 1 - Fraction(2, 3) - Fraction(1, 7)],
    ]
    ratios = {entry / true for pair in zip(less, exact, strict=True) for entry, true in zip(*pair, strict=True)}
    assert len(ratios) == 1
    assert min(ratios) > 0


def point_numbers(given: Memory, gates: list[Fraction], radius: Fraction) -> dict[str, Any]:
    boxes = fixed_points.gains_within(given, gates, radius)
    gains = [[str(box.lower()), str(box.upper())] for box in boxes]
    return {"gates": [str(s) for s in gates], "radius": str(radius), "gains": gains}


def test_a_point_holds_what_it_says() -> None:
    given, gates, radius = memory(), [Fraction(1, 3), Fraction(-3, 7)], Fraction(1, 9)
    numbers = point_numbers(given, gates, radius)
    point = fixed_points._point(given, numbers)
    assert (point.gates, point.radius) == (gates, radius)
    assert [list(map(str, pair)) for pair in point.gains] == numbers["gains"]
    for row, end in product(range(2), range(2)):
        narrow = copy.deepcopy(numbers)
        narrow["gains"][row][end] = str(Fraction(numbers["gains"][row][end]) + TINY * (1 - 2 * end))
        refused(lambda narrow=narrow: fixed_points._point(given, narrow), "gains: narrower than what can be shown")
    for field, value, message in (
        ("gains", numbers["gains"][:1], "gains: must be 2 pairs"),
        ("gains", numbers["gains"] * 2, "gains: must be 2 pairs"),
        ("gates", ["0"], "gates: must be a list of 2 exact numbers"),
        ("radius", "0", "radius: must be greater than 0"),
    ):
        refused(lambda f=field, v=value: fixed_points._point(given, {**numbers, f: v}), message)


def test_the_residual_must_be_below_what_the_radius_leaves() -> None:
    given, gates = memory(), [Fraction(1, 3), Fraction(-3, 7)]
    force, modulus = fixed_points.residual(given, gates), Fraction(1, 3)
    fixed_points._enclosed(given, Point(gates, force / modulus + TINY, []), modulus)
    refused(
        lambda: fixed_points._enclosed(given, Point(gates, force / modulus, []), modulus),
        "smaller than what can be shown",
    )


def test_points_are_apart_when_their_balls_do_not_touch() -> None:
    def at(x: int, y: int, radius: Fraction) -> Point:
        return Point([Fraction(x), Fraction(y)], radius, [])

    one, other = at(0, 0, Fraction(2)), at(3, 4, Fraction(3))
    assert not fixed_points._apart(one, other), "they touch"
    assert fixed_points._apart(one, at(3, 4, 3 - TINY))
    assert fixed_points._apart(at(0, 0, 2 - TINY), other)
    assert not fixed_points._apart(one, at(3, 3, 3 - TINY))


def test_few_means_one_to_eight() -> None:
    assert fixed_points._few([0], "x") == [0]
    assert len(fixed_points._few([0] * 8, "x")) == 8
    for wrong in ([], [0] * 9, None, "points", {"a": 1}):
        refused(lambda wrong=wrong: fixed_points._few(wrong, "x"), "x: must be a list of 1 to 8")


@pytest.fixture(scope="module")
def certificates() -> dict[str, Certificate]:
    return {name: certify(INSTANCES[name]) for name in ("contracting", "several fixed points", "trapped")}


def up_to(certificate: Certificate, name: str) -> tuple[Memory, Certificate]:
    """The memory as it is before a claim of the file, and the claim."""
    given = context.read(certificate["instance"])
    for one in certificate["claims"]:
        if one["claim"] == name:
            break
        if one["verdict"] != "undecided":
            claim(one["claim"], given, one["verdict"], one["numbers"], one["witness"])
    return given, copy.deepcopy(find(certificate, name))


def test_stable_points(certificates: dict[str, Certificate]) -> None:
    def outcome(change: Callable[[Certificate, Memory], None]) -> str:
        given, made = up_to(certificates["several fixed points"], "stable_fixed_points")
        change(made, given)
        try:
            return claim("stable_fixed_points", given, "proved", made["numbers"], made["witness"])
        except Rejected as refusal:
            return str(refusal)

    def reach(value: str) -> Callable[[Certificate, Memory], None]:
        return lambda made, _: made["witness"]["points"][0].update(reach=value)

    assert outcome(lambda made, given: None) == "2 stable fixed points enclosed"
    assert outcome(reach("100")) == "congruence: the congruence is not diagonally dominant"
    assert "reach: must be greater than 0" in outcome(reach("0"))
    assert "one proof for each point" in outcome(lambda made, _: made["witness"]["points"].pop())
    assert "one proof for each point" in outcome(lambda made, _: made["witness"].update(points=None))
    assert "no positive lower bound" in outcome(lambda made, given: setattr(given, "eta", None))


def test_a_radius_may_be_as_large_as_the_reach_and_no_larger(certificates: dict[str, Certificate]) -> None:
    for factor, message in ((1, None), (1 + TINY, "radius: must not exceed the reach")):
        given, made = up_to(certificates["several fixed points"], "stable_fixed_points")
        [numbers, _], [proof, _] = made["numbers"]["points"], made["witness"]["points"]
        wide = Fraction(1, 2**30)
        proof["reach"] = str(wide)
        gates = [fixed_points.reading.rational(s, "") for s in numbers["gates"]]
        numbers.update(point_numbers(given, gates, wide * factor), gates=numbers["gates"])
        made["numbers"]["points"], made["witness"]["points"] = [numbers], [proof]
        if message is None:
            assert (
                claim("stable_fixed_points", given, "proved", made["numbers"], made["witness"])
                == "1 stable fixed point enclosed"
            )
            assert len(given.points) == 1
            assert not given.apart, "a point does not differ from itself"
        else:
            refused(
                lambda g=given, m=made: claim("stable_fixed_points", g, "proved", m["numbers"], m["witness"]), message
            )
            assert given.points == []


def test_two_stable_points_refute_uniqueness_and_one_does_not(certificates: dict[str, Certificate]) -> None:
    given, made = up_to(certificates["several fixed points"], "stable_fixed_points")
    given.apart = False
    claim("stable_fixed_points", given, "proved", made["numbers"], made["witness"])
    assert given.apart
    assert len(given.points) == 2
    assert claim("unique_fixed_point", given, "refuted", {}, {}) == "there is more than one fixed point"
    given.apart = False
    refused(
        lambda: claim("unique_fixed_point", given, "refuted", {}, {}),
        "no two different fixed points were established",
    )


def test_points_that_were_told_apart_before_stay_so(certificates: dict[str, Certificate]) -> None:
    """All of them counted first, and then a single one that is stable: that there are several is not forgotten."""
    given, made = up_to(certificates["several fixed points"], "stable_fixed_points")
    given.apart = True
    for part in ("numbers", "witness"):
        made[part]["points"] = made[part]["points"][:1]
    claim("stable_fixed_points", given, "proved", made["numbers"], made["witness"])
    assert claim("unique_fixed_point", given, "refuted", {}, {}) == "there is more than one fixed point"


def test_the_ways_to_a_unique_fixed_point(certificates: dict[str, Certificate]) -> None:
    def outcome(base: str = "contracting", *, drive: bool = False, counted: int | None = None, **proof: Any) -> str:
        given, made = up_to(certificates[base], "unique_fixed_point")
        given.every_drive, given.counted, given.points = drive, counted, []
        if proof.get("way") in ("threshold", "counted"):
            gates = [fixed_points.reading.rational(s, "") for s in made["numbers"]["gates"]]
            near = fixed_points.covariance_bound(given, fixed_points.gains_within(given, gates, Fraction(1, 2**40)))
            matrix = fixed_points.slope_less(
                given, [near], fixed_points.reading.rational(made["witness"]["modulus"], "")
            )
            scale = max(map(abs, matrix[0]))
            table = np.array([[float(Fraction(entry, scale)) for entry in row] for row in matrix])
            made["witness"]["congruence"] = congruence(matrix, table)
        try:
            said = claim("unique_fixed_point", given, "proved", made["numbers"], made["witness"] | proof)
        except Rejected as refusal:
            return str(refusal)
        assert len(given.points) == 1
        return said.partition(",")[0]

    one, before = "exactly one fixed point", "that there is one only was not established before"
    assert find(certificates["contracting"], "unique_fixed_point")["witness"]["way"] == "contraction"
    assert find(certificates["trapped"], "unique_fixed_point")["witness"]["way"] == "trapped"
    assert outcome() == one
    assert outcome("trapped") == one
    for way, established, others in (
        ("threshold", {"drive": True}, {"counted": 1}),
        ("counted", {"counted": 1}, {"drive": True}),
    ):
        assert outcome(way=way, **established) == one
        for wrong in ({}, others, {"counted": 2}, {"counted": 0}):
            assert outcome(way=way, **wrong) == before
    for way in ("contraction", "threshold", "counted"):
        assert outcome(way=way, sweeps=1, drive=True, counted=1) == "sweeps: must be an integer from 0 to 0"
    assert outcome("trapped", sweeps=61) == "sweeps: must be an integer from 0 to 60"
    assert outcome("trapped", sweeps=60) == one
    assert outcome("trapped", sweeps=-1) == "sweeps: must be an integer from 0 to 60"
    assert "not diagonally dominant" in outcome("trapped", sweeps=0), "before the first sweep the box is too wide"
    assert outcome(way="else") == "way: must be one of contraction, trapped, threshold, counted"
    assert outcome(modulus="0") == "modulus: must be greater than 0"
    assert "congruence: needed" in outcome(modulus="9")
    assert outcome(modulus=str(TINY)) == "radius: smaller than what can be shown"


def test_the_diagonal_shows_a_contraction_only_so_far() -> None:
    """At α = 1/8 the diagonal leaves 1/2, of which σ = 1/4 takes the half: less than 1/4 is left for the modulus."""
    given = memory(alpha="1/8")
    given.eta = Fraction(1, 2)
    assert (given.floor, given.sigma) == (Fraction(1, 2), Fraction(1, 4))
    gates = [Fraction(0), Fraction(0)]
    radius = 5 * fixed_points.residual(given, gates)
    numbers = point_numbers(given, gates, radius)
    proof = {"way": "contraction", "sweeps": 0, "congruence": []}
    claim("unique_fixed_point", given, "proved", numbers, proof | {"modulus": str(Fraction(1, 4) - TINY)})
    refused(
        lambda: claim("unique_fixed_point", given, "proved", numbers, proof | {"modulus": "1/4"}),
        "congruence: needed",
    )
    given.eta = None
    refused(
        lambda: claim("unique_fixed_point", given, "proved", numbers, proof | {"modulus": "1/9"}),
        "no positive lower bound",
    )


def test_the_box_that_holds_every_fixed_point() -> None:
    """Of the first sweep: the scores for all gains, at each corner of the simplex, for every B within the error."""
    given, error = memory(), Fraction(1, 50)
    rows, bits = [[17, -5], [-5, 19]], 4
    drive = given.drive
    for doubt in (Fraction(0), error):
        given.inverse = Inverse(rows, bits, doubt)
        scores, gains = fixed_points.trapped(given, 0)
        for i in range(2):
            ends = []
            for corner in range(2):
                inside = [given.gain * drive[j] + given.gain**2 * (j == corner) for j in range(2)]
                ends.append(given.evidence[i] + sum(Fraction(rows[i][j], 16) * inside[j] for j in range(2)))
            length = square_root(drive[0] ** 2 + drive[1] ** 2)
            off = doubt * given.gain * (length + given.gain)
            for end, true in ((scores[i].lower(), min(ends) - off), (scores[i].upper(), max(ends) + off)):
                assert abs(end - given.beta * true) < Fraction(1, 2**180)
        with working_precision(200):
            low, high = (
                softmaxed([ball(scores[0].lower()), ball(scores[1].upper())]),
                softmaxed([ball(scores[0].upper()), ball(scores[1].lower())]),
            )
            assert abs(ball(gains[0].lower()) - low[0]) < 1e-50
            assert abs(ball(gains[0].upper()) - high[0]) < 1e-50


def test_the_sweeps_close_in_on_the_fixed_points_and_lose_none() -> None:
    """Against the same sweeps in doubles; and the fixed point of X stays inside all the way."""
    given = memory(beta="3", gain="1")
    x = [[1.0625, -0.3125], [-0.3125, 1.1875]]
    given.inverse = Inverse([[17, -5], [-5, 19]], 4, Fraction(1, 2**80))
    beta, gain = 3.0, 1.0
    evidence, drive = [float(b) for b in given.evidence], [float(u) for u in given.drive]

    def scores_at(p: list[float]) -> list[float]:
        return [
            beta * (evidence[i] + sum(x[i][j] * (gain * drive[j] + gain**2 * p[j]) for j in range(2)))
            for i in range(2)
        ]

    def soft(r: list[float]) -> list[float]:
        weights = [math.exp(entry - max(r)) for entry in r]
        return [weight / sum(weights) for weight in weights]

    point = [0.5, 0.5]
    for _ in range(400):
        point = soft(scores_at(point))
    least, widths = [0.0, 0.0], []
    for sweep in range(6):
        scores, gains = fixed_points.trapped(given, sweep)
        base, rest = scores_at(least), 1 - sum(least)
        expected = [
            (base[i] + beta * gain**2 * rest * min(x[i]), base[i] + beta * gain**2 * rest * max(x[i]))
            for i in range(2)
        ]
        for box, (low, high) in zip(scores, expected, strict=True):
            assert abs(float(box.lower()) - low) < 1e-12
            assert abs(float(box.upper()) - high) < 1e-12
        lows = [soft([expected[0][0], expected[1][1]])[0], soft([expected[0][1], expected[1][0]])[1]]
        least = [max(old, new) for old, new in zip(least, lows, strict=True)]
        for box, p, r in zip(gains, point, scores, strict=True):
            assert float(box.lower()) - 1e-12 <= p <= float(box.upper()) + 1e-12
            widths.append(r.upper() - r.lower())
    assert widths[-1] < widths[0] / 2


def test_the_gates_of_a_trapped_point_are_in_the_box(certificates: dict[str, Certificate]) -> None:
    """A ball that reaches beyond it may hold no fixed point: the scores of its centre on either side of each edge."""
    given, made = up_to(certificates["trapped"], "unique_fixed_point")
    sweeps = made["witness"]["sweeps"]
    scores, _ = fixed_points.trapped(given, sweeps)
    gates = [fixed_points.reading.rational(s, "") for s in made["numbers"]["gates"]]
    for row in range(given.size):
        for edge, outside in ((scores[row].lower(), -1), (scores[row].upper(), 1)):
            for side in (outside, -outside):
                moved = list(gates)
                moved[row] = (edge / given.beta - given.evidence[row]) / given.gain + side * TINY
                numbers = {**point_numbers(given, moved, Fraction(9)), "gates": list(map(str, moved))}
                if side == outside:
                    refused(
                        lambda numbers=numbers: claim(
                            "unique_fixed_point", given, "proved", numbers, made["witness"]
                        ),
                        "outside the box",
                    )
                else:
                    claim("unique_fixed_point", given, "proved", numbers, made["witness"])


def test_the_rate_of_decay_on_its_edge() -> None:
    """(w₁(η - ρτ_s))(w₂(1 - ρτ_r)) = 1·1 at ρ = ½, and so is the square of half the coupling."""
    given = memory(alpha=0, beta=1, gain="1/2", tau_s="1/2", tau_r="4/3")
    given.eta = Fraction(3, 4)

    def fall(rate: Fraction | int, *weights: Any, to: Memory = given) -> str:
        return claim("rate", to, "proved", {"rate": str(rate)}, {"weights": list(map(str, weights))})

    half = Fraction(1, 2)
    assert fall(half, 2, 3) == "the distance of any two solutions, suitably weighted, falls at least like e^(-1/2 t)"
    assert fall(half, 4, 6)
    assert fall(half, 2 + TINY, 3)
    for rate, weights in ((half + TINY, (2, 3)), (half, (1, 3)), (half, (2 - TINY, 3)), (half, (2, 3 + TINY))):
        refused(lambda r=rate, w=weights: fall(r, *w), "does not fall at this rate")
    # Beyond both of the rates both terms are negative, and their product is large.
    refused(lambda: fall(100, 2, 3), "does not fall at this rate")
    for weights in ((0, 3), (2, 0), (-2, -3), (-2, 3), (2, -3)):
        refused(lambda w=weights: fall(half, *w), "weights: must be positive")
    refused(lambda: fall(0, 2, 3), "rate: must be greater than 0")
    refused(lambda: fall(half, 2, 3, 4), "weights: must be a list of 2")
    refused(lambda: fall(half, 2, 3, to=memory()), "no positive lower bound")
    # Without feedback the two layers decay on their own.
    free = memory(gain=0)
    free.eta = Fraction(3, 4)
    assert fall(Fraction(3, 4), 1, 1, to=free)
    refused(lambda: fall(Fraction(3, 4) + TINY, 1, 1, to=free), "does not fall at this rate")
    free.eta = Fraction(2)
    assert fall(1, 1, 1, to=free)
    refused(lambda: fall(1 + TINY, 1, 1, to=free), "does not fall at this rate")


def with_point(gains: tuple[str, str] = ("1/2", "1"), **numbers: Any) -> Memory:
    given = memory(**numbers)
    pair = (Fraction(gains[0]), Fraction(gains[1]))
    given.points = [Point([Fraction(0)] * given.size, Fraction(1), [pair] * given.size)] * 2
    given.points.append(Point([Fraction(i, 3) for i in range(given.size)], Fraction(1, 7), [pair] * given.size))
    return given


def test_the_probability_of_retrieval_on_its_edge() -> None:
    given = with_point()

    def retrieved(gap: Fraction, at_least: Fraction, to: Memory = given, point: int = 2, row: int = 1) -> str:
        numbers = {"point": point, "memory": row, "gap": str(gap), "at_least": str(at_least)}
        return claim("retrieval_probability", to, "proved", numbers, {})

    totals = [b + given.gain * s for b, s in zip(given.evidence, [0, Fraction(1, 3)], strict=True)]
    gap = totals[1] - totals[0] - given.gain * Fraction(3, 2) / 7
    assert retrieved(gap, Fraction(0)) == "the memory in row 2 is retrieved with probability at least 0"
    refused(lambda: retrieved(gap + TINY, Fraction(0)), "gap is larger than what can be shown")
    other = totals[0] - totals[1] - given.gain * Fraction(3, 2) / 7
    retrieved(other, Fraction(0), row=0)
    refused(lambda: retrieved(other + TINY, Fraction(0), row=0), "gap is larger than what can be shown")
    three = with_point(memories=[["1", "0"], ["6/5", "8/5"], ["0", "1"]])
    with working_precision(200):
        for to, others in ((given, 1), (three, 2)):
            edge = 1 / (1 + others * (ball(-given.beta * Fraction(-3))).exp())
            sure = Fraction(int((edge * 2**150).floor().unique_fmpz()), 2**150)
            retrieved(Fraction(-3), sure, to)
            refused(lambda to=to, sure=sure: retrieved(Fraction(-3), sure + TINY**2, to), "at_least is larger")
    alone = with_point(memories=[["1", "0"]])
    retrieved(Fraction(10**6), Fraction(1), alone, row=0)
    refused(lambda: retrieved(Fraction(0), 1 + TINY, alone, row=0), "at_least is larger")
    for point, row, message in (
        (3, 0, "numbers: point: must be an integer from 0 to 2"),
        (-1, 0, "numbers: point: must be an integer from 0 to 2"),
        (0, 2, "numbers: memory: must be an integer from 0 to 1"),
        (0, -1, "numbers: memory: must be an integer from 0 to 1"),
    ):
        refused(lambda p=point, r=row: retrieved(Fraction(-99), Fraction(0), point=p, row=r), message)
    refused(lambda: retrieved(Fraction(-99), Fraction(0), memory()), "no fixed point was established before")


def test_the_error_of_the_readout_on_its_edge() -> None:
    """The longest memory has length 2: at most 2·2·(1 - p)."""

    def read(at_most: Fraction, low: str = "3/4") -> str:
        numbers = {"point": 0, "memory": 0, "at_most": str(at_most)}
        return claim("readout_error", with_point((low, "1")), "proved", numbers, {})

    assert read(Fraction(1)) == "the readout is within 1 of the memory in row 1"
    refused(lambda: read(1 - TINY), "at_most is smaller than what can be shown")
    assert read(Fraction(0), "1")
    refused(lambda: read(-TINY, "2"), "at_most: must be at least 0")
    given = with_point()
    given.points[0] = Point(
        [Fraction(0)] * 2, Fraction(1), [(Fraction(1, 2), Fraction(1)), (Fraction(3, 4), Fraction(1))]
    )
    numbers = {"point": 0, "memory": 1, "at_most": "1"}
    assert claim("readout_error", given, "proved", numbers, {}) == "the readout is within 1 of the memory in row 2"
    refused(lambda: claim("readout_error", given, "proved", {**numbers, "memory": 0}, {}), "at_most is smaller")
