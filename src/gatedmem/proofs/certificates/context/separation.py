"""CG6, CG7: the retrieval probability by the gap of total scores, and the error of the readout."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from flint import arb

from gatedmem.numerics.enclosures import ball, matrix, norm, product, softmax, vector
from gatedmem.numerics.instances import ContextInstance
from gatedmem.proofs.certificates.context import draws
from gatedmem.proofs.certificates.context.contraction import enclose_fixed_point
from gatedmem.proofs.certificates.context.model import ClampedMemory, Retrieval
from gatedmem.proofs.certificates.findings import Findings, certify
from gatedmem.proofs.evidence import Certified, Request

Float = npt.NDArray[np.float64]
Scores = Sequence[Fraction]

# Constants of the statements; a test that puts other numbers here must see them refuted.
RIVALS_SHORT_OF_N = 1  # CG6: the rivals number N minus this
READOUT = Fraction(2)  # CG7: ‖Z softmax - ζ^μ‖ ≤ (this)·M(1 - P(μ)), attained

EPSILON = Fraction(1, 20)


def cg6(request: Request) -> Iterator[Certified]:
    """The bound on P(μ) in exact exponents, equality at ties, the paper's gap, its threshold, the effect of λ."""
    rng = np.random.default_rng([request.seed, 206])
    for instance in draws.instances(request, 206, (0.5, 2.0)):
        n = instance.n_memories
        assert instance.evidence is not None
        s = rng.standard_normal(n)
        best = int(np.argmax(instance.evidence + instance.gain * s))
        for label, index in (("largest score", best), ("another score", (best + 1) % n)):
            yield certify(f"{instance.name}, {label}", _separation, instance, instance.evidence, s, index)
        tied = np.full(n, 0.25)
        tied[0] = 1.75
        yield certify(f"{instance.name}, tied competitors", _separation, instance, tied, tied, 0)
        if n > 1:
            yield certify(f"{instance.name}, threshold for ε = 1/20", _threshold, instance)
            lead = rng.standard_normal(n)
            for label, sign in (("leading", 1), ("trailing", -1)):
                gates = lead.copy()
                gates[0] = sign * (1 + np.abs(lead).max())
                yield certify(f"{instance.name}, {label} gate", _weighting, instance.evidence, gates)
    if request.context is None:
        yield certify("self-consistent gates: Δ falls as λ rises although Δ_gate > 0", _falling_gap)


def cg7(request: Request) -> Iterator[Certified]:
    """The readout error against 2M(1 - P) and 2M(N-1)e^{-βΔ}; the first attained by two opposite memories."""
    rng = np.random.default_rng([request.seed, 207])
    for instance in draws.instances(request, 207, (0.5, 2.0)):
        scores = [scale * rng.standard_normal(instance.n_memories) for scale in (0.3, 1.0, 5.0)]
        yield certify(instance.name, _readout, instance, scores)
    if request.context is None:
        memory = rng.standard_normal(4)
        opposite = ContextInstance(np.array([memory, -memory]), beta=1.5, name="opposite pair d=4 β=1.5")
        yield certify(opposite.name, _readout_attained, opposite)
        uneven = ContextInstance(np.array([memory, -2.0 * memory]), beta=1.5, name="opposite pair of norms 1 : 2")
        yield certify(uneven.name, _readout, uneven, [scale * rng.standard_normal(2) for scale in (0.3, 1.0, 5.0)])


def _exact(values: Float) -> list[Fraction]:
    return [Fraction(float(value)) for value in values]


def _gap(scores: Scores, index: int) -> Fraction | None:
    """The score at ``index`` less the best other one; None when there is no other."""
    others = [score for position, score in enumerate(scores) if position != index]
    return scores[index] - max(others) if others else None


def _total(evidence: Scores, gates: Scores, gain: Fraction) -> list[Fraction]:
    return [b + gain * s for b, s in zip(evidence, gates, strict=True)]


def _separation(findings: Findings, instance: ContextInstance, evidence: Float, gates: Float, index: int) -> None:
    b, s = _exact(evidence), _exact(gates)
    gain, beta = Fraction(instance.gain), Fraction(instance.beta)
    total = _total(b, s, gain)
    n = len(total)
    rivals = n - RIVALS_SHORT_OF_N
    probability = softmax([ball(beta * score) for score in total])[index]
    findings.note("P(μ)", probability)
    gap, raw, gate = _gap(total, index), _gap(b, index), _gap(s, index)
    if gap is None or raw is None or gate is None:
        findings.holds("P = 1 without rivals", rivals == 0)
        findings.zero("P(μ) = 1", [probability - 1])
        return
    findings.note("Δ", ball(gap))
    # The odds against μ and the claimed bound on them, as sums of exponentials with exact exponents.
    odds = Counter(beta * (score - total[index]) for position, score in enumerate(total) if position != index)
    claimed = Counter({-beta * gap: rivals} if rivals else {})
    if len(odds) == 1:
        findings.holds("equality when all competitors tie", odds == claimed, f"{n - 1} rivals, {rivals} claimed")
    else:
        bound = rivals * ball(-beta * gap).exp()
        actual = sum((count * ball(power).exp() for power, count in odds.items()), arb(0))
        findings.positive("P(μ) > 1/(1+(N-1)e^{-βΔ}) when they do not", [bound - actual])
    findings.holds(
        "the paper's Δ_raw + λΔ_gate ≤ Δ", raw + gain * gate <= gap, f"short by {float(gap - raw - gain * gate):.3g}"
    )


def _threshold(findings: Findings, instance: ContextInstance) -> None:
    """At Δ = (1/β)ln((1-ε)(N-1)/ε) to every competitor P(μ) is 1-ε; above it more."""
    n = instance.n_memories
    beta = ball(instance.beta)
    rivals = ball(Fraction(n - RIVALS_SHORT_OF_N))
    edge = (ball((1 - EPSILON) / EPSILON) * rivals).log() / beta
    goal = ball(1 - EPSILON)
    findings.note("threshold", edge)
    findings.zero("P = 1-ε at the threshold", [softmax([beta * edge] + [arb(0)] * (n - 1))[0] - goal])
    findings.positive("P > 1-ε above it", [softmax([beta * edge * ball(1.01)] + [arb(0)] * (n - 1))[0] - goal])


def _weighting(findings: Findings, evidence: Float, gates: Float) -> None:
    """For frozen s the gap increases on all λ ≥ 0 iff Δ_gate > 0, in exact numbers."""
    b, s = _exact(evidence), _exact(gates)
    gate = _gap(s, 0)
    assert gate is not None
    spread = (max(b) - min(b)) or Fraction(1)
    steps = [spread * Fraction(k, 4) for k in range(9)]
    # Where λ is large enough for the gates alone to rank the competitors the slope of the gap is Δ_gate.
    distinct = sorted(set(s))
    finest = min((y - x for x, y in pairwise(distinct)), default=Fraction(1))
    far = 2 * spread / finest
    steps += [steps[-1] + far, steps[-1] + 2 * far]
    gaps = [_gap(_total(b, s, gain), 0) for gain in steps]
    rises = all(x is not None and y is not None and y > x for x, y in pairwise(gaps))
    findings.holds(
        "Δ rises with λ" if gate > 0 else "Δ does not rise with λ throughout",
        rises == (gate > 0),
        f"Δ_gate = {float(gate):.3g}",
    )


def _falling_gap(findings: Findings) -> None:
    """Three memories; the drive gives the first gate a lead that feedback takes from it as λ grows."""
    memories = np.array([[1.0, 0.0, 0.0], [0.8, 0.6, 0.0], [0.0, 0.0, 1.0]])
    base = ContextInstance(
        memories, 0.5, 0.125, 1.0, np.array([0.125, 0.05, 0.0]), np.array([0.1, 0.05, 0.0]), "three memories"
    )
    gaps, leads = [], []
    for gain in (1.0, 1.25):
        memory = ClampedMemory(replace(base, gain=gain))
        retrieval = Retrieval(memory)
        root = enclose_fixed_point(retrieval, [arb(1) / 3] * 3)
        findings.holds(f"fixed point at λ = {gain:g}", root.outcome == "unique" or None)
        drive = [u + memory.gain * p for u, p in zip(memory.drive, root.enclosure, strict=True)]
        s = product(retrieval.inverse, drive)
        total = [b + memory.gain * entry for b, entry in zip(memory.evidence, s, strict=True)]
        leads += [s[0] - s[1], s[0] - s[2]]
        gaps.append([total[0] - total[1], total[0] - total[2]])
        if gain > 1:
            break
    findings.positive("Δ_gate > 0 at λ = 1", leads[:2])
    # The gap at λ = 1.25 is at most its distance to the third score; both distances at λ = 1 exceed that.
    findings.positive("Δ(1) > Δ(1.25)", [entry - gaps[1][1] for entry in gaps[0]])


def _readout(findings: Findings, instance: ContextInstance, scores: Sequence[Float]) -> None:
    rows = matrix(instance.memories)
    largest = max((norm(row) for row in rows.tolist()), key=lambda value: float(value.mid()))
    beta = ball(instance.beta)
    near, far = [], []
    # The memory in the lead, and the last one, whose gap is negative.
    for score, index in ((score, int(choose(score))) for score in scores for choose in (np.argmax, np.argmin)):
        p = softmax([beta * entry for entry in vector(score)])
        rest = sum((gain for position, gain in enumerate(p) if position != index), arb(0))
        error = norm([a - b for a, b in zip(product(rows.transpose(), p), rows.tolist()[index], strict=True)])
        near.append(ball(READOUT) * largest * rest - error)
        gap = _gap(_exact(score), index)
        if gap is not None:
            far.append((len(p) - 1) * (-beta * ball(gap)).exp() - rest)
    if instance.n_memories == 1:
        findings.not_negative("‖Z softmax - ζ‖ = 0 for one memory", near)
        return
    findings.positive("‖Z softmax - ζ^μ‖ < 2M(1-P)", near)
    findings.not_negative("1-P ≤ (N-1)e^{-βΔ}", far)


def _readout_attained(findings: Findings, instance: ContextInstance) -> None:
    rows = matrix(instance.memories)
    p = softmax([ball(instance.beta), arb(0)])
    error = norm([a - b for a, b in zip(product(rows.transpose(), p), rows.tolist()[0], strict=True)])
    findings.zero("equality for ζ² = -ζ¹", [error - ball(READOUT) * norm(rows.tolist()[0]) * p[1]])
