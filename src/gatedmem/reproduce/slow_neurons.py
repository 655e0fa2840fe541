"""Figure 2 of arXiv 2604.25481 (its text calls it 1): the time constant of the neurons, and claims CA4-CA7."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import xarray

from gatedmem.numerics.experiments.decades import FLIPS, N_NEURONS
from gatedmem.reproduce import decade_figures
from gatedmem.reproduce import decades as sweep
from gatedmem.reproduce.claims import FAILS, HOLDS, Judgement
from gatedmem.reproduce.slow_gains import LOW
from gatedmem.reproduce.work import Result, Unit

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NOTE = "The paper numbers this figure 2; its text calls it Fig. 1."
# A rise of the mean perplexity (between 1 and 100) that one could see.
VISIBLE = 0.1


def units(quick: bool) -> list[Unit]:
    """The sweep over τ_x."""
    return sweep.sweep_units("tau_x", quick)


def gather(units: Sequence[Unit], results: Sequence[Result]) -> xarray.Dataset:
    """Labelled arrays."""
    return sweep.gather(units, results)


def draw(data: xarray.Dataset) -> dict[str, Figure]:
    """Error, perplexity and times over τ_x."""
    return decade_figures.draw(data, 2, NOTE)


def judge(data: xarray.Dataset) -> list[Judgement]:
    """Verdicts on CA4-CA7."""
    here, other = data.sel(drive="K/N"), data.sel(drive="1/N")
    run, uncertainty = sweep.protocol(data), sweep.uncertainty(data)
    return [
        Judgement("CA4", *_confident(here), uncertainty, run),
        Judgement("CA5", *_patience(here, other), uncertainty, run),
        Judgement("CA6", *_stuck(here, other), "every one of the trials is asked to have the number exactly", run),
        Judgement("CA7", *_times(here), uncertainty, run),
    ]


def _confident(here: xarray.Dataset) -> tuple[str, str]:
    """CA4: at the smallest τ_x more error than at τ_x = 1, and one pattern leads."""
    then = here.sel(horizon="t = 10")
    small, even = then.isel(value=0), then.sel(value=1.0)
    wrong = sweep.more(small.soft_error, even.soft_error)
    sure = (small.perplexity < LOW).mean("trial") > 0.9
    lost = ((small.soft_error > 1.0) & (small.perplexity < LOW)).mean("trial")
    figure = (
        f"τ_x = {float(small.value):g}, t_f = 10: error {sweep.by_sigma(small.soft_error)}, at τ_x = 1 "
        f"{sweep.by_sigma(even.soft_error)}; perplexity below {LOW:g} in "
        f"{float((small.perplexity < LOW).mean()):.1%}; confident and wrong in "
        + ", ".join(f"{float(lost.sel(sigma=sigma)):.0%} (σ = {sigma:g})" for sigma in lost.sigma.values)
    )
    return sweep.verdict_over_sigma(wrong & sure), figure


def _patience(here: xarray.Dataset, other: xarray.Dataset) -> tuple[str, str]:
    """CA5: some τ_x with less error and visibly more perplexity than the smallest, and less of it later."""
    good = _trades(here, "soft_error")
    rise = (here.perplexity - here.perplexity.isel(value=0)).mean("trial").sel(horizon="t = 10").max("value")
    error = here.soft_error.sel(horizon="t = 10")
    best = error.mean("trial").argmin("value")
    told = ", ".join(
        f"σ = {sigma:g}: error {sweep.average(error.sel(sigma=sigma).isel(value=0))} at the smallest τ_x, least "
        f"{sweep.average(error.sel(sigma=sigma).isel(value=int(best.sel(sigma=sigma))))} at τ_x = "
        f"{float(here.value[int(best.sel(sigma=sigma))]):.3g}, perplexity up by at most "
        f"{float(rise.sel(sigma=sigma)):.3f}"
        for sigma in here.sigma.values
    )
    signs = sweep.verdict_over_sigma(_trades(here, "sign_error"))
    without = sweep.verdict_over_sigma(_trades(other, "soft_error"))
    return (
        sweep.verdict_over_sigma(good),
        f"t_f = 10, {told}; by the errors of the signs the claim "
        f"{signs}; with the factor 1/N in the drive (as eq. 10 is printed) the claim {without}",
    )


def _trades(here: xarray.Dataset, error: str) -> xarray.DataArray:
    """For each slope, whether there is such a τ_x."""
    first, later = here.sel(horizon="t = 10"), here.sel(horizon="converged")
    rest, start = first.isel(value=slice(1, None)), first.isel(value=0)
    lower = sweep.more(start[error], rest[error])
    rise = rest.perplexity - start.perplexity
    wider = sweep.more(rest.perplexity, start.perplexity) & (rise.mean("trial") >= VISIBLE)
    falls = sweep.more(rest.perplexity, later.perplexity.isel(value=slice(1, None)))
    good: xarray.DataArray = (lower & wider & falls).any("value")
    return good


def _stuck(here: xarray.Dataset, other: xarray.Dataset) -> tuple[str, str]:
    """CA6: from τ_x = 100 on every trial has soft and sign error 6 at t_f."""
    slow = here.sel(horizon="t = 10").where(here.value >= 100.0, drop=True)
    soft = bool((np.abs(slow.soft_error - FLIPS) < 1e-6).all())
    exact = (slow.sign_error == FLIPS).all(("trial", "sigma"))
    # From which τ_x on every larger one is exact.
    onward = [bool(exact[index:].all()) for index in range(exact.size)]
    other_exact = other.sel(horizon="t = 10").sign_error == FLIPS
    other_least = [float(v) for i, v in enumerate(other.value) if bool(other_exact.isel(value=slice(i, None)).all())]
    last = slow.isel(value=-1)
    limits = ", ".join(f"{_limit(sigma):.3f}" for sigma in last.sigma.values)
    figure = (
        f"τ_x = 100, t_f = 10: sign error {sweep.by_sigma(slow.sign_error.sel(value=100.0))}, exactly 6 in "
        f"{float((slow.sign_error.sel(value=100.0) == FLIPS).mean()):.0%} of the trials; "
        f"τ_x = {float(last.value):g}: soft error {sweep.by_sigma(last.soft_error)} (AG30 in the limit: {limits}), "
        f"sign error 6 in {float((last.sign_error == FLIPS).mean()):.0%}; with the factor 1/N in the drive the "
        + (
            f"sign error is 6 in every trial from τ_x = {other_least[0]:.3g} on"
            if other_least
            else "sign error is not 6"
        )
    )
    if soft and all(onward):
        return HOLDS, figure
    if not any(onward):
        return FAILS, figure
    least = float(slow.value[onward.index(True)])
    return f"holds when the error is that of the signs and τ_x is at least {least:g}", figure


def _limit(sigma: float) -> float:
    """The soft error of a ±1 cue with n flips (AG30): n tanh σ + N(1 - tanh σ)/2."""
    share = np.tanh(sigma)
    return float(FLIPS * share + N_NEURONS * (1.0 - share) / 2.0)


def _times(here: xarray.Dataset) -> tuple[str, str]:
    """CA7: exponents of the times between neighbouring τ_x, above 1 in some interval."""
    told, found = [], []
    steps = np.diff(np.log(here.value.values))
    for name, label in (("convergence_time", "time to rest"), ("settling_time", "time of the last change of a sign")):
        times = here[name].where(np.isfinite(here[name]) & (here[name] > 0))
        # A trial counts in an interval where it has a time at both ends; elsewhere it says 1, which is no evidence.
        exponent = xarray.DataArray(np.log(times)).diff("value", label="lower") / xarray.DataArray(
            steps, dims="value"
        )
        filled = exponent.fillna(1.0)
        found.append(sweep.more(filled, xarray.ones_like(filled)))
        slow = exponent.where(exponent.value >= 1.0, drop=True).mean("value")
        known = slow.where(np.isfinite(slow), drop=True)
        largest = exponent.mean("trial").max(("sigma", "value"))
        told.append(
            f"{label} ∝ τ_x^({sweep.average(known)}) for τ_x ≥ 1, largest mean exponent of a step "
            f"{float(largest):.3f}"
        )
    figure = "; ".join(told)
    faster = found[0].any("sigma")
    if not bool(faster.any()):
        return FAILS, figure
    if bool(found[0].all()):
        return HOLDS, figure
    where = ", ".join(f"{v:g} to {v * np.exp(steps[0]):.3g}" for v in here.value.values[:-1][faster.values])
    return f"holds when τ_x goes from {where}", figure
