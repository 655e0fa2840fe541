"""Attempts to break fast gains (AG16), the linear score (AG26) and the Euler scheme (AG27)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from scipy.special import wrightomega

from gatedmem.numerics import astrocyte as model
from gatedmem.numerics import linear_score
from gatedmem.numerics import softmax as soft
from gatedmem.numerics.instances import AstrocyteInstance
from gatedmem.numerics.integrate import astrocyte_solution, solve
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
    drawn,
    examples_for,
    few,
    starts,
    written_out_input,
    written_out_scores,
)
from gatedmem.proofs.falsifiers.search import STEP, UNIT, Tally, attack, climb, combine, said

_DRIFT = MOST_STEPS * LOCAL / UNIT


def ag16(request: Request) -> Search:
    """AG16: min_p L = E_eff at the softmax, whose H-gradient flow is the slaved system; gains lag by O(τ_p)."""

    def check(states: States, tally: Tally) -> None:
        states = few(states)
        instance, x, p = states.instance, states.x, states.p
        n, k, T = instance.n_neurons, instance.n_patterns, instance.temperature
        tally.trials += len(x)
        sizes = Sizes(states)
        effective = _effective_energy(instance, x)
        best = States(instance, x, model.retrieval_gains(instance, x))
        scale = sizes.energy + Sizes(best).energy + k * (sizes.score[:, 0] + 2.0 * T * (1.0 + np.log(k)))
        tally.at_most(
            "E_eff(x) ≤ L(x,p)",
            effective,
            model.energy(instance, x, p),
            scale=scale,
            roundings=states.roundings,
            where=states.where,
            tight=False,
        )
        tally.equal(
            "L(x, softmax(f/T)) = E_eff(x)",
            model.energy(instance, x, best.p),
            effective,
            scale=scale,
            roundings=states.roundings,
            where=states.where,
        )
        stepped = _effective_energy(instance, x[:, None, :] + 1j * STEP * np.eye(n)).imag / STEP
        slaved = _written_out_slaved(instance, x)
        # The softmax is as accurate as its exponents f/T.
        blur = 1.0 + 2.0 * sizes.score / T
        tally.equal(
            "∂E_eff/∂x = -H τ_xẋ of the slaved system",
            stepped,
            sizes.slope * (x - slaved),
            scale=sizes.x_force * blur,
            roundings=states.roundings,
            where=states.where,
        )

    def lag(start: Start, tally: Tally) -> None:
        """‖u - f/T‖ from u(0) = 0, along a trajectory with fast gains."""
        for ratio in (1e-2, 1e-3):
            instance = replace(start.instance, tau_p=ratio * start.instance.tau_x * start.instance.temperature)
            n, k, T = instance.n_neurons, instance.n_patterns, instance.temperature
            tally.trials += 1
            times = instance.tau_x * np.array([0.0, 0.2, 1.0, 3.0, 10.0]) * np.sqrt(ratio)
            x0 = start.x0[:1]
            path = astrocyte_solution(instance, x0, np.full((1, k), 1.0 / k), times, tolerance=LOCAL)
            speed = n * instance.sigma * (max(float(np.abs(x0).max()), k) + k) / instance.tau_x
            decay = np.exp(-T * times / instance.tau_p)[:, None]
            # The solution starts at u = -log K; the one from u = 0 is ahead of it by what is left of log K.
            lifted = path.u + np.log(k) * decay[..., None]
            error = np.abs(lifted - model.scores(instance, path.x) / T).max(axis=-1)
            bound = decay * n / (2.0 * T) + instance.tau_p / T**2 * speed * (1.0 - decay)
            tally.at_most(
                "‖u - f/T‖ ≤ e^{-Tt/τ_p}N/(2T) + (τ_p/T²)sup|ḟ|(1-e^{-Tt/τ_p})",
                error,
                bound,
                scale=n / (2.0 * T) + bound,
                roundings=_DRIFT,
                where=start.where,
                tight=k > 1,
            )

    return combine(
        attack(check, drawn(request), corners(request), seed=request.seed, examples=examples_for(request)),
        attack(lag, starts(request, 6, batch=1), None, seed=0, examples=0),
    )


def ag26(request: Request) -> Search:
    """AG26: with the linear score L_lin falls along the flow, and fast gains rest at the attention readout."""

    def check(states: States, tally: Tally) -> None:
        instance, x, p = states.instance, states.x, states.p
        tally.trials += len(x)
        T, sizes = instance.temperature, Sizes(states)
        x_rate, p_rate = linear_score.neuron_velocity(instance, x, p), linear_score.gain_velocity(instance, x, p)
        moved = linear_score.energy(instance, x + 1j * STEP * x_rate, p + 1j * STEP * p_rate).imag / STEP
        slope = instance.sigma / np.cosh(np.minimum(instance.sigma * np.abs(x), 300.0)) ** 2
        lost = instance.tau_x * (slope * x_rate**2).sum(axis=1)
        lost += instance.tau_p * (p_rate * (p_rate / np.where(p > 0.0, p, 1.0))).sum(axis=1)
        fitness = sizes.overlap + T * sizes.log_p
        mean = (p * fitness).sum(axis=1, keepdims=True)
        scale = (np.abs(x_rate) * (slope * (np.abs(x) + 1.0) + 2.0 * sizes.phi)).sum(axis=1)
        scale += (np.abs(p_rate) * (fitness + mean + 2.0 * T)).sum(axis=1)
        scale += ((mean + T) * 2.0 * mean)[:, 0] / instance.tau_p
        tally.equal(
            "dL_lin/dt = -τ_xΣφ'ẋ² - τ_pΣṗ²/p",
            moved,
            -lost,
            scale=scale,
            roundings=states.roundings,
            where=states.where,
        )
        # The flow written out, and its rest for fast gains: Ξ softmax(Ξᵀφ/T).
        m = (instance.patterns[None] * np.tanh(instance.sigma * x)[:, None, :]).sum(axis=2)
        attention = soft.softmax(m / T) @ instance.patterns
        tally.equal(
            "fast gains: x ← Ξ softmax(Ξᵀφ(x)/T)",
            linear_score.readout(instance, x),
            attention,
            scale=1.0 + 4.0 * sizes.overlap / T,
            roundings=states.roundings,
            where=states.where,
        )
        at_softmax = linear_score.neuron_velocity(instance, attention, soft.softmax(m / T))
        tally.equal(
            "ẋ = 0 at the readout",
            instance.tau_x * at_softmax,
            0.0,
            scale=1.0,
            roundings=states.roundings,
            where=states.where,
        )
        # Gains at rest: the replicator of the linear score vanishes at softmax(Ξᵀφ/T).
        p_rest = soft.softmax(m / T)
        still = instance.tau_p * linear_score.gain_velocity(instance, x, p_rest)
        tally.equal(
            "ṗ = 0 at softmax(Ξᵀφ/T)",
            still,
            0.0,
            scale=p_rest * (6.0 * sizes.overlap + 3.0 * T * (1.0 + np.log(len(m[0])))) + 1e-250,
            roundings=states.roundings,
            where=states.where,
        )

    def path(start: Start, tally: Tally) -> None:
        instance, n = start.instance, start.instance.n_neurons
        tally.trials += len(start.x0)

        def velocity(state: Values) -> Values:
            x, p = state[..., :n], state[..., n:]
            rates = linear_score.neuron_velocity(instance, x, p), linear_score.gain_velocity(instance, x, p)
            return np.concatenate(rates, axis=-1)

        horizon = min(start.horizon, 100.0 * instance.tau_p / instance.n_neurons)
        begin = np.concatenate([start.x0, start.p0], axis=1)
        states = solve(velocity, begin, np.linspace(0.0, horizon, 15), tolerance=LOCAL)
        p = np.maximum(states[..., n:], 0.0)
        energy = linear_score.energy(instance, states[..., :n], p)
        # ∂L/∂p holds log p, steep where p is of the size of the tolerance.
        scale = n + instance.temperature * (30.0 + np.log(instance.n_patterns)) + n / instance.sigma
        tally.at_most(
            "L_lin falls along the flow",
            np.diff(energy, axis=0),
            0.0,
            scale=scale * (1.0 + np.abs(states).max()) * instance.n_patterns,
            roundings=_DRIFT,
            where=start.where,
            tight=False,
        )

    return combine(
        attack(check, drawn(request), corners(request), seed=request.seed, examples=examples_for(request)),
        attack(path, starts(request, 5), None, seed=0, examples=0),
    )


def ag27(request: Request) -> Search:
    """AG27: Euler multiplies Σp - 1 by 1 - h⟨p,F⟩/τ_p, and keeps gains positive for h below τ_p/(T W₀(…))."""
    rng = np.random.default_rng([request.seed, 27])

    def defect(states: States, tally: Tally) -> None:
        instance, x = states.instance, states.x
        tally.trials += 3 * len(x)
        f = written_out_scores(instance, x)
        for factor in (1.0, 0.9, 1.3):
            p = factor * states.p
            moved = States(instance, x, p)
            sizes = Sizes(moved)
            h = instance.tau_p / (1.0 + instance.n_neurons + instance.temperature)
            after = (p + h * model.gain_velocity(instance, x, p)).sum(axis=1) - 1.0
            mean = (p * f).sum(axis=1) + instance.temperature * soft.entropy(p)
            before = p.sum(axis=1) - 1.0
            tally.equal(
                "(Σp)' - 1 = (Σp - 1)(1 - h(⟨p,f⟩ + T·H)/τ_p)",
                after,
                before * (1.0 - h * mean / instance.tau_p),
                scale=2.0 + 4.0 * h * sizes.mean_fitness[:, 0] / instance.tau_p,
                roundings=states.roundings,
                where=moved.where,
            )

    def positive(states: States, tally: Tally) -> None:
        """Steps just below the bound, from the model's states and from free scores in [0, N/2)."""
        states = states.inside
        instance, p = states.instance, states.p
        n, k, T = instance.n_neurons, instance.n_patterns, instance.temperature
        if k == 1:
            tally.trials += 1
            return
        tally.trials += 2 * len(p)
        worst = _worst_pull(instance)
        simple = n / 2.0 + T * np.log(k)
        tally.at_most(
            "τ_p/(N/2 + T log K) ≤ τ_p/(T W₀((K-1)e^{N/(2T)-1}))",
            worst,
            simple,
            scale=simple,
            roundings=40,
            where=states.where,
            tight=False,
        )
        free = rng.random(p.shape) * n / 2.0
        free[:, 0] *= rng.random(len(p)) < 0.5
        for f in (written_out_scores(instance, states.x), free):
            fitness = f - T * np.log(p)
            pull = (p * fitness).sum(axis=1, keepdims=True) - fitness
            # p' = p(1 - h·pull/τ_p) > 0 for every h < τ_p/worst means pull ≤ worst.
            tally.at_most(
                "p' > 0 for h < τ_p/(T W₀((K-1)e^{N/(2T)-1}))",
                pull,
                worst,
                scale=worst + n + T * (1.0 - np.log(p)),
                roundings=states.roundings,
                where=states.where,
            )

    def beyond(instance: AstrocyteInstance, tally: Tally) -> None:
        """At the worst gains and scores a step a little beyond the bound turns a gain negative."""
        n, k, T = instance.n_neurons, instance.n_patterns, instance.temperature
        worst = _worst_pull(instance)

        def pull(z: Values) -> Values:
            log_odds = z[:, 0]
            q = 1.0 / (1.0 + np.exp(-log_odds))  # the gain with f = 0; the others share 1 - q at f = N/2
            rest = 1.0 - q
            fitness = n / 2.0 - T * np.log(np.maximum(rest, 1e-300) / (k - 1))
            own = -T * np.log(np.maximum(q, 1e-300))
            return np.asarray(rest * fitness + q * own - own)

        _, reached = climb(pull, np.linspace(-60.0, 5.0, 40)[:, None], rng, rounds=200)
        tally.trials += 40 * 200
        best = float(reached.max())
        tally.near((worst - best) / worst)
        where = said(describe(instance))
        tally.equal("the bound on h is best possible", best, worst, scale=worst, roundings=1e-9 / UNIT, where=where)

    def unstable(ratio: float, tally: Tally) -> None:
        """K = 100, dt = 0.001: a defect of Σp decays or grows around T = 2τ_p/(h log K) ≈ 434."""
        tally.trials += 1
        instance = AstrocyteInstance(np.ones((100, 1)), temperature=ratio * 2000.0 / np.log(100.0))
        x, p = np.zeros(1), np.full(100, 0.01 * (1.0 + 1e-10))
        for _ in range(200):
            p = p + 0.001 * model.gain_velocity(instance, x, p)
        expected = 1e-10 * (1.0 - 2.0 * ratio) ** 200
        # Rounding of Σp feeds the same growth: 200 steps of it against the planted 1e-10.
        tally.equal(
            "the defect of Σp is multiplied by 1 - hT log K/τ_p",
            float(p.sum() - 1.0),
            expected,
            scale=abs(expected),
            roundings=1e-2 / UNIT,
            where=said(f"K=100 h=0.001 T={instance.temperature:g}"),
        )

    def many() -> Iterator[AstrocyteInstance]:
        for states in drawn(request, 2):
            scale = states.instance.n_neurons / states.instance.temperature
            if states.instance.n_patterns > 1 and scale < 80.0:
                yield states.instance

    return combine(
        attack(defect, drawn(request), corners(request), seed=request.seed, examples=examples_for(request)),
        attack(positive, drawn(request), corners(request), seed=request.seed, examples=examples_for(request)),
        attack(beyond, many(), None, seed=0, examples=0),
        attack(unstable, (0.99, 1.01) if request.astrocyte is None else (), None, seed=0, examples=0),
    )


def _effective_energy(instance: AstrocyteInstance, x: Values) -> Values:
    """E_eff = -KT log Σe^{f/T} + Σ[xφ - Λ] written out."""
    phi = np.tanh(instance.sigma * x)
    f = (phi @ instance.patterns.T) ** 2 / (2.0 * instance.n_neurons)
    neurons = (x * phi - model.potential(instance, x)).sum(axis=-1)
    strength = instance.n_patterns * instance.temperature
    return np.asarray(neurons - strength * soft.log_sum_exp(f / instance.temperature))


def _written_out_slaved(instance: AstrocyteInstance, x: Values) -> Values:
    p = soft.softmax(written_out_scores(instance, x) / instance.temperature)
    return written_out_input(instance, x, p)


def _worst_pull(instance: AstrocyteInstance) -> float:
    """T·W₀((K-1)e^{N/(2T)-1}), without forming the exponential."""
    exponent = np.log(instance.n_patterns - 1.0) + instance.n_neurons / (2.0 * instance.temperature) - 1.0
    return float(instance.temperature * wrightomega(exponent))
