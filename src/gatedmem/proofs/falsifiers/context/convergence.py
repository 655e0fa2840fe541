"""Attempts to break the convergence of the clamped flow and its rates (CG15)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gatedmem.numerics import context as model
from gatedmem.numerics import softmax as soft
from gatedmem.numerics.instances import ContextInstance
from gatedmem.numerics.integrate import context_solution
from gatedmem.numerics.softmax import Values
from gatedmem.proofs.evidence import Request, Search
from gatedmem.proofs.falsifiers.context.cases import (
    Points,
    corners,
    describe,
    drawn,
    examples_for,
    flow,
    gates_of,
    hypotheses,
    newton,
)
from gatedmem.proofs.falsifiers.search import UNIT, Tally, attack, combine, outcome, row, said

COUPLING = 0.5
"""CG15: the constant c in κ = cβλ²/η_min and in (η_min - ρτ_s)(1 - ρτ_r) = cβλ²."""

_INTEGRATION = 1e-8
_PACES = ((1.0, 1.0), (0.1, 1.0), (3.0, 0.5))


def cg15(request: Request) -> Search:
    """CG15: with A ≻ 0 every solution is bounded and comes to rest; below κ = 1 at explicit rates."""
    unsettled = 0

    def rates(points: Points, tally: Tally) -> None:
        """The two differential inequalities at arbitrary states, from the velocities of the simulator."""
        instance, gates = points.instance, gates_of(points.instance)
        if not gates.positive:
            return
        lowest, gain, n = float(gates.eigenvalues[0]), instance.gain, instance.n_memories
        kappa = COUPLING * instance.beta * gain**2 / lowest
        if kappa >= 1.0:
            return
        rest = _equilibrium(instance)
        if rest is None:
            return
        s_rest, r_rest, off = rest
        # States as drawn, and states displaced along the slowest gate mode and close by, where the bounds bite.
        slow = np.linalg.eigh(gates.matrix)[1][:, 0]
        near = 1e-3 * (1.0 + np.linalg.norm(r_rest)) * np.array([1.0, 0.1, 10.0])[:, None] * slow
        s = np.concatenate([points.s, s_rest + near])
        r = np.concatenate([points.r, r_rest + gain * near[::-1]])
        ds, dr = s - s_rest, r - r_rest
        size_s, size_r = np.linalg.norm(ds, axis=1), np.linalg.norm(dr, axis=1)
        pull_s, pull_r = model.gate_velocity(instance, s, r), model.retrieval_velocity(instance, s, r)
        # Rounding of the velocities: sizes of their terms, and what is off about the equilibrium.
        blur_s = gates.eigenvalues[-1] * (np.linalg.norm(s, axis=1) + np.linalg.norm(s_rest)) * n**0.5
        blur_s += 2.0 * np.linalg.norm(s, axis=1) + np.linalg.norm(gates.drive)
        blur_s += gain * (1.0 + instance.beta * np.abs(r).max(axis=1))
        blur_r = gain * np.linalg.norm(s, axis=1) + n**0.5 * np.abs(gates.evidence).max() + np.linalg.norm(r, axis=1)
        stray = off * (1.0 + gates.eigenvalues[-1] + instance.beta * gain)
        blur_s, blur_r = blur_s + stray / UNIT, blur_r + (1.0 + gain) * stray / UNIT
        where = Points(instance, r, s, r).where_state
        for tau_s, tau_r in _PACES:
            tally.trials += len(s)
            # ½V̇, where the time constants of V and of the flow cancel.
            falling = gain**2 / lowest * (ds * pull_s).sum(axis=1) + (dr * pull_r).sum(axis=1)
            value = 0.5 * (gain**2 * tau_s / lowest * size_s**2 + tau_r * size_r**2)
            claimed = -(1.0 - kappa) * min(lowest / tau_s, 1.0 / tau_r) * value
            tally.at_most(
                "V̇ ≤ -(1-κ) min(η_min/τ_s, 1/τ_r) V",
                falling,
                claimed,
                scale=gain**2 / lowest * size_s * blur_s + size_r * blur_r,
                roundings=gates.roundings,
                where=where,
                tight=False,
            )
            if gain == 0.0:
                continue
            # The norms stay below a linear system; weighted with its left eigenvector ℓ they fall like e^{-ρt}.
            left, rho = _comparison(instance, lowest, tau_s, tau_r)
            moved = np.maximum(size_s, 1e-300), np.maximum(size_r, 1e-300)
            weighted = left[0] * (ds * pull_s).sum(axis=1) / moved[0] / tau_s
            weighted = weighted + left[1] * (dr * pull_r).sum(axis=1) / moved[1] / tau_r
            bound = -rho * (left[0] * size_s + left[1] * size_r)
            both = (size_s > 1e-6) & (size_r > 1e-6)
            scale = left[0] * blur_s / tau_s + left[1] * blur_r / tau_r
            tally.at_most(
                "d/dt ⟨ℓ, (‖δs‖, ‖δr‖)⟩ ≤ -ρ⟨ℓ, (‖δs‖, ‖δr‖)⟩",
                np.where(both, weighted, bound),
                bound,
                scale=scale,
                roundings=gates.roundings,
                where=where,
                tight=False,
            )
            if both.any():
                tally.near(float(np.min((bound - weighted)[both] / np.abs(bound)[both])))

    def settles(points: Points, tally: Tally) -> None:
        """Solutions from drawn states: bounded, the energy falls, they come to rest; under CG12 all at one point."""
        nonlocal unsettled
        instance, gates = points.instance, gates_of(points.instance)
        if not gates.positive or gates.eigenvalues[-1] > 200.0 * gates.eigenvalues[0]:
            return
        n, gain, lowest = instance.n_memories, instance.gain, float(gates.eigenvalues[0])
        s0, r0 = points.s[:4], points.r[:4]
        tau_s, tau_r = _PACES[n % 3]
        slowest = max(tau_s / lowest, tau_r)
        times = np.array([0.0, 0.1, 0.5, 2.0, 8.0, 40.0, 160.0]) * slowest
        path = context_solution(instance, s0, r0, times, tau_s=tau_s, tau_r=tau_r, tolerance=1e-9)
        tally.trials += len(s0)

        def where(at: tuple[int, ...]) -> str:
            return (
                f"{describe(instance)} τ_s={tau_s:g} τ_r={tau_r:g} s(0)={row(s0[at[-1]], 4)} "
                f"r(0)={row(r0[at[-1]], 4)} t={times[at[0] if len(at) > 1 else -1]:.4g}"
            )

        length_s, length_r = np.linalg.norm(path.s, axis=-1), np.linalg.norm(path.r, axis=-1)
        most_s = np.maximum(length_s[0], (np.linalg.norm(gates.drive) + gain) / lowest)
        most_r = np.maximum(length_r[0], gain * most_s + np.linalg.norm(gates.evidence))
        for name, length, most in (("s", length_s, most_s), ("r", length_r, most_r)):
            tally.at_most(
                f"‖{name}(t)‖ stays bounded",
                length,
                most[None],
                scale=1.0 + most,
                roundings=_INTEGRATION / UNIT,
                where=where,
                tight=False,
            )
        energies = model.energy(instance, path.s, path.r)
        size = (1.0 + gates.eigenvalues[-1]) * most_s**2 + (1.0 + gain) * (most_s + most_r) * (1.0 + most_s)
        tally.at_most(
            "E(t) does not rise",
            energies[1:],
            energies[:-1],
            scale=size + np.linalg.norm(gates.drive) * most_s + np.log(n) / instance.beta,
            roundings=_INTEGRATION / UNIT,
            where=where,
            tight=False,
        )
        end = np.concatenate([path.s[-1], path.r[-1]], axis=-1)
        speed = np.linalg.norm(flow(instance, end), axis=-1)
        # Close to a fold or a saddle it takes its time: a run still on its way after 160 units goes on to 1600.
        if (speed > 1e-6 * (1.0 + most_s + most_r)).any():
            again = np.array([0.0, 1440.0]) * slowest
            longer = context_solution(
                instance, path.s[-1], path.r[-1], again, tau_s=tau_s, tau_r=tau_r, tolerance=1e-9
            )
            end = np.concatenate([longer.s[-1], longer.r[-1]], axis=-1)
            unsettled += 1
            speed = np.linalg.norm(flow(instance, end), axis=-1)
        tally.at_most(
            "the flow comes to rest",
            speed,
            1e-6 * (1.0 + most_s + most_r),
            scale=1.0,
            roundings=0,
            where=where,
            tight=False,
        )
        if n > 1 and model.uniqueness_threshold(instance) < 0.9:
            fixed = _equilibrium(instance)
            if fixed is not None:
                p = soft.softmax(end[:, n:], instance.beta)
                image = model.retrieval_map(instance, p)
                apart = np.abs(p - soft.softmax(fixed[1], instance.beta)).max(axis=-1)
                # Away from the threshold an error of the fixed-point equation shows at most tenfold in the
                # metric of F, a condition of A^½ times more in the entries.
                allowed = 10.0 * n * (gates.eigenvalues[-1] / lowest) * np.abs(image - p).max(axis=-1) + 1e-9
                tally.at_most(
                    "under CG12 all runs end at one state",
                    apart,
                    allowed,
                    scale=1.0,
                    roundings=0,
                    where=where,
                    tight=False,
                )
        if gain > 0.0 and COUPLING * instance.beta * gain**2 / lowest < 1.0:
            fixed = _equilibrium(instance)
            if fixed is None:
                return
            left, rho = _comparison(instance, lowest, tau_s, tau_r)
            apart_s = np.linalg.norm(path.s - fixed[0], axis=-1)
            weighted = left[0] * apart_s + left[1] * np.linalg.norm(path.r - fixed[1], axis=-1)
            tally.at_most(
                "the distance falls like e^{-ρt}",
                weighted,
                np.exp(-rho * times)[:, None] * weighted[0],
                scale=weighted[0] + left[0] * most_s + left[1] * most_r,
                roundings=_INTEGRATION / UNIT,
                where=where,
                tight=False,
            )

    def sharp(instance: ContextInstance, tally: Tally) -> None:
        """Two memories about (½, ½): there the smaller root ρ is the rate itself."""
        tally.trials += 1
        for tau_s, tau_r in _PACES:
            eta = float(gates_of(instance).eigenvalues[0])
            _, rho = _comparison(instance, eta, tau_s, tau_r)
            # At (δs, δr) = ε(x, y)(1, -1) the flow is the comparison system; its slow eigenvector decays at ρ.
            forcing = COUPLING * instance.beta * instance.gain
            slow = np.array([forcing, eta - rho * tau_s])
            way, step = np.array([1.0, -1.0]), 1e-20
            s, r = 1j * step * slow[0] * way, 1j * step * slow[1] * way
            turned = np.array(
                [
                    model.gate_velocity(instance, s, r)[0].imag / (step * tau_s),
                    model.retrieval_velocity(instance, s, r)[0].imag / (step * tau_r),
                ]
            )
            tally.equal(
                "the rate ρ is attained",
                turned,
                -rho * slow,
                scale=(1.0 + eta) * (forcing + 1.0 + eta) / min(tau_s, tau_r) * (1.0 + instance.gain),
                roundings=60.0,
                where=said(f"{describe(instance)} τ_s={tau_s:g} τ_r={tau_r:g}"),
            )

    def pairs() -> list[ContextInstance]:
        memories = np.array([[1.0, 0.0], [0.6, 0.8]])
        base = [ContextInstance(memories, alpha, beta, 1.0) for alpha in (0.0, 0.5, 1.0) for beta in (0.3, 2.0)]
        return [
            replace(pair, gain=float(np.sqrt(2.0 * kappa * (1.0 - 0.6 * pair.alpha) / pair.beta)))
            for pair in base
            for kappa in (0.1, 0.9)
        ]

    notes = hypotheses(request)
    mixed = [
        *(points for points in drawn(request, contractive=True) if points.instance.n_memories <= 12),
        *(points for points in drawn(request, contractive=False) if points.instance.n_memories <= 12),
    ]
    chosen = [next(drawn(request, contractive=False))] if request.context is not None else mixed[::4]
    searches = [
        attack(
            rates,
            drawn(request, contractive=True),
            corners(request, contractive=True),
            seed=request.seed,
            examples=examples_for(request),
            notes=notes,
        ),
        attack(settles, chosen, None, seed=0, examples=0),
    ]
    if request.context is None:
        searches.append(attack(sharp, pairs(), None, seed=0, examples=0))
    if unsettled:
        searches.append(outcome(Tally(), notes=[f"{unsettled} batches took longer than 160 relaxation times"]))
    return combine(*searches)


def _equilibrium(instance: ContextInstance) -> tuple[Values, Values, float] | None:
    """The state (s, r) at the fixed point that iteration reaches and how far it may be off, or None."""
    n = instance.n_memories
    run = model.iterate(instance, np.full(n, 1.0 / n), steps=3000, tolerance=0.5 * UNIT)
    start = run.end
    if run.change > 1e-8:
        polished = newton(lambda y: model.retrieval_map(instance, y) - y, start)
        if polished is None or (polished[0] < 0.0).any():
            return None
        start = polished[0]
    gates = gates_of(instance)
    left = float(np.linalg.norm(model.retrieval_map(instance, start) - start)) + UNIT * gates.roundings
    kappa = 0.5 * instance.beta * instance.gain**2 / float(gates.eigenvalues[0])
    off = left / max(1.0 - kappa, 1e-3) * (1.0 + instance.gain) ** 2 * (1.0 + 1.0 / float(gates.eigenvalues[0]))
    return model.steady_gates(instance, start), model.steady_retrieval(instance, start), off


def _comparison(instance: ContextInstance, lowest: float, tau_s: float, tau_r: float) -> tuple[Values, float]:
    """The left eigenvector ℓ > 0 and the rate ρ of the system that the two norms stay below.

    τ_s d‖δs‖/dt ≤ -η_min‖δs‖ + (λβ/2)‖δr‖ and τ_r d‖δr‖/dt ≤ λ‖δs‖ - ‖δr‖.
    """
    strength = COUPLING * instance.beta * instance.gain**2
    middle = lowest / tau_s + 1.0 / tau_r
    apart = np.sqrt((lowest / tau_s - 1.0 / tau_r) ** 2 + 4.0 * strength / (tau_s * tau_r))
    # The smaller root, in the form that does not cancel.
    rho = 2.0 * (lowest - strength) / (tau_s * tau_r) / (middle + apart)
    left = np.array([instance.gain / tau_r, lowest / tau_s - rho])
    return left, float(rho)
