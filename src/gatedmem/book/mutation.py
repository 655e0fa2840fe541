"""The answer of mutation testing for its page: how many changes of the judging code the tests noticed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gatedmem.book.markup import escape, folded, kept_record

FIELDS = ("date", "tool", "groups")
TITLES = {
    "engine": "the engine of derivations",
    "softmax": "derivations: softmax",
    "astrocyte": "derivations: astrocyte-gated memory",
    "context": "derivations: context-gated retrieval",
    "baselines": "derivations: baselines",
    "checker": "the checker of certificates",
    "runners": "the runners of evidence",
}


def mutation_report(file: Path) -> list[str]:
    """The record that ``tests/mutation/collect.py`` writes, as a table and the survivors.

    Raises:
        BookError: the file is no such record.
    """
    record = kept_record(file, FIELDS, "record of tests/mutation/collect.py")
    groups = record["groups"]
    lines = [f"Run with {escape(record['tool'])}, collected on {record['date']}.", "", *_table(groups), ""]
    for group in groups:
        if group["survivors"]:
            title = f"{_title(group)}: {len(group['survivors'])} that no test notices, and why"
            lines += [*folded(title[0].upper() + title[1:], list(_survivors(group))), ""]
    return lines


def _title(group: Mapping[str, Any]) -> str:
    name: str = group["group"]
    return TITLES.get(name, name)


def _table(groups: list[Mapping[str, Any]]) -> Iterator[str]:
    yield "| Code | Possible changes | Drawn | Noticed | Not noticed |"
    yield "| --- | --: | --: | --: | --: |"
    for group in groups:
        alive = len(group["survivors"])
        yield f"| {_title(group)} | {group['mutants']} | {group['tried']} | {group['tried'] - alive} | {alive} |"


def _survivors(group: Mapping[str, Any]) -> Iterator[str]:
    yield "| Module | Before | After | Why it may stand |"
    yield "| --- | --- | --- | --- |"
    for one in group["survivors"]:
        cells = (f"`{one['module']}`", _code(one["before"]), _code(one["after"]), escape(one["why"]))
        yield "| " + " | ".join(cells) + " |"


def _code(text: str) -> str:
    """A line of Python as code in a cell of a table."""
    fence = "``" if "`" in text else "`"
    return f"{fence}{text.replace('|', chr(92) + '|')}{fence}" if text else ""
