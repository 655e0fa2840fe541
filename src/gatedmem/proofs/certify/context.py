"""A certificate for a context-gated memory (arXiv 2605.10970): the gate matrix, its thresholds, the free context.

``certify`` gathers every claim of the format that can be decided, in the order in which one builds on another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
from flint import fmpz_mat

from gatedmem.proofs.certify.builder import Builder
from gatedmem.proofs.certify.proposals import congruence, direction, rounded_down, rounded_up
from gatedmem.proofs.checker.context import Memory, centring, residual_of_inverse
from gatedmem.proofs.checker.matrices import Matrix, identity
from gatedmem.proofs.checker.reading import LARGEST_SIDE, Rejected, write
from gatedmem.proofs.checker.wording import at_least, at_most

Float = npt.NDArray[np.float64]
Exact = Sequence[Fraction]

# Relative half-widths of a bracket, tried in turn.
SLACKS = (2.0**-44, 2.0**-38, 2.0**-30, 2.0**-20, 2.0**-10)
INVERSE_BITS = 60


@dataclass(frozen=True)
class ExactContext:
    """A context-gated memory in exact numbers.

    Attributes:
        memories: shape (N, d).
        alpha: α ≥ 0.
        beta: β > 0.
        gain: λ ≥ 0.
        query, context: shape (d,) or None; the evidence is b = Zᵀ·query, the drive u = Zᵀ·context.
        tau_s, tau_r: time constants > 0 of gates and scores.
    """

    memories: Sequence[Exact]
    alpha: Fraction
    beta: Fraction
    gain: Fraction
    query: Exact | None = None
    context: Exact | None = None
    tau_s: Fraction = Fraction(1)
    tau_r: Fraction = Fraction(1)

    def __post_init__(self) -> None:
        sizes = {len(row) for row in self.memories}
        if not self.memories or len(sizes) != 1 or 0 in sizes:
            raise ValueError("memories: needs at least one row, all of the same positive length")
        if max(len(self.memories), *sizes) > LARGEST_SIDE:
            raise ValueError(f"memories: has a side longer than {LARGEST_SIDE}")
        for name in ("beta", "tau_s", "tau_r"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name}: must be greater than 0")
        for name in ("alpha", "gain"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name}: must be at least 0")
        for name in ("query", "context"):
            vector = getattr(self, name)
            if vector is not None and len(vector) not in sizes:
                raise ValueError(f"{name}: needs {sizes.pop()} numbers, one per entry of a memory")

    def written(self) -> dict[str, Any]:
        """The instance as a certificate holds it."""

        def vector(values: Exact | None) -> list[str] | None:
            return None if values is None else [write(value) for value in values]

        return {
            "memories": [vector(row) for row in self.memories],
            "alpha": write(self.alpha),
            "beta": write(self.beta),
            "gain": write(self.gain),
            "tau_s": write(self.tau_s),
            "tau_r": write(self.tau_r),
            "query": vector(self.query),
            "context": vector(self.context),
        }


def certify(instance: ExactContext) -> dict[str, Any]:
    """Make a certificate.

    Returns:
        The certificate as :func:`gatedmem.proofs.certify.builder.dump` writes it.

    Raises:
        Rejected: the instance is too large, or its numbers too long, for the checker.
        ValueError: its numbers are too large for the doubles that propose the witnesses.

    >>> pair = [[Fraction(1), Fraction(0)], [Fraction(1, 2), Fraction(1)]]
    >>> made = certify(ExactContext(pair, Fraction(1, 2), Fraction(1), Fraction(1, 2)))
    >>> {claim["verdict"] for claim in made["claims"] if claim["claim"] != "free_context_bounded"}
    {'proved'}
    """
    from gatedmem.proofs.certify.fixed_points import claim_fixed_points, claim_rate
    from gatedmem.proofs.certify.folds import claim_fold

    builder = Builder("context", instance.written())
    try:
        numbers = Numbers.of(builder.memory)
    except OverflowError:
        raise ValueError("memories: products of its entries are beyond double precision") from None
    _claim_definite(builder, numbers)
    _claim_eigenvalue(builder, numbers)
    _claim_critical(builder, numbers)
    if builder.memory.eta is not None:
        _claim_level(builder, numbers, "contraction", identity(numbers.size), 1, numbers.inverse)
        squeezed = numbers.centring @ numbers.inverse @ numbers.centring
        _claim_level(builder, numbers, "projected_contraction", centring(numbers.size), numbers.size, squeezed)
        _claim_every_drive(builder, numbers)
        claim_fixed_points(builder, numbers)
        claim_rate(builder)
        claim_fold(builder, numbers)
    _claim_free(builder, numbers)
    return builder.certificate()


@dataclass(frozen=True)
class Numbers:
    """The memory in doubles, from which proposals are made.

    Attributes:
        gram, gates: G and A(α), shape (N, N).
        values, vectors: eigenvalues of A, ascending, and its eigenvectors in columns.
        inverse: A⁻¹, meaningful when A is positive definite.
        beta, gain, sigma: β, λ and βλ²/2.
        drive, evidence: u and b.
    """

    gram: Float
    gates: Float
    values: Float
    vectors: Float
    inverse: Float
    beta: float
    gain: float
    sigma: float
    drive: Float
    evidence: Float

    @staticmethod
    def of(memory: Memory) -> Numbers:
        """Round an exact memory."""
        gram = np.array([[_ratio(entry, memory.gram_below) for entry in row] for row in memory.gram])
        gates = np.array([[_ratio(entry, memory.gates_below) for entry in row] for row in memory.gates])
        values, vectors = np.linalg.eigh(gates)
        safe = np.where(values == 0.0, 1.0, values)
        return Numbers(
            gram,
            gates,
            values,
            vectors,
            (vectors / safe) @ vectors.T,
            float(memory.beta),
            float(memory.gain),
            float(memory.sigma),
            np.array([float(entry) for entry in memory.drive]),
            np.array([float(entry) for entry in memory.evidence]),
        )

    @property
    def size(self) -> int:
        """N."""
        return len(self.gates)

    @property
    def centring(self) -> Float:
        """P = I - 11ᵀ/N."""
        return np.eye(self.size) - 1.0 / self.size


def _ratio(numerator: int, denominator: int) -> float:
    return numerator / denominator


def _claim_definite(builder: Builder, numbers: Numbers) -> None:
    memory: Memory = builder.memory
    gates = memory.gates
    factor = [] if memory.floor > 0 else congruence(gates, numbers.gates)
    if factor is not None:
        reason = "an integer congruence" if factor else "the diagonal of A"
        builder.claim("gate_matrix_definite", "proved", reason, {}, {"congruence": factor})
        return
    found = direction(gates, numbers.vectors[:, 0])
    if found is not None:
        reason = "a direction along which the energy of the gates does not rise"
        builder.claim("gate_matrix_definite", "refuted", reason, {}, {"direction": found})
    else:
        builder.undecided("gate_matrix_definite", "the least eigenvalue of A is too near 0")


def _claim_eigenvalue(builder: Builder, numbers: Numbers) -> None:
    memory: Memory = builder.memory
    unit = identity(numbers.size)
    bracket = definiteness_bracket(
        float(numbers.values[0]),
        float(np.abs(numbers.values).max()),
        lambda c: memory.gates_less(c, unit),
        lambda c: numbers.gates - c * np.eye(numbers.size),
        numbers.vectors[:, 0],
        spare=lambda c: memory.floor - c,
    )
    if bracket is None:
        builder.undecided("smallest_eigenvalue", "no lower bound could be shown")
        return
    _prove_bracket(builder, "smallest_eigenvalue", "a congruence below and a Rayleigh quotient above", bracket)


def _claim_critical(builder: Builder, numbers: Numbers) -> None:
    memory: Memory = builder.memory
    off = numbers.gram - np.diag(np.diag(numbers.gram))
    if not any(entry for i, row in enumerate(memory.gram) for entry in row[:i]):
        bounds = {"low": "infinite", "high": "infinite"}
        builder.claim("critical_competition", "proved", "their exact inner products", bounds, {})
        return
    values, vectors = np.linalg.eigh(off)
    bracket = definiteness_bracket(
        -1.0 / float(values[0]),
        -1.0 / float(values[0]),
        lambda c: memory.gate_matrix(c),
        lambda c: np.eye(numbers.size) + c * off,
        vectors[:, 0],
        spare=memory.floor_at,
    )
    if bracket is None:
        builder.undecided("critical_competition", "the critical competition could not be bracketed")
        return
    _prove_bracket(builder, "critical_competition", "a congruence below and a direction above", bracket)


def _claim_level(builder: Builder, numbers: Numbers, name: str, other: Matrix, below: int, squeezed: Float) -> None:
    """Bracket σ·λ_max(squeezed) by where A - c·other/below stops being definite, c = σ/level."""
    memory: Memory = builder.memory
    values, vectors = np.linalg.eigh((squeezed + squeezed.T) / 2)
    level = numbers.sigma * float(values[-1])
    if memory.sigma == 0 or not any(any(row) for row in other):
        factor = [] if memory.floor > 0 else congruence(memory.gates, numbers.gates)
        bounds = {"low": "0", "high": "0"}
        builder.claim(name, "proved", "the absence of feedback", bounds, {"congruence": factor, "direction": []})
        return
    table = np.array(other) / below
    # c falls as the level rises: the bracket is found for c and turned over. The vector that A - cP maps nearest to 0
    # is A⁻¹Pv for the top v of PA⁻¹P.
    bracket = definiteness_bracket(
        numbers.sigma / level,
        numbers.sigma / level,
        lambda c: memory.gates_less(c, other, below),
        lambda c: numbers.gates - c * table,
        numbers.inverse @ vectors[:, -1],
        turn=lambda c: memory.sigma / c,
        spare=lambda c: memory.floor - c,
    )
    if bracket is None:
        builder.undecided(name, f"{level:.17g} could not be bracketed")
        return
    low, high, factor, found = bracket
    if high < 1:
        verdict, reason = "proved", "a congruence and a direction"
    elif low >= 1:
        verdict, reason = "refuted", "a congruence and a direction"
    else:
        builder.undecided(name, f"it lies between {at_least(low)} and {at_most(high)}: not separated from 1")
        return
    bounds = {"low": write(low), "high": write(high)}
    builder.claim(name, verdict, reason, bounds, {"congruence": factor, "direction": found})


def _claim_every_drive(builder: Builder, numbers: Numbers) -> None:
    memory: Memory = builder.memory
    assert memory.eta is not None
    unit = 2**INVERSE_BITS
    # One Newton step in exact integers sharpens the inverse in doubles to the bits that are kept.
    rough = fmpz_mat([[int(entry) for entry in row] for row in np.rint(numbers.inverse * 2.0**60).tolist()])
    rough = rough + rough.transpose()
    gates = fmpz_mat(memory.gates)
    below = memory.gates_below << 61
    size = numbers.size
    twice = fmpz_mat([[2 * below * int(i == j) for j in range(size)] for i in range(size)])
    better = rough * (twice - gates * rough)  # over below·2^61
    scale = below << 61
    rows = [[(int(better[i, j]) * unit + scale // 2) // scale for j in range(i + 1)] for i in range(size)]
    try:
        residual = residual_of_inverse(
            memory, [[rows[max(i, j)][min(i, j)] for j in range(size)] for i in range(size)], INVERSE_BITS
        )
    except Rejected as refusal:
        builder.undecided("inverse", str(refusal))
        return
    error = rounded_up(residual / memory.eta, 2 * INVERSE_BITS)
    error = error or Fraction(1, unit)
    if not builder.claim(
        "inverse",
        "proved",
        "the residual of an approximate inverse",
        {"error": write(error)},
        {"bits": INVERSE_BITS, "rows": rows},
    ):
        return
    spreads = [rows[i][i] + rows[j][j] - 2 * rows[i][j] for i in range(size) for j in range(i)]
    widest = Fraction(max(spreads), unit) if spreads else Fraction(0)
    slack = 2 * error if spreads else Fraction(0)
    low, high = memory.sigma / 2 * (widest - slack), memory.sigma / 2 * (widest + slack)
    bounds = {"low": write(rounded_down(low, 100)), "high": write(rounded_up(high, 100))}
    if high <= 1:
        builder.claim("uniqueness_for_every_drive", "proved", "the inverse, pair by pair", bounds, {})
    elif low > 1:
        builder.claim("uniqueness_for_every_drive", "refuted", "the inverse, pair by pair", bounds, {})
    else:
        reason = f"it lies between {at_least(low)} and {at_most(high)}: not separated from 1"
        builder.undecided("uniqueness_for_every_drive", reason)


def _claim_free(builder: Builder, numbers: Numbers) -> None:
    memory: Memory = builder.memory
    free = memory.gates_less(Fraction(1), memory.gram, memory.gram_below)
    table = numbers.gates - numbers.gram
    factor = congruence(free, table)
    name = "free_context_bounded"
    if factor is not None:
        builder.claim(name, "proved", "an integer congruence of A - G", {}, {"congruence": factor})
    else:
        lowest = np.linalg.eigh(table)[1][:, 0]
        strictly = memory.gain == 0
        candidates = [lowest, *np.eye(numbers.size)[: min(numbers.size, 40)]]
        found = next((v for v in (direction(free, c, strictly=strictly) for c in candidates) if v), None)
        if found is not None:
            builder.claim(name, "refuted", "a direction in which A - G does not rise", {}, {"direction": found})
        else:
            builder.undecided(name, "the least eigenvalue of A - G is too near 0")
    if memory.eta is None or not any(any(row) for row in memory.gram):
        return
    half = np.linalg.cholesky(numbers.inverse)
    values, vectors = np.linalg.eigh(half.T @ numbers.gram @ half)
    weight = 1.0 / float(values[-1])
    bracket = definiteness_bracket(
        weight,
        weight,
        lambda c: memory.gates_less(c, memory.gram, memory.gram_below),
        lambda c: numbers.gates - c * numbers.gram,
        half @ vectors[:, -1],
    )
    if bracket is None:
        builder.undecided("largest_context_weight", "the largest safe k² could not be bracketed")
        return
    _prove_bracket(builder, "largest_context_weight", "a congruence below and a direction above", bracket)


Bracket = tuple[Fraction, Fraction, Matrix, list[int]]


def _prove_bracket(builder: Builder, name: str, reason: str, bracket: Bracket) -> None:
    low, high, factor, found = bracket
    bounds = {"low": write(low), "high": write(high)}
    builder.claim(name, "proved", reason, bounds, {"congruence": factor, "direction": found})


def definiteness_bracket(
    centre: float,
    scale: float,
    exact: Callable[[Fraction], Matrix],
    near: Callable[[float], Float],
    vector: Float,
    turn: Callable[[Fraction], Fraction] | None = None,
    spare: Callable[[Fraction], Fraction] = lambda _: Fraction(0),
) -> Bracket | None:
    """Bracket the number c at which a matrix stops being positive definite as c grows.

    Args:
        centre: about where that is.
        scale: what the slacks are relative to.
        exact: the integer matrix at c.
        near: the same in doubles, up to a factor.
        vector: the direction in which it fails.
        turn: a decreasing map of c to the number that is wanted, at which the matrices are then taken.
        spare: where this is positive at c the checker needs no congruence.

    Returns:
        Low and high of the number wanted, a congruence for the definite side and a direction for the other.
    """
    below = above = None
    for slack in SLACKS:
        step = slack * scale
        if below is None:
            low = _handy(centre - step, turn)
            c = turn(low) if turn else low
            factor = [] if spare(c) > 0 else congruence(exact(c), near(centre - step))
            below = (low, factor) if factor is not None else None
        if above is None:
            high = _handy(centre + step, turn)
            found = direction(exact(turn(high) if turn else high), vector)
            above = (high, found) if found is not None else None
        if below and above:
            break
    if not below or not above:
        return None
    ends = sorted([below[0], above[0]])
    return ends[0], ends[1], below[1], above[1]


def _handy(c: float, turn: Callable[[Fraction], Fraction] | None) -> Fraction:
    """The number wanted at c as a double."""
    return Fraction(float(turn(Fraction(c)))) if turn else Fraction(c)
