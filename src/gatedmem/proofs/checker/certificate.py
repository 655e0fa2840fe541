"""A whole certificate: its frame, the instance, and the claims one after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gatedmem.proofs.checker import (
    astrocyte,
    astrocyte_equilibria,
    astrocyte_region,
    context,
    counting,
    fixed_points,
    folds,
    reading,
)
from gatedmem.proofs.checker.reading import Malformed, Rejected

FORMAT = "gatedmem certificate"
VERSION = 1
VERDICTS = ("proved", "refuted", "undecided")

# The models; each module has ``read`` and ``CLAIMS``.
READERS: Mapping[str, Callable[[object], Any]] = {"context": context.read, "astrocyte": astrocyte.read}
CLAIMS: Mapping[str, Mapping[str, tuple[str, tuple[str, ...], Callable[..., str]]]] = {
    "context": {**context.CLAIMS, **counting.CLAIMS, **fixed_points.CLAIMS, **folds.CLAIMS},
    "astrocyte": {**astrocyte.CLAIMS, **astrocyte_equilibria.CLAIMS, **astrocyte_region.CLAIMS},
}


@dataclass(frozen=True)
class Checked:
    """One claim of a certificate, as the checker leaves it.

    Attributes:
        id: the ledger id.
        claim: the claim's name.
        verdict: "proved" or "refuted", confirmed by the checker, or "undecided", as the file says.
        statement: what is now known, in the checker's words; for an undecided claim the file's reason.
    """

    id: str
    claim: str
    verdict: str
    statement: str


@dataclass(frozen=True)
class Report:
    """A certificate that was accepted: its model, a line on the instance, and its claims."""

    model: str
    instance: str
    claims: tuple[Checked, ...]

    @property
    def decided(self) -> bool:
        """Whether every claim is proved or refuted."""
        return all(claim.verdict != "undecided" for claim in self.claims)


def check(data: bytes) -> Report:
    """Check a certificate.

    Args:
        data: the bytes of the file.

    Raises:
        Malformed: the file breaks a rule of the format.
        Rejected: one of its claims does not follow from its witness.

    >>> check(b'{"format": "gatedmem certificate"}')
    Traceback (most recent call last):
    ...
    gatedmem.proofs.checker.reading.Malformed: certificate: lacks 'claims'
    """
    frame = reading.fields(reading.load(data), "certificate", ("format", "version", "model", "instance", "claims"))
    reading.choice(frame["format"], "format", [FORMAT])
    reading.integer(frame["version"], "version", VERSION, VERSION)
    model = reading.choice(frame["model"], "model", READERS)
    instance = READERS[model](frame["instance"])
    if not isinstance(frame["claims"], list) or not frame["claims"]:
        raise Malformed("claims: must be a list with at least one claim")
    done: dict[str, Checked] = {}
    for claim in frame["claims"]:
        checked = _check_claim(instance, CLAIMS[model], claim, done)
        done[checked.claim] = checked
    return Report(model, str(instance), tuple(done.values()))


def _check_claim(instance: Any, table: Mapping[str, Any], claim: object, done: Mapping[str, Checked]) -> Checked:
    parts = reading.fields(claim, "claim", ("id", "claim", "verdict", "reason", "numbers", "witness"))
    name = reading.choice(parts["claim"], "claim", table)
    identity, verdicts, function = table[name]
    if name in done:
        raise Malformed(f"{name}: occurs twice")
    reading.choice(parts["id"], f"{name}: id", [identity])
    verdict = reading.choice(parts["verdict"], f"{name}: verdict", (*verdicts, "undecided"))
    reason = reading.text(parts["reason"], f"{name}: reason")
    if verdict == "undecided":
        reading.fields(parts["numbers"], f"{name}: numbers", ())
        reading.fields(parts["witness"], f"{name}: witness", ())
        return Checked(identity, name, verdict, reason)
    try:
        statement = function(instance, verdict, parts["numbers"], parts["witness"])
    except Rejected as refusal:
        raise type(refusal)(f"{name}: {refusal}") from None
    return Checked(identity, name, verdict, statement)
