"""Context, query and feedback below and beyond uniqueness: claim CB9 of arXiv 2605.10970, after its Thm 3.4.

The paper shows no figure of this. Couplings are chosen by the exact number of statement CG12; at each of them fixed
points are counted under several drives, and a context tilts two balanced memories up and down again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray

from gatedmem.numerics.experiments.context_regimes import DRIVES
from gatedmem.reproduce.claims import FAILS, HOLDS, Judgement
from gatedmem.reproduce.drawing import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, band, panels
from gatedmem.reproduce.statistics import mean_and_error
from gatedmem.reproduce.work import Result, Unit

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NUMBERS = (0.25, 0.5, 0.75, 0.9, 1.1, 1.5, 2.0, 3.0, 4.0, 8.0)
TILTS = tuple(float(tilt) for tilt in np.linspace(-1.0, 1.0, 81))
BETA = 3.5
_TICKS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
_SHOWN = (0.5, 0.9, 1.5, 4.0)


def units(quick: bool) -> list[Unit]:
    """Blocks of memory sets, 40 in all."""
    blocks, sets = (1, 3) if quick else (20, 2)
    return [
        Unit(
            f"context-regimes-{block}",
            "gatedmem.numerics.experiments.context_regimes:regimes_unit",
            {
                "seed": block,
                "sets": sets,
                "numbers": list(NUMBERS),
                "tilts": list(TILTS),
                "count": 50,
                "dimension": 10,
                "beta": BETA,
                "alpha": 0.1,
            },
        )
        for block in range(blocks)
    ]


def gather(units: Sequence[Unit], results: Sequence[Result]) -> xarray.Dataset:
    """Labelled arrays over memory set and CG12's number."""
    dims = {"attractors": ("drive",), "loop": ("direction", "tilt")}
    variables: dict[str, Any] = {
        name: (("set", "number", *dims.get(name, ())), np.concatenate([result[name] for result in results]))
        for name in results[0]
    }
    arguments = units[0].arguments
    return xarray.Dataset(
        variables,
        coords={
            "number": list(arguments["numbers"]),
            "drive": list(DRIVES),
            "direction": ["up", "down"],
            "tilt": list(arguments["tilts"]),
        },
        attrs={"beta": arguments["beta"]},
    )


def draw(data: xarray.Dataset) -> dict[str, Figure]:
    """Loops of a context that tilts the balance; fixed points over CG12's number; what is left of smoothness."""
    figure, axes = panels(3, width=4.2, height=3.6)
    for number, colour in zip(_SHOWN, (GREY, BLUE, GREEN, ORANGE), strict=True):
        here = data.loop.sel(number=number)
        tilt = data.tilt.values * (1.0 + number) / float(data.attrs["beta"])
        band(axes[0], tilt, here.sel(direction="up").values, colour, label=f"CG12's number {number:g}")
        axes[0].plot(tilt, here.sel(direction="down").mean("set").values, "--", color=colour, linewidth=1.4)
    axes[0].plot([], [], "--", color="black", linewidth=1.4, label="on the way down")
    axes[0].set(
        xlabel="tilt by the context",
        ylabel="probability of the first",
        title="two memories in balance",
        xlim=(-2.2, 1.5),
    )
    for drive, colour in zip(data.drive.values, (GREY, SKY, PURPLE, ORANGE), strict=True):
        several = (data.attractors.sel(drive=drive) > 1).astype(float).values
        band(axes[1], data.number.values, several, colour, label=str(drive))
    axes[1].set(xscale="log", ylim=(-0.03, 1.4), xlabel="CG12's number", ylabel="share with several attractors")
    band(axes[2], data.number.values, _hysteresis(data), ORANGE, label="up against down")
    band(axes[2], data.number.values, _steepest(data) / _allowed(data), BLUE, label="steepest step over its bound")
    axes[2].set(xscale="log", ylim=(-0.03, 1.13), xlabel="CG12's number", title="a context that tilts the balance")
    for axis in axes:
        axis.legend(fontsize="x-small", loc="upper left" if axis is axes[0] else "best")
    for axis in axes[1:]:
        axis.axvline(1.0, color="black", linestyle=":", linewidth=1)
        axis.minorticks_off()
        axis.set_xticks(_TICKS, labels=[f"{tick:g}" for tick in _TICKS])
    return {"": figure}


def _hysteresis(data: xarray.Dataset) -> np.ndarray:
    """Largest difference of p between up and down, (set, number)."""
    return np.asarray(np.abs(data.loop.diff("direction")).max(("direction", "tilt")).values)


def _steepest(data: xarray.Dataset) -> np.ndarray:
    """Largest change of p from one tilt to the next, (set, number)."""
    return np.asarray(np.abs(data.loop.diff("tilt")).max(("direction", "tilt")).values)


def _allowed(data: xarray.Dataset) -> np.ndarray:
    """The largest change that uniqueness allows, (number,): |dp/dk| ≤ (β/2)/(1 - number); not a number beyond."""
    number, beta = data.number.values, float(data.attrs["beta"])
    step = float(np.diff(data.tilt.values).max()) * (1.0 + number) / beta
    with np.errstate(divide="ignore"):
        return np.asarray(np.where(number < 1.0, beta / 2.0 * step / (1.0 - number), np.nan))


def judge(data: xarray.Dataset) -> list[Judgement]:
    """The verdict on CB9."""
    below = data.number.values < 1.0
    contraction = data.contraction.values
    hysteresis, steepest, allowed = _hysteresis(data), _steepest(data), _allowed(data)
    several = (data.attractors > 1).transpose("set", "number", "drive").values
    # A run that is still on its way counts as no attractor: all must have come to rest.
    smooth = (
        not several[:, below].any()
        and bool((hysteresis[:, below] < 1e-6).all())
        and bool((steepest[:, below] <= allowed[below] * (1.0 + 1e-6)).all())
        and bool((data.rest.values[:, below] == 1.0).all())
    )
    decides = bool(several[:, ~below, DRIVES.index("two memories in balance")].all()) and bool(
        (hysteresis[:, ~below] > 0.1).all()
    )
    numbers = data.number.values
    told = []
    for index, drive in enumerate(DRIVES[:-1]):
        share = several[:, :, index].mean(axis=0)
        first = numbers[share > 0.0]
        every = numbers[share == 1.0]
        told.append(
            f"{drive}: first at {first[0]:g}, in every set from {every[0]:g}"
            if first.size and every.size
            else f"{drive}: first at {first[0]:g}, never in every set"
            if first.size
            else f"{drive}: never"
        )
    ratio = mean_and_error((contraction / numbers)[:, 0])
    figure = (
        f"CG12's number below 1: several attractors in {int(several[:, below].sum())} of {several[:, below].size} "
        f"runs, up and down differ by at most {hysteresis[:, below].max():.1e}, the steepest step is "
        f"{(steepest[:, below] / allowed[below]).max():.2f} of its bound; beyond 1, two balanced memories: several "
        f"attractors in {several[:, ~below, -1].mean():.0%}, up and down differ by at least "
        f"{hysteresis[:, ~below].min():.2f}. Other drives need more, in CG12's number: {'; '.join(told)}. The "
        f"paper's contraction number is {ratio} times CG12's"
    )
    verdict = (
        HOLDS
        if smooth and decides
        else "holds when only the first half is meant"
        if smooth
        else "holds when only the second half is meant"
        if decides
        else FAILS
    )
    uncertainty = f"every one of {data.sizes['set']} memory sets counted; ratio: mean ± standard error"
    run = (
        f"{data.sizes['set']} sets of 50 memories in 10 dimensions, β = {float(data.attrs['beta'])}, α = 0.1, λ such "
        f"that CG12's number is {', '.join(f'{number:g}' for number in numbers)}; p ← Φ(p) to 1e-12 from every "
        "memory and from the middle, under four drives; a context that tilts the worst pair up and down"
    )
    return [Judgement("CB9", verdict, figure, uncertainty, run)]
