"""Putting a certificate together: every claim is shown to the checker's own function before it is written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gatedmem.proofs.checker import reading
from gatedmem.proofs.checker.certificate import CLAIMS, FORMAT, READERS, VERSION
from gatedmem.proofs.checker.reading import Rejected


class Builder:
    """A certificate in the making.

    Args:
        model: "context" or "astrocyte".
        instance: the instance as it will stand in the file.

    Attributes:
        memory: what the checker reads from that instance, with all that the claims so far have established.
    """

    def __init__(self, model: str, instance: Mapping[str, Any]) -> None:
        self.model = model
        self.instance = dict(instance)
        self.memory: Any = READERS[model](self.instance)
        self.claims: list[dict[str, Any]] = []

    def claim(
        self, name: str, verdict: str, reason: str, numbers: Mapping[str, Any], witness: Mapping[str, Any]
    ) -> bool:
        """Add a claim; one that the checker refuses is written as undecided, with its reason.

        Args:
            name: the claim's name in the format.
            verdict: "proved" or "refuted".
            reason: what proves it, in a few words that go on after "by".
            numbers: as the format asks.
            witness: as the format asks.

        Returns:
            Whether the claim was accepted as it was made.
        """
        identity, _, function = CLAIMS[self.model][name]
        try:
            statement = function(self.memory, verdict, dict(numbers), dict(witness))
        except Rejected as refusal:
            self.undecided(name, f"tried {reason}: {refusal}")
            return False
        self._put(
            {
                "id": identity,
                "claim": name,
                "verdict": verdict,
                "reason": f"{statement}, by {reason}"[: reading.LONGEST_TEXT],
                "numbers": dict(numbers),
                "witness": dict(witness),
            }
        )
        return True

    def undecided(self, name: str, reason: str) -> None:
        """Add a claim that could not be decided."""
        identity = CLAIMS[self.model][name][0]
        self._put(
            {
                "id": identity,
                "claim": name,
                "verdict": "undecided",
                "reason": reason[: reading.LONGEST_TEXT],
                "numbers": {},
                "witness": {},
            }
        )

    def _put(self, claim: dict[str, Any]) -> None:
        """Add a claim; an earlier attempt at it that came out undecided is dropped."""
        self.claims = [one for one in self.claims if one["claim"] != claim["claim"]]
        self.claims.append(claim)

    def certificate(self) -> dict[str, Any]:
        """The whole certificate."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "model": self.model,
            "instance": self.instance,
            "claims": self.claims,
        }


def dump(certificate: Mapping[str, Any]) -> str:
    """A certificate as text."""
    return json.dumps(certificate, ensure_ascii=False, separators=(",", ":")) + "\n"
