"""Attempts to break the statements on exact retrieval (AG24, AG31), on routing (AG13), symmetry and overlaps."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gatedmem.numerics import astrocyte as model
from gatedmem.numerics import softmax as soft
from gatedmem.numerics.instances import AstrocyteInstance, digit_patterns, draw_astrocyte
from gatedmem.numerics.softmax import Values
from gatedmem.proofs.evidence import Request, Search
from gatedmem.proofs.falsifiers.astrocyte.cases import (
    Sizes,
    States,
    corners,
    describe,
    draw_x,
    drawn,
    examples_for,
    few,
    written_out_scores,
)
from gatedmem.proofs.falsifiers.search import STEP, UNIT, Tally, attack, climb, combine, outcome, row

GAP = 1.0
"""AG24, AG31: the gap of scores that suffices, in units of T log(K-1)."""


def ag13(request: Request) -> Search:
    """AG13: at an equilibrium x* = Σ_μ p*_μ E_μ with the experts E_μ = (K/N)ξ_μ⟨ξ_μ,φ(x*)⟩, routed by the softmax."""

    def check(states: States, tally: Tally) -> None:
        found = _equilibria(states)
        if found is None:
            return
        rest, left = found
        instance = rest.instance
        tally.trials += len(rest.x)
        sizes, xi = Sizes(rest), instance.patterns
        overlap = (xi[None] * np.tanh(instance.sigma * rest.x)[:, None, :]).sum(axis=2)
        experts = (instance.n_patterns / instance.n_neurons) * overlap[:, :, None] * xi[None]
        route = soft.softmax(written_out_scores(instance, rest.x) / instance.temperature)
        blur = (1.0 + sizes.score / instance.temperature) * sizes.input
        tally.equal(
            "x* = Σ_μ softmax(f/T)_μ E_μ",
            rest.x,
            (route[:, :, None] * experts).sum(axis=1),
            scale=np.abs(rest.x) + 4.0 * blur + _stiffness(instance) * left / UNIT,
            roundings=rest.roundings,
            where=rest.where,
        )

    return attack(
        check, _small(request, 12), corners(request), seed=request.seed, examples=examples_for(request) // 3
    )


def ag19(request: Request) -> Search:
    """AG19: L is invariant and the flow equivariant under x → -x, flips of a neuron, permutations of patterns."""
    rng = np.random.default_rng([request.seed, 19])

    def check(states: States, tally: Tally) -> None:
        instance, x, p = states.instance, states.x, states.p
        tally.trials += 3 * len(x)
        n, k = instance.n_neurons, instance.n_patterns
        sizes = Sizes(states)
        flips = np.where(rng.random(n) < 0.5, -1.0, 1.0)
        order = rng.permutation(k)
        cases = (
            ("x → -x", instance, -np.ones(n), np.arange(k)),
            ("flips of neurons", _like(instance, instance.patterns * flips), flips, np.arange(k)),
            ("permutation of patterns", _like(instance, instance.patterns[order]), np.ones(n), order),
        )
        for name, image, signs, order in cases:
            y, q = signs * x, p[:, order]
            tally.equal(
                f"L is invariant under {name}",
                model.energy(image, y, q),
                model.energy(instance, x, p),
                scale=sizes.energy,
                roundings=states.roundings,
                where=states.where,
            )
            tally.equal(
                f"ẋ is equivariant under {name}",
                model.neuron_velocity(image, y, q),
                signs * model.neuron_velocity(instance, x, p),
                scale=(np.abs(x) + sizes.input) / instance.tau_x,
                roundings=states.roundings,
                where=states.where,
            )
            tally.equal(
                f"ṗ is equivariant under {name}",
                model.gain_velocity(image, y, q),
                model.gain_velocity(instance, x, p)[:, order],
                scale=(p * (sizes.fitness + sizes.mean_fitness))[:, order] / instance.tau_p,
                roundings=states.roundings,
                where=states.where,
            )

    return attack(check, drawn(request), corners(request), seed=request.seed, examples=examples_for(request))


def ag20(request: Request) -> Search:
    """AG20: τ_xṁ_μ = -Σξφ'x + (K/N)Σ_ν p_νm_νΣ_i ξ_μ^iφ'ξ_ν^i and ḟ_μ = (m_μ/N)ṁ_μ, by the complex step."""

    def check(states: States, tally: Tally) -> None:
        states = few(states)
        instance, x = states.instance, states.x
        n, k, xi = instance.n_neurons, instance.n_patterns, instance.patterns
        tally.trials += 2 * len(x)
        sizes = Sizes(states)
        slope = instance.sigma / np.cosh(np.minimum(instance.sigma * np.abs(x), 300.0)) ** 2
        m = (xi[None] * np.tanh(instance.sigma * x)[:, None, :]).sum(axis=2)
        for p in (states.p, np.full_like(states.p, 1.0 / k)):
            moved = x + 1j * STEP * model.neuron_velocity(instance, x, p)
            m_rate = model.overlaps(instance, moved).imag / STEP
            mixing = np.einsum("mi,bi,ni->bmn", xi, slope, xi, optimize=True)
            formula = -(slope * x) @ xi.T + (k / n) * np.einsum("bmn,bn->bm", mixing, p * m)
            scale = (slope * (np.abs(x) + sizes.input)).sum(axis=1, keepdims=True)
            tally.equal(
                "τ_xṁ_μ = -Σξφ'x + (K/N)Σ_ν p_νm_νΣξ_μφ'ξ_ν",
                instance.tau_x * m_rate,
                formula,
                scale=scale,
                roundings=states.roundings,
                where=states.where,
            )
            tally.equal(
                "ḟ_μ = (m_μ/N)ṁ_μ",
                model.scores(instance, moved).imag / STEP,
                m * m_rate / n,
                scale=sizes.overlap * scale / (n * instance.tau_x),
                roundings=states.roundings,
                where=states.where,
            )

    return attack(check, drawn(request), corners(request), seed=request.seed, examples=examples_for(request))


def ag24(request: Request) -> Search:
    """AG24: p_μ > ½ at an interior equilibrium forces sign(x_i) = sign(m_μ)ξ_μ^i and |x_i| ≥ (2p_μ-1)K|m_μ|/N.

    A gap above T log(K-1) forces p_μ > ½, at any state.
    """

    def check(states: States, tally: Tally) -> None:
        found = _equilibria(states)
        if found is None:
            return
        rest, left = found
        _signs(rest.instance, rest.x, rest.x, rest.p, left, tally, rest)

    def gap(states: States, tally: Tally) -> None:
        tally.trials += len(states.x)
        _majority(states, model.retrieval_gains(states.instance, states.x), tally)

    threshold = _at_threshold(request, np.random.default_rng([request.seed, 24]))
    return combine(
        attack(check, _small(request, 30), corners(request), seed=request.seed, examples=examples_for(request) // 3),
        attack(gap, drawn(request), None, seed=request.seed, examples=0),
        attack(gap, threshold, None, seed=request.seed, examples=0),
    )


def ag31(request: Request) -> Search:
    """AG31: from any x with f_μ - f_ν > T log(K-1), one step of the gains and one of the neurons retrieves μ."""
    rng = np.random.default_rng([request.seed, 31])

    def check(states: States, tally: Tally) -> None:
        instance, x = states.instance, states.x
        p = model.retrieval_gains(instance, x)
        after = model.recurrent_input(instance, x, p)
        _signs(instance, x, after, p, np.zeros((len(x), 1)), tally, states)
        _majority(states, p, tally)

    closest: list[float] = []

    def worst(states: States, tally: Tally) -> None:
        """Climb towards a wrong sign at a fixed instance with its T at the threshold of every x."""
        instance, k = states.instance, states.instance.n_patterns

        def badness(z: Values) -> Values:
            return -_clearance(instance, z)

        x, reached = climb(badness, states.x[:12], rng, rounds=120)
        tally.trials += 120 * len(reached)
        closest.append(float(-reached.max()))
        tally.at_most(
            "sign(x_i) = sign(m_μ)ξ_μ^i just above the gap",
            reached,
            0.0,
            scale=1.0,
            roundings=200.0 * k,
            where=lambda at: f"{describe(instance)} x={row(x[at[0]])} and T = gap/log(K-1)",
        )

    climbs = (states for states in drawn(request, 4) if 2 < states.instance.n_patterns <= 30)
    hardest = attack(worst, climbs, None, seed=request.seed, examples=0)
    return combine(
        attack(check, drawn(request), corners(request), seed=request.seed, examples=examples_for(request)),
        attack(check, _at_threshold(request, rng), None, seed=request.seed, examples=0),
        hardest,
        outcome(
            Tally(),
            notes=[f"at the threshold the least x_i climbed to was {min(closest):.2g} of |m_μ|K/N"]
            if closest
            else [],
        ),
    )


def _majority(states: States, p: Values, tally: Tally) -> None:
    """Where the best score leads by more than T log(K-1), the softmax gives it more than one half."""
    instance, k = states.instance, states.instance.n_patterns
    if k <= 2:
        return
    f = written_out_scores(instance, states.x)
    ordered = np.sort(f, axis=1)
    wide = ordered[:, -1] - ordered[:, -2] > instance.temperature * GAP * np.log(k - 1.0) * (1.0 + 1e-9) + 1e-12
    tally.at_most(
        "a gap above T log(K-1) gives p_μ > ½",
        np.where(wide, 0.5, 0.0),
        p.max(axis=1),
        scale=1.0,
        roundings=states.roundings * (1.0 + f.max() / instance.temperature),
        where=states.where,
        tight=False,
    )


def _at_threshold(request: Request, rng: np.random.Generator) -> Iterator[States]:
    """States whose gap is just above T log(K-1), for the temperature that makes it so."""
    for index in range(60 if request.astrocyte is None else 0):
        n, k = ((3, 3), (5, 4), (8, 3), (12, 6), (20, 10))[index % 5]
        base = draw_astrocyte(rng, n, k, sigma=float(rng.uniform(0.5, 4.0)))
        x = draw_x(rng, base, 1)
        ordered = np.sort(written_out_scores(base, x)[0])
        gap = float(ordered[-1] - ordered[-2])
        if gap > 1e-6:
            temperature = gap / (GAP * np.log(k - 1.0)) * (1.0 - 1e-6)
            yield States(_like(base, base.patterns, temperature), x, np.full((1, k), 1.0 / k))


def _clearance(instance: AstrocyteInstance, x: Values) -> Values:
    """min_i sign(m_μ)ξ_μ^i x_i' / (|m_μ|K/N) after one step with the gap exactly at its threshold; shape (B,)."""
    f = model.scores(instance, x)
    best = f.argmax(axis=1)
    ordered = np.sort(f, axis=1)
    gap = np.maximum(ordered[:, -1] - ordered[:, -2], 1e-12)[:, None]
    p = soft.softmax(f, GAP * np.log(instance.n_patterns - 1.0) / gap * (1.0 + 1e-9))
    m = np.take_along_axis(model.overlaps(instance, x), best[:, None], axis=1)
    after = model.recurrent_input(instance, x, p) * np.sign(m) * instance.patterns[best]
    scale = np.abs(m) * instance.n_patterns / instance.n_neurons
    # A gap of rounding size says nothing.
    return np.where(gap[:, 0] > 1e-9, (after / np.maximum(scale, 1e-300)).min(axis=1), 1.0)


def _signs(
    instance: AstrocyteInstance, x: Values, after: Values, p: Values, left: Values, tally: Tally, states: States
) -> None:
    """Where p_μ > ½, compare ``after`` = W(p)φ(x) with the sign and the size that the statements promise."""
    n, k = instance.n_neurons, instance.n_patterns
    m = (instance.patterns[None] * np.tanh(instance.sigma * x)[:, None, :]).sum(axis=2)
    best = p.argmax(axis=1)[:, None]
    weight, overlap = (np.take_along_axis(values, best, axis=1) for values in (p, m))
    held = np.flatnonzero((weight[:, 0] > 0.5) & (np.abs(overlap[:, 0]) > 1e-9))
    tally.trials += len(x)  # states where no gain exceeds one half meet no hypothesis and are only counted
    if not held.size:
        return
    aligned = after * np.sign(overlap) * instance.patterns[best[:, 0]]
    bound = (2.0 * weight - 1.0) * k * np.abs(overlap) / n
    sizes = Sizes(States(instance, x, p))
    scale = sizes.input * (1.0 + sizes.score / instance.temperature) + _stiffness(instance) * left / UNIT
    tally.at_most(
        "sign(m_μ)ξ_μ^i x_i ≥ (2p_μ-1)K|m_μ|/N",
        np.broadcast_to(bound, aligned.shape)[held],
        aligned[held],
        scale=scale[held],
        roundings=states.roundings,
        where=lambda at: states.where((int(held[at[0]]),)),
        tight=k > 1,
    )


def _equilibria(states: States) -> tuple[States, Values] | None:
    """Equilibria reached by alternating the written-out equations, and the last change of each."""
    instance, x = states.instance, states.x
    for _ in range(300):
        p = model.retrieval_gains(instance, x)
        before, x = x, model.recurrent_input(instance, x, p)
    left = np.abs(x - before).max(axis=1, keepdims=True)
    settled = left[:, 0] < 1e-11 * (1.0 + np.abs(x).max())
    if not settled.any():
        return None
    return States(instance, x[settled], model.retrieval_gains(instance, x[settled])), left[settled]


def _stiffness(instance: AstrocyteInstance) -> float:
    """How far W(softmax(f/T))φ moves, at most, when x moves by one in every entry."""
    n, k, sigma = instance.n_neurons, instance.n_patterns, instance.sigma
    return 1.0 + k * sigma * (1.0 + n / instance.temperature)


def _small(request: Request, repeats: int) -> Iterator[States]:
    """States of instances of moderate scales that settle quickly on stored patterns."""
    if request.astrocyte is not None:
        yield from drawn(request, 2)
        return
    rng = np.random.default_rng([request.seed, 13])
    for index in range(repeats):
        n, k = ((2, 2), (5, 3), (10, 4), (16, 8), (30, 10), (8, 20))[index % 6]
        instance = draw_astrocyte(
            rng, n, k, sigma=float(rng.uniform(0.5, 5.0)), temperature=float(n * 10.0 ** rng.uniform(-2.0, -0.3))
        )
        yield States(instance, draw_x(rng, instance, 20), np.full((20, k), 1.0 / k))
    digits = digit_patterns(2)
    if digits is not None:
        instance = AstrocyteInstance(digits, 2.0, 0.5, name="20 handwritten digits N=64")
        yield States(instance, draw_x(rng, instance, 20), np.full((20, 20), 0.05))


def _like(instance: AstrocyteInstance, patterns: Values, temperature: float | None = None) -> AstrocyteInstance:
    return AstrocyteInstance(
        patterns,
        instance.sigma,
        instance.temperature if temperature is None else temperature,
        instance.tau_x,
        instance.tau_p,
        instance.name,
    )
