"""Protocol D.1 of arXiv 2605.10970: retrieval with a noisy query and a noisy context, over noise and coupling λ.

The paper leaves open how the noise is scaled, from where the fixed point is sought, and whether memories are drawn
anew. Here memories are drawn anew for every set, the same trials serve every noise level and coupling, and four ways
to an answer are compared: scores without feedback, ``p ← Φ(p)`` from r = 0 and from r = b, and the flow from rest.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from gatedmem.numerics import context
from gatedmem.numerics.instances import Array, ContextInstance
from gatedmem.numerics.simulate import simulate_context
from gatedmem.numerics.softmax import softmax

WAYS = ("without feedback", "from r = 0", "from r = b", "flow from rest")
FLOW = WAYS.index("flow from rest")
# What convergence leaves between a run's end and its fixed point, and what may therefore lie below the bound.
SLACK = (0.0, 1e-9, 1e-9, 1e-4)
EARLY = (0.5, 1.0, 2.0)
_T_END = 50.0


def unit_rows(values: Array) -> Array:
    """Rows scaled to norm 1.

    >>> unit_rows(np.array([[3.0, 4.0]]))
    array([[0.6, 0.8]])
    """
    return np.asarray(values / np.linalg.norm(values, axis=-1, keepdims=True))


def noise_size(scaling: str, dimension: int) -> float:
    """The standard deviation of one coordinate of the noise at σ = 1.

    >>> noise_size("norm", 16), noise_size("coordinate", 16)
    (0.25, 1.0)

    Raises:
        ValueError: the scaling is neither ``coordinate`` (standard normal) nor ``norm`` (of norm about σ).
    """
    if scaling not in ("coordinate", "norm"):
        raise ValueError(f"scaling: must be 'coordinate' or 'norm', is {scaling!r}")
    return 1.0 if scaling == "coordinate" else float(dimension) ** -0.5


def separation_bound(lead: Array, beta: float, count: int) -> Array:
    """``1/(1 + (N-1)e^{-βΔ})`` (Thm 3.1 and statement CG6), shape of ``lead``.

    >>> round(float(separation_bound(np.array(0.0), 3.5, 50)), 12)
    0.02
    """
    return np.asarray(expit(beta * lead - np.log(count - 1)))


def lead_over_others(values: Array, right: npt.NDArray[np.intp]) -> Array:
    """``v_μ - max_{ν≠μ} v_ν`` for values (..., N) and the right memories μ, shape (...).

    >>> lead_over_others(np.array([[3.0, 1.0, 2.0]]), np.array([2]))
    array([-1.])
    """
    own = np.take_along_axis(values, right[..., None], axis=-1)[..., 0]
    others = values.copy()
    np.put_along_axis(others, right[..., None], -np.inf, axis=-1)
    return np.asarray(own - others.max(axis=-1))


def fixed_points(
    inverse: Array, scores: Array, strength: Array, beta: float, start: Array, *, cap: int = 5000
) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Run ``p ← softmax(β(scores + strength·A⁻¹p))``, row by row, until no entry changes by 1e-12.

    Args:
        inverse: A⁻¹, shape (N, N).
        scores: b + λA⁻¹u, shape (rows, N).
        strength: λ², shape (rows,).
        beta: β.
        start: shape (rows, N).
        cap: the most sweeps.

    Returns:
        The last p, shape (rows, N), and whether each row came to rest.
    """
    p, moving = start.copy(), np.arange(len(start))
    for _ in range(cap):
        before = p[moving]
        after = softmax(scores[moving] + strength[moving, None] * (before @ inverse), beta)
        p[moving] = after
        moving = moving[np.abs(after - before).max(axis=1) >= 1e-12]
        if not len(moving):
            break
    rest = np.ones(len(p), dtype=bool)
    rest[moving] = False
    return p, rest


def accuracy_unit(
    *,
    seed: int,
    scaling: str,
    sets: int,
    trials: int,
    flow_trials: int,
    noises: Sequence[float],
    gains: Sequence[float],
    count: int,
    dimension: int,
    beta: float,
    alpha: float,
    context_noise: float,
) -> dict[str, Array]:
    """Accuracy and separation for some sets of memories; both scalings of the noise use the same draws.

    Returns:
        ``right`` (sets, ways, noises, gains): share of right answers, of the first ``flow_trials`` for the flow;
        ``lost`` (sets, ways, noises, gains - 1): share that the next larger λ turns from right to wrong, and
        ``lost_named``: that of them whose context, A⁻¹u, points to the right memory all the same;
        ``below`` (sets, ways, noises, gains): share below the bound, ``margin``: least distance to it, ``unrest``:
        share that did not come to rest; ``early_below`` (sets, early times): share of the flow's passing states;
        ``lead``, ``probability`` (sets, ways, noises, gains, 2): of the first two trials.
    """
    rng = np.random.default_rng([seed, 1])
    size = noise_size(scaling, dimension)
    found = [
        _one_set(
            rng,
            size,
            trials,
            flow_trials,
            np.array(noises),
            np.array(gains),
            count,
            dimension,
            beta,
            alpha,
            context_noise,
        )
        for _ in range(sets)
    ]
    return {name: np.stack([result[name] for result in found]) for name in found[0]}


def _one_set(
    rng: np.random.Generator,
    size: float,
    trials: int,
    flow_trials: int,
    noises: Array,
    gains: Array,
    count: int,
    dimension: int,
    beta: float,
    alpha: float,
    context_noise: float,
) -> dict[str, Array]:
    memories = unit_rows(rng.standard_normal((count, dimension)))
    target = rng.integers(count, size=trials)
    query_noise = size * rng.standard_normal((trials, dimension))
    contexts = memories[target] + size * context_noise * rng.standard_normal((trials, dimension))
    instance = ContextInstance(memories, alpha=alpha, beta=beta)
    inverse = context.apply_gate_inverse(instance, np.eye(count))
    inverse = 0.5 * (inverse + inverse.T)

    # Axes: noise, coupling, trial, memory.
    shape = (len(noises), len(gains), trials, count)
    evidence = (memories[target] + noises[:, None, None] * query_noise) @ memories.T
    drive = contexts @ memories.T
    gate = drive @ inverse
    b = np.broadcast_to(evidence[:, None], shape)
    scores = b + gains[:, None, None] * gate
    right = np.broadcast_to(target, shape[:-1])
    flat, strength = scores.reshape(-1, count), np.repeat(np.tile(gains**2, len(noises)), trials)
    uniform = np.full(flat.shape, 1.0 / count)
    named = gate.argmax(axis=-1) == target

    out: dict[str, list[Array]] = {name: [] for name in ("right", "lost", "lost_named", "below", "margin", "unrest")}
    out |= {"lead": [], "probability": []}
    for way, slack in zip(WAYS, SLACK, strict=True):
        used = flow_trials if way == WAYS[FLOW] else trials
        if way == "without feedback":
            p, rest = softmax(flat, beta).reshape(shape), np.ones(shape[:-1], dtype=bool)
            gates = np.broadcast_to(gate, shape)
        elif way == WAYS[FLOW]:
            p, gates, rest, early = _flow(instance, b[:, :, :used], drive[:used], gains, right[:, :, :used])
        else:
            start = uniform if way == "from r = 0" else softmax(b.reshape(-1, count), beta)
            ended, settled = fixed_points(inverse, flat, strength, beta, start)
            p, rest = ended.reshape(shape), settled.reshape(shape[:-1])
            gates = gate + gains[:, None, None] * (p @ inverse)
        truth = right[:, :, :used]
        correct = p.argmax(axis=-1) == truth
        lead = lead_over_others(b[:, :, :used], truth) + gains[:, None] * lead_over_others(gates, truth)
        probability = np.take_along_axis(p, truth[..., None], axis=-1)[..., 0]
        above = np.where(rest, probability - separation_bound(lead, beta, count), np.inf)
        lost = correct[:, :-1] & ~correct[:, 1:]
        out["right"].append(correct.mean(axis=-1))
        out["lost"].append(lost.mean(axis=-1))
        out["lost_named"].append((lost & named[:used]).mean(axis=-1))
        # Rounding leaves a few units in the last place.
        out["below"].append((above < -slack - 1e-13).mean(axis=-1))
        out["margin"].append(above.min(axis=-1))
        out["unrest"].append(1.0 - rest.mean(axis=-1))
        out["lead"].append(lead[:, :, :2])
        out["probability"].append(probability[:, :, :2])
    return {name: np.stack(values) for name, values in out.items()} | {"early_below": early}


def _flow(
    instance: ContextInstance, b: Array, drive: Array, gains: Array, right: npt.NDArray[np.intp]
) -> tuple[Array, Array, npt.NDArray[np.bool_], Array]:
    """The flow from s = r = 0: p and s at the end, whether it rests there, share below the bound on the way."""
    run = simulate_context(
        instance.memories,
        evidence=b,
        drive=drive,
        alpha=instance.alpha,
        beta=instance.beta,
        gain=gains[:, None],
        times=[0.0, *EARLY, _T_END],
        path=True,
        tolerance=1e-5,
        rest=1e-4,
    )
    assert run.path is not None
    below = []
    for step in range(1, 1 + len(EARLY)):
        s, r = run.path["s"][..., step, :], run.path["r"][..., step, :]
        p = softmax(r, instance.beta)
        lead = lead_over_others(b, right) + gains[:, None] * lead_over_others(s, right)
        probability = np.take_along_axis(p, right[..., None], axis=-1)[..., 0]
        bound = separation_bound(lead, instance.beta, instance.n_memories)
        below.append((probability < bound - SLACK[FLOW]).mean())
    return run.p, run.s, np.isfinite(run.convergence_time), np.array(below)
