"""Figure 3 of arXiv 2604.25481: the temperature of the gains, and claim CA8."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import xarray

from gatedmem.numerics.experiments.decades import FLIPS
from gatedmem.reproduce import decade_figures
from gatedmem.reproduce import decades as sweep
from gatedmem.reproduce.claims import FAILS, HOLDS, Judgement
from gatedmem.reproduce.slow_gains import LOW, SAME
from gatedmem.reproduce.work import Result, Unit

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def units(quick: bool) -> list[Unit]:
    """The sweep over T."""
    return sweep.sweep_units("temperature", quick)


def gather(units: Sequence[Unit], results: Sequence[Result]) -> xarray.Dataset:
    """Labelled arrays."""
    return sweep.gather(units, results)


def draw(data: xarray.Dataset) -> dict[str, Figure]:
    """Error, perplexity and times over T."""
    return decade_figures.draw(data, 3)


def judge(data: xarray.Dataset) -> list[Judgement]:
    """The verdict on CA8, in its two halves."""
    here = data.sel(drive="K/N")
    cold = here.sel(horizon="t = 10").where(here.value <= 0.01, drop=True)
    low = sweep.more(cold.hopfield_soft_error, cold.soft_error) & (
        sweep.more(xarray.full_like(cold.soft_error, FLIPS), cold.soft_error)
    )
    narrow = (cold.perplexity < LOW).mean("trial") > 0.9
    hot = here.isel(value=-1)
    distance = hot.hopfield_distance.median("trial")
    same = distance < SAME
    cold_holds, hot_holds = bool((low & narrow).all()), bool(same.sel(horizon="t = 10").all())
    if cold_holds and hot_holds:
        verdict = HOLDS if bool(same.all()) else "holds when the horizon is short (t_f = 10)"
    elif cold_holds or hot_holds:
        verdict = f"holds when T → {'0' if cold_holds else '∞'} is meant"
    else:
        verdict = FAILS
    strays = (hot.hopfield_distance > SAME).mean("trial")
    figure = (
        f"T ≤ 0.01: error {sweep.by_sigma(cold.soft_error)} (cue 6; classical network "
        f"{sweep.by_sigma(cold.hopfield_soft_error)}), perplexity below {LOW:g} in "
        f"{float((cold.perplexity < LOW).mean()):.1%}; T = {float(here.value[-1]):g}: median largest difference of "
        f"an activity from the classical network {float(distance.sel(horizon='t = 10').max()):.2g} at t_f = 10 and "
        f"{float(distance.sel(horizon='converged').max()):.2g} at t = 100 (largest over σ); more than {SAME} in "
        f"{float(strays.sel(horizon='t = 10').max()):.0%} and {float(strays.sel(horizon='converged').max()):.0%} "
        "of the runs"
    )
    return [Judgement("CA8", verdict, figure, sweep.uncertainty(data), sweep.protocol(data))]
