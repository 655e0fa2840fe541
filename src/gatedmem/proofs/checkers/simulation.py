"""Layer S: run the search for a counterexample and say how close it came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

from gatedmem.proofs.evidence import Evidence, Request, Search, Status


def check(falsify: Callable[[Request], Search], request: Request) -> Evidence:
    """Run a falsifier; a counterexample fails the layer, a search that tried nothing does not verify it."""
    search = falsify(request)
    data = asdict(search)
    if search.counterexample is not None:
        return Evidence(Status.FAILED, f"counterexample: {search.counterexample}", data=data)
    if search.trials <= 0:
        if search.notes:  # the hypotheses do not hold for the user's memory, and the search says why
            return Evidence(Status.UNDECIDED, f"no instance to try: {search.notes[0]}", data=data)
        return Evidence(Status.FAILED, "the search tried no instance", data=data)
    found = [f"{search.trials:,} trials, no counterexample"]
    if search.margin is not None:
        found.append(f"closest {search.margin:.2g} from the bound")
    if search.residual is not None and search.tolerance is not None:
        found.append(f"largest residual {search.residual:.1e} (allowed {search.tolerance:.1e})")
    return Evidence(Status.VERIFIED, "; ".join(found), data=data)
