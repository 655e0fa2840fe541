"""Products of forms, and what a Kronecker delta does to the other factors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

from gatedmem.theory.forms import (
    BASE,
    DELTA,
    EXP,
    FUNCTION,
    ONE,
    UNIT,
    ZERO,
    Atom,
    Form,
    Idx,
    Monomial,
    atom_form,
    collect_terms,
    mentions,
    scaled,
    sum_of,
    with_inner,
)
from gatedmem.theory.normal_form.context import Context


def times(context: Context, left: Form, right: Form) -> Form:
    """Product of two forms."""
    if left == ONE:
        return right
    if right == ONE:
        return left
    return sum_of(*(_product_of_terms(context, a, b) for a in left for b in right))


def _product_of_terms(context: Context, a: tuple[Monomial, Fraction], b: tuple[Monomial, Fraction]) -> Form:
    return scaled(product(context, [*a[0], *b[0]]), a[1] * b[1])


def whole_power(context: Context, form: Form, power: int) -> Form:
    """A form to a power ≥ 0."""
    result = ONE
    for _ in range(power):
        result = times(context, result, form)
    return result


def product(context: Context, factors: Iterable[tuple[Atom, Fraction]]) -> Form:
    """Product of powers of atoms, as a form."""
    powers: dict[Atom, Fraction] = {}
    exponent_form: Form = ZERO
    for atom, exponent in factors:
        if atom[0] == EXP:
            exponent_form = sum_of(exponent_form, scaled(atom[1], exponent))
        else:
            powers[atom] = powers.get(atom, Fraction(0)) + exponent
    multipliers: list[Form] = []
    plain: dict[Atom, Fraction] = {}
    for atom, exponent in powers.items():
        if exponent == 0:
            continue
        if atom[0] == DELTA:
            plain[atom] = UNIT
        elif atom[:2] == (FUNCTION, "tanh") and exponent >= 2 and exponent.denominator == 1:
            # tanh² = 1 - cosh⁻²: with sinh = tanh cosh, all relations among the three are used up.
            multipliers.append(whole_power(context, _tanh_squared(atom), int(exponent) // 2))
            if exponent % 2:
                plain[atom] = UNIT
        elif atom[0] == BASE and exponent > 0 and exponent.denominator == 1:
            multipliers.append(whole_power(context, atom[1], int(exponent)))
        else:
            plain[atom] = exponent
    if exponent_form:
        plain[(EXP, exponent_form)] = UNIT
    result = _beside_deltas(context, plain)
    for multiplier in multipliers:
        result = times(context, result, multiplier)
    return result


def _tanh_squared(atom: Atom) -> Form:
    return sum_of(ONE, scaled(atom_form((FUNCTION, "cosh", atom[2]), Fraction(-2)), -1))


def _beside_deltas(context: Context, plain: dict[Atom, Fraction]) -> Form:
    """δ_ab f(b) = δ_ab f(a): the delta's second index gives way to its first in all other factors."""
    for atom in sorted(plain):
        if atom[0] != DELTA:
            continue
        keep, drop = atom[1], atom[2]
        if drop in with_inner(keep):
            keep, drop = drop, keep
        others = [(a, x) for a, x in plain.items() if a != atom]
        if any(mentions(a, drop) for a, _ in others):
            return times(context, atom_form(atom), renamed_product(context, others, {drop: keep}))
    return ((tuple(sorted(plain.items())), UNIT),)


def by_cases(context: Context, form: Form, function: Callable[[Form], Form]) -> Form | None:
    """F(a + δb) = F(a) + δ (F(a + b) - F(a)) for a Kronecker delta among the factors of the terms, else None."""
    found = next((a for m, _ in form for a, _ in m if a[0] == DELTA), None)
    if found is None:
        return None
    without = collect_terms((m, c) for m, c in form if all(a != found for a, _ in m))
    present = collect_terms((tuple((a, x) for a, x in m if a != found), c) for m, c in form)
    equal = function(renamed(context, present, {found[2]: found[1]}))
    differ = function(without)
    return sum_of(differ, times(context, atom_form(found), sum_of(equal, scaled(differ, -1))))


def renamed(context: Context, form: Form, indices: Mapping[Idx, Idx]) -> Form:
    """The form under other names of its indices."""
    return sum_of(*(scaled(renamed_product(context, m, indices), c) for m, c in form))


def renamed_product(context: Context, factors: Iterable[tuple[Atom, Fraction]], indices: Mapping[Idx, Idx]) -> Form:
    """Product of powers of atoms, under other names of their indices."""
    result = ONE
    for atom, exponent in factors:
        result = times(context, result, context.rebuilt(atom, exponent, indices))
    return result
