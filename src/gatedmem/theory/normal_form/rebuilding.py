"""An atom built anew by the rules for its kind: under other names of its indices, or with every rule in force."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from gatedmem.theory.forms import (
    BASE,
    DELTA,
    EXP,
    FUNCTION,
    INDEXED,
    ONE,
    SYMBOL,
    Atom,
    Form,
    Idx,
    Monomial,
    atom_form,
    number_form,
    renamed_index,
    scaled,
    sum_of,
    walk_indices,
)
from gatedmem.theory.normal_form.context import Context
from gatedmem.theory.normal_form.functions import exponential, function_value
from gatedmem.theory.normal_form.powers import power
from gatedmem.theory.normal_form.products import renamed, times
from gatedmem.theory.normal_form.ruled_atoms import entry, kronecker, scalar
from gatedmem.theory.normal_form.sums import closed, opened


def rebuilt(context: Context, atom: Atom, exponent: Fraction, indices: Mapping[Idx, Idx]) -> Form:
    """A power of an atom with its indices renamed."""
    if not any(index in indices for index in walk_indices(atom)):
        return atom_form(atom, exponent)
    kind = atom[0]
    if kind == INDEXED:
        found = entry(context, atom[1], tuple(renamed_index(k, indices) for k in atom[2]))
        if len(found) == 1 and found[0][1] == 1 and len(found[0][0]) == 1 and found[0][0][0][1] == 1:
            return atom_form(found[0][0][0][0], exponent)  # still an atom: what it was allowed before, it is now
        return power(context, found, exponent)
    if kind == DELTA:
        return kronecker(context, renamed_index(atom[1], indices), renamed_index(atom[2], indices))
    if kind == FUNCTION:
        arguments = tuple(renamed(context, argument, indices) for argument in atom[2])
        return power(context, function_value(context, atom[1], arguments), exponent)
    if kind == EXP:
        return exponential(context, scaled(renamed(context, atom[1], indices), exponent))
    if kind == BASE:
        sign = context.signs.of_form(atom[1])
        base = renamed(context, atom[1], indices)
        if any(context.names.is_one_place(index) for index in indices):
            # The sign at one place is no sign at the place that takes its name beside a Kronecker delta.
            with context.signs.for_now():
                _keep_sign(context, sign, base)
                return power(context, base, exponent)
        _keep_sign(context, sign, base)
        return power(context, base, exponent)
    coefficient, factors, fresh = opened(context, atom)
    form = number_form(coefficient)
    for inner, inner_exponent in factors:
        form = times(context, form, rebuilt(context, inner, inner_exponent, indices))
    return power(context, closed(context, form, fresh), exponent)


def again(context: Context, form: Form) -> Form:
    """Normalise a form once more, now with every rule in force."""
    return sum_of(*(scaled(_product_again(context, m), c) for m, c in form))


def _product_again(context: Context, monomial: Monomial) -> Form:
    result = ONE
    for atom, exponent in monomial:
        result = times(context, result, power(context, _atom_again(context, atom), exponent))
    return result


def _atom_again(context: Context, atom: Atom) -> Form:
    kind = atom[0]
    if kind == SYMBOL:
        return scalar(context, atom[1])
    if kind == INDEXED:
        return entry(context, atom[1], atom[2])
    if kind == FUNCTION:
        return function_value(context, atom[1], tuple(again(context, a) for a in atom[2]))
    if kind == EXP:
        return exponential(context, again(context, atom[1]))
    if kind == DELTA:
        return atom_form(atom)
    if kind == BASE:
        sign = context.signs.of_form(atom[1])
        base = again(context, atom[1])
        _keep_sign(context, sign, base)
        return base
    coefficient, factors, fresh = opened(context, atom)
    form = times(context, number_form(coefficient), _product_again(context, tuple(factors)))
    return closed(context, form, fresh)


def _keep_sign(context: Context, sign: str, base: Form) -> None:
    """A base that is only written anew has the sign that it had."""
    if sign in ("+", "-", "≠", "0+") and base:
        context.signs.note(base, sign)
