"""CG14: the reduced energy F: its critical points, what it is left of, and where exactly it is convex."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from flint import arb, arb_mat, fmpq_mat

from gatedmem.numerics.enclosures import (
    Vector,
    ball,
    dot,
    krawczyk,
    midpoints,
    polish,
    product,
    vector,
)
from gatedmem.numerics.exact import fraction, quadratic
from gatedmem.numerics.instances import ContextInstance
from gatedmem.numerics.jets import Jet, join, system
from gatedmem.proofs.certificates.context import draws
from gatedmem.proofs.certificates.context.contraction import enclose_fixed_point, settle
from gatedmem.proofs.certificates.context.flows import clamped_energy
from gatedmem.proofs.certificates.context.model import ClampedMemory, Retrieval
from gatedmem.proofs.certificates.context.threshold import at_threshold
from gatedmem.proofs.certificates.findings import Findings, certify
from gatedmem.proofs.evidence import Certified, Request

Float = npt.NDArray[np.float64]

# Constants of the statement; a test that puts other numbers here must see them refuted.
CONVEXITY = Fraction(1, 4)  # F is strictly convex iff βλ²·max(B_ii+B_jj-2B_ij)·(this) ≤ 1
FEEDBACK = Fraction(1, 2)  # F = -⟨h, p⟩ - (this)·λ²pᵀBp + ⟨p, log p⟩/β

# Boxes tried about a critical point: the narrower ones where several are close together.
RADII = (1e-9, 1e-14, 1e-20)
# Least weight off the worst pair, tried in turn until the violation shows.
CORNERS = (6, 12, 24, 48, 96)


def cg14(request: Request) -> Iterator[Certified]:
    """Critical points against fixed points, F against the energy, convexity decided exactly on either side."""
    rng = np.random.default_rng([request.seed, 214])
    if request.context is not None:
        chosen = [request.context]
    else:
        chosen = [
            at_threshold(instance, value)
            for instance in draws.instances(request, 214, (0.5,))
            if instance.n_memories <= 10
            for value in (0.5, 1 - 2.0**-7, 1 + 2.0**-7, 2.0)
        ]
        # Exactly at the threshold: A = I has max(B_ii + B_jj - 2B_ij) = 2, so that βλ² = 2 is critical.
        chosen += [
            ContextInstance(
                np.eye(n), 0.5, 2.0, 1.0, rng.standard_normal(n), name=f"orthonormal N={n}, at the threshold"
            )
            for n in (2, 4)
        ]
    seen = set[str]()
    for instance in chosen:
        if instance.name in seen:  # one memory: no threshold
            continue
        seen.add(instance.name)
        points = [draws.gains(rng, instance.n_memories, spread) for spread in (0.3, 1.0, 4.0)]
        states = [scale * rng.standard_normal(instance.n_memories) for scale in (0.3, 3.0)]
        yield certify(instance.name, _reduced, ClampedMemory(instance), points, states)


class ReducedEnergy:
    """F(p) = -⟨b + λA⁻¹u, p⟩ - (λ²/2)pᵀA⁻¹p + (1/β)⟨p, log p⟩, at the working precision of its construction."""

    def __init__(self, memory: ClampedMemory) -> None:
        self.memory = memory
        self.inverse = memory.inverse()
        self.score = memory.fixed_score(self.inverse)

    def __call__(self, p: Jet) -> Jet:
        """F and its derivative."""
        memory = self.memory
        feedback = (p * p.apply(self.inverse)).sum().scaled(ball(FEEDBACK) * memory.gain * memory.gain)
        disorder = (p * p.log()).sum().scaled(1 / memory.beta)
        return disorder - feedback - (p * Jet(self.score)).sum()

    def slope(self, p: Vector) -> Vector:
        """Derivatives along e_i - e_1, i > 1: zero at a critical point on the simplex."""
        gradient = self(Jet.variable(p)).tangent[0]
        return [entry - gradient[0] for entry in gradient[1:]]


def _reduced(
    findings: Findings, memory: ClampedMemory, points: Sequence[Sequence[Fraction]], states: Sequence[Float]
) -> None:
    if memory.eta is None or memory.eta[0] <= 0:
        findings.does_not_apply("A(α) ≻ 0 was not proved: CG14 does not apply")
        return
    energy = ReducedEnergy(memory)
    _left_over(findings, energy, points, states)
    if memory.n == 1:
        findings.holds("one memory: the simplex is a point", True)
        return
    _critical_points(findings, energy, points)
    _convexity(findings, energy, points)


def _left_over(
    findings: Findings, energy: ReducedEnergy, points: Sequence[Sequence[Fraction]], states: Sequence[Float]
) -> None:
    """E(s, r) = F(p) - ½uᵀBu + ½(s - s_p)ᵀA(s - s_p), with A ≻ 0 proved: the minimum over s is at s_p."""
    memory = energy.memory
    gates = arb_mat(memory.gates)
    offset = dot(memory.drive, product(energy.inverse, memory.drive)) / 2
    off = []
    for point in points:
        p = vector(point)
        r = [entry.log() / memory.beta for entry in p]
        best = product(energy.inverse, [u + memory.gain * entry for u, entry in zip(memory.drive, p, strict=True)])
        least = energy(Jet(p)).value[0] - offset
        for state in (None, *states):
            s = best if state is None else vector(state)
            away = [a - b for a, b in zip(s, best, strict=True)]
            square = dot(away, product(gates, away)) / 2
            off.append((clamped_energy(memory, s, r) - least - square) / (1 + dot(s, s)))
    findings.zero("E = F + const + ½(s-s_p)ᵀA(s-s_p)", off, 1e-40)


def _critical_points(findings: Findings, energy: ReducedEnergy, points: Sequence[Sequence[Fraction]]) -> None:
    """Every fixed point found is a critical point; a critical point enclosed on its own is that fixed point."""
    memory = energy.memory
    retrieval = Retrieval(memory)
    enclosures = _fixed_points(retrieval, points)
    if not enclosures:
        # At a fixed point where Φ has slope 1 no box can tell one root from three.
        findings.note("fixed points", "none could be enclosed: degenerate")
        return
    findings.note("fixed points enclosed", len(enclosures))
    findings.zero("∇F ∝ 1 at the fixed points", [entry for p in enclosures for entry in energy.slope(p)], 1e-20)

    def conditions(logs: Jet) -> Jet:
        # In the coordinates log(p_i/p_1) the boundary of the simplex is far away and ∇F is smooth.
        p = join(Jet([arb(0)]), logs).softmax()
        gradient = p.apply(energy.inverse).scaled(-2 * ball(FEEDBACK) * memory.gain * memory.gain)
        gradient = gradient + p.log().scaled(1 / memory.beta) + Jet([-h for h in energy.score])
        return Jet(
            [entry - gradient.value[0] for entry in gradient.value[1:]],
            [[a - b for a, b in zip(row, gradient.tangent[0], strict=True)] for row in gradient.tangent[1:]],
        )

    equations = system(conditions)
    apart = []
    for p in enclosures:
        logs = [(entry / p[0]).log() for entry in midpoints(p)[1:]]
        # Started away from the fixed point, so that Newton has to find the critical point by itself.
        centre = polish(equations, [ball(float(entry.mid()) + 2.0**-20) for entry in logs])
        for radius in RADII:
            tested = krawczyk(equations, centre, [radius] * len(centre))
            if tested.outcome != "undecided":
                break
        findings.holds("a critical point of F enclosed", tested.outcome == "unique" or None)
        critical = join(Jet([arb(0)]), Jet(tested.enclosure)).softmax().value
        image = retrieval(Jet(critical)).value
        apart += [a - b for a, b in zip(image, critical, strict=True)]
    findings.zero("Φ(p) = p at the critical points", apart, 1e-20)


def _fixed_points(retrieval: Retrieval, points: Sequence[Sequence[Fraction]]) -> list[Vector]:
    """Fixed points of Φ that the iteration ends in, from the points and a few vertices, and one near the centre."""
    n = retrieval.memory.n
    vertices = [tuple(Fraction(int(i == vertex)) for i in range(n)) for vertex in range(min(n, 3))]
    chosen = (*points, *vertices) if n <= 10 else points[:1]
    starts = [settle(retrieval, point) for point in chosen]
    enclosures: list[Vector] = []
    for start in (*starts, [arb(1) / n] * n) if n <= 10 else starts:
        found = enclose_fixed_point(retrieval, start)
        apart = all(
            any(not a.overlaps(b) for a, b in zip(found.enclosure, known, strict=True)) for known in enclosures
        )
        if found.outcome == "unique" and apart:
            enclosures.append(found.enclosure)
    return enclosures


def _convexity(findings: Findings, energy: ReducedEnergy, points: Sequence[Sequence[Fraction]]) -> None:
    memory = energy.memory
    n, instance = memory.n, memory.instance
    inverse: fmpq_mat = memory.gates.inv()
    beta, square = Fraction(instance.beta), Fraction(instance.gain) ** 2
    rows = inverse.tolist()
    pairs = {(i, j): fraction(rows[i][i] + rows[j][j] - 2 * rows[i][j]) for i in range(n) for j in range(i)}
    worst = max(pairs, key=lambda pair: pairs[pair])
    level = CONVEXITY * beta * square * pairs[worst]
    findings.note("βλ²max(B_ii+B_jj-2B_ij)/4", ball(level))
    claim = level <= 1
    # The curvature of F along ½(e_i - e_j) at the middle of the worst edge, exactly.
    curvature = 1 / beta - square * pairs[worst] / 4
    findings.holds(
        f"CG12's condition says {'convex' if claim else 'not convex'} as the curvature on the worst edge does",
        claim == (curvature >= 0),
        f"least curvature {float(curvature):.6g}",
    )
    if curvature >= 0:
        _sags(findings, energy, points, worst, curvature)
    else:
        _violated(findings, energy, inverse, worst)


def _sags(
    findings: Findings,
    energy: ReducedEnergy,
    points: Sequence[Sequence[Fraction]],
    worst: tuple[int, int],
    curvature: Fraction,
) -> None:
    """F(p) + F(p') - 2F((p+p')/2) > 0 by the modulus: ¼·curvature·‖p-p'‖₁², and ‖p-p'‖₁⁴/(96β) beside it."""
    n = energy.memory.n
    ends = [(points[a], points[b]) for a in range(len(points)) for b in range(a)]
    for tilt in (Fraction(1, 4), Fraction(1, 2**10)):
        pair = []
        for sign in (1, -1):
            p = [Fraction(1, 2**20 * n)] * n
            left = 1 - (n - 2) * p[0]
            p[worst[0]], p[worst[1]] = left * (Fraction(1, 2) + sign * tilt), left * (Fraction(1, 2) - sign * tilt)
            pair.append(tuple(p))
        ends.append((pair[0], pair[1]))
    slacks, sags = [], []
    for one, other in ends:
        middle = [(a + b) / 2 for a, b in zip(one, other, strict=True)]
        values = [energy(Jet(vector(point))).value[0] for point in (one, other, middle)]
        sag = values[0] + values[1] - 2 * values[2]
        width = sum((abs(a - b) for a, b in zip(one, other, strict=True)), Fraction(0))
        modulus = curvature * width**2 / 4 + width**4 / (96 * Fraction(energy.memory.instance.beta))
        slacks.append(sag - ball(modulus))
        sags.append(sag)
    findings.positive("F sags between any two points", sags)
    findings.not_negative("by ¼(1/β)(1-level)‖p-p'‖₁² + ‖p-p'‖₁⁴/(96β)", slacks)


def _violated(findings: Findings, energy: ReducedEnergy, inverse: fmpq_mat, worst: tuple[int, int]) -> None:
    """A rational point inside the simplex with a direction along which F'' < 0, in exact numbers."""
    memory = energy.memory
    n = memory.n
    beta, square = Fraction(memory.instance.beta), Fraction(memory.instance.gain) ** 2
    direction = [Fraction(int(i == worst[0]) - int(i == worst[1]), 2) for i in range(n)]
    bend = square * quadratic(inverse, direction)
    second = Fraction(0)
    for power in CORNERS:
        corner = Fraction(1, 2**power * n)
        weight = (1 - (n - 2) * corner) / 2
        # d = ½(e_i - e_j): the second derivative is (1/β)·½/weight - λ²dᵀBd.
        second = 1 / (2 * beta * weight) - bend
        if second < 0:
            break
    findings.holds("a point with F'' < 0 in exact numbers", second < 0, f"F'' = {float(second):.6g}")
    if second >= 0:
        return
    p = [corner] * n
    p[worst[0]] = p[worst[1]] = weight
    step = Fraction(1, 2**30)
    ends = [[a + sign * step * d for a, d in zip(p, direction, strict=True)] for sign in (1, -1)]
    values = [energy(Jet(vector(point))).value[0] for point in (*ends, p)]
    bulge = values[0] + values[1] - 2 * values[2]
    findings.positive("F bulges there", [-bulge])
