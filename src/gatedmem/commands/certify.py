"""``gatedmem certify``: guarantees for a user's own memories, written as a certificate."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from gatedmem.commands.common import BadInput

# Model → the module that holds its subcommand, under the model's name.
MODELS = {"astrocyte": "gatedmem.commands.certify_astrocyte", "context": "gatedmem.commands.certify_context"}


class Models(click.Group):
    """A group whose subcommands are imported when first needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the models."""
        return list(MODELS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import the model's module and return its subcommand."""
        if name not in MODELS:
            return None
        command = getattr(importlib.import_module(MODELS[name]), name)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=Models)
def certify() -> None:
    """Prove what can be proved about your own memories, and write it as a certificate."""


def finish(certificate: Mapping[str, Any], output: Path) -> None:
    """Write a certificate, print one line a claim, and end with exit code 0, or 1 if a claim is undecided."""
    from gatedmem.proofs.cache import write_atomically
    from gatedmem.proofs.certify.builder import dump
    from gatedmem.proofs.checker.reading import LARGEST_FILE

    text = dump(certificate)
    if len(text.encode()) > LARGEST_FILE:
        raise BadInput(f"{output}: certificate: would be larger than the {LARGEST_FILE} bytes that `check` reads")
    try:
        write_atomically(output, text)
    except OSError as error:
        raise BadInput(f"{output}: output: cannot be written ({error.strerror})") from None
    undecided = False
    for claim in certificate["claims"]:
        undecided |= claim["verdict"] == "undecided"
        click.echo(f"{claim['id']:5} {claim['verdict']:10} {claim['claim']}: {claim['reason']}")
    click.echo(f"wrote {output}; `gatedmem check {output}` re-checks it", err=True)
    sys.exit(1 if undecided else 0)
