"""The command line: gathers the commands, each loaded only when it is asked for.

Data goes to stdout, progress to stderr; a command ends with one of the codes of ``EXIT_CODES``.
"""

from __future__ import annotations

import atexit
import importlib
import io
import os
import sys
from contextlib import suppress
from typing import NoReturn

import click

INTERRUPTED, READER_GONE = 130, 141  # what a shell reports of a program ended by SIGINT, SIGPIPE

EXIT_CODES = {
    0: "all held",
    1: "something failed or is undecided",
    2: "wrong usage or bad input: the line names the file or option, the field and the rule; or a file that "
    "cannot be written",
    3: "a tool is missing: Rocq, an extra, a browser; the line says how to install it",
    INTERRUPTED: "interrupted (Ctrl-C)",
    READER_GONE: "whoever read the output has gone (`gatedmem ledger | head`)",
}

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
    "drill": "gatedmem.commands.drill",
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
    """Run the command line and end with its exit code; whatever stops it is said in one line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that knows no Greek shows ? instead
    try:
        try:
            code = cli.main(prog_name="gatedmem", standalone_mode=False)
        except SystemExit as ended:
            code = ended.code
        if sys.stdout is not None:
            sys.stdout.flush()  # here, where a full disk or a reader that has gone is still heard of
    except click.Abort:
        _leave("interrupted", INTERRUPTED)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except BrokenPipeError:
        _leave(None, READER_GONE)
    except OSError as error:
        place = "standard output" if error.filename is None else error.filename
        _leave(f"Error: {place}: {error.strerror or error}", 2)
    except MemoryError as error:
        _leave(f"Error: not enough memory for what was asked ({error})".replace(" ()", ""), 2)
    sys.exit(code)


def _leave(line: str | None, code: int) -> NoReturn:
    """Say a line and end now: without a second try to write what cannot be written, or a wait for threads at work."""
    with suppress(OSError):
        if line is not None:
            click.echo(line, err=True)
    atexit._run_exitfuncs()
    os._exit(code)


if __name__ == "__main__":
    main()
