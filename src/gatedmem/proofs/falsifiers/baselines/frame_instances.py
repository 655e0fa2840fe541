"""BL5: five memories as instances of the frame, each against what the memory itself says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from gatedmem.numerics import astrocyte, context, hopfield, modern
from gatedmem.numerics import neuron_astrocyte as tripartite
from gatedmem.numerics import softmax as soft
from gatedmem.numerics.instances import Array, draw_astrocyte, draw_context
from gatedmem.numerics.softmax import Values
from gatedmem.proofs.falsifiers.baselines.cases import draw_tripartite, full_tensor, mirrored
from gatedmem.proofs.falsifiers.baselines.layers import IDENTITY_LAYER, Frame, Layer, softmax_layer, tanh_layer
from gatedmem.proofs.falsifiers.search import CALL, Tally, row


@dataclass(frozen=True)
class _Instance:
    """A frame, states, and what the memory itself says: τẏ as the frame scales it, and its energy."""

    name: str
    frame: Frame
    y: Array
    velocity: Array
    energy: Array

    def where(self, at: tuple[int, ...]) -> str:
        return f"{self.name}, y={row(self.y[at[0]])}"


def instance_check(case: _Instance, tally: Tally) -> None:
    """Compare the frame's equations and energy with the memory's own."""
    tally.trials += len(case.y)
    speed = case.frame.taus * case.frame.velocity(case.y)
    reach = 1.0 + np.abs(case.y).max(axis=1, keepdims=True) + np.abs(speed).max(axis=1, keepdims=True)
    roundings = 100.0 * case.y.shape[1] + 20.0 * CALL
    tally.equal(
        f"{case.name}: the frame's equations",
        speed,
        case.velocity,
        scale=reach,
        roundings=roundings,
        where=case.where,
    )
    energy = case.frame.energy(case.y)
    scale = (np.abs(case.y) * np.abs(case.frame.activations(case.y))).sum(axis=1) + np.abs(case.energy) + reach[:, 0]
    tally.equal(
        f"{case.name}: the frame's energy", energy, case.energy, scale=scale, roundings=roundings, where=case.where
    )


def frame_instances(seed: int) -> Iterator[_Instance]:
    """Draw each of the five memories at three sizes."""
    rng = np.random.default_rng([seed, 108])
    for size in (2, 4, 6):
        yield _classical(rng, size)
        yield _modern(rng, size)
        yield _context(rng, size)
        yield _astrocyte(rng, size)
        yield _neuron_astrocyte(rng, min(size, 4))


def _classical(rng: np.random.Generator, n: int) -> _Instance:
    w = mirrored(rng.standard_normal((n, n)))
    instance = hopfield.HopfieldInstance(w, 1.3, 0.7)
    x = rng.standard_normal((10, n))
    frame = Frame((tanh_layer(1.3),), (n,), np.full(n, 0.7), lambda z: np.asarray(-0.5 * (z * (z @ w)).sum(axis=-1)))
    return _Instance("classical", frame, x, 0.7 * hopfield.velocity(instance, x), hopfield.energy(instance, x))


def _modern(rng: np.random.Generator, n: int) -> _Instance:
    z, beta = rng.standard_normal((n + 1, n)), 1.7
    x = rng.standard_normal((10, n))
    frame = Frame((IDENTITY_LAYER,), (n,), np.ones(n), lambda hat: np.asarray(-soft.log_sum_exp(hat @ z.T, beta)))
    return _Instance("modern", frame, x, modern.update(z, x, beta) - x, modern.energy(z, x, beta))


def _context(rng: np.random.Generator, n: int) -> _Instance:
    """The clamped gates and retrieval layer."""
    instance = draw_context(rng, n, 3, alpha=0.4, beta=1.5, gain=0.8)
    drive, evidence = context.drive(instance), context.evidence(instance)
    competition = context.gate_matrix(instance) - np.eye(n)
    y = rng.standard_normal((10, 2 * n))
    s, r = y[:, :n], y[:, n:]

    def interaction(z: Values) -> Values:
        gates, weights = z[..., :n], z[..., n:]
        own = 0.5 * (gates * (gates @ competition)).sum(axis=-1) - (gates * drive).sum(axis=-1)
        return np.asarray(own - ((0.8 * gates + evidence) * weights).sum(axis=-1))

    frame = Frame((IDENTITY_LAYER, softmax_layer(1.5)), (n, n), np.ones(2 * n), interaction)
    speed = np.concatenate(
        [context.gate_velocity(instance, s, r), context.retrieval_velocity(instance, s, r)], axis=1
    )
    return _Instance("context-gated", frame, y, speed, context.energy(instance, s, r))


def _astrocyte(rng: np.random.Generator, n: int) -> _Instance:
    """The lift with y = Tu: Lagrangians Σ Λ and KT log Σ e^{y/T}."""
    k, temperature = 3, 0.7
    instance = draw_astrocyte(rng, n, k, sigma=1.2, temperature=temperature, tau_x=2.0, tau_p=5.0)
    y = rng.standard_normal((10, n + k))
    x, u = y[:, :n], y[:, n:] / temperature
    xi = instance.patterns

    def interaction(z: Values) -> Values:
        return np.asarray(-(z[..., n:] * (z[..., :n] @ xi.T) ** 2).sum(axis=-1) / (2.0 * n))

    layers = (tanh_layer(1.2), softmax_layer(1.0 / temperature, float(k)))
    taus = np.concatenate([np.full(n, 2.0), np.full(k, 5.0 / temperature)])
    x_speed, u_speed = astrocyte.lifted_velocity(instance, x, u)
    speed = np.concatenate([2.0 * x_speed, 5.0 * u_speed], axis=1)
    return _Instance(
        "astrocyte-gated", Frame(layers, (n, k), taus, interaction), y, speed,
        astrocyte.energy(instance, x, soft.softmax(u)),
    )  # fmt: skip


def _neuron_astrocyte(rng: np.random.Generator, n: int) -> _Instance:
    """For γ > 0, on symmetric states: Lagrangians γ_nL_n, ½γ_sL_s and ½γ_pL_p, time constants τ/γ."""
    case = draw_tripartite(rng, n, True)
    gamma = (1.5, 0.8, 0.6)
    act = [tripartite.tanh_activation(sigma) for sigma in (0.7, 1.1, 1.6)]
    instance = replace(case.instance, gamma=gamma, phi=act[0], g=act[1], psi=act[2])
    weights = gamma[0], 0.5 * gamma[1], 0.5 * gamma[2]
    tensor = full_tensor(instance.tensor)

    def interaction(z: Values) -> Values:
        hats = tripartite.unpack(z, n)
        phi, g, psi = (hat / weight for hat, weight in zip(hats, weights, strict=True))
        coupled = np.einsum("...ij,ijkl,...kl->...", psi, tensor, psi, optimize=True)
        meeting = g * (phi[..., :, None] * phi[..., None, :] + psi) + instance.c * g + instance.d * psi
        return np.asarray(-(instance.b * phi).sum(axis=-1) - 0.5 * meeting.sum(axis=(-2, -1)) - 0.25 * coupled)

    layers = tuple(_weighted(a, w) for a, w in zip(act, weights, strict=True))
    sizes = (n, n * n, n * n)
    taus = np.repeat(np.array(instance.tau) / np.array(gamma), sizes)
    state = tripartite.State(*(part[:8] for part in case.state))
    y = tripartite.pack(state)
    speed = taus * tripartite.pack(tripartite.velocity(instance, state))
    return _Instance(
        "neuron-astrocyte", Frame(layers, sizes, taus, interaction), y, speed, tripartite.energy(instance, state)
    )


def _weighted(act: tripartite.Activation, weight: float) -> Layer:
    return Layer(
        "log cosh",
        lambda y: np.asarray(weight * act.potential(y).sum(axis=-1)),
        lambda y: np.asarray(weight * act.value(y)),
    )
