"""The report of the drill for its page: which wrong variants were put before which layer, and what became of them."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from gatedmem.book.markup import LAYER_TITLES, escape, folded, kept_record
from gatedmem.proofs.evidence import Layer

FIELDS = ("date", "environment", "counts", "trials", "not_posed")
# What a cell says, for each outcome.
SAID = {
    "refuted": "refuted",
    "failed": "rejected",
    "undecided": "undecided",
    "unproved": "not proved",
    "accepted": "**accepted**",
    "broke": "**broken**",
}


def drill_report(file: Path, statements: Container[str]) -> list[str]:
    """The report of ``gatedmem drill --out`` for the page ``drill.md``; ids among ``statements`` turn into links.

    Raises:
        BookError: the file is no such report.
    """
    record = kept_record(file, FIELDS, "report of `gatedmem drill --out`")
    lines = [f"Run on {record['date']} with {escape(record['environment'])}.", "", *_totals(record["counts"]), ""]
    lines += [*_survivors(record["trials"]), "", "## Statement by statement", ""]
    wrong = [trial for trial in record["trials"] if trial["variant"]]
    for name in dict.fromkeys(trial["id"] for trial in wrong):
        mine = [trial for trial in wrong if trial["id"] == name]
        kept = [cell for cell in record["not_posed"] if cell["id"] == name]
        title = f"{name}: {len({trial['variant'] for trial in mine})} wrong variants"
        table = list(_statement(mine, kept))
        lines += folded(title, ([f"See {name}.", ""] if name in statements else []) + table)
        lines.append("")
    return lines


def _totals(counts: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    yield "| Layer | Wrong variants | Caught | by an argument | for want of evidence | Accepted | Controls passed |"
    yield "| --- | --: | --: | --: | --: | --: | --: |"
    for layer in Layer:
        row = counts[str(layer)]
        argued, wanting = row["refuted"] + row["failed"], row["undecided"] + row["unproved"]
        controls = row["control"] if layer is not Layer.FORMAL else "compiled first"
        yield (
            f"| {LAYER_TITLES[layer]} | {row['wrong']} | {row['caught']} | {argued} | {wanting} | {row['accepted']} "
            f"| {controls} |"
        )


def _survivors(trials: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield "## Variants that got through"
    yield ""
    found = [trial for trial in trials if trial["outcome"] in ("accepted", "broke")]
    if not found:
        yield "None."
    for trial in found:
        reason = trial["explained"] or "nothing explains why"
        title = LAYER_TITLES[Layer(trial["layer"])]
        yield f"- {trial['id']}, {title}: {escape(trial['words'])}. Why: {escape(reason)}"


def _statement(trials: Sequence[Mapping[str, Any]], kept: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    layers = [layer for layer in Layer if any(row["layer"] == layer for row in [*trials, *kept])]
    yield "| Wrong variant | Kind | " + " | ".join(LAYER_TITLES[layer] for layer in layers) + " |"
    yield "| --- | --- | " + " | ".join("---" for _ in layers) + " |"
    for variant in dict.fromkeys(trial["variant"] for trial in trials):
        mine = {trial["layer"]: trial for trial in trials if trial["variant"] == variant}
        cells = [SAID[mine[layer]["outcome"]] if layer in mine else "not asked" for layer in layers]
        first = next(iter(mine.values()))
        yield f"| {escape(first['words'])} | {first['kind']} | " + " | ".join(cells) + " |"
    if kept:
        yield ""
        for cell in kept:
            title = LAYER_TITLES[Layer(cell["layer"])]
            yield f"- Not asked of {title}, “{escape(cell['words'])}”: {escape(cell['reason'])}"
