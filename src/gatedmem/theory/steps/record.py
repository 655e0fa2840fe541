"""One line of a derivation, as a reader sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy import Expr

from gatedmem.theory.printing import latex

__all__ = ["Step", "parts_of", "slack_latex"]


@dataclass(frozen=True)
class Step:
    """One line of a derivation.

    ``kind`` is one of text, define, assume, start, link (the next expression of a chain), relation (the next
    relation of a chain), claim, fact, conclusion, discharge (a conclusion of a branch with its hypotheses);
    ``method`` says how it was checked.
    """

    kind: str
    tex: str
    rule: str = ""
    method: str = ""
    op: str = ""
    slack: str = ""
    source: str = ""


def parts_of(slack: Any) -> list[Expr]:
    """The parts of a slack, each of them to be non-negative by itself."""
    return [sp.sympify(part) for part in (slack if isinstance(slack, (list, tuple)) else [slack])]


def slack_latex(slack: Any) -> str:
    """A slack as a formula, its parts in brackets; empty for None."""
    if slack is None:
        return ""
    parts = [latex(part) for part in parts_of(slack)]
    return parts[0] if len(parts) == 1 else " + ".join(rf"\left[{part}\right]" for part in parts)
