"""The pictures of figure 3 of arXiv 2605.10970."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray

from gatedmem.reproduce.context_figure_3 import BAND_END, PEAK, PUBLISHED_CAP, SCALINGS
from gatedmem.reproduce.drawing import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, YELLOW, band, panels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_TAU, _CRITICAL = "$\\tau_s$", "$\\alpha_{\\mathrm{crit}}$"
_COLOURS = (GREY, SKY, BLUE, GREEN, YELLOW, ORANGE)


def draw(data: xarray.Dataset) -> dict[str, Figure]:
    """All of figure 3 by name."""
    return {
        "gates": gates(data),
        "at-critical": at_critical(data),
        "feedback": feedback(data),
        "thresholds": thresholds(data),
    }


def gates(data: xarray.Dataset) -> Figure:
    """The peak over α at several horizons, on the whole range and near α_crit."""
    figure, grid = panels(2, rows=data.sizes["scaling"], width=4.4)
    for row, scaling in zip(np.atleast_2d(grid), data.scaling.values, strict=True):
        for axis, limits in zip(row, ((0.0, 2.0), (0.96, 1.2)), strict=True):
            axis.axvspan(1.0, BAND_END, color=GREY, alpha=0.12, linewidth=0)
            for horizon, colour in zip(data.horizon.values, _COLOURS, strict=True):
                here = data.peak.sel(scaling=scaling, horizon=horizon).values
                band(axis, data.alpha.values, here, colour, label=f"t = {horizon:g} {_TAU}")
            axis.axhline(1 / data.attrs["count"], color=PURPLE, linestyle=":", linewidth=1)
            axis.set(xlim=limits, ylim=(-0.03, 1.03), xlabel="competition α", title=SCALINGS[str(scaling)])
        row[0].set_ylabel("largest gate probability")
    np.atleast_2d(grid)[0, 0].legend(fontsize="small", loc="upper left")
    return figure


def at_critical(data: xarray.Dataset) -> Figure:
    """The peak at α_crit over time, and in equilibrium as α approaches α_crit."""
    figure, axes = panels(2, width=4.4)
    for scaling, colour in zip(data.scaling.values, (BLUE, ORANGE), strict=True):
        here, label = data.sel(scaling=scaling), SCALINGS[str(scaling)]
        band(axes[0], data.moment.values, here.at_critical.values, colour, label=label)
        band(axes[1], data.gap.values, here.settled.values, colour, label=label)
    axes[0].axhline(PEAK, color=PURPLE, linestyle=":", label=f"published, {PEAK}")
    axes[0].set(xscale="log", yscale="log", xlabel=f"time / {_TAU}", title=f"at {_CRITICAL}")
    axes[1].set(xscale="log", yscale="log", xlabel=f"1 - α / {_CRITICAL}", title=f"equilibrium below {_CRITICAL}")
    axes[1].invert_xaxis()
    axes[0].set_ylabel("largest gate probability")
    axes[0].legend(fontsize="small")
    return figure


def feedback(data: xarray.Dataset) -> Figure:
    """With feedback: the peak over α for each λ, and the folds that CG18 predicts."""
    figure, axes = panels(data.sizes["scaling"], width=4.6)
    for axis, scaling in zip(axes, data.scaling.values, strict=True):
        for gain, colour in zip(data.gain.values, _COLOURS, strict=True):
            here = data.sel(scaling=scaling, gain=gain)
            band(axis, data.share.values, here.fed_peak.values, colour, label=f"λ = {gain:g}")
            if np.isfinite(here.fold.values).any():
                axis.axvline(float(here.fold.mean()), color=colour, linestyle="--", linewidth=1)
        axis.plot([], [], "--", color="black", linewidth=1, label="fold (CG18), mean")
        axis.axhline(1 / data.attrs["count"], color=PURPLE, linestyle=":", linewidth=1)
        axis.set(ylim=(-0.03, 1.03), xlabel=f"competition α / {_CRITICAL}", title=SCALINGS[str(scaling)])
    axes[0].set_ylabel(f"largest probability, {PUBLISHED_CAP} sweeps")
    figure.legend(*axes[0].get_legend_handles_labels(), fontsize="small", loc="outside right center")
    return figure


def thresholds(data: xarray.Dataset) -> Figure:
    """Measured threshold over λ against the formula of Thm C.2 and the fold of CG18."""
    figure, axes = panels(data.sizes["scaling"], width=4.4)
    gains = data.gain.values[1:]
    for axis, scaling in zip(axes, data.scaling.values, strict=True):
        here = data.sel(scaling=scaling, gain=gains)
        measured = here.threshold.sel(cap=PUBLISHED_CAP).values
        band(axis, gains, here.formula.values, GREY, label="formula of Thm C.2 (CG17)")
        band(axis, gains, here.fold.values, BLUE, label="fold (CG18)")
        error = 2 * measured.std(axis=0, ddof=1) / np.sqrt(len(measured))
        axis.errorbar(gains, measured.mean(axis=0), error, color=ORANGE, fmt="o", capsize=3, label="measured")
        axis.set(ylim=(0, 1.03), xlabel="coupling λ", title=SCALINGS[str(scaling)])
    axes[0].set_ylabel("α at which the state is lost")
    axes[0].legend(fontsize="small")
    return figure
