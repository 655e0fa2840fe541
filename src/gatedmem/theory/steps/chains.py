"""Chains: of expressions, each equal to the one before or bounded by it, and of relations."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr

from gatedmem.theory.indexed import Relation
from gatedmem.theory.steps.conclusions import Equivalence

_WEAK = {"<": "≤", ">": "≥"}


@dataclass
class Chain:
    """A chain of expressions: its ends, and the operator between them."""

    start: Expr
    last: Expr
    op: str = "="

    @property
    def shows(self) -> Relation:
        """What the chain shows."""
        return Relation(self.start, self.op, self.last)

    def extend(self, op: str, expression: Expr) -> bool:
        """Add an expression; False, and nothing added, where the chain would change direction."""
        if op != "=":
            direction = _WEAK.get(op, op)
            if self.op != "=" and _WEAK.get(self.op, self.op) != direction:
                return False
            self.op = op if self.op in ("=", direction) else self.op
        self.last = expression
        return True


@dataclass
class RelationChain:
    """A chain of relations: its ends, and whether it leads one way only."""

    first: Relation
    last: Relation
    one_way: bool = False

    @property
    def shows(self) -> Equivalence:
        """What the chain shows."""
        return Equivalence(self.first, self.last, self.one_way)

    def extend(self, relation: Relation, arrow: str) -> None:
        """Add a relation."""
        self.last = relation
        self.one_way = self.one_way or arrow == "⟹"
