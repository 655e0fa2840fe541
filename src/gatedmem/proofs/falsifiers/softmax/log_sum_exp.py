"""Attempts to break SM6: log-sum-exp between the maximum and the maximum plus (log n)/β, convex, with gradient."""

from __future__ import annotations

import numpy as np

from gatedmem.numerics import softmax as soft
from gatedmem.proofs.evidence import Request, Search
from gatedmem.proofs.falsifiers.search import CALL, STEP, Tally, attack, row
from gatedmem.proofs.falsifiers.softmax.cases import Case, corners, drawn


def sm6(request: Request) -> Search:
    """SM6: log-sum-exp is convex with gradient the softmax; max r ≤ (1/β)log Σe^{βr} ≤ max r + (log n)/β."""

    def check(case: Case, tally: Tally) -> None:
        n, r, T = case.size, case.scores, case.temperature
        beta = 1.0 / T
        tally.trials += len(r)
        value, top = soft.log_sum_exp(r, beta), r.max(axis=1)
        scale = np.abs(top) + T * (1.0 + np.log(n))
        roundings = n + 2 * CALL + 6
        tally.at_most("max r ≤ (1/β)log Σe^{βr}", top, value, scale=scale, roundings=roundings, where=case.where)
        tally.at_most(
            "(1/β)log Σe^{βr} ≤ max r + (log n)/β",
            value,
            top + T * np.log(n),
            scale=scale,
            roundings=roundings,
            where=case.where,
        )
        stepped = soft.log_sum_exp((r[:12, None, :] + 1j * STEP * T * np.eye(n))[:, : min(n, 60)], beta).imag
        p = soft.softmax(r[:12], beta)[:, : min(n, 60)]
        tally.equal(
            "∂/∂r_i (1/β)log Σe^{βr} = softmax_i",
            stepped / (STEP * T),
            p,
            scale=p + 1e-240,
            roundings=2 * n + 4 * CALL + 8,
            where=case.where,
        )
        # Convexity along the segment to another point, and its first-order form.
        other = np.roll(r, 1, axis=0)
        there = soft.log_sum_exp(other, beta)
        scale = 4.0 * (np.abs(r).max() + T * (1.0 + np.log(n)))
        for t in (0.1, 0.5):
            tally.at_most(
                "log-sum-exp is convex",
                soft.log_sum_exp((1.0 - t) * r + t * other, beta),
                (1.0 - t) * value + t * there,
                scale=scale,
                roundings=roundings,
                where=lambda at: f"{case.where(at)} r'={row(other[at[0]])}",
                tight=False,
            )
        tangent = value + (soft.softmax(r, beta) * (other - r)).sum(axis=1)
        reach = scale * (1.0 + beta * np.abs(r).max())
        tally.at_most(
            "log-sum-exp lies above its tangents",
            tangent,
            there,
            scale=reach,
            roundings=2 * roundings,
            where=lambda at: f"{case.where(at)} r'={row(other[at[0]])}",
            tight=False,
        )

    return attack(check, drawn(request.seed), corners(), seed=request.seed, examples=120)
