"""Writing the generated pages and building the book, as HTML and as PDF."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gatedmem.book import graph, overview, results
from gatedmem.book.drill import drill_report
from gatedmem.book.drops import Words
from gatedmem.book.drops import read as read_drops
from gatedmem.book.errata import misprint_lines
from gatedmem.book.layers import certificate_file
from gatedmem.book.links import dead_links
from gatedmem.book.markup import CITATIONS, FAMILIES, BookError, Record, has_evidence, summary
from gatedmem.book.mutation import mutation_report
from gatedmem.book.statement import statement_page
from gatedmem.proofs.cache import environment
from gatedmem.proofs.evidence import Layer
from gatedmem.proofs.ledger import Statement, load
from gatedmem.proofs.verify import Results
from gatedmem.theory.misprints import MISPRINTS, Misprint

NEEDED = {
    "sphinx": "sphinx",
    "myst_parser": "myst-parser",
    "furo": "furo",
    "sphinxcontrib.bibtex": "sphinxcontrib-bibtex",
    "sphinx_copybutton": "sphinx-copybutton",
    "py_mini_racer": "mini-racer",
}
# Read by the book's markup: the summary of every statement for badges on hand-written pages, and the drawn graph.
STANDINGS = "standings.json"
GRAPH = "graph.svg"
# What `gatedmem drill --out docs/drill.json` left, for the page drill.md.
DRILL = "drill.json"
# What tests/mutation/collect.py left, for the same page.
MUTATION = "data/mutation.json"


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
    """Write the pages and build the book as HTML; every warning and every dead link is an error.

    Args:
        records: as :func:`to_records` gives them.
        out_html: the folder for the pages.
        source: the book's source folder, ``docs`` of a checkout.

    Returns:
        The exit status of the builder: 0 when the book is complete.

    Raises:
        BookError: a package that the book needs is not installed, ``source`` is not the book's source folder, a
            statement with evidence has no prose proof, a misprint's derivation fails, a kept result or a word about a
            hypothesis is not in order.
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
    return run_sphinx("html", source, out_html, doctrees_of(out_html), afresh=True)


def doctrees_of(out_html: Path) -> Path:
    """Where the parsed sources of a book lie, beside its pages."""
    return out_html.parent / f"{out_html.name}.doctrees"


def run_sphinx(builder: str, source: Path, out: Path, doctrees: Path, *, afresh: bool) -> int:
    """Run one of Sphinx's builders with warnings as errors, then look for dead links.

    Args:
        builder: ``html`` or ``singlehtml``.
        source: the book's source folder.
        out: the folder for the pages.
        doctrees: where the parsed sources lie.
        afresh: read all sources again.
    """
    options = [
        "-q",
        "-W",
        "--keep-going",
        *(["-E"] if afresh else []),
        *(["-t", "print"] if builder != "html" else []),
    ]
    command = [sys.executable, "-m", "sphinx", *options, "-b", builder, "-d", str(doctrees), str(source), str(out)]
    status = subprocess.run(command, check=False).returncode
    if status:
        return status
    dead = list(dead_links(out))
    for line in dead:
        print(f"dead link in {line}", file=sys.stderr)
    return 1 if dead else 0


def write_pages(records: Sequence[Record], out: Path, misprints: Sequence[Misprint] = MISPRINTS) -> None:
    """Write the generated pages.

    Args:
        records: as :func:`to_records` gives them, the whole ledger.
        out: the folder for the pages, made if absent; pages of an earlier run are removed. Beside it are read: prose
            proofs from ``proofs``, the setting that the statements of a family share from ``settings``, kept results
            of experiments from ``results``, words about hypotheses from ``drops.toml``.
        misprints: what the page of errata tells; it includes one fragment for each paper.

    Raises:
        BookError: a statement that carries evidence has no prose proof, a misprint's derivation fails, a kept result
            or a word about a hypothesis is not in order.
    """
    docs = out.parent
    proofs = docs / "proofs"
    written = {record["id"] for record in records if (proofs / f"{record['id']}.md").is_file()}
    without = [record["id"] for record in records if has_evidence(record) and record["id"] not in written]
    if without:
        raise BookError(f"{', '.join(without)}: evidence without a prose proof in {proofs.name}/<ID>.md")
    out.mkdir(parents=True, exist_ok=True)
    for stale in out.glob("*.md"):
        stale.unlink()
    shutil.rmtree(out / "data", ignore_errors=True)
    (out / "data").mkdir()
    words = read_drops(
        docs / "drops.toml", load().values(), docs.parent if (docs.parent / "tests").is_dir() else None
    )
    by_id = {record["id"]: record for record in records}
    pages = {
        "overview": overview.overview_page(records),
        "graph": overview.graph_page(),
        "claims": results.claims_page(docs / "results", by_id),
        "gallery": results.gallery_page(docs / "results"),
        "drill": ["No report of a drill is kept with this book."],
        "mutation": ["No record of mutation testing is kept with this book."],
    }
    if (docs / DRILL).is_file():
        pages["drill"] = drill_report(docs / DRILL, by_id)
    if (docs / MUTATION).is_file():
        pages["mutation"] = mutation_report(docs / MUTATION)
    for prefix, (name, title) in FAMILIES.items():
        family = [record for record in records if record["id"].startswith(prefix)]
        pages[name] = overview.family_page(title, family, _setting(out, prefix))
    for record in records:
        setting = _setting(out, record["id"][:2])
        said = words.get(record["id"], Words())
        pages[record["id"]] = statement_page(record, by_id, setting, record["id"] in written, said)
        _write_certificate(record, out)
    for paper in CITATIONS:
        told = [misprint for misprint in misprints if misprint.paper == paper]
        if told:
            pages[f"errata-{paper}"] = [line for misprint in told for line in misprint_lines(misprint)]
    standings = {record["id"]: str(summary(record)) for record in records}
    (out / STANDINGS).write_text(json.dumps(standings), encoding="utf-8")
    (out / GRAPH).write_text(graph.svg(records), encoding="utf-8")
    for name, lines in pages.items():
        (out / f"{name}.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _setting(out: Path, prefix: str) -> list[str]:
    """Lines that include the model and notation shared by a family of statements, if it has such a text."""
    if not (out.parent / "settings" / f"{prefix}.md").is_file():
        return []
    return [f"```{{include}} ../settings/{prefix}.md", "```"]


def _write_certificate(record: Record, out: Path) -> None:
    """The numbers of a certificate as a file to download."""
    found = record["evidence"].get(Layer.CERTIFICATE, {})
    if not found.get("data", {}).get("instances"):
        return
    content = {
        "statement": record["id"],
        "title": record["title"],
        "status": found["status"],
        "detail": found["detail"],
        "environment": environment(),
        "instances": found["data"]["instances"],
    }
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    (out / certificate_file(record)).write_text(text, encoding="utf-8")
