"""Closing a sum, so that its dummies have canonical names, and opening it again under fresh names."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from gatedmem.theory.forms import (
    DELTA,
    ONE,
    SUM,
    UNIT,
    Atom,
    Form,
    Idx,
    mentions,
    scaled,
    sum_of,
    walk_indices,
    with_inner,
)
from gatedmem.theory.normal_form.canonical import connected_sum
from gatedmem.theory.normal_form.connected import Factor, components
from gatedmem.theory.normal_form.context import Context
from gatedmem.theory.normal_form.contractions import contracted
from gatedmem.theory.normal_form.names import size_form
from gatedmem.theory.normal_form.products import product, renamed_product, times
from gatedmem.theory.normal_form.undecidable import Undecidable


def closed(context: Context, form: Form, dummies: Sequence[Idx]) -> Form:
    """Σ over open dummies of a form; the form itself where there are none."""
    if not dummies:
        return form
    return sum_of(*(scaled(_closed_product(context, list(m), list(dummies)), c) for m, c in form))


def opened(context: Context, atom: Atom) -> tuple[Fraction, list[Factor], list[Idx]]:
    """Coefficient and factors of the summand of a closed sum, with fresh open dummies.

    Other names can change which term of a denominator leads, or the sign in the argument of an odd function:
    hence the coefficient.
    """
    _, level, extents, monomial = atom
    fresh: list[Idx] = [context.open_dummy(extent) for extent in extents]
    names = {(2, level, k, extent): fresh[k] for k, extent in enumerate(extents)}
    ((renamed, coefficient),) = renamed_product(context, monomial, names)
    return coefficient, list(renamed), fresh


def _closed_product(context: Context, factors: list[Factor], dummies: list[Idx]) -> Form:
    """Σ over open dummies of a product of powers of atoms."""
    chosen = _by_delta(context, factors, dummies)
    if chosen is not None:
        return chosen
    reindexed = _by_permutation(context, factors, dummies)
    if reindexed is not None:
        return reindexed
    coefficient, factors, dummies = _flattened(context, factors, dummies)
    if coefficient != 1:
        return scaled(_closed_product(context, factors, dummies), coefficient)
    ruled = contracted(context, factors, dummies)
    if ruled is not None:
        return closed(context, *ruled)
    result = ONE
    parts, loose = components(factors, dummies)
    for members, carrying in parts:
        if not carrying:
            (only,) = members
            result = times(context, result, size_form(str(only[-1])))
        else:
            result = times(context, result, connected_sum(context, carrying, sorted(members)))
    return times(context, result, product(context, loose))


def _by_delta(context: Context, factors: list[Factor], dummies: list[Idx]) -> Form | None:
    """Σ_d δ_{dj} f(d) = f(j), j in range: for one delta that carries an open dummy; None if there is none."""
    for position, (atom, _) in enumerate(factors):
        if atom[0] != DELTA:
            continue
        for dummy, other in ((atom[1], atom[2]), (atom[2], atom[1])):
            if dummy not in dummies or dummy in with_inner(other):
                continue  # δ_{d π(d)} picks the places that π leaves alone, not one of them
            if other[0] == 3 and not (other[1] == 1 or _fits(other[1], str(dummy[-1]))):
                raise Undecidable(f"index {other[1]} may lie outside the range 1..{dummy[-1]}")
            rest = factors[:position] + factors[position + 1 :]
            form = renamed_product(context, rest, {dummy: other})
            return closed(context, form, [d for d in dummies if d != dummy])
    return None


def _fits(value: int, extent: str) -> bool:
    return extent.isdigit() and value <= int(extent)


def _by_permutation(context: Context, factors: list[Factor], dummies: list[Idx]) -> Form | None:
    """Σ_d F(π(d)) = Σ_d F(d), where the dummy d occurs as π(d) only, for one permutation π."""
    for dummy in dummies:
        met = [k for atom, _ in factors for k in walk_indices(atom)]
        outer = {k for k in met if k[0] == 4 and k[2] == dummy}
        if len(outer) == 1 and met.count(dummy) == met.count(next(iter(outer))):
            form = renamed_product(context, factors, {next(iter(outer)): dummy})
            return closed(context, form, dummies)
    return None


def _flattened(
    context: Context, factors: list[Factor], dummies: list[Idx]
) -> tuple[Fraction, list[Factor], list[Idx]]:
    """Open the sums that hang on an open dummy: Σ_i a_i Σ_j W_ij b_j becomes one sum over i and j."""
    coefficient = UNIT
    flat: list[Factor] = []
    todo = list(factors)
    dummies = list(dummies)
    while todo:
        atom, exponent = todo.pop()
        whole = exponent.denominator == 1 and exponent > 0
        if atom[0] == SUM and whole and any(mentions(atom, d) for d in dummies):
            for _ in range(int(exponent)):
                sign, inner, fresh = opened(context, atom)
                coefficient *= sign
                dummies += fresh
                todo += inner
        else:
            flat.append((atom, exponent))
    return coefficient, flat, dummies
