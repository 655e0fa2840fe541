"""The figures of the sweeps over decades: errors, perplexity and times, a column for every slope."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gatedmem.numerics.experiments.decades import N_NEURONS
from gatedmem.reproduce.drawing import BLUE, GREEN, GREY, ORANGE, PURPLE, panels

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SYMBOLS = {"tau_p": r"$\tau_p$", "tau_x": r"$\tau_x$", "temperature": r"$T$"}
# The paper's bands.
PERCENTILES = ((5, 95), (10, 90), (20, 80), (25, 75))


def draw(data: xarray.Dataset, number: int, note: str = "") -> dict[str, Figure]:
    """The paper's figure of that number, and the same with the drive's other factor.

    Args:
        data: from :func:`gatedmem.reproduce.decades.gather`.
        number: of the figure.
        note: a sentence more for the caption.
    """
    return {"": _sweep(data, "K/N", number, note), "drive": _sweep(data, "1/N", number, note)}


def percentile_bands(axis: Axes, x: np.ndarray, samples: np.ndarray, colour: str, *, label: str) -> None:
    """The median of ``samples`` (points, samples) as a line, and nested bands of ``PERCENTILES`` about it."""
    for low, high in PERCENTILES:
        edges = np.percentile(samples, [low, high], axis=-1)
        axis.fill_between(x, *edges, color=colour, alpha=0.13, linewidth=0)
    axis.plot(x, np.median(samples, axis=-1), color=colour, linewidth=1.7, label=label, marker="o", markersize=2.5)


def percentile_lines(axis: Axes, x: np.ndarray, samples: np.ndarray, colour: str, *, label: str) -> None:
    """The median of ``samples`` (points, samples) as a dashed line, 5 and 95 % as dotted ones."""
    low, middle, high = np.percentile(samples, [5, 50, 95], axis=-1)
    axis.plot(x, middle, "--", color=colour, linewidth=1.7, label=label, marker="o", markersize=2.5)
    for edge in (low, high):
        axis.plot(x, edge, ":", color=colour, linewidth=1.0)


def alive(here: xarray.Dataset, values: xarray.DataArray) -> np.ndarray:
    """``values`` without those where the median run has faded to x = 0: its signs are rounding errors."""
    faded = abs(here.soft_error.median("trial") - N_NEURONS / 2) < 0.01
    return np.asarray(values.where(~faded).values)


def _sweep(data: xarray.Dataset, drive: str, number: int, note: str) -> Figure:
    """From above: soft error, mean sign error, perplexity of the gains, and times; a column for each slope σ.

    Blue is the state at t = 10, orange the state at rest, grey the classical Hopfield network at t = 10; the axis
    below is the swept parameter.
    """
    symbol = SYMBOLS[data.attrs["swept"]]
    figure, grid = panels(data.sizes["sigma"], rows=4, height=2.5)
    values = data.value.values
    highest = float(data.soft_error.sel(drive=drive).quantile(0.95, "trial").max())
    for column, sigma in zip(grid.T, data.sigma.values, strict=True):
        here = data.sel(sigma=sigma, drive=drive)
        for horizon, colour in zip(data.horizon.values, (BLUE, ORANGE), strict=True):
            then = here.sel(horizon=horizon)
            bands = percentile_bands if horizon == data.horizon.values[0] else percentile_lines
            bands(column[0], values, then.soft_error.values, colour, label=str(horizon))
            column[1].plot(
                values, alive(then, then.sign_error.mean("trial")), color=colour, marker="o", markersize=2.5
            )
            bands(column[2], values, then.perplexity.values, colour, label=str(horizon))
        first = here.isel(horizon=0)
        column[0].plot(values, first.hopfield_soft_error.median("trial"), color=GREY, linestyle="--")
        column[1].plot(
            values, first.hopfield_sign_error.mean("trial"), color=GREY, linestyle="--", label="Hopfield, t = 10"
        )
        _times(column[3], values, here)
        for axis in column:
            axis.set(xscale="log")
            axis.tick_params(axis="x", labelsize="small")
        for axis in column[:2]:
            axis.axhline(6, color=GREEN, linestyle=":", linewidth=1.2, label="6 flips of the cue")
            axis.set_ylim(-0.5, 1.12 * highest)
        column[2].set(yscale="log", ylim=(0.8, 130))
        column[3].set(yscale="log")
        column[0].set_title(f"σ = {sigma:g}")
        column[-1].set_xlabel(symbol)
    for axis, name in zip(
        grid[:, 0],
        ("soft error (of 30)", "mean sign error (of 30)", "gain perplexity (of 100)", "time"),
        strict=True,
    ):
        axis.set_ylabel(name)
    for axis in (grid[0, 0], grid[1, 0], grid[3, 0]):
        axis.legend(fontsize="x-small", loc="best", frameon=False)
    faded = "" if drive == "K/N" else " Runs that fade to x = 0 (soft error 15) have no signs to show."
    figure.suptitle(
        f"Figure {number} of arXiv 2604.25481: {symbol} swept, drive with the factor {drive}. Lines are medians "
        f"(second row: means), bands 5–95, 10–90, 20–80, 25–75 % at t = 10, dotted 5 and 95 % at rest.\n"
        f"N = 30, K = 100, 6 flips, {data.attrs['trials']} pattern matrices.{faded}{' ' + note if note else ''}",
        fontsize="medium",
    )
    return figure


def _times(axis: Axes, values: np.ndarray, here: xarray.Dataset) -> None:
    """Convergence and last change of a sign; runs that never come to rest are left out of their band."""
    for name, colour, label in (
        ("convergence_time", PURPLE, "equations hold to 1e-3"),
        ("settling_time", BLUE, "last change of a sign"),
    ):
        samples = here[name].values
        if name == "settling_time":
            samples = alive(here.isel(horizon=-1), here[name])
        # A median over half of the runs says little about the rest.
        known = np.isfinite(samples).mean(axis=-1) >= 0.5
        shown = np.where(np.isfinite(samples), samples, np.nan)[known]
        floor = np.where(shown > 0, shown, np.nan)
        if not known.any():
            continue
        enough = np.isfinite(floor).any(axis=-1)
        low, middle, high = np.nanpercentile(floor[enough], [25, 50, 75], axis=-1)
        x = values[known][enough]
        axis.fill_between(x, low, high, color=colour, alpha=0.25, linewidth=0)
        axis.plot(x, middle, color=colour, linewidth=1.6, label=label, marker="o", markersize=2.5)
    axis.axhline(10, color=GREY, linestyle="--", linewidth=1.0, label="t_f = 10")
