"""Attempts to break BL1: the classical network, graded and binary."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from gatedmem.numerics import hopfield
from gatedmem.numerics.instances import Array
from gatedmem.proofs.evidence import Request, Search
from gatedmem.proofs.falsifiers.baselines.cases import signs
from gatedmem.proofs.falsifiers.search import CALL, STEP, Tally, attack, row

_SIZES = (1, 2, 3, 5, 12, 40)


@dataclass(frozen=True)
class _Network:
    """A network with graded states x and binary states s, both (B, N)."""

    instance: hopfield.HopfieldInstance
    x: Array
    s: Array

    def where(self, at: tuple[int, ...]) -> str:
        return f"σ={self.instance.sigma:g} W={row(self.instance.weights.ravel())} x={row(self.x[at[0]])}"

    def where_binary(self, at: tuple[int, ...]) -> str:
        return f"W={row(self.instance.weights.ravel())} s={row(self.s[at[0]])}"


def bl1(request: Request) -> Search:
    """BL1: dE/dt = -τΣφ'ẋ² by the complex step; one binary update changes -½sᵀWs by -(s'_i - s_i)(Ws)_i ≤ 0."""
    return attack(_network_check, _networks(request.seed), _small_networks(), seed=request.seed, examples=150)


def _network_check(case: _Network, tally: Tally) -> None:
    instance, x, s = case.instance, case.x, case.s
    n, sigma, w = x.shape[1], instance.sigma, instance.weights
    roundings = 4.0 * n + 4.0 * CALL
    tally.trials += len(x) * (1 + n)
    speed = (np.tanh(sigma * x) @ w - x) / instance.tau
    drive = np.abs(np.tanh(sigma * x)) @ np.abs(w) + np.abs(x)
    slope = sigma / np.cosh(np.minimum(sigma * np.abs(x), 300.0)) ** 2
    # What cancels in xφ - Λ: φ against φ, then the drive.
    scale = ((slope * drive + 2.0 * np.abs(np.tanh(sigma * x))) * drive).sum(axis=1) / instance.tau
    tally.equal(
        "τẋ = -x + Wφ",
        hopfield.velocity(instance, x),
        speed,
        scale=drive / instance.tau,
        roundings=roundings,
        where=case.where,
    )
    rate = hopfield.energy(instance, x + 1j * STEP * hopfield.velocity(instance, x)).imag / STEP
    lost = instance.tau * (slope * speed**2).sum(axis=1)
    tally.equal("dE/dt = -τΣφ'ẋ²", rate, -lost, scale=scale, roundings=roundings, where=case.where)

    couplings = w - np.diag(np.diag(w))
    before = hopfield.binary_energy(couplings, s)
    size = 2.0 * np.abs(couplings).sum()
    for neuron in range(n):
        moved = hopfield.asynchronous_update(couplings, s, neuron)
        change = hopfield.binary_energy(couplings, moved) - before
        field = (couplings[neuron] * s).sum(axis=1)
        turned = moved[:, neuron] - s[:, neuron]
        tally.equal(
            "ΔE = -(s'_i - s_i)(Ws)_i",
            change,
            -turned * field,
            scale=size,
            roundings=roundings,
            where=case.where_binary,
        )
        others = np.delete(np.arange(n), neuron)
        tally.equal(
            "only one neuron moves, to ±1",
            np.concatenate([moved[:, others] - s[:, others], np.abs(moved[:, [neuron]]) - 1.0], axis=1),
            0.0,
            scale=1.0,
            roundings=0,
            where=case.where_binary,
        )
        tally.at_most("ΔE ≤ 0", change, 0.0, scale=size, roundings=roundings, where=case.where_binary)


def _networks(seed: int) -> Iterator[_Network]:
    rng = np.random.default_rng([seed, 101])
    for n in _SIZES:
        for index in range(6):
            w = rng.standard_normal((n, n)) * 10.0 ** rng.uniform(-1.0, 1.0)
            w = hopfield.hebbian(signs(rng, 3, n)) if index == 0 else w + w.T
            instance = hopfield.HopfieldInstance(w, float(10.0 ** rng.uniform(-1, 1)), float(rng.uniform(0.1, 9.0)))
            yield _Network(instance, 3.0 * rng.standard_normal((30, n)), signs(rng, 30, n))


@st.composite
def _small_networks(draw: st.DrawFn) -> _Network:
    n = draw(st.integers(1, 3))
    entries = st.sampled_from([0.0, 1.0, -1.0, 0.5, -40.0])
    w = np.array(draw(st.lists(entries, min_size=n * n, max_size=n * n))).reshape(n, n)
    x = np.array([draw(st.lists(st.sampled_from([0.0, 1.0, -0.5, 1e-9, 50.0]), min_size=n, max_size=n))])
    s = np.array([draw(st.lists(st.sampled_from([1.0, -1.0]), min_size=n, max_size=n))])
    return _Network(hopfield.HopfieldInstance(w + w.T, draw(st.sampled_from([1.0, 0.1, 8.0]))), x, s)
