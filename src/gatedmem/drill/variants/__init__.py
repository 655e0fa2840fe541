"""The wrong variants of each statement: for every layer that carries it, the edit that states the wrong thing.

One TOML file per statement, named after its id::

    [[variant]]
    name = "third"
    kind = "constant"                     # constant, sign, exponent, hypothesis, strictness or form
    words = "the constant ½ replaced by ⅓"
    D = { old = "Rational(1, 2)", new = "Rational(1, 3)" }
    F = { old = "(/ 2) * dot", new = "(/ 3) * dot", refute = "move=> wrong; ..." }
    C = { old = "...", new = "...", file = "numerics/exact.py", within = "bound" }
    S = { cannot = "why this layer has nothing to say about this variant" }

``old`` is text that occurs once in the file (or once in the function ``within``); the file is the one that the
ledger points to unless ``file``, relative to the package, says otherwise. Several edits form a list. ``refute`` is
a Rocq script that proves the negation of the wrong theorem, with the lemmas of the files ``needs``
(``["lib.Sums"]``). ``survives`` explains why a layer cannot catch the variant; a layer that catches it all the same
contradicts the explanation, and the drill says so.
"""

from __future__ import annotations

import ast
import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from gatedmem.proofs.evidence import Layer
from gatedmem.proofs.ledger import Statement, module_file, rocq_folder

KINDS = ("constant", "sign", "exponent", "hypothesis", "strictness", "form")
AT_LEAST = 5  # wrong variants of each statement

_PACKAGE = Path(__file__).parents[3]  # the folder of "gatedmem/"
_VARIANT_FIELDS = {"name", "kind", "words"}
_EDIT_FIELDS = {"old", "new", "file", "within", "refute", "needs", "survives"}


class VariantError(Exception):
    """A record of the wrong variants breaks a rule; the message names file, variant, field and rule."""


@dataclass(frozen=True)
class Edit:
    """Text of a source file that is replaced: ``old``, from place ``start`` on, becomes ``new``.

    ``file`` is relative to the folder that holds the package: ``"gatedmem/theory/softmax/covariance.py"``.
    """

    file: str
    old: str
    new: str
    start: int

    @property
    def module(self) -> str:
        """The module that a Python file holds."""
        return self.file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def apply(self, text: str) -> str:
        """The text with the edit made."""
        return text[: self.start] + self.new + text[self.start + len(self.old) :]


@dataclass(frozen=True)
class Posing:
    """How a wrong variant is put before one layer.

    ``cannot`` says why the layer has nothing to say about it (then there are no edits); ``survives`` why it must
    accept it; ``refute`` is the Rocq script that proves the negation, with what ``needs`` names. Each is empty where
    it does not apply.
    """

    edits: tuple[Edit, ...] = ()
    cannot: str = ""
    survives: str = ""
    refute: str = ""
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Variant:
    """One wrong variant of a statement, and how each of its layers is asked to accept it."""

    statement: str
    name: str
    kind: str
    words: str
    posed: Mapping[Layer, Posing]


def names() -> list[str]:
    """The ids of the statements that have wrong variants."""
    files = (entry.name for entry in resources.files(__package__).iterdir())
    return sorted(name.removesuffix(".toml") for name in files if name.endswith(".toml"))


def load(statement: Statement) -> list[Variant]:
    """Read the wrong variants of a statement; none when it has no file.

    Raises:
        VariantError: a record breaks a rule.
    """
    file = resources.files(__package__).joinpath(f"{statement.id}.toml")
    return parse(file.read_text(encoding="utf-8"), statement) if file.is_file() else []


def parse(text: str, statement: Statement) -> list[Variant]:
    """Read the text of one file and check every field and every edit.

    Raises:
        VariantError: a record breaks a rule.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise VariantError(f"{statement.id}.toml: {error}") from None
    if set(table) != {"variant"}:
        raise VariantError(
            f"{statement.id}.toml: holds only [[variant]] tables, not {sorted(set(table) - {'variant'})}"
        )
    variants = [_variant(record, statement) for record in table["variant"]]
    seen = [variant.name for variant in variants]
    twice = next((name for name in seen if seen.count(name) > 1), None)
    if twice is not None:
        raise VariantError(f"{statement.id}.toml: {twice}: name: used twice")
    return variants


def _variant(record: Mapping[str, Any], statement: Statement) -> Variant:
    where = f"{statement.id}.toml: {record.get('name', '?')}"
    missing = _VARIANT_FIELDS - set(record)
    if missing:
        raise VariantError(f"{where}: {sorted(missing)[0]}: is missing")
    if record["kind"] not in KINDS:
        raise VariantError(f"{where}: kind: must be one of {', '.join(KINDS)}")
    layers = {str(layer) for layer in statement.evidence}
    given = set(record) - _VARIANT_FIELDS
    if given != layers:
        raise VariantError(f"{where}: must speak of the layers {sorted(layers)}, speaks of {sorted(given)}")
    posed = {layer: _posing(record[str(layer)], statement, layer, where) for layer in statement.evidence}
    return Variant(statement.id, record["name"], record["kind"], record["words"], posed)


def _posing(given: Any, statement: Statement, layer: Layer, where: str) -> Posing:
    where = f"{where}: {layer}"
    records = given if isinstance(given, list) else [given]
    if records == [] or not all(isinstance(record, dict) for record in records):
        raise VariantError(f"{where}: must be a table or a list of tables")
    first = records[0]
    if "cannot" in first:
        if len(records) > 1 or set(first) != {"cannot"} or not first["cannot"].strip():
            raise VariantError(f"{where}: cannot: stands alone and gives a reason")
        return Posing(cannot=first["cannot"])
    for record in records:
        if not {"old", "new"} <= set(record) <= _EDIT_FIELDS:
            raise VariantError(f"{where}: an edit has the fields old and new, and may have {sorted(_EDIT_FIELDS)}")
    if {"refute", "needs"} & set(first) and layer is not Layer.FORMAL:
        raise VariantError(f"{where}: refute: only a formal statement is refuted by a script")
    edits = tuple(_edit(record, statement, layer, where) for record in records)
    if layer is Layer.FORMAL and len({edit.file for edit in edits}) > 1:
        raise VariantError(f"{where}: file: the edits of a formal statement stay in one file")
    return Posing(edits, "", first.get("survives", ""), first.get("refute", ""), tuple(first.get("needs", ())))


def _edit(record: Mapping[str, str], statement: Statement, layer: Layer, where: str) -> Edit:
    pointed = source_file(statement, layer)
    file = (_PACKAGE / "gatedmem" / record["file"]) if "file" in record else pointed
    if not file.is_file():
        raise VariantError(f"{where}: file: there is no {record['file']} in the package")
    text = _text(file)
    if "within" in record and file.suffix != ".py":
        raise VariantError(f"{where}: within: {file.name} has no functions")
    start, end = _span(text, record["within"], where) if "within" in record else (0, len(text))
    found = text.count(record["old"], start, end)
    if found != 1:
        raise VariantError(f"{where}: old: {record['old']!r} occurs {found} times in {file.name}, must occur once")
    if record["old"] == record["new"]:
        raise VariantError(f"{where}: new: is the same as old")
    if layer is not Layer.FORMAL and "cache=True" in text:
        raise VariantError(f"{where}: file: {file.name} keeps compiled code, which an edit would not reach")
    return Edit(
        file.relative_to(_PACKAGE).as_posix(), record["old"], record["new"], text.index(record["old"], start, end)
    )


def source_file(statement: Statement, layer: Layer) -> Path:
    """The file that the ledger points to for a layer of a statement."""
    pointer = statement.evidence[layer]
    if layer is Layer.FORMAL:
        return rocq_folder() / "statements" / f"{pointer}.v"
    file = module_file(pointer.partition(":")[0])
    assert file is not None
    return file


@functools.cache
def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def _span(text: str, function: str, where: str) -> tuple[int, int]:
    """Where a function, class or assignment of the module's top level, or a method, begins and ends."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == function:
            assert node.end_lineno is not None
            return starts[node.lineno - 1], starts[node.end_lineno]
    raise VariantError(f"{where}: within: no function {function}")


def edited(text: str, edits: tuple[Edit, ...]) -> str:
    """The text with several edits made, last first, so that the places of the others stay where they are."""
    for edit in sorted(edits, key=lambda edit: -edit.start):
        text = edit.apply(text)
    return text
