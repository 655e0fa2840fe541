"""A certificate's claims as theorems about its instance: what the kernel accepts, and what it must not."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from gatedmem.cli import cli
from gatedmem.proofs import rocq_cue, rocq_instances, rocq_project
from gatedmem.proofs.certify.builder import dump
from gatedmem.proofs.certify.context import ExactContext, certify
from gatedmem.proofs.checkers.formal import ALLOWED_AXIOMS
from gatedmem.proofs.rocq_cue import one_step_retrieval
from gatedmem.proofs.rocq_instances import NotAccepted, accept, restate, source
from gatedmem.proofs.rocq_project import RocqProject, ToolMissing
from gatedmem.proofs.rocq_terms import NothingToRestate

try:
    rocq_project.toolchain()
except ToolMissing as missing:
    pytest.skip(f"formal layer: {missing}", allow_module_level=True)

F = Fraction
MEMORIES = [[F(1), F(1, 10)], [F(1, 2), F(-1)], [F(0), F(3, 4)]]
FIVE = {
    "gate_matrix_definite",
    "smallest_eigenvalue",
    "contraction",
    "uniqueness_for_every_drive",
    "retrieval_probability",
}


@pytest.fixture(scope="module")
def certificate() -> dict[str, Any]:
    return certify(ExactContext(MEMORIES, F(1, 5), F(2), F(1, 2), query=[F(2), F(1, 3)], context=MEMORIES[0]))


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for all tests here, so that the libraries are compiled once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def project(cache: Path) -> RocqProject:
    return RocqProject(cache / "rocq", 2)


def test_the_kernel_accepts_every_claim_that_is_restated(
    certificate: dict[str, Any], tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATEDMEM_CACHE", str(cache))
    file = tmp_path / "c.json"
    file.write_text(dump(certificate), encoding="utf-8")
    done = CliRunner().invoke(cli, ["check", str(file), "--rocq", "--json"])
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)["rocq"]
    assert answer["accepted"]
    assert set(answer["theorems"]) == FIVE
    assert set(answer["axioms"]) <= ALLOWED_AXIOMS
    assert "(beta * lambda ^ 2) / (2 * eta) < 1" in answer["theorems"]["contraction"]


def beta_raised(text: str) -> str:
    return text.replace("Definition beta : R := IZR 2%Z", "Definition beta : R := IZR 3%Z")


def memory_changed(text: str) -> str:
    return text.replace("[:: [:: 20%Z; 2%Z]", "[:: [:: 20%Z; 90%Z]")


def claim_strengthened(text: str) -> str:
    return text.replace("(beta * lambda ^ 2) / (2 * eta) < 1.", "(beta * lambda ^ 2) / (2 * eta) < 1 / 4.")


@pytest.mark.parametrize("change", [beta_raised, memory_changed, claim_strengthened])
def test_the_kernel_refuses_what_was_not_proved(
    change: Callable[[str], str], certificate: dict[str, Any], project: RocqProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, theorems = source(certificate)
    assert change(text) != text
    monkeypatch.setattr(rocq_instances, "source", lambda _: (change(text), theorems))
    with pytest.raises(NotAccepted, match="Error"):
        restate(certificate, project)


def test_what_is_not_definite_cannot_be_restated() -> None:
    indefinite = certify(ExactContext([[F(1)], [F(-1)]], F(2), F(1), F(1)))
    with pytest.raises(NothingToRestate):
        source(indefinite)


def test_without_rocq_the_exit_code_is_3(
    certificate: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none() -> None:
        raise ToolMissing("coqc is not on this machine")

    monkeypatch.setattr(rocq_project, "toolchain", none)
    file = tmp_path / "c.json"
    file.write_text(dump(certificate), encoding="utf-8")
    done = CliRunner().invoke(cli, ["check", str(file), "--rocq"])
    assert done.exit_code == 3
    assert "coqc is not on this machine" in done.stderr


@pytest.mark.parametrize("slack", [F(1, 2), F(1, 1000)])
def test_the_short_cholesky_factor_leaves_a_dominant_remainder(slack: F) -> None:
    from gatedmem.proofs.checker.context import read

    memory = read(ExactContext(MEMORIES, F(1, 5), F(2), F(1, 2)).written())
    factor, unit = rocq_instances.cholesky(memory, F(1, 10), slack)
    n = memory.size
    for i in range(n):
        rest = [
            F(memory.gates[i][j], memory.gates_below)
            - (F(1, 10) if i == j else 0)
            - sum((F(a * b, unit * unit) for a, b in zip(factor[i], factor[j], strict=False)), F(0))
            for j in range(n)
        ]
        assert 2 * rest[i] > sum(map(abs, rest))


CUES = [[1, 1, 1, 1, -1, -1], [1, -1, 1, -1, 1, -1], [-1, 1, 1, 1, 1, 1]]


def test_one_step_retrieval_at_a_cue_is_accepted_and_at_another_refused(project: RocqProject) -> None:
    text, theorems = one_step_retrieval(CUES, CUES[0], F(2), F(1, 4), 0)
    assert set(accept(text, theorems, project, rocq_cue.LIBRARY).axioms) <= ALLOWED_AXIOMS
    other = text.replace("[:: 1%Z; 1%Z; 1%Z; 1%Z; (-1)%Z; (-1)%Z].", "[:: 1%Z; (-1)%Z; 1%Z; (-1)%Z; 1%Z; (-1)%Z].")
    assert other != text
    with pytest.raises(NotAccepted):
        accept(other, theorems, project, rocq_cue.LIBRARY)


@pytest.mark.parametrize(("temperature", "index"), [(F(100), 0), (F(1, 4), 1)])
def test_a_condition_that_fails_is_not_stated(temperature: F, index: int) -> None:
    with pytest.raises(NothingToRestate, match="AG31"):
        one_step_retrieval(CUES, CUES[0], F(2), temperature, index)
