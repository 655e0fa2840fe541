"""``gatedmem reproduce`` and ``claims``: the papers' experiments, and the verdict on each empirical claim."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import click

from gatedmem.commands.common import BadInput

RESULTS = Path("results")


@click.command()
@click.argument("names", metavar="FIGURE...|all", nargs=-1, required=True)
@click.option("--quick", is_flag=True, help="A small version of the same.")
@click.option("--out", type=click.Path(path_type=Path), default=RESULTS, show_default=True, help="Where results go.")
@click.option("--resume/--fresh", default=True, show_default=True, help="Take up what an earlier run left, or not.")
@click.option("--scheduler", metavar="ADDRESS", help="Run the sweeps on this Dask cluster.")
@click.option("--jobs", type=click.IntRange(1), default=lambda: os.cpu_count(), show_default="number of cores")
@click.option("--json", "as_json", is_flag=True, help="Print the verdicts as JSON.")
def reproduce(
    names: tuple[str, ...], quick: bool, out: Path, resume: bool, scheduler: str | None, jobs: int, as_json: bool
) -> None:
    """Run the papers' experiments: labelled arrays (NetCDF), figures (SVG, PNG), and a verdict on each claim.

    A run may be stopped at any moment; the same command takes it up where it stopped.
    """
    from gatedmem.numerics.language.gguf_file import MissingExtra
    from gatedmem.report import Bar
    from gatedmem.reproduce.experiments import EXPERIMENTS, run_experiment
    from gatedmem.reproduce.work import ClusterError

    chosen = list(EXPERIMENTS) if "all" in names else list(dict.fromkeys(names))
    unknown = [name for name in chosen if name not in EXPERIMENTS]
    if unknown:
        raise BadInput(f"{unknown[0]}: FIGURE: must be one of {', '.join(EXPERIMENTS)}, all")
    try:
        out.mkdir(parents=True, exist_ok=True)
        judged: list[dict[str, Any]] = []
        for name in chosen:
            with Bar(name) as bar:
                manifest = run_experiment(
                    name,
                    out,
                    quick=quick,
                    fresh=not resume,
                    jobs=jobs,
                    scheduler=scheduler,
                    start=bar.expect,
                    tick=bar.tick,
                )
            judged += manifest["claims"]
            for stem in manifest["figures"]:
                click.echo(out / f"{stem}.svg", err=as_json)
    except MissingExtra as error:
        click.echo(str(error), err=True)
        sys.exit(3)
    except ClusterError as error:
        raise BadInput(str(error)) from None
    except OSError as error:
        raise BadInput(f"{out}: --out: cannot be written ({error.strerror})") from None
    _show([entry["id"] for entry in judged], out, as_json)


@click.command()
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option(
    "--results", type=click.Path(path_type=Path), default=RESULTS, show_default=True, help="Where they lie."
)
@click.option("--json", "as_json", is_flag=True, help="Print the entries as JSON.")
def claims(ids: tuple[str, ...], results: Path, as_json: bool) -> None:
    """Print the papers' empirical claims and the verdict on each, from what ``reproduce`` found."""
    from gatedmem.reproduce.claims import claims as known

    names = [name.upper() for name in ids]
    unknown = [name for name in names if name not in known()]
    if unknown:
        raise BadInput(f"{unknown[0]}: ID: no such claim; `gatedmem claims` lists them")
    _show(names or list(known()), results, as_json)


def _show(ids: list[str], results: Path, as_json: bool) -> None:
    from gatedmem.reproduce.claims import audit

    fields = ("id", "claim", "verdict", "figure", "uncertainty", "explained_by")
    try:
        entries = audit(results, ids) if ids else []
    except ValueError as error:
        raise BadInput(str(error)) from None
    if as_json:
        click.echo(
            json.dumps([{field: entry[field] for field in fields} for entry in entries], indent=2, ensure_ascii=False)
        )
    else:
        from gatedmem.report import print_claims

        print_claims(entries)
