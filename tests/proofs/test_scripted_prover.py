"""The formal layer before a prover that follows a script: what is run, what is believed, and what is done again.

The prover's own answers are tested in ``test_formal.py``; here each answer that it can give, good or bad, is given.
"""

import dataclasses
import subprocess
import threading

import pytest

from gatedmem.proofs import rocq_project
from gatedmem.proofs.checkers import formal
from gatedmem.proofs.evidence import Status
from gatedmem.proofs.rocq_project import Audit, AuditError, RocqProject, Toolchain, ToolMissing

TOOLS = Toolchain("coqc", "coqdep", "coqchk", "8.16.1")
CLOSED = "Closed under the global context\n"
CLASSIC = "Axioms:\nClassical_Prop.classic : forall P : Prop, P \\/ ~ P\n"
SUMMARY = (
    "CONTEXT SUMMARY\n===============\n\n* Theory: Set is predicative\n\n* Axioms:\n    {}\n\n* Inductives: <none>\n"
)
TEXTS = {
    "defs/Words": "Definition word := 1.\nRecord pair := Pair { left : nat; right : nat }.\n",
    "lib/Aid": "(* defs/Words *)\nLemma aid : True. Proof. exact I. Qed.\n",
    "statements/X1": "(* lib/Aid *)\nTheorem X1 : word = 1.\nProof. reflexivity. Qed.\n"
    "Theorem X1_more : True.\nProof. exact I. Qed.\nExample X1_witness : True.\nProof. exact I. Qed.\n",
    "statements/X2": "(* defs/Words *)\nTheorem X2 : True.\nProof. exact I. Qed.\n",
}


class Scripted(RocqProject):
    """A project whose prover says what the script says; a file's first comment names the files it requires."""

    def __init__(self, folder, texts=TEXTS, jobs=2):
        self.errors, self.assumptions = {}, {}
        self.audited, self.checked = (0, "", ""), (0, SUMMARY.format("<none>"), "")
        self.commands, self.said, self.lock = [], [], threading.Lock()
        super().__init__(folder, jobs, self.said.append, texts)

    def _run(self, command, timeout=None):
        with self.lock:
            self.commands.append(command)
        file = command[-1].removesuffix(".v")
        if command[0] == "coqdep":
            lines = []
            for name, text in self.sources.items():
                needed = text.partition("*)")[0].removeprefix("(*").split() if text.startswith("(*") else []
                lines.append(f"{name}.vo {name}.glob: {name}.v " + " ".join(f"{other}.vo" for other in needed))
                lines.append(f"{name}.vio: {name}.v")
            return subprocess.CompletedProcess(command, 0, "\n".join([*lines, "other/File.vo: other/File.v"]), "")
        if command[0] == "coqchk":
            return subprocess.CompletedProcess(command, *self.checked)
        if file == "audit/Audit":
            for name, text in self.assumptions.items():
                items = self.theorems(name) + self.examples(name)
                stem = name.rpartition("/")[2]
                for item in items:
                    (self.folder / "audit" / f"{stem}.{item}.out").write_text(f"\n{item} : True\n")
                (self.folder / "audit" / f"{stem}.axioms.out").write_text(text)
            return subprocess.CompletedProcess(command, *self.audited)
        if self.errors.get(file) is subprocess.TimeoutExpired:
            raise subprocess.TimeoutExpired(command, timeout)
        if file in self.errors:
            return subprocess.CompletedProcess(command, 1, "", self.errors[file])
        (self.folder / f"{file}.vo").write_text("compiled")
        return subprocess.CompletedProcess(command, 0, "", "")

    def compiled(self):
        """The files that the prover was asked to compile, in the order of the asking."""
        return [line.removeprefix("compiling ").removesuffix(".v") for line in self.said]


@pytest.fixture(autouse=True)
def _tools(monkeypatch):
    monkeypatch.setattr(rocq_project, "toolchain", lambda: TOOLS)


def judged(folder, texts=TEXTS, assumptions=CLOSED, second_kernel=False, prepare=lambda project: None):
    project = Scripted(folder, texts)
    project.assumptions = {"statements/X1": assumptions, "statements/X2": CLOSED}
    prepare(project)
    return formal.check(project, {"X1": "X1", "X2": "X2"}, second_kernel=second_kernel)


def test_what_lies_below_a_file_is_compiled_first_and_nothing_else(tmp_path):
    project = Scripted(tmp_path)
    assert project.requires["statements/X1"] == ["lib/Aid"]
    assert project.closure("statements/X1") == {"statements/X1", "lib/Aid", "defs/Words"}
    assert project.closure("defs/Words") == {"defs/Words"}
    assert project.compile(["statements/X1"]) == dict.fromkeys(("statements/X1", "lib/Aid", "defs/Words"))
    assert project.compiled() == ["defs/Words", "lib/Aid", "statements/X1"]
    assert project.compile([]) == {}
    # Now a run in the same folder: everything is there.
    again = Scripted(tmp_path)
    assert again.compile(["statements/X1"]) == dict.fromkeys(("statements/X1", "lib/Aid", "defs/Words"))
    assert again.compiled() == []


@pytest.mark.parametrize("loss", ["vo", "key"])
def test_a_file_whose_result_or_stamp_is_lost_is_compiled_again(tmp_path, loss):
    Scripted(tmp_path).compile(["statements/X2"])
    (tmp_path / f"statements/X2.{loss}").unlink()
    again = Scripted(tmp_path)
    again.compile(["statements/X2"])
    assert again.compiled() == ["statements/X2"]
    (tmp_path / "statements/X2.key").write_text("another key")
    another = Scripted(tmp_path)
    another.compile(["statements/X2"])
    assert another.compiled() == ["statements/X2"]


def test_a_change_below_or_of_the_prover_compiles_everything_above_again(tmp_path, monkeypatch):
    Scripted(tmp_path).compile(["statements/X1", "statements/X2"])
    changed = {**TEXTS, "lib/Aid": TEXTS["lib/Aid"] + "(* more *)\n"}
    project = Scripted(tmp_path, changed)
    project.compile(["statements/X1", "statements/X2"])
    assert project.compiled() == ["lib/Aid", "statements/X1"]
    assert (tmp_path / "lib/Aid.v").read_text() == changed["lib/Aid"]
    monkeypatch.setattr(rocq_project, "toolchain", lambda: Toolchain("coqc", "coqdep", None, "9.0.0"))
    newer = Scripted(tmp_path, changed)
    newer.compile(["statements/X2"])
    assert newer.compiled() == ["defs/Words", "statements/X2"]


def test_a_file_that_does_not_compile_leaves_no_stamp_and_breaks_what_rests_on_it(tmp_path):
    project = Scripted(tmp_path)
    project.errors = {"lib/Aid": 'File "./lib/Aid.v", line 1:\nError: no such\n  lemma.\n'}
    outcome = project.compile(["statements/X1", "statements/X2"])
    assert outcome["lib/Aid"] == 'File "./lib/Aid.v", line 1: Error: no such lemma.'
    assert outcome["statements/X1"] == f"rests on lib/Aid.v, which does not compile: {outcome['lib/Aid']}"
    assert outcome["defs/Words"] is outcome["statements/X2"] is None
    assert not (tmp_path / "lib/Aid.key").exists()
    assert "statements/X1" not in project.compiled()
    assert Scripted(tmp_path).compile(["statements/X1"])["statements/X1"] is None


def test_an_old_stamp_does_not_outlive_a_compilation_that_failed(tmp_path):
    Scripted(tmp_path).compile(["statements/X2"])
    changed = {**TEXTS, "statements/X2": TEXTS["statements/X2"] + "(* more *)\n"}
    project = Scripted(tmp_path, changed)
    project.errors = {"statements/X2": subprocess.TimeoutExpired}
    assert project.compile(["statements/X2"])["statements/X2"] == "statements/X2.v did not compile within 900 s"
    # The half-made file lies there, and with the old sources its old stamp would vouch for it.
    again = Scripted(tmp_path)
    again.compile(["statements/X2"])
    assert again.compiled() == ["statements/X2"]


def test_a_file_of_which_the_prover_knows_no_dependencies_is_an_error(tmp_path):
    class Silent(Scripted):
        def _run(self, command, timeout=None):
            said = super()._run(command, timeout)
            kept = "\n".join(line for line in said.stdout.splitlines() if "X" not in line)
            return subprocess.CompletedProcess(command, 0, kept, "Error: unreadable")

    with pytest.raises(AuditError, match=r"coqdep says nothing about statements/X1\.v: Error: unreadable"):
        Silent(tmp_path)


def test_the_audit_asks_for_each_item_and_for_the_axioms_of_all_of_them(tmp_path):
    project = Scripted(tmp_path)
    project.assumptions = {"statements/X1": CLASSIC, "statements/X2": CLOSED}
    (tmp_path / "audit").mkdir()
    (tmp_path / "audit" / "stale.out").write_text("of an earlier run")
    audits = project.audit(["statements/X1", "statements/X2"])
    assert audits["statements/X1"] == Audit(
        {name: f"{name} : True" for name in ("X1", "X1_more", "X1_witness")}, ("Classical_Prop.classic",)
    )
    assert audits["statements/X2"] == Audit({"X2": "X2 : True"}, ())
    assert not (tmp_path / "audit" / "stale.out").exists()
    script = (tmp_path / "audit" / "Audit.v").read_text()
    assert script.endswith("\n")
    lines = script.splitlines()
    module = "Gatedmem.statements.X1"
    assert "From Gatedmem Require Import defs.Words." in lines
    assert "From Gatedmem Require statements.X1 statements.X2." in lines  # not imported: what it defines shows
    assert f"Definition audit_X1 := (@{module}.X1, @{module}.X1_more, @{module}.X1_witness, tt)." in lines
    assert 'Redirect "audit/X1.axioms" Print Assumptions audit_X1.' in lines
    assert f'Redirect "audit/X1.X1_more" Check {module}.X1_more.' in lines
    assert project.audit([]) == {}


def test_a_statement_that_needs_no_words_of_defs_is_audited_without_them(tmp_path):
    project = Scripted(tmp_path, {"statements/X1": "Theorem X1 : True.\nProof. exact I. Qed.\n"})
    project.assumptions = {"statements/X1": CLOSED}
    assert project.audit(["statements/X1"])["statements/X1"].axioms == ()
    lines = (tmp_path / "audit" / "Audit.v").read_text().splitlines()
    assert [line for line in lines if line.startswith("From Gatedmem")] == ["From Gatedmem Require statements.X1."]
    assert "Open Scope R_scope." in lines


@pytest.mark.parametrize("code", [1, -1, 129])
def test_an_audit_that_ends_badly_is_not_believed(tmp_path, code):
    project = Scripted(tmp_path)
    project.assumptions = {"statements/X2": CLOSED}
    project.audited = (code, "said", "Error: X2 not found")
    with pytest.raises(AuditError, match="Error: X2 not found"):
        project.audit(["statements/X2"])


@pytest.mark.parametrize("code", [1, -1, 129])
def test_a_file_that_ends_the_compiler_badly_is_not_compiled(tmp_path, monkeypatch, code):
    project = Scripted(tmp_path)
    run = project._run

    def killed(command, timeout=None):
        assert timeout == rocq_project.FILE_TIMEOUT_S
        return subprocess.CompletedProcess(run(command, timeout).args, code, "", "")

    monkeypatch.setattr(project, "_run", killed)
    assert project.compile(["statements/X2"])["defs/Words"] == "it failed without a message"
    assert not (tmp_path / "defs/Words.key").exists()


@pytest.mark.parametrize("code", [1, -1, 129])
def test_a_second_kernel_run_that_ends_badly_is_a_refusal(tmp_path, code):
    project = Scripted(tmp_path)
    project.checked = (code, SUMMARY.format("<none>"), "Fatal Error: a checksum is wrong")
    assert project.second_kernel(["statements/X2"]) == ("Fatal Error: a checksum is wrong", ())


def test_the_second_kernel_run_is_given_the_modules_and_answers_with_its_context(tmp_path, monkeypatch):
    project = Scripted(tmp_path)
    project.checked = (0, "", SUMMARY.format("Coq.Logic.Classical_Prop.classic"))
    assert project.second_kernel(["statements/X1", "lib/Aid"]) == (None, ("Coq.Logic.Classical_Prop.classic",))
    assert project.commands[-1][-2:] == ["Gatedmem.statements.X1", "Gatedmem.lib.Aid"]
    monkeypatch.setattr(rocq_project, "toolchain", lambda: Toolchain("coqc", "coqdep", None, "8.16.1"))
    with pytest.raises(ToolMissing, match="coqchk"):
        Scripted(tmp_path).second_kernel(["statements/X1"])


def test_only_what_is_compiled_here_is_kept_elsewhere_and_only_where_it_is_not_yet(tmp_path):
    here, there = Scripted(tmp_path / "here"), tmp_path / "far" / "there"
    here.compile(["statements/X2"])
    here.keep(there)
    assert sorted(file.name for file in there.rglob("*.*")) == [
        "Words.key", "Words.v", "Words.vo", "X2.key", "X2.v", "X2.vo",
    ]  # fmt: skip
    for name in ("defs/Words", "statements/X2"):
        for suffix in ("v", "vo", "key"):
            assert (there / f"{name}.{suffix}").read_bytes() == (tmp_path / f"here/{name}.{suffix}").read_bytes()
    (there / "statements/X2.vo").write_text("older")
    here.keep(there)
    assert (there / "statements/X2.vo").read_text() == "older"
    (there / "statements/X2.key").write_text("of other sources")
    here.keep(there)
    assert (there / "statements/X2.vo").read_text() == "compiled"


def test_a_sound_file_is_verified_and_says_what_it_rests_on(tmp_path):
    evidence = judged(tmp_path, assumptions=CLASSIC)
    assert {name: found.status for name, found in evidence.items()} == {
        "X1": Status.VERIFIED,
        "X2": Status.VERIFIED,
    }
    assert evidence["X1"].detail == "2 theorems, 1 witness; 1 allowed axiom"
    assert evidence["X2"].detail == "1 theorem; 0 allowed axioms"
    assert evidence["X1"].data["axioms"] == ["Classical_Prop.classic"]
    assert evidence["X1"].data["rocq"] == TEXTS["statements/X1"]
    assert [entry["name"] for entry in evidence["X1"].data["theorems"]] == ["X1", "X1_more", "X1_witness"]
    more = {**TEXTS, "statements/X2": TEXTS["statements/X2"] + "Example X2_a : True.\nExample X2_b : True.\n"}
    assert judged(tmp_path, more)["X2"].detail == "1 theorem, 2 witnesses; 0 allowed axioms"


@pytest.mark.parametrize(
    "printed",
    [
        "Axioms:\nX1.X1 : word = 1\n",
        "Axioms:\nClassical_Prop.classic : forall P : Prop, P \\/ ~ P\nAid.hole\n  : False\n",
        "Axioms:\nmy.Classical_Prop.classic : False\n",
        "Axioms:\nClassical_Prop.classic_too : False\n",
        "Axioms:\nf is assumed to be guarded.\n",
        "Section Variables:\nh : False\n",
    ],
)
def test_whatever_else_a_theorem_rests_on_fails_it_and_no_other(tmp_path, printed):
    evidence = judged(tmp_path, assumptions=printed)
    assert evidence["X1"].status is Status.FAILED
    assert "rests on" in evidence["X1"].detail
    assert "which is not proved" in evidence["X1"].detail
    assert evidence["X2"].status is Status.VERIFIED


def test_an_answer_that_is_empty_fails_everything(tmp_path):
    evidence = judged(tmp_path, assumptions="\n")
    assert {found.status for found in evidence.values()} == {Status.FAILED}
    assert evidence["X2"].detail == "the audit failed: the prover printed no assumptions at all"


def test_a_file_that_does_not_compile_fails_alone_and_is_not_audited(tmp_path):
    evidence = judged(tmp_path, prepare=lambda project: project.errors.update({"statements/X1": "Error: no."}))
    assert evidence["X1"].status is Status.FAILED
    assert evidence["X1"].detail == "Error: no."
    assert evidence["X2"].status is Status.VERIFIED
    assert "X1" not in (tmp_path / "audit" / "Audit.v").read_text()


def test_a_file_that_the_audit_left_out_is_failed(tmp_path, monkeypatch):
    monkeypatch.setattr(Scripted, "audit", lambda project, names: {})
    evidence = judged(tmp_path)
    assert evidence["X1"].status is Status.FAILED
    assert evidence["X1"].detail == "statements/X1.v was not audited"


@pytest.mark.parametrize(
    ("checked", "status", "detail"),
    [
        ((0, SUMMARY.format("<none>"), ""), Status.VERIFIED, "; accepted by coqchk"),
        ((0, SUMMARY.format("Coq.Logic.Classical_Prop.classic"), ""), Status.VERIFIED, "; accepted by coqchk"),
        ((0, SUMMARY.format("Stdlib.Logic.Classical_Prop.classic"), ""), Status.VERIFIED, "; accepted by coqchk"),
        ((0, SUMMARY.format("Gatedmem.lib.Aid.hole"), ""), Status.FAILED, "its context holds Gatedmem.lib.Aid.hole"),
        (
            (0, SUMMARY.format("Gatedmem.lib.Classical_Prop.classic"), ""),
            Status.FAILED,
            "its context holds Gatedmem.lib.Classical_Prop.classic",
        ),
        ((0, SUMMARY.format("Coq.Logic.Classical_Prop.not_classic"), ""), Status.FAILED, "its context holds Coq."),
        (
            (0, SUMMARY.format("Coq.Logic.Classical_Prop.classic\n    Z.hole\n    A.hole"), ""),
            Status.FAILED,
            "coqchk: its context holds Z.hole",
        ),
        ((0, SUMMARY.format("<none>").replace("<none>\n\n* I", "<none>\n\n* X: a\n* I"), ""), Status.FAILED, "X: a"),
        ((1, SUMMARY.format("<none>"), "Error: refused"), Status.FAILED, "coqchk: Error: refused"),
    ],
)
def test_the_second_kernel_run_is_listened_to(tmp_path, checked, status, detail):
    def prepare(project):
        project.checked = checked

    evidence = judged(tmp_path, second_kernel=True, prepare=prepare)
    assert {found.status for found in evidence.values()} == {status}
    assert all(detail in found.detail for found in evidence.values())


def test_the_second_kernel_is_asked_when_wanted_and_when_there_is_something_to_ask(tmp_path, monkeypatch):
    def asked(second_kernel, errors):
        projects = []

        def prepare(project):
            project.errors = errors
            projects.append(project)

        judged(tmp_path, second_kernel=second_kernel, prepare=prepare)
        return [command[-2:] for command in projects[0].commands if command[0] == "coqchk"]

    assert asked(False, {}) == []
    assert asked(True, {}) == [["Gatedmem.statements.X1", "Gatedmem.statements.X2"]]
    assert asked(True, {}) == [["Gatedmem.statements.X1", "Gatedmem.statements.X2"]]
    (tmp_path / "defs/Words.key").unlink()
    assert asked(True, {"defs/Words": "Error: no"}) == []
    project = Scripted(tmp_path)
    project.assumptions = {"statements/X1": CLOSED}
    assert not formal.check(project, {"X1": "X1"})["X1"].detail.endswith("coqchk")


def test_without_the_second_kernel_a_full_run_is_unavailable(tmp_path, monkeypatch):
    monkeypatch.setattr(rocq_project, "toolchain", lambda: Toolchain("coqc", "coqdep", None, "8.16.1"))
    evidence = judged(tmp_path, second_kernel=True)
    assert {found.status for found in evidence.values()} == {Status.UNAVAILABLE}
    assert evidence["X1"].detail == "coqchk is not on this machine"
    assert judged(tmp_path)["X1"].status is Status.VERIFIED


STATED = TEXTS["statements/X1"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"statements/X1": STATED.replace("Theorem X1_m", "Definition d := 1.\nTheorem X1_m")}, "Definition is not"),
        ({"statements/X1": STATED.replace("1.\n", "1.\n  #[local] Instance i := 1.\n", 1)}, "Instance is not"),
        # On one line with something else, within a proof, behind a string in a comment:
        ({"statements/X1": STATED.replace("Qed.\n", "Qed. Definition word := 2.\n", 1)}, "Definition is not allowed"),
        ({"statements/X1": STATED.replace("Proof. refl", "Proof. - Let word := 2. refl")}, "Let is not allowed"),
        ({"statements/X1": STATED + '(* " (* " *)\nFixpoint word := 2.\n(* " *) " *)\n'}, "Fixpoint is not allowed"),
        ({"statements/X1": STATED + "Hypotheses a b : False.\n"}, "Hypotheses is not allowed"),
        ({"statements/X1": STATED + "Module Import M. End M.\n"}, "Module is not allowed"),
        (
            {"statements/X1": STATED + "Example word : nat := 2.\n"},
            "X1.v gives word of defs/Words.v a second meaning",
        ),
        ({"lib/Aid": TEXTS["lib/Aid"] + "Definition word := 2.\n"}, "lib/Aid.v gives word of defs/Words.v a second"),
        ({"lib/Aid": TEXTS["lib/Aid"] + "Lemma a : True. exact I. Qed. Corollary word : 1.\n"}, "gives word of"),
        ({"lib/Aid": TEXTS["lib/Aid"] + "Notation word := 2.\n"}, "lib/Aid.v gives word of defs/Words.v a second"),
        ({"lib/Aid": TEXTS["lib/Aid"] + "Definition left := 2.\n"}, "gives left of defs/Words.v a second meaning"),
        ({"lib/Aid": TEXTS["lib/Aid"] + "Lemma Pair : True.\n"}, "gives Pair of defs/Words.v a second meaning"),
        ({"lib/Aid": TEXTS["lib/Aid"] + "Record r := { word : nat }.\n"}, "gives word of defs/Words.v a second"),
        ({"lib/Aid": TEXTS["lib/Aid"] + 'Notation "a = b" := (a <> b).\n'}, "lib/Aid.v gives symbols a meaning"),
        ({"lib/Aid": TEXTS["lib/Aid"] + 'Local Infix "=" := other.\n'}, "lib/Aid.v gives symbols a meaning"),
        (
            {"statements/X1": STATED.replace("Theorem", "(* Theorem").replace("exact I. Qed.\nEx", "*)\nEx")},
            "states no",
        ),
    ],
)
def test_words_keep_the_meaning_that_defs_gives_them(tmp_path, changes, reason):
    evidence = judged(tmp_path, {**TEXTS, **changes})["X1"]
    assert evidence.status is Status.FAILED
    assert reason in evidence.detail


@pytest.mark.parametrize(
    "changes",
    [
        {"statements/X1": STATED + "(* Definition word := 2. *)\n"},
        {"statements/X1": STATED.replace("reflexivity", "apply: Context.Let (Definition.x) my_Let Let'")},
        {"lib/Aid": TEXTS["lib/Aid"] + "Definition wording := 2. (* Definition word := 2. *)\n"},
        {"defs/Words": TEXTS["defs/Words"] + 'Notation "a + b" := (word a b).\n'},
        {"lib/Other": "Definition word := 2.\n"},  # nothing rests on it
    ],
)
def test_what_gives_no_word_another_meaning_is_let_pass(tmp_path, changes):
    assert judged(tmp_path, {**TEXTS, **changes})["X1"].status is Status.VERIFIED


@pytest.mark.parametrize("name", ["Classical_Prop", "ClassicalDedekindReals", "FunctionalExtensionality"])
def test_no_file_may_borrow_the_name_of_a_library_with_allowed_axioms(tmp_path, name):
    """The prover shortens names: an axiom ``classic`` of ``lib/Classical_Prop.v`` is printed like the allowed one."""
    texts = {**TEXTS, f"lib/{name}": "", "lib/Aid": TEXTS["lib/Aid"].replace("Words", f"Words lib/{name}")}
    evidence = judged(tmp_path, texts, assumptions=CLASSIC)
    assert evidence["X1"].status is Status.FAILED
    assert evidence["X1"].detail == f"lib/{name}.v has the name of a library whose axioms are allowed"
    assert evidence["X2"].status is Status.VERIFIED


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("a (* b *) c (* d *) e", "a  c  e"),
        ("a (* b (* c *) d *) e", "a  e"),
        ("a (* (* b *) (* c *) *) d *) e", "a  d  e"),
        ("a (* never closed", "a "),
        ("(**) a", " a"),
        ("*) a (* b *) c", " a  c"),
        ('a (* "*)" *) b', "a  b"),
        ('a "(*" b (* "(*" *) c', 'a "(*" b  c'),
        ("", ""),
    ],
)
def test_comments_are_taken_out(text, bare):
    assert rocq_project.without_comments(text) == bare


@pytest.mark.parametrize(
    ("printed", "names"),
    [
        ("Closed under the global context", ()),
        ("\n  Closed under the global context \n\n", ()),
        ("Closed under the global context\nAxioms:\nhole : False", ("Closed under the global context", "hole")),
        ("Axioms:\nb : False\na : True\nb : False", ("a", "b")),
        ("Axioms:\na\n  : forall x : nat,\n    x = x\nb : True", ("a", "b")),
        ("Axioms:\nx\n  : y\n", ("x",)),
        ("a : b : c", ("a",)),
        ("f is assumed to be guarded.", ("f is assumed to be guarded.",)),
    ],
)
def test_all_names_among_the_assumptions_are_read(printed, names):
    assert rocq_project.parse_assumptions(printed) == names


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        ("* Axioms: <none>", ()),
        ("* Axioms:\n    a.b\n    c.d", ("a.b", "c.d")),
        ("* Axioms: a.b", ("a.b",)),
        ("* Theory: Set is predicative\n* Axioms:\n    a", ("a",)),
        ("* Axioms:\n    a\n\n* Constants relying on fixpoints:\n    f", ("a", "Constants relying on fixpoints: f")),
        ("* Inductives whose positivity is assumed: <none>", ()),
        ("* Inductives whose positivity is assumed: bad", ("Inductives whose positivity is assumed: bad",)),
        ("===\n* Axioms:\n    a = b", ("a = b",)),
    ],
)  # fmt: skip
def test_all_entries_of_the_context_are_read(lines, names):
    assert rocq_project.parse_context_summary(f"* Axioms: before\nCONTEXT SUMMARY\n{lines}\n") == names


@pytest.mark.parametrize(
    ("printed", "line"),
    [
        ('File "a", line 1:\nFile "b", line 2:\n  Error:\n  No\n  hope.\n', 'File "b", line 2: Error: No hope.'),
        ("Fatal Error: gone", "Fatal Error: gone"),
        ("Error: first\nError: second", "Error: first Error: second"),
        ("something\n  else", "something else"),
        (" \n", "it failed without a message"),
        ("Error: " + "x" * 1000, "Error: " + "x" * 593),
        ("y" * 1000, "y" * 600),
    ],
)  # fmt: skip
def test_the_first_error_is_told_in_one_line(printed, line):
    assert rocq_project._first_error(printed) == line


def test_the_sources_are_the_files_of_the_three_folders(tmp_path, monkeypatch):
    for name in ("defs/A.v", "lib/B.v", "lib/B.vo", "statements/C1.v", "other/D.v"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    monkeypatch.setattr(rocq_project, "rocq_folder", lambda: tmp_path)
    assert rocq_project.sources() == {"defs/A": "defs/A.v", "lib/B": "lib/B.v", "statements/C1": "statements/C1.v"}


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A machine on which only a Rocq that says its version and its folder is installed, and a shell."""
    monkeypatch.undo()  # the tools of the script
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("coqc", "coqdep", "coqchk"):
        (programs / name).write_text(
            "#!/bin/sh\n"
            f'case "$1" in --print-version) echo "8.16.1 4.14.1";; -where) echo {tmp_path};;\n'
            "*) pwd; echo complaint >&2; exit 3;; esac\n"
        )
        (programs / name).chmod(0o755)
    for library in ("Coquelicot", "mathcomp"):
        (tmp_path / "user-contrib" / library).mkdir(parents=True)
    monkeypatch.setenv("PATH", str(programs))
    rocq_project.toolchain.cache_clear()
    yield tmp_path
    rocq_project.toolchain.cache_clear()


def test_the_tools_are_found_with_their_version(installed):
    programs = installed / "programs"
    found = rocq_project.toolchain()
    assert found == Toolchain(*(str(programs / name) for name in ("coqc", "coqdep", "coqchk")), "8.16.1")
    assert rocq_project.toolchain() is found
    rocq_project.toolchain.cache_clear()
    (programs / "coqchk").unlink()
    assert rocq_project.toolchain().checker is None


@pytest.mark.parametrize("absent", ["coqc", "coqdep"])
def test_a_tool_that_is_not_there_is_missed(installed, absent):
    (installed / "programs" / absent).unlink()
    with pytest.raises(ToolMissing, match="coqc is not on this machine"):
        rocq_project.toolchain()


@pytest.mark.parametrize("absent", ["Coquelicot", "mathcomp"])
def test_a_library_that_is_not_there_is_missed(installed, absent):
    (installed / "user-contrib" / absent).rmdir()
    with pytest.raises(ToolMissing, match=f"the Rocq library {absent} is not installed"):
        rocq_project.toolchain()


def test_a_broken_tool_is_no_tool(installed):
    (installed / "programs" / "coqc").write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(subprocess.CalledProcessError):
        rocq_project.toolchain()


def test_a_tool_is_run_in_the_build_folder_and_its_words_are_kept(installed, tmp_path):
    (tmp_path / "build").mkdir()
    project = RocqProject.__new__(RocqProject)
    project.folder = tmp_path / "build"
    done = project._run(["coqc", "X.v"])
    assert (done.returncode, done.stdout, done.stderr) == (3, f"{tmp_path / 'build'}\n", "complaint\n")


@pytest.mark.parametrize("name", ["Toolchain", "Audit"])
def test_what_the_prover_is_and_says_cannot_be_altered(name):
    value = TOOLS if name == "Toolchain" else Audit({}, ())
    with pytest.raises(dataclasses.FrozenInstanceError):
        value.version = value.axioms = "another"
