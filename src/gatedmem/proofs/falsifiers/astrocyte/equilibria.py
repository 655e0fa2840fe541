"""Attempts to break the statements on equilibria."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gatedmem.numerics import astrocyte as model
from gatedmem.numerics import softmax as soft
from gatedmem.numerics.instances import Array, AstrocyteInstance
from gatedmem.numerics.integrate import astrocyte_solution
from gatedmem.numerics.softmax import Values
from gatedmem.proofs.evidence import Request, Search
from gatedmem.proofs.falsifiers.astrocyte.cases import (
    Sizes,
    Start,
    States,
    corners,
    drawn,
    examples_for,
    starts,
    written_out_input,
    written_out_scores,
)
from gatedmem.proofs.falsifiers.search import STEP, UNIT, Tally, attack, combine


def ag11(request: Request) -> Search:
    """AG11: at rest on the face of S ⇔ x = W(p)φ(x) and p ∝ e^{f/T} on S, in both directions."""
    rng = np.random.default_rng(request.seed)

    def field(states: States, tally: Tally) -> None:
        """Anywhere: T log p - f + τ_pṗ/p is constant on the support, and x + τ_xẋ = W(p)φ(x)."""
        instance, x, p = states.instance, states.x, states.p
        tally.trials += len(x)
        sizes = Sizes(states)
        support = p > 0.0
        safe = np.where(support, p, 1.0)
        f = written_out_scores(instance, x)
        pull = instance.tau_p * model.gain_velocity(instance, x, p) / safe
        level = np.where(support, instance.temperature * np.log(safe) - f + pull, 0.0)
        first = np.take_along_axis(level, support.argmax(axis=1)[:, None], axis=1)
        tally.equal(
            "T log p - f + τ_pṗ/p is constant on the support",
            level,
            np.where(support, first, 0.0),
            scale=2.0 * (sizes.fitness.max(axis=1, keepdims=True) + sizes.mean_fitness),
            roundings=states.roundings,
            where=states.where,
        )
        tally.equal(
            "x + τ_xẋ = W(p)φ(x)",
            x + instance.tau_x * model.neuron_velocity(instance, x, p),
            written_out_input(instance, x, p),
            scale=np.abs(x) + sizes.input,
            roundings=states.roundings,
            where=states.where,
        )

    skipped = 0

    def at_rest(start: Start, tally: Tally) -> None:
        """Rest points found with the field alone (flow, then Newton's method) against the softmax."""
        nonlocal skipped
        instance, support = start.instance, start.p0[0] > 0.0
        flow = astrocyte_solution(instance, start.x0, start.p0, np.array([0.0, start.horizon]), tolerance=1e-8)
        for index in range(len(start.x0)):
            near = [(flow.x[-1, index], flow.p[-1, index]), (start.x0[index], start.p0[index])]
            for x, p in near if instance.patterns.size <= 3000 else near[:1]:
                rest = newton_rest(instance, x, p, support)
                if rest is None:
                    skipped += 1
                    continue
                tally.trials += 1
                x_rest, p_rest, left = rest
                state = States(instance, x_rest[None], p_rest[None])
                sizes = Sizes(state)
                # What Newton's method left over counts beside the roundings.
                scale = np.abs(x_rest) + sizes.input + left / UNIT
                tally.equal(
                    "at rest x = W(p)φ(x)",
                    x_rest[None],
                    written_out_input(instance, state.x, state.p),
                    scale=scale,
                    roundings=state.roundings,
                    where=state.where,
                )
                f = written_out_scores(instance, state.x)[:, support]
                expected = soft.log_softmax(f / instance.temperature)
                scale = 2.0 * (sizes.fitness.max() + sizes.mean_fitness + left / UNIT) / instance.temperature
                tally.equal(
                    "at rest log p = log softmax(f/T) on S",
                    np.log(state.p[:, support]),
                    expected,
                    scale=scale + np.log(len(f[0])) + 1.0,
                    roundings=state.roundings,
                    where=state.where,
                )

    def fixed_points(start: Start, tally: Tally) -> None:
        """Fixed points of the two written-out equations, found by alternating them, are at rest in the field."""
        instance, support = start.instance, start.p0[0] > 0.0
        x = start.x0.copy()
        p = np.zeros_like(start.p0)
        for _ in range(400):
            f = written_out_scores(instance, x)[:, support]
            p[:, support] = soft.softmax(f / instance.temperature)
            before, x = x, written_out_input(instance, x, p)
        left = np.abs(x - before).max(axis=1, keepdims=True)
        settled = left[:, 0] < 1e-9
        states = States(instance, x[settled], p[settled])
        if not settled.any():
            return
        tally.trials += int(settled.sum())
        sizes = Sizes(states)
        n, k, left = instance.n_neurons, instance.n_patterns, left[settled]
        # x is a change of size `left` away from the x that gave p; f moves by at most |φ|σ√… ≤ σ·N·left.
        tally.equal(
            "ẋ = 0 at a fixed point",
            instance.tau_x * model.neuron_velocity(instance, states.x, states.p),
            0.0,
            scale=np.abs(states.x) + sizes.input + (1.0 + 2.0 * k * instance.sigma) * left / UNIT,
            roundings=states.roundings,
            where=states.where,
        )
        tally.equal(
            "ṗ = 0 at a fixed point",
            instance.tau_p * model.gain_velocity(instance, states.x, states.p),
            0.0,
            scale=states.p * (sizes.fitness + sizes.mean_fitness + 2.0 * n * instance.sigma * left / UNIT),
            roundings=states.roundings,
            where=states.where,
        )

    tally = Tally()
    begins = list(starts(request, 6, faces=True, batch=3))
    rest = attack(at_rest, begins, None, seed=request.seed, examples=0, tally=tally)
    if skipped:
        rest = combine(
            rest,
            attack(
                at_rest, (), None, seed=0, examples=0, notes=[f"Newton's method did not settle from {skipped} starts"]
            ),
        )
    more = starts(request, 10, faces=True, batch=20, rng=rng)
    return combine(
        attack(field, drawn(request), corners(request), seed=request.seed, examples=examples_for(request)),
        rest,
        attack(fixed_points, more, None, seed=request.seed, examples=0),
    )


def newton_rest(
    instance: AstrocyteInstance, x: Array, p: Array, support: npt.NDArray[np.bool_]
) -> tuple[Array, Array, float] | None:
    """Solve ẋ = 0, ṗ/p = 0 on the support by Newton's method in (x, log p); None where it does not settle.

    Returns x, p (normalised) and the largest of |τ_xẋ| and |τ_pṗ/p| there.
    """
    n, active = instance.n_neurons, int(support.sum())

    def residual(state: Values) -> Values:
        gains = np.zeros((*state.shape[:-1], len(support)), dtype=state.dtype)
        gains[..., support] = np.exp(state[..., n:])
        per_capita = model.gain_velocity(instance, state[..., :n], gains)[..., support] / gains[..., support]
        return np.concatenate(
            [
                instance.tau_x * model.neuron_velocity(instance, state[..., :n], gains),
                instance.tau_p * per_capita,
            ],
            axis=-1,
        )

    state = np.concatenate([x, np.log(np.maximum(p[support], 1e-200))])
    for _ in range(40 if len(state) <= 150 else 15):
        value = residual(state)
        jacobian = residual(state + 1j * STEP * np.eye(n + active)).imag.T / STEP
        try:
            step = np.linalg.solve(jacobian, -value)
        except np.linalg.LinAlgError:
            return None
        state = state + step * min(1.0, 5.0 / float(np.abs(step).max() + 1e-300))
        if not np.isfinite(state).all() or state[n:].min() < -600.0 or state[n:].max() > 50.0:
            return None
        if np.abs(step).max() < 1e-11 * (1.0 + np.abs(state).max()):
            break
    gains = np.zeros(len(support))
    gains[support] = soft.softmax(state[n:])
    final = np.concatenate([state[:n], np.log(gains[support])])
    left = float(np.abs(residual(final)).max())
    rounding = instance.n_patterns + instance.n_neurons + instance.temperature * float(np.abs(state[n:]).max())
    return (state[:n], gains, left) if left < 1e-10 * (1.0 + rounding) else None
