"""What several commands share: the complaint about bad input, the choice of statements, the gathering of evidence."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from gatedmem.proofs.evidence import Request
    from gatedmem.proofs.ledger import Statement


class BadInput(click.ClickException):
    """A one-line complaint that ends the program with exit code 2."""

    exit_code = 2


LAYERS = click.Choice(["D", "F", "C", "S"], case_sensitive=False)

jobs_option = click.option(
    "--jobs",
    type=click.IntRange(1),
    default=lambda: len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
    show_default="number of cores",
    help="Processes to run side by side.",
)


def evidence_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every command that gathers evidence."""
    options = [
        click.option("--fresh", is_flag=True, help="Ignore the cache; re-check the proofs with coqchk too."),
        jobs_option,
    ]
    for option in reversed(options):
        command = option(command)
    return command


def choose(ids: Sequence[str]) -> list[Statement]:
    """The named statements, or all of them, in the ledger's order."""
    from gatedmem.proofs.ledger import LedgerError, load

    try:
        statements = load()
    except LedgerError as error:
        raise BadInput(str(error)) from None
    names = {name.upper() for name in ids}
    unknown = sorted(names - set(statements))
    if unknown:
        raise BadInput(f"{unknown[0]}: ID: not in the ledger; `gatedmem ledger` lists the ids")
    return [statement for statement in statements.values() if not names or statement.id in names]


def gather(chosen: Sequence[Statement], layers: Sequence[Any], request: Request, *, fresh: bool, jobs: int) -> Any:
    """Run the checkers under a progress bar (on a terminal) or with a line per milestone (elsewhere)."""
    from gatedmem.proofs.verify import verify as run_checkers
    from gatedmem.report import Progress

    total = sum(
        layer in layers and layer in statement.evidence for statement in chosen for layer in statement.shown_layers()
    )
    with Progress(total) as progress:
        return run_checkers(chosen, layers, request, fresh=fresh, jobs=jobs, say=progress.say, tick=progress.tick)
