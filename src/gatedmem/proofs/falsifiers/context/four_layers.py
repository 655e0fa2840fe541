"""Attempts to break the statements on the four-layer system: its currents (CG1) and the fall of its energy (CG2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from gatedmem.numerics import four_layers as model
from gatedmem.numerics import softmax as soft
from gatedmem.numerics.four_layers import FourLayers
from gatedmem.numerics.instances import Array, ContextInstance
from gatedmem.numerics.integrate import solve
from gatedmem.numerics.softmax import Values
from gatedmem.proofs.evidence import Request, Search
from gatedmem.proofs.falsifiers.context.cases import Points, corners, drawn, examples_for
from gatedmem.proofs.falsifiers.search import CALL, STEP, UNIT, Tally, attack, combine, row

_INTEGRATION = 1e-8


@dataclass(frozen=True)
class States:
    """A four-layer system with a batch of states, shape (B, d_c + 2N + d)."""

    system: FourLayers
    state: Array

    def where(self, at: tuple[int, ...]) -> str:
        """Describe the state at an index of the batch."""
        system = self.system
        tables = f"ζ={_table(system.memories)} W₁={_table(system.projection)}"
        parts = " ".join(
            f"{name}={row(part, 4)}" for name, part in zip("csrq", system.split(self.state[at[0]]), strict=True)
        )
        return f"{tables} α={system.alpha:.6g} β={system.beta:.6g} λ={system.gain:.6g} τ={system.taus} {parts}"


# All layers at rest: the energy stands still there, to the last bit.
_AT_REST = States(FourLayers(np.array([[1.0], [-1.0]]), np.array([[1.0], [-1.0]]), 0.5, 1.0, 0.0), np.zeros((1, 6)))


class Sizes:
    """The sums of absolute values behind the currents, layer by layer: what rounding errors are measured in."""

    def __init__(self, states: States) -> None:
        system = states.system
        c, s, r, q = system.split(np.abs(states.state))
        self.p = soft.softmax(system.split(states.state)[2], system.beta)
        memories, projection = np.abs(system.memories), np.abs(system.projection)
        retrieval = system.gain * s + q @ memories.T + r
        self.currents = np.concatenate(
            [
                s @ projection + c,
                c @ projection.T + 2.0 * system.alpha * (s @ memories) @ memories.T + system.gain * self.p + s,
                retrieval,
                self.p @ memories + q,
            ],
            axis=-1,
        )
        # Through the softmax: exponents are good to β|r| roundings, and p - p is left of the Legendre term.
        mean = (self.p * retrieval).sum(axis=-1, keepdims=True)
        reach = 1.0 + 2.0 * system.beta * r.max(axis=-1, keepdims=True)
        self.gradient = self.currents.copy()
        self.gradient[..., _retrieval(system)] = reach * self.p * (system.beta * (retrieval + mean) + 1.0) + 1e-240
        self.roundings = 2.0 * sum(system.sizes) + 4.0 * CALL + 20.0


def cg1(request: Request) -> Search:
    """CG1: τẋ = -∂E/∂x̂ layer by layer, from the energies written out and differentiated by the complex step."""

    def check(points: Points, tally: Tally) -> None:
        for states in _systems(points):
            system, state, sizes = states.system, states.state, Sizes(states)
            tally.trials += len(state)
            current, at_retrieval = model.currents(system, state), _retrieval(system)
            tally.equal(
                "E is the sum of the Legendre terms and E_h1, …, E_h4",
                model.energy(system, state),
                _written_energy(system, state),
                scale=(np.abs(state) * sizes.currents).sum(axis=-1)
                + (1.0 + np.log(system.sizes[1])) / system.beta
                + np.abs(state).max(axis=-1),
                roundings=2.0 * sizes.roundings,
                where=states.where,
            )
            # In the activations, where the derivative of a layer's own Legendre term is x itself.
            activation = state.copy()
            activation[:, at_retrieval] = sizes.p
            nudged = activation[:, None, :] + 1j * STEP * np.eye(state.shape[1])
            pull = -model.interaction_energy(system, *system.split(nudged)).imag / STEP
            tally.equal(
                "τ_ℓ dx_ℓ/dt = -∂E_h/∂x̂_ℓ - x_ℓ",
                current,
                pull - state,
                scale=sizes.currents,
                roundings=sizes.roundings,
                where=states.where,
            )
            # In the states, where the chain rule puts the Hessian of the Lagrangian in between.
            slope = model.energy(system, state[:, None, :] + 1j * STEP * np.eye(state.shape[1])).imag / STEP
            tally.equal(
                "∂E/∂x_ℓ = -∇²L_ℓ τ_ℓ dx_ℓ/dt",
                slope,
                -_through_hessian(system, sizes.p, current),
                scale=sizes.gradient,
                roundings=sizes.roundings,
                where=states.where,
            )

    return _search(request, check)


def cg2(request: Request) -> Search:
    """CG2: dE/dt = -Σ τ ẋᵀ∇²Lẋ ≤ 0, at every state, and as a balance along solutions."""

    def check(points: Points, tally: Tally) -> None:
        for states in (*_systems(points), _AT_REST):
            system, state, sizes = states.system, states.state, Sizes(states)
            tally.trials += len(state)
            flow = model.velocity(system, state)
            speed = sizes.currents / np.repeat(system.taus, system.sizes)
            tau_c, tau_s, tau_r, tau_q = system.taus
            c, s, r, q = system.split(flow)
            claimed = tau_c * (c * c).sum(axis=-1) + tau_s * (s * s).sum(axis=-1) + tau_q * (q * q).sum(axis=-1)
            claimed += tau_r * system.beta * np.einsum("bi,bij,bj->b", r, soft.covariance(sizes.p), r)
            scale = (sizes.gradient * speed).sum(axis=-1)
            tally.equal(
                "dE/dt = -Σ τ_ℓ ẋ_ℓᵀ∇²L_ℓẋ_ℓ",
                model.energy(system, state + 1j * STEP * flow).imag / STEP,
                -claimed,
                scale=scale,
                roundings=4.0 * sizes.roundings,
                where=states.where,
            )
            tally.equal(
                "numerics' dissipation",
                model.dissipation(system, state),
                claimed,
                scale=scale,
                roundings=4.0 * sizes.roundings,
                where=states.where,
            )
            tally.at_most(
                "dE/dt ≤ 0", -claimed, 0.0, scale=scale, roundings=sizes.roundings, where=states.where, tight=False
            )

    def balance(points: Points, tally: Tally) -> None:
        """What the energy has lost at a later time is the dissipation integrated along the solution."""
        for states in _systems(points):
            system, start = states.system, states.state[:2]
            norm = 1.0 + float(np.linalg.norm(system.projection, 2) + np.linalg.norm(system.memories, 2) ** 2)
            times = np.array([0.0, 0.1, 1.0, 3.0]) * min(system.taus) / norm

            def flow(y: Values, system: FourLayers = system) -> Values:
                x = y[..., :-1]
                return np.concatenate([model.velocity(system, x), model.dissipation(system, x)[..., None]], axis=-1)

            tally.trials += len(start)
            path = solve(flow, np.concatenate([start, np.zeros((len(start), 1))], axis=-1), times, tolerance=1e-11)
            value, work = model.energy(system, path[..., :-1]), path[..., -1]
            sizes = [Sizes(States(system, y[..., :-1])) for y in path]
            size = max(
                float((np.abs(y[..., :-1]) * z.currents).sum(axis=-1).max()) for y, z in zip(path, sizes, strict=True)
            )

            def where(at: tuple[int, ...], states: States = states, times: Values = times) -> str:
                return f"t={times[at[0] + 1]:g} {states.where(at[1:])}"

            tally.equal(
                "E(0) - E(t) = ∫ Σ τ_ℓ ẋ_ℓᵀ∇²L_ℓẋ_ℓ",
                value[:1] - value[1:],
                work[1:],
                scale=size + work[1:],
                roundings=_INTEGRATION / UNIT,
                where=where,
            )
            tally.at_most(
                "E(t) does not rise",
                value[1:],
                value[:-1],
                scale=size,
                roundings=_INTEGRATION / UNIT,
                where=where,
                tight=False,
            )

    small = [points for points in drawn(request, contractive=False) if points.instance.n_memories <= 12]
    chosen = small[::5] if request.context is None else small[:1]
    return combine(_search(request, check), attack(balance, chosen, None, seed=0, examples=0))


def _search(request: Request, check: Any) -> Search:
    cases = (points for points in drawn(request, contractive=False) if points.instance.memories.size <= 1500)
    large = request.context is not None and request.context.memories.size > 1500
    return attack(
        check,
        [next(drawn(request, contractive=False))] if large else cases,
        None if large else corners(request, contractive=False),
        seed=request.seed,
        examples=examples_for(request) // 2,
    )


def _systems(points: Points) -> Iterator[States]:
    """The paper's own setting W₁ = Zᵀ, and a context of another width; time constants of their own."""
    instance = points.instance
    seed = abs(int(1e6 * instance.beta + 1e6 * instance.alpha)) + instance.n_memories
    rng = np.random.default_rng(seed)
    for projection in (instance.memories, rng.standard_normal((instance.n_memories, 3)).round(2)):
        tau_c, tau_s, tau_r, tau_q = (float(tau) for tau in rng.choice([0.25, 1.0, 4.0], 4))
        system = _system(instance, projection, (tau_c, tau_s, tau_r, tau_q))
        s, r = points.s[:3], points.r[:3]
        size = np.abs(s).max(axis=1, keepdims=True)
        c = size * rng.standard_normal((len(s), projection.shape[1])).round(2)
        q = size * rng.standard_normal((len(s), instance.memories.shape[1])).round(2)
        yield States(system, np.concatenate([c, s, r, q], axis=-1))


def _system(instance: ContextInstance, projection: Array, taus: tuple[float, float, float, float]) -> FourLayers:
    return FourLayers(instance.memories, projection, instance.alpha, instance.beta, instance.gain, taus)


def _written_energy(system: FourLayers, state: Values) -> Values:
    """The total energy term by term, from the definitions."""
    c, s, r, q = system.split(state)
    n = system.sizes[1]
    gram = np.array(
        [[system.memories[i] @ system.memories[j] if i != j else 0.0 for j in range(n)] for i in range(n)]
    )
    top = r.max(axis=-1, keepdims=True)
    log_sum = top[..., 0] + np.log(np.exp(system.beta * (r - top)).sum(axis=-1)) / system.beta
    p = np.exp(system.beta * (r - log_sum[..., None]))
    legendre = 0.5 * sum(np.einsum("bi,bi->b", x, x) for x in (c, s, q)) + np.einsum("bi,bi->b", r, p) - log_sum
    context = -np.einsum("bi,ij,bj->b", s, system.projection, c)
    competition = 0.5 * system.alpha * np.einsum("bi,ij,bj->b", s, gram, s)
    coupling = -system.gain * np.einsum("bi,bi->b", s, p)
    recall = -np.einsum("bk,ik,bi->b", q, system.memories, p)
    return np.asarray(legendre + context + competition + coupling + recall)


def _through_hessian(system: FourLayers, p: Values, current: Values) -> Values:
    result, at = current.copy(), _retrieval(system)
    pull = current[..., at]
    result[..., at] = system.beta * p * (pull - (p * pull).sum(axis=-1, keepdims=True))
    return result


def _retrieval(system: FourLayers) -> slice:
    begin = system.sizes[0] + system.sizes[1]
    return slice(begin, begin + system.sizes[2])


def _table(values: Values) -> str:
    return "|".join(row(line, 3) for line in values[:3]) + ("|…" if len(values) > 3 else "")
