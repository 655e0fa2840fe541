"""Powers of forms: roots and divisions need a known sign; a base in normal form has no factor to give up."""

from __future__ import annotations

from fractions import Fraction

import sympy as sp

from gatedmem.theory.forms import (
    BASE,
    DELTA,
    EXP,
    ONE,
    UNIT,
    ZERO,
    Atom,
    Form,
    Monomial,
    atom_form,
    number_form,
    scaled,
    sum_of,
)
from gatedmem.theory.normal_form.context import Context
from gatedmem.theory.normal_form.known_signs import monic
from gatedmem.theory.normal_form.products import by_cases, product, times, whole_power
from gatedmem.theory.normal_form.undecidable import Undecidable
from gatedmem.theory.normal_form.writing import written


def power(context: Context, form: Form, exponent: Fraction) -> Form:
    """A rational power of a form."""
    if exponent.denominator == 1 and exponent >= 0:
        return whole_power(context, form, int(exponent))
    cases = by_cases(context, form, lambda part: power(context, part, exponent))
    if cases is not None:
        return cases
    if not form:
        if exponent > 0:
            return ZERO
        raise Undecidable("division by zero")
    if len(form) == 1:
        return _power_of_term(context, form[0], exponent)
    sign = context.signs.of_form(form)
    if exponent.denominator == 1:
        if sign not in ("+", "-", "≠"):
            raise Undecidable(f"division by {written(form, context.names)}, which may vanish")
    elif sign not in ("+", "0+"):
        raise Undecidable(f"root of {written(form, context.names)}, which may be negative")
    common, rest = common_factor(context, form)
    base, factor = monic(rest)
    if sign in ("+", "0+", "-") and (factor < 0) != (sign == "-"):
        # Let the base be positive where its sign is known: logarithms and roots split only then.
        base, factor = scaled(base, -1), -factor
    return times(context, _power_of_term(context, (common, factor), exponent), atom_form((BASE, base), exponent))


def common_factor(context: Context, form: Form) -> tuple[Monomial, Form]:
    """Common monomial factor of the terms (positive atoms and exponents only), and the rest."""
    shared: dict[Atom, Fraction] = {}
    first = dict(form[0][0])
    for atom in first:
        if atom[0] in (EXP, DELTA) or context.signs.of_atom(atom) != "+":
            continue
        lowest = min(dict(m).get(atom, Fraction(0)) for m, _ in form)
        if lowest > 0:
            shared[atom] = lowest
    for atom in {a for m, _ in form for a, x in m if x < 0 and a[0] not in (EXP, DELTA)}:
        if context.signs.of_atom(atom) == "+":
            shared[atom] = min(dict(m).get(atom, Fraction(0)) for m, _ in form)
    # Exponentials: factor out the one of the first term, so that e^a + e^b and 1 + e^{b-a} agree.
    lead = next((a for a in first if a[0] == EXP), None)
    if lead is not None:
        shared[lead] = UNIT
    if not shared:
        return (), form
    inverse = [(a, -x) for a, x in shared.items()]
    rest = sum_of(*(scaled(product(context, [*m, *inverse]), c) for m, c in form))
    return tuple(sorted(shared.items())), rest


def _power_of_term(context: Context, term: tuple[Monomial, Fraction], exponent: Fraction) -> Form:
    monomial, coefficient = term
    result = _power_of_number(context, coefficient, exponent)
    factors: list[tuple[Atom, Fraction]] = []
    for atom, inner in monomial:
        sign = context.signs.of_atom(atom)
        if exponent < 0 and sign not in ("+", "-", "≠"):
            raise Undecidable(f"division by {written(atom_form(atom), context.names)}, which may vanish")
        if exponent.denominator != 1 and sign not in ("+", "0+"):
            raise Undecidable(f"root of {written(atom_form(atom), context.names)}, which may be negative")
        factors.append((atom, inner * exponent))
    return times(context, result, product(context, factors))


def _power_of_number(context: Context, value: Fraction, exponent: Fraction) -> Form:
    if exponent.denominator == 1:
        return number_form(value ** int(exponent))
    if value < 0:
        raise Undecidable("root of a negative number")
    result = sp.Rational(value.numerator, value.denominator) ** sp.Rational(exponent.numerator, exponent.denominator)
    form = ONE
    for factor in sp.Mul.make_args(result):
        if isinstance(factor, sp.Rational):
            form = scaled(form, Fraction(int(factor.p), int(factor.q)))
        else:
            base, root = factor.as_base_exp()
            inner = number_form(Fraction(int(base.p), int(base.q)))
            form = times(context, form, atom_form((BASE, inner), Fraction(int(root.p), int(root.q))))
    return form


def cleared(context: Context, form: Form) -> Form:
    """The form times its denominators (known to be non-zero), so that fractions compare."""
    for _ in range(20):
        if not form:
            return form
        lowest: dict[Atom, Fraction] = {}
        for monomial, _ in form:
            for atom, exponent in monomial:
                if atom[0] == BASE:
                    lowest[atom] = min(lowest.get(atom, Fraction(0)), exponent)
        below = {atom: exponent for atom, exponent in lowest.items() if exponent < 0}
        if not below:
            return form
        atom, exponent = min(below.items())
        form = sum_of(*(scaled(product(context, [*m, (atom, -exponent)]), c) for m, c in form))
    raise Undecidable("denominators nested too deeply")
