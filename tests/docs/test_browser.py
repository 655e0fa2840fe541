"""The book in a browser: no errors, formulas drawn, the filter, the graph and the interactive page at work."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gatedmem.numerics.instances import AstrocyteInstance
from gatedmem.numerics.integrate import astrocyte_solution
from gatedmem.proofs.ledger import load, used_by

# Text that shows, without code and without the TeX that MathML carries for those who do not see.
VISIBLE = """(() => {
  const copy = document.querySelector(".content, main, body").cloneNode(true);
  for (const part of copy.querySelectorAll("code, pre, script, style, annotation, .katex-mathml")) part.remove();
  return copy.textContent;
})()"""
TEX = r"\$\S[^$\n]*\$|\$\$|\\(?:frac|sum|mathbb|lambda|le|operatorname)\b"
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
# What is wrong with a page, as a list of texts: wider than the screen, pictures and drawings without a text for those
# who do not see, controls and links without a name, headings out of order.
WRONG = """(() => {
  const wrong = [];
  const extra = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (extra > 0) wrong.push(`${extra} pixels too wide`);
  for (const image of document.querySelectorAll("img, svg[role=img], [role=img]")) {
    const said = image.tagName === "IMG" ? image.getAttribute("alt") : image.getAttribute("aria-label");
    if (!said || !said.trim()) wrong.push(`no text: ${image.outerHTML.slice(0, 80)}`);
  }
  const name = (node) => [
    node.getAttribute("aria-label"), ...[...(node.labels || [])].map((label) => label.textContent), node.textContent,
    node.title, node.placeholder, ...[...node.querySelectorAll("img")].map((image) => image.alt),
  ].join("").trim();
  const controls = "button, input:not([type=hidden]), select, textarea, summary, a[href]";
  for (const node of document.querySelectorAll(controls)) {
    if (!name(node)) wrong.push(`no name: ${node.outerHTML.slice(0, 80)}`);
  }
  let level = 0;
  for (const heading of document.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
    const next = Number(heading.tagName[1]);
    if (next > level + 1) wrong.push(`h${next} after h${level}: ${heading.textContent}`);
    level = next;
  }
  return wrong;
})()"""
# Roles of which a screen reader tells nothing but the name.
NAMED = {
    "button", "link", "textbox", "searchbox", "combobox", "radio", "checkbox", "slider", "image",
    "DisclosureTriangle",
}  # fmt: skip


def reached(start: str, next_: dict[str, list[str]]) -> set[str]:
    """What can be reached, without the start."""
    found: set[str] = set()
    todo = [start]
    while todo:
        new = set(next_[todo.pop()]) - found
        found |= new
        todo += new
    return found


@pytest.fixture
def phone(browser: Any) -> Iterator[Any]:
    """The browser with the screen of a phone."""
    browser.ask("Emulation.setDeviceMetricsOverride", **PHONE)
    yield browser
    browser.ask("Emulation.clearDeviceMetricsOverride")


def test_every_page_is_in_order_on_a_phone(phone: Any, book: Path) -> None:
    """No complaint, formulas drawn, nothing too wide, a text for every picture, a name for every control."""
    pages = sorted(path for path in book.rglob("*.html") if "_static" not in path.parts)
    sources = [path for path in pages if "_modules" in path.parts]
    pages = [path for path in pages if path not in sources] + sources[::20]  # all made by one template
    assert len(pages) > len(load())
    phone.errors.clear()
    for page in pages:
        phone.open(str(page))
        assert not phone.errors, f"{page.name}: {phone.errors}"
        left = re.findall(TEX, phone.evaluate(VISIBLE))
        assert not left, f"{page.name}: {left[:3]}"
        assert not phone.evaluate("document.querySelectorAll('.katex-error, .broken-formula').length"), page.name
        assert phone.evaluate(WRONG) == [], page.name


@pytest.mark.parametrize(
    ("html", "complaint"),
    [
        ("<h1>x</h1><div style='width: 600px'>x</div>", "pixels too wide"),
        ("<h1>x</h1><img src='data:,' alt=''>", "no text: <img"),
        ("<h1>x</h1><svg role='img'></svg>", "no text: <svg"),
        ("<h1>x</h1><input>", "no name: <input"),
        ("<h1>x</h1><label>x</label><select></select>", "no name: <select"),
        ("<h1>x</h1><a href='#'><svg></svg></a>", "no name: <a"),
        ("<h1>x</h1><h3>y</h3>", "h3 after h1: y"),
    ],
)
def test_a_page_that_is_not_in_order_is_seen(phone: Any, tmp_path: Path, html: str, complaint: str) -> None:
    page = tmp_path / "page.html"
    page.write_text(f"<meta name='viewport' content='width=device-width'>{html}", encoding="utf-8")
    phone.open(str(page))
    (wrong,) = phone.evaluate(WRONG)
    assert complaint in wrong
    phone.errors.clear()


@pytest.mark.parametrize(
    "page", ["index", "interactive", "_generated/overview", "_generated/graph", "_generated/GW1"]
)
def test_a_screen_reader_finds_a_name_for_everything_that_can_be_used(browser: Any, book: Path, page: str) -> None:
    browser.open(str(book / f"{page}.html"))
    tree = browser.ask("Accessibility.getFullAXTree")["nodes"]
    found = [node for node in tree if not node["ignored"] and node["role"]["value"] in NAMED]
    assert len(found) > 20
    assert [node for node in found if not node.get("name", {}).get("value", "").strip()] == []


@pytest.mark.parametrize("page", ["interactive", "_generated/overview", "_generated/graph", "_generated/CG12"])
def test_the_keyboard_reaches_every_control_and_shows_where_it_is(browser: Any, book: Path, page: str) -> None:
    browser.open(str(book / f"{page}.html"))
    kinds = ", ".join(f".content {kind}" for kind in ("button", "input", "select", "summary", "a.node"))
    shown = f"""[...document.querySelectorAll("{kinds}")]
      .filter((node) => node.checkVisibility() && node.tabIndex >= 0)"""
    # Of radio buttons with one name the keyboard stops at the one that is chosen.
    count = browser.evaluate(f"{shown}.filter((node) => node.type !== 'radio' || node.checked).length")
    browser.evaluate("document.querySelector('.content h1').setAttribute('tabindex', '-1')")
    browser.evaluate("document.querySelector('.content h1').focus()")
    found, unmarked = set(), []
    for _ in range(400):
        browser.press("Tab")
        place, marked, what = browser.evaluate(
            f"""(() => {{ const node = document.activeElement, style = getComputedStyle(node);
            const box = node.querySelector("rect");
            const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
            const thick = box && parseFloat(getComputedStyle(box).strokeWidth) >= 3;
            return [{shown}.indexOf(node), ring || thick, node.outerHTML.slice(0, 100)]; }})()"""
        )
        if place >= 0:
            found.add(place)
            if not marked:
                unmarked.append(what)
        if len(found) == count:
            break
    assert len(found) == count > 0
    assert unmarked == []


def test_a_complaint_is_seen(browser: Any, tmp_path: Path) -> None:
    browser.errors.clear()
    (tmp_path / "page.html").write_text("<img src='gone.png'><script>undefinedName()</script>", encoding="utf-8")
    browser.open(str(tmp_path / "page.html"))
    assert any("undefinedName" in error for error in browser.errors)
    assert any("gone.png" in error for error in browser.errors)
    browser.errors.clear()


def rows(browser: Any) -> list[str]:
    """Ids of the rows that show."""
    shown = "[...document.querySelectorAll('.matrix tbody tr')].filter((row) => row.offsetParent !== null)"
    return list(browser.evaluate(f"{shown}.map((row) => row.cells[0].textContent.trim())"))


def test_the_filter_of_the_overview_shows_what_fits_and_keeps_it_in_the_address(browser: Any, book: Path) -> None:
    statements = load()
    overview = (book / "_generated" / "overview.html").as_uri()
    browser.open(overview)
    assert rows(browser) == list(statements)
    browser.evaluate(
        """(() => { const form = document.getElementById("matrix-filter");
        form.elements.family.value = "CG"; form.elements.kind.value = "new";
        form.dispatchEvent(new Event("input", { bubbles: true })); })()"""
    )
    expected = [name for name, other in statements.items() if other.model == "CG" and other.kind == "new"]
    assert rows(browser) == expected
    assert browser.evaluate("location.hash") == "#family=CG&kind=new"
    browser.open(f"{overview}#family=SM&text=Lipschitz")
    assert rows(browser) == [
        name for name, other in statements.items() if name[:2] == "SM" and "lipschitz" in other.title.lower()
    ]
    # The made-up records: formal proofs failed wherever a prose proof is written, and nothing else did.
    browser.open(f"{overview}#status=failed&layer=D")
    assert rows(browser) == []
    browser.open(f"{overview}#status=failed&layer=F")
    assert set(rows(browser)) == {
        name for name in statements if (book.parent / "docs/proofs" / f"{name}.md").is_file()
    }
    browser.evaluate("document.querySelector('#matrix-filter [type=reset]').click()")
    browser.evaluate("new Promise((done) => setTimeout(done, 30))")
    assert rows(browser) == list(statements)
    assert browser.evaluate("location.hash") == ""


def nodes(browser: Any) -> set[str]:
    """Ids of the nodes that show."""
    shown = (
        "[...document.querySelectorAll('#dependency-graph a.node')].filter((node) => node.getClientRects().length)"
    )
    return set(browser.evaluate(f"{shown}.map((node) => node.dataset.id)"))


def test_the_graph_can_be_focused_on_a_statement_and_its_relations(browser: Any, book: Path) -> None:
    statements = load()
    below = {name: list(other.uses) for name, other in statements.items()}
    above = {name: list(others) for name, others in used_by(statements).items()}
    graph = (book / "_generated" / "graph.html").as_uri()
    browser.open(graph)
    assert nodes(browser) == set(statements)
    ancestors, descendants = reached("CG12", below), reached("CG12", above)
    assert ancestors
    assert descendants
    for state, expected in (
        ("focus=CG12", {"CG12"} | ancestors | descendants),
        ("focus=CG12&show=ancestors", {"CG12"} | ancestors),
        ("focus=CG12&show=descendants", {"CG12"} | descendants),
    ):
        browser.open(f"{graph}#{state}")
        assert nodes(browser) == expected
        said = browser.evaluate("document.getElementById('graph-said').textContent")
        assert expected <= set(re.findall(r"[A-Z]{2}\d+", said))
    # The keyboard: to a node, focus the graph on it, then follow it to its page.
    browser.open(graph)
    browser.evaluate("document.querySelector('a.node[data-id=\"AG8\"]').focus()")
    browser.press("f", "f")
    assert browser.evaluate("location.hash") == "#focus=AG8"
    assert nodes(browser) == {"AG8"} | reached("AG8", below) | reached("AG8", above)
    browser.evaluate("document.querySelector('a.node[data-id=\"AG8\"]').focus()")
    browser.press("Enter", "\r")
    for _ in range(200):
        if browser.evaluate("location.pathname").endswith("/AG8.html"):
            break
    assert browser.evaluate("location.pathname").endswith("/AG8.html")


def test_every_formal_text_is_two_clicks_from_the_front_page(browser: Any, book: Path, records: Any) -> None:
    browser.open(str(book / "index.html"))
    first = browser.evaluate("[...document.querySelectorAll('.content a')].map((link) => link.href)")
    for page in ("overview", "graph", "claims", "gallery", "interactive", "certificates"):
        assert any(link.endswith(f"/{page}.html") for link in first), page
    browser.open(next(link for link in first if link.endswith("/overview.html")))
    second = browser.evaluate("[...document.querySelectorAll('.matrix td:first-child a')].map((link) => link.href)")
    assert len(second) == len(load())
    formal = {record["id"] for record in records if record["evidence"].get("F", {}).get("data")}
    for link in second:
        page = Path(link.removeprefix("file://").partition("#")[0])
        if page.stem in formal:
            text = page.read_text(encoding="utf-8")
            assert text.index('class="formal') < text.index("Evidence at a glance"), page.stem
    browser.open(next(link for link in second if "/CG12.html" in link).partition("#")[0])
    assert "Theorem X" in browser.evaluate("document.querySelector('.sides .formal pre').textContent")


def test_the_interactive_page_shows_the_numbers_of_the_python_simulator(browser: Any, book: Path) -> None:
    browser.open(str(book / "interactive.html"))
    temperature, sigma, tau_p = 10**-0.8, 10**0.3, 10**0.5
    settings = {"temperature": -0.8, "sigma": 0.3, "ratio": 0.5}
    for name, value in settings.items():
        browser.evaluate(
            f"(() => {{ const slider = document.getElementById('simplex-{name}'); slider.value = {value};"
            " slider.dispatchEvent(new Event('input')); })()"
        )
    ticked = "[...document.querySelectorAll('#simplex-cue input:checked')]"
    cue = browser.evaluate(f"{ticked}.map((box) => Number(box.value))")
    for _ in range(8):
        browser.evaluate("document.getElementById('simplex-step').click()")
    said = browser.evaluate("document.getElementById('simplex-numbers').textContent")
    time, *shown = [float(number) for number in re.findall(r"-?\d+\.\d+", said)]
    signs = np.ones(12)
    patterns = np.array([signs, np.repeat([1.0, -1.0], 6), np.tile(np.repeat([1.0, -1.0], 3), 2)])
    start = signs.copy()
    start[cue] = -1.0
    memory = AstrocyteInstance(patterns, sigma=sigma, temperature=temperature, tau_p=tau_p)
    horizon = 8 * 0.05 * tau_p
    assert time == pytest.approx(horizon, abs=0.006)
    path = astrocyte_solution(memory, start, np.full(3, 1 / 3), np.array([0.0, horizon]))
    overlaps = patterns @ np.tanh(sigma * path.x[-1]) / 12
    np.testing.assert_allclose(shown[:6], [*path.p[-1], *overlaps], atol=6e-4)
    assert not np.allclose(path.p[-1], 1 / 3, atol=0.01)
