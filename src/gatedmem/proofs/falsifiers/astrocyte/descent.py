"""Attempts to break the step-free retrieval (AG25) and the energy-stable integrator (AG29)."""

from __future__ import annotations

import numpy as np

from gatedmem.numerics import astrocyte as model
from gatedmem.numerics import softmax as soft
from gatedmem.numerics.instances import draw_astrocyte
from gatedmem.proofs.evidence import Request, Search
from gatedmem.proofs.falsifiers.astrocyte.cases import (
    Sizes,
    States,
    corners,
    draw_p,
    draw_x,
    drawn,
    examples_for,
    written_out_input,
    written_out_scores,
)
from gatedmem.proofs.falsifiers.search import UNIT, Tally, attack, combine, said

_STEPS = (1e-3, 0.1, 1.0, 10.0, np.inf)


def ag25(request: Request) -> Search:
    """AG25: x ← W(p)φ(x) and p ← softmax(f/T), one after the other, never raise L; together they can."""

    def check(states: States, tally: Tally) -> None:
        instance, x, p = states.instance, states.x, states.p
        tally.trials += len(x)
        neurons = States(instance, model.recurrent_input(instance, x, p), p)
        _falls("x ← W(p)φ(x) does not raise L", states, neurons, tally)
        gains = States(instance, x, model.retrieval_gains(instance, x))
        _falls("p ← softmax(f/T) does not raise L", states, gains, tally)
        # The best gains of all: nothing drawn may lie below.
        other = States(instance, x, np.roll(p, 1, axis=0))
        _falls("softmax(f/T) minimises L over the gains", other, gains, tally)

    def to_rest(states: States, tally: Tally) -> None:
        """Cluster points of the alternation are equilibria of the field."""
        instance, x, p = states.instance, states.x[:6], states.p[:6]
        for _ in range(500):
            p = model.retrieval_gains(instance, x)
            before, x = x, model.recurrent_input(instance, x, p)
        left = np.abs(x - before).max(axis=1, keepdims=True)
        settled = left[:, 0] < 1e-10
        if not settled.any():
            return
        tally.trials += int(settled.sum())
        end, left = States(instance, x[settled], p[settled]), left[settled]
        sizes, n, k = Sizes(end), instance.n_neurons, instance.n_patterns
        tally.equal(
            "the alternation ends where x = W(p)φ(x)",
            end.x,
            written_out_input(instance, end.x, end.p),
            scale=np.abs(end.x) + sizes.input + (1.0 + 2.0 * k * instance.sigma) * left / UNIT,
            roundings=end.roundings,
            where=end.where,
        )
        expected = soft.softmax(written_out_scores(instance, end.x) / instance.temperature)
        moved = 2.0 * n * instance.sigma * left / UNIT
        tally.equal(
            "the alternation ends where p = softmax(f/T)",
            end.p,
            expected,
            scale=1.0 + 4.0 * (sizes.score + moved) / instance.temperature,
            roundings=end.roundings,
            where=end.where,
        )

    def together(seed: int, tally: Tally) -> None:
        """The simultaneous update must be caught raising L: a claim of the statement as well."""
        raised = _largest_rise(seed, np.inf, tally)
        tally.at_most(
            "the simultaneous update raises L somewhere",
            1e-6,
            raised,
            scale=1.0,
            roundings=0,
            where=said("over drawn states"),
            tight=False,
        )

    settled = (states for states in drawn(request, 2) if states.instance.patterns.size <= 2000)
    return combine(
        attack(check, drawn(request), corners(request), seed=request.seed, examples=examples_for(request)),
        attack(to_rest, settled, None, seed=request.seed, examples=0),
        attack(together, [request.seed], None, seed=request.seed, examples=0),
    )


def ag29(request: Request) -> Search:
    """AG29: the alternating exponential steps never raise L, for any h > 0; the simultaneous ones do."""

    def check(states: States, tally: Tally) -> None:
        states = states.inside
        instance, x = states.instance, states.x
        u = np.log(states.p)
        for h in _STEPS:
            tally.trials += len(x)
            u_next = model.exponential_gain_step(instance, x, u, h * instance.tau_p / instance.temperature)
            between = States(instance, x, soft.softmax(u_next))
            _falls(f"the gain step of {h:g} τ_p/T does not raise L", states, between, tally)
            x_next = model.exponential_neuron_step(instance, x, between.p, h * instance.tau_x)
            _falls(
                f"the neuron step of {h:g} τ_x does not raise L", between, States(instance, x_next, between.p), tally
            )

    def consistent(states: States, tally: Tally) -> None:
        """To first order in h both steps are the flow."""
        states = states.inside
        instance, x, u, h = states.instance, states.x, np.log(states.p), 1e-7
        tally.trials += len(x)
        x_rate, u_rate = model.lifted_velocity(instance, x, u)
        p = soft.softmax(u)
        sizes = Sizes(states)
        h_x, h_u = h * instance.tau_x, h * instance.tau_p / instance.temperature
        x_step = (model.exponential_neuron_step(instance, x, p, h_x) - x) / h_x
        u_step = (model.exponential_gain_step(instance, x, u, h_u) - u) / h_u
        # e^{-h} = 1 - h + h²/2: the step differs from the flow by h/2, and by the rounding of a difference over h.
        allowed = h / UNIT + states.roundings / h
        tally.equal(
            "neuron step = flow + O(h)",
            x_step,
            x_rate,
            scale=(np.abs(x) + sizes.input) / instance.tau_x,
            roundings=allowed,
            where=states.where,
        )
        tally.equal(
            "gain step = flow + O(h)",
            u_step,
            u_rate,
            scale=(sizes.score + instance.temperature * np.abs(u)) / instance.tau_p,
            roundings=allowed,
            where=states.where,
        )

    def together(seed: int, tally: Tally) -> None:
        raised = max(_largest_rise(seed, h, tally) for h in (1.0, 3.0))
        tally.at_most(
            "the simultaneous steps raise L somewhere",
            1e-6,
            raised,
            scale=1.0,
            roundings=0,
            where=said("over drawn states"),
            tight=False,
        )

    return combine(
        attack(check, drawn(request, 6), corners(request), seed=request.seed, examples=examples_for(request)),
        attack(consistent, drawn(request, 3), None, seed=request.seed, examples=0),
        attack(together, [request.seed], None, seed=request.seed, examples=0),
    )


def _falls(claim: str, before: States, after: States, tally: Tally) -> None:
    instance = before.instance
    rise = model.energy(instance, after.x, after.p) - model.energy(instance, before.x, before.p)
    # L is flat to first order at a minimiser over p; what p is off by in relative terms is its exponent's rounding.
    exponent = instance.n_patterns * (Sizes(after).score[:, 0] + instance.temperature * np.log(instance.n_patterns))
    tally.at_most(
        claim,
        rise,
        0.0,
        scale=Sizes(before).energy + Sizes(after).energy + exponent,
        roundings=before.roundings,
        where=before.where,
        tight=False,
    )


def _largest_rise(seed: int, h: float, tally: Tally) -> float:
    """The largest relative rise of L under simultaneous steps of h leak times, over small drawn instances."""
    rng = np.random.default_rng([seed, 25])
    largest = 0.0
    for n, k in ((2, 2), (3, 2), (4, 3), (6, 4)):
        for temperature in (0.02, 0.1, 0.5):
            instance = draw_astrocyte(rng, n, k, sigma=3.0, temperature=temperature)
            x, p = draw_x(rng, instance, 300), States(instance, np.zeros((300, n)), draw_p(rng, k, 300)).inside.p
            tally.trials += 300
            u = model.exponential_gain_step(instance, x, np.log(p), h / temperature)
            states = States(instance, model.exponential_neuron_step(instance, x, p, h), soft.softmax(u))
            rise = model.energy(instance, states.x, states.p) - model.energy(instance, x, p)
            largest = max(largest, float((rise / (Sizes(states).energy + 1.0)).max()))
    return largest
