"""An interior equilibrium of the astrocyte-gated memory: enclosed, its stability, the pattern it retrieves.

The gains are eliminated: x - h(x) = 0 with h(x) = W(p(x))φ(x), N unknowns whatever K is. Its derivative is I - SΦ'
with S symmetric and Φ' = diag(φ') positive.

One zero in a cube: the test of ``newton``.

Stability: on the tangent space the Hessian of the energy in p is KT·diag(1/p), which is positive definite; what is
left after eliminating p is Φ'(Φ'^{-1} - S)Φ', with as many negative directions as I - √Φ'S√Φ' has negative
eigenvalues (Sylvester). That matrix stays of moderate size where neurons saturate and 1/φ' does not. For a symmetric
M and any R, if RMRᵀ is strictly diagonally dominant, M has as many negative eigenvalues as that has negative
diagonal entries (Gershgorin, Sylvester).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import isqrt

from gatedmem.proofs.checker import reading
from gatedmem.proofs.checker.astrocyte import (
    HALF,
    Enclosure,
    Memory,
    Point,
    amplitude_by_gain,
    amplitude_by_signs,
    named,
    no_pattern,
    pattern_in_words,
    signed_sums,
    signs_of,
)
from gatedmem.proofs.checker.intervals import BITS, ONE, Interval
from gatedmem.proofs.checker.matrices import Matrix, Rows, product, rounded, transpose
from gatedmem.proofs.checker.newton import contraction, newton_step
from gatedmem.proofs.checker.reading import Malformed, Rejected, fields, positive
from gatedmem.proofs.checker.wording import Claims, at_least, at_most


def cube(state: Sequence[Fraction], radius: Fraction) -> list[Interval]:
    """All x with |x_i - state_i| ≤ radius."""
    return [Interval.of(entry - radius, entry + radius) for entry in state]


def slopes(memory: Memory, box: Enclosure) -> list[Interval]:
    """φ' = σ(1 - φ²)."""
    one = Interval(ONE, ONE)
    rest = [one - activity.square() for activity in box.activities]
    sigma = Interval.of(memory.sigma)
    return [sigma * Interval(max(entry.low, 0), max(entry.high, 0)) for entry in rest]


def response(memory: Memory, box: Enclosure) -> Rows:
    """S = Dh/dφ = (K/N)(Σ p_μ(1 + m_μ²/(NT))ξ_μξ_μᵀ - vvᵀ/(NT)) with v = Σ p_μ m_μ ξ_μ, over a box."""
    sharpness = Interval.of(1 / (memory.size * memory.temperature))
    one = Interval(ONE, ONE)
    weights = [p * (one + m.square() * sharpness) for p, m in zip(box.gains, box.overlaps, strict=True)]
    v = signed_sums(memory.columns, [p * m for p, m in zip(box.gains, box.overlaps, strict=True)])
    # Twice the middle of each sum of weights with signs; all these sums are equally wide.
    middles = [weight.low + weight.high for weight in weights]
    width = sum(weight.high - weight.low for weight in weights)
    scaled = [
        [middle if bit > 0 else -middle for bit in row] for middle, row in zip(middles, memory.patterns, strict=True)
    ]
    sums = product(memory.columns, scaled)
    n, load = memory.size, memory.load
    answer: Rows = [[one] * n for _ in range(n)]
    for i in range(n):
        mine = v[i] * sharpness
        for j in range(i + 1):
            middle = sums[i][j]
            weighted = Interval((middle - width) // 2, -((-middle - width) // 2))
            shared = v[i].square() * sharpness if i == j else mine * v[j]
            answer[i][j] = answer[j][i] = load * (weighted - shared)
    return answer


def derivative(memory: Memory, box: Enclosure) -> Rows:
    """D(x - h) = I - SΦ' over a box."""
    one, zero, d = Interval(ONE, ONE), Interval(0, 0), slopes(memory, box)
    return [
        [(one if i == j else zero) - entry * d[j] for j, entry in enumerate(row)]
        for i, row in enumerate(response(memory, box))
    ]


def residual(memory: Memory, state: Sequence[Fraction]) -> list[Interval]:
    """Bounds on c - h(c)."""
    box = memory.enclose([Interval.of(entry) for entry in state])
    return [x - image for x, image in zip(box.x, box.image, strict=True)]


def reduced_hessian(memory: Memory, box: Enclosure) -> Rows:
    """I - √Φ'S√Φ' over a box."""
    roots = [Interval(isqrt(d.low << BITS), isqrt(d.high << BITS) + 1) for d in slopes(memory, box)]
    one, zero = Interval(ONE, ONE), Interval(0, 0)
    return [
        [(one if i == j else zero) - roots[i] * roots[j] * entry for j, entry in enumerate(row)]
        for i, row in enumerate(response(memory, box))
    ]


def negative_directions(symmetric: Rows, factor: Matrix) -> int:
    """The number of negative eigenvalues of every symmetric matrix inside the enclosure.

    Raises:
        Rejected: R does not make all of them strictly diagonally dominant.

    >>> half = Interval.of(Fraction(1, 2))
    >>> negative_directions([[half, Interval.of(2)], [Interval.of(2), half]], [[1, 1], [1, -1]])
    1
    """
    middles, halves = rounded(symmetric)
    turned = product(factor, transpose(product(factor, middles)))
    weights = [sum(abs(row[k]) for row in factor) for k in range(len(factor))]
    doubts = [sum(a * b for a, b in zip(row, weights, strict=True)) for row in halves]
    negative = 0
    for index, row in enumerate(turned):
        doubt = sum(abs(entry) * doubts[k] for k, entry in enumerate(factor[index]))
        if not 2 * abs(row[index]) > sum(abs(entry) for entry in row) + doubt:
            raise Rejected("rows: the congruence is not diagonally dominant")
        negative += row[index] < 0
    return negative


def _square(value: object, size: int) -> Matrix:
    if not isinstance(value, list) or len(value) != size:
        raise Malformed(f"rows: must be {size} rows")
    return [reading.integers(row, f"rows: row {index + 1}", size) for index, row in enumerate(value)]


def _equilibrium(memory: Memory, verdict: str, numbers: object, witness: object) -> str:
    given = fields(numbers, "numbers", ("state", "radius", "reach"))
    state = reading.rationals(given["state"], "state", memory.size)
    radius, reach = positive(given["radius"], "radius"), positive(given["reach"], "reach")
    proof = fields(witness, "witness", ("bits", "rows"))
    bits = reading.integer(proof["bits"], "bits", 0, 512)
    rows = _square(proof["rows"], memory.size)
    if radius > reach:
        raise Rejected("radius: must not exceed the reach")
    rate = contraction(derivative(memory, memory.enclose(cube(state, reach))), rows, bits)
    if not rate < 1:
        raise Rejected("reach: Newton's map is not shown to contract that far")
    if not newton_step(residual(memory, state), rows, bits) < (1 - rate) * radius:
        raise Rejected("radius: smaller than what can be shown")
    memory.point = Point(state, radius, reach, memory.enclose(cube(state, radius)))
    where = f"enclosed within {at_most(radius)}, the only one within {at_least(reach)}"
    return f"an interior equilibrium, {where} of it in every neuron"


def _established(memory: Memory) -> Point:
    if memory.point is None:
        raise Rejected("no equilibrium was established before")
    return memory.point


def _equilibrium_stable(memory: Memory, verdict: str, numbers: object, witness: object) -> str:
    claimed = reading.integer(fields(numbers, "numbers", ["unstable"])["unstable"], "unstable", 0, memory.size)
    rows = _square(fields(witness, "witness", ["rows"])["rows"], memory.size)
    counted = negative_directions(reduced_hessian(memory, _established(memory).box), rows)
    if claimed != counted:
        raise Rejected("numbers: unstable is not the number of negative directions")
    if (verdict == "proved") != (counted == 0):
        raise Rejected("the verdict does not go with the number of unstable directions")
    if counted == 0:
        return "the equilibrium is linearly stable"
    return f"the equilibrium is unstable, in {counted} direction{'s' if counted > 1 else ''}"


def _retrieval_at_equilibrium(memory: Memory, verdict: str, numbers: object, witness: object) -> str:
    point = _established(memory)
    if verdict == "refuted":
        fields(numbers, "numbers", ())
        fields(witness, "witness", ())
        if all(abs(entry) <= point.reach for entry in point.state):
            return "the equilibrium is x = 0, which has no signs"  # an equilibrium too, and within the reach
        no_pattern(memory, point.box.x)
        return "at the equilibrium the signs are those of no stored pattern"
    given = fields(numbers, "numbers", ("pattern", "sign", "gain", "amplitude"))
    index, sign, amplitude = named(memory, given)
    gain = reading.not_negative(given["gain"], "numbers: gain")
    way = reading.choice(fields(witness, "witness", ["way"])["way"], "way", ("gain", "signs"))
    if gain > point.box.gains[index].lower():
        raise Rejected("numbers: gain is larger than what can be shown")
    if way == "gain":
        if not gain > HALF:
            raise Rejected("numbers: gain is not above 1/2")
        if signs_of([point.box.overlaps[index]]) != [sign]:
            raise Rejected("numbers: sign: not the sign of the overlap")
        least = amplitude_by_gain(memory, point.box, index)
    else:
        least = amplitude_by_signs(memory, point.box.x, index, sign)
    if amplitude > least:
        raise Rejected("numbers: amplitude is larger than what can be shown")
    retrieved = f"at the equilibrium the signs are those of {pattern_in_words(index, sign)}"
    return f"{retrieved}, p ≥ {at_least(gain)} there and every |x_i| ≥ {at_least(amplitude)}"


CLAIMS: Claims = {
    "equilibrium": ("AG11", ("proved",), _equilibrium),
    "equilibrium_stable": ("AG23", ("proved", "refuted"), _equilibrium_stable),
    "retrieval_at_equilibrium": ("AG24", ("proved", "refuted"), _retrieval_at_equilibrium),
}
