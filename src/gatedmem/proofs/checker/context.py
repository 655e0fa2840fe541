"""The context-gated memory, context and query clamped: the claims that are decided by matrices of integers.

A = I + α(G - diag G) is held as integers over one denominator, so that every test below is exact. σ = βλ²/2 is half
of the largest slope of the retrieval layer. Claims on fixed points are in ``fixed_points`` and ``counting``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from operator import mul

from gatedmem.proofs.checker import reading
from gatedmem.proofs.checker.intervals import square_root
from gatedmem.proofs.checker.matrices import (
    MATRIX_BITS,
    Matrix,
    affordable,
    cleared,
    combined,
    definite,
    identity,
    length,
    not_definite,
    product,
    transpose,
)
from gatedmem.proofs.checker.reading import Malformed, Rejected, fields, positive, rational
from gatedmem.proofs.checker.wording import Claims, at_least, at_most, short


@dataclass(frozen=True)
class Point:
    """A fixed point that was enclosed: |s - gates| ≤ radius, and its retrieval gains between two bounds each."""

    gates: list[Fraction]
    radius: Fraction
    gains: list[tuple[Fraction, Fraction]]


@dataclass
class Inverse:
    """X = rows/2^bits with ‖A⁻¹ - X‖ ≤ error."""

    rows: Matrix
    bits: int
    error: Fraction


@dataclass
class Memory:
    """An instance, and what the claims checked so far have established about it.

    Attributes:
        memories: shape (N, d), exact.
        gram, gram_below: G as integers over a denominator.
        gates, gates_below: A(α) likewise.
        drive, evidence: u and b, shape (N,).
        eta: a number > 0 that η_min is at least, or None.
        inverse: an approximate inverse of A with its error, or None.
        every_drive: whether the fixed point was shown unique for every drive.
        points: the fixed points enclosed, in the order of the claims.
        apart: whether two fixed points were shown to differ.
        counted: how many fixed points there are, or None when that was not established.
    """

    memories: list[list[Fraction]]
    alpha: Fraction
    beta: Fraction
    gain: Fraction
    tau_s: Fraction
    tau_r: Fraction
    drive: list[Fraction]
    evidence: list[Fraction]
    gram: Matrix
    gram_below: int
    eta: Fraction | None = None
    inverse: Inverse | None = None
    every_drive: bool = False
    points: list[Point] = field(default_factory=list)
    apart: bool = False
    counted: int | None = None

    def __post_init__(self) -> None:
        self.gates = self.gate_matrix(self.alpha)
        self.gates_below = self.alpha.denominator * self.gram_below

    def __str__(self) -> str:
        shape = f"{len(self.memories)} memories in dimension {len(self.memories[0])}"
        return f"{shape}, α = {short(self.alpha)}, β = {short(self.beta)}, λ = {short(self.gain)}"

    @property
    def size(self) -> int:
        """N."""
        return len(self.memories)

    @property
    def sigma(self) -> Fraction:
        """βλ²/2."""
        return self.beta * self.gain * self.gain / 2

    def gate_matrix(self, alpha: Fraction) -> Matrix:
        """A(α) times (denominator of α)·gram_below."""
        one = alpha.denominator * self.gram_below
        affordable(self.gram, alpha.numerator)
        return [
            [one if i == j else alpha.numerator * entry for j, entry in enumerate(row)]
            for i, row in enumerate(self.gram)
        ]

    def shown_eta(self) -> Fraction:
        """The positive lower bound on η_min, for a claim that needs one."""
        if self.eta is None:
            raise Rejected("no positive lower bound on η_min was established before")
        return self.eta

    def shown_inverse(self) -> Inverse:
        """The approximate inverse of A, for a claim that needs it."""
        if self.inverse is None:
            raise Rejected("no inverse of A was established before")
        return self.inverse

    @property
    def floor(self) -> Fraction:
        """A ⪰ floor·I, since A = I - α·diag G + αG and G ⪰ 0; exact when there are more memories than dimensions."""
        return self.floor_at(self.alpha)

    def floor_at(self, alpha: Fraction) -> Fraction:
        """1 - α·max G_ii."""
        return 1 - alpha * self.largest_square

    @property
    def largest_square(self) -> Fraction:
        """The squared length of the longest memory, max G_ii."""
        return Fraction(max(row[i] for i, row in enumerate(self.gram)), self.gram_below)

    def definite(self, matrix: Matrix, spare: Fraction, factor: object) -> None:
        """Accept M ≻ 0 from a congruence, or from M ⪰ spare·I with spare > 0 where the file gives an empty one."""
        if factor != []:
            definite(matrix, factor, "congruence")
        elif not spare > 0:
            raise Rejected("congruence: needed, as the diagonal of A alone does not show it")

    def gates_less(self, scale: Fraction, other: Matrix, below: int = 1) -> Matrix:
        """A - scale·other/below, times a positive integer."""
        return combined([(Fraction(1, self.gates_below), self.gates), (-scale / below, other)])


def read(value: object) -> Memory:
    """Read an instance of the model."""
    names = ("memories", "alpha", "beta", "gain", "tau_s", "tau_r", "query", "context")
    given = fields(value, "instance", names)
    memories = [
        [rational(entry, "instance: memories") for entry in row]
        for row in reading.rows(given["memories"], "instance: memories")
    ]
    width = len(memories[0])
    whole, below = cleared(memories)
    inputs = []
    for name in ("context", "query"):
        where = f"instance: {name}"
        vector = [Fraction(0)] * width if given[name] is None else reading.rationals(given[name], where, width)
        column, beneath = cleared([vector])
        inputs.append([Fraction(row[0], below * beneath) for row in product(whole, transpose(column))])
    return Memory(
        memories=memories,
        alpha=reading.not_negative(given["alpha"], "instance: alpha"),
        beta=positive(given["beta"], "instance: beta"),
        gain=reading.not_negative(given["gain"], "instance: gain"),
        tau_s=positive(given["tau_s"], "instance: tau_s"),
        tau_r=positive(given["tau_r"], "instance: tau_r"),
        drive=inputs[0],
        evidence=inputs[1],
        gram=product(whole, transpose(whole)),
        gram_below=below * below,
    )


def _gate_matrix_definite(memory: Memory, verdict: str, numbers: object, witness: object) -> str:
    fields(numbers, "numbers", ())
    if verdict == "proved":
        memory.definite(memory.gates, memory.floor, fields(witness, "witness", ["congruence"])["congruence"])
        return "the gate matrix A is positive definite"
    not_definite(memory.gates, fields(witness, "witness", ["direction"])["direction"], "direction")
    return "the gate matrix A is not positive definite"


def _smallest_eigenvalue(memory: Memory, verdict: str, numbers: object, witness: object) -> str:
    low, high = _ordered(numbers)
    proof = fields(witness, "witness", ("congruence", "direction"))
    unit = identity(memory.size)
    memory.definite(memory.gates_less(low, unit), memory.floor - low, proof["congruence"])
    not_definite(memory.gates_less(high, unit), proof["direction"], "direction")
    if low > 0:
        memory.eta = low
    return f"{at_least(low)} ≤ η_min ≤ {at_most(high)}"


def _critical_competition(memory: Memory, verdict: str, numbers: object, witness: object) -> str:
    bounds = fields(numbers, "numbers", ("low", "high"))
    if bounds["low"] == bounds["high"] == "infinite":
        fields(witness, "witness", ())
        if any(entry for i, row in enumerate(memory.gram) for entry in row[:i]):
            raise Rejected("the memories are not orthogonal")
        return "α_crit is infinite: the memories are orthogonal"
    low, high = _ordered(numbers)
    if low < 0:
        raise Rejected("numbers: low must be at least 0")
    proof = fields(witness, "witness", ("congruence", "direction"))
    memory.definite(memory.gate_matrix(low), memory.floor_at(low), proof["congruence"])
    not_definite(memory.gate_matrix(high), proof["direction"], "direction")
    return f"{at_least(low)} ≤ α_crit ≤ {at_most(high)}: A is positive definite exactly for α below α_crit"


def _level(memory: Memory, verdict: str, numbers: object, witness: object, other: Matrix, below: int) -> str:
    """Bounds on σ/(the largest c for which A - c·other/below ≻ 0), other/below ⪯ I, and where that lies from 1."""
    low, high = _ordered(numbers)
    if low < 0:
        raise Rejected("numbers: low must be at least 0")
    proof = fields(witness, "witness", ("congruence", "direction"))
    if high == 0 and memory.sigma != 0 and any(any(row) for row in other):
        raise Rejected("numbers: high must be above 0")
    scale = memory.sigma / high if high else Fraction(0)
    memory.definite(memory.gates_less(scale, other, below), memory.floor - scale, proof["congruence"])
    if low > 0:
        not_definite(memory.gates_less(memory.sigma / low, other, below), proof["direction"], "direction")
    elif proof["direction"] != []:
        raise Rejected("direction: must be empty for the lower bound 0")
    if verdict == "proved" and not high < 1:
        raise Rejected("numbers: high must be below 1")
    if verdict == "refuted" and not low >= 1:
        raise Rejected("numbers: low must be at least 1")
    return f"between {at_least(low)} and {at_most(high)}: {'below 1' if high < 1 else 'at least 1'}"


def _contraction(memory: Memory, verdict: str, numbers: object, witness: object) -> str:
    return "κ is " + _level(memory, verdict, numbers, witness, identity(memory.size), 1)


def _projected_contraction(memory: Memory, verdict: str, numbers: object, witness: object) -> str:
    return "βλ²λ_max(PA⁻¹P)/2 is " + _level(memory, verdict, numbers, witness, centring(memory.size), memory.size)


def centring(size: int) -> Matrix:
    """N·P = N·I - 11ᵀ."""
    return [[size - 1 if i == j else -1 for j in range(size)] for i in range(size)]


def residual_of_inverse(memory: Memory, rows: Matrix, bits: int) -> Fraction:
    """A number at least ‖I - AX‖ for X = rows/2^bits, from A rounded down by less than 2^shift in each entry."""
    shift = max(0, length(memory.gates) - MATRIX_BITS)
    one = memory.gates_below << bits
    short = [[entry >> shift for entry in row] for row in memory.gates]
    off = sum(
        ((entry << shift) - (one if i == j else 0)) ** 2
        for i, row in enumerate(product(rows, short))
        for j, entry in enumerate(row)
    )
    lost = memory.size**2 * sum(sum(map(mul, row, row)) for row in rows) << 2 * shift if shift else 0
    return square_root(Fraction(off, one * one)) + square_root(Fraction(lost, one * one))


def _inverse(memory: Memory, verdict: str, numbers: object, witness: object) -> str:
    """A⁻¹ - X = A⁻¹(I - AX), so its norm is at most ‖I - AX‖/η."""
    error = positive(fields(numbers, "numbers", ["error"])["error"], "numbers: error")
    proof = fields(witness, "witness", ("bits", "rows"))
    bits = reading.integer(proof["bits"], "bits", 0, 512)
    eta, n = memory.shown_eta(), memory.size
    if not isinstance(proof["rows"], list) or len(proof["rows"]) != n:
        raise Malformed(f"rows: must be a triangle of {n} rows")
    lower = [reading.integers(row, f"rows: row {i + 1}", i + 1) for i, row in enumerate(proof["rows"])]
    rows = [[lower[max(i, j)][min(i, j)] for j in range(n)] for i in range(n)]
    if residual_of_inverse(memory, rows, bits) > error * eta:
        raise Rejected("numbers: error is smaller than what can be shown")
    memory.inverse = Inverse(rows, bits, error)
    return f"A⁻¹ is known within {at_most(error)}"


def _uniqueness_for_every_drive(memory: Memory, verdict: str, numbers: object, witness: object) -> str:
    low, high = _ordered(numbers)
    fields(witness, "witness", ())
    inverse = memory.shown_inverse()
    x = inverse.rows
    spreads = [x[i][i] + x[j][j] - 2 * x[i][j] for i in range(memory.size) for j in range(i)]
    widest = Fraction(max(spreads), 1 << inverse.bits) if spreads else Fraction(0)
    slack = 2 * inverse.error if spreads else Fraction(0)
    if low > memory.sigma / 2 * (widest - slack) or high < memory.sigma / 2 * (widest + slack):
        raise Rejected("numbers: the bounds are narrower than what can be shown")
    if verdict == "proved" and not high <= 1:
        raise Rejected("numbers: high must be at most 1")
    if verdict == "refuted" and not low > 1:
        raise Rejected("numbers: low must be above 1")
    memory.every_drive = verdict == "proved"
    fact = "unique for every drive" if memory.every_drive else "not unique for some drive"
    return f"βλ²max(B_ii+B_jj-2B_ij)/4 lies from {at_least(low)} to {at_most(high)}: the fixed point is {fact}"


def _free_context_bounded(memory: Memory, verdict: str, numbers: object, witness: object) -> str:
    fields(numbers, "numbers", ())
    matrix = memory.gates_less(Fraction(1), memory.gram, memory.gram_below)
    if verdict == "proved":
        definite(matrix, fields(witness, "witness", ["congruence"])["congruence"], "congruence")
        return "with the context free the energy is bounded below"
    # Without coupling the energy of a gate in the kernel is flat; with it, p at a corner lets it fall without end.
    direction = fields(witness, "witness", ["direction"])["direction"]
    not_definite(matrix, direction, "direction", strictly=memory.gain == 0)
    return "with the context free the energy is unbounded below"


def _largest_context_weight(memory: Memory, verdict: str, numbers: object, witness: object) -> str:
    low, high = _ordered(numbers)
    if low < 0:
        raise Rejected("numbers: low must be at least 0")
    proof = fields(witness, "witness", ("congruence", "direction"))
    definite(memory.gates_less(low, memory.gram, memory.gram_below), proof["congruence"], "congruence")
    not_definite(memory.gates_less(high, memory.gram, memory.gram_below), proof["direction"], "direction")
    return f"W₁ = kZᵀ keeps the free energy bounded for k² below a number from {at_least(low)} to {at_most(high)}"


def _ordered(numbers: object) -> tuple[Fraction, Fraction]:
    bounds = fields(numbers, "numbers", ("low", "high"))
    low, high = rational(bounds["low"], "numbers: low"), rational(bounds["high"], "numbers: high")
    if low > high:
        raise Rejected("numbers: low is above high")
    return low, high


CLAIMS: Claims = {
    "gate_matrix_definite": ("CG4", ("proved", "refuted"), _gate_matrix_definite),
    "smallest_eigenvalue": ("CG3", ("proved",), _smallest_eigenvalue),
    "critical_competition": ("CG3", ("proved",), _critical_competition),
    "contraction": ("CG11", ("proved", "refuted"), _contraction),
    "projected_contraction": ("CG12", ("proved", "refuted"), _projected_contraction),
    "inverse": ("CG10", ("proved",), _inverse),
    "uniqueness_for_every_drive": ("CG12", ("proved", "refuted"), _uniqueness_for_every_drive),
    "free_context_bounded": ("CG5", ("proved", "refuted"), _free_context_bounded),
    "largest_context_weight": ("CG5", ("proved",), _largest_context_weight),
}
