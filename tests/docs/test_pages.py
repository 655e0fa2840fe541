"""What the page generator writes: nothing but what the records say."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gatedmem.proofs.book import BookError, build, escape, summary, to_records, write_pages
from gatedmem.proofs.evidence import Evidence, Layer, Status
from gatedmem.proofs.ledger import load
from gatedmem.theory.misprints import MISPRINTS

Records = list[dict[str, Any]]
EMPTY = {"status": "missing", "detail": "required, not written yet", "data": {}}


def page(out: Path, name: str) -> str:
    return (out / f"{name}.md").read_text(encoding="utf-8")


def change(records: Records, name: str, layer: str, **fields: Any) -> None:
    record = next(record for record in records if record["id"] == name)
    record["evidence"] = copy.deepcopy(record["evidence"])
    record["evidence"][layer].update(fields)


@pytest.fixture
def out(source: Path) -> Path:
    return source / "_generated"


def test_every_statement_has_a_page_and_stands_in_the_overview(records: Records, out: Path) -> None:
    write_pages(records, out)
    overview = page(out, "overview")
    for record in records:
        assert f"# {record['id']}. {escape(record['title'])}\n" in page(out, record["id"])
        assert overview.count(f"[{record['id']}](#statement-{record['id'].lower()})") == 1


@pytest.mark.parametrize("status", list(Status))
def test_a_page_shows_the_status_of_the_record_and_no_other(records: Records, out: Path, status: Status) -> None:
    for layer in "DFCS":
        change(records, "AG8", layer, status=str(status))
    write_pages(records, out)
    own = page(out, "AG8").partition("## What it rests on")[0]
    others = {f"{{status}}`{other}`" for other in Status if other is not status}
    assert own.count(f"{{status}}`{status}`") == 8  # once in the table, once at its section, for four layers
    assert not any(other in own for other in others)
    row = next(line for line in page(out, "overview").splitlines() if line.startswith("| [AG8]"))
    assert row.count(f"{{status}}`{status}`") == 4


def test_counts_in_the_overview_are_the_records_counts(records: Records, out: Path) -> None:
    change(records, "SM4", "D", status="failed")
    write_pages(records, out)
    found = [record["evidence"]["D"]["status"] for record in records if "D" in record["evidence"]]
    row = next(line for line in page(out, "overview").splitlines() if line.startswith("| Derivation"))
    assert [int(cell) for cell in row.split("|")[2:-1]] == [
        *(found.count(status) for status in Status),
        len(found),
    ]


def test_evidence_of_each_layer_is_on_the_page(records: Records, out: Path) -> None:
    write_pages(records, out)
    text = page(out, "CG11")
    assert r"\frac{a}{b} = c" in text
    assert "**Step 1: definition**" in text  # a heading of the derivation, made bold
    assert "Theorem X : forall x : R, (x = x)%R." in text
    assert "- `a_hole`" in text
    assert "8.16.1" in text
    assert text.count(r"*κ:* 3/7") == 12
    assert "12 instances, with their numbers" in text
    assert "instances tried: 12,000" in text
    assert "$ gatedmem verify CG11 --fresh" in text


def test_links_to_what_a_statement_rests_on_and_what_rests_on_it(records: Records, out: Path) -> None:
    write_pages(records, out)
    rests, _, used = page(out, "CG11").partition("**Rests on**")[2].partition("**Used by**")
    statements = load()
    for name in statements["CG11"].uses:
        assert f"(#statement-{name.lower()})" in rests
    for name, other in statements.items():
        assert (f"(#statement-{name.lower()})" in used) == ("CG11" in other.uses)


def test_a_statement_without_evidence_says_so(records: Records, source: Path, out: Path) -> None:
    (source / "proofs" / "CG11.md").unlink()
    for layer in "DFCS":
        change(records, "CG11", layer, **EMPTY)
    write_pages(records, out)
    text = page(out, "CG11").partition("## What it rests on")[0]
    assert "No proof in prose has been written yet." in text
    assert text.count("{status}`missing`") == 8
    assert "{status}`verified`" not in text


def test_evidence_without_a_prose_proof_is_an_error(records: Records, source: Path, out: Path) -> None:
    (source / "proofs" / "AG8.md").unlink()
    with pytest.raises(BookError, match=r"AG8: evidence without a prose proof"):
        write_pages(records, out)
    for layer in "DFCS":
        change(records, "AG8", layer, status="missing")
    write_pages(records, out)


def test_pages_of_an_earlier_run_are_removed(records: Records, out: Path) -> None:
    out.mkdir()
    (out / "AG99.md").write_text("# stale\n", encoding="utf-8")
    write_pages(records, out)
    assert not (out / "AG99.md").exists()


def test_every_misprint_is_told_with_both_forms_and_its_derivation(records: Records, out: Path) -> None:
    write_pages(records, out)
    for paper in ("2604.25481", "2605.10970"):
        told = [misprint for misprint in MISPRINTS if misprint.paper == paper]
        parts = page(out, f"errata-{paper}").split("### ")[1:]
        assert len(parts) == len(told)
        for part, misprint in zip(parts, told, strict=True):
            assert part.startswith(f"{misprint.number}. {misprint.title}\n")
            forms, _, derivation = part.partition("::::::::{fold} The derivation, step by step")
            assert forms.index(misprint.printed_tex) < forms.index(misprint.right_tex)
            assert f"**As {'said' if misprint.in_words else 'printed'}.**" in derivation
            assert all(f"{{standing}}`{name}`" in forms for name in misprint.ledger)


def test_a_misprint_that_is_none_fails_the_book(records: Records, out: Path) -> None:
    exchanged = replace(MISPRINTS[0], printed=MISPRINTS[0].right, right=MISPRINTS[0].printed)
    with pytest.raises(BookError, match=r"misprint 1 of 2604\.25481: .*solve for"):
        write_pages(records, out, [exchanged])
    assert not list(out.glob("*.md"))


def test_the_date_of_the_evidence_can_be_fixed(records: Records, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    write_pages(records, out)
    assert "on 1970-01-02 with" in page(out, "AG8")


def test_text_from_a_checker_cannot_become_markup() -> None:
    assert escape("<b>x</b> | {status}`verified`\n$y$") == (r"\<b\>x\</b\> \| \{status\}\`verified\` \$y\$")


def test_the_summary_is_the_worst_layer() -> None:
    order = [Status.VERIFIED, Status.MISSING, Status.UNAVAILABLE, Status.UNDECIDED, Status.FAILED]
    for position, worst in enumerate(order):
        evidence = {str(number): {"status": str(status)} for number, status in enumerate(order[: position + 1])}
        assert summary({"evidence": evidence}) is worst
    assert summary({"evidence": {}}) is Status.MISSING


def test_records_carry_the_ledgers_words_and_the_evidence() -> None:
    statement = load()["SM4"]
    evidence = Evidence(Status.FAILED, "no", 1.5, {"steps": []})
    (record,) = to_records([statement], {"SM4": {Layer.DERIVATION: evidence}})
    assert record["conclusion"] == statement.conclusion
    assert record["evidence"] == {"D": {"status": "failed", "detail": "no", "seconds": 1.5, "data": {"steps": []}}}


def test_a_folder_without_the_books_source_is_refused(records: Records, tmp_path: Path) -> None:
    with pytest.raises(BookError, match="is not the book's source folder"):
        build(records, tmp_path / "html", tmp_path)
