"""Handwritten digits in every memory, side by side: a figure, no claim."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import xarray

from gatedmem.numerics.experiments.illustrations import CUBIC_SCALE, DENSE_SCALE, MEMORIES
from gatedmem.numerics.instances import digit_patterns
from gatedmem.numerics.language.gguf_file import MissingExtra
from gatedmem.reproduce.claims import Judgement
from gatedmem.reproduce.drawing import BLUE, GREY, panels
from gatedmem.reproduce.work import Result, Unit

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOMENTS = (0.0, 0.25, 0.5, 1.0, 2.0, 50.0)
CUES = (("noise", 3), ("hidden", 9))


def units(quick: bool) -> list[Unit]:
    """A noisy cue and a half-hidden one.

    Raises:
        MissingExtra: scikit-learn, which has the images, is not installed.
    """
    if digit_patterns() is None:
        raise MissingExtra("the handwritten digits need scikit-learn: install gatedmem[digits]")
    return [
        Unit(
            f"digits-{cue}-{digit}",
            "gatedmem.numerics.experiments.illustrations:digits_unit",
            {"digit": digit, "cue": cue, "flips": 14, "sigma": 2.0, "moments": list(MOMENTS), "seed": 0},
        )
        for cue, digit in (CUES[:1] if quick else CUES)
    ]


def gather(units: Sequence[Unit], results: Sequence[Result]) -> xarray.Dataset:
    """Labelled arrays over cue, memory, moment, pixel, stored digit."""
    stacked = {name: np.stack([result[name] for result in results]) for name in results[0]}
    return xarray.Dataset(
        {
            "image": (("cue", "pixel"), stacked["image"]),
            "start": (("cue", "pixel"), stacked["cue"]),
            "states": (("cue", "memory", "moment", "pixel"), stacked["states"]),
            "weights": (("cue", "memory", "stored"), stacked["weights"]),
            "error": (("cue", "memory"), stacked["error"]),
            "digit": (("cue",), [unit.arguments["digit"] for unit in units]),
        },
        coords={
            "cue": [unit.arguments["cue"] for unit in units],
            "memory": list(MEMORIES),
            "moment": list(MOMENTS),
            "stored": list(range(10)),
        },
        attrs={"flips": int(units[0].arguments["flips"]), "sigma": float(units[0].arguments["sigma"])},
    )


def judge(data: xarray.Dataset) -> list[Judgement]:
    """None: the figure shows, it does not test."""
    return []


def draw(data: xarray.Dataset) -> dict[str, Figure]:
    """A figure for every cue: a row for each memory, the cue, states, result, and what it attends to."""
    return {str(cue): _one(data.sel(cue=cue)) for cue in data.cue.values}


def _one(here: xarray.Dataset) -> Figure:
    """Ten digits of 8 × 8 pixels stored and one of them shown damaged: what each memory makes of it over time.

    A row for each memory: the stored image, the cue, states, and how much each stored digit weighs at the end.
    """
    moments = here.moment.values
    figure, grid = panels(len(moments) + 2, rows=here.sizes["memory"], width=1.35, height=1.35)
    kind = (
        "the lower half hidden" if str(here.cue.values) == "hidden" else f"{here.attrs['flips']} of 64 pixels flipped"
    )
    last = here.sizes["memory"] - 1
    for position, (row, memory) in enumerate(zip(grid, here.memory.values, strict=True)):
        of = here.sel(memory=memory)
        pictures = [("stored", of.image.values)]
        pictures += [(f"t = {moment:g}", of.states.sel(moment=moment).values) for moment in moments]
        pictures[1] = ("cue (t = 0)", of.start.values)
        for axis, (title, picture) in zip(row[:-1], pictures, strict=True):
            axis.imshow(picture.reshape(8, 8), cmap="gray", vmin=-1, vmax=1)
            axis.set(xticks=[], yticks=[])
            if position == 0:
                axis.set_title(title, fontsize="small")
        row[0].set_ylabel(
            str(memory).replace(", ", ",\n").replace("classical ", "classical\n").replace("modern ", "modern\n"),
            fontsize="small",
            rotation=0,
            ha="right",
            va="center",
        )
        row[-2].set_xlabel(f"{float(of.error):g} pixels wrong", fontsize="small", labelpad=1)
        bars = row[-1]
        colours = [BLUE if index == int(here.digit) else GREY for index in here.stored.values]
        bars.bar(here.stored.values, of.weights.values, color=colours)
        bars.set(ylim=(0, 1.05), yticks=[0, 1], xticks=[0, 5, 9] if position == last else [])
        bars.tick_params(labelsize="x-small")
    grid[0, -1].set_title("weights at the end", fontsize="small")
    grid[-1, -1].set_xlabel("stored digit", fontsize="small")
    figure.suptitle(
        f"One image of each digit stored; the {int(here.digit)} with {kind}. σ = {here.attrs['sigma']:g}, T = 0.01, "
        f"τ = 1, c = {DENSE_SCALE:.0e} (dense), "
        f"{CUBIC_SCALE:g}/N³ (neuron-astrocyte).\nThe context-gated memory is told the digit's parity. "
        "Last column: gains, or each pattern's share in the drive; blue is the right digit.",
        fontsize="medium",
    )
    return figure
