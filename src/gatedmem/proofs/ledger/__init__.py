"""The ledger: every statement once, in words, with what it rests on and a pointer to each kind of evidence.

The words live in the TOML files of this folder. Loading them checks every field and resolves every pointer
(without importing what it points to), so that a typing error cannot pass for missing evidence.
"""

from __future__ import annotations

import ast
import functools
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from gatedmem.proofs.evidence import Layer

KINDS = ("paper", "corrected", "new", "background")
FILES = ("softmax", "astrocyte", "context", "groundwork", "baselines")

_PACKAGE = Path(__file__).parents[2]
_TEXT_FIELDS = {"id", "title", "kind", "source", "conclusion"}
_OPTIONAL_FIELDS = {"hypotheses", "note", "uses", "layers", "evidence"}
_ID = re.compile(r"[A-Z]{2}[1-9][0-9]*")
_MODULE_POINTER = re.compile(r"[\w.]{1,150}:\w{1,100}")
_FORMAL_POINTER = re.compile(r"\w{1,100}")
_THEOREM = re.compile(r"^Theorem\s+([\w']+)", re.MULTILINE)


class LedgerError(Exception):
    """A record of the ledger breaks a rule; the message names file, statement, field and rule."""


@dataclass(frozen=True)
class Statement:
    """One record of the ledger.

    Attributes:
        id: for instance ``"AG8"``.
        title: a few words.
        kind: ``paper`` (as stated), ``corrected``, ``new``, or ``background`` (neither paper's own).
        source: paper and equation.
        hypotheses: what is assumed, one string each (MyST with TeX).
        conclusion: what follows (MyST with TeX).
        note: a remark, or the empty string.
        uses: ids it rests on.
        layers: the kinds of evidence it must carry.
        evidence: a pointer for each kind of evidence that exists: ``"module:function"`` for D, C and S, the
            name of a file of ``rocq/statements`` for F.
    """

    id: str
    title: str
    kind: str
    source: str
    hypotheses: tuple[str, ...]
    conclusion: str
    note: str
    uses: tuple[str, ...]
    layers: tuple[Layer, ...]
    evidence: Mapping[Layer, str]

    @property
    def model(self) -> str:
        """The family of the id: ``SM``, ``AG``, ``CG``, ``GW`` or ``BL``."""
        return self.id[:2]

    def words(self) -> dict[str, Any]:
        """The record's texts and relations as plain data."""
        return {
            "id": self.id,
            "title": self.title,
            "kind": self.kind,
            "source": self.source,
            "hypotheses": list(self.hypotheses),
            "conclusion": self.conclusion,
            "note": self.note,
            "uses": list(self.uses),
            "required": [str(layer) for layer in self.layers],
        }

    def shown_layers(self) -> tuple[Layer, ...]:
        """The layers with something to show: required ones, and those that carry evidence beyond that."""
        return tuple(layer for layer in Layer if layer in self.layers or layer in self.evidence)


@functools.cache
def load() -> Mapping[str, Statement]:
    """Read and check the whole ledger.

    Returns:
        The statements by id, in the order of the files.

    Raises:
        LedgerError: a field is missing or unknown, an id is repeated, a pointer does not resolve, or the
            relation ``uses`` names an unknown id or has a cycle.

    >>> load()["AG8"].kind
    'paper'
    """
    statements: dict[str, Statement] = {}
    for stem in FILES:
        source = Path(__file__).parent / f"{stem}.toml"
        try:
            records = tomllib.loads(source.read_text(encoding="utf-8"))["statement"]
        except (ValueError, KeyError) as error:
            raise LedgerError(f"{source.name}: not a list of [[statement]] records ({error})") from error
        if not isinstance(records, list):
            raise LedgerError(f"{source.name}: not a list of [[statement]] records")
        for record in records:
            statement = parse(record, source.name)
            if statement.id in statements:
                raise LedgerError(f"{source.name}: {statement.id}: id: stands twice in the ledger")
            statements[statement.id] = statement
    _check_graph(statements)
    return statements


def parse(record: Mapping[str, Any], where: str) -> Statement:
    """Turn one TOML record into a statement, checking every field and pointer.

    Raises:
        LedgerError: see :func:`load`.
    """
    if not isinstance(record, Mapping):
        raise LedgerError(f"{where}: a statement is a [[statement]] table of fields")
    name = f"{where}: {_shown(record.get('id', '?'))}"
    unknown = set(record) - _TEXT_FIELDS - _OPTIONAL_FIELDS
    if unknown:
        raise LedgerError(f"{name}: {_shown(sorted(unknown)[0])}: unknown field")
    for field in sorted(_TEXT_FIELDS):
        if not isinstance(record.get(field), str) or not record[field].strip():
            raise LedgerError(f"{name}: {field}: needs a text")
    if not _ID.fullmatch(record["id"]):
        raise LedgerError(f"{name}: id: two capitals and a number")
    if record["kind"] not in KINDS:
        raise LedgerError(f"{name}: kind: must be one of {', '.join(KINDS)}")
    for field in ("hypotheses", "uses", "layers"):
        value = record.get(field, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise LedgerError(f"{name}: {field}: needs a list of texts")
    if not isinstance(record.get("note", ""), str):
        raise LedgerError(f"{name}: note: needs a text")
    pointers = record.get("evidence", {})
    if not isinstance(pointers, Mapping):
        raise LedgerError(f"{name}: evidence: needs a table, layer = pointer")
    try:
        layers = tuple(Layer(layer) for layer in record.get("layers", []))
        evidence = {Layer(layer): pointer for layer, pointer in pointers.items()}
    except ValueError as error:
        raise LedgerError(f"{name}: layers are D, F, C and S ({_shown(error)})") from error
    for layer, pointer in evidence.items():
        problem = _unresolved(layer, pointer)
        if problem:
            raise LedgerError(f"{name}: evidence.{layer}: {problem}")
    return Statement(
        id=record["id"],
        title=record["title"].strip(),
        kind=record["kind"],
        source=record["source"].strip(),
        hypotheses=tuple(text.strip() for text in record.get("hypotheses", [])),
        conclusion=record["conclusion"].strip(),
        note=record.get("note", "").strip(),
        uses=tuple(record.get("uses", [])),
        layers=layers,
        evidence=evidence,
    )


def used_by(statements: Mapping[str, Statement]) -> dict[str, list[str]]:
    """For each id, the ids of the statements that rest on it directly."""
    users: dict[str, list[str]] = {name: [] for name in statements}
    for statement in statements.values():
        for needed in statement.uses:
            users[needed].append(statement.id)
    return users


def rocq_folder() -> Path:
    """The folder with the Rocq sources (``defs``, ``lib``, ``statements``)."""
    return _PACKAGE / "proofs" / "rocq"


def theorem_names(source: str) -> list[str]:
    """The names of the theorems stated in a Rocq file.

    >>> theorem_names("Lemma a : True. Proof. exact I. Qed.\\nTheorem AG1 : True.")
    ['AG1']
    """
    return _THEOREM.findall(source)


def module_file(module: str) -> Path | None:
    """The source file of a module of this package, or None; found without importing it."""
    first, *rest = module.split(".")
    if first != "gatedmem":
        return None
    base = _PACKAGE.joinpath(*rest)
    return next((file for file in (base / "__init__.py", base.with_suffix(".py")) if file.is_file()), None)


def _shown(text: object) -> str:
    """The beginning of a text that may hold anything, fit for one line."""
    return "".join(letter if letter.isprintable() else "?" for letter in str(text)[:60])


def _unresolved(layer: Layer, pointer: object) -> str | None:
    if not isinstance(pointer, str):
        return "needs a text"
    if layer is Layer.FORMAL:
        if not _FORMAL_POINTER.fullmatch(pointer):
            return "needs the name of a file of rocq/statements, without folder and suffix"
        source = rocq_folder() / "statements" / f"{pointer}.v"
        if not source.is_file():
            return f"no file rocq/statements/{pointer}.v"
        if not theorem_names(source.read_text(encoding="utf-8")):
            return f"rocq/statements/{pointer}.v states no Theorem"
        return None
    if not _MODULE_POINTER.fullmatch(pointer):
        return 'needs "module:function"'
    module, _, function = pointer.partition(":")
    file = module_file(module)
    if file is None:
        return f"no module {module}"
    if function not in _functions(file):
        return f"no function {function} in {module}"
    return None


@functools.cache
def _functions(file: Path) -> frozenset[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def _check_graph(statements: Mapping[str, Statement]) -> None:
    graph: dict[str, Iterable[str]] = {}
    for statement in statements.values():
        for needed in statement.uses:
            if needed not in statements:
                raise LedgerError(f"{statement.id}: uses: unknown id {needed}")
        graph[statement.id] = statement.uses
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        raise LedgerError(f"uses: the statements rest on each other in a circle: {error.args[1]}") from error
