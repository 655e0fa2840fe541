"""Forgeries of certificates: one change somewhere in a file, or each number of a claim moved, a little and much."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from gatedmem.proofs.checker import reading
from gatedmem.proofs.checker.certificate import CLAIMS, check
from gatedmem.proofs.checker.reading import Rejected

Certificate = dict[str, Any]

WORDS = [
    *("0", "1", "-1", "1/0", "", "nan", "inf", "1e5", " 1", "1/2^9999", "0x10", "\u0661", "1/3", "true"),
    *("9" * 1200, "1/" + "9" * 1200, "__import__('os')"),
    *("proved", "refuted", "undecided", "gain", "gap", "signs", "contraction", "trapped", "threshold", "counted"),
    *(name for table in CLAIMS.values() for name in table),
]
FACTORS = [-1, 0, 2, 0.5, 1 + 2.0**-20, 1 - 2.0**-20, 1 + 2.0**-43, 1 - 2.0**-43, 1 + 2.0**-50, 1e30, 1e-30]
OTHER_TYPES = [None, True, [], {}, "1", 7, [[1]], {"a": 1}]
KINDS = ("value", "value", "value", "remove", "retype", "transplant", "verdict", "extra", "order")


def paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every part of a file, the whole first."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(path for key, entry in inner for path in paths(entry, (*at, key)))]


def parent(certificate: Any, path: tuple[Any, ...]) -> Any:
    """What holds the part at the end of a path."""
    for key in path[:-1]:
        certificate = certificate[key]
    return certificate


def find(certificate: Certificate, name: str) -> Certificate:
    """The claim of this name."""
    return next(claim for claim in certificate["claims"] if claim["claim"] == name)


def forged(certificate: Certificate, others: list[Certificate], rng: random.Random) -> tuple[str, Certificate]:
    """One change somewhere in the file, and what kind it is."""
    changed = copy.deepcopy(certificate)
    claims = changed["claims"]
    every = paths(changed)[1:]
    if rng.random() < 0.7:  # long tables of integers would otherwise draw nearly every change
        every = [path for path in every if not {"congruence", "rows"} & set(path[:-1])]
    path = rng.choice(every)
    holder, key = parent(changed, path), path[-1]
    kind = rng.choice(KINDS)
    if kind == "value":
        holder[key] = _other(holder[key], rng)
    elif kind == "remove":
        del holder[key]
    elif kind == "retype":
        holder[key] = rng.choice([*OTHER_TYPES, [holder[key]]])
    elif kind == "transplant":
        source = rng.choice(others)
        if rng.random() < 0.5:
            changed["instance"] = copy.deepcopy(source["instance"])
        else:
            claims[rng.randrange(len(claims))] = copy.deepcopy(rng.choice(source["claims"]))
    elif kind == "verdict":
        rng.choice(claims)["verdict"] = rng.choice(["proved", "refuted", "undecided"])
    elif kind == "extra":
        rng.choice([changed, changed["instance"], rng.choice(claims)])[rng.choice(["note", "", "\0", "claims "])] = 1
    else:
        rng.shuffle(claims)
    return kind, changed


def _other(value: Any, rng: random.Random) -> Any:
    """Something else of the same type: a number a little or much off, a sign, a list that lost or gained an entry."""
    if isinstance(value, str) and value and set(value) <= {"+", "-"}:
        at = rng.randrange(len(value))
        return rng.choice([value[:at] + ("-" if value[at] == "+" else "+") + value[at + 1 :], value + "+", value[1:]])
    if isinstance(value, str):
        try:
            exact = reading.rational(value, "")
        except Rejected:
            return rng.choice(WORDS)
        moved = exact * Fraction(rng.choice(FACTORS)) + rng.choice([0, 0, 0, 0, Fraction(1, 8)])
        return reading.write(moved) if rng.random() < 0.9 else rng.choice(WORDS)
    if isinstance(value, int):
        return rng.choice([-value, value + 1, 0, value * 2, 10**1000, value - 1])
    if isinstance(value, list) and value:
        return rng.choice([value[::-1], value[1:], value[:-1], [*value, value[0]]])
    return {"note": 1}


def moved_numbers(certificate: Certificate) -> Iterator[tuple[tuple[Any, ...], Certificate]]:
    """Each number of each claim, one after the other, a little and much off, with the claims it may build on."""
    factors = [Fraction(1, 2), Fraction(3, 2), 1 - Fraction(1, 2**30), 1 + Fraction(1, 2**30), Fraction(-1)]
    for at, claim in enumerate(certificate["claims"]):
        for path in paths(claim["numbers"])[1:]:
            value = parent(claim["numbers"], path)[path[-1]]
            if not isinstance(value, (int, str)) or value == "infinite":
                continue
            for factor in factors:
                changed = copy.deepcopy({**certificate, "claims": certificate["claims"][: at + 1]})
                exact = int(value * factor) if isinstance(value, int) else reading.rational(value, "") * factor
                moved = exact if isinstance(exact, int) else reading.write(exact)
                parent(changed["claims"][at]["numbers"], path)[path[-1]] = moved
                yield (claim["claim"], path, factor), changed


def rejected_when_moved(certificate: Certificate, false_claim: Callable[[Certificate], str | None]) -> int:
    """How many of the moved numbers are rejected; an accepted one has to be true, as the oracle says."""
    rejected = 0
    for what, changed in moved_numbers(certificate):
        try:
            check(json.dumps(changed).encode())
        except Rejected:
            rejected += 1
        else:
            assert false_claim(changed) is None, what
    return rejected
