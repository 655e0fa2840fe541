"""Attempts to break the statements on scores at given gates: separation (CG6), steering (CG19), feedback (CG21)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gatedmem.numerics import context as model
from gatedmem.numerics import softmax as soft
from gatedmem.numerics.instances import ContextInstance, draw_context
from gatedmem.numerics.softmax import Values
from gatedmem.proofs.evidence import Request, Search
from gatedmem.proofs.falsifiers.context.cases import (
    Points,
    corners,
    describe,
    drawn,
    examples_for,
    gates_of,
    hypotheses,
    newton,
)
from gatedmem.proofs.falsifiers.search import CALL, STEP, UNIT, Tally, attack, climb, combine, outcome, row, said

FEEDBACK = 0.5
"""CG21: the constant c in c·βλ²/η_min, the most that the feedback can move the fixed point."""


def cg6(request: Request) -> Search:
    """CG6: P(μ) ≥ 1/(1+(N-1)e^{-βΔ}), equality iff all competitors tie in b + λs; the paper's Δ is a lower bound."""

    def check(points: Points, tally: Tally) -> None:
        instance, n = points.instance, points.instance.n_memories
        beta, gain, b = instance.beta, instance.gain, model.evidence(instance)
        # Gates as drawn, and gates that make all competitors tie.
        tied = points.s.copy()
        if gain > 0.0:
            tied[:, 1:] = (b[1:].max(initial=0.0) - b[1:] + 0.0) / gain
        for s in (points.s, tied):
            tally.trials += len(s)
            total = b + gain * s
            log_p = soft.log_softmax(total, beta)[:, 0]
            gaps = total[:, :1] - total[:, 1:]
            gap = gaps.min(axis=1) if n > 1 else np.full(len(s), 0.0)
            log_bound = -np.logaddexp(0.0, np.log(n - 1.0) - beta * gap) if n > 1 else np.zeros(len(s))
            size = float(np.abs(b).max()) + gain * np.abs(s).max(axis=1)
            scale = 1.0 + np.log(n) + 4.0 * beta * size
            roundings = n + 4.0 * CALL + 10.0

            def where(at: tuple[int, ...], s: Values = s) -> str:
                return f"{describe(instance)} s={row(s[at[0]])}"

            tally.at_most(
                "P(μ) ≥ 1/(1+(N-1)e^{-βΔ})", log_bound, log_p, scale=scale, roundings=roundings, where=where
            )
            if n == 1:
                continue
            # log(a/b) ≥ (a-b)/a turns "equality only for ties" into a number.
            spread = -np.expm1(-beta * (gaps - gap[:, None])).sum(axis=1)
            weight = np.exp(-np.logaddexp(beta * gap, np.log(n - 1.0)))
            tally.at_most(
                "equality only for tied competitors",
                spread * weight,
                log_p - log_bound,
                scale=scale,
                roundings=roundings,
                where=where,
                tight=False,
            )
            raw, gate = b[0] - b[1:].max(), s[:, 0] - s[:, 1:].max(axis=1)
            tally.at_most("Δ_raw + λΔ_gate ≤ Δ", raw + gain * gate, gap, scale=3.0 * size, roundings=8, where=where)
            # Frozen gates: Δ_raw + λΔ_gate rises with λ iff Δ_gate > 0; then the gap of total scores rises too.
            more = b + 1.5 * gain * s
            wider = (more[:, :1] - more[:, 1:]).min(axis=1)
            rising = gate > 0.0
            tally.at_most(
                "Δ rises with λ where Δ_gate > 0",
                np.where(rising, gap + 0.5 * gain * gate, 0.0),
                np.where(rising, wider, 0.0),
                scale=3.0 * size,
                roundings=8,
                where=where,
                tight=False,
            )

    def exhibit(seed: int, tally: Tally) -> None:
        """Self-consistent gates with Δ_gate > 0 and Δ falling in λ must be found: the statement claims them too."""
        rng = np.random.default_rng([seed, 6])
        steepest = 0.0
        for _ in range(300):
            base = draw_context(rng, 3, 2, alpha=float(rng.uniform(0.0, 0.9)), beta=1.0, gain=0.6)
            if not gates_of(base).positive or model.contraction_factor(base) >= 0.9:
                continue
            tally.trials += 1
            gaps, gate = [], np.zeros(3)
            for gain in (0.601, 0.6):
                instance = replace(base, gain=gain)
                p = model.iterate(instance, np.full(3, 1 / 3), steps=2000, tolerance=1e-15).end
                s = model.steady_gates(instance, p)
                gaps.append(_ahead(model.evidence(instance) + gain * s))
                gate = _ahead(s)
            falling = np.where(gate > 1e-3, (gaps[0] - gaps[1]) / 0.001, 0.0)
            steepest = min(steepest, float(falling.min()))
        tally.at_most(
            "somewhere Δ falls with λ although Δ_gate > 0",
            steepest,
            -1e-3,
            scale=1.0,
            roundings=0,
            where=said("over drawn self-consistent states"),
            tight=False,
        )

    return combine(
        attack(
            check,
            drawn(request, contractive=False),
            corners(request, contractive=False),
            seed=request.seed,
            examples=examples_for(request),
        ),
        attack(exhibit, [request.seed], None, seed=0, examples=0),
    )


def cg19(request: Request) -> Search:
    """CG19: for scores b + λg, dP(μ)/dλ = βP(μ)(g_μ - E_P g); a maximal g_μ never loses, and keeps the argmax."""

    def check(points: Points, tally: Tally) -> None:
        instance, g = points.instance, points.s
        n, beta, b = instance.n_memories, instance.beta, model.evidence(instance)
        tally.trials += len(g)
        lam = instance.gain
        size = float(np.abs(b).max()) + lam * np.abs(g).max(axis=1, keepdims=True)
        reach = 1.0 + 2.0 * beta * size
        roundings = 3.0 * n + 4.0 * CALL + 10.0

        def where(at: tuple[int, ...]) -> str:
            return f"{describe(instance)} g={row(g[at[0]])}"

        p = soft.softmax(b + lam * g, beta)
        stepped = soft.softmax(b + (lam + 1j * STEP) * g, beta).imag / STEP
        mean = (p * g).sum(axis=1, keepdims=True)
        spread = np.abs(g) + (p * np.abs(g)).sum(axis=1, keepdims=True)
        tally.equal(
            "dP(μ)/dλ = βP(μ)(g_μ - E_P g)",
            stepped,
            beta * p * (g - mean),
            scale=beta * p * spread * reach + 1e-240,
            roundings=roundings,
            where=where,
        )
        logs = [soft.log_softmax(b + factor * g, beta) for factor in (lam, lam + 0.5, lam + 1.0)]
        odds = [values - values[:, :1] for values in logs]
        reach = reach + 2.0 * beta * np.abs(g).max(axis=1, keepdims=True) + np.log(n)
        tally.equal(
            "log-odds are linear in λ",
            odds[0] + odds[2],
            2.0 * odds[1],
            scale=4.0 * reach,
            roundings=roundings,
            where=where,
        )
        best = g.argmax(axis=1)[:, None]
        own = [np.take_along_axis(values, best, axis=1)[:, 0] for values in logs]
        tally.at_most(
            "P(μ) does not fall with λ where g_μ is maximal",
            own[0],
            own[2],
            scale=4.0 * reach[:, 0],
            roundings=roundings,
            where=where,
            tight=False,
        )
        constant = np.ptp(g, axis=1) == 0.0
        tally.equal(
            "P(μ) stays where g is constant",
            np.where(constant, own[2] - own[0], 0.0),
            0.0,
            scale=4.0 * reach[:, 0],
            roundings=roundings,
            where=where,
        )
        total = [b + factor * g for factor in (lam, lam + 1.0)]
        ahead = [np.take_along_axis(t, best, axis=1)[:, 0] - t.max(axis=1) for t in total]
        kept = ahead[0] >= 0.0
        tally.at_most(
            "once argmax = μ it stays",
            np.where(kept, -ahead[1], 0.0),
            0.0,
            scale=4.0 * (size[:, 0] + np.abs(g).max(axis=1)),
            roundings=8,
            where=where,
            tight=False,
        )

    return attack(
        check,
        drawn(request, contractive=False),
        corners(request, contractive=False),
        seed=request.seed,
        examples=examples_for(request),
    )


def cg21(request: Request) -> Search:
    """CG21: ‖p* - softmax(β(b+λA⁻¹u))‖ ≤ βλ²/(2η_min) at every fixed point p*."""
    rng = np.random.default_rng([request.seed, 21])

    def bound_of(instance: ContextInstance) -> float:
        return FEEDBACK * instance.beta * instance.gain**2 / float(gates_of(instance).eigenvalues[0])

    def check(points: Points, tally: Tally) -> None:
        instance, gates = points.instance, gates_of(points.instance)
        if not gates.positive:
            return
        bound = bound_of(instance)
        without = gates.evidence + instance.gain * np.linalg.solve(gates.matrix, gates.drive)
        plain = soft.softmax(without, instance.beta)
        blur = 1.0 + 4.0 * instance.beta * gates.retrieval
        # Every image of Φ lies as near, fixed or not.
        tally.trials += len(points.p)
        image = model.retrieval_map(instance, points.p)
        tally.at_most(
            "‖Φ(p) - softmax(β(b+λA⁻¹u))‖ ≤ βλ²/(2η_min)",
            np.linalg.norm(image - plain, axis=1),
            bound,
            scale=bound + 2.0 * blur,
            roundings=gates.roundings,
            where=points.where,
            tight=False,
        )
        run = model.iterate(instance, points.p[:4], steps=400, tolerance=UNIT)
        ends = [
            end
            for end, change in zip(run.end, np.abs(run.path[-1] - run.path[-2]).max(axis=-1), strict=True)
            if change < 1e-12
        ]
        if instance.n_memories <= 12:
            found = (newton(lambda y: model.retrieval_map(instance, y) - y, start) for start in points.p[:4])
            ends += [point[0] for point in found if point is not None and (point[0] >= 0.0).all()]
        for end in ends:
            tally.trials += 1
            distance = float(np.linalg.norm(end - plain))
            tally.at_most(
                "‖p* - softmax(β(b+λA⁻¹u))‖ ≤ βλ²/(2η_min)",
                distance,
                bound,
                scale=bound + 1e-300,
                roundings=(gates.roundings * blur + 1e-11 / UNIT) / (bound + 1e-300),
                where=points.where,
                tight=bound > 1e-6,
            )

    def hardest(tally: Tally) -> float:
        """How near the bound a fixed point can come: two memories, the drive climbed over."""

        def ratio(z: Values) -> Values:
            values = []
            for first, second, log_beta in z:
                beta = float(np.exp(np.clip(log_beta, -5.0, 3.0)))
                instance = ContextInstance(np.eye(2), 0.0, beta, 1.0, None, np.array([first, second]))
                end = model.iterate(instance, np.array([0.5, 0.5]), steps=200, tolerance=1e-14)
                plain = soft.softmax(np.array([first, second]), beta)
                settled = end.change < 1e-9
                values.append(float(np.linalg.norm(end.end - plain)) / bound_of(instance) if settled else 0.0)
            return np.array(values)

        tally.trials += 6 * 60
        return float(climb(ratio, rng.standard_normal((6, 3)), rng, rounds=60)[1].max())

    searched = attack(
        check,
        drawn(request, contractive=False),
        corners(request, contractive=False),
        seed=request.seed,
        examples=examples_for(request),
        notes=hypotheses(request),
    )
    if request.context is not None:
        return searched
    tally = Tally()
    near = hardest(tally)
    broken = f"a fixed point of two memories lies {near:.6g} of βλ²/(2η_min) away" if near > 1.0 + 1e-9 else None
    tally.near(1.0 - near)
    return combine(searched, outcome(tally, broken))


def _ahead(values: Values) -> Values:
    """By how much each entry leads the best of the others, shape (n,)."""
    order = np.sort(values)
    return np.asarray(values - np.where(values == order[-1], order[-2], order[-1]))
