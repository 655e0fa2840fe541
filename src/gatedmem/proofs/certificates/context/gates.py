"""CG3, CG8: the gate matrix, its critical competition, and the gates alone."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from flint import arb, arb_mat, fmpq_mat

from gatedmem.numerics.enclosures import (
    Vector,
    ball,
    interval,
    matrix,
    norm,
    product,
    real_spectrum,
    show,
    vector,
)
from gatedmem.numerics.exact import (
    floats,
    gram,
    identity,
    positive_definite,
    positive_semidefinite,
    rational,
    smallest_eigenvalue,
)
from gatedmem.numerics.instances import ContextInstance
from gatedmem.proofs.certificates.context import draws
from gatedmem.proofs.certificates.context.model import ClampedMemory
from gatedmem.proofs.certificates.findings import Findings, certify
from gatedmem.proofs.evidence import Certified, Request

Float = npt.NDArray[np.float64]

# Constants of the statements; a test that puts other numbers here must see them refuted.
CRITICAL = Fraction(1)  # CG3: α_crit = -(this)/λ_min(W₂)
GATE_RATE = Fraction(1)  # CG8: the gates settle at rate (this)·η_min/τ_s

MARGIN = Fraction(1, 2**16)
TIMES = (Fraction(1, 8), Fraction(1), Fraction(6))
RATE_TOLERANCE = 1e-6


def cg3(request: Request) -> Iterator[Certified]:
    """α_crit bracketed, A(α) proved definite just below and indefinite just above; the unit-norm spectrum."""
    rng = np.random.default_rng([request.seed, 203])
    for instance in draws.instances(request, 203, (0.5,)):
        yield certify(instance.name, _critical, instance)
    if request.context is None:
        # Memories of exactly unit norm: signs over √d with d a power of 4.
        for n, d in ((3, 16), (4, 64), (6, 4), (20, 16)):
            memories = rng.choice([-1.0, 1.0], (n, d)) / np.sqrt(d)
            unit = ContextInstance(memories, alpha=0.75, name=f"unit norms N={n} d={d}")
            yield certify(unit.name, _unit_norms, unit)
            yield certify(f"{unit.name}, critical α", _critical, unit)
        orthonormal = ContextInstance(np.eye(3, 5), alpha=0.75, name="orthonormal N=3 d=5")
        yield certify(orthonormal.name, _critical, orthonormal)


def cg8(request: Request) -> Iterator[Certified]:
    """s* = A⁻¹u, and the distance to it against e^{-η_min t/τ_s} with the exact flow; the rate is attained."""
    rng = np.random.default_rng([request.seed, 208])
    for instance in draws.instances(request, 208, (0.5, 2.0)):
        start = 3.0 * rng.standard_normal(instance.n_memories)
        yield certify(instance.name, _gates_settle, ClampedMemory(instance), start)


def competition(instance: ContextInstance) -> fmpq_mat:
    """W₂ = G - diag G, exactly."""
    rows = gram(instance.memories).tolist()
    return fmpq_mat([[rational(0) if i == j else entry for j, entry in enumerate(row)] for i, row in enumerate(rows)])


def _critical(findings: Findings, instance: ContextInstance) -> None:
    w2 = competition(instance)
    n = instance.n_memories
    if all(entry == 0 for entry in w2.entries()):
        findings.holds("W₂ = 0: A(α) = I for every α, α_crit = ∞", True)
        return
    bounds = smallest_eigenvalue(w2)
    findings.holds("λ_min(W₂) < 0 bracketed", True if bounds is not None and bounds[1] < 0 else None)
    if bounds is None or bounds[1] >= 0:
        return
    low, high = -CRITICAL / bounds[0], -CRITICAL / bounds[1]
    findings.note("α_crit", interval(low, high))
    below, above = low * (1 - MARGIN), high * (1 + MARGIN)
    findings.holds(
        "A(α) ≻ 0 just below α_crit",
        positive_definite(identity(n) + rational(below) * w2).positive,
        show(ball(below)),
    )
    beyond = positive_definite(identity(n) + rational(above) * w2).positive
    findings.holds("A(α) not definite just above", None if beyond is None else not beyond, show(ball(above)))


def _unit_norms(findings: Findings, instance: ContextInstance) -> None:
    """With ‖ζ‖ = 1 exactly: A = (1-α)I + αG, η_k = 1 - α(1-μ_k), and α_crit = 1 when N > d."""
    n, d = instance.memories.shape
    overlaps = gram(instance.memories)
    alpha = rational(instance.alpha)
    gates = identity(n) + alpha * competition(instance)
    findings.holds("A = (1-α)I + αG", gates == (1 - alpha) * identity(n) + alpha * overlaps)
    mu, eta = real_spectrum(arb_mat(overlaps)), real_spectrum(arb_mat(gates))
    if mu is not None and eta is not None:
        findings.zero(
            "η_k = 1 - α(1-μ_k)",
            [b - (1 - arb(alpha) * (1 - a)) for a, b in zip(mu, eta, strict=True)],
            1e-50,
        )
    if n > d:
        findings.holds("N > d: G ⪰ 0 is singular, μ_min = 0", overlaps.rank() < n and _semidefinite(overlaps))
        low, high = 1 - rational(MARGIN), 1 + rational(MARGIN)
        w2 = competition(instance)
        findings.holds("A(α) ≻ 0 just below α = 1", positive_definite(identity(n) + low * w2).positive)
        beyond = positive_definite(identity(n) + high * w2).positive
        findings.holds("A(α) not definite just above 1", None if beyond is None else not beyond)


def _semidefinite(symmetric: fmpq_mat) -> bool:
    return bool(positive_semidefinite(symmetric).positive)


def _gates_settle(findings: Findings, memory: ClampedMemory, start: Float) -> None:
    if memory.eta is None or memory.eta[0] <= 0:
        findings.does_not_apply("A(α) ≻ 0 was not proved: CG8 does not apply")
        return
    eta = interval(*memory.eta)
    findings.note("η_min", eta)
    gates, inverse = arb_mat(memory.gates), memory.inverse()
    rest = product(inverse, memory.drive)
    findings.holds("A(α) ≻ 0: one rest point", True)
    findings.zero("u - s* - αW₂s* = 0", gate_drive(memory, rest), 1e-50)

    # δ = s - s* obeys τ_s δ̇ = -Aδ, so that δ(t) = e^{-At/τ_s}δ(0); τ_s is the unit of time.
    offset = [a - b for a, b in zip(vector(start), rest, strict=True)]
    slowest = vector(np.linalg.eigh(floats(memory.gates))[1][:, 0])
    slacks, rates = [], []
    for time in TIMES:
        flow = (gates * -ball(time)).exp()
        # The proved lower bound of η_min decides, so that A = I, where the bound is an equality, does as well.
        fading = (-ball(GATE_RATE * memory.eta[0] * time)).exp()
        slacks.append(fading * norm(offset) - norm(product(flow, offset)))
        observed = -(norm(product(flow, slowest)) / norm(slowest)).log() / ball(time)
        rates.append(abs(observed - ball(GATE_RATE) * eta) / eta)
    findings.not_negative("‖s(t)-s*‖ ≤ e^{-η_min t/τ_s}‖s(0)-s*‖", slacks)
    near = all(rate < RATE_TOLERANCE for rate in rates)
    far = any(rate > RATE_TOLERANCE for rate in rates)
    findings.holds(
        "the rate is attained in the slowest direction",
        False if far else (near or None),
        f"off by {float(max(rates, key=float).mid()):.1g}",
    )


def gate_drive(memory: ClampedMemory, s: Vector) -> Vector:
    """τ_s ṡ = u - αW₂s - s with r̂ dropped [2], from the memories themselves."""
    rows = matrix(memory.instance.memories)
    alpha = ball(memory.instance.alpha)
    field = product(rows.transpose(), s)
    overlaps = product(rows, field)
    own = [sum((entry * entry for entry in row), arb(0)) for row in rows.tolist()]
    return [u - alpha * (g - q * a) - a for u, g, q, a in zip(memory.drive, overlaps, own, s, strict=True)]
