"""CG11: below the threshold βλ²/(2η_min) = 1 the retrieval map contracts, and the constant is sharp."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from flint import arb, arb_mat

from gatedmem.numerics.enclosures import (
    Ball,
    RootBox,
    Vector,
    ball,
    cholesky_proves_positive,
    interval,
    krawczyk,
    norm,
    polish,
    product,
    roots_in_box,
    show,
    square,
    vector,
)
from gatedmem.numerics.jets import Jet, join, system
from gatedmem.proofs.certificates.context import draws
from gatedmem.proofs.certificates.context.model import ClampedMemory, Retrieval
from gatedmem.proofs.certificates.findings import Findings, certify
from gatedmem.proofs.evidence import Certified, Request

Float = npt.NDArray[np.float64]

# κ = (this)·βλ²/η_min. A test that puts another number here must see CG11 refuted.
CONTRACTION = Fraction(1, 2)

RADII = (1e-4, 1e-8, 1e-12)
ITERATIONS = 2000
# The iterates that are held against the a-priori bound, and how far they are followed towards the box.
COMPARED, FOLLOWED = 15, 300
# Up to this size every fixed point is searched for, which proves that there is one only.
LARGEST_COMPLETE_SEARCH = 3


def cg11(request: Request) -> Iterator[Certified]:
    """κ < 1 in exact numbers, the fixed point enclosed, the a-priori bound, the slope of Φ; sharpness on pairs."""
    rng = np.random.default_rng([request.seed, 211])
    for instance in draws.instances(request, 211, (0.5, 0.9, 0.2, 0.99)):
        n = instance.n_memories
        starts = [draws.gains(rng, n), draws.gains(rng, n, 5.0), tuple(Fraction(int(i == 0)) for i in range(n))]
        yield certify(instance.name, _contracts, ClampedMemory(instance), starts)
    if request.context is None:
        for overlap, alpha, gain in ((0.0, 0.0, 1.0), (0.5, 1.0, 2.0)):
            eta = 1 - alpha * overlap
            for side in (-1, 1):
                beta = 2 * eta * (1 + side * 2.0**-10) / gain**2
                pair = draws.symmetric_pair(overlap, alpha, beta)
                name = f"{pair.name.removesuffix(' λ=1')} λ={gain:g}"
                instance = replace(pair, gain=gain, name=name)
                yield certify(f"sharpness, {instance.name}", _sharp, ClampedMemory(instance))


def contraction(memory: ClampedMemory) -> tuple[Fraction, Fraction] | None:
    """Exact bounds on κ, or None if A(α) ≻ 0 was not proved."""
    if memory.eta is None or memory.eta[0] <= 0:
        return None
    strength = CONTRACTION * Fraction(memory.instance.beta) * Fraction(memory.instance.gain) ** 2
    return strength / memory.eta[1], strength / memory.eta[0]


def enclose_fixed_point(retrieval: Retrieval, start: Vector) -> RootBox:
    """Test a box about the fixed point of Φ near ``start``."""
    equations = system(lambda p: p - retrieval(p))
    centre = polish(equations, start)
    for radius in RADII:
        tested = krawczyk(equations, centre, [radius] * len(centre))
        if tested.outcome != "undecided":
            break
    return tested


def all_fixed_points(retrieval: Retrieval) -> tuple[list[RootBox], list[Vector]]:
    """Every fixed point of Φ by bisection, in the coordinates p_1 … p_{N-1} of the simplex; N ≥ 2."""
    free = retrieval.memory.n - 1

    def residual(q: Jet) -> Jet:
        return q - retrieval(join(q, -q.sum() + 1))[range(free)]

    return roots_in_box(system(residual), [interval(0, 1)] * free)


def _contracts(findings: Findings, memory: ClampedMemory, starts: list[tuple[Fraction, ...]]) -> None:
    if memory.eta is None:
        findings.does_not_apply("no lower bound on η_min could be proved")
        return
    low, high = memory.eta
    findings.note("η_min", interval(low, high))
    if high <= 0:
        findings.does_not_apply(f"η_min = {show(interval(low, high), 6)} ≤ 0: CG11 does not apply")
        return
    kappas = contraction(memory)
    if kappas is None:
        findings.does_not_apply(f"η_min between {float(low):.3g} and {float(high):.3g}: its sign is not decided")
        return
    kappa = interval(*kappas)
    findings.note("κ", kappa)
    if kappas[0] >= 1:
        findings.does_not_apply(f"κ = {show(kappa, 8)} ≥ 1: CG11 does not apply")
        return
    if kappas[1] >= 1:
        findings.does_not_apply(f"κ between {float(kappas[0])!r} and {float(kappas[1])!r}: not separated from 1")
        return
    findings.holds("κ < 1 in exact numbers", True)

    retrieval = Retrieval(memory)
    root = enclose_fixed_point(retrieval, settle(retrieval, starts[0]))
    findings.holds("one fixed point in a box", root.outcome == "unique" or None, root.outcome)
    if root.outcome != "unique":
        return
    target = root.enclosure
    findings.note("largest p*", max(target, key=lambda gain: float(gain.mid())))
    _iterates(findings, retrieval, root, kappa, starts)
    _pairs(findings, retrieval, kappa, starts)
    _slopes(findings, retrieval, kappa, [target, *(vector(start) for start in starts)])
    if 2 <= memory.n <= LARGEST_COMPLETE_SEARCH:
        found, rest = all_fixed_points(retrieval)
        findings.holds(
            "complete search: one fixed point",
            False if len(found) > 1 else (len(found) == 1 and not rest) or None,
            f"{len(found)} found, {len(rest)} boxes open",
        )


def settle(retrieval: Retrieval, start: Sequence[Fraction] | Float) -> Vector:
    """A proposal for a fixed point: iterate Φ in doubles until nothing moves."""
    inverse = np.array([[float(entry.mid()) for entry in row] for row in retrieval.inverse.tolist()])
    score = np.array([float(entry.mid()) for entry in retrieval.score])
    beta, gain = retrieval.memory.instance.beta, retrieval.memory.instance.gain
    point = np.array([float(entry) for entry in start])
    for _ in range(ITERATIONS):
        exponent = beta * (score + gain**2 * (inverse @ point))
        weights = np.exp(exponent - exponent.max())
        point, before = weights / weights.sum(), point
        if float(np.abs(point - before).max()) < 1e-15:
            break
    return vector(point)


def _iterates(
    findings: Findings, retrieval: Retrieval, root: RootBox, kappa: Ball, starts: list[tuple[Fraction, ...]]
) -> None:
    """‖p_k - p*‖ ≤ κ^k/(1-κ)·‖p_1 - p_0‖ for the first iterates, in balls, and the way into the box."""
    slacks, steps = [], []
    for start in starts:
        point = vector(start)
        first = retrieval(Jet(point)).value
        scale = norm(_difference(first, point)) / (1 - kappa)
        for k in range(FOLLOWED):
            if k < COMPARED:
                slacks.append(scale * kappa**k - norm(_difference(point, root.enclosure)))
            elif all(region.contains(entry) for region, entry in zip(root.region, point, strict=True)):
                steps.append(k)
                break
            point = retrieval(Jet(point)).value
    findings.not_negative("a-priori bound", slacks)
    if len(steps) == len(starts):
        findings.holds("every start ends in the box", True, f"after {max(steps)} steps at most")


def _pairs(findings: Findings, retrieval: Retrieval, kappa: Ball, starts: list[tuple[Fraction, ...]]) -> None:
    """‖Φ(p) - Φ(q)‖ ≤ κ‖p - q‖ for every pair of starts, far apart as they are."""
    points = [vector(start) for start in starts]
    images = [retrieval(Jet(point)).value for point in points]
    slacks = [
        kappa * norm(_difference(points[i], points[j])) - norm(_difference(images[i], images[j]))
        for i in range(len(points))
        for j in range(i)
    ]
    findings.not_negative("‖Φ(p) - Φ(q)‖ ≤ κ‖p - q‖", slacks)


def _slopes(findings: Findings, retrieval: Retrieval, kappa: Ball, points: list[Vector]) -> None:
    """‖DΦ(p)‖ ≤ κ, that is κ²I - DΦᵀDΦ ⪰ 0, by ball Cholesky; a direction that is stretched more refutes it."""
    n = retrieval.memory.n
    outcome: bool | None = True
    largest = arb(0)
    for point in points:
        slope = arb_mat(retrieval(Jet.variable(point)).tangent)
        direction = _stretched(slope)
        quotient = norm(product(slope, direction)) / norm(direction)
        largest = max(largest, quotient, key=lambda value: float(value.mid()))
        if quotient > kappa:
            outcome = False
        elif not _frobenius(slope) <= kappa and not cholesky_proves_positive(
            arb_mat(n, n, 1) * square(kappa) - slope.transpose() * slope
        ):
            outcome = outcome and None
    findings.holds("‖DΦ‖ ≤ κ at the points looked at", outcome, f"largest stretch {show(largest, 8)}")


def _frobenius(slope: arb_mat) -> Ball:
    """An upper bound of the spectral norm, which decides the easy cases, among them DΦ = 0."""
    return norm(slope.entries())


def _stretched(slope: arb_mat) -> Vector:
    """The direction that the midpoint matrix stretches most, from doubles."""
    table = np.array([[float(entry.mid()) for entry in row] for row in slope.tolist()])
    return vector(np.linalg.svd(table)[2][0])


def _sharp(findings: Findings, memory: ClampedMemory) -> None:
    """On a symmetric pair the claimed κ decides between one and three fixed points, and is the slope at (½,½)."""
    kappas = contraction(memory)
    if kappas is None:
        findings.holds("A(α) ≻ 0", None)
        return
    kappa = interval(*kappas)
    findings.note("κ", kappa)
    retrieval = Retrieval(memory)
    half = [ball(Fraction(1, 2))] * 2
    slope = arb_mat(retrieval(Jet.variable(half)).tangent)
    stretched = product(slope, vector([1, -1]))
    findings.zero("DΦ(½,½)(1,-1) = κ(1,-1)", [stretched[0] - kappa, stretched[1] + kappa], 1e-9)
    found, rest = all_fixed_points(retrieval)
    expected = 1 if kappas[1] < 1 else 3 if kappas[0] > 1 else None
    counted = None if rest else len(found)
    findings.holds(
        f"{expected} fixed point{'s' if expected == 3 else ''}",
        None if counted is None or expected is None else counted == expected,
        f"{len(found)} found, {len(rest)} boxes open, claimed κ = {show(kappa, 8)}",
    )


def _difference(left: Vector, right: Vector) -> Vector:
    return [a - b for a, b in zip(left, right, strict=True)]
