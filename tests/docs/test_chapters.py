"""The chapters: every displayed formula leads to a statement and to code; a book in which one does not is refused."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from gatedmem.proofs.ledger import load

for _module in ("sphinx", "myst_parser"):
    pytest.importorskip(_module, reason="the book's packages are an extra: gatedmem[docs]")

DOCS = Path(__file__).parents[2] / "docs"
CHAPTERS = sorted((DOCS / "chapters").glob("*.md"))
FORMULA = re.compile(r"^```\{formula\} ([^\n]*)\n:code: ([^\n]*)\n\n(.*?)\n```$", re.MULTILINE | re.DOTALL)
SUBJECTS = {
    "model", "energy", "equilibria", "limits", "retrieval",
    "context", "separation", "criticality", "self-consistency", "transformers",
}  # fmt: skip


def test_the_chapters_are_there_in_the_list_of_contents() -> None:
    assert {path.stem for path in CHAPTERS} == SUBJECTS | {"index"}
    contents = (DOCS / "chapters" / "index.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^([a-z-]+)$", contents, re.MULTILINE)) == SUBJECTS


@pytest.mark.parametrize("path", [path for path in CHAPTERS if path.stem != "index"], ids=lambda path: path.stem)
def test_formulas_name_statements_that_exist_and_code(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    formulas = FORMULA.findall(text)
    assert len(formulas) == text.count("{formula}") >= 3
    for statements, code, tex in formulas:
        assert set(statements.split()) <= set(load())
        assert code.split()
        assert tex.strip()


def test_the_chapters_reach_every_statement_of_the_papers_models() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in CHAPTERS)
    assert {name for name in load() if name.startswith(("AG", "CG"))} <= set(re.findall(r"\b[AC]G\d+", text))


@pytest.fixture(scope="module")
def formulas() -> ModuleType:
    spec = importlib.util.spec_from_file_location("formulas", DOCS / "_ext" / "formulas.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CONF = """
import sys
sys.path.insert(0, {extensions!r})
extensions = ["myst_parser", "formulas"]
nitpicky = True
"""
STATEMENT = """# Statement

(statement-ag8)=
## AG8

```{eval-rst}
.. py:function:: gatedmem.numerics.astrocyte.energy()
```
"""
GOOD = "```{formula} AG8\n:code: numerics.astrocyte.energy\n\na = b\n```\n"
# What is wrong with a formula in a chapter, and what the build has to say.
BROKEN = {
    "$$\nc = d\n$$\n": "a displayed formula without a statement, use {formula}: c = d",
    "\\begin{align*} e &= f \\end{align*}\n": "a displayed formula without a statement",
    GOOD.replace("AG8", "AG99"): "undefined label: 'statement-ag99'",
    GOOD.replace("energy", "enrgy"): "nothing in the package has the name numerics.astrocyte.enrgy",
    GOOD.replace("energy", "slope"): "py:obj reference target not found: gatedmem.numerics.astrocyte.slope",
    GOOD.replace(":code: numerics.astrocyte.energy\n", ""): "a formula names the code that carries it",
}


def build(folder: Path, chapter: str, elsewhere: str = "") -> subprocess.CompletedProcess[str]:
    (folder / "chapters").mkdir()
    extension = str(DOCS / "_ext")
    (folder / "conf.py").write_text(
        CONF.format(extensions=extension) + 'myst_enable_extensions = ["amsmath", "dollarmath"]\n', encoding="utf-8"
    )
    (folder / "index.md").write_text(
        f"# Index\n\n```{{toctree}}\nstatement\nchapters/one\n```\n{elsewhere}", encoding="utf-8"
    )
    (folder / "statement.md").write_text(STATEMENT, encoding="utf-8")
    (folder / "chapters" / "one.md").write_text(f"# One\n\n{chapter}", encoding="utf-8")
    options = ["-q", "-W", "--keep-going", "-b", "dummy"]
    command = [sys.executable, "-m", "sphinx", *options, str(folder), str(folder / "out")]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_formula_with_its_statement_and_code_is_accepted_and_other_pages_are_free(tmp_path: Path) -> None:
    done = build(tmp_path, GOOD, elsewhere="\n$$\ng = h\n$$\n")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_formula_without_a_living_link_fails_the_build(tmp_path: Path) -> None:
    done = build(tmp_path, "\n".join(BROKEN))
    assert done.returncode != 0
    for complaint in BROKEN.values():
        assert complaint in done.stderr


def test_on_paper_names_of_the_code_lead_nowhere(formulas: ModuleType) -> None:
    from docutils import nodes
    from docutils.utils import new_document

    document = new_document("page")
    for address in ("#document-_generated/api/gatedmem.x#y", "#document-_generated/AG8"):
        document += nodes.paragraph("", "", nodes.reference("", "", nodes.literal(text="x"), refuri=address))
    for builder, left in (("html", 2), ("singlehtml", 1)):
        app = SimpleNamespace(builder=SimpleNamespace(name=builder))
        formulas._names_on_paper(app, document, "page")
        assert len(list(document.findall(nodes.reference))) == left
        assert document.astext() == "x\n\nx"


class Formulas(HTMLParser):
    """The addresses under each displayed formula of a page, and how many formulas stand outside."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.addresses: list[list[str]] = []
        self.outside = 0
        self._depth = 0
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        classes = (found.get("class") or "").split()
        if tag == "div":
            if self._depth or "formula" in classes:
                self._depth += 1
                if "formula" in classes:
                    self.addresses.append([])
            elif "math" in classes:
                self.outside += 1
        if tag == "a" and self._depth:
            self.addresses[-1].append(str(found["href"]))

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag == "div" and self._depth > 0


def test_on_the_pages_each_formula_has_both_kinds_of_links(book: Path) -> None:
    total = 0
    for path in (book / "chapters").glob("*.html"):
        page = Formulas(path)
        assert page.outside == 0, path.name
        for addresses in page.addresses:
            assert any(re.search(r"_generated/[A-Z]+\d+\.html", address) for address in addresses), path.name
            assert any("_generated/api/" in address for address in addresses), path.name
        total += len(page.addresses)
    assert total > 50
