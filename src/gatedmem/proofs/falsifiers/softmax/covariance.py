"""Attempts to break SM4 and SM5: how large the covariance gets, and how far the softmax moves."""

from __future__ import annotations

from typing import Any

import numpy as np

from gatedmem.numerics import softmax as soft
from gatedmem.numerics.softmax import Values
from gatedmem.proofs.evidence import Request, Search
from gatedmem.proofs.falsifiers.search import CALL, Tally, attack, climb, combine, outcome, row
from gatedmem.proofs.falsifiers.softmax.cases import Case, corners, drawn, on_simplex

COVARIANCE_BOUND = 0.5
"""SM4: the largest value of vᵀ(diag p - ppᵀ)v over the simplex and unit vectors v."""

LIPSCHITZ = 0.5
"""SM5: the supremum of ‖softmax(r) - softmax(r')‖/‖P(r - r')‖."""


def sm4(request: Request) -> Search:
    """SM4: 0 ≤ vᵀ(diag p - ppᵀ)v ≤ ½‖v‖² on the simplex, with ½ attained at p = (½,½,0,…), v ∝ (1,-1,0,…)."""

    def check(case: Case, tally: Tally) -> None:
        n, p, v = case.size, case.points, case.vectors
        tally.trials += len(p)
        norm = (v**2).sum(axis=1)
        value = _quadratic_form(p, v)
        roundings = 3 * n + 8
        tally.at_most("0 ≤ vᵀCv", 0.0, value, scale=norm, roundings=roundings, where=case.where_vector, tight=False)
        tally.at_most(
            "vᵀCv ≤ ½‖v‖²", value, COVARIANCE_BOUND * norm, scale=norm, roundings=roundings, where=case.where_vector
        )
        if n <= 60:  # the worst direction of each p as well
            spectrum, directions = np.linalg.eigh(soft.covariance(p))
            tally.at_most(
                "λ_max(C) ≤ ½",
                spectrum[:, -1],
                COVARIANCE_BOUND,
                scale=1.0,
                roundings=10 * n + 8,
                where=lambda at: f"p={row(p[at[0]])} v={row(directions[at[0], :, -1])}",
            )

    def attained(n: int, tally: Tally) -> None:
        p, v = np.zeros(n), np.zeros(n)
        p[:2], v[:2] = 0.5, (1.0, -1.0)
        tally.trials += 1
        value = float(_quadratic_form(p, v))
        tally.equal(
            "½‖v‖² attained",
            value,
            COVARIANCE_BOUND * 2.0,
            scale=2.0,
            roundings=8,
            where=lambda at: f"p={row(p)} v={row(v)}",
        )
        tally.near((COVARIANCE_BOUND * 2.0 - value) / 2.0)

    rng = np.random.default_rng(request.seed)

    def climb_to_the_bound(n: int, tally: Tally) -> None:
        """Maximise vᵀCv/‖v‖² over (p, v) together."""

        def ratio(z: Values) -> Values:
            v = z[:, n:]
            return np.asarray(_quadratic_form(on_simplex(z[:, :n]), v) / (v**2).sum(axis=1))

        best, reached = climb(ratio, rng.standard_normal((20, 2 * n)), rng, rounds=300)
        tally.trials += 300 * 20
        tally.at_most(
            "vᵀCv ≤ ½‖v‖²",
            reached,
            COVARIANCE_BOUND,
            scale=1.0,
            roundings=3 * n + 8,
            where=lambda at: f"p={row(on_simplex(best[at[0], :n]))} v={row(best[at[0], n:])}",
        )

    closest = attack(climb_to_the_bound, (2, 3, 8), None, seed=request.seed, examples=0)
    return combine(
        attack(check, drawn(request.seed), corners(), seed=request.seed, examples=150),
        closest,
        attack(attained, (2, 3, 7, 40), None, seed=request.seed, examples=0),
        outcome(Tally(), notes=[f"a blind search for the bound came within {closest.margin or 0.0:.1e} of it"]),
    )


def sm5(request: Request) -> Search:
    """SM5: ‖softmax_β(r) - softmax_β(r')‖ ≤ (β/2)‖P(r - r')‖; β/2 is approached and, for n ≥ 2, not attained."""

    def compare(tally: Tally, r: Values, other: Values, beta: float, where: Any) -> Values:
        n = r.shape[1]
        apart = np.linalg.norm((r - other) - (r - other).mean(axis=1, keepdims=True), axis=1)
        moved = np.linalg.norm(soft.softmax(r, beta) - soft.softmax(other, beta), axis=1)
        bound = LIPSCHITZ * beta * apart
        # A weight is off by its exponent's rounding; so is the projected difference.
        reach = 1.0 + 2.0 * beta * np.maximum(np.abs(r).max(axis=1), np.abs(other).max(axis=1))
        roundings = n + 2.0 * CALL + 10.0
        tally.at_most(
            "‖softmax(r) - softmax(r')‖ ≤ (β/2)‖P(r - r')‖",
            moved,
            bound,
            scale=2.0 * np.sqrt(n) * reach,
            roundings=roundings,
            where=where,
            tight=False,
        )
        visible = (apart * beta > 0.1) & (apart * beta < 1e3) & (reach < 1e6)
        # tanh(z)/z < 1 - z²/4 for 0 < z < 1: at such a distance the inequality is visibly strict.
        tally.at_most(
            "β/2 is not attained",
            np.where(visible, moved, 0.0),
            np.where(visible, bound * (1.0 - 1e-6), 0.0),
            scale=1.0,
            roundings=0,
            where=where,
            tight=False,
        )
        return np.asarray(moved / np.maximum(bound, 1e-300))

    def check(case: Case, tally: Tally) -> None:
        r, beta = case.scores, 1.0 / case.temperature
        tally.trials += 2 * len(r)
        steps = case.vectors * np.minimum(1.0, 1.0 / np.abs(case.vectors).max(axis=1, keepdims=True)) / beta
        for other in (r + steps, np.roll(r, 1, axis=0)):
            compare(
                tally, r, other, beta, lambda at, other=other: f"β={beta:g} r={row(r[at[0]])} r'={row(other[at[0]])}"
            )

    rng = np.random.default_rng([request.seed, 5])

    def climbed(n: int, tally: Tally) -> None:
        """Climb towards the constant over pairs at least a tenth apart, where the rounding is small."""

        def ratio(z: Values) -> Values:
            a, b = z[:, :n], z[:, n:]
            apart = np.linalg.norm((a - b) - (a - b).mean(axis=1, keepdims=True), axis=1)
            moved = np.linalg.norm(soft.softmax(a) - soft.softmax(b), axis=1)
            return np.asarray(np.where(apart > 0.1, moved / np.maximum(apart, 0.1), 0.0))

        best, value = climb(ratio, rng.standard_normal((20, 2 * n)), rng, rounds=400)
        tally.trials += 20 * 400
        tally.at_most(
            "‖softmax(r) - softmax(r')‖ ≤ (β/2)‖P(r - r')‖",
            value,
            LIPSCHITZ,
            scale=LIPSCHITZ,
            roundings=400,
            where=lambda at: f"r={row(best[at[0], :n])} r'={row(best[at[0], n:])}",
        )
        # At n ≥ 3 the other scores must sink to -∞ before the constant shows.
        a = np.full(n, -60.0)
        a[:2] = 0.0
        b = a.copy()
        b[:2] = 1e-4, -1e-4
        reached = float(np.linalg.norm(soft.softmax(a) - soft.softmax(b)) / np.linalg.norm(a - b))
        tally.near(1.0 - reached / LIPSCHITZ)
        tally.at_most(
            "β/2 is approached",
            LIPSCHITZ * (1.0 - 1e-8),
            reached,
            scale=LIPSCHITZ,
            roundings=1e5,
            where=lambda at: f"r={row(a)} r'={row(b)}",
            tight=False,
        )

    return combine(
        attack(check, drawn(request.seed), corners(), seed=request.seed, examples=120),
        attack(climbed, (2, 3, 5), None, seed=request.seed, examples=0),
    )


def _quadratic_form(p: Values, v: Values) -> Values:
    return np.asarray(np.einsum("...i,...ij,...j->...", v, soft.covariance(p), v, optimize=False))
