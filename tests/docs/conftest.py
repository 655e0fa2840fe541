"""Records with made-up evidence, to see what the pages do with it. None of this is a status of anything."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from gatedmem.proofs.ledger import load

DOCS = Path(__file__).parents[2] / "docs"

MADE_UP = {
    "D": {
        "status": "verified",
        "detail": "2 steps checked",
        "seconds": 0.31,
        "data": {
            "markdown": "### Step 1: definition\n\n$$\n\\frac{a}{b} = c\n$$\n\n1. expand $a < b$\n2. collect",
            "latex": "\\frac{a}{b}",
            "steps": [{"rule": "expand"}, {"rule": "collect"}],
        },
    },
    "F": {
        "status": "failed",
        "detail": "statements/X.v rests on a_hole, which is not proved | <b>not bold</b>",
        "seconds": 1.2,
        "data": {
            "rocq": "Theorem X : forall x : R, (x = x)%R.\nProof. (* ``` *) reflexivity. Qed.\n",
            "version": "8.16.1",
            "theorems": [{"name": "X", "statement": "forall x : R, (x = x)"}],
            "axioms": ["Classical_Prop.classic", "a_hole"],
        },
    },
    "C": {
        "status": "undecided",
        "detail": "drawn N=4: undecided: the enclosure holds zero",
        "seconds": 0.02,
        "data": {
            "instances": [
                {
                    "instance": f"drawn N={size} α=0.1",
                    "verdict": "undecided" if size == 4 else "proved",
                    "reason": "largest value ½‖v‖² stays below",
                    "numbers": {"gap": "0.1234 ± 1e-30", "κ": "3/7"},
                }
                for size in range(2, 14)
            ]
        },
    },
    "S": {
        "status": "unavailable",
        "detail": "no such tool",
        "seconds": 0.0,
        "data": {
            "trials": 12000,
            "counterexample": None,
            "margin": 0.0,
            "residual": 1e-15,
            "tolerance": 1e-12,
            "notes": ["attained at p = (½, ½, 0, …)"],
        },
    },
}
EMPTY = {"status": "missing", "detail": "required, not written yet", "seconds": 0.0, "data": {}}


def made_up_records() -> list[dict[str, Any]]:
    """The whole ledger; statements with a prose proof get all four kinds of made-up evidence."""
    records = []
    for statement in load().values():
        written = (DOCS / "proofs" / f"{statement.id}.md").is_file()
        evidence = MADE_UP if written else {str(layer): EMPTY for layer in statement.layers}
        records.append({**statement.words(), "evidence": evidence})
    return records


@pytest.fixture
def records() -> list[dict[str, Any]]:
    return made_up_records()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A copy of the book's source folder, without anything generated."""
    copy = tmp_path / "docs"
    shutil.copytree(DOCS, copy, ignore=shutil.ignore_patterns("_build", "_generated", "__pycache__"))
    return copy
