"""What every generated page is put together from: names, links, badges, foldable parts, plain text made safe."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gatedmem.proofs.cache import environment
from gatedmem.proofs.evidence import Layer, Status

Record = Mapping[str, Any]

FAMILIES = {
    "SM": ("softmax", "Softmax and simplex"),
    "AG": ("astrocyte", "Astrocyte-gated memory"),
    "CG": ("context", "Context-gated retrieval"),
    "GW": ("groundwork", "Groundwork"),
    "BL": ("baselines", "Baselines"),
}
LAYER_TITLES = {
    Layer.DERIVATION: "Derivation",
    Layer.FORMAL: "Formal proof",
    Layer.CERTIFICATE: "Certificate",
    Layer.SIMULATION: "Simulation",
}
KIND_WORDS = {
    "paper": "as stated in the paper",
    "corrected": "the printed form is wrong or loose; this is the corrected form",
    "new": "not in the papers",
    "background": "known, stated here because other statements rest on it",
}
CITATIONS = {
    "2604.25481": "vivet2026",
    "2605.10970": "choraria2026",
    "2008.02217": "ramsauer2020",
    "2311.08135": "kozachkov2025",
    "2107.06446": "krotov2021",
}

# From worst to best: what is said of a statement whose layers differ.
_WORST_FIRST = (Status.FAILED, Status.UNDECIDED, Status.UNAVAILABLE, Status.MISSING, Status.VERIFIED)


class BookError(Exception):
    """The book cannot be made; the message says what is missing."""


def kept_record(file: Path, fields: Iterable[str], what: str) -> dict[str, Any]:
    """A JSON record that is kept with the book, with all of ``fields``; ``what`` says what it should be.

    Raises:
        BookError: the file is no such record, or a field is missing.
    """
    try:
        record: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        lost = [field for field in fields if field not in record]
    except (OSError, ValueError, TypeError):
        raise BookError(f"{file.name}: is not a {what}") from None
    if lost:
        raise BookError(f"{file.name}: {lost[0]}: is missing")
    return record


def summary(record: Record) -> Status:
    """The worst status among the layers of a statement; ``missing`` when it has none.

    >>> summary({"evidence": {"D": {"status": "verified"}, "S": {"status": "undecided"}}})
    <Status.UNDECIDED: 'undecided'>
    """
    seen = {Status(evidence["status"]) for evidence in record["evidence"].values()}
    return next((status for status in _WORST_FIRST if status in seen), Status.MISSING)


def escape(text: str) -> str:
    r"""Plain text as MyST that shows exactly this text.

    >>> escape("a_b * [c]")
    'a\\_b \\* \\[c\\]'
    """
    return re.sub(r"([\\`*_{}\[\]()#+!|<>$~^:@&-])", r"\\\1", " ".join(text.split()))


def has_evidence(record: Record) -> bool:
    """Whether any layer has something to show."""
    return any(evidence["status"] != Status.MISSING for evidence in record["evidence"].values())


def link(record: Record) -> str:
    """A link to the page of a statement."""
    return f"[{record['id']}](#{label(record)})"


def label(record: Record) -> str:
    """The name under which the page of a statement is referred to."""
    return f"statement-{record['id'].lower()}"


def badge(status: str) -> str:
    """Sign, word and colour of a status."""
    return f"{{status}}`{status}`"


def cited(text: str) -> str:
    """The text of a source, with links to the bibliography for the papers it names."""
    keys = [key for number, key in CITATIONS.items() if number in text]
    return text + "".join(f" {{cite:p}}`{key}`" for key in keys)


def provenance(records: Sequence[Record]) -> Iterator[str]:
    """When and with what the evidence was gathered."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    made = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    provers = {
        record["evidence"][Layer.FORMAL]["data"]["version"]
        for record in records
        if record["evidence"].get(Layer.FORMAL, {}).get("data", {}).get("version")
    }
    versions = environment() + "".join(f"; Rocq {version}" for version in sorted(provers))
    yield ":::{container} provenance"
    yield f"Evidence gathered, or confirmed by its content hash, on {made:%Y-%m-%d} with {escape(versions)}."
    yield ":::"


def folded(title: str, content: Iterable[str], *, printed: bool = True) -> Iterator[str]:
    """A part that the reader can fold away, and that a printed book leaves out unless ``printed``."""
    yield f"::::::::{{fold}} {title}"
    if not printed:
        yield ":class: screen"
    yield ""
    yield from content
    yield "::::::::"


def code(text: str, language: str) -> list[str]:
    """A block of code; its fence is longer than any in the text."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return [f"{fence}{{code-block}} {language}", ":force:", "", text.rstrip(), fence]


def indented(text: str, width: int) -> str:
    """Text whose further lines are indented, for use in a list."""
    return text.strip().replace("\n", "\n" + " " * width)


def without_proofs(rocq: str) -> str:
    r"""The statements of a Rocq file and its comments.

    >>> without_proofs("From Coq Require Import Reals.\n\nTheorem A : True.\nProof. exact I. Qed.\n")
    'Theorem A : True.'
    """
    kept = re.sub(r"^Proof\b.*?\b(?:Qed|Defined)\.[ \t]*\n", "", rocq, flags=re.DOTALL | re.MULTILINE)
    kept = re.sub(r"^From .*? Require .*?\.\n", "", kept, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"\n{3,}", "\n\n", kept).strip()


def without_headings(markdown: str) -> list[str]:
    """Headings as bold lines: inside a foldable part they cannot be sections."""
    lines, fenced = [], False
    for line in markdown.splitlines():
        fenced ^= line.lstrip().startswith("```")
        heading = None if fenced else re.match(r"#{1,6}\s+(.*)", line)
        lines.append(f"**{heading.group(1)}**" if heading else line)
    return lines
