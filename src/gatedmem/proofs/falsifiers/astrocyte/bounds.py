"""Attempts to break the a-priori bounds: on gains and neurons along the flow, on the energy, at the faces."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gatedmem.numerics import astrocyte as model
from gatedmem.numerics.instances import Array, AstrocyteInstance
from gatedmem.numerics.integrate import AstrocyteSolution, astrocyte_solution
from gatedmem.numerics.softmax import Values
from gatedmem.proofs.evidence import Request, Search
from gatedmem.proofs.falsifiers.astrocyte.cases import (
    LOCAL,
    MOST_STEPS,
    Sizes,
    Start,
    States,
    corners,
    describe,
    draw_x,
    drawn,
    examples_for,
    starts,
    written_out_scores,
)
from gatedmem.proofs.falsifiers.search import UNIT, Tally, attack, climb, combine, said

# Local errors of a trajectory add up; where a bound is a contraction, they do not grow.
_DRIFT = MOST_STEPS * LOCAL / UNIT


def ag2(request: Request) -> Search:
    """AG2: log-odds obey their own equation and |y(t)| ≤ e^{-Tt/τ_p}|y(0)| + (N/2T)(1-e^{-Tt/τ_p})."""

    def field(states: States, tally: Tally) -> None:
        states = states.inside
        instance, x, p = states.instance, states.x, states.p
        tally.trials += len(x)
        T, sizes = instance.temperature, Sizes(states)
        f = written_out_scores(instance, x)
        per_capita = instance.tau_p * model.gain_velocity(instance, x, p) / p
        difference = (f - f[:, :1]) - T * (np.log(p) - np.log(p[:, :1]))
        tally.equal(
            "τ_p d/dt log(p_μ/p_1) = f_μ - f_1 - T log(p_μ/p_1)",
            per_capita - per_capita[:, :1],
            difference,
            scale=2.0 * (sizes.fitness + sizes.fitness[:, :1] + sizes.mean_fitness),
            roundings=states.roundings,
            where=states.where,
        )

    def path(start: Start, tally: Tally) -> None:
        instance, T = start.instance, start.instance.temperature
        tally.trials += len(start.x0)
        solution = _solution(start)
        odds = solution.u[..., :, None] - solution.u[..., None, :]
        decay = np.exp(-T * solution.times / instance.tau_p)[:, None, None, None]
        level = instance.n_neurons / (2.0 * T)
        bound = decay * np.abs(odds[0]) + level * (1.0 - decay)
        tally.at_most(
            "|log(p_μ/p_ν)| ≤ e^{-Tt/τ_p}|y(0)| + (N/2T)(1-e^{-Tt/τ_p})",
            np.abs(odds[1:]),
            bound[1:],
            scale=np.maximum(bound[1:].max(), 1e-3),
            roundings=_DRIFT,
            where=start.where,
            tight=instance.n_patterns > 1,
        )
        uniform = (start.p0 == start.p0[:, :1]).all(axis=1)
        least = np.exp(-level) / instance.n_patterns
        tally.at_most(
            "p_μ(t) ≥ e^{-N/(2T)}/K from p(0) = 1/K",
            np.where(uniform[:, None], least, 0.0),
            np.where(uniform[:, None], solution.p, 1.0),
            scale=1.0,
            roundings=_DRIFT,
            where=start.where,
            tight=False,
        )

    return combine(
        attack(field, drawn(request), corners(request), seed=request.seed, examples=examples_for(request)),
        attack(path, _with_opposed(request, 6), None, seed=request.seed, examples=0),
    )


def ag3(request: Request) -> Search:
    """AG3: |x_i(t)| ≤ e^{-t/τ_x}|x_i(0)| + K(1-e^{-t/τ_x}), along solutions that reach every horizon."""

    def input_bound(states: States, tally: Tally) -> None:
        instance, x, p = states.instance, states.x, states.p
        tally.trials += len(x)
        pushed = np.abs(x + instance.tau_x * model.neuron_velocity(instance, x, p))
        tally.at_most(
            "|x_i + τ_xẋ_i| ≤ K",
            pushed,
            float(instance.n_patterns),
            scale=instance.n_patterns + np.abs(x),
            roundings=states.roundings,
            where=states.where,
        )

    def path(start: Start, tally: Tally) -> None:
        instance = start.instance
        tally.trials += len(start.x0)
        solution = _solution(start)
        decay = np.exp(-solution.times / instance.tau_x)[:, None, None]
        bound = decay * np.abs(start.x0) + instance.n_patterns * (1.0 - decay)
        tally.at_most(
            "|x_i(t)| ≤ e^{-t/τ_x}|x_i(0)| + K(1-e^{-t/τ_x})",
            np.abs(solution.x[1:]),
            bound[1:],
            scale=np.maximum(bound[1:].max(), 1.0),
            roundings=_DRIFT,
            where=start.where,
        )

    return combine(
        attack(input_bound, drawn(request), corners(request), seed=request.seed, examples=examples_for(request)),
        attack(path, _with_opposed(request, 6), None, seed=request.seed, examples=0),
    )


def ag9(request: Request) -> Search:
    """AG9: -KN/2 - KT log K < L < N log2/σ, and sublevel sets are bounded only below the energy at the boundary."""
    rng = np.random.default_rng([request.seed, 9])

    def bounds(instance: AstrocyteInstance) -> tuple[float, float]:
        n, k, T = instance.n_neurons, instance.n_patterns, instance.temperature
        return -k * n / 2.0 - k * T * np.log(k), n * np.log(2.0) / instance.sigma

    def check(states: States, tally: Tally) -> None:
        instance = states.instance
        tally.trials += len(states.x)
        low, high = bounds(instance)
        value, scale = model.energy(instance, states.x, states.p), Sizes(states).energy + high - low
        tally.at_most("-KN/2 - KT log K < L", low, value, scale=scale, roundings=states.roundings, where=states.where)
        tally.at_most("L < N log 2/σ", value, high, scale=scale, roundings=states.roundings, where=states.where)

    def climbed(states: States, tally: Tally) -> None:
        """Push L towards both bounds, over x and p = squares."""
        instance, n = states.instance, states.instance.n_neurons
        low, high = bounds(instance)

        def state(z: Values) -> tuple[Values, Values]:
            weights = z[:, n:] ** 2 + 1e-300
            return z[:, :n] / instance.sigma, weights / weights.sum(axis=1, keepdims=True)

        begin = np.concatenate([states.x * instance.sigma, np.sqrt(states.p)], axis=1)[:8]
        for sign, name in ((1.0, "L < N log 2/σ"), (-1.0, "-KN/2 - KT log K < L")):

            def height(z: Values, sign: float = sign) -> Values:
                return sign * model.energy(instance, *state(z))

            best, _ = climb(height, begin, rng, rounds=80)
            tally.trials += 80 * len(begin)
            reached = States(instance, *state(best))
            value = model.energy(instance, reached.x, reached.p)
            scale = Sizes(reached).energy + high - low
            left, right = (value, np.full_like(value, high)) if sign > 0 else (np.full_like(value, low), value)
            tally.at_most(name, left, right, scale=scale, roundings=reached.roundings, where=reached.where)

    def sublevel(instance: AstrocyteInstance, tally: Tally) -> None:
        """N = 1, where the boundary of the cube is z = ±1: the extended energy there decides boundedness."""
        tally.trials += 1
        k, T, sigma = instance.n_patterns, instance.temperature, instance.sigma
        boundary = -k / 2.0 - k * T * np.log(k) + np.log(2.0) / sigma
        p = np.full((1, k), 1.0 / k)
        far = np.array([[400.0 / sigma]])
        reached = float(model.energy(instance, far, p)[0])
        size = float(Sizes(States(instance, far, p)).energy[0]) + abs(boundary)
        tally.equal(
            "L → its value at z = ±1 as |x| → ∞",
            reached,
            boundary,
            scale=size,
            roundings=100,
            where=said(describe(instance)),
        )
        # Below that value no state is far out: from some |x| on L is above every c less than it.
        outside = np.linspace(30.0, 300.0, 50)[:, None] / sigma
        lowest = model.energy(instance, outside, np.broadcast_to(p, (50, k))).min()
        tally.at_most(
            "L ≥ c far out, c below the boundary value",
            boundary,
            lowest,
            scale=size,
            roundings=1e4,
            where=said(describe(instance)),
            tight=False,
        )

    small = (states for states in drawn(request, 3) if states.instance.patterns.size <= 100)
    one_neuron = (
        AstrocyteInstance(np.ones((k, 1)), sigma, T)
        for k in (1, 2, 5)
        for sigma in (0.3, 1.0, 4.0)
        for T in (0.1, 2.0)
        if request.astrocyte is None
    )
    return combine(
        attack(check, drawn(request), corners(request), seed=request.seed, examples=examples_for(request)),
        attack(climbed, small, None, seed=request.seed, examples=0),
        attack(sublevel, one_neuron, None, seed=request.seed, examples=0),
    )


def ag12(request: Request) -> Search:
    """AG12: every face repels: 0 < p_μ ≤ e^{-N/(2T)}/K makes ṗ_μ > 0."""
    rng = np.random.default_rng([request.seed, 12])

    def check(states: States, tally: Tally) -> None:
        instance, x = states.instance, states.x
        n, k, T = instance.n_neurons, instance.n_patterns, instance.temperature
        level = -n / (2.0 * T) - np.log(k)
        if k == 1:  # no gain can be that small: p = 1
            tally.trials += 1
            tally.at_most("e^{-N/(2T)} < 1", level, 0.0, scale=1.0, roundings=0, where=states.where, tight=False)
            return
        tally.trials += 2 * len(x)
        rest = states.inside.p[:, 1:]
        for share in (rest / rest.sum(axis=1, keepdims=True), np.full_like(rest, 1.0 / (k - 1))):
            log_small = level + np.log(np.where(rng.random((len(x), 1)) < 0.5, 1.0, rng.random((len(x), 1)) + 1e-9))
            small = np.exp(log_small)
            p = np.concatenate([small, (1.0 - small) * share], axis=1)
            u = np.concatenate([log_small, np.log((1.0 - small) * share)], axis=1)
            for index in (0, k // 2, int(np.argmin(model.scores(instance, x).sum(axis=0)))):
                # Put the small gain on one pattern after another.
                order = np.arange(k)
                order[[0, index]] = order[[index, 0]]
                moved = States(instance, x, p[:, order])
                sizes = Sizes(moved)
                # d/dt log p_μ, from the lifted field: it does not underflow with p_μ.
                rate = instance.tau_p * model.lifted_velocity(instance, x, u[:, order])[1]
                growth = rate[:, index] - (moved.p * rate).sum(axis=1)
                if level > -600.0:
                    direct = instance.tau_p * model.gain_velocity(instance, x, moved.p)[:, index]
                    growth = np.minimum(growth, direct / moved.p[:, index])
                tally.at_most(
                    "ṗ_μ > 0 where p_μ ≤ e^{-N/(2T)}/K",
                    0.0,
                    growth,
                    scale=sizes.score[:, 0] - T * log_small[:, 0] + sizes.mean_fitness[:, 0],
                    roundings=moved.roundings,
                    where=moved.where,
                )

    return attack(check, drawn(request), corners(request), seed=request.seed, examples=examples_for(request))


def _solution(start: Start) -> AstrocyteSolution:
    times = np.linspace(0.0, start.horizon, 15)
    return astrocyte_solution(start.instance, start.x0, start.p0, times, tolerance=LOCAL)


def _with_opposed(request: Request, count: int) -> Iterator[Start]:
    """Starts of trajectories, and some where a memory is held at full overlap against one of overlap 0."""
    yield from starts(request, count)
    if request.astrocyte is None:
        for temperature, horizon in ((0.4, 40.0), (3.0, 5.0)):
            instance = AstrocyteInstance(np.array([[1.0, 1.0], [1.0, -1.0]]), 40.0, temperature)
            yield Start(instance, np.array([[2.0, 2.0]]), np.array([[0.5, 0.5]]), horizon)
        yield Start(AstrocyteInstance(np.ones((1, 3)), 60.0), np.full((1, 3), 0.5), np.ones((1, 1)), 30.0)
        return
    x0: Array = draw_x(np.random.default_rng(request.seed), request.astrocyte, 1)
    k = request.astrocyte.n_patterns
    yield Start(request.astrocyte, x0, np.full((1, k), 1.0 / k), 3.0 * request.astrocyte.tau_x)
