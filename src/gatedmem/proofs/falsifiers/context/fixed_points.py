"""Attempts to break the statements on fixed points of the clamped flow."""

from __future__ import annotations

import numpy as np

from gatedmem.numerics import context as model
from gatedmem.numerics import softmax as soft
from gatedmem.numerics.integrate import context_solution
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


def cg10(request: Request) -> Search:
    """CG10: fixed points of the clamped (s, r) flow ↔ fixed points of Φ, in both directions."""

    def identities(points: Points, tally: Tally) -> None:
        """Anywhere: r + τ_rṙ + λA⁻¹τ_sṡ = b + λA⁻¹u + λ²A⁻¹p, so that rest makes p a fixed point, and back."""
        instance, s, r = points.instance, points.s, points.r
        gates = gates_of(instance)
        if not gates.invertible:
            return
        tally.trials += len(s)
        p = soft.softmax(r, instance.beta)
        pull = instance.gain * np.linalg.solve(gates.matrix, model.gate_velocity(instance, s, r).T).T
        size = np.abs(s @ gates.matrix).max(axis=1, keepdims=True) + np.abs(s).max(axis=1, keepdims=True)
        scale = np.abs(r) + 2.0 * gates.retrieval + instance.gain * (1.0 + gates.amplification) * len(r[0]) * size
        tally.equal(
            "r + τ_rṙ + λA⁻¹τ_sṡ = b + λA⁻¹(u + λp)",
            r + model.retrieval_velocity(instance, s, r) + pull,
            gates.steady_retrieval(instance, p),
            scale=scale,
            roundings=gates.roundings,
            where=points.where_state,
        )
        expected = soft.log_softmax(gates.steady_retrieval(instance, points.p), instance.beta)
        exponent = 1.0 + np.log(len(r[0])) + 4.0 * instance.beta * gates.retrieval
        tally.equal(
            "Φ(p) = softmax(β(b + λA⁻¹u + λ²A⁻¹p))",
            model.retrieval_map(instance, points.p),
            np.exp(expected),
            scale=np.exp(expected) * exponent + 1e-280,
            roundings=gates.roundings,
            where=points.where,
        )
        # At s = A⁻¹(u + λp), r = b + λs the flow moves only by what p lacks of being a fixed point.
        s_steady = model.steady_gates(instance, points.p)
        r_steady = model.steady_retrieval(instance, points.p)
        missing = model.retrieval_map(instance, points.p) - points.p
        tally.equal(
            "τ_sṡ = λ(Φ(p) - p) at the steady state",
            model.gate_velocity(instance, s_steady, r_steady),
            instance.gain * missing,
            roundings=gates.roundings,
            where=points.where,
            scale=(1.0 + gates.amplification * gates.eigenvalues[-1]) * (1.0 + np.abs(gates.drive).max())
            + instance.gain * (exponent + gates.amplification * len(r[0]) * instance.gain),
        )
        tally.equal(
            "τ_rṙ = 0 at the steady state",
            model.retrieval_velocity(instance, s_steady, r_steady),
            0.0,
            scale=2.0 * gates.retrieval + np.abs(r_steady),
            roundings=gates.roundings,
            where=points.where,
        )

    skipped = 0

    def both_ways(points: Points, tally: Tally) -> None:
        """Rest points of the flow, found without Φ, against Φ; and fixed points of Φ against the flow."""
        nonlocal skipped
        instance, gates = points.instance, gates_of(points.instance)
        if not gates.positive:
            return
        n, few = instance.n_memories, slice(0, 4)
        times = np.array([0.0, 30.0])
        solution = context_solution(instance, points.s[few], points.r[few], times, tolerance=1e-8)
        states = np.concatenate([solution.s[-1], solution.r[-1]], axis=1)
        states = np.concatenate([states, np.concatenate([points.s[few], points.r[few]], axis=1)])
        for state in states:
            rest = newton(lambda y: flow(instance, y), state)
            if rest is None:
                skipped += 1
                continue
            tally.trials += 1
            s, r, left = rest[0][:n], rest[0][n:], rest[1]
            p = soft.softmax(r, instance.beta)
            error = gates.retrieval + np.abs(r).max() + (1.0 + instance.gain / gates.eigenvalues[0]) * left / UNIT
            tally.equal(
                "at rest p = Φ(p)",
                p[None],
                model.retrieval_map(instance, p)[None],
                scale=1.0 + 4.0 * instance.beta * error,
                roundings=gates.roundings,
                where=said(f"{describe(instance)} s={row(s)} r={row(r)}"),
            )
        for start in points.p[few]:
            fixed = newton(lambda y: model.retrieval_map(instance, y) - y, start)
            if fixed is None or (fixed[0] < 0.0).any():
                skipped += 1
                continue
            tally.trials += 1
            p, left = fixed
            s, r = model.steady_gates(instance, p), model.steady_retrieval(instance, p)
            velocity = np.abs(flow(instance, np.concatenate([s, r]))).max()
            size = gates.retrieval + np.abs(r).max() + gates.amplification * (np.abs(gates.drive).sum() + 1.0)
            size = (1.0 + instance.gain * instance.beta) * (1.0 + gates.eigenvalues[-1]) * (1.0 + size)
            tally.equal(
                "at a fixed point the flow rests",
                velocity,
                0.0,
                scale=size + (1.0 + instance.gain) * left / UNIT,
                roundings=gates.roundings,
                where=said(f"{describe(instance)} p={row(p)}"),
            )

    notes = hypotheses(request)
    searched = attack(
        identities,
        drawn(request, contractive=False),
        corners(request, contractive=False),
        seed=request.seed,
        examples=examples_for(request),
        notes=notes,
    )
    small = (points for points in drawn(request, contractive=False) if points.instance.n_memories <= 60)
    routes = attack(both_ways, small, None, seed=request.seed, examples=0)
    left_out = [f"Newton's method did not settle from {skipped} starts"] if skipped else []
    return combine(searched, routes, outcome(Tally(), notes=left_out))
