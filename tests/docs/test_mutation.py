"""The record of mutation testing: settled, as the collector demands, and shown whole."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path

import pytest

from gatedmem.book.markup import BookError
from gatedmem.book.mutation import TITLES, mutation_report

PROJECT = Path(__file__).parents[2]
RECORD = PROJECT / "docs" / "data" / "mutation.json"

_SPEC = importlib.util.spec_from_file_location("collect", PROJECT / "tests" / "mutation" / "collect.py")
assert _SPEC is not None
assert _SPEC.loader is not None
collect = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(collect)

KILLED = {"module": "a.py", "before": "x < 1", "after": "x <= 1", "line": 3, "survived": False}
ALIVE = {"module": "a.py", "before": "y | 1", "after": "y & 1", "line": 9, "survived": True}
ANSWER = {"group": "checker", "mutants": 70, "tried": [KILLED, ALIVE]}
WHY = {("a.py", "y | 1", "y & 1"): "it only words a message"}


def test_a_survivor_needs_a_reason_and_a_reason_a_survivor() -> None:
    (group,) = collect.collected([ANSWER], WHY)
    assert (group["mutants"], group["tried"]) == (70, 2)
    assert [one["why"] for one in group["survivors"]] == ["it only words a message"]
    with pytest.raises(SystemExit, match="nothing says why"):
        collect.collected([ANSWER], {})
    with pytest.raises(SystemExit, match="a test kills it"):
        collect.collected([ANSWER], {**WHY, ("a.py", "x < 1", "x <= 1"): "never"})


def test_a_reason_is_for_a_line_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("if (\n    y | 1\n):\n    pass\n", encoding="utf-8")
    assert collect.stale(WHY, tmp_path) == []
    assert collect.stale({("a.py", "y | 2", "y & 2"): "none"}, tmp_path) == ["a.py: y | 2"]
    assert collect.stale(collect.reasons()) == []


def test_the_page_counts_and_names_the_survivors(tmp_path: Path) -> None:
    file = tmp_path / "mutation.json"
    groups = collect.collected([ANSWER], WHY)
    file.write_text(json.dumps({"date": "2026-11-22", "tool": "cosmic-ray 8", "groups": groups}), encoding="utf-8")
    text = "\n".join(mutation_report(file))
    assert "| the checker of certificates | 70 | 2 | 1 | 1 |" in text
    assert r"| `a.py` | `y \| 1` | `y & 1` | it only words a message |" in text
    file.write_text(json.dumps({"date": "2026-11-22", "tool": "cosmic-ray 8"}), encoding="utf-8")
    with pytest.raises(BookError, match=r"mutation\.json: groups: is missing"):
        mutation_report(file)


def test_what_the_book_shows_is_settled() -> None:
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    shown = {
        tuple(one[name] for name in collect.NAMED): one["why"] for g in record["groups"] for one in g["survivors"]
    }
    assert shown.items() <= collect.reasons().items()
    assert {group["group"] for group in record["groups"]} <= set(TITLES)
    for group in record["groups"]:
        assert group["tried"] > 0
        assert all((PROJECT / "src" / "gatedmem" / one["module"]).is_file() for one in group["survivors"])


def test_every_group_names_modules_and_tests_that_exist() -> None:
    text = (PROJECT / "tests" / "mutation" / "groups.toml").read_text(encoding="utf-8")
    named = re.findall(r'"((?:theory|proofs|numerics|tests)/[^":]+)', text)
    assert len(named) > 20
    for name in named:
        assert (PROJECT / name).exists() or (PROJECT / "src" / "gatedmem" / name).exists(), name
