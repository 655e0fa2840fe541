"""BL4: at rest the fast block leaves the neurons to the quartic dense memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gatedmem.numerics import neuron_astrocyte as tripartite
from gatedmem.numerics.instances import Array
from gatedmem.proofs.falsifiers.baselines.cases import signs
from gatedmem.proofs.falsifiers.search import CALL, STEP, Tally, row


@dataclass(frozen=True)
class _Reduced:
    """Patterns (K, N), the scale c of their tensor, the neurons' activation, and states x (B, N)."""

    patterns: Array
    scale: float
    phi: tripartite.Activation
    x: Array

    def where(self, at: tuple[int, ...]) -> str:
        return f"c={self.scale:g} ξ={row(self.patterns.ravel())} x={row(self.x[at[0]])}"


def elimination_check(case: _Reduced, tally: Tally) -> None:
    """At ψ = -φφᵀ and g = Tφφᵀ the fast block rests and the neurons follow the quartic dense memory."""
    xi, c, phi = case.patterns, case.scale, case.phi
    n = xi.shape[1]
    tally.trials += len(case.x)
    z = phi.value(case.x)
    full = c * np.einsum("mi,mj,mk,ml->ijkl", xi, xi, xi, xi)
    drive = np.einsum("ijkl,bj,bk,bl->bi", full, z, z, z)
    wide = np.einsum("ijkl,bj,bk,bl->bi", np.abs(full), *3 * [np.abs(z)])
    # Linear g and ψ have every value in their range.
    nothing = np.zeros((n, n))
    instance = tripartite.NeuronAstrocyteInstance(
        tripartite.PatternTensor(xi, c), np.zeros(n), nothing, nothing, (1.0, 0.0, 0.0), (1.0, 1.0, 1.0),
        phi, tripartite.IDENTITY, tripartite.IDENTITY,
    )  # fmt: skip
    outer = z[:, :, None] * z[:, None, :]
    state = tripartite.State(case.x, np.einsum("ijkl,bkl->bij", full, outer), -outer)
    moved = tripartite.velocity(instance, state)
    roundings = 8.0 * n * n + 6.0 * CALL
    size = np.abs(full).sum() + 1.0
    for name, rest in (("ṡ", moved.s), ("ṗ", moved.p)):
        tally.equal(f"{name} = 0", rest, 0.0, scale=size, roundings=roundings, where=case.where)
    for name, left in (
        ("the neurons' velocity", moved.x),
        ("cΣξm³ - x", tripartite.reduced_velocity(xi, c, phi, case.x)),
    ):
        tally.equal(
            f"{name} = -x + ΣTφφφ",
            left,
            drive - case.x,
            scale=wide + np.abs(case.x),
            roundings=roundings,
            where=case.where,
        )
    quartic = np.einsum("bi,bi->b", drive, z)
    legendre = case.x * z - phi.potential(case.x)
    energy = legendre.sum(axis=1) - 0.25 * quartic
    scale = (np.abs(case.x * z) + np.abs(phi.potential(case.x)) + 4.0 * wide * np.abs(z)).sum(axis=1)
    for name, left in (
        ("E at rest", tripartite.energy(instance, state)),
        ("E_eff", tripartite.reduced_energy(xi, c, phi, case.x)),
    ):
        tally.equal(f"{name} = Legendre - ¼Tφφφφ", left, energy, scale=scale, roundings=roundings, where=case.where)
    speed = tripartite.reduced_velocity(xi, c, phi, case.x)
    rate = tripartite.reduced_energy(xi, c, phi, case.x + 1j * STEP * speed).imag / STEP
    loud = (phi.slope(case.x) * (wide + np.abs(case.x)) + 2.0 * np.abs(z)) * (wide + np.abs(case.x))
    tally.equal(
        "dE_eff/dt = -τΣφ'ẋ²",
        rate,
        -(phi.slope(case.x) * speed**2).sum(axis=1),
        scale=loud.sum(axis=1),
        roundings=roundings,
        where=case.where,
    )


def eliminated(seed: int) -> Iterator[_Reduced]:
    """Draw the quartic memories, with tanh and with linear neurons."""
    rng = np.random.default_rng([seed, 105])
    for n, k in ((1, 1), (2, 1), (3, 4), (5, 2)):
        for sigma in (0.5, 2.0):
            x = rng.standard_normal((20, n)) * 2.0
            yield _Reduced(signs(rng, k, n), float(rng.uniform(-1.0, 1.0)), tripartite.tanh_activation(sigma), x)
        yield _Reduced(rng.standard_normal((k, n)), 1.0 / n**3, tripartite.IDENTITY, rng.standard_normal((20, n)))
