"""Attempts to break SM9: the effective number of entries, and mass outside a set."""

from __future__ import annotations

import numpy as np
from scipy.special import xlogy

from gatedmem.numerics import softmax as soft
from gatedmem.numerics.softmax import Values
from gatedmem.proofs.evidence import Request, Search
from gatedmem.proofs.falsifiers.search import CALL, Tally, attack, row
from gatedmem.proofs.falsifiers.softmax.cases import Case, corners, drawn


def sm9(request: Request) -> Search:
    """SM9: 1 ≤ N_eff ≤ n, and mass ≤ ε off S bounds log N_eff by h(ε) + (1-ε)log #S + ε log(n-#S)."""
    rng = np.random.default_rng([request.seed, 9])

    def bound(epsilon: Values, inside: int, n: int) -> Values:
        mixing = -xlogy(epsilon, epsilon) - xlogy(1.0 - epsilon, 1.0 - epsilon)
        return np.asarray(mixing + (1.0 - epsilon) * np.log(inside) + epsilon * np.log(n - inside))

    def check(case: Case, tally: Tally) -> None:
        n, p = case.size, case.points
        tally.trials += len(p)
        effective, roundings = soft.effective_number(p), n + 2 * CALL + 8
        scale = 1.0 + np.log(n)
        tally.at_most("1 ≤ N_eff", 1.0, effective, scale=scale, roundings=roundings, where=case.where_point)
        tally.at_most("N_eff ≤ n", effective, n, scale=n * scale, roundings=roundings, where=case.where_point)
        for inside in {1, n // 2, n - 1} - {0, n}:
            spread = _uniform_parts(p, inside)
            for weights in (p, -np.sort(-p, axis=1), spread):
                mass = weights[:, inside:].sum(axis=1)
                log_effective = soft.entropy(weights)

                def where(at: tuple[int, ...], weights: Values = weights, inside: int = inside) -> str:
                    return f"#S={inside} p={row(weights[at[0]])}"

                exact = bound(np.clip(mass, 0.0, 1.0), inside, n)
                # h is steep at 0 and 1: a rounding of the mass moves it by log of itself.
                tally.at_most(
                    "log N_eff ≤ h(ε) + (1-ε)log #S + ε log(n-#S), mass = ε",
                    log_effective,
                    exact,
                    scale=40.0 * scale,
                    roundings=roundings,
                    where=where,
                )
                ceiling = 1.0 - inside / n
                epsilon = mass + rng.random(len(p)) * np.maximum(ceiling - mass, 0.0)
                allowed = np.where(mass <= ceiling, bound(np.clip(epsilon, 0.0, 1.0), inside, n), np.log(n))
                tally.at_most(
                    "log N_eff ≤ h(ε) + (1-ε)log #S + ε log(n-#S), mass ≤ ε ≤ 1 - #S/n",
                    log_effective,
                    allowed,
                    scale=40.0 * scale,
                    roundings=roundings,
                    where=where,
                    tight=False,
                )

    return attack(check, drawn(request.seed), corners(), seed=request.seed, examples=100)


def _uniform_parts(p: Values, inside: int) -> Values:
    """The same mass on the first ``inside`` entries and on the rest, uniform on both."""
    spread = np.empty_like(p)
    spread[:, :inside] = p[:, :inside].mean(axis=1, keepdims=True)
    spread[:, inside:] = p[:, inside:].mean(axis=1, keepdims=True)
    return spread
