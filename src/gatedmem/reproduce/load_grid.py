"""Figure 4 of arXiv 2604.25481: error over memory load and corruption for three memories, and claims CA9-CA11."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import xarray
from scipy import stats

from gatedmem.numerics.experiments.load_grid import (
    ASTROCYTE,
    BY_LOAD,
    HOPFIELD,
    N_NEURONS,
    NEURON_ASTROCYTE,
    SCALES,
    TEMPERATURE,
)
from gatedmem.reproduce.claims import FAILS, HOLDS, Judgement
from gatedmem.reproduce.statistics import holm, mean_and_error, paired_p_values
from gatedmem.reproduce.work import Result, Unit

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIGMAS = (0.5, 1.0, 2.0, 5.0)
SEED = 0
HORIZONS = (10.0, 100.0)
CHUNK = 40
NATURAL = next(iter(SCALES))
# Cues that leave more than half of their overlap: where retrieval is to be expected.
FEW_FLIPS = 4
_MODULE = "gatedmem.numerics.experiments.load_grid"


def units(quick: bool) -> list[Unit]:
    """The grid in pieces, for every memory, slope and scale; then how far the fast path can be trusted."""
    loads = [2, 5, 10, 20, 50, 100, 150, 200] if quick else list(range(2, 201))
    flips = [0, 2, 4, 6, 8, 10] if quick else list(range(11))
    trials, sigmas = (20, SIGMAS[2:3]) if quick else (50, SIGMAS)
    contenders = [(ASTROCYTE, ""), (HOPFIELD, ""), *((NEURON_ASTROCYTE, scale) for scale in (*SCALES, BY_LOAD))]
    given = {"flips": flips, "trials": trials, "seed": SEED}
    work = [
        Unit(
            f"grid-{model}-{sigma:g}-{chunk[0]}",
            f"{_MODULE}:grid_unit",
            {"model": model, "scale": scale, "sigma": sigma, "loads": chunk, **given},
        )
        for model, scale in contenders
        for sigma in sigmas
        for chunk in (loads[start : start + CHUNK] for start in range(0, len(loads), CHUNK))
    ]
    work += [
        Unit(
            f"grid-precision-{model}-{sigma:g}-{load}",
            f"{_MODULE}:precision_unit",
            {"model": model, "scale": scale, "sigma": sigma, "load": load, **given},
        )
        for model, scale in (contenders[0], contenders[1], contenders[2])
        for sigma in sigmas[-1:]
        for load in (loads[len(loads) // 4], loads[-1])
    ]
    return work


def name_of(model: str, scale: str) -> str:
    """How a contender is called: its model, and its scale where it has one."""
    return f"{model}, c = {scale}" if scale else model


def gather(units: Sequence[Unit], results: Sequence[Result]) -> xarray.Dataset:
    """Labelled arrays over contender, sigma, n_patterns, flips, trial, time."""
    parts: dict[tuple[str, float], list[np.ndarray]] = {}
    loads: dict[tuple[str, float], list[int]] = {}
    agreement: dict[str, list[float]] = {}
    failed = 0
    for unit, result in zip(units, results, strict=True):
        key = (name_of(unit.arguments["model"], unit.arguments["scale"]), unit.arguments["sigma"])
        if unit.function.endswith(":grid_unit"):
            parts.setdefault(key, []).append(result["error"])
            loads.setdefault(key, []).extend(unit.arguments["loads"])
            failed += int(result["failed"].sum())
        else:
            agreement.setdefault(key[0], []).append(float(result["agreement"].min()))
    contenders = list(dict.fromkeys(name for name, _ in parts))
    sigmas = list(dict.fromkeys(sigma for _, sigma in parts))
    stacked = np.array([[np.concatenate(parts[name, sigma]) for sigma in sigmas] for name in contenders])
    return xarray.Dataset(
        {
            "error": (("contender", "sigma", "n_patterns", "flips", "trial", "time"), stacked),
            "agreement": (("contender",), [min(agreement.get(name, [np.nan])) for name in contenders]),
        },
        coords={
            "contender": contenders,
            "sigma": sigmas,
            "n_patterns": next(iter(loads.values())),
            "flips": list(units[0].arguments["flips"]),
            "time": list(HORIZONS),
        },
        attrs={"failed": failed, "trials": int(units[0].arguments["trials"]), "seed": SEED},
    )


def draw(data: xarray.Dataset) -> dict[str, Figure]:
    """Maps of the mean error and of its differences, for every slope; the baseline's scales; folded errors."""
    from gatedmem.reproduce import load_grid_figures

    return load_grid_figures.draw(data)


def best_scale(data: xarray.Dataset) -> str:
    """The neuron-astrocyte contender of least error over the grid, averaged over slopes (not the natural one first).

    The same scale serves all slopes: a memory comes with one.
    """
    errors = data.error.sel(time=HORIZONS[0]).mean(("sigma", "n_patterns", "flips", "trial"))
    errors = errors.sel(contender=[name for name in data.contender.values if name.startswith(NEURON_ASTROCYTE)])
    return str(errors.contender.values[int(np.argmin(errors.values))])


def judge(data: xarray.Dataset) -> list[Judgement]:
    """Verdicts on CA9-CA11."""
    trials, cells = data.attrs["trials"], data.sizes["n_patterns"] * data.sizes["flips"]
    slopes = ", ".join(f"{sigma:g}" for sigma in data.sigma.values)
    agreement = data.agreement.min()
    loads = f"K = {int(data.n_patterns.min())} to {int(data.n_patterns.max())} ({data.sizes['n_patterns']} values)"
    run = (
        f"N = {N_NEURONS}, {loads}, "
        f"{int(data.flips.min())} to {int(data.flips.max())} flips, {trials} trials a cell with the same patterns "
        f"and cues for all memories, signs at t = 10 (and at 100 beside it), τ = 1, T = {TEMPERATURE:g}, "
        f"σ ∈ {{{slopes}}} (open in the paper); single precision at 1e-4, whose signs agree with "
        f"double precision at 1e-9 in {float(agreement):.2%} of the trials or more"
    )
    uncertainty = (
        f"± one standard error over all trials; per cell paired t-tests over {trials} trials, Holm's correction over "
        f"{cells} cells and {data.sizes['sigma']} slopes, level 0.05"
    )
    natural, best = name_of(NEURON_ASTROCYTE, NATURAL), best_scale(data)
    verdict, figure = compare(data, HOPFIELD)
    judged = [Judgement("CA9", verdict, figure, uncertainty, run)]
    verdict, figure = compare(data, natural)
    if best != natural:
        second_verdict, second = compare(data, best)
        figure = f"{natural}: {figure}. Best of {len(SCALES) + 1} scales, {best}: {second}"
        verdict = weaker(verdict, second_verdict)
    judged.append(Judgement("CA10", verdict, figure, uncertainty, f"{run}; scale c open in the paper"))
    judged.append(Judgement("CA11", *_where(data, [HOPFIELD, natural, best]), uncertainty, run))
    return judged


def advantage(data: xarray.Dataset, baseline: str, time: float = HORIZONS[0]) -> xarray.DataArray:
    """Error of a baseline less that of the astrocyte-gated memory, trial by trial."""
    error = data.error.sel(time=time)
    gain = error.sel(contender=baseline, drop=True) - error.sel(contender=ASTROCYTE, drop=True)
    ordered: xarray.DataArray = gain.transpose("sigma", "n_patterns", "flips", "trial")
    return ordered


def compare(data: xarray.Dataset, baseline: str) -> tuple[str, str]:
    """CA9, CA10: no cell significantly worse than the baseline, at any slope; else up to how many flips."""
    told, worse_by_time = [], []
    for time in HORIZONS:
        gain = advantage(data, baseline, time)
        # Single precision leaves nothing in the errors but halves: differences are exact.
        better, worse = (holm(paired_p_values(sign * gain.values)) for sign in (1.0, -1.0))
        mean = gain.values.mean(axis=-1)
        worse_by_time.append(worse)
        if time != HORIZONS[0]:
            told.append(f"at t = {time:g} significantly worse in {int(worse.sum())}")
            continue
        per_sigma = ", ".join(
            f"σ = {sigma:g}: {mean_and_error(part.mean(axis=1)):+} ({np.mean(level < 0):.1%} of the cells higher, "
            f"{int(bad.sum())} significantly)"
            for sigma, part, level, bad in zip(gain.sigma.values, gain.values, mean, worse, strict=True)
        )
        exact = [float((data.error.sel(time=time, contender=name) == 0).mean()) for name in (ASTROCYTE, baseline)]
        told.append(
            f"mean advantage over the grid {per_sigma}; exact retrieval in {exact[0]:.1%} against {exact[1]:.1%}; of "
            f"{mean.size} cells {np.mean(mean > 0):.1%} lower ({int(better.sum())} significantly), "
            f"{np.mean(mean == 0):.1%} equal, {np.mean(mean < 0):.1%} higher "
            f"({int(worse.sum())} significantly, by up to {max(-mean.min(), 0):.2f})"
        )
    worse = worse_by_time[0]
    figure = "; ".join(told)
    gain = advantage(data, baseline)
    if not worse.any():
        return (HOLDS if bool(gain.mean() > 0) else FAILS), figure
    fine = [index for index in range(data.sizes["flips"]) if not worse[:, :, : index + 1].any()]
    fine = [index for index in fine if bool(gain.isel(flips=slice(0, index + 1)).mean() > 0)]
    if not fine:
        return FAILS, figure
    most = int(data.flips[fine[-1]])
    return f"holds when at most {most} of {N_NEURONS} entries are flipped", figure


def weaker(first: str, second: str) -> str:
    """The verdict that claims less, of two that :func:`compare` may give.

    >>> weaker("holds", "holds when at most 3 of 20 entries are flipped")
    'holds when at most 3 of 20 entries are flipped'
    """

    def reach(verdict: str) -> int:
        return {HOLDS: N_NEURONS + 1, FAILS: -1}.get(verdict) or int(verdict.split()[4])

    return min(first, second, key=reach)


def _where(data: xarray.Dataset, baselines: list[str]) -> tuple[str, str]:
    """CA11: the advantage in the highest fifth of the loads is not significantly below that of any other fifth."""
    few = data.where(data.flips <= FEW_FLIPS, drop=True)
    fine, told = _largest_at_high_load(data, baselines)
    fine_few, told_few = _largest_at_high_load(few, baselines)
    figure = f"over all cues: {told}; over cues with at most {FEW_FLIPS} flips: {told_few}"
    if all(len(fine.get(name, ())) == data.sizes["sigma"] for name in baselines):
        return HOLDS, figure
    for found, when in ((fine, ""), (fine_few, f"at most {FEW_FLIPS} of {N_NEURONS} entries are flipped and ")):
        if found:
            parts = [f"{name} (σ = {', '.join(f'{sigma:g}' for sigma in sigmas)})" for name, sigmas in found.items()]
            return f"holds when {when}it is compared with {' or '.join(parts)}", figure
    return FAILS, figure


def _largest_at_high_load(data: xarray.Dataset, baselines: list[str]) -> tuple[dict[str, list[float]], str]:
    """For which baselines and slopes no fifth of the loads beats the highest one; and the means, in words."""
    told, compared, p_values = [], [], []
    fifths = np.array_split(np.arange(data.sizes["n_patterns"]), 5)
    for baseline in dict.fromkeys(baselines):
        gain = advantage(data, baseline)
        for sigma in data.sigma.values:
            # One number a trial and load: trials of different loads are independent.
            by_load = gain.sel(sigma=sigma).mean("flips").values
            groups = [by_load[part].ravel() for part in fifths]
            means = [mean_and_error(group) for group in groups]
            best = int(np.argmax([mean.value for mean in means]))
            last = len(groups) - 1
            # Hundreds of numbers in a group: the difference of their means is normal. No spread, no doubt.
            ahead, error = means[best].value - means[last].value, np.hypot(means[best].error, means[last].error)
            p_values.append(float(stats.norm.sf(ahead / error)) if error > 0 else float(ahead <= 0))
            low, high = (int(data.n_patterns[fifths[best][end]]) for end in (0, -1))
            told.append(f"{baseline}, σ = {sigma:g}: {means[last]:+}, largest {means[best]:+} at K = {low} to {high}")
            compared.append((baseline, float(sigma)))
    fine: dict[str, list[float]] = {}
    for (baseline, sigma), below in zip(compared, holm(np.array(p_values)), strict=True):
        if not below:
            fine.setdefault(baseline, []).append(sigma)
    return fine, f"at K ≥ {int(data.n_patterns[fifths[-1][0]])}, " + "; ".join(told)
