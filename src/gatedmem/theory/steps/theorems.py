"""Theorems of one variable, their premises checked: a minimum from the sign of the slope, the mean value theorem."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Expr

from gatedmem.theory.indexed import Partial, Relation, eq, free_indices, put
from gatedmem.theory.steps.checks import POSITIVE, decided, defined, prove_zero, require_sign
from gatedmem.theory.steps.ground import Ground
from gatedmem.theory.steps.refusals import FalseStep
from gatedmem.theory.steps.sameness import same_relation


def slope_changes_sign(ground: Ground, expression: Expr, variable: Any, at: Expr, slope: Expr, rule: str) -> Relation:
    """d(expression)/d(variable) = (variable - at) · slope with slope > 0 on the whole range of the variable."""
    if variable not in (sp.Symbol(str(variable), real=True), sp.Symbol(str(variable), positive=True)):
        raise FalseStep(ground, rule, variable, at, "the variable has to be a real or positive symbol")
    if any(variable in side.free_symbols for h in ground.hypotheses for side in (h.left, h.right)):
        raise FalseStep(ground, rule, variable, at, "a hypothesis restricts the variable")
    if any(variable in r.right.free_symbols for r in ground.definitions):
        raise FalseStep(ground, rule, variable, at, "a definition depends on the variable")
    if variable in at.free_symbols:
        raise FalseStep(ground, rule, variable, at, "the minimiser depends on the variable")
    if variable.is_positive:
        require_sign(ground, at, POSITIVE, rule, at, 0)
    require_sign(ground, slope, POSITIVE, rule, slope, 0)
    derivative = Partial(expression, variable)
    prove_zero(ground, derivative - (variable - at) * slope, rule, derivative, (variable - at) * slope)
    return eq(derivative, (variable - at) * slope)


def mean_value(
    ground: Ground,
    expression: Expr,
    variable: Any,
    low: Any,
    high: Any,
    between: Any,
    rule: str,
    shown: Relation | None,
) -> Relation:
    """expression(high) - expression(low) = (high - low) · derivative at the new symbol ``between``."""
    if free_indices(expression):
        raise FalseStep(ground, rule, expression, between, "the intermediate point would depend on an index")
    low, high = sp.sympify(low), sp.sympify(high)
    given = [side for hypothesis in ground.hypotheses for side in (hypothesis.left, hypothesis.right)]
    bound = ground.abbreviating({between.name})
    if ground.normal.has_met(between.name) or bound & {
        symbol.name for part in (expression, low, high, *given) for symbol in part.free_symbols
    }:
        raise FalseStep(ground, rule, expression, between, "the intermediate point has to be a new symbol")
    if between != sp.Symbol(between.name, real=True):
        # A sign of the point is a sign of the whole segment.
        if between != sp.Symbol(between.name, positive=True):
            raise FalseStep(ground, rule, expression, between, "the intermediate point is a real or positive symbol")
        for end in (low, high):
            require_sign(ground, end, POSITIVE, rule, end, 0)
    slope = Partial(put(expression, {variable: between}), between)
    decided(ground, lambda: ground.normal.form(slope), rule, expression, slope)
    relation = eq(
        put(expression, {variable: high}) - put(expression, {variable: low}),
        (high - low) * slope,
    )
    defined(ground, rule, relation.left, relation.right)
    if shown is None:
        return relation
    if not same_relation(ground.normal, relation, shown):
        raise FalseStep(ground, rule, relation, shown, "this is not what the mean value theorem gives")
    return shown
