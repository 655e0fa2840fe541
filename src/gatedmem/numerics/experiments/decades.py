"""Figures 1-3 of arXiv 2604.25481: one of τ_p, τ_x, T swept over decades, all else fixed, cues with 6 of 30 flips.

The paper's text leaves three things open, which are arguments here: the slope σ, how long a run is followed beyond
t_f = 10, and whether the drive of the neurons carries the factor K of its eq. 5 (its eq. 10 prints none).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gatedmem.numerics.instances import Array
from gatedmem.numerics.simulate import Run, draw_trials, simulate_astrocyte, simulate_hopfield

N_NEURONS, N_PATTERNS, FLIPS = 30, 100, 6
STANDARD = {"tau_p": 1.0, "tau_x": 1.0, "temperature": 0.01}
T_FINAL = 10.0
# The horizon of "to convergence", in units of the slowest time constant.
PATIENCE = 100.0
OBSERVED = ("soft_error", "sign_error", "folded_error", "perplexity")
DRIVES = ("K/N", "1/N")


def scaled(sigma: float, cue: Array, drive: str, n_patterns: int) -> tuple[float, Array]:
    """Return slope and start of the model of eq. 5 that stands for one whose drive carries another factor.

    ``τẋ = -x + (1/N)Ξ(p ⊙ m)`` with slope σ is, for y = Kx, eq. 4 with slope σ/K from K times the cue; activities
    and signs are the same.

    Raises:
        ValueError: the factor is not one of ``DRIVES``.

    >>> scaled(2.0, np.ones(2), "1/N", 4)
    (0.5, array([4., 4.]))
    """
    if drive not in DRIVES:
        raise ValueError(f"drive: must be one of {', '.join(DRIVES)}, is {drive!r}")
    return (sigma, cue) if drive == "K/N" else (sigma / n_patterns, n_patterns * cue)


def sweep_unit(
    swept: str, values: Sequence[float], sigma: float, drive: str, trials: int, seed: int
) -> dict[str, np.ndarray]:
    """Run the protocol at every value of the swept parameter, to t_f = 10 and on to convergence.

    Args:
        swept: ``tau_p``, ``tau_x`` or ``temperature``.
        values: its values.
        sigma: slope of tanh(σx).
        drive: factor of the neurons' input, one of ``DRIVES``.
        trials: pattern matrices per value, the same for every value.
        seed: of the draws.

    Returns:
        ``soft_error``, ``sign_error``, ``folded_error``, ``perplexity``, ``hopfield_soft_error`` and
        ``hopfield_sign_error`` of the classical network from the same cues, ``hopfield_distance`` (largest difference
        of an activity): shape (values, 2, trials), at t_f and at the horizon; ``convergence_time`` and
        ``settling_time`` (values, trials).

    Raises:
        ValueError: no such parameter.
    """
    if swept not in STANDARD:
        raise ValueError(f"swept: must be one of {', '.join(STANDARD)}, is {swept!r}")
    patterns, cues, targets = draw_trials(seed, trials, N_NEURONS, N_PATTERNS, FLIPS)
    slope, start = scaled(sigma, cues, drive, N_PATTERNS)
    found: dict[str, list[np.ndarray]] = {}
    for value in values:
        chosen: dict[str, Any] = STANDARD | {swept: float(value)}
        horizon = PATIENCE * max(1.0, chosen["tau_x"], chosen["tau_p"])
        times = [0.0, T_FINAL, horizon]
        run = simulate_astrocyte(patterns, start, sigma=slope, target=targets, times=times, path=True, **chosen)
        classical = simulate_hopfield(
            patterns, cues, sigma=sigma, tau=chosen["tau_x"], target=targets, times=times, path=True
        )
        rows: dict[str, np.ndarray] = {name: run.observables[name][:, 1:].T for name in OBSERVED}
        rows |= {f"hopfield_{name}": classical.observables[name][:, 1:].T for name in OBSERVED[:2]}
        rows["hopfield_distance"] = activity_gap(run, slope, classical, sigma)
        rows |= {"convergence_time": run.convergence_time, "settling_time": run.settling_time}
        rows["failed"] = run.failed
        for name, row in rows.items():
            found.setdefault(name, []).append(row)
    return {name: np.stack(rows) for name, rows in found.items()}


def activity_gap(first: Run, first_sigma: float, second: Run, second_sigma: float) -> Array:
    """Return the largest difference of an activity between two runs, shape (times after the start, trials)."""
    if first.path_x is None or second.path_x is None:
        raise ValueError("path: both runs must keep theirs")
    gap = np.abs(np.tanh(first_sigma * first.path_x[:, 1:]) - np.tanh(second_sigma * second.path_x[:, 1:]))
    return np.asarray(gap.max(axis=-1).T)


def euler_unit(swept: str, value: float, sigma: float, trials: int, seed: int) -> dict[str, np.ndarray]:
    """Run the paper's explicit Euler protocol beside the flow solved to 1e-10, both in double precision to t_f.

    The step is 0.001, and 0.05 times the swept value where that is at most 0.01.

    Returns:
        Shape (2, trials), without and with the gains divided by their sum after every step: ``failed`` (not finite
        at the end), ``soft_error_gap``, ``gain_gap``, ``activity_gap`` (largest differences from the flow),
        ``signs_differ``, ``sum_gap`` (|Σp - 1|); and ``step``, shape ().
    """
    patterns, cues, targets = draw_trials(seed, trials, N_NEURONS, N_PATTERNS, FLIPS)
    chosen: dict[str, Any] = STANDARD | {swept: float(value)}
    # The nearest step that divides t_f.
    count = round(T_FINAL / (0.05 * value if value <= 0.01 else 0.001))
    step = T_FINAL / count
    given: dict[str, Any] = {"sigma": sigma, "target": targets, "times": [0.0, T_FINAL], "path": True, **chosen}
    flow = simulate_astrocyte(patterns, cues, tolerance=1e-10, **given)
    found: dict[str, list[np.ndarray]] = {}
    for renormalise in (False, True):
        run = simulate_astrocyte(patterns, cues, way="euler", step=step, renormalise=renormalise, **given)
        # Infinite gains leave nothing to subtract.
        with np.errstate(invalid="ignore", over="ignore"):
            rows = {
                "failed": run.failed,
                "soft_error_gap": np.abs(run.final("soft_error") - flow.final("soft_error")),
                "gain_gap": np.abs(run.gains - flow.gains).max(axis=-1),
                "activity_gap": activity_gap(run, sigma, flow, sigma)[0],
                "signs_differ": (run.signs != flow.signs).any(axis=-1),
                "sum_gap": np.abs(run.gains.sum(axis=-1) - 1.0),
            }
        for name, row in rows.items():
            found.setdefault(name, []).append(row)
    return {name: np.stack(rows) for name, rows in found.items()} | {"step": np.array(step)}
