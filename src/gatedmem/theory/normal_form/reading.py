"""The normal form of a sympy expression."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy as sp
from sympy import Expr, KroneckerDelta, Symbol

from gatedmem.theory.forms import ONE, Form, Idx, number_form, scaled, sum_of
from gatedmem.theory.language import FUNCTIONS, FlowDerivative, Index, Partial
from gatedmem.theory.normal_form.context import Context, Scope
from gatedmem.theory.normal_form.derivatives import along_flow, partial
from gatedmem.theory.normal_form.expression_signs import sign_of
from gatedmem.theory.normal_form.functions import exponential, function_value
from gatedmem.theory.normal_form.names import extent_of
from gatedmem.theory.normal_form.powers import power
from gatedmem.theory.normal_form.products import times
from gatedmem.theory.normal_form.ruled_atoms import entry, kronecker, scalar
from gatedmem.theory.normal_form.sums import closed
from gatedmem.theory.normal_form.undecidable import Undecidable


def read(context: Context, e: Expr, scope: Scope) -> Form:
    """The normal form of an expression, where ``scope`` says what its indices and symbols mean."""
    if isinstance(e, sp.Rational):
        return number_form(_fraction(e))
    if isinstance(e, Index):
        raise Undecidable(f"index {e} used as a number")
    if isinstance(e, Symbol):
        return _symbol(context, e, scope)
    if isinstance(e, sp.Indexed):
        return _indexed(context, e, scope)
    if isinstance(e, sp.Add):
        return sum_of(*(read(context, part, scope) for part in e.args))
    if isinstance(e, sp.Mul):
        result = ONE
        for part in e.args:
            result = times(context, result, read(context, part, scope))
        return result
    if isinstance(e, sp.exp):
        return exponential(context, read(context, e.args[0], scope))
    if e is sp.S.Exp1:
        return exponential(context, ONE)
    if isinstance(e, sp.Pow):
        return _power(context, e, scope)
    if isinstance(e, sp.Sum):
        return _sum(context, e, scope)
    if isinstance(e, KroneckerDelta):
        return kronecker(context, *(context.names.index(k, scope.indices) for k in e.args[:2]))
    if isinstance(e, Partial):
        return partial(context, e, scope)
    if isinstance(e, FlowDerivative):
        return along_flow(context, e, scope)
    if isinstance(e, sp.Function):
        name = e.func.__name__
        if name not in FUNCTIONS:
            raise Undecidable(f"unknown function {name}")
        if name == "log":
            return _logarithm(context, e.args[0], scope)
        return function_value(context, name, tuple(read(context, part, scope) for part in e.args))
    raise Undecidable(f"no normal form for {type(e).__name__}: {e}")


def _fraction(number: Any) -> Fraction:
    return Fraction(int(number.p), int(number.q))


def _logarithm(context: Context, argument: Expr, scope: Scope) -> Form:
    """Logarithm; a product that is written as positive factors splits before it is multiplied out."""
    factors = sp.Mul.make_args(argument)
    if len(factors) > 1 and not scope.forms and all(sign_of(context, part) == "+" for part in factors):
        return sum_of(*(_logarithm(context, part, scope) for part in factors))
    if isinstance(argument, sp.Pow) and not isinstance(argument, sp.exp) and not scope.forms:
        base, exponent = argument.args
        if isinstance(exponent, sp.Rational) and sign_of(context, base) == "+":
            return scaled(_logarithm(context, base, scope), _fraction(exponent))
    form = read(context, argument, scope)
    if not scope.forms and sign_of(context, argument) == "+":
        context.signs.note(form, "+")
    return function_value(context, "log", (form,))


def _symbol(context: Context, e: Symbol, scope: Scope) -> Form:
    if e in scope.forms:
        return scope.forms[e]
    context.names.register(e.name, e)
    return scalar(context, e.name)


def _indexed(context: Context, e: Any, scope: Scope) -> Form:
    name = str(e.base.label)
    context.names.register(name, e.base)
    if len(e.indices) != len(e.base.shape):
        raise Undecidable(f"{e} has the wrong number of indices")
    indices = tuple(context.names.index(k, scope.indices) for k in e.indices)
    for index, extent in zip(indices, e.base.shape, strict=True):
        have = extent_of(index)
        if have is None and str(extent).isdigit() and index[1] > int(extent):
            raise Undecidable(f"{e} lies outside the range of {name}")
        if have is not None and have != str(extent):
            raise Undecidable(f"an index of {e} runs to {have} where {name} has length {extent}")
    return entry(context, name, indices)


def _power(context: Context, e: Expr, scope: Scope) -> Form:
    base, exponent = e.args
    if isinstance(exponent, sp.Rational):
        rational = _fraction(exponent)
        form = read(context, base, scope)
        if rational < 0 or rational.denominator != 1:
            sign = sign_of(context, base) if not scope.forms else "?"
            if sign in ("+", "-", "≠"):
                context.signs.note(form, sign)
        return power(context, form, rational)
    if base is sp.S.Exp1:
        return exponential(context, read(context, exponent, scope))
    # a^b = e^{b log a}
    read_exponent = read(context, exponent, scope)
    return exponential(
        context, times(context, read_exponent, function_value(context, "log", (read(context, base, scope),)))
    )


def _sum(context: Context, e: Any, scope: Scope) -> Form:
    opened: dict[Index, Idx] = dict(scope.indices)
    dummies = []
    # The last limit of a sympy sum is the outermost; ranges never depend on other dummies here.
    for index, low, high in e.limits:
        if not isinstance(index, Index) or index.fixed or low != 1 or high != index.extent:
            raise Undecidable("sums run over the whole range of an Index")
    for index, _, _ in reversed(e.limits):
        opened[index] = context.open_dummy(context.names.extent(index.extent))
        dummies.append(opened[index])
    inner = read(context, e.function, Scope(opened, scope.forms))
    return closed(context, inner, dummies)
