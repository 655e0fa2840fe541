"""CG17: the uniform state with feedback: stability of the whole flow by Lyapunov matrices, against the criterion."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from flint import arb, arb_mat, fmpq_mat

from gatedmem.numerics.enclosures import Ball, ball, interval, norm, show
from gatedmem.numerics.exact import fraction, gram, rational, smallest_eigenvalue
from gatedmem.numerics.instances import ContextInstance
from gatedmem.numerics.jets import Jet
from gatedmem.proofs.certificates.context.convergence import jacobian, velocity
from gatedmem.proofs.certificates.context.free_context import unit_memories
from gatedmem.proofs.certificates.context.model import ClampedMemory, Retrieval
from gatedmem.proofs.certificates.context.spectra import shifted, stable
from gatedmem.proofs.certificates.findings import Findings, certify
from gatedmem.proofs.evidence import Certified, Request

Float = npt.NDArray[np.float64]

# Stable iff (this)·λ²β/N < η_min on 1^⊥. A test that puts another number here must see CG17 refuted.
FEEDBACK = Fraction(1)

# (τ_s, τ_r): the gates faster, as fast, slower.
PACES = ((Fraction(1, 16), Fraction(1)), (Fraction(1), Fraction(1)), (Fraction(4), Fraction(1)))
# Relative distance at which the largest exponent is closed in, and λ²β/N over η_min^⊥ of the drawn instances.
CLOSE = Fraction(1, 2**16)
FACTORS = (0.0, 0.5, 1 - 2.0**-9, 1 + 2.0**-9, 2.0)


def cg17(request: Request) -> Iterator[Certified]:
    """Both signs of the criterion for exact frames; the largest exponent closed in; what the slaved limit needs."""
    rng = np.random.default_rng([request.seed, 217])
    if request.context is not None:
        user = request.context
        n = user.n_memories
        uniform = replace(user, drive=np.ones(n), evidence=np.ones(n))
        yield certify(user.name, _uniform, uniform)
        return
    for instance in _frames(rng):
        yield certify(instance.name, _uniform, instance)


def _uniform(findings: Findings, instance: ContextInstance) -> None:
    n, alpha = instance.n_memories, Fraction(instance.alpha)
    overlaps = gram(instance.memories)
    sums = [sum((fraction(entry) for entry in row), Fraction(0)) for row in overlaps.tolist()]
    if any(overlaps[i, i] != 1 for i in range(n)) or len(set(sums)) > 1 or alpha * (1 - sums[0]) >= 1:
        findings.does_not_apply("CG17 needs norms of exactly 1, G1 = μ_G 1 exactly and α(1-μ_G) < 1")
        return
    memory = ClampedMemory(instance)
    if n == 1:
        findings.does_not_apply("one memory: there is nothing beside the uniform state")
        return
    lowest = complement_least(memory.gates)
    least_overlap = complement_least(overlaps)
    if lowest is None or least_overlap is None:
        findings.holds("η_min on 1^⊥ enclosed", None)
        return
    eta = interval(*lowest)
    findings.note("η_min^⊥", eta)
    strength = FEEDBACK * Fraction(instance.gain) ** 2 * Fraction(instance.beta) / n
    findings.note("λ²β/N", ball(strength))
    claim = True if strength < lowest[0] else False if strength > lowest[1] else None
    if claim is None:
        findings.does_not_apply("λ²β/N is not separated from η_min^⊥")
        return
    if least_overlap[1] < 1:
        critical = [(1 - strength) / (1 - end) for end in least_overlap]
        says = {alpha < end for end in critical}
        findings.holds(
            "α < α_crit(1 - λ²β/N) says the same",
            None if len(says) > 1 else says == {claim},
            f"{float(critical[0]):.8g}",
        )
    s, r = _rest(memory, alpha, sums[0])
    along = 1 - alpha * (1 - sums[0])
    for tau_s, tau_r in PACES:
        label = f"τ_s/τ_r = {float(tau_s / tau_r):g}"
        findings.zero("the uniform state rests", velocity(memory, tau_s, tau_r, Jet(s), Jet(r)).value, 1e-50)
        slope = jacobian(memory, tau_s, tau_r, s, r)
        decided = stable(slope)
        findings.holds(f"{'stable' if claim else 'unstable'}, {label}", None if decided is None else decided == claim)
        _exponent(findings, slope, (eta, ball(along)), ball(strength), (tau_s, tau_r), label)
    _slaved(findings, memory, claim, lowest)


def complement_least(symmetric: fmpq_mat) -> tuple[Fraction, Fraction] | None:
    """Proved bounds on the least eigenvalue on 1^⊥ of a matrix that has 1 as an eigenvector."""
    n = symmetric.nrows()
    most = max(sum((abs(fraction(entry)) for entry in row), Fraction(0)) for row in symmetric.tolist())
    lift = rational(4 * most / n + 1)
    return smallest_eigenvalue(symmetric + fmpq_mat([[lift] * n] * n))


def _rest(memory: ClampedMemory, alpha: Fraction, level: Fraction) -> tuple[list[Ball], list[Ball]]:
    """The uniform equilibrium: s = (u + λ/N)/η_1 and r = b + λs in every entry."""
    value = (memory.drive[0] + memory.gain / memory.n) / ball(1 - alpha * (1 - level))
    return [value] * memory.n, [b + memory.gain * value for b in memory.evidence]


def _exponent(
    findings: Findings,
    slope: arb_mat,
    etas: tuple[Ball, Ball],
    strength: Ball,
    pace: tuple[Fraction, Fraction],
    label: str,
) -> None:
    """The largest exponent: the root of (τ_sρ + η)(τ_rρ + 1) = λ²β/N, or that of 1 itself, closed in by stability."""
    tau_s, tau_r = ball(pace[0]), ball(pace[1])
    eta, along = etas
    middle = tau_s + tau_r * eta
    apart = norm([tau_s - tau_r * eta, 2 * (tau_s * tau_r * strength).sqrt()])
    rho = ((apart - middle) / (2 * tau_s * tau_r)).max(-along / tau_s).max(-1 / tau_r)
    near = ball(CLOSE) * (1 + abs(rho))
    above, below = stable(shifted(slope, rho.mid() + near)), stable(shifted(slope, rho.mid() - near))
    outcome = False if above is False or below is True else (above is True and below is False) or None
    findings.holds(f"largest exponent, {label}", outcome, show(rho.mid(), 8))


def _slaved(findings: Findings, memory: ClampedMemory, claim: bool, lowest: tuple[Fraction, Fraction]) -> None:
    """With the gates at their best values, τ_r δṙ = (λ²A⁻¹βC(p) - I)δr: the same criterion only if η_min^⊥ > 0."""
    n = memory.n
    retrieval = Retrieval(memory)
    uniform = [ball(Fraction(1, n))] * n
    spread = arb_mat([[arb(int(i == j)) / n - arb(1) / n**2 for j in range(n)] for i in range(n)])
    slope = retrieval.inverse * spread * (memory.gain * memory.gain * memory.beta)
    findings.zero(
        "Φ keeps the uniform state",
        [a - b for a, b in zip(retrieval(Jet(uniform)).value, uniform, strict=True)],
        1e-50,
    )
    decided = stable(shifted(slope, 1))
    if lowest[0] > 0:
        findings.holds("slaved gates say the same", None if decided is None else decided == claim)
    elif lowest[1] < 0:
        # The gates run away on their own, which an equation for r alone cannot see.
        findings.holds("η_min^⊥ < 0: the whole flow is unstable, as claimed", not claim)
        findings.note("the slaved equation alone", "stable" if decided else "not shown stable")


def _frames(rng: np.random.Generator) -> Iterator[ContextInstance]:
    """Unit norms and constant row sums, both exactly: cyclic shifts of a vector, pairs, an orthonormal set."""
    tables: list[tuple[str, Float]] = [
        ("half-overlapping pair", np.array([[1.0, 0.0, 0.0, 0.0], [0.5, 0.5, 0.5, 0.5]])),
        ("opposite pair", np.array([[1.0], [-1.0]])),
        ("orthonormal N=3", np.eye(3)),
    ]
    for n in (5, 6, 9):
        first = unit_memories(rng, 1, n)[0]
        tables.append((f"cyclic N={n}", np.array([np.roll(first, shift) for shift in range(n)])))
    for label, memories in tables:
        n = len(memories)
        overlaps = memories @ memories.T
        level = float(overlaps.sum()) / n
        ceiling = min(1.75, 0.9 / (1.0 - level)) if level < 1.0 else 1.75
        spectrum = np.linalg.eigvalsh(overlaps + 10 * n * np.ones((n, n)))
        least = float(spectrum[0])
        for part, factors in ((0.25, FACTORS), (1.0, (0.5, 2.0))):
            alpha = round(part * ceiling * 64) / 64
            eta = 1.0 - alpha * (1.0 - least)
            for factor in factors:
                beta = float(rng.choice([0.5, 2.0, 8.0]))
                gain = float(np.sqrt(factor * abs(eta) * n / beta))
                name = f"{label} α={alpha:g} β={beta:g} λ²β/N={factor:g}·{'η' if eta > 0 else '|η|'}"
                yield ContextInstance(memories, alpha, beta, gain, np.full(n, 0.5), np.full(n, -0.25), name)
