"""Ground instances: the definitions of the Rocq sources and of the simulator, tied at shared points.

The simulator evaluates a formula in floating point; the value is recognised as a combination of 1, ln 2 and ln 5
with rational coefficients; and Rocq proves that its own definition takes exactly this value there. A definition
that differs in a sign, a factor or an index makes the proof fail. Points are rational, or rational multiples of ln 2,
where exp is a power of two and tanh is rational: no enclosure is needed. Recognition alone has a tolerance, and where
it errs the proof fails. The points are in :mod:`gatedmem.proofs.ground_points`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from gatedmem.proofs.rocq_project import RocqProject, sources

_PRECISION = 2e-13
_COMMON = 36_000  # 2⁵·3²·5³: the denominators that occur beside logarithms


@dataclass(frozen=True)
class Exact:
    """The number ``one + two·ln 2 + five·ln 5``.

    >>> float(Exact(Fraction(1), Fraction(-1)))  # doctest: +ELLIPSIS
    0.306852...
    >>> Exact(Fraction(1, 2), Fraction(-1)).rocq
    '((1 / 2) + (-1) * ln 2)'
    """

    one: Fraction
    two: Fraction = Fraction(0)
    five: Fraction = Fraction(0)

    def __float__(self) -> float:
        return float(self.one) + float(self.two) * math.log(2.0) + float(self.five) * math.log(5.0)

    @property
    def rocq(self) -> str:
        """As a real number in Rocq."""
        parts = [rational(self.one)] if self.one or not (self.two or self.five) else []
        parts += [f"{rational(self.two)} * ln 2"] if self.two else []
        parts += [f"{rational(self.five)} * ln 5"] if self.five else []
        return parts[0] if len(parts) == 1 and not self.two and not self.five else f"({' + '.join(parts)})"


@dataclass(frozen=True)
class Ground:
    """One value: the definition in Rocq at a point, what the simulator says it is, and the files it is written in."""

    name: str
    rocq: str
    value: float
    needs: tuple[str, ...] = ()


def recognise(value: float) -> Exact:
    """Find the simple combination of 1, ln 2 and ln 5 that a floating-point value stands for.

    >>> recognise(0.75 - math.log(2.0) / 3.0) == Exact(Fraction(3, 4), Fraction(-1, 3))
    True

    Raises:
        ValueError: no combination with small coefficients is near enough.
    """
    allowed = _PRECISION * (1.0 + abs(value))
    rational = Fraction(value).limit_denominator(20_000)
    if abs(float(rational) - value) <= allowed:
        return Exact(rational)
    twos = sorted((Fraction(k, 120) for k in range(-1440, 1441)), key=abs)
    fives = sorted((Fraction(k, 12) for k in range(-60, 61)), key=abs)
    logs = np.array([float(two) for two in twos]) * math.log(2.0)
    for five in fives:
        scaled = (value - float(five) * math.log(5.0) - logs) * _COMMON
        near = np.flatnonzero(np.abs(scaled - scaled.round()) <= allowed * _COMMON)
        if near.size:
            return Exact(Fraction(int(scaled[near[0]].round()), _COMMON), twos[near[0]], five)
    raise ValueError(f"value: {value!r} is no combination of 1, ln 2 and ln 5 with small coefficients")


def script(items: Sequence[Ground]) -> str:
    """The Rocq file that proves all of them, one theorem each."""
    needed = " ".join(f"defs.{name}" for name in sorted({name for item in items for name in item.needs}))
    lines = [
        "From Coq Require Import Reals.",
        "From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype.",
        f"From Gatedmem Require Import {needed} lib.Ground.",
        "Open Scope R_scope.",
    ]
    for number, item in enumerate(items):
        goal = f"{item.rocq} = {recognise(item.value).rocq}"
        lines += [f"(* {item.name} *)", f"Theorem ground_{number} : {goal}.", "Proof. ground. Qed."]
    return "\n".join(lines) + "\n"


def prove(items: Sequence[Ground], folder: Path, jobs: int = 1, texts: Mapping[str, str] | None = None) -> str | None:
    """Have Rocq prove ground instances.

    Args:
        items: what to prove.
        folder: where to build.
        jobs: how many compilers to run side by side.
        texts: the Rocq sources; the package's own if None.

    Returns:
        None when everything was proved, else the first error in one line.

    Raises:
        ToolMissing: Rocq is not on this machine.
    """
    name = "statements/Ground"
    project = RocqProject(folder, jobs, texts={**(sources() if texts is None else texts), name: script(items)})
    return project.compile([name])[name]


def rational(value: Fraction) -> str:
    """A rational number as Rocq reads it.

    >>> rational(Fraction(-3, 4))
    '(-3 / 4)'
    """
    if value.denominator == 1:
        return f"({value.numerator})" if value < 0 else str(value.numerator)
    return f"({value.numerator} / {value.denominator})"
