"""Attempts to break the statements on the contraction of the retrieval map."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gatedmem.numerics import context as model
from gatedmem.numerics import softmax as soft
from gatedmem.numerics.instances import ContextInstance
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
from gatedmem.proofs.falsifiers.search import UNIT, Tally, attack, climb, combine, outcome, row, said

CONTRACTION = 0.5
"""CG11: the constant c in κ = c·βλ²/η_min."""


_NOT_CONTRACTIVE = "κ = {:.3g} ≥ 1: only the Lipschitz bound was tested"


def cg11(request: Request) -> Search:
    """CG11: κ = βλ²/(2η_min) < 1 makes Φ a contraction by κ: one fixed point, reached at that rate."""
    rng = np.random.default_rng([request.seed, 2])
    closest = 0.0

    def check(points: Points, tally: Tally) -> None:
        nonlocal closest
        instance, p = points.instance, points.p
        gates = gates_of(instance)
        if not gates.positive:
            return
        kappa = _kappa(instance)
        tally.trials += len(p)
        blur = 1.0 + 4.0 * instance.beta * gates.retrieval  # absolute error of Φ in roundings
        tally.equal(
            "κ = βλ²/(2η_min)",
            model.contraction_factor(instance),
            kappa,
            scale=kappa * (1.0 + gates.eigenvalues[-1] / gates.eigenvalues[0]),
            roundings=gates.roundings,
            where=said(describe(instance)),
        )
        q = np.roll(p, 1, axis=0)
        moved, apart = model.retrieval_map(instance, p) - model.retrieval_map(instance, q), p - q
        tally.at_most(
            "‖Φ(p) - Φ(q)‖ ≤ κ‖p - q‖",
            np.linalg.norm(moved, axis=1),
            kappa * np.linalg.norm(apart, axis=1),
            scale=2.0 * blur,
            roundings=gates.roundings,
            where=points.where,
            tight=False,
        )
        if kappa >= 1.0:
            return
        run = model.iterate(instance, p, steps=300, tolerance=UNIT)
        to_end = np.linalg.norm(run.path - run.path[-1], axis=-1)
        first = np.linalg.norm(run.path[1] - run.path[0], axis=-1)
        # The end itself is off by what is left of its last change, and by the rounding of Φ.
        left = kappa * np.linalg.norm(run.path[-1] - run.path[-2], axis=-1) / (1.0 - kappa)
        blurred = 2.0 * gates.roundings * UNIT * blur / (1.0 - kappa)
        steps = np.arange(len(run.path))[:, None]
        allowed = kappa**steps / (1.0 - kappa) * first + left
        tally.at_most(
            "‖p_k - p*‖ ≤ κ^k/(1-κ)‖p_1 - p_0‖",
            to_end,
            allowed + blurred,
            scale=1.0,
            roundings=8,
            tight=False,
            where=lambda at: f"{points.where(at[1:])} k={at[0]}",
        )
        spread = np.linalg.norm(run.end - run.end[:1], axis=1)
        tally.at_most(
            "all starts end at one fixed point",
            spread,
            left + left[:1] + blurred,
            scale=1.0,
            roundings=8,
            where=points.where,
            tight=False,
        )
        # The fixed point is one of the equations [5, 6] written out, and the clamped flow comes to rest there.
        fixed = run.end[0]
        written = soft.softmax(gates.steady_retrieval(instance, fixed), instance.beta)
        tally.equal(
            "p* = softmax(β(b + λA⁻¹u + λ²A⁻¹p*))",
            fixed[None],
            written[None],
            scale=2.0 * blur + left[0] / UNIT,
            roundings=gates.roundings,
            where=points.where,
        )
        if instance.n_memories <= 60:
            for index in range(min(len(p), 3)):
                state = np.concatenate([points.s[index], points.r[index]])
                rest = newton(lambda y: flow(instance, y), state)
                if rest is None:
                    continue
                found = soft.softmax(rest[0][instance.n_memories :], instance.beta)
                # An error ε of the fixed-point equation moves the fixed point by at most ε/(1-κ).
                error = instance.beta * (1.0 + instance.gain / gates.eigenvalues[0]) * rest[1] / (1.0 - kappa)
                tally.at_most(
                    "every rest point of the flow is the fixed point",
                    float(np.linalg.norm(found - fixed)),
                    left[0] + blurred + error,
                    scale=1.0,
                    roundings=gates.roundings,
                    tight=False,
                    where=said(f"{describe(instance)} (s, r)={row(rest[0])}"),
                )
        if instance.n_memories <= 12 and kappa > 0.0:
            ratio = _steepest(instance, rng)
            tally.trials += 600
            tally.at_most(
                "sup ‖Φ(p) - Φ(q)‖/‖p - q‖ ≤ κ",
                ratio,
                kappa,
                scale=kappa,
                roundings=1e4 * blur * gates.roundings / kappa,
                tight=True,
                where=said(describe(instance)),
            )
            closest = max(closest, ratio / kappa)

    def sharp(instance: ContextInstance, tally: Tally) -> None:
        """N = 2, b = u = 0, G₁₂ ≥ 0: around (½,½) the factor is κ itself, up to the square of the distance."""
        kappa = _kappa(instance)
        p = np.array([[0.5 + 1e-4, 0.5 - 1e-4], [0.5, 0.5]])
        moved = model.retrieval_map(instance, p)
        ratio = float(np.linalg.norm(moved[0] - moved[1]) / np.linalg.norm(p[0] - p[1]))
        tally.trials += 1
        tally.near(1.0 - ratio / kappa)
        # tanh(κε)/ε ≥ κ(1 - (κε)²/3) with ε = 2e-4, and the rounding of a difference of that size.
        tally.at_most(
            "κ is reached",
            kappa * (1.0 - 2e-8),
            ratio,
            scale=kappa,
            roundings=4e5,
            tight=False,
            where=lambda at: f"{describe(instance)} p={row(p[0])}, {row(p[1])}",
        )

    def pairs() -> Iterator[ContextInstance]:
        for overlap in (0.0, 0.3, 0.9):
            for alpha in (0.0, 0.5, 0.9) if request.context is None else ():
                memories = np.array([[1.0, 0.0], [overlap, np.sqrt(1.0 - overlap**2)]])
                beta = float(10.0 ** rng.uniform(-1.0, 1.0))
                gain = float(np.sqrt(2.0 * rng.uniform(0.1, 0.99) * (1.0 - alpha * overlap) / beta))
                yield ContextInstance(memories, alpha, beta, gain)

    searched = attack(
        check,
        drawn(request, contractive=True),
        corners(request, contractive=True),
        seed=request.seed,
        examples=examples_for(request),
        notes=hypotheses(request),
    )
    if request.context is not None and gates_of(request.context).positive and _kappa(request.context) >= 1.0:
        searched = combine(searched, outcome(Tally(), notes=[_NOT_CONTRACTIVE.format(_kappa(request.context))]))
    notes = [f"hill-climbing over pairs reached {closest:.6f} κ"] if closest else []
    return combine(searched, attack(sharp, pairs(), None, seed=request.seed, examples=0, notes=notes))


def _kappa(instance: ContextInstance) -> float:
    return CONTRACTION * instance.beta * instance.gain**2 / float(gates_of(instance).eigenvalues[0])


def _steepest(instance: ContextInstance, rng: np.random.Generator) -> float:
    """Largest ‖Φ(p) - Φ(q)‖/‖p - q‖ found by hill-climbing over pairs a hundredth apart or more."""
    n = instance.n_memories
    if n == 1:
        return 0.0

    def ratio(z: Values) -> Values:
        p = z[:, :n] ** 2 / (z[:, :n] ** 2).sum(axis=1, keepdims=True)
        q = z[:, n:] ** 2 / (z[:, n:] ** 2).sum(axis=1, keepdims=True)
        apart = np.linalg.norm(p - q, axis=1)
        moved = np.linalg.norm(model.retrieval_map(instance, p) - model.retrieval_map(instance, q), axis=1)
        return np.asarray(np.where(apart > 1e-2, moved / np.maximum(apart, 1e-2), 0.0))

    return float(climb(ratio, rng.standard_normal((10, 2 * n)), rng, rounds=60)[1].max())
