"""Figure 4 of arXiv 2604.25481: retrieval by three memories over the number of patterns and of flipped entries.

N = 20, K from 2 to 200, 0 to 10 flips, 50 trials a cell, read out by signs. Left open by the paper, and arguments
here: the slope σ and the scale c of the neuron-astrocyte memory. Time constants 1 and T = 0.01 are those of its
other figures.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gatedmem.numerics.instances import Array
from gatedmem.numerics.simulate import (
    Run,
    draw_trials,
    simulate_astrocyte,
    simulate_hopfield,
    simulate_neuron_astrocyte,
)
from gatedmem.numerics.simulate.ways import Options

N_NEURONS = 20
TEMPERATURE = 0.01
TIMES = (0.0, 10.0, 100.0)
SCALES = {"1/N³": 1.0, "10/N³": 10.0, "100/N³": 100.0, "1000/N³": 1000.0}
BY_LOAD = "K/N³"
ASTROCYTE, HOPFIELD, NEURON_ASTROCYTE = "astrocyte-gated", "Hopfield", "neuron-astrocyte"


def scale_value(scale: str, n_patterns: int) -> float:
    """Return c of the neuron-astrocyte memory.

    >>> scale_value("K/N³", 80), scale_value("10/N³", 80)
    (0.01, 0.00125)
    """
    return (n_patterns if scale == BY_LOAD else SCALES[scale]) / N_NEURONS**3


def retrieve(model: str, scale: str, sigma: float, patterns: Array, cues: Array, targets: Array, exact: bool) -> Run:
    """Run one memory from cues (trials, flips, N) on patterns (trials, 1, K, N).

    ``exact`` asks for double precision at a tolerance of 1e-9; otherwise the fast path at 1e-4.
    """
    given: Options = {"target": targets, "times": TIMES, "precision": "single", "tolerance": 1e-4}
    if exact:
        given |= {"precision": "double", "tolerance": 1e-9}
    if model == ASTROCYTE:
        return simulate_astrocyte(patterns, cues, sigma=sigma, temperature=TEMPERATURE, **given)
    if model == HOPFIELD:
        return simulate_hopfield(patterns, cues, sigma=sigma, **given)
    return simulate_neuron_astrocyte(
        patterns, cues, scale=scale_value(scale, patterns.shape[-2]), sigma=sigma, **given
    )


def grid_unit(
    model: str, scale: str, sigma: float, loads: Sequence[int], flips: Sequence[int], trials: int, seed: int
) -> dict[str, np.ndarray]:
    """Retrieve at every load from cues with every number of flips.

    Args:
        model: one of the three names above.
        scale: a key of ``SCALES``, ``BY_LOAD``, or empty where the model has none.
        sigma: slope of tanh(σx).
        loads: numbers of patterns K.
        flips: numbers of flipped entries.
        trials: pattern matrices a load; every model sees the same, and the same cues.
        seed: of the draws.

    Returns:
        ``error``, shape (loads, flips, trials, 2): Hamming errors of the signs at t = 10 and t = 100; ``failed``,
        (loads, flips, trials).
    """
    errors, failed = [], []
    for load in loads:
        patterns, cues, targets = draw_trials(seed, trials, N_NEURONS, load, flips)
        run = retrieve(model, scale, sigma, patterns[:, None], cues, targets, exact=False)
        errors.append(run.observables["sign_error"][..., 1:].swapaxes(0, 1))
        failed.append(run.failed.T)
    return {"error": np.stack(errors).astype(np.float32), "failed": np.stack(failed)}


def precision_unit(
    model: str, scale: str, sigma: float, load: int, flips: Sequence[int], trials: int, seed: int
) -> dict[str, np.ndarray]:
    """How often the fast path reads out the same signs as double precision at 1e-9: shares at t = 10 and at 100."""
    patterns, cues, targets = draw_trials(seed, trials, N_NEURONS, load, flips)
    fast, slow = (
        retrieve(model, scale, sigma, patterns[:, None], cues, targets, exact).observables["sign_error"][..., 1:]
        for exact in (False, True)
    )
    return {"agreement": (fast == slow).mean(axis=(0, 1))}
