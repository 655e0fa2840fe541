"""Runs made to be looked at: gains on the triangle of three patterns, and handwritten digits in every memory."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gatedmem.numerics import astrocyte
from gatedmem.numerics.instances import Array, AstrocyteInstance, digit_patterns
from gatedmem.numerics.simulate import (
    Run,
    draw_trials,
    simulate_astrocyte,
    simulate_context,
    simulate_dense,
    simulate_hopfield,
    simulate_modern,
    simulate_neuron_astrocyte,
)
from gatedmem.numerics.simulate.ways import Options
from gatedmem.numerics.softmax import softmax

MEMORIES = (
    "astrocyte-gated",
    "astrocyte-gated, linear score",
    "classical Hopfield",
    "modern Hopfield",
    "dense, exponential",
    "neuron-astrocyte",
    "context-gated",
)
CUES = ("noise", "hidden")
# At their natural scales, e^{-N} and 1/N³, a cue with a fifth of its pixels flipped fades to nothing.
DENSE_SCALE = float(np.exp(-32.0))
CUBIC_SCALE = 10.0


def simplex_unit(
    n_neurons: int,
    flips: int,
    sigma: float,
    temperature: float,
    tau_p: float,
    moments: list[float],
    cues: int,
    seed: int,
) -> dict[str, np.ndarray]:
    """Retrieve one of three patterns, and from other cues; with the energy over the gains at some moments.

    Args:
        n_neurons: N.
        flips: flipped entries of the first cue.
        sigma, temperature, tau_p: parameters; τ_x is 1.
        moments: times of the snapshots, the last one the end.
        cues: how many cues at all: the first with ``flips`` flips, the others random.
        seed: of the draws.

    Returns:
        ``times`` (M,), ``gains`` (cues, M, 3), ``overlaps`` (cues, M, 3) over N, ``energy`` (M,) of the first cue;
        ``grid`` (G, 3), points of the simplex, and ``landscape`` (moments, G), the energy there at the neurons of
        the first cue's run at each moment.
    """
    patterns, cue, _ = draw_trials(seed, 1, n_neurons, 3, flips)
    rng = np.random.default_rng([seed, 1])
    starts = np.concatenate([cue, rng.choice([-1.0, 1.0], size=(cues - 1, n_neurons))])
    times = np.unique(np.concatenate([np.linspace(0.0, moments[-1], 301), moments]))
    run = simulate_astrocyte(
        patterns[0], starts, sigma=sigma, temperature=temperature, tau_p=tau_p, times=times, path=True, tolerance=1e-8
    )
    if run.path_x is None or run.path_gains is None:
        raise AssertionError("the path was asked for")
    steps = 60
    grid = np.array([(i, j, steps - i - j) for i in range(steps + 1) for j in range(steps + 1 - i)]) / steps
    model = AstrocyteInstance(patterns[0], sigma=sigma, temperature=temperature, tau_p=tau_p)
    at = np.searchsorted(times, moments)
    return {
        "times": times,
        "gains": run.path_gains,
        "overlaps": astrocyte.overlaps(model, run.path_x) / n_neurons,
        "energy": run.observables["energy"][0],
        "grid": grid,
        "landscape": np.stack([astrocyte.energy(model, run.path_x[0, index], grid) for index in at]),
        "moments": times[at],
    }


def damaged(image: Array, cue: str, flips: int, seed: int) -> Array:
    """Return a ±1 image, shape (64,), with entries flipped ("noise"), or its lower half blank ("hidden").

    >>> damaged(np.ones(64), "hidden", 0, 0).sum()
    np.float64(0.0)

    Raises:
        ValueError: no such damage.
    """
    if cue not in CUES:
        raise ValueError(f"cue: must be one of {', '.join(CUES)}, is {cue!r}")
    if cue == "noise":
        return astrocyte.corrupted(image, flips, np.random.default_rng(seed))
    return np.where(np.arange(image.size) < image.size // 2, image, -1.0)


def digits_unit(
    digit: int, cue: str, flips: int, sigma: float, moments: list[float], seed: int
) -> dict[str, np.ndarray]:
    """Retrieve a handwritten digit, one image of each class stored, in every memory from the same damaged cue.

    The context-gated memory gets, beside the cue as its query, a context that favours the five digits of the right
    one's parity; what is shown of it is its readout Σ p_μ ξ_μ.

    Args:
        digit: 0 to 9.
        cue: how it is damaged: see :func:`damaged`.
        flips: number of flipped pixels where it is noise.
        sigma: slope of tanh(σx) in the memories that have one.
        moments: times to look at, from 0 on.
        seed: of the noise.

    Returns:
        ``image`` (64,), ``cue`` (64,), ``states`` (memories, moments, 64), activities between -1 and 1 (roughly, for
        modern Hopfield networks), ``weights`` (memories, 10) at the end, ``error`` (memories,), wrong pixels.

    Raises:
        ModuleNotFoundError: scikit-learn, which has the images, is not installed.
    """
    stored = digit_patterns()
    if stored is None:
        raise ModuleNotFoundError("scikit-learn")
    image = stored[digit]
    start = damaged(image, cue, flips, seed)
    given: Options = {"times": moments, "path": True}
    contenders: list[Callable[[], Run]] = [
        lambda: simulate_astrocyte(stored, start, sigma=sigma, **given),
        lambda: simulate_astrocyte(stored, start, sigma=sigma, score="linear", **given),
        lambda: simulate_hopfield(stored, start, sigma=sigma, **given),
        lambda: simulate_modern(stored, start, beta=0.5, **given),
        lambda: simulate_dense(stored, start, sigma=sigma, scale=DENSE_SCALE, **given),
        lambda: simulate_neuron_astrocyte(stored, start, sigma=sigma, scale=CUBIC_SCALE / image.size**3, **given),
    ]
    states, weights = [], []
    for position, contender in enumerate(contenders):
        run = contender()
        if run.path_x is None:
            raise AssertionError("the path was asked for")
        modern = MEMORIES[position] == "modern Hopfield"
        states.append(run.path_x if modern else np.tanh(sigma * run.path_x))
        weights.append(run.gains)
    gated = _context(stored, start, digit, moments)
    states.append(gated @ stored)
    weights.append(gated[-1])
    wrong = [float((np.sign(path[-1]) != image).sum()) for path in states]
    return {
        "image": image,
        "cue": start,
        "states": np.stack(states),
        "weights": np.stack(weights),
        "error": np.array(wrong),
    }


def _context(stored: Array, start: Array, digit: int, moments: list[float]) -> Array:
    """Probabilities of the context-gated memory over time, shape (moments, 10)."""
    unit = stored / np.sqrt(stored.shape[1])
    favoured = np.where(np.arange(len(stored)) % 2 == digit % 2, 1.0, 0.0)
    query, beta = start / np.sqrt(stored.shape[1]), 12.0
    run = simulate_context(
        unit, query=query, drive=favoured, alpha=0.2, beta=beta, gain=0.3, times=moments, path=True
    )
    if run.path is None:
        raise AssertionError("the path was asked for")
    return softmax(run.path["r"], beta)
