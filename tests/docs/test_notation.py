"""Every name on the notation page exists."""

from __future__ import annotations

import dataclasses
import importlib
import re
from pathlib import Path
from typing import Any

import pytest

from gatedmem.proofs.ledger import rocq_folder

PAGE = (Path(__file__).parents[2] / "docs" / "notation.md").read_text(encoding="utf-8")
ROWS = [re.split(r"(?<!\\)\|", line)[1:-1] for line in PAGE.splitlines() if line.startswith("|")]
NAMES = [row for row in ROWS if row[2].strip() not in ("Python", "---")]
PYTHON = sorted({name for row in NAMES for name in re.findall(r"`([^`]+)`", row[2])})
ROCQ = sorted({name for row in NAMES for name in re.findall(r"`([^`]+)`", row[3])})


def test_the_page_was_read() -> None:
    assert {len(row) for row in ROWS} == {4}
    assert len(ROWS) - len(NAMES) == 6  # three tables, each with a heading and a rule
    assert len(PYTHON) > 40
    assert len(ROCQ) > 40


@pytest.mark.parametrize("name", PYTHON)
def test_python_name(name: str) -> None:
    module, *path = name.split(".")
    found: Any = importlib.import_module(f"gatedmem.numerics.{module}")
    for part in path[:-1]:
        found = getattr(found, part)
    if dataclasses.is_dataclass(found) and path[-1] in {field.name for field in dataclasses.fields(found)}:
        return
    assert hasattr(found, path[-1])


@pytest.mark.parametrize("name", ROCQ)
def test_rocq_name(name: str) -> None:
    file, _, word = name.partition(".")
    source = rocq_folder().joinpath("defs", f"{file}.v").read_text(encoding="utf-8")
    assert re.search(
        rf"^(?:(?:Definition|Record) {re.escape(word)}(?![\w'])|  {re.escape(word)} : )", source, re.MULTILINE
    )
