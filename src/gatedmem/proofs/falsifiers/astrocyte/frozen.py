"""Attempts to break the limits of slow neurons: how long signs hold (AG17), and the error that is left (AG30)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gatedmem.numerics import astrocyte as model
from gatedmem.numerics.instances import AstrocyteInstance, draw_astrocyte
from gatedmem.numerics.integrate import AstrocyteSolution, astrocyte_solution, fastest_rate
from gatedmem.numerics.softmax import Values
from gatedmem.proofs.evidence import Request, Search
from gatedmem.proofs.falsifiers.astrocyte.cases import (
    LOCAL,
    Start,
    draw_p,
    starts,
)
from gatedmem.proofs.falsifiers.astrocyte.margins import DRIFT, below
from gatedmem.proofs.falsifiers.search import UNIT, Tally, attack, combine, outcome

HOLD = 1.0
"""AG17: signs hold until HOLD · τ_x ln(1 + 1/K)."""


def ag17(request: Request) -> Search:
    """AG17: |x_i(t)-x_i(0)| ≤ (1-e^{-t/τ_x})(|x_i(0)|+K), and from a cue no sign changes before τ_x ln(1+1/K)."""
    rng = np.random.default_rng([request.seed, 17])
    earliest: list[float] = []

    def path(start: Start, tally: Tally) -> None:
        instance = start.instance
        tally.trials += len(start.x0)
        solution = astrocyte_solution(
            instance, start.x0, start.p0, np.linspace(0.0, start.horizon, 12), tolerance=LOCAL
        )
        gone = -np.expm1(-solution.times / instance.tau_x)[:, None, None]
        below(
            tally,
            "|x_i(t)-x_i(0)| ≤ (1-e^{-t/τ_x})(|x_i(0)|+K)",
            np.abs(solution.x - start.x0)[1:],
            (gone * (np.abs(start.x0) + instance.n_patterns))[1:],
            DRIFT * (1.0 + instance.n_patterns + float(np.abs(start.x0).max())),
            start.where,
        )

    def signs(start: Start, tally: Tally) -> None:
        """From cues: the number of wrong signs on the way to the limit, and when the first sign changes."""
        instance = start.instance
        tally.trials += len(start.x0)
        limit = HOLD * instance.tau_x * np.log1p(1.0 / instance.n_patterns)
        # No later than an explicit method goes quickly: with stiff gains only a part of the way is seen.
        reach = min(limit, 500.0 / fastest_rate(instance))
        times = reach * np.concatenate([[0.0, 0.3, 0.7, 0.9, 1.0 - 1e-6], np.geomspace(1.0 + 1e-6, 4.0, 12)])
        # At the last time before the limit neurons are still 1e-6 away from zero or more.
        solution = astrocyte_solution(instance, start.x0, start.p0, times, tolerance=1e-9)
        pattern = instance.patterns[0]
        flips = (start.x0 != pattern).sum(axis=1)
        wrong = model.hamming_error(solution.x, pattern)
        tally.equal(
            "the sign error is n for t < τ_x ln(1+1/K)",
            wrong[:5],
            flips[None],
            scale=1.0,
            roundings=0,
            where=start.where,
        )
        changed = (np.sign(solution.x) != start.x0).any(axis=-1)
        for index in np.flatnonzero(changed.any(axis=0)):
            first = int(changed[:, index].argmax())
            earliest.append(_crossing(solution, first, int(index), instance.tau_x) / limit)
            tally.near(earliest[-1] - 1.0)

    def cues() -> Iterator[Start]:
        for start in starts(request, 8, rng=rng):
            instance = start.instance
            n = instance.n_neurons
            flips = sorted({0, min(1, n), n // 5, n // 2})
            x0 = np.stack([model.corrupted(instance.patterns[0], count, rng) for count in flips])
            k = instance.n_patterns
            for p0 in (np.full((len(x0), k), 1.0 / k), np.maximum(draw_p(rng, k, len(x0)), 1e-9)):
                yield Start(instance, x0, p0 / p0.sum(axis=1, keepdims=True), start.horizon)

    def pushed(copies: int, size: int) -> Start:
        """One flipped neuron against many, under copies of one pattern: the input on it is nearly K."""
        instance = AstrocyteInstance(np.ones((copies, size)), 20.0, name=f"{copies} copies of one pattern N={size}")
        x0 = np.ones((1, size))
        x0[0, 0] = -1.0
        return Start(instance, x0, np.full((1, copies), 1.0 / copies), 2.0 * np.log1p(1.0 / copies))

    hard = [pushed(k, n) for n in (3, 20, 4000) for k in (1, 2, 5)] if request.astrocyte is None else []
    searches = (
        attack(path, [*starts(request, 8), *hard], None, seed=0, examples=0),
        attack(signs, [*cues(), *hard], None, seed=0, examples=0),
    )
    note = [f"the earliest change of a sign came at {min(earliest):.6g} τ_x ln(1+1/K)"] if earliest else []
    return combine(*searches, outcome(Tally(), notes=note))


def ag30(request: Request) -> Search:
    """AG30: for τ_x → ∞ the soft error tends to n tanhσ + N(1-tanhσ)/2, and the sign error stays n."""
    rng = np.random.default_rng([request.seed, 30])
    farthest = 0.0

    def check(start: Start, tally: Tally) -> None:
        nonlocal farthest
        pattern = start.instance.patterns[0]
        flips = (start.x0 != pattern).sum(axis=1).astype(np.float64)
        for slow in (1e2, 1e4, 1e6, 1e9):
            instance = replace(start.instance, tau_x=slow)
            n, k, sigma = instance.n_neurons, instance.n_patterns, instance.sigma
            times = np.array([0.0, 0.1 * start.horizon, start.horizon])
            path = astrocyte_solution(instance, start.x0, start.p0, times, tolerance=LOCAL)
            tally.trials += len(start.x0)
            error = model.soft_hamming_error(instance, path.x[1:], pattern)
            limit = frozen_error(n, flips, sigma)
            # φ has slope at most σ, and AG17 bounds how far a neuron has gone.
            allowed = 0.5 * n * sigma * -np.expm1(-times[1:, None] / slow) * (1.0 + k)
            below(
                tally,
                "|soft error - (n tanhσ + N(1-tanhσ)/2)| ≤ ½Nσ(1-e^{-t/τ_x})(1+K)",
                np.abs(error - limit),
                np.broadcast_to(allowed, error.shape),
                DRIFT * n * (1.0 + sigma),
                start.where,
            )
            if slow == 1e9:
                tally.equal(
                    "soft error → n tanhσ + N(1-tanhσ)/2",
                    error,
                    limit,
                    scale=float(n),
                    roundings=(DRIFT + 1e-9 * start.horizon * sigma * (1.0 + k)) / UNIT,
                    where=start.where,
                )
                tally.equal(
                    "the sign error stays n",
                    model.hamming_error(path.x[1:], pattern),
                    flips,
                    scale=1.0,
                    roundings=0,
                    where=start.where,
                )
                # Not n, unless σ is large or n = N/2: as far from n as (1-tanhσ)|N/2-n|.
                tally.equal(
                    "|soft error - n| → (1-tanhσ)|N/2 - n|",
                    np.abs(error - flips),
                    np.broadcast_to((1.0 - np.tanh(sigma)) * np.abs(0.5 * n - flips), error.shape),
                    scale=float(n),
                    roundings=(DRIFT + 1e-9 * start.horizon * sigma * (1.0 + k)) / UNIT,
                    where=start.where,
                )
                farthest = max(farthest, float((np.abs(error - flips) / n).max()))

    def cues() -> Iterator[Start]:
        given = request.astrocyte
        for index in range(12 if given is None else 3 if given.patterns.size <= 3000 else 1):
            n, k = ((2, 2), (4, 3), (1, 1), (10, 5), (30, 100), (20, 40))[index % 6]
            sigma = float(10.0 ** rng.uniform(-1.3, 1.0))
            instance = given or draw_astrocyte(
                rng, n, k, sigma=sigma, temperature=float(10.0 ** rng.uniform(-1.5, 1.0))
            )
            n, k = instance.n_neurons, instance.n_patterns
            x0 = np.stack(
                [model.corrupted(instance.patterns[0], count, rng) for count in sorted({0, n // 5, n // 2, n})]
            )
            # No further than an explicit method goes quickly; any fixed horizon will do.
            horizon = min(10.0, 100.0 * instance.tau_p / instance.temperature)
            yield Start(instance, x0, np.full((len(x0), k), 1.0 / k), horizon)

    search = attack(check, cues(), None, seed=0, examples=0)
    note = f"with neurons frozen the soft error was up to {farthest:.3g} N away from n"
    return combine(search, outcome(Tally(), notes=[note]))


def frozen_error(n_neurons: int, flips: Values, sigma: float) -> Values:
    """n tanhσ + N(1-tanhσ)/2, the soft error of a cue with ``flips`` flipped entries: AG30's limit.

    >>> float(frozen_error(4, np.array(2.0), 0.3))
    2.0
    """
    return np.asarray(flips * np.tanh(sigma) + 0.5 * n_neurons * (1.0 - np.tanh(sigma)))


def _crossing(solution: AstrocyteSolution, first: int, index: int, tau_x: float) -> float:
    """When a sign changes between two output times; x_i is nearly affine in e^{-t/τ_x}."""
    before, after = solution.x[first - 1, index], solution.x[first, index]
    turned = np.sign(before) != np.sign(after)
    share = float((before[turned] / (before[turned] - after[turned])).min())
    early, late = np.exp(-solution.times[first - 1 : first + 1] / tau_x)
    return float(-tau_x * np.log(early + share * (late - early)))
