"""Attempts to break the statements on the gains alone."""

from __future__ import annotations

import numpy as np

from gatedmem.numerics import astrocyte as model
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
    starts,
)
from gatedmem.proofs.falsifiers.search import UNIT, Tally, attack, combine


def ag1(request: Request) -> Search:
    """AG1: the replicator keeps Σp = 1, every face, and the interior."""

    def field(states: States, tally: Tally) -> None:
        instance, x, p = states.instance, states.x, states.p
        tally.trials += len(x)
        velocity = model.gain_velocity(instance, x, p)
        sizes = Sizes(states)
        scale = 2.0 * sizes.mean_fitness[:, 0] / instance.tau_p
        tally.equal("Σṗ = 0", velocity.sum(axis=1), 0.0, scale=scale, roundings=states.roundings, where=states.where)
        tally.equal(
            "ṗ_μ = 0 where p_μ = 0",
            np.where(p == 0.0, velocity, 0.0),
            0.0,
            scale=1.0,
            roundings=0,
            where=states.where,
        )

    def path(start: Start, tally: Tally) -> None:
        """Integrate the replicator as it stands, not normalised anywhere: p itself, or log p on the support."""
        instance, support = start.instance, start.p0[0] > 0.0
        n, times = instance.n_neurons, np.linspace(0.0, start.horizon, 12)
        tally.trials += 2 * len(start.x0)

        def plain(state: Array) -> Array:
            x, p = state[..., :n], state[..., n:]
            return np.concatenate(
                [model.neuron_velocity(instance, x, p), model.gain_velocity(instance, x, p)], axis=-1
            )

        def logarithmic(state: Array) -> Array:
            x, p = state[..., :n], np.zeros((*state.shape[:-1], len(support)))
            # Exact solutions stay inside; a trial step that overshoots must live until it is rejected.
            p[..., support] = np.exp(np.clip(state[..., n:], -600.0, 3.0))
            per_capita = model.gain_velocity(instance, x, p)[..., support] / p[..., support]
            return np.concatenate([model.neuron_velocity(instance, x, p), per_capita], axis=-1)

        # Off the simplex (Σp - 1)' = -⟨p,F⟩(Σp - 1)/τ_p with ⟨p,F⟩ ≥ 0: local errors add up and do not grow.
        drift = MOST_STEPS * LOCAL / UNIT
        gains = solve(plain, np.concatenate([start.x0, start.p0], axis=1), times, tolerance=LOCAL)[..., n:]
        tally.equal("the face is kept", gains[..., ~support], 0.0, scale=1.0, roundings=0, where=start.where)
        tally.equal("Σp = 1 along the flow", gains.sum(axis=-1), 1.0, scale=1.0, roundings=drift, where=start.where)
        begin = np.concatenate([start.x0, np.log(start.p0[:, support])], axis=1)
        logs = solve(logarithmic, begin, times, tolerance=LOCAL)[..., n:]
        tally.equal(
            "Σ e^(log p) = 1 along the flow",
            np.exp(logs).sum(axis=-1),
            1.0,
            scale=support.sum() * (1.0 + np.abs(logs).max()),
            roundings=drift,
            where=start.where,
        )
        # A finite log p is the interior kept; AG2 bounds it, on every face, by the start, N/(2T) and log #S.
        reach = np.log(support.sum()) - begin[:, n:].min(axis=1) + instance.n_neurons / (2.0 * instance.temperature)
        tally.at_most(
            "the interior is kept",
            -logs.min(axis=-1),
            reach,
            scale=1.0 + reach,
            roundings=MOST_STEPS * LOCAL / UNIT,
            where=start.where,
            tight=False,
        )

    return combine(
        attack(field, drawn(request), corners(request), seed=request.seed, examples=examples_for(request)),
        attack(path, starts(request, 4, faces=True), None, seed=request.seed, examples=0),
    )
