"""SM4 by convex duality: a sum of squares for every p and v at once, found by a semidefinite program.

The moment relaxation of: maximise vᵀ(diag p - ppᵀ)v over the simplex and ‖v‖ = 1 has the value ½ of SM4: a point
attains it, and sums of squares, the dual points, come as near to it as is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations

from gatedmem.numerics.convex import CovarianceDual, SolverError, covariance_program
from gatedmem.numerics.exact import positive_definite, rational_matrix
from gatedmem.proofs.certificates.findings import Findings, certify
from gatedmem.proofs.evidence import Certified

SIZES = (2, 3, 4)
# How far above the constant of the statement the dual point is looked for: at the constant itself none is definite.
ABOVE = Fraction(1, 2**16)


def every_point(bound: Fraction) -> Iterator[Certified]:
    """For a few sizes n, whether ``bound`` is the constant of SM4, to within ``ABOVE``."""
    for size in SIZES:
        try:
            dual = covariance_program(size, bound + ABOVE)
        except SolverError as error:
            reason = f"no dual point was proposed: {error}"
            yield certify(f"n={size} sum of squares", Findings.does_not_apply, reason)
            continue
        yield certify(f"n={size} sum of squares", _meets, size, bound, dual)


def _meets(findings: Findings, size: int, bound: Fraction, dual: CovarianceDual) -> None:
    half = [Fraction(1, 2)] * 2 + [Fraction(0)] * (size - 2)
    direction = [Fraction(1), Fraction(-1)] + [Fraction(0)] * (size - 2)
    reached = _form(half, direction, Fraction(0)) / -2
    findings.holds(f"{bound} is the value at p = (½,½,0,…), v = (1,-1,0,…)", reached == bound, f"it is {reached}")
    # Forms of degree 2 in p and in v agree everywhere if they do for sums of at most two unit vectors.
    points = _sums_of_units(size)
    same = all(_form(p, v, dual.constant) == _squares(dual, p, v) for p in points for v in points)
    findings.holds("the sum of squares is vᵀ(cI - diag p + ppᵀ)v on the simplex", same)
    tables = [dual.gram, *dual.multipliers.values()]
    shown = all(positive_definite(rational_matrix(table)).positive for table in tables)
    findings.holds(f"its matrices are positive definite for c = {bound} + {ABOVE}", shown or None)


def _sums_of_units(size: int) -> list[list[Fraction]]:
    chosen = [*combinations(range(size), 1), *combinations(range(size), 2)]
    return [[Fraction(int(i in support)) for i in range(size)] for support in chosen]


def _form(p: Sequence[Fraction], v: Sequence[Fraction], constant: Fraction) -> Fraction:
    """c‖v‖²(Σp)² - (Σp)(Σp_iv_i²) + (Σp_iv_i)²."""
    total, length = sum(p, Fraction(0)), sum((x * x for x in v), Fraction(0))
    second = sum((w * x * x for w, x in zip(p, v, strict=True)), Fraction(0))
    first = sum((w * x for w, x in zip(p, v, strict=True)), Fraction(0))
    return constant * length * total**2 - total * second + first**2


def _squares(dual: CovarianceDual, p: Sequence[Fraction], v: Sequence[Fraction]) -> Fraction:
    z = [w * x for w in p for x in v]
    value = _quadratic(dual.gram, z)
    return value + sum((p[i] * p[j] * _quadratic(r, v) for (i, j), r in dual.multipliers.items()), Fraction(0))


def _quadratic(table: Sequence[Sequence[Fraction]], x: Sequence[Fraction]) -> Fraction:
    images = [sum((entry * b for entry, b in zip(row, x, strict=True)), Fraction(0)) for row in table]
    return sum((a * image for a, image in zip(x, images, strict=True)), Fraction(0))
