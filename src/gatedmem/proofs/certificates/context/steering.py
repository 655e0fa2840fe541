"""CG19, CG21: steering at frozen gates, and what dropping the feedback costs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from flint import arb

from gatedmem.numerics.enclosures import Ball, ball, dot, interval, norm, product, softmax, vector
from gatedmem.numerics.jets import Jet, join
from gatedmem.proofs.certificates.context import draws
from gatedmem.proofs.certificates.context.contraction import all_fixed_points, enclose_fixed_point, settle
from gatedmem.proofs.certificates.context.covers import positive_throughout
from gatedmem.proofs.certificates.context.model import ClampedMemory, Retrieval
from gatedmem.proofs.certificates.findings import Findings, certify
from gatedmem.proofs.evidence import Certified, Request

Float = npt.NDArray[np.float64]

# Constants of the statements; a test that puts other numbers here must see them refuted.
SLOPE = Fraction(1)  # CG19: dP(μ)/dλ = (this)·βP(μ)(g_μ - E_P[g])
ERROR = Fraction(1, 2)  # CG21: the error is at most (this)·βλ²/η_min
LEADING = Fraction(1)  # CG21: the error is (this)·βλ²‖C(p)A⁻¹p‖ to leading order

GAINS = (Fraction(0), Fraction(1, 3), Fraction(2), Fraction(7))
LONGEST = 8
LARGEST_COMPLETE_SEARCH = 3
# The leading order is compared at these λ, in units of that for which βλ²/η_min = 1.
SMALL = (2.0**-8, 2.0**-12, 2.0**-16)


def cg19(request: Request) -> Iterator[Certified]:
    """The slope of P in λ, log-odds in exact numbers, and P(μ) rising on an interval of λ where g_μ is maximal."""
    rng = np.random.default_rng([request.seed, 219])
    for instance in draws.instances(request, 219, (0.5, 2.0)):
        n = instance.n_memories
        assert instance.evidence is not None
        for label, gates in (("drawn gates", rng.standard_normal(n)), ("constant gates", np.full(n, 0.75))):
            yield certify(f"{instance.name}, {label}", _steered, instance.evidence, gates, instance.beta)


def cg21(request: Request) -> Iterator[Certified]:
    """The fixed points enclosed against the scores without feedback, and the error to leading order."""
    rng = np.random.default_rng([request.seed, 221])
    for instance in draws.instances(request, 221, (0.5, 0.9, 0.2)):
        yield certify(
            instance.name, _without_feedback, ClampedMemory(instance), draws.gains(rng, instance.n_memories)
        )
    if request.context is None:
        # Several fixed points, each within the bound.
        for overlap, alpha, kappa in ((0.0, 0.0, 1.5), (0.5, 1.0, 2.0), (-0.5, 0.5, 1.25), (0.9375, 1.0, 2.0)):
            pair = draws.symmetric_pair(overlap, alpha, 2 * (1 - alpha * overlap) * kappa)
            yield certify(
                f"beyond uniqueness, {pair.name}", _without_feedback, ClampedMemory(pair), draws.gains(rng, 2)
            )


def _steered(findings: Findings, evidence: Float, gates: Float, beta: float) -> None:
    n = len(evidence)
    b, g = [Fraction(float(entry)) for entry in evidence], [Fraction(float(entry)) for entry in gates]
    inverse_temperature = Fraction(beta)
    slopes, odds = [], []
    for gain in GAINS:
        p = _weights(b, g, inverse_temperature, ball(gain))
        mean = dot(p.value, vector(g))
        for mu in range(n):
            claimed = ball(SLOPE * inverse_temperature) * p.value[mu] * (ball(g[mu]) - mean)
            slopes.append(p.tangent[mu][0] - claimed)
            exact = inverse_temperature * ((b[mu] - b[0]) + gain * (g[mu] - g[0]))
            odds.append((p.value[mu] / p.value[0]).log() - ball(exact))
    findings.zero("dP(μ)/dλ = βP(μ)(g_μ - E_P[g])", slopes, 1e-50)
    findings.zero("log-odds are β(b_μ-b_ν) + λβ(g_μ-g_ν): linear", odds, 1e-50)
    best = max(range(n), key=lambda mu: g[mu])
    if n == 1 or len(set(g)) == 1:
        flat = [entry for gain in GAINS for (entry,) in _weights(b, g, inverse_temperature, ball(gain)).tangent]
        findings.zero("constant gates do not move P", flat, 1e-50)
        return
    # Forward differentiation of 1/P(μ) = 1 + Σ e^{-(log-odds)}, over whole pieces of the interval.
    rises = positive_throughout(
        lambda gain: -_against(b, g, inverse_temperature, best, gain).tangent[0][0], arb(0), arb(LONGEST)
    )
    findings.holds("P(μ) rises for maximal g_μ, on all of 0 ≤ λ ≤ 8", *rises)
    _keeps(findings, b, g, best)
    worst = min(range(n), key=lambda mu: g[mu])
    falls = positive_throughout(
        lambda gain: _against(b, g, inverse_temperature, worst, gain).tangent[0][0], arb(0), arb(LONGEST)
    )
    findings.holds("and falls for minimal g_μ", *falls)


def _weights(b: Sequence[Fraction], g: Sequence[Fraction], beta: Fraction, gain: Ball) -> Jet:
    """P = softmax_β(b + λg) with its derivative in λ."""
    coupling = Jet.along([gain], [arb(1)])
    return (coupling * Jet(vector(g)) + Jet(vector(b))).scaled(beta).softmax()


def _against(b: Sequence[Fraction], g: Sequence[Fraction], beta: Fraction, mu: int, gain: Ball) -> Jet:
    """The odds 1/P(μ) - 1 with their derivative in λ."""
    others = [nu for nu in range(len(b)) if nu != mu]
    coupling = Jet.along([gain], [arb(1)])
    scores = coupling * Jet([ball(g[nu] - g[mu]) for nu in others]) + Jet([ball(b[nu] - b[mu]) for nu in others])
    return scores.scaled(beta).exp().sum()


def _keeps(findings: Findings, b: Sequence[Fraction], g: Sequence[Fraction], best: int) -> None:
    """From the exact λ on at which μ has caught up with every rival, it leads at all larger λ."""
    late = [(b[nu] - b[best]) / (g[best] - g[nu]) for nu in range(len(b)) if g[nu] < g[best]]
    first = max([Fraction(0), *late])
    leads = []
    for gain in (first, first + Fraction(1, 10**6), first + 1, first + 10**6):
        scores = [entry + gain * gate for entry, gate in zip(b, g, strict=True)]
        leads.append(all(scores[best] >= score for nu, score in enumerate(scores) if g[nu] < g[best]))
    findings.holds("once the argmax is μ it stays", all(leads), f"from λ = {float(first):.6g}")


def _without_feedback(findings: Findings, memory: ClampedMemory, start: tuple[Fraction, ...]) -> None:
    if memory.eta is None or memory.eta[0] <= 0:
        findings.does_not_apply("A(α) ≻ 0 was not proved: CG21 does not apply")
        return
    retrieval = Retrieval(memory)
    plain = softmax([memory.beta * entry for entry in retrieval.score])
    bound = _bound(memory)
    if 2 <= memory.n <= LARGEST_COMPLETE_SEARCH:
        roots, rest = all_fixed_points(retrieval)
        findings.holds("all fixed points found", (bool(roots) and not rest) or None, f"{len(roots)}")
        points = [join(q, -q.sum() + 1).value for q in (Jet(root.enclosure) for root in roots)]
    else:
        root = enclose_fixed_point(retrieval, settle(retrieval, start))
        findings.holds("a fixed point enclosed", root.outcome == "unique" or None)
        points = [root.enclosure]
    errors = [norm([a - b for a, b in zip(p, plain, strict=True)]) for p in points]
    findings.note("βλ²/(2η_min)", bound)
    findings.note("largest error", max(errors, key=lambda error: float(error.mid())))
    findings.not_negative("‖p* - softmax(b + λA⁻¹u)‖ ≤ βλ²/(2η_min)", [bound - error for error in errors])
    if memory.n > 1:
        _to_leading_order(findings, memory)


def _bound(memory: ClampedMemory) -> Ball:
    """βλ²/(2η_min)."""
    assert memory.eta is not None
    return ball(ERROR) * memory.beta * memory.gain * memory.gain / interval(*memory.eta)


def _to_leading_order(findings: Findings, memory: ClampedMemory) -> None:
    """For small λ the error over λ² is β‖C(p)A⁻¹p‖: the scores agree to first order, and no further.

    Along p(λ) - softmax(β(b + λg)) = βλ²C(p)Bp + O(λ³); the rest is bounded by its size at the largest λ.
    """
    instance = memory.instance
    unit = float(np.sqrt(float(memory.eta[0]) / instance.beta)) if memory.eta is not None else 1.0
    drops, slacks = [], []
    for small in SMALL:
        near = ClampedMemory(replace(instance, gain=small * unit))
        retrieval = Retrieval(near)
        plain = softmax([near.beta * entry for entry in retrieval.score])
        root = enclose_fixed_point(retrieval, settle(retrieval, [Fraction(1, near.n)] * near.n))
        if root.outcome != "unique":
            findings.holds("a fixed point enclosed at small λ", None)
            return
        slacks.append(_bound(near) - norm([a - b for a, b in zip(root.enclosure, plain, strict=True)]))
        p = softmax([near.beta * entry for entry in near.evidence])
        fed = product(retrieval.inverse, p)
        mean = dot(p, fed)
        square = near.gain * near.gain
        leading = [ball(LEADING) * near.beta * a * (b - mean) for a, b in zip(p, fed, strict=True)]
        rest = [(a - b) / square - c for a, b, c in zip(root.enclosure, plain, leading, strict=True)]
        size = norm(leading)
        if size < 1e-40:  # C(p)Bp = 0, as for the symmetric pairs: nothing of second order
            return
        drops.append(norm(rest) / size)
    findings.not_negative("‖p* - softmax(b + λA⁻¹u)‖ ≤ βλ²/(2η_min) at small λ", slacks)
    # What is left falls by 2⁴ with λ, if it falls like λ: at least by 2² is asked.
    findings.positive(
        "the error is βλ²‖C(p)A⁻¹p‖ to leading order", [a - 4 * b for a, b in itertools.pairwise(drops)]
    )
