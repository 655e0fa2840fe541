"""What the tests of the checker's rules share: a claim shown to its function, and what it says when it is refused."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from gatedmem.proofs.checker import astrocyte
from gatedmem.proofs.checker.astrocyte import Enclosure
from gatedmem.proofs.checker.certificate import CLAIMS
from gatedmem.proofs.checker.intervals import Interval
from gatedmem.proofs.checker.reading import Rejected

TINY = Fraction(1, 2**60)  # off an edge by so much
FUNCTIONS = {name: function for table in CLAIMS.values() for name, (_, _, function) in table.items()}


def claim(
    name: str, memory: Any, verdict: str, numbers: dict[str, Any], witness: dict[str, Any] | None = None
) -> str:
    """What the checker says of a claim; fractions among its numbers are written first."""
    written = {key: str(value) if isinstance(value, Fraction) else value for key, value in numbers.items()}
    said = FUNCTIONS[name](memory, verdict, written, witness or {})
    assert isinstance(said, str)
    return said


def refused(call: Callable[[], object], message: str) -> None:
    """Require that the checker refuses with these words."""
    with pytest.raises(Rejected) as refusal:
        call()
    assert message in str(refusal.value)


def patterned(patterns: list[str] | None = None, **numbers: Any) -> astrocyte.Memory:
    """An astrocyte-gated memory of two orthogonal patterns of two neurons, but for what is given."""
    rows = patterns or ["++", "+-"]
    plain = {"cue": ["0"] * len(rows[0]), "sigma": "1", "temperature": "1", "tau_x": "1", "tau_p": "1"}
    changes = {name: value if isinstance(value, list) else str(value) for name, value in numbers.items()}
    return astrocyte.read({"patterns": rows, **plain, **changes})


def at(*values: Fraction | float | str) -> list[Interval]:
    """A single point as a box."""
    return [Interval.of(Fraction(value)) for value in values]


def shown(
    overlaps: list[tuple[Any, Any]], gains: list[tuple[Any, Any]], image: list[tuple[Any, Any]] | None = None
) -> Enclosure:
    """An enclosure of an astrocyte-gated memory's state as it might have come out; x and h(x) alike."""
    boxes = [
        [Interval.of(Fraction(low), Fraction(high)) for low, high in part] for part in (overlaps, gains, image or [])
    ]
    return Enclosure(boxes[2], [], boxes[0], boxes[1], boxes[2])
