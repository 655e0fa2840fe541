"""Attempts to break the statements on the Fisher metric and the natural gradient."""

from __future__ import annotations

import numpy as np

from gatedmem.numerics import astrocyte as model
from gatedmem.proofs.evidence import Request, Search
from gatedmem.proofs.falsifiers.astrocyte.cases import (
    Sizes,
    States,
    corners,
    drawn,
    examples_for,
    few,
    stepped_gradient,
)
from gatedmem.proofs.falsifiers.search import Tally, attack


def ag6(request: Request) -> Search:
    """AG6: Πz = z - p(1ᵀz) is the G-orthogonal projection onto the tangent: idempotent, G-symmetric, kernel ℝp."""
    rng = np.random.default_rng(request.seed)

    def check(states: States, tally: Tally) -> None:
        states = states.inside
        p, k = states.p, states.instance.n_patterns
        tally.trials += len(p)
        q = np.sqrt(p)
        # In the coordinates z/√p the metric is Euclidean: draw there, compare there.
        a, b = q * rng.standard_normal(p.shape), q * rng.standard_normal(p.shape)
        image = model.tangent_projection(p, a)
        norm = np.sqrt((a**2 / p).sum(axis=1, keepdims=True))
        roundings = 4.0 * k + 30.0
        where = states.where
        tally.equal("1ᵀΠz = 0", image.sum(axis=1), 0.0, scale=2.0 * norm[:, 0], roundings=roundings, where=where)
        tally.equal(
            "ΠΠ = Π",
            model.tangent_projection(p, image) / q,
            image / q,
            scale=3.0 * norm,
            roundings=roundings,
            where=where,
        )
        other = model.tangent_projection(p, b)
        tally.equal(
            "⟨Πa,b⟩_G = ⟨a,Πb⟩_G",
            (image * (b / p)).sum(axis=1),
            (a * (other / p)).sum(axis=1),
            scale=3.0 * norm[:, 0] * np.sqrt((b**2 / p).sum(axis=1)),
            roundings=roundings,
            where=where,
        )
        tally.equal(
            "Πp = 0",
            model.tangent_projection(p, p) / q,
            0.0,
            scale=2.0 * np.ones_like(q),
            roundings=roundings,
            where=where,
        )
        # Independent: the Householder reflection that sends √p to e₁ turns the projection into "drop entry one".
        unit = q / np.sqrt((q**2).sum(axis=1, keepdims=True))
        mirror = unit.copy()
        mirror[:, 0] += 1.0
        mirror /= np.sqrt((mirror**2).sum(axis=1, keepdims=True))
        turned = a / q - 2.0 * mirror * (mirror * a / q).sum(axis=1, keepdims=True)
        turned[:, 0] = 0.0
        nearest = turned - 2.0 * mirror * (mirror * turned).sum(axis=1, keepdims=True)
        tally.equal(
            "Πz is the G-nearest tangent vector",
            image / q,
            nearest,
            scale=6.0 * norm,
            roundings=roundings,
            where=where,
        )

    return attack(check, drawn(request), corners(request), seed=request.seed, examples=examples_for(request))


def ag7(request: Request) -> Search:
    """AG7: the model is the natural gradient flow of L, with the gradient of L taken by the complex step."""

    def check(states: States, tally: Tally) -> None:
        states = few(states.inside)
        instance, x, p = states.instance, states.x, states.p
        k, tau_x, tau_p = instance.n_patterns, instance.tau_x, instance.tau_p
        tally.trials += len(x)
        sizes = Sizes(states)
        over_x, over_p = stepped_gradient(states)
        # Multiplied by H on both sides, so that saturated neurons do not blow up the rounding of the step.
        tally.equal(
            "τ_x Hẋ = -∂_xL",
            tau_x * sizes.slope * model.neuron_velocity(instance, x, p),
            -over_x,
            scale=sizes.x_force,
            roundings=states.roundings,
            where=states.where,
        )
        raised = p * over_p
        natural = -(raised - p * raised.sum(axis=1, keepdims=True))
        scale = k * p * (sizes.fitness + sizes.mean_fitness + 2.0 * instance.temperature)
        tally.equal(
            "Kτ_p ṗ = -ΠG⁻¹∂_pL",
            k * tau_p * model.gain_velocity(instance, x, p),
            natural,
            scale=scale,
            roundings=states.roundings,
            where=states.where,
        )

    return attack(check, drawn(request), corners(request), seed=request.seed, examples=examples_for(request))
