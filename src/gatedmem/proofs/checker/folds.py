"""A fold: the competition at which a stable and an unstable equilibrium of the context-gated memory merge.

With the total score r = b + λs the equilibria at competition α are the zeros of

    F(r, α) = A(α)(r - b) - λu - λ² softmax(βr),    J = ∂F/∂r = A(α) - βλ²(diag p - ppᵀ).

A fold is a zero of the system of Moore and Spence, F = 0, Jφ = 0, φ_k = 1, in the 2N + 1 unknowns y = (r, φ, α):
the test of ``newton`` shows that a cube holds exactly one. There J has the
kernel vector φ; J + φφᵀ ≻ 0 says that J ⪰ 0 and that nothing else is in its kernel. Along φ, F = 0 reads

    ⟨φ, W₂(r - b)⟩ δα + ½⟨φ, ∂²F[φ, φ]⟩ t² + … = 0,    ⟨φ, ∂²F[φ, φ]⟩ = -β²λ² Σ p_i(φ_i - p·φ)³,

so that neither number being 0, two equilibria meet, on one side of the fold, and one of them has J ≻ 0.

No fold at all has α between two numbers at which A(α) - (βλ²/2)P ≻ 0: that matrix is affine in α, hence positive
definite in between, and J is at least as large, whatever r is (diag p - ppᵀ ⪯ P/2). F, a strongly monotone map, then
has exactly one zero, which moves smoothly with α: the branch of the given fixed point reaches that far. From there to
the fold that is enclosed nothing is said: neither that the branch ends at it, nor that no other fold comes before.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from gatedmem.proofs.checker import reading
from gatedmem.proofs.checker.context import Memory, centring
from gatedmem.proofs.checker.intervals import ONE, Interval, dot, softmax
from gatedmem.proofs.checker.matrices import Matrix, Rows, combined, definite, rounded
from gatedmem.proofs.checker.newton import contraction, newton_step
from gatedmem.proofs.checker.reading import Malformed, Rejected, fields, integer, positive, rational, rationals
from gatedmem.proofs.checker.wording import Claims, at_least, at_most

LARGEST = 60  # memories

Box = list[Interval]


@dataclass
class Bordered:
    """F, J and what follows from them over a box of (r, φ, α).

    Attributes:
        null: shape (N,), φ.
        gains: shape (N,), p.
        centred: shape (N,), φ - p·φ.
        push: shape (N,), ∂F/∂α = W₂(r - b).
        residual: shape (N,), F.
        stiffness: shape (N, N), J.
        image: shape (N,), Jφ.
        turn: shape (N, N), ∂(Jφ)/∂r.
        tilt: shape (N,), ∂(Jφ)/∂α = W₂φ.
    """

    null: Box
    gains: Box
    centred: Box
    push: Box
    residual: Box
    stiffness: Rows
    image: Box
    turn: Rows
    tilt: Box


def enclose(memory: Memory, state: Box, null: Box, alpha: Interval) -> Bordered:
    """Evaluate the definitions over a box."""
    n = memory.size
    one, zero = Interval(ONE, ONE), Interval(0, 0)
    off = [
        [zero if i == j else Interval.of(Fraction(entry, memory.gram_below)) for j, entry in enumerate(row)]
        for i, row in enumerate(memory.gram)
    ]
    beta, gain = Interval.of(memory.beta), Interval.of(memory.gain)
    strength = Interval.of(2 * memory.sigma)
    square, cube = Interval.of(memory.gain * memory.gain), Interval.of(2 * memory.sigma * memory.beta)
    inside = [r - Interval.of(b) for r, b in zip(state, memory.evidence, strict=True)]
    gains = softmax([beta * r for r in state])
    mean = dot(gains, null)
    centred = [v - mean for v in null]
    pull = [p * c for p, c in zip(gains, centred, strict=True)]
    push, tilt = [dot(row, inside) for row in off], [dot(row, null) for row in off]
    residual = [
        x + alpha * w - gain * Interval.of(u) - square * p
        for x, w, u, p in zip(inside, push, memory.drive, gains, strict=True)
    ]
    image = [v + alpha * w - strength * q for v, w, q in zip(null, tilt, pull, strict=True)]
    stiffness: Rows = [[zero] * n for _ in range(n)]
    turn: Rows = [[zero] * n for _ in range(n)]
    for i in range(n):
        for j in range(i):
            stiffness[i][j] = stiffness[j][i] = alpha * off[i][j] + strength * (gains[i] * gains[j])
            turn[i][j] = turn[j][i] = cube * (pull[i] * gains[j] + gains[i] * pull[j])
        stiffness[i][i] = one - strength * (gains[i] * (one - gains[i]))
        turn[i][i] = cube * (pull[i] * (gains[i] + gains[i] - one))
    return Bordered(null, gains, centred, push, residual, stiffness, image, turn, tilt)


def derivative(box: Bordered, index: int) -> Rows:
    """DG over a box, shape (2N + 1, 2N + 1)."""
    n = len(box.gains)
    one, zero = Interval(ONE, ONE), Interval(0, 0)
    upper = [[*row, *[zero] * n, w] for row, w in zip(box.stiffness, box.push, strict=True)]
    lower = [[*twist, *row, w] for twist, row, w in zip(box.turn, box.stiffness, box.tilt, strict=True)]
    return [*upper, *lower, [one if j == n + index else zero for j in range(2 * n + 1)]]


def values(box: Bordered, index: int) -> Box:
    """G over a box, shape (2N + 1,)."""
    return [*box.residual, *box.image, box.null[index] - Interval(ONE, ONE)]


def semidefinite_but_for(box: Bordered) -> Matrix:
    """An integer matrix below (J + φφᵀ)·2^MATRIX_BITS in the order of quadratic forms, for all of the box."""
    n = len(box.null)
    table: Rows = [[Interval(0, 0)] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            lift = box.null[i].square() if i == j else box.null[i] * box.null[j]
            table[i][j] = table[j][i] = box.stiffness[i][j] + lift
    middles, halves = rounded(table)
    doubt = max(sum(row) for row in halves)
    for i in range(n):
        middles[i][i] -= doubt
    return middles


def never_singular(memory: Memory, alpha: Fraction) -> Matrix:
    """A(α) - (βλ²/2)P, times a positive integer."""
    scale = Fraction(1, alpha.denominator * memory.gram_below)
    return combined([(scale, memory.gate_matrix(alpha)), (-memory.sigma / memory.size, centring(memory.size))])


def bends_back(box: Bordered, memory: Memory) -> bool:
    """Whether the two equilibria exist below the fold (they merge as α grows), or above it (they appear).

    Raises:
        Rejected: one of the two numbers that make it a fold may be 0.
    """
    push = dot(box.null, box.push)
    third = dot(box.gains, [c * c.square() for c in box.centred])
    if push.low <= 0 <= push.high or third.low <= 0 <= third.high or memory.sigma == 0:
        raise Rejected("it was not shown to be a fold: a coefficient may vanish")
    # The bend is -β²λ² times the third cumulant; δα has the sign of -push·bend.
    return (push.low > 0) != (third.low > 0)


def _fold(memory: Memory, verdict: str, numbers: object, witness: object) -> str:
    n = memory.size
    if n > LARGEST:
        raise Rejected(f"only for at most {LARGEST} memories")
    given = fields(numbers, "numbers", ("low", "high", "nearest_from"))
    low, high, nearest = (rational(given[name], f"numbers: {name}") for name in ("low", "high", "nearest_from"))
    names = ("state", "null", "competition", "index", "radius", "bits", "rows", "congruence", "free")
    proof = fields(witness, "witness", names)
    state, null = rationals(proof["state"], "state", n), rationals(proof["null"], "null", n)
    competition, radius = rational(proof["competition"], "competition"), positive(proof["radius"], "radius")
    index = integer(proof["index"], "index", 0, n - 1)
    bits = integer(proof["bits"], "bits", 0, 256)
    rows = [reading.integers(row, "rows", 2 * n + 1) for row in reading.rows(proof["rows"], "rows")]
    if len(rows) != 2 * n + 1:
        raise Malformed(f"rows: must be {2 * n + 1} rows")
    if not low <= competition - radius or not competition + radius <= high:
        raise Rejected("numbers: the bounds are narrower than what can be shown")
    if not memory.alpha <= nearest <= low:
        raise Rejected("numbers: nearest_from must be from the given α to low")

    def around(entries: list[Fraction], width: Fraction) -> Box:
        return [Interval.of(entry - width, entry + width) for entry in entries]

    still = Fraction(0)
    centre = enclose(memory, around(state, still), around(null, still), Interval.of(competition))
    box = enclose(
        memory, around(state, radius), around(null, radius), Interval.of(competition - radius, competition + radius)
    )
    excess = contraction(derivative(box, index), rows, bits)
    if not (excess < 1 and newton_step(values(centre, index), rows, bits) < (1 - excess) * radius):
        raise Rejected("the box was not shown to hold a singular equilibrium")
    definite(semidefinite_but_for(box), proof["congruence"], "congruence")
    fate = "merge and vanish" if bends_back(box, memory) else "appear"
    _free(memory, nearest, proof["free"])
    found = (
        f"there is a fold with α from {at_least(low)} to {at_most(high)}, where a stable and an unstable equilibrium "
        f"{fate} as α grows"
    )
    if nearest == memory.alpha:
        return f"{found}; that it is the first above the given α is not claimed"
    return f"{found}; up to α = {at_least(nearest)} there is one fixed point only, and no fold before"


def _free(memory: Memory, nearest: Fraction, factors: object) -> None:
    """Accept that no fold lies between the given α and this one; nothing is to be shown when they are the same."""
    ends = [memory.alpha, nearest] if nearest > memory.alpha else []
    if not isinstance(factors, list) or len(factors) != len(ends):
        raise Malformed(f"free: must hold {len(ends)} congruences")
    for alpha, factor in zip(ends, factors, strict=True):
        definite(never_singular(memory, alpha), factor, "free")


CLAIMS: Claims = {"fold": ("CG18", ("proved",), _fold)}
