"""What figures 1-3 of arXiv 2604.25481 share: units of work, arrays, and comparisons over the swept parameter."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray

from gatedmem.numerics.experiments.decades import DRIVES, FLIPS, N_NEURONS, N_PATTERNS, T_FINAL
from gatedmem.reproduce.statistics import Mean, holm, mean_and_error, paired_p_values
from gatedmem.reproduce.work import Result, Unit

SIGMAS = (0.5, 1.0, 2.0, 5.0)
SEED = 0
HORIZONS = ("t = 10", "converged")
_MODULE = "gatedmem.numerics.experiments.decades"


def decades(low: int, high: int, per_decade: int) -> list[float]:
    """Values from 10^low to 10^high, evenly spaced in their logarithm.

    >>> decades(-1, 0, 2)
    [0.1, 0.316227766, 1.0]
    """
    return [float(f"{10 ** (step / per_decade):.9g}") for step in range(low * per_decade, high * per_decade + 1)]


def sweep_units(swept: str, quick: bool) -> list[Unit]:
    """One unit for every slope and factor of the drive; each goes over all values."""
    values, trials = (decades(-3, 4, 1), 8) if quick else (decades(-3, 4, 2), 50)
    return [
        Unit(
            f"{swept.replace('_', '-')}-{sigma:g}-{drive.replace('/', '-over-')}",
            f"{_MODULE}:sweep_unit",
            {"swept": swept, "values": values, "sigma": sigma, "drive": drive, "trials": trials, "seed": SEED},
        )
        for drive in DRIVES
        for sigma in (SIGMAS[2:3] if quick else SIGMAS)
    ]


def gather(units: Sequence[Unit], results: Sequence[Result]) -> xarray.Dataset:
    """Labelled arrays over drive, sigma, value, horizon, trial."""
    swept, values = units[0].arguments["swept"], units[0].arguments["values"]
    drives = list(dict.fromkeys(unit.arguments["drive"] for unit in units))
    sigmas = list(dict.fromkeys(unit.arguments["sigma"] for unit in units))
    found = {
        (unit.arguments["drive"], unit.arguments["sigma"]): result
        for unit, result in zip(units, results, strict=True)
    }
    variables = {}
    for name, example in results[0].items():
        inner = ("value", "horizon", "trial") if example.ndim == 3 else ("value", "trial")
        stacked = np.array([[found[drive, sigma][name] for sigma in sigmas] for drive in drives])
        variables[name] = (("drive", "sigma", *inner), stacked)
    return xarray.Dataset(
        variables,
        coords={"drive": drives, "sigma": sigmas, "value": values, "horizon": list(HORIZONS)},
        attrs={"swept": swept, "seed": SEED, "trials": int(units[0].arguments["trials"])},
    )


def protocol(data: xarray.Dataset) -> str:
    """What was run, in words."""
    values = data.value.values
    slopes = ", ".join(f"{sigma:g}" for sigma in data.sigma.values)
    return (
        f"N = {N_NEURONS}, K = {N_PATTERNS}, {FLIPS} flips, {data.attrs['trials']} pattern matrices a value (the "
        f"same at all values), {len(values)} values from {values[0]:g} to {values[-1]:g}, σ ∈ {{{slopes}}} (open in "
        f"the paper), the drive with the factor K/N of eq. 5 (and, beside it, 1/N), the flow solved to 1e-6 at "
        f"t_f = {T_FINAL:g} and on to 100 times the slowest time constant; errors are soft unless the sign is named"
    )


def uncertainty(data: xarray.Dataset) -> str:
    """What stands behind ± and behind "significant"."""
    return (
        f"± one standard error over {data.attrs['trials']} trials; paired t-tests, Holm's correction over all "
        "comparisons of the claim, level 0.05"
    )


def more(first: xarray.DataArray, second: xarray.DataArray) -> xarray.DataArray:
    """Where the mean over trials of ``first`` exceeds that of ``second`` significantly, over all cells at once."""
    difference = (first - second).transpose(..., "trial")
    significant = holm(paired_p_values(difference.values))
    return difference.isel(trial=0, drop=True).copy(data=significant)


def by_sigma(data: xarray.DataArray) -> str:
    """Means over everything but the slope, "σ = …: … ± …" for each."""
    return ", ".join(f"σ = {sigma:g}: {average(data.sel(sigma=sigma))}" for sigma in data.sigma.values)


def average(data: xarray.DataArray) -> Mean:
    """The mean and its standard error over trials; what shares a trial (values, slopes, times) is averaged first."""
    return mean_and_error(data.mean([name for name in data.dims if not str(name).endswith("trial")]).values)


def verdict_over_sigma(good: xarray.DataArray) -> str:
    """HOLDS, FAILS, or "holds when σ is …", from a truth value for each slope.

    >>> verdict_over_sigma(xarray.DataArray([True, False], coords={"sigma": [0.5, 2.0]}))
    'holds when σ is 0.5'
    """
    from gatedmem.reproduce.claims import FAILS, HOLDS

    if bool(good.all()) or not bool(good.any()):
        return HOLDS if bool(good.all()) else FAILS
    return "holds when σ is " + " or ".join(f"{sigma:g}" for sigma in good.sigma.values[good.values])
