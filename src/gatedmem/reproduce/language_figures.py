"""The figures of the language-model experiment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gatedmem.reproduce.drawing import BLUE, GREEN, GREY, ORANGE, PURPLE, band, panels

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

STATE_COLOURS = {"zero-shot": GREY, "1-shot": BLUE, "4-shot": ORANGE}


def draw(data: xarray.Dataset) -> dict[str, Figure]:
    """All of them, by name."""
    return {
        "spread": spread(data),
        "additive": additive(data),
        "layers": layers(data),
        "steering": steering(data),
        "feedback": feedback(data),
    }


def spread(data: xarray.Dataset) -> Figure:
    """N_eff of the decoded distribution over layers."""
    figure, axes = panels(data.sizes["task"])
    for axis, task in zip(axes, data.task.values, strict=True):
        here = data.sel(task=task)
        for state, colour in STATE_COLOURS.items():
            band(axis, here.layer.values, here.effective.sel(state=state).values, colour, label=state)
        axis.axhline(int(here.labels), color=GREEN, linestyle=":", label="number of labels")
        axis.set(yscale="log", xlabel="layer", title=f"{task}, {int(here.labels)} labels")
    axes[0].set_ylabel("N_eff (median over queries)")
    axes[0].legend(fontsize="small")
    return figure


def additive(data: xarray.Dataset) -> Figure:
    """Accuracy of the additive score over λ, against reading the examples."""
    figure, grid = panels(data.sizes["task"], rows=data.sizes["view"])
    for row, view in zip(np.atleast_2d(grid), data.view.values, strict=True):
        for axis, task in zip(row, data.task.values, strict=True):
            here = data.sel(task=task, view=view)
            curve = here.curve.sel(shot=4)
            band(axis, data.gain.values, curve.values, PURPLE, label="additive score, 4-shot context")
            for state, colour in STATE_COLOURS.items():
                level = float(here.plain.sel(state=state).mean())
                axis.axhline(level, color=colour, linestyle="--", label=f"{state}, read")
            axis.set_xscale("symlog", linthresh=0.01)
            axis.set_xlim(0, data.gain.values[-1])
            axis.set(ylim=(-0.03, 1.03), title=f"{task}, {view}", xlabel="λ")
        row[0].set_ylabel("accuracy")
    np.atleast_2d(grid)[0, 0].legend(fontsize="small")
    return figure


def layers(data: xarray.Dataset) -> Figure:
    """Where labels can be told apart, where the unembedding sees them, and which layer's context vector works."""
    figure, axes = panels(data.sizes["task"])
    for axis, task in zip(axes, data.task.values, strict=True):
        here = data.sel(task=task)
        band(axis, here.layer.values, here.separability.values, BLUE, label="linear classifier")
        band(axis, here.layer.values, here.alignment.values, ORANGE, label="unembedding, label words")
        added = here.added.sel(shot=4, view=data.view.values[1])
        band(axis, here.layer.values, added.values, PURPLE, label="additive score, whole vocabulary")
        axis.axhline(1 / int(here.labels), color=GREY, linestyle=":", label="chance")
        axis.set(ylim=(-0.03, 1.03), xlabel="layer", title=str(task))
    axes[0].set_ylabel("accuracy")
    axes[0].legend(fontsize="small")
    return figure


def steering(data: xarray.Dataset) -> Figure:
    """Capitals: log-probability and accuracy of the right token by kind of examples, and right less exchanged."""
    figure, axes = panels(3)
    for kind, colour in zip(data.kind.values, (GREEN, ORANGE, PURPLE), strict=True):
        here = data.sel(kind=kind)
        gains = data.steering_gain.values
        band(axes[0], gains, here.steered_log_probability.values, colour, label=f"{kind} examples")
        band(axes[1], gains, here.steered_accuracy.values, colour, label=f"{kind} examples")
    axes[0].set(xlabel="λ", ylabel="mean log-probability of the capital")
    axes[1].set(xlabel="λ", ylabel="accuracy, whole vocabulary", ylim=(-0.03, 1.03))
    course = data.steered_log_probability
    apart = course.sel(kind="right") - course.sel(kind="exchanged")
    band(axes[2], gains, apart.values, GREEN, label="right less exchanged")
    axes[2].axhline(0.0, color=GREY, linestyle=":")
    axes[2].set(xlabel="λ", ylabel="log-probability, right less exchanged")
    axes[0].legend(fontsize="small")
    return figure


def feedback(data: xarray.Dataset) -> Figure:
    """What dropping feedback costs against CG21's bound, and where the label words lie relative to uniqueness."""
    figure, axes = panels(2)
    gains = data.feedback_gain.values
    axes[0].plot(gains, data.feedback_bound.values, color=GREY, linestyle="--", label="bound of CG21")
    styles = zip(data.task.values, (BLUE, ORANGE, GREEN), strict=False)
    for task, colour in styles:
        band(axes[0], gains, data.feedback_error.sel(task=task).values, colour, label=str(task))
        here = data.sel(task=task)
        strength = data.regime_gain.values**2
        for name, line in (("contraction", ":"), ("exact_threshold", "-")):
            # Both numbers are βλ² times something: the threshold in βλ² is where they reach 1.
            threshold = strength[-1] / here[name].values[:, -1]
            label = f"{task}: {'exact (CG12)' if line == '-' else 'contraction (CG11)'}"
            axes[1].plot(data.share.values, threshold, color=colour, linestyle=line, label=label)
    axes[0].set(xlabel="λ", ylabel="largest change of the label probabilities")
    axes[1].set(xlabel="α / α_crit", ylabel="largest βλ² with uniqueness for every drive")
    axes[0].legend(fontsize="small")
    axes[1].set_ylim(0.0, 3.3)  # room for the names above the curves
    axes[1].legend(fontsize="small", loc="upper right")
    return figure
