"""What a derivation starts from: definitions, symmetries, hypotheses."""

from __future__ import annotations

import sympy as sp
from sympy import Expr, IndexedBase

from gatedmem.theory.indexed import Index, Relation, eq, put
from gatedmem.theory.steps.checks import prove_zero, respect_assumptions
from gatedmem.theory.steps.ground import Ground


def define(ground: Ground, left: Expr, right: Expr, *, opaque: bool) -> Relation:
    """Add a definition of something not met before; an opaque one is not unfolded."""
    relation = eq(left, right)
    name = str(left.base.label) if isinstance(left, sp.Indexed) else str(left)
    if isinstance(left, sp.Indexed) and any(getattr(k, "fixed", True) for k in left.indices):
        raise ValueError(f"{left} is one place: a definition is for the whole array")
    if ground.normal.has_met(name):
        raise ValueError(f"{name} is in use already and cannot be defined any more")
    respect_assumptions(ground, left, relation.right, f"definition of {name}")
    if opaque:
        ground.normal.form(left)
        ground.normal.form(relation.right)
        ground.opaque.append(relation)
    else:
        ground.normal.define(left, relation.right)
        ground.definitions.append(relation)
    return relation


def declare_symmetric(ground: Ground, base: IndexedBase) -> None:
    """Take a matrix as symmetric; one that is defined has to be."""
    n = base.shape[0]
    for relation in ground.opaque:
        if isinstance(relation.left, sp.Indexed) and relation.left.base == base:
            row, column = relation.left.indices
            swapped = put(relation.right, {row: Index("_row", n), column: row})
            swapped = put(swapped, {Index("_row", n): column})
            prove_zero(ground, relation.right - swapped, "symmetry", relation.right, swapped)
    ground.normal.symmetric(base)


def assume(ground: Ground, relation: Relation, *, rewrite: bool) -> None:
    """Add a hypothesis: a rewriting rule where its shape gives one and ``rewrite`` wants it, or a sign."""
    if relation.op == "=":
        if rewrite:
            ground.normal.suppose(relation.left, relation.right)
    elif relation.op == "≠":
        ground.normal.know(relation.difference, "≠")
    else:
        ground.normal.know(relation.larger_minus_smaller, "0+" if relation.op in "≤≥" else "+")
    ground.hypotheses.append(relation)
