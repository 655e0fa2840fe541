"""Certificates of the astrocyte-gated memory: right on either side of each threshold; the command."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astrocyte_oracle import INSTANCES, PAIR, drawn, false_claim, number
from click.testing import CliRunner
from flint import arb

from gatedmem.cli import cli
from gatedmem.numerics.enclosures import working_precision
from gatedmem.numerics.instances import digit_patterns
from gatedmem.proofs import rocq_cue
from gatedmem.proofs.certify import equilibria
from gatedmem.proofs.certify.astrocyte import ExactAstrocyte, certify
from gatedmem.proofs.certify.builder import dump
from gatedmem.proofs.checker.certificate import check
from gatedmem.proofs.checker.reading import Rejected
from gatedmem.proofs.rocq_terms import NothingToRestate

NANO = Fraction(1, 10**9)


def test_the_condition_at_a_cue_of_signs_is_restated_for_rocq() -> None:
    text, theorems = rocq_cue.source(certify(INSTANCES["retrieves"]))
    assert "nat_of_ord mu = 0%N" in theorems["one_step_retrieval"]
    assert "Lemma cue_ok" in text
    for name, rule in (("one pattern", "entries other than"), ("mixture", "does not prove AG31's condition")):
        with pytest.raises(NothingToRestate, match=rule):
            rocq_cue.source(certify(INSTANCES[name]))


def verdicts(instance: ExactAstrocyte) -> dict[str, str]:
    """What the checker says of the certificate, claim by claim."""
    return {claim.claim: claim.verdict for claim in check(dump(certify(instance)).encode()).claims}


@pytest.mark.parametrize("n", [2, 16, 32])
def test_the_uniform_state_on_either_side_of_its_threshold(n: int) -> None:
    """Orthogonal patterns: λ_max(W_H) = 1, so that the threshold is σ = 1; exactly on it the state is not stable."""
    hadamard = np.array([[1]])
    while len(hadamard) < n:
        hadamard = np.block([[hadamard, hadamard], [hadamard, -hadamard]])
    rows = hadamard[: max(2, n // 4)].tolist()
    cue = [Fraction(0)] * n
    for sigma, expected in ((1 - NANO, "proved"), (1 + NANO, "refuted"), (Fraction(1), "refuted")):
        said = verdicts(ExactAstrocyte(rows, cue, sigma=sigma))
        assert said["uniform_state_stable"] == expected
        if sigma > 1:
            assert said["everything_decays"] == "refuted"


def test_an_irrational_threshold_is_told_from_its_neighbours() -> None:
    """Overlaps of 0, ½ and ½ between three patterns: λ_max(W_H) = 1 + √2/2, which no rational number equals."""
    rows = [[1, 1, 1, -1], [1, -1, 1, 1], [1, 1, 1, 1]]
    largest = float(np.linalg.eigvalsh(np.array(rows).T @ np.array(rows) / 4)[-1])
    for side, expected in ((-1, "proved"), (1, "refuted")):
        said = verdicts(ExactAstrocyte(rows, [Fraction(1)] * 4, sigma=(1 + side * NANO) / Fraction(largest)))
        assert said["uniform_state_stable"] == expected


@pytest.mark.parametrize("k", [1, 3])
def test_decay_on_either_side_of_its_threshold(k: int) -> None:
    """K equal patterns have λ_max(W_H) = K: below σK = 1 everything decays, above it x = 0 is unstable."""
    rows, cue = [[1, -1]] * k, [Fraction(1), Fraction(1)]
    below = certify(ExactAstrocyte(rows, cue, sigma=(1 - NANO) / k, tau_x=Fraction(2)))
    claim = below["claims"][-1]
    assert (claim["claim"], claim["verdict"]) == ("everything_decays", "proved")
    assert number(claim["numbers"]["rate"]) == NANO / 2
    assert verdicts(ExactAstrocyte(rows, cue, sigma=(1 + NANO) / k))["everything_decays"] == "refuted"
    on = certify(ExactAstrocyte(rows, cue, sigma=Fraction(1, k)))["claims"][-1]
    assert on["verdict"] == "proved"
    assert number(on["numbers"]["rate"]) == 0


def test_the_gap_of_one_step_on_either_side_of_its_threshold() -> None:
    """Four rivals alike: the gap is t²·(25 - 9)/10 at a cue of ones; T log 4 is set just below and above it."""
    rows = [[1] * 5, *([[-1, 1, 1, 1, 1]] * 4)]
    cue = [Fraction(1)] * 5
    with working_precision(200):
        gap = arb(1).tanh() ** 2 * arb(8) / arb(5) / arb(4).log()
        edge = Fraction(int((gap * 2**80).floor().unique_fmpz()), 2**80)
    for side, way in ((-1, "gap"), (1, "signs")):
        made = certify(ExactAstrocyte(rows, cue, temperature=edge * (1 + side * NANO)))
        step = next(claim for claim in made["claims"] if claim["claim"] == "retrieval_in_one_step")
        # Beyond the gap the theorem does not speak, yet the step itself is still right for this cue.
        assert (step["verdict"], step["witness"]["way"]) == ("proved", way)
        step["witness"]["way"] = "gap"
        if side > 0:
            with pytest.raises(Rejected, match="not above T log"):
                check(dump(made).encode())


@pytest.mark.parametrize("side", [-1, 1])
def test_a_saddle_just_off_its_pitchfork(side: int) -> None:
    """One pattern on one neuron: x = 0 loses stability at σ = 1, where two equilibria appear."""
    made = certify(ExactAstrocyte([[1]], [Fraction(0)], sigma=1 + side * NANO))
    stable = next(claim for claim in made["claims"] if claim["claim"] == "equilibrium_stable")
    assert stable["verdict"] in (("refuted" if side > 0 else "proved"), "undecided")
    assert false_claim(made) is None
    on = verdicts(ExactAstrocyte([[1]], [Fraction(0)]))
    assert on["equilibrium"] == on["equilibrium_stable"] == "undecided"


def test_a_wrong_proposal_never_becomes_a_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    right = equilibria._sharpened

    def off(*arguments: Any) -> Any:
        state, derivative = right(*arguments)
        return [entry + Fraction(1, 2**40) for entry in state], derivative

    monkeypatch.setattr(equilibria, "_sharpened", off)
    made = certify(INSTANCES["retrieves"])
    assert false_claim(made) is None
    radius = number(next(c["numbers"]["radius"] for c in made["claims"] if c["claim"] == "equilibrium"))
    assert radius > Fraction(1, 2**42)


@pytest.mark.parametrize(
    "constants",
    [{"temperature": -300}, {"temperature": 300}, {"sigma": -300}, {"sigma": 300}, {"tau_p": 300}],
)
def test_constants_at_the_ends_of_double_precision(constants: dict[str, int]) -> None:
    """Overflow spoils proposals only: what is decided is true, and nothing warns, fails or hangs."""
    exact = {name: Fraction(10) ** power for name, power in constants.items()}
    start = time.process_time()
    made = certify(ExactAstrocyte(PAIR, [Fraction(1), Fraction(1, 2)], **exact))
    assert time.process_time() - start < 5.0
    check(dump(made).encode())
    bounds = {"gain_floor", "neuron_bound", "energy_bounds"}
    assert bounds <= {claim["claim"] for claim in made["claims"] if claim["verdict"] == "proved"}


def test_digits_take_seconds() -> None:
    """500 digits of 64 neurons: the issue asks for 60 s and 5 s on two cores."""
    patterns = digit_patterns(50)
    if patterns is None:
        pytest.skip("scikit-learn is not installed")
    cue = [Fraction(int(entry)) for entry in np.where(np.arange(64) < 6, -1, 1) * patterns[0]]
    start = time.process_time()
    made = certify(ExactAstrocyte(patterns.astype(int).tolist(), cue, temperature=Fraction(1, 20)))
    between = time.process_time()
    assert check(dump(made).encode()).decided
    assert between - start < 20.0
    assert time.process_time() - between < 5.0


def test_saturated_neurons_at_a_hundred_patterns() -> None:
    """N = 30, K = 100 at a low temperature: φ' is below 10^-80, and the certificate takes well under its 5 s."""
    instance = drawn(30, 100, 0, flips=6, temperature=0.01)
    certify(instance)
    start = time.process_time()
    made = certify(instance)
    between = time.process_time()
    said = {claim.claim: claim for claim in check(dump(made).encode()).claims}
    assert said["retrieval_at_equilibrium"].verdict == said["equilibrium_stable"].verdict == "proved"
    assert "row 1," in said["retrieval_at_equilibrium"].statement
    assert between - start < 5.0
    assert time.process_time() - between < 5.0


# as the user runs it


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "p.csv").write_text("1,1,1,1\n1,-1,1,-1\n1,1,-1,-1\n", encoding="utf-8")
    (tmp_path / "c.csv").write_text("0.9,0.1,1,0.7\n", encoding="utf-8")
    return tmp_path


def run(*arguments: object) -> Any:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def test_from_csv_files_to_a_checked_certificate(files: Path) -> None:
    given = ("--patterns", files / "p.csv", "--cue", files / "c.csv", "--sigma", "3", "--temperature", "0.1")
    for flag, tenth in (((), Fraction(0.1)), (("--decimal",), Fraction(1, 10))):
        made = run("certify", "astrocyte", *given, "--tau-p", "2", *flag, "-o", files / "out.json")
        assert made.exit_code == 0, made.output
        held = json.loads((files / "out.json").read_text(encoding="utf-8"))["instance"]
        assert number(held["temperature"]) == number(held["cue"][1]) == tenth
        checked = run("check", files / "out.json", "--json")
        assert checked.exit_code == 0, checked.output
        assert {claim["verdict"] for claim in json.loads(checked.stdout)["claims"]} <= {"proved", "refuted"}


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        ({"--patterns": "nope.csv"}, "nope.csv: patterns: no such file"),
        ({"--patterns": "c.csv"}, "c.csv: patterns: every entry must be -1 or +1"),
        ({"--cue": "nope.csv"}, "nope.csv: cue: no such file"),
        ({"--cue": "p.csv"}, "cue: must be one row or one column, is 3 by 4"),
        ({"--cue": "short.csv"}, "short.csv: cue: needs 4 numbers, one per neuron, holds 2"),
        ({"--sigma": "x"}, "--sigma: 'x' is not a finite number"),
        ({"--temperature": "0"}, "temperature: must be greater than 0"),
        ({"--tau-x": "-1"}, "tau_x: must be greater than 0"),
        ({"--tau-p": "1e-400"}, "tau_p: must be greater than 0"),
        ({"--patterns": "wide.csv", "--cue": "wide.csv"}, "instance: patterns: must have the same length"),
    ],
)
def test_bad_input_is_one_line_and_code_2(
    options: dict[str, str], rule: str, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(files)
    (files / "short.csv").write_text("1,1\n", encoding="utf-8")
    (files / "wide.csv").write_text(",".join(["1"] * 601) + "\n", encoding="utf-8")
    given = {"--patterns": "p.csv", "--cue": "c.csv", "-o": "out.json", **options}
    result = run("certify", "astrocyte", *(word for pair in given.items() for word in pair))
    assert result.exit_code == 2, result.output
    assert len(result.stderr.strip().splitlines()) == 1
    assert rule in result.stderr
    assert not (files / "out.json").exists()


@pytest.mark.parametrize(
    ("instance", "rule"),
    [
        (lambda: ExactAstrocyte([], []), "patterns: needs at least one row"),
        (lambda: ExactAstrocyte([[1, 1], [1]], [Fraction(1)] * 2), "all of the same positive length"),
        (lambda: ExactAstrocyte([[1, 0]], [Fraction(1)] * 2), "every entry must be -1 or"),
        (lambda: ExactAstrocyte([[1, 1]], [Fraction(1)]), "cue: needs 2 numbers"),
        (lambda: ExactAstrocyte([[1]], [Fraction(1)], sigma=Fraction(10**400)), "sigma: is beyond double precision"),
        (lambda: ExactAstrocyte([[1]], [Fraction(10**400)]), "cue: is beyond double precision"),
    ],
)
def test_bad_instances_are_refused(instance: Callable[[], ExactAstrocyte], rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        instance()
