"""How context, query and feedback share the decision below and beyond uniqueness (arXiv 2605.10970, Thm 3.4).

Couplings are chosen by the exact number of statement CG12, βλ²·max_{i≠j}(B_ii + B_jj - 2B_ij)/4 with B = A⁻¹: at most
1 means one fixed point under every drive.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gatedmem.numerics import context
from gatedmem.numerics.experiments.context_accuracy import fixed_points, unit_rows
from gatedmem.numerics.instances import Array, ContextInstance
from gatedmem.numerics.softmax import softmax

DRIVES = ("no query, no context", "mixed query, no context", "mixed query and context", "two memories in balance")
# How far the memories outside the balanced pair are held down: none of them has any weight.
_HELD_DOWN = -1e3


def distinct(states: Array, apart: float = 1e-6) -> int:
    """How many of the rows of ``states`` differ by more than ``apart`` in some entry.

    >>> distinct(np.array([[0.0, 1.0], [0.0, 1.0], [1.0, 0.0]]))
    2
    """
    kept: list[Array] = []
    for state in states:
        if all(float(np.abs(state - other).max()) > apart for other in kept):
            kept.append(state)
    return len(kept)


def regimes_unit(
    *,
    seed: int,
    sets: int,
    numbers: Sequence[float],
    tilts: Sequence[float],
    count: int,
    dimension: int,
    beta: float,
    alpha: float,
) -> dict[str, Array]:
    """Fixed points and answers for some sets of memories, at several values of CG12's number.

    Returns:
        ``contraction`` (sets, numbers): CG11's number βλ²/(2η_min) there; ``gain`` (sets, numbers): λ;
        ``attractors`` (sets, numbers, drives): different ends of runs from every memory and from the middle;
        ``loop`` (sets, numbers, 2, tilts): p of the first of two balanced memories while a context tilts the
        balance up and, in reverse, down again, ``tilts`` being multiples of (1 + number)/β, beyond number/β of which
        no second state is left; ``rest`` (sets, numbers): share of runs that came to rest.
    """
    rng = np.random.default_rng([seed, 4])
    found = []
    for _ in range(sets):
        memories = unit_rows(rng.standard_normal((count, dimension)))
        base = ContextInstance(memories, alpha=alpha, beta=beta, gain=1.0)
        pair = rng.choice(count, size=2, replace=False)
        query = memories[pair].sum(axis=0) / 2.0 + 0.1 * rng.standard_normal(dimension)
        evidence, drive = memories @ query, memories @ memories[pair[0]]
        result: dict[str, list[Array]] = {name: [] for name in ("contraction", "gain", "attractors", "loop", "rest")}
        for number in numbers:
            gain = float(np.sqrt(number / context.uniqueness_threshold(base)))
            instance = replace(base, gain=gain)
            result["contraction"].append(np.array(context.contraction_factor(instance)))
            result["gain"].append(np.array(gain))
            inverse = context.apply_gate_inverse(instance, np.eye(count))
            inverse = 0.5 * (inverse + inverse.T)
            balanced, (first, second) = _balance(inverse, gain)
            attractors, rests = [], []
            for scores in (np.zeros(count), evidence, evidence + gain * (inverse @ drive), balanced):
                starts = np.vstack([np.eye(count), np.full((1, count), 1.0 / count)])
                ends, rest = fixed_points(
                    inverse,
                    np.broadcast_to(scores, starts.shape),
                    np.full(len(starts), gain**2),
                    beta,
                    starts,
                    cap=20000,
                )
                attractors.append(distinct(ends))
                rests.append(rest.mean())
            result["attractors"].append(np.array(attractors))
            result["rest"].append(np.mean(rests))
            course = np.array(tilts) * (1.0 + number) / beta
            result["loop"].append(_loop(inverse, balanced, gain, beta, course, first, second))
        found.append({name: np.stack(values) for name, values in result.items()})
    return {name: np.stack([result[name] for result in found]) for name in found[0]}


def _balance(inverse: Array, gain: float) -> tuple[Array, tuple[int, int]]:
    """Scores under which p = (½, ½) on the pair that CG12 names is a fixed point, shape (N,), and the pair."""
    diagonal = np.diag(inverse)
    spread = diagonal[:, None] + diagonal - 2.0 * inverse
    first, second = (int(index) for index in np.unravel_index(spread.argmax(), spread.shape))
    half = gain**2 * (inverse[:, first] + inverse[:, second]) / 2.0
    scores = np.full(len(inverse), _HELD_DOWN)
    scores[first], scores[second] = -half[first], -half[second]
    return scores, (first, second)


def _loop(inverse: Array, balanced: Array, gain: float, beta: float, tilts: Array, first: int, second: int) -> Array:
    """p of the first memory as scores tilt by ±k, each run starting where the last one ended, shape (2, tilts)."""
    p = softmax(balanced + tilts[0] * _tilt(len(balanced), first, second), beta)[None]
    passes = []
    for course in (tilts, tilts[::-1]):
        seen = []
        for k in course:
            scores = balanced + k * _tilt(len(balanced), first, second)
            p, _ = fixed_points(inverse, scores[None], np.array([gain**2]), beta, p, cap=20000)
            seen.append(p[0, first])
        passes.append(seen)
    return np.array([passes[0], passes[1][::-1]])


def _tilt(count: int, first: int, second: int) -> Array:
    direction = np.zeros(count)
    direction[first], direction[second] = 1.0, -1.0
    return direction
