"""Figure 2 of arXiv 2605.10970: accuracy over query noise for each coupling λ, and separation against its bound.

Claims CB1 to CB3. The paper leaves open how noise is scaled and from where the fixed point is sought; both
scalings and four ways to an answer are run on the same trials.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray

from gatedmem.numerics.experiments.context_accuracy import EARLY, FLOW, WAYS, separation_bound
from gatedmem.reproduce.claims import FAILS, HOLDS, Judgement
from gatedmem.reproduce.drawing import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, YELLOW, band, panels
from gatedmem.reproduce.statistics import holm, mean_and_error, paired_p_values
from gatedmem.reproduce.work import Result, Unit

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SCALINGS = {"coordinate": "noise of size σ in every coordinate", "norm": "noise of norm about σ"}
WORDS = dict(
    zip(
        WAYS,
        ("feedback is dropped", "the map starts at r = 0", "the map starts at r = b", "the flow starts at rest"),
        strict=True,
    )
)
GAINS = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0)
NOISES = tuple(float(level) for level in np.linspace(0.0, 3.0, 12))
PROTOCOL = {"count": 50, "dimension": 10, "beta": 3.5, "alpha": 0.1, "context_noise": 0.3}
# Where the paper puts the lead that makes P ≥ 1 - ε certain, and ε.
LEAD, EPSILON = 1.95, 0.05
_FUNCTION = "gatedmem.numerics.experiments.context_accuracy:accuracy_unit"
_COLOURS = dict(zip(GAINS, (GREY, SKY, BLUE, GREEN, YELLOW, ORANGE), strict=True))


def units(quick: bool) -> list[Unit]:
    """Blocks of memory sets under both scalings of the noise: 60 sets of 100 trials in all."""
    blocks, sets, trials, flow_trials = (1, 12, 16, 2) if quick else (20, 3, 100, 20)
    return [
        Unit(
            f"context-accuracy-{scaling}-{block}",
            _FUNCTION,
            {
                "seed": block,
                "scaling": scaling,
                "sets": sets,
                "trials": trials,
                "flow_trials": flow_trials,
                "noises": list(NOISES),
                "gains": list(GAINS),
                **PROTOCOL,
            },
        )
        for block in range(blocks)
        for scaling in SCALINGS
    ]


def gather(units: Sequence[Unit], results: Sequence[Result]) -> xarray.Dataset:
    """Labelled arrays over scaling, memory set, way, noise, λ."""
    merged: dict[str, list[np.ndarray]] = {name: [] for name in results[0]}
    for scaling in SCALINGS:
        own = [result for unit, result in zip(units, results, strict=True) if unit.arguments["scaling"] == scaling]
        for name, parts in merged.items():
            parts.append(np.concatenate([result[name] for result in own]))
    cell = ("scaling", "set", "way", "noise")
    dims: dict[str, tuple[str, ...]] = {
        "lost": (*cell, "step"),
        "lost_named": (*cell, "step"),
        "lead": (*cell, "gain", "trial"),
        "probability": (*cell, "gain", "trial"),
        "early_below": ("scaling", "set", "time"),
    }
    variables: dict[str, Any] = {
        name: (dims.get(name, (*cell, "gain")), np.stack(parts)) for name, parts in merged.items()
    }
    arguments = units[0].arguments
    return xarray.Dataset(
        variables,
        coords={
            "scaling": list(SCALINGS),
            "way": list(WAYS),
            "noise": list(arguments["noises"]),
            "gain": list(arguments["gains"]),
            "time": list(EARLY),
        },
        attrs={name: arguments[name] for name in ("trials", "flow_trials", "count", "beta")},
    )


def draw(data: xarray.Dataset) -> dict[str, Figure]:
    """Accuracy over noise, a row for each scaling and a column for each way; leads and probabilities."""
    return {"accuracy": _accuracy(data), "separation": _separation(data)}


def _accuracy(data: xarray.Dataset) -> Figure:
    """Share of queries whose most probable memory is the right one, over the noise on the query.

    A line for each coupling λ, with two standard errors about the mean; dotted: chance. A row for each scaling of the
    noise, a column for each way to set the gates.
    """
    figure, grid = panels(data.sizes["way"], rows=data.sizes["scaling"], width=3.2, height=2.9)
    for row, scaling in zip(grid, data.scaling.values, strict=True):
        for axis, way in zip(row, data.way.values, strict=True):
            for gain in data.gain.values:
                right = data.right.sel(scaling=scaling, way=way, gain=gain).values
                band(axis, data.noise.values, right, _COLOURS[float(gain)], label=f"λ = {gain:g}")
            axis.axhline(1 / data.attrs["count"], color=PURPLE, linestyle=":", linewidth=1)
            axis.set(ylim=(-0.03, 1.03), title=str(way), xlabel="query noise σ")
        row[0].set_ylabel(f"accuracy\n{SCALINGS[str(scaling)]}")
    figure.legend(*grid[0, 0].get_legend_handles_labels(), fontsize="small", loc="outside right center")
    return figure


def _separation(data: xarray.Dataset) -> Figure:
    """Probability of the right memory over its lead in total score: a point a query, and the bound of CG6.

    Dotted: the lead from which on the bound alone makes the right memory all but certain. Where ways with feedback
    end at one state their points coincide.
    """
    figure, axes = panels(data.sizes["scaling"], width=4.6, height=3.6)
    beta, count = float(data.attrs["beta"]), int(data.attrs["count"])
    leads = np.linspace(-3.0, 5.0, 400)
    colours = (GREY, BLUE, ORANGE, GREEN)
    for axis, scaling in zip(axes, data.scaling.values, strict=True):
        found = [data.sel(scaling=scaling, way=way) for way in data.way.values]
        x = np.concatenate([here.lead.values.ravel() for here in found])
        y = np.concatenate([here.probability.values.ravel() for here in found])
        shades = np.repeat(colours, [here.lead.size for here in found])
        # In random order: drawn one way after the other, the last would hide the others.
        order = np.random.default_rng(0).permutation(len(x))
        axis.scatter(x[order], y[order], s=2, c=shades[order], alpha=0.4, linewidths=0, rasterized=True)
        for way, colour in zip(data.way.values, colours, strict=True):
            axis.plot([], [], "o", color=colour, markersize=4, label=str(way))
        axis.plot(leads, separation_bound(leads, beta, count), color="black", linewidth=1.4, label="bound of Thm 3.1")
        axis.axvline(_certain_lead(beta, count), color=PURPLE, linestyle=":", linewidth=1.2)
        axis.axhline(1 - EPSILON, color=PURPLE, linestyle=":", linewidth=1.2)
        axis.set(xlim=(-3, 5), ylim=(-0.03, 1.03), xlabel="lead Δ of the right memory", title=SCALINGS[str(scaling)])
    axes[0].set_ylabel("probability of the right memory")
    figure.legend(*axes[0].get_legend_handles_labels(), fontsize="small", loc="outside right center")
    return figure


def _certain_lead(beta: float, count: int) -> float:
    """The lead from which on P ≥ 1 - ε is certain: ln((1-ε)(N-1)/ε)/β."""
    return float(np.log((1 - EPSILON) * (count - 1) / EPSILON) / beta)


def judge(data: xarray.Dataset) -> list[Judgement]:
    """Verdicts on CB1 to CB3."""
    sets, trials = data.sizes["set"], int(data.attrs["trials"])
    run = (
        f"protocol D.1, {sets} memory sets of {trials} trials a cell ({data.attrs['flow_trials']} for the flow), "
        f"the same trials at every λ and noise; both scalings of the noise, "
        f"and answers {', '.join(WAYS)} (s = r = 0, τ = 1, to t = 50)"
    )
    return [_does_not_fall(data, run), _middling(data, run), _bound(data, run)]


def _variants(data: xarray.Dataset) -> list[tuple[str, str]]:
    return [(str(scaling), str(way)) for way in data.way.values for scaling in data.scaling.values]


def _name(scaling: str, way: str) -> str:
    return f"{way}, {SCALINGS[scaling]}"


def _when(variants: Sequence[tuple[str, str]]) -> str:
    """The variants in words, a way of which every scaling is among them without its scalings."""
    said: dict[str, None] = {}
    for scaling, way in variants:
        both = all((other, way) in variants for other in SCALINGS)
        said[WORDS[way] if both else f"{WORDS[way]} with {SCALINGS[scaling]}"] = None
    return "; or when ".join(said)


def _does_not_fall(data: xarray.Dataset, run: str) -> Judgement:
    """CB1: is accuracy at any larger λ below that at a smaller one, in any cell?"""
    pairs = list(combinations(range(data.sizes["gain"]), 2))
    variants = _variants(data)
    # (variants, noises, pairs, sets): how much is lost.
    falls = np.stack(
        [
            np.stack(
                [
                    (here.isel(gain=low) - here.isel(gain=high)).transpose("noise", "set").values
                    for low, high in pairs
                ],
                axis=1,
            )
            for here in (data.right.sel(scaling=scaling, way=way) for scaling, way in variants)
        ]
    )
    significant = holm(paired_p_values(falls))
    told, without = [], []
    for variant, fall, found in zip(variants, falls, significant, strict=True):
        if not found.any():
            without.append(variant)
        noise, pair = np.unravel_index(fall.mean(axis=-1).argmax(), fall.shape[:2])
        low, high = (float(data.gain[index]) for index in pairs[int(pair)])
        worst = mean_and_error(fall[noise, pair])
        here = data.sel(scaling=variant[0], way=variant[1])
        lost, named = float(here.lost.mean()), float(here.lost_named.mean())
        blame = (
            f"; of the trials lost from one λ to the next the context misleads in {1 - named / lost:.0%}"
            if lost
            else ""
        )
        told.append(
            f"{_name(*variant)}: falls in {int(found.sum())} of {found.size} cells, most by {worst} "
            f"at σ = {float(data.noise[noise]):.2f} from λ = {low:g} to {high:g}{blame}"
        )
    verdict = HOLDS if len(without) == len(variants) else f"holds when {_when(without)}" if without else FAILS
    uncertainty = (
        f"a cell is a noise and a pair of λ; one-sided paired t-tests over {data.sizes['set']} memory sets, "
        f"Holm over all {significant.size} cells at 0.05"
    )
    return Judgement("CB1", verdict, "; ".join(told), uncertainty, run)


def _middling(data: xarray.Dataset, run: str) -> Judgement:
    """CB2: does the gain of accuracy over λ = 0 peak inside the range of noise, above both ends?"""
    variants, gains = _variants(data), [float(gain) for gain in data.gain.values[1:]]
    better = np.stack(
        [
            np.stack([(here.sel(gain=gain) - here.isel(gain=0)).transpose("noise", "set").values for gain in gains])
            for here in (data.right.sel(scaling=scaling, way=way) for scaling, way in variants)
        ]
    )  # (variants, gains, noises, sets)
    peak = better.mean(axis=-1).argmax(axis=-1)
    top = np.take_along_axis(better, peak[..., None, None], axis=2)[:, :, 0]
    above = np.stack([top, top - better[:, :, 0], top - better[:, :, -1]])
    holds = np.asarray(holm(paired_p_values(above)).all(axis=0))
    told = []
    for variant, curves, tops, good in zip(variants, better, peak, holds, strict=True):
        at = list(zip(gains, curves, tops, strict=True))
        best = [mean_and_error(curve[top]) for _, curve, top in at]
        last = [mean_and_error(curve[-1]) for _, curve, _ in at]
        places = ", ".join(f"{float(data.noise[top]):.2f}" for top in tops)
        told.append(
            f"{_name(*variant)}: largest gains {', '.join(format(gain, '+') for gain in best)} at σ = {places}, "
            f"at σ = {float(data.noise[-1]):g} {', '.join(format(gain, '+') for gain in last)}"
        )
        missing = [f"{gain:g}" for gain, kept in zip(gains, good, strict=True) if not kept]
        if missing:
            told[-1] += f" (not for λ = {', '.join(missing)})"
    common = [f"{gain:g}" for gain, kept in zip(gains, np.atleast_1d(holds.all(axis=0)), strict=True) if kept]
    verdict = HOLDS if holds.all() else f"holds when λ is {' or '.join(common)}" if common else FAILS
    uncertainty = (
        f"mean ± standard error over {data.sizes['set']} memory sets; the largest gain must exceed 0 and the "
        f"gains at both ends, paired t-tests, Holm over {above[..., 0].size} comparisons at 0.05"
    )
    return Judgement(
        "CB2", verdict, f"λ = {', '.join(f'{gain:g}' for gain in gains)}; " + ". ".join(told), uncertainty, run
    )


def _bound(data: xarray.Dataset, run: str) -> Judgement:
    """CB3: is any measured probability below 1/(1 + (N-1)e^{-βΔ}), and where is the certain lead?"""
    sizes = np.array([data.attrs["flow_trials"] if way == WAYS[FLOW] else data.attrs["trials"] for way in WAYS])
    cells = data.sizes["scaling"] * data.sizes["set"] * data.sizes["noise"] * data.sizes["gain"]
    shares = data.below.mean(("scaling", "set", "noise", "gain")).values
    below = int(np.round((shares * sizes * cells).sum()))
    unrest = data.unrest.mean(("scaling", "set", "noise", "gain")).values
    early = data.early_below.mean(("scaling", "set")).values
    lead = _certain_lead(float(data.attrs["beta"]), int(data.attrs["count"]))
    figure = (
        f"{below} of {int(sizes.sum()) * cells} below the bound, least distance {float(data.margin.min()):.1e}; "
        f"certain lead {lead:.4f}; not at rest and not counted: "
        + ", ".join(f"{share:.2%} {way}" for way, share in zip(WAYS, unrest, strict=True))
        + "; on the way of the flow, below the bound: "
        + ", ".join(f"{share:.0%} at t = {time:g}" for share, time in zip(early, EARLY, strict=True))
    )
    if below or abs(lead - LEAD) >= 0.005:
        verdict = FAILS
    else:
        verdict = "holds when the run has come to rest" if early.max() > 0.0 else HOLDS
    uncertainty = "every run counted; what convergence leaves over is allowed: 1e-9 for the map, 1e-4 for the flow"
    return Judgement("CB3", verdict, figure, uncertainty, run)
