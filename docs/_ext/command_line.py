"""The commands of ``gatedmem`` as sections of a page, from the program itself.

``<!-- commands -->``    every command: how it is called, its help text, a table of its options
``<!-- exit codes -->``  the codes that a command ends with

Both stand on a line of their own in a Markdown page. What is shown is what ``--help`` prints; nothing is typed here.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from gatedmem.book.markup import escape
from gatedmem.cli import EXIT_CODES, cli

if TYPE_CHECKING:
    from sphinx.application import Sphinx

# What click puts in brackets behind the words of an option.
_EXTRA = re.compile(r"^(?P<words>.*?)\s*\[(?P<extra>(?:default: |required|[\d.x]+ ?[<>=]).*)\]$", re.DOTALL)

# What stands as code within help text.
_CODE = re.compile(r"(`+[^`]+`+|(?<![\w`-])--[a-z][\w-]*)")


def command_lines(context: click.Context, level: int = 2) -> Iterator[str]:
    """Yield a section on the command of a context as lines of Markdown, then sections on the commands below it.

    A group without a parent is the program itself and has no section of its own.

    >>> @click.command(help="Say hello.")
    ... @click.option("--loud", is_flag=True, help="Shout.")
    ... def hello() -> None: ...
    >>> tool = click.Context(click.Group(), info_name="tool")
    >>> lines = list(command_lines(click.Context(hello, info_name="hello", parent=tool)))
    >>> lines[0], "* - `--loud`" in lines
    ('## tool hello', True)
    """
    command = context.command
    if context.parent is not None:
        yield from ["#" * level + f" {context.command_path}", ""]
        usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
        yield from ["```text", usage, "```", "", _words(command.help or ""), ""]
        yield from _options(context)
        level += 1
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from command_lines(below.context_class(below, info_name=name, parent=context), level)


def exit_code_lines(codes: Mapping[int, str] = EXIT_CODES) -> Iterator[str]:
    """Yield a table of exit codes as lines of Markdown.

    >>> list(exit_code_lines({0: "all held"}))[-4:-2]
    ['* - 0', '  - all held']
    """
    yield from _table([10, 90], ["exit code", "means"], *([str(code), _words(said)] for code, said in codes.items()))


def _options(context: click.Context) -> Iterator[str]:
    rows = []
    for parameter in context.command.get_params(context):
        # Newer versions of click give a record of an argument too; that one stands in the usage line.
        record = parameter.get_help_record(context) if isinstance(parameter, click.Option) else None
        if record is None:
            continue
        names, said = record
        found = _EXTRA.match(said)
        words, extra = (found["words"], found["extra"]) if found else (said, "")
        rows.append([f"`{names}`", _words(words), _words(extra)])
    yield from _table([34, 44, 22], ["option", "what it does", "default and range"], *rows)


def _table(widths: Sequence[int], *rows: Sequence[str]) -> Iterator[str]:
    """A table whose first row is its head; as a list, in which a bar needs no escape."""
    yield from ["```{list-table}", ":header-rows: 1", f":widths: {' '.join(map(str, widths))}", ""]
    for row in rows:
        yield from (f"{mark} - {cell}".rstrip() for mark, cell in zip("*" + " " * len(row), row, strict=False))
    yield from ["```", ""]


def _words(text: str) -> str:
    """Help text as Markdown, paragraph by paragraph: names of options and what stands between backticks are code."""
    paragraphs = re.split(r"\n\s*\n", inspect.cleandoc(text))
    return "\n\n".join("".join(map(_shown, _CODE.split(one))) for one in paragraphs)


def _shown(part: str) -> str:
    """A piece of prose or code; escaping drops the spaces around a piece, so they are put back."""
    if part.startswith("--"):
        return f"`{part}`"
    if part.startswith("`") or not part.strip():
        return part
    before, after = len(part) - len(part.lstrip()), len(part.rstrip())
    return part[:before] + escape(part) + part[after:]


def _fill(app: Sphinx, docname: str, source: list[str]) -> None:
    for mark, lines in (
        (
            "<!-- commands -->",
            lambda: command_lines(click.Context(cli, info_name="gatedmem", **cli.context_settings)),
        ),
        ("<!-- exit codes -->", exit_code_lines),
    ):
        if f"\n{mark}\n" in source[0]:
            source[0] = source[0].replace(f"\n{mark}\n", "\n" + "\n".join(lines()) + "\n")


def setup(app: Sphinx) -> dict[str, Any]:
    """Fill the pages when they are read."""
    app.connect("source-read", _fill)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
