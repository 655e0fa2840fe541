"""Exponentials, logarithms, and functions of one variable."""

from __future__ import annotations

from fractions import Fraction

import sympy as sp
from sympy import Rational

from gatedmem.theory.forms import (
    BASE,
    EXP,
    FUNCTION,
    ONE,
    ZERO,
    Form,
    Monomial,
    atom_form,
    collect_terms,
    number_form,
    scaled,
    sum_of,
)
from gatedmem.theory.language import FUNCTIONS
from gatedmem.theory.normal_form.context import Context
from gatedmem.theory.normal_form.known_signs import monic
from gatedmem.theory.normal_form.powers import common_factor, power
from gatedmem.theory.normal_form.products import by_cases, times
from gatedmem.theory.normal_form.undecidable import Undecidable
from gatedmem.theory.normal_form.writing import written


def exponential(context: Context, form: Form) -> Form:
    """e^form; rational multiples of logarithms come down as powers."""
    cases = by_cases(context, form, lambda part: exponential(context, part))
    if cases is not None:
        return cases
    powers: Form = ONE
    rest = []
    for monomial, coefficient in form:
        if len(monomial) == 1 and monomial[0][0][:2] == (FUNCTION, "log") and monomial[0][1] == 1:
            powers = times(context, powers, power(context, monomial[0][0][2][0], coefficient))
        else:
            rest.append((monomial, coefficient))
    if not rest:
        return powers
    return times(context, powers, atom_form((EXP, collect_terms(rest))))


def function_value(context: Context, name: str, arguments: tuple[Form, ...]) -> Form:
    """The value of a function: sinh = tanh cosh, even and odd functions at an argument that leads with a plus."""
    if len(arguments) == 1:
        cases = by_cases(context, arguments[0], lambda form: function_value(context, name, (form,)))
        if cases is not None:
            return cases
    if name == "log":
        return _logarithm(context, arguments[0])
    if name in ("tanh", "sinh") and not arguments[0]:
        return ZERO
    if name == "cosh" and not arguments[0]:
        return ONE
    if name == "sinh":
        tanh, cosh = (function_value(context, part, arguments) for part in ("tanh", "cosh"))
        return times(context, tanh, cosh)
    even = name in ("cosh", "Abs")
    if (even or FUNCTIONS[name].odd) and len(arguments) == 1 and arguments[0]:
        _, lead = monic(arguments[0])
        if lead < 0:
            flipped = atom_form((FUNCTION, name, (scaled(arguments[0], -1),)))
            return flipped if even else scaled(flipped, -1)
    return atom_form((FUNCTION, name, arguments))


def _logarithm(context: Context, form: Form) -> Form:
    sign = context.signs.of_form(form)
    if sign != "+":
        raise Undecidable(f"logarithm of {written(form, context.names)}, which is not known to be positive")
    if len(form) == 1:
        return _logarithm_of_term(context, form[0])
    common, rest = common_factor(context, form)
    argument, factor = monic(rest)
    if factor < 0:
        argument, factor = scaled(rest, 1 / abs(factor)), abs(factor)
    result = _logarithm_of_term(context, (common, factor))
    if len(argument) == 1:
        return sum_of(result, _logarithm_of_term(context, argument[0]))
    return sum_of(result, _whole_logarithm(argument))


def _logarithm_of_term(context: Context, term: tuple[Monomial, Fraction]) -> Form:
    monomial, coefficient = term
    parts: list[Form] = []
    if coefficient < 0:
        return _whole_logarithm(((monomial, coefficient),))
    for number, count in sp.factorrat(Rational(coefficient.numerator, coefficient.denominator)).items():
        if number != 1:
            parts.append(scaled(_whole_logarithm(number_form(int(number))), int(count)))
    for atom, exponent in monomial:
        if atom[0] == EXP:
            parts.append(scaled(atom[1], exponent))
        elif context.signs.of_atom(atom) != "+":
            return _whole_logarithm(((monomial, coefficient),))
        elif atom[0] == BASE:
            parts.append(scaled(_logarithm(context, atom[1]), exponent))
        else:
            parts.append(scaled(_whole_logarithm(atom_form(atom)), exponent))
    return sum_of(*parts)


def _whole_logarithm(form: Form) -> Form:
    """The logarithm of something positive as one atom: its factors are not known to be positive each."""
    return atom_form((FUNCTION, "log", (form,)))
