"""Certificates of the context-gated memory: right on either side of each threshold, undecided on it; the commands."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from gatedmem.cli import cli
from gatedmem.proofs import rocq_instances
from gatedmem.proofs.certify import fixed_points
from gatedmem.proofs.certify.builder import dump
from gatedmem.proofs.certify.context import ExactContext, certify
from gatedmem.proofs.checker import matrices
from gatedmem.proofs.checker.certificate import check
from gatedmem.proofs.checker.reading import rational

NANO = Fraction(1, 10**9)


def verdicts(instance: ExactContext) -> dict[str, str]:
    """What the checker says of the certificate, claim by claim."""
    return {claim.claim: claim.verdict for claim in check(dump(certify(instance)).encode()).claims}


def drawn(n: int, d: int, seed: int) -> list[list[Fraction]]:
    memories = np.random.default_rng(seed).standard_normal((n, d))
    memories /= np.linalg.norm(memories, axis=1, keepdims=True)
    return [[Fraction(float(entry)) for entry in row] for row in memories]


def pair(alpha: Fraction, beta: Fraction, gain: Fraction, overlap: Fraction = Fraction(0)) -> ExactContext:
    """Two memories with inner product ``overlap``: A has the eigenvalues 1 ± α·overlap exactly."""
    return ExactContext([[Fraction(1), Fraction(0)], [overlap, Fraction(1)]], alpha, beta, gain)


@pytest.mark.parametrize("overlap", [Fraction(1, 2), Fraction(1, 3)])
def test_contraction_on_either_side_of_one(overlap: Fraction) -> None:
    """κ = βλ²/(2(1-α·overlap)) is set to 1 ± 1e-9 and to 1 exactly; for a positive overlap CG12 has the same edge."""
    alpha, gain = Fraction(1, 2), Fraction(1)
    edge = 2 * (1 - alpha * overlap)
    names = ("contraction", "projected_contraction", "uniqueness_for_every_drive")
    below = verdicts(pair(alpha, edge * (1 - NANO), gain, overlap))
    above = verdicts(pair(alpha, edge * (1 + NANO), gain, overlap))
    on = verdicts(pair(alpha, edge, gain, overlap))
    assert [below[name] for name in names] == ["proved"] * 3
    assert [above[name] for name in names] == ["refuted"] * 3
    assert [on[name] for name in names] == ["undecided"] * 3
    assert below["unique_fixed_point"] == "proved"
    assert above["unique_fixed_point"] in ("refuted", "undecided")  # a pitchfork: never proved
    assert on["unique_fixed_point"] == "undecided"
    assert on["all_fixed_points"] == "undecided"


def test_the_exact_threshold_lies_above_the_other_two() -> None:
    """For a negative overlap the pair's own condition is the weaker one: between them only CG12 speaks."""
    overlap, alpha = Fraction(-1, 2), Fraction(1)
    said = verdicts(pair(alpha, Fraction(2), Fraction(1), overlap))  # κ = 2, on (1,-1) only 2/3
    assert said["contraction"] == "refuted"
    assert said["uniqueness_for_every_drive"] == "proved"
    assert said["unique_fixed_point"] == "proved"


@pytest.mark.parametrize("n", [2, 5, 20])
def test_definiteness_on_either_side_of_the_critical_competition(n: int) -> None:
    """Equal unit memories: G = 11ᵀ, A = (1-α)I + α11ᵀ, so α_crit = 1."""
    memories = [[Fraction(1)]] * n
    for side, expected in ((-1, "proved"), (1, "refuted")):
        instance = ExactContext(memories, 1 + side * NANO, Fraction(1, 10**10), Fraction(1))
        assert verdicts(instance)["gate_matrix_definite"] == expected
    on = verdicts(ExactContext(memories, Fraction(1), Fraction(1), Fraction(1)))
    # A = 11ᵀ is singular: a direction of the kernel shows that it is not definite.
    assert on["gate_matrix_definite"] == "refuted"
    assert "unique_fixed_point" not in on


def test_brackets_hold_the_exact_value() -> None:
    """Two memories with overlap ½, α = 1/5: η_min = 9/10, α_crit = 2, k² with μ = ½ and 3/2 by hand."""
    made = certify(pair(Fraction(1, 5), Fraction(1), Fraction(1), Fraction(1, 2)))
    # G = [[1, ½], [½, 5/4]]; A - cG is singular at the roots of (1-c)(1-5c/4) = (1/10 - c/2)².
    a, b, c = Fraction(1), Fraction(-43, 20), Fraction(99, 100)
    for name, exact in (
        ("smallest_eigenvalue", lambda x: (1 - x) ** 2 - Fraction(1, 100)),
        ("critical_competition", lambda x: 1 - x * x / 4),
        ("largest_context_weight", lambda x: a * x * x + b * x + c),
    ):
        numbers = next(claim["numbers"] for claim in made["claims"] if claim["claim"] == name)
        low, high = rational(numbers["low"], name), rational(numbers["high"], name)
        assert exact(low) >= 0 >= exact(high), name
        assert high - low < 1e-10, name


def test_a_drive_can_single_out_one_fixed_point_beyond_every_threshold() -> None:
    memories = drawn(30, 40, 0)
    strong = [4 * entry for entry in memories[0]]
    instance = ExactContext(memories, Fraction(1, 20), Fraction(4), Fraction(1), query=strong)
    made = certify(instance)
    found = {claim["claim"]: claim for claim in made["claims"]}
    assert found["uniqueness_for_every_drive"]["verdict"] == "refuted"
    assert found["unique_fixed_point"]["witness"]["way"] == "trapped"
    assert found["retrieval_probability"]["numbers"]["memory"] == 0
    assert check(dump(made).encode()).decided
    # Without the query every memory is a fixed point of its own.
    assert (
        verdicts(ExactContext(memories, Fraction(1, 20), Fraction(40), Fraction(1)))["unique_fixed_point"]
        == "refuted"
    )


def test_all_fixed_points_of_equal_rights_are_found() -> None:
    """Orthonormal memories at βλ² = 8: each set of memories has its own fixed point, 2^N - 1 in all."""
    memories = [[Fraction(int(i == j)) for j in range(3)] for i in range(3)]
    made = certify(ExactContext(memories, Fraction(0), Fraction(8), Fraction(1)))
    points = next(claim["numbers"]["points"] for claim in made["claims"] if claim["claim"] == "all_fixed_points")
    assert len(points) == 7
    assert sum(point["degree"] for point in points) == 1


def test_a_fixed_point_that_is_not_found_leaves_the_count_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    from gatedmem.proofs.certify import counting

    every = counting._candidates
    monkeypatch.setattr(counting, "_candidates", lambda numbers: every(numbers)[1:])
    memories = [[Fraction(int(i == j)) for j in range(2)] for i in range(2)]
    assert verdicts(ExactContext(memories, Fraction(0), Fraction(8), Fraction(1)))["all_fixed_points"] == "undecided"


def test_a_wrong_proposal_never_becomes_a_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    right = fixed_points._sharpened

    def off(*arguments: Any) -> list[Fraction]:
        return [gate + Fraction(1, 8) for gate in right(*arguments)]

    monkeypatch.setattr(fixed_points, "_sharpened", off)
    monkeypatch.setattr(fixed_points, "_radius", lambda *_: Fraction(1, 2**60))
    said = verdicts(ExactContext(drawn(4, 3, 1), Fraction(1, 10), Fraction(1), Fraction(1)))
    assert said["unique_fixed_point"] == "undecided"
    assert "retrieval_probability" not in said


@pytest.mark.parametrize(
    ("instance", "rule"),
    [
        (lambda: ExactContext([], Fraction(0), Fraction(1), Fraction(1)), "memories: needs at least one row"),
        (lambda: ExactContext([[Fraction(1)]], Fraction(-1), Fraction(1), Fraction(1)), "alpha: must be at least 0"),
        (
            lambda: ExactContext([[Fraction(1)]], Fraction(0), Fraction(0), Fraction(1)),
            "beta: must be greater than 0",
        ),
        (
            lambda: ExactContext([[Fraction(1)]], Fraction(0), Fraction(1), Fraction(1), query=[Fraction(1)] * 2),
            "query: needs 1 numbers",
        ),
        (lambda: ExactContext([[Fraction(1)] * 601], *map(Fraction, (0, 1, 1))), "a side longer than 600"),
    ],
)
def test_bad_instances_are_refused(instance: Callable[[], ExactContext], rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        instance()


# As the user runs it


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "m.csv").write_text("1,0,0.1\n0.5,0.8,0\n0,-0.2,1\n", encoding="utf-8")
    (tmp_path / "q.csv").write_text("0.9,0.1,0.1\n", encoding="utf-8")
    return tmp_path


def run(*arguments: object) -> Any:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def test_from_csv_files_to_a_checked_certificate(files: Path) -> None:
    options = (
        "--memories",
        files / "m.csv",
        "--query",
        files / "q.csv",
        "--alpha",
        "0.3",
        "--beta",
        "2",
        "--gain",
        ".5",
    )
    made = run("certify", "context", *options, "-o", files / "c.json")
    assert made.exit_code == 0, made.output
    checked = run("check", files / "c.json", "--json")
    assert checked.exit_code == 0, checked.output
    answer = json.loads(checked.stdout)
    assert answer["accepted"]
    assert {claim["verdict"] for claim in answer["claims"]} <= {"proved", "refuted"}
    assert any(claim["claim"] == "retrieval_probability" for claim in answer["claims"])


def test_decimals_are_taken_as_asked(files: Path) -> None:
    options = ("--memories", files / "m.csv", "--alpha", "0.1", "--query", files / "q.csv", "-o", files / "c.json")
    for flag, tenth in (((), Fraction(0.1)), (("--decimal",), Fraction(1, 10))):
        assert run("certify", "context", *options, *flag).exit_code == 0
        held = json.loads((files / "c.json").read_text(encoding="utf-8"))["instance"]
        assert [rational(held[name], "") for name in ("alpha",)] == [tenth]
        assert rational(held["memories"][0][2], "") == tenth
        assert rational(held["query"][1], "") == tenth


def test_an_undecided_claim_and_a_false_one_end_with_code_1(files: Path) -> None:
    (files / "e.csv").write_text("1,0\n0,1\n", encoding="utf-8")
    made = run("certify", "context", "--memories", files / "e.csv", "--beta", "2", "-o", files / "c.json")
    assert made.exit_code == 1
    assert run("check", files / "c.json").exit_code == 1
    assert run("certify", "context", "--memories", files / "m.csv", "-o", files / "c.json").exit_code == 0
    text = (files / "c.json").read_text(encoding="utf-8")
    (files / "c.json").write_text(text.replace('"beta":"1"', '"beta":"2"'), encoding="utf-8")
    false = run("check", files / "c.json")
    assert false.exit_code == 1
    assert false.stdout.startswith("rejected: ")
    assert json.loads(run("check", files / "c.json", "--json").stdout)["accepted"] is False


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        (("--memories", "nope.csv"), "nope.csv: memories: no such file"),
        (("--memories", "m.csv", "--alpha", "x"), "--alpha: 'x' is not a finite number"),
        (("--memories", "m.csv", "--alpha", "inf"), "--alpha: 'inf' is not a finite number"),
        (("--memories", "m.csv", "--alpha", "1e999999", "--decimal"), "--alpha: '1e999999' is not a finite number"),
        (("--memories", "m.csv", "--beta", "0"), "beta: must be greater than 0"),
        (("--memories", "m.csv", "--query", "m.csv"), "query: must be one row or one column, is 3 by 3"),
        (("--memories", "m.csv", "--context", "bad.csv"), "context: line 1 holds 'x', which is not a number"),
        (("--memories", "long.csv", "--decimal"), "which is not a number"),
        (("--memories", "huge.csv"), "memories: products of its entries are beyond double precision"),
    ],
)
def test_bad_input_is_one_line_and_code_2(
    arguments: tuple[str, ...], rule: str, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(files)
    (files / "bad.csv").write_text("x,1,2\n", encoding="utf-8")
    (files / "long.csv").write_text("1e-99999999999\n", encoding="utf-8")
    (files / "huge.csv").write_text("1e300,1\n1,1e300\n", encoding="utf-8")
    result = run("certify", "context", *arguments, "-o", "c.json")
    assert result.exit_code == 2, result.output
    assert len(result.stderr.strip().splitlines()) == 1
    assert rule in result.stderr
    assert not (files / "c.json").exists()


def test_a_malformed_certificate_is_bad_input(files: Path) -> None:
    (files / "c.json").write_text("{}", encoding="utf-8")
    for name, rule in (("c.json", "certificate: lacks"), ("none.json", "no such file")):
        result = run("check", files / name)
        assert result.exit_code == 2
        assert rule in result.stderr


def test_fifty_memories_take_about_a_second() -> None:
    """The limit is for a quiet machine; three times as much still shows a wrong order of growth."""
    instance = ExactContext(drawn(50, 10, 0), Fraction(0.1), Fraction(3.5), Fraction(4), query=drawn(1, 10, 1)[0])
    certify(instance)
    start = time.process_time()
    data = dump(certify(instance)).encode()
    between = time.process_time()
    check(data)
    assert between - start < 3.0
    assert time.process_time() - between < 3.0


@pytest.mark.parametrize("decimal", [False, True])
def test_a_single_vector_is_one_row(files: Path, decimal: bool) -> None:
    """A query or a context as a plain vector; memories stay tables."""
    vector = [0.9, 0.1, 0.1]
    np.save(files / "v.npy", np.array(vector))
    np.savez(files / "v.npz", query=np.array(vector), context=np.array(vector))
    (files / "v.json").write_text(json.dumps(vector), encoding="utf-8")
    (files / "t.json").write_text(json.dumps([vector]), encoding="utf-8")
    (files / "column.csv").write_text("0.9\n0.1\n0.1\n", encoding="utf-8")
    flag = ("--decimal",) if decimal else ()
    for name in ("v.npy", "v.npz", "v.json", "t.json", "column.csv", "q.csv"):
        given = ("--memories", files / "m.csv", "--query", files / name, "--context", files / name, *flag)
        made = run("certify", "context", *given, "-o", files / "c.json")
        assert made.exit_code == 0, made.output
        held = json.loads((files / "c.json").read_text(encoding="utf-8"))["instance"]
        tenth = Fraction(1, 10) if decimal and Path(name).suffix in (".json", ".csv") else Fraction(0.1)
        for field in ("query", "context"):
            assert [rational(entry, field) for entry in held[field]][1:] == [tenth, tenth], name
    for name in ("v.npy", "v.json"):
        refused = run("certify", "context", "--memories", files / name, "-o", files / "d.json")
        assert refused.exit_code == 2
        assert "memories: " in refused.stderr
    (files / "ragged.json").write_text("[1, [2]]", encoding="utf-8")
    (files / "none.json").write_text("[]", encoding="utf-8")
    for name in ("ragged.json", "none.json"):
        given = ("--memories", files / "m.csv", "--query", files / name)
        assert run("certify", "context", *given, "-o", files / "d.json").exit_code == 2


def test_twice_as_many_memories_as_dimensions_are_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the checker allows 400 memories in 200 dimensions, in proportion: short integers, mostly none at all."""
    n = 80
    monkeypatch.setattr(matrices, "LARGEST_EFFORT", matrices.LARGEST_EFFORT * n**3 // 400**3)
    memories = drawn(n, n // 2, 0)
    made = certify(ExactContext(memories, Fraction(0.01), Fraction(2), Fraction(0.5), query=memories[0]))
    assert check(dump(made).encode()).decided
    proved_by_congruence = [claim["claim"] for claim in made["claims"] if claim["witness"].get("congruence")]
    assert proved_by_congruence == ["largest_context_weight"]


@pytest.mark.parametrize("n", [3, 40])
def test_more_memories_than_dimensions_on_either_side_of_the_critical_competition(n: int) -> None:
    """Unit memories ±e_1, ±e_2: the gate matrix has the eigenvalue 1 - α, so α_crit = 1, η_min = 1 - α exactly."""
    axes = [[Fraction(1), Fraction(0)], [Fraction(-1), Fraction(0)], [Fraction(0), Fraction(1)]]
    memories = [axes[i % 3] for i in range(n)]
    for side, expected in ((-1, "proved"), (1, "refuted")):
        made = certify(ExactContext(memories, 1 + side * NANO, Fraction(1, 10**10), Fraction(1)))
        found = {claim["claim"]: claim for claim in made["claims"]}
        assert found["gate_matrix_definite"]["verdict"] == expected
        numbers = found["smallest_eigenvalue"]["numbers"]
        assert rational(numbers["low"], "") <= -side * NANO <= rational(numbers["high"], "")
        crit = found["critical_competition"]["numbers"]
        assert rational(crit["low"], "") <= 1 <= rational(crit["high"], "")
        check(dump(made).encode())
    # κ = σ/(1-α) at 1 ± 1e-9.
    alpha = Fraction(1, 2)
    for side, expected in ((-1, "proved"), (1, "refuted"), (0, "undecided")):
        said = verdicts(ExactContext(memories, alpha, 2 * (1 - alpha) * (1 + side * NANO), Fraction(1)))
        assert said["contraction"] == expected


@pytest.mark.parametrize("n", [24, 25])
def test_what_is_too_long_for_the_kernel_is_named(n: int) -> None:
    memories = [[Fraction(int(i == j)) for j in range(n)] for i in range(n)]
    made = certify(ExactContext(memories, Fraction(1), Fraction(1), Fraction(1, 2)))
    said = {claim["claim"]: claim["verdict"] for claim in made["claims"]}
    assert said["uniqueness_for_every_drive"] == "proved"
    missing = rocq_instances.left_out(made)
    assert list(missing) == ([] if n <= 24 else ["uniqueness_for_every_drive"])
    assert all("at most 24 memories; with 25" in reason for reason in missing.values())
    _, theorems = rocq_instances.source(made)
    assert ("uniqueness_for_every_drive" in theorems) == (not missing)
