"""Figures of descent, ties, ambiguity and the Euler protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gatedmem.reproduce.decade_figures import SYMBOLS
from gatedmem.reproduce.drawing import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, YELLOW, panels

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

SIGMA_COLOURS = (BLUE, ORANGE, GREEN, PURPLE)


def draw(data: xarray.Dataset) -> dict[str, Figure]:
    """All of them, by name."""
    return {"ambiguity": _ambiguity(data), "euler": _euler(data)}


def _ambiguity(data: xarray.Dataset) -> Figure:
    """Ties broken over K; perplexity and mass on the candidates over T."""
    from gatedmem.reproduce.dynamics import broken_ties

    figure, axes = panels(3, width=4.2, height=3.3)
    ties = data.isel(cue=np.flatnonzero((data.ambiguity_of_kind == "tie") & (data.ambiguity_of_temperature == 0.01)))
    full = data.isel(cue=np.flatnonzero(data.ambiguity_of_n_patterns == 100), horizon=-1)
    for index, (sigma, colour) in enumerate(zip(data.sigma.values, SIGMA_COLOURS, strict=False)):
        broken = broken_ties(ties.sel(sigma=sigma)).mean("ambiguity_trial")
        loads = ties.ambiguity_of_n_patterns.values
        for horizon, style in ((0, "-"), (1, ":")):
            axes[0].plot(
                loads,
                broken.isel(horizon=horizon),
                style,
                color=colour,
                marker="o",
                markersize=3,
                label=f"σ = {sigma:g}" if horizon == 0 else None,
            )
        for kind, marker in (("tie", "o"), ("mixture", "s"), ("random", "^")):
            of = full.isel(cue=np.flatnonzero(full.ambiguity_of_kind == kind)).sel(sigma=sigma)
            heat = of.ambiguity_of_temperature.values
            order = np.argsort(heat)
            label = kind if index == 0 else None
            axes[1].plot(
                heat[order],
                of.ambiguity_perplexity.median("ambiguity_trial").values[order],
                color=colour,
                marker=marker,
                markersize=4,
                linewidth=1,
                label=label,
            )
            axes[2].plot(
                heat[order],
                of.ambiguity_on_candidates.mean("ambiguity_trial").values[order],
                color=colour,
                marker=marker,
                markersize=4,
                linewidth=1,
                label=label,
            )
    axes[0].set(xscale="log", xlabel="patterns K", ylabel="share of ties broken", ylim=(-0.03, 1.05))
    axes[0].set_title("T = 0.01; solid t = 10, dotted t = 1000", fontsize="medium")
    axes[1].set(xscale="log", yscale="log", xlabel="T", ylabel="median gain perplexity (of 100)")
    axes[1].set_title("K = 100, t = 1000", fontsize="medium")
    axes[2].set(xscale="log", xlabel="T", ylabel="mean gain on the candidates", ylim=(-0.03, 1.05))
    axes[2].set_title("K = 100, t = 1000", fontsize="medium")
    for axis in axes:
        axis.legend(fontsize="small", frameon=False)
    return figure


def _euler(data: xarray.Dataset) -> Figure:
    """Largest error of explicit Euler over each swept parameter; crosses where runs are not finite."""
    figure, axes = panels(3, width=4.2, height=3.3)
    floor = 1e-10
    for axis, swept in zip(axes, ("tau_p", "tau_x", "temperature"), strict=True):
        here = data.isel(protocol=np.flatnonzero(data.euler_of_swept == swept))
        x = here.euler_of_value.values
        for mode, colour in zip(data.renormalised.values, (SKY, ORANGE), strict=True):
            one = here.sel(renormalised=mode)
            lost = one.euler_failed.astype(bool).any(("sigma", "euler_trial")).values
            for name, style, label in (
                ("euler_soft_error_gap", "-", "soft error (of 30)"),
                ("euler_gain_gap", ":", "gain"),
            ):
                worst = one[name].where(~one.euler_failed.astype(bool)).max(("sigma", "euler_trial")).values
                width = 4.0 if mode == "as printed" else 1.4  # the two mostly coincide
                axis.plot(x, np.maximum(worst, floor), style, color=colour, linewidth=width, label=f"{label}, {mode}")
            level = 30.0 if mode == "as printed" else 12.0
            axis.plot(x[lost], np.full(int(lost.sum()), level), "x", color=colour)
        axis.axhline(0.05, color=GREY, linestyle="--", linewidth=1)
        axis.set(xscale="log", yscale="log", xlabel=SYMBOLS[swept], ylim=(floor / 2, 100))
    axes[2].axvline(434.0, color=YELLOW, linewidth=1)
    axes[2].text(434.0, 3e-9, "AG27 ", ha="right", fontsize="small")
    axes[0].set_ylabel("largest difference from the flow\n(crosses: not finite)")
    axes[0].legend(fontsize="x-small", frameon=False, loc="center left")
    figure.suptitle("Explicit Euler as printed, t = 10, against the flow solved to 1e-10", fontsize="medium")
    return figure
