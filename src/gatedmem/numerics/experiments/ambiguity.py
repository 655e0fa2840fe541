"""Do runs of the astrocyte-gated memory descend, do they settle, and on what, where the cue does not say it all?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gatedmem.numerics.instances import Array
from gatedmem.numerics.simulate import draw_trials, simulate_astrocyte

Mask = npt.NDArray[np.bool_]

N_NEURONS = 30
T_FINAL, HORIZON = 10.0, 1000.0
KINDS = ("tie", "mixture", "random")
MIXED = 3
NUDGE = 1e-6


def descent_unit(
    tau_p: float, tau_x: float, temperature: float, sigma: float, trials: int, seed: int
) -> dict[str, np.ndarray]:
    """Follow the protocol's runs (N = 30, K = 100, 6 flips) closely, each beside one from a nudged cue.

    Returns:
        Shape (trials,): ``rise``, the largest rise of the energy between two of 400 moments, over its whole fall;
        ``settled``, whether the equilibrium equations hold to 1e-3 at the end, at 100 times the slowest time
        constant; ``spread``, the largest difference of an activity that a nudge of 1e-6 on every neuron has made by
        the end; ``turns``, how often the leading pattern's overlap changes its direction (by more than 0.01 N).
    """
    patterns, cues, targets = draw_trials(seed, trials, N_NEURONS, 100, 6)
    horizon = 100.0 * max(1.0, tau_x, tau_p)
    fast = 0.01 * min(1.0, tau_x, tau_p)
    times = np.concatenate([[0.0], np.geomspace(fast, horizon, 400)])
    rng = np.random.default_rng([seed, 1])
    nudged = cues + NUDGE * rng.choice([-1.0, 1.0], size=cues.shape)
    starts = np.stack([cues, nudged], axis=1)
    run = simulate_astrocyte(
        patterns[:, None],
        starts,
        sigma=sigma,
        temperature=temperature,
        tau_x=tau_x,
        tau_p=tau_p,
        target=targets[:, None],
        times=times,
        path=True,
        tolerance=1e-9,
    )
    if run.path_x is None:
        raise AssertionError("the path was asked for")
    energy = run.observables["energy"][:, 0]
    fall = energy[:, 0] - energy.min(axis=-1)
    activity = np.tanh(sigma * run.path_x)
    leader = run.gains[:, 0].argmax(axis=-1)
    overlap = np.einsum("tmn,tn->tm", activity[:, 0], patterns[np.arange(trials), leader]) / N_NEURONS
    return {
        "rise": np.diff(energy, axis=-1).max(axis=-1) / fall,
        "settled": np.isfinite(run.convergence_time[:, 0]),
        "spread": np.abs(activity[:, 0, -1] - activity[:, 1, -1]).max(axis=-1),
        "turns": np.array([turns(row, 0.01) for row in overlap]),
        "failed": run.failed.any(axis=-1),
    }


def turns(values: Array, least: float) -> int:
    """Return how often a sequence changes its direction, movements of less than ``least`` apart.

    >>> turns(np.array([0.0, 1.0, 0.4, 0.399, 0.4, 2.0]), 0.01)
    2
    """
    count, direction, turning = 0, 0, float(values[0])
    for value in map(float, values):
        moved = value - turning
        if direction == 0:
            if abs(moved) > least:
                direction, turning = (1 if moved > 0 else -1), value
        elif moved * direction > 0:
            turning = value
        elif -moved * direction > least:
            direction, turning, count = -direction, value, count + 1
    return count


def ambiguous_trials(kind: str, trials: int, n_patterns: int, seed: int) -> tuple[Array, Array, Mask]:
    """Draw patterns, cues and candidates: patterns that the cue is equally close to, or was mixed from.

    Args:
        kind: "tie": a random cue whose largest |overlap| belongs to two patterns or more, found by drawing until one
            is; "mixture": the majority of the first three patterns; "random": any cue, the candidates as for a tie.
        trials: how many.
        n_patterns: K.
        seed: at least 0.

    Returns:
        Patterns (trials, K, N), cues (trials, N), candidates (trials, K), true or false.

    Raises:
        ValueError: no such kind.

    >>> patterns, cues, tied = ambiguous_trials("tie", 4, 5, 0)
    >>> sizes = np.abs((patterns @ cues[..., None])[..., 0])
    >>> bool((sizes.max(axis=-1, keepdims=True) == sizes)[tied].all()), bool((tied.sum(axis=-1) > 1).all())
    (True, True)
    """
    if kind not in KINDS:
        raise ValueError(f"kind: must be one of {', '.join(KINDS)}, is {kind!r}")
    rng = np.random.default_rng([seed, n_patterns, KINDS.index(kind)])
    drawn: list[tuple[Array, Array, Mask]] = []
    while len(drawn) < trials:
        found = _draw(kind, n_patterns, rng)
        if kind != "tie" or found[2].sum() > 1:
            drawn.append(found)
    patterns, cues, candidates = zip(*drawn, strict=True)
    return np.stack(patterns), np.stack(cues), np.stack(candidates)


def _draw(kind: str, n_patterns: int, rng: np.random.Generator) -> tuple[Array, Array, Mask]:
    patterns = rng.choice([-1.0, 1.0], size=(n_patterns, N_NEURONS))
    if kind == "mixture":
        return patterns, np.sign(patterns[:MIXED].sum(axis=0)), np.arange(n_patterns) < MIXED
    cue = rng.choice([-1.0, 1.0], size=N_NEURONS)
    sizes = np.abs(patterns @ cue)
    return patterns, cue, (sizes == sizes.max()) & (sizes > 0)


def ambiguity_unit(
    kind: str, n_patterns: int, temperature: float, sigma: float, trials: int, seed: int
) -> dict[str, np.ndarray]:
    """Run from ambiguous cues, τ_x = τ_p = 1, to t = 10 and to t = 1000.

    Every run is made twice, the second time with the neurons in another order. Where a symmetry keeps a tie, rounding
    errors may still end it, but not twice in the same way.

    Returns:
        Shape (trials, 2): ``perplexity``; ``lead``, the second largest gain over the largest; ``again``, whether the
        same gain is the largest in the second run; ``on_candidates``, the gains' sum over the candidates. Shape
        (trials,): ``settled``, whether the equilibrium equations hold at the end.
    """
    patterns, cues, candidates = ambiguous_trials(kind, trials, n_patterns, seed)
    order = np.random.default_rng([seed, 1]).permutation(N_NEURONS)
    run = simulate_astrocyte(
        np.stack([patterns, patterns[..., order]]),
        np.stack([cues, cues[..., order]]),
        sigma=sigma,
        temperature=temperature,
        times=[0.0, T_FINAL, HORIZON],
        path=True,
    )
    if run.path_gains is None:
        raise AssertionError("the path was asked for")
    gains, second = run.path_gains[:, :, 1:]
    ordered = np.sort(gains, axis=-1)
    return {
        "perplexity": run.observables["perplexity"][0, :, 1:],
        "lead": ordered[..., -2] / ordered[..., -1],
        "on_candidates": np.where(candidates[:, None], gains, 0.0).sum(axis=-1),
        "again": gains.argmax(axis=-1) == second.argmax(axis=-1),
        "settled": np.isfinite(run.convergence_time[0]),
    }
