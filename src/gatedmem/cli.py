"""The command line: gathers the commands, each loaded only when it is asked for.

Data goes to stdout, progress to stderr. Exit codes: 0 all held; 1 something failed or is undecided; 2 wrong usage
or bad input, with one line that names the file, the field and the rule broken; 3 a tool is missing.
"""

from __future__ import annotations

import importlib
import sys

import click

# Command → the module that holds it, in the order of the help text.
COMMANDS = {
    "verify": "gatedmem.commands.evidence",
    "derive": "gatedmem.commands.evidence",
    "ledger": "gatedmem.commands.evidence",
    "simulate": "gatedmem.commands.simulate",
    "reproduce": "gatedmem.commands.reproduce",
    "claims": "gatedmem.commands.reproduce",
    "certify": "gatedmem.commands.certify",
    "check": "gatedmem.commands.check",
    "docs": "gatedmem.commands.book",
}


class Commands(click.Group):
    """A group whose commands are imported when first needed, so that help comes at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands, in the order of the help text."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import the command's module and return the command."""
        if name not in COMMANDS:
            return None
        command = getattr(importlib.import_module(COMMANDS[name]), name)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="gatedmem")
def cli() -> None:
    """Gated associative memories, with every statement derived, proved, certified and attacked."""


def main() -> None:
    """Run the command line; an interruption leaves no half-written file and says so in one line."""
    try:
        cli.main(prog_name="gatedmem", standalone_mode=True)
    except KeyboardInterrupt:
        click.echo("interrupted", err=True)
        sys.exit(130)


if __name__ == "__main__":
    main()
