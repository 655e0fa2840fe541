"""The overview: the matrix of statements by layers with its filter, the graph's page, and one page per family."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gatedmem.book import graph
from gatedmem.book.markup import FAMILIES, LAYER_TITLES, Record, badge, escape, link, provenance
from gatedmem.proofs.evidence import Layer, Status
from gatedmem.proofs.ledger import KINDS


def overview_page(records: Sequence[Record]) -> list[str]:
    """Counts, filter, and the matrix of every family."""
    lines = ["# Overview: every statement and its evidence", ""]
    lines += [
        f"{len(records)} statements. An empty cell means that the layer is not required for that statement. How each",
        "layer works, and what it can miss, is told in [](../trust.md). [](graph.md) shows what rests on what,",
        "[](claims.md) what was measured of the papers' empirical claims, [](gallery.md) the figures.",
        "",
        ":::{container} counts",
        "| | " + " | ".join(badge(status) for status in Status) + " | in all |",
        "| --- |" + " ---: |" * (len(Status) + 1),
    ]
    for layer in Layer:
        found = [record["evidence"][layer]["status"] for record in records if layer in record["evidence"]]
        counts = " | ".join(str(found.count(status)) for status in Status)
        lines.append(f"| {LAYER_TITLES[layer]} | {counts} | {len(found)} |")
    lines += [":::", "", "```{raw} html", *_filter(), "```"]
    for prefix, (name, title) in FAMILIES.items():
        family = [record for record in records if record["id"].startswith(prefix)]
        lines += ["", f"## [{title}]({name}.md)", "", ":::{container} matrix", *_matrix(family), ":::"]
    lines += ["", "```{toctree}", ":hidden:", "", "graph", "claims", "gallery", "```"]
    return [*lines, "", *provenance(records)]


def graph_page() -> list[str]:
    """The page of the dependency graph; the drawing itself is put in by the book's markup."""
    options = "".join(
        f'<label><input type="radio" name="graph-show" value="{value}"{checked}> {said}</label>'
        for value, said, checked in (
            ("both", "both", " checked"),
            ("ancestors", "what it rests on", ""),
            ("descendants", "what rests on it", ""),
        )
    )
    return [
        "---",
        "hide-toc: true",
        "---",
        "",
        "# What rests on what",
        "",
        "Every line leads from a statement to one that rests on it, from left to right. Follow a node to its page.",
        "Choose a statement, or press <kbd>f</kbd> on a node, to see only what it rests on and what rests on it; the",
        "choice stands in the address, so that it can be passed on.",
        "",
        "```{raw} html",
        '<form class="filter" id="graph-controls" hidden>',
        '<label>statement <select id="graph-focus"><option value="">all of them</option></select></label>',
        f"<fieldset><legend>show</legend>{options}</fieldset>",
        '<button type="reset">show all</button>',
        '<p class="filter-count" id="graph-said" role="status"></p>',
        "</form>",
        *graph.legend(),
        "```",
        "",
        "```{dependency-graph}",
        "```",
    ]


def family_page(title: str, records: Sequence[Record], setting: Sequence[str]) -> list[str]:
    """The setting that a family's statements share, and their matrix."""
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


def _cells(record: Record) -> str:
    evidence = record["evidence"]
    return " | ".join(badge(evidence[layer]["status"]) if layer in evidence else "" for layer in Layer)


def _matrix(records: Sequence[Record]) -> Iterator[str]:
    yield "| | Statement | Kind | " + " | ".join(LAYER_TITLES[layer] for layer in Layer) + " |"
    yield "| --- | --- | --- |" + " --- |" * len(Layer)
    for record in records:
        yield f"| {link(record)} | {escape(record['title'])} | {{kind}}`{record['kind']}` | {_cells(record)} |"


def _filter() -> Iterator[str]:
    """The form that the page's script brings to life; without scripts it stays hidden."""
    choices = {
        "family": [(prefix, title) for prefix, (_, title) in FAMILIES.items()],
        "kind": [(kind, kind) for kind in KINDS],
        "layer": [(str(layer), title) for layer, title in LAYER_TITLES.items()],
        "status": [*((str(status), str(status)) for status in Status), ("none", "not required")],
    }
    yield '<form class="filter" id="matrix-filter" role="search" aria-label="Filter the statements" hidden>'
    for name, values in choices.items():
        options = "".join(f'<option value="{value}">{said}</option>' for value, said in values)
        yield f'<label>{name} <select name="{name}"><option value="">any</option>{options}</select></label>'
    yield '<label>text <input type="search" name="text" autocomplete="off"></label>'
    yield '<button type="reset">show all</button>'
    yield '<p class="filter-count" role="status"></p>'
    yield "</form>"
