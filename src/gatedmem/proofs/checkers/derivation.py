"""Layer D: build the derivation, which checks every step as it goes."""

from __future__ import annotations

from collections.abc import Callable

from gatedmem.proofs.evidence import Evidence, Status
from gatedmem.theory.derivation import Derivation, FalseStep


def check(build: Callable[[], Derivation]) -> Evidence:
    """Build a derivation and report its steps, or the first step that does not hold."""
    try:
        derivation = build()
    except FalseStep as error:
        return Evidence(Status.FAILED, f"first false step: {error}")
    record = derivation.to_json()
    steps = len(record["steps"])
    if steps == 0:
        return Evidence(Status.FAILED, "the derivation has no step")
    data = {**record, "markdown": derivation.to_markdown(), "latex": derivation.to_latex()}
    return Evidence(Status.VERIFIED, f"{steps} steps checked", data=data)
