"""The ledger loads, is complete, and refuses every kind of broken record."""

import re

import pytest

from gatedmem.proofs import ledger
from gatedmem.proofs.evidence import Layer
from gatedmem.proofs.ledger import LedgerError, Statement, load, parse, used_by

GOOD = {
    "id": "SM1",
    "title": "A title",
    "kind": "paper",
    "source": "somewhere",
    "conclusion": "$1 < 2$",
    "layers": ["D"],
}

FAMILIES = {"SM": 9, "AG": 32, "CG": 23, "GW": 6, "BL": 5}


def test_every_statement_of_every_family_is_there():
    assert list(load()) == [f"{family}{n}" for family, last in FAMILIES.items() for n in range(1, last + 1)]


def test_every_statement_requires_evidence():
    assert all(statement.layers for statement in load().values())
    assert {name for name, s in load().items() if s.layers == (Layer.FORMAL,)} == {f"GW{n}" for n in range(1, 7)}


def test_pointers_are_named_after_their_statement():
    """A pointer to another statement's evidence would resolve and still be wrong."""
    for statement in load().values():
        for layer, pointer in statement.evidence.items():
            name = pointer.rpartition(":")[2]
            assert name.upper() == statement.id, (statement.id, layer)


def test_dollar_signs_are_balanced():
    for statement in load().values():
        for text in (*statement.hypotheses, statement.conclusion, statement.note):
            assert len(re.findall(r"(?<!\\)\$", text)) % 2 == 0, statement.id


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"id": "sm1"}, "id: two capitals and a number"),
        ({"id": 3}, "id: needs a text"),
        ({"title": " "}, "title: needs a text"),
        ({"kind": "proved"}, "kind: must be one of"),
        ({"status": "verified"}, "status: unknown field"),
        ({"uses": "SM2"}, "uses: needs a list of texts"),
        ({"layers": ["X"]}, "layers are D, F, C and S"),
        ({"evidence": {"D": "gatedmem.theory.softmax:nothing_of_the_kind"}}, "no function nothing_of_the_kind"),
        ({"evidence": {"D": "gatedmem.theory.absent:sm1"}}, "no module gatedmem.theory.absent"),
        ({"evidence": {"S": "os:system"}}, "no module os"),
        ({"evidence": {"F": "XX1"}}, "no file rocq/statements/XX1.v"),
        ({"evidence": {"D": 1}}, "needs a text"),
    ],
)
def test_a_broken_record_is_refused_with_its_rule(change, rule):
    with pytest.raises(LedgerError) as caught:
        parse({**GOOD, **change}, "softmax.toml")
    assert rule in str(caught.value)
    assert str(caught.value).startswith("softmax.toml: ")


def test_a_good_record_is_accepted():
    statement = parse({**GOOD, "evidence": {"D": "gatedmem.proofs.ledger:parse"}}, "softmax.toml")
    assert statement.evidence == {Layer.DERIVATION: "gatedmem.proofs.ledger:parse"}
    assert statement.shown_layers() == (Layer.DERIVATION,)


def record(name: str, *uses: str) -> Statement:
    return parse({**GOOD, "id": name, "uses": list(uses)}, "x")


def test_unknown_uses_and_circles_are_refused():
    with pytest.raises(LedgerError, match="unknown id SM9"):
        ledger._check_graph({"SM1": record("SM1", "SM9")})
    with pytest.raises(LedgerError, match="in a circle"):
        ledger._check_graph({"SM1": record("SM1", "SM2"), "SM2": record("SM2", "SM1")})


def test_used_by_is_the_converse_of_uses():
    statements = {"SM1": record("SM1"), "SM2": record("SM2", "SM1"), "SM3": record("SM3", "SM1", "SM2")}
    assert used_by(statements) == {"SM1": ["SM2", "SM3"], "SM2": ["SM3"], "SM3": []}
