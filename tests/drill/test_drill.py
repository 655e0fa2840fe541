"""The drill itself: its edits reach the checks, its verdicts are what the layers said, nonsense is refused."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gatedmem.drill import formal_trial
from gatedmem.drill.report import counts, to_json
from gatedmem.drill.run import CAUGHT, Outcome, Result, Trial, misfits, run, trials
from gatedmem.drill.variants import AT_LEAST, Posing, VariantError, load, names, parse, source_file
from gatedmem.proofs import ledger
from gatedmem.proofs.evidence import Layer
from gatedmem.proofs.rocq_project import RocqProject

STATEMENTS = ledger.load()
SM4 = STATEMENTS["SM4"]

WRONG = """
[[variant]]
name = "third"
kind = "constant"
words = "the constant is 1/3"
D = { old = "COVARIANCE_BOUND = Fraction(1, 2)", new = "COVARIANCE_BOUND = Fraction(1, 3)" }
F = { old = "softcov p v v <= (/ 2) * dot v v.", new = "softcov p v v <= (/ 3) * dot v v." }
C = { cannot = "left out here" }
S = { old = "COVARIANCE_BOUND = 0.5", new = "COVARIANCE_BOUND = 0.499" }
"""


def test_every_statement_has_wrong_variants_for_each_of_its_layers() -> None:
    assert names() == sorted(STATEMENTS)
    for statement in STATEMENTS.values():
        variants = load(statement)
        assert len(variants) >= AT_LEAST, statement.id
        for layer in statement.evidence:
            posed = [variant for variant in variants if not variant.posed[layer].cannot]
            assert posed, f"{statement.id}: no variant is put before {layer}"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda text: text.replace("[[variant]]", "[[variants]]"), "holds only"),
        (lambda text: text.replace('kind = "constant"\n', ""), "kind: is missing"),
        (lambda text: text.replace('"constant"', '"colour"'), "kind: must be one of"),
        (lambda text: text.replace("C = { cannot", "Q = { cannot"), "must speak of the layers"),
        (lambda text: text.replace('"left out here"', '" "'), "gives a reason"),
        (lambda text: text.replace("0.499", "0.5"), "the same as old"),
        (lambda text: text.replace('old = "COVARIANCE_BOUND = 0.5"', 'old = "n"'), "must occur once"),
        (lambda text: text.replace('0.499" }', '0.499", file = "none.py" }'), "there is no none.py"),
        (lambda text: text.replace('0.499" }', '0.499", within = "sm40" }'), "no function sm40"),
        (lambda text: text.replace('/ 3) * dot v v." }', '/ 3) * dot v v.", within = "SM4" }'), "has no functions"),
        (lambda text: text.replace('0.499" }', '0.499", refute = "lra." }'), "only a formal statement"),
        (lambda text: text + WRONG, "used twice"),
        (lambda text: text + "[", "SM4.toml"),
    ],
)
def test_a_broken_record_is_refused(change: Callable[[str], str], complaint: str) -> None:
    assert len(parse(WRONG, SM4)) == 1
    with pytest.raises(VariantError, match=complaint):
        parse(change(WRONG), SM4)


def test_an_edit_reaches_the_check_and_nothing_else(tmp_path: Path) -> None:
    (variant,) = parse(WRONG, SM4)
    asked = [Trial(SM4, layer, each) for layer in (Layer.DERIVATION, Layer.SIMULATION) for each in (variant, None)]
    before = {layer: source_file(SM4, layer).read_text() for layer in SM4.evidence}
    found = run(asked, folder=tmp_path, jobs=2)
    assert [result.outcome for result in found] == [Outcome.FAILED, Outcome.CONTROL] * 2
    assert "first false step" in found[0].detail
    assert "counterexample" in found[2].detail
    assert before == {layer: source_file(SM4, layer).read_text() for layer in SM4.evidence}
    assert run(asked, folder=tmp_path, jobs=1) == found  # kept, seconds and all


def test_an_edit_that_leaves_the_statement_true_is_a_survivor(tmp_path: Path) -> None:
    (variant,) = parse(WRONG.replace("Fraction(1, 3)", "Fraction(2, 4)"), SM4)
    (result,) = run([Trial(SM4, Layer.DERIVATION, variant)], folder=tmp_path, jobs=1)
    assert result.outcome is Outcome.ACCEPTED


def test_an_edit_that_is_no_statement_is_no_catch(tmp_path: Path) -> None:
    (variant,) = parse(WRONG.replace("Fraction(1, 3)", "Fractions(1, 3)"), SM4)
    (result,) = run([Trial(SM4, Layer.DERIVATION, variant)], folder=tmp_path, jobs=1)
    assert result.outcome is Outcome.BROKE
    assert "NameError" in result.detail
    assert not list(tmp_path.rglob("*.json"))  # and it is asked again next time


def test_a_file_the_check_does_not_read_is_no_catch(tmp_path: Path) -> None:
    elsewhere = 'D = { old = "class InputError", new = "class ReadError", file = "numerics/files.py" }'
    lines = [elsewhere if line.startswith("D =") else line for line in WRONG.splitlines()]
    (variant,) = parse("\n".join(lines), SM4)
    (result,) = run([Trial(SM4, Layer.DERIVATION, variant)], folder=tmp_path, jobs=1)
    assert result.outcome is Outcome.BROKE
    assert "not imported" in result.detail


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> RocqProject:
    if shutil.which("coqc") is None:
        pytest.skip("coqc is not installed")
    texts = {
        "statements/T": "From Coq Require Import Reals Lra.\nOpen Scope R_scope.\n"
        "Theorem T0 : 0 < 1.\nProof. lra. Qed.\n"
        "Theorem T (x : R) : 1 <= x -> 0 < x.\nProof. lra. Qed.\n"
    }
    project = RocqProject(tmp_path_factory.mktemp("rocq"), 1, texts=texts)
    assert project.compile(["statements/T"]) == {"statements/T": None}
    return project


def formal(project: RocqProject, old: str, new: str, refute: str = "") -> tuple[str, str]:
    from gatedmem.drill.variants import Edit

    start = project.sources["statements/T"].index(old)
    return formal_trial.put(project, "T", Posing((Edit("T.v", old, new, start),), refute=refute))


def test_a_wrong_theorem_is_unproved_or_refuted(built: RocqProject) -> None:
    assert formal(built, "1 <= x", "-1 <= x")[0] == "unproved"
    script = "intro wrong; specialize (wrong 0); lra."
    assert formal(built, "1 <= x", "-1 <= x", script) == ("refuted", "the negation is proved")


def test_a_true_theorem_is_accepted_and_not_refuted(built: RocqProject) -> None:
    assert formal(built, "1 <= x", "2 <= x")[0] == "accepted"
    outcome, said = formal(built, "1 <= x", "2 <= x", "intro wrong; specialize (wrong 0); lra.")
    assert outcome == "broke"
    assert "not proved" in said


@pytest.mark.parametrize(
    ("old", "new", "refute"),
    [
        ("1 <= x", "1 <= y", ""),  # not well formed
        ("0 < 1.\nProof.", "0 < 2.\nProof.", ""),  # reaches into the proof
        ("lra. Qed", "admit. Qed", ""),  # changes a proof, not the words
        ("1 <= x", "-1 <= x", "admit."),  # a refutation with a hole
        ("1 <= x", "-1 <= x", "Axiom hole : False."),
    ],
)
def test_what_is_no_variant_is_no_catch(built: RocqProject, old: str, new: str, refute: str) -> None:
    assert formal(built, old, new, refute)[0] == "broke"


def result(outcome: Outcome, variant: str = "third", layer: Layer = Layer.DERIVATION) -> Result:
    return Result("SM4", layer, variant, outcome, "said", 0.1)


def test_what_must_not_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    (variant,) = parse(WRONG, SM4)
    explained = replace(variant, name="kept", posed={Layer.DERIVATION: Posing(survives="it is equivalent")})
    monkeypatch.setattr("gatedmem.drill.run.load", lambda _: [variant, explained])
    fine = [result(outcome) for outcome in CAUGHT] + [result(Outcome.ACCEPTED, "kept"), result(Outcome.CONTROL, "")]
    assert list(misfits(fine, [SM4])) == []
    for bad in (
        result(Outcome.ACCEPTED),
        result(Outcome.BROKE),
        result(Outcome.FAILED, "kept"),
        result(Outcome.BROKE, ""),
    ):
        assert len(list(misfits([*fine, bad], [SM4]))) == 1


def test_a_report_counts_catches_by_kind() -> None:
    (variant,) = parse(WRONG, SM4)
    found = [result(Outcome.FAILED), result(Outcome.ACCEPTED), result(Outcome.CONTROL, "")]
    assert counts(found)[Layer.DERIVATION] == {
        **dict.fromkeys(map(str, Outcome), 0), "wrong": 2, "caught": 1, "failed": 1, "accepted": 1, "control": 1,
    }  # fmt: skip
    record = to_json(found, {("SM4", "third"): variant})
    assert json.loads(json.dumps(record)) == record
    assert record["trials"][0]["words"] == "the constant is 1/3"
    assert record["not_posed"] == [
        {"id": "SM4", "layer": "C", "variant": "third", "words": "the constant is 1/3", "reason": "left out here"}
    ]


def test_a_draw_is_fixed_by_its_seed() -> None:
    everything = trials([SM4], list(Layer), sample=None, seed=0)
    assert len(
        {(trial.statement.id, trial.layer, trial.variant and trial.variant.name) for trial in everything}
    ) == len(everything)
    assert {trial.layer for trial in everything if trial.variant is None} == set(SM4.evidence) - {Layer.FORMAL}
    few = trials([SM4], list(Layer), sample=3, seed=1)
    assert few == trials([SM4], list(Layer), sample=3, seed=1)
    assert len(few) == 3
