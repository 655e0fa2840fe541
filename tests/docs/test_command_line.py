"""The page on the command line says what the program says: no command, option or exit code more or less."""

from __future__ import annotations

import doctest
import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import click
import pytest

from gatedmem.cli import COMMANDS, EXIT_CODES, cli

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def page() -> ModuleType:
    sys.path.insert(0, str(DOCS / "_ext"))
    try:
        return importlib.import_module("command_line")
    finally:
        sys.path.pop(0)


def contexts(command: click.Command, name: str, parent: click.Context | None = None) -> Iterator[click.Context]:
    """The commands that can be called, groups among them, without the program itself."""
    context = command.context_class(command, info_name=name, parent=parent, **command.context_settings)
    if parent is not None:
        yield context
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            assert found is not None
            yield from contexts(found, below, context)


def sections(text: str) -> dict[str, str]:
    """The text under each heading."""
    parts = re.split(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def shown(text: str) -> list[str]:
    """The names of options in the tables of a section, in their order."""
    cells = re.findall(r"^\* - `(.+)`$", text, re.MULTILINE)
    return [name for cell in cells for name in re.findall(r"(?:^|[ /])(--?[\w-]+)", cell)]


def test_every_command_has_its_section(page: ModuleType) -> None:
    found = sections("\n".join(page.command_lines(click.Context(cli, info_name="gatedmem"))))
    expected = [context.command_path for context in contexts(cli, "gatedmem")]
    assert list(found) == expected
    assert {f"gatedmem {name}" for name in COMMANDS} <= set(expected)
    assert {"gatedmem certify astrocyte", "gatedmem certify context"} <= set(expected)


@pytest.mark.parametrize("context", [*contexts(cli, "gatedmem")], ids=lambda context: context.command_path)
def test_a_section_shows_the_options_and_the_help_of_its_command(page: ModuleType, context: click.Context) -> None:
    section = sections("\n".join(page.command_lines(context)))[context.command_path]
    taken = [
        name
        for parameter in context.command.get_params(context)
        if isinstance(parameter, click.Option) and not parameter.hidden
        for name in (*parameter.opts, *parameter.secondary_opts)
    ]
    assert sorted(shown(section)) == sorted(taken)
    plain = re.sub(r"[\\`]", "", section)
    for parameter in context.command.params:
        if isinstance(parameter, click.Option):
            words = re.sub(r"\s*\[default: .*\]$", "", parameter.help or "")
            assert " ".join(words.replace("`", "").split()) in plain
        else:
            assert parameter.make_metavar(context) in plain
    assert " ".join((context.command.help or "?").replace("`", "").split()) in " ".join(plain.split())


def test_bounds_and_defaults_stand_apart_and_nothing_is_markup(page: ModuleType) -> None:
    @click.command(help="Draws *stars* and ``code``, with --count.\n\nThen <b>stops</b>.")
    @click.option("--count", type=click.IntRange(1, 9), default=3, show_default=True, help="How many [of them] |x|.")
    @click.option("--silent", is_flag=True, hidden=True)
    def draw(count: int, silent: bool) -> None: ...

    context = click.Context(draw, info_name="draw", parent=click.Context(click.Group(), info_name="tool"))
    lines = list(page.command_lines(context))
    assert lines[0] == "## tool draw"
    assert r"Draws \*stars\* and ``code``, with `--count`." in "\n".join(lines)
    assert r"Then \<b\>stops\</b\>." in "\n".join(lines)
    row = lines.index("* - `--count INTEGER RANGE`")
    assert lines[row + 1 : row + 3] == [r"  - How many \[of them\] \|x\|.", r"  - default\: 3; 1\<=x\<=9"]
    assert "silent" not in "\n".join(lines)


def test_exit_codes_are_those_of_the_program(page: ModuleType) -> None:
    text = "\n".join(page.exit_code_lines())
    assert [int(code) for code in re.findall(r"^\* - (\d+)$", text, re.MULTILINE)] == list(EXIT_CODES)
    assert {0, 1, 2, 3, 130, 141} == set(EXIT_CODES)


def test_examples(page: ModuleType) -> None:
    assert doctest.testmod(page).failed == 0


def test_the_book_holds_the_page(book: Path) -> None:
    html = (book / "command-line.html").read_text(encoding="utf-8")
    for name in COMMANDS:
        assert f'id="gatedmem-{name}"' in html
    assert "<!-- commands" not in html
    assert "--tau-x FLOAT" in re.sub(r"<[^>]+>", "", html)
    for page in ("command-line", "guides/troubleshooting"):
        assert "whoever read the output has gone" in (book / f"{page}.html").read_text(encoding="utf-8")
    assert 'href="command-line.html"' in (book / "index.html").read_text(encoding="utf-8")
