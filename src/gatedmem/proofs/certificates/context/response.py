"""CG16: the response of the fixed point to the coupling, from power series in λ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from flint import arb, arb_mat, arb_series, ctx

from gatedmem.numerics.enclosures import Ball, Vector, ball, dot, interval, krawczyk, polish, product, softmax
from gatedmem.numerics.jets import Jet
from gatedmem.numerics.jets import system as on_jets
from gatedmem.proofs.certificates.context import draws
from gatedmem.proofs.certificates.context.flows import applied, summed
from gatedmem.proofs.certificates.context.model import ClampedMemory, Retrieval
from gatedmem.proofs.certificates.findings import Findings, certify
from gatedmem.proofs.evidence import Certified, Request

# Constants of the statement; a test that puts other numbers here must see them refuted.
FIRST = Fraction(1)  # p'(0)_i = (this)·βp_i(g_i - ⟨p, g⟩)
SECOND = Fraction(2)  # p''(0)_i = (this)·βp_i[(Bp)_i - pᵀBp] + β²p_i[(g_i-⟨p,g⟩)² - Var_p g]

ORDER = 3
# How far the branch is followed for the remainder, in units of the smallest scale of λ.
REACH = 2.0**-7


def cg16(request: Request) -> Iterator[Certified]:
    """Coefficients of the branch p(λ) at 0, and the branch itself at a small λ against the quadratic and its rest."""
    for instance in draws.instances(request, 216, (0.5,)):
        yield certify(instance.name, _response, ClampedMemory(instance))


def branch(memory: ClampedMemory, inverse: arb_mat, gain: Ball, value: Vector, feedback: int = 1) -> list[Vector]:
    """Taylor coefficients in λ, up to order 3, of the solution of p = Φ(p) through ``value`` at λ = ``gain``.

    Each follows from the ones before by a linear equation: the coefficient of Φ that the unknown one adds to is
    affine in it with slope DΦ. With balls for λ and p the coefficients are enclosed for the whole stretch.
    """
    n = memory.n
    drive = product(inverse, memory.drive)
    table = inverse.tolist()
    rows = [[entry] for entry in value]
    if feedback:
        slope = arb_mat(_image(memory, inverse, gain, Jet.variable(value)).tangent)
        regular = arb_mat(n, n, 1) - slope
    before = ctx.cap
    ctx.cap = ORDER + 1
    try:
        for order in range(1, ORDER + 1):
            coupling = arb_series([gain, 1])
            p = [arb_series(row, prec=order + 1) for row in rows]
            scores = [
                memory.beta * (b + coupling * g + feedback * (coupling * coupling * fed))
                for b, g, fed in zip(memory.evidence, drive, applied(table, p), strict=True)
            ]
            weights = [(score - scores[0]).exp() for score in scores]
            total = summed(weights)
            known = [(weight / total)[order] for weight in weights]
            found = list(regular.solve(arb_mat(n, 1, known)).entries()) if feedback else known
            for row, entry in zip(rows, found, strict=True):
                row.append(entry)
    finally:
        ctx.cap = before
    return [[row[order] for row in rows] for order in range(ORDER + 1)]


def _image(memory: ClampedMemory, inverse: arb_mat, gain: Ball, p: Jet) -> Jet:
    """Φ(p) at this λ, with its derivative in p."""
    drive = product(inverse, memory.drive)
    score = [b + gain * g for b, g in zip(memory.evidence, drive, strict=True)]
    return (p.apply(inverse).scaled(gain * gain) + Jet(score)).scaled(memory.beta).softmax()


def _response(findings: Findings, memory: ClampedMemory) -> None:
    if memory.eta is None or memory.eta[0] <= 0:
        findings.does_not_apply("A(α) ≻ 0 was not proved: CG16 does not apply")
        return
    inverse, beta = memory.inverse(), memory.beta
    p = softmax([beta * entry for entry in memory.evidence])
    g = product(inverse, memory.drive)
    mean, fed = dot(p, g), product(inverse, p)
    level = dot(p, fed)
    variance = sum((a * (b - mean) * (b - mean) for a, b in zip(p, g, strict=True)), arb(0))
    first = [ball(FIRST) * beta * a * (b - mean) for a, b in zip(p, g, strict=True)]
    second = [
        ball(SECOND) * beta * a * (c - level) + beta * beta * a * ((b - mean) * (b - mean) - variance)
        for a, b, c in zip(p, g, fed, strict=True)
    ]
    series = branch(memory, inverse, arb(0), p)
    findings.zero("p'(0)", [a - b for a, b in zip(series[1], first, strict=True)], 1e-50)
    findings.zero("p''(0)", [2 * a - b for a, b in zip(series[2], second, strict=True)], 1e-50)
    bare = branch(memory, inverse, arb(0), p, feedback=0)
    findings.zero(
        "feedback is absent at first order", [a - b for a, b in zip(series[1], bare[1], strict=True)], 1e-50
    )
    if memory.n > 1:
        findings.nonzero("and present at second", [a - b for a, b in zip(series[2], bare[2], strict=True)])
    _followed(findings, memory, inverse, [p, first, second])


def _followed(findings: Findings, memory: ClampedMemory, inverse: arb_mat, claimed: list[Vector]) -> None:
    """At a small λ the enclosed fixed point is the quadratic of the statement, up to the proved third order."""
    n = memory.n
    widest = max((abs(float(entry.mid())) for entry in product(inverse, memory.drive)), default=0.0)
    scale = 1 / (memory.instance.beta * (1 + widest) * (1 + 1 / float(memory.eta[0] if memory.eta else 1)))
    end = ball(REACH * scale)
    stretch = interval(0, end)
    # One box that holds the fixed points of the whole stretch, each of them the only one in it.
    equations = on_jets(lambda x: x - _image(memory, inverse, stretch, x))
    tested = krawczyk(equations, claimed[0], [0.05] * n, tighten=2)
    if tested.outcome != "unique":
        findings.holds("the branch enclosed on a stretch of λ", None)
        return
    third = branch(memory, inverse, stretch, tested.enclosure)[3]
    near = ClampedMemory(replace(memory.instance, gain=float(end)))
    retrieval = Retrieval(near)
    point = on_jets(lambda x: x - retrieval(x))
    root = krawczyk(point, polish(point, claimed[0]), [1e-6] * n)
    findings.holds("the fixed point at its end enclosed", root.outcome == "unique" or None)
    slacks = []
    for now, then, slope, bend, rest in zip(root.enclosure, *claimed, third, strict=True):
        missed = now - then - end * slope - end * end * bend / 2
        slacks.append(ball(abs(rest).upper()) * end**3 - abs(missed))
    findings.positive("p(λ) = p + λp' + ½λ²p'' + O(λ³), the last bounded", slacks)
