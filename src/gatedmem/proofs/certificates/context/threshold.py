"""CG12, CG13: the exact threshold of uniqueness over all drives, and the count of fixed points of two memories."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from flint import arb, arb_mat

from gatedmem.numerics.convex import PairDual, SolverError, pair_program
from gatedmem.numerics.enclosures import (
    Ball,
    RootBox,
    Vector,
    ball,
    cholesky_proves_positive,
    dot,
    interval,
    product,
    show,
    vector,
)
from gatedmem.numerics.instances import ContextInstance
from gatedmem.proofs.certificates.context import draws
from gatedmem.proofs.certificates.context.contraction import all_fixed_points, enclose_fixed_point, settle
from gatedmem.proofs.certificates.context.model import ClampedMemory, Retrieval
from gatedmem.proofs.certificates.findings import Findings, certify
from gatedmem.proofs.evidence import Certified, Request

Float = npt.NDArray[np.float64]

# Constants of the statements; a test that puts other numbers here must see them refuted.
PAIR_FACTOR = Fraction(1, 4)  # CG12: unique for every drive iff βλ²·max(B_ii+B_jj-2B_ij)·(this) ≤ 1
TWO_MEMORIES = Fraction(1, 2)  # CG13: three fixed points iff βλ²·(this)/η > 1

# Gains of the memories outside the worst pair, in the drive that shows several fixed points.
OUTSIDE = 2.0**-14
LARGEST_COMPLETE_SEARCH = 3
# The largest size for which the semidefinite program is solved, and how near (relatively) its dual point must come.
LARGEST_PROGRAM = 10
NEAR = Fraction(1, 10**4)


def cg12(request: Request) -> Iterator[Certified]:
    """Both sides of the threshold: convexity for every gain below, a drive with several fixed points above."""
    rng = np.random.default_rng([request.seed, 212])
    if request.context is not None:
        chosen = [request.context]
    else:
        chosen = []
        for instance in draws.instances(request, 212, (0.5,)):
            for value in (0.5, 1 - 2.0**-6, 1 + 2.0**-6, 2.0):
                if instance.n_memories > 1 or value == 0.5:
                    chosen.append(at_threshold(instance, value))
    for instance in chosen:
        n = instance.n_memories
        points = [draws.gains(rng, n, spread) for spread in (0.5, 3.0)]
        directions = [rng.standard_normal(n) for _ in range(4)]
        memory = ClampedMemory(instance)
        yield certify(instance.name, _threshold, memory, points, directions)
        if request.context is None and 2 <= n <= LARGEST_PROGRAM:
            yield _relaxed(instance, memory)


def cg13(request: Request) -> Iterator[Certified]:
    """Every fixed point of two memories without drive or evidence, counted by complete search."""
    if request.context is not None:
        user = request.context
        if user.n_memories != 2:
            yield certify(
                user.name, Findings.does_not_apply, f"CG13 is about two memories; here are {user.n_memories}"
            )
            return
        yield certify(user.name, _two_memories, _undriven(user))
        return
    rng = np.random.default_rng([request.seed, 213])
    for overlap, alpha in ((0.0, 1.0), (0.75, 1.0), (-0.5, 1.0), (0.25, 2.0)):
        for kappa in (0.5, 1 - 2.0**-9, 1 + 2.0**-9, 1.5, 6.0):
            gain = float(rng.uniform(0.5, 2.0))
            pair = draws.symmetric_pair(overlap, alpha, 2 * (1 - alpha * overlap) * kappa / gain**2)
            instance = replace(pair, gain=gain, name=f"pair G₁₂={overlap:g} α={alpha:g} βλ²/(2η)={kappa:g}")
            yield certify(instance.name, _two_memories, instance)


def at_threshold(instance: ContextInstance, value: float) -> ContextInstance:
    """The instance with λ such that βλ²·max(B_ii+B_jj-2B_ij)/4 is near ``value``."""
    overlaps = instance.memories @ instance.memories.T
    np.fill_diagonal(overlaps, 0.0)
    inverse = np.linalg.inv(np.eye(instance.n_memories) + instance.alpha * overlaps)
    diagonal = np.diag(inverse)
    largest = float((diagonal[:, None] + diagonal[None, :] - 2 * inverse).max()) or 1.0
    gain = float(np.sqrt(4 * value / (instance.beta * largest)))
    return replace(instance, gain=gain, name=f"{instance.name.split(' λ=')[0]} threshold at {value:g}")


def _undriven(instance: ContextInstance) -> ContextInstance:
    return ContextInstance(instance.memories, instance.alpha, instance.beta, instance.gain, name=instance.name)


def worst_pair(inverse: arb_mat) -> tuple[int, int, Ball]:
    """The pair with the largest B_ii + B_jj - 2B_ij, and an enclosure of that maximum."""
    rows = inverse.tolist()
    size = len(rows)
    values = {(i, j): rows[i][i] + rows[j][j] - 2 * rows[i][j] for i in range(size) for j in range(i)}
    i, j = max(values, key=lambda pair: float(values[pair].mid()))
    largest = values[i, j]
    for value in values.values():
        if not value <= largest:
            largest = largest.union(value) if value.overlaps(largest) else value
    return i, j, largest


def _threshold(
    findings: Findings, memory: ClampedMemory, points: Sequence[Sequence[Fraction]], directions: Sequence[Float]
) -> None:
    if memory.eta is None or memory.eta[0] <= 0:
        findings.does_not_apply("A(α) ≻ 0 was not proved: CG12 does not apply")
        return
    if memory.n == 1:
        findings.holds("one memory: the simplex is a point", True)
        return
    inverse = memory.inverse()
    i, j, largest = worst_pair(inverse)
    strength = memory.beta * memory.gain * memory.gain
    level = strength * largest * ball(PAIR_FACTOR)
    projected = _projected(inverse)
    kappa = strength / (2 * interval(*memory.eta))
    findings.note("βλ²max(B_ii+B_jj-2B_ij)/4", level)
    findings.note("βλ²λ_max(PBP)/2", strength * projected / 2)
    findings.note("βλ²/(2η_min)", kappa)
    slack = ball(Fraction(1, 10**9)) * kappa
    findings.not_negative(
        "the three in order", [strength * projected / 2 - level + slack, kappa - strength * projected / 2 + slack]
    )

    # The two facts behind it: Σd²/p ≥ ‖d‖₁², and dᵀBd ≤ ‖d‖₁²·max/4 on Σd = 0 with equality on the worst pair.
    flat, quadratic = [], []
    for direction in directions:
        raw = vector(direction)
        mean = sum(raw, arb(0)) / memory.n
        d = [entry - mean for entry in raw]
        total = sum((abs(entry) for entry in d), arb(0))
        quadratic.append(ball(PAIR_FACTOR) * largest * total * total - dot(d, product(inverse, d)))
        for point in points:
            flat.append(
                sum((entry * entry / ball(p) for entry, p in zip(d, point, strict=True)), arb(0)) - total * total
            )
    findings.positive("Σd²/p ≥ ‖d‖₁²", flat)
    findings.not_negative("dᵀBd ≤ ‖d‖₁²max(B_ii+B_jj-2B_ij)/4", quadratic, 1e-50)
    edge = [arb(int(index == i) - int(index == j)) / 2 for index in range(memory.n)]
    findings.zero(
        "attained on the worst pair", [dot(edge, product(inverse, edge)) - ball(PAIR_FACTOR) * largest], 1e-50
    )

    worst = _worst_gains(memory.n, i, j)
    if level < 1:
        tested = [vector(point) for point in points] + [vector(worst)]
        convex = all(_convex(memory, inverse, p) for p in tested)
        findings.holds("below: F is strictly convex at the points looked at", convex or None)
        _one_fixed_point(findings, memory, worst)
    elif level > 1:
        _several_fixed_points(findings, memory, worst, i, j)
    else:
        findings.does_not_apply(f"βλ²max(B_ii+B_jj-2B_ij)/4 = {show(level, 8)}: not separated from 1")


def _relaxed(instance: ContextInstance, memory: ClampedMemory) -> Certified:
    """The pair formula against a semidefinite program in all directions at once."""
    name = f"{instance.name}, relaxed"
    near = np.array([[float(entry.mid()) for entry in row] for row in memory.inverse().tolist()])
    try:
        return certify(name, _meets_its_dual, memory, pair_program(near))
    except SolverError as error:
        return certify(name, Findings.does_not_apply, f"no dual point was proposed: {error}")


def _meets_its_dual(findings: Findings, memory: ClampedMemory, dual: PairDual) -> None:
    """PAIR_FACTOR·max(B_ii+B_jj-2B_ij) is the maximum of ⟨B, D⟩ over D ⪰ 0, D1 = 0, Σ|D_ij| ≤ 1: all ddᵀ are such."""
    inverse = memory.inverse()
    i, j, largest = worst_pair(inverse)
    n, level, bound = memory.n, ball(PAIR_FACTOR) * largest, ball(dual.bound)
    slack = arb_mat(
        [
            [ball(dual.signed[a][b] + dual.shift[a] + dual.shift[b]) - inverse[a, b] for b in range(n)]
            for a in range(n)
        ]
    )
    findings.note("dual bound", bound)
    shown = cholesky_proves_positive(slack)
    findings.holds("dual point: U + y1ᵀ + 1yᵀ - B ≻ 0", shown or None)
    if shown:
        findings.not_negative("the maximum is at most the largest |U_ij|", [bound - level])
    edge = [arb(int(index == i) - int(index == j)) / 2 for index in range(n)]
    reached = dot(edge, product(inverse, edge))
    findings.not_negative("and at least the value at a pair", [level - reached], 1e-50)
    meet = bool(bound < reached * (1 + ball(NEAR)))
    findings.holds("the two meet", meet or None, f"{show(reached)} and {show(bound)}")


def _projected(inverse: arb_mat) -> Ball:
    """λ_max(PBP): a Rayleigh quotient below, a ball Cholesky above."""
    size = inverse.nrows()
    centring = arb_mat(size, size, 1) - arb_mat([[arb(1) / size] * size] * size)
    squeezed = centring * inverse * centring
    table = np.array([[float(entry.mid()) for entry in row] for row in squeezed.tolist()])
    values, vectors = np.linalg.eigh((table + table.T) / 2)
    top = vector(vectors[:, -1])
    low = dot(top, product(squeezed, top)) / dot(top, top)
    for slack in (1e-12, 1e-9, 1e-6, 1e-3):
        high = ball(float(values[-1]) * (1 + slack))
        if cholesky_proves_positive(arb_mat(size, size, 1) * high - squeezed):
            return low.union(high)
    return arb("nan")


def _worst_gains(size: int, i: int, j: int) -> Float:
    gains = np.full(size, OUTSIDE)
    gains[[i, j]] = (1 - (size - 2) * OUTSIDE) / 2
    return gains


def _convex(memory: ClampedMemory, inverse: arb_mat, p: Vector) -> bool:
    """The Hessian (1/β)diag(1/p) - λ²B of F is positive definite on Σd = 0."""
    n = memory.n
    hessian = inverse * -(memory.gain * memory.gain)
    for index in range(n):
        hessian[index, index] += 1 / (memory.beta * p[index])
    # Eliminating the largest gain keeps the reduced matrix well conditioned.
    base = max(range(n), key=lambda index: float(p[index].mid()))
    basis = arb_mat(n, n - 1)
    for column, index in enumerate(index for index in range(n) if index != base):
        basis[index, column], basis[base, column] = arb(1), arb(-1)
    return cholesky_proves_positive(basis.transpose() * hessian * basis)


def _driven(memory: ClampedMemory, gains: Float) -> ClampedMemory:
    """The same memories with the evidence that makes ``gains`` very nearly a fixed point, and no drive."""
    overlaps = np.array([[float(entry.mid()) for entry in row] for row in memory.inverse().tolist()])
    evidence = np.log(gains) / memory.instance.beta - memory.instance.gain**2 * (overlaps @ gains)
    return ClampedMemory(replace(memory.instance, evidence=evidence - evidence.mean(), drive=np.zeros(memory.n)))


def _one_fixed_point(findings: Findings, memory: ClampedMemory, worst: Float) -> None:
    """Under the own drive and under the worst one: every start ends in one box; small sizes searched completely."""
    for label, driven in (("own drive", memory), ("worst drive", _driven(memory, worst))):
        retrieval = Retrieval(driven)
        if memory.n <= LARGEST_COMPLETE_SEARCH:
            found, rest = all_fixed_points(retrieval)
            outcome = False if len(found) > 1 else (len(found) == 1 and not rest) or None
            findings.holds(f"{label}: one fixed point", outcome, f"{len(found)} found, {len(rest)} boxes open")
        else:
            roots = _reached(retrieval, [np.eye(memory.n)[0], np.eye(memory.n)[-1], worst])
            apart = any(_disjoint(roots[0], other) for other in roots[1:])
            findings.holds(f"{label}: starts agree", False if apart else (bool(roots) or None), f"{len(roots)} boxes")


def _reached(retrieval: Retrieval, starts: Sequence[Float]) -> list[RootBox]:
    """Enclose the fixed points that iteration from these starts ends in."""
    boxes = [enclose_fixed_point(retrieval, settle(retrieval, start)) for start in starts]
    return [root for root in boxes if root.outcome == "unique"]


def _disjoint(one: RootBox, other: RootBox) -> bool:
    return any(not a.overlaps(b) for a, b in zip(one.enclosure, other.enclosure, strict=True))


def _several_fixed_points(findings: Findings, memory: ClampedMemory, worst: Float, i: int, j: int) -> None:
    """A drive near the worst pair's has a fixed point where Φ expands, and others to either side of it."""
    retrieval = Retrieval(_driven(memory, worst))
    if memory.n <= LARGEST_COMPLETE_SEARCH:
        found, rest = all_fixed_points(retrieval)
        outcome = True if len(found) > 1 else (None if rest else False)
        findings.holds("above: a drive with several fixed points", outcome, f"{len(found)} found, {len(rest)} open")
        return
    starts = []
    for sign in (1, -1):
        tilted = worst.copy()
        tilted[i] += sign * worst[i] / 2
        tilted[j] -= sign * worst[i] / 2
        starts.append(tilted)
    middle = enclose_fixed_point(retrieval, vector(worst))
    roots = [root for root in [middle, *_reached(retrieval, starts)] if root.outcome == "unique"]
    distinct: list[RootBox] = []
    for root in roots:
        if all(_disjoint(root, other) for other in distinct):
            distinct.append(root)
    findings.holds("above: a drive with several fixed points", len(distinct) > 1 or None, f"{len(distinct)} enclosed")


def _two_memories(findings: Findings, instance: ContextInstance) -> None:
    memory = ClampedMemory(instance)
    overlap = Fraction(int(memory.gates[0, 1].p), int(memory.gates[0, 1].q))
    eta = 1 - overlap  # the eigenvalue of A(α) on (1, -1); on (1, 1) it is 1 + αG₁₂
    if abs(overlap) >= 1:
        findings.does_not_apply("A(α) is not positive definite: CG13 does not apply")
        return
    kappa = TWO_MEMORIES * Fraction(instance.beta) * Fraction(instance.gain) ** 2 / eta
    findings.note("βλ²/(2η)", ball(kappa))
    if memory.eta is not None and overlap >= 0:
        low, high = memory.eta
        findings.holds("for G₁₂ ≥ 0 η is η_min: CG11's constant", low <= eta <= high)
    if kappa == 1:
        findings.does_not_apply("βλ²/(2η) = 1 exactly: the root is triple and no box can count it")
        return
    expected = 1 if kappa < 1 else 3
    found, rest = all_fixed_points(Retrieval(memory))
    findings.holds(
        f"{expected} fixed point{'s' if expected == 3 else ''}",
        None if rest else len(found) == expected,
        f"{len(found)} found, {len(rest)} boxes open",
    )
