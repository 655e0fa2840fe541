"""When a relation is equivalent to the one before it, or follows from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import sympy as sp
from sympy import Expr

from gatedmem.theory.indexed import FlowDerivative, Index, Partial, Relation, put
from gatedmem.theory.steps.checks import NONNEGATIVE, NONZERO, POSITIVE, decided, defined, prove_zero, require_sign
from gatedmem.theory.steps.conclusions import Combination
from gatedmem.theory.steps.ground import Ground
from gatedmem.theory.steps.refusals import FalseStep

# A combination of instances of a difference, linear without constant term: D ↦ Σ_j c_j D(j).
Combine = Callable[[Callable[..., Expr]], Expr]


def by_scale(
    ground: Ground, old: Relation, new: Relation, rule: str, scale: Expr, using: Iterable[Combination]
) -> None:
    """Equivalent: old difference = scale · new difference, scale ≠ 0 (> 0 for inequalities)."""
    if (old.op == "=") != (new.op == "="):
        raise FalseStep(ground, rule, old, new, "an equality and an inequality are not equivalent")
    if old.op == "=":
        require_sign(ground, scale, NONZERO, rule, old, new)
        prove_zero(ground, old.difference - scale * new.difference, rule, old, new, using)
        return
    if (old.op in "<>") != (new.op in "<>"):
        raise FalseStep(ground, rule, old, new, "a strict and a weak inequality are not equivalent")
    require_sign(ground, scale, POSITIVE, rule, old, new)
    prove_zero(ground, old.larger_minus_smaller - scale * new.larger_minus_smaller, rule, old, new, using)


def linear_consequence(
    ground: Ground, old: Relation, new: Relation, rule: str, combine: Combine, over: tuple[Index, ...]
) -> None:
    """The new equality follows: its difference is a combination of the old difference at the indices ``over``."""
    if old.op != "=" or new.op != "=":
        raise FalseStep(ground, rule, old, new, "both relations have to be equalities")
    if any(index.fixed for index in over):
        raise FalseStep(ground, rule, old, new, "a fixed index cannot be replaced")

    def difference(*indices: Index) -> Expr:
        return put(old.difference, dict(zip(over, indices, strict=True)))

    # The combination has to vanish with the old difference, which vanishes at a point only: put zero for it,
    # and let no derivative act on it.
    mark = sp.Symbol("_difference", real=True)
    marked = combine(lambda *_: mark)
    if any(part.has(mark) for part in marked.atoms(Partial, FlowDerivative)):
        raise FalseStep(ground, rule, old, new, "a combination differentiates the relation")
    defined(ground, rule, marked)  # before sympy cancels a denominator
    if not decided(ground, lambda: ground.normal.is_zero(combine(lambda *_: sp.Integer(0))), rule, old, new):
        raise FalseStep(ground, rule, old, new, "the combination does not vanish with the relation")
    prove_zero(ground, new.difference - combine(difference), rule, old, new)


def by_root(ground: Ground, old: Relation, new: Relation, rule: str, degree: int) -> None:
    """Equivalent: old difference = (new difference)^degree, or powers of sides that are ≥ 0."""
    if old.op != new.op or degree < 1:
        raise FalseStep(ground, rule, old, new, "a root needs a positive degree and the same operator")
    if old.op == "=":
        prove_zero(ground, old.difference - new.difference**degree, rule, old, new)
        return
    for before, after in ((old.left, new.left), (old.right, new.right)):
        require_sign(ground, after, NONNEGATIVE, rule, after, 0)
        prove_zero(ground, before - after**degree, rule, before, after)


def by_monotone(ground: Ground, old: Relation, new: Relation, rule: str, function: Callable[[Expr], Expr]) -> None:
    """Equivalent: the new sides are exp, or log, of the old ones."""
    if function not in (sp.exp, sp.log) or old.op != new.op:
        raise FalseStep(ground, rule, old, new, "only exp and log, and the same operator on both sides")
    for before, after in ((old.left, new.left), (old.right, new.right)):
        prove_zero(ground, function(before) - after, rule, before, after)


def term_by_term(
    ground: Ground, old: Relation, new: Relation, rule: str, weight: Any, over: tuple[Index, ...], rest: Any
) -> None:
    """old: Σ_over weight · term + rest = 0, new: term = 0, where weight > 0, term ≥ 0 and rest ≥ 0."""
    term = new.difference
    if old.op != "=" or new.op != "=":
        raise FalseStep(ground, rule, old, new, "both relations have to be equalities")
    require_sign(ground, sp.sympify(weight), POSITIVE, rule, weight, 0)
    require_sign(ground, term, ("0+", "+", "0"), rule, term, 0)
    summed: Expr = sp.sympify(weight) * term
    for index in over:
        summed = sp.Sum(summed, (index, 1, index.extent))
    if sp.sympify(rest) != 0:
        require_sign(ground, rest, ("0+", "+", "0"), rule, rest, 0)
    prove_zero(ground, old.difference - summed - rest, rule, old.difference, summed + rest)
