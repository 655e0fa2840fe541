"""A drawn context-gated memory; what a certificate is asked: to prove the truth, and refute a constant beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np
import pytest

from gatedmem.numerics.instances import draw_context
from gatedmem.proofs.evidence import Certified, Request, Verdict

Procedure = Callable[[Request], Iterator[Certified]]

DRAWN = draw_context(np.random.default_rng(4), 12, 5, alpha=0.4, beta=2.0, gain=1.0)


def refutes(
    monkeypatch: pytest.MonkeyPatch, procedure: Procedure, module: object, name: str, value: Fraction
) -> bool:
    """Whether the certificate refutes its claim on some drawn instance once a constant of it is another."""
    monkeypatch.setattr(module, name, value)
    return any(answer.verdict is Verdict.REFUTED for answer in procedure(Request()))


def proves(procedure: Procedure, request: Request) -> bool:
    """Whether the certificate proves its claim on every instance of the request, one at the least."""
    return {answer.verdict for answer in procedure(request)} == {Verdict.PROVED}
