"""Figure 1 of arXiv 2604.25481 (its text calls it 2): the time constant of the gains, and claims CA1-CA3."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import xarray

from gatedmem.numerics.experiments.decades import FLIPS
from gatedmem.reproduce import decade_figures
from gatedmem.reproduce import decades as sweep
from gatedmem.reproduce.claims import FAILS, HOLDS, UNTESTED, Judgement
from gatedmem.reproduce.work import Result, Unit

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NOTE = "The paper numbers this figure 1; its text calls it Fig. 2."
# Perplexity that counts as low, and the difference of an activity (between -1 and 1) that counts as none.
LOW, SAME = 2.0, 0.05


def units(quick: bool) -> list[Unit]:
    """The sweep over τ_p."""
    return sweep.sweep_units("tau_p", quick)


def gather(units: Sequence[Unit], results: Sequence[Result]) -> xarray.Dataset:
    """Labelled arrays."""
    return sweep.gather(units, results)


def draw(data: xarray.Dataset) -> dict[str, Figure]:
    """Error, perplexity and times over τ_p."""
    return decade_figures.draw(data, 1, NOTE)


def judge(data: xarray.Dataset) -> list[Judgement]:
    """Verdicts on CA1, CA2, CA3."""
    here = data.sel(drive="K/N")
    run, uncertainty = sweep.protocol(data), sweep.uncertainty(data)
    return [
        Judgement("CA1", *_fast(here), uncertainty, run),
        Judgement("CA2", *_late(here), uncertainty, run),
        Judgement("CA3", *_frozen(here, data.sel(drive="1/N")), uncertainty, run),
    ]


def _fast(here: xarray.Dataset) -> tuple[str, str]:
    """CA1: at τ_p ≤ 0.1 the error lies below the cue's and below the classical network's, and perplexity is low."""
    fast = here.sel(horizon="t = 10").where(here.value <= 0.1, drop=True)
    below = sweep.more(fast.hopfield_soft_error, fast.soft_error) & sweep.more(
        xarray.full_like(fast.soft_error, FLIPS), fast.soft_error
    )
    narrow = (fast.perplexity < LOW).mean("trial") > 0.9
    figure = (
        f"τ_p ≤ 0.1, t_f = 10: error {sweep.by_sigma(fast.soft_error)} (cue 6; classical network "
        f"{sweep.by_sigma(fast.hopfield_soft_error)}); perplexity below {LOW:g} in "
        f"{float((fast.perplexity < LOW).mean()):.1%} of the runs"
    )
    return sweep.verdict_over_sigma((below & narrow).all("value")), figure


def _late(here: xarray.Dataset) -> tuple[str, str]:
    """CA2: more error beyond τ_p = 10 than at the smallest, at t_f; and no more of it in runs that have converged."""
    error, slow = here.soft_error, here.value > 10.0
    base = error.isel(value=0)
    grows = sweep.more(error.sel(horizon="t = 10").where(slow, drop=True), base.sel(horizon="t = 10")).any("value")
    done = here.convergence_time.where(slow, drop=True) < float("inf")
    converged = error.sel(horizon="converged").where(slow, drop=True)
    # A run that has not converged has its error counted as the small one: it can only speak for the claim.
    excess = (converged - base.sel(horizon="converged")).where(done, 0.0)
    remains = sweep.more(excess, xarray.zeros_like(excess)).any("value")
    early = (error.sel(horizon="t = 10") - base.sel(horizon="t = 10")).where(slow, drop=True)
    goes = sweep.more(early, excess).any("value")
    example = float(here.value.where(slow, drop=True)[1])
    figure = (
        f"error at τ_p = {example:g} less that at {float(here.value[0]):g}, t_f = 10: "
        f"{sweep.by_sigma((error - base).sel(value=example, horizon='t = 10'))}; the same runs at rest: "
        f"{sweep.by_sigma(excess.sel(value=example))} ({float(done.sel(value=example).mean()):.0%} converged)"
    )
    if not bool(grows.all()):
        return FAILS, figure
    # Too few trials to see the excess remain, or go: nothing is known.
    if not bool((remains | goes).all()):
        return UNTESTED, figure
    return sweep.verdict_over_sigma(~remains), figure


def _frozen(here: xarray.Dataset, other: xarray.Dataset) -> tuple[str, str]:
    """CA3: at the largest τ_p the activities are the classical network's."""
    slow = here.isel(value=-1).hopfield_distance.median("trial")
    same = slow < SAME
    figure = (
        f"τ_p = {float(here.value[-1]):g}: median largest difference of an activity from the classical network "
        f"{float(slow.sel(horizon='t = 10').max()):.2g} at t_f = 10 and "
        f"{float(slow.sel(horizon='converged').max()):.2g} at t = 100 τ_p (largest over σ); with the factor 1/N "
        f"{float(other.isel(value=-1, horizon=0).hopfield_distance.median('trial').max()):.2g} at t_f = 10"
    )
    return frozen_verdict(same, "the horizon is short of τ_p (t_f = 10)"), figure


def frozen_verdict(same: xarray.DataArray, short: str) -> str:
    """The verdict on a limit from whether it is reached, for each slope and horizon; ``short`` names the first."""
    if not bool(same.sel(horizon="t = 10").all()):
        return sweep.verdict_over_sigma(same.sel(horizon="t = 10"))
    return HOLDS if bool(same.all()) else f"holds when {short}"
