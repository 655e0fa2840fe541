"""Attempts to break the statements on the energy and its descent."""

from __future__ import annotations

import numpy as np

from gatedmem.numerics import astrocyte as model
from gatedmem.numerics import softmax as soft
from gatedmem.numerics.instances import Array
from gatedmem.numerics.integrate import solve
from gatedmem.proofs.evidence import Request, Search
from gatedmem.proofs.falsifiers.astrocyte.cases import (
    LOCAL,
    MOST_STEPS,
    Sizes,
    Start,
    States,
    corners,
    drawn,
    examples_for,
    few,
    starts,
    stepped_gradient,
)
from gatedmem.proofs.falsifiers.search import STEP, UNIT, Tally, attack, combine


def ag4(request: Request) -> Search:
    """AG4: both forms of L agree on Σp = 1; off it they differ by KT log Z (Σp - 1)."""

    def check(states: States, tally: Tally) -> None:
        instance, x = states.instance, states.x
        tally.trials += len(x)
        log_z = np.log(instance.n_patterns) + Sizes(states).score[:, 0] / instance.temperature
        strength = instance.n_patterns * instance.temperature
        # On the simplex, and off it by a common factor.
        for factor in (1.0, 0.5, 1.7):
            moved = States(instance, x, factor * states.p)
            defect = moved.p.sum(axis=1) - 1.0
            score = model.scores(instance, x) / instance.temperature
            right = model.energy(instance, x, moved.p) + strength * soft.log_sum_exp(score) * defect
            scale = 2.0 * Sizes(moved).energy + 4.0 * strength * log_z
            tally.equal(
                "KL form of L = expanded form + KT log Z (Σp - 1)",
                model.energy_divergence_form(instance, x, moved.p),
                right,
                scale=scale,
                roundings=states.roundings,
                where=moved.where,
            )

    return attack(check, drawn(request), corners(request), seed=request.seed, examples=examples_for(request))


def ag5(request: Request) -> Search:
    """AG5: ∂_xL = φ'(x)[x - W(p)φ(x)] and ∂_pL = K(T log p + T - f), against the complex step of L."""

    def check(states: States, tally: Tally) -> None:
        states = few(states.inside)
        instance, x, p = states.instance, states.x, states.p
        tally.trials += len(x)
        sizes = Sizes(states)
        over_x, over_p = stepped_gradient(states)
        formula_x, formula_p = model.energy_gradient(instance, x, p)
        tally.equal(
            "∂L/∂x = φ'(x)[x - W(p)φ(x)]",
            over_x,
            formula_x,
            scale=sizes.x_force,
            roundings=states.roundings,
            where=states.where,
        )
        tally.equal(
            "∂L/∂p = K(T log p + T - f)",
            over_p,
            formula_p,
            scale=instance.n_patterns * (sizes.fitness + 2.0 * instance.temperature),
            roundings=states.roundings,
            where=states.where,
        )

    return attack(check, drawn(request), corners(request), seed=request.seed, examples=examples_for(request))


def ag8(request: Request) -> Search:
    """AG8: dL/dt = -τ_xΣφ'ẋ² - Kτ_pΣṗ²/p ≤ 0, zero only at equilibria, pointwise and along trajectories."""

    def check(states: States, tally: Tally) -> None:
        instance, x, p = states.instance, states.x, states.p
        k, tau_x, tau_p = instance.n_patterns, instance.tau_x, instance.tau_p
        tally.trials += len(x)
        sizes = Sizes(states)
        x_velocity = model.neuron_velocity(instance, x, p)
        p_velocity = model.gain_velocity(instance, x, p)
        moved = model.energy(instance, x + 1j * STEP * x_velocity, p + 1j * STEP * p_velocity)
        slope = instance.sigma / np.cosh(np.minimum(instance.sigma * np.abs(x), 300.0)) ** 2
        per_capita = p_velocity / np.where(p > 0.0, p, 1.0)
        neurons = tau_x * (slope * x_velocity**2).sum(axis=1)
        gains = k * tau_p * (p_velocity * per_capita).sum(axis=1)
        spread = sizes.fitness + sizes.mean_fitness + 2.0 * instance.temperature
        scale = (np.abs(x_velocity) * sizes.x_force).sum(axis=1)
        scale += k * (np.abs(p_velocity) * spread).sum(axis=1)
        # Σṗ is not exactly 0: its rounding times the mean fitness.
        scale += k * ((sizes.mean_fitness + instance.temperature) * 2.0 * sizes.mean_fitness)[:, 0] / tau_p
        tally.equal(
            "dL/dt = -τ_xΣφ'ẋ² - Kτ_pΣṗ²/p",
            moved.imag / STEP,
            -neurons - gains,
            scale=scale,
            roundings=states.roundings,
            where=states.where,
        )
        tally.equal(
            "dL/dt = -dissipation of the simulator",
            moved.imag / STEP,
            -model.dissipation(instance, x, p),
            scale=scale,
            roundings=states.roundings,
            where=states.where,
        )
        # Zero only at rest: each velocity is bounded by what is dissipated.
        speed = tau_x * slope.min(axis=1) * (x_velocity**2).sum(axis=1) + k * tau_p * (p_velocity**2).sum(axis=1)
        tally.at_most(
            "-dL/dt ≥ τ_x min φ' ‖ẋ‖² + Kτ_p‖ṗ‖²",
            speed,
            -moved.imag / STEP,
            scale=scale,
            roundings=states.roundings,
            where=states.where,
            tight=False,
        )

    def path(start: Start, tally: Tally) -> None:
        """Carry the dissipated energy along the flow: its sum with L stays put, and L falls."""
        instance = start.instance
        n, k = instance.n_neurons, instance.n_patterns
        tally.trials += len(start.x0)
        times = np.linspace(0.0, start.horizon, 40)

        def velocity(state: Array) -> Array:
            x, u = state[..., :n], state[..., n:-1]
            x_velocity, u_velocity = model.lifted_velocity(instance, x, u)
            lost = model.dissipation(instance, x, soft.softmax(u))
            return np.concatenate([x_velocity, u_velocity, lost[..., None]], axis=-1)

        begin = np.concatenate([start.x0, np.log(start.p0), np.zeros((len(start.x0), 1))], axis=1)
        states = solve(velocity, begin, times, tolerance=LOCAL)
        x, u, lost = states[..., :n], states[..., n:-1], states[..., -1]
        energy = model.energy(instance, x, soft.softmax(u))
        # L plus what was lost is constant along every exact solution, so that local errors only add up.
        x_size, u_size = np.abs(x).max(axis=(0, 2)), np.abs(u).max(axis=(0, 2))
        push = n * instance.sigma * (x_size + k) * (1.0 + x_size)
        push += k * (2.0 * instance.temperature * u_size + n / 2.0) * (1.0 + u_size)
        scale = push + np.abs(lost).max(axis=0)
        roundings = MOST_STEPS * LOCAL / UNIT
        tally.equal(
            "L(t) + ∫ dissipation = L(0)",
            energy + lost,
            energy[:1],
            scale=scale,
            roundings=roundings,
            where=start.where,
        )
        tally.at_most(
            "L falls along the flow",
            np.diff(energy, axis=0),
            0.0,
            scale=scale,
            roundings=roundings,
            where=start.where,
            tight=False,
        )

    return combine(
        attack(check, drawn(request), corners(request), seed=request.seed, examples=examples_for(request)),
        attack(path, starts(request, 5), None, seed=request.seed, examples=0),
    )
