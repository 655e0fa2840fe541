"""Attempts to break BL4: the balance of energy at every state, and the eigenvalues of the fast block.

What a broken symmetry does and what is left once the fast variables rest stand in modules of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gatedmem.numerics import neuron_astrocyte as tripartite
from gatedmem.numerics.softmax import Values
from gatedmem.proofs.evidence import Request, Search
from gatedmem.proofs.falsifiers.baselines.broken_symmetry import BROKEN, broken_check
from gatedmem.proofs.falsifiers.baselines.cases import Tripartite, draw_tripartite, full_tensor
from gatedmem.proofs.falsifiers.baselines.elimination import eliminated, elimination_check
from gatedmem.proofs.falsifiers.search import CALL, STEP, Tally, attack, combine

DEFECT = 1.0
"""BL4: how often the defect of asymmetry enters dE/dt."""


def bl4(request: Request) -> Search:
    """BL4: dE/dt is defect minus dissipation at every state, and each symmetry counts; elimination; the saddle."""
    seed = request.seed
    return combine(
        attack(_balance_check, _tripartites(seed), None, seed=seed, examples=0),
        attack(elimination_check, eliminated(seed), None, seed=seed, examples=0),
        attack(_saddle_check, _fast_blocks(seed), None, seed=seed, examples=0),
        attack(broken_check, BROKEN, None, seed=seed, examples=0),
    )


def _balance_check(case: Tripartite, tally: Tally) -> None:
    instance, state = case.instance, case.state
    n = state.x.shape[-1]
    tally.trials += len(state.x)
    moved = tripartite.velocity(instance, state)
    ahead = tripartite.State(*(part + 1j * STEP * rate for part, rate in zip(state, moved, strict=True)))
    rate = tripartite.energy(instance, ahead).imag / STEP
    lost, defect = _written_rates(instance, state, moved)
    scale = _rate_scale(instance, state, moved)
    roundings = 8.0 * n * n + 6.0 * CALL
    tally.equal(
        "dE/dt = defect - dissipation",
        rate,
        DEFECT * defect - lost,
        scale=scale,
        roundings=roundings,
        where=case.where,
    )
    tally.equal(
        "the dissipation is the written-out one",
        tripartite.dissipation(instance, state),
        lost,
        scale=scale,
        roundings=roundings,
        where=case.where,
    )
    tally.equal(
        "the defect is the written-out one",
        tripartite.defect(instance, state),
        defect,
        scale=scale,
        roundings=roundings,
        where=case.where,
    )
    if case.symmetric:
        tally.at_most("dE/dt ≤ 0 on symmetric states", rate, 0.0, scale=scale, roundings=roundings, where=case.where)
        for name, part in (("s", moved.s), ("p", moved.p)):
            wide = np.abs(part).max(axis=(1, 2), keepdims=True) + 10.0 * n * n
            tally.equal(
                f"{name} stays symmetric",
                part,
                np.swapaxes(part, 1, 2),
                scale=wide,
                roundings=roundings,
                where=case.where,
            )


def _written_rates(
    instance: tripartite.NeuronAstrocyteInstance, state: tripartite.State, moved: tripartite.State
) -> tuple[Values, Values]:
    """Dissipation and defect with every sum written out over the full tensor."""
    phi, g, psi = instance.phi.value(state.x), instance.g.value(state.s), instance.psi.value(state.p)
    slopes = instance.phi.slope(state.x), instance.g.slope(state.s), instance.psi.slope(state.p)
    lost = instance.tau[0] * (slopes[0] * moved.x**2).sum(axis=1)
    lost = lost + 0.5 * instance.tau[1] * (slopes[1] * moved.s**2).sum(axis=(1, 2))
    lost = lost + 0.5 * instance.tau[2] * (slopes[2] * moved.p**2).sum(axis=(1, 2))
    defect = 0.5 * np.einsum("bi,bij,bj->b", slopes[0] * moved.x, g - np.swapaxes(g, 1, 2), phi)
    full = full_tensor(instance.tensor)
    skew = full - np.transpose(full, (2, 3, 0, 1))
    defect = defect + 0.25 * np.einsum("bij,ijkl,bkl->b", slopes[2] * moved.p, skew, psi)
    return lost, defect


def _rate_scale(
    instance: tripartite.NeuronAstrocyteInstance, state: tripartite.State, moved: tripartite.State
) -> Values:
    """Sum of the absolute values of the terms of dE/dt, shape (B,)."""
    phi, g, psi = (np.abs(a) for a in (instance.phi.value(state.x), instance.g.value(state.s),
                                       instance.psi.value(state.p)))  # fmt: skip
    slopes = instance.phi.slope(state.x), instance.g.slope(state.s), instance.psi.slope(state.p)
    wide = np.abs(full_tensor(instance.tensor))
    into_x = instance.gamma[0] * np.abs(state.x) + np.abs(instance.b)
    into_x = into_x + np.einsum("bij,bj->bi", g + np.swapaxes(g, 1, 2), phi)
    into_s = instance.gamma[1] * np.abs(state.s) + np.abs(instance.c) + phi[:, :, None] * phi[:, None, :] + psi
    both = wide + np.transpose(wide, (2, 3, 0, 1))
    into_p = instance.gamma[2] * np.abs(state.p) + np.abs(instance.d) + g + np.einsum("ijkl,bkl->bij", both, psi)
    # φ cancels against φ in the derivative of xφ - Λ, and so for g and ψ.
    total = ((slopes[0] * into_x + 2.0 * instance.gamma[0] * phi) * np.abs(moved.x)).sum(axis=1)
    total = total + ((slopes[1] * into_s + 2.0 * instance.gamma[1] * g) * np.abs(moved.s)).sum(axis=(1, 2))
    total = total + ((slopes[2] * into_p + 2.0 * instance.gamma[2] * psi) * np.abs(moved.p)).sum(axis=(1, 2))
    # The velocities themselves carry the rounding of their terms.
    error = (slopes[0] * into_x**2 / instance.tau[0]).sum(axis=1)
    error = error + (slopes[1] * into_s**2 / instance.tau[1]).sum(axis=(1, 2))
    error = error + (slopes[2] * into_p**2 / instance.tau[2]).sum(axis=(1, 2))
    return np.asarray(4.0 * (total + error) + 1e-200)


def _tripartites(seed: int) -> Iterator[Tripartite]:
    rng = np.random.default_rng([seed, 104])
    for n in (1, 2, 3, 5):
        for index in range(10):
            symmetric = index % 2 == 0
            yield draw_tripartite(rng, n, symmetric)


def _saddle_check(case: Tripartite, tally: Tally) -> None:
    """Count the eigenvalues of the fast block at γ_s = γ_p = 0 on either side: N² each, all real."""
    n = case.state.x.shape[-1]
    for which in range(len(case.state.x)):
        state = tripartite.State(*(part[which] for part in case.state))
        spectrum = np.linalg.eigvals(tripartite.fast_block(case.instance, state))
        tally.trials += 1

        def where(at: tuple[int, ...], which: int = which) -> str:
            return case.where((which,))

        counts = np.array([(spectrum.real > 0.0).sum(), (spectrum.real < 0.0).sum()], dtype=np.float64)
        tally.equal("N² unstable and N² stable directions", counts, n * n, scale=1.0, roundings=0, where=where)
        size = np.abs(spectrum).max()
        tally.equal("real", spectrum.imag, 0.0, scale=1e6 * size, roundings=8.0 * n * n, where=where)


def _fast_blocks(seed: int) -> Iterator[Tripartite]:
    rng = np.random.default_rng([seed, 106])
    for n in (1, 2, 3, 4):
        for _ in range(4):
            case = draw_tripartite(rng, n, True)
            instance = replace(case.instance, gamma=(1.0, 0.0, 0.0))
            state = tripartite.State(*(part[:4] for part in case.state))
            yield Tripartite(instance, state, True)
