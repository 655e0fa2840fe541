"""Attempts to break SM7 and SM8: gaps between scores, and the limit of zero temperature."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gatedmem.numerics import softmax as soft
from gatedmem.numerics.softmax import Values
from gatedmem.proofs.evidence import Request, Search
from gatedmem.proofs.falsifiers.search import CALL, Tally, attack, row
from gatedmem.proofs.falsifiers.softmax.cases import Case, corners, drawn


def sm7(request: Request) -> Search:
    """SM7: gaps of at least g give softmax(f/T)_μ ≥ 1/(1+(n-1)e^{-g/T}), with equality iff all gaps equal g."""

    def check(case: Case, tally: Tally) -> None:
        n, T, f = case.size, case.temperature, case.scores
        tally.trials += len(f)
        log_p = soft.log_softmax(f, 1.0 / T)[:, 0]
        gaps = f[:, :1] - f[:, 1:]
        smallest = gaps.min(axis=1) if n > 1 else np.zeros(len(f))
        log_bound = -np.logaddexp(0.0, np.log(n - 1.0) - smallest / T) if n > 1 else np.zeros(len(f))
        scale = 1.0 + np.log(n) + 4.0 * np.abs(f).max(axis=1) / T
        roundings = n + 4 * CALL + 8
        tally.at_most(
            "p_μ ≥ 1/(1+(n-1)e^{-g/T})", log_bound, log_p, scale=scale, roundings=roundings, where=case.where
        )
        # log(a/b) ≥ (a-b)/a: the excess is at least this, and this is 0 only when every gap is the smallest.
        spread = -np.expm1(-(gaps - smallest[:, None]) / T).sum(axis=1)
        weight = np.exp(-np.logaddexp(smallest / T, np.log(max(n - 1.0, 1.0))))
        excess = log_p - log_bound
        tally.at_most(
            "equality only for equal gaps",
            spread * weight,
            excess,
            scale=scale,
            roundings=roundings,
            where=case.where,
            tight=False,
        )
        tally.equal(
            "equality for equal gaps",
            np.where(spread == 0.0, excess, 0.0),
            0.0,
            scale=scale,
            roundings=roundings,
            where=case.where,
        )

    def with_equal_gaps() -> Iterator[Case]:
        for case in drawn(request.seed):
            yield case
            # Equal gaps, and gaps equal but for one, by differences that are exact in floating point.
            tied = np.round(case.scores[:, :2] * 16.0) / 16.0
            scores = np.repeat(tied[:, -1:], case.size, axis=1)
            scores[:, 0] = tied[:, 0]
            yield Case(scores, case.temperature, case.points, case.vectors)
            scores = scores.copy()
            scores[:, -1] -= 2.0**-10
            yield Case(scores, case.temperature, case.points, case.vectors)

    return attack(check, with_equal_gaps(), corners(), seed=request.seed, examples=150)


def sm8(request: Request) -> Search:
    """SM8: the mass off M = argmax f is at most ((n-#M)/#M)e^{-g/T}, and the limit T → 0 is uniform on M."""

    def check(case: Case, tally: Tally) -> None:
        n = case.size
        f = np.round(case.scores * 16.0) / 16.0  # gaps and ties exact
        if n > 2:
            f[: len(f) // 2, n // 2] = f[: len(f) // 2].max(axis=1)
        best = f == f.max(axis=1, keepdims=True)
        count = best.sum(axis=1)
        gap = np.where(best, 0.0, f.max(axis=1, keepdims=True) - f)
        smallest = np.where(gap > 0.0, gap, np.inf).min(axis=1)
        finite = np.where(np.isfinite(smallest), smallest, 1.0)
        for fraction in (10.0, 1.0, 0.3, 0.05, 0.004):
            tally.trials += len(f)
            T = fraction * finite[:, None]
            p = soft.softmax(f, 1.0 / T)
            off = np.where(best, 0.0, p).sum(axis=1)
            bound = (n - count) / count * np.exp(-smallest / T[:, 0])
            roundings = (n + 2 * CALL + 8) * (1.0 + 1.0 / fraction)

            def where(at: tuple[int, ...], T: Values = T, f: Values = f) -> str:
                return f"T={float(T[at[0], 0]):g} f={row(f[at[0]])}"

            # Relative to the bound itself: the claim is the same however small both are.
            tally.at_most(
                "mass off argmax ≤ ((n-#M)/#M)e^{-g/T}",
                off,
                bound,
                scale=bound + 1e-300,
                roundings=roundings,
                where=where,
                tight=bool((bound > 0.0).all()),
            )
            limit = best / count[:, None]
            missing = np.abs(p - limit).max(axis=1)
            tally.at_most(
                "softmax → uniform on argmax",
                missing,
                bound,
                scale=1.0,
                roundings=n + 2 * CALL + 8,
                where=where,
                tight=False,
            )

    return attack(check, drawn(request.seed), corners(), seed=request.seed, examples=120)
