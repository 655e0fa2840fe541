"""The table keeps every status readable at any width."""

import pytest

from gatedmem import report
from gatedmem.proofs.evidence import Evidence, Layer, Status
from gatedmem.proofs.ledger import load


@pytest.mark.parametrize("columns", ["80", "100", "200"])
@pytest.mark.parametrize("status", list(Status))
def test_no_status_is_cut_off(capsys, monkeypatch, columns, status):
    monkeypatch.setenv("COLUMNS", columns)
    statements = list(load().values())
    results = {statement.id: dict.fromkeys(Layer, Evidence(status, "because")) for statement in statements}
    report.print_table(statements, results)
    out = capsys.readouterr().out
    rows = [line for line in out.splitlines() if line.split(" ")[0] in results]
    assert len(rows) == len(statements)
    for row in rows:
        assert row.split().count(str(status)) == 4, row


def test_what_did_not_hold_is_explained_below_the_table(capsys):
    statement = load()["SM4"]
    report.print_table([statement], {"SM4": {Layer.CERTIFICATE: Evidence(Status.FAILED, "p = (1/2, 1/2)")}})
    out = capsys.readouterr().out
    assert "✗ SM4 certificate failed: p = (1/2, 1/2)" in out
    assert out.splitlines()[-1] == "1 failed"
