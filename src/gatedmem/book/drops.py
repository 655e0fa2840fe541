"""Hand-written words about hypotheses: what fails when one is dropped, and what a statement does not guarantee.

They stand in ``docs/drops.toml``::

    [[drop]]
    id = "SM4"
    hypothesis = 1                    # which of the statement's hypotheses, counted from 1
    says = "Without … the bound fails."
    test = "tests/counterexamples/test_softmax.py::test_off_the_simplex"     # the function that executes the instance

    [[kept]]                          # a hypothesis, or a part of one, that has no counterexample
    id = "SM5"
    hypothesis = 2
    kind = "notation"                 # or "convenience": the conclusion holds without it
    says = "It names P."              # ``test`` here too, optional

    [[limit]]
    id = "AG32"
    says = "Nothing about …"          # ``test`` here too, optional
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from gatedmem.book.markup import BookError
from gatedmem.proofs.ledger import Statement

KEPT = {"notation": "Only notation.", "convenience": "A convenience."}
_DROP = {"id": str, "hypothesis": int, "says": str, "test": str}
_KEPT = {"id": str, "hypothesis": int, "kind": str, "says": str}
_LIMIT = {"id": str, "says": str}


@dataclass(frozen=True)
class Words:
    """What was written about one statement.

    Attributes:
        drops: number of a hypothesis (from 1) to what fails without it and the test that shows it.
        kept: number of a hypothesis to why there is no counterexample: kind, reason, and a test or ``""``.
        limits: what the statement does not guarantee, with a test or ``""``.
    """

    drops: Mapping[int, Sequence[tuple[str, str]]] = field(default_factory=dict)
    kept: Mapping[int, Sequence[tuple[str, str, str]]] = field(default_factory=dict)
    limits: Sequence[tuple[str, str]] = ()


def read(file: Path, statements: Iterable[Statement], tests: Path | None = None) -> dict[str, Words]:
    """Read and check the file; nothing is said of any statement when it is absent.

    Args:
        file: ``docs/drops.toml``.
        statements: the whole ledger.
        tests: the checkout's folder that holds ``tests``, to check that the named tests exist; None skips that.

    Raises:
        BookError: an entry names a statement, a hypothesis, a kind or a test that there is not, or has other fields.
    """
    if not file.is_file():
        return {}
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BookError(f"{file.name}: {error}") from None
    unknown = sorted(set(tables) - {"drop", "kept", "limit"})
    if unknown:
        raise BookError(f"{file.name}: {unknown[0]}: must be drop, kept or limit")
    counts = {statement.id: len(statement.hypotheses) for statement in statements}
    drops: dict[str, dict[int, list[tuple[str, str]]]] = {}
    kept: dict[str, dict[int, list[tuple[str, str, str]]]] = {}
    limits: dict[str, list[tuple[str, str]]] = {}
    functions = cache(_functions)
    for table, fields in (("drop", _DROP), ("kept", _KEPT), ("limit", _LIMIT)):
        for entry in tables.get(table, ()):
            _check(file.name, entry, fields, counts)
            name, says, test = entry["id"], entry["says"], entry.get("test", "")
            path, _, function = test.partition("::")
            if test and tests is not None and function not in functions(tests / path):
                raise BookError(f"{file.name}: {name}: test: there is no {test}")
            if table == "drop":
                drops.setdefault(name, {}).setdefault(entry["hypothesis"], []).append((says, test))
            elif table == "kept":
                reason = (entry["kind"], says, test)
                kept.setdefault(name, {}).setdefault(entry["hypothesis"], []).append(reason)
            else:
                limits.setdefault(name, []).append((says, test))
    return {
        name: Words(drops.get(name, {}), kept.get(name, {}), limits.get(name, ()))
        for name in {*drops, *kept, *limits}
    }


def untold(words: Mapping[str, Words], statements: Iterable[Statement]) -> Iterator[str]:
    """What the file is silent about: hypotheses with neither a counterexample nor a reason, missing limits."""
    for statement in statements:
        said = words.get(statement.id, Words())
        for number in range(1, len(statement.hypotheses) + 1):
            if number not in said.drops and number not in said.kept:
                yield f"{statement.id}: hypothesis {number}"
        if not said.limits:
            yield f"{statement.id}: limit"


def _check(where: str, entry: Mapping[str, Any], fields: Mapping[str, type], counts: Mapping[str, int]) -> None:
    """The fields of one entry; ``counts`` holds the number of hypotheses of every statement."""
    name = entry.get("id", "an entry without id")
    for key, kind in fields.items():
        if type(entry.get(key)) is not kind or entry[key] == "":
            raise BookError(f"{where}: {name}: {key}: must be given, as {kind.__name__}")
    extra = sorted(set(entry) - set(fields) - {"test"})
    if extra:
        raise BookError(f"{where}: {name}: {extra[0]}: no such field")
    if name not in counts:
        raise BookError(f"{where}: {name}: id: not in the ledger")
    if not 1 <= entry.get("hypothesis", 1) <= counts[name]:
        raise BookError(f"{where}: {name}: hypothesis: must be between 1 and {counts[name]}")
    if entry.get("kind", "notation") not in KEPT:
        raise BookError(f"{where}: {name}: kind: must be {' or '.join(KEPT)}")


def _functions(file: Path) -> frozenset[str]:
    """The names of the functions that a file defines; none if it is absent."""
    if not file.is_file():
        return frozenset()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))
