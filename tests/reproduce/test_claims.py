"""The audit: every claim is there once, explained by statements that exist, and judged by what was run."""

import json

import pytest
from click.testing import CliRunner

from gatedmem.cli import cli
from gatedmem.proofs.ledger import load
from gatedmem.reproduce.claims import NOT_RUN, Judgement, audit, claims

FIELDS = ["id", "claim", "verdict", "figure", "uncertainty", "explained_by"]
IDS = [f"CA{number}" for number in range(1, 16)] + [f"CB{number}" for number in range(1, 16)]


def keep(folder, name, verdict, *, quick=False, date="2026-01-01", id="CB4"):
    judgement = {"id": id, "verdict": verdict, "figure": "0.5", "uncertainty": "± 0.1", "run": "one run"}
    record = {"experiment": name, "quick": quick, "date": date, "claims": [judgement]}
    (folder / f"{name}.json").write_text(json.dumps(record), encoding="utf-8")


def test_every_claim_is_there_once_and_explained_by_statements_of_the_ledger():
    assert list(claims()) == IDS
    statements = load()
    for claim in claims().values():
        assert claim.claim
        assert claim.paper == ("2604.25481" if claim.id.startswith("CA") else "2605.10970")
        assert set(claim.explained_by) <= set(statements), claim.id
        assert len(set(claim.explained_by)) == len(claim.explained_by)


@pytest.mark.parametrize("folder", [".", "absent"])
def test_what_was_not_run_is_said_to_be_not_run(tmp_path, folder):
    entries = audit(tmp_path / folder)
    assert [entry["id"] for entry in entries] == IDS
    assert {entry["verdict"] for entry in entries} == {NOT_RUN}


def test_a_verdict_is_one_of_the_verdicts_on_a_claim_there_is():
    for verdict in ("holds", "does not hold", "cannot be tested here", "holds when it rains"):
        assert Judgement("CB1", verdict, "", "", "").verdict == verdict
    for verdict in ("maybe", "", "not run", "holds when", "holds when ", "Holds", "does not hold when it rains"):
        with pytest.raises(ValueError, match=r"CB1: verdict: .* is not a verdict"):
            Judgement("CB1", verdict, "", "", "")
    with pytest.raises(ValueError, match="CB99: id: is no claim"):
        Judgement("CB99", "holds", "", "", "")


def test_a_full_run_counts_more_than_a_quick_one_and_the_latest_most(tmp_path):
    keep(tmp_path, "a", "holds", date="2026-01-02")
    keep(tmp_path, "z", "does not hold", quick=True, date="2026-01-03")
    (found,) = audit(tmp_path, ["CB4"])
    assert (found["verdict"], found["quick"]) == ("holds", False)
    keep(tmp_path, "b", "does not hold", date="2026-01-01")
    assert audit(tmp_path, ["CB4"])[0]["verdict"] == "holds"
    keep(tmp_path, "b", "does not hold", date="2026-01-03")
    assert audit(tmp_path, ["CB4"])[0]["verdict"] == "does not hold"
    assert audit(tmp_path, ["CB5"])[0]["verdict"] == NOT_RUN


def test_the_command_prints_the_fields(tmp_path):
    keep(tmp_path, "a", "holds when it rains")
    (tmp_path / "notes.json").write_text("[1, 2]", encoding="utf-8")  # somebody else's file
    answer = CliRunner().invoke(cli, ["claims", "--json", "--results", str(tmp_path)])
    assert answer.exit_code == 0, answer.output
    entries = json.loads(answer.stdout)
    assert [entry["id"] for entry in entries] == IDS
    assert all(list(entry) == FIELDS for entry in entries)
    judged = entries[IDS.index("CB4")]
    assert (judged["verdict"], judged["figure"], judged["uncertainty"]) == ("holds when it rains", "0.5", "± 0.1")
    assert judged["explained_by"] == list(claims()["CB4"].explained_by)
    one = CliRunner().invoke(cli, ["claims", "cb4", "--results", str(tmp_path)])
    assert "holds when it rains" in one.output
    assert "CB5" not in one.output


def test_bad_input_is_one_clear_line(tmp_path):
    answer = CliRunner().invoke(cli, ["claims", "CB99"])
    assert answer.exit_code == 2
    assert "CB99: ID: no such claim" in answer.stderr
    (tmp_path / "a.json").write_text("{", encoding="utf-8")
    answer = CliRunner().invoke(cli, ["claims", "--results", str(tmp_path)])
    assert answer.exit_code == 2
    assert "a.json: is no JSON file" in answer.stderr
