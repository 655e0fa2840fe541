"""The sections of a statement's page that show one layer's evidence, and what each layer can miss."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from html import escape as escape_html
from itertools import groupby

from gatedmem.book.markup import (
    LAYER_TITLES,
    Record,
    badge,
    code,
    escape,
    folded,
    without_headings,
    without_proofs,
)
from gatedmem.proofs.evidence import Layer, Status

# The figure of a search: decades shown below the bound, and pixels.
DECADES = 16
FIGURE_WIDTH, BAR_HEIGHT = 480, 14


def stands(evidence: Record) -> Iterator[str]:
    """The status of a layer with its one line of detail."""
    seconds = f" ({evidence['seconds']:.1f} s)" if evidence["seconds"] >= 0.05 else ""
    yield f"{badge(evidence['status'])} {escape(evidence['detail'])}{seconds}"


def derivation(record: Record) -> Iterator[str]:
    """Every step, folded."""
    data = record["evidence"][Layer.DERIVATION].get("data", {})
    if data.get("markdown"):
        yield from folded("The derivation, step by step", without_headings(data["markdown"]), printed=False)


def formal_text(record: Record) -> str:
    """The formal statements without their proofs; empty where there is no formal text."""
    text = record["evidence"].get(Layer.FORMAL, {}).get("data", {}).get("rocq", "")
    return without_proofs(text) if text else ""


def formal(record: Record) -> Iterator[str]:
    """Axioms, the prover's own print, the whole file, and the goals after every step."""
    data = record["evidence"][Layer.FORMAL].get("data", {})
    if not data.get("rocq"):
        return
    if data["theorems"]:
        if data["axioms"]:
            yield "All of its theorems together rest on these axioms, read from the prover:"
            yield ""
            yield from (f"- `{axiom}`" for axiom in data["axioms"])
        else:
            yield "The prover reports no axiom below its theorems."
        yield ""
        printed = "\n\n".join(theorem["statement"].strip() for theorem in data["theorems"])
        yield from folded("What the prover understood, with every parenthesis", code(printed, "coq"), printed=False)
        yield ""
    yield from folded(f"The whole file, for Rocq {data['version']}", code(data["rocq"], "coq"), printed=False)
    if data.get("goals"):
        yield ""
        yield from folded("The proof step by step, with the goals after each", _goals(data["goals"]), printed=False)


def certificate(record: Record) -> Iterator[str]:
    """The instances with their numbers, as a table and as a file."""
    instances = record["evidence"][Layer.CERTIFICATE].get("data", {}).get("instances", [])
    if not instances:
        return
    table = ["| Instance | Verdict | Reason, and the numbers behind it |", "| --- | --- | --- |"]
    for instance in instances:
        said = [escape(instance["reason"])]
        said += [f"*{escape(name)}:* {escape(value)}" for name, value in instance["numbers"].items()]
        table.append(f"| {escape(instance['instance'])} | {escape(instance['verdict'])} | {'<br>'.join(said)} |")
    table = [":::{container} instances", *table, ":::"]
    noun = "instance" if len(instances) == 1 else "instances"
    yield from folded(f"{len(instances)} {noun}, with their numbers", table, printed=False)
    yield ""
    yield f"{{download}}`The same as a file (JSON) <{certificate_file(record)}>`"


def certificate_file(record: Record) -> str:
    """Where the numbers of a certificate lie, beside the pages."""
    return f"data/{record['id']}-certificate.json"


def simulation(record: Record) -> Iterator[str]:
    """What was tried, and how close it came, in words and as a figure."""
    data = record["evidence"][Layer.SIMULATION].get("data", {})
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
    figure = list(closeness(data))
    if figure:
        yield ""
        yield "```{raw} html"
        yield from figure
        yield "```"


def closeness(data: Record) -> Iterator[str]:
    """How close a search came, as an SVG on a logarithmic scale; nothing where it kept no number.

    The bar of a margin grows as the search nears the bound; that of a residual is to be read against the mark of what
    floating point allows.
    """
    bars: list[tuple[str, float, float | None]] = []
    if data.get("margin") is not None:
        bars.append(("margin", data["margin"], None))
    if data.get("residual") is not None:
        bars.append(("residual", data["residual"], data.get("tolerance")))
    for name, value, allowed in bars:
        if not math.isfinite(value):
            continue
        said = {
            "margin": f"The search came within {value:.2g} of the bound, relative to its size"
            + (": the bound is attained." if value == 0 else "."),
            "residual": f"The largest relative error of the identity was {value:.1e}"
            + (f"; {allowed:.1e} is allowed." if allowed is not None else "."),
        }[name]
        yield f'<figure class="closeness {name}">'
        yield f'<svg viewBox="0 0 {FIGURE_WIDTH} 44" role="img" aria-label="{escape_html(said)}">'
        yield f'<rect class="track" x="0" y="4" width="{FIGURE_WIDTH}" height="{BAR_HEIGHT}"/>'
        # A margin runs from 1 on the left to 1e-16 on the right: longer is closer. A residual runs the other way.
        share = 1 - _decade(value) if name == "margin" else _decade(value)
        yield f'<rect class="bar" x="0" y="4" width="{FIGURE_WIDTH * share:.1f}" height="{BAR_HEIGHT}"/>'
        if allowed:
            x = FIGURE_WIDTH * _decade(allowed)
            yield f'<path class="allowed" d="M{x:.1f} 0V22"/>'
        for tick in range(0, DECADES + 1, 4):
            exponent = -tick if name == "margin" else tick - DECADES
            x = FIGURE_WIDTH * tick / DECADES
            anchor = "start" if tick == 0 else "end" if tick == DECADES else "middle"
            label = "1" if exponent == 0 else f"1e{exponent}"
            yield f'<text x="{x:.1f}" y="38" text-anchor="{anchor}">{label}</text>'
        yield "</svg>"
        yield f"<figcaption>{escape_html(said)}</figcaption></figure>"


def misses(record: Record) -> Iterator[str]:
    """For each layer of a statement one line: what its verdict leaves open."""
    evidence = record["evidence"]
    for layer in Layer:
        title = LAYER_TITLES[layer]
        if layer not in evidence:
            yield f"*{title}:* none; this layer is not required here."
        elif evidence[layer]["status"] != Status.VERIFIED:
            yield f"*{title}:* its status is {badge(evidence[layer]['status'])}, so it guarantees nothing."
        else:
            yield f"*{title}:* {_MISSES[layer](evidence[layer].get('data', {}))}"


def _misses_derivation(data: Record) -> str:
    quoted = ", ".join(escape(name) for name in data.get("cited", ()))
    return (
        "that the definitions it starts from are the paper's, that a solution exists, and that what quoted theorems "
        f"ask for is met ({f'quoted here: {quoted}' if quoted else 'none is quoted here'})."
    )


def _misses_formal(data: Record) -> str:
    count = len(data.get("axioms", ()))
    axioms = "no axiom" if count == 0 else "one axiom" if count == 1 else f"{count} axioms"
    return f"that the formal text says what the words say: compare the two columns above. It rests on {axioms}."


def _misses_certificate(data: Record) -> str:
    count = len(data.get("instances", ()))
    return f"anything about memories other than the {count} listed below; and the ball arithmetic is trusted."


def _misses_simulation(data: Record) -> str:
    trials = f"{data['trials']:,} instances" if data.get("trials") else "instances"
    return f"{trials} tried in floating point; what was not tried, and what is smaller than rounding, is not seen."


_MISSES = {
    Layer.DERIVATION: _misses_derivation,
    Layer.FORMAL: _misses_formal,
    Layer.CERTIFICATE: _misses_certificate,
    Layer.SIMULATION: _misses_simulation,
}


def _decade(value: float) -> float:
    """Where a value stands between 1e-16 (0) and 1 (1) on a logarithmic scale, cut off at both ends.

    >>> _decade(1e-8), _decade(0.0), _decade(7.0)
    (0.5, 0.0, 1.0)
    """
    if value <= 0:
        return 0.0
    return min(max(1 + math.log10(value) / DECADES, 0.0), 1.0)


def _goals(steps: Iterable[Record]) -> Iterator[str]:
    """Goal states as HTML: they are long, and no part of what the search should find."""
    yield "```````{raw} html"
    yield '<div class="goals">'
    for theorem, group in groupby(steps, key=lambda step: step["theorem"]):
        yield f"<p><code>{escape_html(theorem)}</code></p>"
        for step in group:
            sentence, left = _flat(step["sentence"]), _flat(step["goals"])
            if left:
                yield f"<details><summary><code>{sentence}</code></summary><pre>{left}</pre></details>"
            else:
                yield f"<p class='step'><code>{sentence}</code></p>"
    yield "</div>"
    yield "```````"


def _flat(text: str) -> str:
    return escape_html("\n".join(line.rstrip() for line in text.splitlines()))
