"""Layer D: build the derivation, which checks every step as it goes."""

from __future__ import annotations

import re
from collections.abc import Callable

from gatedmem.proofs.evidence import Evidence, Status
from gatedmem.theory.derivation import Derivation, FalseStep, UndecidedStep
from gatedmem.theory.indexed import Undecidable

_LEDGER_ID = re.compile(r"[A-Z]{2}[0-9]+")


def check(build: Callable[[], Derivation]) -> Evidence:
    """Build a derivation and report its steps, or the first step that does not hold."""
    try:
        derivation = build()
    except FalseStep as error:
        return Evidence(Status.FAILED, f"first false step: {error}")
    except (UndecidedStep, Undecidable) as error:
        return Evidence(Status.UNDECIDED, f"first step that could not be decided: {error}")
    record = derivation.to_json()
    checked = sum(bool(step.get("method")) for step in record["steps"])
    if checked == 0 or not record["conclusions"]:
        return Evidence(Status.FAILED, "the derivation checks no step or concludes nothing")
    data = {**record, "markdown": derivation.to_markdown(), "latex": derivation.to_latex()}
    said = f"{checked} steps checked"
    lemmas = [name for name in record["lemmas"] if _LEDGER_ID.fullmatch(name)]
    if lemmas:
        said += f", resting on {', '.join(lemmas)}"
    if record["cited"]:
        said += f", quoting {', '.join(record['cited'])}"
    return Evidence(Status.VERIFIED, said, data=data)
