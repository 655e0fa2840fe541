"""What every falsifier is asked: to be silent on the truth, and loud and short on what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gatedmem.numerics.instances import ContextInstance, draw_context
from gatedmem.proofs.evidence import Request, Search

Falsifier = Callable[[Request], Search]

# Sizes and parameters of contexts that a user might hand in: one memory, no coupling, more memories than entries.
CONTEXTS = [(1, 1, 0.9, 1.0), (2, 2, 0.5, 0.0), (9, 3, 0.9, 0.5), (5, 12, 0.3, 5.0), (4, 2, 3.0, 1.0)]


def finds_nothing(search: Search, trials: int) -> None:
    """Require a search of so many trials without a counterexample, its identities within their allowance."""
    assert search.counterexample is None
    assert search.trials >= trials
    if search.residual is not None:
        assert search.tolerance is not None
        assert 0.0 <= search.residual <= search.tolerance


def finds_nothing_in_a_context(falsifier: Falsifier, n: int, d: int, alpha: float, gain: float) -> None:
    """Require that a drawn memory handed in breaks nothing, and that it was tried or its hypotheses were missed."""
    instance: ContextInstance = draw_context(np.random.default_rng([n, d]), n, d, alpha=alpha, beta=2.0, gain=gain)
    search = falsifier(Request(seed=1, context=instance))
    assert search.counterexample is None
    assert search.trials > 0 or any("nothing to test" in note for note in search.notes)


def broken(
    monkeypatch: pytest.MonkeyPatch, falsifier: Falsifier, module: Any, attribute: str, wrong: Any, longest: int
) -> str:
    """Put something wrong in the place of a name; return the counterexample, one line of less than ``longest``."""
    monkeypatch.setattr(module, attribute, wrong)
    counterexample = falsifier(Request(seed=0)).counterexample
    assert counterexample is not None
    assert "\n" not in counterexample
    assert len(counterexample) < longest
    return counterexample
