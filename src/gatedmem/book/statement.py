"""The page of one statement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gatedmem.book import layers
from gatedmem.book.drops import KEPT, Words
from gatedmem.book.markup import (
    KIND_WORDS,
    LAYER_TITLES,
    Record,
    badge,
    cited,
    code,
    escape,
    folded,
    indented,
    label,
    link,
    provenance,
    summary,
)
from gatedmem.proofs.evidence import Layer

SECTIONS = {
    Layer.DERIVATION: layers.derivation,
    Layer.FORMAL: layers.formal,
    Layer.CERTIFICATE: layers.certificate,
    Layer.SIMULATION: layers.simulation,
}


def statement_page(
    record: Record, by_id: Mapping[str, Record], setting: Sequence[str], has_proof: bool, words: Words
) -> list[str]:
    """Everything there is about one statement.

    Args:
        record: the ledger's words and the evidence.
        by_id: all records.
        setting: lines that include what the statements of its family share.
        has_proof: whether a proof in prose has been written.
        words: what was written about its hypotheses and limits.
    """
    evidence = record["evidence"]
    lines = [
        "---",
        "hide-toc: true",
        "---",
        "",
        f"({label(record)})=",
        f"# {record['id']}. {escape(record['title'])}",
        "",
    ]
    lines += [f"{{kind}}`{record['kind']}` {KIND_WORDS[record['kind']]}. Source: {cited(record['source'])}.", ""]
    lines += [*_two_columns(record, words), ""]
    if setting:
        lines += [*folded("Setting and notation", setting, printed=False), ""]
    if record["note"]:
        lines += [":::{admonition} Remark", ":class: note", record["note"], ":::", ""]
    lines += ["## Evidence at a glance", "", *_glance(record), ""]
    lines += [*_limits(record, words), ""]
    lines += ["## Proof", "", *_prose(record, has_proof), ""]
    for layer, section in SECTIONS.items():
        if layer in evidence:
            lines += [f"## {LAYER_TITLES[layer]}", "", *layers.stands(evidence[layer]), ""]
            lines += [*section(record), ""]
    lines += ["## What it rests on, and what rests on it", "", *_neighbours(record, by_id), ""]
    lines += ["## Run it again", "", "```{code-block} console", f"$ gatedmem verify {record['id']} --fresh"]
    if Layer.DERIVATION in evidence:
        lines += [f"$ gatedmem derive {record['id']}"]
    return [*lines, "```", "", *provenance([record])]


def _two_columns(record: Record, words: Words) -> Iterator[str]:
    """The words beside the formal text; the words alone where there is no formal text."""
    formal = layers.formal_text(record)
    if formal:
        yield ":::::::::{container} sides"
    yield f"::::{{statement}} {record['id']}"
    yield ""
    yield "**Hypotheses**"
    yield ""
    for number, hypothesis in enumerate(record["hypotheses"], 1):
        yield f"{number}. {indented(hypothesis, 3)}"
        for says, test in words.drops.get(number, ()):
            yield ""
            yield "   :::{container} dropped"
            yield f"   *Without it.* {indented(says, 3)}{_shown(test)}"
            yield "   :::"
            yield ""
        for kind, says, test in words.kept.get(number, ()):
            yield ""
            yield "   :::{container} dropped kept"
            yield f"   *{KEPT[kind]}* {indented(says, 3)}{_shown(test)}"
            yield "   :::"
            yield ""
    yield ""
    yield "**Conclusion**"
    yield ""
    yield record["conclusion"].strip()
    yield "::::"
    if formal:
        yield ""
        yield "::::{container} formal"
        yield "**Formal text** (Rocq), without proofs. An `Example` shows that the hypotheses can hold together."
        yield ""
        yield from code(formal, "coq")
        yield "::::"
        yield ":::::::::"


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
            yield (f"| {LAYER_TITLES[layer]}{extra} | {badge(found['status'])} | {escape(found['detail'])} |")


def _limits(record: Record, words: Words) -> Iterator[str]:
    yield ":::{admonition} What this does not guarantee"
    yield ":class: limits"
    yield ""
    yield from (f"- {indented(says, 2)}{_shown(test)}" for says, test in words.limits)
    yield from (f"- {line}" for line in layers.misses(record))
    yield ""
    yield "How each layer works is told in [](../trust.md)."
    yield ":::"


def _shown(test: str) -> str:
    """Where the instance behind a sentence is tested."""
    path, _, function = test.partition("::")
    return f" Shown by `{function}` in `{path}`." if test else ""


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


def _neighbours(record: Record, by_id: Mapping[str, Record]) -> Iterator[str]:
    users = [other for other in by_id.values() if record["id"] in other["uses"]]
    for title, others in (("Rests on", [by_id[name] for name in record["uses"]]), ("Used by", users)):
        yield f"**{title}**"
        yield ""
        yield from (f"- {link(other)} {escape(other['title'])} {badge(summary(other))}" for other in others)
        if not others:
            yield "nothing else in the ledger"
        yield ""
    yield f"{{focus}}`{record['id']}`"
