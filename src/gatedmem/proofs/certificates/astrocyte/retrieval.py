"""AG24, AG31: exact retrieval at an equilibrium where one gain exceeds ½, and after one alternation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from flint import arb

from gatedmem.numerics.enclosures import Ball, Vector, ball, softmax, vector
from gatedmem.numerics.instances import AstrocyteInstance
from gatedmem.proofs.certificates.astrocyte import draws
from gatedmem.proofs.certificates.astrocyte.equilibria import enclose_routed, settle
from gatedmem.proofs.certificates.astrocyte.model import GatedMemory, constant
from gatedmem.proofs.certificates.findings import Findings, certify
from gatedmem.proofs.evidence import Certified, Request

Float = npt.NDArray[np.float64]

# AG24: |x_i| ≥ (this)·(2p_μ - 1)K|m_μ|/N, attained for K = 1.
AMPLITUDE = Fraction(1)
# AG24 and AG31: a gap of (this)·T log(K-1) suffices, and less does not.
GAP = Fraction(1)

STARTS = 6


def ag24(request: Request) -> Iterator[Certified]:
    """Signs and sizes of x at enclosed equilibria with a gain above ½; the gap that suffices for such a gain."""
    rng = np.random.default_rng([request.seed, 124])
    for instance in _distinct(draws.instances(request, 124), request):
        if request.astrocyte is None:
            instance = replace(
                instance,
                sigma=3.0,
                temperature=0.05,
                name=f"drawn N={instance.n_neurons} K={instance.n_patterns} σ=3 T=0.05",
            )
        model = GatedMemory(instance)
        starts: list[Float] = []
        for _ in range(STARTS):
            settled = settle(model, draws.cue(rng, instance))
            if len(starts) < 3 and all(float(np.abs(settled - other).max()) > 1e-6 for other in starts):
                starts.append(settled)
        yield certify(f"{instance.name}, equilibria", _retrieved, model, starts)
    if request.astrocyte is None:
        for size, temperature in ((1, 1.0), (2, 1.0), (3, 0.2), (10, 1.0), (100, 0.05)):
            yield certify(f"gap for K={size} T={temperature:g}", _majority, size, temperature)


def ag31(request: Request) -> Iterator[Certified]:
    """Signs after gains then neurons, from states whose gap is large enough; the threshold of the gap is sharp."""
    rng = np.random.default_rng([request.seed, 131])
    for instance in _distinct(draws.instances(request, 131), request):
        states = [draws.cue(rng, instance) * rng.uniform(0.3, 2.0) for _ in range(STARTS)]
        if request.astrocyte is None:
            temperature = _fitting_temperature(instance, states)
            instance = replace(
                instance,
                temperature=temperature,
                name=f"drawn N={instance.n_neurons} K={instance.n_patterns} T={temperature:.3g}",
            )
        yield certify(f"{instance.name}, one step", _one_step, GatedMemory(instance), states)
    if request.astrocyte is None:
        for side in (-1, 1):
            yield certify(f"sharpness, gap {1 + side / 100:g}·T log(K-1)", _one_step_sharp, side)
        yield certify("four near rivals and a far one", _far_rival)


def _distinct(instances: list[AstrocyteInstance], request: Request) -> list[AstrocyteInstance]:
    """Leave out drawn instances with one neuron and several patterns: all alike up to sign, none can win."""
    if request.astrocyte is not None:
        return instances
    return [instance for instance in instances if instance.n_neurons > 1 or instance.n_patterns == 1]


def _retrieved(findings: Findings, model: GatedMemory, starts: Sequence[Float]) -> None:
    signs, sizes, leads = [], [], []
    best = 0.0
    for start in starts:
        root = enclose_routed(model, start)
        if root.outcome != "unique":
            continue
        x = root.enclosure
        p = model.routing(constant(x)).value
        winner = max(range(model.k), key=lambda mu: float(p[mu].mid()))
        best = max(best, float(p[winner].mid()))
        m = model.overlaps(model.activation(constant(x))).value
        if not p[winner] > ball(Fraction(1, 2)) or m[winner].contains(0):
            continue
        scores = model.scores(constant(x)).value
        leads += [scores[winner] - score for mu, score in enumerate(scores) if mu != winner]
        sign = 1 if m[winner] > 0 else -1
        least = ball(AMPLITUDE) * (2 * p[winner] - 1) * model.total * abs(m[winner]) / model.n
        for entry, bit in zip(x, model.rows[winner], strict=True):
            signs.append(sign * int(bit) * entry)
            sizes.append(sign * int(bit) * entry - least)
    if not signs:
        findings.does_not_apply(f"no equilibrium with a gain above ½ was enclosed (largest gain {best:.3g})")
        return
    findings.positive("μ maximises f", leads)
    findings.positive("sign(x_i) = sign(m_μ)ξ_μ^i", signs)
    if model.total == 1:
        findings.zero("|x_i| = K|m_μ|/N for one pattern", sizes, 1e-30)
    else:
        findings.not_negative("|x_i| ≥ (2p_μ-1)K|m_μ|/N", sizes)  # nearly equal where p_μ is nearly 1


def _majority(findings: Findings, size: int, temperature: float) -> None:
    """A gap above T log(K-1) makes p_μ > ½; a gap of just that, to all, makes it ½."""
    t = ball(temperature)
    if size == 1:
        findings.positive("p_μ > ½", [softmax([arb(0)])[0] - ball(Fraction(1, 2))])
        return
    edge = ball(GAP) * t * arb(size - 1).log()
    for share in (1, 1 + Fraction(1, 1000), 2):
        gap = edge * ball(Fraction(share)) if size > 2 else edge + ball(Fraction(share) - 1)
        excess = softmax([gap / t] + [arb(0)] * (size - 1))[0] - ball(Fraction(1, 2))
        if share == 1:
            findings.zero("p_μ = ½ at equal gaps T log(K-1)", [excess])
        else:
            findings.positive(f"p_μ > ½ at {float(share):g} times that", [excess])


def _gap(model: GatedMemory, x: Vector) -> tuple[int, Ball | None, Ball]:
    """The index of the best score, the gap to the next, and the overlap there."""
    at_x = constant(x)
    scores = model.scores(at_x).value
    winner = max(range(model.k), key=lambda mu: float(scores[mu].mid()))
    overlap = model.overlaps(model.activation(at_x)).value[winner]
    gaps = [scores[winner] - score for mu, score in enumerate(scores) if mu != winner]
    return winner, min(gaps, key=lambda gap: float(gap.mid())) if gaps else None, overlap


def _applies(model: GatedMemory, gap: Ball | None, overlap: Ball) -> bool:
    if overlap.contains(0):
        return False
    if gap is None:
        return True
    edge = ball(GAP) * model.temperature * arb(model.total - 1).log()
    return bool(gap > edge) and bool(gap > 0)


def _after_one_step(model: GatedMemory, x: Vector) -> Vector:
    """Gains first, then neurons: W(p)φ(x) at p = softmax(f(x)/T)."""
    at_x = constant(x)
    return model.input(at_x, model.routing(at_x)).value


def _one_step(findings: Findings, model: GatedMemory, states: Sequence[Float]) -> None:
    signs = []
    met = 0
    for state in states:
        x = vector(state)
        winner, gap, overlap = _gap(model, x)
        if not _applies(model, gap, overlap):
            continue
        met += 1
        sign = 1 if overlap > 0 else -1
        after = _after_one_step(model, x)
        signs += [sign * int(bit) * entry for entry, bit in zip(after, model.rows[winner], strict=True)]
    if not met:
        findings.does_not_apply("no cue looked at has a gap above T log(K-1)")
        return
    findings.note("states with a gap above T log(K-1)", met)
    findings.positive("sign(x_i) = sign(m_μ)ξ_μ^i after one step", signs)


def _fitting_temperature(instance: AstrocyteInstance, states: Sequence[Float]) -> float:
    """A temperature at which the hypothesis holds for at least half of the states, some of them barely."""
    if instance.n_patterns <= 2:
        return instance.temperature
    gaps = []
    for state in states:
        m = instance.patterns @ np.tanh(instance.sigma * state)
        scores = np.sort(m * m / (2 * instance.n_neurons))
        gaps.append(float(scores[-1] - scores[-2]))
    usual = float(np.median(gaps))
    return 0.999 * usual / float(np.log(instance.n_patterns - 1)) if usual > 1e-9 else instance.temperature


def _one_step_sharp(findings: Findings, side: int) -> None:
    """Four rivals that differ from the winner in one neuron: its sign is right above the gap and wrong below."""
    patterns = np.ones((5, 5))
    patterns[1:, 0] = -1.0
    x = np.array([2.0**-12, 1.0, 1.0, 1.0, 1.0])
    bare = GatedMemory(AstrocyteInstance(patterns, name="five patterns, four of them alike"))
    _, gap, _ = _gap(bare, vector(x))
    assert gap is not None
    share = GAP * (1 + Fraction(side, 100))
    temperature = float((gap / (ball(share) * arb(4).log())).mid())
    model = GatedMemory(replace(bare.instance, temperature=temperature))
    winner, gap, overlap = _gap(model, vector(x))
    findings.holds("hypothesis", (winner == 0 and _applies(model, gap, overlap)) == (side > 0))
    after = _after_one_step(model, vector(x))
    findings.positive("its sign is " + ("right" if side > 0 else "wrong"), [side * after[0]])


def _far_rival(findings: Findings) -> None:
    """The gap must hold over every rival: four near ones turn a neuron, however far away a fifth is."""
    patterns = np.ones((6, 5))
    patterns[1:5, 0] = -1.0
    patterns[5] = [1.0, 1.0, 1.0, -1.0, -1.0]
    x = vector(np.array([2.0**-12, 1.0, 1.0, 1.0, 1.0]))
    bare = GatedMemory(AstrocyteInstance(patterns, name="six patterns, one of them far"))
    scores = bare.scores(constant(x)).value
    # T log 5 lies between the gap to the near rivals and the gap to the far one.
    temperature = float(((scores[0] - scores[1]) / arb(3).log()).mid())
    model = GatedMemory(replace(bare.instance, temperature=temperature))
    winner, gap, overlap = _gap(model, x)
    findings.holds("the first pattern leads, and by too little", winner == 0 and not _applies(model, gap, overlap))
    findings.positive("a neuron takes the wrong sign", [-_after_one_step(model, x)[0]])
