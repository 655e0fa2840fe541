"""From evidence to the book: one page per statement, one per family, the table of all statuses, and the misprints.

The pages are MyST, written into ``docs/_generated`` and never kept under version control; hand-written chapters and
prose proofs stand beside them. Every status on a page is the one in the record it was made from.
"""

from __future__ import annotations

import functools
import importlib.util
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gatedmem.proofs.cache import environment
from gatedmem.proofs.evidence import Layer, Status
from gatedmem.proofs.ledger import Statement
from gatedmem.proofs.verify import Results
from gatedmem.theory.derivation import StepError
from gatedmem.theory.misprints import MISPRINTS, Misprint

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
NEEDED = {
    "sphinx": "sphinx",
    "myst_parser": "myst-parser",
    "furo": "furo",
    "sphinxcontrib.bibtex": "sphinxcontrib-bibtex",
    "sphinx_copybutton": "sphinx-copybutton",
    "py_mini_racer": "mini-racer",
}

# Read by the book's markup: the summary of every statement, for badges on hand-written pages.
STANDINGS = "standings.json"
# From worst to best: what is said of a statement whose layers differ.
_WORST_FIRST = (Status.FAILED, Status.UNDECIDED, Status.UNAVAILABLE, Status.MISSING, Status.VERIFIED)


class BookError(Exception):
    """The book cannot be made; the message says what is missing."""


def to_records(statements: Sequence[Statement], results: Results) -> list[dict[str, Any]]:
    """Everything the pages need, as JSON-able records: the ledger's words and the evidence found."""
    return [
        {
            **statement.words(),
            "evidence": {
                str(layer): {
                    "status": str(evidence.status),
                    "detail": evidence.detail,
                    "seconds": evidence.seconds,
                    "data": dict(evidence.data),
                }
                for layer, evidence in results[statement.id].items()
            },
        }
        for statement in statements
    ]


def build(records: Sequence[Record], out_html: Path, source: Path) -> int:
    """Write the pages and build the book as HTML; every warning is an error.

    Args:
        records: as :func:`to_records` gives them.
        out_html: the folder for the pages.
        source: the book's source folder, ``docs`` of a checkout.

    Returns:
        The exit status of the builder: 0 when the book is complete.

    Raises:
        BookError: a package that the book needs is not installed, ``source`` is not the book's source folder, or a
            statement with evidence has no prose proof, or a misprint's derivation fails.
    """
    for module, package in NEEDED.items():
        try:
            found = importlib.util.find_spec(module)
        except ModuleNotFoundError:
            found = None
        if found is None:
            raise BookError(f"the book needs {package}: pip install 'gatedmem[docs]'")
    if not (source / "conf.py").is_file():
        raise BookError(f"{source}: is not the book's source folder (it has no conf.py)")
    write_pages(records, source / "_generated")
    command = [sys.executable, "-m", "sphinx", "-q", "-E", "-W", "--keep-going", "-b", "html"]
    doctrees = out_html.parent / f"{out_html.name}.doctrees"
    return subprocess.run([*command, "-d", doctrees, source, out_html], check=False).returncode


def write_pages(records: Sequence[Record], out: Path, misprints: Sequence[Misprint] = MISPRINTS) -> None:
    """Write the generated pages.

    Args:
        records: as :func:`to_records` gives them, the whole ledger.
        out: the folder for the pages, made if absent; pages of an earlier run are removed. Prose proofs are read
            from ``proofs`` beside it, the setting that the statements of a family share from ``settings``.
        misprints: what the page of errata tells; it includes one fragment for each paper.

    Raises:
        BookError: a statement that carries evidence has no prose proof, or a misprint's derivation fails.
    """
    proofs = out.parent / "proofs"
    without = [record["id"] for record in records if _has_evidence(record) and not _proof(proofs, record).is_file()]
    if without:
        raise BookError(f"{', '.join(without)}: evidence without a prose proof in {proofs.name}/<ID>.md")
    out.mkdir(parents=True, exist_ok=True)
    for stale in out.glob("*.md"):
        stale.unlink()
    by_id = {record["id"]: record for record in records}
    pages = {"overview": _overview(records)}
    for prefix, (name, title) in FAMILIES.items():
        family = [record for record in records if record["id"].startswith(prefix)]
        pages[name] = _family(title, family, _setting(out, prefix))
    for record in records:
        setting = _setting(out, record["id"][:2])
        pages[record["id"]] = _page(record, by_id, setting, _proof(proofs, record).is_file())
    for paper in CITATIONS:
        told = [misprint for misprint in misprints if misprint.paper == paper]
        if told:
            pages[f"errata-{paper}"] = [line for misprint in told for line in _misprint(misprint)]
    standings = {record["id"]: str(summary(record)) for record in records}
    (out / STANDINGS).write_text(json.dumps(standings), encoding="utf-8")
    for name, lines in pages.items():
        (out / f"{name}.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


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


def _has_evidence(record: Record) -> bool:
    return any(evidence["status"] != Status.MISSING for evidence in record["evidence"].values())


def _proof(proofs: Path, record: Record) -> Path:
    return proofs / f"{record['id']}.md"


def _setting(out: Path, prefix: str) -> list[str]:
    """Lines that include the model and notation shared by a family of statements, if it has such a text."""
    if not (out.parent / "settings" / f"{prefix}.md").is_file():
        return []
    return [f"```{{include}} ../settings/{prefix}.md", "```"]


def _link(record: Record) -> str:
    return f"[{record['id']}](#{_label(record)})"


def _label(record: Record) -> str:
    return f"statement-{record['id'].lower()}"


def _badge(status: str) -> str:
    return f"{{status}}`{status}`"


def _cited(text: str) -> str:
    """The text of a source, with links to the bibliography for the papers it names."""
    keys = [key for number, key in CITATIONS.items() if number in text]
    return text + "".join(f" {{cite:p}}`{key}`" for key in keys)


def _cells(record: Record) -> str:
    evidence = record["evidence"]
    return " | ".join(_badge(evidence[layer]["status"]) if layer in evidence else "" for layer in Layer)


def _matrix(records: Sequence[Record]) -> Iterator[str]:
    yield "| | Statement | Kind | " + " | ".join(LAYER_TITLES[layer] for layer in Layer) + " |"
    yield "| --- | --- | --- |" + " --- |" * len(Layer)
    for record in records:
        yield f"| {_link(record)} | {escape(record['title'])} | {{kind}}`{record['kind']}` | {_cells(record)} |"


def _overview(records: Sequence[Record]) -> list[str]:
    lines = ["# Overview: every statement and its evidence", ""]
    lines += [
        f"{len(records)} statements. An empty cell means that the layer is not required for that statement. How each",
        "layer works, and what it can miss, is told in [](../trust.md).",
        "",
        ":::{container} counts",
        "| | " + " | ".join(_badge(status) for status in Status) + " | in all |",
        "| --- |" + " ---: |" * (len(Status) + 1),
    ]
    for layer in Layer:
        found = [record["evidence"][layer]["status"] for record in records if layer in record["evidence"]]
        counts = " | ".join(str(found.count(status)) for status in Status)
        lines.append(f"| {LAYER_TITLES[layer]} | {counts} | {len(found)} |")
    lines.append(":::")
    for prefix, (name, title) in FAMILIES.items():
        family = [record for record in records if record["id"].startswith(prefix)]
        lines += ["", f"## [{title}]({name}.md)", "", ":::{container} matrix", *_matrix(family), ":::"]
    return [*lines, "", *_provenance(records)]


def _family(title: str, records: Sequence[Record], setting: Sequence[str]) -> list[str]:
    return [
        f"# {title}",
        "",
        *setting,
        "",
        ":::{container} matrix",
        *_matrix(records),
        ":::",
        "",
        "```{toctree}",
        ":hidden:",
        "",
        *(f"{record['id']}. {record['title']} <{record['id']}>" for record in records),
        "```",
    ]


def _page(record: Record, by_id: Mapping[str, Record], setting: Sequence[str], has_proof: bool) -> list[str]:
    evidence = record["evidence"]
    lines = [f"({_label(record)})=", f"# {record['id']}. {escape(record['title'])}", ""]
    lines += [f"{{kind}}`{record['kind']}` {KIND_WORDS[record['kind']]}. Source: {_cited(record['source'])}.", ""]
    lines += [f"::::{{statement}} {record['id']}", "", "**Hypotheses**", ""]
    for number, hypothesis in enumerate(record["hypotheses"], 1):
        lines += [f"{number}. {_indented(hypothesis, 3)}"]
    lines += ["", "**Conclusion**", "", record["conclusion"].strip(), "::::", ""]
    if setting:
        lines += [*_folded("Setting and notation", setting), ""]
    if record["note"]:
        lines += [":::{admonition} Remark", ":class: note", record["note"], ":::", ""]
    lines += ["## Evidence at a glance", "", *_glance(record), ""]
    lines += ["## Proof", "", *_prose(record, has_proof), ""]
    sections = {
        Layer.DERIVATION: _derivation,
        Layer.FORMAL: _formal,
        Layer.CERTIFICATE: _certificate,
        Layer.SIMULATION: _simulation,
    }
    for layer, section in sections.items():
        if layer in evidence:
            lines += [f"## {LAYER_TITLES[layer]}", "", *_stands(evidence[layer]), ""]
            lines += [*section(evidence[layer].get("data", {})), ""]
    lines += ["## What it rests on, and what rests on it", "", *_neighbours(record, by_id), ""]
    lines += ["## Run it again", "", "```{code-block} console", f"$ gatedmem verify {record['id']} --fresh"]
    if Layer.DERIVATION in evidence:
        lines += [f"$ gatedmem derive {record['id']}"]
    return [*lines, "```", "", *_provenance([record])]


def _glance(record: Record) -> Iterator[str]:
    if not record["evidence"]:
        yield "No layer of evidence is required or given."
        return
    yield "| Layer | Status | What was found |"
    yield "| --- | --- | --- |"
    for layer in Layer:
        found = record["evidence"].get(layer)
        if found is not None:
            extra = "" if layer in record["required"] else " (beyond what is required)"
            yield (f"| {LAYER_TITLES[layer]}{extra} | {_badge(found['status'])} | {escape(found['detail'])} |")


def _prose(record: Record, has_proof: bool) -> Iterator[str]:
    if not has_proof:
        yield "No proof in prose has been written yet."
        return
    yield "::::::::{fold} Proof in prose"
    yield ":open:"
    yield ""
    yield f"```{{include}} ../proofs/{record['id']}.md"
    yield "```"
    yield "::::::::"


def _stands(evidence: Record) -> Iterator[str]:
    seconds = f" ({evidence['seconds']:.1f} s)" if evidence["seconds"] >= 0.05 else ""
    yield f"{_badge(evidence['status'])} {escape(evidence['detail'])}{seconds}"


def _derivation(data: Record) -> Iterator[str]:
    if not data.get("markdown"):
        return
    yield from _folded("The derivation, step by step", _without_headings(data["markdown"]))


def _formal(data: Record) -> Iterator[str]:
    if not data.get("rocq"):
        return
    yield "The statements, without their proofs. An `Example` shows that the hypotheses can hold together."
    yield ""
    yield from _code(_without_proofs(data["rocq"]), "coq")
    yield ""
    if data["theorems"]:
        if data["axioms"]:
            yield "All of them together rest on these axioms, read from the prover:"
            yield ""
            yield from (f"- `{axiom}`" for axiom in data["axioms"])
        else:
            yield "The prover reports no axiom below them."
        yield ""
        printed = "\n\n".join(theorem["statement"].strip() for theorem in data["theorems"])
        yield from _folded("What the prover understood, with every parenthesis", _code(printed, "coq"))
        yield ""
    yield from _folded(f"The whole file, for Rocq {data['version']}", _code(data["rocq"], "coq"))


def _certificate(data: Record) -> Iterator[str]:
    instances = data.get("instances", [])
    if not instances:
        return
    table = ["| Instance | Verdict | Reason, and the numbers behind it |", "| --- | --- | --- |"]
    for instance in instances:
        said = [escape(instance["reason"])]
        said += [f"*{escape(name)}:* {escape(value)}" for name, value in instance["numbers"].items()]
        table.append(f"| {escape(instance['instance'])} | {escape(instance['verdict'])} | {'<br>'.join(said)} |")
    table = [":::{container} instances", *table, ":::"]
    noun = "instance" if len(instances) == 1 else "instances"
    yield from _folded(f"{len(instances)} {noun}, with their numbers", table)


def _simulation(data: Record) -> Iterator[str]:
    if not data:
        return
    yield f"- instances tried: {data['trials']:,}"
    if data.get("margin") is not None:
        yield f"- smallest relative distance to the bound: {data['margin']:.3g} (0 would be the bound itself)"
    if data.get("residual") is not None:
        allowed = f", allowed {data['tolerance']:.1e}" if data.get("tolerance") is not None else ""
        yield f"- largest relative error of the identity: {data['residual']:.1e}{allowed}"
    if data.get("counterexample") is not None:
        yield f"- counterexample: {escape(data['counterexample'])}"
    yield from (f"- {escape(note)}" for note in data.get("notes", ()))


def _neighbours(record: Record, by_id: Mapping[str, Record]) -> Iterator[str]:
    users = [other for other in by_id.values() if record["id"] in other["uses"]]
    for title, others in (("Rests on", [by_id[name] for name in record["uses"]]), ("Used by", users)):
        yield f"**{title}**"
        yield ""
        yield from (f"- {_link(other)} {escape(other['title'])} {_badge(summary(other))}" for other in others)
        if not others:
            yield "nothing else in the ledger"
        yield ""


def _misprint(misprint: Misprint) -> Iterator[str]:
    """Printed form against right form, and the derivation that tells them apart."""
    yield f"### {misprint.number}. {misprint.title}"
    yield ""
    carried = ", ".join(f"{name} {{standing}}`{name}`" for name in misprint.ledger)
    yield f"*{misprint.place}.* {misprint.summary} Carried by {carried}."
    yield ""
    yield "::::{container} forms"
    said = "Said, as a formula" if misprint.in_words else "Printed"
    for title, formula in ((said, misprint.printed_tex), ("Right", misprint.right_tex)):
        yield from (":::{container} form", f"**{title}**", "", "$$", formula, "$$", ":::")
    yield "::::"
    yield ""
    yield from _folded("The derivation, step by step", _told_apart(misprint).splitlines())
    yield ""


@functools.cache
def _told_apart(misprint: Misprint) -> str:
    """The derivation of a misprint as MyST markdown, without its heading."""
    try:
        return misprint.derive().to_markdown().partition("\n\n")[2]
    except StepError as error:
        raise BookError(f"misprint {misprint.number} of {misprint.paper}: {error}") from error


def _provenance(records: Sequence[Record]) -> Iterator[str]:
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


def _folded(title: str, content: Iterable[str]) -> Iterator[str]:
    yield f"::::::::{{fold}} {title}"
    yield ""
    yield from content
    yield "::::::::"


def _code(text: str, language: str) -> list[str]:
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return [f"{fence}{{code-block}} {language}", ":force:", "", text.rstrip(), fence]


def _indented(text: str, width: int) -> str:
    return text.strip().replace("\n", "\n" + " " * width)


def _without_proofs(rocq: str) -> str:
    r"""The statements of a Rocq file and its comments.

    >>> _without_proofs("From Coq Require Import Reals.\n\nTheorem A : True.\nProof. exact I. Qed.\n")
    'Theorem A : True.'
    """
    kept = re.sub(r"^Proof\b.*?\b(?:Qed|Defined)\.[ \t]*\n", "", rocq, flags=re.DOTALL | re.MULTILINE)
    kept = re.sub(r"^From .*? Require .*?\.\n", "", kept, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"\n{3,}", "\n\n", kept).strip()


def _without_headings(markdown: str) -> list[str]:
    """Headings as bold lines: inside a foldable part they cannot be sections."""
    lines, fenced = [], False
    for line in markdown.splitlines():
        fenced ^= line.lstrip().startswith("```")
        heading = None if fenced else re.match(r"#{1,6}\s+(.*)", line)
        lines.append(f"**{heading.group(1)}**" if heading else line)
    return lines
