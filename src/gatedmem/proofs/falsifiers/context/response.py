"""Attempts to break the response of the fixed point to the coupling (CG16)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gatedmem.numerics import context as model
from gatedmem.numerics import softmax as soft
from gatedmem.proofs.evidence import Request, Search
from gatedmem.proofs.falsifiers.context.cases import (
    Points,
    corners,
    describe,
    drawn,
    examples_for,
    gates_of,
    hypotheses,
)
from gatedmem.proofs.falsifiers.search import CALL, UNIT, Tally, attack, said

SECOND = 2.0
"""CG16: the factor of βp_i[(Bp)_i - pᵀBp] in p''(0)."""

_ANGLES = np.pi * (np.arange(15) + 0.5) / 15
_NODES = np.cos(_ANGLES)


def cg16(request: Request) -> Search:
    """CG16: p'(0) and p''(0) of the fixed point in λ, against derivatives of fixed points found by iteration.

    A negative λ is the same problem with the drive reversed: λA⁻¹u changes its sign and λ²A⁻¹p does not.
    """
    # Weights that differentiate at 0, once and twice, the polynomial through the Chebyshev nodes:
    # T_j'(0) = j sin(jπ/2) and T_j''(0) = -j² cos(jπ/2).
    j = np.arange(15)
    slopes = np.array([j * np.array([0, 1, 0, -1])[j % 4], -(j**2) * np.array([1, 0, -1, 0])[j % 4]])
    weights = slopes @ np.cos(np.multiply.outer(j, _ANGLES)) * (2.0 / 15.0)

    def check(points: Points, tally: Tally) -> None:
        base, gates = points.instance, gates_of(points.instance)
        if not gates.positive or gates.amplification > 1e6:
            return
        n, beta, u = base.n_memories, base.beta, gates.drive
        inverse = np.linalg.inv(gates.matrix)
        g = inverse @ u
        # For complex |λ| ≤ ρ, while Σ|p| ≤ 4, the exponents move by at most 1/2, which keeps Σ|p| below
        # e^½/(e^-½ cos ½) < 4 and makes Φ a contraction: p(λ) is analytic on the disc and below 4.
        width = float(np.abs(g).max())
        norm = float(np.abs(inverse).sum(axis=1).max())
        rho = min(0.25 / (beta * max(width, 1e-300)), float(np.sqrt(0.25 / (4.0 * beta * norm))))
        reach = rho / 12.0
        found = []
        for node in _NODES:
            instance = replace(base, gain=reach * abs(node), drive=np.sign(node) * u)
            found.append(model.iterate(instance, np.full(n, 1.0 / n), steps=60, tolerance=0.25 * UNIT).end)
        tally.trials += len(_NODES)
        p = soft.softmax(model.evidence(base), beta)
        fed = inverse @ p
        mean = float(p @ g)
        claimed = (
            beta * p * (g - mean),
            SECOND * beta * p * (fed - float(p @ fed)) + beta**2 * p * ((g - mean) ** 2 - float(p @ (g - mean) ** 2)),
        )
        blur = 1.0 + 4.0 * beta * (float(np.abs(gates.evidence).max()) + reach * width + reach**2 * norm)
        # The powers λ^k, k ≥ 15, which the polynomial cannot hold, weigh at most 4/12^k each at the nodes.
        missed = 5.0 * 12.0**-15 / UNIT
        for order, weight in enumerate(weights, start=1):
            tally.equal(
                f"p{chr(39) * order}(0)",
                weight @ np.array(found) / reach**order,
                claimed[order - 1],
                scale=float(np.abs(weight).sum()) / reach**order,
                roundings=float(gates.roundings * blur * (1.0 + norm * gates.eigenvalues[-1]) + missed + 4.0 * CALL),
                where=said(describe(base)),
            )

    small = [points for points in drawn(request, contractive=False) if points.instance.n_memories <= 60]
    return attack(
        check,
        small if request.context is None else list(drawn(request, contractive=False))[:1],
        corners(request, contractive=False),
        seed=request.seed,
        examples=examples_for(request),
        notes=hypotheses(request),
    )
