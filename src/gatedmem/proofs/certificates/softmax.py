"""Certificates for the statements on simplex and softmax: SM2, SM4, SM5, SM7.

Draws are doubles, taken as the exact dyadic numbers they are; points of the simplex are exact rationals.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from flint import arb, fmpq_mat

from gatedmem.numerics.convex import (
    EntropyProposal,
    SolverError,
    entropy_lower_bound,
    entropy_program,
    entropy_upper_bound,
    simplex_point,
)
from gatedmem.numerics.enclosures import ball, dot, log_sum_exp, norm, softmax, vector, x_log_x
from gatedmem.numerics.exact import (
    identity,
    positive_semidefinite,
    quadratic,
    rational,
    rational_matrix,
)
from gatedmem.proofs.certificates import sums_of_squares
from gatedmem.proofs.certificates.findings import Findings, certify
from gatedmem.proofs.evidence import Certified, Request

Float = npt.NDArray[np.float64]
Simplex = Sequence[Fraction]

# The constants that the statements claim. A test that puts another value here must see the statement refuted.
GIBBS_FACTOR = Fraction(1)  # SM2: the gap is this times T·KL
COVARIANCE_BOUND = Fraction(1, 2)  # SM4: λ_max(diag p - ppᵀ) ≤ this, attained
LIPSCHITZ = Fraction(1, 2)  # SM5: the constant is this times β, a supremum that is not attained
RIVALS_SHORT_OF_N = 1  # SM7: the rivals number n minus this

# SM5: how near to its bound the quotient of the norms must come for the bound to count as its supremum.
APPROACH = Fraction(1, 10**6)

# SM2: the solver's two bounds must meet within this, relative to 1 + |T log Z|.
SOLVER_GAP = 1e-6


def sm2(request: Request) -> Iterator[Certified]:
    """Gibbs principle: the optimal value between a primal and a dual bound, and the gap identity at exact points."""
    rng = np.random.default_rng([request.seed, 2])
    for size, temperature in ((1, 1.0), (2, 0.1), (3, 1.0), (8, 0.5), (20, 2.0), (50, 0.2), (100, 1.0)):
        scores = rng.uniform(-1.0, 1.0, size) * (4.0 if size < 20 else 1.0)
        if size == 8:
            scores[1] = scores[0]
        yield _gibbs(f"n={size} T={temperature:g}", scores, temperature, _simplex_draws(rng, size))
    yield _gibbs("n=6 T=1, all scores equal", np.full(6, 0.25), 1.0, _simplex_draws(rng, 6))


def sm4(request: Request) -> Iterator[Certified]:
    """0 ⪯ diag p - ppᵀ ⪯ ½ I in exact rationals, for drawn and extreme p; every p for drawn v; sharpness; duality."""
    rng = np.random.default_rng([request.seed, 4])
    for size in (1, 2, 3, 5, 8, 16, 40):
        draws = _simplex_draws(rng, size)
        if size >= 2:
            draws["near a corner"] = _normalised([2**60] + [1] * (size - 1))
            draws["near an edge"] = _normalised([2**40, 2**40 + 1] + [1] * (size - 2))
        for name, point in draws.items():
            yield certify(f"n={size} p {name}", _covariance_bounds, point)
        directions = [[Fraction(float(entry)) for entry in rng.standard_normal(size)] for _ in range(5)]
        yield certify(f"n={size} every p, drawn v", _every_point, directions)
        if size >= 2:
            yield certify(f"n={size} sharpness", _covariance_sharp, size)
    yield from sums_of_squares.every_point(COVARIANCE_BOUND)


def sm5(request: Request) -> Iterator[Certified]:
    """The Lipschitz bound for drawn pairs, on differences only; a sequence of pairs that approaches the constant."""
    rng = np.random.default_rng([request.seed, 5])
    for size, beta in ((1, 1.0), (2, 0.1), (2, 8.0), (3, 1.0), (8, 0.5), (20, 20.0), (100, 2.0)):
        pairs = _score_pairs(rng, size, beta)
        yield certify(f"n={size} β={beta:g}", _lipschitz, beta, pairs)
    for size, beta in ((2, 1.0), (3, 0.25), (10, 4.0)):
        yield certify(f"n={size} β={beta:g}, supremum", _lipschitz_approached, size, beta)


def sm7(request: Request) -> Iterator[Certified]:
    """The gap bound on a softmax entry, strict unless all gaps are equal, with equality exactly when they are."""
    rng = np.random.default_rng([request.seed, 7])
    for size, temperature in ((1, 1.0), (2, 0.5), (3, 0.1), (5, 1.0), (20, 0.25), (200, 2.0)):
        scores = rng.uniform(0.0, 4.0, size)
        top = int(np.argmax(scores))
        name = f"n={size} T={temperature:g}"
        yield _gap_bound(f"{name}, largest entry", scores, temperature, top)
        yield _gap_bound(f"{name}, first entry", scores, temperature, 0)  # the gap may be negative
        yield _gap_bound(f"{name}, a smaller g", scores, temperature, top, slack=Fraction(1, 7))
        level = np.full(size, 0.5)
        for gap in (2.0, 0.0, -1.0):
            level[-1] = 0.5 + gap
            yield _gap_bound(f"{name}, all gaps {gap:g}", level.copy(), temperature, size - 1)


def _simplex_draws(rng: np.random.Generator, size: int) -> dict[str, Simplex]:
    """Exact points of the simplex: interior, concentrated, on a face, a vertex, the centre."""
    face = rng.random(size) * (rng.random(size) < 0.5)
    face[0] = 1.0
    return {
        "interior": simplex_point(rng.random(size) + 0.01),
        "concentrated": simplex_point(np.exp(8.0 * rng.standard_normal(size))),
        "on a face": simplex_point(face),
        "a vertex": _normalised([1] + [0] * (size - 1)),
        "uniform": _normalised([1] * size),
    }


def _normalised(counts: Sequence[int]) -> Simplex:
    return tuple(Fraction(count, sum(counts)) for count in counts)


def _gibbs(name: str, scores: Float, temperature: float, points: dict[str, Simplex]) -> Certified:
    try:
        proposal = entropy_program(scores, temperature)
    except SolverError as error:
        reason = f"the solver proposed nothing: {error}"
        return certify(name, Findings.does_not_apply, reason)
    return certify(name, _gibbs_checks, scores, temperature, proposal, points)


def _gibbs_checks(
    findings: Findings,
    scores: Float,
    temperature: float,
    proposal: EntropyProposal,
    points: dict[str, Simplex],
) -> None:
    f, t = vector(scores), ball(temperature)
    scaled = [score / t for score in f]
    value = t * log_sum_exp(scaled)
    law = softmax(scaled)

    low = entropy_lower_bound(f, t, proposal.point)
    high = entropy_upper_bound(f, t, proposal.multiplier)
    findings.note("lower bound", low)
    findings.note("T log Z", value)
    findings.note("upper bound", high)
    findings.not_negative("T log Z between the primal and the dual bound", [value - low, high - value])
    tight = (high - low) < SOLVER_GAP * (1 + abs(value))
    findings.holds("the bounds meet", True if tight else None, f"gap {float((high - low).mid()):.2g}")
    # The dual function is strictly convex; its minimum T log Z sits where the dual variable ν is T log Z - T.
    best = value - t
    findings.zero("dual value at ν = T log Z - T is T log Z", [_dual(f, t, best) - value])
    findings.positive("and larger to either side", [_dual(f, t, best + step) - value for step in (-0.01, 0.01)])
    off = abs(ball(proposal.multiplier) + t - value)
    findings.holds(
        "the solver's dual variable plus T is T log Z",
        True if off < 100 * SOLVER_GAP * (1 + abs(value)) else None,
        f"off by {float(off.mid()):.2g}",
    )

    gaps, divergences, apart = [], [], []
    for point in points.values():
        p = vector(point)
        divergence = sum((x_log_x(a) - a * q.log() for a, q in zip(p, law, strict=True)), arb(0))
        gap = -dot(p, f) + t * sum((x_log_x(a) for a in p), arb(0)) + value
        gaps.append(gap - ball(GIBBS_FACTOR) * t * divergence)
        divergences.append(divergence)
        if any(not a.overlaps(q) for a, q in zip(p, law, strict=True)):
            apart.append(gap)
    findings.zero("gap = T·KL", gaps)
    findings.not_negative("KL ≥ 0", divergences)
    findings.positive("gap > 0 away from the softmax", apart)
    at_law = -dot(law, f) + t * sum((x_log_x(q) for q in law), arb(0)) + value
    findings.zero("gap = 0 at the softmax", [at_law])


def _dual(f: list[arb], t: arb, multiplier: arb) -> arb:
    return multiplier + t * sum((((score - multiplier) / t - 1).exp() for score in f), arb(0))


def _covariance(point: Simplex) -> fmpq_mat:
    """Diag p - ppᵀ, exactly."""
    size = len(point)
    return rational_matrix(
        [[(point[i] if i == j else 0) - point[i] * point[j] for j in range(size)] for i in range(size)]
    )


def _covariance_bounds(findings: Findings, point: Simplex) -> None:
    support = [entry for entry in point if entry > 0]  # rows and columns of a zero gain are zero
    covariance = _covariance(support)
    size = len(support)
    # 1 is in the kernel, so the form is that of v - v_n·1: it suffices to look at the first n - 1 coordinates.
    if size == 1:
        findings.holds("0 ⪯ diag p - ppᵀ", covariance[0, 0] == 0)
    else:
        table = covariance.tolist()
        block = fmpq_mat([row[:-1] for row in table[:-1]])
        null = all(sum(row, rational(0)) == 0 for row in table)
        findings.holds("0 ⪯ diag p - ppᵀ", null and positive_semidefinite(block).positive)
    bound = rational(COVARIANCE_BOUND)
    findings.holds(
        f"diag p - ppᵀ ⪯ {COVARIANCE_BOUND} I", positive_semidefinite(bound * identity(size) - covariance).positive
    )


def _every_point(findings: Findings, directions: Sequence[Sequence[Fraction]]) -> None:
    """vᵀ(diag p - ppᵀ)v is the variance of v under p: at most E(v - c)² ≤ max(v_i - c)², for any centre c."""
    for index, v in enumerate(directions):
        centre = (max(v) + min(v)) / 2
        largest = max((entry - centre) ** 2 for entry in v)
        half = _normalised([1, 1])
        spread = [max(v), min(v)]
        attained = (
            sum(p * x * x for p, x in zip(half, spread, strict=True))
            - sum(p * x for p, x in zip(half, spread, strict=True)) ** 2
        )
        findings.holds(f"v{index}: the supremum over p is attained on two entries", largest == attained)
        square = sum((entry * entry for entry in v), Fraction(0))
        findings.holds(f"v{index}: at most {COVARIANCE_BOUND}‖v‖²", largest <= COVARIANCE_BOUND * square)


def _covariance_sharp(findings: Findings, size: int) -> None:
    point = _normalised([1, 1] + [0] * (size - 2))
    direction = [1, -1] + [0] * (size - 2)
    form = quadratic(_covariance(point), direction)
    findings.note("vᵀ(diag p - ppᵀ)v / ‖v‖²", form / 2)
    findings.holds(
        f"{COVARIANCE_BOUND} is attained at p = (½,½,0,…), v = (1,-1,0,…)",
        form == COVARIANCE_BOUND * 2,
        f"the quotient is {form / 2}",
    )


def _score_pairs(
    rng: np.random.Generator, size: int, beta: float
) -> dict[str, tuple[list[Fraction], list[Fraction]]]:
    """Pairs of scores as exact numbers: near and far, in one entry, in a common shift, and with a shift besides."""

    def exact(values: Float) -> list[Fraction]:
        return [Fraction(float(value)) for value in values]

    r, d = exact(rng.standard_normal(size) / beta), exact(rng.standard_normal(size))
    one = [Fraction(int(index == 0)) for index in range(size)]
    top = [max(r)] * min(size, 2) + r[2:]
    return {
        "near": (r, [a + b / 10**6 for a, b in zip(r, d, strict=True)]),
        "far": (r, [a + 5 * b for a, b in zip(r, d, strict=True)]),
        "one entry": (r, [a + b for a, b in zip(r, one, strict=True)]),
        "a common shift": (r, [a + Fraction(7, 3) for a in r]),
        "a large shift besides": (r, [a + b / 100 + 1000 for a, b in zip(r, d, strict=True)]),
        "two leading entries apart": (top, [a + s for a, s in zip(top, [1, -1] + [0] * size, strict=False)]),
    }


def _moved(beta: float, start: Sequence[Fraction], end: Sequence[Fraction]) -> tuple[arb, Fraction]:
    """‖softmax(βr') - softmax(βr)‖ and ‖P(r' - r)‖², the latter exactly."""
    laws = [softmax([ball(Fraction(beta) * entry) for entry in scores]) for scores in (start, end)]
    d = [b - a for a, b in zip(start, end, strict=True)]
    mean = sum(d, Fraction(0)) / len(d)
    return norm([b - a for a, b in zip(*laws, strict=True)]), sum(((x - mean) ** 2 for x in d), Fraction(0))


def _lipschitz(findings: Findings, beta: float, pairs: dict[str, tuple[list[Fraction], list[Fraction]]]) -> None:
    slacks, still = [], []
    for start, end in pairs.values():
        distance, squared = _moved(beta, start, end)
        if squared == 0:
            still.append(distance)
        else:
            slacks.append(ball(LIPSCHITZ * Fraction(beta)) * ball(squared).sqrt() - distance)
    findings.zero("no move where P(r - r') = 0", still)
    findings.positive(f"‖softmax(r) - softmax(r')‖ < {LIPSCHITZ}β‖P(r - r')‖ elsewhere", slacks)


def _lipschitz_approached(findings: Findings, size: int, beta: float) -> None:
    """Two leading entries at equal height move apart by less and less, the others lie lower and lower."""
    shares = []
    for power in (2, 6, 10, 14):
        start = [Fraction(0)] * 2 + [-Fraction(4 * power) / Fraction(beta)] * (size - 2)
        step = Fraction(1, 2**power) / Fraction(beta)
        distance, squared = _moved(beta, start, [step, -step, *start[2:]])
        shares.append(distance / (ball(LIPSCHITZ * Fraction(beta)) * ball(squared).sqrt()))
    findings.note("largest share of the bound", shares[-1])
    findings.positive("the bound is not attained", [1 - share for share in shares])
    findings.positive("nearer and nearer", [after - before for before, after in pairwise(shares)])
    findings.positive(f"within {float(APPROACH):g} of it in the end", [shares[-1] - ball(1 - APPROACH)])


def _gap_bound(name: str, scores: Float, temperature: float, index: int, slack: Fraction = Fraction(0)) -> Certified:
    """Check p_μ ≥ 1/(1 + (n-1)e^{-g/T}) for g = the smallest gap less ``slack``."""
    exact = [Fraction(float(score)) for score in scores]
    t = Fraction(temperature)
    gaps = [exact[index] - score for position, score in enumerate(exact) if position != index]
    gap = min(gaps, default=Fraction(1)) - slack
    rivals = len(exact) - RIVALS_SHORT_OF_N

    def examine(findings: Findings) -> None:
        probability = softmax([ball(score) / ball(t) for score in exact])[index]
        bound = 1 / (1 + rivals * ball(-gap / t).exp())
        findings.note("softmax entry", probability)
        findings.note("bound", bound)
        findings.not_negative("bound holds", [probability - bound])
        # The odds against μ, Σ e^{-gap/T}, decide even where 1 - p is far below the working precision. Both sides
        # are sums of exponentials with exact exponents: equal as such is equal.
        odds = Counter(-g / t for g in gaps)
        claimed = Counter({-gap / t: rivals} if rivals else {})
        if all(g == gap for g in gaps):
            findings.holds("equality when all gaps are g", odds == claimed, f"{len(gaps)} gaps, {rivals} claimed")
        else:
            difference = sum((count * ball(power).exp() for power, count in claimed.items()), arb(0)) - sum(
                (count * ball(power).exp() for power, count in odds.items()), arb(0)
            )
            findings.positive("strict when some gap exceeds g", [difference])

    return certify(name, examine)
