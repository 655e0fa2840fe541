"""Fixed points of the retrieval map: enclosed, unique, counted, and what follows for retrieval.

At rest A s = u + λp with p = softmax(β(b + λs)), that is, F(s) = A s - u - λp = 0. F is a gradient, with the
symmetric Jacobian A - βλ²(diag p - ppᵀ). Where the covariance is bounded by C and A - βλ²C - m·I ≻ 0 on a convex
set, F is strongly monotone there with modulus m: it has at most one zero s in the set, |s - c| ≤ |F(c)|/m for
any c of the set, and one in the ball of radius ρ about c as soon as |F(c)| < mρ. Bounds C in use:

* diag p - ppᵀ ⪯ P/2 for every p on the simplex;
* diag p - ppᵀ ⪯ diag w - wwᵀ/Σw for every p ≤ w, since vᵀ(diag p - ppᵀ)v = min over c of Σp_i(v_i - c)².
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from gatedmem.proofs.checker import reading
from gatedmem.proofs.checker.context import Memory, Point, centring
from gatedmem.proofs.checker.intervals import BITS, ONE, Interval, softmax, square_root, total
from gatedmem.proofs.checker.matrices import Matrix, cleared, combined, definite, identity, product, transpose
from gatedmem.proofs.checker.reading import Malformed, Rejected, fields, positive, rationals
from gatedmem.proofs.checker.wording import Claims, at_least, at_most

MOST_POINTS = 8
MOST_SWEEPS = 60
WAYS = ("contraction", "trapped", "threshold", "counted")

WEIGHT_BITS = 40  # the covariance bound is rounded up to so many


def _scores(memory: Memory, gates: list[Fraction]) -> list[Interval]:
    """β(b + λs)."""
    return [Interval.of(memory.beta * (b + memory.gain * s)) for b, s in zip(memory.evidence, gates, strict=True)]


def residual(memory: Memory, gates: list[Fraction]) -> Fraction:
    """A number at least |F(s)|."""
    whole, below = cleared([gates])
    images = product(memory.gates, transpose(whole))
    gain = Interval.of(memory.gain)
    parts = [
        Interval.of(Fraction(row[0], memory.gates_below * below) - u) - gain * p
        for row, u, p in zip(images, memory.drive, softmax(_scores(memory, gates)), strict=True)
    ]
    return square_root(total(part.square() for part in parts).upper())


def gains_within(memory: Memory, gates: list[Fraction], radius: Fraction) -> list[Interval]:
    """Softmax(β(b + λs)) for every s within this distance."""
    spread = memory.beta * memory.gain * radius
    around = Interval.of(-spread, spread)
    return softmax([score + around for score in _scores(memory, gates)])


def _monotone(memory: Memory, largest: list[Interval], modulus: Fraction, factor: object) -> None:
    """Accept A - βλ²C - m·I ≻ 0 with the bound C on the covariance of all p up to the upper ends."""
    definite(slope_less(memory, [covariance_bound(memory, largest)], modulus), factor, "congruence")


def covariance_bound(memory: Memory, largest: list[Interval]) -> tuple[Fraction, Matrix]:
    """-βλ²(diag w - wwᵀ/Σw), w the upper ends rounded up, as a scale and an integer matrix."""
    shift = BITS - WEIGHT_BITS
    weights = [-(-entry.high >> shift) or 1 for entry in largest]
    whole = sum(weights)
    covariance = [[w * ((whole if i == j else 0) - v) for j, v in enumerate(weights)] for i, w in enumerate(weights)]
    return -2 * memory.sigma / (whole << WEIGHT_BITS), covariance


def slope_less(memory: Memory, terms: list[tuple[Fraction, Matrix]], modulus: Fraction) -> Matrix:
    """A + Σ c_k M_k - m·I, times a positive integer."""
    return combined([(Fraction(1, memory.gates_below), memory.gates), *terms, (-modulus, identity(memory.size))])


def _point(memory: Memory, value: object) -> Point:
    """A point as the numbers of a claim give it, its gains checked against its gates and radius."""
    given = fields(value, "numbers", ("gates", "radius", "gains"))
    gates = rationals(given["gates"], "gates", memory.size)
    radius = positive(given["radius"], "radius")
    rows = reading.rows(given["gains"], "gains")
    if len(rows) != memory.size:
        raise Malformed(f"gains: must be {memory.size} pairs")
    pairs = [rationals(row, "gains", 2) for row in rows]
    for (low, high), enclosure in zip(pairs, gains_within(memory, gates, radius), strict=True):
        if not (low <= enclosure.lower() and enclosure.upper() <= high):
            raise Rejected("gains: narrower than what can be shown")
    return Point(gates, radius, [(low, high) for low, high in pairs])


def _enclosed(memory: Memory, point: Point, modulus: Fraction) -> None:
    """|F(c)| < m·radius: the fixed point lies within the radius, and there is one if the radius is within the set."""
    if not residual(memory, point.gates) < modulus * point.radius:
        raise Rejected("radius: smaller than what can be shown")


def _stable_fixed_points(memory: Memory, verdict: str, numbers: object, witness: object) -> str:
    """Each point is the only fixed point within its reach, a strict minimum of the energy over the gates."""
    given = _few(fields(numbers, "numbers", ["points"])["points"], "points")
    proofs = fields(witness, "witness", ["points"])["points"]
    if not isinstance(proofs, list) or len(proofs) != len(given):
        raise Malformed("witness: must hold one proof for each point")
    memory.shown_eta()
    for value, proof in zip(given, proofs, strict=True):
        point = _point(memory, value)
        parts = fields(proof, "witness", ("reach", "modulus", "congruence"))
        reach, modulus = positive(parts["reach"], "reach"), positive(parts["modulus"], "modulus")
        _monotone(memory, gains_within(memory, point.gates, reach), modulus, parts["congruence"])
        if point.radius > reach:
            raise Rejected("radius: must not exceed the reach")
        _enclosed(memory, point, modulus)
        memory.points.append(point)
    memory.apart = memory.apart or any(_apart(a, b) for i, a in enumerate(memory.points) for b in memory.points[:i])
    return f"{len(given)} stable fixed point{'s' if len(given) > 1 else ''} enclosed"


def _unique_fixed_point(memory: Memory, verdict: str, numbers: object, witness: object) -> str:
    if verdict == "refuted":
        fields(numbers, "numbers", ())
        fields(witness, "witness", ())
        if not memory.apart:
            raise Rejected("no two different fixed points were established before")
        return "there is more than one fixed point"
    proof = fields(witness, "witness", ("way", "sweeps", "modulus", "congruence"))
    way = reading.choice(proof["way"], "way", WAYS)
    sweeps = reading.integer(proof["sweeps"], "sweeps", 0, MOST_SWEEPS if way == "trapped" else 0)
    modulus = positive(proof["modulus"], "modulus")
    memory.shown_eta()
    point = _point(memory, numbers)
    if way == "contraction":
        half = [(-memory.sigma / memory.size, centring(memory.size))]
        memory.definite(slope_less(memory, half, modulus), memory.floor - memory.sigma - modulus, proof["congruence"])
    elif way == "trapped":
        scores, gains = trapped(memory, sweeps)
        for score, box in zip(_scores(memory, point.gates), scores, strict=True):
            if not (box.low <= score.low and score.high <= box.high):
                raise Rejected("gates: outside the box that holds every fixed point")
        _monotone(memory, gains, modulus, proof["congruence"])
    else:
        if not (memory.every_drive if way == "threshold" else memory.counted == 1):
            raise Rejected("that there is one only was not established before")
        _monotone(memory, gains_within(memory, point.gates, point.radius), modulus, proof["congruence"])
    _enclosed(memory, point, modulus)
    memory.points.append(point)
    return f"exactly one fixed point, its gates enclosed within {at_most(point.radius)}"


def trapped(memory: Memory, sweeps: int) -> tuple[list[Interval], list[Interval]]:
    """Boxes that hold the scores β(b + λs) and the gains p of every fixed point, after so many sweeps.

    From p ≥ l follows Bp = Bl + B(p - l), where p - l ≥ 0 has the sum 1 - Σl: so each entry lies between the
    least and the largest entry of its row of B times that sum. The softmax of the scores then gives a better l.
    """
    inverse = memory.shown_inverse()
    scale = Fraction(1, 1 << inverse.bits)
    drive, below = cleared([memory.drive])
    length = square_root(sum((u * u for u in memory.drive), Fraction(0)))
    fixed = [
        Interval.of(b + memory.gain * Fraction(row[0], below) * scale)
        for b, row in zip(memory.evidence, product(inverse.rows, transpose(drive)), strict=True)
    ]
    # What the error of the inverse adds: λ·error·|u| to the fixed part, λ²·error·|p| ≤ λ²·error to the feedback.
    doubt = inverse.error * memory.gain * (length + memory.gain)
    around, beta = Interval.of(-doubt, doubt), Interval.of(memory.beta)
    feedback = Interval.of(memory.gain * memory.gain)
    ranges = [Interval.of(min(row) * scale, max(row) * scale) for row in inverse.rows]
    least = [0] * memory.size
    scores: list[Interval] = []
    gains: list[Interval] = []
    for _ in range(sweeps + 1):
        rest = Interval.of(Fraction(ONE - sum(least), ONE))
        moved = [Interval.of(Fraction(row[0], ONE) * scale) for row in product(inverse.rows, [[p] for p in least])]
        scores = [
            beta * (base + around + feedback * (image + rest * extremes))
            for base, image, extremes in zip(fixed, moved, ranges, strict=True)
        ]
        gains = softmax(scores)
        least = [max(old, new.low) for old, new in zip(least, gains, strict=True)]
    return scores, gains


def _rate(memory: Memory, verdict: str, numbers: object, witness: object) -> str:
    """V = w₁τ_s|δs|² + w₂τ_r|δr|² obeys V̇ ≤ -2ρV: a quadratic form in |δs| and |δr| is at most 0."""
    rate = positive(fields(numbers, "numbers", ["rate"])["rate"], "numbers: rate")
    weights = rationals(fields(witness, "witness", ["weights"])["weights"], "weights", 2)
    eta = memory.shown_eta()
    if min(weights) <= 0:
        raise Rejected("weights: must be positive")
    gates = weights[0] * (eta - rate * memory.tau_s)
    scores = weights[1] * (1 - rate * memory.tau_r)
    coupling = weights[0] * memory.beta * memory.gain / 2 + weights[1] * memory.gain
    if gates < 0 or scores < 0 or 4 * gates * scores < coupling * coupling:
        raise Rejected("the Lyapunov function does not fall at this rate")
    return f"the distance of any two solutions, suitably weighted, falls at least like e^(-{at_least(rate)} t)"


def _named(memory: Memory, numbers: dict[str, Any]) -> tuple[Point, int]:
    if not memory.points:
        raise Rejected("no fixed point was established before")
    at = reading.integer(numbers["point"], "numbers: point", 0, len(memory.points) - 1)
    return memory.points[at], reading.integer(numbers["memory"], "numbers: memory", 0, memory.size - 1)


def _retrieval_probability(memory: Memory, verdict: str, numbers: object, witness: object) -> str:
    given = fields(numbers, "numbers", ("point", "memory", "gap", "at_least"))
    fields(witness, "witness", ())
    point, index = _named(memory, given)
    gap = reading.rational(given["gap"], "numbers: gap")
    total_scores = [b + memory.gain * s for b, s in zip(memory.evidence, point.gates, strict=True)]
    others = [score for position, score in enumerate(total_scores) if position != index]
    # Two gates together are off by at most √2 radii.
    if others and gap > total_scores[index] - max(others) - memory.gain * Fraction(3, 2) * point.radius:
        raise Rejected("numbers: gap is larger than what can be shown")
    odds = Interval.of(len(others)) * Interval.of(-memory.beta * gap).exp()
    claimed = reading.rational(given["at_least"], "numbers: at_least")
    if claimed > (Interval.of(1) / (Interval.of(1) + odds)).lower():
        raise Rejected("numbers: at_least is larger than what can be shown")
    return f"the memory in row {index + 1} is retrieved with probability at least {at_least(claimed)}"


def _readout_error(memory: Memory, verdict: str, numbers: object, witness: object) -> str:
    given = fields(numbers, "numbers", ("point", "memory", "at_most"))
    fields(witness, "witness", ())
    point, index = _named(memory, given)
    longest = square_root(memory.largest_square)
    claimed = reading.not_negative(given["at_most"], "numbers: at_most")
    if claimed < 2 * longest * (1 - point.gains[index][0]):
        raise Rejected("numbers: at_most is smaller than what can be shown")
    return f"the readout is within {at_most(claimed)} of the memory in row {index + 1}"


def _apart(one: Point, other: Point) -> bool:
    distance = sum(((a - b) ** 2 for a, b in zip(one.gates, other.gates, strict=True)), Fraction(0))
    return distance > (one.radius + other.radius) ** 2


def _few(value: object, where: str) -> list[Any]:
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_POINTS:
        raise Malformed(f"{where}: must be a list of 1 to {MOST_POINTS}")
    return value


CLAIMS: Claims = {
    "stable_fixed_points": ("CG14", ("proved",), _stable_fixed_points),
    "unique_fixed_point": ("CG11", ("proved", "refuted"), _unique_fixed_point),
    "rate": ("CG15", ("proved",), _rate),
    "retrieval_probability": ("CG6", ("proved",), _retrieval_probability),
    "readout_error": ("CG7", ("proved",), _readout_error),
}
