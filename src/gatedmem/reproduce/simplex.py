"""Retrieval with three patterns, and the gains' path over the triangle of mixtures: a figure, no claim."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray

from gatedmem.reproduce.claims import Judgement
from gatedmem.reproduce.drawing import BLUE, GREEN, GREY, ORANGE, panels
from gatedmem.reproduce.work import Result, Unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = (BLUE, ORANGE, GREEN)
# Corners of the triangle, one row a pattern.
CORNERS = np.array([[0.5, np.sqrt(0.75)], [0.0, 0.0], [1.0, 0.0]])


def units(quick: bool) -> list[Unit]:
    """One run from a cue near pattern 1, and others from random cues."""
    arguments = {
        "n_neurons": 40,
        "flips": 14,
        "sigma": 2.0,
        "temperature": 0.8,
        "tau_p": 2.0,
        "moments": [0.0, 0.75, 1.25, 6.0],
        "cues": 6 if quick else 40,
        "seed": 3,
    }
    return [Unit("simplex", "gatedmem.numerics.experiments.illustrations:simplex_unit", arguments)]


def gather(units: Sequence[Unit], results: Sequence[Result]) -> xarray.Dataset:
    """Labelled arrays over cue, time, pattern, moment, point of the simplex."""
    found = results[0]
    return xarray.Dataset(
        {
            "gains": (("cue", "time", "pattern"), found["gains"]),
            "overlaps": (("cue", "time", "pattern"), found["overlaps"]),
            "energy": (("time",), found["energy"]),
            "grid": (("point", "pattern"), found["grid"]),
            "landscape": (("moment", "point"), found["landscape"]),
        },
        coords={"time": found["times"], "moment": found["moments"], "pattern": [1, 2, 3]},
        attrs={name: value for name, value in units[0].arguments.items() if name != "moments"},
    )


def judge(data: xarray.Dataset) -> list[Judgement]:
    """None: the figure shows, it does not test."""
    return []


def draw(data: xarray.Dataset) -> dict[str, Figure]:
    """Snapshots of the path over the energy; overlaps, gains, energy over time; paths from other cues."""
    figure, grid = panels(data.sizes["moment"], rows=2, width=3.5, height=3.2)
    for axis, moment in zip(grid[0], data.moment.values, strict=True):
        shown = _landscape(axis, data, float(moment))
        ticks = [float(shown.levels[0]), float(shown.levels[-1])]
        figure.colorbar(
            shown, ax=axis, label=r"energy $L(x(t), p)$", location="bottom", shrink=0.75, format="%.3g", ticks=ticks
        )
    time = data.time.values
    for index, colour in enumerate(COLOURS):
        label = f"pattern {index + 1}"
        grid[1, 0].plot(time, data.overlaps[0, :, index], color=colour, label=label)
        grid[1, 1].plot(time, data.gains[0, :, index], color=colour, label=label)
    grid[1, 0].set(xlabel=r"$t$ (units of $\tau_x$)", ylabel=r"overlap $m_\mu / N$", ylim=(-1.05, 1.05))
    grid[1, 1].set(xlabel=r"$t$ (units of $\tau_x$)", ylabel=r"gain $p_\mu$", ylim=(-0.03, 1.03))
    grid[1, 0].legend(fontsize="small", frameon=False)
    grid[1, 2].plot(time, data.energy, color=GREY)
    grid[1, 2].set(xlabel=r"$t$ (units of $\tau_x$)", ylabel=r"energy $L(x, p)$")
    for axis in grid[1, :3]:
        for moment in data.moment.values:
            axis.axvline(moment, color=GREY, linewidth=0.7, linestyle=":")
    _triangle(grid[1, 3])
    for cue in range(1, data.sizes["cue"]):
        path = data.gains[cue].values @ CORNERS
        winner = int(np.argmax(data.gains[cue, -1].values))
        grid[1, 3].plot(*path.T, color=COLOURS[winner], linewidth=1, alpha=0.8)
    grid[1, 3].set_title("gains from random cues,\ncoloured by where they end", fontsize="medium", pad=22)
    flips, neurons = data.attrs["flips"], data.attrs["n_neurons"]
    figure.suptitle(
        f"K = 3 patterns, N = {neurons}: a cue of pattern 1 with {flips} of {neurons} entries flipped; "
        f"σ = {data.attrs['sigma']:g}, T = {data.attrs['temperature']:g}, "
        rf"$\tau_p$ = {data.attrs['tau_p']:g} $\tau_x$."
        "\nColours: the energy of all gains at the neurons of that "
        "moment, each triangle on its own scale; black: the gains' path so far.",
        fontsize="medium",
    )
    return {"": figure}


def _landscape(axis: Axes, data: xarray.Dataset, moment: float) -> Any:
    """The energy over the triangle at one moment, and the path of the gains up to it."""
    across, up = (data.grid.values @ CORNERS).T
    values = data.landscape.sel(moment=moment).values
    levels = np.linspace(values.min(), values.max(), 16)
    shown = axis.tricontourf(across, up, values, levels=levels, cmap="cividis", alpha=0.9)
    axis.tricontour(across, up, values, levels=levels, colors="white", linewidths=0.4, linestyles="solid")
    _triangle(axis)
    path = data.gains[0].where(data.time <= moment, drop=True).values @ CORNERS
    axis.plot(*path.T, color="white", linewidth=2.4)
    axis.plot(*path.T, color="black", linewidth=1.2)
    axis.plot(*path[-1], "o", color="black", markerfacecolor="white", markersize=6, clip_on=False)
    axis.set_title(f"t = {moment:g}", fontsize="medium", loc="left")
    return shown


def _triangle(axis: Axes) -> None:
    axis.plot(*np.vstack([CORNERS, CORNERS[:1]]).T, color="black", linewidth=1)
    for index, (corner, place) in enumerate(zip(CORNERS, ((0, 5), (-4, -13), (4, -13)), strict=True)):
        axis.annotate(
            f"$p_{index + 1} = 1$",
            corner,
            xytext=place,
            textcoords="offset points",
            ha="center",
            fontsize="small",
            annotation_clip=False,
        )
    axis.set_aspect("equal")
    axis.axis("off")
