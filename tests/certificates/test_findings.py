"""How checks become a verdict: nothing that straddles the point of decision may pass."""

from __future__ import annotations

import pytest
from flint import arb, ctx

from gatedmem.proofs.certificates.findings import Findings, certify
from gatedmem.proofs.evidence import Verdict

P, R, U = Verdict.PROVED, Verdict.REFUTED, Verdict.UNDECIDED


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([arb(0, 1e-70)], P),
        ([arb(0, 1e-70), arb(1e-9)], R),
        ([arb(0, 1e-3)], U),
        ([arb("nan")], U),
        ([arb(1, 0.5)], R),
    ],
)
def test_identities(values: list[arb], expected: Verdict) -> None:
    findings = Findings()
    findings.zero("identity", values)
    assert findings.verdict is expected


@pytest.mark.parametrize(
    ("values", "strict", "weak"),
    [
        ([arb(1)], P, P),
        ([arb(0)], R, P),
        ([arb(0, 1e-70)], U, P),
        ([arb(0, 1e-3)], U, U),
        ([arb(-1, 0.5)], R, R),
        ([arb(1), arb(-1)], R, R),
        ([arb(1), arb("nan")], U, U),
    ],
)
def test_signs(values: list[arb], strict: Verdict, weak: Verdict) -> None:
    positive, not_negative = Findings(), Findings()
    positive.positive("sign", values)
    not_negative.not_negative("sign", values)
    assert positive.verdict is strict
    assert not_negative.verdict is weak


@pytest.mark.parametrize(
    ("values", "expected"),
    [([arb(0), arb(1)], P), ([arb(0), arb(0, 1e-70)], R), ([arb(0, 1)], U), ([arb("nan")], U)],
)
def test_a_vector_is_not_zero(values: list[arb], expected: Verdict) -> None:
    findings = Findings()
    findings.nonzero("moves", values)
    assert findings.verdict is expected


def test_no_check_is_no_proof() -> None:
    assert Findings().certified("nothing").verdict is U


def test_a_refutation_outweighs_everything() -> None:
    findings = Findings()
    findings.holds("open", None)
    findings.holds("wrong", False, "exhibit")
    findings.does_not_apply("hypothesis")
    answer = findings.certified("mixed")
    assert (answer.verdict, answer.reason) == (R, "wrong: exhibit")


def test_a_statement_that_does_not_apply_is_undecided_with_its_reason() -> None:
    answer = certify("out of range", Findings.does_not_apply, "κ = 2 ≥ 1")
    assert (answer.verdict, answer.reason) == (U, "κ = 2 ≥ 1")


def test_precision_is_raised_until_something_is_decided() -> None:
    used: list[int] = []

    def fine(findings: Findings) -> None:
        used.append(ctx.prec)
        findings.positive("1 - tanh 100", [1 - arb(100).tanh()])

    before = ctx.prec
    assert certify("close to 1", fine).verdict is P
    assert used == [256, 512]
    assert ctx.prec == before
