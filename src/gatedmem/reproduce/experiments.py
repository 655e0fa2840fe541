"""The experiments by name, and how one is run from units of work to arrays, figures and verdicts.

An experiment is a module with four functions: ``units(quick)`` says what is to be done, ``gather(units, results)``
makes labelled arrays of it, ``draw(data)`` figures, ``judge(data)`` verdicts on the claims that it tests.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from gatedmem.proofs.cache import environment, write_atomically
from gatedmem.reproduce.claims import Judgement
from gatedmem.reproduce.work import Result, Store, Unit, clear_abandoned, replacing, run_units

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure


class Experiment(Protocol):
    """What a module of an experiment offers."""

    def units(self, quick: bool) -> list[Unit]:
        """What is to be done; ``quick`` asks for a small version of the same."""

    def gather(self, units: Sequence[Unit], results: Sequence[Result]) -> xarray.Dataset:
        """Labelled arrays from the results."""

    def draw(self, data: xarray.Dataset) -> dict[str, Figure]:
        """Figures by name."""

    def judge(self, data: xarray.Dataset) -> list[Judgement]:
        """Verdicts on the claims that the experiment tests."""


EXPERIMENTS = {
    "figure-1": "gatedmem.reproduce.slow_gains",
    "figure-2": "gatedmem.reproduce.slow_neurons",
    "figure-3": "gatedmem.reproduce.hot_gains",
    "figure-4": "gatedmem.reproduce.load_grid",
    "dynamics": "gatedmem.reproduce.dynamics",
    "simplex": "gatedmem.reproduce.simplex",
    "digits": "gatedmem.reproduce.digits",
    "context-figure-2": "gatedmem.reproduce.context_figure_2",
    "context-figure-3": "gatedmem.reproduce.context_figure_3",
    "context-regimes": "gatedmem.reproduce.context_regimes",
    "language-model": "gatedmem.reproduce.language_model",
}


def experiment(name: str) -> Experiment:
    """The experiment of that name."""
    module: Any = importlib.import_module(EXPERIMENTS[name])
    return module  # type: ignore[no-any-return]


def run_experiment(
    name: str,
    folder: Path,
    *,
    quick: bool = False,
    fresh: bool = False,
    jobs: int = 1,
    scheduler: str | None = None,
    start: Callable[[int], None] = lambda count: None,
    tick: Callable[[Unit], None] = lambda unit: None,
) -> dict[str, Any]:
    """Run what is not yet done of an experiment and write its arrays, figures and verdicts.

    Args:
        name: which one.
        folder: for ``NAME.nc`` (labelled arrays), ``NAME*.svg`` and ``.png``, ``NAME.json`` (manifest and verdicts),
            and ``units`` with the pieces, from which an interrupted run goes on.
        quick: the small version.
        fresh: forget what earlier runs left of this experiment's units.
        jobs: processes on this machine.
        scheduler: address of a Dask scheduler to use instead.
        start: called with the number of units.
        tick: called for every unit done.

    Returns:
        The manifest.
    """
    module = experiment(name)
    units = module.units(quick)
    start(len(units))
    store = Store(folder / "units")
    clear_abandoned(folder)
    if fresh:
        store.forget(units)
    results = run_units(units, store, jobs=jobs, scheduler=scheduler, tick=tick)
    data = module.gather(units, results)
    figures = write_figures(name, module, data, folder)
    with replacing(folder / f"{name}.nc") as part:
        data.to_netcdf(part, engine="scipy")
    manifest = {
        "experiment": name,
        "quick": quick,
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "gatedmem": metadata.version("gatedmem"),
        "environment": environment(),
        "units": [{"key": unit.key(), **asdict(unit)} for unit in units],
        "figures": figures,
        "claims": [asdict(judgement) for judgement in module.judge(data)],
    }
    write_atomically(folder / f"{name}.json", json.dumps(manifest, indent=1, ensure_ascii=False) + "\n")
    return manifest


def write_figures(name: str, module: Experiment, data: xarray.Dataset, folder: Path) -> list[str]:
    """Draw an experiment's figures as SVG and PNG; return their names without suffix."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    written = []
    # A fixed salt and no date: the same arrays give the same file.
    with matplotlib.rc_context({"svg.hashsalt": "gatedmem", "svg.fonttype": "path"}):
        for part, figure in module.draw(data).items():
            stem = f"{name}-{part}" if part else name
            for suffix, options in (("svg", {"metadata": {"Date": None}}), ("png", {"dpi": 150})):
                with replacing(folder / f"{stem}.{suffix}") as file:
                    figure.savefig(file, format=suffix, bbox_inches="tight", **options)
            plt.close(figure)
            written.append(stem)
    return written
