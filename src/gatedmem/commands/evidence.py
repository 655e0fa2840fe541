"""``gatedmem verify``, ``derive`` and ``ledger``: the statements and the evidence for each."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gatedmem.commands.common import LAYERS, BadInput, choose, evidence_options, gather

if TYPE_CHECKING:
    from gatedmem.proofs.evidence import Request
    from gatedmem.proofs.ledger import Statement


@click.command()
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option("--layer", "layers", type=LAYERS, multiple=True, help="Only this layer (may be repeated).")
@evidence_options
@click.option("--json", "as_json", is_flag=True, help="Print the statuses as JSON.")
@click.option("--complete", is_flag=True, help="Count a missing layer as failed.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Fixes every draw.")
@click.option("--patterns", type=click.Path(path_type=Path), help="Your patterns: one row of ±1 per pattern.")
@click.option("--sigma", type=float, help="Slope σ of the activation, with --patterns.  [default: 1]")
@click.option("--temperature", type=float, help="Temperature T of the gains, with --patterns.  [default: 1]")
@click.option("--tau-x", type=float, help="Time constant of the neurons, with --patterns.  [default: 1]")
@click.option("--tau-p", type=float, help="Time constant of the gains, with --patterns.  [default: 1]")
@click.option("--memories", type=click.Path(path_type=Path), help="Your memories: one row of numbers per memory.")
@click.option("--alpha", type=float, help="Competition α of the gates, with --memories.  [default: 0]")
@click.option("--beta", type=float, help="Inverse temperature β, with --memories.  [default: 1]")
@click.option("--gain", type=float, help="Gate-retrieval coupling λ, with --memories.  [default: 1]")
def verify(
    ids: tuple[str, ...],
    layers: tuple[str, ...],
    fresh: bool,
    jobs: int,
    as_json: bool,
    complete: bool,
    seed: int,
    **memory: Any,
) -> None:
    """Gather the evidence for the statements (all, or those named) and print the table of statuses.

    With --patterns or --memories the certificates and simulations run on your own memories. Files may be .npy,
    .npz, .csv or .json.
    """
    from gatedmem.proofs.evidence import Layer
    from gatedmem.proofs.verify import exit_code, to_json

    chosen = choose(ids)
    request = _request(chosen, seed, memory)
    wanted = tuple(Layer(layer.upper()) for layer in layers) or tuple(Layer)
    results = gather(chosen, wanted, request, fresh=fresh, jobs=jobs)
    if as_json:
        click.echo(json.dumps(to_json(chosen, results), indent=2, ensure_ascii=False))
    else:
        from gatedmem.report import print_table

        print_table(chosen, results)
    sys.exit(exit_code(results, complete=complete))


@click.command()
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option("--format", "form", type=click.Choice(["md", "tex", "json"]), default="md", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="Write one file per statement into this folder.")
def derive(ids: tuple[str, ...], form: str, out: Path | None) -> None:
    """Regenerate derivations from the definitions, checking every step."""
    from gatedmem.proofs.cache import write_atomically
    from gatedmem.proofs.evidence import Layer, Request, Status
    from gatedmem.proofs.verify import run_one

    chosen = choose(ids)
    without = [statement.id for statement in chosen if Layer.DERIVATION not in statement.evidence]
    if ids and without:
        raise BadInput(f"{without[0]}: has no derivation")
    failed = False
    records = []
    for statement in chosen:
        if statement.id in without:
            continue
        evidence = run_one(Layer.DERIVATION, statement.evidence[Layer.DERIVATION], Request())
        if evidence.status is not Status.VERIFIED:
            click.echo(f"{statement.id}: {evidence.detail}", err=True)
            failed = True
            continue
        record = dict(evidence.data)
        markdown, latex = record.pop("markdown"), record.pop("latex")
        text = {"md": markdown, "tex": latex, "json": json.dumps(record, indent=2, ensure_ascii=False)}[form]
        if out is not None:
            try:
                out.mkdir(parents=True, exist_ok=True)
                write_atomically(out / f"{statement.id}.{form}", text.rstrip() + "\n")
            except OSError as error:
                raise BadInput(f"{out}: out: cannot be written ({error.strerror})") from None
            click.echo(f"{statement.id}: {evidence.detail}", err=True)
        elif form == "json":
            records.append(record)
        else:
            click.echo(text.rstrip() + "\n")
    if form == "json" and out is None:
        click.echo(json.dumps(records, indent=2, ensure_ascii=False))
    sys.exit(1 if failed else 0)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the records as JSON.")
def ledger(as_json: bool) -> None:
    """Print the statements and what each rests on."""
    from gatedmem.proofs.ledger import used_by

    chosen = choose(())
    if not as_json:
        from gatedmem.report import print_ledger

        print_ledger(chosen)
        return
    users = used_by({statement.id: statement for statement in chosen})
    records = [
        {
            **statement.words(),
            "used_by": users[statement.id],
            "evidence": {str(layer): pointer for layer, pointer in statement.evidence.items()},
        }
        for statement in chosen
    ]
    click.echo(json.dumps(records, indent=2, ensure_ascii=False))


def _request(chosen: Sequence[Statement], seed: int, memory: dict[str, Any]) -> Request:
    """The user's own memories and the seed, checked."""
    from gatedmem.numerics.files import InputError, read_table
    from gatedmem.numerics.instances import AstrocyteInstance, ContextInstance
    from gatedmem.proofs.evidence import Request

    def instance(make: Any, model: str, table: str, options: tuple[str, ...]) -> Any:
        given = {option: memory[option] for option in options if memory[option] is not None}
        path: Path | None = memory[table]
        if path is None:
            if given:
                option = next(iter(given)).replace("_", "-")
                raise BadInput(f"--{option}: goes with --{table} FILE")
            return None
        if not any(statement.model == model for statement in chosen):
            raise BadInput(f"--{table}: none of the chosen statements speaks of such a memory ({model}…)")
        try:
            return make(read_table(path, table), **given, name=path.name)
        except InputError as error:
            raise BadInput(str(error)) from None
        except ValueError as error:
            field = str(error).partition(":")[0].replace("_", "-")
            raise BadInput(f"--{field}: {error}" if field in _OPTION_NAMES else f"{path}: {error}") from None

    return Request(
        seed,
        instance(AstrocyteInstance, "AG", "patterns", ("sigma", "temperature", "tau_x", "tau_p")),
        instance(ContextInstance, "CG", "memories", ("alpha", "beta", "gain")),
    )


_OPTION_NAMES = frozenset({"sigma", "temperature", "tau-x", "tau-p", "alpha", "beta", "gain"})
