"""Every name in the tables of notation exists: in the code by import and signature, in Rocq by its definition."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gatedmem.proofs.ledger import rocq_folder

DOCS = Path(__file__).parents[2] / "docs"
TABLES = {path.stem: path.read_text(encoding="utf-8") for path in sorted((DOCS / "notation").glob("*.md"))}
MODELS = {"softmax", "astrocyte", "context", "hopfield", "modern", "dense", "neuron_astrocyte"}
HEADING = ["Symbol", "Meaning and space", "Paper", "Python", "Rocq"]


def rows(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def names(column: int) -> list[str]:
    found = {
        name for text in TABLES.values() for row in rows(text)[2:] for name in re.findall(r"`([^`]+)`", row[column])
    }
    return sorted(found)


PYTHON, ROCQ = names(3), names(4)


@pytest.fixture(scope="module")
def resolve() -> Callable[[str], Any]:
    """How the book finds the object of a name."""
    pytest.importorskip("sphinx", reason="the book's packages are an extra: gatedmem[docs]")
    spec = importlib.util.spec_from_file_location("formulas", DOCS / "_ext" / "formulas.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.resolve  # type: ignore[no-any-return]


def test_every_model_has_its_table_and_the_page_holds_them_all() -> None:
    assert set(TABLES) == MODELS
    page = (DOCS / "notation.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\{include\} notation/(\w+)\.md", page)) == MODELS
    for text in TABLES.values():
        assert rows(text)[0] == HEADING
        assert {len(row) for row in rows(text)} == {len(HEADING)}
        assert len(rows(text)) > 8
        for row in rows(text)[2:]:
            assert row[0]
            assert row[1]
            assert row[3] or row[4], row[0]
    assert len(PYTHON) > 90
    assert len(ROCQ) > 60


@pytest.mark.parametrize("name", PYTHON)
def test_python_name(resolve: Callable[[str], Any], name: str) -> None:
    assert resolve(name) is not None


@pytest.mark.parametrize(
    "name",
    [
        "numerics.astrocyte.enrgy",
        "numerics.nothing.energy",
        "numerics.instances.AstrocyteInstance.slope",
        "numerics.simulate.memories.simulate_astrocyte(tau)",
    ],
)
def test_a_wrong_name_is_seen(resolve: Callable[[str], Any], name: str) -> None:
    with pytest.raises(LookupError):
        resolve(name)


@pytest.mark.parametrize("name", ROCQ)
def test_rocq_name(name: str) -> None:
    file, _, word = name.partition(".")
    source = rocq_folder().joinpath("defs", f"{file}.v").read_text(encoding="utf-8")
    assert re.search(
        rf"^(?:(?:Definition|Record) {re.escape(word)}(?![\w'])|  (?:.*; )?{re.escape(word)} : )",
        source,
        re.MULTILINE,
    )
