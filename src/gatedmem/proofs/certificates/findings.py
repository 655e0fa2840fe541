"""How rigorous numbers become a verdict: checks on balls and exact numbers, gathered per instance.

A check is proved, refuted or undecided. A ball that straddles the point of decision is undecided, and the
whole instance is computed again with more bits before that is the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Concatenate, ParamSpec

from gatedmem.numerics.enclosures import Ball, largest_radius, show, working_precision
from gatedmem.proofs.evidence import Certified, Verdict

P = ParamSpec("P")

# Bits tried in turn, and the radius below which an enclosure of 0 counts as a proved identity.
PRECISIONS = (256, 512, 1024)
TIGHT = 1e-60


@dataclass(frozen=True)
class _Check:
    claim: str
    verdict: Verdict
    number: str


class Findings:
    """The checks of one instance. Each method adds one; :meth:`certified` sums them up.

    >>> from flint import arb
    >>> findings = Findings()
    >>> findings.positive("weight", [arb(2)])
    >>> findings.holds("both signs", False, "exhibit")
    >>> answer = findings.certified("toy")
    >>> answer.verdict.value, answer.reason
    ('refuted', 'both signs: exhibit')
    """

    def __init__(self) -> None:
        self._checks: list[_Check] = []
        self._numbers: dict[str, str] = {}
        self._inapplicable: str | None = None

    def zero(self, claim: str, differences: Sequence[Ball], tolerance: float = TIGHT) -> None:
        """Claim an identity: every difference encloses 0 with a radius below ``tolerance``; one without 0 refutes.

        Without any difference there is nothing to claim, here as in the methods on signs.
        """
        if not differences:
            return
        wrong = [value for value in differences if not value.contains(0) and value.is_finite()]
        radius = largest_radius(differences)
        if wrong:
            self._add(claim, Verdict.REFUTED, f"difference {show(wrong[0])} is not 0")
        elif radius <= tolerance:
            self._add(claim, Verdict.PROVED, f"0 ± {radius:.2g}")
        else:
            self._add(claim, Verdict.UNDECIDED, f"0 ± {radius:.2g} is too wide")

    def positive(self, claim: str, values: Sequence[Ball]) -> None:
        """Claim that every value is strictly positive; one certainly not so refutes."""
        self._signed(claim, values, [bool(value > 0) for value in values], [bool(value <= 0) for value in values])

    def not_negative(self, claim: str, values: Sequence[Ball], tolerance: float = TIGHT) -> None:
        """Claim that every value is ≥ 0; one certainly negative refutes.

        Where equality is meant to hold no ball can show more than 0 within its radius: such a value passes
        when the radius is below ``tolerance``.
        """
        good = [bool(value >= 0) or (value.contains(0) and largest_radius([value]) <= tolerance) for value in values]
        self._signed(claim, values, good, [bool(value < 0) for value in values])

    def nonzero(self, claim: str, values: Sequence[Ball]) -> None:
        """Claim that a vector is not 0: one entry excludes 0. All entries 0 within a tight radius refute."""
        away = [value for value in values if value.is_finite() and not value.contains(0)]
        if away:
            largest = max(away, key=lambda value: float(abs(value.mid())))
            self._add(claim, Verdict.PROVED, f"an entry is {show(largest, 6)}")
        elif largest_radius(values) <= TIGHT:
            self._add(claim, Verdict.REFUTED, f"every entry is 0 ± {largest_radius(values):.2g}")
        else:
            self._add(claim, Verdict.UNDECIDED, "every entry may be 0")

    def holds(self, claim: str, outcome: bool | None, number: str = "") -> None:
        """Claim something decided exactly: True proved, False refuted, None undecided."""
        verdict = {True: Verdict.PROVED, False: Verdict.REFUTED, None: Verdict.UNDECIDED}[outcome]
        self._add(claim, verdict, number)

    def note(self, name: str, value: Ball | Fraction | int | str) -> None:
        """Record a number for the report."""
        self._numbers[name] = value if isinstance(value, str) else show(value)

    def does_not_apply(self, reason: str) -> None:
        """Say that the hypothesis of the statement fails here: the answer is undecided, with this reason."""
        self._inapplicable = reason

    @property
    def verdict(self) -> Verdict:
        """Refuted if any check is, else undecided if any is or there is none, else proved."""
        verdicts = {check.verdict for check in self._checks}
        if Verdict.REFUTED in verdicts:
            return Verdict.REFUTED
        if self._inapplicable or not verdicts or Verdict.UNDECIDED in verdicts:
            return Verdict.UNDECIDED
        return Verdict.PROVED

    @property
    def settled(self) -> bool:
        """Whether more precision cannot change the answer."""
        return self.verdict is not Verdict.UNDECIDED or self._inapplicable is not None

    def certified(self, instance: str) -> Certified:
        """The answer for this instance."""
        verdict = self.verdict
        if verdict is Verdict.PROVED:
            reason = "; ".join(check.claim for check in self._checks)
        elif self._inapplicable and verdict is Verdict.UNDECIDED:
            reason = self._inapplicable
        else:
            worst = next((check for check in self._checks if check.verdict is verdict), None)
            reason = f"{worst.claim}: {worst.number}".removesuffix(": ") if worst else "no check was made"
        numbers = {check.claim: check.number for check in self._checks if check.number}
        return Certified(instance, verdict, reason, self._numbers | numbers)

    def _signed(self, claim: str, values: Sequence[Ball], good: list[bool], bad: list[bool]) -> None:
        if not values:
            return
        if any(bad):
            self._add(claim, Verdict.REFUTED, f"value {show(values[bad.index(True)])}")
        elif all(good):
            least = min(values, key=lambda value: float(value.lower()))
            self._add(claim, Verdict.PROVED, f"least {show(least, 6)}")
        else:
            self._add(claim, Verdict.UNDECIDED, f"value {show(values[good.index(False)])}")

    def _add(self, claim: str, verdict: Verdict, number: str) -> None:
        self._checks.append(_Check(claim, verdict, number))


def certify(
    instance: str,
    examine: Callable[Concatenate[Findings, P], None],
    *arguments: P.args,
    **options: P.kwargs,
) -> Certified:
    """Run the checks of one instance, with more bits as long as they stay undecided.

    A division by an enclosure of 0 and the like make a ball infinite or not a number: then nothing is decided, and
    the next precision is tried.

    >>> from flint import arb
    >>> certify("a third", Findings.positive, "1/3", [1 / arb(3)]).verdict.value
    'proved'
    """
    findings = Findings()
    for bits in PRECISIONS:
        findings = Findings()
        with working_precision(bits):
            examine(findings, *arguments, **options)
        if findings.settled:
            break
    return findings.certified(instance)
