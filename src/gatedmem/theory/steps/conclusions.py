"""What a derivation may conclude, and the known equalities that a step may combine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy as sp
from sympy import Expr

from gatedmem.theory.indexed import Index, Relation, put
from gatedmem.theory.printing import latex

__all__ = ["Combination", "Conclusion", "Equivalence", "Implication", "conclusion_latex"]


@dataclass(frozen=True)
class Equivalence:
    """``left`` holds if and only if ``right`` does (``one_way``: only left ⇒ right)."""

    left: Relation
    right: Relation
    one_way: bool = False

    def map(self, change: Callable[[Expr], Expr]) -> Equivalence:
        """The equivalence with every expression changed."""
        return Equivalence(self.left.map(change), self.right.map(change), self.one_way)


@dataclass(frozen=True)
class Implication:
    """``conclusion`` holds whenever all ``hypotheses`` do."""

    hypotheses: tuple[Relation, ...]
    conclusion: Relation | Equivalence

    def map(self, change: Callable[[Expr], Expr]) -> Implication:
        """The implication with every expression changed."""
        return Implication(tuple(h.map(change) for h in self.hypotheses), self.conclusion.map(change))


Conclusion = Relation | Equivalence | Implication


@dataclass(frozen=True)
class Combination:
    """A known equality and what to multiply it by: contributes Σ_over multiplier · (left - right).

    ``at`` reads the equality at other indices: ``at={i: k}``, or at a fixed place.
    """

    multiplier: Expr
    relation: Relation
    over: tuple[Index, ...] = ()
    at: Mapping[Index, Any] = field(default_factory=dict)

    @property
    def value(self) -> Expr:
        """The contribution, zero by the relation."""
        if any(index.fixed for index in self.at):
            raise ValueError("a fixed index cannot be replaced")
        value: Expr = sp.sympify(self.multiplier) * put(self.relation.difference, self.at)
        for index in self.over:
            value = sp.Sum(value, (index, 1, index.extent))
        return value


def conclusion_latex(conclusion: Conclusion) -> str:
    """A conclusion as a formula."""
    if isinstance(conclusion, Relation):
        return latex(conclusion)
    if isinstance(conclusion, Implication):
        given = r",\quad ".join(latex(h) for h in conclusion.hypotheses)
        follows = conclusion_latex(conclusion.conclusion)
        if isinstance(conclusion.conclusion, Equivalence):
            follows = rf"\bigl[ {follows} \bigr]"
        return rf"{given} \;\Longrightarrow\; {follows}"
    arrow = r"\;\Longrightarrow\;" if conclusion.one_way else r"\;\Longleftrightarrow\;"
    return f"{latex(conclusion.left)} {arrow} {latex(conclusion.right)}"
