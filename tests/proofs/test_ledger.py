"""The ledger loads, is complete, and refuses every kind of broken record."""

import re
from dataclasses import FrozenInstanceError

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


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"id": "SM01"}, "SM01: id: two capitals and a number"),
        ({"id": "SM1 "}, "SM1 : id: two capitals and a number"),
        ({"zebra": 1, "apple": 1, "moon": 1}, "SM1: apple: unknown field"),
        ({"conclusion": ""}, "conclusion: needs a text"),
        ({"conclusion": None}, "conclusion: needs a text"),
        ({"source": ["s"]}, "source: needs a text"),
        ({"note": 3}, "note: needs a text"),
        ({"hypotheses": [1]}, "hypotheses: needs a list of texts"),
        ({"hypotheses": ["a", 1]}, "hypotheses: needs a list of texts"),
        ({"layers": {"D": 1}}, "layers: needs a list of texts"),
        ({"evidence": ["D"]}, "evidence: needs a table"),
        ({"evidence": {"Q": "x:y"}}, "layers are D, F, C and S"),
        ({"evidence": {"F": "../lib/Sums"}}, "without folder and suffix"),
        ({"evidence": {"F": "SM1.v"}}, "without folder and suffix"),
        ({"evidence": {"F": ["SM1"]}}, "evidence.F: needs a text"),
        ({"evidence": {"C": "gatedmem.proofs.ledger"}}, 'evidence.C: needs "module:function"'),
        ({"evidence": {"C": "gatedmem.proofs.ledger:"}}, 'evidence.C: needs "module:function"'),
        ({"evidence": {"C": "gatedmem.proofs.ledger:Statement"}}, "no function Statement in gatedmem.proofs.ledger"),
        ({"evidence": {"C": "gatedmem.proofs.ledger:words"}}, "no function words"),  # a method, not a function
        ({"evidence": {"C": "gatedmem.numerics.instances:sm1", "D": "gatedmem.proofs:x"}}, "evidence.C: no function"),
        ({"id": "\x1b[2J" + "x" * 80}, "softmax.toml: ?[2J" + "x" * 56 + ": id: two capitals"),
    ],
)
def test_every_rule_of_a_record_is_kept(change, rule):
    with pytest.raises(LedgerError) as caught:
        parse({**GOOD, **change}, "softmax.toml")
    assert rule in str(caught.value)


@pytest.mark.parametrize("record", [[], "SM1", None, 3])
def test_what_is_no_table_is_refused(record):
    with pytest.raises(LedgerError, match="a statement is a"):
        parse(record, "softmax.toml")


def test_texts_are_kept_without_the_space_around_them():
    statement = parse(
        {**GOOD, "hypotheses": [" h ", "k\n"], "note": "\nn\n", "title": " t ", "conclusion": "c\n", "uses": ["SM2"]},
        "x",
    )
    assert statement.words() == {
        "id": "SM1",
        "title": "t",
        "kind": "paper",
        "source": "somewhere",
        "hypotheses": ["h", "k"],
        "conclusion": "c",
        "note": "n",
        "uses": ["SM2"],
        "required": ["D"],
    }
    assert statement.model == "SM"
    assert parse(GOOD, "x").note == ""
    assert parse(GOOD, "x").evidence == {}


def test_layers_are_shown_when_required_or_there():
    statement = parse({**GOOD, "layers": ["S", "D"], "evidence": {"C": "gatedmem.proofs.ledger:parse"}}, "x")
    assert statement.shown_layers() == (Layer.DERIVATION, Layer.CERTIFICATE, Layer.SIMULATION)


STATEMENT = '[[statement]]\nid = "{}"\ntitle = "t"\nkind = "new"\nsource = "s"\nconclusion = "c"\nuses = [{}]\n'


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A ledger of one's own: two files, a statement each."""
    for stem, number in (("one", 1), ("two", 2)):
        (tmp_path / f"{stem}.toml").write_text(STATEMENT.format(f"SM{number}", ""))
    monkeypatch.setattr(ledger, "FILES", ("two", "one"))
    monkeypatch.setattr(ledger, "__file__", str(tmp_path / "__init__.py"))
    load.cache_clear()
    yield tmp_path
    load.cache_clear()


def test_the_statements_come_in_the_order_of_the_files_and_are_read_once(folder):
    assert list(load()) == ["SM2", "SM1"]
    (folder / "one.toml").unlink()
    assert list(load()) == ["SM2", "SM1"]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("[[statement]\n", "one.toml: not a list of [[statement]] records"),
        ("", "one.toml: not a list of [[statement]] records ('statement')"),
        ("statement = 3\n", "one.toml: not a list of [[statement]] records"),
        ("statement = {id = 3}\n", "one.toml: not a list of [[statement]] records"),
        (STATEMENT.format("SM2", ""), "one.toml: SM2: id: stands twice in the ledger"),
        (STATEMENT.format("SM1", '"SM7"'), "SM1: uses: unknown id SM7"),
        (STATEMENT.format("SM1", '"SM2", "SM1"'), "uses: the statements rest on each other in a circle: ['SM"),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused_with_its_rule(folder, text, rule):
    (folder / "one.toml").write_text(text)
    with pytest.raises(LedgerError) as caught:
        load()
    assert str(caught.value).startswith(rule)


def test_a_file_of_statements_without_a_theorem_is_no_evidence(tmp_path, monkeypatch):
    (tmp_path / "statements").mkdir()
    monkeypatch.setattr(ledger, "rocq_folder", lambda: tmp_path)
    pointed = {**GOOD, "evidence": {"F": "SM1"}}
    for text in ("Lemma SM1 : True.\n", "", "(* Theorem SM1 : True. *)\nExample SM1_witness : True.\n"):
        (tmp_path / "statements" / "SM1.v").write_text(text)
        with pytest.raises(LedgerError, match=r"rocq/statements/SM1\.v states no Theorem"):
            parse(pointed, "x")
    (tmp_path / "statements" / "SM1.v").write_text("Theorem SM1 : True.\n")
    assert parse(pointed, "x").evidence == {Layer.FORMAL: "SM1"}


def test_modules_are_found_without_importing_them():
    package = ledger.rocq_folder().parents[1]
    assert ledger.module_file("gatedmem") == package / "__init__.py"
    assert ledger.module_file("gatedmem.proofs") == package / "proofs" / "__init__.py"
    assert ledger.module_file("gatedmem.proofs.cache") == package / "proofs" / "cache.py"
    assert ledger.module_file("gatedmem.proofs.absent") is None
    assert ledger.module_file("other.proofs.cache") is None


def test_a_record_cannot_be_altered():
    with pytest.raises(FrozenInstanceError):
        record("SM1").kind = "new"
