"""Attempts to break the statements on the lifted gains."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg

from gatedmem.numerics import astrocyte as model
from gatedmem.numerics import softmax as soft
from gatedmem.numerics.instances import Array, AstrocyteInstance
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
    drawn,
    examples_for,
    few,
    starts,
    written_out_scores,
)
from gatedmem.proofs.falsifiers.search import STEP, UNIT, Tally, attack, combine


def ag28(request: Request) -> Search:
    """AG28: the lift projects onto the replicator, its energy is L, and its spectrum is real at every point."""

    def check(states: States, tally: Tally) -> None:
        states = few(states.inside)
        instance, x = states.instance, states.x
        n, k, T = instance.n_neurons, instance.n_patterns, instance.temperature
        tally.trials += len(x)
        sizes = Sizes(states)
        u = np.log(states.p) + 3.0 * x[:, :1]  # any lift: log p up to a constant
        p = soft.softmax(u)
        x_velocity, u_velocity = model.lifted_velocity(instance, x, u)
        u_size = np.abs(u).max(axis=1, keepdims=True)
        wide = sizes.score + T * (u_size + np.log(k) + 1.0)
        roundings, where = states.roundings, states.where

        projected = soft.softmax(u + 1j * STEP * u_velocity).imag / STEP
        tally.equal(
            "the lift projects onto the replicator",
            projected,
            model.gain_velocity(instance, x, p),
            scale=4.0 * p * (1.0 + u_size) * wide / instance.tau_p + 1e-240,
            roundings=roundings,
            where=where,
        )
        tally.equal(
            "ẋ of the lift is the model's",
            x_velocity,
            model.neuron_velocity(instance, x, p),
            scale=(np.abs(x) + sizes.input) / instance.tau_x,
            roundings=roundings,
            where=where,
        )

        # The frame's energy in y = Tu, with the Lagrangians Σ Λ(x_i) and KT log Σ e^{y/T}.
        y, gains = T * u, k * p
        f = written_out_scores(instance, x)
        frame = (x * np.tanh(instance.sigma * x)).sum(axis=1) - model.potential(instance, x).sum(axis=1)
        frame += (y * gains).sum(axis=1) - k * T * soft.log_sum_exp(u) - (gains * f).sum(axis=1)
        tally.equal(
            "the frame's energy is L",
            frame,
            model.energy(instance, x, p),
            scale=2.0 * sizes.energy + 4.0 * k * T * (u_size[:, 0] + np.log(k) + 1.0),
            roundings=roundings,
            where=where,
        )
        # τẋ = -∂E/∂x̂, τ_yẏ = -∂E/∂ŷ, the interaction -⟨ŷ, f(x̂)⟩ differentiated by the complex step in x̂.
        z = np.tanh(instance.sigma * x)[:, None, :] + 1j * STEP * np.eye(n)
        interaction = (((z @ instance.patterns.T) ** 2 / (2.0 * n)) * gains[:, None, :]).sum(axis=-1).imag / STEP
        tally.equal(
            "τ_xẋ = -∂E/∂x̂",
            instance.tau_x * x_velocity,
            interaction - x,
            scale=np.abs(x) + sizes.input,
            roundings=roundings,
            where=where,
        )
        tally.equal(
            "τ_yẏ = -∂E/∂ŷ with τ_y = τ_p/T",
            (instance.tau_p / T) * (T * u_velocity),
            f - y,
            scale=sizes.score + T * u_size,
            roundings=roundings,
            where=where,
        )

        jacobian = lifted_jacobian(instance, x, u)
        metric = np.zeros((len(x), n + k, n + k))
        metric[:, :n, :n] = (instance.tau_x * sizes.slope)[:, :, None] * np.eye(n)
        metric[:, n:, n:] = k * instance.tau_p * (p[:, :, None] * np.eye(k) - p[:, :, None] * p[:, None, :])
        lowered = metric @ jacobian
        size = np.empty_like(lowered)
        slope = sizes.slope
        size[:, :n, :n] = slope[:, :, None] * (np.eye(n) + (k / n) * slope[:, None, :])
        size[:, n:, :n] = 2.0 * (k / n) * p[:, :, None] * (sizes.overlap * slope)[:, None, :]
        size[:, :n, n:] = np.swapaxes(size[:, n:, :n], 1, 2)
        size[:, n:, n:] = k * T * (p[:, :, None] * np.eye(k) + p[:, :, None] * p[:, None, :])
        tally.equal(
            "the Jacobian is self-adjoint",
            lowered,
            np.swapaxes(lowered, 1, 2),
            scale=size + 1e-240,
            roundings=2.0 * roundings,
            where=where,
        )
        leak = jacobian[:, :, n:].sum(axis=2)
        expected = np.concatenate([np.zeros(n), np.full(k, -T / instance.tau_p)])
        scale = np.concatenate(
            [np.repeat(2.0 * sizes.input / instance.tau_x, n, axis=1), np.full((len(x), k), T / instance.tau_p)],
            axis=1,
        )
        tally.equal(
            "J(0,1) = -(T/τ_p)(0,1)", leak, expected, scale=scale + 1e-240, roundings=2.0 * roundings, where=where
        )
        if n + k <= 130:
            real_spectrum(jacobian[:6], n, tally, where)

    def path(start: Start, tally: Tally) -> None:
        """The lifted trajectory, projected, against the replicator integrated in p itself."""
        instance = start.instance
        n, times = instance.n_neurons, np.linspace(0.0, 0.3 * start.horizon, 6)
        tally.trials += len(start.x0)

        def plain(state: Array) -> Array:
            x, p = state[..., :n], state[..., n:]
            return np.concatenate(
                [model.neuron_velocity(instance, x, p), model.gain_velocity(instance, x, p)], axis=-1
            )

        lifted = astrocyte_solution(instance, start.x0, start.p0, times, tolerance=LOCAL)
        coarse = astrocyte_solution(instance, start.x0, start.p0, times, tolerance=1e3 * LOCAL)
        direct = solve(plain, np.concatenate([start.x0, start.p0], axis=1), times, tolerance=LOCAL)
        # How much the flow amplifies errors is measured: a thousandfold tolerance moves the solution so much.
        moved = np.abs(coarse.p - lifted.p).max() + np.abs(coarse.x - lifted.x).max()
        drift = float(MOST_STEPS * LOCAL + moved) / UNIT
        tally.equal(
            "projected lift = replicator", lifted.p, direct[..., n:], scale=1.0, roundings=drift, where=start.where
        )
        tally.equal(
            "x of the lift = x of the model",
            lifted.x,
            direct[..., :n],
            scale=1.0 + np.abs(lifted.x),
            roundings=drift,
            where=start.where,
        )

    return combine(
        attack(check, drawn(request), corners(request), seed=request.seed, examples=examples_for(request)),
        attack(path, starts(request, 3), None, seed=request.seed, examples=0),
    )


def lifted_jacobian(instance: AstrocyteInstance, x: Values, u: Values) -> Values:
    """Jacobian of the lifted field by the complex step, shape (B, N+K, N+K), column j for variable j."""
    n, k = instance.n_neurons, instance.n_patterns
    steps = 1j * STEP * np.eye(n + k)
    x_velocity, u_velocity = model.lifted_velocity(
        instance, x[:, None, :] + steps[:, :n], u[:, None, :] + steps[:, n:]
    )
    return np.swapaxes(np.concatenate([x_velocity, u_velocity], axis=2).imag / STEP, 1, 2)


def real_spectrum(jacobian: Values, n: int, tally: Tally, where: Any) -> None:
    """Require real eigenvalues on the quotient by (0,1), as far as their conditioning lets one see."""
    size = jacobian.shape[1]
    # Coordinates of the quotient: x and the differences u_μ - u_K.
    down = np.eye(size)[:-1]
    down[n:, -1] = -1.0
    up = np.eye(size)[:, :-1]
    for index, matrix in enumerate(jacobian):
        reduced = down @ matrix @ up
        if not reduced.size:
            continue
        # Balancing first (an exact similarity by powers of two) keeps the eigenvectors well scaled.
        balanced, _ = scipy.linalg.matrix_balance(reduced)
        values, vectors = scipy.linalg.eig(balanced)
        condition = float(np.linalg.cond(vectors))
        if condition > 1e8:
            continue
        # Bauer-Fike: a backward error of n UNIT ‖J‖ moves eigenvalues by at most the condition number times it.
        scale = condition * float(np.linalg.norm(balanced))
        spectrum = np.zeros((len(jacobian), len(values)))
        spectrum[index] = values.imag
        tally.equal("the spectrum is real", spectrum, 0.0, scale=scale, roundings=10.0 * size, where=where)
