"""The nearest fold above the given competition: followed in doubles, sharpened, and handed to the checker."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from gatedmem.numerics.fold import BranchEquation, ContinuationError, Turning, follow
from gatedmem.proofs.certify.builder import Builder
from gatedmem.proofs.certify.proposals import congruence
from gatedmem.proofs.checker import folds as checker
from gatedmem.proofs.checker.context import Memory
from gatedmem.proofs.checker.intervals import ONE, Interval
from gatedmem.proofs.checker.matrices import MATRIX_BITS, Matrix, rounded
from gatedmem.proofs.checker.newton import newton_step
from gatedmem.proofs.checker.reading import Rejected, write

if TYPE_CHECKING:
    from gatedmem.proofs.certify.context import Numbers

Float = npt.NDArray[np.float64]

STATE_BITS = 120
PRECONDITIONER_BITS = 40
ROOM = 4  # the radius is at least so many times Newton's step at the centre
NEWTON_STEPS = 5
SHORT_OF = 1e-9  # how far below the edge of the range without folds the claim stops, relative


def claim_fold(builder: Builder, numbers: Numbers) -> None:
    """Claim the fold at which the branch of the fixed point is lost.

    Nothing when it comes to none, or when there are more memories than the checker takes.
    """
    memory: Memory = builder.memory
    name, n = "fold", numbers.size
    if numbers.gain == 0.0 or n == 1 or n > checker.LARGEST:
        return
    start = None
    if memory.points:
        start = numbers.evidence + numbers.gain * np.array([float(gate) for gate in memory.points[0].gates])
    try:
        equation = BranchEquation(numbers.gram, numbers.beta, numbers.gain, numbers.drive, numbers.evidence)
        turning = follow(equation, float(memory.alpha), start).turning
    except (ContinuationError, ValueError) as failure:  # of which a singular matrix is one
        builder.undecided(name, f"the branch of the fixed point: {failure}")
        return
    # At a crossing, where a symmetric state loses its stability and goes on, there is no fold to claim either.
    if turning is None or turning.kind != "fold":
        return
    _claim(builder, numbers, turning)


def _claim(builder: Builder, numbers: Numbers, turning: Turning) -> None:
    memory: Memory = builder.memory
    name, n = "fold", numbers.size
    index = int(np.argmax(np.abs(turning.null)))
    start = np.concatenate([turning.state, turning.null / turning.null[index], [turning.alpha]])
    try:
        rows, centre = _sharpened(memory, start, index)
    except (OverflowError, ValueError, Rejected):
        builder.undecided(name, f"near α = {turning.alpha:.9g} the system of Moore and Spence is singular")
        return
    radius = Fraction(1, 1 << STATE_BITS)
    step = newton_step(checker.values(_box(memory, centre, Fraction(0)), index), rows, PRECONDITIONER_BITS)
    while radius < ROOM * step:
        radius *= 2
    exact = checker.semidefinite_but_for(_box(memory, centre, radius))
    factor = congruence(exact, np.ldexp(np.array(exact, dtype=np.float64), -MATRIX_BITS))
    if factor is None:
        builder.undecided(name, f"near α = {turning.alpha:.9g} the kernel was not shown to be simple")
        return
    low, high = centre[-1] - radius, centre[-1] + radius
    nearest, free = _without_folds(memory, numbers, low)
    builder.claim(
        name,
        "proved",
        "Newton's map for the system of Moore and Spence",
        {"low": write(low), "high": write(high), "nearest_from": write(nearest)},
        {
            "state": [write(entry) for entry in centre[:n]],
            "null": [write(entry) for entry in centre[n : 2 * n]],
            "competition": write(centre[-1]),
            "index": index,
            "radius": write(radius),
            "bits": PRECONDITIONER_BITS,
            "rows": rows,
            "congruence": factor,
            "free": free,
        },
    )


def _box(memory: Memory, centre: list[Fraction], radius: Fraction) -> checker.Bordered:
    sides = [Interval.of(entry - radius, entry + radius) for entry in centre]
    return checker.enclose(memory, sides[: memory.size], sides[memory.size : -1], sides[-1])


def _sharpened(memory: Memory, start: Float, index: int) -> tuple[Matrix, list[Fraction]]:
    """A preconditioner, and Newton's steps with it: the residual in the checker's integers."""
    centre = [Fraction(float(entry)) for entry in start]
    box = _box(memory, centre, Fraction(0))
    middles, _ = rounded(checker.derivative(box, index))
    inverse = np.linalg.inv(np.ldexp(np.array(middles, dtype=np.float64), -MATRIX_BITS))
    rows = [[int(entry) for entry in row] for row in np.rint(np.ldexp(inverse, PRECONDITIONER_BITS))]
    before: int | None = None
    for _ in range(NEWTON_STEPS):
        off = [(value.low + value.high) // 2 for value in checker.values(box, index)]
        size = max(map(abs, off))
        if size == 0 or (before is not None and size >= before):
            break
        before = size
        moves = [sum(y * entry for y, entry in zip(row, off, strict=True)) for row in rows]
        unit = ONE << PRECONDITIONER_BITS
        centre = [
            Fraction(round((entry - Fraction(move, unit)) * (1 << STATE_BITS)), 1 << STATE_BITS)
            for entry, move in zip(centre, moves, strict=True)
        ]
        box = _box(memory, centre, Fraction(0))
    return rows, centre


def _without_folds(memory: Memory, numbers: Numbers, low: Fraction) -> tuple[Fraction, list[Matrix]]:
    """Up to which α every J is positive definite, with the congruences at both ends; without any the given α."""
    competition = numbers.gram - np.diag(np.diag(numbers.gram))
    base = numbers.gates - numbers.sigma * numbers.centring
    first = congruence(checker.never_singular(memory, memory.alpha), base)
    if first is None:
        return memory.alpha, []
    half = np.linalg.inv(np.linalg.cholesky(base))
    edge = -1.0 / float(np.linalg.eigvalsh(half @ competition @ half.T)[0])
    nearest = min(memory.alpha + Fraction(edge * (1.0 - SHORT_OF)), low)
    if not nearest > memory.alpha:
        return memory.alpha, []
    second = congruence(checker.never_singular(memory, nearest), base + float(nearest - memory.alpha) * competition)
    return (nearest, [first, second]) if second is not None else (memory.alpha, [])
