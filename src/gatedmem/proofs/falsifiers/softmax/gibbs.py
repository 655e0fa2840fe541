"""Attempts to break SM2: the Gibbs gap, and a blind search for something better than the softmax."""

from __future__ import annotations

import numpy as np

from gatedmem.numerics import softmax as soft
from gatedmem.numerics.softmax import Values
from gatedmem.proofs.evidence import Request, Search
from gatedmem.proofs.falsifiers.search import CALL, Tally, attack, climb, combine
from gatedmem.proofs.falsifiers.softmax.cases import Case, corners, draw_case, drawn, on_simplex


def sm2(request: Request) -> Search:
    """SM2: the Gibbs gap is T·KL to the softmax, at least 0, and 0 only there; T log Z is the best value."""

    def check(case: Case, tally: Tally) -> None:
        n, T, f, p = case.size, case.temperature, case.scores, case.points
        tally.trials += len(f)
        gap, scale = _gibbs_gap(f, T, p)
        divergence = T * soft.relative_entropy(p, soft.log_softmax(f, 1.0 / T))
        roundings = 2 * n + 3 * CALL + 8
        tally.equal(
            "-⟨p,f⟩ + T⟨p,log p⟩ + T log Z = T KL",
            gap,
            divergence,
            scale=scale,
            roundings=roundings,
            where=case.where_point,
        )
        # Pinsker's inequality turns "zero only at the softmax" into a number.
        best = soft.softmax(f, 1.0 / T)
        distance = np.abs(p - best).sum(axis=1)
        tally.at_most(
            "(T/2)‖p - softmax‖₁² ≤ gap",
            0.5 * T * distance**2,
            gap,
            scale=scale,
            roundings=roundings,
            where=case.where_point,
            tight=False,
        )
        at_best, scale = _gibbs_gap(f, T, best)
        tally.equal("gap(softmax) = 0", at_best, 0.0, scale=scale, roundings=roundings, where=case.where)

    rng = np.random.default_rng(request.seed)
    tally = Tally()
    search = attack(check, drawn(request.seed), corners(), seed=request.seed, examples=120, tally=tally)

    def beat_the_optimum(case: Case, tally: Tally) -> None:
        """Maximise ⟨p,f⟩ + T·H(p) blindly, over p = z²/Σz² (no softmax involved)."""
        T, f = case.temperature, case.scores
        _, reached = climb(lambda z: -_gibbs_gap(f, T, on_simplex(z))[0], case.vectors, rng, rounds=400)
        tally.trials += 400 * len(f)
        scale = np.abs(f).max(axis=1) + T * (1.0 + np.log(case.size))
        tally.at_most(
            "⟨p,f⟩ + T H(p) ≤ T log Z",
            reached,
            0.0,
            scale=scale,
            roundings=2 * case.size + 3 * CALL,
            where=case.where,
        )

    climbs = (draw_case(rng, n, 20) for n in (2, 3, 6))
    return combine(search, attack(beat_the_optimum, climbs, None, seed=request.seed, examples=0))


def _gibbs_gap(f: Values, T: float, p: Values) -> tuple[Values, Values]:
    """Return -⟨p,f⟩ - T·H(p) + T log Σ e^{f/T} and the sum of the sizes of its terms, shapes (B,)."""
    peak = np.abs(f).max(axis=1)
    gap = -(p * f).sum(axis=1) - T * soft.entropy(p) + soft.log_sum_exp(f, 1.0 / T)
    return gap, 3.0 * peak + T * (2.0 * soft.entropy(p) + np.log(p.shape[1]) + 1.0)
