"""CG22: raising the coupling λ can turn a right retrieval wrong; certified instances, and when it cannot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from flint import acb, arb, fmpq_mat

from gatedmem.numerics.enclosures import Ball, Vector, ball, interval, product, show
from gatedmem.numerics.exact import fraction, gram, identity, rational, rational_matrix
from gatedmem.numerics.instances import ContextInstance
from gatedmem.proofs.certificates.context.contraction import contraction, enclose_fixed_point, settle
from gatedmem.proofs.certificates.context.model import ClampedMemory, Retrieval
from gatedmem.proofs.certificates.findings import Findings, certify
from gatedmem.proofs.evidence import Certified, Request

Float = npt.NDArray[np.float64]
Table = Sequence[Sequence[Fraction]]

# Constants of the statement; a test that puts other numbers here must see them refuted.
BEST = Fraction(1)  # (a): λ* = (this)·(1 - αG₁₂)·σ_q²/σ_c²
COMPETITION = Fraction(1)  # (a): the factor c in 1 - cαG₁₂

# Two unit memories with rational entries and their overlaps, competition α, σ_q² and σ_c².
PAIRS: tuple[tuple[Table, Fraction, Fraction, Fraction], ...] = tuple(
    (table, alpha, query, context)
    for table in (
        ((Fraction(1), Fraction(0)), (Fraction(3, 5), Fraction(4, 5))),
        ((Fraction(1), Fraction(0)), (Fraction(-3, 5), Fraction(4, 5))),
        ((Fraction(1), Fraction(0), Fraction(0)), (Fraction(2, 3), Fraction(2, 3), Fraction(1, 3))),
    )
    for alpha, query, context in (
        (Fraction(0), Fraction(1, 4), Fraction(9, 100)),
        (Fraction(1, 2), Fraction(1), Fraction(1, 4)),
        (Fraction(9, 10), Fraction(1, 9), Fraction(1)),
    )
)
# Orthonormal memories: how many, σ_q², σ_c².
ORTHONORMAL = (
    (3, Fraction(1), Fraction(1)),
    (10, Fraction(1, 2), Fraction(1)),
    (50, Fraction(1, 4), Fraction(1, 9)),
)
# Multiples of λ* at which the accuracy is compared, in increasing order.
MULTIPLES = (Fraction(0), Fraction(1, 2), Fraction(1), Fraction(2), Fraction(4), Fraction(16))
# The integral over a Gaussian is cut where its tail is below 1e-60.
CUT = 17


def cg22(request: Request) -> Iterator[Certified]:
    """Accuracies of a noisy context enclosed, the flip by feedback enclosed, frozen gates in both directions."""
    rng = np.random.default_rng([request.seed, 222])
    if request.context is not None:
        yield certify(request.context.name, _frozen, ClampedMemory(request.context))
        return
    for table, alpha, query, context in PAIRS:
        name = f"pair ζ²={_row(table[1])} α={alpha} σ_q²={query} σ_c²={context}"
        yield certify(name, _pair, table, alpha, query, context)
    for size, query, context in ORTHONORMAL:
        yield certify(f"orthonormal N={size} σ_q²={query} σ_c²={context}", _orthonormal, size, query, context)
    for size, dimension in ((3, 2), (20, 10)):
        sample = _losing_sample(rng, size, dimension)
        yield certify(f"one sample N={size} d={dimension} σ_q=σ_c=1/2", _sample, *sample)
    yield certify("feedback without context, G₁₂=0.8 α=0.5 β=0.1", _feedback)
    for size, dimension in ((4, 3), (12, 5)):
        memories = rng.standard_normal((size, dimension))
        memories /= np.linalg.norm(memories, axis=1, keepdims=True)
        instance = ContextInstance(
            memories, 0.25, 2.0, 0.5, rng.standard_normal(size), rng.standard_normal(size), f"frozen gates N={size}"
        )
        yield certify(instance.name, _frozen, ClampedMemory(instance))


def _row(values: Sequence[Fraction]) -> str:
    return "(" + ", ".join(str(value) for value in values) + ")"


def moments(table: Table, alpha: Fraction, query: Fraction, context: Fraction) -> tuple[Fraction, ...]:
    """Of the gap of the scores Zᵀq + λA⁻¹Zᵀc of two memories, with q, c at ζ¹ and noise: m₀, m₁, v₀, v₁.

    The gap is Gaussian with mean m₀ + λm₁ and variance v₀ + λ²v₁, all exact.
    """
    memories = rational_matrix(table)
    overlaps = memories * memories.transpose()
    gates = identity(2) * (1 - rational(alpha)) + overlaps * rational(alpha)  # unit norms
    row = fmpq_mat([[1, -1]])
    filtered = row * gates.inv()
    signal = fmpq_mat([[overlaps[0, 0]], [overlaps[1, 0]]])
    return (
        fraction((row * signal)[0, 0]),
        fraction((filtered * signal)[0, 0]),
        query * fraction((row * overlaps * row.transpose())[0, 0]),
        context * fraction((filtered * overlaps * filtered.transpose())[0, 0]),
    )


def normal_probability(x: Ball) -> Ball:
    """P(standard normal ≤ x).

    >>> bool(normal_probability(arb(0)).contains(ball(Fraction(1, 2))))
    True
    """
    return (-x / arb(2).sqrt()).erfc() / 2


def _pair(findings: Findings, table: Table, alpha: Fraction, query: Fraction, context: Fraction) -> None:
    signal, lift, noise, spread = moments(table, alpha, query, context)
    overlap = sum((a * b for a, b in zip(table[0], table[1], strict=True)), Fraction(0))
    best = BEST * (1 - COMPETITION * alpha * overlap) * query / context
    findings.note("λ*", best)
    # The slope of (m₀ + λm₁)²/(v₀ + λ²v₁) has the sign of m₁v₀ - λm₀v₁.
    findings.holds("the slope vanishes at λ*, exactly", lift * noise == best * signal * spread)
    findings.holds("and there only, from + to -", signal > 0 and lift > 0 and spread > 0)

    def accuracy(weight: Fraction) -> Ball:
        return normal_probability(ball(signal + weight * lift) / ball(noise + weight**2 * spread).sqrt())

    _compare(findings, [accuracy(multiple * best) for multiple in MULTIPLES])


def _compare(findings: Findings, accuracies: list[Ball]) -> None:
    """The accuracy rises up to λ* and falls beyond it."""
    top = MULTIPLES.index(Fraction(1))
    steps = [after - before for before, after in pairwise(accuracies)]
    findings.positive("accuracy rises with λ up to λ*", steps[:top])
    findings.positive("accuracy falls with λ beyond λ*", [-step for step in steps[top:]])
    findings.note("accuracy at λ*", accuracies[top])
    findings.note("accuracy at 16λ*", accuracies[-1])


def _orthonormal(findings: Findings, size: int, query: Fraction, context: Fraction) -> None:
    """α = 0 and ζ^μ = e_μ: all noises of the scores are independent, P(right) = ∫ φ(x - s)Φ(x)^{N-1} dx."""
    best = BEST * query / context
    findings.note("λ*", best)
    accuracies = []
    for multiple in MULTIPLES:
        weight = multiple * best
        signal = ball(1 + weight) / ball(query + weight**2 * context).sqrt()

        def density(x: acb, _: bool, signal: Ball = signal) -> acb:
            below = (-x / arb(2).sqrt()).erfc() / 2
            return (-((x - signal) ** 2) / 2).exp() / (2 * acb.pi()).sqrt() * below ** (size - 1)

        inside = acb.integral(density, acb(signal - CUT), acb(signal + CUT)).real
        accuracies.append(inside + interval(0, 2 * normal_probability(arb(-CUT))))
    _compare(findings, accuracies)


def _losing_sample(rng: np.random.Generator, size: int, dimension: int) -> tuple[Float, Float, Float, int]:
    """Unit memories with a query and a context near the first one: right at λ* = 1, wrong at 16. A proposal."""
    memories = rng.standard_normal((size, dimension))
    memories /= np.linalg.norm(memories, axis=1, keepdims=True)
    while True:
        query, context = memories[0] + 0.5 * rng.standard_normal((2, dimension))
        early, late = (int(np.argmax(memories @ (query + weight * context))) for weight in (1, 16))
        if early == 0 and late != 0:
            return memories, query, context, late


def _sample(findings: Findings, memories: Float, query: Float, context: Float, late: int) -> None:
    """In exact numbers: memory 0 has the largest score at λ = 1, another one has a larger one at λ = 16."""
    table = rational_matrix(memories)
    b, g = (table * rational_matrix([[entry] for entry in noisy]) for noisy in (query, context))
    pairs = list(zip(b.tolist(), g.tolist(), strict=True))
    scores = [[fraction(p[0] + weight * q[0]) for p, q in pairs] for weight in (1, 16)]
    findings.holds("right at λ = 1", all(scores[0][0] > other for other in scores[0][1:]))
    findings.holds("wrong at λ = 16", scores[1][late] > scores[1][0], f"memory {late + 1} leads")
    drives = [fraction(row[0]) for row in g.tolist()]
    findings.holds("the condition of CG19 fails: g_μ is not maximal", drives[0] < max(drives))


def _feedback(findings: Findings) -> None:
    """Part (b): argmax 1 at λ = 1 and 3 at λ = 2, with u = 0 and one fixed point at either coupling."""
    memories = np.array([[1.0, 0.0, 0.0], [0.8, 0.6, 0.0], [0.0, 0.0, 1.0]])
    overlaps = gram(memories)
    findings.holds("ζ³ is orthogonal to ζ¹ and ζ²", overlaps[0, 2] == 0 and overlaps[1, 2] == 0)
    for gain, winner in ((1.0, 0), (2.0, 2)):
        instance = ContextInstance(memories, 0.5, 0.1, gain, evidence=np.array([0.1, 0.05, 0.0]))
        memory = ClampedMemory(instance)
        kappas = contraction(memory)
        findings.holds(f"λ = {gain:g}: one fixed point (κ < 1, CG11)", None if kappas is None else kappas[1] < 1)
        retrieval = Retrieval(memory)
        root = enclose_fixed_point(retrieval, settle(retrieval, np.full(3, 1.0 / 3.0)))
        findings.holds(f"λ = {gain:g}: it is enclosed", root.outcome == "unique" or None, root.outcome)
        if root.outcome != "unique":
            return
        p = root.enclosure
        findings.positive(
            f"λ = {gain:g}: the argmax is {winner + 1}",
            [p[winner] - p[other] for other in range(3) if other != winner],
        )
        findings.note(f"p at λ = {gain:g}", ", ".join(show(entry, 6) for entry in p))


def _frozen(findings: Findings, memory: ClampedMemory) -> None:
    """Without feedback: a memory that leads at some λ ≥ 0 keeps the lead for good iff its gate is maximal."""
    if memory.eta is None or memory.eta[0] <= 0:
        findings.does_not_apply("A(α) ≻ 0 was not proved: the gates have no rest")
        return
    gates = product(memory.inverse(), memory.drive)
    b = memory.evidence
    kept, lost = [], []
    for mu in range(memory.n):
        for start in (Fraction(0), Fraction(1), Fraction(10)):
            gaps = _gaps(b, gates, mu, ball(start))
            if not all(gap > 0 for gap in gaps):
                continue
            rivals = [gates[nu] - gates[mu] for nu in range(memory.n) if nu != mu]
            if all(rival <= 0 for rival in rivals):
                for later in (start + Fraction(1, 3), 10 * start + 5, Fraction(10**6)):
                    kept.extend(_gaps(b, gates, mu, ball(later)))
                    before, after = (_weight(memory, b, gates, mu, ball(at)) for at in (start, later))
                    kept.append(after - before)
            elif any(rival > 0 for rival in rivals):
                # The lead over that rival is gone from λ = (b_μ - b_ν)/(g_ν - g_μ) on.
                strongest = max(range(memory.n), key=lambda nu: float(gates[nu].mid()))
                turn = (b[mu] - b[strongest]) / (gates[strongest] - gates[mu])
                after_it = turn.upper() + 1
                lost.append(b[strongest] - b[mu] + after_it * (gates[strongest] - gates[mu]))
    if not kept and not lost:
        findings.does_not_apply("no memory was proved to lead at λ = 0, 1 or 10")
        return
    findings.not_negative("maximal gate: the lead stays and the probability does not fall", kept)
    findings.positive("gate not maximal: the lead is lost at a later λ", lost)


def _gaps(b: Vector, gates: Vector, mu: int, weight: Ball) -> Vector:
    return [b[mu] - b[nu] + weight * (gates[mu] - gates[nu]) for nu in range(len(b)) if nu != mu]


def _weight(memory: ClampedMemory, b: Vector, gates: Vector, mu: int, weight: Ball) -> Ball:
    """P(μ) = 1/(1 + Σ_{ν≠μ} e^{-β gap})."""
    return 1 / (1 + sum(((-memory.beta * gap).exp() for gap in _gaps(b, gates, mu, weight)), arb(0)))
