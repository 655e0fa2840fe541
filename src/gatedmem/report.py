"""What people see of the evidence on a terminal: the table, the ledger, the progress of long work."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Protocol, Self

from rich import progress as bars
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gatedmem.proofs.evidence import Evidence, Layer, Status
from gatedmem.proofs.ledger import Statement
from gatedmem.proofs.verify import Results

# A sign beside the colour, so that the table also reads without colours.
SIGNS = {
    Status.VERIFIED: ("✓", "green"),
    Status.FAILED: ("✗", "bold red"),
    Status.UNDECIDED: ("?", "yellow"),
    Status.UNAVAILABLE: ("○", "magenta"),
    Status.MISSING: ("–", "dim"),
}
_STATUS_WIDTH = 13
LAYER_NAMES = {
    Layer.DERIVATION: "derivation",
    Layer.FORMAL: "formal",
    Layer.CERTIFICATE: "certificate",
    Layer.SIMULATION: "simulation",
}


def print_table(statements: Sequence[Statement], results: Results) -> None:
    """Print one row per statement and one column per layer, then what did not hold, then the sums."""
    console = _console(sys.stdout)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("id", no_wrap=True, min_width=4)
    # The statuses are what people came for: titles give way to them on a narrow terminal.
    title_width = max(console.width - 4 - len(Layer) * _STATUS_WIDTH - 10, 8)
    table.add_column("statement", no_wrap=True, overflow="ellipsis", max_width=title_width)
    for layer in Layer:
        table.add_column(LAYER_NAMES[layer], no_wrap=True, min_width=_STATUS_WIDTH)
    for statement in statements:
        found = results[statement.id]
        cells = [_cell(found[layer]) if layer in found else Text("") for layer in Layer]
        table.add_row(statement.id, statement.title, *cells)
    console.print(table)
    for statement in statements:
        for layer, evidence in results[statement.id].items():
            if evidence.status in (Status.FAILED, Status.UNDECIDED, Status.UNAVAILABLE):
                sign, style = SIGNS[evidence.status]
                line = Text(f"{sign} {statement.id} {LAYER_NAMES[layer]} {evidence.status}: ", style=style)
                console.print(line + Text(evidence.detail, style=""), soft_wrap=True)
    counts = {
        status: sum(evidence.status is status for found in results.values() for evidence in found.values())
        for status in Status
    }
    console.print(", ".join(f"{count} {status}" for status, count in counts.items() if count) or "nothing to show")


def print_ledger(statements: Sequence[Statement]) -> None:
    """Print the statements, the layers each requires and what it rests on."""
    console = _console(sys.stdout)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading, width in (("id", 4), ("kind", 10), ("layers", 6)):
        table.add_column(heading, no_wrap=True, min_width=width)
    # Ids come first: titles give way to them on a narrow terminal.
    table.add_column("statement", no_wrap=True, overflow="ellipsis", max_width=max(console.width - 46, 8))
    table.add_column("rests on")
    for statement in statements:
        layers = "".join(statement.layers)
        table.add_row(statement.id, statement.kind, layers, statement.title, " ".join(statement.uses))
    console.print(table)


def print_claims(entries: Sequence[Mapping[str, Any]]) -> None:
    """Print the entries of the claims audit: what is claimed, the verdict, what was measured."""
    console = _console(sys.stdout)
    for entry in entries:
        console.print(Text(f"{entry['id']}  {entry['claim']}", style="bold"), soft_wrap=True)
        quick = " (quick run)" if entry.get("quick") else ""
        console.print(Text(f"      {entry['verdict']}{quick}"), soft_wrap=True)
        for field in ("figure", "uncertainty", "run"):
            if entry[field]:
                console.print(Text(f"      {field}: {entry[field]}"), soft_wrap=True)
        if entry["explained_by"]:
            console.print(Text(f"      explained by: {', '.join(entry['explained_by'])}"), soft_wrap=True)


class Named(Protocol):
    """Anything with a name to show."""

    @property
    def name(self) -> str:
        """What a person calls it."""


class Bar:
    """The progress of a long run on stderr: a bar on a terminal, a line for every tenth part elsewhere."""

    def __init__(self, title: str) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._title = title
        self._total = self._done = 0
        self._bar = bars.Progress(
            bars.TextColumn("{task.description}"),
            bars.BarColumn(),
            bars.MofNCompleteColumn(),
            bars.TimeRemainingColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._task = self._bar.add_task(title, total=None)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def expect(self, total: int) -> None:
        """Say how many pieces there are."""
        self._total = total
        self._bar.update(self._task, total=total)

    def tick(self, piece: Named) -> None:
        """Note that a piece is done."""
        self._done += 1
        if self._console.is_terminal:
            self._bar.update(self._task, advance=1, description=f"{self._title} {piece.name}")
        elif self._done * 10 // self._total != (self._done - 1) * 10 // self._total:
            self._console.print(f"{self._title}: {self._done} of {self._total} done", soft_wrap=True)


class Progress:
    """The progress of a verification on stderr: a bar on a terminal, plain lines elsewhere.

    Args:
        total: how many pieces of evidence are expected.
    """

    def __init__(self, total: int) -> None:
        console = Console(stderr=True, highlight=False)
        self._console = console
        self._bar = bars.Progress(
            bars.TextColumn("{task.description}"),
            bars.BarColumn(),
            bars.MofNCompleteColumn(),
            bars.TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("gathering evidence", total=total)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def say(self, line: str) -> None:
        """Note what is being worked on."""
        if self._console.is_terminal:
            self._bar.update(self._task, description=line)
        else:
            self._console.print(line, soft_wrap=True)

    def tick(self, name: str, layer: Layer, evidence: Evidence) -> None:
        """Note that a piece of evidence has come in."""
        if self._console.is_terminal:
            self._bar.update(self._task, advance=1, description=f"{name} {LAYER_NAMES[layer]}")
        elif evidence.seconds >= 1:
            line = f"{name} {LAYER_NAMES[layer]}: {evidence.status} ({evidence.seconds:.0f} s)"
            self._console.print(line, soft_wrap=True)


def _cell(evidence: Evidence) -> Text:
    sign, style = SIGNS[evidence.status]
    return Text(f"{sign} {evidence.status}", style=style)


class _Console(Console):
    """A console that leaves it to the command line to end when nobody reads any more."""

    def on_broken_pipe(self) -> None:
        """Pass the error on; rich would end the program as if something had failed."""
        raise BrokenPipeError


def _console(stream: object) -> Console:
    console = _Console(file=stream, highlight=False)  # type: ignore[arg-type]
    if not console.is_terminal:
        console.width = max(console.width, 80) if "COLUMNS" in os.environ else 132
    return console
