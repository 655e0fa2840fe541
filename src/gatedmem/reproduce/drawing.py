"""What the figures share: colours that colour-blind readers can tell apart, bands, panels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# From Okabe and Ito's set.
BLUE, ORANGE, GREEN, PURPLE, SKY, YELLOW, GREY = (
    "#0072b2",
    "#d55e00",
    "#009e73",
    "#cc79a7",
    "#56b4e9",
    "#e69f00",
    "#6b7280",
)


def panels(columns: int, rows: int = 1, *, width: float = 3.7, height: float = 3.1) -> tuple[Figure, Any]:
    """A figure with a grid of axes; the axes are a flat array for one row, (rows, columns) otherwise."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(
        rows, columns, figsize=(width * columns, height * rows), layout="constrained", squeeze=False
    )
    for axis in axes.flat:
        axis.spines[["top", "right"]].set_visible(False)
    return figure, axes[0] if rows == 1 else axes


def band(axis: Axes, x: np.ndarray, samples: np.ndarray, colour: str, *, label: str) -> None:
    """A line through the mean of ``samples`` (samples, points), and two standard errors about it."""
    mean = samples.mean(axis=0)
    axis.plot(x, mean, color=colour, label=label, linewidth=1.6)
    if len(samples) > 1:
        error = 2 * samples.std(axis=0, ddof=1) / np.sqrt(len(samples))
        axis.fill_between(x, mean - error, mean + error, color=colour, alpha=0.2, linewidth=0)
