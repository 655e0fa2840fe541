"""Atoms, monomials and forms: the data of the normal form, and the arithmetic that needs no context.

Indices are tuples (kind, …): (0, name, extent) free, (1, number, extent) a dummy that is open while its sum is
being built, (2, level, position, extent) a dummy of a closed sum, (3, value) a number, (4, permutation, index,
extent) a permuted index. Atoms are tuples (kind, …) with the kinds below; a monomial is a sorted tuple of
(atom, exponent); a normal form is a sorted tuple of (monomial, coefficient). Everything is hashable and totally
ordered.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

SYMBOL, INDEXED, FUNCTION, EXP, DELTA, SUM, BASE = range(7)

Idx = tuple[Any, ...]
Atom = tuple[Any, ...]
Monomial = tuple[tuple[Atom, Fraction], ...]
Form = tuple[tuple[Monomial, Fraction], ...]

ZERO: Form = ()
UNIT = Fraction(1)
ONE: Form = (((), UNIT),)


def collect_terms(terms: Iterable[tuple[Monomial, Fraction]]) -> Form:
    """The form of a sum of terms: equal monomials together, zeros dropped."""
    gathered: dict[Monomial, Fraction] = {}
    for monomial, coefficient in terms:
        gathered[monomial] = gathered.get(monomial, Fraction(0)) + coefficient
    return tuple(sorted((m, c) for m, c in gathered.items() if c))


def number_form(value: Fraction | int) -> Form:
    """The form of a number."""
    return (((), Fraction(value)),) if value else ZERO


def atom_form(atom: Atom, exponent: Fraction = UNIT) -> Form:
    """The form of a power of an atom."""
    return ((((atom, exponent),), UNIT),)


def scaled(form: Form, factor: Fraction | int) -> Form:
    """A form times a number."""
    return tuple((m, c * factor) for m, c in form) if factor else ZERO


def sum_of(*forms: Form) -> Form:
    """Sum of forms.

    >>> sum_of(number_form(1), number_form(-1)) == ZERO
    True
    """
    return collect_terms(itertools.chain.from_iterable(forms))


def with_inner(index: Idx) -> Iterator[Idx]:
    """An index and the indices inside it."""
    yield index
    while index[0] == 4:
        index = index[2]
        yield index


def renamed_index(index: Idx, names: Mapping[Idx, Idx]) -> Idx:
    """The index after a renaming, also inside a permuted index."""
    if index in names:
        return names[index]
    if index[0] == 4:
        return (4, index[1], renamed_index(index[2], names), index[3])
    return index


def walk_indices(thing: Any) -> Iterator[Idx]:
    """All indices in an atom, dummies of closed sums and the insides of permuted indices included."""
    kind = thing[0]
    if kind == INDEXED:
        for index in thing[2]:
            yield from with_inner(index)
    elif kind == FUNCTION:
        for argument in thing[2]:
            yield from form_indices(argument)
    elif kind in (EXP, BASE):
        yield from form_indices(thing[1])
    elif kind == DELTA:
        yield from with_inner(thing[1])
        yield from with_inner(thing[2])
    elif kind == SUM:
        for atom, _ in thing[3]:
            yield from walk_indices(atom)


def form_indices(form: Form) -> Iterator[Idx]:
    """All indices in a form."""
    for monomial, _ in form:
        for atom, _ in monomial:
            yield from walk_indices(atom)


def mentions(atom: Atom, index: Idx) -> bool:
    """True if the index occurs in the atom."""
    return any(found == index for found in walk_indices(atom))


def sum_level(atom: Atom) -> int:
    """Highest level of a closed sum inside an atom (0 when there is none)."""
    kind = atom[0]
    if kind == SUM:
        return int(atom[1])
    forms: Sequence[Form] = ()
    if kind == FUNCTION:
        forms = atom[2]
    elif kind in (EXP, BASE):
        forms = (atom[1],)
    return max((sum_level(a) for form in forms for m, _ in form for a, _ in m), default=0)
