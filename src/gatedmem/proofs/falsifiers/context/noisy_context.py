"""Attempts to break CG22: the best weight of a noisy context, the flip by feedback, and when λ cannot hurt.

On trial are the claimed weight λ* and the claimed condition, against accuracies of the simulator's scores
``b + λA⁻¹u`` on drawn noise: every weight sees the same noise, so that differences are paired.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from gatedmem.numerics import context as model
from gatedmem.numerics import softmax as soft
from gatedmem.numerics.instances import Array, ContextInstance, draw_context
from gatedmem.proofs.evidence import Request, Search
from gatedmem.proofs.falsifiers.context.cases import Points, corners, describe, drawn, examples_for
from gatedmem.proofs.falsifiers.search import CALL, Tally, attack, combine, row, said

BEST = 1.0
"""CG22: the constant c in λ* = c(1 - αG₁₂)σ_q²/σ_c²."""

COMPETITION = 1.0
"""CG22: the constant c in 1 - cαG₁₂."""

# Paired trials of a case, the multiples of λ* compared, and how many standard errors count as a difference.
TRIALS = 40000
MULTIPLES = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 16.0)
BEYOND = 5.0


@dataclass(frozen=True)
class Noisy:
    """Memories (λ left open) with memory 0 as the target; standard deviations of the isotropic noises."""

    instance: ContextInstance
    query: float
    context: float

    @property
    def best(self) -> float:
        """The claimed λ*."""
        instance, ratio = self.instance, (self.query / self.context) ** 2
        competition = 0.0
        if instance.alpha > 0.0:
            competition = instance.alpha * float(model.gram_matrix(instance)[0, 1])
        return BEST * (1.0 - COMPETITION * competition) * ratio


def cg22(request: Request) -> Search:
    """CG22: λ* = σ_q²/σ_c² is best, feedback alone can turn a retrieval, a maximal frozen gate never loses."""
    rng = np.random.default_rng([request.seed, 22])
    condition = attack(
        _condition,
        drawn(request, contractive=False),
        corners(request, contractive=False),
        seed=request.seed,
        examples=examples_for(request),
    )
    if request.context is not None:
        return condition
    notes: list[str] = []

    def accuracy(case: Noisy, tally: Tally) -> None:
        notes.append(_accuracy(case, rng, tally))

    return replace(
        combine(
            attack(accuracy, _noisy(rng), None, seed=0, examples=0),
            attack(_pair, ((case, rng) for case in _pairs(rng)), None, seed=0, examples=0),
            attack(_sample_by_sample, [rng] * 3, None, seed=0, examples=0),
            attack(_feedback, [rng], None, seed=0, examples=0),
            condition,
        ),
        notes=tuple(notes),
    )


def _noisy(rng: np.random.Generator) -> Iterator[Noisy]:
    """Set-ups of protocol D.1 without competition, and others."""
    for n, d, query, context in ((50, 10, 0.6, 0.6), (50, 10, 0.3, 0.6), (20, 30, 1.2, 0.8), (5, 3, 0.5, 0.4)):
        base = draw_context(rng, n, d, alpha=0.0, beta=3.5, gain=1.0)
        yield Noisy(replace(base, name=f"N={n} d={d} σ_q={query} σ_c={context}"), query, context)


def _pairs(rng: np.random.Generator) -> Iterator[Noisy]:
    for _ in range(8):
        alpha = float(rng.choice([0.0, 0.5, 0.9]))
        pair = draw_context(rng, 2, int(rng.integers(2, 6)), alpha=alpha, beta=1.0, gain=1.0)
        yield Noisy(pair, float(rng.uniform(0.3, 1.5)), float(rng.uniform(0.3, 1.5)))


def _scores(case: Noisy, query: Array, context: Array) -> tuple[Array, Array]:
    """b = Zᵀq and A⁻¹u with u = Zᵀc, for queries and contexts of shape (..., d): shapes (..., N)."""
    memories = case.instance.memories
    gates = model.apply_gate_inverse(case.instance, context @ memories.T)
    return np.asarray(query @ memories.T), np.asarray(gates)


def _draw(case: Noisy, rng: np.random.Generator, trials: int) -> tuple[Array, Array]:
    target = case.instance.memories[0]
    noise = rng.standard_normal((2, trials, len(target)))
    return _scores(case, target + case.query * noise[0], target + case.context * noise[1])


def _accuracy(case: Noisy, rng: np.random.Generator, tally: Tally) -> str:
    """No weight is better than λ* by more than chance, and 0 and 16λ* are worse by more than chance."""
    b, gates = _draw(case, rng, TRIALS)
    best = case.best
    right = {multiple: (b + multiple * best * gates).argmax(axis=1) == 0 for multiple in MULTIPLES}
    tally.trials += TRIALS
    for multiple in MULTIPLES:
        if multiple == 1.0:
            continue
        z = _paired(right[1.0], right[multiple])
        where = said(f"{case.instance.name} λ={multiple:g}λ*, λ*={best:.6g}, {TRIALS} paired trials")
        tally.at_most("λ* is best", -z, BEYOND, scale=1.0, roundings=0.0, where=where, tight=False)
        if multiple in (0.0, 16.0):
            tally.at_most(
                "the accuracy falls away from λ*", BEYOND, z, scale=1.0, roundings=0.0, where=where, tight=False
            )
    shown = ", ".join(f"{100 * right[multiple].mean():.2f}" for multiple in MULTIPLES)
    lost = int((right[1.0] & ~right[16.0]).sum())
    return (
        f"{case.instance.name}: accuracy {shown} % at λ/λ* = {', '.join(f'{m:g}' for m in MULTIPLES)}, "
        f"λ* = {best:.3g}; {lost} of {TRIALS} right at λ* are wrong at 16λ*"
    )


def _paired(one: npt.NDArray[np.bool_], other: npt.NDArray[np.bool_]) -> float:
    """McNemar's statistic: how many standard errors the first is right more often, on the same samples."""
    won, lost = int((one & ~other).sum()), int((~one & other).sum())
    return (won - lost) / float(np.sqrt(max(won + lost, 1)))


def _pair(given: tuple[Noisy, np.random.Generator], tally: Tally) -> None:
    """Two memories, with competition: the accuracy is Φ of a ratio, and the ratio is stationary at λ*."""
    case, rng = given
    b, gates = _draw(case, rng, TRIALS)
    target = case.instance.memories[0]
    apart = case.instance.memories[0] - case.instance.memories[1]
    overlap = float(model.gram_matrix(case.instance)[0, 1])
    # Mean and variance of the gap, by the response of the scores to the signal and to unit noises.
    unit = np.eye(len(target))
    from_query, from_context = _scores(case, unit, unit)
    signal, lift = (float((part[:, 0] - part[:, 1]) @ target) for part in (from_query, from_context))
    query = case.query**2 * float(((from_query[:, 0] - from_query[:, 1]) ** 2).sum())
    context = case.context**2 * float(((from_context[:, 0] - from_context[:, 1]) ** 2).sum())
    best = case.best
    where = said(f"{describe(case.instance)} σ_q={case.query:.17g} σ_c={case.context:.17g} λ*={best:.17g}")
    tally.trials += TRIALS
    eta = 1.0 - case.instance.alpha * overlap
    size = 1.0 + case.instance.alpha
    tally.equal(
        "the ratio is stationary at λ*",
        lift * query,
        best * signal * context,
        scale=(size + 1.0 / eta)
        * (abs(lift * query) + abs(best * signal * context))
        * (1.0 + 1.0 / (1.0 - abs(overlap))),
        roundings=200.0,
        where=where,
    )
    for weight in (0.5 * best, best, 4.0 * best):
        effective = weight / eta
        ratio = np.sqrt((1.0 - overlap) / 2.0) * (1.0 + effective)
        expected = float(norm.cdf(ratio / np.sqrt(case.query**2 + (effective * case.context) ** 2)))
        measured = float(((b + weight * gates) @ np.array([1.0, -1.0]) > 0.0).mean())
        error = float(np.sqrt(max(expected * (1.0 - expected), 1.0 / TRIALS) / TRIALS))
        tally.at_most(
            "the accuracy is Φ of the ratio",
            abs(measured - expected) / error,
            BEYOND,
            scale=1.0,
            roundings=0.0,
            where=where,
            tight=False,
        )
    tally.equal(
        "‖ζ¹ - ζ²‖² = 2(1 - G₁₂)", float(apart @ apart), 2.0 * (1.0 - overlap), scale=4.0, roundings=40.0, where=where
    )


def _sample_by_sample(rng: np.random.Generator, tally: Tally) -> None:
    """With the same noise, a target retrieved at some noise level is retrieved at every lower one."""
    n, d = int(rng.integers(2, 40)), int(rng.integers(2, 12))
    memories = draw_context(rng, n, d, alpha=0.0, beta=1.0, gain=1.0).memories
    noise = rng.standard_normal((2000, d))
    levels = np.array([4.0, 2.0, 1.0, 0.5, 0.25, 0.1])
    scores = (memories[0] + levels[:, None, None] * noise) @ memories.T
    lead = scores[..., :1] - scores[..., 1:]
    tally.trials += len(noise)
    tally.at_most(
        "less noise keeps a right retrieval right",
        np.where(lead[:-1] > 0.0, 0.0, -1.0),
        np.where(lead[:-1] > 0.0, lead[1:], 0.0),
        scale=1.0 + np.abs(scores).max(),
        roundings=4.0 * d,
        where=lambda at: f"N={n} d={d} noise {row(noise[at[1]])} level {levels[at[0] + 1]:g}",
        tight=False,
    )


def _feedback(rng: np.random.Generator, tally: Tally) -> None:
    """Part (b): one fixed point from every start, with argmax 1 at λ = 1 and argmax 3 at λ = 2."""
    memories = np.array([[1.0, 0.0, 0.0], [0.8, 0.6, 0.0], [0.0, 0.0, 1.0]])
    for gain, winner in ((1.0, 0), (2.0, 2)):
        instance = ContextInstance(memories, 0.5, 0.1, gain, evidence=np.array([0.1, 0.05, 0.0]))
        starts = np.concatenate([np.eye(3), rng.dirichlet(np.ones(3), 5)])
        ends = model.iterate(instance, starts, steps=2000, tolerance=1e-15).end
        where = said(describe(instance))
        tally.trials += len(starts)
        tally.at_most(
            "κ < 1", model.contraction_factor(instance), 1.0, scale=1.0, roundings=0.0, where=where, tight=False
        )
        tally.equal("one end of all starts", ends, ends[:1], scale=1.0, roundings=200.0, where=where)
        tally.equal(
            f"the argmax is {winner + 1}",
            ends.argmax(axis=1).astype(float),
            float(winner),
            scale=1.0,
            roundings=0.0,
            where=where,
        )


def _condition(points: Points, tally: Tally) -> None:
    """Frozen gates g: a memory with maximal g that leads at λ leads, with no less probability, at every larger λ."""
    instance, gates = points.instance, points.s
    b, beta, lam = model.evidence(instance), instance.beta, instance.gain
    tally.trials += len(gates)
    maximal = gates == gates.max(axis=1, keepdims=True)
    score = b + lam * gates
    leads = maximal & (score == score.max(axis=1, keepdims=True))
    for later in (lam + 0.1, 2.0 * lam + 1.0, 100.0):
        if later < lam:
            continue
        moved = b + later * gates
        size = float(np.abs(b).max()) + max(later, lam) * float(np.abs(gates).max()) + 1e-300
        behind = moved.max(axis=1, keepdims=True) - moved

        def where(at: tuple[int, ...], later: float = later) -> str:
            return f"{describe(instance)} g={row(gates[at[0]])} later λ={later:.6g}"

        tally.at_most(
            "the argmax stays", np.where(leads, behind, 0.0), 0.0, scale=size, roundings=8.0, where=where, tight=False
        )
        change = soft.log_softmax(moved, beta) - soft.log_softmax(score, beta)
        tally.at_most(
            "P(μ) does not fall with λ where g_μ is maximal",
            np.where(maximal, -change, 0.0),
            0.0,
            scale=1.0 + 4.0 * beta * size,
            roundings=instance.n_memories + 4.0 * CALL + 10.0,
            where=where,
            tight=False,
        )
    # And only there: at a λ of its own each memory without maximal g is behind one that has it.
    top = gates.argmax(axis=1)[:, None]
    deficit = np.take_along_axis(gates, top, axis=1) - gates
    reach = 2.0 * (np.abs(b).max() + 1.0) / np.where(maximal, 1.0, deficit)
    behind = b - np.broadcast_to(b, gates.shape)[np.arange(len(gates))[:, None], top] - reach * deficit
    tally.at_most(
        "a memory without maximal g is lost at last",
        np.where(maximal, -1.0, behind),
        0.0,
        scale=4.0 * (np.abs(b).max() + 1.0),
        roundings=16.0,
        where=lambda at: f"{describe(instance)} g={row(gates[at[0]])} memory {at[1] + 1}",
        tight=False,
    )
