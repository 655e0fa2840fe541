"""The README's table of what is verified is the ledger's. ``python tests/hard_use/test_readme.py`` writes it anew."""

import re
from pathlib import Path

from gatedmem.proofs.evidence import Layer
from gatedmem.proofs.ledger import load

ROOT = Path(__file__).parents[2]
FAMILIES = {
    "SM": "the softmax and the simplex",
    "AG": "the astrocyte-gated memory",
    "CG": "the context-gated memory",
    "GW": "groundwork in analysis",
    "BL": "the memories both are compared with",
}
BLOCK = re.compile(r"(<!-- statements: begin -->\n).*?(<!-- statements: end -->)", re.DOTALL)


def table():
    """How many statements of each family there are, and how many carry each kind of evidence."""
    lines = ["| statements about | number | as printed | corrected | new | background | D | F | C | S |"]
    lines += ["| --- |" + " ---: |" * 9]
    everything = list(load().values())
    for family, words in [*FAMILIES.items(), (None, "all")]:
        own = [statement for statement in everything if family in (None, statement.model)]
        kinds = [
            sum(statement.kind == kind for statement in own) for kind in ("paper", "corrected", "new", "background")
        ]
        layers = [sum(layer in statement.evidence for statement in own) for layer in Layer]
        name = f"**{words}**" if family is None else f"{words} ({family})"
        lines.append(f"| {name} | " + " | ".join(map(str, [len(own), *kinds, *layers])) + " |")
    return "\n".join(lines) + "\n"


def test_the_table_is_that_of_the_ledger():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert BLOCK.search(text)
    assert BLOCK.sub(lambda found: found[1] + table() + found[2], text) == text


def test_every_statement_carries_what_it_must():
    for statement in load().values():
        assert set(statement.layers) <= set(statement.evidence), statement.id


def test_the_files_that_the_readme_names_are_there():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)]+)\)", text) if "://" not in link]
    assert links
    assert all((ROOT / link).exists() for link in links)


if __name__ == "__main__":
    readme = ROOT / "README.md"
    whole = readme.read_text(encoding="utf-8")
    readme.write_text(BLOCK.sub(lambda found: found[1] + table() + found[2], whole), encoding="utf-8")
