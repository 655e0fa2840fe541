"""The papers' empirical claims, and what was found of each.

The words of a claim stand in ``claims.toml``. A verdict is computed from measured arrays by the experiment that
tests it, and kept with what was run; a claim that no kept result speaks of is ``not run``.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

HOLDS = "holds"
FAILS = "does not hold"
UNTESTED = "cannot be tested here"
NOT_RUN = "not run"
WHEN = "holds when "


@dataclass(frozen=True)
class Claim:
    """An entry of the audit: ``explained_by`` names the statements of the ledger that explain the verdict."""

    id: str
    paper: str
    claim: str
    explained_by: tuple[str, ...]


@dataclass(frozen=True)
class Judgement:
    """What was found of one claim.

    Attributes:
        id: the claim.
        verdict: ``holds``, ``holds when …``, ``does not hold`` or ``cannot be tested here``.
        figure: the measured figure, in words and numbers.
        uncertainty: its uncertainty: standard errors, number of trials, correction for the number of cells.
        run: what was run, with the choices that the paper leaves open.

    Raises:
        ValueError: the verdict is none of these, the id is no claim, or a field is not a text.
    """

    id: str
    verdict: str
    figure: str
    uncertainty: str
    run: str

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if not isinstance(value, str):
                raise ValueError(f"{name}: must be a text")
        if self.id not in claims():
            raise ValueError(f"{self.id}: id: is no claim")
        conditional = self.verdict.startswith(WHEN) and self.verdict[len(WHEN) :].strip()
        if self.verdict not in (HOLDS, FAILS, UNTESTED) and not conditional:
            raise ValueError(f"{self.id}: verdict: {self.verdict!r} is not a verdict")


@cache
def claims() -> dict[str, Claim]:
    """All claims by id.

    >>> claims()["CA6"].claim
    'τ_x of about 100 and more: error exactly 6 of 30'
    """
    text = resources.files("gatedmem.reproduce").joinpath("claims.toml").read_text(encoding="utf-8")
    return {
        name: Claim(name, record["paper"], record["claim"], tuple(record["explained_by"]))
        for name, record in tomllib.loads(text).items()
    }


def audit(folder: Path, ids: Iterable[str] = ()) -> list[dict[str, Any]]:
    """The entries of the audit from the results in a folder, as JSON-able records.

    Args:
        folder: where ``gatedmem reproduce`` put its results; may be absent.
        ids: which claims; all by default.

    A claim that several experiments judge is taken from a full run rather than a quick one, then from the latest.

    Raises:
        KeyError: an id is no claim.
        ValueError: a result cannot be read; the message names the file.
    """
    judged: dict[str, dict[str, Any]] = {}
    for record in sorted(manifests(folder), key=lambda record: (not record["quick"], record["date"])):
        for judgement in record["claims"]:
            judged[judgement["id"]] = {**judgement, "quick": record["quick"], "experiment": record["experiment"]}
    entries = []
    for claim in (claims()[name] for name in (ids or claims())):
        found = judged.get(claim.id)
        entry = {**asdict(claim), "explained_by": list(claim.explained_by)}
        entry |= found or {"verdict": NOT_RUN, "figure": "", "uncertainty": "", "run": ""}
        entries.append(entry)
    return entries


def manifests(folder: Path) -> Iterator[dict[str, Any]]:
    """The manifests of ``gatedmem reproduce`` in a folder; JSON files of other kinds are passed over.

    Raises:
        ValueError: a file is no JSON, or a manifest whose fields are not what ``reproduce`` writes; the message names
            the file.
    """
    for file in sorted(folder.glob("*.json")):
        try:
            record = json.loads(file.read_text(encoding="utf-8"))
        except OSError as error:
            raise ValueError(f"{file}: cannot be read ({error.strerror})") from None
        except (ValueError, RecursionError):
            raise ValueError(f"{file}: is no JSON file; remove it or run its experiment again") from None
        if isinstance(record, dict) and {"experiment", "quick", "date", "claims"} <= set(record):
            problem = _problem(record)
            if problem:
                raise ValueError(f"{file}: {problem}; remove it or run its experiment again")
            yield record


def _problem(record: Mapping[str, Any]) -> str | None:
    """What is wrong with a manifest, as far as the audit reads it."""
    for field, kind in (("experiment", str), ("quick", bool), ("date", str), ("claims", list)):
        if not isinstance(record[field], kind):
            return f"{field}: must be of type {kind.__name__}"
    for entry in record["claims"]:
        try:
            Judgement(**entry)
        except TypeError:
            return "claims: an entry has not the fields of a verdict"
        except ValueError as error:
            return f"claims: {error}"
    return None
