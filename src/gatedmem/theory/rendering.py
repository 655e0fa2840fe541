"""A derivation as a page, MyST markdown or a LaTeX fragment, from the checked steps alone; and as plain data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from gatedmem.theory.printing import latex
from gatedmem.theory.steps.conclusions import conclusion_latex
from gatedmem.theory.steps.ground import Ground
from gatedmem.theory.steps.record import Step

__all__ = ["USUAL", "markdown", "plain_data", "tex"]

USUAL = "symbolic, for all sizes"

_RELATION = {
    "=": "=",
    "≤": r"\le",
    "≥": r"\ge",
    "<": "<",
    ">": ">",
    "⟺": r"\Longleftrightarrow",
    "⟹": r"\Longrightarrow",
}


def _blocks(steps: Sequence[Step]) -> Iterator[list[Step]]:
    """Runs of steps that are shown together: a chain with its links, or a single step.

    What was said in the middle of a chain is shown before it.
    """
    chain: list[Step] = []
    asides: list[Step] = []
    for step in steps:
        if step.kind in ("link", "relation"):
            for aside in asides:
                yield [aside]
            asides = []
            chain.append(step)
        elif step.kind in ("start", "conclusion"):
            yield from _flushed(chain, asides)
            chain, asides = ([step], []) if step.kind == "start" else ([], [])
            if step.kind == "conclusion":
                yield [step]
        else:
            asides.append(step)
    yield from _flushed(chain, asides)


def _flushed(chain: list[Step], asides: list[Step]) -> Iterator[list[Step]]:
    if chain:
        yield chain
    for aside in asides:
        yield [aside]


def _rows(block: Sequence[Step], first_number: int) -> str:
    rows = [f"& {block[0].tex}"]
    for number, step in enumerate(block[1:], first_number):
        rows.append(rf"& {_RELATION[step.op]} {step.tex} \qquad ({number})")
    body = " \\\\\n".join(rows)
    return f"\\begin{{align*}}\n{body}\n\\end{{align*}}"


def _reasons(block: Sequence[Step], first_number: int, emphasis: Callable[[str], str]) -> Iterator[str]:
    for number, (before, step) in enumerate(pairwise(block), first_number):
        known = step.slack == before.tex  # the chain shows the slack already
        slack = "" if known or not step.slack else f"; the difference is ${step.slack}$"
        yield f"({number}) {_capital(step.rule)}{slack}.{_method(step, emphasis)}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _method(step: Step, emphasis: Callable[[str], str]) -> str:
    """How the step was checked, where it is not the usual way."""
    if step.method in ("", USUAL):
        return ""
    return " " + emphasis(_capital(step.method) + ".")


def _sentence(step: Step, strong: Callable[[str], str], emphasis: Callable[[str], str]) -> str:
    names = {"define": "Definition.", "assume": "Hypothesis.", "claim": "Claim.", "fact": "Known."}
    source = f" ({step.source})" if step.source else ""
    rule = f" — {step.rule}" if step.rule else ""
    slack = f"; the difference is ${step.slack}$" if step.slack else ""
    return f"{strong(names[step.kind])} ${step.tex}${rule}{slack}{source}.{_method(step, emphasis)}"


def _pages(
    derivation: Ground,
    strong: Callable[[str], str],
    emphasis: Callable[[str], str],
    display: Callable[[str], str],
) -> Iterator[str]:
    yield f"Each step is checked by machine, {USUAL}, unless it says otherwise."
    number = 1
    for block in _blocks(derivation.steps):
        head = block[0]
        if head.kind == "text":
            yield head.tex
        elif head.kind == "conclusion":
            text = f" ({head.rule})" if head.rule else ""
            yield f"{strong('Hence' + text)}\n\n{display(head.tex)}"
        elif head.kind == "discharge":
            if head.source:
                yield emphasis("This part used:") + f" {head.source}."
        elif head.kind != "start":
            yield _sentence(head, strong, emphasis)
        elif len(block) == 1:
            yield f"{head.rule}\n\n{display(head.tex)}"
        else:
            intro = f"{head.rule[:1].upper()}{head.rule[1:]}:\n\n" if head.rule else ""
            reasons = "\n\n".join(_reasons(block, number, emphasis))
            yield f"{intro}{display(_rows(block, number))}\n\n{reasons}"
            number += len(block) - 1


def markdown(derivation: Ground) -> str:
    """The derivation as MyST markdown; display maths stands on its own lines between ``$$``."""
    pages = _pages(
        derivation,
        lambda text: f"**{text}**",
        lambda text: f"*{text}*",
        lambda formula: f"$$\n{formula}\n$$",
    )
    return f"## {derivation.id}: {derivation.title}\n\n" + "\n\n".join(pages) + "\n"


def tex(derivation: Ground) -> str:
    """The derivation as a LaTeX fragment (needs amsmath)."""

    def display(formula: str) -> str:
        return formula if formula.startswith(r"\begin{align*}") else f"\\[\n{formula}\n\\]"

    pages = _pages(derivation, lambda text: rf"\textbf{{{text}}}", lambda text: rf"\emph{{{text}}}", display)
    return f"\\section*{{{derivation.id}: {derivation.title}}}\n\n" + "\n\n".join(pages) + "\n"


def plain_data(derivation: Ground) -> dict[str, Any]:
    """Everything a page or a program needs, as plain data."""
    definitions = (*derivation.definitions, *derivation.opaque)
    return {
        "id": derivation.id,
        "title": derivation.title,
        "definitions": [{"tex": latex(r), "expression": str(r)} for r in definitions],
        "assumptions": [{"tex": latex(r), "expression": str(r)} for r in derivation.hypotheses],
        "lemmas": list(derivation.lemmas),
        "cited": list(derivation.cited),
        "numerical_checks": len(derivation.numerical_checks),
        "steps": [{k: v for k, v in vars(step).items() if v or k in ("kind", "tex")} for step in derivation.steps],
        "conclusions": [{"tex": conclusion_latex(c), "expression": str(c)} for c in derivation.conclusions],
    }
