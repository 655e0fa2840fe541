"""CG4: when the clamped energy is bounded below, decided in exact numbers and held against the energy itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations

import numpy as np
import numpy.typing as npt
from flint import arb, arb_mat, fmpq_mat

from gatedmem.numerics.enclosures import Ball, Vector, ball, dot, interval, product, softmax, vector, x_log_x
from gatedmem.numerics.exact import (
    fraction,
    identity,
    positive_definite,
    positive_semidefinite,
    quadratic,
    rational,
)
from gatedmem.numerics.instances import ContextInstance, draw_context
from gatedmem.proofs.certificates.context import draws
from gatedmem.proofs.certificates.context.flows import clamped_energy
from gatedmem.proofs.certificates.context.model import ClampedMemory
from gatedmem.proofs.certificates.findings import Findings, certify
from gatedmem.proofs.evidence import Certified, Request

Float = npt.NDArray[np.float64]

# Constants of the statement; a test that puts other numbers here must see them refuted.
LEAST = Fraction(0)  # bounded below if every eigenvalue of A exceeds this, unbounded if one is below it
BALANCE = Fraction(-1)  # for λ > 0 and ker A = span(1): bounded below iff ⟨1, u⟩ = (this)·λ

# Up to this size a gate matrix that is neither definite nor has a clear negative direction is eliminated exactly.
LARGEST_ELIMINATION = 40
# How far out, as powers of two, the energy is followed along a ray.
LENGTHS = (0, 8, 40, 120)
DEPTH = 10**6


@dataclass(frozen=True)
class Floor:
    """Bounded below: every u + λe_i lies in the range of A, on which this regular matrix acts as A does."""

    regular: fmpq_mat


@dataclass(frozen=True)
class Ray:
    """Unbounded below: along s = tv, with r̂ = p held, the energy is curvature·t²/2 + slope·t and a constant."""

    direction: tuple[int, ...]
    weights: tuple[Fraction, ...]
    curvature: Fraction
    slope: Fraction


def cg4(request: Request) -> Iterator[Certified]:
    """A floor under the energy as a sum of squares, or a ray along which it falls for ever; the iff at singular A."""
    rng = np.random.default_rng([request.seed, 204])
    for instance in [request.context] if request.context is not None else _drawn(rng):
        n = instance.n_memories
        points = [draws.gains(rng, n, spread) for spread in (0.5, 4.0)]
        states = [scale * rng.standard_normal(n) for scale in (0.1, 3.0, 1e3)]
        yield certify(instance.name, _boundedness, ClampedMemory(instance), points, states)


def decide(memory: ClampedMemory) -> Floor | Ray | None:
    """A floor or a ray in exact numbers, from A, u and λ alone; None if neither was found."""
    n, gates = memory.n, memory.gates
    answer = positive_definite(gates)
    if answer.positive:
        return Floor(gates)
    if answer.direction is not None and quadratic(gates, answer.direction) < 0:
        return _ray(memory, answer.direction)
    if n > LARGEST_ELIMINATION:
        return None
    answer = positive_semidefinite(gates)
    if answer.direction is not None:
        return _ray(memory, answer.direction)
    kernel = null_space(gates)
    if not kernel:
        return Floor(gates)
    for down in kernel:
        for weights in _simplex_points(n):
            if _pull(memory, weights, down) != 0:
                return _ray(memory, down, weights)
    basis = fmpq_mat([list(row) for row in kernel])
    # On range A the sum acts as A: for f ⊥ ker A the solution of (A + KKᵀ)x = f has Kᵀx = 0.
    return Floor(gates + basis.transpose() * basis)


def null_space(table: fmpq_mat) -> list[tuple[int, ...]]:
    """An integer basis of the kernel.

    >>> from gatedmem.numerics.exact import rational_matrix
    >>> null_space(rational_matrix([[1, 2], [2, 4]]))
    [(-2, 1)]
    """
    reduced, rank = table.rref()
    rows = reduced.tolist()
    pivots = [next(j for j, entry in enumerate(row) if entry != 0) for row in rows[:rank]]
    basis = []
    for free in (j for j in range(table.ncols()) if j not in pivots):
        entries = [Fraction(0)] * table.ncols()
        entries[free] = Fraction(1)
        for row, pivot in zip(rows, pivots, strict=False):
            entries[pivot] = -fraction(row[free])
        common = int(np.lcm.reduce([entry.denominator for entry in entries], dtype=object))
        basis.append(tuple(int(entry * common) for entry in entries))
    return basis


def _pull(memory: ClampedMemory, weights: Sequence[Fraction], direction: Sequence[int]) -> Fraction:
    """⟨u + λp, v⟩, exactly."""
    gain, drive = Fraction(memory.instance.gain), memory.instance.drive
    assert drive is not None
    return sum(
        ((Fraction(float(u)) + gain * p) * v for u, p, v in zip(drive, weights, direction, strict=True)), Fraction(0)
    )


def _simplex_points(n: int) -> Iterator[tuple[Fraction, ...]]:
    """The centre and one point towards each vertex: they span the simplex."""
    yield (Fraction(1, n),) * n
    if n > 1:
        for i in range(n):
            yield tuple(Fraction(2, 3) if i == j else Fraction(1, 3 * (n - 1)) for j in range(n))


def _ray(memory: ClampedMemory, direction: tuple[int, ...], weights: tuple[Fraction, ...] | None = None) -> Ray:
    weights = weights or (Fraction(1, memory.n),) * memory.n
    slope = -_pull(memory, weights, direction)
    if slope > 0:
        direction, slope = tuple(-v for v in direction), -slope
    return Ray(direction, weights, quadratic(memory.gates, direction), slope)


def claimed(memory: ClampedMemory) -> bool | None:
    """What CG4 says: bounded below or not; None if the sign of the least eigenvalue is not decided."""
    least = memory.gates - rational(LEAST) * identity(memory.n)
    answer = positive_definite(least)
    if answer.positive:
        return True
    if answer.direction is not None and quadratic(least, answer.direction) < 0:
        return False
    if memory.n > LARGEST_ELIMINATION:
        return None
    if not positive_semidefinite(least).positive:
        return False
    kernel = null_space(least)
    if not kernel:
        return True
    instance = memory.instance
    assert instance.drive is not None
    u = [Fraction(float(entry)) for entry in instance.drive]
    if instance.gain == 0:
        return all(sum((a * v for a, v in zip(u, line, strict=True)), Fraction(0)) == 0 for line in kernel)
    uniform = len(kernel) == 1 and len(set(kernel[0])) == 1
    return uniform and sum(u, Fraction(0)) == BALANCE * Fraction(instance.gain)


def _boundedness(
    findings: Findings, memory: ClampedMemory, points: Sequence[Sequence[Fraction]], states: Sequence[Float]
) -> None:
    found, expected = decide(memory), claimed(memory)
    if found is None or expected is None:
        findings.does_not_apply("whether A(α) is positive semidefinite was not decided")
        return
    if memory.eta is not None:
        findings.note("η_min", interval(*memory.eta))
    bounded = isinstance(found, Floor)
    findings.holds(f"the statement says {'bounded' if bounded else 'unbounded'} below as well", expected == bounded)
    if isinstance(found, Floor):
        _above_floor(findings, memory, found, points, states)
    else:
        _falls(findings, memory, found)


def _above_floor(
    findings: Findings,
    memory: ClampedMemory,
    found: Floor,
    points: Sequence[Sequence[Fraction]],
    states: Sequence[Float],
) -> None:
    """E = floor + ½(s-x)ᵀA(s-x) + three more terms, none of which is ever negative; x = Σ p_i x_i."""
    n, beta, evidence = memory.n, memory.beta, memory.evidence
    gates = arb_mat(memory.gates)
    pulls = arb_mat([[u + (memory.gain if i == j else 0) for j in range(n)] for i, u in enumerate(memory.drive)])
    solutions = arb_mat(found.regular).solve(pulls)
    findings.zero("A x_i = u + λe_i", (gates * solutions - pulls).entries(), 1e-50)
    table = (pulls.transpose() * solutions).tolist()
    highest, best = table[0][0], evidence[0]
    for i in range(1, n):
        highest, best = highest.max(table[i][i]), best.max(evidence[i])
    floor = -highest / 2 - best - arb(n).log() / beta
    findings.note("E is never below", floor)
    off, terms, lowest = [], [], arb("inf")
    for point in points:
        p = vector(point)
        r = [entry.log() / beta for entry in p]
        x = product(solutions, p)
        height = sum((u * a for u, a in zip(_driven(memory, p), x, strict=True)), arb(0))
        flat = (highest - height) / 2
        plain = best - dot(evidence, p)
        disorder = (arb(n).log() + sum((x_log_x(entry) for entry in p), arb(0))) / beta
        for state in (None, *states):
            s = x if state is None else vector(state)
            away = [a - b for a, b in zip(s, x, strict=True)]
            square = dot(away, product(gates, away)) / 2
            energy = clamped_energy(memory, s, r)
            off.append((energy - floor - square - flat - plain - disorder) / (1 + dot(s, s)))
            terms += [square, flat, plain, disorder]
            lowest = min(lowest, energy, key=lambda value: float(value.mid()))
    findings.zero("E = floor + four terms", off, 1e-50)
    findings.not_negative("none of the four is negative", terms, 1e-50)
    findings.note("lowest energy seen", lowest)


def _driven(memory: ClampedMemory, p: Vector) -> Vector:
    """u + λp."""
    return [u + memory.gain * entry for u, entry in zip(memory.drive, p, strict=True)]


def _falls(findings: Findings, memory: ClampedMemory, ray: Ray) -> None:
    findings.holds(
        "a ray with negative leading coefficient",
        ray.curvature < 0 or (ray.curvature == 0 and ray.slope < 0),
        f"vᵀAv = {float(ray.curvature):.3g}, slope {float(ray.slope):.3g}",
    )
    r = [ball(weight).log() / memory.beta for weight in ray.weights]
    # The direction in units of its largest entry, so that lengths mean the same for each instance.
    unit = max(abs(v) for v in ray.direction)
    v = [Fraction(entry, unit) for entry in ray.direction]
    curvature, slope = ray.curvature / unit**2, ray.slope / unit
    start = clamped_energy(memory, [arb(0)] * memory.n, r)
    off: list[Ball] = []
    last = start
    for power in LENGTHS:
        t = 2**power
        last = clamped_energy(memory, [ball(t * entry) for entry in v], r)
        off.append((last - start - ball(curvature * t * t / 2 + slope * t)) / (t * t))
    findings.zero("the energy along it is that polynomial", off, 1e-50)
    findings.positive(f"below -{DEPTH:.0e} in the end", [-DEPTH - last])
    held = softmax([memory.beta * entry for entry in r])
    findings.zero("r̂ is held at p", [a - ball(b) for a, b in zip(held, ray.weights, strict=True)])


def opposed(n: int) -> Float:
    """N memories with pairwise product -1: A(1/(N-1)) is positive semidefinite with the kernel span(1)."""
    pairs = list(combinations(range(n), 2))
    memories = np.zeros((n, len(pairs)))
    for column, (i, j) in enumerate(pairs):
        memories[i, column], memories[j, column] = 1.0, -1.0
    return memories


def _drawn(rng: np.random.Generator) -> Iterator[ContextInstance]:
    for n, d in ((1, 1), (2, 3), (3, 2), (6, 10), (12, 5), (20, 10)):
        base = draw_context(rng, n, d, alpha=0.0, beta=float(rng.uniform(0.5, 4.0)), gain=1.0, unit_norm=n % 2 == 0)
        overlaps = base.memories @ base.memories.T
        np.fill_diagonal(overlaps, 0.0)
        least = float(np.linalg.eigvalsh(overlaps)[0])
        for factor, gain in ((0.5, 0.7), (1 - 2.0**-10, 0.0), (1 + 2.0**-10, 2.0), (3.0, 0.0)):
            alpha = factor * (1.0 / -least if least < 0.0 else 1.0)
            yield replace(base, alpha=alpha, gain=gain, name=f"drawn N={n} d={d} α={factor:g}·α_crit λ={gain:g}")
    # ker A = span(1), exactly. With n - 1 a power of two α is a double.
    for n in (2, 3, 5):
        for gain in (0.0, 0.75):
            for shift in (0.0, 2.0**-10, -0.25):
                u = rng.integers(-8, 9, n) / 8.0
                u[0] += -gain - u.sum() + shift
                name = f"opposed N={n} λ={gain:g} ⟨1,u⟩+λ={shift:g}"
                yield ContextInstance(opposed(n), 1.0 / (n - 1), 2.0, gain, u, rng.integers(-8, 9, n) / 8.0, name)
    # Other kernels: two copies have (1, -1), two opposite pairs a plane.
    copies = np.ones((2, 1))
    for gain, drive in ((0.0, (0.5, 0.5)), (0.0, (0.5, 0.25)), (0.5, (-0.25, -0.25))):
        yield ContextInstance(copies, 1.0, 1.0, gain, np.array(drive), name=f"copies λ={gain:g} u={drive}")
    pairs = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    for gain, pushes in ((0.0, (1.0, -1.0, 0.5, -0.5)), (0.0, (1.0, 1.0, 0.0, 0.0)), (1.0, (-0.5, -0.5, 0.0, 0.0))):
        yield ContextInstance(
            pairs, 1.0, 1.0, gain, np.array(pushes), name=f"two opposite pairs λ={gain:g} u={pushes}"
        )
