"""Certificates for the statements on the baselines: BL2.

Memories and states are doubles, taken as the exact dyadic numbers they are; everything else is a ball.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from flint import arb

from gatedmem.numerics.enclosures import Ball, Vector, ball, dot, log_sum_exp, softmax, square, vector
from gatedmem.proofs.certificates.findings import Findings, certify
from gatedmem.proofs.evidence import Certified, Request

Float = npt.NDArray[np.float64]

# The constants that the statement claims. A test that puts another value here must see it refuted.
ERROR_FACTOR = Fraction(2)  # ‖ξ' - ζ^μ‖ ≤ this times M(N-1)e^{-βΔ}
DESCENT_FACTOR = Fraction(1, 2)  # E falls by at least this times ‖ξ' - ξ‖²


def bl2(request: Request) -> Iterator[Certified]:
    """Attention, descent and the one-step error at drawn memories and states; both constants are best possible."""
    rng = np.random.default_rng([request.seed, 202])
    for size, dimension, beta in ((1, 2, 1.0), (2, 1, 0.5), (3, 2, 4.0), (8, 5, 1.0), (30, 8, 2.0), (60, 20, 0.25)):
        memories = rng.standard_normal((size, dimension))
        name = f"N={size} d={dimension} β={beta:g}"
        yield certify(
            f"{name}, near a memory", _step, memories, memories[0] + 0.1 * rng.standard_normal(dimension), beta
        )
        yield certify(f"{name}, anywhere", _step, memories, 2.0 * rng.standard_normal(dimension), beta)
    yield certify("N=3 d=2 β=1, two memories equal", _step, np.array([[1.0, 0.5], [1.0, 0.5], [-2.0, 0.0]]),
                  np.array([0.3, -0.7]), 1.0)  # fmt: skip
    # β Δ = 10 at β = 1/4: a bound that lost β would be e^{-40}.
    yield certify("N=2 opposite memories, β=0.25", _step, np.array([[1.0], [-1.0]]), np.array([20.0]), 0.25)
    for gap in (16.0, 40.0):
        yield certify(f"N=2 opposite memories, gap {gap:g}", _sharp_error, gap)
    for beta in (2.0**-20, 2.0**-40):
        yield certify(f"N=2 weak coupling β={beta:.1g}", _sharp_descent, beta)


class _Step:
    """One update in balls: the weights P, the new state ξ', and both energies."""

    def __init__(self, memories: Float, state: Float, beta: float) -> None:
        self.rows = [vector(row) for row in memories]
        self.state, self.beta = vector(state), ball(beta)
        self.scores = [dot(row, self.state) for row in self.rows]
        self.weights = softmax([self.beta * score for score in self.scores])
        self.new = _mean(self.weights, self.rows)

    def energy(self, state: Vector) -> Ball:
        scores = [self.beta * dot(row, state) for row in self.rows]
        return dot(state, state) / 2 - log_sum_exp(scores) / self.beta

    def fall(self) -> Ball:
        """E(ξ) - E(ξ')."""
        return self.energy(self.state) - self.energy(self.new)


def _mean(weights: Vector, rows: list[Vector]) -> Vector:
    return [dot(weights, [row[entry] for row in rows]) for entry in range(len(rows[0]))]


def _distance(one: Vector, other: Vector) -> Ball:
    """‖one - other‖²."""
    return sum((square(a - b) for a, b in zip(one, other, strict=True)), arb(0))


def _step(findings: Findings, memories: Float, state: Float, beta: float) -> None:
    step = _Step(memories, state, beta)
    size, dimension = memories.shape

    # One head softmax(qKᵀ/√d)V has β = 1/√d: a query β√d ξ makes up for it.
    root = ball(dimension).sqrt()
    query = [step.beta * root * entry for entry in step.state]
    head = softmax([dot(query, row) / root for row in step.rows])
    findings.zero("the update is attention", [a - b for a, b in zip(_mean(head, step.rows), step.new, strict=True)])

    moved = _distance(step.new, step.state)
    findings.note("E(ξ) - E(ξ')", step.fall())
    findings.not_negative(
        f"E falls by at least {DESCENT_FACTOR}‖ξ' - ξ‖²", [step.fall() - ball(DESCENT_FACTOR) * moved]
    )

    exact = [[Fraction(float(entry)) for entry in row] for row in memories]
    radius = ball(max(sum((entry * entry for entry in row), Fraction(0)) for row in exact)).sqrt()
    point = [Fraction(float(entry)) for entry in state]
    scores = [sum((a * b for a, b in zip(row, point, strict=True)), Fraction(0)) for row in exact]
    inner, outer = [], []
    for memory in range(min(size, 5)):
        rest = sum((weight for other, weight in enumerate(step.weights) if other != memory), arb(0))
        reach = ball(ERROR_FACTOR) * radius * rest
        inner.append(square(reach) - _distance(step.new, step.rows[memory]))
        gaps = [scores[memory] - score for other, score in enumerate(scores) if other != memory]
        if gaps:
            tail = (size - 1) * (-step.beta * ball(min(gaps))).exp()
            outer.append(tail - rest)
    findings.not_negative(f"‖ξ' - ζ^μ‖ ≤ {ERROR_FACTOR}M(1 - P(μ))", inner)
    findings.not_negative("1 - P(μ) ≤ (N-1)e^{-βΔ}", outer)


def _sharp_error(findings: Findings, gap: float) -> None:
    """ζ² = -ζ¹ in one dimension: the error is within a factor 1 - e^{-gap} of the bound."""
    step = _Step(np.array([[1.0], [-1.0]]), np.array([gap / 2.0]), 1.0)
    error = abs(step.new[0] - 1)
    bound = ball(ERROR_FACTOR) * (-ball(gap)).exp()
    findings.note("error over bound", error / bound)
    findings.positive("the error keeps the bound", [bound - error])
    findings.positive(f"{ERROR_FACTOR} is best possible", [error - (1 - ball(2.0**-20)) * bound])


def _sharp_descent(findings: Findings, beta: float) -> None:
    """As β → 0 the update is linear and E a parabola: the fall is ½‖ξ' - ξ‖² and no more."""
    step = _Step(np.array([[1.0], [0.5]]), np.array([2.0]), beta)
    moved = _distance(step.new, step.state)
    findings.note("fall over ‖ξ' - ξ‖²", step.fall() / moved)
    findings.positive(
        f"{DESCENT_FACTOR} is best possible", [(1 + ball(2.0**-16)) * ball(DESCENT_FACTOR) * moved - step.fall()]
    )
    findings.not_negative(
        f"E falls by at least {DESCENT_FACTOR}‖ξ' - ξ‖²", [step.fall() - ball(DESCENT_FACTOR) * moved]
    )
