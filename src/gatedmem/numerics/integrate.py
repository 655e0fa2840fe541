"""Reference solutions of the two flows: tight-tolerance DOP853, or LSODA where the problem is stiff.

Slow and accurate by design: these trajectories are what statements are tested on. A whole batch of states is
advanced with one common step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.integrate import DOP853, LSODA

from gatedmem.numerics import astrocyte, context
from gatedmem.numerics import softmax as soft
from gatedmem.numerics.instances import Array, AstrocyteInstance, ContextInstance

# An explicit method needs about one step per unit of (fastest rate) × (horizon), whatever the tolerance.
STIFF_STEPS = 3000.0


def solve(
    velocity: Callable[[Array], Array],
    start: Array,
    times: Array,
    *,
    tolerance: float = 1e-12,
    stiff: bool = False,
) -> Array:
    """Solve ``dy/dt = velocity(y)`` from ``start`` at ``times[0]`` and return y at every time.

    Args:
        velocity: maps states of shape (..., n) to their derivatives, each state by itself.
        start: shape (..., n).
        times: shape (M,), increasing; M ≥ 2.
        tolerance: relative and absolute local tolerance per step.
        stiff: use LSODA (which switches to implicit steps) in place of DOP853, one state after the other.

    Returns:
        shape (M, ..., n).

    Raises:
        ArithmeticError: the integrator gave up.

    >>> float(solve(lambda y: -y, np.ones(1), np.array([0.0, 1.0]))[-1, 0] * np.e)  # doctest: +ELLIPSIS
    1.00000000000...
    """
    if stiff and start.ndim > 1:
        rows = start.reshape(-1, start.shape[-1])
        paths = [solve(velocity, row, times, tolerance=tolerance, stiff=True) for row in rows]
        return np.stack(paths, axis=1).reshape(len(times), *start.shape)
    path = [np.array(start, dtype=np.float64)]
    step: float | None = None
    # Step onto every output time: the interpolant between steps is less accurate than the steps themselves.
    for begin, end in pairwise(times):
        solver = (LSODA if stiff else DOP853)(
            lambda _, y: velocity(y.reshape(start.shape)).ravel(),
            float(begin),
            path[-1].ravel(),
            float(end),
            rtol=max(tolerance, 1e-13),
            atol=tolerance,
            first_step=None if step is None else min(step, float(end - begin)),
        )
        while solver.status == "running":
            message = solver.step()
            # The last step is cut short at the output time; the one before says how far a step can go.
            step = max(step or 0.0, solver.step_size) if solver.status == "finished" else solver.step_size
        if solver.status == "failed":
            raise ArithmeticError(f"integration stopped at t = {solver.t:g}: {message}")
        path.append(solver.y.reshape(start.shape))
    return np.stack(path)


@dataclass(frozen=True)
class AstrocyteSolution:
    """A solution of the astrocyte-gated model: times (M,), x (M, ..., N), lifted gains u and p (M, ..., K)."""

    times: Array
    x: Array
    u: Array
    p: Array


def fastest_rate(instance: AstrocyteInstance) -> float:
    """Return ``max(1/τ_x, T/τ_p)``, the larger of the two leak rates of the lifted flow, which make it stiff.

    >>> fastest_rate(AstrocyteInstance(np.ones((4, 1)), temperature=3.0))
    3.0
    """
    return max(1.0 / instance.tau_x, instance.temperature / instance.tau_p)


def astrocyte_solution(
    instance: AstrocyteInstance,
    x0: Array,
    p0: Array,
    times: Array,
    *,
    tolerance: float = 1e-12,
) -> AstrocyteSolution:
    """Solve the astrocyte-gated flow in lifted coordinates from (x0, p0).

    Args:
        instance: the model.
        x0: shape (..., N).
        p0: shape (..., K), on the simplex; entries may be 0 if all states of the batch share the same
            support: the flow keeps the face, and only the gains of the support are integrated.
        times: shape (M,), increasing from the initial time.
        tolerance: local tolerance per step.

    >>> model = AstrocyteInstance(np.array([[1.0, 1.0], [1.0, -1.0]]), sigma=3.0)
    >>> path = astrocyte_solution(model, np.array([1.0, 0.8]), np.full(2, 0.5), np.linspace(0.0, 30.0, 4))
    >>> path.x.shape, path.p.shape, bool(path.p[-1, 0] > 0.5)
    ((4, 2), (4, 2), True)

    Raises:
        ValueError: the states of the batch do not share a support.
    """
    n, k = instance.n_neurons, instance.n_patterns
    positive = np.broadcast_to(p0 > 0.0, p0.shape).reshape(-1, k)
    support = positive[0]
    if not (positive == support).all():
        raise ValueError("p0: all states of a batch need the same support")

    def lift(u: Array) -> Array:
        full = np.full((*u.shape[:-1], k), -np.inf)
        full[..., support] = u
        return full

    def velocity(state: Array) -> Array:
        x, u = state[..., :n], state[..., n:]
        x_velocity = astrocyte.neuron_velocity(instance, x, soft.softmax(lift(u)))
        score = astrocyte.scores(instance, x)[..., support]
        return np.concatenate([x_velocity, (score - instance.temperature * u) / instance.tau_p], axis=-1)

    start = np.concatenate([x0, np.log(p0[..., support])], axis=-1)
    stiff = fastest_rate(instance) * float(times[-1] - times[0]) > STIFF_STEPS
    path = solve(velocity, start, times, tolerance=tolerance, stiff=stiff)
    u = lift(path[..., n:])
    return AstrocyteSolution(times, path[..., :n], u, soft.softmax(u))


@dataclass(frozen=True)
class ContextSolution:
    """A solution of the clamped context-gated flow: times (M,); s, r and p = softmax(βr) (M, ..., N)."""

    times: Array
    s: Array
    r: Array
    p: Array


def context_solution(
    instance: ContextInstance,
    s0: Array,
    r0: Array,
    times: Array,
    *,
    tau_s: float = 1.0,
    tau_r: float = 1.0,
    tolerance: float = 1e-12,
) -> ContextSolution:
    """Solve the clamped (s, r) flow from (s0, r0), each of shape (..., N).

    >>> model = ContextInstance(np.eye(2), drive=np.array([1.0, 0.0]))
    >>> path = context_solution(model, np.zeros(2), np.zeros(2), np.linspace(0.0, 120.0, 3))
    >>> bool(abs(path.p[-1] - context.retrieval_map(model, path.p[-1])).max() < 1e-9)
    True
    """
    n = instance.n_memories

    def velocity(state: Array) -> Array:
        s, r = state[..., :n], state[..., n:]
        return np.concatenate(
            [
                context.gate_velocity(instance, s, r) / tau_s,
                context.retrieval_velocity(instance, s, r) / tau_r,
            ],
            axis=-1,
        )

    top = float(np.abs(context.gate_spectrum(instance)[0]).max())
    rate = max(top / tau_s, 1.0 / tau_r) + instance.beta * instance.gain**2 / (2.0 * min(tau_s, tau_r))
    stiff = rate * float(times[-1] - times[0]) > STIFF_STEPS
    path = solve(velocity, np.concatenate([s0, r0], axis=-1), times, tolerance=tolerance, stiff=stiff)
    s, r = path[..., :n], path[..., n:]
    return ContextSolution(times, s, r, soft.softmax(r, instance.beta))
