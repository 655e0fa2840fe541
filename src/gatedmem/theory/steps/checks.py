"""The checks of a step: a difference is zero, a quantity has a sign, a relation holds.

Each is decided by normal forms for all sizes, and looked at once more at numerical instances.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import mpmath
import sympy as sp
from sympy import Expr

from gatedmem.theory.indexed import Index, Relation, Undecidable
from gatedmem.theory.sampling import TOLERANCE, Sample
from gatedmem.theory.steps.conclusions import Combination
from gatedmem.theory.steps.ground import Ground
from gatedmem.theory.steps.record import parts_of
from gatedmem.theory.steps.refusals import FalseStep, UndecidedStep

POSITIVE = ("+",)
NONNEGATIVE = ("+", "0+", "0")
NONZERO = ("+", "-", "≠")


def decided(ground: Ground, question: Callable[[], Any], rule: str, left: Any, right: Any) -> Any:
    """The answer of the normaliser; UndecidedStep where it has none."""
    try:
        return question()
    except Undecidable as why:
        raise UndecidedStep(ground, rule, left, right, str(why)) from why


def defined(ground: Ground, rule: str, *expressions: Any) -> None:
    """Every expression has a value: no denominator that may vanish, no logarithm of what may be negative."""
    for expression in map(sp.sympify, expressions):
        decided(ground, lambda e=expression: ground.normal.form(e), rule, expression, expression)  # type: ignore[misc]


def prove_zero(
    ground: Ground, difference: Expr, rule: str, left: Any, right: Any, using: Iterable[Combination] = ()
) -> None:
    """The difference is zero, up to the stated multiples of known equalities."""
    using = list(using)
    for combination in using:
        if combination.relation.op != "=" or combination.relation not in ground.equalities():
            raise FalseStep(ground, rule, left, right, "a combination uses an equality that is not known")
        defined(ground, rule, combination.multiplier)  # before sympy cancels: (1/x) · (x y - 0) would be y
        difference = difference - combination.value
    if not decided(ground, lambda: ground.normal.is_zero(difference), rule, left, right):
        _refute(ground, difference, ground.normal.residual(difference), rule, left, right)
    if any(combination.relation in ground.granted for combination in using):
        return  # true at the unknown intermediate point only
    for sample, value in ground.values(difference):
        if abs(value) > TOLERANCE * (1 + _scale_at(sample, difference)):
            raise UndecidedStep(
                ground, rule, left, right, f"proved by normal forms, yet {mpmath.nstr(value, 5)} at an instance"
            )


def _refute(ground: Ground, difference: Expr, residual: Expr, rule: str, left: Any, right: Any) -> None:
    witness = f"the sides differ by {residual}"
    tried = False
    for sample, value in ground.values(difference):
        tried = True
        if abs(value) > TOLERANCE * (1 + _scale_at(sample, difference)):
            raise FalseStep(ground, rule, left, right, f"{witness}, which is {mpmath.nstr(value, 5)} at an instance")
    if not tried and decided(ground, lambda: ground.normal.sign_of_form(difference), rule, left, right) in NONZERO:
        raise FalseStep(ground, rule, left, right, f"{witness}, which is never zero; no instance was found")
    why = "equal at the instances tried" if tried else "no instance to tell whether that is zero"
    raise UndecidedStep(ground, rule, left, right, f"{witness}; {why}")


def _scale_at(sample: Sample, expression: Expr) -> Any:
    """Size of the terms that are to cancel."""
    return sum(abs(sample.value(term)) for term in sp.Add.make_args(expression))


def require_sign(ground: Ground, expression: Any, allowed: Sequence[str], rule: str, left: Any, right: Any) -> None:
    """The expression has one of the signs allowed, and it has it at the instances too."""
    sign = decided(ground, lambda: ground.normal.sign(expression), rule, left, right)
    if sign not in allowed:
        kind = FalseStep if sign in ("+", "-", "0", "0-") else UndecidedStep
        raise kind(ground, rule, left, right, f"the sign of {expression} is {sign}, not {' or '.join(allowed)}")
    for _, value in ground.values(sp.sympify(expression)):
        small = abs(value) <= TOLERANCE
        here = ("0", "0+", "0-") if small else (("+", "0+", "≠") if value > 0 else ("-", "0-", "≠"))
        if sign not in here:
            raise UndecidedStep(
                ground, rule, left, right, f"the sign of {expression} is {sign}, yet {value} at an instance"
            )


def prove_order(ground: Ground, relation: Relation, rule: str, slack: Any, using: Iterable[Combination]) -> None:
    """An inequality: its gap is the slack, and no part of the slack is negative."""
    gap = relation.larger_minus_smaller
    parts = [gap] if slack is None else parts_of(slack)
    defined(ground, rule, relation.left, relation.right, *parts)
    prove_zero(ground, gap - sp.Add(*parts), rule, relation.left, relation.right, using)
    strict = relation.op in "<>"
    for part in parts:
        require_sign(ground, part, NONNEGATIVE, rule, relation.left, relation.right)
    if strict and not any(ground.normal.sign(part) == "+" for part in parts):
        raise UndecidedStep(ground, rule, relation.left, relation.right, "no part of the slack is positive")


def prove(ground: Ground, relation: Relation, rule: str) -> None:
    """The relation holds under what is known."""
    if relation.op == "=":
        if relation in ground.equalities():
            return
        prove_zero(ground, relation.difference, rule, relation.left, relation.right)
    elif relation.op == "≠":
        require_sign(ground, relation.difference, NONZERO, rule, relation.left, relation.right)
    else:
        allowed = POSITIVE if relation.op in "<>" else NONNEGATIVE
        require_sign(ground, relation.larger_minus_smaller, allowed, rule, relation.left, relation.right)


def respect_assumptions(ground: Ground, key: Any, value: Expr, rule: str) -> None:
    """A value has the sign that the quantity it stands for was declared with."""
    assumed = key.base if isinstance(key, sp.Indexed) else key
    if isinstance(key, Index):
        return
    if assumed.is_integer and not value.is_integer:
        raise FalseStep(ground, rule, key, value, "an integer can be replaced by an integer only")
    if assumed.is_positive:
        require_sign(ground, value, POSITIVE, rule, key, value)
    elif assumed.is_nonnegative:
        require_sign(ground, value, NONNEGATIVE, rule, key, value)
    elif assumed.is_nonzero:
        require_sign(ground, value, NONZERO, rule, key, value)
