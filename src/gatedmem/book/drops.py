"""Hand-written words about hypotheses: what fails when one is dropped, and what a statement does not guarantee.

They stand in ``docs/drops.toml``::

    [[drop]]
    id = "SM4"
    hypothesis = 1                    # which of the statement's hypotheses, counted from 1
    says = "Without … the bound fails."
    test = "tests/test_counterexamples.py::test_off_the_simplex"     # optional: the instance, as a test

    [[limit]]
    id = "AG32"
    says = "Nothing about …"          # ``test`` here too
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gatedmem.book.markup import BookError
from gatedmem.proofs.ledger import Statement

_DROP = {"id": str, "hypothesis": int, "says": str}
_LIMIT = {"id": str, "says": str}


@dataclass(frozen=True)
class Words:
    """What was written about one statement.

    Attributes:
        drops: number of a hypothesis (from 1) to what fails without it and the test that shows it (or ``""``).
        limits: what the statement does not guarantee, likewise with the test.
    """

    drops: Mapping[int, Sequence[tuple[str, str]]] = field(default_factory=dict)
    limits: Sequence[tuple[str, str]] = ()


def read(file: Path, statements: Iterable[Statement], tests: Path | None = None) -> dict[str, Words]:
    """Read and check the file; nothing is said of any statement when it is absent.

    Args:
        file: ``docs/drops.toml``.
        statements: the whole ledger.
        tests: the checkout's folder that holds ``tests``, to check that the named tests exist; None skips that.

    Raises:
        BookError: an entry names a statement, a hypothesis or a test that there is not, or has other fields.
    """
    if not file.is_file():
        return {}
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BookError(f"{file.name}: {error}") from None
    unknown = sorted(set(tables) - {"drop", "limit"})
    if unknown:
        raise BookError(f"{file.name}: {unknown[0]}: must be drop or limit")
    counts = {statement.id: len(statement.hypotheses) for statement in statements}
    drops: dict[str, dict[int, list[tuple[str, str]]]] = {}
    limits: dict[str, list[tuple[str, str]]] = {}
    for kind, fields in (("drop", _DROP), ("limit", _LIMIT)):
        for entry in tables.get(kind, ()):
            _check(file.name, entry, fields, counts)
            name, said = entry["id"], (entry["says"], entry.get("test", ""))
            if said[1] and tests is not None and not _is_test(tests, said[1]):
                raise BookError(f"{file.name}: {name}: test: there is no {said[1]}")
            if kind == "drop":
                drops.setdefault(name, {}).setdefault(entry["hypothesis"], []).append(said)
            else:
                limits.setdefault(name, []).append(said)
    return {name: Words(drops.get(name, {}), limits.get(name, ())) for name in {*drops, *limits}}


def _check(where: str, entry: Mapping[str, Any], fields: Mapping[str, type], counts: Mapping[str, int]) -> None:
    """The fields of one entry; ``counts`` holds the number of hypotheses of every statement."""
    name = entry.get("id", "an entry without id")
    for key, kind in fields.items():
        if type(entry.get(key)) is not kind:
            raise BookError(f"{where}: {name}: {key}: must be given, as {kind.__name__}")
    extra = sorted(set(entry) - set(fields) - {"test"})
    if extra:
        raise BookError(f"{where}: {name}: {extra[0]}: no such field")
    if name not in counts:
        raise BookError(f"{where}: {name}: id: not in the ledger")
    if not 1 <= entry.get("hypothesis", 1) <= counts[name]:
        raise BookError(f"{where}: {name}: hypothesis: must be between 1 and {counts[name]}")


def _is_test(root: Path, test: str) -> bool:
    path, _, function = test.partition("::")
    file = root / path
    if not file.is_file():
        return False
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return any(isinstance(node, ast.FunctionDef) and node.name == function for node in tree.body)
