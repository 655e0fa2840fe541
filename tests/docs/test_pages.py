"""What the page generator writes: nothing but what the records say."""

from __future__ import annotations

import copy
import json
import re
import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from gatedmem.book import drops, goals, graph, layers, results
from gatedmem.book.build import build, to_records, write_pages
from gatedmem.book.markup import BookError, escape, summary
from gatedmem.commands.book import docs
from gatedmem.proofs.evidence import Evidence, Layer, Status
from gatedmem.proofs.ledger import load
from gatedmem.proofs.rocq_project import AuditError
from gatedmem.reproduce.claims import claims
from gatedmem.reproduce.experiments import EXPERIMENTS
from gatedmem.reproduce.work import Unit
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
    # Once in the table and once at its section, for four layers; and once where it says that nothing is guaranteed.
    assert own.count(f"{{status}}`{status}`") == (8 if status is Status.VERIFIED else 12)
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
    assert text.count("{status}`missing`") == 12
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


def test_a_layer_that_did_not_hold_guarantees_nothing(records: Records, out: Path) -> None:
    write_pages(records, out)
    box = page(out, "CG11").partition("What this does not guarantee")[2].partition(":::")[0]
    assert "*Formal proof:* its status is {status}`failed`, so it guarantees nothing." in box
    assert "*Derivation:* that the definitions it starts from are the paper's" in box


def test_words_about_hypotheses_stand_beneath_them(records: Records, source: Path, out: Path) -> None:
    (source / "drops.toml").write_text(
        '[[drop]]\nid = "CG11"\nhypothesis = 2\nsays = "It $x$ fails."\ntest = "tests/test_x.py::test_y"\n'
        '[[kept]]\nid = "CG11"\nhypothesis = 1\nkind = "notation"\nsays = "It names $A$."\n'
        '[[limit]]\nid = "CG11"\nsays = "Nothing else."\n',
        encoding="utf-8",
    )
    write_pages(records, out)
    text = page(out, "CG11")
    first, second = text.partition("**Hypotheses**")[2].partition("**Conclusion**")[0].split("\n2. ")
    assert "Without it" not in first
    assert "*Only notation.* It names $A$." in first
    assert "Only notation" not in second
    assert "*Without it.* It $x$ fails. Shown by `test_y` in `tests/test_x.py`." in second
    assert "- Nothing else." in text


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        (
            '[[drop]]\nid = "CG11"\nhypothesis = 3\nsays = "x"\ntest = "y"',
            "CG11: hypothesis: must be between 1 and 2",
        ),
        ('[[drop]]\nid = "XX1"\nhypothesis = 1\nsays = "x"\ntest = "y"', "XX1: id: not in the ledger"),
        ('[[drop]]\nid = "CG11"\nhypothesis = 1\nsays = "x"', "CG11: test: must be given, as str"),
        ('[[drop]]\nid = "CG11"\nhypothesis = 1\nsays = "x"\ntest = ""', "CG11: test: must be given, as str"),
        ('[[kept]]\nid = "CG11"\nhypothesis = 1\nkind = "dull"\nsays = "x"', "CG11: kind: must be notation or conv"),
        ('[[drop]]\nid = "CG11"\nsays = "x"', "CG11: hypothesis: must be given, as int"),
        ('[[limit]]\nid = "CG11"\nsay = "x"', "CG11: says: must be given, as str"),
        ('[[limit]]\nid = "CG11"\nsays = "x"\nwhy = "y"', "CG11: why: no such field"),
        ('[[drops]]\nid = "CG11"', "drops: must be drop, kept or limit"),
    ],
)
def test_a_wrong_word_about_a_hypothesis_is_refused(
    records: Records, source: Path, out: Path, entry: str, complaint: str
) -> None:
    (source / "drops.toml").write_text(entry, encoding="utf-8")
    with pytest.raises(BookError, match=complaint):
        write_pages(records, out)


def test_every_hypothesis_and_every_statement_is_spoken_of_and_the_named_tests_exist() -> None:
    checkout = Path(__file__).parents[2]
    words = drops.read(checkout / "docs" / "drops.toml", load().values(), checkout)
    assert list(drops.untold(words, load().values())) == []
    cut = {**words, "AG32": replace(words["AG32"], drops={1: words["AG32"].drops[1]}), "SM4": drops.Words()}
    assert list(drops.untold(cut, load().values())) == ["SM4: hypothesis 1", "SM4: limit", "AG32: hypothesis 2"]


def test_no_counterexample_is_left_untold() -> None:
    """Every test of the folder of counterexamples is named beside a hypothesis or a limit."""
    checkout = Path(__file__).parents[2]
    told = (checkout / "docs" / "drops.toml").read_text(encoding="utf-8")
    for file in sorted((checkout / "tests" / "counterexamples").glob("test_*.py")):
        for name in re.findall(r"^def (test_\w+)", file.read_text(encoding="utf-8"), re.MULTILINE):
            assert f'"tests/counterexamples/{file.name}::{name}"' in told, name


def test_a_test_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "drops.toml"
    file.write_text('[[limit]]\nid = "SM4"\nsays = "x"\ntest = "tests/a.py::test_b"\n', encoding="utf-8")
    with pytest.raises(BookError, match=r"SM4: test: there is no tests/a\.py::test_b"):
        drops.read(file, load().values(), tmp_path)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "a.py").write_text("def test_b(): pass\n", encoding="utf-8")
    assert drops.read(file, load().values(), tmp_path)["SM4"].limits == [("x", "tests/a.py::test_b")]


def test_the_numbers_of_a_certificate_can_be_downloaded(records: Records, out: Path) -> None:
    write_pages(records, out)
    assert "(JSON) <data/CG11-certificate.json>`" in page(out, "CG11")
    kept = json.loads((out / "data" / "CG11-certificate.json").read_text(encoding="utf-8"))
    record = next(record for record in records if record["id"] == "CG11")
    assert kept["instances"] == record["evidence"]["C"]["data"]["instances"]
    assert kept["status"] == "undecided"


def test_every_edge_of_the_graph_runs_from_left_to_right_and_no_two_nodes_touch() -> None:
    uses = {name: statement.uses for name, statement in load().items()}
    place = graph.places(uses)
    assert all(place[below][0] + graph.WIDTH < place[name][0] for name in uses for below in uses[name])
    found = sorted(place.values())
    for (x0, y0), (x1, y1) in pairwise(found):
        assert x1 - x0 >= graph.WIDTH or y1 - y0 >= graph.HEIGHT


def test_the_drawing_has_every_statement_and_every_edge_once(records: Records, out: Path) -> None:
    write_pages(records, out)
    drawing = (out / "graph.svg").read_text(encoding="utf-8")
    edges = re.findall(r'data-from="(\w+)" data-to="(\w+)"', drawing)
    assert sorted(edges) == sorted((below, record["id"]) for record in records for below in record["uses"])
    assert re.findall(r'href="statement:(\w+)"', drawing) == [record["id"] for record in records]


def test_the_bar_of_a_search_grows_as_it_comes_closer() -> None:
    def bar(**data: Any) -> float:
        drawn = "".join(layers.closeness(data))
        return float(re.search(r'class="bar"[^>]*width="([\d.]+)"', drawn).group(1))  # type: ignore[union-attr]

    assert bar(margin=1.0) == 0 < bar(margin=1e-3) < bar(margin=1e-9) < bar(margin=0.0) == layers.FIGURE_WIDTH
    assert bar(residual=0.0) == 0 < bar(residual=1e-15) < bar(residual=1e-3)
    assert list(layers.closeness({"trials": 3})) == []


RUN = {
    "experiment": "context-figure-2", "quick": False, "date": "2026-01-02", "gatedmem": "0.1.0",
    "environment": "python",
    "units": [], "figures": ["context-figure-2-separation"],
    "claims": [{"id": "CB1", "verdict": "holds when x < 1", "figure": "0.3", "uncertainty": "0.1", "run": "once"}],
}  # fmt: skip


def keep(source: Path, **changes: Any) -> None:
    folder = source / "results"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "context-figure-2.json").write_text(json.dumps({**RUN, **changes}), encoding="utf-8")
    (folder / "context-figure-2-separation.svg").write_text(
        "<svg xmlns='http://www.w3.org/2000/svg'/>", encoding="utf-8"
    )


def test_claims_and_gallery_say_what_was_kept_and_nothing_else(records: Records, source: Path, out: Path) -> None:
    keep(source)
    write_pages(records, out)
    rows = {row.split("|")[1].strip(): row for row in page(out, "claims").splitlines() if row.startswith("| C")}
    assert set(rows) == set(claims())
    assert "{verdict}`holds when x < 1`" in rows["CB1"]
    assert all("{verdict}`not run`" in row for name, row in rows.items() if name != "CB1")
    shown = page(out, "gallery")
    assert "../results/context-figure-2-separation.svg" in shown
    assert "def _separation(" in shown
    assert "Measured on 2026-01-02 with gatedmem 0.1.0" in shown
    assert shown.count("Not run") == len(EXPERIMENTS) - 1
    assert "earlier sources" not in shown


def test_every_kept_figure_has_a_caption_and_its_code() -> None:
    kept = results.manifests(Path(__file__).parents[2] / "docs" / "results")
    assert kept
    for name, manifest in kept.items():
        for stem in manifest["figures"]:
            drawn = results.picture(name, stem.removeprefix(name).removeprefix("-"))
            assert drawn is not None, stem
            assert len(drawn.caption.split()) >= 5, stem
            assert "Args:" not in drawn.caption
            assert drawn.source.startswith(f"def {drawn.function}(")
    assert results.picture("figure-4", "sigma-0.5").function == "_maps"  # type: ignore[union-attr]
    assert results.picture("figure-4", "choices").function == "_choices"  # type: ignore[union-attr]
    assert results.picture("figure-4", "nothing") is None


def test_results_of_earlier_sources_are_called_so(records: Records, source: Path, out: Path) -> None:
    function = "gatedmem.numerics.experiments.context_accuracy:accuracy_unit"
    unit = Unit("a", function, {"seed": 1})
    kept = {"name": "a", "function": function, "arguments": {"seed": 1}}
    keep(source, units=[{**kept, "key": unit.key()}])
    write_pages(records, out)
    assert "earlier sources" not in page(out, "gallery")
    keep(source, units=[{**kept, "key": "a-0123456789abcdef"}])
    write_pages(records, out)
    assert "earlier sources" in page(out, "gallery")
    assert "earlier sources" in page(out, "claims")


def test_results_that_are_not_whole_are_refused(records: Records, source: Path, out: Path) -> None:
    keep(source, figures=["gone"])
    with pytest.raises(BookError, match=r"figures: gone\.svg is not beside it"):
        write_pages(records, out)
    keep(source, experiment="nothing")
    with pytest.raises(BookError, match="experiment: missing or unknown"):
        write_pages(records, out)


def test_without_chromium_the_pdf_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    done = CliRunner().invoke(docs, ["--pdf", "--source", str(Path(__file__).parents[2] / "docs")])
    assert done.exit_code == 3
    assert "apt-get install chromium" in done.output


def test_goals_are_matched_with_the_sentences_they_follow() -> None:
    given = goals.sentences('Theorem A : P. Proof. - exact "a. b". (* no. *) Qed.')
    assert given == ["Theorem A : P.", "Proof.", "-", 'exact "a. b".', "Qed."]
    answers = ["1 goal (ID 5)\n  P", "", "1 goal", "<infomsg>x</infomsg>No more goals.", "", ""]
    printed = "Welcome" + "".join(f"<prompt>{n}</prompt>{answer}\n" for n, answer in enumerate(answers))
    steps = goals.parse(given, printed)
    assert [(step.sentence, step.goals) for step in steps] == [
        ("Theorem A : P.", "1 goal\n  P"),
        ("-", "1 goal"),
        ('exact "a. b".', "No more goals."),
    ]
    with pytest.raises(AuditError, match="answered 6 times to 4 sentences"):
        goals.parse(given[1:], printed)
    with pytest.raises(AuditError, match="Error: no such"):
        goals.parse(given, printed.replace("No more goals.", "\nError: no such thing."))
