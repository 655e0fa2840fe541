"""Attempts to break the limits: slow, hot and frozen variables (AG14, AG15, AG17, AG30), zero temperature (AG18).

Bounds on the way to a limit are tested on pairs of trajectories, one of the model and one of the network that is its
limit, the latter written out here. Instances made to come close to a bound stand beside the drawn ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from gatedmem.numerics import astrocyte as model
from gatedmem.numerics.instances import Array, AstrocyteInstance, draw_astrocyte
from gatedmem.numerics.integrate import STIFF_STEPS, AstrocyteSolution, astrocyte_solution, fastest_rate, solve
from gatedmem.proofs.evidence import Request, Search
from gatedmem.proofs.falsifiers.astrocyte.cases import (
    LOCAL,
    MOST_STEPS,
    Sizes,
    Start,
    States,
    describe,
    draw_p,
    draw_x,
    starts,
    written_out_input,
    written_out_scores,
)
from gatedmem.proofs.falsifiers.astrocyte.equilibria import newton_rest
from gatedmem.proofs.falsifiers.search import UNIT, Tally, attack, climb, combine, outcome, row, said

Values = npt.NDArray[Any]
Where = Callable[[tuple[int, ...]], str]

GAINS = 0.5
"""AG14, AG15: |log(Kp)| ≤ GAINS · N/T."""

NEURONS = 0.25
"""AG14, AG15: the constant in front of K N^{3/2} in the distance from the classical solution."""

HOLD = 1.0
"""AG17: signs hold until HOLD · τ_x ln(1 + 1/K)."""

EXHIBIT = (0.285, 0.285, 0.429)
"""AG18: the gains that the branch of the example tends to, to three digits."""

_EXAMPLE = AstrocyteInstance(
    np.array([[1.0, -1.0, 1.0, 1.0, 1.0], [1.0, 1.0, -1.0, 1.0, 1.0], [1.0, 1.0, 1.0, -1.0, -1.0]]), sigma=3.0
)

# Local errors of a trajectory add up, and grow where neighbouring trajectories part.
_DRIFT = MOST_STEPS * LOCAL


def ag14(request: Request) -> Search:
    """AG14: |log(Kp)| ≤ (N/2T)(1-e^{-Tt/τ_p}) ≤ Nt/(2τ_p), ‖x-x_H‖ ≤ (KN^{3/2}/4τ_xτ_p)(e^{at}-1-at)/a²."""

    def odds(instance: AstrocyteInstance, times: Array) -> list[tuple[str, Array]]:
        n, T = instance.n_neurons, instance.temperature
        sharp = GAINS * n / T * -np.expm1(-T * times / instance.tau_p)
        plain = GAINS * n * times / instance.tau_p
        return [("|log(Kp_μ)| ≤ (N/2T)(1-e^{-Tt/τ_p})", sharp), ("|log(Kp_μ)| ≤ Nt/(2τ_p)", plain)]

    def distance(instance: AstrocyteInstance, times: Array) -> tuple[str, Array]:
        n, k = instance.n_neurons, instance.n_patterns
        level = NEURONS * k * n**1.5 / (instance.tau_x * instance.tau_p)
        bound = level * times**2 * _second(_divergence(instance) * times)
        return "‖x-x_H‖ ≤ (KN^{3/2}/4τ_xτ_p)(e^{at}-1-at)/a²", bound

    def slower(instance: AstrocyteInstance) -> Iterator[AstrocyteInstance]:
        yield instance
        yield replace(instance, tau_p=100.0 * instance.tau_p)

    extreme = [
        _outnumbered(400, temperature=1.0, tau_p=1.0),
        _outnumbered(400, temperature=0.05, tau_p=1e3),
        _halves(temperature=0.01, tau_p=1.0),
        _halves(temperature=0.01, tau_p=1.0, size=16),
    ]
    return _near_classical(request, odds, distance, slower, extreme)


def ag15(request: Request) -> Search:
    """AG15: |log(Kp)| ≤ N/(2T), along solutions and at rest, and ‖x-x_H‖ ≤ (KN^{3/2}/4Tτ_x)(e^{at}-1)/a."""

    def level(instance: AstrocyteInstance) -> float:
        return GAINS * instance.n_neurons / instance.temperature

    def odds(instance: AstrocyteInstance, times: Array) -> list[tuple[str, Array]]:
        return [("|log(Kp_μ)| ≤ N/(2T)", np.full_like(times, level(instance)))]

    def distance(instance: AstrocyteInstance, times: Array) -> tuple[str, Array]:
        n, k = instance.n_neurons, instance.n_patterns
        factor = NEURONS * k * n**1.5 / (instance.temperature * instance.tau_x)
        return "‖x-x_H‖ ≤ (KN^{3/2}/4Tτ_x)(e^{at}-1)/a", factor * times * _first(_divergence(instance) * times)

    def hotter(instance: AstrocyteInstance) -> Iterator[AstrocyteInstance]:
        yield instance
        yield replace(instance, temperature=100.0 * instance.temperature)

    def at_rest(start: Start, tally: Tally) -> None:
        """Interior equilibria, found with the field alone."""
        instance, k = start.instance, start.instance.n_patterns
        for x, p in zip(start.x0, start.p0, strict=True):
            rest = newton_rest(instance, x, p, np.ones(k, dtype=bool))
            if rest is None:
                continue
            tally.trials += 1
            _below(
                tally,
                "|log(Kp_μ)| ≤ N/(2T) at rest",
                np.abs(np.log(k * rest[1]))[None],
                np.full((1, k), level(instance)),
                1e-12 + 4.0 * rest[2] / instance.temperature,
                States(instance, rest[0][None], rest[1][None]).where,
            )

    extreme = [
        _outnumbered(400, temperature=2.0, tau_p=1e-3),
        _halves(temperature=100.0, tau_p=0.1),
        _halves(temperature=100.0, tau_p=0.1, size=16),
    ]
    small = [start for start in starts(request, 6, batch=6) if start.instance.patterns.size <= 3000]
    if request.astrocyte is None:
        # The minority pattern at overlap 0, the others at full overlap.
        instance = _outnumbered(60, temperature=0.5, tau_p=1.0)
        p = model.retrieval_gains(instance, np.array([[1.0, 1.0]]))
        small.append(Start(instance, model.recurrent_input(instance, np.array([[1.0, 1.0]]), p), p, 1.0))
    return combine(
        _near_classical(request, odds, distance, hotter, extreme),
        attack(at_rest, small, None, seed=0, examples=0),
    )


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
        _below(
            tally,
            "|x_i(t)-x_i(0)| ≤ (1-e^{-t/τ_x})(|x_i(0)|+K)",
            np.abs(solution.x - start.x0)[1:],
            (gone * (np.abs(start.x0) + instance.n_patterns))[1:],
            _DRIFT * (1.0 + instance.n_patterns + float(np.abs(start.x0).max())),
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


def ag18(request: Request) -> Search:
    """AG18: T → 0 leaves the uniform law on the argmax where the gap stays, other weights where it shrinks with T."""
    rng = np.random.default_rng([request.seed, 18])
    reached: list[float] = []

    def fixed_score(states: States, tally: Tally) -> None:
        """The softmax of a fixed score tends to the uniform law on the argmax."""
        f = written_out_scores(states.instance, states.x)
        for T in _falling(states.instance):
            instance = replace(states.instance, temperature=T)
            p = model.retrieval_gains(instance, states.x)
            tally.trials += len(p)
            _uniform_on_argmax(tally, "p → uniform on the argmax at a fixed score", instance, states.x, f, p)

    def branch(states: States, tally: Tally) -> None:
        """Equilibria followed along T → 0: uniform on the argmax where a gap to the rest stays."""
        x = states.x
        for T in _falling(states.instance):
            instance = replace(states.instance, temperature=T)
            for _ in range(300):
                before, x = x, model.recurrent_input(instance, x, model.retrieval_gains(instance, x))
                settled = np.abs(x - before).max(axis=1) < 1e-11 * (1.0 + np.abs(x).max())
                if settled.all():
                    break
            x = x[settled]
            if not len(x):
                return
            p = model.retrieval_gains(instance, x)
            rest = States(instance, x, p)
            tally.trials += len(x)
            stiff = 1.0 + instance.n_patterns * instance.sigma * (1.0 + instance.n_neurons / T)
            tally.equal(
                "x = W(p)φ(x) on the branch",
                x,
                written_out_input(instance, x, p),
                scale=stiff * (1.0 + np.abs(x).max()) * 1e-11 / UNIT,
                roundings=1.0,
                where=rest.where,
            )
            f = written_out_scores(instance, x)
            _uniform_on_argmax(tally, "p → uniform on the argmax along a branch with a gap", instance, x, f, p)

    def exhibit(_: None, tally: Tally) -> None:
        """The branch on which the three gaps shrink with T, found from random starts and followed down."""
        support = np.ones(3, dtype=bool)
        warm = replace(_EXAMPLE, temperature=0.01)
        found: dict[tuple[float, ...], tuple[Array, Array]] = {}
        for x, p in zip(rng.standard_normal((60, 5)), rng.dirichlet(np.ones(3), 60), strict=True):
            rest = newton_rest(warm, x, p, support)
            tally.trials += 1
            if rest is not None and rest[1].min() > 0.05 and np.abs(rest[0]).max() > 1e-6:
                found[tuple(np.round(rest[1], 6))] = rest[:2]
        where = said(describe(_EXAMPLE))
        # There are other branches, some of them with uniform limits; the claimed one must be among them.
        ends = []
        for x, p in found.values():
            for T in 0.01 * 0.3 ** np.arange(1, 14):
                rest = newton_rest(replace(_EXAMPLE, temperature=float(T)), x, p, support)
                if rest is None:
                    break
                tally.trials += 1
                x, p = rest[:2]
                f = written_out_scores(_EXAMPLE, x[None])[0]
                tally.at_most(
                    "gaps of order T leave weights e^{gap/T}",
                    np.abs(np.log(p / p[2]) - (f - f[2]) / T),
                    1e-10 + (1e-14 + 4.0 * rest[2]) / T,
                    scale=1.0,
                    roundings=0,
                    where=said(f"{where(())} T={T:.3g} p={row(p)}"),
                    tight=False,
                )
            else:
                ends.append((float(np.abs(p - EXHIBIT).max()), x, p, float(T)))
        distance, x, p, T = min(ends, key=lambda end: end[0], default=(np.inf, np.zeros(5), np.full(3, np.nan), 0.0))
        tally.at_most(
            "a branch of equilibria has p → (.285,.285,.429)",
            distance,
            5e-4,
            scale=1.0,
            roundings=0,
            where=lambda at: f"{where(at)} T → {T:.3g}: p={row(p)}",
            tight=False,
        )
        f = written_out_scores(_EXAMPLE, x[None])[0]
        reached.extend(p)
        tally.at_most(
            "the three scores become equal on it",
            np.ptp(f),
            10.0 * T,
            scale=1.0,
            roundings=0,
            where=where,
            tight=False,
        )

    def stationary(states: States, tally: Tally) -> None:
        """At T = 0 nothing moves on a face of equal scores, whatever the weights; at T > 0 they do."""
        # A temperature that no sum of doubles notices: the replicator at T = 0.
        instance, x = replace(states.instance, temperature=1e-300), states.x
        f = written_out_scores(instance, x)
        top = _argmax(f, instance, x)
        p = states.p * top + 1e-3 * top
        face = States(instance, x, p / p.sum(axis=1, keepdims=True))
        tally.trials += len(x)
        tally.equal(
            "ṗ = 0 at T = 0 on a face of equal scores",
            instance.tau_p * model.gain_velocity(instance, x, face.p),
            0.0,
            scale=face.p * 4.0 * Sizes(face).score,
            roundings=face.roundings,
            where=face.where,
        )

    def tied(repeats: int) -> Iterator[States]:
        """States of memories with copies and opposites, so that scores tie; or of the user's."""
        if request.astrocyte is not None and request.astrocyte.patterns.size > 3000:
            repeats = 2
        for index in range(repeats):
            n, k = ((2, 2), (3, 3), (5, 4), (12, 6), (20, 12), (40, 30))[index % 6]
            instance = request.astrocyte
            if instance is None:
                base = draw_astrocyte(rng, n, k, sigma=float(rng.uniform(0.7, 5.0)))
                which = rng.integers(max(1, k // 2), size=k)
                signs = rng.choice([-1.0, 1.0], size=(k, 1))
                name = f"{k} copies ± of {max(1, k // 2)} drawn patterns N={n}"
                instance = AstrocyteInstance(signs * base.patterns[which], base.sigma, name=name)
            batch = int(np.clip(40_000 // instance.patterns.size, 2, 12))
            yield States(instance, draw_x(rng, instance, batch), draw_p(rng, instance.n_patterns, batch))

    searches = combine(
        attack(fixed_score, tied(12), None, seed=0, examples=0),
        attack(branch, tied(12), None, seed=0, examples=0),
        attack(exhibit, [None] if request.astrocyte is None else [], None, seed=0, examples=0),
        attack(stationary, tied(24), None, seed=0, examples=0),
    )
    note = [f"the branch of the example ends at p = ({', '.join(f'{value:.6f}' for value in reached)})"]
    return combine(searches, outcome(Tally(), notes=note if reached else []))


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
            _below(
                tally,
                "|soft error - (n tanhσ + N(1-tanhσ)/2)| ≤ ½Nσ(1-e^{-t/τ_x})(1+K)",
                np.abs(error - limit),
                np.broadcast_to(allowed, error.shape),
                _DRIFT * n * (1.0 + sigma),
                start.where,
            )
            if slow == 1e9:
                tally.equal(
                    "soft error → n tanhσ + N(1-tanhσ)/2",
                    error,
                    limit,
                    scale=float(n),
                    roundings=(_DRIFT + 1e-9 * start.horizon * sigma * (1.0 + k)) / UNIT,
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
                    roundings=(_DRIFT + 1e-9 * start.horizon * sigma * (1.0 + k)) / UNIT,
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


def _near_classical(
    request: Request,
    odds: Callable[[AstrocyteInstance, Array], list[tuple[str, Array]]],
    distance: Callable[[AstrocyteInstance, Array], tuple[str, Array]],
    variants: Callable[[AstrocyteInstance], Iterator[AstrocyteInstance]],
    extreme: list[AstrocyteInstance],
) -> Search:
    """Compare pairs with the bounds; then climb over initial states towards the bound on the neurons."""
    rng = np.random.default_rng([request.seed, 14])
    closest: list[float] = []

    def pair(start: Start, tally: Tally) -> None:
        for instance in variants(start.instance):
            tally.trials += len(start.x0)
            times = _times(instance)
            path, gap = _pair(instance, start.x0, times)
            k = instance.n_patterns
            where = Start(instance, start.x0, np.full((len(start.x0), k), 1.0 / k), float(times[-1])).where
            logs = path.u - path.u.max(axis=-1, keepdims=True)
            logs = np.abs(np.log(k) + logs - np.log(np.exp(logs).sum(axis=-1, keepdims=True)))
            for claim, bound in odds(instance, times):
                error = _DRIFT * (1.0 + float(logs.max()))
                _below(tally, claim, logs[1:], np.broadcast_to(bound[1:, None, None], logs[1:].shape), error, where)
            claim, bound = distance(instance, times)
            grown = np.exp(np.maximum(_divergence(instance) * times[1:], 0.0))[:, None]
            error = _DRIFT * grown * (1.0 + np.sqrt(instance.n_neurons) * k)
            bound = np.broadcast_to(bound[1:, None], gap[1:].shape)
            closest.append(_below(tally, claim, gap[1:], bound, error, where))

    def climbed(start: Start, tally: Tally) -> None:
        instance = start.instance
        times = _times(instance)[:6]
        _, bound = distance(instance, times)

        def ratio(x0: Values) -> Values:
            gap = _pair(instance, x0, times, tolerance=1e-9)[1]
            return np.asarray((gap[2:] / bound[2:, None]).max(axis=0))

        best, _ = climb(ratio, start.x0, rng, rounds=25)
        tally.trials += 25 * len(best)
        pair(replace(start, x0=best), tally)

    begins = list(starts(request, 10 if request.astrocyte is None else 4, batch=3))
    if request.astrocyte is None:
        for instance in extreme:
            n, k = instance.n_neurons, instance.n_patterns
            begins.append(Start(instance, np.full((1, n), 20.0), np.full((1, k), 1.0 / k), 1.0))
    uphill = [start for start in begins[::3] if start.instance.patterns.size <= 200]
    searches = (
        attack(pair, begins, None, seed=0, examples=0),
        attack(climbed, uphill, None, seed=0, examples=0),
    )
    note = [f"‖x-x_H‖ came to {max(closest):.4f} of its bound"] if closest else []
    return combine(*searches, outcome(Tally(), notes=note))


def _pair(
    instance: AstrocyteInstance, x0: Array, times: Array, tolerance: float = LOCAL
) -> tuple[AstrocyteSolution, Array]:
    """The model's solution from (x0, 1/K), and its distance ‖x-x_H‖ from the classical one, shape (M, B)."""
    k = instance.n_patterns
    path = astrocyte_solution(instance, x0, np.full((len(x0), k), 1.0 / k), times, tolerance=tolerance)
    patterns, n = instance.patterns, instance.n_neurons

    def classical(x: Array) -> Array:
        return np.asarray((np.tanh(instance.sigma * x) @ patterns.T @ patterns / n - x) / instance.tau_x)

    stiff = float(times[-1]) / instance.tau_x > STIFF_STEPS
    x_classical = solve(classical, x0, times, tolerance=tolerance, stiff=stiff)
    return path, np.asarray(np.linalg.norm(path.x - x_classical, axis=-1))


def _divergence(instance: AstrocyteInstance) -> float:
    """a = (σλ_max(W_H) - 1)/τ_x."""
    patterns, n = instance.patterns, instance.n_neurons
    gram = patterns @ patterns.T if instance.n_patterns < n else patterns.T @ patterns
    return float((instance.sigma * np.linalg.eigvalsh(gram / n)[-1] - 1.0) / instance.tau_x)


def _times(instance: AstrocyteInstance) -> Array:
    """Times from early, where the bounds are sharpest, to late, where they still say something.

    No later than an explicit method goes quickly.
    """
    unit = 1.0 / max(abs(_divergence(instance)), 1.0 / instance.tau_x)
    return np.concatenate([[0.0], min(unit, 200.0 / fastest_rate(instance)) * np.geomspace(0.01, 5.0, 10)])


def _first(y: Values) -> Values:
    """(e^y - 1)/y."""
    safe = np.where(np.abs(y) < 1e-8, 1.0, y)
    return np.where(np.abs(y) < 1e-8, 1.0 + y / 2.0, np.expm1(safe) / safe)


def _second(y: Values) -> Values:
    """(e^y - 1 - y)/y²."""
    safe = np.where(np.abs(y) < 1e-3, 1.0, y)
    near = 0.5 + y / 6.0 + y**2 / 24.0 + y**3 / 120.0
    return np.where(np.abs(y) < 1e-3, near, (np.expm1(safe) - safe) / safe**2)


def _outnumbered(copies: int, *, temperature: float, tau_p: float) -> AstrocyteInstance:
    """One pattern at overlap 0 against many at full overlap: its gain goes down as fast as a gain can."""
    patterns = np.array([[1.0, -1.0]] + [[1.0, 1.0]] * copies)
    name = f"{copies} copies of one pattern and one orthogonal to it N=2"
    return AstrocyteInstance(patterns, 40.0, temperature, 1.0, tau_p, name)


def _halves(*, temperature: float, tau_p: float, size: int = 2) -> AstrocyteInstance:
    """As many patterns at overlap 0 as at full overlap: gains carry the most weight across."""
    patterns = np.stack([np.where(np.arange(size) % 2, -1.0, 1.0), np.ones(size)])
    return AstrocyteInstance(patterns, 1.0, temperature, 1.0, tau_p, f"two orthogonal patterns N={size}")


def _below(tally: Tally, claim: str, value: Values, bound: Values, error: Values | float, where: Where) -> float:
    """Require ``value ≤ bound`` up to a numerical error; the margin is the distance relative to the bound.

    Bounds that the error could reach say nothing about closeness and do not enter the margin. Returns the largest
    ratio of a value to its bound among the others.
    """
    tally.at_most(claim, value, bound, scale=error, roundings=1.0 / UNIT, where=where, tight=False)
    clear = np.broadcast_to(bound > 1e5 * np.asarray(error), bound.shape)
    if not clear.any():
        return 0.0
    closest = float(((bound - value)[clear] / bound[clear]).min())
    tally.near(closest)
    return 1.0 - closest


def _crossing(solution: AstrocyteSolution, first: int, index: int, tau_x: float) -> float:
    """When a sign changes between two output times; x_i is nearly affine in e^{-t/τ_x}."""
    before, after = solution.x[first - 1, index], solution.x[first, index]
    turned = np.sign(before) != np.sign(after)
    share = float((before[turned] / (before[turned] - after[turned])).min())
    early, late = np.exp(-solution.times[first - 1 : first + 1] / tau_x)
    return float(-tau_x * np.log(early + share * (late - early)))


def _falling(instance: AstrocyteInstance) -> list[float]:
    """Temperatures that fall from the size of a score to where the rest has no weight at all."""
    return [float(instance.n_neurons * T) for T in (0.1, 0.02, 4e-3, 8e-4, 1.6e-4)]


def _argmax(f: Values, instance: AstrocyteInstance, x: Values) -> npt.NDArray[np.bool_]:
    """Which scores equal the largest, up to the rounding of a score."""
    blur = _blur(instance, x)
    return np.asarray(f.max(axis=1, keepdims=True) - f <= 2.0 * blur)


def _blur(instance: AstrocyteInstance, x: Values) -> Values:
    """Rounding of a score, shape (B, 1)."""
    total = np.abs(np.tanh(instance.sigma * x)).sum(axis=1, keepdims=True)
    return np.asarray(UNIT * (2.0 * instance.n_neurons + 30.0) * total**2 / (2.0 * instance.n_neurons))


def _uniform_on_argmax(
    tally: Tally, claim: str, instance: AstrocyteInstance, x: Values, f: Values, p: Values
) -> None:
    """Compare gains with the uniform law on the argmax: off by no more than ((K-#M)/#M)e^{-gap/T}."""
    top = _argmax(f, instance, x)
    count = top.sum(axis=1, keepdims=True)
    runner_up = np.where(top, -np.inf, f).max(axis=1, keepdims=True)
    gap = f.max(axis=1, keepdims=True) - runner_up
    # Close ties that are no ties: nothing is claimed while the gap is of the order of T.
    held = (gap > 5.0 * instance.temperature)[:, 0]
    if not held.any():
        return
    k, T, states = instance.n_patterns, instance.temperature, States(instance, x, p)
    leak = np.where(np.isinf(gap), 0.0, (k - count) / count * np.exp(-np.minimum(gap, 700.0 * T) / T))
    allowed = leak + 8.0 * _blur(instance, x) / T + UNIT * (k + 20.0)
    error = np.abs(p - top / count)
    tally.at_most(
        claim,
        error[held],
        np.broadcast_to(allowed, error.shape)[held],
        scale=1.0,
        roundings=4.0,
        where=lambda at: states.where((int(np.flatnonzero(held)[at[0]]),)),
        tight=False,
    )
