"""The book, built from records with made-up evidence: it is whole, needs no network, and refuses what is broken."""

from __future__ import annotations

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from gatedmem.book import pdf, results
from gatedmem.book.build import NEEDED, build
from gatedmem.book.links import dead_links
from gatedmem.theory.misprints import MISPRINTS

for _module in NEEDED:
    pytest.importorskip(_module, reason="the book's packages are an extra: gatedmem[docs]")

Records = list[dict[str, Any]]

# A book with nothing but the pages of a few statements: quick to build.
SMALL_INDEX = "# Small\n\n```{toctree}\n:glob:\n\n_generated/*\n```\n"


class Page(HTMLParser):
    """What a test needs of a page: ids, links, what it loads, and its text outside code and formulas."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.prose: list[str] = []
        self.open: list[str] = []
        self.statuses: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    VOID = frozenset(["br", "hr", "img", "input", "link", "meta", "wbr"])
    SILENT = frozenset({"script", "style", "code", "pre", "math", "svg", "title"})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        classes = (found.get("class") or "").split()
        self.statuses += [name for name in classes if name.startswith("status-") and name not in WORDS]
        if found.get("id"):
            self.ids.add(str(found["id"]))
        if tag == "a" and found.get("href"):
            self.links.append(str(found["href"]))
        self.loads += [str(found[name]) for name in ("src", "data") if found.get(name)]
        if tag == "link" and found.get("rel") == "stylesheet":
            self.loads.append(str(found["href"]))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while tag in self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self.SILENT.intersection(self.open):
            self.prose.append(data)


WORDS = ("status-sign", "status-word")


@pytest.fixture(scope="module")
def pages(book: Path) -> dict[Path, Page]:
    return {path.resolve(): Page(path) for path in book.rglob("*.html")}


def test_the_whole_book_builds_without_a_warning(pages: dict[Path, Page], records: Records) -> None:
    assert {record["id"] for record in records} <= {path.stem for path in pages}


def test_every_link_inside_the_book_leads_somewhere(book: Path) -> None:
    assert list(dead_links(book)) == []


@pytest.mark.parametrize("link", ["nowhere.html", "#nothing", "other.html#nothing", "picture.svg"])
def test_a_dead_link_is_seen(tmp_path: Path, link: str) -> None:
    (tmp_path / "other.html").write_text("<p id='here'>x</p>", encoding="utf-8")
    page = tmp_path / "page.html"
    page.write_text("<p id='up'><a href='other.html#here'>x</a><a href='#up'>x</a></p>", encoding="utf-8")
    assert list(dead_links(tmp_path)) == []
    with page.open("a", encoding="utf-8") as file:
        file.write(f"<img src='{link}'>" if link.endswith("svg") else f"<a href='{link}'>x</a>")
    assert list(dead_links(tmp_path)) == [f"page.html: {link}"]


@pytest.mark.usefixtures("no_experiments")
def test_a_dead_link_fails_the_build(
    source: Path, records: Records, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    few = small(source, records, ("SM1",))
    raw = "\n\n```{raw} html\n<a href='gone.html'>gone</a>\n```\n"
    with (source / "proofs" / "SM1.md").open("a", encoding="utf-8") as proof:
        proof.write(raw)
    assert build(few, tmp_path / "html", source) == 1
    assert "dead link in _generated/SM1.html: gone.html" in capfd.readouterr().err


def test_nothing_is_loaded_from_a_network(book: Path, pages: dict[Path, Page]) -> None:
    for path, page in pages.items():
        for loaded in page.loads:
            parts = urlsplit(loaded)
            assert not parts.scheme or parts.scheme == "data", f"{path.name}: {loaded}"
            if parts.path and not parts.scheme:
                assert (path.parent / parts.path).exists(), f"{path.name}: {loaded}"
    for style in book.rglob("*.css"):
        for url in re.findall(r"url\(([^)]*)\)", style.read_text(encoding="utf-8")):
            target = url.strip("\"' ")
            if not target.startswith("data:"):
                assert (style.parent / target.partition("#")[0].partition("?")[0]).exists(), f"{style.name}: {url}"


def test_every_formula_was_rendered(pages: dict[Path, Page]) -> None:
    for path, page in pages.items():
        left = [text for text in page.prose if "$$" in text or re.search(r"\$\S[^$]*\$|\\[a-z]{2,}", text)]
        assert not left, f"{path.name}: {left[:2]}"
    assert 'class="katex"' in next(path for path in pages if path.name == "AG8.html").read_text(encoding="utf-8")


def test_the_statuses_on_a_page_are_those_of_the_records(pages: dict[Path, Page], records: Records) -> None:
    overview = next(page for path, page in pages.items() if path.name == "overview.html")
    expected = [evidence["status"] for record in records for evidence in record["evidence"].values()]
    shown = [name.removeprefix("status-") for name in overview.statuses]
    assert sorted(shown[5:]) == sorted(expected)  # the first five head the table of counts


def test_the_page_of_errata_holds_every_misprint_with_a_foldable_derivation(book: Path) -> None:
    html = (book / "errata.html").read_text(encoding="utf-8")
    for misprint in MISPRINTS:
        assert f"{misprint.number}. {misprint.title}<" in html
    assert html.count("The derivation, step by step</summary>") == len(MISPRINTS)
    assert html.count(">Right<") == len(MISPRINTS)


@pytest.fixture
def no_experiments(monkeypatch: pytest.MonkeyPatch) -> None:
    """What experiments say of themselves names statements that a small book does not hold."""
    monkeypatch.setattr(results, "EXPERIMENTS", {})


def small(source: Path, records: Records, names: tuple[str, ...]) -> Records:
    """Cut the book down to a few statements."""
    for path in source.glob("*.md"):
        path.unlink()
    for folder in ("api", "chapters", "guides", "results"):  # they speak of statements that are cut
        shutil.rmtree(source / folder)
    (source / "index.md").write_text(SMALL_INDEX + "\n```{bibliography}\n:all:\n```\n", encoding="utf-8")
    (source / "trust.md").write_text("---\norphan: true\n---\n# Trust\n", encoding="utf-8")
    return [{**record, "uses": []} for record in records if record["id"] in names]


@pytest.mark.usefixtures("no_experiments")
def test_a_small_book_builds(source: Path, records: Records, tmp_path: Path) -> None:
    assert build(small(source, records, ("SM1", "SM3")), tmp_path / "html", source) == 0


# Each of these is a warning, and one warning is enough to fail the build.
BROKEN = {
    r"A broken $\frac{1}{$ formula.": "Unexpected end of input in a macro argument",
    "$$\n\\undefinedcommand{x}\n$$": "Undefined control sequence: \\undefinedcommand",
    "It rests on AG32.": "undefined label: 'statement-ag32'",
    "{status}`fine`": "unknown status 'fine'",
    "{cite:p}`nobody2026`": 'could not find bibtex key "nobody2026"',
}


def test_what_is_broken_in_a_proof_or_in_the_ledger_fails_the_build(
    source: Path, records: Records, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    few = small(source, records, ("SM1", "SM3"))
    few[1]["hypotheses"] = [r"$\left( x$"]
    with (source / "proofs" / "SM1.md").open("a", encoding="utf-8") as proof:
        proof.write("\n\n" + "\n\n".join(BROKEN) + "\n")
    assert build(few, tmp_path / "html", source) != 0
    complaints = capfd.readouterr().err
    for complaint in (*BROKEN.values(), r"Expected '\right', got 'EOF' at end of input"):
        assert complaint in complaints


def test_one_broken_formula_is_enough(source: Path, records: Records, tmp_path: Path) -> None:
    few = small(source, records, ("SM1",))
    few[0]["conclusion"] = r"$\frac{1}{$"
    assert build(few, tmp_path / "html", source) != 0


@pytest.mark.usefixtures("no_experiments")
def test_the_book_is_printed_from_the_same_sources(source: Path, records: Records, tmp_path: Path) -> None:
    try:
        pdf.browser()
    except pdf.BrowserMissing as error:
        pytest.skip(str(error))
    few = small(source, records, ("SM1", "SM3"))
    few[1]["uses"] = ["SM1"]
    # A page outside every list of contents is no part of a book of one page, and links to it would be dead.
    (source / "trust.md").write_text("# Trust\n", encoding="utf-8")
    index = source / "index.md"
    index.write_text(
        index.read_text(encoding="utf-8").replace("_generated/*", "_generated/*\ntrust"), encoding="utf-8"
    )
    html, printed = tmp_path / "html", tmp_path / "book.pdf"
    assert build(few, html, source) == 0
    assert pdf.print_book(html, source, printed) == 0
    assert printed.read_bytes().startswith(b"%PDF-")
    assert printed.stat().st_size > 100_000
