"""What a layer of evidence answers: a status the machine computed, one line of detail, and data for the pages.

Each layer has its own checker; all of them speak in these types, so that the table, the JSON and the book
never need to know how a verdict was reached.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from gatedmem.numerics.instances import AstrocyteInstance, ContextInstance


class Layer(StrEnum):
    """The four independent kinds of evidence."""

    DERIVATION = "D"
    FORMAL = "F"
    CERTIFICATE = "C"
    SIMULATION = "S"


class Status(StrEnum):
    """What a checker may say; only ``VERIFIED`` counts as evidence."""

    VERIFIED = "verified"
    FAILED = "failed"
    UNDECIDED = "undecided"
    UNAVAILABLE = "unavailable"
    MISSING = "missing"


@dataclass(frozen=True)
class Evidence:
    """The answer of one layer for one statement.

    ``detail`` is one line: what was run and what came out, or, when it failed, the counterexample or the first
    false step. ``data`` is JSON-able and feeds the statement's page.
    """

    status: Status
    detail: str
    seconds: float = 0.0
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """What a run of the C and S layers was asked to use, beside the instances each procedure draws itself.

    ``astrocyte`` and ``context`` hold the user's own memories, or None; with one given, the procedures of that
    model use it in place of the drawn ones. ``seed`` fixes every draw.
    """

    seed: int = 0
    astrocyte: AstrocyteInstance | None = None
    context: ContextInstance | None = None


class Verdict(StrEnum):
    """The answer of a rigorous computation about one instance."""

    PROVED = "proved"
    REFUTED = "refuted"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Certified:
    """One instance of a statement, decided by rigorous arithmetic.

    ``reason`` says in one line why the verdict is what it is; ``numbers`` are the quantities behind it, as
    strings that carry their enclosure (``"0.1234 ± 1e-30"``) or exact values (``"3/7"``).
    """

    instance: str
    verdict: Verdict
    reason: str
    numbers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Search:
    """The outcome of an honest search for a counterexample.

    ``trials`` counts the instances tried, ``counterexample`` describes the smallest violation found, ``margin``
    is the smallest relative distance to the bound that the search reached (0 means the bound was attained), or
    None where the claim is an identity, for which ``residual`` is the largest relative error seen and
    ``tolerance`` what floating point allows.
    """

    trials: int
    counterexample: str | None = None
    margin: float | None = None
    residual: float | None = None
    tolerance: float | None = None
    notes: Sequence[str] = ()
