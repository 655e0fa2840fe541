"""Attempts to break the statements on the gates alone: spectrum of A(α) (CG3) and subcritical relaxation (CG8)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gatedmem.numerics import context as model
from gatedmem.numerics.integrate import context_solution
from gatedmem.proofs.evidence import Request, Search
from gatedmem.proofs.falsifiers.context.cases import (
    Points,
    corners,
    describe,
    drawn,
    examples_for,
    gates_of,
    hypotheses,
)
from gatedmem.proofs.falsifiers.search import UNIT, Tally, attack, combine, said


def cg3(request: Request) -> Search:
    """CG3: the spectrum of A(α) and α_crit: 1/(1-μ_min) for unit norms, -1/λ_min(W₂) in general, ∞ if W₂ = 0."""

    def check(points: Points, tally: Tally) -> None:
        instance, gates = points.instance, gates_of(points.instance)
        n, d = instance.memories.shape
        where = said(describe(instance))
        tally.trials += 1
        gram = instance.memories @ instance.memories.T
        size = 1.0 + instance.alpha * float(np.abs(gram).sum(axis=1).max())
        roundings = 10.0 * n + d + 20.0
        tally.equal(
            "A(α) = I + α(G - diag G)",
            model.gate_matrix(instance),
            gates.matrix,
            scale=size,
            roundings=roundings,
            where=where,
        )
        unit = instance.memories / np.maximum(np.linalg.norm(instance.memories, axis=1, keepdims=True), 1e-300)
        if (np.linalg.norm(unit, axis=1) > 0.5).all():
            same = replace(instance, memories=unit)
            mu = np.linalg.eigvalsh(unit @ unit.T)
            size = 1.0 + instance.alpha * n
            tally.equal(
                "η_k = 1 - α(1 - μ_k) for unit norms",
                model.gate_spectrum(same)[0],
                1.0 - instance.alpha * (1.0 - mu),
                scale=size,
                roundings=roundings,
                where=where,
            )
            critical = model.critical_alpha(same)
            if mu[0] < 1.0 - 1e-9:
                # λ_min is known to a rounding of ‖G‖ ≤ N; its reciprocal by that over its square.
                tally.equal(
                    "α_crit = 1/(1 - μ_min) for unit norms",
                    critical,
                    1.0 / (1.0 - mu[0]),
                    scale=critical + n * critical**2,
                    roundings=roundings,
                    where=where,
                )
                if n > d:
                    tally.equal(
                        "α_crit = 1 for N > d", critical, 1.0, scale=1.0 + n, roundings=roundings, where=where
                    )
        critical = model.critical_alpha(instance)
        off = gram - np.diag(np.diag(gram))
        if not off.any():
            tally.equal(
                "α_crit = ∞ for orthogonal memories", 1.0 / critical, 0.0, scale=1.0, roundings=0, where=where
            )
            return
        # A itself decides: positive definite below α_crit, indefinite above.
        for ratio, sign in ((1.0 - 1e-6, 1.0), (1.0 + 1e-6, -1.0)):
            lowest = float(np.linalg.eigvalsh(np.eye(n) + ratio * critical * off)[0])
            norm = 1.0 + critical * float(np.abs(off).sum(axis=1).max())
            tally.at_most(
                f"λ_min(A) {'>' if sign > 0 else '<'} 0 at α = {ratio:.6f} α_crit",
                0.0,
                sign * lowest,
                scale=norm,
                roundings=roundings,
                where=where,
                tight=False,
            )
            tally.equal(
                f"λ_min(A) = {1 - ratio:.0e} at that α",
                lowest,
                1.0 - ratio,
                scale=norm,
                roundings=roundings,
                where=where,
            )

    return attack(
        check,
        drawn(request, contractive=False),
        corners(request, contractive=False),
        seed=request.seed,
        examples=examples_for(request),
    )


def cg8(request: Request) -> Search:
    """CG8: gates alone with A ≻ 0: ‖s(t) - A⁻¹u‖ ≤ e^{-η_min t/τ_s}‖s(0) - A⁻¹u‖, met along the lowest mode."""
    rng = np.random.default_rng([request.seed, 8])

    def check(points: Points, tally: Tally) -> None:
        instance, gates = replace(points.instance, gain=0.0), gates_of(points.instance)
        if not gates.positive or gates.eigenvalues[-1] > 300.0 * gates.eigenvalues[0]:
            return
        lowest = float(gates.eigenvalues[0])
        tau = float(10.0 ** rng.uniform(-1.0, 1.0))
        rest = np.linalg.solve(gates.matrix, gates.drive)
        slow = np.linalg.eigh(gates.matrix)[1][:, 0]
        s0 = np.concatenate([points.s[:4], (rest + slow)[None]])
        tally.trials += len(s0)
        times = np.array([0.0, 0.3, 1.0, 3.0]) * tau / lowest
        path = context_solution(instance, s0, np.zeros_like(s0), times, tau_s=tau, tau_r=tau)
        distance = np.linalg.norm(path.s - rest, axis=-1)
        bound = np.exp(-lowest * times / tau)[:, None] * distance[0]
        size = distance[0] + float(np.linalg.norm(rest)) + 1.0
        tally.at_most(
            "‖s(t) - A⁻¹u‖ ≤ e^{-η_min t/τ_s}‖s(0) - A⁻¹u‖",
            distance[1:],
            bound[1:],
            scale=size * (1.0 + gates.amplification * lowest),
            roundings=1e-9 / UNIT,
            where=lambda at: f"{describe(instance)} τ_s={tau:g} s(0)={s0[at[1]].tolist()}",
        )
        still = model.gate_velocity(instance, rest, np.zeros_like(rest))
        tally.equal(
            "ṡ = 0 at A⁻¹u",
            still,
            0.0,
            scale=(1.0 + float(gates.eigenvalues[-1])) * (1.0 + gates.amplification) * (1.0 + np.abs(rest).max()),
            roundings=gates.roundings,
            where=said(describe(instance)),
        )

    small = (points for points in drawn(request, contractive=True) if points.instance.n_memories <= 60)
    return combine(
        attack(
            check,
            small,
            corners(request, contractive=True),
            seed=request.seed,
            examples=examples_for(request) // 4,
            notes=hypotheses(request),
        ),
    )
