"""Protocol D.2 of arXiv 2605.10970: the gates of a cluster of similar memories around the critical competition.

The drive is uniform and there is no feedback. The answer beyond α_crit depends on the horizon, which the paper leaves
open, as it does the scaling of the noise about the centroid; below, the paper takes the equilibrium until λ_min(A)
falls to 0.01.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gatedmem.numerics import context
from gatedmem.numerics.experiments.context_accuracy import noise_size, unit_rows
from gatedmem.numerics.instances import Array, ContextInstance
from gatedmem.numerics.simulate import simulate_gates

# The equilibrium is taken while λ_min(A) exceeds this.
SETTLED_ABOVE = 0.01
# So long that e^{-ηt} is 0 for every mode with η ≥ 1e-6.
_FOREVER = 1e12


def cluster(rng: np.random.Generator, count: int, dimension: int, scaling: str) -> Array:
    """Memories of norm 1 about a centroid of norm 2 and random direction, shape (count, dimension).

    >>> memories = cluster(np.random.default_rng(0), 50, 10, "coordinate")
    >>> bool((memories @ memories.T).mean() > 0.7)
    True
    """
    centroid = 2.0 * unit_rows(rng.standard_normal(dimension))
    return unit_rows(centroid + 0.3 * noise_size(scaling, dimension) * rng.standard_normal((count, dimension)))


def gates_unit(
    *,
    seed: int,
    scaling: str,
    draws: int,
    alphas: Sequence[float],
    horizons: Sequence[float],
    moments: Sequence[float],
    gaps: Sequence[float],
    won_alphas: Sequence[float],
    count: int,
    dimension: int,
    beta: float,
    bias: float,
) -> dict[str, Array]:
    """The gates alone, from rest and, for the winners, from random gates of standard deviation ``bias`` as well.

    Returns:
        ``peak`` (draws, horizons, alphas): largest probability by the paper's rule; ``at_critical`` (draws, moments):
        at α_crit over time; ``settled`` (draws, gaps): in equilibrium at α = α_crit(1 - gap); ``critical`` (draws,);
        ``won_peak``, ``won_size`` (draws, starts, won_alphas, horizons): largest probability and largest gate beyond
        α_crit; ``as_predicted``: 1 where the winner is the one of the critical component; ``same_winner``: 1 where
        a drive changed by a vector of range(G) has the same winner.
    """
    rng = np.random.default_rng([seed, 2])
    found = []
    for _ in range(draws):
        memories = cluster(rng, count, dimension, scaling)
        drive = np.full(count, 1.0 / count)
        critical = context.critical_alpha(ContextInstance(memories))
        result = {"critical": np.array(critical)}
        times = [*horizons, _FOREVER]
        _, p = simulate_gates(memories, drive, alpha=np.array(alphas), beta=beta, times=times)
        peaks = p.max(axis=-1)  # (alphas, times)
        lowest = 1.0 - np.array(alphas) / critical
        result["peak"] = np.where(lowest[:, None] > SETTLED_ABOVE, peaks[:, -1:], peaks[:, :-1]).T
        result["at_critical"] = simulate_gates(memories, drive, alpha=critical, beta=beta, times=moments)[1].max(
            axis=-1
        )
        below = critical * (1.0 - np.array(gaps))
        result["settled"] = simulate_gates(memories, drive, alpha=below, beta=beta, times=[_FOREVER])[1][:, 0].max(
            axis=-1
        )
        change = memories @ rng.standard_normal(dimension) / count
        starts = np.stack([np.zeros(count), bias * rng.standard_normal(count)])
        result |= _winners(memories, drive, change, starts, np.array(won_alphas) * critical, horizons, beta)
        found.append(result)
    return {name: np.stack([result[name] for result in found]) for name in found[0]}


def _winners(
    memories: Array,
    drive: Array,
    change: Array,
    starts: Array,
    alphas: Array,
    horizons: Sequence[float],
    beta: float,
) -> dict[str, Array]:
    """Who wins beyond α_crit, and who should by Thm 3.3: the argmax of a(0) + c/γ on the critical eigenspace."""
    gram = memories @ memories.T
    values, vectors = np.linalg.eigh(gram - np.diag(np.diag(gram)))
    lowest = vectors[:, values < values[0] + 1e-9]
    growth = -(1.0 + alphas * values[0])
    component = starts[:, None, :] + drive / growth[:, None]  # (starts, alphas, N)
    expected = (component @ lowest @ lowest.T).argmax(axis=-1)
    broad = starts[:, None, :]
    s, p = simulate_gates(memories, drive, alpha=alphas, beta=beta, s=broad, times=horizons)
    moved, _ = simulate_gates(memories, drive + change, alpha=alphas, beta=beta, s=broad, times=horizons)
    return {
        "won_peak": p.max(axis=-1),
        "won_size": s.max(axis=-1),
        "as_predicted": (s.argmax(axis=-1) == expected[..., None]).astype(float),
        "same_winner": (moved.argmax(axis=-1) == s.argmax(axis=-1)).astype(float),
    }
