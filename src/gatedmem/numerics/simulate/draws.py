"""Drawn trials: random patterns and corrupted cues, fixed by a seed, each trial by itself."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gatedmem.numerics.instances import Array


def draw_trials(
    seed: int, trials: int, n_neurons: int, n_patterns: int, flips: int | Sequence[int], *, first: int = 0
) -> tuple[Array, Array, Array]:
    """Draw random patterns and cues: pattern 0 of each set with some entries flipped.

    Trial i depends on (seed, N, K, i) alone, not on how many are drawn, and its cues are nested: a cue with more
    flips flips those of the cue with fewer. So sweeps are paired, and a part of a sweep repeats the whole.

    Args:
        seed: at least 0.
        trials: how many sets to draw.
        n_neurons: N.
        n_patterns: K.
        flips: how many entries of the cue to flip, or several such numbers, each between 0 and N.
        first: index of the first trial.

    Returns:
        Patterns (trials, K, N), cues (trials, N) or (trials, len(flips), N), targets of the cues' shape.

    Raises:
        ValueError: a number is out of range.

    >>> patterns, cues, targets = draw_trials(0, 3, 10, 5, [0, 2])
    >>> patterns.shape, cues.shape, (cues != targets).sum(axis=-1).tolist()
    ((3, 5, 10), (3, 2, 10), [[0, 2], [0, 2], [0, 2]])
    """
    wanted = np.atleast_1d(np.asarray(flips))
    if wanted.size == 0 or wanted.min() < 0 or wanted.max() > n_neurons:
        raise ValueError(f"flips: must lie between 0 and N = {n_neurons}, is {flips}")
    if min(trials, n_neurons, n_patterns) < 1 or seed < 0 or first < 0:
        raise ValueError("trials, n_neurons and n_patterns must be at least 1, seed and first at least 0")
    patterns = np.empty((trials, n_patterns, n_neurons))
    rank = np.empty((trials, n_neurons), dtype=np.intp)
    for trial in range(trials):
        rng = np.random.default_rng([seed, n_neurons, n_patterns, first + trial])
        patterns[trial] = 2.0 * rng.integers(0, 2, size=(n_patterns, n_neurons), dtype=np.int8) - 1.0
        rank[trial] = rng.permutation(n_neurons)
    targets = np.repeat(patterns[:, :1], len(wanted), axis=1)
    cues = np.where(rank[:, None] < wanted[:, None], -targets, targets)
    return (patterns, cues[:, 0], targets[:, 0]) if np.ndim(flips) == 0 else (patterns, cues, targets)
