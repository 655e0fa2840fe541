"""Attempts to break BL5: the rate of the frame's energy, and its descent where a Lagrangian has kinks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from gatedmem.numerics.instances import Array
from gatedmem.numerics.integrate import solve
from gatedmem.numerics.softmax import Values
from gatedmem.proofs.evidence import Request, Search
from gatedmem.proofs.falsifiers.baselines.frame_instances import frame_instances, instance_check
from gatedmem.proofs.falsifiers.baselines.layers import (
    HUBER_LAYER,
    IDENTITY_LAYER,
    RELU_LAYER,
    Frame,
    Layer,
    softmax_layer,
    tanh_layer,
)
from gatedmem.proofs.falsifiers.search import CALL, STEP, Tally, attack, combine, outcome, row


@dataclass(frozen=True)
class _Framed:
    frame: Frame
    y: Array

    def where(self, at: tuple[int, ...]) -> str:
        return f"{' | '.join(layer.name for layer in self.frame.layers)} y={row(self.y[at[0]])}"


def bl5(request: Request) -> Search:
    """BL5: the frame's rate by the complex step, its descent with kinks, and five memories as instances of it."""
    seed = request.seed
    return combine(
        attack(_frame_check, _frames(seed, smooth=True), None, seed=seed, examples=0),
        attack(_kink_check, _frames(seed, smooth=False), None, seed=seed, examples=0),
        attack(instance_check, frame_instances(seed), None, seed=seed, examples=0),
        outcome(Tally(), notes=[f"bounded activations: after 100 time units the fastest unit has {_late(seed):.1g} "
                                "of its first speed (how slow an approach may be is no part of the claim)"]),
    )  # fmt: skip


def _late(seed: int) -> float:
    """The largest speed at t = 100 over the largest at the start, for two frames with bounded activations."""
    rng = np.random.default_rng([seed, 109])
    ratios = []
    for layers, sizes in (((tanh_layer(1.2),), (3,)), ((tanh_layer(1.2), softmax_layer(1.1, 2.0)), (3, 2))):
        n = sum(sizes)
        coupling = _coupling(rng.standard_normal((n, n)), 0.2 * rng.standard_normal((n, n)))
        frame = Frame(layers, sizes, np.repeat(rng.uniform(0.3, 3.0, len(sizes)), sizes), coupling)
        path = solve(frame.velocity, 3.0 * rng.standard_normal((4, n)), np.array([0.0, 100.0]), tolerance=1e-6)
        speeds = np.abs(frame.velocity(path)).max(axis=(1, 2))
        ratios.append(float(speeds[1] / speeds[0]))
    return max(ratios)


def _frame_check(case: _Framed, tally: Tally) -> None:
    frame, y = case.frame, case.y
    tally.trials += len(y)
    speed = frame.velocity(y)
    rate = frame.energy(y + 1j * STEP * speed).imag / STEP
    moved = frame.activations(y + 1j * STEP * speed).imag / STEP  # ∇²𝓛 ẏ
    lost = (frame.taus * speed * moved).sum(axis=1)
    hat = np.abs(frame.activations(y))
    scale = ((np.abs(y) + frame.taus * np.abs(speed)) * np.abs(moved) + 2.0 * hat * np.abs(speed)).sum(axis=1)
    scale = scale + np.abs(frame.interaction(frame.activations(y))) * np.abs(speed).max(axis=1) + 1.0
    roundings = 20.0 * y.shape[1] + 10.0 * CALL
    tally.equal("dE/dt = -Στẏ∇²𝓛ẏ", rate, -lost, scale=scale, roundings=roundings, where=case.where)
    tally.at_most("dE/dt ≤ 0", rate, 0.0, scale=scale, roundings=roundings, where=case.where)


def _kink_check(case: _Framed, tally: Tally) -> None:
    """Lagrangians that are not C²: monotone activations, and short Euler steps that do not raise the energy."""
    frame, y = case.frame, case.y
    tally.trials += 2 * len(y)
    other = y[::-1]
    pairs = (y - other) * (frame.activations(y) - frame.activations(other))
    tally.at_most(
        "gradients of convex functions are monotone",
        -pairs.sum(axis=1),
        0.0,
        scale=np.abs(pairs).sum(axis=1) + 1.0,
        roundings=4.0 * y.shape[1],
        where=case.where,
    )
    path = solve(frame.velocity, y, np.linspace(0.0, 0.5, 16), tolerance=1e-8)
    energies = frame.energy(path)
    # At a kink the integrator loses its order: grant its local tolerance on a hundred steps.
    tally.at_most(
        "E falls along solutions",
        np.diff(energies, axis=0).T,
        0.0,
        scale=1.0 + np.abs(energies).max(),
        roundings=1e-6 * 2.0**53,
        where=case.where,
        tight=False,
    )


def _frames(seed: int, *, smooth: bool) -> Iterator[_Framed]:
    rng = np.random.default_rng([seed, 107])
    for index in range(30 if smooth else 4):
        pool: tuple[Layer, ...] = (
            IDENTITY_LAYER,
            tanh_layer(float(rng.uniform(0.3, 3.0))),
            softmax_layer(float(rng.uniform(0.3, 3.0)), float(rng.uniform(0.5, 4.0))),
        )
        if not smooth:
            pool = (RELU_LAYER, HUBER_LAYER, *pool)
        first = pool[index % 2] if not smooth else pool[index % 3]
        layers = (first, *(pool[k] for k in rng.integers(len(pool), size=index % 3)))
        sizes = tuple(int(k) for k in rng.integers(1, 5, size=len(layers)))
        n = sum(sizes)
        quadratic, cubic = rng.standard_normal((n, n)), 0.2 * rng.standard_normal((n, n))
        taus = np.repeat(rng.uniform(0.3, 3.0, len(layers)), sizes)
        yield _Framed(Frame(layers, sizes, taus, _coupling(quadratic, cubic)), rng.standard_normal((12, n)))


def _coupling(quadratic: Array, cubic: Array) -> Callable[[Values], Values]:
    def interaction(z: Values) -> Values:
        bent = np.tanh(z @ cubic)
        return np.asarray(0.5 * (z * (z @ quadratic)).sum(axis=-1) + (bent * bent * bent).sum(axis=-1))

    return interaction
