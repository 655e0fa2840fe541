"""The formal layer: what compiles, what it rests on, and every way a proof can be hollow."""

import pytest

from gatedmem.proofs import rocq_project
from gatedmem.proofs.checkers import formal
from gatedmem.proofs.evidence import Status
from gatedmem.proofs.rocq_project import AuditError, RocqProject, ToolMissing

try:
    rocq_project.toolchain()
except ToolMissing as missing:
    pytest.skip(f"formal layer: {missing}", allow_module_level=True)

DEFS = "From Coq Require Import Reals.\nOpen Scope R_scope.\nDefinition half : R := / 2.\n"
HEAD = "From Coq Require Import Reals Lra.\nFrom Gatedmem Require Import defs.Half.\nOpen Scope R_scope.\n"
PROVED = (
    HEAD
    + "Theorem X1 : half < 1.\nProof. unfold half. lra. Qed.\n"
    + "Example X1_witness : 0 < half.\nProof. unfold half; lra. Qed.\n"
)


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    return tmp_path_factory.mktemp("rocq")


def check(build, statement, lib="", second_kernel=False):
    texts = {"defs/Half": DEFS, "statements/X1": statement}
    if lib:
        texts["lib/Aid"] = HEAD + lib
    project = RocqProject(build, 1, texts=texts)
    return formal.check(project, {"X1": "X1"}, second_kernel=second_kernel)["X1"]


def test_a_proved_statement_is_verified_with_its_text_and_axioms(build):
    evidence = check(build, PROVED)
    assert evidence.status is Status.VERIFIED
    assert "1 theorem, 1 witness" in evidence.detail
    assert evidence.data["theorems"][0]["statement"].split(":")[1].split() == ["(half", "<", "1)"] or (
        "half < 1" in evidence.data["theorems"][0]["statement"]
    )
    assert set(evidence.data["axioms"]) <= formal.ALLOWED_AXIOMS


def test_the_second_kernel_run_accepts_it(build):
    assert check(build, PROVED, second_kernel=True).detail.endswith("accepted by coqchk")


@pytest.mark.parametrize(
    ("statement", "lib", "reason"),
    [
        (PROVED.replace("half < 1", "half < / 4"), "", "Error"),
        (PROVED.replace("unfold half. lra. Qed.", "Admitted."), "", "rests on X1.X1, which is not proved"),
        (
            PROVED.replace("defs.Half.", "defs.Half lib.Aid.").replace("unfold half. lra.", "exact hole."),
            "Lemma hole : half < 1. Proof. Admitted.",
            "rests on Aid.hole",
        ),
        (
            PROVED.replace("defs.Half.", "defs.Half lib.Aid.").replace("unfold half. lra.", "exact hole."),
            "Axiom hole : half < 1.",
            "rests on Aid.hole",
        ),
        (
            PROVED.replace("defs.Half.", "defs.Half lib.Aid."),
            "Definition half : R := / 8.",
            "gives half of defs/Half.v a second meaning",
        ),
        (PROVED.replace("Theorem", "Definition half := / 8.\nTheorem"), "", "Definition is not allowed"),
        (PROVED.replace("Theorem", 'Notation "a < b" := (a > b).\nTheorem', 1), "", "Notation is not allowed"),
        (
            PROVED.replace("defs.Half.", "defs.Half lib.Aid."),
            "Lemma broken : half < / 4. Proof. unfold half; lra. Qed.",
            "rests on lib/Aid.v, which does not compile",
        ),
    ],
)
def test_a_hollow_proof_is_failed_with_the_reason(build, statement, lib, reason):
    evidence = check(build, statement, lib)
    assert evidence.status is Status.FAILED
    assert reason in evidence.detail


def test_an_axiom_that_the_prover_prints_like_an_allowed_one_is_not_taken_for_it(build):
    """Names are printed as short as they can be, so a proof of False could pass by the name of its file."""
    texts = {
        "lib/Classical_Prop": "Axiom classic : False.\n",
        "statements/X1": "From Gatedmem Require Import lib.Classical_Prop.\n"
        "Theorem X1 : False.\nProof. exact classic. Qed.\n",
    }
    project = RocqProject(build, 1, texts=texts)
    evidence = formal.check(project, {"X1": "X1"})["X1"]
    assert project.audit(["statements/X1"])["statements/X1"].axioms == ("Classical_Prop.classic",)
    assert evidence.status is Status.FAILED
    assert evidence.detail == "lib/Classical_Prop.v has the name of a library whose axioms are allowed"


def test_switching_the_guard_off_is_seen(build):
    loop = "Unset Guard Checking.\nFixpoint f (n : nat) : half < 0 := f n.\nSet Guard Checking.\n"
    statement = PROVED.replace("defs.Half.", "defs.Half lib.Aid.").replace("half < 1.", "half < 0.")
    evidence = check(build, statement.replace("unfold half. lra. Qed.", "exact (f 0). Qed."), loop)
    assert evidence.status is Status.FAILED
    assert "rests on" in evidence.detail


def test_only_what_changed_is_compiled_again(tmp_path):
    said = []
    texts = {"defs/Half": DEFS, "statements/X1": PROVED, "statements/X2": PROVED.replace("X1", "X2")}
    for _ in range(2):
        RocqProject(tmp_path, 2, said.append, texts).compile(["statements/X1", "statements/X2"])
    assert len(said) == 3
    texts["statements/X2"] += "(* changed *)\n"
    RocqProject(tmp_path, 2, said.append, texts).compile(["statements/X1", "statements/X2"])
    assert said[3:] == ["compiling statements/X2.v"]


def test_what_was_compiled_elsewhere_is_not_compiled_again(tmp_path):
    texts = {
        "defs/A": "Definition a := 1.\n",
        "statements/X1": "From Gatedmem Require Import defs.A.\nTheorem X1 : a = 1.\nProof. reflexivity. Qed.\n",
    }
    said = []
    here = RocqProject(tmp_path / "here", 1, said.append, texts)
    assert here.compile(["statements/X1"])["statements/X1"] is None
    there = RocqProject(tmp_path / "there", 1, said.append, texts)
    assert there.compile(["defs/A"])["defs/A"] is None
    before = (tmp_path / "there" / "defs" / "A.vo").stat().st_mtime_ns
    said.clear()
    here.keep(tmp_path / "there")
    assert there.compile(["statements/X1"])["statements/X1"] is None
    assert said == []
    assert (tmp_path / "there" / "defs" / "A.vo").stat().st_mtime_ns == before
    assert there.audit(["statements/X1"])["statements/X1"].axioms == ()
    # Other sources there: the copy does not count.
    changed = {**texts, "defs/A": "Definition a := 2 - 1.\n"}
    assert (
        RocqProject(tmp_path / "there", 1, said.append, changed).compile(["statements/X1"])["statements/X1"] is None
    )
    assert len(said) == 2


def test_answers_of_the_prover_that_are_not_understood_are_not_taken_for_good():
    with pytest.raises(AuditError):
        rocq_project.parse_assumptions("  \n")
    with pytest.raises(AuditError):
        rocq_project.parse_context_summary("all fine")
    assert rocq_project.parse_assumptions("Something else entirely") == ("Something else entirely",)
    printed = "CONTEXT SUMMARY\n===\n* Axioms: <none>\n* Constants/Inductives relying on type-in-type:\n    bad\n"
    assert rocq_project.parse_context_summary(printed) == ("Constants/Inductives relying on type-in-type: bad",)


def test_without_the_prover_the_layer_is_unavailable(monkeypatch, tmp_path):
    from gatedmem.proofs.verify import exit_code, verify

    monkeypatch.setenv("PATH", str(tmp_path))
    rocq_project.toolchain.cache_clear()
    from gatedmem.proofs.evidence import Layer
    from gatedmem.proofs.ledger import parse

    statement = parse(
        {"id": "SM4", "title": "t", "kind": "paper", "source": "s", "conclusion": "c", "evidence": {"F": "SM4"}},
        "x",
    )
    try:
        results = verify([statement], [Layer.FORMAL])
    finally:
        rocq_project.toolchain.cache_clear()
    assert results["SM4"][Layer.FORMAL].status is Status.UNAVAILABLE
    assert "coqc" in results["SM4"][Layer.FORMAL].detail
    assert exit_code(results) == 3
