"""Maps over memory load and corruption for three memories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gatedmem.numerics.experiments.load_grid import ASTROCYTE, HOPFIELD, N_NEURONS, NEURON_ASTROCYTE
from gatedmem.reproduce.drawing import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, YELLOW, panels

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw(data: xarray.Dataset) -> dict[str, Figure]:
    """The maps, one figure for every slope; then what the open choices do."""
    from gatedmem.reproduce.load_grid import best_scale

    best = best_scale(data)
    maps = {f"sigma-{sigma:g}": _maps(data, float(sigma), best) for sigma in data.sigma.values}
    return maps | {"choices": _choices(data, best)}


def _maps(data: xarray.Dataset, sigma: float, best: str) -> Figure:
    """Mean sign error at t = 10 over the number of patterns and of flipped entries, a map for each memory.

    Below: the error of each of the others less that of the astrocyte-gated memory.
    """
    first = next(name for name in data.contender.values if name.startswith(NEURON_ASTROCYTE))
    chosen = [ASTROCYTE, HOPFIELD, first, *([best] if best != first else [])]
    mean = data.error.sel(time=10.0, sigma=sigma).mean("trial").transpose("contender", "flips", "n_patterns")
    figure, grid = panels(len(chosen), rows=2, width=3.6, height=2.7)
    errors: Any = None
    differences: Any = None
    for column, name in zip(grid.T, chosen, strict=True):
        for axis in column:
            axis.set_yticks([0, 2, 4, 6, 8, 10])
        errors = _map(column[0], mean.sel(contender=name), "viridis", 0, N_NEURONS / 2)
        label = name.replace(", ", "\n")
        column[0].set_title(label, fontsize="medium")
        if name == ASTROCYTE:
            column[1].axis("off")
            continue
        gain = mean.sel(contender=name) - mean.sel(contender=ASTROCYTE)
        differences = _map(column[1], gain, "PuOr", -6, 6)
        column[1].set_title(f"{label}\nless astrocyte-gated", fontsize="medium")
    for axis in (grid[0, 0], grid[1, 1]):
        axis.set_ylabel("flipped entries n (of 20)")
    for axis in (grid[0, 0], *grid[1, 1:]):
        axis.set_xlabel("patterns K")
    figure.colorbar(errors, ax=list(grid[0]), label="mean sign error (of 20)")
    figure.colorbar(differences, ax=list(grid[1]), label="difference of means", extend="both")
    grid[1, 0].text(
        0.0,
        0.5,
        "Violet: the astrocyte-gated\nmemory has the lower error;\nbrown: the higher.",
        transform=grid[1, 0].transAxes,
        va="center",
    )
    figure.suptitle(
        f"Figure 4 of arXiv 2604.25481: N = 20, σ = {sigma:g}, T = 0.01, t = 10, "
        f"{data.attrs['trials']} trials a cell",
        fontsize="medium",
    )
    return figure


def _map(axis: Axes, values: xarray.DataArray, colours: str, low: float, high: float) -> Any:
    return axis.pcolormesh(
        values.n_patterns.values,
        values.flips.values,
        values.values,
        cmap=colours,
        vmin=low,
        vmax=high,
        shading="nearest",
        rasterized=True,
    )


def _choices(data: xarray.Dataset, best: str) -> Figure:
    """Mean errors over the flips, for every slope, scale, horizon, and folded by the sign."""
    figure, grid = panels(data.sizes["sigma"], rows=2, height=2.9)
    grid = np.asarray(grid).reshape(2, -1)
    colours = [BLUE, ORANGE, GREY, SKY, GREEN, YELLOW, PURPLE]
    for column, sigma in zip(grid.T, data.sigma.values, strict=True):
        error = data.error.sel(sigma=sigma)
        for name, colour in zip(data.contender.values, colours, strict=False):
            here = error.sel(contender=name)
            style = "-" if name in (ASTROCYTE, HOPFIELD, best) else ":"
            column[0].plot(
                data.flips,
                here.sel(time=10.0).mean(("n_patterns", "trial")),
                color=colour,
                linestyle=style,
                label=name,
            )
        for name, colour in ((ASTROCYTE, BLUE), (HOPFIELD, ORANGE), (best, PURPLE)):
            here = error.sel(contender=name)
            for folded, style in ((False, "-"), (True, ":")):
                shown = np.minimum(here, N_NEURONS - here) if folded else here
                means = shown.sel(time=10.0).mean(("n_patterns", "trial"))
                label = f"{name}{', sign-folded' if folded else ''}"
                column[1].plot(data.flips, means, color=colour, linestyle=style, label=label)
            later = here.sel(time=100.0).mean(("n_patterns", "trial"))
            column[1].plot(data.flips, later, color=colour, linestyle="", marker="x", label=f"{name}, t = 100")
        column[0].plot(data.flips, data.flips, color="black", linewidth=0.8, linestyle="--", label="the cue itself")
        column[0].set_title(f"σ = {sigma:g}")
        column[1].set_xlabel("flipped entries n (of 20)")
        for axis in column:
            axis.set_ylim(-0.3, 11)
    for axis in grid[:, 0]:
        axis.set_ylabel("mean sign error over all K")
    for row in grid:
        row[-1].legend(fontsize="x-small", loc="center left", bbox_to_anchor=(1.02, 0.5), frameon=False)
    return figure
