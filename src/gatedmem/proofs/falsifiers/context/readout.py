"""Attempts to break the statements on what a gap does: for the readout (CG7), and along transients (CG23)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gatedmem.numerics import context as model
from gatedmem.numerics import softmax as soft
from gatedmem.numerics.instances import ContextInstance
from gatedmem.numerics.integrate import solve
from gatedmem.numerics.softmax import Values
from gatedmem.proofs.evidence import Request, Search
from gatedmem.proofs.falsifiers.context.cases import (
    Points,
    corners,
    describe,
    draw_points,
    drawn,
    examples_for,
    gates_of,
)
from gatedmem.proofs.falsifiers.search import CALL, UNIT, Tally, attack, combine, outcome, row

READOUT = 2.0
"""CG7: the constant c in ‖Z P - ζ^μ‖ ≤ cM(1 - P(μ)); met by two opposite memories."""

LAG = 1.0
"""CG23: the lagged gap follows the gap with the time constant LAG·τ_r."""

_INTEGRATION = 1e-7


def cg7(request: Request) -> Search:
    """CG7: ‖Z P - ζ^μ‖ ≤ 2M(1 - P(μ)) ≤ 2M(N-1)e^{-βΔ} for every μ."""

    def check(points: Points, tally: Tally) -> None:
        instance, n = points.instance, points.instance.n_memories
        b, beta, gain = model.evidence(instance), instance.beta, instance.gain
        largest = float(np.linalg.norm(instance.memories, axis=1).max())
        # A single bump on one gate carries the gap through all magnitudes.
        bump = np.zeros_like(points.s)
        bump[:, 0] = np.linspace(0.0, 30.0 / (beta * max(gain, 1e-3)), len(bump))
        for s in (points.s, points.s + bump):
            tally.trials += len(s)
            total = b + gain * s
            log_p = soft.log_softmax(total, beta)
            size = float(np.abs(b).max()) + gain * np.abs(s).max(axis=1)
            reach = 1.0 + np.log(n) + 4.0 * beta * size
            roundings = n + instance.memories.shape[1] + 4.0 * CALL + 10.0
            readout = soft.softmax(total, beta) @ instance.memories
            for mu in {0, n - 1}:
                missed = np.exp(np.delete(log_p, mu, axis=1)).sum(axis=1)

                def where(at: tuple[int, ...], s: Values = s, mu: int = mu) -> str:
                    return f"{describe(instance)} μ={mu} s={row(s[at[0]])}"

                error, bound = np.linalg.norm(readout - instance.memories[mu], axis=1), READOUT * largest * missed
                scale = 4.0 * largest * reach
                tally.at_most(
                    "‖Z P - ζ^μ‖ ≤ 2M(1 - P(μ))",
                    error,
                    bound,
                    scale=scale,
                    roundings=roundings,
                    where=where,
                    tight=False,
                )
                clear = missed > 1e-4
                if largest > 0.0 and clear.any():
                    tally.near(float(np.min((bound - error)[clear] / bound[clear])))
                if n == 1:
                    continue
                gap = total[:, mu] - np.delete(total, mu, axis=1).max(axis=1)
                tally.at_most(
                    "log(1 - P(μ)) ≤ log(N-1) - βΔ",
                    np.log(np.maximum(missed, 1e-300)),
                    np.maximum(np.log(n - 1.0) - beta * gap, np.log(1e-300)),
                    scale=reach,
                    roundings=roundings,
                    where=where,
                )

    # Opposite memories attain the bound, whatever their common norm.
    pairs = [
        ContextInstance(np.array([[norm], [-norm]]), 0.0, 1.0, 1.0, None, np.zeros(2), "opposite")
        for norm in (1.0, 0.5)
    ]
    rng = np.random.default_rng(request.seed)
    extra = [draw_points(rng, pair, 24) for pair in pairs] if request.context is None else []
    return attack(
        check,
        [*extra, *drawn(request, contractive=False)],
        corners(request, contractive=False),
        seed=request.seed,
        examples=examples_for(request),
    )


def cg23(request: Request) -> Search:
    """CG23: along transients the bound holds with the lagged gap, and not with the gap itself."""
    violations = 0
    deepest = 0.0

    def check(points: Points, tally: Tally) -> None:
        nonlocal violations, deepest
        instance, n, beta = points.instance, points.instance.n_memories, points.instance.beta
        if n == 1:
            return
        rng = np.random.default_rng([request.seed, n])
        tau_r, tau_s = 10.0 ** rng.uniform(-1.0, 1.0, 2)
        s0, r0 = points.s[:6], points.r[:6]
        swing, phase = rng.standard_normal(n), 2.0 / tau_r
        top = float(np.abs(gates_of(instance).eigenvalues).max())
        grows = gates_of(instance).eigenvalues[0] <= 0.0 or top > 50.0

        def clamped(t: Values, s: Values, r: Values) -> Values:
            return np.asarray(model.gate_velocity(instance, s, r) / tau_s)

        def prescribed(t: Values, s: Values, r: Values) -> Values:
            return np.asarray(np.cos(phase * t) * phase * swing)

        gates: list[tuple[str, Callable[[Values, Values, Values], Values]]] = [("s(t) prescribed", prescribed)]
        if not grows:
            gates.append(("clamped flow", clamped))
        for name, gate in gates:

            def flow(y: Values, gate: Callable[[Values, Values, Values], Values] = gate) -> Values:
                t, s, r, lagged = y[..., :1], y[..., 1 : n + 1], y[..., n + 1 : -1], y[..., -1:]
                gap = _gap(model.evidence(instance) + instance.gain * s)[..., None]
                turn = model.retrieval_velocity(instance, s, r) / tau_r
                return np.concatenate([np.ones_like(t), gate(t, s, r), turn, (gap - lagged) / (LAG * tau_r)], axis=-1)

            times = np.array([0.0, 0.1, 0.5, 1.0, 2.0, 5.0]) * min(tau_r, 10.0 * tau_s)
            start = np.concatenate([np.zeros((len(s0), 1)), s0, r0, _gap(r0)[:, None]], axis=-1)
            tally.trials += len(start) * len(times)
            path = solve(flow, start, times, tolerance=1e-10)
            s, r, lagged = path[..., 1 : n + 1], path[..., n + 1 : -1], path[..., -1]
            log_p = soft.log_softmax(r, beta)[..., 0]
            size = 1.0 + np.log(n) + beta * (np.abs(r).max() + np.abs(lagged).max() + instance.gain * np.abs(s).max())

            def where(at: tuple[int, ...], name: str = name, times: Values = times) -> str:
                return (
                    f"{describe(instance)} τ_r={tau_r:.6g} {name} t={times[at[0]]:.4g} "
                    f"s(0)={row(s0[at[1]], 4)} r(0)={row(r0[at[1]], 4)}"
                )

            tally.at_most(
                "P(μ) ≥ 1/(1+(N-1)e^{-βΔ̄})",
                _log_bound(lagged, n, beta),
                log_p,
                scale=size,
                roundings=_INTEGRATION / UNIT,
                where=where,
            )
            if n == 2:
                tally.equal(
                    "for two memories with equality",
                    log_p,
                    _log_bound(lagged, n, beta),
                    scale=size,
                    roundings=_INTEGRATION / UNIT,
                    where=where,
                )
            unlagged = _log_bound(_gap(model.evidence(instance) + instance.gain * s), n, beta) - log_p
            violations += int((unlagged[1:] > 0.1).sum())
            deepest = max(deepest, float(unlagged[1:].max()))

    small = [points for points in drawn(request, contractive=False) if points.instance.n_memories <= 12]
    chosen = small[::2] if request.context is None else list(drawn(request, contractive=False))[:2]
    if request.context is not None and request.context.n_memories == 1:
        return outcome(Tally(), notes=["one memory has no gap: nothing to test"])
    searched = attack(check, chosen, None, seed=0, examples=0)
    if request.context is not None:
        return searched
    exhibit = Tally()
    found = violations or searched.counterexample is not None
    missing = None if found else "the gap without the lag was never violated along a transient"
    note = f"without the lag the bound is broken at {violations} of the states, by up to a factor e^{deepest:.3g}"
    return combine(searched, outcome(exhibit, missing, [note]))


def _gap(scores: Values) -> Values:
    return np.asarray(scores[..., 0] - scores[..., 1:].max(axis=-1))


def _log_bound(gap: Values, n: int, beta: float) -> Values:
    return np.asarray(-np.logaddexp(0.0, np.log(n - 1.0) - beta * gap))
