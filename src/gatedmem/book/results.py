"""The claims audit and the gallery, from what ``gatedmem reproduce`` left in ``docs/results``."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gatedmem.book.markup import CITATIONS, BookError, code, escape, folded
from gatedmem.proofs.cache import imported_sources, source_text
from gatedmem.reproduce.claims import FAILS, HOLDS, NOT_RUN, UNTESTED, audit
from gatedmem.reproduce.experiments import EXPERIMENTS
from gatedmem.reproduce.work import Unit

FIELDS = ("experiment", "quick", "date", "gatedmem", "environment", "units", "figures", "claims")
# The badge that carries a verdict's colour; the word beside it is the verdict's own.
LOOKS = {HOLDS: "verified", FAILS: "failed", UNTESTED: "unavailable", NOT_RUN: "missing"}


@dataclass(frozen=True)
class Picture:
    """The function that draws one figure: where it stands, what it says of itself, its text."""

    module: str
    function: str
    caption: str
    source: str


def manifests(folder: Path) -> dict[str, dict[str, Any]]:
    """The manifests in a folder by experiment; none where the folder is absent.

    Raises:
        BookError: a file is no manifest, or one of its figures is not there.
    """
    found = {}
    for file in sorted(folder.glob("*.json")):
        try:
            manifest = json.loads(file.read_text(encoding="utf-8"))
            lost = [field for field in FIELDS if field not in manifest]
        except (OSError, ValueError, TypeError, RecursionError):
            raise BookError(f"{file.name}: is not a manifest of `gatedmem reproduce`") from None
        if not lost and not _well_formed(manifest):
            raise BookError(f"{file.name}: experiment, figures or units: not as `gatedmem reproduce` writes them")
        if lost or manifest["experiment"] not in EXPERIMENTS:
            raise BookError(f"{file.name}: {lost[0] if lost else 'experiment'}: missing or unknown")
        absent = [stem for stem in manifest["figures"] if not (folder / f"{stem}.svg").is_file()]
        if absent:
            raise BookError(f"{file.name}: figures: {absent[0]}.svg is not beside it")
        found[manifest["experiment"]] = manifest
    return found


def _well_formed(manifest: Mapping[str, Any]) -> bool:
    """Whether names, figures and units are of the kinds that this module relies on."""
    texts = [manifest[field] for field in ("experiment", "date", "gatedmem", "environment")]
    lists = manifest["figures"], manifest["units"]
    if not all(isinstance(entry, list) for entry in lists):
        return False
    for unit in manifest["units"]:
        if not isinstance(unit, dict) or not isinstance(unit.get("arguments"), dict):
            return False
        texts += [unit.get(field) for field in ("name", "function", "key")]
    return all(isinstance(entry, str) for entry in [*texts, *manifest["figures"]])


def is_stale(manifest: Mapping[str, Any]) -> bool:
    """Whether any unit would be named differently now: its sources or the library versions have changed."""
    return any(
        Unit(unit["name"], unit["function"], unit["arguments"]).key() != unit["key"] for unit in manifest["units"]
    )


def claims_page(folder: Path, statements: Container[str]) -> list[str]:
    """Every empirical claim of the two papers with the verdict on it; ids among ``statements`` turn into links."""
    known = manifests(folder)
    try:
        entries = audit(folder)
    except ValueError as error:
        raise BookError(str(error)) from None
    lines = ["# Claims audit", ""]
    lines += [
        "Every empirical claim of the two papers, and what we measured of it. A verdict is computed from the",
        "measured arrays by the experiment that tests the claim; [](gallery.md) shows the figures. A claim that no",
        "kept result speaks of is *not run*. `gatedmem claims` prints the same on a terminal.",
    ]
    for paper in dict.fromkeys(entry["paper"] for entry in entries):
        lines += ["", f"## arXiv {paper} {{cite:p}}`{CITATIONS[paper]}`", "", ":::{container} claims"]
        lines += ["| | Claim | Verdict | Explained by |", "| --- | --- | --- | --- |"]
        told = [entry for entry in entries if entry["paper"] == paper]
        for entry in told:
            quick = " (quick run)" if entry.get("quick") else ""
            reasons = ", ".join(name if name in statements else f"`{name}`" for name in entry["explained_by"])
            lines.append(
                f"| {entry['id']} | {escape(entry['claim'])} | {_verdict(entry['verdict'])}{quick} | {reasons} |"
            )
        lines += [":::", ""]
        for entry in told:
            if entry["figure"]:
                lines += [*folded(f"{entry['id']}: what was measured, and how", list(_measured(entry, known))), ""]
    return lines


def gallery_page(folder: Path) -> list[str]:
    """Every figure with its caption, its code, and when and with what it was made."""
    known = manifests(folder)
    lines = ["# Gallery", ""]
    lines += ["Every figure, with the code that draws it and the date and versions of the run that it was made from."]
    for name in EXPERIMENTS:
        about = _docstring(EXPERIMENTS[name])
        lines += ["", f"## {name}", "", *(escape(part) + "\n" for part in about.split("\n\n"))]
        lines += ["```{code-block} console", f"$ gatedmem reproduce {name}", "```", ""]
        if name not in known:
            lines += ["Not run: no result of it is kept with this book.", ""]
            continue
        manifest = known[name]
        for stem in manifest["figures"]:
            lines += [*_figure(name, stem, folder), ""]
        lines += [*_made(manifest), ""]
    return lines


def picture(experiment: str, part: str) -> Picture | None:
    """The function behind an entry of an experiment's ``draw``, found in its sources without running them.

    >>> picture("context-figure-2", "separation").function
    '_separation'
    """
    for module in sorted(imported_sources(EXPERIMENTS[experiment])):
        if not module.startswith("gatedmem.reproduce."):
            continue
        text = source_text(module)
        functions = {node.name: node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}
        drawn = _entry(functions.get("draw"), part)
        if drawn in functions:
            node = functions[drawn]
            return Picture(module, drawn, caption(node), ast.get_source_segment(text, node) or "")
    return None


def caption(node: ast.FunctionDef) -> str:
    """What a function says of the figure that it draws: its docstring without the sections of arguments and the like.

    >>> caption(ast.parse("def f(x): 'One line.\\\\n\\\\nMore.\\\\n\\\\nArgs:\\\\n    x: a number.'").body[0])
    'One line. More.'
    """
    said = re.split(r"^(?:Args|Returns|Raises):", ast.get_docstring(node) or "", maxsplit=1, flags=re.MULTILINE)[0]
    return " ".join(said.replace("``", "").split())


def _entry(draw: ast.FunctionDef | None, part: str) -> str:
    """The name of the function that ``draw`` calls for a part, or of ``draw`` itself; empty if it has no such part.

    A key that is put together, as in ``{f"sigma-{sigma:g}": … for sigma in …}``, stands for every part that fits it.
    """
    for node in ast.walk(draw) if draw else ():
        if isinstance(node, ast.Dict):
            entries = list(zip(node.keys, node.values, strict=True))
        elif isinstance(node, ast.DictComp):
            entries = [(node.key, node.value)]
        else:
            continue
        for key, value in entries:
            if re.fullmatch(_pattern(key), part):
                called = value.func if isinstance(value, ast.Call) else None
                return called.id if isinstance(called, ast.Name) else "draw"
    return ""


def _pattern(key: ast.expr | None) -> str:
    """A regular expression for the values of a key."""
    if isinstance(key, ast.Constant):
        return re.escape(str(key.value))
    if isinstance(key, ast.JoinedStr):
        return "".join(_pattern(value) for value in key.values)
    return ".+"


def _figure(name: str, stem: str, folder: Path) -> Iterator[str]:
    drawn = picture(name, stem.removeprefix(name).removeprefix("-"))
    said = drawn.caption if drawn else ""
    yield f"```{{figure}} ../{folder.name}/{stem}.svg"
    yield f":alt: {said or stem}"
    yield ":width: 100%"
    yield ""
    yield f"*{escape(stem)}.* {escape(said)}"
    yield "```"
    if drawn:
        yield ""
        title = f"The code that draws it: `{drawn.module}:{drawn.function}`"
        yield from folded(title, code(drawn.source, "python"), printed=False)


def _made(manifest: Mapping[str, Any]) -> Iterator[str]:
    small = " A *quick* run: smaller than the paper's." if manifest["quick"] else ""
    yield ":::{container} provenance"
    versions = escape(manifest["environment"])
    yield f"Measured on {manifest['date']} with gatedmem {manifest['gatedmem']}; {versions}.{small}"
    if is_stale(manifest):
        yield "Measured with earlier sources or other library versions than those that this book was built from."
    yield ":::"


def _measured(entry: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for title, field in (("Measured", "figure"), ("Uncertainty", "uncertainty"), ("Run", "run")):
        if entry[field]:
            yield f"*{title}.* {escape(entry[field])}"
            yield ""
    yield from _made(known[entry["experiment"]])


def _verdict(verdict: str) -> str:
    return f"{{verdict}}`{verdict}`"


def _docstring(module: str) -> str:
    return ast.get_docstring(ast.parse(source_text(module))) or ""


def look(verdict: str) -> str:
    """The status whose colour and sign a verdict borrows; ``holds when …`` is neither yes nor no.

    >>> look("does not hold"), look("holds when T < 1")
    ('failed', 'undecided')
    """
    return LOOKS.get(verdict, "undecided")
