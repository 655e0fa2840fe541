"""Attempts to break the statements on the reduced problem: two memories (CG13), and the energy of p alone (CG14)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gatedmem.numerics import context as model
from gatedmem.numerics import reduced
from gatedmem.numerics import softmax as soft
from gatedmem.numerics.instances import ContextInstance
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
from gatedmem.proofs.falsifiers.search import STEP, Tally, attack, combine, outcome, row, said

PITCHFORK = 0.5
"""CG13: the constant c in cβλ²/η = 1, where the uniform fixed point of two memories splits into three."""

CONVEXITY = 0.25
"""CG14: the constant c in c·βλ² max (B_ii + B_jj - 2B_ij) ≤ 1, up to which F is convex."""

_RATIOS = (0.0, 0.2, 0.9, 0.999, 0.99999, 1.00001, 1.001, 1.1, 3.0, 100.0, 1e4)


def cg13(request: Request) -> Search:
    """CG13: two memories without drive have one fixed point up to βλ²/(2η) = 1 and exactly three beyond."""

    def check(instance: ContextInstance, tally: Tally) -> None:
        gates = gates_of(instance)
        overlap = float(instance.memories[0] @ instance.memories[1])
        eta = 1.0 - instance.alpha * overlap
        kappa = PITCHFORK * instance.beta * instance.gain**2 / eta
        where = said(describe(instance))
        # The log-odds y of a fixed point: zeros of β(r₁ - r₂) - y, which lie within |y| ≤ 2κ.
        half = np.geomspace(1e-4, 1e5, 4001)
        y = np.concatenate([-half[::-1], half])
        tally.trials += 1
        p = soft.softmax(np.stack([0.5 * y, -0.5 * y], axis=-1))
        r = model.steady_retrieval(instance, p)
        missing = instance.beta * (r[:, 0] - r[:, 1]) - y
        crossings = int((np.sign(missing[1:]) != np.sign(missing[:-1])).sum())
        expected = 3 if kappa > 1.0 else 1
        tally.equal(
            f"{expected} fixed point(s) at βλ²/(2η) = {kappa:.8g}",
            float(crossings),
            float(expected),
            scale=1.0,
            roundings=1.0,
            where=where,
        )
        uniform = np.full(2, 0.5)
        tally.equal(
            "(½, ½) is one of them",
            model.retrieval_map(instance, uniform),
            uniform,
            scale=1.0 + 4.0 * instance.beta * gates.retrieval,
            roundings=gates.roundings,
            where=where,
        )
        # Between the zeros Φ moves away from (½, ½) exactly when κ > 1: the slope there is κ.
        step = np.array([0.5 + 1j * STEP, 0.5 - 1j * STEP])
        tally.equal(
            "the slope of Φ at (½, ½) is βλ²/(2η)",
            model.retrieval_map(instance, step)[0].imag / STEP,
            kappa,
            scale=instance.beta * instance.gain**2 * gates.amplification,
            roundings=gates.roundings,
            where=where,
        )
        if instance.gain == 0.0:
            return
        ours, paper = model.uniqueness_threshold(instance), model.contraction_factor(instance)
        size = instance.beta * instance.gain**2 * gates.amplification
        tally.equal("CG12's condition is βλ²/(2η)", ours, kappa, scale=size, roundings=gates.roundings, where=where)
        if overlap >= 0.0:
            tally.equal("CG11 is sharp for G₁₂ ≥ 0", paper, kappa, scale=size, roundings=gates.roundings, where=where)
        elif instance.alpha > 0.0:
            # η_min = 1 + αG₁₂ < η: CG11 asks for more by exactly the ratio of the two.
            tally.equal(
                "CG11 asks for more by η/η_min for G₁₂ < 0",
                paper,
                kappa * eta / (1.0 + instance.alpha * overlap),
                scale=size,
                roundings=gates.roundings,
                where=where,
            )

    rng = np.random.default_rng([request.seed, 13])
    user = request.context
    if user is not None:
        norms = np.linalg.norm(user.memories, axis=1)
        if user.n_memories != 2 or not np.allclose(norms, 1.0, atol=1e-12) or not gates_of(user).positive:
            return outcome(Tally(), notes=["needs two memories of norm 1 and A(α) ≻ 0: nothing to test"])
        own = replace(user, drive=None, evidence=None)
        eta = 1.0 - own.alpha * float(own.memories[0] @ own.memories[1])
        gains = [own.gain, *(float(np.sqrt(2.0 * ratio * eta / own.beta)) for ratio in _RATIOS)]
        return attack(
            check, [replace(own, gain=gain) for gain in gains if _decided(own, gain, eta)], None, seed=0, examples=0
        )
    cases = []
    for overlap in (-1.0, -0.999, -0.5, 0.0, 0.3, 0.999, 1.0, *rng.uniform(-1.0, 1.0, 4)):
        memories = np.array([[1.0, 0.0], [overlap, np.sqrt(1.0 - overlap**2)]])
        for alpha in (0.0, 0.5, 0.95):
            beta, eta = float(10.0 ** rng.uniform(-2.0, 2.0)), 1.0 - alpha * overlap
            cases += [
                ContextInstance(memories, alpha, beta, float(np.sqrt(2.0 * ratio * eta / beta))) for ratio in _RATIOS
            ]
    return attack(check, cases, None, seed=0, examples=0)


def cg14(request: Request) -> Search:
    """CG14: the critical points of F are the fixed points of Φ; F is the energy at best gates; its convexity."""

    def identities(points: Points, tally: Tally) -> None:
        instance, gates = points.instance, gates_of(points.instance)
        n, beta = instance.n_memories, instance.beta
        if not gates.positive:
            return
        p = np.maximum(points.p, 1e-12)
        p /= p.sum(axis=1, keepdims=True)
        tally.trials += len(p)
        log_p = np.log(p)
        # On a face p log p has no slope; a part in 1e12 inside it has. Stepping along e_i - e_0 keeps the sum.
        image = soft.log_softmax(model.steady_retrieval(instance, p), beta)
        ways = np.eye(n) - np.eye(n)[:1]
        wanted = ((log_p - image) @ ways.T) / beta
        slope = reduced.reduced_energy(instance, p[:, None, :] + 1j * STEP * ways).imag / STEP
        reach = gates.retrieval + (np.abs(log_p).max(axis=1, keepdims=True) + 1.0 + np.log(n)) / beta
        tally.equal(
            "⟨∇F, e_i - e_1⟩ = (1/β)⟨log p - log Φ(p), e_i - e_1⟩",
            slope,
            wanted,
            scale=4.0 * reach,
            roundings=gates.roundings,
            where=points.where,
        )
        # r = (log p)/β carries p; the gates at rest are the best ones, and the rest is a square.
        rest = np.linalg.solve(gates.matrix, (gates.drive + instance.gain * p).T).T
        offset = 0.5 * float(gates.drive @ np.linalg.solve(gates.matrix, gates.drive))
        pull = float(np.linalg.norm(gates.drive)) + instance.gain
        size = gates.amplification * pull**2 + reach[:, 0] + (np.linalg.norm(points.s, axis=1) + 1.0) * pull
        size += gates.eigenvalues[-1] * (np.linalg.norm(points.s, axis=1) + gates.amplification * pull) ** 2
        tally.equal(
            "min over s of E = F(p) - ½uᵀA⁻¹u",
            model.energy(instance, rest, log_p / beta),
            reduced.reduced_energy(instance, p) - offset,
            scale=size,
            roundings=gates.roundings,
            where=points.where,
        )
        away = points.s - rest
        tally.equal(
            "E(s, p) - min = ½(s-s*)ᵀA(s-s*)",
            model.energy(instance, points.s, log_p / beta) - model.energy(instance, rest, log_p / beta),
            0.5 * ((away @ gates.matrix) * away).sum(axis=1),
            scale=size,
            roundings=gates.roundings,
            where=points.where,
        )

    def convexity(points: Points, tally: Tally) -> None:
        """At the threshold F is strictly convex along every segment; above it, the worst pair shows it is not."""
        base, n = points.instance, points.instance.n_memories
        if not gates_of(base).positive or n == 1:
            return
        inverse = np.linalg.inv(gates_of(base).matrix)
        widths = np.diag(inverse)[:, None] + np.diag(inverse)[None, :] - 2.0 * inverse
        i, j = (int(k) for k in np.unravel_index(int(widths.argmax()), widths.shape))
        critical = float(np.sqrt(1.0 / (CONVEXITY * base.beta * widths[i, j])))
        pair = np.full(n, 1e-9 / n)
        pair[[i, j]] += 0.5 * (1.0 - 1e-9)
        tilt = 0.05 * (np.eye(n)[i] - np.eye(n)[j])
        starts = np.concatenate([points.p, (pair + tilt)[None]])
        ends = np.concatenate([np.roll(points.p, 1, axis=0), (pair - tilt)[None]])
        for level in (1.0, 1.05):
            instance = replace(base, gain=critical * np.sqrt(level), drive=None)
            gates = gates_of(instance)
            tally.trials += len(starts)
            value = reduced.reduced_energy(instance, starts) + reduced.reduced_energy(instance, ends)
            sag = value - 2.0 * reduced.reduced_energy(instance, 0.5 * (starts + ends))
            size = 4.0 * (gates.retrieval + instance.gain**2 * gates.amplification + np.log(n) / instance.beta)

            def where(at: tuple[int, ...], instance: ContextInstance = instance) -> str:
                return f"{describe(instance)} p={row(starts[at[0]], 4)} p'={row(ends[at[0]], 4)}"

            if level == 1.0:
                tally.at_most(
                    "F is convex at the threshold",
                    0.0,
                    sag,
                    scale=size,
                    roundings=gates.roundings,
                    where=where,
                )
                # Strictly: with the mass P of the entries that grow, F'' ≥ (16/β)(a²)²(P - ½)²/a² for ‖d‖₁ = 2a,
                # because Σ d²/p ≥ a²/(P(1-P)) ≥ 4a²(1 + (2P-1)²); two integrations leave ‖d‖₁⁴/(96β).
                tally.at_most(
                    "F is strictly convex at the threshold, sag ≥ ‖p-p'‖₁⁴/(96β)",
                    np.abs(starts - ends).sum(axis=1) ** 4 / (96.0 * instance.beta),
                    sag,
                    scale=size,
                    roundings=gates.roundings,
                    where=where,
                )
            else:
                tally.at_most(
                    "F is not convex above the threshold",
                    sag[-1],
                    -1e-6 / instance.beta,
                    scale=size,
                    roundings=0.0,
                    where=said(where((-1,))),
                    tight=False,
                )

    notes = hypotheses(request)
    small = [points for points in drawn(request, contractive=False) if points.instance.n_memories <= 60]
    return combine(
        attack(
            identities,
            small if request.context is None else small[:1] or [next(drawn(request, contractive=False))],
            corners(request, contractive=False),
            seed=request.seed,
            examples=examples_for(request),
            notes=notes,
        ),
        attack(
            convexity,
            small,
            corners(request, contractive=False),
            seed=request.seed,
            examples=examples_for(request),
        ),
    )


def _decided(instance: ContextInstance, gain: float, eta: float) -> bool:
    """Whether the gain is far enough from the pitchfork for a count on a grid."""
    return abs(0.5 * instance.beta * gain**2 / eta - 1.0) > 5e-6
