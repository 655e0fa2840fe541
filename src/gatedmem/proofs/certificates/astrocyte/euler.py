"""AG27: an explicit Euler step on the gains: drift off the simplex, largest step that keeps gains positive."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from flint import arb

from gatedmem.numerics.enclosures import Ball, Vector, ball, dot, interval, vector, x_log_x
from gatedmem.numerics.instances import AstrocyteInstance, draw_astrocyte
from gatedmem.proofs.certificates.astrocyte import draws
from gatedmem.proofs.certificates.astrocyte.model import GatedMemory, constant
from gatedmem.proofs.certificates.findings import Findings, certify
from gatedmem.proofs.evidence import Certified, Request

Float = npt.NDArray[np.float64]

# Constants of the statement; a test that puts other numbers here must see it refuted.
DEFECT_RATE = Fraction(1)  # the defect Σp - 1 is multiplied by 1 - (this)·h⟨p,F⟩/τ_p
CRITICAL_STEP = Fraction(2)  # and grows when h⟨p,F⟩ exceeds (this)·τ_p
SAFE_STEP = Fraction(1)  # gains stay positive below (this)·τ_p/(T·W₀((K-1)e^{N/(2T) - 1})), and not beyond
LAMBERT_SHIFT = Fraction(1)  # the 1 in that exponent
SIMPLE_STEP = Fraction(1)  # (this)·τ_p/(N/2 + T log K) is a safe step

# How far to either side of a threshold one looks, and how far below its supremum N/2 a score stays.
SIDE = Fraction(1, 1000)
SHORT_OF_CEILING = Fraction(1, 10**6)
# Intervals spent on the worst gain.
INTERVALS = 20000

# The protocol of arXiv 2604.25481: K, step, τ_p = 1; temperatures to either side of 2000/log 100.
PROTOCOL_K, PROTOCOL_STEP = 100, Fraction(1, 1000)


def ag27(request: Request) -> Iterator[Certified]:
    """The defect of one Euler step; the safe step by a search over every gain, the counterexample just beyond it."""
    rng = np.random.default_rng([request.seed, 127])
    for instance in draws.instances(request, 127):
        k = instance.n_patterns
        cue = draws.cue(rng, instance)
        fitness = [Fraction(float(entry)) for entry in rng.standard_normal(k)]
        gains = [draws.gains(rng, k, spread) for spread in (0.1, 2.0, 8.0)]
        yield certify(f"{instance.name}, defect", _defect, GatedMemory(instance), cue, fitness, gains)
        yield certify(f"{instance.name}, safe step", _safe_step, instance, gains)
    if request.astrocyte is None:
        hot = draw_astrocyte(rng, 4, 30, temperature=5.0)  # where T log K, not N/2, bounds the simple step
        hot_gains = [draws.gains(rng, 30, spread) for spread in (0.1, 8.0)]
        yield certify(f"{hot.name}, safe step", _safe_step, hot, hot_gains)
        yield certify("protocol K=100 h=0.001, growth of the defect", _protocol)
        yield certify("protocol K=100 h=0.001 T=700, equal gains", _turns_negative, Fraction(700))
        yield certify("protocol K=100 h=0.001 T=500, equal gains", _stays_positive, Fraction(500))


def _euler(p: Vector, fitness: Vector, step: Ball) -> Vector:
    """p + h/τ_p·p ⊙ (F - ⟨p, F⟩), with ``step`` = h/τ_p."""
    mean = dot(p, fitness)
    return [gain + step * gain * (value - mean) for gain, value in zip(p, fitness, strict=True)]


def _defect(
    findings: Findings, model: GatedMemory, x: Float, fitness: Sequence[Fraction], laws: Sequence[Sequence[Fraction]]
) -> None:
    """The identity exactly, for drawn rational F; with F = f - T log p in balls; its growth to either side of 2."""
    step = Fraction(3, 7)
    exact, kept = [], []
    for law in laws:
        for total in (Fraction(1), Fraction(9, 10), Fraction(11, 10)):
            p = [total * gain for gain in law]
            mean = sum((a * b for a, b in zip(p, fitness, strict=True)), Fraction(0))
            after = sum((a + step * a * (b - mean) for a, b in zip(p, fitness, strict=True)), Fraction(0))
            exact.append(after - 1 == (total - 1) * (1 - DEFECT_RATE * step * mean))
            if total == 1:
                kept.append(after == 1)
    findings.holds("Σp = 1 is kept exactly", all(kept))
    findings.holds("Σp' - 1 = (Σp - 1)(1 - h⟨p,F⟩/τ_p), exactly", all(exact))

    scores = model.scores(constant(vector(x))).value
    means, grown, shrunk = list[Ball](), list[Ball](), list[Ball]()
    for law in laws:
        p = [ball(gain) for gain in law]
        mean = dot(p, _fitness(model, scores, p))
        entropy = -sum((x_log_x(gain) for gain in p), arb(0))
        means.append(mean - dot(p, scores) - model.temperature * entropy)
        if not mean > 0:
            continue
        off = Fraction(1, 2**100)
        p = [ball(gain * (1 + off)) for gain in law]
        values = _fitness(model, scores, p)
        for side, slacks in ((SIDE, grown), (-SIDE, shrunk)):
            h = ball(CRITICAL_STEP * (1 + side)) * model.tau_p / dot(p, values)
            factor = (sum(_euler(p, values, h / model.tau_p), arb(0)) - 1) / ball(off)
            slacks.append(abs(factor) - 1 if side > 0 else 1 - abs(factor))
    findings.zero("⟨p,F⟩ = ⟨p,f⟩ + T H(p)", means)
    findings.positive(f"the defect grows beyond h⟨p,F⟩ = {CRITICAL_STEP}τ_p", grown)
    findings.positive("and shrinks below", shrunk)


def _fitness(model: GatedMemory, scores: Vector, p: Vector) -> Vector:
    """F = f - T log p."""
    return [score - model.temperature * gain.log() for score, gain in zip(scores, p, strict=True)]


def _worst(instance: AstrocyteInstance) -> tuple[Ball, Ball]:
    """a = N/(2T) + log(K-1), and w = W₀((K-1)e^{N/(2T) - 1}), for K ≥ 2."""
    heat = ball(instance.n_neurons) / (2 * ball(instance.temperature))
    rivals = arb(instance.n_patterns - 1)
    return heat + rivals.log(), (rivals * (heat - ball(LAMBERT_SHIFT)).exp()).lambertw()


def _safe_step(findings: Findings, instance: AstrocyteInstance, laws: Sequence[Sequence[Fraction]]) -> None:
    n, k = instance.n_neurons, instance.n_patterns
    t, tau, half = ball(instance.temperature), ball(instance.tau_p), ball(Fraction(n, 2))
    if k == 1:
        after = _euler([arb(1)], [half], ball(10**6))
        findings.zero("the only gain stays 1, even for a step of a million time constants", [after[0] - 1])
        return
    a, w = _worst(instance)
    if not (w.is_finite() and w > 0):
        findings.holds("the Lambert function enclosed", None)
        return
    # With s = log(q/(1-q)) the worst ⟨p,F⟩ - F_μ at p_μ = q is T·g(s), g(s) = (a + s)/(1 + e^s).
    h = ball(SAFE_STEP * (1 - SIDE)) * tau / (t * w)
    findings.note("largest safe step", ball(SAFE_STEP) * tau / (t * w))
    findings.holds("no gain at all is worse than the safe step allows", _below(a, tau / (t * h)))
    _vertices(findings, instance, laws, h)

    # Just beyond: the worst gain is q = 1/(1 + w), the others equal, its own score 0 and the others near N/2.
    h = ball(SAFE_STEP * (1 + SIDE)) * tau / (t * w)
    odds = Fraction(float(w.mid()))
    p = [1 / (1 + odds)] + [odds / (1 + odds) / (k - 1)] * (k - 1)
    near = Fraction(n, 2) * (1 - SHORT_OF_CEILING)
    gains = [ball(gain) for gain in p]
    fitness = [ball(f) - t * gain.log() for f, gain in zip([Fraction(0)] + [near] * (k - 1), gains, strict=True)]
    after = _euler(gains, fitness, h / tau)
    findings.note("a gain after a step just beyond", after[0])
    findings.holds("the counterexample lies on the simplex", sum(p) == 1 and min(p) > 0)
    findings.positive("just beyond, a gain turns negative", [-after[0]])

    simple = ball(SIMPLE_STEP) * tau / (half + t * arb(k).log())
    findings.note("simple safe step", simple)
    findings.positive("the simple step is below the largest safe one", [tau / (t * w) - simple])


def _below(a: Ball, limit: Ball) -> bool | None:
    """Whether (a + s)/(1 + e^s) < limit for every real s: on intervals from -a on, and by monotony in the tail.

    Below -a the quotient is not positive. Beyond max(1 - a, 0) it is less than (a + s)e^{-s}, which decreases there.
    """
    start = (-a).lower()
    end = arb.max(1 - a, arb(1)).upper()
    while not (a + end) * (-end).exp() < limit:
        end = 2 * end
        if end > 2**40:
            return None
    waiting = [(start, end)]
    for _ in range(INTERVALS):
        if not waiting:
            return True
        low, high = waiting.pop()
        if (a + high) / (1 + low.exp()) < limit:
            continue
        middle = ((low + high) / 2).mid()
        if (a + middle) / (1 + middle.exp()) > limit:
            return False
        waiting += [(low, middle), (middle, high)]
    return None


def _vertices(findings: Findings, instance: AstrocyteInstance, laws: Sequence[Sequence[Fraction]], h: Ball) -> None:
    """That the family with q = p_μ is the worst, at drawn gains, and the step there from the worst scores."""
    n, t = instance.n_neurons, ball(instance.temperature)
    half = ball(Fraction(n, 2))
    a, _ = _worst(instance)
    left, worse = [], []
    for law in laws:
        p = [ball(gain) for gain in law]
        entropy = -sum((x_log_x(gain) for gain in p), arb(0))
        for q in p:
            # ⟨p,f⟩ - f_μ is linear in f, so that its supremum sits where f_μ = 0 and the others are N/2.
            drop = (1 - q) * half + t * (entropy + q.log())
            left.append(1 - h / ball(instance.tau_p) * drop)
            s = (q / (1 - q)).log()
            worse.append(t * (a + s) / (1 + s.exp()) - drop)
    findings.not_negative("equal rivals are the worst", worse)
    findings.positive("gains stay positive at the vertices of the scores", left)


def _equal(p: Ball, temperature: Ball) -> Ball:
    """One Euler step of the protocol from K equal gains and zero scores: each stays equal to the others."""
    fitness = -temperature * p.log()
    return p + ball(PROTOCOL_STEP) * p * (fitness - PROTOCOL_K * p * fitness)


def _protocol(findings: Findings) -> None:
    critical = ball(CRITICAL_STEP / PROTOCOL_STEP) / arb(PROTOCOL_K).log()
    findings.note("critical temperature at zero scores", critical)
    findings.positive("between 434 and 435", [critical - 434, 435 - critical])
    off = ball(Fraction(1, 2**100))
    p = (1 + off) / PROTOCOL_K
    factors = [abs((PROTOCOL_K * _equal(p, ball(t)) - 1) / off) for t in (434, 435)]
    findings.positive("the defect shrinks at T = 434 and grows at 435", [1 - factors[0], factors[1] - 1])


def _turns_negative(findings: Findings, temperature: Fraction) -> None:
    """A defect of one rounding error in equal gains, followed until a gain is negative."""
    p, steps = ball((1 + Fraction(1, 2**52)) / PROTOCOL_K), 0
    while p > 0 and steps < 200:
        p, steps = _equal(p, ball(temperature)), steps + 1
    findings.note("steps", steps)
    findings.positive("the gains turn negative", [-p])


def _stays_positive(findings: Findings, temperature: Fraction) -> None:
    """Above the critical temperature, but not far: the defect grows, yet Σp = s never leaves [1/50, 31/25]."""
    low, high = ball(Fraction(1, 50)), ball(Fraction(31, 25))
    pieces, inside = 2000, []
    for index in range(pieces):
        s = interval(low + (high - low) * index / pieces, low + (high - low) * (index + 1) / pieces)
        inside.append(PROTOCOL_K * _equal(s / PROTOCOL_K, ball(temperature)))
    findings.positive("[1/50, 31/25] is mapped into itself", [x for s in inside for x in (s - low, high - s)])
    off = ball(Fraction(1, 2**100))
    factor = abs((PROTOCOL_K * _equal((1 + off) / PROTOCOL_K, ball(temperature)) - 1) / off)
    findings.positive("though the defect of Σp = 1 grows", [factor - 1])
