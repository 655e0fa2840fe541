"""``gatedmem drill``: wrong variants of the statements, which every layer of evidence has to reject."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gatedmem.commands.common import LAYERS, BadInput, choose, jobs_option

if TYPE_CHECKING:
    from gatedmem.drill.run import Result

QUICK = 60  # trials drawn from all by --quick


@click.command()
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option("--layer", "layers", type=LAYERS, multiple=True, help="Only this layer (may be repeated).")
@click.option("--variant", "named", multiple=True, help="Only the variants of this name (may be repeated).")
@click.option("--quick", is_flag=True, help=f"Draw {QUICK} trials from all of them.")
@click.option("--fresh", is_flag=True, help="Ignore the answers that are kept.")
@jobs_option
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Fixes every draw.")
@click.option("--json", "as_json", is_flag=True, help="Print every trial as JSON.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the JSON into this file too.")
def drill(
    ids: tuple[str, ...],
    layers: tuple[str, ...],
    named: tuple[str, ...],
    quick: bool,
    fresh: bool,
    jobs: int,
    seed: int,
    as_json: bool,
    out: Path | None,
) -> None:
    """Put wrong variants of the statements before each layer and count how many are caught.

    Exit code 1 when a layer accepts a wrong variant and nothing explains why, when an explanation turns out wrong, or
    when a variant is not well formed.
    """
    from gatedmem.drill.report import counts, to_json
    from gatedmem.drill.run import misfits, run, trials
    from gatedmem.drill.variants import VariantError, load
    from gatedmem.proofs.cache import default_folder, write_atomically
    from gatedmem.proofs.evidence import Layer
    from gatedmem.proofs.rocq_project import ToolMissing

    chosen = choose(ids)
    wanted = tuple(Layer(layer.upper()) for layer in layers) or tuple(Layer)
    try:
        variants = {(variant.statement, variant.name): variant for each in chosen for variant in load(each)}
        todo = trials(chosen, wanted, sample=QUICK if quick else None, seed=seed)
    except VariantError as error:
        raise BadInput(str(error)) from None
    if named:
        todo = [trial for trial in todo if trial.variant is not None and trial.variant.name in named]
    if not todo:
        raise BadInput("drill: there is no wrong variant to try")
    done = 0

    def tick(result: Result) -> None:
        nonlocal done
        done += 1
        click.echo(f"{done}/{len(todo)} {result.label}: {result.outcome}: {result.detail[:160]}", err=True)

    try:
        results = run(
            todo,
            folder=default_folder(),
            jobs=jobs,
            seed=seed,
            fresh=fresh,
            say=lambda line: click.echo(line, err=True),
            tick=tick,
        )
    except ToolMissing as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(3)
    record = to_json(results, variants)
    if out is not None:
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(out, json.dumps(record, indent=1, ensure_ascii=False) + "\n")
        except OSError as error:
            raise BadInput(f"{out}: out: cannot be written ({error.strerror})") from None
    if as_json:
        click.echo(json.dumps(record, indent=2, ensure_ascii=False))
    else:
        for layer, row in counts(results).items():
            if row["wrong"]:
                kinds = ", ".join(
                    f"{number} {name}" for name, number in row.items() if number and name not in ("wrong", "caught")
                )
                click.echo(f"{layer}: {row['caught']} of {row['wrong']} wrong variants caught ({kinds})")
    problems = list(misfits(results, chosen))
    for problem in problems:
        click.echo(problem, err=True)
    sys.exit(1 if problems else 0)
