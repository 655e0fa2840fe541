"""Derivatives of forms: partial ones, and along a flow."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import sympy as sp
from sympy import Expr, Symbol

from gatedmem.theory.forms import (
    BASE,
    DELTA,
    EXP,
    FUNCTION,
    INDEXED,
    ONE,
    SYMBOL,
    ZERO,
    Atom,
    Form,
    Monomial,
    atom_form,
    scaled,
    sum_of,
)
from gatedmem.theory.language import FUNCTIONS, PLACE, FlowDerivative, Index, Partial, running_indices
from gatedmem.theory.normal_form.context import Context, Scope
from gatedmem.theory.normal_form.powers import power
from gatedmem.theory.normal_form.products import product, times
from gatedmem.theory.normal_form.rebuilding import again
from gatedmem.theory.normal_form.ruled_atoms import kronecker
from gatedmem.theory.normal_form.rules import plain
from gatedmem.theory.normal_form.sums import closed, opened
from gatedmem.theory.normal_form.undecidable import Undecidable

# The rate at which a symbol or an indexed quantity changes.
Rate = Callable[[Atom], Form]


def partial(context: Context, e: Partial, scope: Scope) -> Form:
    """∂(expression)/∂(variable); ∂x_i/∂x_j = δ_ij."""
    inner, variable = e.args
    target = _target(context, variable, scope)

    def rate(atom: Atom) -> Form:
        if atom[0] != target[0] or atom[1] != target[1]:
            return ZERO
        if atom[0] == SYMBOL:
            return ONE
        result = ONE
        for have, want in zip(atom[2], target[2], strict=True):
            result = times(context, result, kronecker(context, have, want))
        return result

    return _differentiated(context, inner, scope, rate)


def along_flow(context: Context, e: FlowDerivative, scope: Scope) -> Form:
    """Time derivative of an expression whose moving quantities have the given rates."""
    inner, *pairs = e.args
    rates: dict[tuple[int, str], tuple[tuple[Index, ...], Expr]] = {}
    for moving, speed in pairs:
        target = _target(context, moving, Scope())
        parameters = plain(moving.indices) if isinstance(moving, sp.Indexed) else ()
        if running_indices(speed) - set(parameters):
            raise Undecidable("a rate has indices that its quantity lacks")
        if (target[0], target[1]) in rates:
            raise Undecidable(f"{moving} has two rates")
        rates[target[0], target[1]] = (parameters, speed)

    def rate(atom: Atom) -> Form:
        if atom[0] not in (SYMBOL, INDEXED) or (atom[0], atom[1]) not in rates:
            return ZERO
        parameters, speed = rates[atom[0], atom[1]]
        indices = atom[2] if atom[0] == INDEXED else ()
        return context.read(speed, Scope(dict(zip(parameters, indices, strict=True))))

    return _differentiated(context, inner, scope, rate)


def _target(context: Context, variable: Any, scope: Scope) -> Atom:
    """The quantity with respect to which is differentiated; it must not be defined by others."""
    if isinstance(variable, Symbol) and not variable.is_integer:
        key: tuple[Any, ...] = (SYMBOL, variable.name)
        target: Atom = key
    elif isinstance(variable, sp.Indexed):
        name = str(variable.base.label)
        if name in context.names.symmetric:
            raise Undecidable("derivative with respect to an entry of a symmetric matrix")
        key = (INDEXED, name)
        target = (INDEXED, name, tuple(context.names.index(k, scope.indices) for k in variable.indices))
    else:
        raise Undecidable(f"cannot differentiate with respect to {variable}")
    if context.rules.defines(key):
        raise Undecidable(f"{variable} is defined in terms of other quantities")
    return target


def _differentiated(context: Context, inner: Expr, scope: Scope, rate: Rate) -> Form:
    # Hypotheses hold on a subset only, so they are put aside while differentiating and used afterwards.
    with context.rules.definitions_only():
        derivative = _of_form(context, context.read(inner, scope), rate)
    return again(context, derivative) if context.rules.complete else derivative


def _of_form(context: Context, form: Form, rate: Rate) -> Form:
    return sum_of(*(scaled(_of_monomial(context, m, rate), c) for m, c in form))


def _of_monomial(context: Context, monomial: Monomial, rate: Rate) -> Form:
    parts = []
    for position, (atom, exponent) in enumerate(monomial):
        inner = _of_atom(context, atom, rate)
        if inner:
            if exponent.denominator != 1 and context.signs.of_atom(atom) != "+":
                raise Undecidable("derivative of a root of something that may vanish")
            rest = [*monomial[:position], (atom, exponent - 1), *monomial[position + 1 :]]
            parts.append(scaled(times(context, product(context, rest), inner), exponent))
    return sum_of(*parts)


def _of_atom(context: Context, atom: Atom, rate: Rate) -> Form:
    kind = atom[0]
    if kind in (SYMBOL, INDEXED):
        return rate(atom)
    if kind == FUNCTION:
        inner = _of_form(context, atom[2][0], rate)
        if not inner:
            return ZERO
        slope = FUNCTIONS[atom[1]].derivative
        if slope is None:
            raise Undecidable(f"derivative of {atom[1]}")
        if atom[1] == "log":
            return times(context, power(context, atom[2][0], Fraction(-1)), inner)
        return times(context, context.read(slope, Scope({}, {PLACE: atom[2][0]})), inner)
    if kind == EXP:
        return times(context, atom_form(atom), _of_form(context, atom[1], rate))
    if kind == BASE:
        return _of_form(context, atom[1], rate)
    if kind == DELTA:
        return ZERO
    coefficient, factors, fresh = opened(context, atom)
    form = scaled(product(context, factors), coefficient)
    return closed(context, _of_form(context, form, rate), fresh)
