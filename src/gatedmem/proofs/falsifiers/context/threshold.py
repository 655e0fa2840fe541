"""Attempts to break the exact threshold of uniqueness (CG12), from below and from above."""

from __future__ import annotations

from dataclasses import replace

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
    gates_of,
    hypotheses,
    newton,
)
from gatedmem.proofs.falsifiers.search import Tally, attack, climb, combine, row, said

THRESHOLD = 0.25
"""CG12: the constant c in c·βλ² max (B_ii + B_jj - 2B_ij) ≤ 1."""


def cg12(request: Request) -> Search:
    """CG12: unique for every drive iff βλ² max(B_ii + B_jj - 2B_ij)/4 ≤ 1; above the projected bound and CG11's."""
    rng = np.random.default_rng([request.seed, 12])

    def order(points: Points, tally: Tally) -> None:
        """Where the three conditions stand to each other, and what the sharp one is the supremum of."""
        instance, gates = points.instance, gates_of(points.instance)
        n = instance.n_memories
        if not gates.positive:
            return
        tally.trials += len(points.p)
        if n == 1 or instance.gain == 0.0:  # Φ is constant
            return
        strength, inverse = instance.beta * instance.gain**2, np.linalg.inv(gates.matrix)
        sharp, _ = _threshold(instance)
        centring = np.eye(n) - 1.0 / n
        projected = 0.5 * strength * float(np.linalg.eigvalsh(centring @ inverse @ centring)[-1])
        size = strength * gates.amplification
        roundings = 10.0 * gates.roundings
        where = said(describe(instance))
        tally.equal(
            "numerics' threshold",
            model.uniqueness_threshold(instance),
            sharp,
            scale=size,
            roundings=roundings,
            where=where,
        )
        tally.at_most(
            "the sharp condition is weaker than the projected one",
            sharp,
            projected,
            scale=size,
            roundings=roundings,
            where=where,
            tight=False,
        )
        tally.at_most(
            "the projected condition is weaker than CG11's",
            projected,
            0.5 * strength / float(gates.eigenvalues[0]),
            scale=size,
            roundings=roundings,
            where=where,
            tight=False,
        )
        # F is convex at p iff λ_max(βλ² C(p)B) ≤ 1: its supremum over p is the threshold.
        root = np.linalg.cholesky(inverse)
        inner = np.swapaxes(root, 0, 1) @ soft.covariance(points.p) @ root
        top = strength * np.linalg.eigvalsh(inner)[:, -1]
        tally.at_most(
            "λ_max(βλ²(diag p - ppᵀ)B) ≤ threshold", top, sharp, scale=size, roundings=roundings, where=points.where
        )

    def climbed(points: Points, tally: Tally) -> None:
        instance, gates = points.instance, gates_of(points.instance)
        n = instance.n_memories
        if not gates.positive or not 1 < n <= 12 or instance.gain == 0.0:
            return
        strength, root = instance.beta * instance.gain**2, np.linalg.cholesky(np.linalg.inv(gates.matrix))
        sharp, _ = _threshold(instance)

        def top(z: Values) -> Values:
            p = z**2 / (z**2).sum(axis=1, keepdims=True)
            return np.asarray(strength * np.linalg.eigvalsh(root.T @ soft.covariance(p) @ root)[:, -1])

        best, reached = climb(top, rng.standard_normal((6, n)), rng, rounds=60)
        tally.trials += 60 * 6
        tally.at_most(
            "λ_max(βλ²(diag p - ppᵀ)B) ≤ threshold",
            reached,
            sharp,
            scale=sharp,
            roundings=10.0 * gates.roundings * strength * gates.amplification / sharp,
            where=lambda at: f"{describe(instance)} p={row(best[at[0]] ** 2 / (best[at[0]] ** 2).sum())}",
        )

    def below(points: Points, tally: Tally) -> None:
        """Just below the threshold, hostile drives included, all routes lead to one fixed point."""
        case = _at(points, 0.98)
        if case is None:
            return
        tally.trials += 1
        ends = _fixed_points(case, points.p)
        spread = max((float(np.abs(a - b).max()) for a in ends for b in ends), default=0.0)
        # Close to the threshold Φ' has an eigenvalue up to 0.98: residuals of 1e-12 show fiftyfold.
        tally.at_most(
            "one fixed point below the threshold",
            spread,
            1e-7,
            scale=1.0,
            roundings=0,
            where=said(describe(case)),
            tight=False,
        )

    def above(points: Points, tally: Tally) -> None:
        """Just above it a drive with several fixed points exists: the one that puts p near (½,½,0,…)."""
        case = _at(points, 1.05)
        if case is None:
            return
        tally.trials += 1
        ends = _fixed_points(case, points.p)
        spread = max((float(np.abs(a - b).max()) for a in ends for b in ends), default=0.0)
        tally.at_most(
            "several fixed points above the threshold",
            1e-3,
            spread,
            scale=1.0,
            roundings=0,
            where=said(describe(case)),
            tight=False,
        )

    def small() -> list[Points]:
        return [points for points in drawn(request, contractive=True) if points.instance.n_memories <= 12]

    return combine(
        attack(
            order,
            drawn(request, contractive=True),
            corners(request, contractive=True),
            seed=request.seed,
            examples=examples_for(request),
            notes=hypotheses(request),
        ),
        attack(climbed, small()[::3], None, seed=0, examples=0),
        attack(below, small()[::2], None, seed=0, examples=0),
        attack(above, small()[::2], None, seed=0, examples=0),
    )


def _threshold(instance: ContextInstance) -> tuple[float, tuple[int, int]]:
    """c·βλ² max (B_ii + B_jj - 2B_ij) and the pair that attains it, with B written out."""
    inverse = np.linalg.inv(gates_of(instance).matrix)
    widths = np.diag(inverse)[:, None] + np.diag(inverse)[None, :] - 2.0 * inverse
    i, j = np.unravel_index(int(np.argmax(widths)), widths.shape)
    return THRESHOLD * instance.beta * instance.gain**2 * float(widths[i, j]), (int(i), int(j))


def _at(points: Points, level: float) -> ContextInstance | None:
    """The instance with its coupling at ``level`` times the threshold, and the hostile drive of its worst pair."""
    base, gates = points.instance, gates_of(points.instance)
    n = base.n_memories
    if n == 1 or not gates.positive:
        return None
    unit = replace(base, gain=1.0, drive=np.zeros(n))
    sharp, (i, j) = _threshold(unit)
    gain = float(np.sqrt(level / sharp))
    p = np.full(n, 1e-9 / n)
    p[[i, j]] = 0.5 * (1.0 - 1e-9 * (n - 2) / n)
    scores = np.log(p / p.sum()) / base.beta - gain**2 * np.linalg.solve(gates.matrix, p)
    return replace(unit, gain=gain, evidence=scores - scores.max())


def _fixed_points(instance: ContextInstance, starts: Values) -> list[Values]:
    """Fixed points reached by iteration from vertices and points, and by Newton's method."""
    n = instance.n_memories
    begin = np.concatenate([np.eye(n), starts[:6]])
    run = model.iterate(instance, begin, steps=4000, tolerance=1e-15)
    change = np.abs(run.path[-1] - run.path[-2]).max(axis=-1)
    ends = [end for end, moved in zip(run.end, change, strict=True) if moved < 1e-11]
    for start in begin[: n + 3]:
        found = newton(lambda y: model.retrieval_map(instance, y) - y, start)
        if found is not None and (found[0] >= 0.0).all() and found[1] < 1e-12:
            ends.append(found[0])
    return ends
